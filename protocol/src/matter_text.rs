//! What people write about a matter: covers, notes and remarks, as bodies of sealed contents, and
//! the label of a paper.
//!
//! Text is NFC, trimmed and bounded, spaces are one kind; characters that nobody sees, or that turn
//! the direction of writing, are refused, because a signed text must read the same for everyone
//! (`spec/text.md`). This module never seals, signs or shows anything.

mod visible;

pub mod cover;
pub mod letter;

use minicbor::{Decode, Encode};
use unicode_normalization::UnicodeNormalization as _;

use crate::codec;
use crate::matter_text::visible::{has_invisible, is_wide_space};
use crate::refusal::Refusal;
use crate::sealing::{Content, Kind};

pub use cover::{Cover, Letter, NUMBER_CHARS_MAX, SENDER_CHARS_MAX, SUBJECT_CHARS_MAX, Watch};
pub use letter::{Addressee, Delivery, Issued, LetterText, Proved};

/// Characters of the title of a paper: 80 letters of Devanagari are 240 of 255 bytes.
pub const TITLE_CHARS_MAX: usize = 80;
/// Characters of a remark or a reason.
pub const REMARK_CHARS_MAX: usize = 500;
/// Bytes of a note: about 21,000 letters of Devanagari, ten printed pages.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// Paragraphs of a note.
pub const BLOCKS_MAX: usize = 1_000;

/// Bytes of a note with its framing: 6 for each block.
const NOTE_BODY_BYTES_MAX: usize = NOTE_BYTES_MAX + BLOCKS_MAX * 6 + 64;
/// The only version of these bodies so far.
const VERSION: u8 = 1;
/// Media type of the bodies defined here.
const MEDIA_TYPE: &str = "application/cbor";

/// A note or a remark: blocks in order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Note {
    #[n(0)]
    version: u8,
    /// `hi` or `en`.
    #[n(1)]
    pub language: String,
    /// The blocks.
    #[n(2)]
    pub blocks: Vec<Block>,
}

/// A part of a note: what it is, and its text.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Block {
    /// One of the constants of [`Block`]; others belong to later releases and are kept unread.
    #[n(0)]
    pub code: u8,
    /// The text.
    #[n(1)]
    pub text: String,
}

impl Block {
    /// A paragraph.
    pub const PARAGRAPH: u8 = 0;
    /// Of a remark: what is wanted, as a word of the send sheet (`orders`, `opinion`).
    pub const WANTED: u8 = 1;
    /// Of a remark: the day by which it is due, `yyyy-mm-dd`.
    pub const DUE: u8 = 2;
    /// Of a remark: how urgent, `0` to `3`.
    pub const URGENCY: u8 = 3;
}

impl Note {
    /// A note from what was typed: one paragraph for each line that is not blank.
    ///
    /// # Errors
    /// [`Refusal::TextEmpty`] when nothing is left, else as [`lines`].
    pub fn of_text(language: &str, text: &str) -> Result<Self, Refusal> {
        let text = required(lines(text, NOTE_BYTES_MAX)?)?;
        let blocks = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let blocks: Vec<Block> =
            blocks.map(|line| Block { code: Block::PARAGRAPH, text: line.to_owned() }).collect();
        if blocks.len() > BLOCKS_MAX || !is_language(language) {
            return Err(Refusal::TextTooLong);
        }
        Ok(Self { version: VERSION, language: language.to_owned(), blocks })
    }

    /// A remark: paragraphs (there may be none) and facts for the receiver.
    ///
    /// # Errors
    /// As [`lines`], with the bound of a remark.
    pub fn remark(language: &str, text: &str, facts: Vec<Block>) -> Result<Self, Refusal> {
        if text.chars().count() > REMARK_CHARS_MAX {
            return Err(Refusal::TextTooLong);
        }
        let mut remark = match Self::of_text(language, text) {
            Err(Refusal::TextEmpty) => {
                Self { version: VERSION, language: language.to_owned(), blocks: Vec::new() }
            }
            other => other?,
        };
        remark.blocks.extend(facts);
        Ok(remark)
    }

