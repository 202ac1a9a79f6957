//! Cuts a text into words and numbers, in both scripts, and knows where each stands.
//!
//! Matras, halant and nukta belong to the word; dandas and the zero that old fonts wrote for the sign of
//! an abbreviation (`म0प्र0`) do not. Never changes a text.

use std::ops::Range;

/// Characters of one word, at most; longer ones are no words (a base64 block in a mail).
const WORD_CHARS_MAX: usize = 64;

/// What stands before a number and says nothing.
const NUMBER_SIGNS: [&str; 9] = ["क्र", "क्रमांक", "क्रं", "जा", "नं", "no", "nr", "sl", "number"];

/// A word, and where it stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// As it is written.
    pub text: &'a str,
    /// Bytes.
    pub at: Range<usize>,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut start = None;
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (n, &(at, c)) in letters.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| letters[n].1);
        let after = letters.get(n + 1).map(|(_, c)| *c);
        if is_of_word(c) && !is_sign_of_abbreviation(c, before, after) {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            push(&mut found, text, from..at);
        }
    }
    if let Some(from) = start {
        push(&mut found, text, from..text.len());
    }
    found
}

/// A number in its one form, whatever stands between its parts: `क्र./DEP/123-2026` is
/// `dep/123/2026`. Empty when there is no digit in it.
pub fn number(text: &str) -> String {
    let parts: Vec<String> = words(text).iter().map(|word| super::fold::fold(word.text)).collect();
    let signs = parts.iter().take_while(|part| NUMBER_SIGNS.contains(&part.as_str())).count();
    let parts = &parts[signs..];
    if parts.iter().any(|part| part.bytes().any(|b| b.is_ascii_digit())) {
        parts.join("/")
    } else {
        String::new()
    }
}

/// Whether a folded word says nothing beside a number.
pub fn is_number_sign(folded: &str) -> bool {
    NUMBER_SIGNS.contains(&folded)
}

fn push<'a>(found: &mut Vec<Word<'a>>, text: &'a str, at: Range<usize>) {
    let word = &text[at.clone()];
    if word.chars().count() <= WORD_CHARS_MAX && word.chars().any(char::is_alphanumeric) {
        found.push(Word { text: word, at });
    }
}

const fn is_devanagari(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{963}' | '\u{971}'..='\u{97F}')
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_devanagari(c) || matches!(c, '\u{200C}' | '\u{200D}' | '\u{300}'..='\u{36F}')
}

/// A zero after a letter of Devanagari, and before no digit.
fn is_sign_of_abbreviation(c: char, before: Option<char>, after: Option<char>) -> bool {
    matches!(c, '0' | '०') && before.is_some_and(is_devanagari) && !after.is_some_and(|c| c.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::{number, words};

    fn cut(text: &str) -> Vec<&str> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_halant_and_a_nukta_do_not_cut_a_word() {
        assert_eq!(cut("नस्ती, हिन्दी की ज़मीन।"), ["नस्ती", "हिन्दी", "की", "ज़मीन"]);
        assert_eq!(cut("क्र./123-2026 (शा-3)"), ["क्र", "123", "2026", "शा", "3"]);
        assert_eq!(cut("म0प्र0 शासन, फा०क्र० 10"), ["म", "प्र", "शासन", "फा", "क्र", "10"]);
        assert_eq!(cut(" ।॥-/ "), [""; 0]);
    }

    #[test]
    fn a_number_is_the_same_in_any_punctuation() {
        for text in ["क्र./123/2026", "123-2026", "क्रमांक १२३ / २०२६", "No. 123.2026"]
        {
            assert_eq!(number(text), "123/2026", "{text}");
        }
        assert_eq!(number("शिकायत"), "");
    }
}
