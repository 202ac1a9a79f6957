//! The outward register, one letter of it, and what the dispatch clerk says.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::act::body::{DISPATCH_MODE_MAX, Dispatch};
use mohar_protocol::id::ActId;
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::Trouble;
use crate::app::outward::{Entry, Filter, Line as AppLine, Standing as AppStanding};
use crate::web::error::Failure;
use crate::web::files::{done, refused};
use crate::web::form::Posted;
use crate::web::format::day_from_iso;
use crate::web::letters::named;
use crate::web::locale::{place, sentence};
use crate::web::pages::frame::Here;
use crate::web::pages::letters::Kind;
use crate::web::pages::outward::{Line, Outward, OutwardLetter, OutwardTyped, ROWS_PER_PAGE, Row, Standing};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// Characters of the words that are looked for.
const WORDS_CHARS_MAX: usize = 100;

/// Names of addressees in one line of the register.
const NAMES_SHOWN: usize = 3;

/// The filters.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    from_day: String,
    #[serde(default)]
    to_day: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    page: String,
}

/// The register.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let day = |text: String| if day_from_iso(&text).is_some() { text } else { String::new() };
    let typed = OutwardTyped {
        from_day: day(wanted.from_day),
        to_day: day(wanted.to_day),
        words: wanted.words.chars().take(WORDS_CHARS_MAX).collect(),
        kind: Kind::from_code(&wanted.kind),
        mode: wanted.mode.parse().ok().filter(|mode| *mode <= DISPATCH_MODE_MAX),
        standing: Standing::from_code(&wanted.standing),
    };
    let filter = Filter {
        from_day: typed.from_day.clone(),
        to_day: typed.to_day.clone(),
        words: typed.words.clone(),
        kind: typed.kind.map(Kind::number),
        mode: typed.mode,
        standing: typed.standing.map(said),
    };
    let page = wanted.page.parse().unwrap_or(1);
    let read = web.page(&visit, Here::Outward, move |app, officer| {
        app.outward(officer, &filter, page, ROWS_PER_PAGE as usize)
    });
    let (frame, found) = read.await?;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let rows = found.rows.iter().map(|one| Row {
        standings: one.standings.iter().map(|(standing, n)| (shown(*standing), number(*n))).collect(),
        ..row(visit.lang(), &one.entry, one.may_open)
    });
    html(&Outward {
        rows: rows.collect(),
        frame,
        typed,
        total: number(found.total),
        page: number(found.page),
        pages: number(found.pages),
    })
}

/// One letter with every recipient.
pub async fn letter(
    State(web): State<Web>,
    visit: AtWork,
    Path(issue): Path<String>,
) -> Result<Response, Failure> {
    sheet(&web, &visit, act(&issue)?, None).await
}

/// Keeps what the clerk says of one recipient.
pub async fn say(
    State(web): State<Web>,
    Path(issue): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let issue = act(&issue)?;
    let number = |name: &str| fields.get(name).parse::<u8>().map_err(|_| Failure::not_found());
    let line = fields.get("line").parse().map_err(|_| Failure::not_found())?;
    let dispatch = Dispatch { issue, line, mode: number("mode")?, state: number("state")? };
    let officer = std::sync::Arc::clone(&visit.officer);
    let matter = web.read_to_act(move |app| Ok(app.outward_letter(&officer, &issue)?.entry.matter)).await?;
    let (lang, words) = (visit.lang().code(), fields.take("words"));
    match web.app.dispatch(&visit.officer, form, matter, dispatch, lang, &words).await {
        Ok(_) => done(&format!("/dak/outward/{issue}"), &visit.t().s("done-dispatch")),
        Err(Trouble::Refused(refusal)) => sheet(&web, &visit, issue, Some(refusal)).await,
        Err(fault) => Err(fault.into()),
    }
}

