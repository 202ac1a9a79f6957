//! What is wanted from a peer and what of it was asked for: how much is on its way at a time, and when
//! a question is put again. It asks nobody and reads nothing.

use std::collections::{BTreeMap, VecDeque};

use super::catch_up::Urgency;
use crate::id::ContentRoot;
use crate::limits::{CHUNK_BYTES, PACKET_BYTES_MAX};
use crate::sealing::chunk;
use crate::time::Timestamp;

/// Chunks asked for in one carrier packet: as many as the answer has room for.
const CARRIED_MAX: usize = PACKET_BYTES_MAX / CHUNK_BYTES;

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
pub const LOOK_AHEAD_BELOW: usize = 64;

/// A question is put again after this time when it was refused or later ones were answered: the peer
/// may have the content by then.
pub const ASK_AGAIN_MS: u64 = 30_000;

/// Without any answer a question is put again after this time: two chunks take 64 s on 64 kbit/s, and
/// asking sooner would only put the same chunks into the queue twice.
const SILENCE_MS: u64 = 90_000;

/// What is wanted from a peer, and what of it was asked for.
#[derive(Debug)]
#[cfg_attr(feature = "testing", derive(Clone))]
pub struct Wants {
    /// Every content that is wanted.
    contents: BTreeMap<ContentRoot, Wanted>,
    /// Those of which something may still have to be asked for, in order, by urgency.
    queues: [VecDeque<ContentRoot>; 3],
    /// Chunks asked for and not here, by root and index.
    asked: BTreeMap<(ContentRoot, u64), Asked>,
    /// The same by the number of the question, without those that later answers have passed over.
    open: BTreeMap<u64, (ContentRoot, u64)>,
    bytes: u64,
    window: u64,
    questions: u64,
    heard: Timestamp,
}

/// A content that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub length: u64,
    pub urgency: Urgency,
    /// The peer has said that it does not have it, and has given nothing of it since.
    lacking: bool,
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
            queues: Default::default(),
            asked: BTreeMap::new(),
            open: BTreeMap::new(),
            bytes: 0,
            window: WINDOW_BYTES_MIN,
            questions: 0,
            heard: Timestamp(0),
        }
    }
}

impl Wants {
    /// Notes a content. Returns whether it is new, or wanted sooner than before.
    pub fn add(&mut self, root: ContentRoot, length: u64, urgency: Urgency) -> bool {
        let full = self.contents.len() >= WANTED_MAX;
        match self.contents.get_mut(&root) {
            // What turns out to be wanted sooner moves up.
            Some(known) if known.urgency > urgency => known.urgency = urgency,
            Some(_) => return false,
            None if full => return false,
            None => drop(self.contents.insert(root, Wanted { length, urgency, lacking: false })),
        }
        self.queues[urgency as usize].push_back(root);
        true
    }

    /// Whether a content of this length is wanted.
    pub fn has(&self, root: &ContentRoot, length: u64) -> bool {
        self.contents.get(root).is_some_and(|wanted| wanted.length == length)
    }

    /// Whether the peer has said that it does not have a content that is wanted from it.
    pub fn is_lacking(&self, root: &ContentRoot) -> bool {
        self.contents.get(root).is_some_and(|wanted| wanted.lacking)
    }

    /// The contents that are wanted, with their lengths.
    pub fn all(&self) -> impl Iterator<Item = (&ContentRoot, u64)> {
        self.contents.iter().map(|(root, wanted)| (root, wanted.length))
    }

    /// How many contents are wanted.
    pub fn count(&self) -> usize {
        self.contents.len()
    }

    /// The content is here.
    pub fn done(&mut self, root: &ContentRoot) {
        self.contents.remove(root);
    }

    /// The content to ask for next.
    pub fn next(&mut self) -> Option<(ContentRoot, Wanted)> {
        for (urgency, queue) in self.queues.iter_mut().enumerate() {
            while let Some(root) = queue.front() {
                match self.contents.get(root) {
                    Some(wanted) if wanted.urgency as usize == urgency => return Some((*root, *wanted)),
                    _ => drop(queue.pop_front()),
                }
            }
        }
        None
    }

    /// Takes the content that [`Wants::next`] gave out of the line, or to its end.
    pub fn pass(&mut self, root: ContentRoot, wanted: Wanted, again: bool) {
        let queue = &mut self.queues[wanted.urgency as usize];
        queue.pop_front();
        queue.extend(again.then_some(root));
    }

    /// Every question is open again: a packet that was not answered is asked anew.
    pub fn ask_anew(&mut self) {
        self.asked.clear();
        self.open.clear();
        self.bytes = 0;
        self.queues = Default::default();
        for (root, wanted) in &self.contents {
            self.queues[wanted.urgency as usize].push_back(*root);
        }
    }

