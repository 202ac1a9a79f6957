//! Fetching and giving ciphertext, chunk by chunk, each verified on arrival.

use super::catch_up::Urgency;
use super::handover::contents_of;
use super::wants::{LOOK_AHEAD_BELOW, Wants};
use super::{Machine, Output, Peer, Step, Stop};
use crate::act::Body;
use crate::id::{ContentRoot, MatterId};
use crate::limits::CONTENT_BYTES_MAX;
use crate::log::proof::{Proof, inclusion_of_leaves};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::sealing::chunk;

/// Acts of a chain looked at in one go for contents that are missing.
const LOOK_AHEAD: usize = 256;

impl Machine {
    /// Notes that a content is wanted from a peer. Returns whether it is here already.
    pub(super) fn want(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        root: ContentRoot,
        length: u64,
        urgency: Urgency,
    ) -> Result<bool, Stop> {
        if length > CONTENT_BYTES_MAX {
            return Err(Refusal::ContentTooLarge.into());
        }
        if step.records.has_content(&root)? {
            return Ok(true);
        }
        if self.link(peer)?.wants.add(root, length, urgency) {
            self.fetch(step, peer)?;
        }
        Ok(false)
    }

    /// Whether every content that a chain names is here; what is missing is asked for. What was written
    /// before the file was taken up by order may have burnt with the office that had it: where the holder
    /// says that it lacks such a content, that does not keep the file from going on. How far everything
    /// is here is remembered with the offer: a long chain is read once, not every second.
    pub(super) fn has_everything(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        id: &MatterId,
    ) -> Result<bool, Stop> {
        let (mut complete, epoch) = (true, self.matter(step, id)?.epoch);
        let mut complete_to = self.link(peer)?.incoming.get(id).map_or(0, |offer| offer.complete_to);
        while complete {
            let page = step.records.chain(id, complete_to, LOOK_AHEAD)?;
            for act in &page {
                let act = step.records.expect_act(act)?;
                // The wraps of a `receive` stay behind: the handover that follows it has its own.
                let stays = matches!(act.body(), Body::Receive(_) | Body::TakeUp(_));
                for reference in contents_of(&act).into_iter().filter(|_| !stays) {
                    let here = self.want(step, peer, reference.root, reference.length, Urgency::Addressed)?;
                    let may_be_lost = act.header().epoch < epoch;
                    complete &= here || may_be_lost && self.link(peer)?.wants.is_lacking(&reference.root);
                }
                complete_to += u64::from(complete);
            }
            if page.len() < LOOK_AHEAD {
                break;
            }
        }
        if let Some(offer) = self.link(peer)?.incoming.get_mut(id) {
            offer.complete_to = complete_to;
        }
        Ok(complete)
    }

    /// Asks for chunks while there is room.
    pub(super) fn fetch(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let Some(link) = self.links.get_mut(&peer) else { return Ok(()) };
        let (wants, carried) = (&mut link.wants, link.carried);
        wants.lapse(step.steady);
        let most = Wants::look_at(carried);
        while wants.may_ask(carried) {
            let Some((root, wanted)) = wants.next() else { break };
            let length = wanted.length;
            let missing = step.records.missing_chunks(&root, length, most)?;
            if missing.is_empty() {
                wants.done(&root);
            }
            let all = missing.len() < most;
            let mut left = missing.into_iter();
            while wants.may_ask(carried)
                && let Some(index) = left.next()
            {
                if wants.ask(root, index, length, step.steady) {
                    let ask = Message::GetChunk { root, length, index };
                    step.outputs.push(Output::Send { to: peer, message: ask });
                }
            }
            // Everything of it is asked for, or nothing of it can be asked for now: the next one.
            if left.next().is_none() {
                wants.pass(root, wanted, !all);
                if !all {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Gives a chunk. A peer that can name a root has seen the act that names it.
    pub(super) fn send_chunk(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        root: ContentRoot,
        length: u64,
        index: u64,
    ) -> Result<(), Stop> {
        if Self::give_chunk(step, to, root, length, index)? {
            return Ok(());
        }
        // So that the peer can ask somebody else at once.
        step.send(to, Message::refused(crate::id::ActId(root.0), Refusal::ContentMissing));
        Err(Refusal::ContentMissing.into())
    }

    /// Sends a chunk with its proof, if the content is here.
    pub(super) fn give_chunk(
        step: &mut Step<'_, '_>,
        to: Peer,
        root: ContentRoot,
        length: u64,
        index: u64,
    ) -> Result<bool, Stop> {
        let known = step.records.content(&root)?;
        if !known.is_some_and(|state| state.is_complete() && state.length == length) {
            return Ok(false);
        }
        let Some(bytes) = step.records.chunk(&root, index)? else { return Ok(false) };
        let hashes = step.records.chunk_hashes(&root)?;
        let proof = inclusion_of_leaves(&hashes, index).map_err(|_| Refusal::ContentMissing)?;
        step.send(to, Message::Chunk { root, length, index, bytes: bytes.into(), proof });
        Ok(true)
    }

    /// Takes a chunk that was asked for.
    #[allow(clippy::too_many_arguments, reason = "the fields of one message")]
    pub(super) fn take_chunk(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        root: ContentRoot,
        length: u64,
        index: u64,
        bytes: &[u8],
        proof: &Proof,
    ) -> Result<(), Stop> {
        let link = self.link(from)?;
        let asked = link.wants.heard(root, index, step.steady);
        // In a packet chunks come unasked; only those of a content that is wanted are taken.
        if !(asked || link.carried && link.wants.has(&root, length)) {
            return Ok(());
        }
        chunk::verify_chunk(&root, length, index, bytes, proof).map_err(|_| Refusal::ContentDamaged)?;
        step.records.put_chunk(&root, length, index, bytes)?;
        let complete = step.records.has_content(&root)?;
        if complete {
            self.link(from)?.wants.done(&root);
        }
        self.fetch(step, from)?;
        if complete {
            self.seek_names(step)?;
            self.drive_incoming(step, from)?;
            // Looking ahead reads some hundred acts, so it waits until little is left to ask for.
            if self.link(from)?.wants.count() < LOOK_AHEAD_BELOW {
                self.advance_mirrors(step, from)?;
                self.restore_all(step)?;
            }
        }
        Ok(())
    }
}
