//! What waits to be diarised: the list, its papers, adding and throwing away.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::matter_text::PaperLabel;
use mohar_protocol::refusal::Refusal;

use crate::app::attach::PaperKind;
use crate::app::show::PaperBytes;
use crate::app::tray::Shown;
use crate::app::{Trouble, blocking};
use crate::web::error::Failure;
use crate::web::files::paper::as_answer;
use crate::web::files::{done, refused};
use crate::web::form::Posted;
use crate::web::locale::sentence;
use crate::web::pages::frame::Here;
use crate::web::pages::tray::{Discard, Row, TrayPage};
use crate::web::session::{AtWork, no_done_cookie};
use crate::web::{Web, html};

/// The list.
pub async fn page(State(web): State<Web>, visit: AtWork) -> Result<Response, Failure> {
    list(&web, &visit, None).await
}

/// Adds an upload.
pub async fn add(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, upload, .. } = posted;
    let name = upload.name().unwrap_or_default().to_owned();
    let bytes = upload.bytes().and_then(|bytes| bytes.ok_or(Refusal::ContentNone));
    let (app, officer) = (Arc::clone(&web.app), Arc::clone(&visit.officer));
    let kept = match bytes {
        Ok(bytes) => blocking(move || app.put_in_tray(&officer, &name, &bytes)).await,
        Err(refusal) => Err(refusal.into()),
    };
    match kept {
        Ok(()) => done("/dak/tray", &visit.t().s("done-in-tray")),
        Err(Trouble::Refused(refusal)) => list(&web, &visit, Some(refusal)).await,
        Err(fault) => Err(fault.into()),
    }
}

/// One paper of an item, for the viewer.
pub async fn paper(
    State(web): State<Web>,
    visit: AtWork,
    Path((id, n)): Path<(String, usize)>,
) -> Result<Response, Failure> {
    let officer = Arc::clone(&visit.officer);
    let opened = web.read(move |app| app.tray_item(&officer, &id)).await?;
    let paper = n.checked_sub(1).and_then(|at| opened.mail.papers.into_iter().nth(at));
    let paper = paper.ok_or_else(Failure::not_found)?;
    let media_type = PaperKind::of(&paper.bytes)?.media_type().to_owned();
    let label = PaperLabel { media_type, pages: 1, date: None };
    as_answer(&web, PaperBytes { title: paper.title, label, bytes: paper.bytes }, false).await
}

/// Asks before an item is thrown away.
pub async fn ask_discard(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let item = id.clone();
    let read = web.page(&visit, Here::Tray, move |app, officer| app.tray_item(officer, &item));
    let (frame, opened) = read.await?;
    html(&Discard { frame, id, name: opened.head.name })
}

/// Throws it away.
pub async fn discard(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let visit = posted.visit;
    let officer = Arc::clone(&visit.officer);
    web.read_to_act(move |app| app.take_out(&officer, &id)).await?;
    done("/dak/tray", &visit.t().s("done-discarded"))
}

async fn list(web: &Web, visit: &AtWork, error: Option<Refusal>) -> Result<Response, Failure> {
    let read = web.page(visit, Here::Tray, |app, officer| {
        let shown = app.tray(officer)?;
        let mut known = Vec::with_capacity(shown.items.len());
        for item in &shown.items {
            known.push(app.number_of_scan(officer, &item.head.digest)?);
        }
        Ok((shown, known, app.upload_bytes_max(), app.is_registry(officer)))
    });
    let (frame, (shown, known, max_bytes, is_registry)) = read.await?;
    let lang = visit.lang();
    let Shown { items, not_taken } = shown;
    let rows = items.into_iter().zip(known).map(|(item, known)| Row {
        id: item.id,
        name: item.head.name,
        mail: item.head.is_mail.then_some((item.head.from, item.head.subject)),
        at: item.head.at.0,
        bytes: item.head.bytes,
        is_held: item.head.of.is_some(),
        known,
    });
    let page = TrayPage {
        rows: rows.collect(),
        not_taken: not_taken.into_iter().map(|(name, why)| (name, sentence(lang, why))).collect(),
        max_bytes,
        error: error.map(|refusal| sentence(lang, refusal)),
        is_registry,
        frame,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = (CookieJar::new().add(no_done_cookie()), html(&page)?).into_response();
    Ok(refused(page, status))
}
