//! Taking back the tail of an own log from a mirror, and folding it as if it had been appended
//! here: into registers, chains, desks, promises and keys.
//!
//! A batch of leaves is believed only when it is consistent with a head that the office itself has
//! signed. Leaves of ours that stand in its way become orphans: kept, listed, never folded again.
//! What a leaf needs besides itself is fetched later (`machine/returned.rs`). This module never signs.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;

use super::handover::key_of;
use super::link::SAY_AGAIN_MS;
use super::mirror::{Page, keep_contents};
use super::{Event, Machine, Peer, Standing, Step, Stop};
use crate::act::{Body, MatterKind, Place, VerifiedAct};
use crate::custody::{Matter, Phase};
use crate::id::{ActId, MatterId, OfficeId};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::proof::{Proof, verify_consistency};
use crate::log::tree::leaf_hash;
use crate::message::Message;
use crate::records::{LogState, Role, StoreFault, Table, key};
use crate::refusal::Refusal;
use crate::registry::{Registry, Signer};

impl Machine {
    /// Asks a mirror for leaves from the last place that is surely common.
    pub(super) fn ask_tail(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
    ) -> Result<(), Stop> {
        if !self.is_cosigner(&from, &office, Role::Mirror) || self.may_sign_for_good(&office) {
            return Ok(());
        }
        let base = match self.host(&office)?.rejoin.base {
            Some(base) => base,
            None => Self::common_size(step, &office)?,
        };
        let now = step.steady;
        let link = self.link(from)?;
        if link.leaves_asked.get(&office).is_some_and(|at| now.ms_since(*at) < SAY_AGAIN_MS) {
            return Ok(());
        }
        link.leaves_asked.insert(office, now);
        step.send(from, Message::GetLeaves { office, from: base });
        Ok(())
    }

    /// Asks for every own log of which the peer knows more than is here.
    pub(super) fn ask_own_tails(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        for office in self.asking() {
            if self.host(&office)?.rejoin.lacks_what_is_at(&peer) {
                self.ask_tail(step, peer, office)?;
            }
        }
        Ok(())
    }

    pub(super) fn may_sign_for_good(&self, office: &OfficeId) -> bool {
        self.standing(office) == Some(super::Standing::Working)
    }

    /// Leaves under the newest head of ours that a cosigner had seen when this was stored.
    fn common_size(step: &Step<'_, '_>, office: &OfficeId) -> Result<u64, Stop> {
        let size = step.records.log(office)?.map_or(0, |log| log.frontier.size());
        let head = step.records.head(office)?;
        let seen = head.and_then(|note| Some(SignedCheckpoint::parse(&note).ok()?.claimed().head.size));
        Ok(seen.unwrap_or(0).min(size))
    }

    /// Leaves of an own log come back.
    #[allow(clippy::too_many_arguments, reason = "the fields of one message")]
    pub(super) fn take_tail(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        index: u64,
        page: Page,
        note: &[u8],
        proof: &Proof,
    ) -> Result<(), Stop> {
        self.link(from)?.leaves_asked.remove(&office);
        if self.host(&office)?.standing == Standing::Restoring {
            return self.take_own_leaves(step, from, office, index, page);
        }
        let leaves = page.leaves.as_slice();
        if self.may_sign_for_good(&office) || !self.is_cosigner(&from, &office, Role::Mirror) {
            return Ok(());
        }
        let checkpoint = self.verified_checkpoint(&office, note)?;
        let head = *checkpoint.head();
        let mut log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        if index > log.frontier.size() {
            return Ok(());
        }
        let mut believed = step.records.frontier_at(&office, index)?;
        for leaf in leaves {
            believed.append(leaf_hash(leaf));
        }
        if verify_consistency(&believed.head(), &head, proof).is_err() {
            // What was thought to be common is not: everything is compared, from the first leaf on.
            self.set_base(&office, 0);
            return Err(Refusal::LogProofInvalid.into());
        }
        let here = step.records.leaves(&office, index, leaves.len())?;
        let same = here.iter().zip(leaves).take_while(|(id, leaf)| is_act(step, id, leaf)).count();
        if same < here.len().min(leaves.len()) {
            self.give_way(step, office, &mut log, index + same as u64)?;
        }
        let done = self.fold_tail(step, from, office, &mut log, &page, same);
        self.set_base(&office, log.frontier.size().min(index + leaves.len() as u64));
        if log.frontier.head() == head {
            log.signed = log.frontier.clone();
            log.note = note.to_vec();
        }
        step.records.put_log(&office, &log);
        done?;
        self.after_tail(step, from, office, &log, head.size)
    }

