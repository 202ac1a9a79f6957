//! Derived states are what the acts say: folding a chain again gives the stored matter.

use mohar_protocol::codec;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::records::{Records, Table};

use super::Broken;
use crate::world::World;

/// Checks the rule on nodes that are up, whose registry judges the acts.
///
/// # Errors
/// The file whose stored state is another than its chain's.
pub fn check(world: &World) -> Broken {
    for (at, node) in world.honest() {
        let Some(machine) = &node.machine else { continue };
        let records = Records::new(node.store.as_written());
        for (_, value) in node.store.rows(Table::MATTERS) {
            let stored: Matter = codec::decode(value, usize::MAX).map_err(|e| e.to_string())?;
            let mut folded: Option<Matter> = None;
            for id in records.chain(&stored.id, 0, usize::MAX >> 1).map_err(|e| e.to_string())? {
                let act = records.expect_act(&id).map_err(|e| e.to_string())?;
                let signer = machine.registry().signer_of(&act).map_err(|e| e.to_string())?;
                let next = match &folded {
                    None => Matter::begin(&act, &signer),
                    Some(matter) => matter.advance(&act, &signer, machine.registry()),
                };
                folded = Some(next.map_err(|e| format!("node {at}: {e}"))?);
            }
            let proven = records.fork(&stored.id, stored.epoch).map_err(|e| e.to_string())?.is_some();
            // A chain does not say that it forks; the proof that is kept beside it does.
            let frozen = folded.clone().filter(|_| stored.phase == Phase::Frozen && proven);
            let folded = frozen.map(|matter| Matter { phase: Phase::Frozen, ..matter }).or(folded);
            if folded.as_ref() != Some(&stored) {
                return Err(format!("node {at}: {:?} is not what its chain says", stored.id));
            }
        }
    }
    Ok(())
}
