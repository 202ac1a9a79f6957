//! What is ticked on the desk, all at once: a sheet, then one signed act for each, then an answer for
//! each.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use mohar_protocol::act::Holder;
use mohar_protocol::id::MatterId;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::many::{Answer, Ticked as AppTicked, Wish};
use crate::app::names::holder_from_text;
use crate::app::operation::FormId;
use crate::app::send::Target as AppTarget;
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::send::{offered, search_words, target, typed, words};
use crate::web::files::{correctable, refused};
use crate::web::form::{Fields, Posted};
use crate::web::format::day_from_iso;
use crate::web::locale::sentence;
use crate::web::pages::frame::Here;
use crate::web::pages::many::{Line, Many, ManyDone, Ticked, What};
use crate::web::session::AtWork;
use crate::web::{Web, html};

/// The sheet, or the signatures.
pub async fn many(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, fields, form, .. } = posted;
    let what = What::from_code(fields.get("what")).ok_or_else(Failure::not_found)?;
    if ticked(&fields).is_empty() {
        return Err(Refusal::NothingTicked.into());
    }
    if what != What::Opened && fields.get("then") != "sign" {
        return sheet(&web, &visit, what, fields, None).await;
    }
    match wish(&visit, what, &fields) {
        Ok(wish) => sign(&web, &visit, form, what, wish, fields).await,
        Err(refusal) => sheet(&web, &visit, what, fields, Some(refusal)).await,
    }
}

/// What is wished for, if everything is said that it needs.
fn wish(visit: &AtWork, what: What, fields: &Fields) -> Result<Wish, Refusal> {
    let language = visit.lang().code();
    Ok(match what {
        What::Send => {
            let to = holder_from_text(fields.get("to")).ok_or(Refusal::PostUnknown)?;
            Wish::Send { to, words: words(language, typed(fields)) }
        }
        What::Park => {
            let until = day_from_iso(fields.get("until")).map(Timestamp);
            let until = until.filter(|until| *until > clock::now()).ok_or(Refusal::TextEmpty)?;
            let reason = super::files::reason(fields)?;
            Wish::Park { until, language: language.to_owned(), reason }
        }
        What::Opened => Wish::Opened,
    })
}

async fn sign(
    web: &Web,
    visit: &AtWork,
    form: FormId,
    what: What,
    wish: Wish,
    fields: Fields,
) -> Result<Response, Failure> {
    match web.app.many(&visit.officer, form, &ticked(&fields), &wish).await {
        Ok(answers) => done(web, visit, what, &wish, answers).await,
        Err(trouble) => {
            let refusal = correctable(trouble).map_err(|failure| failure.with_typed(fields.typed()))?;
            sheet(web, visit, what, fields, Some(refusal)).await
        }
    }
}

async fn done(
    web: &Web,
    visit: &AtWork,
    what: What,
    wish: &Wish,
    answers: Vec<Answer>,
) -> Result<Response, Failure> {
    let to: Option<Holder> = if let Wish::Send { to, .. } = wish { Some(*to) } else { None };
    let read = web.page(visit, Here::Desk, move |app, officer| match to {
        Some(to) => Ok(app.targets(officer, "", Some(to))?.chosen),
        None => Ok(None),
    });
    let (mut frame, to) = read.await?;
    frame.path = "/desk".to_owned();
    let lang = visit.lang();
    let line = |answer: Answer| Line {
        of: shown(answer.of),
        refused: answer.outcome.err().map(|refusal| sentence(lang, refusal)),
    };
    let lines = answers.into_iter().map(line).collect();
    html(&ManyDone { frame, what, to: to.as_ref().map(|one| target(lang, one)), lines })
}

/// The matters that are ticked.
fn ticked(fields: &Fields) -> Vec<MatterId> {
    fields.names().filter_map(|name| name.strip_prefix("m-")?.parse().ok()).collect()
}

fn shown(one: AppTicked) -> Ticked {
    Ticked { id: one.id.to_string(), number: one.number, subject: one.subject }
}

async fn sheet(
    web: &Web,
    visit: &AtWork,
    what: What,
    fields: Fields,
    error: Option<Refusal>,
) -> Result<Response, Failure> {
    let q = search_words(fields.get("q"));
    let (ids, asked) = (ticked(&fields), q.clone());
    let to = holder_from_text(fields.get("to"));
    let read = web.page(visit, Here::Desk, move |app, officer| {
        let chosen: Option<AppTarget> = match to {
            Some(to) => app.targets(officer, "", Some(to))?.chosen,
            None => None,
        };
        Ok((app.ticked(officer, &ids)?, chosen, app.targets(officer, &asked, None)?))
    });
    let (mut frame, (all, chosen, targets)) = read.await?;
    frame.path = "/desk".to_owned();
    let lang = visit.lang();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Many {
        frame,
        what,
        ticked: all.into_iter().map(shown).collect(),
        q,
        chosen: chosen.as_ref().map(|one| target(lang, one)),
        more: targets.more,
        offered: offered(lang, &targets),
        typed: typed(&fields),
        until: fields.take("until"),
        reason: fields.take("reason"),
        error: error.map(|refusal| sentence(lang, refusal)),
    };
    Ok(refused(html(&page)?, status))
}
