//! Own acts that came back, and what each of them still lacks: contents, keys, the acts of other
//! offices in between, and for some a place in the log.
//!
//! What is lacking is remembered in `RETURNED` and asked for until it is here; whoever knew an act
//! of ours that no mirror had, gives it back, and it is logged again as it was signed. This module
//! never makes an act.

use super::catch_up::Urgency;
use super::handover::contents_of;
use super::{Machine, Output, Peer, Step, Stop};
use crate::act::{MatterKind, VerifiedAct};
use crate::custody::Matter;
use crate::id::OfficeId;
use crate::message::{HEIGHTS_MAX, Message};
use crate::records::{Role, StoreFault, Table};
use crate::time::Timestamp;

/// Rows of matters looked at for what a peer may know of them: a busy office has some thousand
/// open files, and a rejoin is rare.
const HELD_ROWS_MAX: usize = 65_536;

/// Acts that lack something, looked at in one go.
const RETURNED_MAX: usize = 64;

impl Machine {
    /// Asks a peer what it knows of files that lie here: it may have acts of ours that were sent
    /// before any mirror saw them.
    pub(super) fn track_held(
        &self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: &OfficeId,
    ) -> Result<(), Stop> {
        let theirs = self.links.get(&peer).map(|link| link.offices.as_slice()).unwrap_or_default();
        let mut heights = Vec::new();
        for (_, row) in step.records.scan_prefix(Table::MATTERS, &[], HELD_ROWS_MAX)? {
            let matter: Matter = crate::codec::decode(&row, usize::MAX)
                .map_err(|e| StoreFault::because("read a matter", e))?;
            let shared = matter.offices().into_iter().any(|other| theirs.contains(&other));
            if shared && matter.is_held_by(office) && heights.len() < HEIGHTS_MAX {
                heights.push((matter.id, matter.epoch, matter.number));
            }
        }
        if !heights.is_empty() {
            step.send(peer, Message::Track { heights });
        }
        Ok(())
    }

    /// An own act came with others of a chain and stands in no log of ours.
    pub(super) fn take_own_back(&mut self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<(), Stop> {
        let Some(office) = act.header().office.filter(|office| self.hosts(office)) else { return Ok(()) };
        if step.records.place(&act.id(), &office)?.is_none() {
            step.records.put_returned(&act.matter(), &act.id());
            // Before that it is the mirrors' turn to say where it stands.
            if self.may_sign_for_good(&office) {
                self.append(step, office, act)?;
            }
        }
        Ok(())
    }

    /// Own acts that others still knew are logged again, in the order of their chains.
    pub(super) fn log_returned(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        let mut missing = Vec::new();
        for (_, id) in step.records.returned(None, usize::MAX >> 1)? {
            let act = step.records.expect_act(&id)?;
            let Some(office) = act.header().office else { continue };
            let folded = step.records.chain_at(&act.matter(), act.header().number)? == Some(id);
            if folded && self.may_sign(&office).is_ok() && step.records.place(&id, &office)?.is_none() {
                missing.push((act.matter(), act.header().number, office, act));
            }
        }
        missing.sort_by_key(|(matter, number, ..)| (*matter, *number));
        for (.., office, act) in missing {
            self.append(step, office, &act)?;
        }
        Ok(())
    }

    /// Fetches what acts that came back still lack: contents and keys from mirrors, acts in
    /// between from the offices that wrote them.
    pub(super) fn find_returned(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        let mut rows = step.records.returned(self.returned_to, RETURNED_MAX)?;
        if rows.is_empty() && self.returned_to.is_some() {
            rows = step.records.returned(None, RETURNED_MAX)?;
        }
        self.returned_to = rows.last().copied().filter(|_| rows.len() == RETURNED_MAX);
        for (matter, id) in rows {
            let act = step.records.expect_act(&id)?;
            if self.is_whole(step, &act)? {
                step.records.settle_returned(&matter, &id);
            }
        }
        Ok(())
    }

    fn is_whole(&mut self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<bool, Stop> {
        // What others signed and we logged, as an order, is repeated by them if it still counts.
        let Some(office) = act.header().office.filter(|office| self.hosts(office)) else { return Ok(true) };
        let id = act.matter();
        let mut whole = step.records.place(&act.id(), &office)?.is_some();
        for reference in contents_of(act) {
            if !step.records.has_content(&reference.root)? {
                whole = false;
                if let Some(peer) = self.some_mirror(&office, step.steady) {
                    self.want(step, peer, reference.root, reference.length, Urgency::Addressed)?;
                }
            }
        }
        if whole {
            self.take_key_back(step, office, act)?;
        }
        let number = step.records.matter(&id)?.map(|matter| matter.number);
        let is_register = act.header().kind == MatterKind::REGISTER;
        let is_beside = step.records.is_branch(act)?;
        let known = is_register || is_beside || number >= Some(act.header().number);
        if !known {
            let from = number.map_or(0, |number| number + 1);
            for (peer, link) in &mut self.links {
                if link.may_say(id, step.steady) {
                    let message = Message::GetActs { matter: id, from };
                    step.outputs.push(Output::Send { to: *peer, message });
                }
            }
        }
        Ok(whole && known)
    }

    /// Mirrors take turns, for one of them may lack what the other has.
    fn some_mirror(&self, office: &OfficeId, now: Timestamp) -> Option<Peer> {
        let mirrors: Vec<Peer> =
            self.links.keys().copied().filter(|peer| self.is_cosigner(peer, office, Role::Mirror)).collect();
        let turn = usize::try_from(now.0 / 30_000).unwrap_or(0);
        mirrors.get(turn.checked_rem(mirrors.len())?).copied()
    }
}
