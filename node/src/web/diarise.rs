//! Diarise a letter that came in.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::hash::Hash;
use mohar_protocol::matter_text::cover::{DETAIL_CHARS_MAX, EMAIL_CHARS_MAX, PHONE_CHARS_MAX};
use mohar_protocol::matter_text::{
    Letter, NUMBER_CHARS_MAX, SENDER_CHARS_MAX, SUBJECT_CHARS_MAX, line, required,
};
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::attach::{Paper, PaperKind};
use crate::app::diarise::{NewDak, Papers};
use crate::app::inward::Repeat as AppRepeat;
use crate::app::tray::Opened;
use crate::app::{Trouble, blocking};
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::attach::keep_pasted;
use crate::web::files::matter;
use crate::web::files::{done, refused};
use crate::web::form::{Fields, Posted};
use crate::web::format::{day_from_iso, iso_date};
use crate::web::locale::{bits, classification_number, sentence, urgency_number};
use crate::web::open_file::fault;
use crate::web::pages::diarise::{Case, Diarise, DiariseTyped, Item, Repeat};
use crate::web::pages::frame::Here;
use crate::web::pages::intake::FieldError;
use crate::web::pages::words::{Classification, Mode, Urgency, Watch};
use crate::web::session::{AtWork, no_done_cookie};
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// What the form is asked for.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    item: String,
    #[serde(default)]
    paper: u32,
    #[serde(default)]
    like: String,
}

/// What the form is shown with.
#[derive(Default)]
struct Shown {
    typed: DiariseTyped,
    errors: Vec<FieldError>,
    repeats: Vec<AppRepeat>,
    item: String,
    paper: u32,
}

/// The form: empty, with an item of the tray, or with the sender of another letter.
pub async fn ask(
    State(web): State<Web>,
    visit: AtWork,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let mut typed = DiariseTyped { received: iso_date(clock::now().0), ..DiariseTyped::default() };
    if let Ok(id) = matter(&wanted.like) {
        let officer = Arc::clone(&visit.officer);
        let like = web.read(move |app| app.letter(&officer, &id)).await?;
        typed.from = like.from;
        (typed.address, typed.phone, typed.email) = (like.address, like.phone, like.email);
        typed.mode = Mode::ALL.get(usize::from(like.mode)).copied().unwrap_or_default();
    }
    if !wanted.item.is_empty() {
        let (officer, item) = (Arc::clone(&visit.officer), wanted.item.clone());
        suggest(&mut typed, &web.read(move |app| app.tray_item(&officer, &item)).await?);
    }
    form(&web, &visit, Shown { typed, item: wanted.item, paper: wanted.paper, ..Shown::default() }).await
}

/// Diarises it, and goes on to where the officer wants to be.
pub async fn diarise(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, fields, upload, form: id } = posted;
    let typed = typed(&fields);
    let mut shown =
        Shown { errors: errors(visit.lang(), &typed), item: fields.take("item"), typed, ..Shown::default() };
    let name = upload.name().unwrap_or_default().to_owned();
    let bytes = upload.bytes().unwrap_or_else(|refusal| {
        shown.errors.extend(fault(visit.lang(), "paper", Err(refusal)));
        None
    });
    let papers = match papers(&web, &visit, &fields, &shown.typed, bytes.as_deref()).await {
        Ok(papers) => papers,
        Err(Trouble::Refused(refusal)) => {
            shown.errors.extend(fault(visit.lang(), "paper", Err(refusal)));
            return form(&web, &visit, shown).await;
        }
        Err(fault) => return Err(fault.into()),
    };
    let new = new_dak(visit.lang(), &shown.typed);
    if shown.errors.is_empty() && shown.typed.repeats.trim().is_empty() {
        let (officer, cover) = (Arc::clone(&visit.officer), web.app.cover_of(new.clone(), &papers)?);
        let found = web.read_to_act(move |app| match &cover.letter {
            Some(letter) => app.repeats(&officer, letter, &cover.subject),
            None => Ok(Vec::new()),
        });
        shown.repeats = found.await?;
    }
    // A form that was sent twice repeats itself; the ledger knows it by its operation.
    if !shown.repeats.is_empty() && web.app.was_diarised(&visit.officer, id, &new, &papers).await? {
        shown.repeats.clear();
    }
    if !shown.errors.is_empty() || !shown.repeats.is_empty() {
        if let Some(bytes) = bytes {
            let (officer, app) = (Arc::clone(&visit.officer), Arc::clone(&web.app));
            let held = blocking(move || app.hold(&officer, &name, &bytes)).await;
            shown.item = held.unwrap_or_default();
        }
        return form(&web, &visit, shown).await;
    }
    let diarised = web.app.diarise(&visit.officer, id, new, papers).await;
    let (receipt, number) = diarised.map_err(|t| Failure::from(t).with_typed(fields.typed()))?;
    keep_pasted(&web, &visit, id, receipt.matter, &fields).await?;
    let next = after(&web, &visit, &shown.item, fields.get("then"), &receipt.matter.to_string()).await?;
    done(&next, &visit.t().a("done-diarised", "number", number))
}

