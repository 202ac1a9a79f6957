//! Branches: the acts that lead up to one of them, given, fetched and, when an authority has
//! decided for them, made the chain. This module never decides which branch is right.

use minicbor::bytes::ByteVec;

use super::catch_up::Urgency;
use super::handover::contents_of;
use super::{Machine, Peer, Step, Stop};
use crate::act::{Body, Place, VerifiedAct};
use crate::custody::Matter;
use crate::custody::order::Order;
use crate::id::{ActId, MatterId, OfficeId};
use crate::limits::{ACTS_BYTES_PER_MESSAGE_MAX, LEAVES_PER_MESSAGE_MAX};
use crate::message::Message;
use crate::records::BRANCH_MAX;
use crate::refusal::Refusal;

/// Acts after the one that is asked for, which are given along: half of a message, so that the other
/// half always leads further back.
const LATER_MAX: u64 = LEAVES_PER_MESSAGE_MAX as u64 / 2;

/// What is known of the acts that lead up to one of them.
#[allow(clippy::large_enum_variant, reason = "a way is read once and taken apart in place")]
pub(super) enum Way {
    /// The state before the first of these acts (none before a first act), and the acts in order.
    Whole(Option<Matter>, Vec<VerifiedAct>),
    /// This act is not here.
    Lacks(ActId),
}

impl Machine {
    /// The acts that lead from the chain as it is kept here up to `head`, `head` included.
    pub(super) fn way_to(&self, step: &Step<'_, '_>, id: &MatterId, head: ActId) -> Result<Way, Stop> {
        let mut acts: Vec<VerifiedAct> = Vec::new();
        let mut wanted = head;
        for _ in 0..BRANCH_MAX {
            let Some(act) = step.records.act(&wanted)? else { return Ok(Way::Lacks(wanted)) };
            let expected = acts.last().map(|after| after.header().number);
            let linked = expected.is_none_or(|after| act.header().number + 1 == after);
            if act.matter() != *id || act.header().place != Place::Chain || !linked {
                return Err(Refusal::ChainKind.into());
            }
            let number = act.header().number;
            if step.records.chain_at(id, number)? == Some(wanted) {
                acts.reverse();
                return Ok(Way::Whole(self.state_at(step, id, number)?, acts));
            }
            let previous = act.header().previous;
            acts.push(act);
            match previous {
                Some(previous) => wanted = previous,
                None => {
                    acts.reverse();
                    return Ok(Way::Whole(None, acts));
                }
            }
        }
        Err(Refusal::ContentTooLarge.into())
    }

    /// The state of a matter after the act at a number of its chain, folded anew.
    pub(super) fn state_at(
        &self,
        step: &Step<'_, '_>,
        id: &MatterId,
        number: u64,
    ) -> Result<Option<Matter>, Stop> {
        let count = usize::try_from(number).unwrap_or(usize::MAX).saturating_add(1);
        let mut acts = Vec::new();
        for id in step.records.chain(id, 0, count)? {
            acts.push(step.records.expect_act(&id)?);
        }
        Ok(self.fold(None, &acts)?.filter(|state| state.number == number))
    }

    /// Folds acts onto a state.
    pub(super) fn fold(
        &self,
        state: Option<Matter>,
        acts: &[VerifiedAct],
    ) -> Result<Option<Matter>, Refusal> {
        let mut state = state;
        for act in acts {
            let signer = self.registry.signer_of(act)?;
            state = Some(match &state {
                None => Matter::begin(act, &signer)?,
                Some(matter) => matter.advance(act, &signer, &self.registry)?,
            });
        }
        Ok(state)
    }

    /// Makes the branch that ends in an act of a later epoch the chain. What the chain held in its
    /// place is kept beside it. Asks for what is missing.
    pub(super) fn follow_branch(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Option<Peer>,
        act: &VerifiedAct,
    ) -> Result<(), Stop> {
        let id = act.matter();
        let old = step.records.matter(&id)?;
        if old.as_ref().is_some_and(|old| old.epoch >= act.header().epoch) {
            return Ok(());
        }
        step.records.put_branch(act);
        let (base, acts) = match self.way_to(step, &id, act.id())? {
            Way::Whole(base, acts) => (base, acts),
            Way::Lacks(head) => {
                if let Some(peer) = from {
                    step.send(peer, Message::GetBranch { matter: id, head, order: Vec::new().into() });
                }
                return Ok(());
            }
        };
        let next = self.fold(base, &acts)?.ok_or(Refusal::MatterUnknown)?;
        let first = acts.first().map_or(0, |first| first.header().number);
        for displaced in step.records.chain(&id, first, BRANCH_MAX)? {
            let displaced = step.records.expect_act(&displaced)?;
            step.records.displace(&displaced);
        }
        for act in &acts {
            step.records.delete_branch(act);
            step.records.put_chain(act);
            self.take_own_back(step, act)?;
        }
        self.keep_matter(step, old.as_ref(), &next, act)?;
        self.end_orders(step, &next)?;
        for act in acts.iter().filter(|act| matches!(act.body(), Body::TakeUp(_))) {
            self.pass_on(step, &next, act, from);
        }
        Ok(())
    }

