//! Everything that can happen to one file between three offices, up to a depth: breadth first, over the
//! real machine, a state met twice looked at once.
//!
//! A step is one frame about custody (offer, acts, ready or recall, handover) arriving or lost, one wish
//! of an officer, a crash at a commit, or a minute passing. All other frames (heads, cosignatures,
//! chunks, registers) arrive at once: they carry no custody, and waiting for a witness has its own limit
//! in time. This explorer never draws anything by chance.

mod node;
mod state;

use std::collections::BTreeSet;

use self::state::State;
pub use self::state::Step;

/// How much of everything one path may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Wishes of officers.
    pub wishes: u8,
    /// Crashes, each before or after a commit.
    pub crashes: u8,
    /// Lost frames.
    pub losses: u8,
    /// Minutes.
    pub minutes: u8,
}

/// What an exploration found.
#[derive(Debug, Default)]
pub struct Explored {
    /// Different states.
    pub states: u64,
    /// Steps taken.
    pub steps: u64,
    /// Different states at each depth.
    pub by_depth: Vec<u64>,
    /// States from which everything was let arrive.
    pub settled: u64,
    /// What was wrong, with the path that leads there.
    pub broken: Vec<String>,
}

/// Explores to a depth. Every `settle_every`th state is also let settle, as when all faults end.
pub fn explore(depth: usize, budget: Budget, settle_every: u64) -> Explored {
    let first = State::begin(budget);
    let mut seen = BTreeSet::from([first.digest()]);
    let mut found = Explored { states: 1, by_depth: vec![1], ..Explored::default() };
    let mut level = vec![first];
    for at in 1..=depth {
        let mut next = Vec::new();
        for state in level {
            for step in state.steps() {
                found.steps += 1;
                let after = state.after(step);
                if !seen.insert(after.digest()) {
                    continue;
                }
                found.states += 1;
                look(&after, &mut found, settle_every);
                // States of the last depth are judged, not kept.
                if at < depth {
                    next.push(after);
                }
            }
        }
        let before: u64 = found.by_depth.iter().sum();
        found.by_depth.push(found.states - before);
        if !found.broken.is_empty() {
            break;
        }
        level = next;
    }
    found
}

fn look(state: &State, found: &mut Explored, settle_every: u64) {
    let mut wrong = state.judge().err();
    if wrong.is_none() && found.states.is_multiple_of(settle_every) {
        found.settled += 1;
        wrong = state.settle().err();
    }
    if let Some(what) = wrong {
        found.broken.push(format!("{what}\n  after {:?}", state.path()));
    }
}
