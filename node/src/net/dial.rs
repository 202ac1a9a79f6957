//! Whom to call, and when: a book of wanted peers with exponential backoff.
//!
//! It keeps one state per wanted peer and a sorted set of the calls that are due. It never dials
//! itself and never reads the clock.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

/// Calls in progress. A node that lost its line wants everybody at once; 32 keep the handshakes of a
/// small machine within their 10 s.
const IN_FLIGHT_MAX: usize = 32;

/// Shortest and longest time between two calls to one peer, before jitter shortens it by up to half.
const BACKOFF_FIRST: Duration = Duration::from_secs(2);
const BACKOFF_LAST: Duration = Duration::from_secs(60);

/// A link that held this long proves the peer well: the next call comes early again.
const HELD: Duration = Duration::from_secs(30);

/// The wanted peers.
#[derive(Default)]
pub struct Dialer {
    wanted: HashMap<PeerId, Wanted>,
    due: BTreeSet<(Instant, PeerId)>,
    in_flight: usize,
}

struct Wanted {
    addresses: Vec<Multiaddr>,
    failures: u32,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Due(Instant),
    InFlight,
    Linked,
}

impl Dialer {
    /// Wants this peer at these addresses; a peer already wanted only changes its addresses.
    pub fn want(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, linked: bool, now: Instant) {
        if let Some(wanted) = self.wanted.get_mut(&peer) {
            wanted.addresses = addresses;
            return;
        }
        self.wanted.insert(peer, Wanted { addresses, failures: 0, state: State::Linked });
        if !linked {
            self.enter(peer, State::Due(now));
        }
    }

    /// Wants this peer no longer.
    pub fn forget(&mut self, peer: &PeerId) {
        self.enter(*peer, State::Linked);
        self.wanted.remove(peer);
    }

    /// When the next call is due; `None` while nobody is due or all lines are taken.
    pub fn next_due(&self) -> Option<Instant> {
        if self.in_flight >= IN_FLIGHT_MAX {
            return None;
        }
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes one call that is due. Its outcome must be told by `connected` or `failed`.
    pub fn take_due(&mut self, now: Instant) -> Option<(PeerId, Vec<Multiaddr>)> {
        let peer = match self.due.first() {
            Some((at, peer)) if *at <= now && self.in_flight < IN_FLIGHT_MAX => *peer,
            _ => return None,
        };
        self.enter(peer, State::InFlight);
        let addresses = self.wanted.get(&peer)?.addresses.clone();
        Some((peer, addresses))
    }

    /// A connection with this peer exists, whoever called.
    pub fn connected(&mut self, peer: &PeerId) {
        self.enter(*peer, State::Linked);
    }

    /// The call to this peer failed. Without such a call nothing happens.
    pub fn failed(&mut self, peer: &PeerId, now: Instant) {
        if self.wanted.get(peer).is_some_and(|wanted| wanted.state == State::InFlight) {
            self.back_off(*peer, now);
        }
    }

    /// The link with this peer is gone after holding for `held`.
    pub fn lost(&mut self, peer: &PeerId, held: Duration, now: Instant) {
        let Some(wanted) = self.wanted.get_mut(peer) else {
            return;
        };
        if wanted.state != State::Linked {
            return;
        }
        if held >= HELD {
            wanted.failures = 0;
        }
        self.back_off(*peer, now);
    }

    fn back_off(&mut self, peer: PeerId, now: Instant) {
        let Some(wanted) = self.wanted.get_mut(&peer) else {
            return;
        };
        let pause = jittered(backoff(wanted.failures), getrandom::u32().unwrap_or(u32::MAX));
        wanted.failures = wanted.failures.saturating_add(1);
        self.enter(peer, State::Due(now + pause));
    }

    /// The only place where a state changes, so that `due` and `in_flight` always agree with it.
    fn enter(&mut self, peer: PeerId, state: State) {
        let Some(wanted) = self.wanted.get_mut(&peer) else {
            return;
        };
        match std::mem::replace(&mut wanted.state, state) {
            State::Due(at) => {
                self.due.remove(&(at, peer));
            }
            State::InFlight => self.in_flight -= 1,
            State::Linked => {}
        }
        match state {
            State::Due(at) => {
                self.due.insert((at, peer));
            }
            State::InFlight => self.in_flight += 1,
            State::Linked => {}
        }
    }
}

fn backoff(failures: u32) -> Duration {
    BACKOFF_FIRST.saturating_mul(1 << failures.min(5)).min(BACKOFF_LAST)
}

/// Between half of `pause` and all of it, so that the callers of a restarted hub do not come at once.
fn jittered(pause: Duration, random: u32) -> Duration {
    let half = pause / 2;
    half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use libp2p::PeerId;
    use tokio::time::Instant;

    use super::{Dialer, IN_FLIGHT_MAX, backoff, jittered};

    #[test]
    fn pauses_grow_from_one_second_to_one_minute() {
        assert_eq!(jittered(backoff(0), 0), Duration::from_secs(1));
        assert_eq!(jittered(backoff(0), u32::MAX), Duration::from_secs(2));
        assert_eq!(jittered(backoff(1000), u32::MAX), Duration::from_secs(60));
    }

    #[test]
    fn a_failed_call_comes_back_later_and_a_forgotten_peer_never() {
        let (mut dialer, peer, now) = (Dialer::default(), PeerId::random(), Instant::now());
        dialer.want(peer, Vec::new(), false, now);
        dialer.want(peer, Vec::new(), false, now);
        assert!(dialer.take_due(now).is_some());
        assert!(dialer.take_due(now).is_none(), "one call at a time");
        dialer.failed(&peer, now);
        assert!(dialer.next_due().unwrap() >= now + Duration::from_secs(1));
        dialer.forget(&peer);
        assert_eq!(dialer.next_due(), None);
    }

    #[test]
    fn calls_in_progress_are_bounded_and_every_outcome_frees_its_line() {
        let (mut dialer, now) = (Dialer::default(), Instant::now());
        for _ in 0..=IN_FLIGHT_MAX {
            dialer.want(PeerId::random(), Vec::new(), false, now);
        }
        let called: Vec<PeerId> = std::iter::from_fn(|| dialer.take_due(now)).map(|(peer, _)| peer).collect();
        assert_eq!(called.len(), IN_FLIGHT_MAX);
        assert_eq!(dialer.next_due(), None);
        dialer.connected(&called[0]);
        assert_eq!(dialer.next_due(), Some(now));
    }
}
