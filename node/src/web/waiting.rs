//! What this post waits for: what left it and is not done, with whom it is, since when.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use crate::app::remind::FollowUp;
use crate::config::Calendar;
use crate::web::error::Failure;
use crate::web::format::day_from_iso;
use crate::web::locale::{kind, place, sentence};
use crate::web::pages::desk::ROWS_PER_PAGE;
use crate::web::pages::frame::Here;
use crate::web::pages::waiting::{Row, Waiting};
use crate::web::session::{AtWork, no_done_cookie};
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// Which page of it.
#[derive(Deserialize)]
pub struct Part {
    #[serde(default)]
    page: String,
}

/// The page.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let wanted = part.page.parse().unwrap_or(1);
    let read = web.page(&visit, Here::Waiting, move |app, officer| {
        app.follow_ups(officer, wanted, ROWS_PER_PAGE as usize)
    });
    let (frame, found) = read.await?;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (lang, now) = (visit.lang(), frame.now);
    let rows = found.rows.iter().map(|one| row(lang, one, web.app.calendar(), now)).collect();
    let (total, page, pages) = (number(found.total), number(found.page), number(found.pages));
    let page = html(&Waiting { frame, rows, total, page, pages })?;
    Ok((CookieJar::new().add(no_done_cookie()), page).into_response())
}

fn row(lang: Lang, one: &FollowUp, calendar: &Calendar, now: u64) -> Row {
    let (number, subject) = match &one.cover {
        Ok((number, subject)) => (number.clone(), subject.clone()),
        Err(refusal) => (one.matter.id.short(), sentence(lang, *refusal)),
    };
    let due = one.due.as_deref().and_then(day_from_iso);
    Row {
        id: one.matter.id.to_string(),
        kind: kind(one.matter.kind),
        number,
        subject,
        holder: place(lang, &one.holder),
        since: one.matter.since.0,
        working_days: calendar.between(one.matter.since.0, now),
        due,
        late: due.map_or(0, |due| calendar.between(due, now)),
        reminders: one.reminders,
        last: one.last.map(|at| at.0),
        on_its_way: one.on_its_way,
    }
}
