//! My desk: one list of dak and files, tabs as links.
//!
//! The rows are also a fragment of their own, which the live script swaps. Sorting and filtering
//! are the caller's; nothing here reorders.

use askama::Template;

use crate::web::format::{self, Ageing};
use crate::web::pages::frame::Frame;
use crate::web::pages::send::Wanted;
use crate::web::pages::words::{Kind, Place, Urgency, Watch};
use crate::web::texts::{Count, Key, Texts, key};

/// Rows on one page: half a second to show on the slowest supported computer (200 take 0.8 s,
/// 1,000 take 2.3 s).
pub const ROWS_PER_PAGE: u32 = 50;

/// The desk.
#[derive(Clone, Debug, Template)]
#[template(path = "desk.html")]
pub struct Desk {
    /// The common part.
    pub frame: Frame,
    /// The open tab.
    pub tab: Tab,
    /// What of it is shown.
    pub only: Only,
    /// The counts of the tabs, in the order of [`Tab::ALL`].
    pub counts: [u32; 6],
    /// At most [`ROWS_PER_PAGE`] rows.
    pub rows: Vec<Row>,
    /// The page shown, from 1.
    pub page: u32,
    /// The number of pages, at least 1.
    pub pages: u32,
    /// Whether the four cards of the first visit are shown.
    pub tour: bool,
}

/// The body of the table alone, for `GET /desk/rows?tab=..&page=..`.
#[derive(Clone, Debug, Template)]
#[template(path = "_desk_rows.html")]
pub struct DeskRows {
    /// The texts of the officer's language.
    pub t: Texts,
    /// The time of this answer, milliseconds since 1970 UTC.
    pub now: u64,
    /// The open tab.
    pub tab: Tab,
    /// What of it is shown.
    pub only: Only,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The tabs of the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Everything that waits for me.
    #[default]
    All,
    /// Letters that wait for me.
    Dak,
    /// Files that wait for me.
    Files,
    /// Sent, and on the way.
    Sent,
    /// Parked until a day.
    Parked,
    /// Closed.
    Closed,
}

/// What of a list is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// Everything.
    #[default]
    Everything,
    /// Due today or before.
    Due,
    /// More urgent than ordinary.
    Urgent,
    /// Of a watched class or a typed case.
    Watched,
}

impl Only {
    /// All, in the order of the links.
    pub const ALL: [Self; 4] = [Self::Everything, Self::Due, Self::Urgent, Self::Watched];

    /// The value in URLs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Everything => "",
            Self::Due => "due",
            Self::Urgent => "urgent",
            Self::Watched => "watched",
        }
    }

    /// Reads the value of a URL; anything else means everything.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|only| only.code() == code).unwrap_or_default()
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Everything => key("only-everything"),
            Self::Due => key("only-due"),
            Self::Urgent => key("only-urgent"),
            Self::Watched => key("only-watched"),
        }
    }
}

impl Desk {
    /// The tabs with their counts.
    pub fn tabs(&self) -> impl Iterator<Item = (Tab, u32)> {
        Tab::ALL.into_iter().zip(self.counts)
    }
}

impl Tab {
    /// All tabs in order.
    pub const ALL: [Self; 6] = [Self::All, Self::Dak, Self::Files, Self::Sent, Self::Parked, Self::Closed];

    /// The value in URLs.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Dak => "dak",
            Self::Files => "files",
            Self::Sent => "sent",
            Self::Parked => "parked",
            Self::Closed => "closed",
        }
    }

    /// Reads the value of a URL; anything else means [`Tab::All`].
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|tab| tab.code() == code).unwrap_or_default()
    }

    /// Whether rows of it can be ticked, for one act on all of them.
    pub fn can_tick(self) -> bool {
        matches!(self, Self::All | Self::Dak | Self::Files)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::All => key("tab-all"),
            Self::Dak => key("tab-dak"),
            Self::Files => key("tab-files"),
            Self::Sent => key("tab-sent"),
            Self::Parked => key("tab-parked"),
            Self::Closed => key("tab-closed"),
        }
    }

    /// What an empty tab teaches.
    pub fn empty_key(self) -> Key {
        match self {
            Self::All => key("empty-all"),
            Self::Dak => key("empty-dak"),
            Self::Files => key("empty-files"),
            Self::Sent => key("empty-sent"),
            Self::Parked => key("empty-parked"),
            Self::Closed => key("empty-closed"),
        }
    }
}

