//! The send sheet: what leaves, to whom, and then the signature.
//!
//! Without a script it works in two steps of one page: a search and links choose the post, then
//! the form asks for the rest. It never says that something has arrived.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::note_text::Para;
use crate::web::pages::words::{Reach, Urgency};
use crate::web::texts::{Key, key};

/// The send sheet of one matter.
#[derive(Clone, Debug, Template)]
#[template(path = "send.html")]
pub struct SendSheet {
    /// The common part.
    pub frame: Frame,
    /// The id of the matter in URLs.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// What leaves.
    pub leaves: Leaves,
    /// What was searched for.
    pub q: String,
    /// Posts to choose, under their headings: recent ones, this office, above and below, others.
    pub offered: Vec<(Key, Vec<Target>)>,
    /// The chosen post had it already, and nothing was noted since.
    pub again: bool,
    /// Posts that will have had it, the chosen one included.
    pub levels: u32,
    /// Posts of this office that are passed over; they can have a copy for information.
    pub skipped: Vec<Target>,
    /// Whether more match than are shown.
    pub more: bool,
    /// The post chosen.
    pub chosen: Option<Target>,
    /// What was typed before.
    pub typed: SendTyped,
    /// Why it was refused, in the officer's language.
    pub error: Option<String>,
}

/// Levels a file may pass; the manual of office procedure says so.
const LEVELS_MAX: u32 = 4;

impl SendSheet {
    /// Whether more posts have had it than the manual allows.
    pub fn is_long_way(&self) -> bool {
        self.levels > LEVELS_MAX
    }

    /// Whether no post matches.
    pub fn is_nobody(&self) -> bool {
        self.offered.iter().all(|(_, targets)| targets.is_empty())
    }
}

/// What will be signed and sent.
#[derive(Clone, Debug)]
pub struct Leaves {
    /// The paragraphs of my note that become signed, as the reader will see them.
    pub draft: Vec<Para>,
    /// The version of my note that is shown: no other one is signed.
    pub version: u64,
    /// The number of notes in the file, mine included.
    pub notes: u32,
    /// The number of papers.
    pub papers: u32,
    /// The sum of their sizes, bytes.
    pub bytes: u64,
}

/// A post to which the matter can go.
#[derive(Clone, Debug)]
pub struct Target {
    /// The value of the form and of `?to=`.
    pub id: String,
    /// The post.
    pub post: String,
    /// The office.
    pub office: String,
    /// The present holder; `None` if the post is vacant.
    pub person: Option<String>,
    /// What to know about the holder (on leave, link officer), in the officer's language.
    pub remark: Option<String>,
    /// Whether the office answers now.
    pub reach: Reach,
    /// Whether its software cannot open this matter yet.
    pub needs_newer: bool,
}

/// The fields of the form.
#[derive(Clone, Debug, Default)]
pub struct SendTyped {
    /// Remarks for the receiver.
    pub remarks: String,
    /// What is wanted.
    pub wanted: Wanted,
    /// The due day as a date field gives it, may be empty.
    pub due: String,
    /// How urgent.
    pub urgency: Urgency,
}

/// What the sender wants done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// आवश्यक कार्यवाही हेतु
    #[default]
    Action,
    /// आदेशार्थ
    Orders,
    /// अनुमोदनार्थ
    Approval,
    /// अभिमत हेतु
    Opinion,
    /// परीक्षण हेतु
    Examination,
    /// अवलोकनार्थ
    Perusal,
    /// सूचनार्थ
    Information,
}

impl Wanted {
    /// All, in the order of the list.
    pub const ALL: [Self; 7] = [
        Self::Action,
        Self::Orders,
        Self::Approval,
        Self::Opinion,
        Self::Examination,
        Self::Perusal,
        Self::Information,
    ];

