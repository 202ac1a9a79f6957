//! What a newer release writes is kept byte for byte by all who keep its log.

use mohar_protocol::records::{Kv, Table};

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// Who lacks it, or keeps other bytes.
pub fn check(world: &World) -> Broken {
    for (office, index, id, bytes) in &world.oracle.newer {
        for (at, node) in world.honest() {
            let place = [office.0.as_slice(), &index.to_be_bytes()].concat();
            let leaf = node.store.as_written().get(Table::LEAVES, &place).map_err(|e| e.to_string())?;
            let kept = node.store.as_written().get(Table::ACTS, &id.0).map_err(|e| e.to_string())?;
            if leaf.as_deref() == Some(id.0.as_slice()) && kept.as_deref() != Some(bytes.as_slice()) {
                return Err(format!("node {at} does not keep {id:?} as it came"));
            }
        }
    }
    Ok(())
}
