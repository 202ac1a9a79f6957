//! Copies of a dak to many.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::act::Holder;
use mohar_protocol::id::MatterId;
use mohar_protocol::refusal::Refusal;

use crate::app::Trouble;
use crate::app::names::holder_from_text;
use crate::app::send::Target as AppTarget;
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::send::{search_words, target, typed, words};
use crate::web::files::{done, matter, number, refused};
use crate::web::form::{Fields, Posted};
use crate::web::locale::sentence;
use crate::web::pages::frame::Here;
use crate::web::pages::put_in_file::Copies;
use crate::web::session::AtWork;
use crate::web::{Web, html};

/// The sheet.
pub async fn ask(State(web): State<Web>, visit: AtWork, Path(id): Path<String>) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, Fields::default(), None).await
}

/// Searches on, or signs copy after copy.
pub async fn send(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let id = matter(&id)?;
    if fields.get("then") != "send" {
        return sheet(&web, &visit, id, fields, None).await;
    }
    let words = words(visit.lang().code(), typed(&fields));
    let number = number(&web, &visit, id).await?;
    match web.app.send_copies(&visit.officer, form, id, &chosen(&fields), &words).await {
        Ok(n) => done(&format!("/files/{id}"), &visit.t().b("done-copies", "number", number, "n", n)),
        Err(Trouble::Refused(refusal)) => sheet(&web, &visit, id, fields, Some(refusal)).await,
        Err(fault) => Err(fault.into()),
    }
}

/// The posts that are ticked.
fn chosen(fields: &Fields) -> Vec<Holder> {
    fields.names().filter_map(|name| holder_from_text(name.strip_prefix("to-")?)).collect()
}

async fn sheet(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    fields: Fields,
    error: Option<Refusal>,
) -> Result<Response, Failure> {
    let q = search_words(fields.get("q"));
    let (ticked, asked) = (chosen(&fields), q.clone());
    let read = web.page(visit, Here::Desk, move |app, officer| {
        let mut chosen = Vec::new();
        for one in ticked {
            chosen.extend(app.targets(officer, "", Some(one))?.chosen);
        }
        let offered = app.targets(officer, &asked, None)?;
        Ok((app.show(officer, &id, clock::now())?, chosen, offered))
    });
    let (frame, (view, chosen, offered)) = read.await?;
    if !view.may.put_in_file {
        return Err(Refusal::NotHolder.into());
    }
    let (lang, cover) = (visit.lang(), view.cover?);
    let is_new = |one: &&AppTarget| !chosen.iter().any(|known: &AppTarget| known.holder == one.holder);
    let said = typed(&fields);
    let page = Copies {
        frame,
        id: id.to_string(),
        number: cover.number.clone(),
        subject: cover.subject.clone(),
        q,
        own: offered.own.iter().filter(is_new).map(|one| target(lang, one)).collect(),
        others: offered
            .near
            .iter()
            .chain(&offered.others)
            .filter(is_new)
            .map(|one| target(lang, one))
            .collect(),
        more: offered.more,
        chosen: chosen.iter().map(|one| target(lang, one)).collect(),
        typed: said,
        error: error.map(|refusal| sentence(lang, refusal)),
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(refused(html(&page)?, status))
}
