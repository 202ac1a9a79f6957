//! The register of one office: the fold of its chain of acts about its own keys and people.

mod incarnation;

use std::collections::{BTreeMap, BTreeSet};

pub use self::incarnation::Incarnation;

use crate::act::body::{Inception, KeySet, RekeyOffice, Tier};
use crate::act::{Body, Place, VerifiedAct};
use crate::hash::{Context, Hash, hash};
use crate::id::{ActId, ChargeId, KeyId, OfficeId, OfficerId, PostId};
use crate::keys::PublicKey;
use crate::limits::{KEEPS_MAX, REGISTER_ACTS_MAX, REGISTER_TEXT_BYTES_MAX};
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::registry::authority::Authority;
use crate::registry::people::{Charge, Post};
use crate::registry::succession::Succession;
use crate::sealing::{ClearRef, SealingPublic};

/// Register of one office, folded.
#[derive(Debug, Clone)]
pub struct Register {
    id: OfficeId,
    inception: Inception,
    authority: Authority,
    rekeys: Vec<(ActId, u64, RekeyOffice)>,
    proposals: BTreeMap<ActId, Vec<KeyId>>,
    admissions: BTreeSet<ActId>,
    incarnations: Vec<Incarnation>,
    posts: BTreeMap<PostId, Post>,
    officers: BTreeMap<OfficerId, Vec<(u64, PublicKey)>>,
    charges: BTreeMap<ChargeId, Charge>,
    positions: BTreeMap<ActId, u64>,
    from_above: Vec<ActId>,
    directory: Option<(u64, ActId, ClearRef)>,
    escrows: BTreeMap<(u32, ActId), ClearRef>,
    sides: BTreeSet<ActId>,
    commenced: BTreeMap<ActId, u64>,
    head: ActId,
    number: u64,
    pub(super) succession: Succession,
}

impl Register {
    pub(super) fn begin(act: &VerifiedAct, inception: &Inception) -> Result<Self, Refusal> {
        if !inception.operating.is_sound() || !inception.recovery.is_sound() {
            return Err(Refusal::NotAuthority);
        }
        let texts = [&inception.path, &inception.code, &inception.name_hi, &inception.name_en];
        if texts.into_iter().any(|text| text.len() > REGISTER_TEXT_BYTES_MAX) {
            return Err(Refusal::TextTooLong);
        }
        Ok(Self {
            id: act.id().into(),
            inception: inception.clone(),
            authority: Authority::of(inception.operating.clone()),
            rekeys: Vec::new(),
            proposals: BTreeMap::from([(act.id(), vec![act.key()])]),
            admissions: BTreeSet::new(),
            incarnations: Vec::new(),
            posts: BTreeMap::new(),
            officers: BTreeMap::new(),
            charges: BTreeMap::new(),
            positions: BTreeMap::from([(act.id(), 0)]),
            from_above: Vec::new(),
            directory: None,
            escrows: BTreeMap::new(),
            sides: BTreeSet::new(),
            commenced: BTreeMap::new(),
            head: act.id(),
            number: 0,
            succession: Succession::default(),
        })
    }

    /// The office.
    pub const fn id(&self) -> OfficeId {
        self.id
    }

    /// The office above now; none when the charter is.
    pub fn parent(&self) -> Option<OfficeId> {
        self.succession.parent.unwrap_or(self.inception.parent)
    }

    /// The office that admitted it; none when the charter did.
    pub const fn first_parent(&self) -> Option<OfficeId> {
        self.inception.parent
    }

    /// Path such as `mp/indore/depalpur`, as it is now.
    pub fn path(&self) -> &str {
        self.succession.path.as_deref().unwrap_or(&self.inception.path)
    }

    /// The order by which the office has ended, if it has.
    pub const fn ended(&self) -> Option<ActId> {
        self.succession.ended
    }

    /// Offices that took something over, each with the order, earliest first.
    pub fn successors(&self) -> &[(ActId, OfficeId)] {
        &self.succession.successors
    }

    /// The position at which this register brought an order into force.
    pub fn commenced(&self, order: &ActId) -> Option<u64> {
        self.commenced.get(order).copied()
    }

    /// Whether the office had ended, by its own register, at a position of it.
    pub(super) fn has_ended_at(&self, position: u64) -> bool {
        self.ended().and_then(|order| self.commenced(&order)).is_some_and(|since| since <= position)
    }

