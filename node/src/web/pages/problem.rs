//! Refusals and faults as pages: a sentence, what to do next, a code, a number to quote.
//!
//! What the officer typed is shown again, so that nothing is lost. No internal detail is shown.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::texts::{Key, key};

/// The page of a refusal or fault.
#[derive(Clone, Debug, Template)]
#[template(path = "problem.html")]
pub struct Problem {
    /// The common part.
    pub frame: Frame,
    /// What happened.
    pub sort: Sort,
    /// The sentence, in the officer's language; `None` takes the sentence of the sort.
    pub sentence: Option<String>,
    /// The stable code, for example `custody.not-holder`.
    pub code: String,
    /// The number of this operation, which the help desk finds in the log.
    pub operation: String,
    /// What the officer typed, to be copied or sent again.
    pub typed: Option<String>,
    /// Where to go on.
    pub back: String,
}

/// Kinds of refusals and faults that have their own sentence and advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// There is no such page or matter, or it may not be shown.
    NotFound,
    /// The post may not do this.
    NotAllowed,
    /// The matter is not (any more) with this officer.
    NotHolder,
    /// Someone else acted first.
    Changed,
    /// The form came without a valid token or from another page.
    BadForm,
    /// The session ended.
    SessionEnded,
    /// Something is too large.
    TooLarge,
    /// Too many attempts in a short time.
    TooMany,
    /// The node cannot record now.
    ReadOnly,
    /// What was given cannot be taken; the sentence says why.
    NotTaken,
    /// Too many pages at once.
    Busy,
    /// A fault of ours.
    Fault,
}

impl Sort {
    /// All sorts.
    pub const ALL: [Self; 12] = [
        Self::NotFound,
        Self::NotAllowed,
        Self::NotHolder,
        Self::Changed,
        Self::BadForm,
        Self::SessionEnded,
        Self::TooLarge,
        Self::TooMany,
        Self::ReadOnly,
        Self::NotTaken,
        Self::Busy,
        Self::Fault,
    ];

    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::NotFound => 404,
            Self::NotAllowed | Self::BadForm => 403,
            Self::NotHolder | Self::Changed => 409,
            Self::SessionEnded => 401,
            Self::TooLarge => 413,
            Self::TooMany => 429,
            Self::ReadOnly | Self::Busy => 503,
            Self::NotTaken => 422,
            Self::Fault => 500,
        }
    }

    /// What happened.
    pub fn sentence(self) -> Key {
        match self {
            Self::NotFound => key("problem-not-found"),
            Self::NotAllowed => key("problem-not-allowed"),
            Self::NotHolder => key("problem-not-holder"),
            Self::Changed => key("problem-changed"),
            Self::BadForm | Self::NotTaken => key("problem-bad-form"),
            Self::SessionEnded => key("problem-session-ended"),
            Self::TooLarge => key("problem-too-large"),
            Self::TooMany | Self::Busy => key("problem-too-many"),
            Self::ReadOnly => key("problem-read-only"),
            Self::Fault => key("problem-fault"),
        }
    }

    /// What to do next.
    pub fn next(self) -> Key {
        match self {
            Self::NotFound => key("problem-not-found-next"),
            Self::NotAllowed => key("problem-not-allowed-next"),
            Self::NotHolder => key("problem-not-holder-next"),
            Self::Changed => key("problem-changed-next"),
            Self::BadForm | Self::NotTaken => key("problem-bad-form-next"),
            Self::SessionEnded => key("problem-session-ended-next"),
            Self::TooLarge => key("problem-too-large-next"),
            Self::TooMany | Self::Busy => key("problem-too-many-next"),
            Self::ReadOnly => key("problem-read-only-next"),
            Self::Fault => key("problem-fault-next"),
        }
    }
}

impl Problem {
    /// The sentence shown.
    pub fn says(&self) -> String {
        self.sentence.clone().unwrap_or_else(|| self.frame.t.k(self.sort.sentence()))
    }
}

#[cfg(test)]
impl Problem {
    /// A refusal of each sort, with text that must not be lost.
    pub fn sample(lang: crate::web::texts::Lang, sort: Sort) -> Self {
        Self {
            frame: Frame::sample_at(lang, crate::web::pages::frame::Here::Elsewhere),
            sort,
            sentence: None,
            code: "custody.not-holder".to_owned(),
            operation: "7QX2-04".to_owned(),
            typed: (sort != Sort::NotFound).then(|| "प्रस्ताव से सहमत।\nस्वीकृति हेतु प्रेषित।".to_owned()),
            back: "/desk".to_owned(),
        }
    }
}
