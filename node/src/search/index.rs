//! What stands where: the documents of one office (covers, notes, remarks, papers, movements), the
//! words in them, and the posts that may see them.
//!
//! It is fed leaf by leaf from the office's own log and gives each change as [`Step`]s, which it
//! also takes back: what a journal kept and what a log says anew lead to the same index, document for
//! document. It holds no text, only words; and it proposes, the reader of the file decides.

use std::collections::{BTreeSet, HashMap, HashSet};

use minicbor::{Decode, Encode};
use mohar_protocol::id::{ActId, MatterId, PostId};
use roaring::RoaringBitmap;

use super::fold::fold;
use super::query::{Query, Term};
use super::vocabulary::{Near, Vocabulary, number_word, spelling};
use super::words::{number, words};

/// Documents of one office: 25 years of 300 notes and papers a working day. At about 250 bytes each
/// that is half a gigabyte of memory.
pub const DOCS_MAX: usize = 2_000_000;

/// Different words of one document: a paper of 100 printed pages.
const DOC_WORDS_MAX: usize = 20_000;

/// Documents of one term that are looked through for words that stand in different documents of a
/// matter: 2 ms.
const SPREAD_DOCS_MAX: u64 = 100_000;

/// With fewer matters than this, such matters are looked for.
const SPREAD_BELOW: usize = 50;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Part {
    /// The cover of a file or the diary line of a dak.
    #[n(0)]
    Cover,
    /// A note.
    #[n(1)]
    Note,
    /// A remark with a movement.
    #[n(2)]
    Remark,
    /// A paper: its title, and its text where it could be read.
    #[n(3)]
    Paper,
    /// That it went to a post.
    #[n(4)]
    Movement,
}

