//! A file with two notes, three papers and an unsent note.

use super::{
    Action, Draft, FileView, LetterFacts, Note, Notes, Paper, PaperBody, Preview, Reminder, Sheet, View,
};
use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
use crate::web::pages::letters::{Kind as LetterKind, LetterLine, Look, Stage};
use crate::web::pages::words::{Classification, Kind, Ladder, Place, Proof, Urgency, Watch};
use crate::web::texts::Lang;

const DAY: u64 = 86_400_000;

impl FileView {
    /// My file with a draft on it.
    pub fn sample(lang: Lang) -> Self {
        let mut frame = Frame::sample_at(lang, Here::Desk);
        frame.path = "/files/00000001".to_owned();
        Self {
            frame,
            sheet: Sheet::sample(),
            papers: Paper::samples(),
            shown: Some(2),
            at_page: Some(4),
            view: View::Both,
            draft: Some(Draft {
                text: "प्रस्ताव से सहमत।\nप्रकरण कलेक्टर महोदय की ओर प्रशासकीय स्वीकृति हेतु प्रेषित है।".to_owned(),
                version: 4,
                next_para: 6,
                saved_at: Some(SAMPLE_NOW - 4_000),
                max_chars: 32_000,
            }),
            kept: None,
            actions: vec![Action::Send, Action::SendBack, Action::Attach, Action::Park, Action::Close],
            phrases: [
                "आदेशार्थ प्रस्तुत",
                "अवलोकनार्थ प्रस्तुत",
                "अनुमोदित",
                "प्रस्तावानुसार अनुमोदित",
                "चर्चा करें",
                "नियमानुसार कार्यवाही करें",
            ]
            .map(str::to_owned)
            .to_vec(),
            letters: vec![LetterLine {
                letter: "0a".to_owned(),
                subject: "सामुदायिक भवन".to_owned(),
                versions: 2,
                stage: Stage::Approved,
            }],
            reminders: vec![Reminder {
                by: Some(Place::sample("कलेक्टर", "कलेक्टर कार्यालय इन्दौर", "श्री आशीष सक्सेना")),
                at: SAMPLE_NOW - DAY,
                words: "प्रतिवेदन आज ही भेजें।".to_owned(),
                due: Some(SAMPLE_NOW + DAY),
            }],
            back_to: Some(Place::sample("नायब तहसीलदार", "तहसील कार्यालय देपालपुर", "श्री दिनेश चौहान")),
        }
    }

    /// A letter that is elsewhere: nothing may be written, the paper is text.
    pub fn sample_elsewhere(lang: Lang) -> Self {
        let mut view = Self::sample(lang);
        view.kept = view.draft.take().map(|draft| draft.text);
        view.sheet.kind = Kind::Dak;
        view.sheet.letter = Some(LetterFacts {
            from: "थाना प्रभारी, देपालपुर".to_owned(),
            number: "जा.क्र. 42/2026".to_owned(),
            date: Some(SAMPLE_NOW),
            received: Some(SAMPLE_NOW),
            case: "धरना-प्रदर्शन की अनुमति".to_owned(),
            watch: vec![Watch::Vip],
            classification: Classification::Confidential,
            is_copy: true,
            more: vec!["0731-2445566".to_owned()],
        });
        view.sheet.mine = false;
        view.sheet.hindrance = Some(view.frame.t.a("state-in-transit", "office", "जिला इन्दौर"));
        view.sheet.notes.clear();
        view.actions = vec![Action::Recall, Action::Remind];
        view.papers.truncate(1);
        view.shown = Some(1);
        view
    }

    /// Notes alone, no papers yet.
    pub fn sample_new(lang: Lang) -> Self {
        let mut view = Self::sample(lang);
        view.papers.clear();
        view.sheet.notes.clear();
        view.shown = None;
        view.draft =
            Some(Draft { text: String::new(), version: 0, next_para: 1, saved_at: None, max_chars: 32_000 });
        view
    }
}

