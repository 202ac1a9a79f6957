//! The outward register, on the screen and for the printer, and one letter of it with every recipient.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::inward::encoded;
use crate::web::pages::letters::{Kind, way};
use crate::web::pages::words::Place;
use crate::web::texts::{Key, key};

/// Rows of a page.
pub const ROWS_PER_PAGE: u32 = 50;

/// The register.
#[derive(Clone, Debug, Template)]
#[template(path = "outward.html")]
pub struct Outward {
    /// The common part.
    pub frame: Frame,
    /// What was asked for.
    pub typed: OutwardTyped,
    /// At most [`ROWS_PER_PAGE`], newest first.
    pub rows: Vec<Row>,
    /// Rows of all pages.
    pub total: u32,
    /// The page shown, from 1.
    pub page: u32,
    /// The number of pages, at least 1.
    pub pages: u32,
}

/// The filters as they were typed.
#[derive(Clone, Debug, Default)]
pub struct OutwardTyped {
    /// From this day on, as a date field gives it.
    pub from_day: String,
    /// Up to this day.
    pub to_day: String,
    /// Words.
    pub words: String,
    /// A kind.
    pub kind: Option<Kind>,
    /// A way.
    pub mode: Option<u8>,
    /// Where somebody on its list stands.
    pub standing: Option<Standing>,
}

/// What has come of a letter for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Came back.
    Returned,
    /// Still to be sent.
    ToSend,
    /// Waits for the link.
    Waiting,
    /// On its way.
    Sent,
    /// It is there.
    Delivered,
    /// Opened there.
    Opened,
}

impl Standing {
    /// All, in the order in which they want attention.
    pub const ALL: [Self; 6] =
        [Self::Returned, Self::ToSend, Self::Waiting, Self::Sent, Self::Delivered, Self::Opened];

    /// The value in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::ToSend => "to-send",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
        }
    }

    /// Reads the value of an address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Returned => key("out-returned"),
            Self::ToSend => key("out-to-send"),
            Self::Waiting => key("out-waiting"),
            Self::Sent => key("out-sent"),
            Self::Delivered => key("out-delivered"),
            Self::Opened => key("out-opened"),
        }
    }

    /// Its style.
    pub fn class(self) -> &'static str {
        match self {
            Self::Returned | Self::ToSend | Self::Waiting => "mark-wait",
            Self::Sent => "mark-plain",
            Self::Delivered | Self::Opened => "mark-good",
        }
    }
}

/// A line of the register.
#[derive(Clone, Debug)]
pub struct Row {
    /// The act in addresses.
    pub issue: String,
    /// The number, or why it cannot be read.
    pub number: String,
    /// The number of the endorsement; may be empty.
    pub endorsement: String,
    /// The day.
    pub day: Option<u64>,
    /// The kind.
    pub kind: Kind,
    /// The subject.
    pub subject: String,
    /// To whom.
    pub to: Vec<String>,
    /// How many recipients stand where.
    pub standings: Vec<(Standing, u32)>,
    /// The file, if the officer may open it.
    pub file: Option<String>,
}

/// One letter with every recipient.
#[derive(Clone, Debug, Template)]
#[template(path = "outward_letter.html")]
pub struct OutwardLetter {
    /// The common part.
    pub frame: Frame,
    /// The letter.
    pub row: Row,
    /// Who signed it.
    pub by: Option<Place>,
    /// When.
    pub at: u64,
    /// Its recipients.
    pub lines: Vec<Line>,
    /// Whether somebody was not served yet.
    pub unserved: bool,
    /// Whether the officer keeps the register.
    pub keeps: bool,
    /// Why a dispatch was refused.
    pub error: Option<String>,
}

/// A recipient.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its place in the list.
    pub n: u32,
    /// As the letter says it.
    pub name: String,
    /// Whether it gets a copy.
    pub is_copy: bool,
    /// How it goes.
    pub mode: u8,
    /// Where it stands.
    pub standing: Standing,
    /// Since when.
    pub since: Option<u64>,
    /// What the clerk said last.
    pub words: String,
}

