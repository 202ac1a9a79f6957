//! The next version of a charter: proposed by one keeper, signed by the others, each perhaps on
//! another day.
//!
//! Never decides whether the version is in force: that is the fold of the charter's acts.

use minicbor::bytes::ByteVec;

use super::rekey::said_below;
use super::{blank, sign};
use crate::act::body::KeySet;
use crate::act::{Body, Header, MatterKind, Place, UnverifiedAct, body};
use crate::id::{ActId, MatterId, StateId};
use crate::keys::SecretKey;
use crate::refusal::Refusal;
use crate::registry::{Register, Registry};
use crate::time::Timestamp;

/// What the next version says.
#[derive(Debug, Clone)]
pub struct NextCharter {
    /// Name of the state, Hindi.
    pub name_hi: String,
    /// Name of the state, English.
    pub name_en: String,
    /// The root keys from then on.
    pub root: KeySet,
    /// Offices and orders that earlier keys admitted or gave, and that shall not go on counting.
    pub without: Vec<ActId>,
}

/// What goes on counting under new root keys: every office under the charter that is admitted, every
/// order that counts, and what was written for an office under the charter that had burnt.
pub fn kept_by_next_charter(registry: &Registry) -> Vec<ActId> {
    let admitted = |register: &&Register| register.first_parent().is_none() && registry.is_admitted(register);
    let offices = registry.offices().filter(admitted).map(|register| ActId::from(register.id()));
    offices.chain(registry.charter().orders()).chain(said_below(registry, None)).collect()
}

/// Proposes the next version, signed by the first of `keys`, which must be a root key in force, and
/// endorsed by the others. Returns the acts.
///
/// # Errors
/// [`Refusal`] when the keys are not root keys, or the version is not sound.
pub fn propose_charter(
    registry: &Registry,
    next: NextCharter,
    keys: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<ByteVec>, Refusal> {
    let charter = registry.charter();
    let (Some(head), Some(version)) = (charter.head(), charter.version()) else {
        return Err(Refusal::ThresholdNotMet);
    };
    let (first, others) = keys.split_first().ok_or(Refusal::ThresholdNotMet)?;
    let header = Header {
        kind: MatterKind::CHARTER,
        matter: Some(state_matter(registry.state())),
        number: version + 1,
        previous: Some(head),
        ..blank(Some(registry.state()), now)
    };
    let NextCharter { name_hi, name_en, root, without } = next;
    let mut keeps = kept_by_next_charter(registry);
    keeps.retain(|act| !without.contains(act));
    let proposal = sign(header, &Body::Charter(body::Charter { name_hi, name_en, root, keeps }), first)?;
    let mut trial = registry.clone();
    trial.admit_act(UnverifiedAct::parse(proposal.bytes())?)?;
    let endorsed = endorse_charter(&trial, proposal.id(), others, now)?;
    Ok([proposal.bytes().to_vec().into()].into_iter().chain(endorsed).collect())
}

/// Signs an open proposal with further keys, those in force and those that it names. Returns the
/// acts; a key that has signed already adds none.
///
/// # Errors
/// [`Refusal::ChainGap`] when there is no such proposal, [`Refusal::NotAuthority`] for another key.
pub fn endorse_charter(
    registry: &Registry,
    proposal: ActId,
    keys: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<ByteVec>, Refusal> {
    let signed = registry.charter().signers(&proposal).ok_or(Refusal::ChainGap)?;
    let (state, mut trial, mut acts) = (registry.state(), registry.clone(), Vec::new());
    for key in keys.iter().filter(|key| !signed.contains(&key.public().id())) {
        let header = Header {
            kind: MatterKind::CHARTER,
            matter: Some(state_matter(state)),
            place: Place::Side,
            previous: Some(proposal),
            ..blank(Some(state), now)
        };
        let act = sign(header, &Body::Endorse(body::Endorse { act: proposal }), key)?;
        trial.admit_act(UnverifiedAct::parse(act.bytes())?)?;
        acts.push(act.bytes().to_vec().into());
    }
    Ok(acts)
}

fn state_matter(state: StateId) -> MatterId {
    MatterId::from(ActId::from(state))
}
