//! The charter chain: version n + 1 takes the thresholds of both n and n + 1 (the root rule of
//! TUF), versions are consecutive, and nothing in a charter expires.

use crate::act::body::KeySet;
use crate::act::{Body, VerifiedAct};
use crate::id::{ActId, KeyId, StateId};
use crate::refusal::Refusal;

/// Rival proposals kept at one time: each root keeper may have one open.
const PROPOSALS_MAX: usize = 9;

/// One version of the charter and who has signed it.
#[derive(Debug, Clone)]
struct Version {
    id: ActId,
    number: u64,
    name_hi: String,
    name_en: String,
    root: KeySet,
    signers: Vec<KeyId>,
}

/// All versions in force, and proposals that have not reached their thresholds.
#[derive(Debug, Clone)]
pub struct CharterChain {
    state: StateId,
    in_force: Vec<Version>,
    proposals: Vec<Version>,
    /// Orders of succession beside the charter: who has signed, and by which root they count.
    orders: Vec<(ActId, Vec<KeyId>, KeySet)>,
    acts: Vec<ActId>,
}

impl CharterChain {
    pub(super) const fn new(state: StateId) -> Self {
        Self { state, in_force: Vec::new(), proposals: Vec::new(), orders: Vec::new(), acts: Vec::new() }
    }

    pub(super) const fn state(&self) -> StateId {
        self.state
    }

    /// The root keys in force; none before the genesis charter reached its threshold.
    pub fn in_force(&self) -> Option<&KeySet> {
        self.in_force.last().map(|version| &version.root)
    }

    /// Name of the state, Hindi and English.
    pub fn names(&self) -> Option<(&str, &str)> {
        self.in_force.last().map(|v| (v.name_hi.as_str(), v.name_en.as_str()))
    }

    /// The act of the version in force.
    pub fn head(&self) -> Option<ActId> {
        self.in_force.last().map(|version| version.id)
    }

    /// Whether an order of succession has reached the threshold of the root under which it was
    /// given.
    pub(super) fn is_ordered(&self, act: &ActId) -> bool {
        self.orders.iter().any(|(order, signers, root)| order == act && root.is_reached_by(signers))
    }

    /// Every act folded so far, in order: what a newcomer is given.
    pub fn acts(&self) -> &[ActId] {
        &self.acts
    }

    /// The position of the version in force; `None` before the first.
    pub fn version(&self) -> Option<u64> {
        self.in_force.last().map(|version| version.number)
    }

    /// Sets whose keys may endorse something that is open.
    pub(super) fn endorsing_sets(&self) -> impl Iterator<Item = &KeySet> {
        let orders = self.orders.iter().map(|(_, _, root)| root);
        self.in_force().into_iter().chain(self.proposals.iter().map(|version| &version.root)).chain(orders)
    }

    pub(super) fn apply(&mut self, act: &VerifiedAct) -> Result<(), Refusal> {
        if self.acts.contains(&act.id()) {
            return Err(Refusal::AlreadyDone);
        }
        match act.body() {
            Body::Charter(body) => {
                self.check_follows(act)?;
                if !body.root.is_sound() || self.proposals.len() >= PROPOSALS_MAX {
                    return Err(Refusal::NotAuthority);
                }
                self.proposals.push(Version {
                    id: act.id(),
                    number: act.header().number,
                    name_hi: body.name_hi.clone(),
                    name_en: body.name_en.clone(),
                    root: body.root.clone(),
                    signers: vec![act.key()],
                });
            }
            Body::Endorse(body) => {
                let open = self.proposals.iter_mut().find(|version| version.id == body.act);
                let order = self.orders.iter_mut().find(|(order, _, _)| *order == body.act);
                let signers = open.map(|version| &mut version.signers);
                let signers = signers.or(order.map(|(_, signers, _)| signers));
                signers.ok_or(Refusal::ChainGap)?.push(act.key());
            }
            Body::SucceedDivide(_)
            | Body::SucceedMerge(_)
            | Body::SucceedParent(_)
            | Body::SucceedClose(_) => {
                let root = self.in_force().cloned().ok_or(Refusal::NotAuthority)?;
                self.orders.push((act.id(), vec![act.key()], root));
            }
            _ => return Err(Refusal::ChainKind),
        }
        self.acts.push(act.id());
        self.promote();
        Ok(())
    }

    /// A proposal names the version in force as the one before it; skipping is refused.
    fn check_follows(&self, act: &VerifiedAct) -> Result<(), Refusal> {
        let header = act.header();
        match self.in_force.last() {
            None if header.number == 0 && act.id() == ActId::from(self.state) => Ok(()),
            Some(last) if header.number == last.number + 1 && header.previous == Some(last.id) => Ok(()),
            _ => Err(Refusal::ChainGap),
        }
    }

    fn promote(&mut self) {
        let previous = self.in_force();
        let reached = self.proposals.iter().position(|version| {
            version.root.is_reached_by(&version.signers)
                && previous.is_none_or(|root| root.is_reached_by(&version.signers))
        });
        if let Some(index) = reached {
            let version = self.proposals.swap_remove(index);
            self.proposals.clear();
            self.in_force.push(version);
        }
    }
}
