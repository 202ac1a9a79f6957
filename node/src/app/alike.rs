//! Texts that mean the same however they were typed: what a search compares. Never shown, never
//! signed, never kept.

use unicode_normalization::UnicodeNormalization as _;

const VIRAMA: char = '\u{94D}';
const ANUSVARA: char = '\u{902}';

/// The common form of what people type for one word: letters of both cases, digits of both scripts,
/// nukta or none, short or long i and u, a nasal before a consonant or its dot.
pub fn alike(text: &str) -> String {
    let chars: Vec<char> = text.nfd().flat_map(char::to_lowercase).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(one) = chars.get(at) {
        let is_nasal = matches!(one, 'ङ' | 'ञ' | 'ण' | 'न' | 'म') && chars.get(at + 1) == Some(&VIRAMA);
        if is_nasal && chars.get(at + 2).is_some_and(is_consonant) {
            out.push(ANUSVARA);
            at += 2;
            continue;
        }
        out.extend(plain(*one));
        at += 1;
    }
    out
}

fn plain(c: char) -> Option<char> {
    Some(match c {
        // Nukta, joiners.
        '\u{93C}' | '\u{200C}' | '\u{200D}' => return None,
        '\u{901}' => ANUSVARA,
        'ी' => 'ि',
        'ू' => 'ु',
        'ई' => 'इ',
        'ऊ' => 'उ',
        '०'..='९' => char::from_u32(u32::from(c) - u32::from('०') + u32::from('0')).unwrap_or(c),
        c => c,
    })
}

fn is_consonant(c: &char) -> bool {
    ('क'..='ह').contains(c)
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn one_word_is_found_however_it_was_typed() {
        for (typed, written) in [
            ("इंदौर", "इन्दौर"),
            ("हिन्दी", "हिंदी"),
            ("जिला", "ज़िला"),
            ("COLLECTOR", "Collector"),
            ("पटवारि", "पटवारी"),
            ("शाखा 3", "शाखा ३"),
            ("चम्बल", "चंबल"),
        ] {
            assert_eq!(alike(typed), alike(written), "{typed}");
        }
    }

    #[test]
    fn different_words_stay_different() {
        for (one, other) in [("इन्दौर", "उज्जैन"), ("अनुभाग", "अनुविभाग"), ("जन्म", "जंमू"), ("धन", "धान")]
        {
            assert_ne!(alike(one), alike(other), "{one}");
        }
    }
}
