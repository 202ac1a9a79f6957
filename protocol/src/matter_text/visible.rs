//! What is seen of a text: the characters that nobody sees, and the joiners of Devanagari.
//!
//! The rule is `spec/text.md`; it never changes a text.

/// Virama of Devanagari.
const VIRAMA: char = '\u{94D}';

/// Whether a text holds a character that nobody sees or that reorders what is seen (Unicode TR 36
/// and 39). A joiner is seen only behind a virama (RFC 5892, A.1 and A.2): there it decides between
/// a half letter, a conjunct and a letter with its virama.
pub(super) fn has_invisible(text: &str) -> bool {
    let mut before = None;
    text.chars().any(|c| {
        let bad = match c {
            '\n' => false,
            '\u{200C}' | '\u{200D}' => before != Some(VIRAMA),
            c => c.is_control() || is_invisible(c),
        };
        before = Some(c);
        bad
    })
}

/// Spaces that look like the ordinary one (general category Zs). Office programs write them unasked,
/// so they become the ordinary one instead of being refused.
pub(super) const fn is_wide_space(c: char) -> bool {
    matches!(c, '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}

/// Default ignorable code points, bidirectional controls, separators of lines and paragraphs,
/// annotation marks, the blank of Braille, noncharacters and private use.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{10FFFF}'
    ) || (c as u32) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::has_invisible;

    #[test]
    fn zero_width_bidi_byte_order_and_soft_hyphen_are_noticed() {
        let hidden = [
            "\u{200B}",
            "\u{2060}",
            "\u{FEFF}",
            "\u{AD}",
            "\u{200E}",
            "\u{200F}",
            "\u{202A}",
            "\u{202E}",
            "\u{2066}",
            "\u{2069}",
            "\u{61C}",
            "\u{2028}",
            "\u{180E}",
            "\u{3164}",
            "\u{FE0F}",
            "\u{E0041}",
            "\u{E000}",
            "\u{1FFFE}",
            "\0",
            "\u{7}",
            "\u{85}",
            "\r",
            "\t",
        ];
        for hidden in hidden {
            assert!(has_invisible(&format!("अ{hidden}ब")), "{hidden:?}");
        }
    }

    #[test]
    fn joiners_are_seen_behind_a_virama_only() {
        for seen in ["क्\u{200D}ष", "श्रीमान्\u{200C} जी", "र्\u{200D}य"] {
            assert!(!has_invisible(seen), "{seen:?}");
        }
        for hidden in [
            "क\u{200D}ष",
            "रु\u{200D}",
            "\u{200C}अ",
            "pay\u{200D}pal",
            "क्\u{200D}\u{200D}ष",
            "क्\u{200C}\u{200D}ष",
        ] {
            assert!(has_invisible(hidden), "{hidden:?}");
        }
    }

    #[test]
    fn what_offices_write_is_seen() {
        assert!(!has_invisible("क्र. 12/2026, दि. 22.11.2026:\n“₹ 5,000/-” – Ørsted’s “file” § 12(3) … ◌ि ॐ"));
    }
}
