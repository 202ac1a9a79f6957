//! Branches: the acts that lead up to one of them, given, fetched and, when an authority has
//! decided for them, made the chain. This module never decides which branch is right.

use std::collections::BTreeSet;

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
            let linked = expected.is_none_or(|after| act.header().number.checked_add(1) == Some(after));
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
        if !had && !self.is_ordered(step, order, &id, &theirs)? {
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

    /// Whether a `reassign` names one of these offices as the new one of this matter, after an act
    /// that is known here and by which the office that is to lose it had it. Enough to hand out acts,
    /// which are no secret from that authority; taking up needs the threshold.
    fn is_ordered(
        &self,
        step: &Step<'_, '_>,
        order: &[u8],
        id: &MatterId,
        offices: &[OfficeId],
    ) -> Result<bool, Stop> {
        if order.is_empty() {
            return Ok(false);
        }
        let (order, _) =
            self.registry.verify(crate::act::UnverifiedAct::parse(order).map_err(Refusal::from)?)?;
        let (Body::Reassign(body), Some(named)) = (order.body(), order.header().previous) else {
            return Ok(false);
        };
        let named = step.records.act(&named)?.filter(|named| named.matter() == *id);
        let had = named.and_then(|named| named.header().holder).map(|holder| holder.office);
        Ok(order.matter() == *id && offices.contains(&body.to.office) && had == Some(body.from))
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
        let acts = self.read_branch(step, from, id, acts)?;
        for act in &acts {
            self.seen(step, act)?;
            for reference in contents_of(act) {
                self.want(step, from, reference.root, reference.length, Urgency::Addressed)?;
            }
            self.note_taken_up(step, act)?;
        }
        self.follow_newest(step, from, &id)?;
        self.drive_orders(step, Some(&id))
    }

    /// Acts that follow one another, each by the office that had the matter after the one before, and
    /// that touch what is known or looked for here: nobody can put other acts beside a chain.
    fn read_branch(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        id: MatterId,
        acts: &[ByteVec],
    ) -> Result<Vec<VerifiedAct>, Stop> {
        let mut read: Vec<VerifiedAct> = Vec::new();
        for bytes in acts.iter().take(LEAVES_PER_MESSAGE_MAX) {
            let (act, _) = self.verify_or_ask(step, from, bytes)?;
            if act.matter() != id || act.header().place != Place::Chain {
                return Err(Refusal::ChainKind.into());
            }
            if read.last().is_some_and(|before| !could_follow(before, &act)) {
                return Err(Refusal::ChainGap.into());
            }
            read.push(act);
        }
        for act in &read {
            if self.is_looked_for(step, act)? {
                return Ok(read);
            }
        }
        Err(Refusal::ChainGap.into())
    }

    /// Whether an act takes the matter up by an order that holds, is known here or follows what is, or
    /// is named by an order or by an act beside the chain.
    fn is_looked_for(&self, step: &Step<'_, '_>, act: &VerifiedAct) -> Result<bool, Stop> {
        let (id, number) = (act.matter(), act.header().number);
        let known = step.records.chain_at(&id, number)? == Some(act.id()) || step.records.is_branch(act)?;
        if known || self.is_ordered_taking_up(act) || self.is_linked_here(step, act)? {
            return Ok(true);
        }
        let orders = step.records.orders(Some(&id), BRANCH_MAX)?.into_iter().map(|(_, order, _)| order);
        for later in orders.chain(step.records.branches_at(&id, number.saturating_add(1))?) {
            if step.records.expect_act(&later)?.header().previous == Some(act.id()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an act is a `take_up` with an order for its office and epoch that is signed as it must be.
    /// Whether it follows from the chain is another question.
    pub(super) fn is_ordered_taking_up(&self, act: &VerifiedAct) -> bool {
        let Body::TakeUp(body) = act.body() else { return false };
        let endorsements = body.endorsements.iter().map(|act| act.as_slice());
        Order::read(&body.order, endorsements, &self.registry).is_ok_and(|order| {
            order.act.matter() == act.matter()
                && order.body.epoch == act.header().epoch
                && Some(order.body.to.office) == act.header().office
        })
    }

    /// Follows the branch of the latest epoch that holds, if there is one after that of the chain.
    fn follow_newest(&mut self, step: &mut Step<'_, '_>, from: Peer, id: &MatterId) -> Result<(), Stop> {
        let Some(matter) = step.records.matter(id)? else { return Ok(()) };
        let mut later = Vec::new();
        for act in step.records.branches(id, 0, BRANCH_MAX)? {
            let act = step.records.expect_act(&act)?;
            if act.header().epoch > matter.epoch {
                later.push(act);
            }
        }
        later.sort_unstable_by_key(|act| std::cmp::Reverse((act.header().epoch, act.header().number)));
        let passed: BTreeSet<ActId> = later.iter().filter_map(|act| act.header().previous).collect();
        // The ends, and where an epoch begins: what stands between leads to one of them.
        later.retain(|act| !passed.contains(&act.id()) || matches!(act.body(), Body::TakeUp(_)));
        for act in later {
            let followed = self.follow_branch(step, Some(from), &act);
            step.tolerate(followed)?;
        }
        Ok(())
    }

    /// The state after the last act of the same epoch that is known here and follows from this one.
    pub(super) fn furthest(&self, step: &Step<'_, '_>, state: &Matter) -> Result<Matter, Stop> {
        let mut state = state.clone();
        for _ in 0..BRANCH_MAX {
            let number = state.number.saturating_add(1);
            let beside = step.records.branches_at(&state.id, number)?;
            let mut next = None;
            for id in step.records.chain_at(&state.id, number)?.into_iter().chain(beside) {
                let act = step.records.expect_act(&id)?;
                if next.is_none() && act.header().epoch == state.epoch {
                    next = self.fold(Some(state.clone()), std::slice::from_ref(&act)).ok().flatten();
                }
            }
            match next {
                Some(after) => state = after,
                None => break,
            }
        }
        Ok(state)
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

/// Whether an act names another as the one before it and speaks for the office that then had the matter.
fn could_follow(before: &VerifiedAct, act: &VerifiedAct) -> bool {
    let (one, next) = (before.header(), act.header());
    let speaks =
        one.holder.map(|holder| holder.office) == next.office || matches!(act.body(), Body::TakeUp(_));
    next.previous == Some(before.id()) && one.number.checked_add(1) == Some(next.number) && speaks
}
