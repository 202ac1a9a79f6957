//! When every content of an office is erased, its acts, its chains and its log prove as much as before.

use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::log::tree::{leaf_hash, root_of_leaves};
use mohar_protocol::records::{Records, Table};

use super::Broken;
use crate::world::disk::Disk;
use crate::world::{Mutation, World};

/// Checks the rule on a copy of every honest node's disk.
///
/// # Errors
/// What no longer proves what it proved.
pub fn check(world: &World) -> Broken {
    for (at, node) in world.honest() {
        let Some(machine) = &node.machine else { continue };
        let mut erased = node.store.clone();
        erase(&mut erased, world.mutation == Some(Mutation::ErasingTakesActs));
        let records = Records::new(erased.as_written());
        for office in machine.hosted() {
            let fault = |e: mohar_protocol::records::StoreFault| format!("node {at}: {e}");
            let Some(log) = records.log(&office).map_err(fault)? else { continue };
            let mut leaves = Vec::new();
            for id in records.leaves(&office, 0, usize::MAX >> 1).map_err(fault)? {
                let act = records.expect_act(&id).map_err(fault)?;
                let act = UnverifiedAct::parse(act.bytes()).map_err(|e| e.to_string())?;
                leaves.push(leaf_hash(
                    &machine
                        .registry()
                        .verify(act)
                        .map(|(act, _)| act.bytes().to_vec())
                        .map_err(|e| format!("node {at}: {id:?}: {e}"))?,
                ));
            }
            if root_of_leaves(&leaves) != log.frontier.root() {
                return Err(format!("node {at}: the log of {office:?} no longer adds up"));
            }
        }
    }
    Ok(())
}

/// Destroys every ciphertext and every key.
fn erase(disk: &mut Disk, with_acts: bool) {
    for table in [Table::CHUNKS, Table::CONTENTS, Table::KEYS] {
        disk.lose(table, |_| true);
    }
    if with_acts {
        let named: Vec<Vec<u8>> = disk
            .rows(Table::ACTS)
            .filter(|(_, bytes)| {
                UnverifiedAct::parse(bytes).is_ok_and(|act| !act.header().contents.is_empty())
            })
            .map(|(key, _)| key.to_vec())
            .collect();
        disk.lose(Table::ACTS, |key| named.iter().any(|named| named == key));
    }
}