/// A change of the index.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Step {
    /// The next spelling.
    #[n(0)]
    Word(#[n(0)] String),
    /// The next matter: id, whether it is a dak, the year of its beginning.
    #[n(1)]
    Matter(#[n(0)] MatterId, #[n(1)] bool, #[n(2)] u16),
    /// A post may see a matter.
    #[n(2)]
    Post(#[n(0)] u32, #[n(1)] PostId),
    /// A matter is closed, or is not any more.
    #[n(3)]
    Closed(#[n(0)] u32, #[n(1)] bool),
    /// The next document: matter, act, place among its contents, what it is, its words.
    #[n(4)]
    Doc(#[n(0)] u32, #[n(1)] ActId, #[n(2)] u8, #[n(3)] Part, #[n(4)] Vec<u32>),
    /// Of a matter's chain, everything below this number was read.
    #[n(5)]
    Read(#[n(0)] u32, #[n(1)] u64),
    /// Of the own log, everything below this position was read; the act is its last leaf.
    #[n(6)]
    Leaf(#[n(0)] u64, #[n(1)] ActId),
    /// Nothing below this position of the own log will be read.
    #[n(7)]
    Begin(#[n(0)] u64, #[n(1)] ActId),
}

/// What a leaf of the own log brings.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The position after it.
    pub position: u64,
    /// The act.
    pub act: ActId,
    /// What was read of its matter, if it has one that is searched.
    pub read: Option<Read>,
}

/// What was read of a matter.
#[derive(Debug, Clone)]
pub struct Read {
    /// The matter.
    pub matter: MatterId,
    /// Whether it is a dak.
    pub is_dak: bool,
    /// The year in which it began.
    pub year: u16,
    /// The number of the chain's next act.
    pub next: u64,
    /// Whether it was closed or reopened.
    pub closed: Option<bool>,
    /// Posts of the office that hold or held it.
    pub posts: Vec<PostId>,
    /// New documents.
    pub docs: Vec<Text>,
}

/// The text of a document.
#[derive(Debug, Clone)]
pub struct Text {
    /// The act.
    pub act: ActId,
    /// Place among its contents.
    pub place: u8,
    /// What it is.
    pub part: Part,
    /// Everything in it that is searched.
    pub text: String,
    /// Numbers that stand for the whole matter.
    pub numbers: Vec<String>,
}

/// What is looked for, and for whom.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The question.
    pub query: Query,
    /// The post that asks.
    pub post: PostId,
    /// Daks only, or files only.
    pub is_dak: Option<bool>,
    /// Begun in this year.
    pub year: Option<u16>,
    /// Closed ones only, or others only.
    pub closed: Option<bool>,
    /// This post has or had it.
    pub through: Option<PostId>,
}

/// A matter that was found, by the best document in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The matter.
    pub matter: MatterId,
    /// The act of the document.
    pub act: ActId,
    /// Place among its contents.
    pub place: u8,
    /// What it is.
    pub part: Part,
    /// How near it is to what was asked.
    pub near: Near,
}

struct Doc {
    matter: u32,
    act: ActId,
    place: u8,
    part: Part,
}

struct Entry {
    id: MatterId,
    is_dak: bool,
    year: u16,
    closed: bool,
    next: u64,
    posts: Vec<PostId>,
    docs: Vec<u32>,
}

/// The index of one office.
#[derive(Default)]
pub struct Index {
    vocabulary: Vocabulary,
    docs: Vec<Doc>,
    covers: RoaringBitmap,
    matters: Vec<Entry>,
    by_id: HashMap<MatterId, u32>,
    posts: HashMap<PostId, RoaringBitmap>,
    position: u64,
    last: Option<ActId>,
    begun_at: u64,
}

impl Index {
    /// How much of the own log was read.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// The last leaf that was read.
    pub const fn last(&self) -> Option<ActId> {
        self.last
    }

    /// From where in the log on it was read.
    pub const fn begun_at(&self) -> u64 {
        self.begun_at
    }

    /// Documents and spellings.
    pub fn size(&self) -> (usize, usize) {
        (self.docs.len(), self.vocabulary.len())
    }

    /// The number of the next act of a matter's chain to be read.
    pub fn next_of(&self, matter: &MatterId) -> u64 {
        self.by_id.get(matter).map_or(0, |number| self.matters[*number as usize].next)
    }

    /// Whether a post may see a matter already.
    pub fn knows(&self, matter: &MatterId, post: &PostId) -> bool {
        self.by_id.get(matter).is_some_and(|number| self.matters[*number as usize].posts.contains(post))
    }

    /// Takes in what a leaf brings, and gives the steps for the journal.
    pub fn take_in(&mut self, leaf: &Leaf) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(read) = &leaf.read {
            self.take_in_read(read, &mut steps);
        }
        self.step(Step::Leaf(leaf.position, leaf.act), &mut steps);
        steps
    }

    fn take_in_read(&mut self, read: &Read, steps: &mut Vec<Step>) {
        let known = self.by_id.get(&read.matter).copied();
        let number = known.unwrap_or_else(|| {
            let next = u32::try_from(self.matters.len()).unwrap_or(u32::MAX);
            self.step(Step::Matter(read.matter, read.is_dak, read.year), steps);
            next
        });
        for post in &read.posts {
            if !self.matters[number as usize].posts.contains(post) {
                self.step(Step::Post(number, *post), steps);
            }
        }
        for text in &read.docs {
            let mut words = Vec::new();
            for word in doc_words(text) {
                let known = self.vocabulary.find(&word);
                words.push(known.unwrap_or_else(|| {
                    let next = u32::try_from(self.vocabulary.len()).unwrap_or(u32::MAX);
                    self.step(Step::Word(word), steps);
                    next
                }));
            }
            words.sort_unstable();
            self.step(Step::Doc(number, text.act, text.place, text.part, words), steps);
        }
        if let Some(closed) = read.closed {
            self.step(Step::Closed(number, closed), steps);
        }
        self.step(Step::Read(number, read.next), steps);
    }

    fn step(&mut self, step: Step, steps: &mut Vec<Step>) {
        self.apply(&step);
        steps.push(step);
    }

    /// Takes a step. One that names what is not there changes nothing: a journal is only a cache.
    pub fn apply(&mut self, step: &Step) {
        match step {
            Step::Word(word) => {
                self.vocabulary.add(word);
            }
            Step::Matter(id, is_dak, year) => {
                self.by_id.insert(*id, u32::try_from(self.matters.len()).unwrap_or(u32::MAX));
                let (posts, docs) = (Vec::new(), Vec::new());
                let (is_dak, year) = (*is_dak, *year);
                self.matters.push(Entry { id: *id, is_dak, year, closed: false, next: 0, posts, docs });
            }
            Step::Post(number, post) => {
                if let Some(entry) = self.matters.get_mut(*number as usize) {
                    entry.posts.push(*post);
                    self.posts.entry(*post).or_default().extend(entry.docs.iter().copied());
                }
            }
            Step::Closed(number, closed) => {
                if let Some(entry) = self.matters.get_mut(*number as usize) {
                    entry.closed = *closed;
                }
            }
            Step::Doc(number, act, place, part, words) => {
                self.add_doc(Doc { matter: *number, act: *act, place: *place, part: *part }, words);
            }
            Step::Read(number, next) => {
                if let Some(entry) = self.matters.get_mut(*number as usize) {
                    entry.next = *next;
                }
            }
            Step::Leaf(position, act) => (self.position, self.last) = (*position, Some(*act)),
            Step::Begin(position, act) => {
                (self.position, self.last, self.begun_at) = (*position, Some(*act), *position);
            }
        }
    }

    fn add_doc(&mut self, doc: Doc, words: &[u32]) {
        let Some(entry) = self.matters.get_mut(doc.matter as usize) else { return };
        let number = u32::try_from(self.docs.len()).unwrap_or(u32::MAX);
        entry.docs.push(number);
        for post in &entry.posts {
            self.posts.entry(*post).or_default().insert(number);
        }
        for word in words {
            self.vocabulary.stands_in(*word, number);
        }
        if doc.part == Part::Cover {
            self.covers.insert(number);
        }
        self.docs.push(doc);
    }

    /// The matters that fit, at most `max`: the number that was asked first, then the nearest spelling,
    /// covers before what lies inside, the newest first.
    pub fn find(&self, asked: &Asked, max: usize) -> Vec<Hit> {
        let Some(mine) = self.posts.get(&asked.post) else { return Vec::new() };
        let allowed = match asked.through {
            Some(post) => self.posts.get(&post).map_or_else(RoaringBitmap::new, |docs| mine & docs),
            None => mine.clone(),
        };
        let mut finding = Finding { index: self, asked, max, seen: HashSet::new(), hits: Vec::new() };
        if let Some(docs) = self.vocabulary.with_number(&asked.query.number) {
            finding.take(&(docs & &allowed), Near::Exact);
        }
        let mut of_terms = vec![RoaringBitmap::new(); asked.query.terms.len()];
        for near in Near::ALL {
            if finding.hits.len() >= max {
                break;
            }
            for (at, (docs, term)) in of_terms.iter_mut().zip(&asked.query.terms).enumerate() {
                *docs |= self.vocabulary.docs(term, near) & &allowed;
                if near == Near::Stem {
                    *docs |= self.together_or_apart(&asked.query.terms, at) & &allowed;
                }
            }
            finding.take(&intersection(&of_terms), near);
        }
        if finding.hits.len() < SPREAD_BELOW && of_terms.len() > 1 {
            finding.take_spread(&of_terms);
        }
        finding.hits
    }

    /// A term written together with its neighbour, or itself in two words.
    fn together_or_apart(&self, terms: &[Term], at: usize) -> RoaringBitmap {
        let mut docs = self.vocabulary.docs_apart(&terms[at].folded);
        for pair in terms.windows(2).skip(at.saturating_sub(1)).take(if at == 0 { 1 } else { 2 }) {
            if !pair.iter().any(Term::is_number) {
                let together = Term::of(&format!("{}{}", pair[0].plain, pair[1].plain));
                docs |= self.vocabulary.docs(&together, Near::Folded);
            }
        }
        docs
    }
}

/// Hits as they are gathered: each matter once.
struct Finding<'a> {
    index: &'a Index,
    asked: &'a Asked,
    max: usize,
    seen: HashSet<u32>,
    hits: Vec<Hit>,
}

impl Finding<'_> {
    fn take(&mut self, docs: &RoaringBitmap, near: Near) {
        let (covers, others) = (docs & &self.index.covers, docs - &self.index.covers);
        for number in covers.iter().rev().chain(others.iter().rev()) {
            if self.hits.len() >= self.max {
                return;
            }
            self.take_one(number, near);
        }
    }

    /// Matters in which every term stands, but in no document all of them.
    fn take_spread(&mut self, of_terms: &[RoaringBitmap]) {
        if of_terms.iter().any(|docs| docs.len() > SPREAD_DOCS_MAX) {
            return;
        }
        let matters = |docs: &RoaringBitmap| -> RoaringBitmap {
            docs.iter().map(|doc| self.index.docs[doc as usize].matter).collect()
        };
        let all: Vec<RoaringBitmap> = of_terms.iter().map(matters).collect();
        for matter in intersection(&all).iter().rev() {
            if let Some(first) = self.index.matters[matter as usize].docs.first() {
                self.take_one(*first, Near::Stem);
            }
        }
    }

    fn take_one(&mut self, number: u32, near: Near) {
        let doc = &self.index.docs[number as usize];
        let matter = &self.index.matters[doc.matter as usize];
        let asked = self.asked;
        let fits = asked.is_dak.is_none_or(|is_dak| is_dak == matter.is_dak)
            && asked.year.is_none_or(|year| year == matter.year)
            && asked.closed.is_none_or(|closed| closed == matter.closed);
        if fits && self.hits.len() < self.max && self.seen.insert(doc.matter) {
            let Doc { act, place, part, .. } = *doc;
            self.hits.push(Hit { matter: matter.id, act, place, part, near });
        }
    }
}

fn intersection(all: &[RoaringBitmap]) -> RoaringBitmap {
    let mut sorted: Vec<&RoaringBitmap> = all.iter().collect();
    sorted.sort_by_key(|docs| docs.len());
    let Some((first, rest)) = sorted.split_first() else { return RoaringBitmap::new() };
    rest.iter().fold((*first).clone(), |found, docs| found & *docs)
}

/// The words of a document, each once; and every two numbers that follow one another, as one.
fn doc_words(text: &Text) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut before: Option<String> = None;
    for word in words(&text.text) {
        found.insert(spelling(word.text));
        let digits = fold(word.text);
        let digits = Some(digits).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
        if let (Some(before), Some(digits)) = (&before, &digits) {
            found.insert(number_word(&format!("{before}/{digits}")));
        }
        before = digits;
        if found.len() >= DOC_WORDS_MAX {
            break;
        }
    }
    found.extend(
        text.numbers.iter().map(|one| number(one)).filter(|key| !key.is_empty()).map(|key| number_word(&key)),
    );
    found
}
