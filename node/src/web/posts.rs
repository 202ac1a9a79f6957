//! The choice among several charges.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use mohar_protocol::id::ChargeId;
use mohar_protocol::refusal::Refusal;

use crate::web::error::Failure;
use crate::web::form::Posted;
use crate::web::locale::name;
use crate::web::pages::entry::{ChargeChoice, ChoosePost};
use crate::web::pages::frame::Here;
use crate::web::session::SignedIn;
use crate::web::{Web, html};

/// The charges.
pub async fn ask(State(web): State<Web>, visit: SignedIn) -> Result<Response, Failure> {
    let session = Arc::clone(&visit.session);
    let read = web.read(move |app| Ok((app.surroundings(&session)?, app.posts(&session)?)));
    let (around, charges) = read.await?;
    let lang = visit.guest.lang;
    let charges = charges.into_iter().map(|charge| ChargeChoice {
        id: charge.id.to_string(),
        post: name(lang, &charge.post),
        office: name(lang, &charge.office),
        additional: charge.additional,
        waiting: u32::try_from(charge.waiting).unwrap_or(u32::MAX),
    });
    html(&ChoosePost { frame: visit.frame(Here::Elsewhere, &around), charges: charges.collect() })
}

/// Chooses one.
pub async fn choose(State(web): State<Web>, posted: Posted<SignedIn>) -> Result<Response, Failure> {
    let charge: ChargeId = posted.fields.get("charge").parse().map_err(|_| Refusal::ChargeUnknown)?;
    web.app.choose_charge(&posted.visit.session, charge).await?;
    Ok(Redirect::to("/desk").into_response())
}
