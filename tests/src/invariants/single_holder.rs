//! For each place of each chain there is one act in the whole world: no file has two successors.

use std::collections::BTreeMap;

use mohar_protocol::id::ActId;
use mohar_protocol::records::Table;

use super::Broken;
use crate::world::World;

/// Key of evidence about a log: office and size. Of a file it is matter and act.
const LOG_EVIDENCE_BYTES: usize = 40;

/// Checks the rule.
///
/// # Errors
/// The place that two acts claim.
pub fn check(world: &World) -> Broken {
    let mut places: BTreeMap<&[u8], (usize, ActId)> = BTreeMap::new();
    for (node, at) in world.nodes.iter().zip(0..) {
        for ((table, key), value) in
            node.store.rows().filter(|((table, _), _)| *table == Table::CHAINS || *table == Table::EVIDENCE)
        {
            // A head that did not fit is no fork of a file; the barrier answers it.
            if *table == Table::EVIDENCE && key.len() == LOG_EVIDENCE_BYTES {
                continue;
            }
            if *table == Table::EVIDENCE {
                return Err(format!("node {at} kept evidence of a fork"));
            }
            let act = ActId(value.as_slice().try_into().map_err(|_| "a damaged row".to_owned())?);
            let (first, known) = places.entry(key.as_slice()).or_insert((at, act));
            if *known != act {
                return Err(format!("nodes {first} and {at} hold different acts for one place"));
            }
        }
    }
    Ok(())
}
