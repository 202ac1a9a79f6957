//! Guards of one link: how fast a peer may send, and whether its line has moved lately.
//!
//! They measure and advise; they never drop or disconnect anything themselves.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// Bytes per second a peer may send: a quarter of what one gigabit carries, above any office line,
/// and above what verifying and storing takes in.
const BYTES_PER_SECOND: u64 = 32 * 1024 * 1024;

/// Frames per second a peer may send. A small one costs about 50 microseconds, so one peer can take at
/// most a fifth of a core with them; a file handed over is about ten.
const FRAMES_PER_SECOND: u64 = 4_000;

/// A refused frame costs its sender as much as this many: 200 questions a second that cannot be
/// answered, then it waits. A peer that is behind asks some in a minute.
const FINE: u64 = 20;

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
        Self {
            bytes: Bucket::new(BYTES_PER_SECOND, BURST, now),
            frames: Bucket::new(FRAMES_PER_SECOND, BURST, now),
        }
    }

    /// Charges one frame of this many bytes, and earlier ones that were refused meanwhile, and says how
    /// long to wait before reading the next.
    pub fn charge(&mut self, bytes: usize, refused: u32, now: Instant) -> Duration {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let frames = FINE.saturating_mul(refused.into()).saturating_add(1);
        self.bytes.charge(bytes, now).max(self.frames.charge(frames, now))
    }
}

/// A token bucket kept as one moment: when everything charged so far will have been earned. It is
/// full while that moment lies a whole burst back, and in debt while it lies ahead.
pub struct Bucket {
    per_second: u64,
    burst: Duration,
    earned_at: Instant,
}

impl Bucket {
    /// A full bucket. A clock younger than one burst has an empty one.
    pub fn new(per_second: u64, burst: Duration, now: Instant) -> Self {
        Self { per_second, burst, earned_at: now.checked_sub(burst).unwrap_or(now) }
    }

    /// Charges an amount and says how long the debt lasts.
    pub fn charge(&mut self, amount: u64, now: Instant) -> Duration {
        let cost = amount.saturating_mul(1_000_000_000) / self.per_second;
        let full = now.checked_sub(self.burst).unwrap_or(now);
        self.earned_at = self.earned_at.max(full) + Duration::from_nanos(cost);
        self.earned_at.saturating_duration_since(now)
    }

    /// Whether one more can be charged without a debt.
    pub fn affords(&self, now: Instant) -> bool {
        self.earned_at + Duration::from_secs(1) / u32::try_from(self.per_second).unwrap_or(u32::MAX) <= now
    }

    /// Whether nothing was charged for a whole burst.
    pub fn is_full(&self, now: Instant) -> bool {
        self.earned_at + self.burst <= now
    }
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

    use super::{BYTES_PER_SECOND, FINE, FRAMES_PER_SECOND, RateGuard};

    #[test]
    fn a_burst_of_one_second_passes_and_the_excess_waits_for_its_share() {
        let now = Instant::now() + Duration::from_secs(10);
        let mut guard = RateGuard::new(now);
        let burst = usize::try_from(BYTES_PER_SECOND).unwrap();
        assert_eq!(guard.charge(burst, 0, now), Duration::ZERO);
        assert_eq!(guard.charge(burst / 2, 0, now), Duration::from_millis(500));
        let later = now + Duration::from_secs(10);
        assert_eq!(
            guard.charge(burst, 0, later),
            Duration::ZERO,
            "an unused bucket fills up, but not higher"
        );
        assert_eq!(guard.charge(burst, 0, later), Duration::from_secs(1));
    }

    #[test]
    fn many_empty_frames_are_counted_too() {
        let now = Instant::now() + Duration::from_secs(10);
        let mut guard = RateGuard::new(now);
        let waits = (0..FRAMES_PER_SECOND * 2).map(|_| guard.charge(0, 0, now));
        assert_eq!(waits.last(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_refused_frame_costs_more_than_one_of_use() {
        let now = Instant::now() + Duration::from_secs(10);
        let mut guard = RateGuard::new(now);
        let waits = (0..FRAMES_PER_SECOND / (FINE + 1) + 1).map(|_| guard.charge(0, 1, now));
        assert!(waits.last() > Some(Duration::ZERO), "not even a second's worth of them passes");
    }
}
