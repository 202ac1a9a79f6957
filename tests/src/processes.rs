//! Real daemons: the programs `mohar` and `mohar-node`, several offices on one machine over
//! loopback, officers who work over HTTP as browsers do, and `kill -9`.
//!
//! A [`Town`] has its own copy of a state that was founded once, its own ports, and ends all its
//! nodes when it is dropped. Everything waits for a condition with a deadline and says on failure
//! what it saw last; nothing here sleeps and hopes.

pub mod absence;
pub mod drill;
pub mod flood;
pub mod html;
pub mod judge;
pub mod kill_loop;
pub mod networks;
pub mod node;
pub mod officer;
pub mod ports;
pub mod programs;
pub mod relay;
pub mod slow_line;
pub mod storms;
pub mod town;

use std::time::{Duration, Instant};

/// No test waits longer for one thing. Two cores run ten programs, in the debug profile.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// The password of everyone in a town.
pub const PASSWORD: &str = "nine chairs in a row";

/// Waits until `look` gives a value; what it says when it does not is the state seen last.
///
/// # Panics
/// After [`PATIENCE`], with what was waited for and the last state.
#[track_caller]
pub fn until<T>(what: &str, look: impl FnMut() -> Result<T, String>) -> T {
    until_within(PATIENCE, what, look)
}

/// As [`until`], with a deadline of its own.
///
/// # Panics
/// After `patience`, with what was waited for and the last state.
#[track_caller]
pub fn until_within<T>(patience: Duration, what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        let state = match look() {
            Ok(value) => return value,
            Err(state) => state,
        };
        assert!(start.elapsed() < patience, "waited {patience:?} in vain until {what}; seen last: {state}");
        std::thread::sleep(LOOK);
    }
}
