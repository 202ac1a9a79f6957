//! The receiver's end of a handover: takes custody, once what was promised is here.
//!
//! This module never decides whether a file may come: that was the ready (`machine/handover.rs`).

use super::link::{INCOMING_MAX, Incoming};
use super::{Machine, Peer, Step, Stop};
use crate::act::body::Cited;
use crate::act::{Body, Holder, Place, UnverifiedAct, VerifiedAct, body};
use crate::custody::{Matter, Phase};
use crate::id::MatterId;
use crate::log::proof::{self, Proof};
use crate::log::tree::leaf_hash;
use crate::records::Role;
use crate::refusal::Refusal;
use crate::sealing::content::clear_reference;
use crate::sealing::{ClearRef, MatterKey};
use crate::time::Timestamp;

impl Machine {
    /// Takes custody.
    #[allow(clippy::too_many_arguments, reason = "the fields of one message")]
    pub(super) fn take_handover(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        bytes: &[u8],
        wraps: &[u8],
        note: &[u8],
        index: u64,
        proof: &Proof,
    ) -> Result<(), Stop> {
        let (act, signer) = self.verify_or_ask(step, from, bytes)?;
        let Body::Handover(body) = act.body() else { return Err(Refusal::NotInTransit.into()) };
        let holder = act.header().holder.ok_or(Refusal::ActHeader)?;
        self.may_sign(&holder.office)?;
        let promised = UnverifiedAct::parse(&body.ready).map_err(Refusal::from)?;
        let by_former = self
            .registry
            .office(&holder.office)?
            .incarnation()
            .is_none_or(|present| promised.header().incarnation < present.number);
        if by_former && !self.catch_up(step, from, &act, holder)? {
            return Ok(()); // the handover is repeated
        }
        self.seen(step, &act)?;
        let matter = self.matter(step, &act.matter())?;
        if matter.phase == Phase::Frozen {
            return Err(Refusal::MatterFrozen.into());
        }
        // The act itself may have come before, among others of the chain.
        let known = matter.head == act.id();
        if matter.number >= act.header().number && !(known && matches!(matter.phase, Phase::InTransit { .. }))
        {
            // Taken before: the sender has not seen it yet.
            return self.send_acts(step, from, matter.id, act.header().number + 1);
        }
        let next = if known { matter.clone() } else { matter.advance(&act, &signer, &self.registry)? };
        self.host(&next.holder.office)?;
        let sound = clear_reference(wraps).is_ok_and(|reference| reference == body.wraps);
        if !sound {
            return Err(Refusal::ContentDamaged.into());
        }
        step.records.put_content(&body.wraps.root, wraps)?;
        if !known {
            self.keep_matter(step, Some(&matter), &next, &act)?;
        }
        let witnessed = self.cited(&act, note, index, proof);
        self.receive(step, &next, &body.wraps, witnessed)?;
        self.link(from)?.incoming.remove(&next.id);
        Ok(())
    }

    /// What the former node of our office had promised to hold may have burnt with it: fetches the
    /// chain up to the handover, and contents, from the sender. Returns whether all of it is here.
    fn catch_up(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        handover: &VerifiedAct,
        to: Holder,
    ) -> Result<bool, Stop> {
        let (id, header) = (handover.matter(), handover.header());
        let known = step.records.matter(&id)?.map(|matter| matter.number);
        if known.is_some_and(|number| number + 1 >= header.number) {
            return Ok(known > Some(header.number) || self.has_everything(step, from, &id)?);
        }
        let head = header.previous.ok_or(Refusal::ActHeader)?;
        let incoming = Incoming {
            head,
            number: header.number - 1,
            to,
            log_size: 0,
            asked_at: Timestamp(0),
            complete_to: 0,
        };
        let link = self.link(from)?;
        if link.incoming.len() < INCOMING_MAX {
            link.incoming.entry(id).or_insert(incoming);
        }
        self.drive_incoming(step, from)?;
        Ok(false)
    }

    /// Logs `receive`, which begins a new generation of the matter key.
    pub(super) fn receive(
        &mut self,
        step: &mut Step<'_, '_>,
        matter: &Matter,
        wraps: &ClearRef,
        witnessed: Option<Cited>,
    ) -> Result<(), Stop> {
        let office = matter.holder.office;
        // A key that does not open is no reason to leave the file without a holder: the recovery
        // key opens it, and the page says so.
        let previous = match self.unwrap_keys(step, office, matter, wraps) {
            Ok(key) => Some(key),
            Err(Stop::Refused(refusal)) => {
                step.outputs.push(super::Output::Noted(refusal));
                None
            }
            Err(fault) => return Err(fault),
        };
        let generation = matter.generation + 1;
        let key = MatterKey::generate(step.entropy);
        let wraps = self.wrap_for(step, office, matter.id, generation, &key, previous.as_ref())?;
        self.keep_key(step, matter.id, generation, &key);
        let header = self.matter_header(step, office, matter, Place::Chain)?;
        let act = self.sign_as_node(header, &Body::Receive(body::Receive { witnessed, wraps }))?;
        self.extend(step, Some(matter), &act)?;
        Ok(())
    }

    /// The cosigned checkpoint that contains a handover, if the sender gave a good one.
    fn cited(&self, act: &VerifiedAct, note: &[u8], index: u64, proof: &Proof) -> Option<Cited> {
        let office = act.header().office?;
        let checkpoint = self.verified_checkpoint(&office, note).ok()?;
        let head = *checkpoint.head();
        proof::verify_inclusion(leaf_hash(act.bytes()), index, &head, proof).ok()?;
        let witnesses = self.cosigner_keys(&office, Role::Witness);
        let seen = crate::log::cosignature::cosignatures(&checkpoint, &witnesses).ok()?;
        (!seen.is_empty()).then_some(Cited { size: head.size, root: head.root, index })
    }

    /// Takes custody of what another office of this node has just handed over.
    pub(super) fn receive_here(&mut self, step: &mut Step<'_, '_>, id: &MatterId) -> Result<(), Stop> {
        let matter = self.matter(step, id)?;
        let handover = step.records.expect_act(&matter.head)?;
        let Body::Handover(body) = handover.body() else { return Err(Refusal::NotInTransit.into()) };
        self.receive(step, &matter, &body.wraps, None)
    }
}
