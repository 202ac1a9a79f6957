//! What an office shows as held by a mirror is on that mirror's disk: every leaf and every
//! content named by it.

use mohar_protocol::act::Body;
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::HostSecrets;
use mohar_protocol::records::{Records, Role};

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// What is missing where.
pub fn check(world: &World) -> Broken {
    for (owner, office) in world.state.offices.iter().enumerate() {
        if !world.oracle.trusts(&office.id) {
            continue;
        }
        let records = Records::new(world.nodes[world.host_of(owner)].store.as_written());
        let held = records.held(&office.id).map_err(|e| e.to_string())?;
        for (key, role, size, _) in held.by {
            if role != Role::Mirror {
                continue;
            }
            let mirror = world
                .state
                .offices
                .iter()
                .position(|other| HostSecrets::mirror(&other.keys.signing).public().id() == key);
            let mirror = mirror.ok_or("a cosigner that is no office")?;
            let mirrored_at = &world.nodes[world.host_of(mirror)];
            if mirrored_at.hostile || mirrored_at.marks.lacks_copies() {
                continue;
            }
            stored(world, world.host_of(mirror), &office.id, size)
                .map_err(|what| format!("office {owner} at node {mirror}: {what}"))?;
        }
    }
    Ok(())
}

fn stored(world: &World, mirror: usize, office: &OfficeId, size: u64) -> Broken {
    let records = Records::new(world.nodes[mirror].store.as_written());
    let fault = |e: mohar_protocol::records::StoreFault| e.to_string();
    let ids = records.leaves(office, 0, size as usize).map_err(fault)?;
    if (ids.len() as u64) < size {
        return Err(format!("{} of {size} leaves", ids.len()));
    }
    for id in ids {
        let act = records.expect_act(&id).map_err(fault)?;
        let wraps = match act.body() {
            Body::Open(body) => Some(body.wraps.root),
            Body::Diarise(body) => Some(body.wraps.root),
            Body::Handover(body) => Some(body.wraps.root),
            Body::Receive(body) => Some(body.wraps.root),
            _ => None,
        };
        for root in act.header().contents.iter().map(|content| content.root).chain(wraps) {
            if records.content_bytes(&root).map_err(fault)?.is_none() {
                return Err(format!("content {} is missing", root.short()));
            }
        }
    }
    Ok(())
}