/// Takes the item out of the tray, and gives the address to go on to.
async fn after(web: &Web, visit: &AtWork, item: &str, then: &str, id: &str) -> Result<String, Failure> {
    let (officer, item) = (Arc::clone(&visit.officer), item.to_owned());
    let from_tray = !item.is_empty();
    let wants_next = then == "next" && from_tray;
    let next = web.read_to_act(move |app| {
        if from_tray {
            match app.take_out(&officer, &item) {
                // Somebody, or this form before, has taken it out.
                Ok(()) | Err(Trouble::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(if wants_next { app.tray(&officer)?.items.into_iter().next() } else { None })
    });
    let next = next.await?;
    Ok(match (then, next) {
        ("next", Some(item)) => format!("/dak/new?item={}", item.id),
        ("next", None) if from_tray => "/dak/tray".to_owned(),
        ("next", None) => "/dak/new".to_owned(),
        ("like", _) => format!("/dak/new?like={id}"),
        ("send", _) => format!("/files/{id}/send"),
        _ => format!("/files/{id}"),
    })
}

/// What the letter is entered from: an item of the tray, or an upload.
async fn papers(
    web: &Web,
    visit: &AtWork,
    fields: &Fields,
    typed: &DiariseTyped,
    upload: Option<&[u8]>,
) -> Result<Papers, Trouble> {
    if let Some(bytes) = upload {
        PaperKind::of(bytes)?;
        // The letter itself has the title of the diary line: its sender.
        let title = typed.from.trim().chars().take(60).collect();
        return Ok(Papers::of(Paper { title, date: None, bytes: bytes.to_vec() }));
    }
    let item = fields.take("item");
    if item.is_empty() {
        return Ok(Papers::default());
    }
    let (officer, app) = (Arc::clone(&visit.officer), Arc::clone(&web.app));
    let read = blocking(move || app.tray_item(&officer, &item)).await;
    match (read, fields.get("digest").parse::<Hash>()) {
        (Ok(opened), _) => Ok(opened.into_papers()),
        // Gone from the tray: perhaps this very form was sent before.
        (Err(Trouble::Refused(Refusal::NotInTray)), Ok(digest)) => {
            Ok(Papers { papers: Vec::new(), scans: vec![digest] })
        }
        (Err(trouble), _) => Err(trouble),
    }
}

fn typed(fields: &Fields) -> DiariseTyped {
    let received = fields.take("received");
    DiariseTyped {
        from: fields.take("from"),
        subject: fields.take("subject"),
        received: if received.is_empty() { iso_date(clock::now().0) } else { received },
        letter_date: fields.take("letter_date"),
        letter_number: fields.take("letter_number"),
        pasted: fields.take("pasted"),
        urgency: Urgency::from_code(fields.get("urgency")).unwrap_or_default(),
        mode: Mode::from_code(fields.get("mode")),
        address: fields.take("address"),
        phone: fields.take("phone"),
        email: fields.take("email"),
        classification: Classification::from_code(fields.get("classification")),
        watch: Watch::ALL
            .into_iter()
            .filter(|one| !fields.get(&format!("watch-{}", one.code())).is_empty())
            .collect(),
        case: fields.take("case"),
        due: fields.take("due"),
        enclosures: fields.take("enclosures"),
        remarks: fields.take("remarks"),
        repeats: fields.take("repeats"),
    }
}

fn new_dak(lang: Lang, typed: &DiariseTyped) -> NewDak {
    let place = |found: Option<usize>| found.and_then(|at| u8::try_from(at).ok()).unwrap_or(0);
    NewDak {
        subject: typed.subject.clone(),
        language: lang.code().to_owned(),
        urgency: urgency_number(typed.urgency),
        classification: classification_number(typed.classification),
        letter: Letter {
            from: typed.from.clone(),
            number: typed.letter_number.clone(),
            date: typed.letter_date.clone(),
            received: typed.received.clone(),
            mode: place(Mode::ALL.iter().position(|one| *one == typed.mode)),
            address: typed.address.clone(),
            phone: typed.phone.clone(),
            email: typed.email.clone(),
            watch: bits(&typed.watch),
            case: typed.case.clone(),
            due: typed.due.clone(),
            enclosures: typed.enclosures.clone(),
            remarks: typed.remarks.clone(),
            repeats: typed.repeats.clone(),
            ..Letter::default()
        },
    }
}

fn errors(lang: Lang, typed: &DiariseTyped) -> Vec<FieldError> {
    let day = |text: &str| {
        let known = text.is_empty() || day_from_iso(text).is_some();
        if known { Ok(String::new()) } else { Err(Refusal::TextEmpty) }
    };
    let checks = [
        ("from", line(&typed.from, SENDER_CHARS_MAX).and_then(required)),
        ("subject", line(&typed.subject, SUBJECT_CHARS_MAX).and_then(required)),
        ("received", day(&typed.received)),
        ("letter_date", day(&typed.letter_date)),
        ("letter_number", line(&typed.letter_number, NUMBER_CHARS_MAX)),
        ("due", day(&typed.due)),
        ("address", line(&typed.address, DETAIL_CHARS_MAX)),
        ("phone", line(&typed.phone, PHONE_CHARS_MAX)),
        ("email", line(&typed.email, EMAIL_CHARS_MAX)),
        ("enclosures", line(&typed.enclosures, DETAIL_CHARS_MAX)),
        ("remarks", line(&typed.remarks, DETAIL_CHARS_MAX)),
        ("repeats", line(&typed.repeats, DETAIL_CHARS_MAX)),
    ];
    checks.into_iter().filter_map(|(field, check)| fault(lang, field, check)).collect()
}

/// What an item of the tray says about itself; the clerk corrects it.
fn suggest(typed: &mut DiariseTyped, opened: &Opened) {
    let mail = &opened.mail;
    if !opened.head.is_mail {
        typed.mode = Mode::Scanner;
        return;
    }
    typed.mode = Mode::Email;
    typed.from.clone_from(&mail.from);
    typed.email.clone_from(&mail.email);
    typed.subject = mail.subject.chars().take(SUBJECT_CHARS_MAX).collect();
    typed.letter_date = mail.sent.map(|at| iso_date(at.0)).unwrap_or_default();
}

async fn form(web: &Web, visit: &AtWork, shown: Shown) -> Result<Response, Failure> {
    let Shown { typed, errors, repeats, item, paper } = shown;
    let id = item.clone();
    let read = web.page(visit, Here::Diarise, move |app, officer| {
        let opened = if id.is_empty() { None } else { app.tray_item(officer, &id).ok() };
        let may_open = |repeat: &AppRepeat| app.state_of(officer, &repeat.entry.matter).is_ok();
        let open: Vec<bool> = repeats.iter().map(may_open).collect();
        let is_registry = app.is_registry(officer);
        // A form that is filled in goes on whatever is wrong with the tray.
        let waiting = if is_registry { app.tray(officer).map_or(0, |tray| tray.items.len()) } else { 0 };
        Ok((app.upload_bytes_max(), app.senders(officer)?, opened, repeats, open, waiting, is_registry))
    });
    let (frame, (max_bytes, senders, opened, repeats, open, waiting, is_registry)) = read.await?;
    let lang = visit.lang();
    let clean = errors.is_empty() && repeats.is_empty();
    let page = Diarise {
        frame,
        max_bytes,
        typed,
        errors,
        senders,
        cases: cases(web, lang),
        repeats: repeats.iter().zip(open).map(|(one, open)| repeat(lang, one, open)).collect(),
        item: opened.map(|opened| shown_item(item, paper, &opened)),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        is_registry,
    };
    let status = if clean { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = (CookieJar::new().add(no_done_cookie()), html(&page)?).into_response();
    Ok(refused(page, status))
}

/// The typed cases in the language of a page.
pub fn cases(web: &Web, lang: Lang) -> Vec<Case> {
    let name =
        |one: &crate::config::CaseConfig| if lang == Lang::Hi { one.hi.clone() } else { one.en.clone() };
    let cases = web.app.cases().iter();
    cases.map(|one| Case { code: one.code.clone(), name: name(one), days: one.working_days.into() }).collect()
}

fn repeat(lang: Lang, repeat: &AppRepeat, may_open: bool) -> Repeat {
    let hidden = |refusal: Refusal| sentence(lang, refusal);
    let (number, subject, from, letter_number, received) = match repeat.entry.read() {
        Some((cover, letter)) if cover.classification == 0 || may_open => (
            cover.number.clone(),
            cover.subject.clone(),
            letter.from.clone(),
            letter.number.clone(),
            day_from_iso(&letter.received),
        ),
        Some((cover, _)) => (cover.number.clone(), String::new(), String::new(), String::new(), None),
        None => (hidden(Refusal::ContentSealed), String::new(), String::new(), String::new(), None),
    };
    let id = may_open.then(|| repeat.entry.matter.to_string());
    Repeat { id, number, subject, from, letter_number, received, same_bytes: repeat.same_bytes }
}

fn shown_item(id: String, paper: u32, opened: &Opened) -> Item {
    let papers: Vec<String> = opened.mail.papers.iter().map(|paper| paper.title.clone()).collect();
    let last = u32::try_from(papers.len()).unwrap_or(1).max(1);
    // Of a mail the first thing to read is what came with it.
    let first = if opened.head.is_mail && last > 1 { 2 } else { 1 };
    let shown = if (1..=last).contains(&paper) { paper } else { first };
    let bytes = opened.mail.papers.get(shown as usize - 1).map_or(&[][..], |paper| &paper.bytes);
    Item {
        id,
        is_picture: matches!(PaperKind::of(bytes), Ok(PaperKind::Jpeg | PaperKind::Png)),
        digest: opened.head.digest.to_string(),
        name: opened.head.name.clone(),
        papers,
        shown,
        left_out: opened.mail.left_out.clone(),
        is_held: opened.head.of.is_some(),
    }
}
