//! The inward register, and the slip of one letter.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::inward::{Filter, Row as AppRow, Standing as AppStanding};
use crate::clock;
use crate::web::diarise::cases;
use crate::web::error::Failure;
use crate::web::files::matter;
use crate::web::format::day_from_iso;
use crate::web::locale::{place, sentence, watch_of};
use crate::web::pages::frame::Here;
use crate::web::pages::inward::{Inward, InwardTyped, Letter, ROWS_PER_PAGE, Row, Slip, Standing};
use crate::web::pages::words::{Classification, Watch};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// Characters of the words that are looked for.
const WORDS_CHARS_MAX: usize = 100;

/// The filters.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    from_day: String,
    #[serde(default)]
    to_day: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    watch: String,
    #[serde(default)]
    case: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    page: String,
}

/// The register.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let day = |text: String| if day_from_iso(&text).is_some() { text } else { String::new() };
    let typed = InwardTyped {
        from_day: day(wanted.from_day),
        to_day: day(wanted.to_day),
        words: wanted.words.chars().take(WORDS_CHARS_MAX).collect(),
        watch: Watch::from_code(&wanted.watch),
        case: wanted.case.chars().take(WORDS_CHARS_MAX).collect(),
        standing: Standing::from_code(&wanted.standing),
    };
    let (filter, page) = (filter(&typed), wanted.page.parse().unwrap_or(1));
    let read = web.page(&visit, Here::Inward, move |app, officer| {
        if !app.is_registry(officer) {
            return Err(Refusal::NotRegistry.into());
        }
        app.inward(officer, &filter, page, ROWS_PER_PAGE as usize)
    });
    let (frame, found) = read.await?;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    html(&Inward {
        frame,
        typed,
        cases: cases(&web, visit.lang()),
        rows: found.rows.iter().map(|one| row(visit.lang(), one)).collect(),
        total: number(found.total),
        page: number(found.page),
        pages: number(found.pages),
    })
}

/// The slip that acknowledges a letter.
pub async fn slip(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = matter(&id)?;
    let read = web.page(&visit, Here::Inward, move |app, officer| app.history(officer, &id, clock::now()));
    let (frame, history) = read.await?;
    let cover = history.cover?;
    let letter = cover.letter.as_ref().ok_or_else(Failure::not_found)?;
    let first = history.steps.first().ok_or_else(Failure::not_found)?;
    html(&Slip {
        id: id.to_string(),
        number: cover.number.clone(),
        letter: Letter {
            from: letter.from.clone(),
            number: letter.number.clone(),
            date: day_from_iso(&letter.date),
            subject: cover.subject.clone(),
            case: letter.case_name.clone(),
        },
        received: day_from_iso(&letter.received),
        enclosures: letter.enclosures.clone(),
        due: day_from_iso(&letter.due),
        at: first.at.0,
        by: first.by.as_ref().map(|by| place(visit.lang(), by)),
        act: first.act.to_string().chars().take(12).collect(),
        frame,
    })
}

fn filter(typed: &InwardTyped) -> Filter {
    Filter {
        from_day: typed.from_day.clone(),
        to_day: typed.to_day.clone(),
        words: typed.words.clone(),
        watch: typed.watch.map(crate::web::locale::watch_class),
        case: typed.case.clone(),
        standing: typed.standing.map(|standing| match standing {
            Standing::Here => AppStanding::Here,
            Standing::Away => AppStanding::Away,
            Standing::Closed => AppStanding::Closed,
        }),
    }
}

fn row(lang: Lang, row: &AppRow) -> Row {
    let read = row.entry.read();
    let cover = read.map(|(cover, _)| cover);
    let said = read.map(|(_, letter)| letter);
    let hidden = cover.is_some_and(|cover| cover.classification > 0) && !row.may_open;
    let unread = row.entry.cover.as_ref().err().map(|refusal| sentence(lang, *refusal));
    let letter = read.filter(|_| !hidden).map(|(cover, letter)| Letter {
        from: letter.from.clone(),
        number: letter.number.clone(),
        date: day_from_iso(&letter.date),
        subject: cover.subject.clone(),
        case: letter.case_name.clone(),
    });
    let classification = cover.map_or(0, |cover| usize::from(cover.classification));
    Row {
        id: row.may_open.then(|| row.entry.matter.to_string()),
        number: cover
            .map_or_else(|| unread.unwrap_or_else(|| row.entry.matter.short()), |cover| cover.number.clone()),
        received: said.and_then(|letter| day_from_iso(&letter.received)),
        letter,
        classification: Classification::ALL.get(classification).copied().unwrap_or_default(),
        watch: if hidden { Vec::new() } else { said.map_or_else(Vec::new, |letter| watch_of(letter.watch)) },
        is_copy: said.is_some_and(|letter| letter.copy_of.is_some()),
        due: said.filter(|_| !hidden).and_then(|letter| day_from_iso(&letter.due)),
        holder: place(lang, &row.holder),
        standing: match row.standing {
            AppStanding::Here => Standing::Here,
            AppStanding::Away => Standing::Away,
            AppStanding::Closed => Standing::Closed,
        },
    }
}
