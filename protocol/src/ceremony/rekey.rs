//! New operating keys for an office, signed by those before them or by the recovery key.
//!
//! Never decides whether the keys are in force: that is the fold of the register.

use minicbor::bytes::ByteVec;

use super::{blank, endorse, sign};
use crate::act::body::KeySet;
use crate::act::{Body, Header, UnverifiedAct, body};
use crate::id::{ActId, OfficeId};
use crate::keys::SecretKey;
use crate::refusal::Refusal;
use crate::registry::{Register, Registry};
use crate::time::Timestamp;

/// Gives an office new operating keys. What the earlier ones signed goes on counting: offices that
/// they admitted, orders that they gave and what they wrote for a burnt office, but for `without`. Returns the acts, for the office's
/// own node to take in.
///
/// # Errors
/// [`Refusal::ThresholdNotMet`] when `signing` are not enough of the operating or of the recovery
/// keys in force, [`Refusal::NotAuthority`] for other keys or a set that is not sound.
pub fn rekey_office(
    registry: &Registry,
    office: OfficeId,
    operating: KeySet,
    without: &[ActId],
    signing: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<ByteVec>, Refusal> {
    let register = registry.office(&office)?;
    let mut keeps = kept(registry, register);
    keeps.retain(|act| !without.contains(act));
    let (first, others) = signing.split_first().ok_or(Refusal::ThresholdNotMet)?;
    let header = Header {
        office: Some(office),
        matter: Some(ActId::from(office).into()),
        number: register.number() + 1,
        previous: Some(register.head()),
        ..blank(Some(registry.state()), now)
    };
    let act =
        sign(header, &Body::RekeyOffice(body::RekeyOffice { operating: operating.clone(), keeps }), first)?;
    let mut acts = vec![act.clone()];
    for key in others {
        acts.push(endorse(registry.state(), act.header().kind, act.id(), &act, key, now)?);
    }
    let mut trial = registry.clone();
    for act in &acts {
        trial.admit_act(UnverifiedAct::parse(act.bytes())?)?;
    }
    if *trial.office(&office)?.operating() != operating {
        return Err(Refusal::ThresholdNotMet);
    }
    Ok(acts.iter().map(|act| act.bytes().to_vec().into()).collect())
}

/// What an authority has written into the registers of the offices below it, after a fire.
pub(super) fn said_below(registry: &Registry, above: Option<OfficeId>) -> impl Iterator<Item = ActId> {
    let below = registry.offices().filter(move |other| other.parent() == above);
    below.flat_map(Register::said_by_above)
}

fn kept(registry: &Registry, register: &Register) -> Vec<ActId> {
    let below =
        |other: &&Register| other.first_parent() == Some(register.id()) && registry.is_admitted(other);
    let offices = registry.offices().filter(below).map(|other| ActId::from(other.id()));
    let given = registry.orders_given_by(register.id());
    offices.chain(given).chain(said_below(registry, Some(register.id()))).collect()
}
