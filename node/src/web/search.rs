//! Finding files and daks.

use axum::extract::{Query, State};
use axum::response::Response;
use mohar_protocol::id::PostId;
use serde::Deserialize;

use crate::app::search::{HITS_MAX, Row as AppRow, Wanted};
use crate::search::index::Part as AppPart;
use crate::search::query::QUESTION_CHARS_MAX;
use crate::search::snippet::Piece as AppPiece;
use crate::web::error::Failure;
use crate::web::locale::{kind, name, place};
use crate::web::pages::frame::Here;
use crate::web::pages::search::{Asked, Part, Piece, Post, ROWS_PER_PAGE, Row, Search};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// The question and the filters.
#[derive(Deserialize)]
pub struct Fields {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    standing: String,
    #[serde(default)]
    post: String,
    #[serde(default)]
    page: String,
}

/// The page.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Query(fields): Query<Fields>,
) -> Result<Response, Failure> {
    let asked = Asked {
        words: fields.q.chars().take(QUESTION_CHARS_MAX).collect(),
        kind: one_of(&fields.kind, &["file", "dak"]),
        year: fields.year.chars().filter(char::is_ascii_digit).take(4).collect(),
        standing: one_of(&fields.standing, &["open", "closed"]),
        post: fields.post.parse::<PostId>().map_or_else(|_| String::new(), |post| post.to_string()),
    };
    let (wanted, page) = (wanted(&asked), fields.page.parse().unwrap_or(1));
    let read = web.page(&visit, Here::Search, move |app, officer| {
        app.find(officer, &wanted, page, ROWS_PER_PAGE as usize)
    });
    let (frame, found) = read.await?;
    let lang = visit.lang();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    html(&Search {
        frame,
        asked,
        posts: found
            .posts
            .iter()
            .map(|(post, named)| Post { id: post.to_string(), name: name(lang, named) })
            .collect(),
        rows: found.rows.iter().map(|one| row(lang, one)).collect(),
        total: number(found.total),
        more: found.total >= HITS_MAX,
        page: number(found.page),
        pages: number(found.pages),
        behind: found.behind,
    })
}

/// A code that is one of those that the form offers; empty for anything else.
fn one_of(code: &str, known: &[&str]) -> String {
    known.iter().find(|one| **one == code).map_or_else(String::new, |one| (*one).to_owned())
}

fn wanted(asked: &Asked) -> Wanted {
    let which = |code: &str, yes: &str| (!code.is_empty()).then_some(code == yes);
    Wanted {
        words: asked.words.clone(),
        is_dak: which(&asked.kind, "dak"),
        year: asked.year.parse().ok(),
        closed: which(&asked.standing, "closed"),
        through: asked.post.parse().ok(),
    }
}

fn row(lang: Lang, row: &AppRow) -> Row {
    let pieces = |pieces: &[AppPiece]| -> Vec<Piece> {
        pieces.iter().map(|piece| Piece { text: piece.text.clone(), hit: piece.hit }).collect()
    };
    Row {
        id: row.matter.id.to_string(),
        kind: kind(row.matter.kind),
        number: pieces(&row.number),
        subject: pieces(&row.subject),
        part: match row.part {
            AppPart::Cover => Part::Cover,
            AppPart::Note => Part::Note,
            AppPart::Remark => Part::Remark,
            AppPart::Paper => Part::Paper,
            AppPart::Movement => Part::Movement,
        },
        snippet: pieces(&row.snippet),
        by: row.by.as_ref().map(|by| place(lang, by)),
        at: row.at.0,
        holder: place(lang, &row.holder),
        is_elsewhere: row.is_elsewhere,
        closed: row.matter.phase == mohar_protocol::custody::Phase::Closed,
        as_asked: row.as_asked,
    }
}
