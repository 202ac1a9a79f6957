//! `GET /assets/{name}`: style sheet, script and fonts, cached for ever under the tag in their URL.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::web::error::Failure;
use crate::web::pages::assets::find;

/// Answers with an asset.
pub async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let asset = find(&name).ok_or_else(Failure::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.bytes).into_response())
}
