//! The proof bundle of one matter, to be saved and handed on. It discloses no content.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::matter;
use crate::web::session::AtWork;

/// Its bytes, always saved and never shown.
pub async fn save(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let (id, officer) = (matter(&id)?, std::sync::Arc::clone(&visit.officer));
    let bytes = web.read(move |app| app.bundle(&officer, &id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.bundle\"", id.short())),
    ];
    Ok((headers, bytes).into_response())
}
