//! What the world remembers in order to judge: every act ever committed, who claims which file, what
//! was signed and cosigned. It looks at every commit and every cosignature, so that what must never
//! be is seen although it lasts but a moment. It never tells a machine anything.

mod commit;
mod footprint;

use std::collections::{BTreeMap, BTreeSet};

use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, KeyId, MatterId, OfficeId};
use mohar_protocol::message::Message;
use mohar_protocol::records::Role;
use mohar_protocol::time::Timestamp;

pub use self::commit::Committed;
use super::clock::Clock;
use super::founding::Founding;

/// Violations kept; one is enough to fail, a few help to understand.
const VIOLATIONS_MAX: usize = 20;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Number of the invariant in `protocol/README.md`.
    pub invariant: u8,
    /// What was seen.
    pub what: String,
}

/// What is known of an act that was committed somewhere.
#[derive(Debug, Clone)]
pub struct Fact {
    /// When it was committed first, in the time of the world.
    pub born: Timestamp,
    /// The node that committed it first.
    pub at: usize,
    /// The office that speaks in it, if one does.
    pub office: Option<OfficeId>,
    /// The key that signed.
    pub key: KeyId,
    /// Its time anchor.
    pub anchor: Option<ActId>,
}

/// What a node says of a matter that is its business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// One of its offices holds it.
    Holds,
    /// One of its offices has handed it over and has not seen the receipt.
    Handed,
}

/// A cosignature that left a node.
#[derive(Debug, Clone, Copy)]
pub struct Cosigned {
    /// Leaves covered.
    pub size: u64,
    /// Second that it states.
    pub second: u64,
    /// Whether the cosigner's clock was right.
    pub by_a_right_clock: bool,
}

/// What the world remembers.
#[derive(Default)]
pub struct Oracle {
    /// Acts that an officer was told are done, with the node that said so. What was asked and never
    /// answered may have been done or not.
    pub acknowledged: Vec<(usize, ActId)>,
    /// Requests made.
    pub asked: u64,
    /// Refusals by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// Messages that a node refused, by code.
    pub noted: BTreeMap<&'static str, u64>,
    /// Crashes.
    pub crashes: u64,
    /// Bits that flipped on disks.
    pub flips: u64,
    /// Why nodes stopped by themselves, with how often.
    pub stopped: BTreeMap<String, u64>,
    /// Nodes that run from a copy and have not caught up: what their disks say is no claim.
    pub behind: BTreeSet<usize>,
    /// Nodes whose disk has failed a commit.
    pub faulted: BTreeSet<usize>,
    /// What was seen to be wrong.
    pub violations: Vec<Violation>,
    /// Every act that was ever committed.
    pub acts: BTreeMap<ActId, Fact>,
    /// Who claims which matter, by epoch.
    pub claims: BTreeMap<MatterId, BTreeMap<usize, (u32, Claim)>>,
    /// Cosignatures by log.
    pub cosignatures: BTreeMap<OfficeId, Vec<Cosigned>>,
    /// Acts of a newer release: office, place in its log, id, bytes.
    pub newer: Vec<(OfficeId, u64, ActId, Vec<u8>)>,
    /// Place of every leaf of every own log.
    pub leaves: BTreeMap<(OfficeId, u64), ActId>,
    places: BTreeMap<(MatterId, u32, u64), ActId>,
    readies: BTreeMap<(OfficeId, ActId), ActId>,
    heads: BTreeMap<(OfficeId, u32, u64), Hash>,
    cosigned: BTreeMap<(usize, OfficeId, Role), (u64, Hash)>,
    keys: BTreeSet<(OfficeId, KeyId)>,
    hostile: BTreeSet<OfficeId>,
    tainted: BTreeSet<MatterId>,
}

impl Oracle {
    /// An oracle that knows what was founded.
    pub fn new(founding: &Founding) -> Self {
        let mut oracle = Self::default();
        for office in &founding.state.offices {
            for key in [&office.keys.signing, &office.keys.operating, &office.keys.recovery, &office.admin] {
                oracle.gives_key(office.id, key.public().id());
            }
            for post in &office.posts {
                oracle.gives_key(office.id, post.key.public().id());
            }
        }
        // Every node has taken in the same dossiers.
        if let Some(first) = founding.nodes.first() {
            oracle.founded(&first.disk);
        }
        oracle
    }

    /// An office gives somebody the right to sign in its name.
    pub fn gives_key(&mut self, office: OfficeId, key: KeyId) {
        self.keys.insert((office, key));
    }

