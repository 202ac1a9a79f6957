//! The charter chain: version n + 1 takes the thresholds of both n and n + 1 (the root rule of
//! TUF), versions are consecutive, and nothing in a charter expires.
//!
//! What a charter says follows from the set of its acts, never from the way they came. A version
//! that came into force stays: an older, a skipped or a rival one is refused.

use crate::act::body::KeySet;
use crate::act::{Body, VerifiedAct, body};
use crate::hash::{Context, Hash, hash};
use crate::id::{ActId, KeyId, StateId};
use crate::keys::PublicKey;
use crate::limits::KEEPS_MAX;
use crate::refusal::Refusal;
use crate::registry::authority::Authority;

/// Open proposals of one keeper. Of more, one that nobody else has signed gives way, so that a
/// keeper who fills this up stops nobody.
const PROPOSALS_PER_KEEPER_MAX: usize = 4;

/// A proposal, a version or an order, and who has signed it.
#[derive(Debug, Clone)]
struct Signed {
    id: ActId,
    signers: Vec<KeyId>,
    endorsements: Vec<ActId>,
}

/// All versions in force, proposals that have not reached their thresholds, and orders.
#[derive(Debug, Clone)]
pub struct CharterChain {
    state: StateId,
    roots: Authority,
    versions: Vec<Signed>,
    names: Option<(String, String)>,
    proposals: Vec<(Signed, body::Charter)>,
    orders: Vec<Signed>,
    /// What is held, in an order in which it can be folded.
    acts: Vec<ActId>,
}

impl CharterChain {
    pub(super) fn new(state: StateId) -> Self {
        Self {
            state,
            roots: Authority::default(),
            versions: Vec::new(),
            names: None,
            proposals: Vec::new(),
            orders: Vec::new(),
            acts: Vec::new(),
        }
    }

    pub(super) const fn state(&self) -> StateId {
        self.state
    }

    /// The root keys of all versions, the one in force last.
    pub const fn roots(&self) -> &Authority {
        &self.roots
    }

    /// The root keys in force; none before the genesis charter reached its threshold.
    pub fn in_force(&self) -> Option<&KeySet> {
        self.roots.in_force()
    }

    /// Name of the state, Hindi and English.
    pub fn names(&self) -> Option<(&str, &str)> {
        self.names.as_ref().map(|(hi, en)| (hi.as_str(), en.as_str()))
    }

    /// The act of the version in force.
    pub fn head(&self) -> Option<ActId> {
        self.versions.last().map(|version| version.id)
    }

    /// The number of the version in force; `None` before the first.
    pub fn version(&self) -> Option<u64> {
        (self.versions.len() as u64).checked_sub(1)
    }

    /// Open proposals for the next version.
    pub fn proposals(&self) -> impl Iterator<Item = (ActId, &body::Charter)> {
        self.proposals.iter().map(|(signed, body)| (signed.id, body))
    }

    /// The keys that have signed an open proposal or a version.
    pub fn signers(&self, act: &ActId) -> Option<&[KeyId]> {
        let open = self.proposals.iter().map(|(signed, _)| signed);
        let signed = open.chain(&self.versions).find(|signed| signed.id == *act);
        signed.map(|signed| signed.signers.as_slice())
    }

    /// Orders that count now.
    pub fn orders(&self) -> impl Iterator<Item = ActId> {
        self.orders.iter().map(|order| order.id).filter(|order| self.is_ordered(order))
    }

    /// Whether an order of succession was given by enough keys of its day, and still counts.
    pub(super) fn is_ordered(&self, act: &ActId) -> bool {
        self.orders.iter().any(|order| order.id == *act && self.roots.stands(act, &order.signers))
    }

    /// Every act that is held, in an order in which it can be folded: what a newcomer is given.
    pub fn acts(&self) -> &[ActId] {
        &self.acts
    }

    /// Digest of what is held: equal digests, equal charters.
    pub fn digest(&self) -> Hash {
        let mut ids: Vec<&[u8]> = self.acts.iter().map(|act| act.0.as_slice()).collect();
        ids.sort_unstable();
        hash(Context::Charter, &ids)
    }

    /// The key with this id, if it may endorse anything beside the charter.
    pub(super) fn endorsing_key(&self, key: KeyId) -> Option<&PublicKey> {
        let proposed = || self.proposals.iter().find_map(|(_, body)| body.root.get(key));
        self.roots.key(key).or_else(proposed)
    }

