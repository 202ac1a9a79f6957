//! One file or dak: note sheet and papers, and the note side alone for the live script.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::custody::Phase;
use mohar_protocol::matter_text::{Issued, Letter, NOTE_BYTES_MAX};
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::desk::unless_fault;
use crate::app::letters::{Line, Stage};
use crate::app::remind::Reminder as AppReminder;
use crate::app::show::{May, Paper as AppPaper, PaperBytes, SignedNote, View as AppView};
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::matter;
use crate::web::files::phrases::phrases;
use crate::web::format::{date, day_from_iso};
use crate::web::letters::{issued_look, stage};
use crate::web::locale::{kind, name, place, sentence, urgency, watch_of};
use crate::web::pages::file::{
    Action, Draft, FileView, LetterFacts, Note, Notes, Paper, PaperBody, Preview, Reminder, Sheet, View,
};
use crate::web::pages::frame::Here;
use crate::web::pages::letters::LetterLine;
use crate::web::pages::note_text::paragraphs;
use crate::web::pages::words::{Classification, Ladder, Place};
use crate::web::session::{AtWork, no_done_cookie};
use crate::web::texts::{Lang, Texts};
use crate::web::{Web, html};

/// Letters on a line and lines on a page of a note sheet, for its page numbers.
const LINE_CHARS: usize = 70;
/// Lines of a page.
const PAGE_LINES: usize = 30;

/// What of the file is wanted.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    paper: Option<u32>,
    #[serde(default)]
    at: Option<u32>,
    #[serde(default)]
    view: String,
}

/// The page. Opening a received matter as its holder is recorded before it is shown.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let id = matter(&id)?;
    if !is_prefetch(&headers) {
        let officer = Arc::clone(&visit.officer);
        let state = web.read(move |app| app.state_of(&officer, &id)).await?;
        web.app.opened(&visit.officer, &state).await?;
    }
    let chosen = wanted.paper;
    let read = web.page(&visit, Here::Desk, move |app, officer| {
        let view = app.show(officer, &id, clock::now())?;
        let at = shown(&view, chosen);
        let paper = at.and_then(|at| Some((at, view.papers.get(at)?)));
        let text = paper.filter(|(_, paper)| is_text(paper));
        let text = text.and_then(|(_, paper)| app.paper(officer, &id, &paper.act, paper.index).ok());
        let letter = paper.filter(|(_, paper)| paper.is_letter());
        let letter = letter.map(|(_, paper)| app.issued_letter(officer, &id, &paper.act, paper.index));
        let letter = letter.map(unless_fault).transpose()?;
        Ok((view, at, text, letter, app.reminders_of(officer, &id)?))
    });
    let (mut frame, (view, at, text, letter, reminders)) = read.await?;
    frame.path = format!("/files/{id}");
    let t = visit.t();
    let mut papers = papers(t, &view, at, text);
    if let Some((paper, letter)) = at.and_then(|at| papers.get_mut(at)).zip(letter) {
        paper.body = match letter {
            Ok(shown) => PaperBody::Letter(Box::new(issued_look(&web.app, t.lang, &shown))),
            Err(refusal) => PaperBody::Text(sentence(t.lang, refusal)),
        };
    }
    let page = FileView {
        sheet: sheet(t, &view),
        papers,
        shown: at.and_then(|at| u32::try_from(at + 1).ok()),
        at_page: wanted.at,
        view: View::from_code(&wanted.view),
        draft: draft(&view).filter(|_| view.may.work),
        kept: draft(&view).filter(|_| !view.may.work).map(|draft| draft.text),
        actions: actions(view.may),
        letters: letters(t, &view),
        phrases: phrases(t.lang),
        reminders: reminders.into_iter().map(|one| reminder(t.lang, one)).collect(),
        back_to: view.came_from.as_ref().filter(|_| view.may.send_back).map(|from| place(t.lang, from)),
        frame,
    };
    Ok((CookieJar::new().add(no_done_cookie()), html(&page)?).into_response())
}

/// The note side alone.
pub async fn notes(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (id, officer) = (matter(&id)?, Arc::clone(&visit.officer));
    let view = web.read(move |app| app.show(&officer, &id, clock::now())).await?;
    let t = visit.t();
    html(&Notes { t, now: clock::now().0, sheet: sheet(t, &view), papers: papers(t, &view, None, None) })
}

/// A look at a matter from the desk. Nothing is recorded: it is not opened.
pub async fn preview(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (id, officer) = (matter(&id)?, Arc::clone(&visit.officer));
    let view = web.read(move |app| app.show(&officer, &id, clock::now())).await?;
    let t = visit.t();
    html(&Preview { t, sheet: sheet(t, &view), papers: papers(t, &view, None, None) })
}

fn reminder(lang: Lang, one: AppReminder) -> Reminder {
    Reminder {
        by: one.by.as_ref().map(|by| place(lang, by)),
        at: one.at.0,
        words: one.words,
        due: one.due.as_deref().and_then(day_from_iso),
    }
}

