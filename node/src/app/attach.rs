//! Attach a paper.
//!
//! What a paper is, is told by its first bytes, never by the name or type that a browser claims.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::{PaperLabel, TITLE_CHARS_MAX, line, required};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{Content, Kind};

use crate::app::operation::FormId;
use crate::app::picture::{jpeg_to_pdf, png_to_pdf};
use crate::app::{App, Officer, Trouble, blocking};

/// Bytes at the end in which the mark of a whole PDF or PNG is looked for (PDF 32000-1, annex H,
/// note 18 allows 1,024; scanners append more).
const TAIL_BYTES: usize = 4 * 1024;

/// Bytes of a plain text: more is not read on a screen.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// A paper as it was uploaded.
#[derive(Clone)]
pub struct Paper {
    /// Title.
    pub title: String,
    /// The date on it, `yyyy-mm-dd`.
    pub date: Option<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The kinds of papers that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperKind {
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// Plain text in UTF-8.
    Text,
}

impl App {
    /// Attaches a paper.
    ///
    /// # Errors
    /// [`Refusal::UploadKind`], [`Refusal::UploadBroken`], [`Refusal::TextEmpty`] without a title,
    /// or why the ledger said no.
    pub async fn attach(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        paper: Paper,
    ) -> Result<Receipt, Trouble> {
        required(line(&paper.title, TITLE_CHARS_MAX)?)?;
        let date = paper.date.as_deref().unwrap_or_default().as_bytes();
        let words = [&id.0[..], paper.title.as_bytes(), date, &paper.bytes];
        let operation = form.operation(officer, "attach", &words);
        let content = blocking(move || Ok(paper.into_content()?)).await?;
        let contents = self.seal_for(officer, id, vec![content]).await?;
        self.act(officer, operation, id, Command::Attach, contents).await
    }
}

impl Paper {
    /// The content to seal; pictures become PDF. Blocks for as long as a large picture takes.
    ///
    /// # Errors
    /// As [`App::attach`].
    pub fn into_content(self) -> Result<Content, Refusal> {
        let bytes = match PaperKind::of(&self.bytes)? {
            PaperKind::Jpeg => jpeg_to_pdf(self.bytes)?,
            PaperKind::Png => png_to_pdf(&self.bytes)?,
            PaperKind::Pdf | PaperKind::Text => self.bytes,
        };
        let kind = PaperKind::of(&bytes)?;
        let pages = if kind == PaperKind::Pdf { pdf_pages(&bytes) } else { 1 };
        let label = PaperLabel { media_type: kind.media_type().to_owned(), pages, date: self.date };
        Ok(Content {
            kind: Kind::Paper,
            media_type: label.to_media_type(),
            name: line(&self.title, TITLE_CHARS_MAX)?,
            body: bytes,
        })
    }
}

impl PaperKind {
    /// What bytes are.
    ///
    /// # Errors
    /// [`Refusal::UploadKind`], or [`Refusal::UploadBroken`] when nothing is there or the end of a
    /// known kind is missing.
    pub fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        let tail = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        let ends = |mark: &[u8]| tail.windows(mark.len()).any(|window| window == mark);
        let (kind, whole) = match bytes {
            [] => return Err(Refusal::UploadBroken),
            [b'%', b'P', b'D', b'F', b'-', ..] => (Self::Pdf, ends(b"%%EOF")),
            [0xff, 0xd8, 0xff, ..] => (Self::Jpeg, ends(&[0xff, 0xd9])),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => (Self::Png, ends(b"IEND")),
            _ if is_plain_text(bytes) => (Self::Text, true),
            _ => return Err(Refusal::UploadKind),
        };
        if whole { Ok(kind) } else { Err(Refusal::UploadBroken) }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Text => "text/plain",
        }
    }
}

/// UTF-8 without control characters, and nothing that a browser or an office program would run.
fn is_plain_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    bytes.len() <= TEXT_BYTES_MAX && !text.contains(control) && !text.trim_start().starts_with('<')
}

/// The pages of a PDF: the largest `/Count` of a page tree, else the pages that are written out.
/// Documents that hide both in compressed objects count as one page; the number only helps to
/// quote pages, and it is signed, so it is the same for everyone.
fn pdf_pages(bytes: &[u8]) -> u32 {
    let found = |mark: &'static [u8]| {
        bytes.windows(mark.len()).enumerate().filter(move |(_, window)| *window == mark).map(|(at, _)| at)
    };
    let number = |at: usize| {
        let digits: String =
            bytes[at..].iter().map(|b| char::from(*b)).skip_while(|c| *c == ' ').take(6).collect();
        digits.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse::<u32>().ok())
    };
    let counted = found(b"/Count").filter_map(|at| number(at + 6)).max();
    let written = found(b"/Type/Page").chain(found(b"/Type /Page"));
    let written = written.filter(|at| !bytes[*at..].iter().take(12).any(|b| *b == b's')).count();
    let pages = counted.unwrap_or_else(|| u32::try_from(written).unwrap_or(1));
    pages.clamp(1, PaperLabel::PAGES_MAX)
}

#[cfg(test)]
mod tests {
    use mohar_protocol::refusal::Refusal;

    use super::{PaperKind, pdf_pages};

    #[test]
    fn the_first_bytes_say_what_it_is() {
        assert_eq!(PaperKind::of(b"%PDF-1.7\n...\n%%EOF\n"), Ok(PaperKind::Pdf));
        assert_eq!(PaperKind::of(&[0xff, 0xd8, 0xff, 0xe0, 1, 0xff, 0xd9]), Ok(PaperKind::Jpeg));
        assert_eq!(PaperKind::of("प्रति,\n\tतहसीलदार".as_bytes()), Ok(PaperKind::Text));
    }

    #[test]
    fn programs_pages_and_archives_are_refused() {
        let hostile: [&[u8]; 6] =
            [b"MZ\x90\0", b"\x7fELF\x02", b"PK\x03\x04", b"<html><script>", b" <svg/>", b"a\0b"];
        for bytes in hostile {
            assert_eq!(PaperKind::of(bytes), Err(Refusal::UploadKind), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let cut: [&[u8]; 4] = [
            b"",
            b"%PDF-1.7\n1 0 obj",
            &[0xff, 0xd8, 0xff, 0xe0],
            &[0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a],
        ];
        for bytes in cut {
            assert_eq!(PaperKind::of(bytes), Err(Refusal::UploadBroken), "{bytes:?}");
        }
    }

    #[test]
    fn pages_are_counted_where_a_pdf_says_them() {
        assert_eq!(pdf_pages(b"<< /Type /Pages /Kids [] /Count 12 >>"), 12);
        assert_eq!(pdf_pages(b"<</Type/Page/A 1>> <</Type/Page >>"), 2);
        assert_eq!(pdf_pages(b"nothing"), 1);
    }
}
