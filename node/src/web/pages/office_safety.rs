//! सुरक्षा: this office's own facts, and what is known of other offices.
//!
//! Every figure is what this node has proof of; unknown is written as unknown.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::words::Reach;

/// The safety page.
#[derive(Clone, Debug, Template)]
#[template(path = "office_safety.html")]
pub struct OfficeSafety {
    /// The common part.
    pub frame: Frame,
    /// This office.
    pub own: OwnOffice,
    /// What is still to come after an absence; `None` if nothing is known to be missing.
    pub catching_up: Option<CatchingUp>,
    /// The mirrors of this office's log.
    pub mirrors: Vec<Mirror>,
    /// The other offices, those with waiting matters first.
    pub offices: Vec<OtherOffice>,
    /// Connections refused since the start because the registry does not name the node.
    pub refused_peers: u64,
    /// Connections turned away since the start because there were too many.
    pub turned_away: u64,
    /// Times that a node was slowed down since the start, because it sent more than it may.
    pub slowed: u64,
}

/// Facts about this office.
#[derive(Clone, Debug)]
pub struct OwnOffice {
    /// Its path, for example `mp/indore/depalpur`.
    pub path: String,
    /// The version of the software.
    pub version: String,
    /// Which incarnation speaks for the office.
    pub incarnation: u32,
    /// Acts in the office log.
    pub log_size: u64,
    /// The head of the log, shortened.
    pub head: String,
    /// Since when this node runs.
    pub running_since: u64,
    /// The last backup; `None` if there never was one.
    pub last_backup: Option<u64>,
    /// Free room on the disk, bytes; `None` if the node cannot tell.
    pub disk_free: Option<u64>,
    /// Whether the node may sign; if not, why, in the officer's language.
    pub hindrance: Option<String>,
}

impl OwnOffice {
    /// Whether a proved size covers the whole log.
    pub fn all_in(&self, size: &u64) -> bool {
        *size >= self.log_size
    }
}

/// What is still to come from other offices.
#[derive(Clone, Debug)]
pub struct CatchingUp {
    /// Files addressed to this office.
    pub files: u64,
    /// Acts of other offices that are mirrored here.
    pub acts: u64,
    /// Bytes of all that, in part an estimate.
    pub bytes: u64,
    /// Minutes that it takes at the present rate; `None` if nothing arrives.
    pub minutes: Option<u64>,
}

/// A mirror of this office's log.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// The office that mirrors.
    pub office: String,
    /// How many acts its latest cosignature proves; `None` if none is known.
    pub holds: Option<u64>,
    /// When that cosignature was given.
    pub at: Option<u64>,
}

/// Another office.
#[derive(Clone, Debug)]
pub struct OtherOffice {
    /// Its name.
    pub office: String,
    /// Whether it answers.
    pub reach: Reach,
    /// When it last answered.
    pub last_heard: Option<u64>,
    /// Movements that wait for it.
    pub waiting: u32,
    /// Since when the oldest waits.
    pub oldest: Option<u64>,
    /// The size of its log as known here.
    pub log_size: Option<u64>,
}

#[cfg(test)]
impl OfficeSafety {
    /// One office reached, one lost, one never heard.
    pub fn sample(lang: crate::web::texts::Lang) -> Self {
        use crate::web::pages::frame::{Here, SAMPLE_NOW};

        let lost = SAMPLE_NOW - 10_800_000;
        let office = |name: &str, reach, last_heard, waiting, log_size| OtherOffice {
            office: name.to_owned(),
            reach,
            last_heard,
            waiting,
            oldest: (waiting > 0).then_some(lost),
            log_size,
        };
        Self {
            frame: Frame::sample_at(lang, Here::Safety),
            own: OwnOffice {
                path: "mp/indore/depalpur".to_owned(),
                version: "0.1.0".to_owned(),
                incarnation: 1,
                log_size: 1_234_567,
                head: "9f3a 77c1 04be".to_owned(),
                running_since: SAMPLE_NOW - 40 * 86_400_000,
                last_backup: None,
                disk_free: Some(212 * 1024 * 1024 * 1024),
                hindrance: None,
            },
            catching_up: Some(CatchingUp { files: 3, acts: 5_400, bytes: 11_059_200, minutes: Some(24) }),
            mirrors: vec![
                Mirror {
                    office: "कलेक्टर कार्यालय इन्दौर".to_owned(), holds: Some(1_234_560), at: Some(lost)
                },
                Mirror {
                    office: "राज्य डाटा सेंटर".to_owned(),
                    holds: Some(1_234_567),
                    at: Some(SAMPLE_NOW - 60_000),
                },
                Mirror {
                    office: "कलेक्टर कार्यालय सागर".to_owned(), holds: None, at: None
                },
            ],
            offices: vec![
                office("कलेक्टर कार्यालय इन्दौर", Reach::Lost { since: lost }, Some(lost), 2, Some(8_912_004)),
                office("संभागायुक्त कार्यालय इन्दौर", Reach::Now, Some(SAMPLE_NOW - 20_000), 0, Some(77_120)),
                office("कलेक्टर कार्यालय सागर", Reach::Unknown, None, 0, None),
            ],
            refused_peers: 3,
            turned_away: 120,
            slowed: 1,
        }
    }
}
