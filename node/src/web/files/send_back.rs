//! Send back, with the reason.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{correctable, done, matter, next_on_desk, number, sheet, typed};
use crate::web::form::Posted;
use crate::web::pages::confirm::{ConfirmTyped, Verb};
use crate::web::session::AtWork;

/// The sheet.
pub async fn ask(State(web): State<Web>, visit: AtWork, Path(id): Path<String>) -> Result<Response, Failure> {
    sheet(&web, &visit, matter(&id)?, Verb::SendBack, ConfirmTyped::default(), None).await
}

/// Signs it.
pub async fn send_back(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let (id, lang) = (matter(&id)?, visit.lang().code());
    let given = match super::reason(&fields) {
        Ok(given) => given,
        Err(refusal) => return sheet(&web, &visit, id, Verb::SendBack, typed(&fields), Some(refusal)).await,
    };
    let number = number(&web, &visit, id).await?;
    let next = next_on_desk(&web, &visit, id).await?;
    match web.app.send_back(&visit.officer, form, id, lang, &given).await {
        Ok(_) => done(&next, &visit.t().a("done-sent-back", "number", number)),
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            sheet(&web, &visit, id, Verb::SendBack, typed(&fields), Some(refusal)).await
        }
    }
}