impl Line {
    /// The word for its way.
    pub fn way(&self) -> Key {
        way(self.mode)
    }
}

impl Outward {
    /// Whether a kind is chosen.
    pub fn is_kind(&self, one: &Kind) -> bool {
        self.typed.kind == Some(*one)
    }

    /// Whether a way is chosen.
    pub fn is_mode(&self, one: &u8) -> bool {
        self.typed.mode == Some(*one)
    }

    /// Whether a state is chosen.
    pub fn is_standing(&self, one: &Standing) -> bool {
        self.typed.standing == Some(*one)
    }

    /// The filters as the rest of an address, to be followed by a page number.
    pub fn query(&self) -> String {
        let typed = &self.typed;
        let mode = typed.mode.map_or_else(String::new, |mode| mode.to_string());
        let parts = [
            ("from_day", typed.from_day.as_str()),
            ("to_day", &typed.to_day),
            ("words", &typed.words),
            ("kind", typed.kind.map_or("", Kind::code)),
            ("mode", &mode),
            ("standing", typed.standing.map_or("", Standing::code)),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        parts.map(|(name, value)| format!("{name}={}&", encoded(value))).collect()
    }
}

#[cfg(test)]
mod samples {
    use super::{Line, Outward, OutwardLetter, OutwardTyped, Row, Standing};
    use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
    use crate::web::pages::letters::Kind;
    use crate::web::pages::words::Place;
    use crate::web::texts::Lang;

    fn row() -> Row {
        Row {
            issue: "0c".to_owned(),
            number: "12/DEP/2026".to_owned(),
            endorsement: "13/DEP/2026".to_owned(),
            day: Some(SAMPLE_NOW),
            kind: Kind::Circular,
            subject: "सामुदायिक भवन".to_owned(),
            to: vec!["समस्त कलेक्टर, मध्यप्रदेश".to_owned()],
            standings: vec![(Standing::Waiting, 3), (Standing::Opened, 52)],
            file: Some("00000001".to_owned()),
        }
    }

    impl Outward {
        /// One letter to many.
        pub fn sample(lang: Lang) -> Self {
            Self {
                frame: Frame::sample_at(lang, Here::Outward),
                typed: OutwardTyped {
                    words: "भवन & x".to_owned(),
                    kind: Some(Kind::Circular),
                    mode: Some(2),
                    ..OutwardTyped::default()
                },
                rows: vec![row()],
                total: 102,
                page: 2,
                pages: 3,
            }
        }

        /// Nothing found.
        pub fn sample_empty(lang: Lang) -> Self {
            Self { rows: Vec::new(), total: 0, page: 1, pages: 1, ..Self::sample(lang) }
        }
    }

    impl OutwardLetter {
        /// Every state, over the link and by post.
        pub fn sample(lang: Lang) -> Self {
            let line = |(n, standing): (u32, Standing)| Line {
                n,
                name: "श्री रामलाल, ग्राम बेटमा".to_owned(),
                is_copy: n > 3,
                mode: u8::try_from(n % 3).unwrap_or(0),
                standing,
                since: (n > 1).then_some(SAMPLE_NOW),
                words: if n == 0 { "घर बंद मिला".to_owned() } else { String::new() },
            };
            Self {
                frame: Frame::sample_at(lang, Here::Outward),
                row: row(),
                by: Some(Place::sample("तहसीलदार", "तहसील कार्यालय देपालपुर", "श्रीमती अनुराधा वर्मा")),
                at: SAMPLE_NOW,
                lines: (0..).zip(Standing::ALL).map(line).collect(),
                unserved: true,
                keeps: true,
                error: Some("यह प्रारूप अब यहाँ नहीं है।".to_owned()),
            }
        }
    }

    #[test]
    fn filters_come_back_in_the_address_of_the_next_page() {
        let query = Outward::sample(Lang::Hi).query();
        assert!(query.contains("kind=circular&mode=2&") && query.contains("%26"), "{query}");
    }
}
