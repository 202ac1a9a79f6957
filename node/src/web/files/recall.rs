//! Take back: a dispatch that still waits here is cancelled at once; after the handover it is asked
//! for, and comes back by itself while nobody there has opened it.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{correctable, done, matter, number, sheet, typed};
use crate::web::form::Posted;
use crate::web::pages::confirm::{ConfirmTyped, Verb};
use crate::web::session::AtWork;

/// The sheet.
pub async fn ask(State(web): State<Web>, visit: AtWork, Path(id): Path<String>) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, Verb::Recall, ConfirmTyped::default(), None).await
}

/// Takes it back, or asks for it.
pub async fn recall(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let (id, lang) = (matter(&id)?, visit.lang().code());
    let (officer, number) = (std::sync::Arc::clone(&visit.officer), number(&web, &visit, id).await?);
    let queued = web.read_to_act(move |app| Ok(app.state_of(&officer, &id)?.queued_to().is_some())).await?;
    // A form that comes again after a power cut finds a cancelled file on the desk, and gets the
    // answer of the first time.
    let cancelled = web.app.cancel(&visit.officer, form, id).await;
    let (asked, key) = if queued || cancelled.is_ok() {
        (cancelled, "done-recalled")
    } else {
        let asked = web.app.request_recall(&visit.officer, form, id, lang, fields.get("reason")).await;
        (asked, "done-recall-asked")
    };
    match asked {
        Ok(_) => done(&format!("/files/{id}"), &visit.t().a(key, "number", number)),
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            sheet(&web, &visit, id, Verb::Recall, typed(&fields), Some(refusal)).await
        }
    }
}
