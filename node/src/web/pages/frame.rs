//! What every page has around it: office, officer, language, safety lamp, banner.
//!
//! The frame shows only what the caller proved; a lamp without proof is grey. It never turns green
//! because something is missing.

use crate::web::format;
use crate::web::pages::assets;
use crate::web::texts::{Count, Key, Lang, Texts, key};

/// The common part of all page contexts.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The texts of the officer's language.
    pub t: Texts,
    /// The time of this answer, milliseconds since 1970 UTC.
    pub now: u64,
    /// The token that proves that a form came from our page.
    pub csrf: String,
    /// The idempotency key of the forms of this page: sending twice acts once.
    pub op: String,
    /// Path and query of this page, to come back to after a change of language.
    pub path: String,
    /// The office whose node this is.
    pub office: String,
    /// Who is signed in; `None` before sign-in.
    pub who: Option<Who>,
    /// The lamp in the header; `None` before sign-in.
    pub lamp: Option<Lamp>,
    /// One banner at most: the root cause, not its consequences.
    pub banner: Option<Banner>,
    /// One sentence about the act just done, already in the officer's language.
    pub done: Option<String>,
    /// How Hindi is typed.
    pub typing: Typing,
    /// Whether single-key shortcuts are on.
    pub shortcuts: bool,
    /// The entry of the navigation that this page belongs to.
    pub here: Here,
}

/// The officer at the screen.
#[derive(Clone, Debug)]
pub struct Who {
    /// The officer's name.
    pub name: String,
    /// The post on which this session acts.
    pub post: String,
    /// Whether there is another charge to change to.
    pub several: bool,
    /// An opaque name under which the browser keeps this officer's unsaved text.
    pub owner: String,
    /// Whether the post sees the tray and the inward register.
    pub registry: bool,
    /// Whether the post keeps the register of posts and officers.
    pub admin: bool,
}

impl Who {
    /// Whether a post was chosen; before that there is nothing to keep fresh.
    pub fn is_at_work(&self) -> bool {
        !self.post.is_empty()
    }
}

/// How Hindi is typed on the fields of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typing {
    /// The method by its code, as the scripts and the settings know it.
    pub method: &'static str,
    /// Whether the officer chose it; then Hindi fields begin in Hindi.
    pub chosen: bool,
}

impl Default for Typing {
    /// The national standard, ready but not on.
    fn default() -> Self {
        Self { method: "inscript", chosen: false }
    }
}

impl Typing {
    /// The language in which Hindi fields begin.
    pub fn start(self) -> &'static str {
        if self.chosen { "hi" } else { "en" }
    }

    /// What the method is called at a field.
    pub fn name(self) -> Key {
        match self.method {
            "gail" => key("typing-gail-short"),
            "typewriter" => key("typing-typewriter-short"),
            "phonetic" => key("typing-phonetic-short"),
            _ => key("typing-inscript-short"),
        }
    }
}

/// The worst state among this officer's matters of the last seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lamp {
    /// Each act is held by at least this many mirrors, proved by their cosignatures.
    Held {
        /// The smallest number of mirrors.
        mirrors: u32,
    },
    /// Recorded here, mirrors not yet proved.
    RecordedHere,
    /// Movements wait for another office.
    Waiting {
        /// How many.
        n: u32,
        /// Since when the oldest waits.
        since: u64,
    },
    /// Nothing is known (after a restart, or no mirror has answered).
    Unknown,
    /// The node cannot record.
    Fault,
}

impl Lamp {
    /// The style class; unknown is grey, never green.
    pub fn class(self) -> &'static str {
        match self {
            Self::Held { .. } => "lamp-good",
            Self::RecordedHere => "lamp-plain",
            Self::Waiting { .. } => "lamp-wait",
            Self::Unknown => "lamp-unknown",
            Self::Fault => "lamp-fault",
        }
    }

    /// The shape that says the same without colour.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Held { .. } => "●",
            Self::RecordedHere => "◐",
            Self::Waiting { .. } => "▲",
            Self::Unknown => "?",
            Self::Fault => "■",
        }
    }

    /// The words of the lamp.
    pub fn text(self, t: impl AsRef<Texts>, now: impl Count) -> String {
        let (t, now) = (*t.as_ref(), now.count());
        match self {
            Self::Held { mirrors } => t.n("lamp-held", mirrors),
            Self::RecordedHere => t.s("lamp-recorded"),
            Self::Waiting { n, since } => t.b("lamp-waiting", "n", n, "age", format::age(t, since, now)),
            Self::Unknown => t.s("lamp-unknown"),
            Self::Fault => t.s("lamp-fault"),
        }
    }
}