    /// The paragraphs, one on a line.
    pub fn text(&self) -> String {
        let paragraphs = self.blocks.iter().filter(|block| block.code == Block::PARAGRAPH);
        paragraphs.map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The first block of a code.
    pub fn fact(&self, code: u8) -> Option<&str> {
        self.blocks.iter().find(|block| block.code == code).map(|block| block.text.as_str())
    }

    /// The content to seal, as a note or as a remark.
    pub fn to_content(&self, kind: Kind) -> Content {
        content(kind, codec::encode(self))
    }

    /// Reads a note or a remark.
    ///
    /// # Errors
    /// As [`Cover::from_content`].
    pub fn from_content(content: &Content) -> Result<Self, Refusal> {
        let note: Self = body(content, &[Kind::Note, Kind::Remark], NOTE_BODY_BYTES_MAX)?;
        check_version(note.version)?;
        let clean = |block: &Block| line(&block.text, NOTE_BYTES_MAX).as_deref() == Ok(block.text.as_str());
        let sound = is_language(&note.language)
            && note.blocks.len() <= BLOCKS_MAX + 8
            && note.blocks.iter().all(clean);
        if sound { Ok(note) } else { Err(Refusal::ContentDamaged) }
    }
}

/// The label of a paper: media type with the number of pages and the date on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperLabel {
    /// Media type without parameters, lower case.
    pub media_type: String,
    /// Pages, at least 1.
    pub pages: u32,
    /// The date on the paper, `yyyy-mm-dd`.
    pub date: Option<String>,
}

impl PaperLabel {
    /// Pages of one paper, at most: a scan of 700 pages is the largest that is expected.
    pub const PAGES_MAX: u32 = 10_000;

    /// As a media type with parameters, as it stands in [`Content::media_type`].
    pub fn to_media_type(&self) -> String {
        let date = self.date.as_ref().map(|date| format!("; date={date}")).unwrap_or_default();
        format!("{}; pages={}{date}", self.media_type, self.pages)
    }

    /// Reads a media type; parameters that are unknown or wrong are as if they were not there.
    pub fn of(media_type: &str) -> Self {
        let mut parts = media_type.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut label = Self { media_type: kind, pages: 1, date: None };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name {
                "pages" => label.pages = value.parse().unwrap_or(1).clamp(1, Self::PAGES_MAX),
                "date" if value.len() == 10 && value.is_ascii() => label.date = Some(value.to_owned()),
                _ => {}
            }
        }
        label
    }
}

/// One line of text in its one form: NFC, one kind of space, trimmed, of at most `chars_max` characters.
///
/// # Errors
/// [`Refusal::TextTooLong`], or [`Refusal::TextInvisible`] for a line break or any character that
/// nobody sees.
pub fn line(text: &str, chars_max: usize) -> Result<String, Refusal> {
    // NFC never makes a text more than three times as long, so the bound holds before the work.
    if text.len() > chars_max.saturating_mul(12) {
        return Err(Refusal::TextTooLong);
    }
    let text: String = text.replace(is_wide_space, " ").trim().nfc().collect();
    if text.chars().count() > chars_max {
        return Err(Refusal::TextTooLong);
    }
    if text.contains(['\n', '\t']) || has_invisible(&text) {
        return Err(Refusal::TextInvisible);
    }
    Ok(text)
}

/// Text of several lines in its one form: NFC, line feeds only, tabs and other spaces as spaces, trimmed, of at
/// most `bytes_max` bytes.
///
/// # Errors
/// As [`line`].
pub fn lines(text: &str, bytes_max: usize) -> Result<String, Refusal> {
    if text.len() > bytes_max.saturating_mul(2) {
        return Err(Refusal::TextTooLong);
    }
    let text = text.replace("\r\n", "\n").replace('\t', " ").replace(is_wide_space, " ");
    let text: String = text.trim().nfc().collect();
    if text.len() > bytes_max {
        return Err(Refusal::TextTooLong);
    }
    if has_invisible(&text) { Err(Refusal::TextInvisible) } else { Ok(text) }
}

