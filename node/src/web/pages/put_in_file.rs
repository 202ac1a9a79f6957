//! The sheet that puts a dak into a file, and the one that sends copies of it to many.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::send::{SendTyped, Target};

/// Into which file.
#[derive(Clone, Debug, Template)]
#[template(path = "put_in_file.html")]
pub struct PutInFile {
    /// The common part.
    pub frame: Frame,
    /// The id of the dak in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// What was searched for.
    pub q: String,
    /// Files on the officer's desk.
    pub files: Vec<Choice>,
    /// The one chosen.
    pub chosen: String,
    /// Why it was refused.
    pub error: Option<String>,
}

/// A file to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
}

/// To whom copies go.
#[derive(Clone, Debug, Template)]
#[template(path = "copies.html")]
pub struct Copies {
    /// The common part.
    pub frame: Frame,
    /// The id of the dak in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// What was searched for.
    pub q: String,
    /// Posts that are ticked.
    pub chosen: Vec<Target>,
    /// Posts of this office that are not.
    pub own: Vec<Target>,
    /// Posts of other offices that match the search and are not ticked.
    pub others: Vec<Target>,
    /// Whether more match than are shown.
    pub more: bool,
    /// What was typed before.
    pub typed: SendTyped,
    /// Why it was refused.
    pub error: Option<String>,
}

#[cfg(test)]
mod samples {
    use super::{Choice, Copies, PutInFile};
    use crate::web::pages::frame::{Frame, Here};
    use crate::web::pages::send::{SendTyped, Target};
    use crate::web::pages::words::Reach;
    use crate::web::texts::Lang;

    impl PutInFile {
        /// Two files, one of them chosen.
        pub fn sample(lang: Lang) -> Self {
            let choice = |id: &str, subject: &str| Choice {
                id: id.to_owned(),
                number: format!("DEP/{id}/2026"),
                subject: subject.to_owned(),
            };
            Self {
                frame: Frame::sample_at(lang, Here::Desk),
                id: "00000001".to_owned(),
                number: "आवक 118/2026".to_owned(),
                subject: "धरना-प्रदर्शन की अनुमति".to_owned(),
                q: String::new(),
                files: vec![choice("2", "धरना-प्रदर्शन वर्ष 2026"), choice("3", "कानून व्यवस्था")],
                chosen: "2".to_owned(),
                error: None,
            }
        }
    }

    impl Copies {
        /// One chosen, one offered here and one elsewhere.
        pub fn sample(lang: Lang) -> Self {
            let target = |id: &str, reach: Reach| Target {
                id: id.to_owned(),
                post: "नायब तहसीलदार".to_owned(),
                office: "तहसील कार्यालय देपालपुर".to_owned(),
                person: None,
                remark: None,
                reach,
                needs_newer: false,
            };
            Self {
                frame: Frame::sample_at(lang, Here::Desk),
                id: "00000001".to_owned(),
                number: "आवक 118/2026".to_owned(),
                subject: "धरना-प्रदर्शन की अनुमति".to_owned(),
                q: "नायब".to_owned(),
                chosen: vec![target("a:1", Reach::Here)],
                own: vec![target("a:2", Reach::Here)],
                others: vec![target("b:1", Reach::Unknown)],
                more: true,
                typed: SendTyped::default(),
                error: None,
            }
        }
    }
}
