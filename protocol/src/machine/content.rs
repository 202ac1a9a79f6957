//! Fetching and giving ciphertext, chunk by chunk, each verified on arrival.

use std::collections::{BTreeMap, VecDeque};

use super::{Machine, Output, Peer, Step, Stop};
use crate::id::{ActId, ContentRoot};
use crate::limits::{CHUNK_BYTES, CONTENT_BYTES_MAX};
use crate::log::proof::{Proof, inclusion_of_leaves};
use crate::message::Message;
use crate::refusal::Refusal;
use crate::sealing::chunk;
use crate::time::Timestamp;

/// Bytes asked for and not here yet, per link: 8 chunks of 256 KiB keep a line of 100 Mbit/s busy for
/// 160 ms, a round trip through the state.
const WINDOW_BYTES_MAX: u64 = 8 * WINDOW_BYTES_MIN;

/// The least: one chunk. On 64 kbit/s it takes half a minute, and nothing else should wait longer.
const WINDOW_BYTES_MIN: u64 = CHUNK_BYTES as u64;

/// An answer that came within this time lets the window grow; one that took [`SLOW_MS`] halves it.
const QUICK_MS: u64 = 2_000;
const SLOW_MS: u64 = 10_000;

/// Questions not answered yet, per link: small contents are some hundred bytes each.
const ASKED_MAX: usize = 512;

/// Contents waiting to be asked for, per link; more are found again by the next tick.
const WANTED_MAX: usize = 4_096;

/// Fewer contents wanted than this, and the mirrors look ahead for more.
const LOOK_AHEAD_BELOW: usize = 64;

/// A question is put again after this time when it was refused or later ones were answered: the peer
/// may have the content by then.
pub(super) const ASK_AGAIN_MS: u64 = 30_000;

/// Without any answer a question is put again after this time: 512 KiB take 64 s on 64 kbit/s, and
/// asking sooner would only put the same chunks into the queue twice.
const SILENCE_MS: u64 = 120_000;

/// What is wanted from a peer, and what of it was asked for.
#[derive(Debug)]
pub(super) struct Wants {
    /// Every content that is wanted, with its length.
    contents: BTreeMap<ContentRoot, u64>,
    /// Those of which something may still have to be asked for, in order.
    queue: VecDeque<ContentRoot>,
    /// Chunks asked for and not here, by root and index.
    asked: BTreeMap<(ContentRoot, u64), Asked>,
    /// The same by the number of the question, without those that later answers have passed over.
    open: BTreeMap<u64, (ContentRoot, u64)>,
    bytes: u64,
    window: u64,
    questions: u64,
    heard: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    at: Timestamp,
    question: u64,
    bytes: u64,
}

impl Default for Wants {
    fn default() -> Self {
        Self {
            contents: BTreeMap::new(),
            queue: VecDeque::new(),
            asked: BTreeMap::new(),
            open: BTreeMap::new(),
            bytes: 0,
            window: 2 * WINDOW_BYTES_MIN,
            questions: 0,
            heard: Timestamp(0),
        }
    }
}

impl Wants {
    /// Notes a content. Returns whether it is new.
    fn add(&mut self, root: ContentRoot, length: u64) -> bool {
        let new = self.contents.len() < WANTED_MAX && !self.contents.contains_key(&root);
        if new {
            self.contents.insert(root, length);
            self.queue.push_back(root);
        }
        new
    }

    /// The content is here.
    fn done(&mut self, root: &ContentRoot) {
        self.contents.remove(root);
    }

    /// The content to ask for next.
    fn next(&mut self) -> Option<(ContentRoot, u64)> {
        loop {
            let root = *self.queue.front()?;
            match self.contents.get(&root) {
                Some(length) => return Some((root, *length)),
                None => self.queue.pop_front(),
            };
        }
    }

    /// What is under way may exceed the window by one chunk, so that it is never too small for one.
    const fn has_room(&self) -> bool {
        self.bytes < self.window
    }

    /// Notes a question. Returns whether it is to be asked.
    fn ask(&mut self, root: ContentRoot, index: u64, length: u64, now: Timestamp) -> bool {
        if self.asked.contains_key(&(root, index)) {
            return false;
        }
        let bytes = chunk::chunk_range(length, index).map_or(0, |range| range.end - range.start);
        self.questions += 1;
        self.asked.insert((root, index), Asked { at: now, question: self.questions, bytes });
        self.open.insert(self.questions, (root, index));
        self.bytes += bytes;
        true
    }

    /// A chunk came. Returns whether it was asked for. Answers come in the order of the questions, so
    /// earlier ones that are still open are not going to be answered.
    fn heard(&mut self, root: ContentRoot, index: u64, now: Timestamp) -> bool {
        let Some(asked) = self.asked.remove(&(root, index)) else { return false };
        let later = self.open.split_off(&(asked.question + 1));
        for (_, passed) in std::mem::replace(&mut self.open, later) {
            let bytes = self.asked.get(&passed).map_or(0, |passed| passed.bytes);
            self.bytes -= if passed == (root, index) { asked.bytes } else { bytes };
        }
        self.heard = now;
        match now.ms_since(asked.at) {
            0..=QUICK_MS => self.window = (self.window * 2).min(WINDOW_BYTES_MAX),
            SLOW_MS.. => self.window = (self.window / 2).max(WINDOW_BYTES_MIN),
            _ => {}
        }
        true
    }

    /// The peer has not got this content, at least not yet.
    pub fn refused(&mut self, root: ContentRoot) {
        for (_, asked) in self.asked.range((root, 0)..=(root, u64::MAX)) {
            self.bytes -= if self.open.remove(&asked.question).is_some() { asked.bytes } else { 0 };
        }
    }

