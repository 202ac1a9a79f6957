//! Telling the service manager that the node is ready, and being told to stop.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::run::Running;

/// Tells systemd that the node serves (`sd_notify(3)`: a datagram to `$NOTIFY_SOCKET`). Without
/// systemd nothing happens.
pub fn ready() {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = notify(&socket.to_string_lossy(), b"READY=1")
    {
        tracing::warn!(%error, "the service manager could not be told that the node is ready");
    }
}

/// Waits until somebody asks the node to stop, or a part of it ends by itself, which is a fault.
pub async fn asked(running: &mut Running) -> ExitCode {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be received; the node stops");
        return ExitCode::FAILURE;
    };
    tokio::select! {
        _ = terminate.recv() => tracing::info!("asked to stop"),
        _ = interrupt.recv() => tracing::info!("interrupted"),
        part = running.failed() => {
            tracing::error!(part, "a part of the node ended by itself; the node stops");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn notify(name: &str, message: &[u8]) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    let socket = UnixDatagram::unbound()?;
    let address = match name.strip_prefix('@') {
        Some(name) => std::os::unix::net::SocketAddr::from_abstract_name(name)?,
        None => std::os::unix::net::SocketAddr::from_pathname(name)?,
    };
    socket.send_to_addr(message, &address).map(drop)
}
