//! What this post waits for.

use askama::Template;

use crate::web::format::Ageing;
use crate::web::pages::frame::Frame;
use crate::web::pages::words::{Kind, Place};

/// The list.
#[derive(Clone, Debug, Template)]
#[template(path = "waiting.html")]
pub struct Waiting {
    /// The common part.
    pub frame: Frame,
    /// The rows, the longest wait first.
    pub rows: Vec<Row>,
    /// Rows of all pages.
    pub total: u32,
    /// The page shown, from 1.
    pub page: u32,
    /// Pages, at least 1.
    pub pages: u32,
}

/// A matter that is elsewhere.
#[derive(Clone, Debug)]
pub struct Row {
    /// The id in addresses.
    pub id: String,
    /// File or dak.
    pub kind: Kind,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// Who has it.
    pub holder: Place,
    /// Since when, milliseconds.
    pub since: u64,
    /// The same in working days.
    pub working_days: u32,
    /// The day by which it was asked for.
    pub due: Option<u64>,
    /// Working days past that.
    pub late: u32,
    /// Reminders of this office since it lies there.
    pub reminders: u32,
    /// When the last one was said.
    pub last: Option<u64>,
    /// Whether its arrival is not proved yet.
    pub on_its_way: bool,
}

impl Row {
    /// The step of ageing.
    pub fn ageing(&self) -> Ageing {
        Ageing::of(self.working_days)
    }
}

#[cfg(test)]
impl Waiting {
    /// One late and reminded, one fresh.
    pub fn sample(lang: crate::web::texts::Lang) -> Self {
        use crate::web::pages::frame::{Here, SAMPLE_NOW};
        const DAY: u64 = 86_400_000;
        let row = |n: u32, days: u64| Row {
            id: format!("{n:08x}"),
            kind: Kind::File,
            number: format!("DEP/{n}/2026"),
            subject: "सामुदायिक भवन हेतु राशि की प्रशासकीय स्वीकृति".to_owned(),
            holder: Place::sample("कलेक्टर", "कलेक्टर कार्यालय इन्दौर", "श्री आशीष सक्सेना"),
            since: SAMPLE_NOW - days * DAY,
            working_days: u32::try_from(days).unwrap_or(0),
            due: (n == 1).then_some(SAMPLE_NOW - DAY),
            late: u32::from(n == 1),
            reminders: u32::from(n == 1) * 2,
            last: (n == 1).then_some(SAMPLE_NOW - DAY),
            on_its_way: n == 1,
        };
        let rows = vec![row(1, 12), row(2, 1)];
        Self { frame: Frame::sample_at(lang, Here::Waiting), rows, total: 2, page: 1, pages: 1 }
    }
}