    /// The content is no longer wanted from this peer.
    pub fn forget(&mut self, root: ContentRoot) {
        self.refused(root);
        self.contents.remove(&root);
        self.asked.retain(|(asked, _), _| *asked != root);
    }

    /// Entries remembered.
    #[cfg(feature = "testing")]
    pub fn footprint(&self) -> usize {
        self.contents.len() + self.asked.len()
    }

    /// Forgets questions that will not be answered, so that they are asked again.
    fn lapse(&mut self, now: Timestamp) {
        let silent = now.ms_since(self.heard) >= SILENCE_MS;
        let (open, queue, bytes) = (&mut self.open, &mut self.queue, &mut self.bytes);
        self.asked.retain(|(root, _), asked| {
            let is_open = open.contains_key(&asked.question);
            let patience = if is_open { SILENCE_MS } else { ASK_AGAIN_MS };
            let lapsed = now.ms_since(asked.at) >= patience && (silent || !is_open);
            if lapsed {
                *bytes -= if open.remove(&asked.question).is_some() { asked.bytes } else { 0 };
                if queue.back() != Some(root) {
                    queue.push_back(*root);
                }
            }
            !lapsed
        });
    }
}

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
        if self.link(peer)?.wants.add(root, length) {
            self.fetch(step, peer)?;
        }
        Ok(false)
    }

    /// Asks for chunks while there is room.
    pub(super) fn fetch(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let Some(link) = self.links.get_mut(&peer) else { return Ok(()) };
        let wants = &mut link.wants;
        wants.lapse(step.now);
        while wants.has_room() && wants.asked.len() < ASKED_MAX {
            let Some((root, length)) = wants.next() else { break };
            // As many as may be asked for already, and as many again.
            let most = 2 * usize::try_from(WINDOW_BYTES_MAX / WINDOW_BYTES_MIN).unwrap_or(usize::MAX);
            let missing = step.records.missing_chunks(&root, length, most)?;
            if missing.is_empty() {
                wants.done(&root);
            }
            let all = missing.len() < most;
            let mut left = missing.into_iter();
            while wants.has_room()
                && let Some(index) = left.next()
            {
                if wants.ask(root, index, length, step.now) {
                    let ask = Message::GetChunk { root, length, index };
                    step.outputs.push(Output::Send { to: peer, message: ask });
                }
            }
            // Everything of it is asked for, or nothing of it can be asked for now: the next one.
            if left.next().is_none() {
                wants.queue.pop_front();
                if !all {
                    wants.queue.push_back(root);
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
        let Some(state) =
            step.records.content(&root)?.filter(|state| state.is_complete() && state.length == length)
        else {
            // So that the peer can ask somebody else at once, and us for something else.
            step.send(to, Message::refused(ActId(root.0), Refusal::ContentMissing));
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
        if !self.link(from)?.wants.heard(root, index, step.now) {
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
            if self.link(from)?.wants.contents.len() < LOOK_AHEAD_BELOW {
                self.advance_mirrors(step, from)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ASK_AGAIN_MS, ASKED_MAX, ContentRoot, SILENCE_MS, SLOW_MS, Timestamp, WINDOW_BYTES_MIN, Wants,
    };

    const START: Timestamp = Timestamp(1_000_000);

    fn root(number: u16) -> ContentRoot {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        ContentRoot(bytes)
    }

    /// Wants that heard something at the start and have asked for one small chunk of each root.
    fn asked(count: u16, length: u64) -> Wants {
        let mut wants = Wants { heard: START, ..Wants::default() };
        for number in 0..count {
            assert!(wants.add(root(number), length));
            assert!(wants.ask(root(number), 0, length, START));
        }
        wants
    }

    #[test]
    fn small_contents_are_asked_for_by_the_hundred_and_large_ones_by_bytes() {
        let small = asked(500, 300);
        assert!(small.has_room() && small.asked.len() < ASKED_MAX);
        assert!(!asked(2, WINDOW_BYTES_MIN).has_room());
    }

    #[test]
    fn quick_answers_widen_the_window_to_two_mebibytes_and_slow_ones_narrow_it_to_a_chunk() {
        let mut wants = asked(40, 300);
        (0..10).for_each(|number| assert!(wants.heard(root(number), 0, START.plus_ms(10))));
        assert_eq!(wants.window, 2 * 1024 * 1024);
        (10..20).for_each(|number| assert!(wants.heard(root(number), 0, START.plus_ms(SLOW_MS))));
        assert_eq!(wants.window, WINDOW_BYTES_MIN);
        assert!(!wants.heard(root(0), 0, START), "nobody asked for it any more");
    }

    #[test]
    fn what_later_answers_passed_over_frees_its_room_and_is_asked_again_half_a_minute_later() {
        let mut wants = asked(3, 300);
        assert!(wants.heard(root(1), 0, START));
        assert_eq!(wants.bytes, 300, "the first will not be answered, the third may be");
        wants.lapse(START.plus_ms(ASK_AGAIN_MS - 1));
        assert!(!wants.ask(root(0), 0, 300, START));
        wants.lapse(START.plus_ms(ASK_AGAIN_MS));
        assert!(wants.ask(root(0), 0, 300, START));
        assert!(!wants.ask(root(2), 0, 300, START), "a slow line is not asked twice");
    }

    #[test]
    fn what_is_refused_waits_half_a_minute_and_silence_two() {
        let mut wants = asked(2, 300);
        wants.refused(root(0));
        wants.refused(root(0));
        assert_eq!(wants.bytes, 300);
        wants.lapse(START.plus_ms(ASK_AGAIN_MS));
        assert_eq!(wants.asked.len(), 1);
        wants.lapse(START.plus_ms(SILENCE_MS));
        assert!(wants.asked.is_empty() && wants.open.is_empty());
        assert_eq!(wants.bytes, 0);
    }
}
