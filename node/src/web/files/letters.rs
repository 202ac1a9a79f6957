//! A letter of a file: its versions and what changed between them, approval, and the sheet that issues
//! it. The form that writes a version is `draft_letter`.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::matter_text::LetterText;
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::Trouble;
use crate::app::compare::{self, Piece};
use crate::app::letters::{Stage, Version, View};
use crate::app::send::Target as AppTarget;
use crate::web::error::Failure;
use crate::web::files::send::target;
use crate::web::files::{done, matter, refused};
use crate::web::form::Posted;
use crate::web::letters::{draft_look, issued_look, named, stage};
use crate::web::locale::{name, place, sentence};
use crate::web::pages::frame::Here;
use crate::web::pages::letters::{
    Change, Compared, IssueLine, IssueSheet, LetterPage, LetterPaper, VersionLine,
};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// Recipients whose reach the sheet shows one by one.
const REACH_SHOWN: usize = 100;

/// What of a letter is wanted.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    version: Option<u32>,
    #[serde(default)]
    with: Option<u32>,
}

/// The letter with its versions.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Path((id, letter)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let (id, letter) = (matter(&id)?, act(&letter)?);
    let read = web.page(&visit, Here::Desk, move |app, officer| {
        let view = app.letter_view(officer, &id, &letter)?;
        Ok((view, app.office_name(&officer.office)))
    });
    let (frame, (view, office)) = read.await?;
    let lang = visit.lang();
    let count = u32::try_from(view.versions.len()).unwrap_or(u32::MAX);
    let n = wanted.version.filter(|n| (1..=count).contains(n)).unwrap_or(count);
    let shown = version(&view, n).ok_or_else(Failure::not_found)?;
    let look = match &shown.text {
        Ok(text) => {
            let language = Lang::from_code(&text.language).unwrap_or_default();
            Ok(draft_look(&web.app, text, &name(language, &office)))
        }
        Err(refusal) => Err(sentence(lang, *refusal)),
    };
    let (number, subject) = heads(lang, id, &view);
    html(&LetterPage {
        frame,
        id: id.to_string(),
        number,
        subject,
        letter: letter.to_string(),
        look,
        version: shown.said.act.to_string(),
        shown: n,
        versions: (1..=count).rev().filter_map(|n| Some(version_line(lang, n, version(&view, n)?))).collect(),
        stage: stage(&view.stage),
        may: view.may && n == count,
        compared: wanted.with.and_then(|with| compared(&view, with, n)),
    })
}

/// Approves the version that was seen.
pub async fn approve(
    State(web): State<Web>,
    Path((id, letter)): Path<(String, String)>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let (id, letter) = (matter(&id)?, act(&letter)?);
    web.app.approve(&visit.officer, form, id, act(fields.get("version"))?).await?;
    done(&format!("/files/{id}/letters/{letter}"), &visit.t().s("done-approved"))
}

/// The sheet: check, sign, number, dispatch.
pub async fn ask_issue(
    State(web): State<Web>,
    visit: AtWork,
    Path((id, letter)): Path<(String, String)>,
) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, act(&letter)?, None).await
}

/// Signs, numbers and sends it.
pub async fn issue(
    State(web): State<Web>,
    Path((id, letter)): Path<(String, String)>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, .. } = posted;
    let (id, letter) = (matter(&id)?, act(&letter)?);
    match web.app.issue(&visit.officer, id, act(fields.get("approval"))?).await {
        Ok((_, number)) => done(&format!("/files/{id}"), &visit.t().a("done-issued", "number", number)),
        Err(Trouble::Refused(refusal)) => sheet(&web, &visit, id, letter, Some(refusal)).await,
        Err(fault) => Err(fault.into()),
    }
}

/// One issued or served letter alone, as paper: the one at a place of an act.
pub async fn paper(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    act: ActId,
    n: usize,
) -> Result<Response, Failure> {
    let read = web.page(visit, Here::Desk, move |app, officer| app.issued_letter(officer, &id, &act, n));
    let (frame, shown) = read.await?;
    html(&LetterPaper { frame, id: id.to_string(), look: issued_look(&web.app, visit.lang(), &shown) })
}

