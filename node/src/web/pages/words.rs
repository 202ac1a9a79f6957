//! Small values that several screens show with a word, a mark and a style.
//!
//! Each variant maps to one message; `build.rs` checks the names. No rule is decided here.

use crate::web::format;
use crate::web::texts::{Count, Key, Texts, key};

/// What kind of matter a row or page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An office file with note sheet and papers.
    File,
    /// A letter that came in.
    Dak,
}

impl Kind {
    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::File => key("kind-file"),
            Self::Dak => key("kind-dak"),
        }
    }

    /// Its mark; the word always stands beside it.
    pub fn mark(self) -> &'static str {
        match self {
            Self::File => "▤",
            Self::Dak => "✉",
        }
    }
}

/// How urgent a matter was marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Urgency {
    /// साधारण
    #[default]
    Ordinary,
    /// प्राथमिकता
    Priority,
    /// तत्काल
    Immediate,
    /// सर्वोच्च प्राथमिकता
    Top,
}

impl Urgency {
    /// All, from the least to the most urgent, as a form lists them.
    pub const ALL: [Self; 4] = [Self::Ordinary, Self::Priority, Self::Immediate, Self::Top];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Priority => "priority",
            Self::Immediate => "immediate",
            Self::Top => "top",
        }
    }

    /// Reads the value of a form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.code() == code)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Ordinary => key("urgency-ordinary"),
            Self::Priority => key("urgency-priority"),
            Self::Immediate => key("urgency-immediate"),
            Self::Top => key("urgency-top"),
        }
    }
}

/// A class of letters that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// सांसद, विधायक, मंत्री
    Vip,
    /// विधानसभा
    Assembly,
    /// न्यायालय
    Court,
    /// सूचना का अधिकार
    Rti,
    /// मुख्यमंत्री कार्यालय
    ChiefMinister,
}

impl Watch {
    /// All, in the order of the forms.
    pub const ALL: [Self; 5] = [Self::Vip, Self::Assembly, Self::Court, Self::Rti, Self::ChiefMinister];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vip => "vip",
            Self::Assembly => "assembly",
            Self::Court => "court",
            Self::Rti => "rti",
            Self::ChiefMinister => "cm",
        }
    }

    /// Reads the value of a form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|watch| watch.code() == code)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Vip => key("watch-vip"),
            Self::Assembly => key("watch-assembly"),
            Self::Court => key("watch-court"),
            Self::Rti => key("watch-rti"),
            Self::ChiefMinister => key("watch-cm"),
        }
    }
}

/// How a letter came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Not said.
    #[default]
    NotSaid,
    /// By hand.
    Hand,
    /// Post.
    Post,
    /// Speed or registered post.
    Registered,
    /// E-mail.
    Email,
    /// Messenger.
    Messenger,
    /// Fax.
    Fax,
    /// Scanner.
    Scanner,
}

impl Mode {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::NotSaid,
        Self::Hand,
        Self::Post,
        Self::Registered,
        Self::Email,
        Self::Messenger,
        Self::Fax,
        Self::Scanner,
    ];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotSaid => "",
            Self::Hand => "hand",
            Self::Post => "post",
            Self::Registered => "registered",
            Self::Email => "email",
            Self::Messenger => "messenger",
            Self::Fax => "fax",
            Self::Scanner => "scanner",
        }
    }

    /// Reads the value of a form; anything else is not said.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|mode| mode.code() == code).unwrap_or_default()
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::NotSaid => key("mode-not-said"),
            Self::Hand => key("mode-hand"),
            Self::Post => key("mode-post"),
            Self::Registered => key("mode-registered"),
            Self::Email => key("mode-email"),
            Self::Messenger => key("mode-messenger"),
            Self::Fax => key("mode-fax"),
            Self::Scanner => key("mode-scanner"),
        }
    }
}

/// Who may know what is in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Classification {
    /// सामान्य
    #[default]
    Normal,
    /// गोपनीय
    Confidential,
    /// गुप्त
    Secret,
    /// परम गुप्त
    TopSecret,
}

impl Classification {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Confidential, Self::Secret, Self::TopSecret];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Confidential => "confidential",
            Self::Secret => "secret",
            Self::TopSecret => "top-secret",
        }
    }

    /// Reads the value of a form; anything else is normal.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.code() == code).unwrap_or_default()
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Normal => key("classification-normal"),
            Self::Confidential => key("classification-confidential"),
            Self::Secret => key("classification-secret"),
            Self::TopSecret => key("classification-top-secret"),
        }
    }
}

/// A post in an office, with the present holder when known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The post.
    pub post: String,
    /// The office.
    pub office: String,
    /// The officer who holds the post now or held it then.
    pub person: Option<String>,
}

