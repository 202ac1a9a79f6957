//! Opening a file.
//!
//! What the officer typed comes back after a refusal. Numbers are given by the node afterwards;
//! no form asks for our own number.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::words::{Classification, Urgency};
use crate::web::texts::Lang;

/// The form that opens a file.
#[derive(Clone, Debug, Template)]
#[template(path = "open_file.html")]
pub struct OpenFile {
    /// The common part.
    pub frame: Frame,
    /// The series from which the number will be given, for example `DEP/…/2026`.
    pub series: String,
    /// Heads to choose from.
    pub heads: Vec<Head>,
    /// What was typed before.
    pub typed: OpenFileTyped,
    /// What to correct.
    pub errors: Vec<FieldError>,
}

impl OpenFile {
    /// Whether something of what is folded away was said.
    pub fn is_unfolded(&self) -> bool {
        !self.typed.head.is_empty() || self.typed.classification != Classification::default()
    }
}

/// The fields of [`OpenFile`].
#[derive(Clone, Debug, Default)]
pub struct OpenFileTyped {
    /// The subject.
    pub subject: String,
    /// The dak that is to be put into the file; may be empty.
    pub dak: String,
    /// A number that the file had on paper, exactly as written there.
    pub legacy_number: String,
    /// What was pasted before it was converted, to be kept as a paper; may be empty.
    pub pasted: String,
    /// The language of the file.
    pub language: Lang,
    /// How urgent.
    pub urgency: Urgency,
    /// Who may know of it.
    pub classification: Classification,
    /// The code of a head; may be empty.
    pub head: String,
}

/// A head under which files are opened.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its code, as it stands in numbers.
    pub code: String,
    /// Its name in the officer's language.
    pub name: String,
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
    use super::{FieldError, Head, OpenFile, OpenFileTyped};
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
            let heads =
                vec![Head { code: "अ-2".to_owned(), name: "नामान्तरण".to_owned() }];
            Self { frame, series: "DEP/…/2026".to_owned(), heads, typed, errors }
        }
    }
}