/// A browser that only guesses what will be opened next has not opened it.
fn is_prefetch(headers: &HeaderMap) -> bool {
    let purpose = headers.get("sec-purpose").or_else(|| headers.get("purpose"));
    purpose.and_then(|purpose| purpose.to_str().ok()).is_some_and(|purpose| purpose.contains("prefetch"))
}

/// The place of the paper that is shown: the one asked for, else the first.
fn shown(view: &AppView, chosen: Option<u32>) -> Option<usize> {
    let asked = chosen.and_then(|n| usize::try_from(n).ok()?.checked_sub(1)).unwrap_or(0);
    if asked < view.papers.len() { Some(asked) } else { None }
}

fn is_text(paper: &AppPaper) -> bool {
    paper.facts.as_ref().is_ok_and(|facts| facts.label.media_type == "text/plain")
}

fn sheet(t: Texts, view: &AppView) -> Sheet {
    let lang = t.lang;
    let (number, subject, legacy) = match &view.cover {
        Ok(cover) => (cover.number.clone(), cover.subject.clone(), cover.legacy_number.clone()),
        Err(refusal) => (view.matter.id.short(), sentence(lang, *refusal), String::new()),
    };
    let notes = view.notes.iter().enumerate();
    let letter = view.cover.as_ref().ok().and_then(|cover| cover.letter.as_ref());
    Sheet {
        id: view.matter.id.to_string(),
        kind: kind(view.matter.kind),
        number,
        legacy_number: Some(legacy).filter(|legacy| !legacy.is_empty()),
        subject,
        urgency: urgency(view.past.urgency(view.cover.as_deref().ok())),
        due: view.past.due().or_else(|| Some(letter?.due.as_str())).and_then(day_from_iso),
        letter: letter.map(|letter| letter_facts(view, letter)),
        holder: place(lang, &view.holder),
        mine: view.may.work || view.may.cancel || view.may.wake || view.may.reopen,
        since: view.matter.since.0,
        hindrance: hindrance(t, view),
        notes: notes.map(|(at, one)| note(t, &view.notes, &view.papers, at, one)).collect(),
    }
}

fn letter_facts(view: &AppView, letter: &Letter) -> LetterFacts {
    let classification = view.cover.as_ref().map_or(0, |cover| usize::from(cover.classification));
    let more =
        [&letter.address, &letter.phone, &letter.email, &letter.enclosures, &letter.remarks, &letter.repeats];
    LetterFacts {
        from: letter.from.clone(),
        number: letter.number.clone(),
        date: day_from_iso(&letter.date),
        received: day_from_iso(&letter.received),
        case: letter.case_name.clone(),
        watch: watch_of(letter.watch),
        classification: Classification::ALL.get(classification).copied().unwrap_or_default(),
        is_copy: letter.copy_of.is_some(),
        more: more.into_iter().filter(|text| !text.is_empty()).cloned().collect(),
    }
}

fn hindrance(t: Texts, view: &AppView) -> Option<String> {
    let holder = place(t.lang, &view.holder);
    match &view.matter.phase {
        _ if view.past.needs_newer => Some(t.s("state-needs-newer")),
        Phase::Active => None,
        Phase::Queued { .. } => {
            let office = view.queued_to.as_ref().map(|office| name(t.lang, office)).unwrap_or_default();
            let age = crate::web::format::age(t, view.matter.since.0, clock::now().0);
            Some(t.b("state-queued", "office", office, "age", age))
        }
        Phase::InTransit { .. } => Some(t.a("state-in-transit", "office", holder.office)),
        Phase::Parked { until } => Some(t.a("state-parked", "date", date(until.0))),
        Phase::Closed => Some(t.s("state-closed")),
        Phase::Frozen => Some(sentence(t.lang, Refusal::MatterFrozen)),
    }
}

/// What stands in the note sheet where a letter went out: its number, and the page where it lies.
fn docket(t: Texts, papers: &[AppPaper], note: &SignedNote, issued: &Issued) -> String {
    let day = day_from_iso(&issued.date).map(date).unwrap_or_default();
    let what = format!("{} ({day})", issued.number);
    let at = papers.iter().position(|paper| paper.act == note.act);
    let page = at.and_then(|at| pages_of(papers).get(at).copied()).map_or(0, |(first, _)| first);
    t.b("letter-docket", "what", what, "page", t.a("paper-ref", "page", page))
}

