//! What nodes say to each other: one CBOR frame each, canonical, every list bounded by the frame
//! (`limits::FRAME_BYTES_MAX`) and by the counts below. See `spec/sync.md`.
//!
//! Nothing here is trusted: acts, checkpoints and chunks prove themselves, everything else is a
//! hint that can at most cost a question.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::act::{Holder, MatterKind};
use crate::codec::{self, CodecError};
use crate::hash::Hash;
use crate::id::{ActId, ContentRoot, Lineage, MatterId, OfficeId};
use crate::limits::FRAME_BYTES_MAX;
use crate::log::proof::Proof;
use crate::records::Role;
use crate::refusal::Refusal;

/// Version of the exchange. A node speaks to every version it knows; there is one so far.
pub const VERSION: u16 = 1;

/// Heights in one message: a page of the dossier list, or the matters followed.
pub const HEIGHTS_MAX: usize = 2_048;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Message {
    /// First message on a link, both ways.
    #[n(0)]
    Hello {
        /// [`VERSION`].
        #[n(0)]
        version: u16,
        /// Highest schema level that the node reads.
        #[n(1)]
        level_max: u16,
        /// Offices that it hosts, each with the installation that speaks for it.
        #[n(2)]
        offices: Vec<(OfficeId, Lineage)>,
    },
    /// Once a minute: what the sender holds, as digests. Differences are asked for.
    #[n(1)]
    Heights {
        /// Digest of the charter chain.
        #[n(0)]
        charter: Hash,
        /// Digest over the digests of all dossiers.
        #[n(1)]
        dossiers: Hash,
    },
    /// Asks for the charter chain from a position on.
    #[n(2)]
    GetCharter {
        /// First position wanted.
        #[n(0)]
        from: u64,
    },
    /// Acts of the charter chain.
    #[n(3)]
    Charter {
        /// Position of the first.
        #[n(0)]
        from: u64,
        /// Their bytes.
        #[n(1)]
        acts: Vec<ByteVec>,
    },
    /// Dossiers that the sender holds, sent when digests differ.
    #[n(4)]
    DossierHeights {
        /// Office, number of its register's head and digest of its dossier, at most [`HEIGHTS_MAX`].
        #[n(0)]
        heights: Vec<(OfficeId, u64, Hash)>,
    },
    /// Asks for an office's dossier, without the register acts below a number.
    #[n(5)]
    GetDossier {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// Number of the first register act wanted.
        #[n(1)]
        from: u64,
    },
    /// Acts of a dossier: asked for, or new and passed on.
    #[n(6)]
    Dossier {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// Their bytes, in an order in which they can be folded.
        #[n(1)]
        acts: Vec<ByteVec>,
    },
    /// The sender's own head, for a mirror, with new leaves when they are few.
    #[n(7)]
    Head {
        /// The office whose log it is.
        #[n(0)]
        office: OfficeId,
        /// Checkpoint note.
        #[n(1)]
        note: ByteVec,
        /// Index of the first leaf below.
        #[n(2)]
        from: u64,
        /// New leaves; may be empty.
        #[n(3)]
        leaves: Vec<ByteVec>,
        /// Small contents that these leaves name.
        #[n(4)]
        contents: Vec<ByteVec>,
    },
    /// Asks for leaves of a log.
    #[n(8)]
    GetLeaves {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// First index wanted.
        #[n(1)]
        from: u64,
    },
    /// Leaves of a log.
    #[n(9)]
    Leaves {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// Index of the first.
        #[n(1)]
        from: u64,
        /// Their bytes.
        #[n(2)]
        leaves: Vec<ByteVec>,
        /// Small contents that these leaves name.
        #[n(3)]
        contents: Vec<ByteVec>,
    },
    /// Asks a witness to cosign (C2SP tlog-witness `add-checkpoint`).
    #[n(10)]
    AddCheckpoint {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// Size that the witness cosigned last, as far as the sender knows.
        #[n(1)]
        old_size: u64,
        /// Consistency from there.
        #[n(2)]
        proof: Proof,
        /// Checkpoint note, already cosigned by a mirror.
        #[n(3)]
        note: ByteVec,
    },
    /// A cosignature.
    #[n(11)]
    Cosigned {
        /// The office whose log it is.
        #[n(0)]
        office: OfficeId,
        /// The cosigner.
        #[n(1)]
        by: OfficeId,
        /// As what it cosigned.
        #[n(2)]
        role: Role,
        /// Tree size.
        #[n(3)]
        size: u64,
        /// The note with the cosigner's line.
        #[n(4)]
        note: ByteVec,
    },
    /// The witness has another size: ask again from there (the `409` of tlog-witness).
    #[n(12)]
    Stale {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// The cosigner.
        #[n(1)]
        by: OfficeId,
        /// Size it has.
        #[n(2)]
        size: u64,
    },
    /// Asks for a chunk.
    #[n(13)]
    GetChunk {
        /// Content.
        #[n(0)]
        root: ContentRoot,
        /// Ciphertext length.
        #[n(1)]
        length: u64,
        /// Chunk.
        #[n(2)]
        index: u64,
    },
    /// A chunk.
    #[n(14)]
    Chunk {
        /// Content.
        #[n(0)]
        root: ContentRoot,
        /// Ciphertext length.
        #[n(1)]
        length: u64,
        /// Chunk.
        #[n(2)]
        index: u64,
        /// Ciphertext.
        #[n(3)]
        bytes: ByteVec,
        /// Its place under the root.
        #[n(4)]
        proof: Proof,
    },
    /// A file waits for an office of yours.
    #[n(15)]
    Offer {
        /// The matter.
        #[n(0)]
        matter: MatterId,
        /// Its kind.
        #[n(1)]
        kind: MatterKind,
        /// Its head.
        #[n(2)]
        head: ActId,
        /// Position of the head.
        #[n(3)]
        number: u64,
        /// The addressee.
        #[n(4)]
        to: Holder,
        /// Size of the sender's log.
        #[n(5)]
        log_size: u64,
        /// Schema level of the matter.
        #[n(6)]
        level: u16,
    },
    /// Asks for acts of a matter's chain.
    #[n(16)]
    GetActs {
        /// The matter.
        #[n(0)]
        matter: MatterId,
        /// First number wanted.
        #[n(1)]
        from: u64,
    },
    /// Acts of a matter's chain.
    #[n(17)]
    Acts {
        /// The matter.
        #[n(0)]
        matter: MatterId,
        /// Number of the first.
        #[n(1)]
        from: u64,
        /// Their bytes.
        #[n(2)]
        acts: Vec<ByteVec>,
    },
    /// A side act for its addressee: ready, recall request, refusal of a recall.
    #[n(18)]
    Side {
        /// Its bytes.
        #[n(0)]
        act: ByteVec,
    },
    /// Custody moves to an office of yours.
    #[n(19)]
    Handover {
        /// The handover act.
        #[n(0)]
        act: ByteVec,
        /// The wraps that it names.
        #[n(1)]
        wraps: ByteVec,
        /// Cosigned checkpoint of the sender; empty when none is at hand.
        #[n(2)]
        note: ByteVec,
        /// Place of the handover in the sender's log.
        #[n(3)]
        index: u64,
        /// Inclusion under the checkpoint.
        #[n(4)]
        proof: Proof,
    },
    /// Heights of matters that the sender once held: newer acts are sent back.
    #[n(20)]
    Track {
        /// Matter, epoch and number, at most [`HEIGHTS_MAX`].
        #[n(0)]
        heights: Vec<(MatterId, u32, u64)>,
    },
    /// What was asked or offered is refused.
    #[n(21)]
    Refused {
        /// Id of what it was about.
        #[n(0)]
        about: ActId,
        /// Code of the [`Refusal`].
        #[n(1)]
        code: String,
    },
    /// An order of reassignment, for those whom it concerns.
    #[n(30)]
    Order {
        /// The `reassign`, then its endorsements.
        #[n(0)]
        acts: Vec<ByteVec>,
    },
    /// The proof of a fork, for those on the route and the office above.
    #[n(31)]
    Fork {
        /// The act before both, which says who had the matter.
        #[n(0)]
        previous: ByteVec,
        /// One act.
        #[n(1)]
        first: ByteVec,
        /// Another act for the same place.
        #[n(2)]
        second: ByteVec,
    },
    /// Asks for the acts of a matter that lead up to one of them.
    #[n(32)]
    GetBranch {
        /// The matter.
        #[n(0)]
        matter: MatterId,
        /// The last act wanted.
        #[n(1)]
        head: ActId,
        /// The order by which the asking office may know them; empty when it had the matter.
        #[n(2)]
        order: ByteVec,
    },
    /// Acts of a matter, each the one before the next.
    #[n(33)]
    Branch {
        /// The matter.
        #[n(0)]
        matter: MatterId,
        /// Their bytes.
        #[n(1)]
        acts: Vec<ByteVec>,
    },
    /// Asks what is known of the sender's own log.
    #[n(34)]
    AskHead {
        /// The sender's office.
        #[n(0)]
        office: OfficeId,
        /// Whether its people have decided that this installation takes over.
        #[n(1)]
        claim: bool,
    },
    /// What is known of a log of the receiver.
    #[n(35)]
    HeadKnown {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// Whether the receiver's installation is the one that is listened to.
        #[n(1)]
        word: Word,
        /// The newest head signed by the office that is known; empty when there is none.
        #[n(2)]
        note: ByteVec,
    },
    /// Leaves of a log for the office whose log it is.
    #[n(36)]
    Tail {
        /// The office.
        #[n(0)]
        office: OfficeId,
        /// Index of the first.
        #[n(1)]
        from: u64,
        /// Their bytes.
        #[n(2)]
        leaves: Vec<ByteVec>,
        /// A head signed by the office that contains them.
        #[n(3)]
        note: ByteVec,
        /// Consistency from the log that ends with these leaves.
        #[n(4)]
        proof: Proof,
        /// Small contents that these leaves name.
        #[n(5)]
        contents: Vec<ByteVec>,
    },
    /// Asks for acts of a chain, from one backwards: between an office and its mirrors.
    #[n(37)]
    GetBefore {
        /// The office whose log is mirrored.
        #[n(0)]
        office: OfficeId,
        /// The act to begin with.
        #[n(1)]
        act: ActId,
    },
    /// Acts of a chain, each the one before the one in front of it.
    #[n(38)]
    Before {
        /// The office whose log is mirrored.
        #[n(0)]
        office: OfficeId,
        /// Their bytes, latest first.
        #[n(1)]
        acts: Vec<ByteVec>,
    },
}