/// Whether another office answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This office itself: nothing has to travel.
    Here,
    /// It answered within the last minutes.
    Now,
    /// It has not answered since.
    Lost {
        /// The last time it answered.
        since: u64,
    },
    /// It has not been asked or never answered.
    Unknown,
}

impl Reach {
    /// Its words.
    pub fn text(self, t: impl AsRef<Texts>, now: impl Count) -> String {
        let (t, now) = (*t.as_ref(), now.count());
        match self {
            Self::Here => t.s("reach-here"),
            Self::Now => t.s("reach-now"),
            Self::Lost { since } => t.a("reach-lost", "age", format::age(t, since, now)),
            Self::Unknown => t.s("reach-unknown"),
        }
    }

    /// The shape beside the words.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Here | Self::Now => "●",
            Self::Lost { .. } => "▲",
            Self::Unknown => "?",
        }
    }

    /// The style class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Here | Self::Now => "mark-good",
            Self::Lost { .. } => "mark-wait",
            Self::Unknown => "mark-unknown",
        }
    }

    /// Whether a movement to it would wait.
    pub fn waits(self) -> bool {
        matches!(self, Self::Lost { .. } | Self::Unknown)
    }
}

/// What is proved about one step of the safety ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Proved, with the time the proof names.
    At(u64),
    /// No proof is held. Shown as unknown, never as done.
    Unknown,
    /// This step does not apply, for example delivery inside the office.
    NotDue,
}

/// The safety of one act: only what a signed proof shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// How many mirrors hold the bytes; `None` if no cosignature is known yet.
    pub mirrors: Option<u32>,
    /// The addressed office has received it.
    pub delivered: Proof,
    /// An officer there has opened it.
    pub opened: Proof,
}

impl Ladder {
    /// An act inside the office.
    pub fn local(mirrors: Option<u32>) -> Self {
        Self { mirrors, delivered: Proof::NotDue, opened: Proof::NotDue }
    }

    /// The four steps as they are shown, in order.
    pub fn rungs(&self, t: impl AsRef<Texts>, now: impl Count) -> Vec<Rung> {
        let (t, now) = (*t.as_ref(), now.count());
        let mut rungs = vec![Rung { state: RungState::Proved, text: t.s("ladder-recorded") }];
        rungs.push(match self.mirrors {
            Some(n) if n > 0 => Rung { state: RungState::Proved, text: t.n("ladder-held", n) },
            _ => Rung { state: RungState::Unknown, text: t.s("ladder-held-unknown") },
        });
        let later = [
            (self.delivered, key("ladder-delivered"), key("ladder-delivered-unknown")),
            (self.opened, key("ladder-opened"), key("ladder-opened-unknown")),
        ];
        for (proof, proved, unknown) in later {
            match proof {
                Proof::At(at) => rungs.push(Rung {
                    state: RungState::Proved,
                    text: t.a(proved.name(), "time", format::clock(at, now)),
                }),
                Proof::Unknown => {
                    rungs.push(Rung { state: RungState::Unknown, text: t.k(unknown) });
                }
                Proof::NotDue => {}
            }
        }
        rungs
    }
}

/// One step of the ladder as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Proved or unknown.
    pub state: RungState,
    /// Its words.
    pub text: String,
}

/// Whether a rung is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungState {
    /// A signed proof is held.
    Proved,
    /// Nothing is known.
    Unknown,
}

impl RungState {
    /// The shape beside the words.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Proved => "✓",
            Self::Unknown => "?",
        }
    }

    /// The style class; unknown is grey.
    pub fn class(self) -> &'static str {
        match self {
            Self::Proved => "mark-good",
            Self::Unknown => "mark-unknown",
        }
    }
}

#[cfg(test)]
impl Place {
    /// A post of the sample district.
    pub fn sample(post: &str, office: &str, person: &str) -> Self {
        Self { post: post.to_owned(), office: office.to_owned(), person: Some(person.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ladder, Proof, RungState};
    use crate::web::texts::{Lang, Texts};

    #[test]
    fn what_is_not_proved_is_unknown_and_never_good() {
        let ladder = Ladder { mirrors: None, delivered: Proof::Unknown, opened: Proof::Unknown };
        let rungs = ladder.rungs(Texts::of(Lang::Hi), 0_u64);
        assert_eq!(rungs.len(), 4);
        assert!(rungs[1..].iter().all(|rung| rung.state == RungState::Unknown));
        assert!(rungs[1..].iter().all(|rung| rung.state.class() != "mark-good"));
    }

    #[test]
    fn zero_mirrors_are_no_proof() {
        let rungs = Ladder::local(Some(0)).rungs(Texts::of(Lang::En), 0_u64);
        assert_eq!(rungs[1].state, RungState::Unknown);
    }
}
