//! Every kept log adds up to its head, own and mirrored, and a mirror holds a beginning of what
//! the owner holds.

use mohar_protocol::log::tile::recheck;
use mohar_protocol::log::tree::{leaf_hash, root_of_leaves};
use mohar_protocol::records::Records;

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// The log that does not add up.
pub fn check(world: &World) -> Broken {
    for (at, node) in world.honest() {
        let records = Records::new(&node.store);
        for (owner, office) in world.state.offices.iter().enumerate() {
            let Some(log) = records.log(&office.id).map_err(|e| e.to_string())? else { continue };
            let ids = records.leaves(&office.id, 0, usize::MAX >> 1).map_err(|e| e.to_string())?;
            let mut leaves = Vec::new();
            for id in &ids {
                leaves.push(leaf_hash(records.expect_act(id).map_err(|e| e.to_string())?.bytes()));
            }
            if root_of_leaves(&leaves) != log.frontier.root() || ids.len() as u64 != log.frontier.size() {
                return Err(format!("node {at}: the log of office {owner} does not add up"));
            }
            recheck(&log.frontier, 0, &records.log_hashes(office.id))
                .map_err(|e| format!("node {at}: stored hashes of office {owner}: {e}"))?;
            if !world.oracle.trusts(&office.id) {
                continue;
            }
            let own = Records::new(&world.nodes[world.host_of(owner)].store);
            let origin = own.leaves(&office.id, 0, ids.len()).map_err(|e| e.to_string())?;
            if origin != ids {
                return Err(format!("node {at} mirrors leaves that office {owner} does not have"));
            }
        }
    }
    Ok(())
}
