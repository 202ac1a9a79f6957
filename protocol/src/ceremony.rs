//! Founding a state, beginning an office, admitting it: the acts of these ceremonies and the files
//! that carry them from one machine to another. Keys and time are given; nothing is stored here.

mod charter;
mod holding;
mod hosted;
mod incarnate;
mod order;
mod reassign;
mod rekey;
mod secrets;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

pub use self::charter::{NextCharter, endorse_charter, kept_by_next_charter, propose_charter};
pub use self::holding::Holding;
pub use self::hosted::{HOSTED_KEYS_BYTES_MAX, HOSTED_OFFICES_MAX, HostedKeys};
pub use self::incarnate::{NodeKeys, incarnate};
pub use self::order::give_order;
pub use self::reassign::reassign;
pub use self::rekey::rekey_office;
pub use self::secrets::{EarlierSecret, NodeSecrets, OfficeSecrets};
use crate::act::body::{ChargeKind, KeySet, Tier};
use crate::act::{self, ActError, Body, HEADER_VERSION, Header, LEVEL, MatterKind, Place, VerifiedAct, body};
use crate::codec::{self, CodecError};
use crate::directory::Snapshot;
use crate::entropy::Entropy;
use crate::hash::Hash;
use crate::id::{ActId, OfficeId, OfficerId, StateId};
use crate::keys::{PublicKey, SecretKey};
use crate::log::tree::Head;
use crate::machine::{Actor, HostSecrets, Package};
use crate::refusal::Refusal;
use crate::registry::Registry;
use crate::sealing::wrap::Algorithm;
use crate::sealing::{SealingPublic, SealingSecret};
use crate::time::Timestamp;

/// Bytes of a ceremony file: 1,300 offices above and around with 60 acts of 700 bytes = 55 MB.
pub const CEREMONY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Items in a ceremony file beside those that its length allows: the frame of the smallest.
const ITEMS_FREE: usize = 1024;

/// Bytes for each item of a ceremony file, at least. The densest thing in one is the place of an
/// act in a log of one leaf: 37 bytes for 4 items. With 24 bytes of memory for an item, a file of
/// 64 MiB then needs 200 MB to read instead of 1.6 GB.
const BYTES_PER_ITEM: usize = 8;

/// The algorithm of new sealing keys: hybrid, because files stay secret for thirty years.
pub const SEALING: Algorithm = Algorithm::XWing;

/// Founds a state: a charter under `keys`, signed by the first `threshold` of them.
///
/// # Errors
/// [`ActError`] when a name makes the act too large.
pub fn found_state(
    name_hi: &str,
    name_en: &str,
    keys: &[SecretKey],
    threshold: u8,
    now: Timestamp,
) -> Result<(StateId, Package), ActError> {
    let root = KeySet { keys: keys.iter().map(SecretKey::public).collect(), threshold };
    let charter =
        body::Charter { name_hi: name_hi.to_owned(), name_en: name_en.to_owned(), root, keeps: Vec::new() };
    let header = Header { kind: MatterKind::CHARTER, ..blank(None, now) };
    let first = sign(header, &Body::Charter(charter), &keys[0])?;
    let state = StateId::from(first.id());
    let mut charter = vec![ByteVec::from(first.bytes().to_vec())];
    for key in keys.iter().take(usize::from(threshold)).skip(1) {
        charter
            .push(endorse(state, MatterKind::CHARTER, first.id(), &first, key, now)?.bytes().to_vec().into());
    }
    Ok((state, Package { charter, dossiers: Vec::new() }))
}

/// What a new office says about itself.
#[derive(Debug, Clone)]
pub struct NewOffice {
    /// The office above; none under the charter.
    pub parent: Option<OfficeId>,
    /// Path such as `mp/gad/indore`.
    pub path: String,
    /// LGD code or own short code.
    pub code: String,
    /// Tier.
    pub tier: Tier,
    /// Name, Hindi.
    pub name_hi: String,
    /// Name, English.
    pub name_en: String,
}

