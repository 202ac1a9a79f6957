//! My settings: language, typing, shortcuts, password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::password::PASSWORD_CHARS_MIN;

use crate::app::Trouble;
use crate::app::settings::Typing;
use crate::web::error::Failure;
use crate::web::files::refused;
use crate::web::form::Posted;
use crate::web::locale::{language_cookie, sentence};
use crate::web::pages::frame::Here;
use crate::web::pages::settings::Settings;
use crate::web::session::{AtWork, SHORTCUTS_COOKIE, done_cookie, no_done_cookie, strict};
use crate::web::texts::{Lang, Texts};
use crate::web::{Web, html};

/// The page.
pub async fn page(State(web): State<Web>, visit: AtWork) -> Result<Response, Failure> {
    let page = form(&web, &visit, None).await?;
    Ok((CookieJar::new().add(no_done_cookie()), page).into_response())
}

/// Keeps language and shortcuts in cookies of this browser, and the method of typing for the
/// officer, whichever browser comes next.
pub async fn save(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let lang = Lang::from_code(posted.fields.get("language")).unwrap_or_default();
    if let Some(typing) = Typing::from_code(posted.fields.get("typing")) {
        web.app.keep_typing(&posted.visit.session, typing).await?;
    }
    let shortcuts = if posted.fields.get("shortcuts") == "off" { "off" } else { "on" };
    let mut kept = strict(SHORTCUTS_COOKIE, shortcuts.to_owned());
    kept.make_permanent();
    let done = done_cookie(&Texts::of(lang).s("done-settings"));
    let kept = CookieJar::new().add(language_cookie(lang)).add(kept).add(done);
    Ok((kept, Redirect::to("/settings")).into_response())
}

/// Changes the password.
pub async fn change_password(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, fields, .. } = posted;
    let (t, from) = (visit.t(), visit.signed_in().guest.from);
    if fields.get("new") != fields.get("again") {
        return form(&web, &visit, Some(t.s("settings-password-differs"))).await;
    }
    match web.app.change_password(&visit.session, fields.get("old"), fields.get("new"), from).await {
        Ok(()) => {
            let done = CookieJar::new().add(done_cookie(&t.s("done-password")));
            Ok((done, Redirect::to("/settings")).into_response())
        }
        Err(Trouble::Refused(Refusal::SignInFailed)) => {
            form(&web, &visit, Some(t.s("settings-password-refused"))).await
        }
        Err(Trouble::Refused(refusal @ (Refusal::PasswordRule | Refusal::SignInTooMany | Refusal::Busy))) => {
            form(&web, &visit, Some(sentence(visit.lang(), refusal))).await
        }
        Err(trouble) => Err(trouble.into()),
    }
}

async fn form(web: &Web, visit: &AtWork, error: Option<String>) -> Result<Response, Failure> {
    let (frame, ()) = web.page(visit, Here::Elsewhere, |_, _| Ok(())).await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let min_password = u32::try_from(PASSWORD_CHARS_MIN).unwrap_or(u32::MAX);
    Ok(refused(html(&Settings { frame, min_password, error })?, status))
}
