//! Open a file.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::matter_text::{NUMBER_CHARS_MAX, SUBJECT_CHARS_MAX, line, required};
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::open::NewFile;
use crate::clock;
use crate::config::HeadConfig;
use crate::web::error::Failure;
use crate::web::files::attach::keep_pasted;
use crate::web::files::{done, matter, refused};
use crate::web::form::{Fields, Posted};
use crate::web::locale::{classification_number, sentence, urgency_number};
use crate::web::pages::frame::Here;
use crate::web::pages::intake::{FieldError, Head, OpenFile, OpenFileTyped};
use crate::web::pages::words::{Classification, Urgency};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// For what a file is opened.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    dak: String,
}

/// The form; for a dak that is to be put into it, with its subject.
pub async fn ask(
    State(web): State<Web>,
    visit: AtWork,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let mut typed = OpenFileTyped { language: visit.lang(), ..OpenFileTyped::default() };
    if let Ok(dak) = matter(&wanted.dak) {
        let officer = std::sync::Arc::clone(&visit.officer);
        let view = web.read(move |app| app.show(&officer, &dak, clock::now())).await?;
        typed.subject = view.cover.map(|cover| cover.subject.clone()).unwrap_or_default();
        typed.dak = dak.to_string();
    }
    form(&web, &visit, typed, Vec::new()).await
}

/// Opens it and shows it.
pub async fn open(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, fields, form: id, .. } = posted;
    let typed = typed(&fields);
    let errors = errors(visit.lang(), &typed);
    if !errors.is_empty() {
        return form(&web, &visit, typed, errors).await;
    }
    let new = NewFile {
        subject: typed.subject.clone(),
        legacy_number: typed.legacy_number.clone(),
        language: typed.language.code().to_owned(),
        urgency: urgency_number(typed.urgency),
        classification: classification_number(typed.classification),
        head: typed.head.clone(),
    };
    let opened = web.app.open(&visit.officer, id, new).await;
    let (receipt, number) = opened.map_err(|t| Failure::from(t).with_typed(fields.typed()))?;
    keep_pasted(&web, &visit, id, receipt.matter, &fields).await?;
    let next = match matter(&typed.dak) {
        Ok(dak) => format!("/files/{dak}/put-in-file?file={}", receipt.matter),
        Err(_) => format!("/files/{}", receipt.matter),
    };
    done(&next, &visit.t().a("done-opened", "number", number))
}

fn typed(fields: &Fields) -> OpenFileTyped {
    OpenFileTyped {
        subject: fields.take("subject"),
        dak: fields.take("dak"),
        legacy_number: fields.take("legacy_number"),
        language: Lang::from_code(fields.get("language")).unwrap_or_default(),
        pasted: fields.take("pasted"),
        urgency: Urgency::from_code(fields.get("urgency")).unwrap_or_default(),
        classification: Classification::from_code(fields.get("classification")),
        head: fields.take("head"),
    }
}

fn errors(lang: Lang, typed: &OpenFileTyped) -> Vec<FieldError> {
    let checks = [
        ("subject", line(&typed.subject, SUBJECT_CHARS_MAX).and_then(required)),
        ("legacy_number", line(&typed.legacy_number, NUMBER_CHARS_MAX)),
    ];
    checks.into_iter().filter_map(|(field, check)| fault(lang, field, check)).collect()
}

/// What to correct in a field.
pub fn fault(lang: Lang, field: &'static str, check: Result<String, Refusal>) -> Option<FieldError> {
    check.err().map(|refusal| FieldError { field, sentence: sentence(lang, refusal) })
}

fn heads(web: &Web, lang: Lang) -> Vec<Head> {
    let name = |one: &HeadConfig| if lang == Lang::Hi { one.hi.clone() } else { one.en.clone() };
    web.app.heads().iter().map(|one| Head { code: one.code.clone(), name: name(one) }).collect()
}

async fn form(
    web: &Web,
    visit: &AtWork,
    typed: OpenFileTyped,
    errors: Vec<FieldError>,
) -> Result<Response, Failure> {
    let read = web.page(visit, Here::OpenFile, |app, officer| app.series(&officer.office, clock::now()));
    let (frame, series) = read.await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let heads = heads(web, visit.lang());
    Ok(refused(html(&OpenFile { frame, series, heads, typed, errors })?, status))
}
