//! An act: what an officer, a node or an authority states and signs.
//!
//! An act is a COSE_Sign1 message (RFC 9052) whose payload is a deterministic CBOR array: the
//! frozen core header that every version for ever can check and relay, ending in a body that
//! belongs to the verb. Its id is the SHA-256 of its `Sig_structure`. See `spec/act.md`.
//!
//! [`UnverifiedAct`] is what arrived; [`VerifiedAct`] is what may be stored, shown or applied,
//! and only [`UnverifiedAct::verify`] and [`sign`] make one. This module never asks who was
//! allowed to sign: that is [`crate::registry`].

pub mod body;
mod cose;
pub mod verb;

use minicbor::{Decode, Encode};

pub use self::body::Body;
pub use self::verb::{SignerClass, Verb};
use crate::codec::{self, CodecError};
use crate::guard::{self, Guard};
use crate::id::{ActId, ChargeId, KeyId, MatterId, OfficeId, PostId, StateId};
use crate::keys::{PublicKey, SecretKey, Signature};
use crate::limits::{ACT_BYTES_MAX, ACT_PAYLOAD_BYTES_MAX, CONTENTS_PER_ACT_MAX, NUMBER_MAX};
use crate::sealing::ContentRef;
use crate::time::Timestamp;

/// Version of the core header. It is frozen: a second one would be a second protocol.
pub const HEADER_VERSION: u8 = 1;

/// The schema level this software writes. Bodies of a higher level are kept and relayed unread.
pub const LEVEL: u16 = 1;

/// What a chain of acts is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct MatterKind(#[n(0)] pub u8);

impl MatterKind {
    /// The charter of a state.
    pub const CHARTER: Self = Self(0);
    /// The register of an office: its keys, posts, officers and charges.
    pub const REGISTER: Self = Self(1);
    /// An office file (nasti).
    pub const FILE: Self = Self(2);
    /// An incoming paper (dak).
    pub const DAK: Self = Self(3);
}

/// Whether an act extends its matter's chain or only names a head of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Place {
    /// The next link of the chain.
    #[n(0)]
    Chain,
    /// Beside the chain: names a head and never extends it.
    #[n(1)]
    Side,
}

/// Which office, and which post inside it, holds a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Holder {
    /// The holding office.
    #[n(0)]
    pub office: OfficeId,
    /// The post inside it.
    #[n(1)]
    pub post: PostId,
}

/// The frozen core header, in the order in which it is signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Header {
    /// Always [`HEADER_VERSION`].
    #[n(0)]
    pub version: u8,
    /// The federation; absent only in its genesis charter.
    #[n(1)]
    pub state: Option<StateId>,
    /// The office that speaks; absent in charter acts and in an inception.
    #[n(2)]
    pub office: Option<OfficeId>,
    /// Which node key speaks for the office: the fencing token. Zero before the first one.
    #[n(3)]
    pub incarnation: u32,
    /// Kind of matter.
    #[n(4)]
    pub kind: MatterKind,
    /// The matter; absent in the act that begins it.
    #[n(5)]
    pub matter: Option<MatterId>,
    /// Chain or side.
    #[n(6)]
    pub place: Place,
    /// Raised only by an authority that reassigns the matter.
    #[n(7)]
    pub epoch: u32,
    /// Position in the chain, from 0; of a side act, the position of the act it names.
    #[n(8)]
    pub number: u64,
    /// The act before this one, or the act that a side act names.
    #[n(9)]
    pub previous: Option<ActId>,
    /// What is done. Unknown verbs are stored and relayed.
    #[n(10)]
    pub verb: u16,
    /// The charge under which an officer signs; absent for nodes and authorities.
    #[n(11)]
    pub charge: Option<ChargeId>,
    /// Head of the office's register that the signer relied on.
    #[n(12)]
    pub register: Option<ActId>,
    /// Who holds the matter after this act; absent in registers and charters.
    #[n(13)]
    pub holder: Option<Holder>,
    /// The time the signer declares. Evidence, never a judge.
    #[n(14)]
    pub time: Timestamp,
    /// Latest time anchor in the office log: the act is not older than it.
    #[n(15)]
    pub anchor: Option<ActId>,
    /// Schema level of the body.
    #[n(16)]
    pub level: u16,
    /// Sealed contents that belong to the act.
    #[n(17)]
    pub contents: Vec<ContentRef>,
    /// CBOR of the body, as the verb defines it.
    #[n(18)]
    #[cbor(with = "crate::codec::bstr")]
    pub body: Vec<u8>,
}

impl Header {
    /// The verb, if this software knows it at this level.
    pub fn known_verb(&self) -> Option<Verb> {
        if self.level > LEVEL { None } else { Verb::from_code(self.verb) }
    }
}

