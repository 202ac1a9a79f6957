//! Playing back the leaves of an own log: chains, desks, queues, transit, side acts and matter keys
//! follow from them. Playing a leaf back twice changes nothing.

use super::handover::key_of;
use super::{Machine, Step, Stop};
use crate::act::{Body, MatterKind, Place, VerifiedAct};
use crate::custody::Matter;
use crate::id::{ActId, MatterId, OfficeId};
use crate::records::Table;
use crate::refusal::Refusal;

impl Machine {
    /// Plays one leaf of an own log back.
    ///
    /// # Errors
    /// [`Stop::Refused`] when the leaf does not follow: nothing of its matter has changed then.
    pub(super) fn replay_leaf(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        id: &ActId,
    ) -> Result<(), Stop> {
        let act = step.records.expect_act(id)?;
        let header = act.header();
        match (header.kind, header.place) {
            (MatterKind::REGISTER, _) if ActId::from(act.matter()) != office.into() => Ok(()),
            (MatterKind::REGISTER, _) => {
                let signer = self.registry.signer_of(&act)?;
                self.fold_register_leaf(step, office, &act, &signer)
            }
            (MatterKind::FILE | MatterKind::DAK, Place::Chain) => self.replay_chain(step, office, &act),
            (MatterKind::FILE | MatterKind::DAK, Place::Side) => self.replay_side(step, office, &act),
            _ => Ok(()),
        }
    }

    fn replay_chain(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: &VerifiedAct,
    ) -> Result<(), Stop> {
        let mut matter = step.records.matter(&act.matter())?;
        if matter.as_ref().is_some_and(|known| known.number >= act.header().number) {
            // Others gave the act before its turn came; only this log says where its key is.
            return self.take_key_back(step, office, act);
        }
        if matter.as_ref().map_or(0, |known| known.epoch) < act.header().epoch {
            self.release_again(step, act)?;
            return self.follow_branch(step, None, act);
        }
        for earlier in Self::acts_between(step, matter.as_ref(), act)?.iter().chain([act]) {
            let signer = self.registry.signer_of(earlier)?;
            let next = match &matter {
                None => Matter::begin(earlier, &signer)?,
                Some(matter) => matter.advance(earlier, &signer, &self.registry)?,
            };
            self.keep_matter(step, matter.as_ref(), &next, earlier)?;
            matter = Some(next);
        }
        self.take_key_back(step, office, act)
    }

    /// Acts of other offices between what is known of a chain and an act of ours, in order.
    fn acts_between(
        step: &Step<'_, '_>,
        known: Option<&Matter>,
        act: &VerifiedAct,
    ) -> Result<Vec<VerifiedAct>, Stop> {
        let (mut acts, mut next) = (Vec::new(), act.header().previous);
        while let Some(id) = next.filter(|id| known.is_none_or(|known| known.head != *id)) {
            let act = step.records.act(&id)?.ok_or(Refusal::ChainGap)?;
            if known.is_some_and(|known| act.header().number <= known.number) {
                return Err(Refusal::ChainFork.into());
            }
            next = act.header().previous;
            acts.push(act);
        }
        acts.reverse();
        Ok(acts)
    }

    fn replay_side(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: &VerifiedAct,
    ) -> Result<(), Stop> {
        step.records.put_side(act);
        if let Body::Remind(body) = act.body()
            && !self.hosts(&body.to.office)
        {
            // Whether it arrived is not in the log: it is said again, and said back.
            step.records.put(Table::REMINDERS, key_of(&body.to.office, &MatterId(act.id().0)), Vec::new());
        }
        let Body::RequestRecall(_) = act.body() else { return Ok(()) };
        // A request is repeated until it is answered, as long as the file is where it went.
        if let Some(matter) = step.records.matter(&act.matter())?
            && !matter.is_held_by(&office)
            && !matter.opened
            && act.header().previous == Some(matter.head)
        {
            step.records.put(Table::RECALLS, key_of(&matter.holder.office, &matter.id), act.id().0.to_vec());
        }
        Ok(())
    }
}