impl Notes {
    /// The note side of the sample file.
    pub fn sample(lang: Lang) -> Self {
        let t = Frame::sample(lang).t;
        Self { t, now: SAMPLE_NOW, sheet: Sheet::sample(), papers: Paper::samples() }
    }
}

impl Preview {
    /// A look at the sample file.
    pub fn sample(lang: Lang) -> Self {
        Self { t: Frame::sample(lang).t, sheet: Sheet::sample(), papers: Paper::samples() }
    }
}

impl Sheet {
    fn sample() -> Self {
        let office = "तहसील कार्यालय देपालपुर";
        let me = Place::sample("तहसीलदार", office, "श्रीमती अनुराधा वर्मा");
        let clerk = Place::sample("सहायक ग्रेड-2", office, "श्री रामेश्वर पटेल");
        let naib = Place::sample("नायब तहसीलदार", office, "श्री दिनेश चौहान");
        let first = "ग्राम पंचायत गौतमपुरा का पत्र पृ.1/प पर है, जिसमें सामुदायिक भवन हेतु राशि रुपये 12,34,567 की मांग की गई है।\nप्राक्कलन पृ.2/प से पृ.5/प पर संलग्न है। भूमि का खसरा एवं नक्शा पृ.6/प पर है।\nआदेशार्थ प्रस्तुत।";
        let second = "उपरोक्त कंडिका 2 अनुसार प्राक्कलन का परीक्षण किया गया। भूमि शासकीय है, कोई विवाद लंबित नहीं है।\nप्रशासकीय स्वीकृति हेतु प्रकरण कलेक्टर कार्यालय भेजा जाना प्रस्तावित है। पृ.1/टी भी देखें। पृ.99/प इस नस्ती में नहीं है।";
        let act = "3f9c1e0a77b2d4c6580e913ab6d1f20c4479aa5e10b3c8d7f6e52104bc98aa71";
        let mut notes = vec![
            Note::new(act.to_owned(), 1, 1, first, clerk, SAMPLE_NOW - 12 * DAY),
            Note::new(act.chars().rev().collect(), 1, 4, second, naib, SAMPLE_NOW - 9 * DAY),
        ];
        notes[0].ladder = Ladder { mirrors: Some(3), delivered: Proof::NotDue, opened: Proof::NotDue };
        notes[1].time_in_doubt = true;
        Self {
            id: "00000001".to_owned(),
            kind: Kind::File,
            number: "DEP/101/2026".to_owned(),
            legacy_number: Some("2210/शा-3/2019".to_owned()),
            subject: "ग्राम पंचायत गौतमपुरा में सामुदायिक भवन हेतु राशि की प्रशासकीय स्वीकृति".to_owned(),
            urgency: Urgency::Immediate,
            due: Some(SAMPLE_NOW + 2 * DAY),
            holder: me,
            mine: true,
            since: SAMPLE_NOW - 9 * DAY,
            hindrance: None,
            notes,
            letter: None,
        }
    }
}

impl Paper {
    fn samples() -> Vec<Self> {
        let paper = |n, title: &str, first_page, last_page, body| Self {
            n,
            title: title.to_owned(),
            first_page,
            last_page,
            date: Some(SAMPLE_NOW - 15 * DAY),
            bytes: 812_000,
            is_letter: matches!(body, PaperBody::Letter(_)),
            body,
        };
        let letter =
            "प्रति,\n  तहसीलदार, देपालपुर\n\nविषय: सामुदायिक भवन हेतु राशि।\n\nउपरोक्त विषयांतर्गत निवेदन है कि …";
        vec![
            paper(1, "ग्राम पंचायत का पत्र", 1, 1, PaperBody::Text(letter.to_owned())),
            paper(2, "प्राक्कलन", 2, 5, PaperBody::Pdf),
            paper(3, "खसरा एवं नक्शा", 6, 6, PaperBody::Image),
            paper(4, "गणना पत्रक.xlsx", 7, 7, PaperBody::Other),
            paper(5, "12/DEP/2026", 8, 8, PaperBody::Letter(Box::new(Look::sample(LetterKind::Demi)))),
        ]
    }
}
