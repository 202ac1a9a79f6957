//! Feeds the search indexes from the offices' own logs: covers, notes, remarks, papers and movements, read
//! with the office's own keys as the pages read them.
//!
//! A leaf brings what was said up to it, and a matter that came from elsewhere brings its past; so the
//! order is that of the log, and an index made anew is the same. What is secret is never read. Works half
//! of the time at most, on a thread of its own, and never changes a record.

use std::thread::sleep;
use std::time::Duration;

use mohar_protocol::act::{Holder, MatterKind, Place as InChain, Verb, VerifiedAct};
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::matter_text::{Cover, Note, PaperLabel};
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::sealing::{Content, Kind};

use crate::app::desk::unless_fault;
use crate::app::names::{Names, Place};
use crate::app::numbers::indian_day;
use crate::app::reading::{CHAIN_MAX, Reader};
use crate::app::{App, Trouble};
use crate::clock::Stopwatch;
use crate::search::OfficeIndex;
use crate::search::index::{Leaf, Part, Read, Text};
use crate::search::paper_text;

/// Leaves between two entries of the journal.
const LEAVES_AT_ONCE: usize = 64;

/// The longest rest between them, so that one slow paper does not hold up the rest.
const REST_MAX: Duration = Duration::from_millis(500);

/// From this grade on a matter stays out of the index: it is opened with officers' own keys only.
const SECRET: u8 = 2;

/// One look at the store for one office.
struct Feed<'a> {
    app: &'a App,
    reader: &'a Reader<'a>,
    names: &'a Names<'a, 'a>,
    index: &'a OfficeIndex,
    office: OfficeId,
}

impl App {
    /// Brings every index up to its log, and makes them anew where that was asked. Blocks; ends early
    /// when the node stops. What the disk of the index refuses is told in the daemon's log.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn feed_search(&self) -> Result<(), StoreFault> {
        // An order that comes while this runs is taken up the next time.
        let rebuild = self.search.is_rebuilding();
        for office in self.ledger().hosted() {
            if let Err(error) = self.feed_office(office, rebuild)? {
                tracing::warn!(%error, "the search index cannot be written; finding is off until it can");
            }
        }
        if rebuild && !self.search.is_stopping() {
            self.search.rebuilt();
        }
        Ok(())
    }

    fn feed_office(&self, office: OfficeId, rebuild: bool) -> Result<std::io::Result<()>, StoreFault> {
        let known = self.search.office(&office);
        let index = match known.map_or_else(|| self.search.load(office), Ok) {
            Ok(index) => index,
            Err(error) => return Ok(Err(error)),
        };
        // A log that gave way to the one that cosigners hold is read again from its beginning.
        if let Some((position, last)) = index.last()
            && self.leaf_before(&office, position)? != Some(last)
        {
            return self.build_anew(office, 0);
        }
        let begun_at = index.size().begun_at;
        if rebuild {
            return self.build_anew(office, begun_at);
        }
        let destroyed = self.catch_up_search(office, &index)?;
        if index.is_full() {
            return self.build_anew(office, begun_at.midpoint(index.size().position));
        }
        // What was destroyed must not be found any more, and its words not be kept.
        if destroyed { self.build_anew(office, begun_at) } else { Ok(Ok(())) }
    }

    /// The leaf of the own log before a position.
    fn leaf_before(&self, office: &OfficeId, position: u64) -> Result<Option<ActId>, StoreFault> {
        let snapshot = self.snapshot();
        let Some(at) = position.checked_sub(1) else { return Ok(None) };
        Ok(Records::new(&snapshot).leaves(office, at, 1)?.first().copied())
    }

    /// Makes an index anew beside the one in use, and puts it in its place.
    fn build_anew(&self, office: OfficeId, from: u64) -> Result<std::io::Result<()>, StoreFault> {
        let fresh = match self.search.beside(office) {
            Ok(fresh) => fresh,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(last) = self.leaf_before(&office, from)? {
            fresh.begin_at(from, last);
        }
        self.catch_up_search(office, &fresh)?;
        if self.search.is_stopping() {
            return Ok(Ok(()));
        }
        Ok(self.search.put_in_place(office, fresh).map(|_| ()))
    }

    /// Reads the own log on from where the index ends; tells whether something was destroyed.
    fn catch_up_search(&self, office: OfficeId, index: &OfficeIndex) -> Result<bool, StoreFault> {
        let mut destroyed = false;
        loop {
            let watch = Stopwatch::start();
            let snapshot = self.snapshot();
            let reader = Reader::new(self, &snapshot, office);
            let names = Names::new(self.ledger().registry(), &reader.records);
            let feed = Feed { app: self, reader: &reader, names: &names, index, office };
            let leaves = reader.records.leaves(&office, index.size().position, LEAVES_AT_ONCE)?;
            for id in &leaves {
                if self.search.is_stopping() {
                    break;
                }
                let act = reader.records.expect_act(id)?;
                destroyed |= act.header().known_verb() == Some(Verb::Destroyed);
                index.take_in(&feed.leaf(index.size().position + 1, &act)?);
            }
            index.keep();
            self.search.set_progress(index.size().position);
            if leaves.len() < LEAVES_AT_ONCE || self.search.is_stopping() || index.is_full() {
                return Ok(destroyed);
            }
            sleep(watch.elapsed().min(REST_MAX));
        }
    }
}

