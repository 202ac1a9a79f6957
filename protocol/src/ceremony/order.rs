//! Giving an order of succession: the act, with as many signatures as the authority needs.
//!
//! Never decides whether the order takes effect: that is the fold of all orders, in the registry.

use minicbor::bytes::ByteVec;

use super::{blank, sign};
use crate::act::{Body, Header, MatterKind, Place, UnverifiedAct, VerifiedAct, body};
use crate::id::{ActId, MatterId, OfficeId};
use crate::keys::SecretKey;
use crate::refusal::Refusal;
use crate::registry::Registry;
use crate::time::Timestamp;

/// Signs an order of succession in the name of an office, or of the charter when there is none.
/// Returns the act and its endorsements, which belong into the giver's dossier or the charter.
///
/// # Errors
/// [`Refusal`] when the keys are not those of the giver or do not suffice.
pub fn give_order(
    registry: &Registry,
    giver: Option<OfficeId>,
    order: &Body,
    keys: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<ByteVec>, Refusal> {
    let (kind, head, number, threshold) = match giver {
        Some(office) => {
            let register = registry.office(&office)?;
            let threshold = register.operating().threshold;
            (MatterKind::REGISTER, register.head(), register.number(), threshold)
        }
        None => {
            let charter = registry.charter();
            let root = charter.in_force().ok_or(Refusal::ThresholdNotMet)?;
            let head = charter.head().ok_or(Refusal::ThresholdNotMet)?;
            (MatterKind::CHARTER, head, charter.version().unwrap_or(0), root.threshold)
        }
    };
    if keys.len() < usize::from(threshold) {
        return Err(Refusal::ThresholdNotMet);
    }
    let matter = giver.map_or_else(|| ActId::from(registry.state()), ActId::from);
    let side = |office, previous| Header {
        office,
        kind,
        matter: Some(MatterId::from(matter)),
        place: Place::Side,
        number,
        previous: Some(previous),
        ..blank(Some(registry.state()), now)
    };
    let first = sign(side(giver, head), order, &keys[0])?;
    let mut acts = vec![first];
    for key in &keys[1..] {
        let act = acts[0].id();
        acts.push(sign(side(None, act), &Body::Endorse(body::Endorse { act }), key)?);
    }
    let mut trial = registry.clone();
    for act in &acts {
        trial.admit_act(UnverifiedAct::parse(act.bytes())?)?;
    }
    Ok(acts.iter().map(VerifiedAct::bytes).map(|bytes| ByteVec::from(bytes.to_vec())).collect())
}
