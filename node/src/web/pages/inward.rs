//! The inward register, on the screen and for the printer, and the slip that acknowledges a letter.

use askama::Template;

use crate::web::pages::diarise::Case;
use crate::web::pages::frame::Frame;
use crate::web::pages::words::{Classification, Place, Watch};
use crate::web::texts::{Key, key};

/// Rows of a page.
pub const ROWS_PER_PAGE: u32 = 50;

/// The register.
#[derive(Clone, Debug, Template)]
#[template(path = "inward.html")]
pub struct Inward {
    /// The common part.
    pub frame: Frame,
    /// What was asked for.
    pub typed: InwardTyped,
    /// Typed cases.
    pub cases: Vec<Case>,
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
pub struct InwardTyped {
    /// From this day on, as a date field gives it.
    pub from_day: String,
    /// Up to this day.
    pub to_day: String,
    /// Words.
    pub words: String,
    /// A watched class.
    pub watch: Option<Watch>,
    /// A typed case.
    pub case: String,
    /// Where it stands.
    pub standing: Option<Standing>,
}

/// Where a letter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Here.
    Here,
    /// Elsewhere.
    Away,
    /// Disposed of.
    Closed,
}

/// A line of the register.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its address, if the officer may open it.
    pub id: Option<String>,
    /// The inward number.
    pub number: String,
    /// The day it was received.
    pub received: Option<u64>,
    /// Sender, number, subject; `None` when its classification hides them.
    pub letter: Option<Letter>,
    /// Its classification.
    pub classification: Classification,
    /// Watched classes.
    pub watch: Vec<Watch>,
    /// Whether it is a copy.
    pub is_copy: bool,
    /// The day it is due.
    pub due: Option<u64>,
    /// Who has it.
    pub holder: Place,
    /// Where it stands.
    pub standing: Standing,
}

/// What a line shows of a letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Sender.
    pub from: String,
    /// Number on it.
    pub number: String,
    /// Date on it.
    pub date: Option<u64>,
    /// Subject.
    pub subject: String,
    /// Name of the typed case; may be empty.
    pub case: String,
}

/// The slip that is given to whoever brought the letter.
#[derive(Clone, Debug, Template)]
#[template(path = "slip.html")]
pub struct Slip {
    /// The common part.
    pub frame: Frame,
    /// The id in addresses.
    pub id: String,
    /// The inward number.
    pub number: String,
    /// What the letter says.
    pub letter: Letter,
    /// The day it was received.
    pub received: Option<u64>,
    /// What came with it.
    pub enclosures: String,
    /// The day it is due.
    pub due: Option<u64>,
    /// When it was diarised.
    pub at: u64,
    /// By whom.
    pub by: Option<Place>,
    /// The first digits of the id of the act, by which the slip is traced.
    pub act: String,
}

impl Standing {
    /// All.
    pub const ALL: [Self; 3] = [Self::Here, Self::Away, Self::Closed];

    /// The value in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Away => "away",
            Self::Closed => "closed",
        }
    }

    /// Reads the value of an address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Here => key("standing-here"),
            Self::Away => key("standing-away"),
            Self::Closed => key("standing-closed"),
        }
    }
}

impl Inward {
    /// Whether a class is chosen.
    pub fn is_watch(&self, one: &Watch) -> bool {
        self.typed.watch == Some(*one)
    }

    /// Whether a status is chosen.
    pub fn is_standing(&self, one: &Standing) -> bool {
        self.typed.standing == Some(*one)
    }

    /// The filters as the rest of an address, to be followed by a page number.
    pub fn query(&self) -> String {
        let typed = &self.typed;
        let parts = [
            ("from_day", typed.from_day.as_str()),
            ("to_day", &typed.to_day),
            ("words", &typed.words),
            ("watch", typed.watch.map_or("", Watch::code)),
            ("case", &typed.case),
            ("standing", typed.standing.map_or("", Standing::code)),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        parts.map(|(name, value)| format!("{name}={}&", encoded(value))).collect()
    }
}

/// A text as it stands in the query of an address.
pub fn encoded(text: &str) -> String {
    let safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes().map(|b| if safe(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod samples {
    use super::{Inward, InwardTyped, Letter, Row, Slip, Standing};
    use crate::web::pages::diarise::Case;
    use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
    use crate::web::pages::words::{Classification, Place, Watch};
    use crate::web::texts::Lang;

    fn letter() -> Letter {
        Letter {
            from: "थाना प्रभारी, देपालपुर".to_owned(),
            number: "जा.क्र. 42/2026".to_owned(),
            date: Some(SAMPLE_NOW),
            subject: "धरना-प्रदर्शन की अनुमति".to_owned(),
            case: "धरना-प्रदर्शन की अनुमति".to_owned(),
        }
    }

    impl Inward {
        /// An open line and a hidden one.
        pub fn sample(lang: Lang) -> Self {
            let row = Row {
                id: Some("00000001".to_owned()),
                number: "आवक 118/2026".to_owned(),
                received: Some(SAMPLE_NOW),
                letter: Some(letter()),
                classification: Classification::Normal,
                watch: vec![Watch::Vip, Watch::Court],
                is_copy: false,
                due: Some(SAMPLE_NOW),
                holder: Place::sample("नायब तहसीलदार", "तहसील कार्यालय देपालपुर", "श्री रमेश"),
                standing: Standing::Here,
            };
            let hidden = Row {
                id: None,
                letter: None,
                classification: Classification::Secret,
                is_copy: true,
                standing: Standing::Closed,
                ..row.clone()
            };
            Self {
                frame: Frame::sample_at(lang, Here::Inward),
                typed: InwardTyped {
                    words: "थाना & x".to_owned(),
                    watch: Some(Watch::Vip),
                    ..InwardTyped::default()
                },
                cases: vec![Case { code: "dharna".to_owned(), name: "धरना".to_owned(), days: 3 }],
                rows: vec![row, hidden],
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

    impl Slip {
        /// A slip.
        pub fn sample(lang: Lang) -> Self {
            Self {
                frame: Frame::sample_at(lang, Here::Inward),
                id: "00000001".to_owned(),
                number: "आवक 118/2026".to_owned(),
                letter: letter(),
                received: Some(SAMPLE_NOW),
                enclosures: "नक्शा".to_owned(),
                due: Some(SAMPLE_NOW),
                at: SAMPLE_NOW,
                by: Some(Place::sample("आवक लिपिक", "तहसील कार्यालय देपालपुर", "श्री रमेश")),
                act: "0a0b0c0d0e0f".to_owned(),
            }
        }
    }

    #[test]
    fn filters_come_back_in_the_address_of_the_next_page() {
        let query = Inward::sample(Lang::Hi).query();
        assert!(query.contains("watch=vip&") && query.contains("%26") && !query.contains(' '), "{query}");
    }
}
