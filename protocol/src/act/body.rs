//! The body of each verb. Bodies are fixed-position arrays; a body this software does not know
//! is kept as it came and never dropped.

use minicbor::{Decode, Encode};

use super::{Header, Holder, Verb};
use crate::codec::{self, CodecError};
use crate::hash::Hash;
use crate::id::{ActId, ChargeId, KeyId, MatterId, OfficeId, OfficerId, PostId};
use crate::keys::PublicKey;
use crate::limits::{ACT_PAYLOAD_BYTES_MAX, AUTHORITY_KEYS_MAX};
use crate::log::proof::Proof;
use crate::log::tree::Head;
use crate::sealing::{ClearRef, SealingPublic};
use crate::time::Timestamp;

/// Time anchors for which an order may be contested: 15 minutes apart at the least, so 2,880 are
/// thirty days.
pub const REASSIGN_WINDOW_MAX: u32 = 2_880;

/// Bytes of the name of a signature scheme, such as `pkcs7-rsa2048-sha256`.
pub const ALGORITHM_BYTES_MAX: usize = 64;

/// Keys of which `threshold` must sign.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct KeySet {
    /// At most [`AUTHORITY_KEYS_MAX`], all different.
    #[n(0)]
    pub keys: Vec<PublicKey>,
    /// At least one, at most as many as there are keys.
    #[n(1)]
    pub threshold: u8,
}

impl KeySet {
    /// Whether the set can ever be satisfied and is within its bounds.
    pub fn is_sound(&self) -> bool {
        let mut ids: Vec<KeyId> = self.keys.iter().map(PublicKey::id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len() == self.keys.len()
            && ids.len() <= AUTHORITY_KEYS_MAX
            && self.threshold >= 1
            && usize::from(self.threshold) <= ids.len()
    }

    /// The key with this id.
    pub fn get(&self, id: KeyId) -> Option<&PublicKey> {
        self.keys.iter().find(|key| key.id() == id)
    }

    /// Whether `signers` reach the threshold; a key that signed twice counts once.
    pub fn is_reached_by(&self, signers: &[KeyId]) -> bool {
        let count = self.keys.iter().filter(|key| signers.contains(&key.id())).count();
        count >= usize::from(self.threshold)
    }
}

/// Tier of an office in the administrative graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A department of the secretariat.
    #[n(0)]
    Department,
    /// A division (sambhag).
    #[n(1)]
    Division,
    /// A district.
    #[n(2)]
    District,
    /// A tehsil.
    #[n(3)]
    Tehsil,
    /// Anything else: directorate, sub-division, data centre.
    #[n(4)]
    Other,
}

