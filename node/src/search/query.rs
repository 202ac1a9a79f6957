//! What somebody typed into the field, as terms; and which words of a text they mean.

use std::ops::Range;

use super::fold::{fold, plain, stem};
use super::sound::{bones, sound};
use super::vocabulary::Near;
use super::words::{is_number_sign, number, words};

/// Terms of one question; further words are not looked for.
pub const TERMS_MAX: usize = 8;

/// Characters of a question that are read.
pub const QUESTION_CHARS_MAX: usize = 200;

/// Words that stand in nearly every text, folded: left out beside others.
const FILLERS: &[&str] = &[
    "का",
    "के",
    "कि",
    "को",
    "से",
    "में",
    "पर",
    "ने",
    "है",
    "हैं",
    "था",
    "थि",
    "थे",
    "और",
    "एवं",
    "एंव",
    "तथा",
    "या",
    "व",
    "भि",
    "हि",
    "तो",
    "यह",
    "वह",
    "इस",
    "उस",
    "जो",
    "हो",
    "कर",
    "हेतु",
    "लिए",
    "द्वारा",
    "संबंधि",
    "बाबत",
    "दिनांक",
    "the",
    "of",
    "to",
    "in",
    "and",
    "for",
    "on",
    "ka",
    "ke",
    "ki",
    "ko",
    "mein",
];

/// One word that is looked for, in all its forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Composed, lower case.
    pub plain: String,
    /// In the one form of all spellings.
    pub folded: String,
    /// Its sound in Latin letters.
    pub sound: String,
    /// Its consonants.
    pub bones: String,
    /// Whether it was typed in Latin letters.
    pub is_roman: bool,
}

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// All of them are wanted.
    pub terms: Vec<Term>,
    /// The whole as a number in its one form; empty when there is no digit in it.
    pub number: String,
}

/// Sounds of a Devanagari word that are compared: shorter ones have too many like them.
const SOUND_CHARS_MIN: usize = 3;

/// Consonants of a word in Latin letters that are compared, and of one in Devanagari, which is a slip then
/// (`वृध्दावस्था`).
const BONES_CHARS_MIN: [usize; 2] = [3, 4];

/// Letters of the sound with which another word begins.
const BEGINNING_CHARS_MIN: [usize; 2] = [3, 5];

impl Term {
    /// The term of a word.
    pub fn of(word: &str) -> Self {
        let plain = plain(word);
        Self {
            folded: fold(word),
            sound: sound(&plain),
            bones: bones(&plain),
            is_roman: plain.is_ascii() && plain.bytes().any(|b| b.is_ascii_alphabetic()),
            plain,
        }
    }

    /// Whether it is digits only: nothing is like a number but the same number.
    pub fn is_number(&self) -> bool {
        self.folded.bytes().all(|b| b.is_ascii_digit())
    }

    /// Whether what sounds alike is wanted.
    pub fn hears(&self) -> bool {
        !self.is_number() && self.sound.len() >= if self.is_roman { 2 } else { SOUND_CHARS_MIN }
    }

    /// Whether what has the same consonants is wanted.
    pub fn has_bones(&self) -> bool {
        !self.is_number() && self.bones.len() >= BONES_CHARS_MIN[usize::from(!self.is_roman)]
    }

    /// Whether what begins to sound so is wanted.
    pub fn begins_to_sound(&self) -> bool {
        !self.is_number() && self.sound.len() >= BEGINNING_CHARS_MIN[usize::from(!self.is_roman)]
    }

    /// How near a word of a text is; `None` when it is another word.
    pub fn nearness(&self, word: &str) -> Option<Near> {
        let other = Self::of(word);
        let root = stem(&self.folded);
        let long = root.chars().count() >= 3 && !self.is_number();
        let begins = long && (other.folded.starts_with(&self.folded) || stem(&other.folded) == root);
        let begins_to_sound = self.begins_to_sound() && other.sound.starts_with(&self.sound);
        if other.plain == self.plain {
            Some(Near::Exact)
        } else if other.folded == self.folded {
            Some(Near::Folded)
        } else if self.hears() && other.sound == self.sound {
            Some(Near::Sound)
        } else if begins || begins_to_sound {
            Some(Near::Stem)
        } else if self.has_bones() && other.bones == self.bones {
            Some(Near::Bones)
        } else {
            None
        }
    }
}

impl Query {
    /// Reads what was typed.
    pub fn of(text: &str) -> Self {
        let text: String = text.chars().take(QUESTION_CHARS_MAX).collect();
        let all: Vec<Term> = words(&text).iter().map(|word| Term::of(word.text)).collect();
        let number = number(&text);
        let says_something = |term: &&Term| {
            let filler = FILLERS.contains(&term.folded.as_str());
            !filler && (number.is_empty() || !is_number_sign(&term.folded))
        };
        let mut terms: Vec<Term> = all.iter().filter(says_something).cloned().collect();
        if terms.is_empty() {
            terms = all;
        }
        terms.truncate(TERMS_MAX);
        Self { terms, number }
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Where the words that are meant stand in a text. The nearest of each term count: when a word is
    /// there as it was typed, those that only sound like it are not meant.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let words = words(text);
        let mut places = Vec::new();
        for term in &self.terms {
            let near: Vec<_> = words.iter().map(|word| term.nearness(word.text)).collect();
            let best = near.iter().flatten().min().copied();
            let loosest = best.map(|best| best.max(Near::Folded));
            let meant = words.iter().zip(near).filter(|(_, near)| near.is_some() && *near <= loosest);
            places.extend(meant.map(|(word, _)| word.at.clone()));
        }
        places.sort_by_key(|place| place.start);
        places.dedup();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn words_that_say_nothing_are_left_out_beside_others() {
        let terms = |text: &str| Query::of(text).terms.into_iter().map(|term| term.plain).collect::<Vec<_>>();
        assert_eq!(terms("भूमि का सीमांकन"), ["भूमि", "सीमांकन"]);
        assert_eq!(terms("का"), ["का"]);
        assert_eq!(terms("क्र. 123/2026"), ["123", "2026"]);
        assert_eq!(terms(" । "), [""; 0]);
    }

    #[test]
    fn the_meant_words_of_a_text_are_found_with_their_places() {
        let text = "ग्राम गवली में नामान्तरण के आवेदनों पर";
        let found =
            |asked: &str| Query::of(asked).places(text).into_iter().map(|at| &text[at]).collect::<Vec<_>>();
        assert_eq!(found("नामांतरण आवेदन"), ["नामान्तरण", "आवेदनों"]);
        assert_eq!(found("namantaran"), ["नामान्तरण"]);
        assert_eq!(found("कुछ और"), [""; 0]);
    }
}
