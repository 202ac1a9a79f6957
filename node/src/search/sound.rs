//! How a word sounds, in Latin letters: the same for `karyalay` and `कार्यालय`, `zameen` and `ज़मीन`.
//!
//! [`sound`] keeps consonants and all vowels but the short and long a, which nobody writes alike.
//! [`bones`] keeps consonants only, for English words in both scripts (`pension`, `पेंशन`). Both are
//! coarse, so they only ever add to what the spelling finds, and come after it.

/// The sound of a word; empty when it has no letter of either script.
pub fn sound(word: &str) -> String {
    if !word.is_ascii() {
        return squeeze(&latin(word), false);
    }
    squeeze(&word.to_ascii_lowercase(), false)
}

/// The consonants of a word.
pub fn bones(word: &str) -> String {
    let latin = if word.is_ascii() { english(&word.to_ascii_lowercase()) } else { latin(word) };
    squeeze(&latin, true)
}

/// Devanagari in Latin letters, with the short a that is not written.
fn latin(word: &str) -> String {
    let letters: Vec<char> = word.chars().filter(|c| *c != '\u{93C}').collect();
    let mut out = String::with_capacity(word.len());
    for (at, &c) in letters.iter().enumerate() {
        if let Some(consonant) = consonant(c) {
            out.push_str(consonant);
            let bare = letters.get(at + 1).is_some_and(|next| matches!(next, '\u{93E}'..='\u{94D}'));
            if !bare {
                out.push('a');
            }
        } else {
            out.push_str(vowel(c));
        }
    }
    // ज्ञ is spoken and written gy.
    out.replace("jn", "gy")
}

const fn consonant(c: char) -> Option<&'static str> {
    Some(match c {
        'क' => "k",
        'ख' => "kh",
        'ग' => "g",
        'घ' => "gh",
        'च' | 'छ' => "ch",
        'ज' => "j",
        'झ' => "jh",
        'ट' | 'त' => "t",
        'ठ' | 'थ' => "th",
        'ड' | 'द' => "d",
        'ढ' | 'ध' => "dh",
        'ङ' | 'ञ' | 'ण' | 'न' | 'ऩ' => "n",
        'प' => "p",
        'फ' => "f",
        'ब' => "b",
        'भ' => "bh",
        'म' => "m",
        'य' => "y",
        'र' | 'ऱ' => "r",
        'ल' | 'ळ' => "l",
        'व' => "v",
        'श' | 'ष' | 'स' => "s",
        'ह' => "h",
        _ => return None,
    })
}

const fn vowel(c: char) -> &'static str {
    match c {
        'अ' | 'आ' | 'ऑ' | 'ा' | 'ॉ' => "a",
        'इ' | 'ई' | 'ि' | 'ी' => "i",
        'उ' | 'ऊ' | 'ु' | 'ू' => "u",
        'ए' | 'ऐ' | 'े' | 'ै' | 'ॅ' | 'ऍ' => "e",
        'ओ' | 'औ' | 'ो' | 'ौ' => "o",
        'ऋ' | 'ृ' => "ri",
        'ं' | 'ँ' => "n",
        _ => "",
    }
}

/// What English spelling hides from the ear.
fn english(word: &str) -> String {
    let mut word = word.replace("tion", "sn").replace("sion", "sn").replace("dge", "j").replace("ck", "k");
    for soft in ["ce", "ci", "cy"] {
        word = word.replace(soft, "s");
    }
    for soft in ["ge", "gi"] {
        word = word.replace(soft, "j");
    }
    word
}

/// Spellings of one sound, replaced in this order. A `c` that is not `ch` is the k of `collector`.
const HEARD: [(&str, &str); 15] = [
    ("chh", "\u{1}"),
    ("ch", "\u{1}"),
    ("c", "k"),
    ("\u{1}", "c"),
    ("sh", "s"),
    ("ph", "f"),
    ("x", "ks"),
    ("q", "k"),
    ("w", "v"),
    ("z", "j"),
    ("ee", "i"),
    ("oo", "u"),
    ("ai", "e"),
    ("ei", "e"),
    ("au", "o"),
];

/// The tail of both scripts: the many ways of a sound become one.
fn squeeze(latin: &str, consonants_only: bool) -> String {
    let text = HEARD.iter().fold(latin.to_owned(), |text, (spelled, heard)| text.replace(spelled, heard));
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let letters: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    for (at, &letter) in letters.iter().enumerate() {
        let before_vowel =
            letters.get(at + 1).is_some_and(|next| matches!(next, 'a' | 'e' | 'i' | 'o' | 'u'));
        let silent = match letter {
            'a' => at > 0 || consonants_only,
            'e' | 'i' | 'o' | 'u' => consonants_only,
            'y' => consonants_only && !before_vowel,
            'h' => consonants_only && !out.is_empty(),
            _ => false,
        };
        if !silent {
            out.push(letter);
        }
    }
    if consonants_only && out.last() == Some(&'y') {
        out.pop();
    }
    for at in 1..out.len() {
        if out[at - 1] == 'm' && matches!(out[at], 'p' | 'b' | 't' | 'd' | 'k' | 'g' | 'c' | 'j') {
            out[at - 1] = 'n';
        }
    }
    out.dedup();
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{bones, sound};

    #[test]
    fn roman_and_devanagari_sound_alike() {
        for (roman, hindi) in [
            ("nasti", "नस्ती"),
            ("nastee", "नस्ती"),
            ("zameen", "ज़मीन"),
            ("jamin", "जमीन"),
            ("karyalay", "कार्यालय"),
            ("adhikari", "अधिकारी"),
            ("sambandh", "संबंध"),
            ("sambandh", "सम्बन्ध"),
            ("krishi", "कृषि"),
            ("sahayak", "सहायक"),
            ("vibhag", "विभाग"),
            ("wibhag", "विभाग"),
            ("gyapan", "ज्ञापन"),
            ("shiksha", "शिक्षा"),
            ("panchayat", "पंचायत"),
            ("indor", "इन्दौर"),
            ("bhopal", "भोपाल"),
            ("ujjain", "उज्जैन"),
        ] {
            assert_eq!(sound(roman), sound(hindi), "{roman} {hindi}");
        }
    }

    #[test]
    fn english_words_share_their_bones() {
        for (english, hindi) in [
            ("pension", "पेंशन"),
            ("collector", "कलेक्टर"),
            ("tehsildar", "तहसीलदार"),
            ("certificate", "सर्टिफिकेट"),
            ("police", "पुलिस"),
            ("report", "रिपोर्ट"),
            ("budget", "बजट"),
            ("tender", "टेंडर"),
            ("station", "स्टेशन"),
        ] {
            assert_eq!(bones(english), bones(hindi), "{english} {hindi}");
        }
    }
}
