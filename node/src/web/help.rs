//! Help and the card of keys.

use axum::extract::State;
use axum::response::Response;

use crate::web::error::Failure;
use crate::web::pages::frame::Here;
use crate::web::pages::settings::Help;
use crate::web::session::AtWork;
use crate::web::{Web, html};

/// The page.
pub async fn page(State(web): State<Web>, visit: AtWork) -> Result<Response, Failure> {
    let (frame, ()) = web.page(&visit, Here::Help, |_, _| Ok(())).await?;
    html(&Help { frame, first_run: false })
}
