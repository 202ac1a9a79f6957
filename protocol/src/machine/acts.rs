//! Acts of a chain that arrive: of a file that is offered to us, or of one that was here before.
//! Where each of them belongs is decided here: the chain, a branch beside it, or nowhere.

use minicbor::bytes::ByteVec;

use super::{Machine, Peer, Step, Stop};
use crate::act::{Body, Place, VerifiedAct};
use crate::custody::{Matter, Phase};
use crate::id::MatterId;
use crate::limits::LEAVES_PER_MESSAGE_MAX;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::time::Timestamp;

/// What became of an act.
enum Taken {
    /// It is part of the chain, or kept beside it.
    Kept,
    /// Acts before it are missing; they were asked for.
    Waits,
}

impl Machine {
    /// Acts of a matter arrived: of one that is offered to us, or of one that was here before.
    pub(super) fn take_acts(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        id: MatterId,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        let local = step.records.matter(&id)?;
        let offered = self.link(from)?.incoming.contains_key(&id);
        let ours = |matter: &Matter| matter.offices().into_iter().any(|office| self.hosts(&office));
        let is_ours = local.as_ref().is_some_and(ours);
        let returning = step.records.is_returning(&id)? || self.behind.remove(&id);
        if !offered && !returning && !is_ours {
            return Err(Refusal::MatterUnknown.into());
        }
        for bytes in acts {
            let (act, signer) = self.verify_or_ask(step, from, bytes)?;
            if act.matter() != id || act.header().place != Place::Chain {
                return Err(Refusal::ChainKind.into());
            }
            if matches!(self.take_chain_act(step, from, &act, &signer)?, Taken::Waits) {
                return Ok(());
            }
        }
        if returning {
            self.find_returned(step)?;
        }
        let more = acts.len() >= LEAVES_PER_MESSAGE_MAX || (offered && !acts.is_empty());
        if let Some(offer) = self.link(from)?.incoming.get_mut(&id).filter(|_| more) {
            offer.asked_at = Timestamp(0);
        }
        self.drive_one(step, from, id)
    }

    fn take_chain_act(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        act: &VerifiedAct,
        signer: &Signer,
    ) -> Result<Taken, Stop> {
        let (id, header) = (act.matter(), act.header());
        let Some(matter) = step.records.matter(&id)? else {
            if header.number > 0 {
                step.send(from, Message::GetActs { matter: id, from: 0 });
                return Ok(Taken::Waits);
            }
            let next = Matter::begin(act, signer)?;
            self.keep_matter(step, None, &next, act)?;
            self.take_own_back(step, act)?;
            return Ok(Taken::Kept);
        };
        let follows = header.number == matter.number + 1 && header.previous == Some(matter.head);
        let takes_up = header.epoch > matter.epoch;
        if takes_up && !self.is_ordered_taking_up(act) && !self.is_linked_here(step, act)? {
            // Not kept, but asked for with what leads to it: the taking up may have been lost before it.
            let (head, order) = (act.id(), Vec::new().into());
            step.send(from, Message::GetBranch { matter: id, head, order });
            return Ok(Taken::Waits);
        }
        if follows && (takes_up || matter.phase != Phase::Frozen) {
            if takes_up {
                self.follow_branch(step, Some(from), act)?;
                return Ok(Taken::Kept);
            }
            let next = matter.advance(act, signer, &self.registry)?;
            self.keep_matter(step, Some(&matter), &next, act)?;
            self.take_own_back(step, act)?;
            self.pass_on(step, &next, act, Some(from));
            self.compare_rivals(step, act)?;
            return Ok(Taken::Kept);
        }
        if takes_up {
            self.seen(step, act)?;
            self.follow_branch(step, Some(from), act)?;
            return Ok(Taken::Kept);
        }
        if header.number > matter.number + 1 && header.epoch == matter.epoch && matter.phase != Phase::Frozen
        {
            // A hint was lost in between: ask for the whole tail.
            step.send(from, Message::GetActs { matter: id, from: matter.number + 1 });
            return Ok(Taken::Waits);
        }
        if self.is_linked_here(step, act)? {
            self.seen(step, act)?;
        }
        Ok(Taken::Kept)
    }

    /// Whether the act before this one is known here, and was held by the office that speaks: a
    /// branch cannot begin in the air, nor be written by a stranger.
    pub(super) fn is_linked_here(&self, step: &Step<'_, '_>, act: &VerifiedAct) -> Result<bool, Stop> {
        let Some(previous) = act.header().previous else { return Ok(false) };
        let Some(before) = step.records.act(&previous)? else { return Ok(false) };
        let had = before.header().holder.map(|holder| holder.office);
        let speaks = act.header().office == had || matches!(act.body(), Body::TakeUp(_));
        let follows = before.header().number.checked_add(1) == Some(act.header().number);
        Ok(before.matter() == act.matter() && follows && speaks)
    }
}
