//! My desk, and its rows alone for the live script.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::custody::Phase;
use serde::Deserialize;

use crate::app::desk::{List, Only as AppOnly, Row as AppRow};
use crate::clock;
use crate::config::Calendar;
use crate::web::error::Failure;
use crate::web::form::Posted;
use crate::web::format::day_from_iso;
use crate::web::locale::{kind, name, place, sentence, urgency, watch_of};
use crate::web::pages::desk::{Desk, DeskRows, Only, ROWS_PER_PAGE, Row, RowState, Tab};
use crate::web::pages::frame::Here;
use crate::web::pages::send::Wanted;
use crate::web::session::{AtWork, no_done_cookie};
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// Which part of the desk.
#[derive(Deserialize)]
pub struct Part {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    only: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    tour: String,
}

/// `/` is the desk.
pub async fn home() -> Redirect {
    Redirect::to("/desk")
}

/// The desk.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let (tab, page) = (Tab::from_code(&part.tab), part.page.parse().unwrap_or(1));
    let only = Only::from_code(&part.only);
    let read = web.page(&visit, Here::Desk, move |app, officer| {
        let desk = app.desk(officer, list(tab), sieve(only), page, ROWS_PER_PAGE as usize)?;
        Ok((desk, app.has_toured(officer)?))
    });
    let (frame, (desk, toured)) = read.await?;
    let tour = part.tour == "1" || !toured;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let rows = desk.rows.iter().map(|one| Row {
        is_next: one.matter.id.to_string() == part.next,
        ..row(visit.lang(), one, web.app.calendar(), frame.now)
    });
    let rows = rows.collect();
    let (page, pages) = (number(desk.page), number(desk.pages));
    let page = html(&Desk { frame, tab, only, counts: desk.counts.map(number), rows, page, pages, tour })?;
    Ok((CookieJar::new().add(no_done_cookie()), page).into_response())
}

/// The rows alone.
pub async fn rows(
    State(web): State<Web>,
    visit: AtWork,
    Query(part): Query<Part>,
) -> Result<Response, Failure> {
    let (tab, page) = (Tab::from_code(&part.tab), part.page.parse().unwrap_or(1));
    let only = Only::from_code(&part.only);
    let officer = std::sync::Arc::clone(&visit.officer);
    let desk =
        web.read(move |app| app.desk(&officer, list(tab), sieve(only), page, ROWS_PER_PAGE as usize)).await?;
    let now = clock::now().0;
    let rows = desk.rows.iter().map(|one| row(visit.lang(), one, web.app.calendar(), now)).collect();
    html(&DeskRows { t: visit.t(), now, tab, only, rows })
}

/// The cards of the first visit are not shown again by themselves.
pub async fn toured(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    web.app.keep_toured(&posted.visit.session).await?;
    Ok(Redirect::to("/desk").into_response())
}

const fn sieve(only: Only) -> AppOnly {
    match only {
        Only::Everything => AppOnly::Everything,
        Only::Due => AppOnly::Due,
        Only::Urgent => AppOnly::Urgent,
        Only::Watched => AppOnly::Watched,
    }
}

const fn list(tab: Tab) -> List {
    match tab {
        Tab::All => List::All,
        Tab::Dak => List::Dak,
        Tab::Files => List::Files,
        Tab::Sent => List::Sent,
        Tab::Parked => List::Parked,
        Tab::Closed => List::Closed,
    }
}

fn row(lang: Lang, row: &AppRow, calendar: &Calendar, now: u64) -> Row {
    // A cover that cannot be opened says why, in the place of the subject.
    let (number, subject) = match &row.cover {
        Ok((number, subject)) => (number.clone(), subject.clone()),
        Err(refusal) => (row.matter.id.short(), sentence(lang, *refusal)),
    };
    let due = row.due.as_deref().and_then(day_from_iso);
    Row {
        id: row.matter.id.to_string(),
        kind: kind(row.matter.kind),
        number,
        subject,
        unread: row.is_unread() && !row.is_elsewhere,
        from: row.from.as_ref().map(|from| place(lang, from)),
        since: row.since.0,
        working_days: calendar.between(row.since.0, now),
        due,
        late: due.map_or(0, |due| calendar.between(due, now)),
        wanted: Wanted::from_code(&row.wanted),
        reminders: row.reminders,
        urgency: urgency(row.urgency),
        state: state(lang, row),
        returned: row.returned,
        watch: watch_of(row.watch),
        case: row.case.clone(),
        is_next: false,
    }
}

fn state(lang: Lang, row: &AppRow) -> RowState {
    let holder = place(lang, &row.holder);
    match (&row.matter.phase, &row.queued_to) {
        _ if row.needs_newer => RowState::NeedsNewerSoftware,
        (Phase::Queued { .. }, Some(office)) => {
            RowState::Queued { office: name(lang, office), since: row.matter.since.0 }
        }
        (Phase::InTransit { .. }, _) => RowState::InTransit { office: holder.office },
        (Phase::Parked { until }, _) => RowState::Parked { until: until.0 },
        (Phase::Closed, _) => RowState::Closed,
        _ if row.is_elsewhere => RowState::Delivered { to: holder },
        _ if row.has_draft => RowState::Draft,
        _ => RowState::OnDesk,
    }
}