/// Why bytes are not an act, or not one that its key signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Not CBOR, too large or not canonical.
    #[error("the act is not readable")]
    Codec(#[from] CodecError),
    /// Not a COSE_Sign1 with the one protected header and the empty map that are allowed.
    #[error("not a COSE_Sign1 message of the allowed form")]
    Cose,
    /// A header version other than [`HEADER_VERSION`].
    #[error("unknown header version")]
    Version,
    /// A rule of the header is broken, such as a chain act beyond the first without a previous.
    #[error("the header contradicts itself")]
    Header,
    /// The named key is not the one offered.
    #[error("signed by another key")]
    OtherKey,
    /// The signature does not verify.
    #[error("the signature is wrong")]
    Signature,
}

/// An act as it arrived: well formed and canonical, but nobody's word yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedAct {
    bytes: Vec<u8>,
    id: ActId,
    key: KeyId,
    signature: Signature,
    header: Header,
    body: Body,
}

impl UnverifiedAct {
    /// Reads an act and refuses everything that is not in the one canonical form.
    ///
    /// # Errors
    /// [`ActError`]; never a panic, whatever the bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ActError> {
        if bytes.len() > ACT_BYTES_MAX {
            return Err(CodecError::TooLarge { max: ACT_BYTES_MAX }.into());
        }
        let envelope = cose::parse(bytes)?;
        let header: Header = codec::decode(envelope.payload, ACT_PAYLOAD_BYTES_MAX)?;
        check_header(&header)?;
        let body = Body::decode(&header)?;
        Ok(Self {
            id: cose::act_id(envelope.key, envelope.payload),
            key: envelope.key,
            signature: envelope.signature,
            bytes: bytes.to_vec(),
            header,
            body,
        })
    }

    /// The id that the act will have once verified.
    pub const fn id(&self) -> ActId {
        self.id
    }

    /// The key that is said to have signed.
    pub const fn key(&self) -> KeyId {
        self.key
    }

    /// The header, for finding out which key must have signed.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The body, for the acts whose keys stand in themselves (charter, inception).
    pub const fn body(&self) -> &Body {
        &self.body
    }

    /// Verifies the signature (strictly) and gives the act its other type.
    ///
    /// # Errors
    /// [`ActError::OtherKey`] or [`ActError::Signature`].
    pub fn verify(self, key: &PublicKey) -> Result<VerifiedAct, ActError> {
        if key.id() != self.key && !guard::is_off(Guard::Authority) {
            return Err(ActError::OtherKey);
        }
        let payload = cose::parse(&self.bytes)?.payload;
        let is_trusted = guard::is_off(Guard::Authority);
        if !is_trusted && !key.verify(&cose::sig_structure(self.key, payload), &self.signature) {
            return Err(ActError::Signature);
        }
        Ok(VerifiedAct(self))
    }

    /// Takes back an act that this node verified before it stored it.
    ///
    /// For [`crate::records`] only: its store holds nothing that was not verified on the way in.
    pub(crate) fn verified_before(self) -> VerifiedAct {
        VerifiedAct(self)
    }
}

/// An act whose signature verified. Only this type can be stored, shown or applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedAct(UnverifiedAct);

impl VerifiedAct {
    /// The act's id.
    pub const fn id(&self) -> ActId {
        self.0.id
    }

    /// The key that signed.
    pub const fn key(&self) -> KeyId {
        self.0.key
    }

    /// The header.
    pub const fn header(&self) -> &Header {
        &self.0.header
    }

    /// The body.
    pub const fn body(&self) -> &Body {
        &self.0.body
    }

    /// The exact bytes: log leaf, wire form and stored form.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// The matter the act belongs to: itself, when it begins one.
    pub fn matter(&self) -> MatterId {
        self.0.header.matter.unwrap_or_else(|| self.0.id.into())
    }
}

/// Signs a header (whose body must be encoded already) and returns the finished act.
///
/// # Errors
/// [`ActError`] when the header breaks a rule or exceeds a bound: a mistake of the caller that
/// must not reach a log.
pub fn sign(header: &Header, key: &SecretKey) -> Result<VerifiedAct, ActError> {
    let payload = codec::encode(header);
    let bytes = cose::sign(&payload, key);
    Ok(UnverifiedAct::parse(&bytes)?.verified_before())
}

/// The bytes an independent tool must verify: COSE `Sig_structure` of an act.
///
/// # Errors
/// [`ActError`] when the bytes are not an act.
pub fn sig_structure(bytes: &[u8]) -> Result<Vec<u8>, ActError> {
    let envelope = cose::parse(bytes)?;
    Ok(cose::sig_structure(envelope.key, envelope.payload))
}

/// Rules that need nothing but the header itself.
fn check_header(header: &Header) -> Result<(), ActError> {
    if header.version != HEADER_VERSION {
        return Err(ActError::Version);
    }
    let begins = header.matter.is_none();
    let consistent = match header.place {
        Place::Chain => begins == (header.number == 0) && begins == header.previous.is_none(),
        Place::Side => !begins && header.previous.is_some(),
    };
    let bounded = header.contents.len() <= CONTENTS_PER_ACT_MAX && header.number <= NUMBER_MAX;
    if consistent && bounded { Ok(()) } else { Err(ActError::Header) }
}
