//! Guards of one link: how fast a peer may send, and whether its line has moved lately.
//!
//! They measure and advise; they never drop or disconnect anything themselves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Bytes per second a peer may send: half of what one gigabit carries, far above any office line.
const BYTES_PER_SECOND: u64 = 64 * 1024 * 1024;

/// Frames per second a peer may send. Handling one costs up to 50 microseconds, so one peer can take
/// at most one core.
const FRAMES_PER_SECOND: u64 = 20_000;

/// What a peer may send at once after a pause: one second's worth.
const BURST: Duration = Duration::from_secs(1);

/// The inbound rate of one peer. Excess waits; the stream's own flow control slows the sender.
pub struct RateGuard {
    bytes: Bucket,
    frames: Bucket,
}

impl RateGuard {
    /// A guard with both buckets full.
    pub fn new(now: Instant) -> Self {
        Self { bytes: Bucket::new(BYTES_PER_SECOND, now), frames: Bucket::new(FRAMES_PER_SECOND, now) }
    }

    /// Charges one frame of this many bytes and says how long to wait before reading the next.
    pub fn charge(&mut self, bytes: usize, now: Instant) -> Duration {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes.charge(bytes, now).max(self.frames.charge(1, now))
    }
}

/// A token bucket kept as one moment: when everything charged so far will have been earned. It is
/// full while that moment lies a whole burst back, and in debt while it lies ahead.
struct Bucket {
    per_second: u64,
    earned_at: Instant,
}

impl Bucket {
    fn new(per_second: u64, now: Instant) -> Self {
        Self { per_second, earned_at: full(now) }
    }

    fn charge(&mut self, amount: u64, now: Instant) -> Duration {
        let cost = amount.saturating_mul(1_000_000_000) / self.per_second;
        self.earned_at = self.earned_at.max(full(now)) + Duration::from_nanos(cost);
        self.earned_at.saturating_duration_since(now)
    }
}

/// The moment that stands for a full bucket. A clock younger than one burst has an empty one.
fn full(now: Instant) -> Instant {
    now.checked_sub(BURST).unwrap_or(now)
}

/// When bytes last moved on a link, in either direction.
///
/// A probe waits behind bulk on a slow line. Its silence means death only when nothing else moves.
pub struct Pulse {
    started: Instant,
    last_millis: AtomicU64,
}

impl Pulse {
    /// A pulse that has just beaten.
    pub fn new() -> Self {
        Self { started: Instant::now(), last_millis: AtomicU64::new(0) }
    }

    /// Bytes moved now.
    pub fn beat(&self) {
        self.last_millis.store(self.millis(), Ordering::Relaxed);
    }

    /// How long ago bytes moved.
    pub fn quiet_for(&self) -> Duration {
        Duration::from_millis(self.millis().saturating_sub(self.last_millis.load(Ordering::Relaxed)))
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{BYTES_PER_SECOND, FRAMES_PER_SECOND, RateGuard};

    #[test]
    fn a_burst_of_one_second_passes_and_the_excess_waits_for_its_share() {
        let now = Instant::now() + Duration::from_secs(10);
        let mut guard = RateGuard::new(now);
        let burst = usize::try_from(BYTES_PER_SECOND).unwrap();
        assert_eq!(guard.charge(burst, now), Duration::ZERO);
        assert_eq!(guard.charge(burst / 2, now), Duration::from_millis(500));
        let later = now + Duration::from_secs(10);
        assert_eq!(guard.charge(burst, later), Duration::ZERO, "an unused bucket fills up, but not higher");
        assert_eq!(guard.charge(burst, later), Duration::from_secs(1));
    }

    #[test]
    fn many_empty_frames_are_counted_too() {
        let now = Instant::now() + Duration::from_secs(10);
        let mut guard = RateGuard::new(now);
        let waits = (0..FRAMES_PER_SECOND * 2).map(|_| guard.charge(0, now));
        assert_eq!(waits.last(), Some(Duration::from_secs(1)));
    }
}
