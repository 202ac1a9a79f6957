//! A node's own clock: ahead or behind, jumping, or standing still.

use mohar_protocol::time::Timestamp;

/// Ten years.
pub const TEN_YEARS_MS: u64 = 10 * 365 * 86_400_000;

/// How a node's clock differs from the time of the world.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    ahead_ms: i64,
    stuck_at: Option<Timestamp>,
}

impl Clock {
    /// A clock that is a little ahead.
    pub fn ahead(ms: u64) -> Self {
        Self { ahead_ms: i64::try_from(ms).unwrap_or(i64::MAX), stuck_at: None }
    }

    /// What the clock shows.
    pub fn shows(&self, now: Timestamp) -> Timestamp {
        self.stuck_at.unwrap_or(Timestamp(now.0.saturating_add_signed(self.ahead_ms)))
    }

    /// Whether it is within two minutes of the truth, as a kept machine's clock is.
    pub fn is_right(&self, now: Timestamp) -> bool {
        self.shows(now).0.abs_diff(now.0) <= 120_000
    }

    /// Sets it ahead (or, negative, behind) by this much; it goes on from there.
    pub fn set(&mut self, ahead_ms: i64) {
        *self = Self { ahead_ms, stuck_at: None };
    }

    /// Stops it.
    pub fn stop(&mut self, now: Timestamp) {
        self.stuck_at = Some(self.shows(now));
    }
}
