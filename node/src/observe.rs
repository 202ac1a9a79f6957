//! The log of the daemon, on standard error, where systemd picks it up.
//!
//! Lines carry short ids (`office`, `peer`, `matter`), never names, subjects or contents.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// The network library tells of every connection with ids that are not ours.
const QUIET: &str = "libp2p=warn,libp2p_swarm=warn";

/// Starts logging; a second call in one process changes nothing.
pub fn start(config: &LogConfig) {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.level));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new(format!("{QUIET},info"))))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // Only a second subscriber is refused, and then the first goes on.
    let _ = match config.format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
}

/// An error with everything that caused it, on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
