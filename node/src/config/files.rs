//! Settings of files: the heads under which an office opens and counts them.

use serde::Deserialize;
use serde::de::Error as _;

/// Characters of the code of a head: it stands in every number.
const HEAD_CODE_CHARS_MAX: usize = 24;

/// Files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FilesConfig {
    /// Heads of files; files have none when empty.
    pub heads: Vec<HeadConfig>,
}

/// A head: what a file is about, as the office's list of subjects has it. Each head counts its files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadConfig {
    /// Stands in the numbers; never used for something else. Letters, digits, hyphens and dots.
    #[serde(deserialize_with = "head_code")]
    pub code: String,
    /// Its name in Hindi.
    pub hi: String,
    /// Its name in English.
    pub en: String,
}

fn head_code<'de, D: serde::Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    use unicode_normalization::UnicodeNormalization as _;
    let code: String = String::deserialize(d)?.nfc().collect();
    // Vowel signs and the virama are marks, not letters; both belong to words in Devanagari.
    let is_devanagari = |c: char| ('\u{900}'..='\u{97f}').contains(&c) && !matches!(c, '।' | '॥' | '॰');
    let fits = |c: char| c.is_ascii_alphanumeric() || is_devanagari(c) || matches!(c, '-' | '.');
    let length = code.chars().count();
    if (1..=HEAD_CODE_CHARS_MAX).contains(&length) && code.chars().all(fits) {
        return Ok(code);
    }
    Err(D::Error::custom("1 to 24 letters, digits, hyphens and dots are expected here"))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn parse(code: &str) -> Result<Config, String> {
        let text = format!("[[files.heads]]\ncode = \"{code}\"\nhi = \"भू-राजस्व\"\nen = \"Land revenue\"");
        Config::parse(&text, std::path::Path::new("node.toml")).map_err(|e| e.to_string())
    }

    #[test]
    fn the_code_of_a_head_cannot_break_a_number() {
        assert_eq!(parse("भू-अभि.2").unwrap().files.heads[0].code, "भू-अभि.2");
        for bad in ["", "a/b", "a b", "abcdefghijklmnopqrstuvwxyz", "क।"] {
            assert!(parse(bad).unwrap_err().contains("are expected here"), "{bad}");
        }
    }
}
