//! What people type, and what is sealed of it.

use mohar_protocol::directory::Snapshot;
use mohar_protocol::matter_text::{Block, Cover, Note, PaperLabel, line, lines, required};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{Content, Kind};

use super::acts::one_spelling;

/// A line is bounded, is one line, and is in its one form: reading it again changes nothing.
pub fn a_line_is_in_its_one_form(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    for chars_max in [10, 200, 10_000] {
        let Ok(clean) = line(text, chars_max) else { continue };
        assert!(clean.chars().count() <= chars_max);
        assert!(!clean.contains(char::is_control), "a control character came through");
        assert_eq!(line(&clean, chars_max).as_deref(), Ok(clean.as_str()));
    }
}

/// The same for text of several lines.
pub fn several_lines_are_in_their_one_form(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(clean) = lines(text, 4096) else { return };
    assert!(clean.len() <= 4096 && !clean.contains(['\r', '\t', '\0', '\u{202e}']));
    assert_eq!(lines(&clean, 4096).as_deref(), Ok(clean.as_str()));
    assert_eq!(required(clean.clone()).is_err(), clean.is_empty());
}

/// What the pages take as a note or a remark, every office can read.
pub fn a_typed_note_can_be_read_again(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(note) = Note::of_text("hi", text) {
        assert_eq!(Note::from_content(&note.to_content(Kind::Note)).as_ref(), Ok(&note));
        assert_eq!(Note::of_text("hi", &note.text()).as_ref(), Ok(&note), "the text says the same twice");
    }
    let due = || vec![Block { code: Block::DUE, text: "2026-12-01".to_owned() }];
    if let Ok(remark) = Note::remark("en", text, due()) {
        assert_eq!(Note::from_content(&remark.to_content(Kind::Remark)).as_ref(), Ok(&remark));
        assert_eq!(remark.fact(Block::DUE), Some("2026-12-01"));
    }
    let mut words = text.splitn(5, '\n');
    let mut next = || words.next().unwrap_or_default().to_owned();
    let cover = Cover {
        number: next(),
        subject: next(),
        from: next(),
        letter_number: next(),
        letter_date: next(),
        language: "hi".to_owned(),
        ..Cover::default()
    };
    if let Ok(cover) = cover.checked() {
        assert_eq!(Cover::from_content(&cover.to_content()).as_ref(), Ok(&cover));
    }
}

/// A cover is read only as it would be written.
pub fn a_cover_is_read_only_in_its_one_form(bytes: &[u8]) {
    let Ok(cover) = Cover::from_content(&content(Kind::Cover, bytes)) else { return };
    assert_eq!(cover.to_content().body, bytes);
    assert_eq!(cover.clone().checked(), Ok(cover));
}

/// A note is read only as it would be written.
pub fn a_note_is_read_only_in_its_one_form(bytes: &[u8]) {
    match Note::from_content(&content(Kind::Note, bytes)) {
        Ok(note) => assert_eq!(note.to_content(Kind::Note).body, bytes),
        Err(refusal) => assert!(matches!(refusal, Refusal::ContentDamaged | Refusal::ActUnknownVerb)),
    }
}

/// A label that was read is written, and read again, the same.
pub fn a_label_says_the_same_twice(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let label = PaperLabel::of(text);
    assert!((1..=PaperLabel::PAGES_MAX).contains(&label.pages));
    assert_eq!(PaperLabel::of(&label.to_media_type()), label);
}

/// A snapshot has one spelling.
pub fn a_directory_snapshot_has_one_spelling(bytes: &[u8]) {
    one_spelling::<Snapshot>(bytes);
}

fn content(kind: Kind, body: &[u8]) -> Content {
    Content { kind, media_type: "application/cbor".to_owned(), name: String::new(), body: body.to_vec() }
}
