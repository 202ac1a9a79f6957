//! Close, with the category in which it is kept.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{correctable, done, matter, next_on_desk, number, sheet, typed};
use crate::web::form::Posted;
use crate::web::pages::confirm::{ConfirmTyped, Retention, Verb};
use crate::web::session::AtWork;

/// The sheet.
pub async fn ask(State(web): State<Web>, visit: AtWork, Path(id): Path<String>) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, Verb::Close, ConfirmTyped::default(), None).await
}

/// Signs it.
pub async fn close(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let (id, lang) = (matter(&id)?, visit.lang().code());
    let given = fields.take("reason");
    let category = typed(&fields).retention;
    let at = Retention::ALL.iter().position(|one| *one == category);
    let retention = at.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0);
    let number = number(&web, &visit, id).await?;
    let next = next_on_desk(&web, &visit, id).await?;
    match web.app.close(&visit.officer, form, id, retention, lang, &given).await {
        Ok(_) => done(&next, &visit.t().a("done-closed", "number", number)),
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            sheet(&web, &visit, id, Verb::Close, typed(&fields), Some(refusal)).await
        }
    }
}
