//! Attach a paper.

use axum::extract::{Path, State};
use axum::response::Response;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::refusal::Refusal;

use crate::app::Trouble;
use crate::app::attach::Paper;
use crate::app::operation::FormId;
use crate::clock;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::show::pages_of;
use crate::web::files::{correctable, done, matter, sheet, typed};
use crate::web::form::{Fields, Posted};
use crate::web::format::day_from_iso;
use crate::web::pages::confirm::{ConfirmTyped, Verb};
use crate::web::session::AtWork;

/// The sheet.
pub async fn ask(State(web): State<Web>, visit: AtWork, Path(id): Path<String>) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, Verb::Attach, ConfirmTyped::default(), None).await
}

/// Signs it. When the paper is refused, title and date stay; browsers never give a chosen paper
/// back.
pub async fn attach(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, upload, form } = posted;
    let id = matter(&id)?;
    let date = Some(fields.take("paper_date")).filter(|date| day_from_iso(date).is_some());
    let bytes = upload.bytes().and_then(|bytes| bytes.ok_or(Refusal::UploadBroken));
    let attached = match bytes {
        Ok(bytes) => {
            let paper = Paper { title: fields.take("title"), date, bytes };
            web.app.attach(&visit.officer, form, id, paper).await
        }
        Err(refusal) => Err(Trouble::Refused(refusal)),
    };
    match attached {
        Ok(receipt) => {
            let page = first_page(&web, &visit, id, receipt.act).await?;
            done(&format!("/files/{id}#papers"), &visit.t().a("done-attached", "page", page))
        }
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            sheet(&web, &visit, id, Verb::Attach, typed(&fields), Some(refusal)).await
        }
    }
}

/// Keeps what was pasted in a legacy font and converted, as a paper of the file just opened. The
/// same form sent again attaches nothing twice.
pub async fn keep_pasted(
    web: &Web,
    visit: &AtWork,
    form: FormId,
    id: MatterId,
    fields: &Fields,
) -> Result<(), Failure> {
    if fields.get("pasted").trim().is_empty() {
        return Ok(());
    }
    let bytes = fields.take("pasted").into_bytes();
    let paper = Paper { title: visit.t().s("pasted-title"), date: None, bytes };
    let attached = web.app.attach(&visit.officer, form, id, paper).await;
    attached.map_err(|trouble| Failure::from(trouble).with_typed(fields.typed()))?;
    Ok(())
}

/// The page of the correspondence on which the papers of an act begin.
async fn first_page(web: &Web, visit: &AtWork, id: MatterId, act: ActId) -> Result<String, Failure> {
    let officer = std::sync::Arc::clone(&visit.officer);
    let view = web.read(move |app| app.show(&officer, &id, clock::now())).await?;
    let pages = pages_of(&view.papers);
    let at = view.papers.iter().position(|paper| paper.act == act).unwrap_or(0);
    let first = pages.get(at).map_or(1, |(first, _)| *first);
    Ok(visit.t().a("paper-ref", "page", first))
}
