//! The unsent note: saved by the script every second, and by a button without it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use mohar_protocol::id::MatterId;
use serde::{Deserialize, Serialize};

use crate::app::draft::Saved;
use crate::app::note::Signed;
use crate::app::operation::FormId;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{done, matter, next_on_desk, number};
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
    let Posted { visit, fields, form, .. } = posted;
    let (id, version) = (matter(&id)?, fields.get("version").parse().unwrap_or(0));
    let typed = || fields.typed();
    let saved = web.app.save_draft(&visit.officer, id, fields.get("text"), version).await;
    match saved.map_err(|trouble| Failure::from(trouble).with_typed(typed()))? {
        // Without a script both texts cannot be put side by side: nothing is overwritten, and the
        // one that was sent is shown to be copied.
        Saved::Conflict(_) => Err(Failure::changed().with_typed(typed())),
        Saved::Kept(draft) if then.then == "sign" => sign(&web, &visit, id, draft.version).await,
        Saved::Kept(draft) if then.then == "send-back" && !draft.is_blank() => {
            send_back(&web, &visit, form, id, draft.version).await
        }
        // Without a note there is no reason yet: the sheet asks for it.
        Saved::Kept(_) if then.then == "send-back" => {
            Ok(Redirect::to(&format!("/files/{id}/send-back")).into_response())
        }
        Saved::Kept(_) if then.then == "send" => {
            Ok(Redirect::to(&format!("/files/{id}/send")).into_response())
        }
        Saved::Kept(_) => done(&format!("/files/{id}"), &visit.t().s("done-saved")),
    }
}

/// Signs the note; the matter stays.
async fn sign(web: &Web, visit: &AtWork, id: MatterId, version: u64) -> Result<Response, Failure> {
    let key = match web.app.sign_draft(&visit.officer, id, visit.lang().code(), version).await? {
        Signed::Changed => return Err(Failure::changed()),
        Signed::Nothing => "done-saved",
        Signed::Note(_) => "done-signed",
    };
    done(&format!("/files/{id}"), &visit.t().s(key))
}

/// Signs the note, which says why, and returns the matter to where it came from.
async fn send_back(
    web: &Web,
    visit: &AtWork,
    form: FormId,
    id: MatterId,
    version: u64,
) -> Result<Response, Failure> {
    let lang = visit.lang().code();
    let (number, next) = (number(web, visit, id).await?, next_on_desk(web, visit, id).await?);
    if web.app.sign_draft(&visit.officer, id, lang, version).await? == Signed::Changed {
        return Err(Failure::changed());
    }
    web.app.send_back(&visit.officer, form, id, lang, "").await?;
    done(&next, &visit.t().a("done-sent-back", "number", number))
}
