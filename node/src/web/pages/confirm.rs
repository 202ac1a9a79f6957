//! The small sheets that ask for a reason, a day or a paper before an act is signed.
//!
//! One context for all; the verb says which fields are shown. Nothing is signed without such a
//! sheet or a button that names the act.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::words::Place;
use crate::web::texts::{Key, key};

/// A sheet for one act on one matter.
#[derive(Clone, Debug, Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    /// The common part.
    pub frame: Frame,
    /// The id of the matter in URLs.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// Which act.
    pub verb: Verb,
    /// To whom it goes back, from whom it is recalled, or who is reminded.
    pub other: Option<Place>,
    /// The largest upload, bytes; used by [`Verb::Attach`].
    pub max_bytes: u64,
    /// What was typed before.
    pub typed: ConfirmTyped,
    /// Why it was refused, in the officer's language.
    pub error: Option<String>,
}

/// The acts that ask before they are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Send back with a reason.
    SendBack,
    /// Ask for a matter to come back.
    Recall,
    /// Park until a day.
    Park,
    /// Close with a retention category.
    Close,
    /// Reopen with a reason.
    Reopen,
    /// Add a paper.
    Attach,
    /// Remind the holder.
    Remind,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 7] =
        [Self::SendBack, Self::Recall, Self::Park, Self::Close, Self::Reopen, Self::Attach, Self::Remind];

    /// The last part of its URL, `/files/{id}/{path}`.
    pub fn path(self) -> &'static str {
        match self {
            Self::SendBack => "send-back",
            Self::Recall => "recall",
            Self::Park => "park",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Attach => "attach",
            Self::Remind => "remind",
        }
    }

    /// The heading.
    pub fn title(self) -> Key {
        match self {
            Self::SendBack => key("confirm-send-back-title"),
            Self::Recall => key("confirm-recall-title"),
            Self::Park => key("confirm-park-title"),
            Self::Close => key("confirm-close-title"),
            Self::Reopen => key("confirm-reopen-title"),
            Self::Attach => key("confirm-attach-title"),
            Self::Remind => key("confirm-remind-title"),
        }
    }

    /// What will happen.
    pub fn what(self) -> Key {
        match self {
            Self::SendBack => key("confirm-send-back-what"),
            Self::Recall => key("confirm-recall-what"),
            Self::Park => key("confirm-park-what"),
            Self::Close => key("confirm-close-what"),
            Self::Reopen => key("confirm-reopen-what"),
            Self::Attach => key("confirm-attach-what"),
            Self::Remind => key("confirm-remind-what"),
        }
    }

    /// The button.
    pub fn button(self) -> Key {
        match self {
            Self::SendBack => key("confirm-send-back-button"),
            Self::Recall => key("confirm-recall-button"),
            Self::Park => key("confirm-park-button"),
            Self::Close => key("confirm-close-button"),
            Self::Reopen => key("confirm-reopen-button"),
            Self::Attach => key("confirm-attach-button"),
            Self::Remind => key("confirm-remind-button"),
        }
    }

    /// Whether a reason must be given.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::SendBack | Self::Park | Self::Reopen)
    }
}

/// The fields of the sheets.
#[derive(Clone, Debug, Default)]
pub struct ConfirmTyped {
    /// The reason.
    pub reason: String,
    /// The day, as a date field gives it.
    pub until: String,
    /// The retention category.
    pub retention: Retention,
    /// The title of the paper.
    pub title: String,
    /// The date of the paper, as a date field gives it.
    pub paper_date: String,
}

/// How long a closed file is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retention {
    /// Permanent, with a copy for the archive.
    A,
    /// Permanent.
    B,
    /// Ten years.
    C10,
    /// Five years.
    #[default]
    C5,
    /// Three years.
    C3,
    /// One year.
    C1,
}

impl Retention {
    /// All, longest first.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C10, Self::C5, Self::C3, Self::C1];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C10 => "c10",
            Self::C5 => "c5",
            Self::C3 => "c3",
            Self::C1 => "c1",
        }
    }

    /// Reads the value of a form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|retention| retention.code() == code)
    }

    /// Its words.
    pub fn key(self) -> Key {
        match self {
            Self::A => key("retention-a"),
            Self::B => key("retention-b"),
            Self::C10 => key("retention-c10"),
            Self::C5 => key("retention-c5"),
            Self::C3 => key("retention-c3"),
            Self::C1 => key("retention-c1"),
        }
    }
}

#[cfg(test)]
impl Confirm {
    /// The sheet of a verb, refused once.
    pub fn sample(lang: crate::web::texts::Lang, verb: Verb) -> Self {
        let frame = Frame::sample(lang);
        let error = verb.needs_reason().then(|| frame.t.s("field-reason-missing"));
        Self {
            frame,
            id: "00000001".to_owned(),
            number: "DEP/101/2026".to_owned(),
            subject: "सामुदायिक भवन हेतु राशि की प्रशासकीय स्वीकृति".to_owned(),
            verb,
            other: matches!(verb, Verb::SendBack | Verb::Recall | Verb::Remind)
                .then(|| Place::sample("कलेक्टर", "कलेक्टर कार्यालय इन्दौर", "श्री आशीष सक्सेना")),
            max_bytes: 20 * 1024 * 1024,
            typed: ConfirmTyped::default(),
            error,
        }
    }
}
