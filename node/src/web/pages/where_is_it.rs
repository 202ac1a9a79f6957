//! कहाँ है: every movement of a matter, with what is proved about each.
//!
//! A step without proof says so. Times are what the signers declared; doubt is shown.

use askama::Template;

use crate::web::pages::frame::Frame;
use crate::web::pages::words::{Kind, Ladder, Place};
use crate::web::texts::{Key, key};

/// The movements of one matter.
#[derive(Clone, Debug, Template)]
#[template(path = "where_is_it.html")]
pub struct WhereIsIt {
    /// The common part.
    pub frame: Frame,
    /// The id in URLs.
    pub id: String,
    /// File or dak.
    pub kind: Kind,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// Who has it now, as far as this office knows.
    pub holder: Place,
    /// Since when.
    pub since: u64,
    /// What else to know (waiting to go, frozen), in the officer's language.
    pub remark: Option<String>,
    /// The steps, newest first.
    pub steps: Vec<Step>,
}

/// One movement.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number in the history, from 1.
    pub n: u32,
    /// What was done.
    pub verb: Moved,
    /// Who did it; `None` for acts of a node.
    pub by: Option<Place>,
    /// The office whose log holds it.
    pub office: String,
    /// To whom, if it moved.
    pub to: Option<Place>,
    /// The declared time.
    pub at: u64,
    /// Whether the declared time lies outside what witnesses prove.
    pub time_in_doubt: bool,
    /// The remark or reason given.
    pub remark: Option<String>,
    /// What is proved.
    pub ladder: Ladder,
    /// The id of the act, hexadecimal.
    pub act: String,
}

impl Step {
    /// The first digits of the act id.
    pub fn short_act(&self) -> String {
        self.act.chars().take(12).collect()
    }
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The matter was opened.
    Created,
    /// A letter was diarised.
    Diarised,
    /// A note was signed.
    Noted,
    /// A paper was added.
    Attached,
    /// Marked or forwarded.
    Forwarded,
    /// Queued for the successor of the office.
    HandedOn,
    /// Custody passed to another office.
    HandedOver,
    /// The other office recorded its receipt.
    Received,
    /// An officer opened it.
    Opened,
    /// Sent back.
    SentBack,
    /// Its return was asked for.
    RecallAsked,
    /// Its holder was reminded.
    Reminded,
    /// It was taken back while queued, or came back.
    Recalled,
    /// Parked.
    Parked,
    /// Back on the desk.
    Woken,
    /// Closed.
    Closed,
    /// Reopened.
    Reopened,
    /// Its papers were put into a file.
    PutInFile,
    /// A letter was drafted, or changed.
    Drafted,
    /// A draft was approved.
    Approved,
    /// A letter was issued.
    Issued,
    /// The authority gave it to another holder.
    Reassigned,
    /// An act that this software does not know.
    Unknown,
}

impl Moved {
    /// All kinds.
    pub const ALL: [Self; 23] = [
        Self::Created,
        Self::Diarised,
        Self::Noted,
        Self::Attached,
        Self::Forwarded,
        Self::HandedOn,
        Self::HandedOver,
        Self::Received,
        Self::Opened,
        Self::SentBack,
        Self::RecallAsked,
        Self::Reminded,
        Self::Recalled,
        Self::Parked,
        Self::Woken,
        Self::Closed,
        Self::Reopened,
        Self::PutInFile,
        Self::Drafted,
        Self::Approved,
        Self::Issued,
        Self::Reassigned,
        Self::Unknown,
    ];

    /// Its words.
    pub fn key(self) -> Key {
        match self {
            Self::Created => key("moved-created"),
            Self::Diarised => key("moved-diarised"),
            Self::Noted => key("moved-noted"),
            Self::Attached => key("moved-attached"),
            Self::Forwarded => key("moved-forwarded"),
            Self::HandedOn => key("moved-handed-on"),
            Self::HandedOver => key("moved-handed-over"),
            Self::Received => key("moved-received"),
            Self::Opened => key("moved-opened"),
            Self::SentBack => key("moved-sent-back"),
            Self::RecallAsked => key("moved-recall-asked"),
            Self::Reminded => key("moved-reminded"),
            Self::Recalled => key("moved-recalled"),
            Self::Parked => key("moved-parked"),
            Self::Woken => key("moved-woken"),
            Self::Closed => key("moved-closed"),
            Self::Reopened => key("moved-reopened"),
            Self::PutInFile => key("moved-put-in-file"),
            Self::Drafted => key("moved-drafted"),
            Self::Approved => key("moved-approved"),
            Self::Issued => key("moved-issued"),
            Self::Reassigned => key("moved-reassigned"),
            Self::Unknown => key("moved-unknown"),
        }
    }
}

#[cfg(test)]
impl WhereIsIt {
    /// Every kind of step, with every state of the ladder.
    pub fn sample(lang: crate::web::texts::Lang) -> Self {
        use crate::web::pages::frame::SAMPLE_NOW;
        use crate::web::pages::words::Proof;

        let clerk = Place::sample("सहायक ग्रेड-2", "तहसील कार्यालय देपालपुर", "श्री रामेश्वर पटेल");
        let collector = Place::sample("कलेक्टर", "कलेक्टर कार्यालय इन्दौर", "श्री आशीष सक्सेना");
        let mut steps: Vec<Step> = (1..)
            .zip(Moved::ALL)
            .map(|(n, verb)| Step {
                n,
                verb,
                by: (verb != Moved::HandedOver && verb != Moved::Received).then(|| clerk.clone()),
                office: clerk.office.clone(),
                to: (verb == Moved::Forwarded).then(|| collector.clone()),
                at: SAMPLE_NOW - u64::from(30 - n) * 7_200_000,
                time_in_doubt: n == 3,
                remark: (n == 9).then(|| "प्राक्कलन में कंडिका 2 स्पष्ट करें".to_owned()),
                ladder: match n % 3 {
                    0 => Ladder { mirrors: None, delivered: Proof::Unknown, opened: Proof::Unknown },
                    1 => Ladder::local(Some(3)),
                    _ => Ladder {
                        mirrors: Some(2),
                        delivered: Proof::At(SAMPLE_NOW - 7_200_000),
                        opened: Proof::Unknown,
                    },
                },
                act: format!("{n:02x}9c1e0a77b2d4c6580e913ab6d1f20c4479aa5e10b3c8d7f6e52104bc98aa71"),
            })
            .collect();
        steps.reverse();
        Self {
            frame: Frame::sample(lang),
            id: "00000001".to_owned(),
            kind: Kind::File,
            number: "DEP/101/2026".to_owned(),
            subject: "सामुदायिक भवन हेतु राशि की प्रशासकीय स्वीकृति".to_owned(),
            holder: collector,
            since: SAMPLE_NOW - 7_200_000,
            remark: None,
            steps,
        }
    }
}
