//! Take up again what was laid aside. Needs no sheet: it can be parked again.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{done, matter, number};
use crate::web::form::Posted;
use crate::web::session::AtWork;

/// Signs it.
pub async fn wake(
    State(web): State<Web>,
    Path(id): Path<String>,
    posted: Posted<AtWork>,
) -> Result<Response, Failure> {
    let (visit, id) = (posted.visit, matter(&id)?);
    let number = number(&web, &visit, id).await?;
    web.app.wake(&visit.officer, posted.form, id).await?;
    done(&format!("/files/{id}"), &visit.t().a("done-woken", "number", number))
}
