//! Every interleaving of a small world, as deep as a minute allows.

use mohar_tests::small::{Budget, explore};

/// A release build explores a level more.
const DEPTH: usize = if cfg!(debug_assertions) { 4 } else { 7 };

#[test]
fn no_interleaving_of_a_movement_breaks_custody() {
    let depth = super::setting("MOHAR_SIM_DEPTH", DEPTH as u64) as usize;
    let found = explore(depth, Budget { wishes: 3, crashes: 1, losses: 1, minutes: 1 }, 64);
    eprintln!(
        "small scope: depth {depth}, {} states {:?}, {} steps, {} settled",
        found.states, found.by_depth, found.steps, found.settled
    );
    assert!(found.broken.is_empty(), "{}", found.broken.join("\n"));
}

#[test]
fn a_movement_that_nothing_disturbs_ends_at_its_addressee() {
    let found = explore(12, Budget { wishes: 1, crashes: 0, losses: 0, minutes: 0 }, 1);
    assert!(found.broken.is_empty(), "{}", found.broken.join("\n"));
    assert!(found.states >= 5, "offer, acts, ready, handover and receive: {:?}", found.by_depth);
}