    /// The value in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Orders => "orders",
            Self::Approval => "approval",
            Self::Opinion => "opinion",
            Self::Examination => "examination",
            Self::Perusal => "perusal",
            Self::Information => "information",
        }
    }

    /// Reads the value of a form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wanted| wanted.code() == code)
    }

    /// Its word.
    pub fn key(self) -> Key {
        match self {
            Self::Action => key("wanted-action"),
            Self::Orders => key("wanted-orders"),
            Self::Approval => key("wanted-approval"),
            Self::Opinion => key("wanted-opinion"),
            Self::Examination => key("wanted-examination"),
            Self::Perusal => key("wanted-perusal"),
            Self::Information => key("wanted-information"),
        }
    }
}

#[cfg(test)]
mod samples {
    use super::{Leaves, SendSheet, SendTyped, Target};
    use crate::web::pages::frame::{Frame, SAMPLE_NOW};
    use crate::web::pages::note_text::paragraphs;
    use crate::web::pages::words::Reach;
    use crate::web::texts::{Lang, key};

    impl SendSheet {
        /// A post of a district that cannot be reached is chosen.
        pub fn sample(lang: Lang) -> Self {
            let mut sheet = Self::sample_choosing(lang);
            sheet.chosen = sheet.others().first().cloned();
            sheet.skipped = sheet.own().into_iter().take(2).collect();
            (sheet.again, sheet.levels) = (true, 6);
            sheet
        }

        /// The posts of this office.
        pub fn own(&self) -> Vec<Target> {
            self.offered.first().map(|(_, targets)| targets.clone()).unwrap_or_default()
        }

        /// The posts of others.
        pub fn others(&self) -> Vec<Target> {
            self.offered.last().map(|(_, targets)| targets.clone()).unwrap_or_default()
        }

        /// No post chosen yet.
        pub fn sample_choosing(lang: Lang) -> Self {
            let target = |id: &str, post: &str, office: &str, person: Option<&str>, reach| Target {
                id: id.to_owned(),
                post: post.to_owned(),
                office: office.to_owned(),
                person: person.map(str::to_owned),
                remark: None,
                reach,
                needs_newer: false,
            };
            let (own, district) = ("तहसील कार्यालय देपालपुर", "कलेक्टर कार्यालय इन्दौर");
            let lost = Reach::Lost { since: SAMPLE_NOW - 10_800_000 };
            Self {
                frame: Frame::sample(lang),
                id: "00000001".to_owned(),
                number: "DEP/101/2026".to_owned(),
                subject: "सामुदायिक भवन हेतु राशि की प्रशासकीय स्वीकृति".to_owned(),
                leaves: Leaves {
                    draft: paragraphs("प्रस्ताव से सहमत, पृ.2/प देखें।\nस्वीकृति हेतु प्रेषित।", 6),
                    version: 4,
                    notes: 3,
                    papers: 4,
                    bytes: 3_248_000,
                },
                q: "इन्दौर".to_owned(),
                offered: vec![
                    (
                        key("send-own"),
                        vec![
                            target("o1.p1", "नायब तहसीलदार", own, Some("श्री दिनेश चौहान"), Reach::Here),
                            target("o1.p2", "सहायक ग्रेड-2", own, Some("श्री रामेश्वर पटेल"), Reach::Here),
                            target("o1.p3", "राजस्व निरीक्षक, बेटमा", own, None, Reach::Here),
                        ],
                    ),
                    (
                        key("send-others"),
                        vec![
                            target("o2.p1", "कलेक्टर", district, Some("श्री आशीष सक्सेना"), lost),
                            target("o2.p2", "अपर कलेक्टर", district, Some("सुश्री नेहा जैन"), lost),
                            target(
                                "o3.p1",
                                "पुलिस अधीक्षक",
                                "पुलिस अधीक्षक कार्यालय इन्दौर (ग्रामीण)",
                                Some("श्री विवेक तिवारी"),
                                Reach::Now,
                            ),
                            target("o4.p1", "आयुक्त", "नगर निगम इन्दौर", Some("श्री हर्ष मेहता"), Reach::Unknown),
                        ],
                    ),
                ],
                again: false,
                levels: 2,
                skipped: Vec::new(),
                more: true,
                chosen: None,
                typed: SendTyped::default(),
                error: None,
            }
        }
    }
}
