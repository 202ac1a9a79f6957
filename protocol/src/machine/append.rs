//! Building, signing and appending acts of the own offices.

use super::handover::key_of;
use super::{Event, Machine, Step, Stop};
use crate::act::{self, Body, HEADER_VERSION, Header, LEVEL, MatterKind, Place, SignerClass, VerifiedAct};
use crate::custody::Matter;
use crate::id::{ActId, MatterId, OfficeId};
use crate::keys::SecretKey;
use crate::records::{LogState, Table};
use crate::refusal::Refusal;

impl Machine {
    /// A header for an act beside the register of an office.
    pub(super) fn beside_register(&self, step: &Step<'_, '_>, office: OfficeId) -> Result<Header, Refusal> {
        let register = self.registry.office(&office)?;
        Ok(Header {
            matter: Some(ActId::from(office).into()),
            place: Place::Side,
            number: register.number(),
            previous: Some(register.head()),
            ..self.header(step, office)?
        })
    }

    /// A header in the name of an office, with everything filled in but matter and body.
    pub(super) fn header(&self, step: &Step<'_, '_>, office: OfficeId) -> Result<Header, Refusal> {
        let register = self.registry.office(&office)?;
        Ok(Header {
            version: HEADER_VERSION,
            state: Some(self.registry.state()),
            office: Some(office),
            incarnation: register.incarnation().map_or(0, |incarnation| incarnation.number),
            kind: MatterKind::REGISTER,
            matter: None,
            place: Place::Chain,
            epoch: 0,
            number: 0,
            previous: None,
            verb: 0,
            charge: None,
            register: Some(register.head()),
            holder: None,
            time: step.now,
            anchor: self.host(&office)?.anchor,
            level: LEVEL,
            contents: Vec::new(),
            body: Vec::new(),
        })
    }

    /// A header for the next act of a matter's chain, or for a side act beside its head.
    pub(super) fn matter_header(
        &self,
        step: &Step<'_, '_>,
        office: OfficeId,
        matter: &Matter,
        place: Place,
    ) -> Result<Header, Refusal> {
        let number = if place == Place::Chain { matter.number + 1 } else { matter.number };
        Ok(Header {
            kind: matter.kind,
            matter: Some(matter.id),
            place,
            epoch: matter.epoch,
            number,
            previous: Some(matter.head),
            holder: Some(matter.holder),
            ..self.header(step, office)?
        })
    }

    /// Puts a body into a header and signs it with the given key.
    pub(super) fn sign(mut header: Header, body: &Body, key: &SecretKey) -> Result<VerifiedAct, Refusal> {
        let (verb, bytes) = body.encode().ok_or(Refusal::ActUnknownVerb)?;
        header.verb = verb.code();
        header.body = bytes;
        debug_assert!(
            header.charge.is_some()
                || verb.signer() != SignerClass::Officer
                || header.kind == MatterKind::REGISTER
        );
        Ok(act::sign(&header, key)?)
    }

    /// Signs with the node key of an office.
    pub(super) fn sign_as_node(&self, header: Header, body: &Body) -> Result<VerifiedAct, Refusal> {
        let office = header.office.ok_or(Refusal::ActHeader)?;
        self.may_sign(&office)?;
        let key = &self.host(&office)?.secrets.signing;
        Self::sign(header, body, key)
    }

    /// Appends an act to the log of a hosted office.
    pub(super) fn append(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: &VerifiedAct,
    ) -> Result<u64, Stop> {
        self.may_sign(&office)?;
        let mut log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        let index = step.records.append_leaf(&office, &mut log, act);
        step.records.put_log(&office, &log);
        self.grown.insert(office);
        Ok(index)
    }

    /// Appends a chain act of our own to log and chain, and keeps the state it leads to.
    pub(super) fn extend(
        &mut self,
        step: &mut Step<'_, '_>,
        old: Option<&Matter>,
        act: &VerifiedAct,
    ) -> Result<Matter, Stop> {
        let signer = self.registry.signer_of(act)?;
        let next = match old {
            Some(matter) => matter.advance(act, &signer, &self.registry)?,
            None => Matter::begin(act, &signer)?,
        };
        let office = act.header().office.ok_or(Refusal::ActHeader)?;
        self.append(step, office, act)?;
        self.keep_matter(step, old, &next, act)?;
        self.pass_on(step, &next, act, None);
        Ok(next)
    }

    /// Keeps a chain act with the state it leads to, and tells the screens.
    pub(super) fn keep_matter(
        &mut self,
        step: &mut Step<'_, '_>,
        old: Option<&Matter>,
        next: &Matter,
        act: &VerifiedAct,
    ) -> Result<(), Stop> {
        step.records.put_chain(act);
        step.records.put_matter(next, &self.hosted())?;
        // What is opened or has moved on can no longer be recalled: the chain is the answer.
        let asked = old.filter(|old| next.opened || old.holder.office != next.holder.office);
        if let Some(old) = asked {
            step.records.delete(Table::RECALLS, key_of(&old.holder.office, &next.id));
        }
        step.event(Event::Matter(next.id));
        let mut desks: Vec<_> =
            next.route.iter().chain([&next.holder]).chain(&next.came_from).copied().collect();
        desks.extend(old.map(|old| old.holder));
        desks.sort_unstable();
        desks.dedup();
        for holder in desks.into_iter().filter(|holder| self.hosts(&holder.office)) {
            step.event(Event::Desk(holder.office, holder.post));
        }
        Ok(())
    }

    /// A matter that must be known.
    pub(super) fn matter(&self, step: &Step<'_, '_>, id: &MatterId) -> Result<Matter, Stop> {
        Ok(step.records.matter(id)?.ok_or(Refusal::MatterUnknown)?)
    }
}
