//! The work on the desks, as `work.toml` tells it.
//!
//! Texts may hold days counted from today: `{-12}`, `{+5}`. This file only reads and checks.

use anyhow::{Context as _, ensure};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};
use mohar_node::clock;
use serde::Deserialize;

use super::federation::place;

const WORK: &str = include_str!("work.toml");

/// Papers that are not text.
const EMBEDDED: [(&str, &[u8]); 2] = [
    ("roof-estimate.pdf", include_bytes!("papers/roof-estimate.pdf")),
    ("culvert-sketch.png", include_bytes!("papers/culvert-sketch.png")),
];

/// All matters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// In the order in which they are begun.
    pub matter: Vec<Matter>,
}

/// A file or a dak, and what becomes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matter {
    /// File or dak.
    pub kind: Kind,
    /// Where it begins, `office.post`.
    pub at: String,
    /// Subject.
    pub subject: String,
    /// Number it had on paper.
    #[serde(default)]
    pub legacy_number: String,
    /// Dak: the sender.
    #[serde(default)]
    pub from: String,
    /// Dak: the number on the letter.
    #[serde(default)]
    pub letter_number: String,
    /// Dak: the date on the letter, days from today.
    #[serde(default)]
    pub date: i32,
    /// As the form names it.
    #[serde(default = "ordinary")]
    pub urgency: String,
    /// Dak: the letter as text.
    pub text: Option<String>,
    /// Dak: the letter, embedded.
    pub embedded: Option<String>,
    /// What happens then.
    #[serde(default)]
    pub step: Vec<Step>,
}

/// What a matter is.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An office file.
    File,
    /// A letter that came in.
    Dak,
}

/// One thing that the holder does.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Writes a note; the next sending signs it.
    Note(String),
    /// Attaches a paper.
    Paper(Paper),
    /// Sends it to another post, of this office or another.
    Send(Send),
    /// Sends it back to where it came from, with this reason.
    SendBack(String),
    /// Lays it aside.
    Park(Park),
    /// Closes it, with this reason.
    Close(String),
}

/// A paper.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Title.
    pub title: String,
    /// Days from today.
    pub date: i32,
    /// As text.
    pub text: Option<String>,
    /// Embedded.
    pub embedded: Option<String>,
}

/// A sending.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// `office.post`.
    pub to: String,
    /// As the form names it.
    pub wanted: String,
    /// Days from today by which.
    pub due: Option<i32>,
    /// As the form names it.
    pub urgency: String,
    /// Remarks.
    #[serde(default)]
    pub remarks: String,
}

/// A laying aside.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Park {
    /// Days from today.
    pub days: i32,
    /// Why.
    pub reason: String,
}

impl Work {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with the text; a test reads it, too.
    pub fn read() -> anyhow::Result<Self> {
        let work: Self = toml::from_str(WORK).context("work.toml")?;
        for matter in &work.matter {
            let to = matter
                .step
                .iter()
                .filter_map(|step| if let Step::Send(send) = step { Some(&send.to) } else { None });
            for at in to.chain([&matter.at]) {
                place(at).with_context(|| format!("work.toml names {at}, which is no post"))?;
            }
            ensure!(matter.kind == Kind::File || !matter.from.is_empty(), "{}: from whom?", matter.subject);
        }
        Ok(work)
    }
}

/// Name and bytes of a paper.
///
/// # Errors
/// A paper that is neither text nor embedded.
pub fn paper(text: Option<&str>, embedded: Option<&str>) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    Ok(match (text, embedded) {
        (Some(text), _) => Some(("letter.txt".to_owned(), dated(text).into_bytes())),
        (None, Some(name)) => {
            let found = EMBEDDED.iter().find(|(one, _)| *one == name);
            let (_, bytes) = found.with_context(|| format!("no embedded paper {name}"))?;
            Some((name.to_owned(), bytes.to_vec()))
        }
        (None, None) => None,
    })
}

/// A text with its days written out.
pub fn dated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, piece) in text.trim().split('{').enumerate() {
        let day = piece.split_once('}').and_then(|(days, rest)| Some((days.parse::<i32>().ok()?, rest)));
        match day {
            Some((days, rest)) if index > 0 => {
                out.push_str(&day_from_today(days).strftime("%d/%m/%Y").to_string());
                out.push_str(rest);
            }
            _ => out.push_str(piece),
        }
    }
    out
}

/// A day counted from today in India, as a date field wants it.
pub fn iso(days: i32) -> String {
    day_from_today(days).strftime("%Y-%m-%d").to_string()
}

fn day_from_today(days: i32) -> Date {
    let now = i64::try_from(clock::now().0).unwrap_or_default();
    let now = Timestamp::from_millisecond(now).unwrap_or_default();
    let ist = Offset::from_seconds(19_800).expect("five and a half hours is within every bound of an offset");
    ist.to_datetime(now).date().saturating_add(days.days())
}

fn ordinary() -> String {
    "ordinary".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Step, Work, dated, iso, paper};

    #[test]
    fn the_work_can_be_read_and_is_as_much_as_was_promised() {
        let work = Work::read().unwrap();
        let files = work.matter.iter().filter(|matter| matter.kind == Kind::File).count();
        assert_eq!((files, work.matter.len() - files), (12, 8));
        for matter in &work.matter {
            assert!(!matter.subject.is_ascii(), "{}", matter.subject);
            paper(matter.text.as_deref(), matter.embedded.as_deref()).unwrap();
            for step in &matter.step {
                if let Step::Paper(one) = step {
                    assert!(paper(one.text.as_deref(), one.embedded.as_deref()).unwrap().is_some());
                }
            }
        }
    }

    #[test]
    fn no_day_is_left_unwritten() {
        let work = Work::read().unwrap();
        for text in work.matter.iter().flat_map(|matter| &matter.step) {
            if let Step::Note(text) = text {
                assert!(!dated(text).contains(['{', '}']), "{text}");
            }
        }
        assert_eq!(dated(" a {b} {"), "a {b} {".replace('{', ""));
    }

    #[test]
    fn a_date_field_gets_year_month_day() {
        assert_eq!(iso(0).len(), 10);
        assert!(iso(-1) < iso(0) && iso(0) < iso(400));
    }
}
