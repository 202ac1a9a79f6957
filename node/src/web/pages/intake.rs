//! Opening a file, and diarising a letter that came in.
//!
//! What the officer typed comes back after a refusal. Numbers are given by the node afterwards;
//! no form asks for our own number.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::words::Urgency;
use crate::web::texts::Lang;

/// The form that opens a file.
#[derive(Clone, Debug, Template)]
#[template(path = "open_file.html")]
pub struct OpenFile {
    /// The common part.
    pub frame: Frame,
    /// The series from which the number will be given, for example `DEP/…/2026`.
    pub series: String,
    /// What was typed before.
    pub typed: OpenFileTyped,
    /// What to correct.
    pub errors: Vec<FieldError>,
}

/// The fields of [`OpenFile`].
#[derive(Clone, Debug, Default)]
pub struct OpenFileTyped {
    /// The subject.
    pub subject: String,
    /// A number that the file had on paper, exactly as written there.
    pub legacy_number: String,
    /// What was pasted before it was converted, to be kept as a paper; may be empty.
    pub pasted: String,
    /// The language of the file.
    pub language: Lang,
    /// How urgent.
    pub urgency: Urgency,
}

/// The form that diarises a letter.
#[derive(Clone, Debug, Template)]
#[template(path = "diarise.html")]
pub struct Diarise {
    /// The common part.
    pub frame: Frame,
    /// The largest upload, bytes.
    pub max_bytes: u64,
    /// What was typed before.
    pub typed: DiariseTyped,
    /// What to correct.
    pub errors: Vec<FieldError>,
}

/// The fields of [`Diarise`].
#[derive(Clone, Debug, Default)]
pub struct DiariseTyped {
    /// The sender, as written on the letter.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The date of the letter as a date field gives it, `2026-11-22`.
    pub letter_date: String,
    /// The number of the letter, may be empty.
    pub letter_number: String,
    /// As in [`OpenFileTyped::pasted`].
    pub pasted: String,
    /// How urgent.
    pub urgency: Urgency,
}

/// A field that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The `id` of the field in the form.
    pub field: &'static str,
    /// What to do, in the officer's language.
    pub sentence: String,
}

/// The sentence for one field, if it was refused.
pub fn fault_of<'a>(errors: &'a [FieldError], field: &str) -> Option<&'a str> {
    errors.iter().find(|error| error.field == field).map(|error| error.sentence.as_str())
}

#[cfg(test)]
mod samples {
    use super::{Diarise, DiariseTyped, FieldError, OpenFile, OpenFileTyped};
    use crate::web::pages::frame::{Frame, Here};
    use crate::web::pages::words::Urgency;
    use crate::web::texts::Lang;

    impl OpenFile {
        /// A form sent without its subject.
        pub fn sample(lang: Lang) -> Self {
            let frame = Frame::sample_at(lang, Here::OpenFile);
            let errors = vec![FieldError { field: "subject", sentence: frame.t.s("field-subject-missing") }];
            let typed = OpenFileTyped {
                legacy_number: "2210/शा-3/2019".to_owned(),
                language: lang,
                urgency: Urgency::Priority,
                ..OpenFileTyped::default()
            };
            Self { frame, series: "DEP/…/2026".to_owned(), typed, errors }
        }
    }

    impl Diarise {
        /// An empty form.
        pub fn sample(lang: Lang) -> Self {
            Self {
                frame: Frame::sample_at(lang, Here::Diarise),
                max_bytes: 20 * 1024 * 1024,
                typed: DiariseTyped {
                    from: "थाना प्रभारी, देपालपुर".to_owned(),
                    letter_date: "2026-11-20".to_owned(),
                    ..DiariseTyped::default()
                },
                errors: Vec::new(),
            }
        }
    }
}
