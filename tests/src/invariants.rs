//! What must always hold, one file each, by the numbers of `protocol/README.md`. The [`Oracle`] judges
//! every commit as it happens; the rules here look over the whole world now and then.
//!
//! [`Oracle`]: crate::world::Oracle

pub mod acts_survive_erasure;
pub mod custody_conserved;
pub mod desks_tell_the_truth;
pub mod everything_is_bounded;
pub mod held_means_stored;
pub mod log_only_grows;
pub mod no_act_lost;
pub mod no_plaintext_on_disk;
pub mod same_history;
pub mod single_holder;
pub mod time_contains_the_truth;
pub mod unknown_is_relayed;

use crate::world::World;
use crate::world::oracle::Violation;

/// A broken promise, in words.
pub type Broken = Result<(), String>;

/// A rule that looks over a world.
pub struct Rule {
    /// Number of the invariant.
    pub invariant: u8,
    /// What it asks.
    pub name: &'static str,
    /// Asks it.
    pub check: fn(&World) -> Broken,
}

const fn rule(invariant: u8, name: &'static str, check: fn(&World) -> Broken) -> Rule {
    Rule { invariant, name, check }
}

/// Names of the invariants, by number, from 1.
pub const NAMES: [&str; 15] = [
    "One holder",
    "Custody is conserved",
    "What a mirror is said to hold, survives",
    "No phantom",
    "Logs only grow",
    "Witnesses never go back",
    "No double signature",
    "Convergence",
    "Authority at the log index",
    "Time is honest",
    "No plaintext outside readers",
    "Proofs survive lawful destruction",
    "Neighbouring releases relay",
    "Everything is bounded",
    "What the officer is told is true",
];

/// Rules that hold at every moment.
pub const ALWAYS: &[Rule] = &[
    rule(1, "single holder", single_holder::check),
    rule(3, "no acknowledged act lost", no_act_lost::check),
    rule(3, "held by a mirror means stored there", held_means_stored::check),
    rule(5, "logs only grow, roots match bytes", log_only_grows::check),
    rule(10, "the interval proven contains the truth", time_contains_the_truth::check),
    rule(11, "no plaintext on any disk", no_plaintext_on_disk::check),
    rule(13, "unknown verbs are kept as they came", unknown_is_relayed::check),
    rule(14, "memory stays within its bounds", everything_is_bounded::check),
    rule(15, "desks tell the truth", desks_tell_the_truth::check),
];

/// Rules that hold once faults have ended and everything has arrived.
pub const HEALED: &[Rule] = &[
    rule(8, "nothing waits any more", custody_conserved::check),
    rule(8, "same history everywhere", same_history::check),
    rule(12, "acts survive erasure", acts_survive_erasure::check),
];

/// Asks a list of rules. Everything that was broken, with what the oracle has seen so far.
pub fn check(world: &World, rules: &[Rule]) -> Vec<Violation> {
    let mut broken = world.oracle.violations.clone();
    for rule in rules {
        if let Err(what) = (rule.check)(world) {
            let what = format!("seed {}: {}: {what}", world.seed, rule.name);
            broken.push(Violation { invariant: rule.invariant, what });
        }
    }
    broken
}