async fn sheet(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    letter: ActId,
    error: Option<Refusal>,
) -> Result<Response, Failure> {
    let read = web.page(visit, Here::Desk, move |app, officer| {
        let view = app.letter_view(officer, &id, &letter)?;
        let newest = view.versions.last().ok_or(Refusal::LetterUnknown)?;
        let text = newest.text.clone()?;
        let mut targets: Vec<Option<AppTarget>> = Vec::new();
        for one in text.everybody() {
            let wanted = one.to.filter(|_| targets.len() < REACH_SHOWN);
            targets.push(match wanted {
                Some(to) => app.targets(officer, "", Some(to))?.chosen,
                None => None,
            });
        }
        let series = app.letter_series(&officer.office)?;
        Ok((view, text, targets, series, app.office_name(&officer.office)))
    });
    let (frame, (view, text, targets, series, office)) = read.await?;
    let lang = visit.lang();
    if view.stage == Stage::Drafted {
        return Err(Refusal::LetterNotApproved.into());
    }
    if !view.may && error.is_none() {
        return Err(Refusal::NotHolder.into());
    }
    let approval = view.versions.last().and_then(|newest| newest.approval.clone());
    let approval = approval.ok_or(Refusal::LetterNotApproved)?;
    let language = Lang::from_code(&text.language).unwrap_or_default();
    let (number, subject) = heads(lang, id, &view);
    let page = IssueSheet {
        frame,
        id: id.to_string(),
        number,
        subject,
        letter: letter.to_string(),
        look: draft_look(&web.app, &text, &name(language, &office)),
        approval: approval.act.to_string(),
        approved_by: approval.by.as_ref().map(|by| place(lang, by)),
        approved_at: approval.at.0,
        series,
        lines: lines(lang, &text, &targets),
        error: error.map(|refusal| sentence(lang, refusal)),
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(refused(html(&page)?, status))
}

fn lines(lang: Lang, text: &LetterText, targets: &[Option<AppTarget>]) -> Vec<IssueLine> {
    let everybody = text.everybody().zip(targets).enumerate();
    let line =
        |(at, (one, reached)): (usize, (&mohar_protocol::matter_text::Addressee, &Option<AppTarget>))| {
            IssueLine {
                name: one.name.clone(),
                is_copy: at >= text.to.len(),
                mode: one.mode,
                target: reached.as_ref().map(|one| target(lang, one)),
            }
        };
    everybody.map(line).collect()
}

fn heads(lang: Lang, id: MatterId, view: &View) -> (String, String) {
    view.cover.clone().unwrap_or_else(|refusal| (id.short(), sentence(lang, refusal)))
}

fn version(view: &View, n: u32) -> Option<&Version> {
    view.versions.get(usize::try_from(n).ok()?.checked_sub(1)?)
}

fn version_line(lang: Lang, n: u32, version: &Version) -> VersionLine {
    let approval = version.approval.as_ref();
    VersionLine {
        n,
        by: version.said.by.as_ref().map(|by| place(lang, by)),
        at: version.said.at.0,
        approved_by: approval.and_then(|said| said.by.as_ref()).map(|by| place(lang, by)),
        approved_at: approval.map(|said| said.at.0),
    }
}

fn compared(view: &View, with: u32, n: u32) -> Option<Compared> {
    let (old, new) = (version(view, with)?.text.as_ref().ok()?, version(view, n)?.text.as_ref().ok()?);
    let change = |piece: Piece| match piece {
        Piece::Same(text) => Change::Same(text),
        Piece::Added(text) => Change::Added(text),
        Piece::Removed(text) => Change::Removed(text),
    };
    let lines = compare::by_words(&as_lines(old), &as_lines(new));
    let lines = lines.into_iter().map(|line| line.into_iter().map(change).collect());
    Some(Compared { with, lines: lines.collect() })
}

/// Everything that a letter says, line by line.
fn as_lines(text: &LetterText) -> String {
    let mut lines = named(&text.to);
    lines.extend([text.subject.clone(), text.reference.clone(), text.salutation.clone()]);
    lines.extend(text.paragraphs.iter().cloned());
    lines.extend([text.closing.clone(), text.enclosures.clone()]);
    lines.extend(named(&text.copies));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn act(text: &str) -> Result<ActId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}
