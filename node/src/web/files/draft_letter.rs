//! The form that drafts a letter, or its next version. Choosing addressees are steps of the same form,
//! so it is complete without scripts; nothing is kept before the last one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::matter_text::letter::ADDRESSEES_MAX;
use mohar_protocol::matter_text::{Addressee, LetterText, line, required};
use mohar_protocol::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::app::Trouble;
use crate::app::inward::folded;
use crate::app::names::{Place, holder_from_text};
use crate::app::outward::Group;
use crate::web::error::Failure;
use crate::web::files::send::target;
use crate::web::files::{done, matter, refused};
use crate::web::form::{Fields, Posted};
use crate::web::locale::{name, sentence};
use crate::web::open_file::fault;
use crate::web::pages::frame::Here;
use crate::web::pages::intake::FieldError;
use crate::web::pages::letters::{GroupOffer, Kind, LetterForm, LetterTyped, Picked};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// Characters of a search.
const SEARCH_CHARS_MAX: usize = 100;

/// Addressees so far, as the form carries them between its steps.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Chosen {
    to: Vec<Addressee>,
    copies: Vec<Addressee>,
}

/// What the form is shown with.
#[derive(Default)]
struct Shown {
    typed: LetterTyped,
    chosen: Chosen,
    seen: u32,
    letter: Option<ActId>,
    q: String,
    refusal: Option<(&'static str, Refusal)>,
}

/// The form of a new letter.
pub async fn ask_new(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = matter(&id)?;
    let officer = Arc::clone(&visit.officer);
    let subject = web.read(move |app| Ok(app.cover_words(&officer, &id)?.1)).await?;
    let typed = begun(LetterTyped { subject, language: Lang::Hi, other_mode: 2, ..LetterTyped::default() });
    form(&web, &visit, id, Shown { typed, ..Shown::default() }).await
}

/// The form of the next version.
pub async fn ask_edit(
    State(web): State<Web>,
    visit: AtWork,
    Path((id, letter)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (id, letter) = (matter(&id)?, act(&letter)?);
    let officer = Arc::clone(&visit.officer);
    let view = web.read(move |app| app.letter_view(&officer, &id, &letter)).await?;
    if !view.may {
        return Err(Refusal::NotHolder.into());
    }
    let text = view.versions.last().ok_or(Refusal::LetterUnknown)?.text.clone()?;
    let seen = u32::try_from(view.versions.len()).unwrap_or(u32::MAX);
    let chosen = Chosen { to: text.to.clone(), copies: text.copies.clone() };
    form(
        &web,
        &visit,
        id,
        Shown { typed: typed_of(text), chosen, seen, letter: Some(letter), ..Shown::default() },
    )
    .await
}

/// A step of the form of a new letter, or its end.
pub async fn draft_new(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    step(&web, matter(&id)?, None, posted).await
}

/// A step of the form of a next version, or its end.
pub async fn draft_next(
    State(web): State<Web>,
    Path((id, letter)): Path<(String, String)>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    step(&web, matter(&id)?, Some(act(&letter)?), posted).await
}

async fn step(
    web: &Web,
    id: MatterId,
    letter: Option<ActId>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form: form_id, .. } = posted;
    let mut shown = Shown {
        typed: typed(&fields),
        chosen: serde_json::from_str(fields.get("chosen")).unwrap_or_default(),
        seen: fields.get("seen").parse().unwrap_or(0),
        letter,
        q: fields.get("q").chars().take(SEARCH_CHARS_MAX).collect(),
        refusal: None,
    };
    let (what, of) = fields.get("then").split_once(':').unwrap_or((fields.get("then"), ""));
    match what {
        "save" => {
            let on = letter.map(|letter| (letter, shown.seen));
            let text = text_of(&shown.typed, shown.chosen.clone());
            match web.app.draft_letter(&visit.officer, form_id, id, on, text).await {
                Ok(receipt) => {
                    let letter = letter.unwrap_or(receipt.act);
                    return done(&format!("/files/{id}/letters/{letter}"), &visit.t().s("done-drafted"));
                }
                Err(Trouble::Refused(refusal)) => shown.refusal = Some((field_of(&shown, refusal), refusal)),
                Err(fault) => return Err(fault.into()),
            }
        }
        "begin" => shown.typed = begun(shown.typed),
        "drop-to" => drop_one(&mut shown.chosen.to, of),
        "drop-copy" => drop_one(&mut shown.chosen.copies, of),
        "to" | "copy" | "group-to" | "group-copy" | "other-to" | "other-copy" => {
            match picked(web, &visit, what, of, &shown.typed).await {
                Ok(new) => {
                    let list =
                        if what.ends_with("to") { &mut shown.chosen.to } else { &mut shown.chosen.copies };
                    // Nobody gets the same letter twice by the same list.
                    let fresh: Vec<Addressee> =
                        new.into_iter().filter(|one| !list.iter().any(|known| is_same(known, one))).collect();
                    list.extend(fresh);
                    shown.refusal = too_many(&shown.chosen);
                    (shown.typed.other_name, shown.typed.other_email) = (String::new(), String::new());
                }
                Err(Trouble::Refused(refusal)) => shown.refusal = Some(("other_name", refusal)),
                Err(fault) => return Err(fault.into()),
            }
        }
        _ => {}
    }
    form(web, &visit, id, shown).await
}

/// Whom a button adds.
async fn picked(
    web: &Web,
    visit: &AtWork,
    what: &str,
    of: &str,
    typed: &LetterTyped,
) -> Result<Vec<Addressee>, Trouble> {
    let lang = typed.language;
    let named = |place: &Place| format!("{}, {}", name(lang, &place.post), name(lang, &place.office));
    let (app, officer) = (Arc::clone(&web.app), Arc::clone(&visit.officer));
    if what.starts_with("group") {
        let groups = crate::app::blocking(move || app.groups(&officer)).await?;
        let group = groups.into_iter().find(|group| group.code == of).ok_or(Refusal::PostUnknown)?;
        let title = name(lang, &group.name);
        let one = |(to, place): &(mohar_protocol::act::Holder, Place)| Addressee {
            to: Some(*to),
            name: named(place),
            group: title.clone(),
            ..Addressee::default()
        };
        return Ok(group.posts.iter().map(one).collect());
    }
    if what.starts_with("other") {
        let words = required(line(&typed.other_name, mohar_protocol::matter_text::SENDER_CHARS_MAX)?)?;
        let known = crate::app::blocking(move || app.addresses(&officer)).await?;
        let known = known.into_iter().find(|one| folded(&one.name) == folded(&words));
        let email = Some(typed.other_email.clone()).filter(|email| !email.is_empty());
        return Ok(vec![Addressee {
            email: email.or(known.map(|known| known.email)).unwrap_or_default(),
            name: words,
            mode: typed.other_mode,
            ..Addressee::default()
        }]);
    }
    let to = holder_from_text(of).ok_or(Refusal::PostUnknown)?;
    let found = crate::app::blocking(move || Ok(app.targets(&officer, "", Some(to))?.chosen)).await?;
    let place = found.ok_or(Refusal::PostUnknown)?.place;
    Ok(vec![Addressee { to: Some(to), name: named(&place), ..Addressee::default() }])
}

fn is_same(known: &Addressee, one: &Addressee) -> bool {
    if one.to.is_some() { known.to == one.to } else { known.name == one.name && known.mode == one.mode }
}

fn too_many(chosen: &Chosen) -> Option<(&'static str, Refusal)> {
    let many = chosen.to.len() + chosen.copies.len() > ADDRESSEES_MAX;
    many.then_some(("q", Refusal::ContentCount))
}

/// Drops an entry of the list as it is shown: a group goes as a whole.
fn drop_one(list: &mut Vec<Addressee>, of: &str) {
    let Some(at) = of.parse::<usize>().ok().filter(|at| *at < list.len()) else { return };
    let group = list[at].group.clone();
    if group.is_empty() {
        list.remove(at);
    } else {
        list.retain(|one| one.group != group);
    }
}

/// The list as it is shown: those of a group stand together.
fn shown_as(list: &[Addressee]) -> Vec<Picked> {
    let mut picked: Vec<Picked> = Vec::new();
    for (n, one) in list.iter().enumerate() {
        let title = if one.group.is_empty() { &one.name } else { &one.group };
        match picked.iter_mut().find(|known| !one.group.is_empty() && known.name == *title) {
            Some(known) => known.count += 1,
            None => picked.push(Picked { n, name: title.clone(), count: 1, mode: one.mode }),
        }
    }
    picked
}

async fn form(web: &Web, visit: &AtWork, id: MatterId, shown: Shown) -> Result<Response, Failure> {
    let words = shown.q.clone();
    let read = web.page(visit, Here::Desk, move |app, officer| {
        let cover = app.cover_words(officer, &id)?;
        let found = if words.is_empty() { None } else { Some(app.targets(officer, &words, None)?) };
        Ok((cover, found, app.groups(officer)?, app.addresses(officer)?))
    });
    let (frame, ((number, subject), found, groups, addresses)) = read.await?;
    let lang = visit.lang();
    let more = found.as_ref().is_some_and(|found| found.more);
    let found = found.into_iter().flat_map(|found| found.own.into_iter().chain(found.others));
    let offer = |group: &Group| GroupOffer {
        code: group.code.clone(),
        name: name(lang, &group.name),
        count: u32::try_from(group.posts.len()).unwrap_or(u32::MAX),
    };
    let error =
        |(field, refusal): (&'static str, Refusal)| FieldError { field, sentence: sentence(lang, refusal) };
    let action = match shown.letter {
        Some(letter) => format!("/files/{id}/letters/{letter}/edit"),
        None => format!("/files/{id}/letters/new"),
    };
    let status = if shown.refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = LetterForm {
        frame,
        id: id.to_string(),
        number,
        subject,
        action,
        seen: shown.seen,
        to: shown_as(&shown.chosen.to),
        copies: shown_as(&shown.chosen.copies),
        chosen: serde_json::to_string(&shown.chosen).map_err(|e| Failure::fault(&e))?,
        q: shown.q,
        found: found.map(|one| target(lang, &one)).collect(),
        more,
        groups: groups.iter().filter(|group| !group.posts.is_empty()).map(offer).collect(),
        addresses: addresses.into_iter().map(|one| one.name).collect(),
        errors: shown.refusal.map(error).into_iter().collect(),
        typed: shown.typed,
    };
    Ok(refused(html(&page)?, status))
}

fn typed(fields: &Fields) -> LetterTyped {
    LetterTyped {
        kind: Kind::from_code(fields.get("kind")).unwrap_or_default(),
        language: Lang::from_code(fields.get("language")).unwrap_or_default(),
        subject: fields.take("subject"),
        reference: fields.take("reference"),
        salutation: fields.take("salutation"),
        text: fields.take("text"),
        closing: fields.take("closing"),
        enclosures: fields.take("enclosures"),
        other_name: fields.take("other_name"),
        other_email: fields.take("other_email"),
        other_mode: fields.get("other_mode").parse().unwrap_or(2),
    }
}

fn typed_of(text: LetterText) -> LetterTyped {
    LetterTyped {
        kind: Kind::of(text.kind),
        language: Lang::from_code(&text.language).unwrap_or_default(),
        subject: text.subject,
        reference: text.reference,
        salutation: text.salutation,
        text: text.paragraphs.join("\n"),
        closing: text.closing,
        enclosures: text.enclosures,
        other_mode: 2,
        ..LetterTyped::default()
    }
}

/// A text that begins as letters of its kind do.
fn begun(typed: LetterTyped) -> LetterTyped {
    let begins = typed.kind.begins(typed.language);
    LetterTyped {
        salutation: begins.salutation.to_owned(),
        closing: begins.closing.to_owned(),
        text: begins.text.to_owned(),
        ..typed
    }
}

fn text_of(typed: &LetterTyped, chosen: Chosen) -> LetterText {
    LetterText {
        kind: typed.kind.number(),
        language: typed.language.code().to_owned(),
        subject: typed.subject.clone(),
        reference: typed.reference.clone(),
        salutation: typed.salutation.clone(),
        paragraphs: LetterText::paragraphs_of(&typed.text),
        closing: typed.closing.clone(),
        enclosures: typed.enclosures.clone(),
        to: chosen.to,
        copies: chosen.copies,
        ..LetterText::default()
    }
}

/// The field that a refusal is about, as well as it can be told.
fn field_of(shown: &Shown, refusal: Refusal) -> &'static str {
    let empty = |text: &str| text.trim().is_empty();
    match refusal {
        Refusal::TextEmpty if empty(&shown.typed.subject) => "subject",
        _ if fault(Lang::Hi, "subject", line(&shown.typed.subject, 500)).is_some() => "subject",
        _ => "text",
    }
}

fn act(text: &str) -> Result<ActId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

#[cfg(test)]
mod tests {
    use mohar_protocol::matter_text::Addressee;

    use super::{Chosen, drop_one, shown_as};

    fn one(name: &str, group: &str, mode: u8) -> Addressee {
        Addressee { name: name.to_owned(), group: group.to_owned(), mode, ..Addressee::default() }
    }

    #[test]
    fn a_group_is_shown_and_dropped_as_a_whole() {
        let mut list = vec![one("इन्दौर", "समस्त", 0), one("रामलाल", "", 2), one("धार", "समस्त", 0)];
        let shown = shown_as(&list);
        assert_eq!((shown.len(), shown[0].count, shown[1].n), (2, 2, 1));
        drop_one(&mut list, "9");
        drop_one(&mut list, "0");
        assert_eq!(list, [one("रामलाल", "", 2)]);
    }

    #[test]
    fn the_choice_survives_its_way_through_the_form() {
        let chosen = Chosen { to: vec![one("रामलाल \"क\"", "", 2)], copies: Vec::new() };
        let text = serde_json::to_string(&chosen).unwrap_or_default();
        let read: Chosen = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(read.to, chosen.to);
        let tampered: Chosen = serde_json::from_str("{\"to\":[{\"to\":\"x\"}]}").unwrap_or_default();
        assert!(tampered.to.is_empty());
    }
}