/// One matter on the desk.
#[derive(Clone, Debug)]
pub struct Row {
    /// The id in URLs.
    pub id: String,
    /// File or dak.
    pub kind: Kind,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// Not opened by me yet.
    pub unread: bool,
    /// Who sent it here; `None` if it was opened here.
    pub from: Option<Place>,
    /// Since when it is at this desk (or since when it left), milliseconds.
    pub since: u64,
    /// Working days at this desk, as the office counts them.
    pub working_days: u32,
    /// The day it is due, milliseconds.
    pub due: Option<u64>,
    /// Working days past the due day.
    pub late: u32,
    /// What is wanted, if the sender said.
    pub wanted: Option<Wanted>,
    /// Reminders to this post.
    pub reminders: u32,
    /// How urgent.
    pub urgency: Urgency,
    /// Where it stands.
    pub state: RowState,
    /// How often it was sent back.
    pub returned: u32,
    /// Watched classes.
    pub watch: Vec<Watch>,
    /// Name of the typed case; may be empty.
    pub case: String,
    /// Whether this is where to go on: it gets the focus.
    pub is_next: bool,
}

/// Where a matter of the desk stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowState {
    /// On the desk, nothing written yet.
    OnDesk,
    /// On the desk with an unsent note of mine.
    Draft,
    /// Waiting to go: the other office is not reachable or not ready.
    Queued {
        /// The office it goes to.
        office: String,
        /// Since when it waits.
        since: u64,
    },
    /// Handed over; the other office has not recorded its receipt yet.
    InTransit {
        /// The office it goes to.
        office: String,
    },
    /// The other office has recorded its receipt.
    Delivered {
        /// Where it is now.
        to: Place,
    },
    /// Parked.
    Parked {
        /// The day it comes back, milliseconds.
        until: u64,
    },
    /// Closed.
    Closed,
    /// An act on it needs newer software than this node runs.
    NeedsNewerSoftware,
}

impl Row {
    /// The step of ageing; closed, sent and parked matters do not age at this desk.
    pub fn ageing(&self) -> Ageing {
        match self.state {
            RowState::OnDesk | RowState::Draft => Ageing::of(self.working_days),
            _ => Ageing::Fresh,
        }
    }

    /// The words of the state.
    pub fn state_text(&self, t: impl AsRef<Texts>, now: impl Count) -> String {
        let (t, now) = (*t.as_ref(), now.count());
        match &self.state {
            RowState::OnDesk => t.s("state-on-desk"),
            RowState::Draft => t.s("state-draft"),
            RowState::Queued { office, since } => {
                t.b("state-queued", "office", office, "age", format::age(t, *since, now))
            }
            RowState::InTransit { office } => t.a("state-in-transit", "office", office),
            RowState::Delivered { to } => t.b("state-delivered", "post", &to.post, "office", &to.office),
            RowState::Parked { until } => t.a("state-parked", "date", format::date(*until)),
            RowState::Closed => t.s("state-closed"),
            RowState::NeedsNewerSoftware => t.s("state-needs-newer"),
        }
    }

    /// The style class of the state.
    pub fn state_class(&self) -> &'static str {
        match self.state {
            RowState::Queued { .. } | RowState::NeedsNewerSoftware => "mark-wait",
            RowState::Delivered { .. } => "mark-good",
            RowState::Draft => "mark-draft",
            _ => "mark-plain",
        }
    }
}

#[cfg(test)]
mod samples {
    use super::{Desk, DeskRows, Only, Row, RowState, Tab};
    use crate::web::pages::frame::{Banner, Frame, Here, Lamp, SAMPLE_NOW};
    use crate::web::pages::send::Wanted;
    use crate::web::pages::words::{Kind, Place, Urgency, Watch};
    use crate::web::texts::Lang;

    const HOUR: u64 = 3_600_000;
    const DAY: u64 = 24 * HOUR;

    impl Desk {
        /// A busy desk with every state, while other offices cannot be reached.
        pub fn sample(lang: Lang) -> Self {
            let mut frame = Frame::sample(lang);
            frame.banner = Some(Banner::OfficesUnreachable { since: SAMPLE_NOW - 3 * HOUR, waiting: 2 });
            frame.lamp = Some(Lamp::Waiting { n: 2, since: SAMPLE_NOW - 3 * HOUR });
            Self {
                frame,
                tab: Tab::All,
                only: Only::Everything,
                counts: [8, 2, 4, 2, 1, 31],
                rows: Row::samples(),
                page: 1,
                pages: 4,
                tour: true,
            }
        }