/// The secrets of a new office, all made on its own machine.
#[cfg_attr(feature = "testing", derive(Clone))]
pub struct OfficeKeys {
    /// Signs routine acts of the office itself; kept by its head, offline.
    pub operating: SecretKey,
    /// For the worst day; sealed and kept elsewhere.
    pub recovery: SecretKey,
    /// Opens every content of the office; kept with the recovery key.
    pub recovery_sealing: SealingSecret,
    /// The node's signing key.
    pub signing: SecretKey,
    /// The node's identity on the network.
    pub transport: SecretKey,
    /// The node's sealing key.
    pub sealing: SealingSecret,
}

impl OfficeKeys {
    /// Makes all keys from the generator.
    pub fn generate(entropy: &mut Entropy) -> Self {
        let mut key = || SecretKey::from_seed(&entropy.bytes32());
        let (operating, recovery, signing, transport) = (key(), key(), key(), key());
        Self {
            operating,
            recovery,
            signing,
            transport,
            recovery_sealing: SealingSecret::generate(SEALING, entropy),
            sealing: SealingSecret::generate(SEALING, entropy),
        }
    }
}

/// The acts with which an office begins: inception, incarnation 1, the administrator's post, the
/// first officer and the charge.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// The office.
    pub office: OfficeId,
    /// The first officer.
    pub officer: OfficerId,
    /// The acts, in order.
    pub acts: Vec<VerifiedAct>,
}

