//! Sign in and sign out.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::Trouble;
use crate::web::error::Failure;
use crate::web::form::Posted;
use crate::web::locale::{name, sentence};
use crate::web::pages::entry::SignIn;
use crate::web::session::{Guest, SignedIn, no_session_cookie, session_cookie};
use crate::web::urls::own_path;
use crate::web::{Web, html};

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// The form. A browser without a cookie gets one, so that the form is bound to it.
pub async fn ask(
    State(web): State<Web>,
    guest: Guest,
    Query(back): Query<Back>,
) -> Result<Response, Failure> {
    form(&web, &guest, String::new(), own_path(&back.back), None)
}

/// Checks the password.
pub async fn sign_in(State(web): State<Web>, posted: Posted<Guest>) -> Result<Response, Failure> {
    let Posted { visit: guest, fields, .. } = posted;
    let (login, back) = (fields.take("login"), own_path(fields.get("back")));
    match web.app.sign_in(&login, fields.get("password"), guest.from).await {
        Ok(cookie) => {
            let jar = CookieJar::new().add(session_cookie(&cookie));
            Ok((jar, Redirect::to(back)).into_response())
        }
        Err(Trouble::Refused(
            refusal @ (Refusal::SignInFailed
            | Refusal::SignInTooMany
            | Refusal::SignInNoCharge
            | Refusal::Busy),
        )) => form(&web, &guest, login, back, Some(refusal)),
        Err(trouble) => Err(trouble.into()),
    }
}

/// Ends the session, here and in every open tab.
pub async fn sign_out(State(web): State<Web>, posted: Posted<SignedIn>) -> Result<Response, Failure> {
    let id = posted.visit.session.id;
    web.app.sign_out(id).await?;
    web.streams.end(&id);
    Ok((CookieJar::new().add(no_session_cookie()), Redirect::to("/sign-in")).into_response())
}

fn form(
    web: &Web,
    guest: &Guest,
    login: String,
    back: &str,
    refusal: Option<Refusal>,
) -> Result<Response, Failure> {
    let cookie = guest.cookie.clone().unwrap_or_default();
    let mut frame = guest.frame(&cookie, name(guest.lang, &web.app.own_offices()));
    frame.path = format!("/sign-in?back={}", back.split(['&', '#']).next().unwrap_or("/desk"));
    let error = refusal.map(|refusal| match refusal {
        // In the words of this page.
        Refusal::SignInFailed => frame.t.s("sign-in-refused"),
        refusal => sentence(guest.lang, refusal),
    });
    let mut page = html(&SignIn { frame, login, error, back: back.to_owned() })?;
    if let Some(refusal) = refusal {
        *page.status_mut() = Failure::from(refusal).into_response().status();
    }
    Ok((CookieJar::new().add(session_cookie(&cookie)), page).into_response())
}
