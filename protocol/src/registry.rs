//! Who is who: the charter of the state and the register of every office, folded from acts.
//!
//! The registry answers one question, "may this key sign this?", and is itself nothing but the
//! fold of verified acts: it can be thrown away and rebuilt. Facts of an office count from the
//! position in its register at which they stand, never from a clock.

pub mod authority;
pub mod charter;
pub mod people;
pub mod register;
pub mod succession;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::authority::Authority;
pub use self::charter::CharterChain;
pub use self::people::{Charge, Post};
pub use self::register::{Incarnation, Register};
pub use self::succession::{Change, Order};
use crate::act::body::KeySet;
use crate::act::{Body, Header, MatterKind, SignerClass, UnverifiedAct, Verb, VerifiedAct};
use crate::id::{ActId, ChargeId, KeyId, OfficeId, OfficerId, PostId, StateId};
use crate::keys::PublicKey;
use crate::limits::{OFFICES_BELOW_MAX, OFFICES_MAX};
use crate::refusal::Refusal;
use crate::sealing::SealingPublic;

/// By what right an act was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// A key of a charter or an inception. Thresholds are counted by the fold.
    Authority,
    /// The node of this office.
    Node {
        /// The office.
        office: OfficeId,
    },
    /// An officer under a charge.
    Officer {
        /// The office.
        office: OfficeId,
        /// The post that the charge gives.
        post: PostId,
        /// The person.
        officer: OfficerId,
        /// The charge.
        charge: ChargeId,
        /// Whether the post may change the register.
        admin: bool,
    },
}

/// Charter and registers of one state.
#[derive(Debug, Clone)]
pub struct Registry {
    charter: CharterChain,
    /// Shared with clones of the registry until either changes: a state has hundreds of offices.
    offices: BTreeMap<OfficeId, Arc<Register>>,
    orders: Vec<Order>,
    /// Orders that have had their effect, and the offices that they changed.
    effects: BTreeSet<ActId>,
    touched: BTreeSet<OfficeId>,
}

impl Registry {
    /// An empty registry that trusts this state and nothing else.
    pub fn new(state: StateId) -> Self {
        Self {
            charter: CharterChain::new(state),
            offices: BTreeMap::new(),
            orders: Vec::new(),
            effects: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// The state.
    pub const fn state(&self) -> StateId {
        self.charter.state()
    }

    /// The charter chain.
    pub const fn charter(&self) -> &CharterChain {
        &self.charter
    }

    /// The register of an office.
    ///
    /// # Errors
    /// [`Refusal::OfficeUnknown`].
    pub fn office(&self, office: &OfficeId) -> Result<&Register, Refusal> {
        self.offices.get(office).map(Arc::as_ref).ok_or(Refusal::OfficeUnknown)
    }

    /// All offices, in the order of their ids.
    pub fn offices(&self) -> impl Iterator<Item = &Register> {
        self.offices.values().map(Arc::as_ref)
    }

    /// Offices that have been admitted, from the one asked about up to the top.
    pub fn line_above<'a>(&'a self, office: &OfficeId) -> impl Iterator<Item = &'a Register> {
        let first = self.offices.get(office).map(Arc::as_ref);
        // A chain longer than the number of tiers can only be a loop made by mistake.
        core::iter::successors(first, |register| self.offices.get(&register.parent()?).map(Arc::as_ref))
            .take(8)
    }

    /// The recovery sealing keys under which everything of an office must also be openable: its
    /// own and that of the topmost office of its line (the department).
    pub fn recovery_sealing(&self, office: &OfficeId) -> Vec<SealingPublic> {
        let mut keys: Vec<SealingPublic> = Vec::new();
        for key in [self.line_above(office).next(), self.line_above(office).last()].into_iter().flatten() {
            if !keys.contains(key.recovery_sealing()) {
                keys.push(key.recovery_sealing().clone());
            }
        }
        keys
    }

    /// The office whose node uses this transport key, if any is admitted.
    pub fn offices_of_transport(&self, transport: &[u8; 32]) -> Vec<OfficeId> {
        let uses = |register: &&Register| {
            register.incarnation().is_some_and(|i| i.transport.to_bytes() == *transport)
        };
        self.offices().filter(uses).filter(|r| self.is_admitted(r)).map(Register::id).collect()
    }