    /// Code in the Local Government Directory, or our own short code.
    pub fn code(&self) -> &str {
        &self.inception.code
    }

    /// Tier.
    pub const fn tier(&self) -> Tier {
        self.inception.tier
    }

    /// Name, Hindi.
    pub fn name_hi(&self) -> &str {
        &self.inception.name_hi
    }

    /// Name, English.
    pub fn name_en(&self) -> &str {
        &self.inception.name_en
    }

    /// Keys for routine acts of the office itself.
    pub fn operating(&self) -> &KeySet {
        self.authority.in_force().unwrap_or(&self.inception.operating)
    }

    /// The operating keys, past and present.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Keys for the worst day.
    pub const fn recovery(&self) -> &KeySet {
        &self.inception.recovery
    }

    /// The offline key that opens the office's contents.
    pub const fn recovery_sealing(&self) -> &SealingPublic {
        &self.inception.recovery_sealing
    }

    /// The last act of the chain.
    pub const fn head(&self) -> ActId {
        self.head
    }

    /// Position of the last act of the chain.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Position of a chain act of this register.
    pub fn position(&self, head: &ActId) -> Option<u64> {
        self.positions.get(head).copied()
    }

    /// Whether the parent (or the charter) has begun to take the office in; see
    /// [`crate::registry::Registry::is_admitted`].
    pub fn has_admission(&self) -> bool {
        !self.admissions.is_empty()
    }

    /// Digest of the dossier: equal digests, equal dossiers. The head stands for the whole chain;
    /// side acts have no order, so they are hashed in the order of their ids.
    pub fn digest(&self) -> Hash {
        let mut parts: Vec<&[u8]> = vec![&self.head.0];
        parts.extend(self.sides.iter().map(|side| side.0.as_slice()));
        hash(Context::Dossier, &parts)
    }

    /// Whether the dossier holds an act. A directory that a newer one replaced is not held.
    pub fn keeps(&self, act: &ActId) -> bool {
        self.positions.contains_key(act) || self.sides.contains(act)
    }

    /// Side acts of the dossier.
    pub fn side_count(&self) -> usize {
        self.sides.len()
    }

    /// Where sealing secrets lie, sealed to recovery keys, with the number of the incarnation.
    pub fn escrows(&self) -> impl Iterator<Item = (u32, &ClearRef)> {
        self.escrows.iter().map(|((incarnation, _), wraps)| (*incarnation, wraps))
    }

    /// A post.
    pub fn post(&self, post: &PostId) -> Option<&Post> {
        self.posts.get(post)
    }

