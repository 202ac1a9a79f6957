//! The only place that reads a clock or asks for randomness. Everything else gets them handed in.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mohar_protocol::entropy::Entropy;
use mohar_protocol::time::Timestamp;

/// Now, as this machine believes. A clock before 1970 reads as 1970.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A generator started from 32 bytes of the operating system.
///
/// # Panics
/// When the operating system has no randomness: then nothing may be signed or sealed.
pub fn entropy() -> Entropy {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("the operating system gives randomness once it has started");
    Entropy::from_seed(seed)
}

/// Measures how long something takes; unlike [`now`] it never jumps.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
