//! What the handlers of letters share: a letter as it looks on paper.

use mohar_protocol::matter_text::{Addressee, Issued, LetterText};

use crate::app::App;
use crate::app::letters::{Shown, Stage as AppStage};
use crate::web::format::day_from_iso;
use crate::web::locale::{name, place};
use crate::web::pages::letters::{Kind, Look, LookProof, Stage};
use crate::web::texts::{Lang, Texts};

/// Digits of an act that stand under a letter.
const ACT_DIGITS: usize = 12;

/// A draft, in the name of the office that has the file now.
pub fn draft_look(app: &App, text: &LetterText, office: &str) -> Look {
    let lang = Lang::from_code(&text.language).unwrap_or_default();
    let state = name(lang, &app.state_name());
    let t = Texts::of(lang);
    Look {
        t,
        kind: Kind::of(text.kind),
        government: if state.is_empty() { state } else { t.a("letter-government", "state", state) },
        office: office.to_owned(),
        number: None,
        date: None,
        to: named(&text.to),
        subject: text.subject.clone(),
        reference: text.reference.clone(),
        salutation: text.salutation.clone(),
        paragraphs: text.paragraphs.clone(),
        closing: text.closing.clone(),
        signed: None,
        enclosures: text.enclosures.clone(),
        endorsement: None,
        copies: named(&text.copies),
        proof: None,
    }
}

/// A letter that was issued, with what is proved about it.
pub fn issued_look(app: &App, page: Lang, shown: &Shown) -> Look {
    let Issued { letter, number, date, endorsement, office, person, post, .. } = &shown.issued;
    Look {
        number: Some(number.clone()),
        date: day_from_iso(date),
        signed: Some((person.clone(), post.clone())),
        endorsement: Some(endorsement.clone()).filter(|number| !number.is_empty()),
        proof: Some(LookProof {
            act: shown.act.to_string().chars().take(ACT_DIGITS).collect(),
            at: shown.at.0,
            by: shown.by.as_ref().map(|by| place(page, by)),
            served: shown.served,
        }),
        ..draft_look(app, letter, office)
    }
}

/// Addressees as a letter lists them: those of one group stand together under its name.
pub fn named(list: &[Addressee]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut groups: Vec<&str> = Vec::new();
    for one in list {
        if one.group.is_empty() {
            names.push(one.name.clone());
        } else if !groups.contains(&one.group.as_str()) {
            groups.push(&one.group);
            names.push(one.group.clone());
        }
    }
    names
}

/// Where a letter stands.
pub fn stage(stage: &AppStage) -> Stage {
    match stage {
        AppStage::Drafted => Stage::Drafted,
        AppStage::Approved => Stage::Approved,
        AppStage::Issued(act) => Stage::Issued(act.to_string()),
        AppStage::Forgotten => Stage::Forgotten,
    }
}

#[cfg(test)]
mod tests {
    use mohar_protocol::matter_text::Addressee;

    use super::named;

    #[test]
    fn a_group_stands_once_in_the_letter() {
        let one = |name: &str, group: &str| Addressee {
            name: name.to_owned(),
            group: group.to_owned(),
            ..Addressee::default()
        };
        let list = [one("कलेक्टर, इन्दौर", "समस्त कलेक्टर"), one("रामलाल", ""), one("कलेक्टर, धार", "समस्त कलेक्टर")];
        assert_eq!(named(&list), ["समस्त कलेक्टर", "रामलाल"]);
    }
}