    /// Whether another question may be asked, over a link or in a packet.
    pub fn may_ask(&self, carried: bool) -> bool {
        if carried { self.asked.len() < CARRIED_MAX } else { self.has_room() && self.asked.len() < ASKED_MAX }
    }

    /// Missing chunks to look at: as many as may be asked for already, and as many again.
    pub fn look_at(carried: bool) -> usize {
        let window = usize::try_from(WINDOW_BYTES_MAX / WINDOW_BYTES_MIN).unwrap_or(usize::MAX);
        2 * if carried { CARRIED_MAX } else { window }
    }

    /// What is under way may exceed the window by one chunk, so that it is never too small for one.
    const fn has_room(&self) -> bool {
        self.bytes < self.window
    }

    /// Notes a question. Returns whether it is to be asked.
    pub fn ask(&mut self, root: ContentRoot, index: u64, length: u64, now: Timestamp) -> bool {
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
    pub fn heard(&mut self, root: ContentRoot, index: u64, now: Timestamp) -> bool {
        let Some(asked) = self.asked.remove(&(root, index)) else { return false };
        let later = self.open.split_off(&(asked.question + 1));
        for (_, passed) in std::mem::replace(&mut self.open, later) {
            let bytes = self.asked.get(&passed).map_or(0, |passed| passed.bytes);
            self.bytes -= if passed == (root, index) { asked.bytes } else { bytes };
        }
        self.heard = now;
        self.contents.entry(root).and_modify(|wanted| wanted.lacking = false);
        match now.ms_since(asked.at) {
            0..=QUICK_MS => self.window = (self.window * 2).min(WINDOW_BYTES_MAX),
            SLOW_MS.. => self.window = (self.window / 2).max(WINDOW_BYTES_MIN),
            _ => {}
        }
        true
    }

    /// The peer has not got this content, at least not yet.
    pub fn refused(&mut self, root: ContentRoot) {
        self.contents.entry(root).and_modify(|wanted| wanted.lacking = true);
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

    /// What is remembered, with each time as "just now" or "before".
    #[cfg(feature = "testing")]
    pub fn memory(&self, now: Timestamp) -> String {
        let asked: Vec<_> = self.asked.iter().map(|(id, asked)| (id, asked.at == now)).collect();
        format!("{asked:?} {:?} {:?} {}", self.contents, self.queues, self.window)
    }

    /// Forgets questions that will not be answered, so that they are asked again.
    pub fn lapse(&mut self, now: Timestamp) {
        let silent = now.ms_since(self.heard) >= SILENCE_MS;
        let (open, queues, bytes) = (&mut self.open, &mut self.queues, &mut self.bytes);
        let contents = &self.contents;
        self.asked.retain(|(root, _), asked| {
            let is_open = open.contains_key(&asked.question);
            let patience = if is_open { SILENCE_MS } else { ASK_AGAIN_MS };
            let lapsed = now.ms_since(asked.at) >= patience && (silent || !is_open);
            if lapsed {
                *bytes -= if open.remove(&asked.question).is_some() { asked.bytes } else { 0 };
                let queue = contents.get(root).map(|wanted| &mut queues[wanted.urgency as usize]);
                queue.filter(|queue| queue.back() != Some(root)).into_iter().for_each(|q| q.push_back(*root));
            }
            !lapsed
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ASK_AGAIN_MS, ASKED_MAX, ContentRoot, SILENCE_MS, SLOW_MS, Timestamp, Urgency, WINDOW_BYTES_MIN,
        Wants,
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
            assert!(wants.add(root(number), length, Urgency::Mirrored));
            assert!(wants.ask(root(number), 0, length, START));
        }
        wants
    }

    #[test]
    fn small_contents_are_asked_for_by_the_hundred_and_large_ones_by_bytes() {
        let small = asked(500, 300);
        assert!(small.has_room() && small.asked.len() < ASKED_MAX);
        assert!(!asked(1, WINDOW_BYTES_MIN).has_room());
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
        assert!(wants.is_lacking(&root(0)) && !wants.is_lacking(&root(1)));
        assert_eq!(wants.bytes, 300);
        wants.lapse(START.plus_ms(ASK_AGAIN_MS));
        assert_eq!(wants.asked.len(), 1);
        wants.lapse(START.plus_ms(SILENCE_MS));
        assert!(wants.asked.is_empty() && wants.open.is_empty());
        assert_eq!(wants.bytes, 0);
    }

    #[test]
    fn what_is_addressed_to_the_office_goes_first_also_when_that_is_known_late() {
        let mut wants = Wants::default();
        assert!(wants.add(root(1), 300, Urgency::Mirrored) && wants.add(root(2), 300, Urgency::Names));
        assert_eq!(wants.next().map(|(next, _)| next), Some(root(2)));
        assert!(wants.add(root(1), 300, Urgency::Addressed) && !wants.add(root(1), 300, Urgency::Names));
        assert_eq!(wants.next().map(|(next, _)| next), Some(root(1)));
    }
}
