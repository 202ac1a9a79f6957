//! Diarise a letter that came in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::matter_text::{NUMBER_CHARS_MAX, SENDER_CHARS_MAX, SUBJECT_CHARS_MAX, line, required};
use mohar_protocol::refusal::Refusal;

use crate::app::attach::{Paper, PaperKind};
use crate::app::diarise::NewDak;
use crate::web::error::Failure;
use crate::web::files::attach::keep_pasted;
use crate::web::files::{done, refused};
use crate::web::form::{Fields, Posted};
use crate::web::format::day_from_iso;
use crate::web::locale::urgency_number;
use crate::web::open_file::fault;
use crate::web::pages::frame::Here;
use crate::web::pages::intake::{Diarise, DiariseTyped, FieldError};
use crate::web::pages::words::Urgency;
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// The form.
pub async fn ask(State(web): State<Web>, visit: AtWork) -> Result<Response, Failure> {
    form(&web, &visit, DiariseTyped::default(), Vec::new()).await
}

/// Diarises it, and shows it or the next form.
pub async fn diarise(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, fields, upload, form: id } = posted;
    let typed = typed(&fields);
    let mut errors = errors(visit.lang(), &typed);
    let bytes = upload.bytes();
    let paper = bytes.and_then(|bytes| bytes.map(|bytes| PaperKind::of(&bytes).map(|_| bytes)).transpose());
    let paper =
        paper.map_err(|refusal| errors.extend(fault(visit.lang(), "paper", Err(refusal)))).ok().flatten();
    if !errors.is_empty() {
        return form(&web, &visit, typed, errors).await;
    }
    let new = NewDak {
        from: typed.from,
        subject: typed.subject,
        date: typed.letter_date,
        letter_number: typed.letter_number,
        language: visit.lang().code().to_owned(),
        urgency: urgency_number(typed.urgency),
    };
    // The letter itself has the title of the diary line: its sender.
    let title: String = new.from.trim().chars().take(60).collect();
    let paper = paper.map(|bytes| Paper { title, date: None, bytes });
    let diarised = web.app.diarise(&visit.officer, id, new, paper).await;
    let (receipt, number) = diarised.map_err(|t| Failure::from(t).with_typed(fields.typed()))?;
    keep_pasted(&web, &visit, id, receipt.matter, &fields).await?;
    let next = match fields.get("then") {
        "next" => "/dak/new".to_owned(),
        _ => format!("/files/{}", receipt.matter),
    };
    done(&next, &visit.t().a("done-diarised", "number", number))
}

fn typed(fields: &Fields) -> DiariseTyped {
    DiariseTyped {
        from: fields.take("from"),
        subject: fields.take("subject"),
        letter_date: fields.take("letter_date"),
        letter_number: fields.take("letter_number"),
        pasted: fields.take("pasted"),
        urgency: Urgency::from_code(fields.get("urgency")).unwrap_or_default(),
    }
}

fn errors(lang: Lang, typed: &DiariseTyped) -> Vec<FieldError> {
    let day = day_from_iso(&typed.letter_date).map(|_| String::new()).ok_or(Refusal::TextEmpty);
    let checks = [
        ("from", line(&typed.from, SENDER_CHARS_MAX).and_then(required)),
        ("subject", line(&typed.subject, SUBJECT_CHARS_MAX).and_then(required)),
        ("letter_date", day),
        ("letter_number", line(&typed.letter_number, NUMBER_CHARS_MAX)),
    ];
    checks.into_iter().filter_map(|(field, check)| fault(lang, field, check)).collect()
}

async fn form(
    web: &Web,
    visit: &AtWork,
    typed: DiariseTyped,
    errors: Vec<FieldError>,
) -> Result<Response, Failure> {
    let (frame, max_bytes) = web.page(visit, Here::Diarise, |app, _| Ok(app.upload_bytes_max())).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(refused(html(&Diarise { frame, max_bytes, typed, errors })?, status))
}
