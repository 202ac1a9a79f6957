//! A line that takes its time: TCP connections carried on with a delay, for kernels without netem.
//! Bytes are neither lost nor joined differently than TCP may join them.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Pieces under way in one direction: 64 of 16 KiB.
const PIECES_MAX: usize = 64;

/// Relays that run until this is dropped.
pub struct Relay {
    runtime: Option<Runtime>,
    delay: Duration,
}

impl Relay {
    /// A relay that holds every byte for so long, in each direction.
    ///
    /// # Panics
    /// When there is no thread for it.
    pub fn new(delay: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self { runtime: Some(runtime.expect("a runtime")), delay }
    }

    /// Carries what comes to `near` on to `far`.
    ///
    /// # Panics
    /// When nobody can listen there.
    pub fn carry(&self, near: SocketAddr, far: SocketAddr) {
        let (runtime, delay) = (self.runtime.as_ref().expect("until dropped"), self.delay);
        let listener = runtime.block_on(TcpListener::bind(near)).expect("an address of this machine");
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, far, delay));
            }
        });
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

async fn carry(near: TcpStream, far: SocketAddr, delay: Duration) {
    tokio::time::sleep(delay).await;
    let Ok(far) = TcpStream::connect(far).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    // When one direction ends the other has nothing left to carry.
    tokio::select! {
        () = pump(near_in, far_out, delay) => {}
        () = pump(far_in, near_out, delay) => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let (pieces, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES_MAX);
    let read = async move {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if pieces.send((Instant::now() + delay, buffer[..length].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((at, piece)) = due.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}
