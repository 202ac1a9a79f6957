//! Sign-in, and the choice of a post for an officer with several charges.
//!
//! A password is never part of a context: a refused sign-in shows the name again and nothing else.

use askama::Template;

use crate::web::pages::frame::Frame;

/// The sign-in page.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The common part.
    pub frame: Frame,
    /// The login name typed before, if sign-in was refused.
    pub login: String,
    /// Why it was refused, in the officer's language.
    pub error: Option<String>,
    /// Where to go after sign-in: a path of this node.
    pub back: String,
}

/// The choice among several charges.
#[derive(Clone, Debug, Template)]
#[template(path = "choose_post.html")]
pub struct ChoosePost {
    /// The common part.
    pub frame: Frame,
    /// The charges in force.
    pub charges: Vec<ChargeChoice>,
}

/// One charge of the officer.
#[derive(Clone, Debug)]
pub struct ChargeChoice {
    /// The value of the form.
    pub id: String,
    /// The post.
    pub post: String,
    /// The office.
    pub office: String,
    /// Whether it is an additional charge.
    pub additional: bool,
    /// How many matters wait there.
    pub waiting: u32,
}

#[cfg(test)]
mod samples {
    use super::{ChargeChoice, ChoosePost, SignIn};
    use crate::web::pages::frame::{Frame, Here};
    use crate::web::texts::Lang;

    impl SignIn {
        /// A refused attempt.
        pub fn sample(lang: Lang) -> Self {
            let frame = Frame {
                who: None,
                lamp: None,
                path: "/sign-in".to_owned(),
                ..Frame::sample_at(lang, Here::Elsewhere)
            };
            let error = Some(frame.t.s("sign-in-refused"));
            Self { frame, login: "anuradha.verma".to_owned(), error, back: "/desk".to_owned() }
        }
    }

    impl ChoosePost {
        /// Own charge and an additional one.
        pub fn sample(lang: Lang) -> Self {
            let charge = |id: &str, post: &str, additional, waiting| ChargeChoice {
                id: id.to_owned(),
                post: post.to_owned(),
                office: "तहसील कार्यालय देपालपुर".to_owned(),
                additional,
                waiting,
            };
            Self {
                frame: Frame::sample_at(lang, Here::Elsewhere),
                charges: vec![
                    charge("a1", "तहसीलदार", false, 24),
                    charge("b2", "नायब तहसीलदार, गौतमपुरा", true, 1),
                ],
            }
        }
    }
}
