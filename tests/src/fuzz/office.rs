//! What reaches a node from its settings and from browsers.

use std::path::Path;
use std::sync::OnceLock;

use axum::http::{Request, header};
use mohar_node::app::attach::{Paper, PaperKind};
use mohar_node::app::names::{holder_from_text, holder_to_text};
use mohar_node::app::operation::FormId;
use mohar_node::app::session::Cookie;
use mohar_node::config::{Config, ConfigError};
use mohar_node::web::format::{day_from_iso, iso_date};
use mohar_node::web::pages::note_text::paragraphs;
use mohar_node::web::upload::{self, Upload};
use mohar_node::web::urls::own_path;
use mohar_protocol::matter_text::PaperLabel;
use tokio::runtime::{Builder, Runtime};

/// Bytes of a paper, for these tests.
const UPLOAD_BYTES_MAX: u64 = 1024;

/// The boundary of the forms here.
pub const BOUNDARY: &str = "b";

/// Settings are read, or refused with a line that the text has.
pub fn settings_are_read_or_refused_with_a_line(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Err(ConfigError::Bad { line, problem, .. }) = Config::parse(text, Path::new("node.toml")) {
        assert!((1..=text.split('\n').count()).contains(&line), "line {line}: {problem}");
        assert!(!problem.is_empty());
    }
}

/// What bytes are, is found without a panic; pages are within their bounds; nothing that a browser
/// would run is taken for text.
pub fn an_upload_is_told_by_its_bytes(bytes: &[u8]) {
    let Ok(kind) = PaperKind::of(bytes) else { return };
    if kind == PaperKind::Text {
        assert!(core::str::from_utf8(bytes).is_ok_and(|text| !text.trim_start().starts_with('<')));
    }
    let paper = Paper { title: "पत्र".to_owned(), date: None, bytes: bytes.to_vec() };
    let content = paper.into_content().expect("a kind that is taken");
    let label = PaperLabel::of(&content.media_type);
    assert_eq!((label.media_type.as_str(), content.body.as_slice()), (kind.media_type(), bytes));
    assert!((1..=PaperLabel::PAGES_MAX).contains(&label.pages));
}

/// A form of several parts is read or refused, and a paper is never longer than it may be.
pub fn a_form_with_a_paper_is_read_or_refused(bytes: &[u8]) {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = Request::post("/").header(header::CONTENT_TYPE, kind).body(bytes.to_vec().into());
    let read = upload::read(request.expect("a request"), UPLOAD_BYTES_MAX, None);
    let Ok((fields, paper)) = runtime().block_on(read) else { return };
    assert!(fields.get("no such field").is_empty() || bytes.windows(13).any(|at| at == b"no such field"));
    if let Upload::Paper(paper) = paper {
        assert!(paper.len() as u64 <= UPLOAD_BYTES_MAX);
        assert!(bytes.windows(paper.len().max(1)).any(|at| paper.is_empty() || at == paper), "made up");
    }
}

/// Small fields: each is read into what it would be written as, or refused.
pub fn a_field_of_a_form_is_read_or_refused(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Some(form) = FormId::parse(text) {
        assert_eq!(form.to_text(), text);
    }
    if let Some(cookie) = Cookie::parse(text) {
        assert_eq!(cookie.to_text(), text);
        assert!(!cookie.is_form_token(text), "the secret is not the token");
    }
    if let Some(holder) = holder_from_text(text) {
        assert_eq!(holder_to_text(&holder), text.to_ascii_lowercase());
    }
    if let Some(day) = day_from_iso(text) {
        assert_eq!(day_from_iso(&iso_date(day)), Some(day), "{text}");
    }
    let back = own_path(text);
    assert!(back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']));
}

/// A note is shown as it was written: its pieces together are its lines.
pub fn a_note_is_shown_as_it_was_written(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let shown: Vec<String> = paragraphs(text, 1)
        .iter()
        .map(|paragraph| paragraph.pieces.iter().map(|piece| piece.as_written()).collect())
        .collect();
    let written: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown, written);
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Builder::new_current_thread().build().expect("a runtime without drivers"))
}