impl Feed<'_> {
    fn leaf(&self, position: u64, act: &VerifiedAct) -> Result<Leaf, StoreFault> {
        match unless_fault(self.read(act)) {
            Ok(read) => Ok(Leaf { position, act: act.id(), read: read.ok().flatten() }),
            Err(Trouble::Fault(fault)) => Err(fault),
            Err(Trouble::Refused(_)) => Ok(Leaf { position, act: act.id(), read: None }),
        }
    }

    /// What an act brings: itself, and everything of its chain before it that was not read.
    fn read(&self, act: &VerifiedAct) -> Result<Option<Read>, Trouble> {
        let (header, matter) = (act.header(), act.matter());
        let searched = matches!(header.kind, MatterKind::FILE | MatterKind::DAK);
        let records = &self.reader.records;
        if !searched
            || header.place != InChain::Chain
            || records.chain_at(&matter, header.number)? != Some(act.id())
        {
            return Ok(None);
        }
        // Without its cover nobody knows how secret it is.
        if self.reader.cover(&matter)?.classification >= SECRET {
            return Ok(None);
        }
        let begun = records.expect_act(&ActId::from(matter))?.header().time;
        let next = self.index.next_of(&matter);
        let count = usize::try_from((header.number + 1).saturating_sub(next)).unwrap_or(CHAIN_MAX);
        let mut read = Read {
            matter,
            is_dak: header.kind == MatterKind::DAK,
            year: indian_day(begun).get(..4).and_then(|year| year.parse().ok()).unwrap_or(0),
            next: next.max(header.number + 1),
            closed: None,
            posts: Vec::new(),
            docs: Vec::new(),
        };
        let mut before = match next.checked_sub(1) {
            Some(before) => self.holder_at(&matter, before)?,
            None => None,
        };
        for id in records.chain(&matter, next, count.min(CHAIN_MAX))? {
            let act = records.expect_act(&id)?;
            self.add(&act, before, &mut read)?;
            before = act.header().holder;
        }
        Ok(Some(read))
    }

    fn holder_at(&self, matter: &MatterId, number: u64) -> Result<Option<Holder>, Trouble> {
        let records = &self.reader.records;
        let Some(id) = records.chain_at(matter, number)? else { return Ok(None) };
        Ok(records.expect_act(&id)?.header().holder)
    }

    fn add(&self, act: &VerifiedAct, before: Option<Holder>, read: &mut Read) -> Result<(), Trouble> {
        let header = act.header();
        let own = header.holder.filter(|holder| holder.office == self.office);
        read.posts.extend(own.map(|holder| holder.post).filter(|post| !read.posts.contains(post)));
        match header.known_verb() {
            Some(Verb::Close) => read.closed = Some(true),
            Some(Verb::Reopen) => read.closed = Some(false),
            _ => {}
        }
        let moved = header.holder.filter(|holder| before != Some(*holder));
        let mut people = String::new();
        if let Some(by) = self.names.signer(header)? {
            push_place(&mut people, &by);
        }
        if let Some(to) = moved {
            push_place(&mut people, &self.names.place(&to)?);
        }
        let told = read.docs.len();
        for (place, reference) in header.contents.iter().enumerate() {
            let Ok(content) = unless_fault(self.reader.open(&read.matter, reference))? else { continue };
            let place = u8::try_from(place).unwrap_or(u8::MAX);
            if let Some((part, text, numbers)) = self.text(&content) {
                let text = if part == Part::Paper { text } else { format!("{text}\n{people}") };
                read.docs.push(Text { act: act.id(), place, part, text, numbers });
            }
        }
        if read.docs.len() == told && moved.is_some() {
            let (part, numbers) = (Part::Movement, Vec::new());
            read.docs.push(Text { act: act.id(), place: 0, part, text: people, numbers });
        }
        Ok(())
    }

    /// What is searched of a content, with the numbers that stand for its matter.
    fn text(&self, content: &Content) -> Option<(Part, String, Vec<String>)> {
        match content.kind {
            Kind::Cover => Cover::from_content(content).ok().map(|cover| {
                let (text, numbers) = cover_text(&cover);
                (Part::Cover, text, numbers)
            }),
            Kind::Note => Some((Part::Note, Note::from_content(content).ok()?.text(), Vec::new())),
            Kind::Remark => {
                let text = Note::from_content(content).ok()?.text();
                (!text.is_empty()).then(|| (Part::Remark, text, Vec::new()))
            }
            Kind::Paper => {
                let is_pdf = PaperLabel::of(&content.media_type).media_type == "application/pdf";
                let stopping = || self.app.search.is_stopping();
                let inside = if is_pdf { paper_text::of_pdf(&content.body, stopping) } else { String::new() };
                Some((Part::Paper, format!("{}\n{inside}", content.name), Vec::new()))
            }
            Kind::Draft | Kind::Directory | Kind::Other(_) => None,
        }
    }
}

/// Everything that a cover says, and its numbers.
pub(super) fn cover_text(cover: &Cover) -> (String, Vec<String>) {
    let mut parts = vec![&cover.number, &cover.legacy_number, &cover.subject];
    let mut numbers = vec![cover.number.clone(), cover.legacy_number.clone()];
    if let Some(letter) = &cover.letter {
        parts.extend([&letter.from, &letter.number, &letter.address, &letter.case_name, &letter.enclosures]);
        parts.extend([&letter.remarks, &letter.phone, &letter.email]);
        numbers.push(letter.number.clone());
    }
    (parts.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n"), numbers)
}

fn push_place(text: &mut String, place: &Place) {
    let named = [Some(&place.post), Some(&place.office), place.person.as_ref()];
    for name in named.into_iter().flatten() {
        text.push_str(&format!("\n{}\n{}", name.hi, name.en));
    }
}
