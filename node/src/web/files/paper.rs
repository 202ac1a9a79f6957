//! A paper with its bytes, for the viewer or to be saved.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use mohar_protocol::id::{ActId, MatterId};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::app::show::PaperBytes;
use crate::clock;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::{letters, matter};
use crate::web::headers::{PAPER_POLICY, PDF_POLICY};
use crate::web::session::AtWork;

/// Bytes handed to the connection at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// How it is wanted.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    save: String,
}

/// By its number in the list of papers.
pub async fn by_number(
    State(web): State<Web>,
    Path((id, n)): Path<(String, usize)>,
    Query(wanted): Query<Wanted>,
    visit: AtWork,
) -> Result<Response, Failure> {
    let (id, officer) = (matter(&id)?, std::sync::Arc::clone(&visit.officer));
    let read = web.read(move |app| Ok(app.show(&officer, &id, clock::now())?.papers));
    let papers = read.await?;
    let paper = n.checked_sub(1).and_then(|at| papers.get(at)).ok_or_else(Failure::not_found)?;
    if paper.is_letter() {
        return letters::paper(&web, &visit, id, paper.act, paper.index).await;
    }
    answer(&web, &visit, id, paper.act, paper.index, &wanted).await
}

/// By the act that brought it and its place there, which never change.
pub async fn by_act(
    State(web): State<Web>,
    Path((id, act, n)): Path<(String, String, usize)>,
    Query(wanted): Query<Wanted>,
    visit: AtWork,
) -> Result<Response, Failure> {
    let act = act.parse().map_err(|_| Failure::not_found())?;
    answer(&web, &visit, matter(&id)?, act, n, &wanted).await
}

async fn answer(
    web: &Web,
    visit: &AtWork,
    id: MatterId,
    act: ActId,
    n: usize,
    wanted: &Wanted,
) -> Result<Response, Failure> {
    let officer = std::sync::Arc::clone(&visit.officer);
    let paper = web.read(move |app| app.paper(&officer, &id, &act, n)).await?;
    as_answer(web, paper, !wanted.save.is_empty()).await
}

/// A paper as an answer: shown by the browser's own viewer, or saved.
///
/// # Errors
/// [`mohar_protocol::refusal::Refusal::Busy`].
pub async fn as_answer(web: &Web, paper: PaperBytes, save: bool) -> Result<Response, Failure> {
    let (media_type, policy, inline) = how(&paper);
    let inline = inline && !save;
    let room = web.room_for_paper(paper.bytes.len()).await?;
    let headers = [
        (header::CONTENT_LENGTH, paper.bytes.len().to_string()),
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(inline, &paper, media_type)),
    ];
    Ok((headers, in_pieces(paper.bytes, room)).into_response())
}

/// A body that holds its room until its last piece is taken.
fn in_pieces(bytes: Vec<u8>, room: OwnedSemaphorePermit) -> Body {
    let pieces = futures::stream::unfold((Bytes::from(bytes), room), |(mut left, room)| async move {
        let piece = left.split_to(left.len().min(PIECE_BYTES));
        (!piece.is_empty()).then_some((Ok::<_, Infallible>(piece), (left, room)))
    });
    Body::from_stream(pieces)
}

/// Media type, policy, and whether a browser may show it. What is not one of the four kinds is only
/// ever saved, whatever another office has called it.
fn how(paper: &PaperBytes) -> (&'static str, &'static str, bool) {
    match paper.label.media_type.as_str() {
        "application/pdf" => ("application/pdf", PDF_POLICY, true),
        "image/jpeg" => ("image/jpeg", PAPER_POLICY, true),
        "image/png" => ("image/png", PAPER_POLICY, true),
        "text/plain" => ("text/plain; charset=utf-8", PAPER_POLICY, true),
        _ => ("application/octet-stream", PAPER_POLICY, false),
    }
}

/// RFC 6266, with the name in UTF-8 as RFC 8187 writes it.
fn disposition(inline: bool, paper: &PaperBytes, media_type: &str) -> String {
    let ending = match media_type {
        "application/pdf" => ".pdf",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "text/plain; charset=utf-8" => ".txt",
        _ => ".bin",
    };
    let safe = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let name = format!("{}{ending}", paper.title);
    let name: String = name
        .bytes()
        .map(|b| if safe(&b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename*=UTF-8''{name}")
}
