//! Once everything has arrived, every office that had a file tells the same history of it as the
//! office that has it now.

use std::collections::BTreeMap;

use mohar_protocol::codec;
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::records::Table;

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// Who tells what differently.
pub fn check(world: &World) -> Broken {
    let mut heads: BTreeMap<MatterId, Vec<(usize, (u32, u64), ActId)>> = BTreeMap::new();
    for (at, node) in world.honest().filter(|(_, node)| !node.lost) {
        for (_, value) in node.store.rows(Table::MATTERS) {
            let matter: Matter = codec::decode(value, usize::MAX).map_err(|e| e.to_string())?;
            if matter.offices().into_iter().any(|visited| world.is_hosted(at, &visited)) {
                let height = (matter.epoch, matter.number);
                heads.entry(matter.id).or_default().push((at, height, matter.head));
            }
        }
    }
    heads.retain(|matter, _| world.oracle.is_clean(matter));
    for (matter, tellers) in heads {
        let newest = tellers.iter().max_by_key(|(_, height, _)| *height).map(|(_, _, head)| *head);
        if let Some((at, height, _)) = tellers.iter().find(|(_, _, head)| Some(*head) != newest) {
            let tell = world.tell(&matter);
            return Err(format!(
                "{matter:?}: node {at} knows it only up to act {height:?}: {tellers:?}{tell}"
            ));
        }
    }
    Ok(())
}