fn note(t: Texts, all: &[SignedNote], papers: &[AppPaper], at: usize, note: &SignedNote) -> Note {
    let nobody = Place { post: t.s("unknown"), office: String::new(), person: None };
    let by = note.by.as_ref().map_or(nobody, |by| place(t.lang, by));
    let text = match &note.issued {
        Some(issued) => docket(t, papers, note, issued),
        None => written(t, note),
    };
    let lines_before: usize = all[..at].iter().map(|note| lines(&written(t, note))).sum();
    let page = u32::try_from(1 + lines_before / PAGE_LINES).unwrap_or(u32::MAX);
    let mut shown = Note::new(note.act.to_string(), page, paragraphs_before(all, at), &text, by, note.at.0);
    shown.time_in_doubt = note.in_doubt;
    shown.ladder = Ladder::local(note.mirrors.and_then(|n| u32::try_from(n).ok()));
    shown
}

/// A note that cannot be read says why, in its place.
fn written(t: Texts, note: &SignedNote) -> String {
    match &note.text {
        Ok(text) => text.clone(),
        Err(refusal) => format!("[{}]", sentence(t.lang, *refusal)),
    }
}

fn lines(text: &str) -> usize {
    text.lines().map(|line| 1 + line.chars().count() / LINE_CHARS).sum::<usize>() + 3
}

/// The number of the first paragraph of the note at a place; paragraphs count through the file. A
/// note that cannot be read counts as one.
pub fn paragraphs_before(notes: &[SignedNote], at: usize) -> u32 {
    let count = |note: &SignedNote| note.text.as_ref().map_or(1, |text| paragraphs(text, 1).len());
    let before: usize = notes[..at].iter().map(count).sum();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

/// First and last page of each paper in the correspondence.
pub fn pages_of(papers: &[AppPaper]) -> Vec<(u32, u32)> {
    let pages = papers.iter().map(|paper| paper.facts.as_ref().map_or(1, |facts| facts.label.pages));
    pages
        .scan(0_u32, |last, pages| {
            let first = last.saturating_add(1);
            *last = last.saturating_add(pages);
            Some((first, *last))
        })
        .collect()
}

fn papers(t: Texts, view: &AppView, at: Option<usize>, text: Option<PaperBytes>) -> Vec<Paper> {
    let mut text = text.map(|paper| String::from_utf8_lossy(&paper.bytes).into_owned());
    let numbered = view.papers.iter().zip(pages_of(&view.papers)).enumerate();
    let paper = |(index, (paper, (first_page, last_page))): (usize, (&AppPaper, (u32, u32)))| {
        let n = u32::try_from(index + 1).unwrap_or(u32::MAX);
        match &paper.facts {
            Ok(facts) => Paper {
                n,
                title: facts.title.clone(),
                first_page,
                last_page,
                date: facts.label.date.as_deref().and_then(day_from_iso),
                bytes: facts.bytes,
                is_letter: paper.is_letter(),
                body: match facts.label.media_type.as_str() {
                    "application/pdf" => PaperBody::Pdf,
                    "image/jpeg" | "image/png" => PaperBody::Image,
                    "text/plain" if at == Some(index) => PaperBody::Text(text.take().unwrap_or_default()),
                    "text/plain" => PaperBody::Text(String::new()),
                    _ => PaperBody::Other,
                },
            },
            Err(refusal) => {
                let why = sentence(t.lang, *refusal);
                Paper {
                    n,
                    title: why.clone(),
                    first_page,
                    last_page,
                    date: None,
                    bytes: 0,
                    is_letter: false,
                    body: PaperBody::Text(why),
                }
            }
        }
    };
    numbered.map(paper).collect()
}

/// Drafts; what was issued stands among the papers.
fn letters(t: Texts, view: &AppView) -> Vec<LetterLine> {
    let drafts = view.letters.iter().filter(|one| !matches!(one.stage, Stage::Issued(_)));
    let line = |one: &Line| LetterLine {
        letter: one.letter.to_string(),
        subject: one.subject.clone().unwrap_or_else(|refusal| sentence(t.lang, refusal)),
        versions: one.versions,
        stage: stage(&one.stage),
    };
    drafts.map(line).collect()
}

fn draft(view: &AppView) -> Option<Draft> {
    let draft = view.draft.as_ref()?;
    Some(Draft {
        text: draft.text.clone(),
        version: draft.version,
        next_para: paragraphs_before(&view.notes, view.notes.len()),
        saved_at: Some(draft.saved.0).filter(|at| *at > 0),
        // Letters of Devanagari take three bytes each.
        max_chars: u32::try_from(NOTE_BYTES_MAX / 3).unwrap_or(u32::MAX),
    })
}

fn actions(may: May) -> Vec<Action> {
    let offers = [
        (may.work, Action::Send),
        (may.send_back, Action::SendBack),
        (may.work, Action::Attach),
        (may.work, Action::Draft),
        (may.put_in_file, Action::PutInFile),
        (may.put_in_file, Action::Copies),
        (may.work, Action::Park),
        (may.work, Action::Close),
        (may.cancel || may.request_recall, Action::Recall),
        (may.remind, Action::Remind),
        (may.wake, Action::Wake),
        (may.reopen, Action::Reopen),
    ];
    offers.into_iter().filter(|(may, _)| *may).map(|(_, action)| action).collect()
}
