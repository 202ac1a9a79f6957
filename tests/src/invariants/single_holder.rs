//! For each place of each chain there is one act in the whole world: no file has two successors. What
//! was seen at single commits, the oracle tells.

use std::collections::BTreeMap;

use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::records::Table;

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// The place that two acts claim.
pub fn check(world: &World) -> Broken {
    let mut places: BTreeMap<&[u8], (usize, ActId)> = BTreeMap::new();
    for (at, node) in world.honest() {
        let is_clean = |key: &[u8]| {
            key.first_chunk::<32>().is_none_or(|matter| world.oracle.is_clean(&MatterId(*matter)))
        };
        for (key, value) in node.store.rows(Table::CHAINS).filter(|(key, _)| is_clean(key)) {
            let act = ActId(value.try_into().map_err(|_| "a damaged row".to_owned())?);
            let (first, known) = places.entry(key).or_insert((at, act));
            if *known != act {
                return Err(format!("nodes {first} and {at} hold different acts for one place"));
            }
        }
        if world.nodes.iter().all(|node| !node.hostile) && node.store.rows(Table::EVIDENCE).next().is_some() {
            return Err(format!("node {at} kept evidence of a fork"));
        }
    }
    Ok(())
}
