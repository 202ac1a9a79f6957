//! What was found, and how to find something.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::words::{Kind, Place};
use crate::web::texts::{Key, key};

/// Rows of a page.
pub const ROWS_PER_PAGE: u32 = 50;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html")]
pub struct Search {
    /// The common part.
    pub frame: Frame,
    /// What was asked for.
    pub asked: Asked,
    /// Posts of the office.
    pub posts: Vec<Post>,
    /// At most [`ROWS_PER_PAGE`], the nearest first.
    pub rows: Vec<Row>,
    /// Rows of all pages.
    pub total: u32,
    /// Whether there are more than are counted.
    pub more: bool,
    /// The page shown, from 1.
    pub page: u32,
    /// The number of pages, at least 1.
    pub pages: u32,
    /// Acts that are not in the index yet.
    pub behind: u64,
}

/// The question and the filters as they were chosen; empty for all.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Words and numbers.
    pub words: String,
    /// `file` or `dak`.
    pub kind: String,
    /// Year of the beginning.
    pub year: String,
    /// `open` or `closed`.
    pub standing: String,
    /// The id of a post.
    pub post: String,
}

/// A post to choose.
#[derive(Clone, Debug)]
pub struct Post {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was asked for.
    pub hit: bool,
}

/// Where the words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Number, subject, sender.
    Cover,
    /// A note.
    Note,
    /// A remark.
    Remark,
    /// A paper.
    Paper,
    /// A post to which it went.
    Movement,
}

/// A file or a dak that was found.
#[derive(Clone, Debug)]
pub struct Row {
    /// The id in addresses.
    pub id: String,
    /// File or dak.
    pub kind: Kind,
    /// Its number.
    pub number: Vec<Piece>,
    /// Its subject.
    pub subject: Vec<Piece>,
    /// Where the words stand.
    pub part: Part,
    /// The text around them; may be empty.
    pub snippet: Vec<Piece>,
    /// Who signed that.
    pub by: Option<Place>,
    /// When.
    pub at: u64,
    /// Who has it.
    pub holder: Place,
    /// Whether that is another office.
    pub is_elsewhere: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether it is spelt as it was asked.
    pub as_asked: bool,
}

impl Part {
    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Cover => key("search-in-cover"),
            Self::Note => key("search-in-note"),
            Self::Remark => key("search-in-remark"),
            Self::Paper => key("search-in-paper"),
            Self::Movement => key("search-in-movement"),
        }
    }
}

impl Search {
    /// Whether something was asked.
    pub fn is_asked(&self) -> bool {
        !self.asked.words.trim().is_empty()
    }

    /// Question and filters as the rest of an address, to be followed by a page number.
    pub fn query(&self) -> String {
        let safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let encoded = |text: &str| {
            let bytes = text.bytes();
            bytes
                .map(|b| if safe(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect::<String>()
        };
        let asked = &self.asked;
        let parts = [
            ("q", &asked.words),
            ("kind", &asked.kind),
            ("year", &asked.year),
            ("standing", &asked.standing),
            ("post", &asked.post),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        parts.map(|(name, value)| format!("{name}={}&", encoded(value))).collect()
    }
}

#[cfg(test)]
mod samples {
    use super::{Asked, Part, Piece, Post, Row, Search};
    use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
    use crate::web::pages::words::{Kind, Place};
    use crate::web::texts::Lang;

    fn piece(text: &str, hit: bool) -> Piece {
        Piece { text: text.to_owned(), hit }
    }

    impl Search {
        /// A note of a file, and a dak in another spelling.
        pub fn sample(lang: Lang) -> Self {
            let row = Row {
                id: "00000001".to_owned(),
                kind: Kind::File,
                number: vec![piece("DEP/12/2026", false)],
                subject: vec![piece("ग्राम गवली में ", false), piece("सीमांकन", true)],
                part: Part::Note,
                snippet: vec![piece("पटवारी ने ", false), piece("सीमांकन", true), piece(" किया", false)],
                by: Some(Place::sample("नायब तहसीलदार", "तहसील कार्यालय देपालपुर", "श्री रमेश")),
                at: SAMPLE_NOW,
                holder: Place::sample("तहसीलदार", "तहसील कार्यालय देपालपुर", "श्रीमती अनुराधा वर्मा"),
                is_elsewhere: false,
                closed: false,
                as_asked: true,
            };
            let other = Row {
                id: "00000002".to_owned(),
                kind: Kind::Dak,
                part: Part::Cover,
                snippet: Vec::new(),
                is_elsewhere: true,
                closed: true,
                as_asked: false,
                ..row.clone()
            };
            Self {
                frame: Frame::sample_at(lang, Here::Search),
                asked: Asked {
                    words: "सीमांकन & \"x\"".to_owned(),
                    kind: "file".to_owned(),
                    ..Asked::default()
                },
                posts: vec![Post { id: "0a".to_owned(), name: "तहसीलदार".to_owned() }],
                rows: vec![row, other],
                total: 1_000,
                more: true,
                page: 2,
                pages: 20,
                behind: 3,
            }
        }

        /// Nothing asked yet.
        pub fn sample_new(lang: Lang) -> Self {
            let (rows, asked) = (Vec::new(), Asked::default());
            Self { rows, asked, total: 0, more: false, page: 1, pages: 1, behind: 0, ..Self::sample(lang) }
        }

        /// Nothing found.
        pub fn sample_empty(lang: Lang) -> Self {
            let asked = Asked { words: "अन्य".to_owned(), ..Asked::default() };
            Self { asked, ..Self::sample_new(lang) }
        }
    }

    #[test]
    fn the_question_comes_back_in_the_address_of_the_next_page() {
        let query = Search::sample(Lang::Hi).query();
        assert!(query.contains("kind=file&") && query.contains("%26") && !query.contains('"'), "{query}");
    }
}
