//! Once everything has arrived, every file is held by exactly one office, which knows it, and
//! nothing waits or travels between offices that can reach each other.

use std::collections::BTreeMap;

use mohar_protocol::codec;
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::records::{Records, Table};

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// The file that nobody or everybody has.
pub fn check(world: &World) -> Broken {
    let mut holders: BTreeMap<MatterId, Vec<usize>> = BTreeMap::new();
    for (at, node) in world.honest().filter(|(_, node)| !node.lost) {
        for table in [Table::QUEUED, Table::TRANSIT, Table::RECALLS] {
            let waits = node.store.rows(table).find(|(key, _)| is_between_honest(world, key));
            if let Some((key, _)) = waits {
                let known = tell(world, key);
                return Err(format!("node {at} still waits for another office ({table:?}): {known}"));
            }
        }
        for (_, value) in node.store.rows(Table::MATTERS) {
            let matter: Matter = codec::decode(value, usize::MAX).map_err(|e| e.to_string())?;
            let entry = holders.entry(matter.id).or_default();
            if world.is_hosted(at, &matter.holder.office) {
                entry.push(at);
            }
        }
    }
    // What a lost office holds, as far as the living know, waits for an order.
    let lost = world.held_by_the_lost();
    holders.retain(|matter, _| world.oracle.is_clean(matter) && !lost.contains(matter));
    match holders.into_iter().find(|(_, holders)| holders.len() != 1) {
        Some((matter, holders)) => Err(format!("{matter:?} is held by nodes {holders:?}")),
        None => Ok(()),
    }
}

/// Whether a waiting row is about offices and a matter that the adversary never had, and an office
/// that is still there: what waits for a lost one waits until it is cancelled or reassigned.
fn is_between_honest(world: &World, key: &[u8]) -> bool {
    let (Some(office), Some(matter)) = (key.first_chunk::<32>(), key.last_chunk::<32>()) else { return true };
    !world.is_lost(&OfficeId(*office))
        && world.oracle.trusts(&OfficeId(*office))
        && world.oracle.is_clean(&MatterId(*matter))
}

/// What every node knows of the matter that a waiting row is about.
fn tell(world: &World, key: &[u8]) -> String {
    let Some(id) = key.get(32..).and_then(|id| id.try_into().ok()).map(MatterId) else {
        return String::new();
    };
    let known = world.nodes.iter().enumerate().filter_map(|(at, node)| {
        let records = Records::new(node.store.as_written());
        let matter = records.matter(&id).ok()??;
        let acts: Vec<String> = records
            .chain(&id, 0, usize::MAX >> 1)
            .ok()?
            .iter()
            .filter_map(|id| records.act(id).ok()?)
            .map(|act| {
                let named = act.header().contents.iter();
                let lost = named.filter(|content| !matches!(records.has_content(&content.root), Ok(true)));
                format!(
                    "{}.{} verb {} ({} contents missing)",
                    act.header().epoch,
                    act.header().number,
                    act.header().verb,
                    lost.count()
                )
            })
            .collect();
        Some(format!(
            "\n  node {at}{}: number {} head {:?} {:?} {:?}\n    {}",
            if node.lost { " (lost)" } else { "" },
            matter.number,
            matter.head,
            matter.holder,
            matter.phase,
            acts.join(", ")
        ))
    });
    known.collect()
}
