//! What an officer was told is done stands in the log of the office that said so.

use mohar_protocol::records::Records;

use super::Broken;
use crate::world::World;

/// Checks the rule.
///
/// # Errors
/// The act that is missing.
pub fn check(world: &World) -> Broken {
    for (node, act) in &world.oracle.acknowledged {
        if world.nodes[*node].hostile || world.nodes[*node].marks.is_behind() {
            continue;
        }
        let records = Records::new(world.nodes[*node].store.as_written());
        let offices = world.nodes[*node].offices.iter().map(|office| world.state.offices[*office].id);
        let is_logged = offices.into_iter().any(|office| matches!(records.place(act, &office), Ok(Some(_))));
        if !is_logged || records.act(act).map_err(|e| e.to_string())?.is_none() {
            return Err(format!("{act:?} was acknowledged by node {node} and is gone"));
        }
    }
    Ok(())
}