    /// Asks for more, or asks again whether all is well.
    fn after_tail(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        log: &LogState,
        known: u64,
    ) -> Result<(), Stop> {
        let base = self.host(&office)?.rejoin.base.unwrap_or(0);
        if base < known {
            return self.ask_tail(step, from, office);
        }
        self.set_base(&office, log.frontier.size());
        step.event(Event::Held(office));
        self.find_returned(step)?;
        let claim = false;
        step.send(from, Message::AskHead { office, claim });
        Ok(())
    }

    fn set_base(&mut self, office: &OfficeId, base: u64) {
        if let Some(host) = self.hosts.get_mut(office) {
            host.rejoin.base = Some(base);
        }
    }

    /// Appends what is new; ends at the first act that cannot be judged yet.
    fn fold_tail(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        log: &mut LogState,
        page: &Page,
        known: usize,
    ) -> Result<(), Stop> {
        let along = page.along();
        for bytes in &page.leaves[known..] {
            let (act, signer) = self.verify_or_ask(step, from, bytes)?;
            if act.header().kind == MatterKind::REGISTER || act.header().kind == MatterKind::CHARTER {
                self.fold_register_leaf(step, office, &act, &signer)?;
            } else {
                self.fold_matter_leaf(step, from, &act, &signer)?;
            }
            step.records.append_leaf(&office, log, &act);
            keep_contents(step.records, &act, &along)?;
        }
        Ok(())
    }

    /// A register act of our own goes back into register and dossier. What we once logged about
    /// other offices comes with their dossiers.
    pub(super) fn fold_register_leaf(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: &VerifiedAct,
        signer: &Signer,
    ) -> Result<(), Stop> {
        match act.body() {
            Body::Anchor(_) => {
                if let Some(host) = self.hosts.get_mut(&office) {
                    host.anchor = Some(act.id());
                }
                return Ok(());
            }
            Body::ContinueUnwitnessed(_) => return Ok(()),
            _ if ActId::from(act.matter()) != ActId::from(office) => return Ok(()),
            _ => {}
        }
        if matches!(act.body(), Body::Directory(_)) {
            step.records.put_act(act);
            step.records.put_returned(&act.matter(), &act.id());
        }
        match self.take_in(step, office, act, signer) {
            Ok(_) | Err(Stop::Refused(Refusal::AlreadyDone)) => Ok(()),
            Err(stop) => Err(stop),
        }
    }

    fn fold_matter_leaf(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        act: &VerifiedAct,
        signer: &Signer,
    ) -> Result<(), Stop> {
        let (id, header) = (act.matter(), act.header());
        step.records.put_act(act);
        step.records.put_returned(&id, &act.id());
        if header.place == Place::Side {
            step.records.put_side(act);
            if let (Body::Ready(ready), Some(head)) = (act.body(), header.previous)
                && !ready.recall
            {
                step.records.put(Table::READIES, head.0.to_vec(), act.id().0.to_vec());
            }
            return Ok(());
        }
        let local = step.records.matter(&id)?;
        let next = local.as_ref().map_or(0, |matter| matter.number + 1);
        if local.as_ref().map_or(header.epoch > 0, |matter| header.epoch > matter.epoch) {
            self.release_again(step, act)?;
            return self.follow_branch(step, Some(from), act);
        }
        if header.number != next || header.previous != local.as_ref().map(|matter| matter.head) {
            // Known already, or acts of other offices stand in between: those are asked for.
            return Ok(());
        }
        if local.as_ref().is_some_and(|matter| matter.phase == Phase::Frozen) {
            step.records.put_branch(act);
            return Ok(());
        }
        let folded = match &local {
            None => Matter::begin(act, signer)?,
            Some(matter) => matter.advance(act, signer, &self.registry)?,
        };
        self.keep_matter(step, local.as_ref(), &folded, act)
    }

