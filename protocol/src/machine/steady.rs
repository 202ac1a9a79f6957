//! Time that only goes on: what was said a while ago is said again, although the node's clock was set
//! back or stands still. It never leaves the machine.

use crate::time::Timestamp;

/// A tick is given once a second; that is how far time goes when the clock does not.
const TICK_MS: u64 = 1_000;

/// Time since the machine started, as far as it can know.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steady {
    shown: Timestamp,
    at: Timestamp,
}

impl Steady {
    /// Goes on to what the clock shows now. A clock that went back, or stands, counts its ticks.
    pub(super) fn goes_on(&mut self, shows: Timestamp, is_tick: bool) -> Timestamp {
        let passed = shows.ms_since(self.shown);
        let passed = if passed == 0 && is_tick { TICK_MS } else { passed };
        (self.shown, self.at) = (shows, self.at.plus_ms(passed));
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    #[test]
    fn it_goes_with_a_clock_that_goes() {
        let mut steady = Steady::default();
        assert_eq!(steady.goes_on(NOW, false), NOW);
        assert_eq!(steady.goes_on(NOW.plus_ms(70_000), true), NOW.plus_ms(70_000));
    }

    #[test]
    fn a_clock_set_back_or_standing_does_not_stop_it() {
        let mut steady = Steady::default();
        let before = steady.goes_on(NOW, true);
        assert_eq!(steady.goes_on(Timestamp(5), true), before.plus_ms(TICK_MS));
        assert_eq!(steady.goes_on(Timestamp(5), true), before.plus_ms(2 * TICK_MS));
        assert_eq!(steady.goes_on(Timestamp(5), false), before.plus_ms(2 * TICK_MS));
        assert_eq!(steady.goes_on(Timestamp(8), false), before.plus_ms(2 * TICK_MS + 3));
    }
}