/// Begins an office under a state, on a machine of its own.
///
/// # Errors
/// [`ActError`] when a name makes an act too large.
pub fn begin_office(
    state: StateId,
    new: &NewOffice,
    keys: &OfficeKeys,
    admin: PublicKey,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Beginning, ActError> {
    begin_office_on(state, new, keys, incarnation(keys), admin, now, entropy)
}

/// Begins an office for which the given node speaks; the node keys among `keys` are not used.
///
/// # Errors
/// [`ActError`] when a name makes an act too large.
pub fn begin_office_on(
    state: StateId,
    new: &NewOffice,
    keys: &OfficeKeys,
    node: body::Incarnate,
    admin: PublicKey,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Beginning, ActError> {
    let one = |key: &SecretKey| KeySet { keys: vec![key.public()], threshold: 1 };
    let inception = Body::Inception(body::Inception {
        parent: new.parent,
        path: new.path.clone(),
        code: new.code.clone(),
        tier: new.tier,
        name_hi: new.name_hi.clone(),
        name_en: new.name_en.clone(),
        operating: one(&keys.operating),
        recovery: one(&keys.recovery),
        recovery_sealing: keys.recovery_sealing.public().clone(),
        nonce: Hash(entropy.bytes32()),
    });
    let first = sign(blank(Some(state), now), &inception, &keys.operating)?;
    let office = OfficeId::from(first.id());
    let mut acts = vec![first];
    let mut next = |incarnation: u32, body: Body| -> Result<ActId, ActError> {
        let last = acts.last().map_or(ActId::from(office), VerifiedAct::id);
        let header = Header {
            office: Some(office),
            incarnation,
            matter: Some(ActId::from(office).into()),
            number: acts.len() as u64,
            previous: Some(last),
            register: Some(last),
            ..blank(Some(state), now)
        };
        let act = sign(header, &body, &keys.operating)?;
        let id = act.id();
        acts.push(act);
        Ok(id)
    };
    next(0, Body::Incarnate(node))?;
    let post = next(1, Body::AddPost(body::AddPost { code: "administrator".to_owned(), admin: true }))?;
    let officer = next(1, Body::AddOfficer(body::AddOfficer { key: admin }))?;
    let charge = body::GiveCharge { post: post.into(), officer: officer.into(), kind: ChargeKind::Full };
    next(1, Body::GiveCharge(charge))?;
    Ok(Beginning { office, officer: officer.into(), acts })
}

fn incarnation(keys: &OfficeKeys) -> body::Incarnate {
    body::Incarnate {
        number: 1,
        signing: keys.signing.public(),
        transport: keys.transport.public(),
        start: Head::empty(),
        lost_to: 0,
        mirror: HostSecrets::mirror(&keys.signing).public(),
        witness: HostSecrets::witness(&keys.signing).public(),
        sealing: keys.sealing.public().clone(),
    }
}

/// Admits an office: the dossier with the admission (and its endorsements) put in after the
/// inception. `keys` are those of the charter, or the operating keys of the parent.
///
/// # Errors
/// [`Refusal`] when the request is not one, or the keys do not suffice.
pub fn admit(
    registry: &Registry,
    request: &OfficeRequest,
    keys: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<ByteVec>, Refusal> {
    let state = registry.state();
    let mut trial = registry.clone();
    let first = request.acts.first().ok_or(Refusal::ActUnreadable)?;
    let first = trial.admit_act(act::UnverifiedAct::parse(first)?)?;
    let Body::Inception(inception) = first.body() else { return Err(Refusal::OfficeUnknown) };
    let office = OfficeId::from(first.id());
    let header = Header {
        office: inception.parent,
        matter: Some(first.matter()),
        place: Place::Side,
        previous: Some(first.id()),
        ..blank(Some(state), now)
    };
    let proposer = keys.first().ok_or(Refusal::ThresholdNotMet)?;
    let admission = sign(header, &Body::Admit(body::Admit { office }), proposer)?;
    let mut acts = vec![first.bytes().to_vec(), admission.bytes().to_vec()];
    for key in &keys[1..] {
        let endorsement = endorse(state, MatterKind::REGISTER, admission.id(), &first, key, now)?;
        acts.push(endorsement.bytes().to_vec());
    }
    for bytes in &acts[1..] {
        trial.admit_act(act::UnverifiedAct::parse(bytes)?)?;
    }
    for bytes in &request.acts[1..] {
        trial.admit_act(act::UnverifiedAct::parse(bytes)?)?;
        acts.push(bytes.to_vec());
    }
    if !trial.is_admitted(trial.office(&office)?) {
        return Err(Refusal::ThresholdNotMet);
    }
    Ok(acts.into_iter().map(ByteVec::from).collect())
}

/// One more act of an office's register, signed by an administrator outside a running node.
///
/// # Errors
/// [`Refusal`] when the office is unknown or the act breaks a rule of form.
pub fn register_act(
    registry: &Registry,
    actor: &Actor,
    change: &Body,
    now: Timestamp,
) -> Result<VerifiedAct, Refusal> {
    let register = registry.office(&actor.office)?;
    let header = Header {
        office: Some(actor.office),
        incarnation: register.incarnation().map_or(0, |incarnation| incarnation.number),
        matter: Some(ActId::from(actor.office).into()),
        number: register.number() + 1,
        previous: Some(register.head()),
        charge: actor.charge,
        register: Some(register.head()),
        ..blank(Some(registry.state()), now)
    };
    Ok(sign(header, change, &actor.key)?)
}

/// An endorsement of `act`, beside the first act of its matter.
fn endorse(
    state: StateId,
    kind: MatterKind,
    act: ActId,
    first: &VerifiedAct,
    key: &SecretKey,
    now: Timestamp,
) -> Result<VerifiedAct, ActError> {
    let header = Header {
        kind,
        matter: Some(first.matter()),
        place: Place::Side,
        previous: Some(act),
        ..blank(Some(state), now)
    };
    sign(header, &Body::Endorse(body::Endorse { act }), key)
}

fn blank(state: Option<StateId>, now: Timestamp) -> Header {
    Header {
        version: HEADER_VERSION,
        state,
        office: None,
        incarnation: 0,
        kind: MatterKind::REGISTER,
        matter: None,
        place: Place::Chain,
        epoch: 0,
        number: 0,
        previous: None,
        verb: 0,
        charge: None,
        register: None,
        holder: None,
        time: now,
        anchor: None,
        level: LEVEL,
        contents: Vec::new(),
        body: Vec::new(),
    }
}

fn sign(mut header: Header, body: &Body, key: &SecretKey) -> Result<VerifiedAct, ActError> {
    let (verb, bytes) = body.encode().ok_or(ActError::Header)?;
    header.verb = verb.code();
    header.body = bytes;
    act::sign(&header, key)
}

/// A node that can be dialled.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PeerAddress {
    /// Its transport key.
    #[n(0)]
    pub transport: PublicKey,
    /// Multiaddresses.
    #[n(1)]
    pub addresses: Vec<String>,
}

/// What a new office hands to the office above: `*.request`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OfficeRequest {
    /// The state it wants to join.
    #[n(0)]
    pub state: StateId,
    /// Inception, incarnation, first administrator.
    #[n(1)]
    pub acts: Vec<ByteVec>,
    /// Where its node will be reached.
    #[n(2)]
    pub addresses: Vec<String>,
}

/// What the office above hands back: `*.invitation`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Invitation {
    /// The state.
    #[n(0)]
    pub state: StateId,
    /// The office that is invited.
    #[n(1)]
    pub office: OfficeId,
    /// Charter and dossiers, the office's own last.
    #[n(2)]
    pub package: Package,
    /// Nodes to begin with.
    #[n(3)]
    pub peers: Vec<PeerAddress>,
}