    /// All posts, in the order of their ids.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        self.posts.values()
    }

    /// All officers.
    pub fn officers(&self) -> impl Iterator<Item = OfficerId> {
        self.officers.keys().copied()
    }

    /// The key an officer uses now.
    pub fn officer_key(&self, officer: &OfficerId) -> Option<&PublicKey> {
        self.officers.get(officer)?.last().map(|(_, key)| key)
    }

    /// Charges that count now.
    pub fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.charges.values().filter(|charge| charge.until.is_none())
    }

    /// A charge, whether it still counts or not.
    pub fn charge(&self, charge: &ChargeId) -> Option<&Charge> {
        self.charges.get(charge)
    }

    /// The latest directory: the act and its snapshot.
    pub fn directory(&self) -> Option<(ActId, ClearRef)> {
        self.directory.map(|(_, act, snapshot)| (act, snapshot))
    }

    /// The number that the office's next directory has.
    pub fn next_directory(&self) -> u64 {
        self.directory.map_or(1, |(sequence, ..)| sequence.saturating_add(1))
    }

    /// Whether its node has ever run: the first thing a node does is to publish a directory.
    pub const fn has_run(&self) -> bool {
        self.directory.is_some()
    }

    /// The charge and the officer's key as they stood at a position of the register.
    pub(super) fn charge_at(
        &self,
        charge: &ChargeId,
        position: u64,
    ) -> Result<(&Charge, PublicKey), Refusal> {
        let charge = self.charges.get(charge).ok_or(Refusal::ChargeUnknown)?;
        if position < charge.since {
            return Err(Refusal::ChargeUnknown);
        }
        if charge.until.is_some_and(|until| position >= until) {
            return Err(Refusal::ChargeEnded);
        }
        let keys = self.officers.get(&charge.officer).ok_or(Refusal::OfficerUnknown)?;
        let key = keys.iter().rev().find(|(since, _)| *since <= position);
        Ok((charge, key.ok_or(Refusal::OfficerUnknown)?.1))
    }

    /// Whether the authority above has taken the office in: an admission stands for the office that
    /// it names.
    pub(super) fn is_admitted_by(&self, above: &Authority) -> bool {
        let inception = self.inception_act();
        let stands = |signers: &Vec<KeyId>| above.stands(&inception, signers);
        self.is_in_force(&inception)
            && self.admissions.iter().any(|act| self.proposals.get(act).is_some_and(stands))
    }

    fn inception_act(&self) -> ActId {
        self.id.into()
    }

    /// An act of the office's own authority counts when its operating or its recovery threshold was
    /// reached. A chain act is judged by the operating keys of its position, an order by those in
    /// force and what they let stand.
    pub(super) fn is_in_force(&self, act: &ActId) -> bool {
        let by_operating = |signers: &[KeyId]| match self.position(act) {
            Some(at) => self.authority.in_force_at(at).is_some_and(|keys| keys.is_reached_by(signers)),
            None => self.authority.stands(act, signers),
        };
        let signers = self.proposals.get(act);
        signers.is_some_and(|signers| by_operating(signers) || self.recovery().is_reached_by(signers))
    }

    /// Puts new operating keys in force that enough of the keys before them have signed.
    fn settle_keys(&mut self) {
        let ready = self.rekeys.iter().position(|(act, ..)| self.is_in_force(act));
        if let Some(at) = ready {
            let (_, since, body) = self.rekeys.remove(at);
            self.rekeys.retain(|(_, position, _)| *position > since);
            self.authority.renew(since, body.operating, body.keeps);
        }
    }

    pub(super) fn apply(&mut self, act: &VerifiedAct, signer: &Signer) -> Result<(), Refusal> {
        match act.header().place {
            Place::Side => self.apply_side(act, signer)?,
            Place::Chain => self.apply_chain(act, signer)?,
        }
        self.settle_keys();
        Ok(())
    }

    fn apply_side(&mut self, act: &VerifiedAct, signer: &Signer) -> Result<(), Refusal> {
        if self.sides.contains(&act.id()) {
            return Err(Refusal::AlreadyDone);
        }
        if self.fold_side(act, signer)? {
            self.sides.insert(act.id());
        }
        Ok(())
    }

    /// Folds a side act. What it leads to depends on which side acts there are, never on the order
    /// in which they came: whoever relays a dossier cannot change what it says. Returns whether
    /// the act belongs to the dossier.
    fn fold_side(&mut self, act: &VerifiedAct, signer: &Signer) -> Result<bool, Refusal> {
        match act.body() {
            Body::Admit(body) => {
                if body.office != self.id || act.header().office != self.first_parent() {
                    return Err(Refusal::NotAuthority);
                }
                self.admissions.insert(act.id());
                self.proposals.insert(act.id(), vec![act.key()]);
            }
            Body::Endorse(body) => {
                let signers = self.proposals.get_mut(&body.act).ok_or(Refusal::ChainGap)?;
                // A key counts once, however often it signs.
                if !signers.contains(&act.key()) {
                    signers.push(act.key());
                }
            }
            Body::Directory(body) => {
                let newest = (body.sequence, act.id());
                if self.directory.is_some_and(|(sequence, known, _)| (sequence, known) > newest) {
                    return Ok(false);
                }
                if let Some((_, old, _)) = self.directory.replace((body.sequence, act.id(), body.snapshot)) {
                    self.sides.remove(&old);
                }
            }
            Body::Escrow(body) => {
                self.escrows.insert((act.header().incarnation, act.id()), body.wraps);
            }
            Body::SucceedDivide(_)
            | Body::SucceedMerge(_)
            | Body::SucceedParent(_)
            | Body::SucceedClose(_) => {
                self.proposals.insert(act.id(), vec![act.key()]);
            }
            Body::ContinueUnwitnessed(_) => {
                let is_admin = matches!(signer, Signer::Officer { admin: true, .. });
                return if is_admin { Ok(false) } else { Err(Refusal::NotAdmin) };
            }
            Body::Anchor(_) => return Ok(false),
            Body::Unknown => {}
            _ => return Err(Refusal::ChainKind),
        }
        Ok(true)
    }

    fn apply_chain(&mut self, act: &VerifiedAct, signer: &Signer) -> Result<(), Refusal> {
        let header = act.header();
        if self.positions.contains_key(&act.id()) {
            return Err(Refusal::AlreadyDone);
        }
        if header.number != self.number + 1 {
            return Err(if header.number <= self.number { Refusal::ChainFork } else { Refusal::ChainGap });
        }
        if header.previous != Some(self.head) {
            return Err(Refusal::ChainFork);
        }
        if header.number > REGISTER_ACTS_MAX {
            return Err(Refusal::Busy);
        }
        let may = match signer {
            Signer::Authority => true,
            Signer::Officer { office, admin, .. } => *office == self.id && *admin,
            Signer::Node { office } => *office == self.id && matches!(act.body(), Body::Commence(_)),
        };
        if !may {
            return Err(Refusal::NotAdmin);
        }
        if *signer == Signer::Authority && self.was_replaced(act.key()) {
            return Err(Refusal::KeysReplaced);
        }
        self.fold(act)?;
        if *signer == Signer::Authority && !self.has_had_key(act.key()) {
            self.from_above.push(act.id());
        }
        self.head = act.id();
        self.number = header.number;
        self.positions.insert(act.id(), header.number);
        Ok(())
    }

    /// Whether a key is, or was, an operating or a recovery key of the office.
    pub(super) fn has_had_key(&self, key: KeyId) -> bool {
        self.authority.key(key).is_some() || self.recovery().get(key).is_some()
    }

    /// Whether a key was once an operating key of the office and is one no more.
    fn was_replaced(&self, key: KeyId) -> bool {
        let counts = self.operating().get(key).is_some() || self.recovery().get(key).is_some();
        !counts && self.authority.key(key).is_some()
    }

    fn fold(&mut self, act: &VerifiedAct) -> Result<(), Refusal> {
        let number = act.header().number;
        match act.body() {
            Body::Incarnate(body) => {
                self.check_incarnation(body)?;
                self.proposals.insert(act.id(), vec![act.key()]);
                self.incarnations.push(Incarnation {
                    act: act.id(),
                    number: body.number,
                    signing: body.signing,
                    transport: body.transport,
                    mirror: body.mirror,
                    witness: body.witness,
                    sealing: body.sealing.clone(),
                    start: body.start,
                    lost_to: body.lost_to,
                    in_force: false,
                });
            }
            Body::AddPost(body) if body.code.len() > REGISTER_TEXT_BYTES_MAX => {
                return Err(Refusal::TextTooLong);
            }
            Body::AddPost(body) => {
                let post = Post { id: act.id().into(), code: body.code.clone(), admin: body.admin };
                self.posts.insert(post.id, post);
            }
            Body::AddOfficer(body) => {
                self.officers.insert(act.id().into(), vec![(number, body.key)]);
            }
            Body::GiveCharge(body) => {
                self.posts.get(&body.post).ok_or(Refusal::PostUnknown)?;
                self.officers.get(&body.officer).ok_or(Refusal::OfficerUnknown)?;
                let charge = Charge {
                    id: act.id().into(),
                    post: body.post,
                    officer: body.officer,
                    kind: body.kind,
                    since: number,
                    until: None,
                };
                self.charges.insert(charge.id, charge);
            }
            Body::EndCharge(body) => {
                let charge = self.charges.get_mut(&body.charge).ok_or(Refusal::ChargeUnknown)?;
                if charge.until.is_some() {
                    return Err(Refusal::AlreadyDone);
                }
                charge.until = Some(number);
            }
            Body::RekeyOfficer(body) => {
                let keys = self.officers.get_mut(&body.officer).ok_or(Refusal::OfficerUnknown)?;
                keys.push((number, body.key));
            }
            Body::RekeyOffice(body) => {
                if !body.operating.is_sound() || body.keeps.len() > KEEPS_MAX {
                    return Err(Refusal::NotAuthority);
                }
                self.proposals.insert(act.id(), vec![act.key()]);
                self.rekeys.push((act.id(), number, body.clone()));
            }
            Body::Commence(body) => {
                if body.to.is_some() {
                    return Err(Refusal::ChainKind);
                }
                if self.commenced.contains_key(&body.order) {
                    return Err(Refusal::AlreadyDone);
                }
                self.commenced.insert(body.order, number);
            }
            Body::Unknown => {}
            _ => return Err(Refusal::ChainKind),
        }
        Ok(())
    }
}
