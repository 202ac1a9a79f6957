//! One wish for many matters: the sheet before it is signed, and what came of each of them.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::send::{SendTyped, Target};
use crate::web::texts::{Key, key};

/// What is to happen to all that are ticked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Send to one post.
    Send,
    /// Lay aside.
    Park,
    /// Record that they are opened.
    Opened,
}

/// The sheet.
#[derive(Clone, Debug, Template)]
#[template(path = "many.html")]
pub struct Many {
    /// The common part.
    pub frame: Frame,
    /// What.
    pub what: What,
    /// The matters.
    pub ticked: Vec<Ticked>,
    /// What was searched for.
    pub q: String,
    /// The post chosen.
    pub chosen: Option<Target>,
    /// Posts to choose: recent ones, those of this office, those of others.
    pub offered: Vec<(Key, Vec<Target>)>,
    /// Whether more match than are shown.
    pub more: bool,
    /// The words of a dispatch.
    pub typed: SendTyped,
    /// The day of a parking.
    pub until: String,
    /// The reason of a parking.
    pub reason: String,
    /// Why it was refused.
    pub error: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Template)]
#[template(path = "many_done.html")]
pub struct ManyDone {
    /// The common part.
    pub frame: Frame,
    /// What.
    pub what: What,
    /// To whom, if it was a dispatch.
    pub to: Option<Target>,
    /// One line for each matter.
    pub lines: Vec<Line>,
}

/// A matter of the list.
#[derive(Clone, Debug)]
pub struct Ticked {
    /// Its id in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
}

/// What came of one matter.
#[derive(Clone, Debug)]
pub struct Line {
    /// The matter.
    pub of: Ticked,
    /// Why it was not done; `None` when it was.
    pub refused: Option<String>,
}

impl What {
    /// All, in the order of the buttons.
    pub const ALL: [Self; 3] = [Self::Send, Self::Park, Self::Opened];

    /// The value of the buttons.
    pub fn code(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Park => "park",
            Self::Opened => "opened",
        }
    }

    /// Reads the value of a button.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.code() == code)
    }

    /// The button on the desk, and the heading.
    pub fn key(self) -> Key {
        match self {
            Self::Send => key("many-send"),
            Self::Park => key("many-park"),
            Self::Opened => key("many-opened"),
        }
    }

    /// The button that signs.
    pub fn sign(self) -> Key {
        match self {
            Self::Send => key("many-send-sign"),
            Self::Park => key("many-park-sign"),
            Self::Opened => key("many-opened-sign"),
        }
    }

    /// What is said of each that was done.
    pub fn done(self) -> Key {
        match self {
            Self::Send => key("many-sent"),
            Self::Park => key("many-parked"),
            Self::Opened => key("many-was-opened"),
        }
    }
}

impl ManyDone {
    /// How many were done.
    pub fn done(&self) -> usize {
        self.lines.iter().filter(|line| line.refused.is_none()).count()
    }

    /// How many were not.
    pub fn refused(&self) -> usize {
        self.lines.len() - self.done()
    }
}

#[cfg(test)]
mod samples {
    use super::{Line, Many, ManyDone, Ticked, What};
    use crate::web::pages::frame::{Frame, Here};
    use crate::web::pages::send::{SendSheet, SendTyped};
    use crate::web::texts::Lang;

    fn ticked(n: u32, subject: &str) -> Ticked {
        Ticked { id: format!("{n:08x}"), number: format!("DEP/{n}/2026"), subject: subject.to_owned() }
    }

    impl Many {
        /// Two files to one post.
        pub fn sample(lang: Lang) -> Self {
            let sheet = SendSheet::sample_choosing(lang);
            Self {
                frame: Frame::sample_at(lang, Here::Desk),
                what: What::Send,
                ticked: vec![ticked(101, "सामुदायिक भवन हेतु राशि"), ticked(102, "वन अधिकार दावे")],
                q: "इन्दौर".to_owned(),
                chosen: sheet.others().first().cloned(),
                offered: sheet.offered,
                more: true,
                typed: SendTyped::default(),
                until: String::new(),
                reason: String::new(),
                error: None,
            }
        }

        /// The same, to be laid aside, refused once.
        pub fn sample_park(lang: Lang) -> Self {
            let sample = Self::sample(lang);
            let error = Some(sample.frame.t.s("field-reason-missing"));
            Self { what: What::Park, offered: Vec::new(), chosen: None, error, ..sample }
        }
    }

    impl ManyDone {
        /// One done, one refused.
        pub fn sample(lang: Lang) -> Self {
            let line = |n, subject: &str, refused: Option<&str>| Line {
                of: ticked(n, subject),
                refused: refused.map(str::to_owned),
            };
            let refused = Some("नस्ती मार्ग में है; पावती की प्रतीक्षा करें या इसे वापस बुलाएँ।");
            Self {
                frame: Frame::sample_at(lang, Here::Desk),
                what: What::Send,
                to: SendSheet::sample(lang).chosen,
                lines: vec![line(101, "सामुदायिक भवन हेतु राशि", None), line(102, "वन अधिकार दावे", refused)],
            }
        }
    }
}
