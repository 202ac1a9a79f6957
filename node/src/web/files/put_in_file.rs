//! Put a dak into a file, or copy its papers to one.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::id::MatterId;
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::Trouble;
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::{done, matter, next_on_desk, number, refused};
use crate::web::form::Posted;
use crate::web::locale::sentence;
use crate::web::pages::frame::Here;
use crate::web::pages::put_in_file::{Choice, PutInFile};
use crate::web::session::AtWork;
use crate::web::{Web, html};

/// Characters of a search.
const SEARCH_CHARS_MAX: usize = 100;

/// What the sheet is asked for.
#[derive(Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    file: String,
}

/// The sheet.
pub async fn ask(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
    Query(search): Query<Search>,
) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, search, None).await
}

/// Signs both acts, or the attachment alone.
pub async fn put_in_file(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let id = matter(&id)?;
    let chosen = fields.take("file");
    let again = |chosen: String| Search { q: String::new(), file: chosen };
    let Ok(file) = chosen.parse::<MatterId>() else {
        return sheet(&web, &visit, id, again(chosen), Some(Refusal::TextEmpty)).await;
    };
    let number = number(&web, &visit, id).await?;
    let next = next_on_desk(&web, &visit, id).await?;
    let (t, only_copy) = (visit.t(), fields.get("then") == "copy");
    let lang = visit.lang().code();
    let put = if only_copy {
        web.app.copy_to_file(&visit.officer, form, id, file).await
    } else {
        web.app.put_in_file(&visit.officer, form, id, file, lang).await
    };
    match put {
        Ok((_, into)) if only_copy => {
            done(&format!("/files/{id}"), &t.b("done-copied", "number", number, "to", into))
        }
        Ok((_, into)) => done(&next, &t.b("done-put-in-file", "number", number, "to", into)),
        Err(Trouble::Refused(refusal)) => sheet(&web, &visit, id, again(chosen), Some(refusal)).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn sheet(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    search: Search,
    error: Option<Refusal>,
) -> Result<Response, Failure> {
    let q: String = search.q.chars().take(SEARCH_CHARS_MAX).collect();
    let words = q.clone();
    let read = web.page(visit, Here::Desk, move |app, officer| {
        Ok((app.show(officer, &id, clock::now())?, app.files_to_put_in(officer, &words)?))
    });
    let (frame, (view, files)) = read.await?;
    if !view.may.put_in_file {
        return Err(Refusal::NotHolder.into());
    }
    let cover = view.cover?;
    let files = files.into_iter().map(|file| Choice {
        id: file.id.to_string(),
        number: file.number,
        subject: file.subject,
    });
    let page = PutInFile {
        frame,
        id: id.to_string(),
        number: cover.number.clone(),
        subject: cover.subject.clone(),
        q,
        files: files.collect(),
        chosen: search.file,
        error: error.map(|refusal| sentence(visit.lang(), refusal)),
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(refused(html(&page)?, status))
}