/// What a node says of the installation that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Word {
    /// The node does not cosign that log.
    #[n(0)]
    Stranger,
    /// It is the one that is listened to.
    #[n(1)]
    Heard,
    /// Another one is listened to, and is there.
    #[n(2)]
    Twin,
    /// Another one took over from it.
    #[n(3)]
    Retired,
}

impl Message {
    /// The frame.
    pub fn to_frame(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// [`CodecError`]; never a panic, whatever the bytes.
    pub fn from_frame(frame: &[u8]) -> Result<Self, CodecError> {
        let message: Self = codec::decode(frame, FRAME_BYTES_MAX)?;
        let bounded = match &message {
            Self::DossierHeights { heights } => heights.len() <= HEIGHTS_MAX,
            Self::Track { heights } => heights.len() <= HEIGHTS_MAX,
            Self::Hello { offices, .. } => offices.len() <= HEIGHTS_MAX,
            Self::Refused { code, .. } => code.len() <= 64,
            _ => true,
        };
        if bounded { Ok(message) } else { Err(CodecError::TooLarge { max: HEIGHTS_MAX }) }
    }

    /// A refusal about something.
    pub fn refused(about: ActId, refusal: Refusal) -> Self {
        Self::Refused { about, code: refusal.code().to_owned() }
    }
}
