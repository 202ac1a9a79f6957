//! Forks: two acts that cannot both stand in one chain. Whoever sees both keeps them, freezes that
//! one matter, and tells the offices on its route and the one above. This module never chooses.

use super::branch::Way;
use super::{Event, Machine, Output, Peer, Step, Stop};
use crate::act::{Body, Place, VerifiedAct};
use crate::custody::{Matter, Phase};
use crate::id::{ActId, OfficeId};
use crate::message::Message;
use crate::records::{Fork, StoreFault};
use crate::refusal::Refusal;

/// Proofs told in one go. A fork is the work of a restored clone or of a thief, one at a time.
const FORKS_MAX: usize = 64;

impl Machine {
    /// A chain act is known here that is not, or not yet, part of the chain: keeps it beside the
    /// chain and compares it with all others for its place.
    pub(super) fn seen(&mut self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<(), Stop> {
        let (id, number) = (act.matter(), act.header().number);
        if !self.may_judge(act) {
            return Ok(());
        }
        let in_chain = step.records.chain_at(&id, number)?;
        if in_chain == Some(act.id()) || step.records.is_branch(act)? || self.ask_about(step, act)? {
            return Ok(());
        }
        step.records.put_branch(act);
        if let Some(rival) = in_chain {
            let rival = step.records.expect_act(&rival)?;
            if contradict(&rival, act) {
                self.prove(step, &rival, act)?;
            }
        }
        self.compare_rivals(step, act)
    }

    /// An office that does not know what it has signed is no judge of it.
    fn may_judge(&self, act: &VerifiedAct) -> bool {
        act.header().office.is_none_or(|office| !self.hosts(&office) || self.may_sign(&office).is_ok())
    }

    /// Compares an act with those that are kept beside the chain for its place.
    pub(super) fn compare_rivals(&mut self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<(), Stop> {
        for rival in step.records.branches_at(&act.matter(), act.header().number)? {
            let rival = step.records.expect_act(&rival)?;
            if contradict(&rival, act) {
                self.prove(step, &rival, act)?;
            }
        }
        Ok(())
    }

    /// Keeps the proof of a fork, freezes the matter and spreads the word.
    fn prove(&mut self, step: &mut Step<'_, '_>, one: &VerifiedAct, other: &VerifiedAct) -> Result<(), Stop> {
        let (id, epoch) = (one.matter(), one.header().epoch);
        if !self.could_both_follow(step, one, other)? {
            return Ok(());
        }
        // In a later epoch the authority has chosen already.
        let frozen = step.records.matter(&id)?.filter(|m| m.epoch == epoch && m.phase != Phase::Frozen);
        // What was kept before the chain was here may have been nobody's fork.
        if frozen.is_some() || step.records.fork(&id, epoch)?.is_none() {
            let (first, second) = (one.id().min(other.id()), one.id().max(other.id()));
            step.records.put_fork(&id, epoch, Fork { first, second });
        }
        step.outputs.push(Output::Noted(Refusal::ChainFork));
        if let Some(matter) = frozen {
            let frozen = Matter { phase: Phase::Frozen, ..matter };
            step.records.put_matter(&frozen, &self.hosted())?;
            step.event(Event::Matter(id));
            for holder in frozen.route.iter().chain([&frozen.holder]) {
                if self.hosts(&holder.office) {
                    step.event(Event::Desk(holder.office, holder.post));
                }
            }
        }
        self.spread_forks(step)
    }

    /// Whether each of two acts would be right where it claims its place. Here a matter is frozen only
    /// for acts that fold from its chain. Who does not have the chain keeps the proof as evidence, and
    /// goes by the header of the act before, which says which office had the matter.
    fn could_both_follow(
        &self,
        step: &Step<'_, '_>,
        one: &VerifiedAct,
        other: &VerifiedAct,
    ) -> Result<bool, Stop> {
        if step.records.matter(&one.matter())?.is_some() {
            return Ok(self.holds_here(step, one)? && self.holds_here(step, other)?);
        }
        let Some(previous) = one.header().previous else { return Ok(false) };
        let both_taken = [one, other].into_iter().all(|act| matches!(act.body(), Body::TakeUp(_)));
        let before = step.records.act(&previous)?;
        let had = before.and_then(|act| act.header().holder).map(|holder| holder.office);
        Ok(both_taken || (had.is_some() && one.header().office == had && other.header().office == had))
    }

    /// Whether an act follows from the chain here by acts that are all here and all right.
    pub(super) fn holds_here(&self, step: &Step<'_, '_>, act: &VerifiedAct) -> Result<bool, Stop> {
        let id = act.matter();
        let Some(previous) = act.header().previous else { return Ok(act.id() == ActId::from(id)) };
        match self.way_to(step, &id, previous) {
            Ok(Way::Whole(Some(base), mut acts)) => {
                acts.push(act.clone());
                Ok(self.fold(Some(base), &acts).is_ok())
            }
            Ok(_) | Err(Stop::Refused(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Tells linked offices on the route of frozen matters, and the office above the one where it
    /// happened, again and again until an authority has chosen.
    pub(super) fn spread_forks(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for (id, fork) in step.records.forks(FORKS_MAX)? {
            let first = step.records.expect_act(&fork.first)?;
            let second = step.records.expect_act(&fork.second)?;
            let before = first.header().previous.ok_or(StoreFault::damaged("a fork of a first act"))?;
            let Some(before) = step.records.act(&before)? else { continue };
            let matter = step.records.matter(&id)?;
            if matter.as_ref().is_some_and(|m| m.epoch > first.header().epoch) {
                continue;
            }
            for peer in self.concerned_by(matter.as_ref(), [&first, &second]) {
                let key = crate::id::MatterId(fork.first.0);
                if self.link(peer)?.may_say(key, step.steady) {
                    let bytes = |act: &VerifiedAct| act.bytes().to_vec().into();
                    let (previous, first, second) = (bytes(&before), bytes(&first), bytes(&second));
                    step.send(peer, Message::Fork { previous, first, second });
                }
            }
        }
        Ok(())
    }

    fn concerned_by(&self, matter: Option<&Matter>, acts: [&VerifiedAct; 2]) -> Vec<Peer> {
        let mut offices: Vec<OfficeId> = matter.into_iter().flat_map(Matter::offices).collect();
        for header in acts.map(VerifiedAct::header) {
            let above = header.office.and_then(|office| self.registry.office(&office).ok()?.parent());
            offices.extend(header.office.into_iter().chain(above));
            offices.extend(header.holder.map(|holder| holder.office));
        }
        let mut peers: Vec<Peer> =
            offices.iter().filter(|o| !self.hosts(o)).filter_map(|o| self.peer_of(o)).collect();
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    /// A proof arrived. It counts here for an office on the route, for the office above, and for
    /// whoever mirrors the log in which it happened.
    pub(super) fn take_fork(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        acts: [&[u8]; 3],
    ) -> Result<(), Stop> {
        let (before, _) = self.verify_or_ask(step, from, acts[0])?;
        let (first, _) = self.verify_or_ask(step, from, acts[1])?;
        let (second, _) = self.verify_or_ask(step, from, acts[2])?;
        let (id, epoch) = (first.matter(), first.header().epoch);
        let is_chain = [&before, &first, &second].iter().all(|act| act.header().place == Place::Chain);
        let fits = first.header().previous == Some(before.id()) && before.matter() == id;
        if !contradict(&first, &second) || !is_chain || !fits {
            return Err(Refusal::ChainKind.into());
        }
        let office = first.header().office.ok_or(Refusal::ActHeader)?;
        let above = self.registry.office(&office)?.parent().is_some_and(|above| self.hosts(&above));
        let known = step.records.matter(&id)?.is_some();
        if !above && !known && step.records.log(&office)?.is_none() {
            return Err(Refusal::MatterUnknown.into());
        }
        // Only what could be a fork is kept: anybody can sign any acts for anybody's file.
        if known && !self.holds_here(step, &before)? {
            return Err(Refusal::ChainKind.into());
        }
        self.seen(step, &before)?;
        if !self.could_both_follow(step, &first, &second)? {
            return Err(Refusal::ChainKind.into());
        }
        self.seen(step, &first)?;
        self.seen(step, &second)?;
        if !self.may_judge(&first) || !self.may_judge(&second) {
            return Ok(());
        }
        // Either may have been here before, when the act before them was not.
        let goes_on = step.records.matter(&id)?.is_some_and(|m| m.epoch == epoch && m.phase != Phase::Frozen);
        if goes_on || step.records.fork(&id, epoch)?.is_none() {
            self.prove(step, &first, &second)?;
        }
        Ok(())
    }
}

/// Whether two acts cannot both stand: two successors of one act in one epoch, or two beginnings
/// of one epoch.
fn contradict(one: &VerifiedAct, other: &VerifiedAct) -> bool {
    let (a, b) = (one.header(), other.header());
    let taken = |act: &VerifiedAct| matches!(act.body(), Body::TakeUp(_));
    one.id() != other.id()
        && one.matter() == other.matter()
        && a.epoch == b.epoch
        && ((a.previous.is_some() && a.previous == b.previous) || (taken(one) && taken(other)))
}
