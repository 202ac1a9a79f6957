//! The screens and verbs of one file or dak, and what their small sheets share.

pub mod attach;
pub mod bundle;
pub mod close;
pub mod copies;
pub mod draft;
pub mod draft_letter;
pub mod letters;
pub mod paper;
pub mod park;
pub mod phrases;
pub mod put_in_file;
pub mod recall;
pub mod remind;
pub mod reopen;
pub mod send;
pub mod send_back;
pub mod show;
pub mod wake;
pub mod where_is_it;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::id::MatterId;
use mohar_protocol::refusal::Refusal;

use crate::app::Trouble;
use crate::clock;
use crate::web::error::Failure;
use crate::web::form::Fields;
use crate::web::locale::{place, sentence};
use crate::web::pages::confirm::{Confirm, ConfirmTyped, Retention, Verb};
use crate::web::pages::desk::ROWS_PER_PAGE;
use crate::web::pages::frame::Here;
use crate::web::session::{AtWork, done_cookie};
use crate::web::{Web, html};

/// Goes on to a page that says, once, what was done.
pub fn done(to: &str, sentence: &str) -> Result<Response, Failure> {
    Ok((CookieJar::new().add(done_cookie(sentence)), Redirect::to(to)).into_response())
}

/// A form that is shown again because something in it has to be corrected.
pub fn refused(mut page: Response, status: StatusCode) -> Response {
    *page.status_mut() = status;
    page
}

/// The id in a path; anything else is no page.
pub fn matter(id: &str) -> Result<MatterId, Failure> {
    id.parse().map_err(|_| Failure::not_found())
}

/// The sheet of a verb.
async fn sheet(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    verb: Verb,
    typed: ConfirmTyped,
    error: Option<Refusal>,
) -> Result<Response, Failure> {
    let read = web.page(visit, Here::Desk, move |app, officer| {
        Ok((app.show(officer, &id, clock::now())?, app.upload_bytes_max()))
    });
    let (frame, (view, max_bytes)) = read.await?;
    let lang = visit.lang();
    let (number, subject) = match &view.cover {
        Ok(cover) => (cover.number.clone(), cover.subject.clone()),
        Err(refusal) => (id.short(), sentence(lang, *refusal)),
    };
    let other = match verb {
        Verb::SendBack => view.came_from.as_ref().map(|from| place(lang, from)),
        Verb::Recall | Verb::Remind => Some(place(lang, &view.holder)),
        _ => None,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let error = error.map(|refusal| sentence(lang, refusal));
    let page = Confirm { frame, id: id.to_string(), number, subject, verb, other, max_bytes, typed, error };
    Ok(refused(html(&page)?, status))
}

/// What the sheets have in common when they come back.
fn typed(fields: &Fields) -> ConfirmTyped {
    ConfirmTyped {
        reason: fields.take("reason"),
        until: fields.take("until"),
        retention: Retention::from_code(fields.get("retention")).unwrap_or_default(),
        title: fields.take("title"),
        paper_date: fields.take("paper_date"),
    }
}

/// Whether a refusal is about the words on the sheet, so that the sheet is shown again.
pub(in crate::web) fn correctable(trouble: Trouble) -> Result<Refusal, Failure> {
    match trouble {
        Trouble::Refused(
            refusal @ (Refusal::TextEmpty
            | Refusal::TextTooLong
            | Refusal::TextInvisible
            | Refusal::UploadKind
            | Refusal::UploadBroken
            | Refusal::ContentTooLarge
            | Refusal::Busy),
        ) => Ok(refusal),
        trouble => Err(trouble.into()),
    }
}

/// A reason that must be given.
pub(in crate::web) fn reason(fields: &Fields) -> Result<String, Refusal> {
    let reason = fields.take("reason");
    if reason.trim().is_empty() { Err(Refusal::TextEmpty) } else { Ok(reason) }
}

/// Where to go on once a matter has left the desk: the desk, with the focus on the one that lay under
/// it. Asked before the act, because afterwards nobody knows where it lay.
async fn next_on_desk(web: &Web, visit: &AtWork, id: MatterId) -> Result<String, Failure> {
    let officer = std::sync::Arc::clone(&visit.officer);
    let next = web.read_to_act(move |app| app.next_on_desk(&officer, &id)).await?;
    let page = |at: usize| at / ROWS_PER_PAGE as usize + 1;
    Ok(next.map_or_else(
        || "/desk".to_owned(),
        |(next, at)| match page(at) {
            1 => format!("/desk?next={next}"),
            page => format!("/desk?page={page}&next={next}"),
        },
    ))
}

/// The number of a matter, for sentences about it.
async fn number(web: &Web, visit: &AtWork, id: MatterId) -> Result<String, Failure> {
    let officer = std::sync::Arc::clone(&visit.officer);
    web.read_to_act(move |app| app.number_of(&officer, &id)).await
}