/// How an officer has a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// The regular holder.
    #[n(0)]
    Full,
    /// Additional charge.
    #[n(1)]
    Additional,
    /// Link officer, during absence.
    #[n(2)]
    Link,
    /// Personal assistant, within limits.
    #[n(3)]
    Assistant,
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $n:literal $field:ident : $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
            #[cbor(array)]
            pub struct $name { $($(#[$fdoc])* #[n($n)] pub $field: $type,)* }
        )*

        /// What an act says beyond its header.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(clippy::large_enum_variant, reason = "bodies are parsed once and read in place")]
        pub enum Body {
            $($(#[$doc])* $name($name),)*
            /// A verb or a level that this software does not know.
            Unknown,
        }

        impl Body {
            /// Reads the body that belongs to the header's verb.
            pub(super) fn decode(header: &Header) -> Result<Self, CodecError> {
                match header.known_verb() {
                    None => Ok(Self::Unknown),
                    $(Some(Verb::$name) => Ok(Self::$name(codec::decode(&header.body, ACT_PAYLOAD_BYTES_MAX)?)),)*
                }
            }

            /// The verb and the bytes to put into a header; `None` for an unknown body.
            pub fn encode(&self) -> Option<(Verb, Vec<u8>)> {
                match self {
                    $(Self::$name(body) => Some((Verb::$name, codec::encode(body))),)*
                    Self::Unknown => None,
                }
            }
        }
    };
}

bodies! {
    /// The root document of a state.
    Charter {
        /// Name of the state, Hindi.
        0 name_hi: String,
        /// Name of the state, English.
        1 name_en: String,
        /// Root keys.
        2 root: KeySet,
        /// What earlier root keys signed and goes on counting: the inceptions of offices that they
        /// admitted, and their orders of succession.
        3 keeps: Vec<ActId>,
    }
    /// One more signature towards a threshold.
    Endorse {
        /// The proposal.
        0 act: ActId,
    }
    /// The founding statement of an office.
    Inception {
        /// The office above; absent when the charter itself admits it.
        0 parent: Option<OfficeId>,
        /// Path such as `mp/indore/depalpur`: an attribute, not the key.
        1 path: String,
        /// Code in the Local Government Directory or our own short code.
        2 code: String,
        /// Tier.
        3 tier: Tier,
        /// Name, Hindi.
        4 name_hi: String,
        /// Name, English.
        5 name_en: String,
        /// Keys for routine acts of the office itself.
        6 operating: KeySet,
        /// Keys kept offline, for the worst day.
        7 recovery: KeySet,
        /// Every content of the office can also be opened with this key, kept offline.
        8 recovery_sealing: SealingPublic,
        /// Random, so that two offices never share an id.
        9 nonce: Hash,
    }
    /// Taking an office in.
    Admit {
        /// The office (the id of its inception).
        0 office: OfficeId,
    }
    /// The keys of one machine that speaks for the office.
    Incarnate {
        /// Counts from 1.
        0 number: u32,
        /// Signs node acts and checkpoints.
        1 signing: PublicKey,
        /// Identity on the network; one node that hosts several offices uses one.
        2 transport: PublicKey,
        /// The head of the office log from which it goes on; that of no leaves for the first.
        3 start: Head,
        /// The largest size of the log that anybody had seen. Above the start, the leaves between are lost.
        4 lost_to: u64,
        /// Cosigns as a mirror. A key of its own: a C2SP cosignature does not sign its name, so
        /// one key for two roles would let a witness's line pass for a mirror's.
        5 mirror: PublicKey,
        /// Cosigns as a witness.
        6 witness: PublicKey,
        /// Receives wrapped matter keys.
        7 sealing: SealingPublic,
    }
    /// A new post.
    AddPost {
        /// Identifier such as `tehsildar`.
        0 code: String,
        /// Whether its holder may change the register.
        1 admin: bool,
    }
    /// A new person.
    AddOfficer {
        /// The person's signing key.
        0 key: PublicKey,
    }
    /// A charge.
    GiveCharge {
        /// The post.
        0 post: PostId,
        /// The person.
        1 officer: OfficerId,
        /// How.
        2 kind: ChargeKind,
    }
    /// The end of a charge.
    EndCharge {
        /// Which one.
        0 charge: ChargeId,
    }
    /// A new key for a person, after a forgotten password or a lost key.
    RekeyOfficer {
        /// The person.
        0 officer: OfficerId,
        /// The new key.
        1 key: PublicKey,
    }
    /// The directory snapshot: names, as a clear content.
    Directory {
        /// Counted up by the office's node: of two directories the one with the higher number counts.
        0 sequence: u64,
        /// CBOR of [`crate::directory::Snapshot`].
        1 snapshot: ClearRef,
    }
    /// The node's sealing secret, for the worst day.
    Escrow {
        /// A [`crate::sealing::WrapSet`] of the secret, wrapped to recovery keys.
        0 wraps: ClearRef,
    }
    /// New operating keys of an office.
    RekeyOffice {
        /// The keys from here on. Keys that stay for a while stand among them.
        0 operating: KeySet,
        /// What earlier operating keys signed and goes on counting: the inceptions of offices that they
        /// admitted, and their orders of succession.
        1 keeps: Vec<ActId>,
    }
    /// A checkpoint that another office has cosigned.
    Anchor {
        /// The office whose log it is.
        0 office: OfficeId,
        /// The note, as received.
        1 note: minicbor::bytes::ByteVec,
    }
    /// An order of succession comes into force here. In a register it fixes the position from
    /// which the order counts; in a file it queues the file for the successor.
    Commence {
        /// In a file: office and post of the successor. Absent in a register.
        0 to: Option<Holder>,
        /// The order.
        1 order: ActId,
    }
    /// An office is divided.
    SucceedDivide {
        /// The day from which it counts; at once when absent.
        0 effective: Option<Timestamp>,
        /// The office that is divided.
        1 office: OfficeId,
        /// Whether it goes on with what is left.
        2 goes_on: bool,
        /// At least one, at most [`PARTS_MAX`].
        3 parts: Vec<Part>,
    }
    /// An office becomes part of another one.
    SucceedMerge {
        /// The day from which it counts; at once when absent.
        0 effective: Option<Timestamp>,
        /// The office that ends.
        1 office: OfficeId,
        /// The office that takes its place.
        2 into: OfficeId,
    }
    /// An office comes under another one. Said by both: the one that gives and the one that takes.
    SucceedParent {
        /// The day from which it counts; at once when absent.
        0 effective: Option<Timestamp>,
        /// The office that moves.
        1 office: OfficeId,
        /// The office above from now on; absent when the charter is.
        2 to: Option<OfficeId>,
        /// Its path from now on.
        3 path: String,
    }
    /// An office ends without an office in its place.
    SucceedClose {
        /// The day from which it counts; at once when absent.
        0 effective: Option<Timestamp>,
        /// The office that ends.
        1 office: OfficeId,
        /// The office that keeps its files.
        2 keeper: OfficeId,
    }
    /// From here the office signs without knowing what it may have signed before.
    ContinueUnwitnessed {
        /// Leaves in the office's log when this was decided.
        0 size: u64,
        /// Their root.
        1 root: Hash,
    }
    /// A new file; its first content is the cover.
    Open {
        /// Keys of generation 1, wrapped.
        0 wraps: ClearRef,
    }
    /// A new dak; its first content is the cover.
    Diarise {
        /// Keys of generation 1, wrapped.
        0 wraps: ClearRef,
    }
    /// A note; its content is the text.
    Note {}
    /// Papers; each content is one.
    Attach {}
    /// To another post of the office.
    Mark {
        /// The post.
        0 to: PostId,
    }
    /// To another office.
    Forward {
        /// Office and post.
        0 to: Holder,
    }
    /// Never mind.
    Cancel {
        /// The forward or send_back that is taken back.
        0 forward: ActId,
    }
    /// The receiver's promise.
    Ready {
        /// The office and post for which it is received.
        0 to: Holder,
        /// Key to which the matter key is to be wrapped.
        1 sealing: KeyId,
        /// Highest schema level the receiver reads.
        2 level_max: u16,
        /// The promise lapses when the sender's log has grown beyond this size.
        3 valid_to_size: u64,
        /// Given with a recall request: good for the head that follows by `receive` alone.
        4 recall: bool,
        /// Random: one promise cannot be mistaken for another.
        5 nonce: Hash,
    }
    /// Custody moves.
    Handover {
        /// The receiver's `ready` act, whole.
        0 ready: minicbor::bytes::ByteVec,
        /// The matter key, wrapped to the receiver.
        1 wraps: ClearRef,
    }
    /// Custody taken.
    Receive {
        /// Cosigned checkpoint that contains the handover; absent when unwitnessed.
        0 witnessed: Option<Cited>,
        /// Keys of the next generation, sealing the one before.
        1 wraps: ClearRef,
    }
    /// Seen by an officer.
    Opened {}
    /// Back to where it came from.
    SendBack {
        /// Office and post.
        0 to: Holder,
    }
    /// Please return it unopened.
    RequestRecall {
        /// This office's `ready` act for the way back, whole.
        0 ready: minicbor::bytes::ByteVec,
    }
    /// Too late.
    RefuseRecall {
        /// The request.
        0 request: ActId,
    }
    /// Laid aside.
    Park {
        /// When to bring it up again.
        0 until: Timestamp,
    }
    /// Taken up again.
    Wake {}
    /// Done.
    Close {
        /// Retention category, as the records manual numbers them.
        0 retention: u8,
    }
    /// Not done after all.
    Reopen {}
    /// An order of the authority above the office that holds the file after the act it names.
    Reassign {
        /// The office from which it is taken.
        0 from: OfficeId,
        /// Who takes it up.
        1 to: Holder,
        /// The epoch that begins with it: one above that of the named act.
        2 epoch: u32,
        /// How many time anchors must stand in the log of the new office between the order and the
        /// taking up, at most [`REASSIGN_WINDOW_MAX`]: as long as that it may be contested.
        3 window: u32,
    }
    /// The old office lives: a checkpoint of its log that contains the order.
    Contest {
        /// The order.
        0 order: ActId,
        /// The checkpoint, cosigned by a witness.
        1 note: minicbor::bytes::ByteVec,
        /// Where the order stands in that log.
        2 index: u64,
        /// Inclusion of the order under the checkpoint.
        3 proof: Proof,
    }
    /// Please act; words may go along as a content.
    Remind {
        /// The holder who is reminded.
        0 to: Holder,
    }
    /// A letter goes out: its first content is the letter, its second the list of recipients.
    Issue {
        /// The approval of the version that goes out.
        0 approval: ActId,
        /// RFC 6962 root over the salted list ([`crate::recipients`]).
        1 root: Hash,
        /// How many recipients it has.
        2 count: u32,
    }
    /// Everything named up to an act is to be erased.
    Destroy {
        /// Retention category under which its time is over.
        0 retention: u8,
        /// Item of the records schedule.
        1 item: u16,
    }
    /// Erased here.
    Destroyed {
        /// The order to destroy.
        0 destroy: ActId,
        /// How many contents were erased.
        1 contents: u32,
    }
    /// Nothing may be destroyed, or may be again.
    Hold {
        /// The hold that is lifted; absent when one is set.
        0 lifts: Option<ActId>,
        /// 0 court, 1 audit, 2 enquiry, 3 other.
        1 ground: u8,
    }
    /// Custody moves without a promise of the receiver.
    BlindHandover {
        /// The addressee.
        0 to: Holder,
        /// Key to which the matter key is wrapped.
        1 sealing: KeyId,
        /// The matter key, wrapped to the receiver.
        2 wraps: ClearRef,
    }
    /// Its first content is the certificate chain, its second the signature.
    SideSignature {
        /// What was signed: the id of this act.
        0 act: ActId,
        /// Name of the signature scheme, at most [`ALGORITHM_BYTES_MAX`].
        1 algorithm: String,
    }
    /// From here on acts may be of this schema level.
    RaiseLevel {
        /// The new level.
        0 level: u16,
    }
    /// Custody taken by order.
    TakeUp {
        /// The order, whole.
        0 order: minicbor::bytes::ByteVec,
        /// The endorsements that make it reach its threshold, whole.
        1 endorsements: Vec<minicbor::bytes::ByteVec>,
        /// Keys of the next generation, sealing the one before where that is known.
        2 wraps: ClearRef,
    }
    /// Its papers are in a file now.
    PutInFile {
        /// The file.
        0 file: MatterId,
        /// The act with which the papers were attached to it.
        1 attach: ActId,
    }
    /// A version of a letter; its only content is the text.
    Draft {
        /// The first version of the letter; absent in that one itself.
        0 letter: Option<ActId>,
        /// How many versions it has, with this one.
        1 version: u32,
    }
    /// This version may go out.
    Approve {
        /// The version.
        0 draft: ActId,
    }
    /// How a letter goes to one of its recipients; particulars may go along as a content.
    Dispatch {
        /// The issue.
        0 issue: ActId,
        /// Line of the list of recipients, from 0.
        1 line: u32,
        /// How it goes: 1 to [`DISPATCH_MODE_MAX`], as the diary line of a dak numbers them.
        2 mode: u8,
        /// 0 sent, 1 delivered, 2 returned.
        3 state: u8,
    }
}

/// Ways of dispatch that are named: 1 by hand, 2 post, 3 speed or registered post, 4 e-mail,
/// 5 messenger, 6 fax. The link between nodes (0) needs no act: the dak that it brings is its proof.
pub const DISPATCH_MODE_MAX: u8 = 6;

/// The last state of a dispatch.
pub const DISPATCH_STATE_MAX: u8 = 2;

/// Offices that one order makes out of one: the largest district has 17 tehsils.
pub const PARTS_MAX: usize = 32;

/// Offices below a divided office that one part takes along; 32 x 32 ids are more than an act holds,
/// and 200 tehsils are half the state.
pub const CHILDREN_MAX: usize = 200;

/// What one successor takes of a divided office.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Part {
    /// The successor: an office that was admitted already.
    #[n(0)]
    pub office: OfficeId,
    /// Offices below the divided one that come under the successor, at most [`CHILDREN_MAX`].
    #[n(1)]
    pub children: Vec<OfficeId>,
}

/// A checkpoint cited by size and root, with the place of an act in it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cited {
    /// Tree size.
    #[n(0)]
    pub size: u64,
    /// Root at that size.
    #[n(1)]
    pub root: Hash,
    /// Index of the act in the log.
    #[n(2)]
    pub index: u64,
}
