//! Fetching and giving ciphertext, chunk by chunk, each verified on arrival.

use std::collections::btree_map::Entry;

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
    ) -> Result<bool, Stop> {
        if length > CONTENT_BYTES_MAX {
            return Err(Refusal::ContentTooLarge.into());
        }
        if step.records.has_content(&root)? {
            return Ok(true);
        }
        let link = self.link(peer)?;
        if link.wanted.len() < WANTED_MAX && !link.wanted.iter().any(|wanted| wanted.root == root) {
            link.wanted.push_back(Wanted { root, length });
            self.fetch(step, peer)?;
        }
        Ok(false)
    }

    /// Asks for chunks while there is room.
    pub(super) fn fetch(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let Some(link) = self.links.get_mut(&peer) else { return Ok(()) };
        link.asked.retain(|_, at| step.now.ms_since(*at) < ASK_AGAIN_MS);
        let mut position = 0;
        while link.asked.len() < ASKED_MAX {
            let Some(wanted) = link.wanted.get(position).copied() else { break };
            let missing = step.records.missing_chunks(&wanted.root, wanted.length, ASKED_MAX * 2)?;
            if missing.is_empty() {
                link.wanted.remove(position);
                continue;
            }
            for index in missing {
                if link.asked.len() >= ASKED_MAX {
                    break;
                }
                if let Entry::Vacant(free) = link.asked.entry((wanted.root, index)) {
                    free.insert(step.now);
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
        let Some(state) =
            step.records.content(&root)?.filter(|state| state.is_complete() && state.length == length)
        else {
            // So that the peer can ask somebody else at once.
            step.send(to, Message::refused(crate::id::ActId(root.0), Refusal::ContentMissing));
            return Err(Refusal::ContentMissing.into());
        };
        let Some(bytes) = step.records.chunk(&root, index)? else {
            return Err(Refusal::ContentMissing.into());
        };
        let hashes = step.records.chunk_hashes(&root)?;
        let proof = inclusion_of_leaves(&hashes, index).map_err(|_| Refusal::ContentMissing)?;
        step.send(to, Message::Chunk { root, length: state.length, index, bytes: bytes.into(), proof });
        Ok(())
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
        if self.link(from)?.asked.remove(&(root, index)).is_none() {
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
                self.restore_all(step)?;
            }
        }
        Ok(())
    }
}