/// Serves whoever on the list was not served yet.
pub async fn serve(
    State(web): State<Web>,
    Path(issue): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let (visit, issue) = (posted.visit, act(&issue)?);
    let officer = std::sync::Arc::clone(&visit.officer);
    let matter = web.read_to_act(move |app| Ok(app.outward_letter(&officer, &issue)?.entry.matter)).await?;
    match web.app.serve(&visit.officer, matter, issue).await {
        Ok(number) => done(&format!("/dak/outward/{issue}"), &visit.t().a("done-served", "number", number)),
        Err(Trouble::Refused(refusal)) => sheet(&web, &visit, issue, Some(refusal)).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn sheet(web: &Web, visit: &AtWork, issue: ActId, error: Option<Refusal>) -> Result<Response, Failure> {
    let read = web.page(visit, Here::Outward, move |app, officer| {
        Ok((app.outward_letter(officer, &issue)?, app.is_registry(officer)))
    });
    let (frame, (detail, keeps)) = read.await?;
    let lang = visit.lang();
    let lines = (0..).zip(&detail.lines).map(|(n, one)| line(n, one));
    let page = OutwardLetter {
        frame,
        row: row(lang, &detail.entry, detail.may_open),
        by: detail.by.as_ref().map(|by| place(lang, by)),
        at: detail.entry.at.0,
        lines: lines.collect(),
        unserved: detail
            .lines
            .iter()
            .any(|one| one.addressee.to.is_some() && one.standing == AppStanding::ToSend),
        keeps,
        error: error.map(|refusal| sentence(lang, refusal)),
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(refused(html(&page)?, status))
}

fn act(text: &str) -> Result<ActId, Failure> {
    text.parse().map_err(|_| Failure::not_found())
}

fn row(lang: Lang, entry: &Entry, may_open: bool) -> Row {
    let file = may_open.then(|| entry.matter.to_string());
    let issued = match &entry.issued {
        Ok(issued) => issued,
        Err(refusal) => {
            return Row {
                issue: entry.issue.to_string(),
                number: sentence(lang, *refusal),
                endorsement: String::new(),
                day: Some(entry.at.0),
                kind: Kind::default(),
                subject: String::new(),
                to: Vec::new(),
                standings: Vec::new(),
                file,
            };
        }
    };
    let mut to = named(&issued.letter.to);
    let more = to.len().saturating_sub(NAMES_SHOWN);
    to.truncate(NAMES_SHOWN);
    if more > 0 {
        to.push(format!("+{more}"));
    }
    Row {
        issue: entry.issue.to_string(),
        number: issued.number.clone(),
        endorsement: issued.endorsement.clone(),
        day: day_from_iso(&issued.date),
        kind: Kind::of(issued.letter.kind),
        subject: issued.letter.subject.clone(),
        to,
        standings: Vec::new(),
        file,
    }
}

fn line(n: u32, line: &AppLine) -> Line {
    Line {
        n,
        name: line.addressee.name.clone(),
        is_copy: line.is_copy,
        mode: line.addressee.mode,
        standing: shown(line.standing),
        since: line.since.map(|at| at.0),
        words: line.words.clone(),
    }
}

const fn shown(standing: AppStanding) -> Standing {
    match standing {
        AppStanding::Returned => Standing::Returned,
        AppStanding::ToSend => Standing::ToSend,
        AppStanding::Waiting => Standing::Waiting,
        AppStanding::Sent => Standing::Sent,
        AppStanding::Delivered => Standing::Delivered,
        AppStanding::Opened => Standing::Opened,
    }
}

const fn said(standing: Standing) -> AppStanding {
    match standing {
        Standing::Returned => AppStanding::Returned,
        Standing::ToSend => AppStanding::ToSend,
        Standing::Waiting => AppStanding::Waiting,
        Standing::Sent => AppStanding::Sent,
        Standing::Delivered => AppStanding::Delivered,
        Standing::Opened => AppStanding::Opened,
    }
}
