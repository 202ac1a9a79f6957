//! The interval that is proven for an act contains the moment at which it was made, as long as a
//! cosigner's clock is right: the first cosignature that covers it is not earlier, and the anchor that
//! it cites is not later.

use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::records::{Kv, Table};

use super::Broken;
use crate::world::oracle::Cosigned;
use crate::world::{Mutation, World};

/// A right clock is this near to the truth, in seconds.
const RIGHT_S: u64 = 121;

/// Checks the rule for every leaf of every honest office.
///
/// # Errors
/// The act whose interval does not contain the truth.
pub fn check(world: &World) -> Broken {
    let trusts_all = world.mutation == Some(Mutation::NoClockIsRight);
    for ((office, index), id) in &world.oracle.leaves {
        let (Some(fact), true) = (world.oracle.acts.get(id), world.oracle.trusts(office)) else { continue };
        let born = fact.born.seconds();
        let cosigned = world.oracle.cosignatures.get(office).into_iter().flatten();
        let covering = cosigned.filter(|c| c.size > *index && (c.by_a_right_clock || trusts_all));
        let first: Option<&Cosigned> = covering.min_by_key(|c| c.second);
        if first.is_some_and(|first| first.second + RIGHT_S < born) {
            return Err(format!("{id:?} was cosigned before it was made"));
        }
        if let Some(not_before) = fact.anchor.and_then(|anchor| anchored(world, office, &anchor))
            && not_before > born + RIGHT_S
        {
            return Err(format!("{id:?} was made before the anchor that it cites"));
        }
    }
    Ok(())
}

/// The earliest second stated by a cosigner in the checkpoint that an anchor embeds, if one of them
/// had the right time. Whoever cosigned the same head later is no part of the anchor.
fn anchored(world: &World, office: &OfficeId, anchor: &ActId) -> Option<u64> {
    let owner = world.state.offices.iter().position(|other| other.id == *office)?;
    let bytes = world.nodes[world.host_of(owner)].store.as_written().get(Table::ACTS, &anchor.0).ok()??;
    let Ok(act) = UnverifiedAct::parse(&bytes) else { return None };
    let Body::Anchor(body) = act.body() else { return None };
    let note = SignedCheckpoint::parse(&body.note).ok()?;
    let size = note.claimed().head.size;
    let embedded: Vec<u64> =
        note.note().signatures().iter().filter_map(|line| second(&line.signature)).collect();
    let seen = world.oracle.cosignatures.get(&body.office)?;
    let seen = seen.iter().filter(|c| c.size == size && c.by_a_right_clock).map(|c| c.second);
    seen.filter(|second| embedded.contains(second)).min()
}

/// The second that a cosignature begins with (C2SP tlog-cosignature).
fn second(signature: &[u8]) -> Option<u64> {
    signature.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}
