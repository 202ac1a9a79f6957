//! For each place of each epoch of each chain there is one act in the whole world: no file has two
//! successors of one act, unless the proof of it is kept or an authority has begun a new epoch.

use std::collections::BTreeMap;

use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::records::{Records, Table};

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// The place that two acts claim.
pub fn check(world: &World) -> Broken {
    let mut places: BTreeMap<(MatterId, u32, u64), (usize, ActId)> = BTreeMap::new();
    for (node, at) in world.nodes.iter().zip(0..) {
        let records = Records::new(&node.store);
        for ((table, _), value) in node.store.rows() {
            if [Table::EVIDENCE, Table::FORKS].contains(table) {
                return Err(format!("node {at} kept evidence of a fork"));
            }
            if *table != Table::CHAINS {
                continue;
            }
            let act = ActId(value.as_slice().try_into().map_err(|_| "a damaged row".to_owned())?);
            let header = records.expect_act(&act).map_err(|e| e.to_string())?.header().clone();
            let matter = header.matter.unwrap_or_else(|| act.into());
            let (first, known) = places.entry((matter, header.epoch, header.number)).or_insert((at, act));
            if *known != act {
                return Err(format!("nodes {first} and {at} hold different acts for one place"));
            }
        }
    }
    Ok(())
}
