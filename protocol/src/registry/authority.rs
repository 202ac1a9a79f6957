//! The key sets of one authority in their order: the root keys of a charter, the operating keys of
//! an office.
//!
//! A newer set says which acts that earlier sets signed go on counting. So a stolen old key can
//! verify as what it was, and brings nothing new into force. Never decides who may renew a set.

use crate::act::body::KeySet;
use crate::id::{ActId, KeyId};
use crate::keys::PublicKey;

/// Key sets, the one in force last.
#[derive(Debug, Clone, Default)]
pub struct Authority {
    sets: Vec<Renewal>,
}

#[derive(Debug, Clone)]
struct Renewal {
    /// The position of its act in the chain that renews the keys.
    since: u64,
    keys: KeySet,
    keeps: Vec<ActId>,
}

impl Authority {
    /// An authority that begins with this set.
    pub(super) fn of(keys: KeySet) -> Self {
        Self { sets: vec![Renewal { since: 0, keys, keeps: Vec::new() }] }
    }

    /// The set in force.
    pub fn in_force(&self) -> Option<&KeySet> {
        self.sets.last().map(|set| &set.keys)
    }

    /// All sets, the first one first.
    pub fn all(&self) -> impl Iterator<Item = &KeySet> {
        self.sets.iter().map(|set| &set.keys)
    }

    /// The key with this id, in whichever set it is or was.
    pub fn key(&self, id: KeyId) -> Option<&PublicKey> {
        self.all().find_map(|set| set.get(id))
    }

    /// Puts a set in force; of what earlier sets signed, `keeps` goes on counting.
    pub(super) fn renew(&mut self, since: u64, keys: KeySet, keeps: Vec<ActId>) {
        self.sets.push(Renewal { since, keys, keeps });
    }

    /// The set that could sign at a position of the chain: a renewal counts from the next one on.
    pub fn in_force_at(&self, position: u64) -> Option<&KeySet> {
        self.sets.iter().rev().find(|set| set.since < position || set.since == 0).map(|set| &set.keys)
    }

    /// Whether the set in force lets an act of an earlier set stand.
    pub fn keeps(&self, act: &ActId) -> bool {
        self.sets.last().is_some_and(|set| set.keeps.contains(act))
    }

    /// Whether enough keys of any one set have signed, whenever that was.
    pub fn ever_reached_by(&self, signers: &[KeyId]) -> bool {
        self.all().any(|keys| keys.is_reached_by(signers))
    }

    /// Whether enough keys signed for `subject`: keys of the set in force, or of an earlier one when
    /// the set in force lets it stand.
    pub fn stands(&self, subject: &ActId, signers: &[KeyId]) -> bool {
        let Some((last, earlier)) = self.sets.split_last() else { return false };
        last.keys.is_reached_by(signers)
            || (last.keeps.contains(subject) && earlier.iter().any(|set| set.keys.is_reached_by(signers)))
    }
}