    /// Whether an office has been taken in by the parent of its inception, and the offices above it
    /// now likewise, up to the charter.
    pub fn is_admitted(&self, register: &Register) -> bool {
        let taken_in = |register: &Register| {
            self.authority(register.first_parent()).is_some_and(|above| register.is_admitted_by(above))
        };
        taken_in(register)
            && register.parent().is_none_or(|parent| {
                // Parents are admitted first, so a chain of parents ends; `line_above` bounds it.
                parent != register.id() && self.line_above(&parent).all(taken_in)
            })
    }

    /// The keys of the authority above an office, which may admit it and reassign its matters.
    ///
    /// # Errors
    /// [`Refusal::OfficeUnknown`], or [`Refusal::NotAuthority`] before a charter is in force.
    pub fn authority_over(&self, office: &OfficeId) -> Result<&Authority, Refusal> {
        let above = self.authority(self.office(office)?.parent());
        above.filter(|keys| keys.in_force().is_some()).ok_or(Refusal::NotAuthority)
    }

    /// The keys that may admit an office under this parent, past and present.
    pub fn authority(&self, parent: Option<OfficeId>) -> Option<&Authority> {
        match parent {
            None => Some(self.charter.roots()),
            Some(parent) => self.offices.get(&parent).map(|register| register.authority()),
        }
    }

    /// Verifies an act that arrived: finds the key that must have signed it, by what right, and
    /// checks the signature.
    ///
    /// # Errors
    /// The [`Refusal`] that names which rule it breaks.
    pub fn verify(&self, act: UnverifiedAct) -> Result<(VerifiedAct, Signer), Refusal> {
        let (key, signer) = self.signer(&act)?;
        self.check_above_counts(&act)?;
        Ok((act.verify(&key)?, signer))
    }

    /// By what right an act that was verified before had been signed.
    ///
    /// # Errors
    /// As [`Registry::verify`], when the registry does not hold what the act relied on.
    pub fn signer_of(&self, act: &VerifiedAct) -> Result<Signer, Refusal> {
        let (key, signer) = self.find_signer(act.header(), act.body(), act.key(), act.id())?;
        if key.id() == act.key() { Ok(signer) } else { Err(Refusal::ActOtherKey) }
    }

    fn signer(&self, act: &UnverifiedAct) -> Result<(PublicKey, Signer), Refusal> {
        self.find_signer(act.header(), act.body(), act.key(), act.id())
    }

    fn find_signer(
        &self,
        header: &Header,
        body: &Body,
        key: KeyId,
        id: ActId,
    ) -> Result<(PublicKey, Signer), Refusal> {
        let in_this_state = match header.state {
            Some(state) => state == self.state(),
            None => id == ActId::from(self.state()),
        };
        if !in_this_state {
            return Err(Refusal::ActOtherState);
        }
        let verb = header.known_verb();
        if let Some(verb) = verb {
            if !verb.kinds().contains(&header.kind) {
                return Err(Refusal::ChainKind);
            }
            if verb.place() != header.place || (!header.contents.is_empty() && !verb.may_name_contents()) {
                return Err(Refusal::ActHeader);
            }
        }
        // A register is written by its own office. Only taking an office in, and signing along with
        // others, is done from outside; those name the keys that may.
        let from_outside = matches!(body, Body::Inception(_) | Body::Admit(_) | Body::Endorse(_));
        let own = header.matter.map(ActId::from) == header.office.map(ActId::from);
        if header.kind == MatterKind::REGISTER && !from_outside && !own {
            return Err(Refusal::NotAuthority);
        }
        match verb.map(Verb::signer) {
            Some(SignerClass::Authority) => {
                self.authority_key(header, body, key).map(|key| (key, Signer::Authority))
            }
            Some(SignerClass::Node) => self.node(header),
            Some(SignerClass::Officer) if header.charge.is_none() && header.kind == MatterKind::REGISTER => {
                let register = self.office(&header.office.ok_or(Refusal::ActHeader)?)?;
                let set =
                    self.set_without_charge(register, header, body, key).ok_or(Refusal::NotAuthority)?;
                // Such an act carries one signature and nothing collects endorsements for it.
                if set.threshold > 1 {
                    return Err(Refusal::ThresholdNotMet);
                }
                Ok((*set.get(key).ok_or(Refusal::NotAuthority)?, Signer::Authority))
            }
            Some(SignerClass::Officer) => self.officer(header),
            None if header.charge.is_some() => self.officer(header),
            None => self.node(header),
        }
    }