    fn has_key(&self, office: &OfficeId, key: KeyId) -> bool {
        self.keys.contains(&(*office, key))
    }

    /// Notes a broken promise.
    pub fn broken(&mut self, invariant: u8, what: String) {
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation { invariant, what });
        }
    }

    /// The adversary has the keys of these offices: what is signed with them is no promise.
    pub fn distrust(&mut self, offices: &[OfficeId]) {
        self.hostile.extend(offices);
    }

    /// Whether an office is in honest hands.
    pub fn trusts(&self, office: &OfficeId) -> bool {
        !self.hostile.contains(office)
    }

    /// Whether a file never was with an office in the adversary's hands.
    pub fn is_clean(&self, matter: &MatterId) -> bool {
        !self.tainted.contains(matter)
    }

    /// A disk is gone with leaves that nobody else knew; their places are free again.
    pub fn forget_log(&mut self, office: &OfficeId, size: u64) {
        self.leaves.retain(|(of, index), _| of != office || *index < size);
        self.heads.retain(|(of, _, head), _| of != office || *head <= size);
    }

    /// Acts went with a disk.
    pub fn forget_acts(&mut self, acts: &[ActId]) {
        self.places.retain(|_, act| !acts.contains(act));
        self.readies.retain(|_, act| !acts.contains(act));
    }

    /// What a node had cosigned went with its disk.
    pub fn forget_cosigned(&mut self, node: usize) {
        self.cosigned.retain(|(at, ..), _| *at != node);
    }

    /// A message leaves an honest node, whose clock is right if it shows the true time `now`.
    pub fn sent(&mut self, message: &Message, clock: &Clock, now: Timestamp) {
        if let Message::Cosigned { office, by, size, note, .. } = message {
            let second = last_cosignature(note, by);
            // The earlier of two cosignatures of one key stays: it may be from when the clock was wrong.
            let by_a_right_clock = clock.is_right(now) && second.abs_diff(now.seconds()) <= RIGHT_S;
            let seen = Cosigned { size: *size, second, by_a_right_clock };
            self.cosignatures.entry(*office).or_default().push(seen);
        }
    }

    /// Looks at a file as a node now knows it.
    fn see_matter(&mut self, node: usize, hosted: &[OfficeId], matter: &Matter) {
        if matter.offices().iter().any(|office| !self.trusts(office)) {
            self.tainted.insert(matter.id);
        }
        let claim = match &matter.phase {
            Phase::InTransit { from, .. } if hosted.contains(&from.office) => Some(Claim::Handed),
            Phase::InTransit { .. } => None,
            _ if hosted.contains(&matter.holder.office) => Some(Claim::Holds),
            _ => None,
        };
        let claims = self.claims.entry(matter.id).or_default();
        match claim {
            Some(claim) => claims.insert(node, (matter.epoch, claim)),
            None => claims.remove(&node),
        };
    }

    /// One holder; never nowhere.
    pub fn judge_custody(&mut self, matter: &MatterId) {
        if !self.is_clean(matter) {
            return;
        }
        let Some(claims) = self.claims.get(matter) else { return };
        let mut epochs: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (node, (epoch, claim)) in claims {
            if *claim == Claim::Holds && !self.behind.contains(node) {
                epochs.entry(*epoch).or_default().push(*node);
            }
        }
        let twice = epochs.values().find(|nodes| nodes.len() > 1).cloned();
        let nowhere = claims.is_empty() && self.behind.is_empty();
        if let Some(nodes) = twice {
            self.broken(1, format!("{matter:?} is held by nodes {nodes:?} at one moment"));
        }
        if nowhere {
            self.broken(2, format!("{matter:?} is with nobody"));
        }
    }
}

/// A right clock is this near to the truth, in seconds.
const RIGHT_S: u64 = 121;

/// The second stated by the cosignature of an office in a note.
fn last_cosignature(note: &[u8], by: &OfficeId) -> u64 {
    use mohar_protocol::log::note::Note;
    let Ok(note) = Note::parse(note) else { return 0 };
    let name = format!("mohar/{by}/");
    let lines = note.signatures().iter().filter(|line| line.name.as_str().starts_with(&name));
    // `timestamped_signature`: eight bytes of seconds, then the signature (C2SP tlog-cosignature).
    let seconds =
        lines.filter_map(|line| line.signature.first_chunk::<8>()).map(|time| u64::from_be_bytes(*time));
    seconds.max().unwrap_or(0)
}
