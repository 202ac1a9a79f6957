//! No row of any node shows what officers wrote.

use super::Broken;
use crate::world::World;

/// Stands in every note of the simulated officers.
const MARKER: &[u8] = "गोपनीय टीप क्रमांक".as_bytes();

/// Checks the rule.
///
/// # Errors
/// Where the text was found.
pub fn check(world: &World) -> Broken {
    for (at, node) in world.nodes.iter().enumerate() {
        for (table, _, value) in node.store.all_rows() {
            if value.windows(MARKER.len()).any(|window| window == MARKER) {
                return Err(format!("node {at}, table {table:?} holds a note in the clear"));
            }
        }
    }
    Ok(())
}