    /// Who stands above an office now, and who took it in: what either signed can be verified.
    fn above(&self, register: &Register) -> impl Iterator<Item = &Authority> {
        [register.parent(), register.first_parent()].into_iter().filter_map(|above| self.authority(above))
    }

    /// The set with which one key writes a register without a charge: the operating keys of that position;
    /// after a fire, for an officer's new key, also those for the worst day and those above.
    fn set_without_charge<'a>(
        &'a self,
        register: &'a Register,
        header: &Header,
        body: &Body,
        key: KeyId,
    ) -> Option<&'a KeySet> {
        let operating = register.authority().in_force_at(header.number);
        let above = self.above(register).flat_map(Authority::all);
        let after_a_fire = [register.recovery()].into_iter().chain(above);
        let after_a_fire = after_a_fire.filter(|_| matches!(body, Body::RekeyOfficer(_)));
        operating.into_iter().chain(after_a_fire).find(|set| set.get(key).is_some())
    }

    /// What the office above writes into a register counts with its keys in force, or when those let it
    /// stand. What was taken in before stays in its chain.
    fn check_above_counts(&self, act: &UnverifiedAct) -> Result<(), Refusal> {
        let header = act.header();
        let may_come_from_above = matches!(act.body(), Body::Incarnate(_) | Body::RekeyOfficer(_));
        let Some(office) = header.office.filter(|_| may_come_from_above && header.charge.is_none()) else {
            return Ok(());
        };
        let register = self.office(&office)?;
        if register.has_had_key(act.key()) {
            return Ok(());
        }
        let above = self.authority(register.parent());
        let counts = above.is_some_and(|above| {
            above.in_force().is_some_and(|set| set.get(act.key()).is_some()) || above.keeps(&act.id())
        });
        if counts { Ok(()) } else { Err(Refusal::KeysReplaced) }
    }

    fn node(&self, header: &Header) -> Result<(PublicKey, Signer), Refusal> {
        let register = self.office(&header.office.ok_or(Refusal::ActHeader)?)?;
        let incarnation =
            register.incarnation_number(header.incarnation).ok_or(Refusal::IncarnationUnknown)?;
        Ok((incarnation.signing, Signer::Node { office: register.id() }))
    }

    fn officer(&self, header: &Header) -> Result<(PublicKey, Signer), Refusal> {
        let register = self.office(&header.office.ok_or(Refusal::ActHeader)?)?;
        let charge = header.charge.ok_or(Refusal::ChargeUnknown)?;
        let position =
            register.position(&header.register.ok_or(Refusal::ActHeader)?).ok_or(Refusal::RegisterUnknown)?;
        let (given, key) = register.charge_at(&charge, position)?;
        let begins = matches!(header.known_verb(), Some(Verb::Open | Verb::Diarise));
        if begins && register.has_ended_at(position) {
            return Err(Refusal::OfficeEnded);
        }
        let admin = register.post(&given.post).is_some_and(|post| post.admin);
        let signer = Signer::Officer {
            office: register.id(),
            post: given.post,
            officer: given.officer,
            charge,
            admin,
        };
        Ok((key, signer))
    }

    /// Finds, for an act of authority, the key by its id in the sets that may sign it, or once
    /// might: whether it still counts is for the fold to say.
    fn authority_key(&self, header: &Header, body: &Body, key: KeyId) -> Result<PublicKey, Refusal> {
        let above = |parent| self.authority(parent).and_then(|above| above.key(key)).copied();
        let own = |register: &Register| {
            register.authority().key(key).or_else(|| register.recovery().get(key)).copied()
        };
        let found = match body {
            // A renewal is proposed by a keeper in force; the genesis by one of its own.
            Body::Charter(charter) => self.charter.in_force().unwrap_or(&charter.root).get(key).copied(),
            Body::Inception(inception) => inception.operating.get(key).copied(),
            Body::Admit(_) => above(header.office),
            Body::Incarnate(_) | Body::RekeyOffice(_) | Body::Endorse(_)
                if header.kind == MatterKind::REGISTER =>
            {
                let office =
                    header.matter.map(|m| OfficeId::from(ActId::from(m))).ok_or(Refusal::ActHeader)?;
                let register = self.office(&office)?;
                // The office above speaks for one whose own keys burnt with it.
                let above = || self.above(register).find_map(|above| above.key(key)).copied();
                own(register).or_else(|| if matches!(body, Body::RekeyOffice(_)) { None } else { above() })
            }
            Body::Reassign(reassign) => {
                if header.office != self.office(&reassign.from)?.parent() {
                    return Err(Refusal::NotAuthority);
                }
                above(header.office)
            }
            // Beside a file only orders are endorsed, by the same authority.
            Body::Endorse(_) if header.kind != MatterKind::CHARTER => above(header.office),
            Body::Endorse(_) => self.charter.endorsing_key(key).copied(),
            Body::SucceedDivide(_)
            | Body::SucceedMerge(_)
            | Body::SucceedParent(_)
            | Body::SucceedClose(_) => match header.office {
                None => above(None),
                Some(office) => own(self.office(&office)?),
            },
            _ => None,
        };
        found.ok_or(Refusal::NotAuthority)
    }

    /// Takes one verified act of a charter or a register into the fold. An act that was folded
    /// before is [`Refusal::AlreadyDone`].
    ///
    /// # Errors
    /// The [`Refusal`] for an act that does not follow from what is known.
    pub fn apply(&mut self, act: &VerifiedAct, signer: &Signer) -> Result<(), Refusal> {
        let order = self.order_of(act)?;
        self.fold(act, signer)?;
        match (order, act.body()) {
            (Some(order), _) => self.take_order(order),
            (None, Body::Charter(_) | Body::Endorse(_) | Body::Commence(_) | Body::Inception(_))
                if !self.orders.is_empty() =>
            {
                self.settle_orders();
            }
            _ => {}
        }
        Ok(())
    }

    fn fold(&mut self, act: &VerifiedAct, signer: &Signer) -> Result<(), Refusal> {
        match (act.header().kind, act.body()) {
            (MatterKind::CHARTER, _) => self.charter.apply(act),
            (MatterKind::REGISTER, Body::Inception(inception)) => {
                let id = OfficeId::from(act.id());
                if self.offices.contains_key(&id) {
                    return Err(Refusal::AlreadyDone);
                }
                let below = |register: &&Register| register.first_parent() == inception.parent;
                let full =
                    inception.parent.is_some() && self.offices().filter(below).count() >= OFFICES_BELOW_MAX;
                if full || self.offices.len() >= OFFICES_MAX {
                    return Err(Refusal::Busy);
                }
                self.offices.insert(id, Arc::new(Register::begin(act, inception)?));
                Ok(())
            }
            (MatterKind::REGISTER, _) => {
                let id = OfficeId::from(ActId::from(act.matter()));
                let above = self.authority(self.office(&id)?.parent()).cloned();
                let register = Arc::make_mut(self.offices.get_mut(&id).ok_or(Refusal::OfficeUnknown)?);
                register.apply(act, signer)?;
                register.settle(above.as_ref());
                Ok(())
            }
            _ => Err(Refusal::ChainKind),
        }
    }

    /// Verifies and folds in one go, as when a dossier is read.
    ///
    /// # Errors
    /// As [`Registry::verify`] and [`Registry::apply`].
    pub fn admit_act(&mut self, act: UnverifiedAct) -> Result<VerifiedAct, Refusal> {
        let (act, signer) = self.verify(act)?;
        self.apply(&act, &signer)?;
        Ok(act)
    }
}
