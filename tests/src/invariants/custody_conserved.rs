//! Once everything has arrived, every file is held by exactly one office, which knows it, and
//! nothing waits or travels between offices that can reach each other.

use std::collections::BTreeMap;

use mohar_protocol::codec;
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::records::Table;

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// The file that nobody or everybody has.
pub fn check(world: &World) -> Broken {
    let mut holders: BTreeMap<MatterId, Vec<usize>> = BTreeMap::new();
    for (at, node) in world.nodes.iter().enumerate().filter(|(_, node)| !node.dead) {
        for ((table, key), value) in node.store.rows() {
            // What waits for an office that is lost waits until it is cancelled or reassigned.
            let lost = key.get(..32).and_then(|office| office.try_into().ok()).map(OfficeId);
            let lost = lost.is_some_and(|office| world.is_dead(&office));
            if [Table::QUEUED, Table::TRANSIT, Table::RECALLS].contains(table) && !lost {
                return Err(format!(
                    "node {at} still waits for another office ({table:?}): {}",
                    tell(world, key)
                ));
            }
            if *table != Table::MATTERS {
                continue;
            }
            let matter: Matter = codec::decode(value, usize::MAX).map_err(|e| e.to_string())?;
            let entry = holders.entry(matter.id).or_default();
            if world.is_hosted(at, &matter.holder.office) {
                entry.push(at);
            }
        }
    }
    // What a lost office holds, as far as the living know, waits for an order.
    let lost = world.held_by_the_dead();
    match holders.into_iter().find(|(matter, holders)| holders.len() != 1 && !lost.contains(matter)) {
        Some((matter, holders)) => Err(format!("{matter:?} is held by nodes {holders:?}")),
        None => Ok(()),
    }
}

/// What every node knows of the matter that a waiting row is about.
fn tell(world: &World, key: &[u8]) -> String {
    let Some(id) = key.get(32..).and_then(|id| id.try_into().ok()).map(MatterId) else {
        return String::new();
    };
    let known = world.nodes.iter().enumerate().filter_map(|(at, node)| {
        let matter = mohar_protocol::records::Records::new(&node.store).matter(&id).ok()??;
        Some(format!(
            "\n  node {at}: number {} head {:?} {:?} {:?}",
            matter.number, matter.head, matter.holder, matter.phase
        ))
    });
    known.collect()
}
