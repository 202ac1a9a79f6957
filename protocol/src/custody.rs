//! Custody: which office and post holds a matter, and what may happen to it next.
//!
//! [`Matter`] is the fold of a matter's chain. [`Matter::begin`] and [`Matter::advance`] hold the
//! whole transition table (also in `spec/custody.md`); they are the same for an act of our own
//! officer and for one that arrived from another office. This module never signs, stores or
//! sends.

mod advance;
pub mod beside;
pub mod command;
mod letters;
pub mod order;

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};

pub(crate) use self::advance::read_ready;
use crate::act::{Holder, MatterKind};
use crate::id::{ActId, MatterId, OfficeId};
use crate::time::Timestamp;

/// Posts remembered on a matter's route. A file that visits more than 64 different posts is far
/// beyond the four levels that the office manual allows; the earliest are then forgotten.
pub const ROUTE_MAX: usize = 64;

/// Letters of one matter that are drafted and not issued. More than a file ever has open at a time; the
/// earliest is then forgotten, and has to be drafted again.
pub const LETTERS_MAX: usize = 32;

/// Where a matter stands between two acts. Each state carries what exists only in it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Phase {
    /// On the holder's desk.
    #[n(0)]
    Active,
    /// On the holder's side, waiting until the addressee is ready. May be cancelled freely.
    #[n(1)]
    Queued {
        /// The forward, send_back or commence.
        #[n(0)]
        by: ActId,
        /// The addressee.
        #[n(1)]
        to: Holder,
        /// How it lay before, and will lie at the addressee.
        #[n(2)]
        rest: Rest,
    },
    /// Custody has passed to the holder, who has not yet said so.
    #[n(2)]
    InTransit {
        /// The office and post it left.
        #[n(0)]
        from: Holder,
        /// How it will lie at the holder.
        #[n(1)]
        rest: Rest,
    },
    /// Laid aside.
    #[n(3)]
    Parked {
        /// When to bring it up again.
        #[n(0)]
        until: Timestamp,
    },
    /// Closed.
    #[n(4)]
    Closed,
    /// Two successors of one act exist. Nothing moves until an authority has chosen.
    #[n(5)]
    Frozen,
}

/// How a matter lies when it is not on its way. What goes to a successor arrives as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Rest {
    /// On the desk.
    #[n(0)]
    Desk,
    /// Laid aside.
    #[n(1)]
    Parked {
        /// When to bring it up again.
        #[n(0)]
        until: Timestamp,
    },
    /// Closed.
    #[n(2)]
    Closed,
}

impl From<Rest> for Phase {
    fn from(rest: Rest) -> Self {
        match rest {
            Rest::Desk => Self::Active,
            Rest::Parked { until } => Self::Parked { until },
            Rest::Closed => Self::Closed,
        }
    }
}

/// A file or a dak, as its chain tells it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Matter {
    /// The id of its first act.
    #[n(0)]
    pub id: MatterId,
    /// File or dak.
    #[n(1)]
    pub kind: MatterKind,
    /// Raised only by reassignment.
    #[n(2)]
    pub epoch: u32,
    /// Position of the last act.
    #[n(3)]
    pub number: u64,
    /// The last act.
    #[n(4)]
    pub head: ActId,
    /// Office and post that hold it.
    #[n(5)]
    pub holder: Holder,
    /// Where it stands.
    #[n(6)]
    pub phase: Phase,
    /// Generation of the matter key.
    #[n(7)]
    pub generation: u32,
    /// Whether an officer of the holding office has opened it since it was received.
    #[n(8)]
    pub opened: bool,
    /// Declared time of the act that brought it to where it is.
    #[n(9)]
    pub since: Timestamp,
    /// The posts that held it before, each once, latest last; the present one excluded.
    #[n(10)]
    pub route: Vec<Holder>,
    /// From where it came to the present post, if from anywhere.
    #[n(11)]
    pub came_from: Option<Holder>,
    /// Schema level of its acts: that of the first one, until it is raised.
    #[n(12)]
    pub level: u16,
    /// Letters that are drafted and not issued, in the order of their first versions.
    #[n(13)]
    pub letters: Vec<OpenLetter>,
}

/// A letter that is drafted and not issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OpenLetter {
    /// The first version, by which the letter is named.
    #[n(0)]
    pub letter: ActId,
    /// The newest version.
    #[n(1)]
    pub version: ActId,
    /// The approval of the newest version; any new version undoes it.
    #[n(2)]
    pub approval: Option<ActId>,
    /// How many versions there are.
    #[n(3)]
    pub versions: u32,
}

impl Matter {
    /// Whether this office holds it and may extend its chain.
    pub fn is_held_by(&self, office: &OfficeId) -> bool {
        self.holder.office == *office
    }

    /// The addressee of a queued dispatch.
    pub const fn queued_to(&self) -> Option<Holder> {
        match self.phase {
            Phase::Queued { to, .. } => Some(to),
            _ => None,
        }
    }

    /// Every office that has or had it, each once.
    pub fn offices(&self) -> BTreeSet<OfficeId> {
        self.route.iter().map(|holder| holder.office).chain([self.holder.office]).collect()
    }
}