        /// An empty desk.
        pub fn sample_empty(lang: Lang) -> Self {
            let frame = Frame::sample_at(lang, Here::Desk);
            let only = Only::Due;
            Self {
                frame,
                tab: Tab::All,
                only,
                counts: [0; 6],
                rows: Vec::new(),
                page: 1,
                pages: 1,
                tour: false,
            }
        }
    }

    impl DeskRows {
        /// The rows of the busy desk.
        pub fn sample(lang: Lang) -> Self {
            let t = Frame::sample(lang).t;
            Self { t, now: SAMPLE_NOW, tab: Tab::All, only: Only::Everything, rows: Row::samples() }
        }
    }

    impl Row {
        /// One row for each state.
        pub fn samples() -> Vec<Self> {
            let collector = Place::sample("कलेक्टर", "कलेक्टर कार्यालय इन्दौर", "श्री आशीष सक्सेना");
            let clerk = Place::sample("सहायक ग्रेड-2", "तहसील कार्यालय देपालपुर", "श्री रामेश्वर पटेल");
            let row = |n: u32, kind, subject: &str, days: u32, state| Self {
                id: format!("{n:08x}"),
                kind,
                number: format!("DEP/{}/2026", 100 + n),
                subject: subject.to_owned(),
                unread: n.is_multiple_of(3),
                from: Some(if n.is_multiple_of(2) { collector.clone() } else { clerk.clone() }),
                since: SAMPLE_NOW - u64::from(days) * DAY,
                working_days: days * 5 / 7,
                due: None,
                late: 0,
                wanted: (n == 1).then_some(Wanted::Orders),
                reminders: u32::from(n == 1) * 2,
                urgency: Urgency::ALL[n as usize % 4],
                state,
                returned: u32::from(n == 5) * 2,
                watch: if n == 2 { vec![Watch::Vip] } else { Vec::new() },
                case: if n == 2 {
                    "धरना-प्रदर्शन की अनुमति".to_owned()
                } else {
                    String::new()
                },
                is_next: n == 2,
            };
            let queued =
                |office: &str| RowState::Queued { office: office.to_owned(), since: SAMPLE_NOW - 3 * HOUR };
            let mut rows = vec![
                row(
                    1,
                    Kind::File,
                    "ग्राम पंचायत गौतमपुरा में सामुदायिक भवन हेतु राशि रुपये 12,34,567 की प्रशासकीय स्वीकृति",
                    30,
                    RowState::OnDesk,
                ),
                row(2, Kind::Dak, "धरना-प्रदर्शन की अनुमति बाबत्", 0, RowState::OnDesk),
                row(3, Kind::File, "वन अधिकार दावों का पुनरीक्षण", 13, RowState::Draft),
                row(
                    4,
                    Kind::Dak,
                    "सीमांकन प्रकरण में प्रतिवेदन चाहने बाबत्, ग्राम बेटमा खुर्द, प.ह.नं. 14, सर्वे नंबर 212/1/क",
                    7,
                    RowState::OnDesk,
                ),
                row(5, Kind::File, "कार्यालय भवन की मरम्मत", 2, RowState::OnDesk),
                row(6, Kind::File, "नामांतरण प्रकरणों की समीक्षा", 0, queued("कलेक्टर कार्यालय इन्दौर")),
                row(
                    7,
                    Kind::File,
                    "अतिक्रमण हटाने हेतु पुलिस बल",
                    1,
                    RowState::InTransit {
                        office: "पुलिस अधीक्षक कार्यालय इन्दौर (ग्रामीण)".to_owned()
                    },
                ),
                row(8, Kind::File, "पेयजल परिवहन के देयक", 4, RowState::Delivered { to: collector.clone() }),
                row(
                    9,
                    Kind::File,
                    "आगामी निर्वाचन की मतदान केन्द्र सूची",
                    3,
                    RowState::Parked { until: SAMPLE_NOW + 8 * DAY },
                ),
                row(10, Kind::File, "वार्षिक स्टेशनरी क्रय 2025-26", 60, RowState::Closed),
                row(11, Kind::File, "भू-अर्जन मुआवजा वितरण", 5, RowState::NeedsNewerSoftware),
            ];
            (rows[0].due, rows[0].late) = (Some(SAMPLE_NOW - 2 * DAY - HOUR), 2);
            rows[1].due = Some(SAMPLE_NOW + 5 * DAY);
            rows[4].from = None;
            rows
        }
    }
}