    /// Our leaves from `size` on stand in the way of what cosigners hold.
    pub(super) fn give_way(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        log: &mut LogState,
        size: u64,
    ) -> Result<(), Stop> {
        let orphans = step.records.orphan_leaves(&office, log, size)?;
        step.records.put_log(&office, log);
        let mut cuts: BTreeMap<MatterId, u64> = BTreeMap::new();
        let mut register = false;
        for act in &orphans {
            let header = act.header();
            if header.kind == MatterKind::REGISTER {
                register |= !matches!(act.body(), Body::Anchor(_) | Body::ContinueUnwitnessed(_));
            } else if header.place == Place::Side {
                Self::take_back_side(step, act)?;
            } else {
                let cut = cuts.entry(act.matter()).or_insert(header.number);
                *cut = (*cut).min(header.number);
            }
            step.records.settle_returned(&act.matter(), &act.id());
        }
        if let Some(host) = self.hosts.get_mut(&office) {
            host.anchor = host.anchor.filter(|anchor| orphans.iter().all(|orphan| orphan.id() != *anchor));
        }
        if register {
            self.fold_registry_again(step, office, &orphans)?;
        }
        for (matter, number) in cuts {
            self.fold_matter_again(step, matter, number)?;
        }
        Ok(())
    }

    fn take_back_side(step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<(), Stop> {
        let (id, header) = (act.matter(), act.header());
        step.records.delete(Table::SIDES, key(&[&id.0, &act.id().0]));
        match (act.body(), header.previous, header.holder) {
            (Body::Ready(_), Some(head), _)
                if step.records.get(Table::READIES, &head.0)?.is_some_and(|ready| ready == act.id().0) =>
            {
                step.records.delete(Table::READIES, head.0.to_vec());
            }
            (Body::RequestRecall(_), _, Some(holder)) => {
                step.records.delete(Table::RECALLS, key_of(&holder.office, &id));
            }
            (Body::Remind(body), ..) => {
                step.records.delete(Table::REMINDERS, key_of(&body.to.office, &MatterId(act.id().0)));
            }
            _ => {}
        }
        Ok(())
    }

    /// The fold of a register cannot be taken back, so all of it is folded anew.
    fn fold_registry_again(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        orphans: &[VerifiedAct],
    ) -> Result<(), Stop> {
        for orphan in orphans {
            step.records.drop_dossier(&office, orphan);
        }
        if orphans.iter().any(|orphan| matches!(orphan.body(), Body::Directory(_))) {
            self.put_last_directory(step, office)?;
        }
        self.registry = Registry::new(self.registry.state());
        self.digests.clear();
        self.rebuild_registry(step.records)?;
        step.event(Event::Register(office));
        Ok(())
    }

    /// The directory that an orphaned one had replaced is the office's again.
    fn put_last_directory(&self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let leaves = step.records.leaves(&office, 0, usize::MAX >> 1)?;
        for id in leaves.iter().rev() {
            let act = step.records.expect_act(id)?;
            if matches!(act.body(), Body::Directory(_)) {
                step.records.put_dossier(&office, &act);
                break;
            }
        }
        Ok(())
    }

    /// Cuts a chain and folds what is left of it.
    fn fold_matter_again(&mut self, step: &mut Step<'_, '_>, id: MatterId, number: u64) -> Result<(), Stop> {
        let Some(old) = step.records.matter(&id)? else { return Ok(()) };
        step.records.cut_chain(&id, number)?;
        let mut folded: Option<Matter> = None;
        for act in step.records.chain(&id, 0, usize::MAX >> 1)? {
            let act = step.records.expect_act(&act)?;
            let signer = self.registry.signer_of(&act).map_err(|e| StoreFault::because("fold a chain", e))?;
            let next = match &folded {
                None => Matter::begin(&act, &signer),
                Some(matter) => matter.advance(&act, &signer, &self.registry),
            };
            folded = Some(next.map_err(|e| StoreFault::because("fold a chain", e))?);
        }
        match folded {
            Some(matter) => {
                let is_forked = step.records.fork(&id, matter.epoch)?.is_some();
                let phase = if is_forked { Phase::Frozen } else { matter.phase.clone() };
                step.records.put_matter(&Matter { phase, ..matter }, &self.hosted())?;
            }
            None => step.records.remove_matter(&old),
        }
        step.event(Event::Matter(id));
        step.event(Event::Desk(old.holder.office, old.holder.post));
        Ok(())
    }
}

fn is_act(step: &Step<'_, '_>, id: &ActId, bytes: &ByteVec) -> bool {
    step.records.act(id).is_ok_and(|act| act.is_some_and(|act| act.bytes() == bytes.as_slice()))
}