/// A sign-in: login name, officer, and the officer's key under the password.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Login {
    /// Sign-in name.
    #[n(0)]
    pub name: String,
    /// The office of the officer.
    #[n(1)]
    pub office: OfficeId,
    /// The officer.
    #[n(2)]
    pub officer: OfficerId,
    /// Envelope of [`crate::sealing::password`].
    #[n(3)]
    #[cbor(with = "crate::codec::bstr")]
    pub wrapped: Vec<u8>,
}

/// What `mohar join` leaves for the node's first start: `founding.cbor`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Founding {
    /// The invitation, whole.
    #[n(0)]
    pub invitation: Invitation,
    /// The first administrator.
    #[n(1)]
    pub login: Login,
    /// Names of the first post and officer.
    #[n(2)]
    pub names: Snapshot,
}

/// Writes a ceremony file: a line that says what it is, then canonical CBOR.
pub fn to_file<T: Encode<()> + CeremonyFile>(value: &T) -> Vec<u8> {
    [T::FIRST_LINE.as_bytes(), b"\n", &codec::encode(value)].concat()
}

/// Reads a ceremony file.
///
/// # Errors
/// [`CodecError::Malformed`] when it is another kind of file; [`CodecError::TooLarge`] for one of
/// more than [`CEREMONY_BYTES_MAX`], or of more items than its bytes can mean.
pub fn from_file<T>(bytes: &[u8]) -> Result<T, CodecError>
where
    T: CeremonyFile + Encode<()> + for<'b> Decode<'b, ()>,
{
    let rest = bytes.strip_prefix(T::FIRST_LINE.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
    let rest = rest.ok_or(CodecError::Malformed)?;
    if codec::is_crowded(rest, ITEMS_FREE, BYTES_PER_ITEM) {
        return Err(CodecError::TooLarge { max: CEREMONY_BYTES_MAX });
    }
    codec::decode(rest, CEREMONY_BYTES_MAX)
}

/// A kind of ceremony file.
pub trait CeremonyFile {
    /// Its first line.
    const FIRST_LINE: &'static str;
}

impl CeremonyFile for Package {
    const FIRST_LINE: &'static str = "mohar/registry/1";
}
impl CeremonyFile for OfficeRequest {
    const FIRST_LINE: &'static str = "mohar/office-request/1";
}
impl CeremonyFile for Invitation {
    const FIRST_LINE: &'static str = "mohar/invitation/1";
}
impl CeremonyFile for Founding {
    const FIRST_LINE: &'static str = "mohar/founding/1";
}

#[allow(unused_imports, reason = "named in documentation")]
use SealingPublic as _;