    /// Gives the acts that lead up to one of them to a peer that has to do with the matter, or is
    /// ordered to take it up.
    pub(super) fn send_branch(
        &mut self,
        step: &mut Step<'_, '_>,
        to: Peer,
        id: MatterId,
        head: ActId,
        order: &[u8],
    ) -> Result<(), Stop> {
        let theirs = self.link(to)?.offices.clone();
        let had = step.records.matter(&id)?.is_some_and(|matter| {
            let addressee = matter.queued_to().map(|to| to.office);
            matter.offices().into_iter().chain(addressee).any(|office| theirs.contains(&office))
        });
        if !had && !self.is_ordered(order, &id, &theirs)? {
            return Err(Refusal::NotHolder.into());
        }
        // Whoever is to take the matter up must hear that it went on after the named act.
        let number = step.records.act(&head)?.map(|act| act.header().number);
        let later = match (step.records.matter(&id)?, number) {
            (Some(matter), Some(number))
                if matter.number.saturating_sub(number) < LATER_MAX
                    && step.records.chain_at(&id, number)? == Some(head) =>
            {
                matter.head
            }
            _ => head,
        };
        let (mut acts, mut bytes, mut wanted): (Vec<ByteVec>, usize, _) = (Vec::new(), 0, Some(later));
        while let Some(next) = wanted.take().filter(|_| acts.len() < LEAVES_PER_MESSAGE_MAX) {
            let Some(act) = step.records.act(&next)?.filter(|act| act.matter() == id) else { break };
            bytes += act.bytes().len();
            if act.header().place != Place::Chain || bytes > ACTS_BYTES_PER_MESSAGE_MAX {
                break;
            }
            wanted = act.header().previous;
            acts.push(act.bytes().to_vec().into());
        }
        if !acts.is_empty() {
            acts.reverse();
            step.send(to, Message::Branch { matter: id, acts });
        }
        Ok(())
    }

    /// Whether a `reassign` names one of these offices as the new one of this matter. Enough to
    /// hand out acts, which are no secret from the authority; taking up needs the threshold.
    fn is_ordered(&self, order: &[u8], id: &MatterId, offices: &[OfficeId]) -> Result<bool, Refusal> {
        if order.is_empty() {
            return Ok(false);
        }
        let (act, _) = self.registry.verify(crate::act::UnverifiedAct::parse(order)?)?;
        let names = |body: &crate::act::body::Reassign| offices.contains(&body.to.office);
        Ok(act.matter() == *id && matches!(act.body(), Body::Reassign(body) if names(body)))
    }

    /// Acts that were asked for, or a `take_up` that the peer thinks we do not know.
    pub(super) fn take_branch(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        id: MatterId,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        let known = step.records.matter(&id)?;
        let had = known.is_some_and(|m| m.offices().into_iter().any(|office| self.hosts(&office)));
        let orders = step.records.orders(Some(&id), 1)?;
        if !had && orders.is_empty() {
            return Err(Refusal::MatterUnknown.into());
        }
        for bytes in acts.iter().take(LEAVES_PER_MESSAGE_MAX) {
            let (act, _) = self.verify_or_ask(step, from, bytes)?;
            if act.matter() != id || act.header().place != Place::Chain {
                return Err(Refusal::ChainKind.into());
            }
            self.seen(step, &act)?;
            for reference in contents_of(&act) {
                self.want(step, from, reference.root, reference.length, Urgency::Addressed)?;
            }
            self.note_taken_up(step, &act)?;
        }
        self.follow_newest(step, from, &id)?;
        self.drive_orders(step, Some(&id))
    }

    /// Follows the branch of the latest epoch, if there is one after that of the chain.
    fn follow_newest(&mut self, step: &mut Step<'_, '_>, from: Peer, id: &MatterId) -> Result<(), Stop> {
        let Some(matter) = step.records.matter(id)? else { return Ok(()) };
        let Some(newest) = step.records.last_known(id)? else { return Ok(()) };
        if newest.header().epoch > matter.epoch {
            self.follow_branch(step, Some(from), &newest)?;
        }
        Ok(())
    }

    /// An office that gave the order but never had the matter learns that it was taken up.
    fn note_taken_up(&self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<(), Stop> {
        let Body::TakeUp(body) = act.body() else { return Ok(()) };
        let acts = body.endorsements.iter().map(|act| act.as_slice());
        let order = Order::read(&body.order, acts, &self.registry)?;
        if step.records.matter(&act.matter())?.is_none() && !self.hosts(&order.body.to.office) {
            step.records.delete_order(&act.matter(), &order.act.id());
        }
        Ok(())
    }

    /// Number of the first act of a chain whose epoch is above the one given.
    pub(super) fn first_after_epoch(step: &Step<'_, '_>, matter: &Matter, epoch: u32) -> Result<u64, Stop> {
        let mut first = matter.number;
        while first > 0 {
            let Some(before) = step.records.chain_at(&matter.id, first - 1)? else { break };
            if step.records.expect_act(&before)?.header().epoch <= epoch {
                break;
            }
            first -= 1;
        }
        Ok(first)
    }
}
