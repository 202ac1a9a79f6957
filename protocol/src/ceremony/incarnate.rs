//! New node keys for an office: after a fire, for a stand-by, or because it is time. Never decides whether
//! they are in force: that is the fold of the register.

use super::{SEALING, blank, register_act, sign};
use crate::act::{Body, Header, Place, UnverifiedAct, VerifiedAct, body};
use crate::entropy::Entropy;
use crate::id::OfficeId;
use crate::keys::SecretKey;
use crate::log::tree::Head;
use crate::machine::{Actor, HostSecrets};
use crate::refusal::Refusal;
use crate::registry::Registry;
use crate::sealing::SealingSecret;
use crate::time::Timestamp;

/// Names new node keys for an office: the next incarnation, and endorsements by all signers but the
/// first. The signers are operating or recovery keys of the office, or keys that may admit it.
///
/// # Errors
/// [`Refusal`] when the office is unknown, the start is not sound, or the keys do not suffice.
pub fn incarnate(
    registry: &Registry,
    office: OfficeId,
    keys: &NodeKeys,
    start: Head,
    lost_to: u64,
    signers: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<VerifiedAct>, Refusal> {
    let number = registry.office(&office)?.incarnations().last().map_or(1, |last| last.number + 1);
    let body = Body::Incarnate(body::Incarnate {
        number,
        signing: keys.signing.public(),
        transport: keys.transport.public(),
        start,
        lost_to,
        mirror: HostSecrets::mirror(&keys.signing).public(),
        witness: HostSecrets::witness(&keys.signing).public(),
        sealing: keys.sealing.public().clone(),
    });
    let key = signers.first().ok_or(Refusal::ThresholdNotMet)?.clone();
    let act = register_act(registry, &Actor { office, charge: None, key }, &body, now)?;
    let mut acts = vec![act.clone()];
    for key in &signers[1..] {
        let header = Header {
            matter: Some(act.matter()),
            place: Place::Side,
            number: act.header().number,
            previous: Some(act.id()),
            ..blank(Some(registry.state()), now)
        };
        acts.push(sign(header, &Body::Endorse(body::Endorse { act: act.id() }), key)?);
    }
    let mut trial = registry.clone();
    for act in &acts {
        trial.admit_act(UnverifiedAct::parse(act.bytes())?)?;
    }
    let in_force = trial.office(&office)?.incarnation().is_some_and(|i| i.number == number);
    if in_force { Ok(acts) } else { Err(Refusal::ThresholdNotMet) }
}

/// The keys of a node that takes an office over, made on its own machine.
pub struct NodeKeys {
    /// Signs node acts and checkpoints.
    pub signing: SecretKey,
    /// Identity on the network.
    pub transport: SecretKey,
    /// Opens wrapped matter keys.
    pub sealing: SealingSecret,
}

impl NodeKeys {
    /// Makes all keys from the generator.
    pub fn generate(entropy: &mut Entropy) -> Self {
        let mut key = || SecretKey::from_seed(&entropy.bytes32());
        let (signing, transport) = (key(), key());
        Self { signing, transport, sealing: SealingSecret::generate(SEALING, entropy) }
    }
}
