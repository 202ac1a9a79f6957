//! No cosigner ever cosigns a smaller tree than before, across its own crashes.

use super::Broken;
use crate::world::World;

/// Checks the rule, which the world watches at every commit.
///
/// # Errors
/// What was seen.
pub fn check(world: &World) -> Broken {
    world.oracle.violations.first().map_or(Ok(()), |what| Err(what.clone()))
}
