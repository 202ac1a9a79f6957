//! What the leaves of a log follow from: earlier acts of the same files, which other offices wrote and
//! which its mirrors hold as well. Asked for backwards, and given to whoever may have copies of that log.
//!
//! This module never folds an act; it only sees to it that the acts are here.

use minicbor::bytes::ByteVec;

use super::catch_up::Urgency;
use super::dossier::bounded_acts;
use super::handover::contents_of;
use super::link::SAY_AGAIN_MS;
use super::{Machine, Peer, Step, Stop};
use crate::act::{Body, MatterKind, VerifiedAct};
use crate::id::{ActId, OfficeId};
use crate::limits::LEAVES_PER_MESSAGE_MAX;
use crate::message::Message;

/// Chains whose earlier acts are asked for at one time, per link: 16 answers of 256 KiB = 4 MiB.
const BEFORE_ASKED_MAX: usize = 16;

impl Machine {
    /// Whether all that a `receive` or `take_up` of an office follows from is here, acts and contents: back to
    /// the beginning of its chain, or to an act of the same log, below which it was looked at
    /// before. What is missing is asked for; contents only up to a length.
    pub(super) fn has_before(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        receive: &VerifiedAct,
        length_max: u64,
    ) -> Result<bool, Stop> {
        let mut complete = true;
        let mut next = receive.header().previous;
        while let Some(id) = next {
            let Some(act) = step.records.act(&id)? else {
                self.ask_before(step, peer, office, id)?;
                return Ok(false);
            };
            if step.records.place(&id, &office)?.is_some() {
                break;
            }
            // The wraps with which a generation begins stay with the office that made them.
            let stays = matches!(act.body(), Body::Receive(_) | Body::TakeUp(_));
            for reference in contents_of(&act).into_iter().filter(|c| !stays && c.length <= length_max) {
                complete &= self.want(step, peer, reference.root, reference.length, Urgency::Mirrored)?;
            }
            next = act.header().previous;
        }
        Ok(complete)
    }

    fn ask_before(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        act: ActId,
    ) -> Result<(), Stop> {
        let now = step.steady;
        let link = self.link(peer)?;
        link.before_asked.retain(|_, at| now.ms_since(*at) < SAY_AGAIN_MS);
        if link.before_asked.len() >= BEFORE_ASKED_MAX || link.before_asked.contains_key(&act) {
            return Ok(());
        }
        link.before_asked.insert(act, now);
        step.send(peer, Message::GetBefore { office, act });
        Ok(())
    }

    /// Gives acts of a chain, from one backwards.
    pub(super) fn send_before(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        office: OfficeId,
        act: ActId,
    ) -> Result<(), Stop> {
        self.may_have_copies(to, office)?;
        let (mut ids, mut next) = (Vec::new(), Some(act));
        while let Some(id) = next.filter(|_| ids.len() < LEAVES_PER_MESSAGE_MAX) {
            let Some(act) = step.records.act(&id)? else { break };
            // Registers and charters are everybody's, and no part of a chain of files.
            if !matches!(act.header().kind, MatterKind::FILE | MatterKind::DAK) {
                break;
            }
            ids.push(id);
            next = act.header().previous;
        }
        let acts = bounded_acts(step.records, &ids)?;
        if !acts.is_empty() {
            step.send(to, Message::Before { office, acts });
        }
        Ok(())
    }

    /// Takes acts of a chain that were asked for: each is the one before the one in front of it.
    pub(super) fn take_before(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        let mut expected: Option<ActId> = None;
        for bytes in acts {
            let (act, _) = self.verify_or_ask(step, from, bytes)?;
            let asked = match expected {
                None => self.link(from)?.before_asked.remove(&act.id()).is_some(),
                Some(expected) => expected == act.id(),
            };
            if !asked {
                return Ok(());
            }
            step.records.put_act(&act);
            let Some(previous) = act.header().previous else { break };
            expected = Some(previous);
        }
        if self.hosts(&office) { self.restore(step, office) } else { self.advance_mirror(step, from, office) }
    }
}

/// Whether an act follows from acts of other offices that a mirror of its log holds as well, and up
/// to which length their contents. Who takes a file up may never have had its earlier contents.
pub(super) const fn follows_from(act: &VerifiedAct) -> Option<u64> {
    match act.body() {
        Body::Receive(_) => Some(u64::MAX),
        Body::TakeUp(_) => Some(0),
        _ => None,
    }
}
