//! The words that stand anywhere, each once, with what it is in: a set of documents for each spelling.
//!
//! What is near a word (folded alike, sounding alike, of the same stem, beginning alike) is found here
//! among the spellings; the documents then follow by union. Never knows what a document is.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use super::fold::{fold, plain, stem};
use super::query::Term;
use super::sound::{bones, sound};

/// How near a spelling is to what was asked, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Near {
    /// Spelt so.
    Exact,
    /// The same word in another usual spelling.
    Folded,
    /// It sounds the same: Roman for Devanagari.
    Sound,
    /// The same stem, or it begins so.
    Stem,
    /// The same consonants: an English word in the other script.
    Bones,
}

/// Spellings near one term at one level, at most: a prefix of three letters has some hundred.
const NEAR_MAX: usize = 600;

/// A word that begins with a term is found from so many letters on.
const PREFIX_CHARS_MIN: usize = 3;

/// A name for numbers in the vocabulary: never a word of a text.
const NUMBER_MARK: char = '#';

/// All spellings.
#[derive(Default)]
pub struct Vocabulary {
    /// The documents of each spelling.
    spellings: Vec<RoaringBitmap>,
    by_text: HashMap<String, u32>,
    by_fold: BTreeMap<String, Vec<u32>>,
    by_sound: BTreeMap<String, Vec<u32>>,
    by_bones: HashMap<String, Vec<u32>>,
}

impl Near {
    /// All, the nearest first.
    pub const ALL: [Self; 5] = [Self::Exact, Self::Folded, Self::Sound, Self::Stem, Self::Bones];
}

impl Vocabulary {
    /// How many spellings there are.
    pub fn len(&self) -> usize {
        self.spellings.len()
    }

    /// The number of a spelling, if it is known.
    pub fn find(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }

    /// Takes a new spelling in, in its plain form, and gives its number.
    pub fn add(&mut self, text: &str) -> u32 {
        let number = u32::try_from(self.spellings.len()).unwrap_or(u32::MAX);
        self.spellings.push(RoaringBitmap::new());
        self.by_text.insert(text.to_owned(), number);
        if !text.starts_with(NUMBER_MARK) {
            self.by_fold.entry(fold(text)).or_default().push(number);
            if text.chars().any(char::is_alphabetic) {
                self.by_sound.entry(sound(text)).or_default().push(number);
                self.by_bones.entry(bones(text)).or_default().push(number);
            }
        }
        number
    }

    /// Notes that a spelling stands in a document. Unknown numbers are passed over.
    pub fn stands_in(&mut self, spelling: u32, doc: u32) {
        if let Some(docs) = self.spellings.get_mut(spelling as usize) {
            docs.insert(doc);
        }
    }

    /// The documents in which a number stands as it was asked.
    pub fn with_number(&self, key: &str) -> Option<&RoaringBitmap> {
        self.find(&number_word(key)).map(|number| &self.spellings[number as usize])
    }

    /// The documents in which something stands that is as near to a term as `near`, or nearer by
    /// another way; to be united with those of the nearer levels.
    pub fn docs(&self, term: &Term, near: Near) -> RoaringBitmap {
        let mut docs = RoaringBitmap::new();
        for number in self.near(term, near).into_iter().take(NEAR_MAX) {
            docs |= &self.spellings[number as usize];
        }
        docs
    }

    /// A word of two words of the vocabulary, written apart somewhere (`मध्य प्रदेश`).
    pub fn docs_apart(&self, folded: &str) -> RoaringBitmap {
        let mut docs = RoaringBitmap::new();
        for (at, c) in folded.char_indices().skip(2) {
            let begins_a_word = c.is_alphabetic() && folded[at..].chars().count() >= 2;
            let (left, right) = folded.split_at(at);
            if let (true, Some(left), Some(right)) =
                (begins_a_word, self.by_fold.get(left), self.by_fold.get(right))
            {
                docs |= self.union(left) & self.union(right);
            }
        }
        docs
    }

    fn union(&self, spellings: &[u32]) -> RoaringBitmap {
        let mut docs = RoaringBitmap::new();
        for number in spellings {
            docs |= &self.spellings[*number as usize];
        }
        docs
    }

    fn near(&self, term: &Term, near: Near) -> Vec<u32> {
        match near {
            Near::Exact => self.find(&term.plain).into_iter().collect(),
            Near::Folded => self.by_fold.get(&term.folded).cloned().unwrap_or_default(),
            Near::Sound if term.hears() => self.by_sound.get(&term.sound).cloned().unwrap_or_default(),
            Near::Stem => self.begins(term),
            Near::Bones if term.has_bones() => self.by_bones.get(&term.bones).cloned().unwrap_or_default(),
            Near::Sound | Near::Bones => Vec::new(),
        }
    }

    /// Spellings that begin like a term, have its stem, or begin to sound so.
    fn begins(&self, term: &Term) -> Vec<u32> {
        let mut found = Vec::new();
        if term.is_number() {
            return found;
        }
        let root = stem(&term.folded);
        if root.chars().count() >= PREFIX_CHARS_MIN {
            let like_it =
                self.by_fold.range(root.to_owned()..).take_while(|(text, _)| text.starts_with(root));
            let same = like_it.filter(|(text, _)| text.starts_with(&term.folded) || stem(text) == root);
            found.extend(same.take(NEAR_MAX).flat_map(|(_, spellings)| spellings));
        }
        if term.begins_to_sound() {
            let from = term.sound.clone();
            let like_it = self.by_sound.range(from..).take_while(|(text, _)| text.starts_with(&term.sound));
            found.extend(like_it.take(NEAR_MAX).flat_map(|(_, spellings)| spellings));
        }
        found
    }
}

/// The plain spellings of a text that go into the vocabulary.
pub fn spelling(word: &str) -> String {
    plain(word)
}

/// How a number stands in the vocabulary.
pub fn number_word(key: &str) -> String {
    format!("{NUMBER_MARK}{key}")
}
