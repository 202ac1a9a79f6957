//! For each place of each epoch of each chain there is one act in the whole world: no file has two
//! successors. What was seen at single commits, the oracle tells.

use std::collections::BTreeMap;

use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::records::{Records, Table};

use super::Broken;
use crate::world::World;

/// Key of evidence about a log: office and size. Of a file it is matter and act.
const LOG_EVIDENCE_BYTES: usize = 40;

/// Checks the rule.
///
/// # Errors
/// The place that two acts claim.
pub fn check(world: &World) -> Broken {
    let mut places: BTreeMap<(&[u8], u32), (usize, ActId)> = BTreeMap::new();
    for (at, node) in world.honest() {
        let is_clean = |key: &[u8]| {
            key.first_chunk::<32>().is_none_or(|matter| world.oracle.is_clean(&MatterId(*matter)))
        };
        let records = Records::new(node.store.as_written());
        for (key, value) in node.store.rows(Table::CHAINS).filter(|(key, _)| is_clean(key)) {
            let act = ActId(value.try_into().map_err(|_| "a damaged row".to_owned())?);
            // What was signed before an authority began a new epoch may differ from what stands since.
            let epoch = records.expect_act(&act).map_err(|e| e.to_string())?.header().epoch;
            let (first, known) = places.entry((key, epoch)).or_insert((at, act));
            if *known != act {
                return Err(format!("nodes {first} and {at} hold different acts for one place"));
            }
        }
        // A restored office may have signed a head that does not fit; no file is forked by that.
        let restored = world.nodes.iter().any(|node| node.marks.was_restored());
        let counts = |key: &[u8]| !restored || key.len() != LOG_EVIDENCE_BYTES;
        let evidence = node.store.rows(Table::EVIDENCE).any(|(key, _)| counts(key));
        let nobody_lies = world.nodes.iter().all(|node| !node.hostile);
        if nobody_lies && (evidence || node.store.rows(Table::FORKS).next().is_some()) {
            return Err(format!("node {at} kept evidence of a fork"));
        }
    }
    Ok(())
}
