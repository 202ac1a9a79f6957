//! The unsent note: saved by the script every second, and by a button without it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use crate::app::draft::Saved;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{done, matter};
use crate::web::form::{Posted, Told};
use crate::web::format::clock_seconds;
use crate::web::session::AtWork;

/// What the script sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Typed {
    text: String,
    version: u64,
}

#[derive(Serialize)]
struct Kept {
    version: u64,
    at: String,
}

#[derive(Serialize)]
struct Other {
    text: String,
    version: u64,
}

/// What follows the button.
#[derive(Deserialize)]
pub struct Then {
    #[serde(default)]
    then: String,
}

/// `PUT`: the saved version, or 409 with the text that was saved meanwhile.
pub async fn save(
    State(web): State<Web>,
    Path(id): Path<String>,
    visit: AtWork,
    Told(typed): Told<Typed>,
) -> Result<Response, Failure> {
    let saved = web.app.save_draft(&visit.officer, matter(&id)?, &typed.text, typed.version).await?;
    Ok(match saved {
        Saved::Kept(draft) => {
            Json(Kept { version: draft.version, at: clock_seconds(draft.saved.0) }).into_response()
        }
        Saved::Conflict(draft) => {
            let other = Other { text: draft.text, version: draft.version };
            (StatusCode::CONFLICT, Json(other)).into_response()
        }
    })
}

/// `POST`: saves, and goes on to the send sheet or back to the file.
pub async fn save_by_form(
    State(web): State<Web>,
    Path(id): Path<String>,
    Query(then): Query<Then>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let Posted { visit, fields, .. } = posted;
    let (id, version) = (matter(&id)?, fields.get("version").parse().unwrap_or(0));
    let typed = || fields.typed();
    let saved = web.app.save_draft(&visit.officer, id, fields.get("text"), version).await;
    match saved.map_err(|trouble| Failure::from(trouble).with_typed(typed()))? {
        // Without a script both texts cannot be put side by side: nothing is overwritten, and the
        // one that was sent is shown to be copied.
        Saved::Conflict(_) => Err(Failure::changed().with_typed(typed())),
        Saved::Kept(_) if then.then == "send" => {
            Ok(Redirect::to(&format!("/files/{id}/send")).into_response())
        }
        Saved::Kept(_) => done(&format!("/files/{id}"), &visit.t().s("done-saved")),
    }
}