    pub(super) fn apply(&mut self, act: &VerifiedAct) -> Result<(), Refusal> {
        if self.acts.contains(&act.id()) {
            return Err(Refusal::AlreadyDone);
        }
        match act.body() {
            Body::Charter(body) => self.propose(act, body)?,
            Body::Endorse(body) => {
                let signed = self.signed(&body.act).ok_or(Refusal::ChainGap)?;
                signed.signers.push(act.key());
                signed.endorsements.push(act.id());
            }
            Body::SucceedDivide(_)
            | Body::SucceedMerge(_)
            | Body::SucceedParent(_)
            | Body::SucceedClose(_) => self.take_order(act)?,
            _ => return Err(Refusal::ChainKind),
        }
        self.acts.push(act.id());
        self.promote();
        Ok(())
    }

    fn signed(&mut self, act: &ActId) -> Option<&mut Signed> {
        let open = self.proposals.iter_mut().map(|(signed, _)| signed);
        open.chain(&mut self.versions).chain(&mut self.orders).find(|signed| signed.id == *act)
    }

    fn propose(&mut self, act: &VerifiedAct, body: &body::Charter) -> Result<(), Refusal> {
        self.check_follows(act)?;
        if !body.root.is_sound() || body.keeps.len() > KEEPS_MAX {
            return Err(Refusal::NotAuthority);
        }
        let own = |(signed, _): &&(Signed, body::Charter)| signed.signers.first() == Some(&act.key());
        if self.proposals.iter().filter(own).count() >= PROPOSALS_PER_KEEPER_MAX {
            let alone = self.proposals.iter().filter(own).find(|(signed, _)| signed.endorsements.is_empty());
            let alone = alone.map(|(signed, _)| signed.id).ok_or(Refusal::Busy)?;
            self.proposals.retain(|(signed, _)| signed.id != alone);
            self.acts.retain(|held| *held != alone);
        }
        self.proposals.push((Signed::begin(act), body.clone()));
        Ok(())
    }

    /// A proposal names the version in force as the one before it. What does not is older than it
    /// (a rollback or a rival), or skips one.
    fn check_follows(&self, act: &VerifiedAct) -> Result<(), Refusal> {
        let header = act.header();
        let Some(head) = self.head() else {
            let is_genesis = header.number == 0 && act.id() == ActId::from(self.state);
            return if is_genesis { Ok(()) } else { Err(Refusal::ChainGap) };
        };
        let next = self.versions.len() as u64;
        if header.number < next || (header.number == next && header.previous != Some(head)) {
            return Err(Refusal::CharterOld);
        }
        if header.number > next { Err(Refusal::ChainGap) } else { Ok(()) }
    }

    /// An order counts under the version that it names, and later as long as the version in force
    /// lets it stand.
    fn take_order(&mut self, act: &VerifiedAct) -> Result<(), Refusal> {
        let under = act.header().previous.ok_or(Refusal::ChainGap)?;
        let known = self.versions.iter().any(|version| version.id == under);
        if !known {
            return Err(Refusal::ChainGap);
        }
        if self.head() != Some(under) && !self.roots.keeps(&act.id()) {
            return Err(Refusal::CharterOld);
        }
        self.orders.push(Signed::begin(act));
        Ok(())
    }

    /// Puts a proposal in force that has reached both thresholds. All others lapse, and orders that
    /// it does not let stand.
    fn promote(&mut self) {
        let previous = self.roots.in_force();
        let reached = self.proposals.iter().position(|(signed, body)| {
            body.root.is_reached_by(&signed.signers)
                && previous.is_none_or(|root| root.is_reached_by(&signed.signers))
        });
        let Some(index) = reached else { return };
        let (version, body) = self.proposals.swap_remove(index);
        let rivals = std::mem::take(&mut self.proposals).into_iter().map(|(signed, _)| signed);
        let (kept, dropped) = std::mem::take(&mut self.orders)
            .into_iter()
            .partition::<Vec<_>, _>(|order| body.keeps.contains(&order.id));
        self.orders = kept;
        let gone: Vec<ActId> = rivals
            .chain(dropped)
            .flat_map(|signed| [vec![signed.id], signed.endorsements].concat())
            .collect();
        self.acts.retain(|act| !gone.contains(act));
        self.versions.push(version);
        self.names = Some((body.name_hi, body.name_en));
        self.roots.renew(self.versions.len() as u64, body.root, body.keeps);
    }
}

impl Signed {
    fn begin(act: &VerifiedAct) -> Self {
        Self { id: act.id(), signers: vec![act.key()], endorsements: Vec::new() }
    }
}