/// A strip above the page that names one root cause.
#[derive(Clone, Debug)]
pub enum Banner {
    /// No other office can be reached; work goes on.
    OfficesUnreachable {
        /// Since when.
        since: u64,
        /// Movements that wait and will go by themselves.
        waiting: u32,
    },
    /// The node can be read only.
    ReadOnly {
        /// The cause in the officer's language, for example a full disk.
        cause: String,
    },
    /// The office may not sign until it knows what was signed before.
    NotSigning {
        /// What is awaited and what to do, in the officer's language.
        why: String,
    },
    /// The head of office goes on without any cosigner.
    Unwitnessed,
    /// Work on the node is planned.
    Planned {
        /// When it starts.
        at: u64,
        /// How long it takes.
        minutes: u32,
    },
}

impl Banner {
    /// The style class.
    pub fn class(&self) -> &'static str {
        match self {
            Self::OfficesUnreachable { .. } | Self::Unwitnessed => "banner-wait",
            Self::ReadOnly { .. } | Self::NotSigning { .. } => "banner-fault",
            Self::Planned { .. } => "banner-plain",
        }
    }

    /// The sentence of the banner.
    pub fn text(&self, t: impl AsRef<Texts>, now: impl Count) -> String {
        let (t, now) = (*t.as_ref(), now.count());
        match self {
            Self::OfficesUnreachable { since, waiting: 0 } => {
                t.a("banner-unreachable-idle", "time", format::clock(*since, now))
            }
            Self::OfficesUnreachable { since, waiting } => {
                t.b("banner-unreachable", "time", format::clock(*since, now), "n", waiting)
            }
            Self::ReadOnly { cause } => t.a("banner-read-only", "cause", cause),
            Self::NotSigning { why } => why.clone(),
            Self::Unwitnessed => t.s("banner-unwitnessed"),
            Self::Planned { at, minutes } => {
                t.b("banner-planned", "time", format::clock(*at, now), "n", minutes)
            }
        }
    }
}

/// Entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// My desk and everything on it.
    Desk,
    /// Opening a file.
    OpenFile,
    /// Diarising a letter.
    Diarise,
    /// What waits to be diarised.
    Tray,
    /// The inward register.
    Inward,
    /// What this post waits for.
    Waiting,
    /// Posts and officers, for the administrator.
    People,
    /// Finding.
    Search,
    /// Safety of this office.
    Safety,
    /// Help and keys.
    Help,
    /// Anything else.
    Elsewhere,
}

impl Frame {
    /// The languages of the switch.
    pub fn languages(&self) -> [Lang; 2] {
        Lang::ALL
    }

    /// The URL of a style sheet, script or font.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// `page` for the entry of the navigation that is open, `false` for others.
    pub fn current(&self, here: Here) -> &'static str {
        if self.here == here { "page" } else { "false" }
    }
}

#[cfg(test)]
impl Frame {
    /// An officer at work in the afternoon of Sunday, 22 November 2026.
    pub fn sample(lang: Lang) -> Self {
        let t = Texts::of(lang);
        Self {
            t,
            now: SAMPLE_NOW,
            csrf: "c5rf".to_owned(),
            op: "0f3a".to_owned(),
            path: "/desk?tab=all&page=1".to_owned(),
            office: "तहसील कार्यालय देपालपुर".to_owned(),
            who: Some(Who {
                name: "श्रीमती अनुराधा वर्मा".to_owned(),
                post: "तहसीलदार".to_owned(),
                several: true,
                owner: "o-7f21".to_owned(),
                registry: true,
                admin: true,
            }),
            lamp: Some(Lamp::Held { mirrors: 3 }),
            banner: None,
            done: None,
            typing: Typing { method: "inscript", chosen: true },
            shortcuts: true,
            here: Here::Desk,
        }
    }

    /// The same with another entry of the navigation open.
    pub fn sample_at(lang: Lang, here: Here) -> Self {
        Self { here, ..Self::sample(lang) }
    }
}

/// 22/11/2026 14:30 IST.
#[cfg(test)]
pub const SAMPLE_NOW: u64 = 1_795_338_000_000;
