//! Every kept log adds up to its head, own and mirrored; a mirror holds a beginning of what the owner
//! holds; and what an office has signed is what its leaves add up to.

use mohar_protocol::hash::Hash;
use mohar_protocol::id::OfficeId;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::note::LogKey;
use mohar_protocol::log::tile::recheck;
use mohar_protocol::log::tree::{leaf_hash, root_of_leaves};
use mohar_protocol::machine::origin;
use mohar_protocol::records::{LogState, Records};

use super::Broken;
use crate::world::{Mutation, World};

/// Checks the rule.
///
/// # Errors
/// The log that does not add up.
pub fn check(world: &World) -> Broken {
    for (at, node) in world.honest() {
        let records = Records::new(node.store.as_written());
        for (owner, office) in world.state.offices.iter().enumerate() {
            let log = match records.log(&office.id) {
                Ok(Some(log)) => log,
                Ok(None) => continue,
                // Damage that is meant to go unnoticed; what counts then is what was signed.
                Err(_) if world.mutation == Some(Mutation::RecheckOff) => continue,
                Err(fault) => return Err(fault.to_string()),
            };
            let ids = records.leaves(&office.id, 0, usize::MAX >> 1).map_err(|e| e.to_string())?;
            let mut leaves = Vec::new();
            for id in &ids {
                leaves.push(leaf_hash(records.expect_act(id).map_err(|e| e.to_string())?.bytes()));
            }
            let where_ = |what: &str| format!("node {at}: the log of office {owner}: {what}");
            if world.is_hosted(at, &office.id) {
                signed_is_true(world, &office.id, &log, &leaves).map_err(|what| where_(&what))?;
            }
            if world.mutation == Some(Mutation::RecheckOff) {
                continue;
            }
            if root_of_leaves(&leaves) != log.frontier.root() || ids.len() as u64 != log.frontier.size() {
                return Err(where_("does not add up"));
            }
            recheck(&log.frontier, 0, &records.log_hashes(office.id)).map_err(|e| where_(&e.to_string()))?;
            let is_behind = world.nodes[world.host_of(owner)].marks.is_behind();
            if !world.oracle.trusts(&office.id) || is_behind {
                continue;
            }
            let own = Records::new(world.nodes[world.host_of(owner)].store.as_written());
            let origin = own.leaves(&office.id, 0, ids.len()).map_err(|e| e.to_string())?;
            if origin != ids {
                return Err(where_("has leaves that its owner does not have"));
            }
        }
    }
    Ok(())
}

/// The head that was signed last is that of the leaves.
fn signed_is_true(world: &World, office: &OfficeId, log: &LogState, leaves: &[Hash]) -> Broken {
    let Ok(signed) = SignedCheckpoint::parse(&log.note) else { return Ok(()) };
    let keys = world.state.offices.iter().filter(|other| other.id == *office);
    let verified = keys.map(|other| LogKey::new(origin(office), other.keys.signing.public()));
    let Some(head) = verified.into_iter().find_map(|key| Some(*signed.clone().verify(&key).ok()?.head()))
    else {
        return Ok(());
    };
    let covered = leaves.get(..head.size as usize).ok_or("fewer leaves than were signed")?;
    if root_of_leaves(covered) == head.root { Ok(()) } else { Err("another head was signed".to_owned()) }
}
