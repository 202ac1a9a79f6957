//! Fetching and giving ciphertext, chunk by chunk, each verified on arrival.

use std::collections::btree_map::Entry;

use super::catch_up::Urgency;
use super::link::Wanted;
use super::{Machine, Peer, Step, Stop};
use crate::id::ContentRoot;
use crate::limits::CONTENT_BYTES_MAX;
use crate::log::proof::{Proof, inclusion_of_leaves};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::sealing::chunk;

/// Chunks asked for and not here yet, per link: 8 x 256 KiB = 2 MiB in flight.
const ASKED_MAX: usize = 8;

/// Chunks asked for in one carrier packet: as many as the answer has room for.
const CARRIED_MAX: usize = crate::limits::PACKET_BYTES_MAX / crate::limits::CHUNK_BYTES;

/// Contents waiting to be asked for, per link; more are found again by the next tick.
const WANTED_MAX: usize = 4_096;

/// An unanswered question is put again after this time: longer than 2 MiB take at 512 kbit/s.
pub(super) const ASK_AGAIN_MS: u64 = 30_000;

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
        let link = self.link(peer)?;
        let known = link.wanted.iter().position(|wanted| wanted.root == root);
        match known {
            // What turns out to be wanted sooner moves up.
            Some(at) if link.wanted[at].urgency > urgency => drop(link.wanted.remove(at)),
            Some(_) => return Ok(false),
            None if link.wanted.len() >= WANTED_MAX => return Ok(false),
            None => {}
        }
        let at = link.wanted.partition_point(|wanted| wanted.urgency <= urgency);
        link.wanted.insert(at, Wanted { root, length, urgency });
        self.fetch(step, peer)?;
        Ok(false)
    }

    /// Asks for chunks while there is room.
    pub(super) fn fetch(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let Some(link) = self.links.get_mut(&peer) else { return Ok(()) };
        link.asked.retain(|_, at| step.steady.ms_since(*at) < ASK_AGAIN_MS);
        let asked_max = if link.carried { CARRIED_MAX } else { ASKED_MAX };
        let mut position = 0;
        while link.asked.len() < asked_max {
            let Some(wanted) = link.wanted.get(position).copied() else { break };
            let missing = step.records.missing_chunks(&wanted.root, wanted.length, asked_max * 2)?;
            if missing.is_empty() {
                link.wanted.remove(position);
                continue;
            }
            for index in missing {
                if link.asked.len() >= asked_max {
                    break;
                }
                if let Entry::Vacant(free) = link.asked.entry((wanted.root, index)) {
                    free.insert(step.steady);
                    let ask = Message::GetChunk { root: wanted.root, length: wanted.length, index };
                    step.outputs.push(super::Output::Send { to: peer, message: ask });
                }
            }
            position += 1;
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
        let asked = link.asked.remove(&(root, index)).is_some();
        // In a packet chunks come unasked; only those of a content that is wanted are taken.
        let wanted = |w: &Wanted| w.root == root && w.length == length;
        if !asked && !(link.carried && link.wanted.iter().any(wanted)) {
            return Ok(());
        }
        chunk::verify_chunk(&root, length, index, bytes, proof).map_err(|_| Refusal::ContentDamaged)?;
        step.records.put_chunk(&root, length, index, bytes)?;
        self.fetch(step, from)?;
        if step.records.has_content(&root)? {
            self.seek_names(step)?;
            self.drive_incoming(step, from)?;
            // Looking ahead reads some hundred acts, so it waits until little is left to ask for.
            if self.link(from)?.wanted.len() < ASKED_MAX {
                self.advance_mirrors(step, from)?;
            }
        }
        Ok(())
    }
}
