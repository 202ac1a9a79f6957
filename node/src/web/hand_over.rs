//! Handing a charge over: a file that says what lies at the post, signed by the one who goes and then by
//! the one who comes. It stays at the post, as all work does.

use axum::extract::State;
use axum::response::Response;

use crate::app::desk::{Desk, List, Only};
use crate::app::open::NewFile;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::files::done;
use crate::web::form::Posted;
use crate::web::format::date;
use crate::web::pages::frame::Here;
use crate::web::session::AtWork;
use crate::web::texts::Texts;

/// Matters that the note names one by one: four pages. Of more it says how many.
const NAMED_MAX: usize = 200;

/// Letters of a subject in that list.
const SUBJECT_CHARS: usize = 60;

/// Opens the file with its note written, to be read and signed.
pub async fn begin(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, form, .. } = posted;
    let read = web.page(&visit, Here::Elsewhere, |app, officer| {
        app.desk(officer, List::All, Only::Everything, 1, NAMED_MAX)
    });
    let (frame, desk) = read.await?;
    let t = visit.t();
    let post = frame.who.map(|who| who.post).unwrap_or_default();
    let new = NewFile {
        subject: t.b("hand-over-subject", "post", &post, "date", date(frame.now)),
        language: visit.lang().code().to_owned(),
        ..NewFile::default()
    };
    let (receipt, _) = web.app.open(&visit.officer, form, new).await?;
    let text = note(t, &post, &desk, frame.now);
    web.app.save_draft(&visit.officer, receipt.matter, &text, 0).await?;
    done(&format!("/files/{}", receipt.matter), &t.s("done-hand-over"))
}

fn note(t: Texts, post: &str, desk: &Desk, now: u64) -> String {
    let [all, _, _, sent, parked, _] = desk.counts;
    let mut lines = vec![
        t.b("hand-over-head", "post", post, "date", date(now)),
        t.n("hand-over-desk", all),
        t.n("hand-over-parked", parked),
        t.n("hand-over-sent", sent),
    ];
    for (row, n) in desk.rows.iter().zip(1..) {
        if let Ok((number, subject)) = &row.cover {
            let subject: String = subject.chars().take(SUBJECT_CHARS).collect();
            lines.push(format!("({n}) {number}: {subject}"));
        }
    }
    lines.push(t.s("hand-over-tail"));
    lines.join("\n")
}
