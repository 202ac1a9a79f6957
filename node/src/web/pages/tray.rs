//! What waits to be diarised.

use askama::Template;

use crate::web::pages::frame::Frame;

/// The tray.
#[derive(Clone, Debug, Template)]
#[template(path = "tray.html")]
pub struct TrayPage {
    /// The common part.
    pub frame: Frame,
    /// Oldest first.
    pub rows: Vec<Row>,
    /// Disk files of the watched folder that cannot be taken: name and why.
    pub not_taken: Vec<(String, String)>,
    /// The largest upload, bytes.
    pub max_bytes: u64,
    /// Why the upload was refused.
    pub error: Option<String>,
    /// Whether the officer may add to it.
    pub is_registry: bool,
}

/// One that waits.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id in addresses.
    pub id: String,
    /// The name of the disk file.
    pub name: String,
    /// Of a mail: sender and subject.
    pub mail: Option<(String, String)>,
    /// When it came.
    pub at: u64,
    /// Bytes.
    pub bytes: u64,
    /// Whether it belongs to an unfinished form of this officer.
    pub is_held: bool,
    /// The number under which the same bytes are diarised already.
    pub known: Option<String>,
}

/// The sheet that asks before something is thrown away.
#[derive(Clone, Debug, Template)]
#[template(path = "tray_discard.html")]
pub struct Discard {
    /// The common part.
    pub frame: Frame,
    /// Its id in addresses.
    pub id: String,
    /// The name of the disk file.
    pub name: String,
}

#[cfg(test)]
mod samples {
    use super::{Discard, Row, TrayPage};
    use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
    use crate::web::texts::Lang;

    impl TrayPage {
        /// A scan that is known, a mail, and the paper of an unfinished form.
        pub fn sample(lang: Lang) -> Self {
            let row = |id: &str, name: &str| Row {
                id: id.repeat(16),
                name: name.to_owned(),
                mail: None,
                at: SAMPLE_NOW - 3_600_000,
                bytes: 410_000,
                is_held: false,
                known: None,
            };
            let mail = Some(("थाना प्रभारी <ps@example.org>".to_owned(), "चरित्र सत्यापन".to_owned()));
            Self {
                frame: Frame::sample_at(lang, Here::Tray),
                rows: vec![
                    Row { known: Some("आवक 118/2026".to_owned()), ..row("0a", "scan-0012.pdf") },
                    Row { mail, ..row("0b", "mail-3.eml") },
                    Row { is_held: true, ..row("0c", "letter.pdf") },
                ],
                not_taken: vec![("setup.exe".to_owned(), "केवल PDF".to_owned())],
                max_bytes: 20 * 1024 * 1024,
                error: None,
                is_registry: true,
            }
        }

        /// An empty one.
        pub fn sample_empty(lang: Lang) -> Self {
            Self { rows: Vec::new(), not_taken: Vec::new(), ..Self::sample(lang) }
        }
    }

    impl Discard {
        /// A scan.
        pub fn sample(lang: Lang) -> Self {
            Self {
                frame: Frame::sample_at(lang, Here::Tray),
                id: "0a".repeat(16),
                name: "scan.pdf".to_owned(),
            }
        }
    }
}
