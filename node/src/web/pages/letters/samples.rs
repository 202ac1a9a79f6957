//! Letters for the rendering tests, and what a new letter begins with.

use super::{
    Change, Compared, GroupOffer, IssueLine, IssueSheet, Kind, LetterForm, LetterPage, LetterPaper,
    LetterTyped, Look, LookProof, Picked, Stage, VersionLine,
};
use crate::web::pages::frame::{Frame, Here, SAMPLE_NOW};
use crate::web::pages::intake::FieldError;
use crate::web::pages::send::Target;
use crate::web::pages::words::{Place, Reach};
use crate::web::texts::{Lang, Texts};

fn target() -> Target {
    Target {
        id: "a1.b2".to_owned(),
        post: "कलेक्टर".to_owned(),
        office: "कलेक्टर कार्यालय इन्दौर".to_owned(),
        person: Some("श्रीमती ज्योत्स्ना".to_owned()),
        remark: None,
        reach: Reach::Lost { since: SAMPLE_NOW - 3_600_000 },
        needs_newer: false,
    }
}

impl Look {
    /// An issued letter of a kind.
    pub fn sample(kind: Kind) -> Self {
        let own = str::to_owned;
        Self {
            t: Texts::of(Lang::Hi),
            kind,
            government: own("मध्यप्रदेश शासन"),
            office: own("तहसील कार्यालय देपालपुर"),
            number: Some(own("12/DEP/2026")),
            date: Some(SAMPLE_NOW),
            to: vec![own("समस्त कलेक्टर, मध्यप्रदेश"), own("श्री रामलाल, ग्राम बेटमा")],
            subject: own("सामुदायिक भवन की मरम्मत"),
            reference: own("आपका पत्र क्रमांक 42 दिनांक 20/11/2026"),
            salutation: own("महोदय,"),
            paragraphs: vec![own("उपरोक्त विषयांतर्गत लेख है कि राशि स्वीकृत की जाए।")],
            closing: own("भवदीय"),
            signed: Some((own("श्रीमती अनुराधा वर्मा"), own("तहसीलदार"))),
            enclosures: own("प्राक्कलन"),
            endorsement: Some(own("13/DEP/2026")),
            copies: vec![own("जिला कोषालय अधिकारी, इन्दौर")],
            proof: Some(LookProof {
                act: own("0a0b0c0d0e0f"),
                at: SAMPLE_NOW,
                by: Some(Place::sample("तहसीलदार", "तहसील कार्यालय देपालपुर", "श्रीमती अनुराधा वर्मा")),
                served: true,
            }),
        }
    }

    fn unsigned() -> Self {
        Self {
            number: None,
            date: None,
            signed: None,
            endorsement: None,
            proof: None,
            ..Self::sample(Kind::Memo)
        }
    }
}

impl LetterForm {
    /// A form with a group, an addressee without a node, and a fault.
    pub fn sample(lang: Lang) -> Self {
        let frame = Frame::sample_at(lang, Here::Desk);
        let errors = vec![FieldError { field: "subject", sentence: frame.t.s("field-subject-missing") }];
        let begins = Kind::Letter.begins(Lang::Hi);
        let picked = |n, name: &str, count, mode| Picked { n, name: name.to_owned(), count, mode };
        Self {
            id: "00000001".to_owned(),
            number: "DEP/101/2026".to_owned(),
            subject: "सामुदायिक भवन".to_owned(),
            action: "/files/00000001/letters/new".to_owned(),
            seen: 0,
            typed: LetterTyped {
                text: begins.text.to_owned(),
                salutation: begins.salutation.to_owned(),
                other_mode: 2,
                ..LetterTyped::default()
            },
            to: vec![picked(0, "समस्त कलेक्टर, मध्यप्रदेश", 55, 0)],
            copies: vec![picked(0, "श्री रामलाल", 1, 2)],
            chosen: "{\"to\":[]}".replace(['{', '}'], ""),
            q: "कलेक्टर".to_owned(),
            found: vec![target()],
            more: true,
            groups: vec![GroupOffer {
                code: "collectors".to_owned(),
                name: "समस्त कलेक्टर".to_owned(),
                count: 55,
            }],
            addresses: vec!["श्री रामलाल, ग्राम बेटमा".to_owned()],
            errors,
            frame,
        }
    }
}

impl LetterPage {
    /// Two versions, the newer one approved, compared.
    pub fn sample(lang: Lang) -> Self {
        let by = Some(Place::sample("सहायक ग्रेड-2", "तहसील कार्यालय देपालपुर", "श्री रमेश"));
        let version = |n, approved: bool| VersionLine {
            n,
            by: by.clone(),
            at: SAMPLE_NOW,
            approved_by: by.clone().filter(|_| approved),
            approved_at: approved.then_some(SAMPLE_NOW),
        };
        let changes = vec![
            Change::Same("राशि ".to_owned()),
            Change::Removed("अस्वीकृत".to_owned()),
            Change::Added("स्वीकृत".to_owned()),
        ];
        Self {
            frame: Frame::sample_at(lang, Here::Desk),
            id: "00000001".to_owned(),
            number: "DEP/101/2026".to_owned(),
            subject: "सामुदायिक भवन".to_owned(),
            letter: "0a".to_owned(),
            look: Ok(Look::unsigned()),
            version: "0b".to_owned(),
            shown: 2,
            versions: vec![version(2, true), version(1, false)],
            stage: Stage::Approved,
            may: true,
            compared: Some(Compared { with: 1, lines: vec![changes] }),
        }
    }

    /// One that is issued and cannot be read.
    pub fn sample_issued(lang: Lang) -> Self {
        let why = Err("कुंजी नहीं है।".to_owned());
        let stage = Stage::Issued("0c".to_owned());
        Self { look: why, stage, may: false, compared: None, ..Self::sample(lang) }
    }
}

impl IssueSheet {
    /// Over the link, and by post.
    pub fn sample(lang: Lang) -> Self {
        let line =
            |name: &str, mode, target| IssueLine { name: name.to_owned(), is_copy: mode > 0, mode, target };
        Self {
            frame: Frame::sample_at(lang, Here::Desk),
            id: "00000001".to_owned(),
            number: "DEP/101/2026".to_owned(),
            subject: "सामुदायिक भवन".to_owned(),
            letter: "0a".to_owned(),
            look: Look::unsigned(),
            approval: "0d".to_owned(),
            approved_by: None,
            approved_at: SAMPLE_NOW,
            series: "…/DEP/2026".to_owned(),
            lines: vec![line("कलेक्टर", 0, Some(target())), line("श्री रामलाल", 2, None)],
            error: Some("पहले अनुमोदन लें।".to_owned()),
        }
    }
}

impl LetterPaper {
    /// A letter of a kind.
    pub fn sample(lang: Lang, kind: Kind) -> Self {
        Self {
            frame: Frame::sample_at(lang, Here::Desk),
            id: "00000001".to_owned(),
            look: Look::sample(kind),
        }
    }
}

#[test]
fn every_kind_begins_with_a_text_in_both_languages() {
    for kind in Kind::ALL {
        assert_eq!((Kind::from_code(kind.code()), Kind::of(kind.number())), (Some(kind), kind));
        for lang in Lang::ALL {
            let begins = kind.begins(lang);
            assert!(
                !begins.text.is_empty() && !begins.text.contains(':') || kind == Kind::Circular,
                "{begins:?}"
            );
        }
    }
    let letter = Kind::Letter.begins(Lang::Hi);
    assert_eq!((letter.salutation, letter.closing), ("महोदय,", "भवदीय"));
}
