//! Posts, officers and charges of the office, for its administrator.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::texts::{Key, key};

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "people.html")]
pub struct People {
    /// The common part.
    pub frame: Frame,
    /// Posts, the highest rank first.
    pub posts: Vec<Post>,
    /// Officers by name.
    pub officers: Vec<Officer>,
    /// What was typed before; never a password.
    pub typed: PeopleTyped,
    /// Why it was refused.
    pub error: Option<String>,
}

/// A post.
#[derive(Clone, Debug)]
pub struct Post {
    /// The value in forms.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Whether its holder keeps this page.
    pub admin: bool,
    /// Who holds it.
    pub charges: Vec<Charge>,
}

/// A charge in force.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The value in forms.
    pub id: String,
    /// Who.
    pub officer: String,
    /// How.
    pub kind: Kind,
}

/// A person.
#[derive(Clone, Debug)]
pub struct Officer {
    /// The value in forms.
    pub id: String,
    /// The name.
    pub name: String,
    /// The posts held, with how.
    pub posts: Vec<(String, Kind)>,
}

/// How a post is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Regular.
    Full,
    /// Additional charge.
    Additional,
    /// Link officer.
    Link,
    /// Personal assistant.
    Assistant,
}

/// The fields of the forms.
#[derive(Clone, Debug, Default)]
pub struct PeopleTyped {
    /// Code of a new post.
    pub code: String,
    /// Hindi name of a new post.
    pub post_hi: String,
    /// English name of a new post.
    pub post_en: String,
    /// Its rank.
    pub rank: String,
    /// Hindi name of a new officer.
    pub officer_hi: String,
    /// English name of a new officer.
    pub officer_en: String,
    /// Sign-in name of a new officer.
    pub login: String,
}

impl Kind {
    /// All, in the order of the list.
    pub const ALL: [Self; 4] = [Self::Full, Self::Additional, Self::Link, Self::Assistant];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Additional => "additional",
            Self::Link => "link",
            Self::Assistant => "assistant",
        }
    }

    /// Reads the value of a form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Full => key("charge-full"),
            Self::Additional => key("charge-additional"),
            Self::Link => key("charge-link"),
            Self::Assistant => key("charge-assistant"),
        }
    }
}

#[cfg(test)]
impl People {
    /// Two posts, one of them vacant; refused once.
    pub fn sample(lang: crate::web::texts::Lang) -> Self {
        let frame = Frame::sample_at(lang, crate::web::pages::frame::Here::People);
        let tehsildar =
            Charge {
                id: "c1".to_owned(), officer: "श्रीमती अनुराधा वर्मा".to_owned(), kind: Kind::Full
            };
        let post = |id: &str, name: &str, admin, charges| Post {
            id: id.to_owned(),
            name: name.to_owned(),
            code: id.to_owned(),
            admin,
            charges,
        };
        Self {
            posts: vec![
                post("tehsildar", "तहसीलदार", true, vec![tehsildar]),
                post("naib", "नायब तहसीलदार", false, Vec::new()),
            ],
            officers: vec![Officer {
                id: "o1".to_owned(),
                name: "श्रीमती अनुराधा वर्मा".to_owned(),
                posts: vec![("तहसीलदार".to_owned(), Kind::Full)],
            }],
            typed: PeopleTyped { code: "reader".to_owned(), ..PeopleTyped::default() },
            error: Some(frame.t.s("many-not-done")),
            frame,
        }
    }
}
