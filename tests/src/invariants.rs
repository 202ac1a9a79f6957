//! What must always hold, one file each. `protocol/README.md` numbers them.

pub mod custody_conserved;
pub mod desks_tell_the_truth;
pub mod held_means_stored;
pub mod log_only_grows;
pub mod no_act_lost;
pub mod no_plaintext_on_disk;
pub mod same_history;
pub mod single_holder;
pub mod witnesses_never_go_back;

use crate::world::World;

/// A broken promise, in words.
pub type Broken = Result<(), String>;

/// A rule that may be checked at any moment.
type Check = fn(&World) -> Broken;

/// Rules that hold at every moment.
pub const ALWAYS: &[(&str, Check)] = &[
    ("single holder", single_holder::check),
    ("no acknowledged act lost", no_act_lost::check),
    ("logs only grow, roots match bytes", log_only_grows::check),
    ("witnesses never go back", witnesses_never_go_back::check),
    ("held by a mirror means stored there", held_means_stored::check),
    ("no plaintext on any disk", no_plaintext_on_disk::check),
    ("desks tell the truth", desks_tell_the_truth::check),
];

/// Rules that hold once faults have ended and everything has arrived.
pub const HEALED: &[(&str, Check)] =
    &[("custody conserved", custody_conserved::check), ("same history everywhere", same_history::check)];

/// Checks a list of rules; the first broken one, with its name and the seed.
///
/// # Errors
/// What was broken.
pub fn check(world: &World, rules: &[(&str, Check)]) -> Broken {
    for (name, rule) in rules {
        rule(world).map_err(|what| format!("seed {}: {name}: {what}", world.seed))?;
    }
    Ok(())
}
