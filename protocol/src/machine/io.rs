//! Everything that can happen to the machine and everything it can ask for.

use super::carry::Carried;
use super::standing::Mark;
use crate::act::Body;
use crate::custody::command::Command;
use crate::hash::Hash;
use crate::id::{ActId, ChargeId, MatterId, OfficeId, PostId};
use crate::keys::SecretKey;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::sealing::{ContentRef, MatterKey};

/// A node on the network: its 32-byte Ed25519 transport key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub [u8; 32]);

impl core::fmt::Debug for Peer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Peer({})", data_encoding::HEXLOWER.encode(&self.0[..4]))
    }
}

/// Joins an answer to its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Something happened.
#[allow(clippy::large_enum_variant, reason = "inputs are moved once, into the machine")]
pub enum Input {
    /// Time went on. To be given at least once a second.
    Tick,
    /// A link to an admitted peer is usable.
    Connected(Peer),
    /// The link is gone.
    Disconnected(Peer),
    /// So much waits to be sent to a peer that what it did not ask for should wait too.
    Full(Peer),
    /// Little waits to be sent to it again.
    Room(Peer),
    /// A peer said something.
    Frame {
        /// Who.
        from: Peer,
        /// What, as it came.
        bytes: Vec<u8>,
    },
    /// Someone in the office wants something.
    Request {
        /// Comes back with the answer.
        ticket: Ticket,
        /// What.
        request: Request,
    },
    /// The shell is about to commit: sign the heads of logs that grew.
    Settle,
}

/// What someone in the office may want.
#[allow(clippy::large_enum_variant, reason = "requests are moved once, into the machine")]
pub enum Request {
    /// Open a file or enter a dak.
    Begin {
        /// In whose name.
        actor: Actor,
        /// Repeating the operation gives the first answer again.
        operation: [u8; 16],
        /// What.
        matter: NewMatter,
    },
    /// Do something with a matter.
    Act {
        /// In whose name.
        actor: Actor,
        /// Repeating the operation gives the first answer again.
        operation: [u8; 16],
        /// Which.
        matter: MatterId,
        /// What.
        command: Command,
        /// Sealed contents that belong to it.
        contents: Vec<NewContent>,
    },
    /// Change the register of an office.
    Register {
        /// In whose name: an administrator, or the operating key.
        actor: Actor,
        /// The new fact.
        change: Body,
    },
    /// Publish the directory of an office.
    Publish {
        /// The office.
        office: OfficeId,
        /// CBOR of the snapshot.
        snapshot: Vec<u8>,
    },
    /// Go on although no mirror and no witness can say what was signed before. For the head of
    /// office, who needs a charge that may change the register.
    Continue {
        /// In whose name.
        actor: Actor,
    },
    /// This installation is the right one, whatever other has spoken for the office. For office IT.
    Rejoin {
        /// The office.
        office: OfficeId,
    },
    /// Take in charters and dossiers that came by file: at founding, when a child is admitted, and
    /// when an order of succession was given.
    Import(Package),
    /// Queue a file for a successor of the office. Whoever asks must have been found entitled.
    HandOn {
        /// The office.
        office: OfficeId,
        /// Its successor.
        to: OfficeId,
        /// The file or dak.
        matter: MatterId,
    },
    /// Take an order of reassignment: the `reassign` first, then its endorsements.
    Reassign(Vec<minicbor::bytes::ByteVec>),
    /// Take in a carrier packet. Answered with [`Output::Carried`].
    Carry(Vec<u8>),
    /// Write a carrier packet. Answered with [`Output::Carried`].
    Pack {
        /// For whom.
        to: OfficeId,
        /// Frames that answer a packet taken in before.
        answers: Vec<Vec<u8>>,
    },
}

/// In whose name something is done. The key is wiped when this is dropped.
pub struct Actor {
    /// The office.
    pub office: OfficeId,
    /// The charge; absent when the office's operating key signs.
    pub charge: Option<ChargeId>,
    /// The officer's key, unlocked for the session.
    pub key: SecretKey,
}

/// A matter to begin.
pub struct NewMatter {
    /// A dak instead of a file.
    pub is_dak: bool,
    /// Key of generation 1, made by the caller, under which the contents are sealed.
    pub key: MatterKey,
    /// The cover first, then papers.
    pub contents: Vec<NewContent>,
}

/// A sealed content that the caller brings along.
pub struct NewContent {
    /// What the act will name.
    pub reference: ContentRef,
    /// Where the ciphertext is.
    pub ciphertext: Where,
}

/// Where a ciphertext is.
pub enum Where {
    /// Here.
    Here(Vec<u8>),
    /// Durable in the content store already; these are the hashes of its chunks.
    Staged(Vec<Hash>),
}

/// Charters and dossiers, in order, as acts. This is what an invitation carries.
#[derive(Debug, Clone, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Package {
    /// The charter chain.
    #[n(0)]
    pub charter: Vec<minicbor::bytes::ByteVec>,
    /// Dossiers, parents before children.
    #[n(1)]
    pub dossiers: Vec<Vec<minicbor::bytes::ByteVec>>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The act.
    pub act: ActId,
    /// Its matter.
    pub matter: MatterId,
}

/// Something to be done, after the commit.
#[derive(Debug)]
pub enum Output {
    /// Tell a peer.
    Send {
        /// Whom.
        to: Peer,
        /// What.
        message: Message,
    },
    /// Answer a request.
    Answer {
        /// Which.
        ticket: Ticket,
        /// The answer.
        answer: Result<Receipt, Refusal>,
    },
    /// Keep this outside the records and outside every backup, before anything is sent.
    Mark {
        /// The office.
        office: OfficeId,
        /// The mark.
        mark: Mark,
    },
    /// Answer a request about a carrier packet.
    Carried {
        /// Which.
        ticket: Ticket,
        /// The answer.
        answer: Result<Carried, Refusal>,
    },
    /// The registry changed who is admitted.
    Admit(Vec<Peer>),
    /// Something changed that screens show.
    Event(Event),
    /// A peer's message was refused for this reason (for the log and the counters).
    Noted(Refusal),
}

/// A change that screens follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// A matter changed.
    Matter(MatterId),
    /// A post's lists changed.
    Desk(OfficeId, PostId),
    /// Links came or went.
    Links,
    /// Someone cosigned an own log.
    Held(OfficeId),
    /// The register or directory of an office changed.
    Register(OfficeId),
    /// More of an own office was fetched from its mirrors.
    Restored(OfficeId),
    /// Whether an own office may sign has changed.
    Standing(OfficeId),
}
