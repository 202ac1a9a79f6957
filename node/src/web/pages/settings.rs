//! My settings, and the card of help and keys.
//!
//! Passwords are never part of a context.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::texts::{Key, key};

/// The settings page.
#[derive(Clone, Debug, Template)]
#[template(path = "settings.html")]
pub struct Settings {
    /// The common part; language and shortcuts are taken from it.
    pub frame: Frame,
    /// The shortest password accepted, characters.
    pub min_password: u32,
    /// Why a change was refused, in the officer's language.
    pub error: Option<String>,
}

/// First steps and all keys, printable.
#[derive(Clone, Debug, Template)]
#[template(path = "help.html")]
pub struct Help {
    /// The common part.
    pub frame: Frame,
    /// Whether the officer sees this for the first time.
    pub first_run: bool,
}

/// One line of the card of keys.
#[derive(Clone, Copy, Debug)]
pub struct Shortcut {
    /// The caps to press, as printed on the keyboard.
    pub keys: &'static [&'static str],
    /// What it does.
    pub does: Key,
}

/// A method of typing Hindi, as the settings offer it.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its code.
    pub code: &'static str,
    /// Its name and for whom it is.
    pub name: Key,
}

impl Settings {
    /// All methods, in their order.
    pub fn methods(&self) -> [Method; 5] {
        let method = |code, name| Method { code, name };
        [
            method("inscript", key("typing-inscript")),
            method("gail", key("typing-gail")),
            method("typewriter", key("typing-typewriter")),
            method("phonetic", key("typing-phonetic")),
            method("system", key("typing-system")),
        ]
    }
}

impl Help {
    /// All shortcuts, in the order of the card.
    pub fn shortcuts(&self) -> [Shortcut; 25] {
        let line = |keys, does| Shortcut { keys, does };
        [
            line(&["J", "K"], key("keys-next")),
            line(&["Enter"], key("keys-open")),
            line(&["Space"], key("keys-preview")),
            line(&["X"], key("keys-tick")),
            line(&["Shift F", "Shift P"], key("keys-many")),
            line(&["N"], key("keys-note")),
            line(&["F"], key("keys-send")),
            line(&["R"], key("keys-send-back")),
            line(&["P"], key("keys-park")),
            line(&["L"], key("keys-attach")),
            line(&["W"], key("keys-where")),
            line(&["[", "]", "\\"], key("keys-sides")),
            line(&["/"], key("keys-search")),
            line(&["G I"], key("keys-desk")),
            line(&["G S"], key("keys-sent")),
            line(&["G N"], key("keys-new")),
            line(&["G D", "G T", "G R"], key("keys-dak")),
            line(&["G W", "G P"], key("keys-waiting")),
            line(&["M"], key("keys-put-in-file")),
            line(&["C"], key("keys-copies")),
            line(&["Ctrl S"], key("keys-save")),
            line(&["Ctrl Enter"], key("keys-finish")),
            line(&["Ctrl G", "F9"], key("keys-typing")),
            line(&["Shift F9"], key("keys-board")),
            line(&["?"], key("keys-help")),
        ]
    }
}

#[cfg(test)]
mod samples {
    use super::{Help, Settings};
    use crate::web::pages::frame::{Frame, Here};
    use crate::web::texts::Lang;

    impl Settings {
        /// A refused change of password.
        pub fn sample(lang: Lang) -> Self {
            let frame = Frame::sample_at(lang, Here::Elsewhere);
            let error = Some(frame.t.s("settings-password-refused"));
            Self { frame, min_password: 12, error }
        }
    }

    impl Help {
        /// The first visit.
        pub fn sample(lang: Lang) -> Self {
            Self { frame: Frame::sample_at(lang, Here::Help), first_run: true }
        }
    }
}