/// Refuses a text of which nothing is left.
///
/// # Errors
/// [`Refusal::TextEmpty`].
pub fn required(text: String) -> Result<String, Refusal> {
    if text.is_empty() { Err(Refusal::TextEmpty) } else { Ok(text) }
}

fn is_language(language: &str) -> bool {
    matches!(language, "hi" | "en")
}

fn content(kind: Kind, body: Vec<u8>) -> Content {
    Content { kind, media_type: MEDIA_TYPE.to_owned(), name: String::new(), body }
}

fn body<T>(content: &Content, kinds: &[Kind], bytes_max: usize) -> Result<T, Refusal>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    if !kinds.contains(&content.kind) || content.media_type != MEDIA_TYPE {
        return Err(Refusal::ContentDamaged);
    }
    codec::decode(&content.body, bytes_max).map_err(|_| Refusal::ContentDamaged)
}

const fn check_version(version: u8) -> Result<(), Refusal> {
    if version == VERSION { Ok(()) } else { Err(Refusal::ActUnknownVerb) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{Block, Note, PaperLabel, line, lines};
    use crate::refusal::Refusal;
    use crate::sealing::Kind;

    #[test]
    fn what_nobody_sees_is_refused_in_lines_notes_and_remarks() {
        let hidden = "आदेश\u{200B} दिनांक";
        assert_eq!(line(hidden, 50), Err(Refusal::TextInvisible));
        assert_eq!(lines(hidden, 500), Err(Refusal::TextInvisible));
        assert_eq!(Note::of_text("hi", hidden), Err(Refusal::TextInvisible));
        assert_eq!(Note::remark("hi", hidden, Vec::new()), Err(Refusal::TextInvisible));
    }

    #[test]
    fn a_note_of_another_office_with_what_nobody_sees_is_damaged() {
        for text in ["आदेश\u{200B}", "बाएँ\u{202E}दाएँ", "एक\u{A0}दो", "क\u{200D}र"]
        {
            let block = Block { code: Block::PARAGRAPH, text: text.to_owned() };
            let note = Note { version: 1, language: "hi".to_owned(), blocks: vec![block] };
            assert_eq!(
                Note::from_content(&note.to_content(Kind::Note)),
                Err(Refusal::ContentDamaged),
                "{text:?}"
            );
        }
    }

    #[test]
    fn text_is_composed_and_line_ends_are_one() {
        // Devanagari nukta letters are composition exclusions: NFC decomposes them.
        assert_eq!(line("\u{0958}", 5).unwrap(), "\u{0915}\u{093C}");
        assert_eq!(lines("एक\r\nदो\tतीन\n", 100).unwrap(), "एक\nदो तीन");
        assert_eq!(line("क्र.\u{A0}12\u{3000}", 20).unwrap(), "क्र. 12");
    }

    #[test]
    fn a_note_keeps_its_paragraphs_and_a_remark_its_facts() {
        let note = Note::of_text("hi", "एक\n\n  \nदो").unwrap();
        assert_eq!(note.text(), "एक\nदो");
        assert_eq!(Note::from_content(&note.to_content(Kind::Note)).unwrap(), note);
        assert_eq!(Note::of_text("hi", " \n "), Err(Refusal::TextEmpty));
        let due = Block { code: Block::DUE, text: "2026-12-01".to_owned() };
        let remark = Note::remark("en", "", vec![due]).unwrap();
        assert_eq!((remark.text().as_str(), remark.fact(Block::DUE)), ("", Some("2026-12-01")));
    }

    #[test]
    fn a_label_survives_and_nonsense_in_it_is_ignored() {
        let label = PaperLabel {
            media_type: "application/pdf".to_owned(),
            pages: 12,
            date: Some("2026-11-20".to_owned()),
        };
        assert_eq!(PaperLabel::of(&label.to_media_type()), label);
        let odd = PaperLabel::of("Image/PNG; pages=-3; date=x; q");
        assert_eq!((odd.media_type.as_str(), odd.pages, odd.date), ("image/png", 1, None));
    }
}
