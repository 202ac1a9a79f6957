//! Reminders: an officer of an office that has or had a matter asks its holder to act on it.
//!
//! A reminder moves nothing and takes no place in the chain. To another office it is said again until
//! that office has shown that it holds it, by saying the same act back. Nothing follows from it by itself.

use super::{Actor, Event, Machine, Peer, Step, Stop};
use crate::act::{Body, Header, Holder, Place, VerifiedAct, body};
use crate::custody::{Matter, Phase};
use crate::id::{ActId, MatterId, OfficeId};
use crate::machine::catch_up::Urgency;
use crate::machine::handover::key_of;
use crate::message::Message;
use crate::records::Table;
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::sealing::ContentRef;

/// Reminders of one office about one matter: one a week for the better part of a year. Whoever has said
/// it so often has to pick up the telephone.
pub const REMINDERS_MAX: usize = 32;

/// Side acts of one matter that are looked through.
const SIDES_MAX: usize = 4_096;

impl Machine {
    /// Reminds whoever holds a matter, as far as it is known here.
    pub(super) fn remind(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
        matter: &Matter,
        contents: Vec<ContentRef>,
    ) -> Result<VerifiedAct, Stop> {
        let to = matter.holder;
        match matter.phase {
            Phase::Closed => return Err(Refusal::IsClosed.into()),
            Phase::Frozen => return Err(Refusal::MatterFrozen.into()),
            _ => {}
        }
        if to == (Holder { office: actor.office, post: self.post_of(actor)? }) {
            return Err(Refusal::SamePost.into());
        }
        let header = Header {
            charge: actor.charge,
            contents,
            ..self.matter_header(step, actor.office, matter, Place::Side)?
        };
        let act = Self::sign(header, &Body::Remind(body::Remind { to }), &actor.key)?;
        matter.check_beside(&act, &self.registry.signer_of(&act)?)?;
        if Self::reminders_of(step, &matter.id, actor.office)? >= REMINDERS_MAX {
            return Err(Refusal::RemindedOften.into());
        }
        self.append(step, actor.office, &act)?;
        self.keep_reminder(step, matter, &act);
        if !self.hosts(&to.office) {
            step.records.put(Table::REMINDERS, key_of(&to.office, &MatterId(act.id().0)), Vec::new());
            self.offer_now(step, &to.office)?;
        }
        Ok(act)
    }

    /// Says the reminders that an office has not said back yet.
    pub(super) fn say_reminders(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: &OfficeId,
        max: usize,
    ) -> Result<(), Stop> {
        for (id, _) in step.records.towards(Table::REMINDERS, office, max)? {
            if self.link(peer)?.may_say(id, step.steady) {
                let act = step.records.expect_act(&ActId(id.0))?;
                step.send(peer, Message::Side { act: act.bytes().to_vec().into() });
            }
        }
        Ok(())
    }

    /// A reminder that arrived for an office of this node, or one of our own that was said back.
    pub(super) fn take_reminder(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        act: &VerifiedAct,
        signer: &Signer,
        to: Holder,
    ) -> Result<(), Stop> {
        let row = key_of(&to.office, &MatterId(act.id().0));
        if step.records.get(Table::REMINDERS, &row)?.is_some() {
            if self.link(from)?.offices.contains(&to.office) {
                step.records.delete(Table::REMINDERS, row);
                step.event(Event::Matter(act.matter()));
            }
            return Ok(());
        }
        let office = act.header().office.ok_or(Refusal::ActHeader)?;
        if self.hosts(&office) {
            return Ok(()); // said back once more
        }
        if !self.hosts(&to.office) {
            return Err(Refusal::NotHolderOffice.into());
        }
        let matter = self.matter(step, &act.matter())?;
        let echo = Message::Side { act: act.bytes().to_vec().into() };
        if step.records.sides(&matter.id, SIDES_MAX)?.contains(&act.id()) {
            step.send(from, echo);
            return Ok(());
        }
        matter.check_beside(act, signer)?;
        let head = step.records.act(&act.header().previous.ok_or(Refusal::ActHeader)?)?;
        if head.is_none_or(|head| head.matter() != matter.id || head.header().place != Place::Chain) {
            return Err(Refusal::ChainGap.into());
        }
        if Self::reminders_of(step, &matter.id, office)? >= REMINDERS_MAX {
            return Err(Refusal::RemindedOften.into());
        }
        // The words come first: what was said back is not said again.
        for content in &act.header().contents {
            if !self.want(step, from, content.root, content.length, Urgency::Addressed)? {
                return Ok(());
            }
        }
        self.keep_reminder(step, &matter, act);
        step.send(from, echo);
        Ok(())
    }

    fn keep_reminder(&self, step: &mut Step<'_, '_>, matter: &Matter, act: &VerifiedAct) {
        step.records.put_side(act);
        step.event(Event::Matter(matter.id));
        if self.hosts(&matter.holder.office) {
            step.event(Event::Desk(matter.holder.office, matter.holder.post));
        }
    }

    fn reminders_of(step: &Step<'_, '_>, matter: &MatterId, office: OfficeId) -> Result<usize, Stop> {
        let mut count = 0;
        for side in step.records.sides(matter, SIDES_MAX)? {
            let act = step.records.expect_act(&side)?;
            let is_ours = act.header().office == Some(office);
            count += usize::from(is_ours && matches!(act.body(), Body::Remind(_)));
        }
        Ok(count)
    }
}
