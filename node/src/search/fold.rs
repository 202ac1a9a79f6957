//! One form for a word that people spell in several ways.
//!
//! [`fold`] makes equal what only the typing tells apart: nukta, chandrabindu, the half nasal before
//! a consonant, short and long i and u, `ये` and `ए`, the digits of both scripts, joiners. [`stem`]
//! takes off the endings of the plural and the oblique case. Neither is ever shown to anybody.

use unicode_normalization::UnicodeNormalization as _;

const HALANT: char = '\u{94D}';
const ANUSVARA: char = '\u{902}';

/// Endings of Hindi nouns after folding, the longest first.
const ENDINGS: [&str; 11] = ["ियों", "ियां", "इयों", "इयां", "ाओं", "ाएं", "ुओं", "ओं", "एं", "ों", "ें"];

/// Letters of a stem, at least: without them `में` would be `म`.
const STEM_CHARS_MIN: usize = 3;

/// A word as it stands in the vocabulary: composed, lower case, without joiners.
pub fn plain(word: &str) -> String {
    word.nfkc().filter(|c| !is_joiner(*c)).flat_map(char::to_lowercase).collect()
}

/// A word in the one form of all its usual spellings.
pub fn fold(word: &str) -> String {
    let letters: Vec<char> = word.nfkd().flat_map(char::to_lowercase).filter_map(one_letter).collect();
    let mut folded = String::with_capacity(word.len());
    for (at, letter) in letters.iter().enumerate() {
        let next = |n: usize| letters.get(at + n).copied();
        let is_half_nasal = is_nasal(*letter) && next(1) == Some(HALANT) && next(2).is_some_and(is_stop);
        let after_half_nasal = *letter == HALANT
            && at.checked_sub(1).is_some_and(|before| is_nasal(letters[before]))
            && next(1).is_some_and(is_stop);
        if is_half_nasal {
            folded.push(ANUSVARA);
        } else if !after_half_nasal && !(*letter == HALANT && next(1).is_none()) {
            folded.push(*letter);
        }
    }
    glide(&mut folded);
    if folded.len() > 1 && folded.bytes().all(|b| b.is_ascii_digit()) {
        let significant = folded.trim_start_matches('0');
        return if significant.is_empty() { "0".to_owned() } else { significant.to_owned() };
    }
    folded
}

/// A folded word without its ending; a short word as it is. Endings are those of number and case.
pub fn stem(folded: &str) -> &str {
    let is_word = |bare: &&str| bare.chars().count() >= STEM_CHARS_MIN;
    let mut bare = ENDINGS.iter().filter_map(|ending| folded.strip_suffix(*ending));
    let bare = bare.find(is_word).unwrap_or(folded);
    // `नस्ति` and `नस्तियां`, `योजना` and `योजनाएं` meet without their last vowel.
    let shorter = bare.strip_suffix(['\u{93F}', '\u{93E}', '\u{941}', '\u{947}']);
    shorter.filter(is_word).unwrap_or(bare)
}

/// A letter for all that are written in its place; `None` for signs that are left out.
fn one_letter(c: char) -> Option<char> {
    Some(match c {
        '\u{93C}' | '\u{903}' | '\u{93D}' | '\u{300}'..='\u{36F}' => return None, // nukta, visarga, avagraha, accents
        c if is_joiner(c) => return None,
        '०'..='९' => char::from_u32(u32::from(c) - u32::from('०') + u32::from('0')).unwrap_or(c),
        '\u{901}' => ANUSVARA, // chandrabindu
        'ई' => 'इ',
        'ऊ' => 'उ',
        '\u{940}' => '\u{93F}', // ी
        '\u{942}' => '\u{941}', // ू
        'ऑ' => 'आ',             // डॉक्टर, डाक्टर
        '\u{949}' => '\u{93E}', // ॉ
        'ऍ' => 'ए',
        '\u{945}' => '\u{947}', // ॅ
        'ष' => 'श',             // old fonts wrote one for the other
        c => c,
    })
}

/// `गये` is `गए`, `नयी` is `नई`, `जाये` is `जाए`: at the end of a word, before a nasal or not.
fn glide(word: &mut String) {
    for (spelled, meant) in [("ये", "ए"), ("यि", "इ"), ("यें", "एं"), ("यिं", "इं")]
    {
        if let Some(before) = word.strip_suffix(spelled).filter(|before| !before.is_empty()) {
            let whole = !before.ends_with(HALANT);
            if whole {
                *word = format!("{before}{meant}");
            }
            return;
        }
    }
}

const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

const fn is_nasal(c: char) -> bool {
    matches!(c, 'ङ' | 'ञ' | 'ण' | 'न' | 'म')
}

/// A consonant of the five rows, nasals excepted.
const fn is_stop(c: char) -> bool {
    matches!(c, 'क'..='घ' | 'च'..='झ' | 'ट'..='ढ' | 'त'..='ध' | 'प'..='भ')
}

#[cfg(test)]
mod tests {
    use super::{fold, stem};

    #[test]
    fn spellings_of_one_word_are_one() {
        let pairs = [
            ("सम्बन्ध", "संबंध"),
            ("लम्बित", "लंबित"),
            ("हिन्दी", "हिंदी"),
            ("पञ्चायत", "पंचायत"),
            ("पाँच", "पांच"),
            ("ज़मीन", "जमीन"),
            ("\u{95B}मीन", "जमीन"),
            ("विरूद्ध", "विरुद्ध"),
            ("रूपये", "रुपए"),
            ("जाये", "जाए"),
            ("गये", "गए"),
            ("नयी", "नई"),
            ("फाईल", "फाइल"),
            ("आवष्यक", "आवश्यक"),
            ("दुःख", "दुख"),
            ("श्रीमान्", "श्रीमान"),
            ("डॉक्टर", "डाक्टर"),
            ("१२३", "123"),
            ("क्\u{200D}ष", "क्ष"),
            ("0123", "123"),
            ("DEPALPUR", "depalpur"),
        ];
        for (one, other) in pairs {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn other_words_stay_others() {
        for (one, other) in [("कर", "कार"), ("जन्म", "जंम"), ("अन्य", "अय"), ("दिन", "दीनता"), ("123", "1230")]
        {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn plural_and_singular_have_one_stem() {
        for (one, other) in [
            ("कर्मचारी", "कर्मचारियों"),
            ("नस्ती", "नस्तियाँ"),
            ("आवेदन", "आवेदनों"),
            ("योजना", "योजनाओं"),
            ("योजना", "योजनाएँ"),
            ("मुआवजा", "मुआवजे"),
            ("दवाइयों", "दवाइयाँ"),
            ("फाइल", "फाइलें"),
        ] {
            assert_eq!(stem(&fold(one)), stem(&fold(other)), "{one} {other}");
        }
        assert_eq!(stem("में"), "में");
    }
}
