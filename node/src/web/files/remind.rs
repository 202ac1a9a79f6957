//! Remind whoever has it.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{correctable, done, matter, number, sheet, typed};
use crate::web::form::Posted;
use crate::web::format::day_from_iso;
use crate::web::pages::confirm::{ConfirmTyped, Verb};
use crate::web::session::AtWork;

/// The sheet.
pub async fn ask(State(web): State<Web>, visit: AtWork, Path(id): Path<String>) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, Verb::Remind, ConfirmTyped::default(), None).await
}

/// Signs it.
pub async fn remind(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let (id, lang) = (matter(&id)?, visit.lang().code());
    let due = Some(fields.get("until")).filter(|due| day_from_iso(due).is_some()).unwrap_or_default();
    let number = number(&web, &visit, id).await?;
    match web.app.remind(&visit.officer, form, id, lang, due, fields.get("reason")).await {
        Ok(_) => done("/waiting", &visit.t().a("done-reminded", "number", number)),
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            sheet(&web, &visit, id, Verb::Remind, typed(&fields), Some(refusal)).await
        }
    }
}
