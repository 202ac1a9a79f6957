//! Posts, officers and charges: one page, one act for each button.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use mohar_protocol::act::body::ChargeKind;
use mohar_protocol::refusal::Refusal;

use crate::app::people::{NewOfficer, NewPost, People as AppPeople};
use crate::app::{Officer, Trouble};
use crate::web::error::Failure;
use crate::web::files::{done, refused};
use crate::web::form::{Fields, Posted};
use crate::web::locale::{name, sentence};
use crate::web::pages::frame::Here;
use crate::web::pages::people::{Charge, Kind, Officer as Person, People, PeopleTyped, Post};
use crate::web::session::{AtWork, no_done_cookie};
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// The page.
pub async fn page(State(web): State<Web>, visit: AtWork) -> Result<Response, Failure> {
    let page = show(&web, &visit, PeopleTyped::default(), None).await?;
    Ok((CookieJar::new().add(no_done_cookie()), page).into_response())
}

/// One change of the register.
pub async fn change(State(web): State<Web>, posted: Posted<AtWork>) -> Result<Response, Failure> {
    let Posted { visit, fields, .. } = posted;
    match sign(&web, &visit.officer, &fields).await {
        Ok(what) => done("/people", &visit.t().s(what)),
        Err(Trouble::Refused(refusal @ (Refusal::NotAdmin | Refusal::FormForged))) => Err(refusal.into()),
        Err(Trouble::Refused(refusal)) => {
            show(&web, &visit, typed(&fields), Some(sentence(visit.lang(), refusal))).await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Signs it, and gives the name of the sentence that says so.
async fn sign(web: &Web, officer: &Arc<Officer>, fields: &Fields) -> Result<&'static str, Trouble> {
    let text = |name: &str| fields.get(name).trim().to_owned();
    Ok(match fields.get("what") {
        "post" => {
            let rank = fields.get("rank").trim().parse().map_err(|_| Refusal::TextEmpty)?;
            let (code, admin) = (text("code"), fields.get("admin") == "on");
            let new = NewPost { code, name_hi: text("post_hi"), name_en: text("post_en"), rank, admin };
            web.app.add_post(officer, new).await?;
            "done-post"
        }
        "officer" => {
            let (login, password) = (text("login"), fields.take("password"));
            let new =
                NewOfficer { login, password, name_hi: text("officer_hi"), name_en: text("officer_en") };
            web.app.add_officer(officer, new).await?;
            "done-officer"
        }
        "give" => {
            let whom = fields.get("officer").parse().map_err(|_| Refusal::OfficerUnknown)?;
            let post = fields.get("post").parse().map_err(|_| Refusal::PostUnknown)?;
            let kind = Kind::from_code(fields.get("kind")).ok_or(Refusal::ChargeUnknown)?;
            web.app.give_charge(officer, whom, post, charge_kind(kind)).await?;
            "done-charge-given"
        }
        "end" => {
            let charge = fields.get("charge").parse().map_err(|_| Refusal::ChargeUnknown)?;
            web.app.end_charge(officer, charge).await?;
            "done-charge-ended"
        }
        "retire" => {
            let whom = fields.get("officer").parse().map_err(|_| Refusal::OfficerUnknown)?;
            web.app.end_all_charges(officer, whom).await?;
            "done-retired"
        }
        _ => return Err(Refusal::FormForged.into()),
    })
}

fn typed(fields: &Fields) -> PeopleTyped {
    PeopleTyped {
        code: fields.take("code"),
        post_hi: fields.take("post_hi"),
        post_en: fields.take("post_en"),
        rank: fields.take("rank"),
        officer_hi: fields.take("officer_hi"),
        officer_en: fields.take("officer_en"),
        login: fields.take("login"),
    }
}

async fn show(
    web: &Web,
    visit: &AtWork,
    typed: PeopleTyped,
    error: Option<String>,
) -> Result<Response, Failure> {
    let (frame, people) = web.page(visit, Here::People, |app, officer| app.people(officer)).await?;
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (posts, officers) = shown(visit.lang(), &people);
    Ok(refused(html(&People { frame, posts, officers, typed, error })?, status))
}

fn shown(lang: Lang, people: &AppPeople) -> (Vec<Post>, Vec<Person>) {
    let posts = people.posts.iter().map(|post| Post {
        id: post.id.to_string(),
        name: name(lang, &post.name),
        code: post.code.clone(),
        admin: post.admin,
        charges: post
            .charges
            .iter()
            .map(|one| Charge {
                id: one.id.to_string(),
                officer: name(lang, &one.officer),
                kind: kind(one.kind),
            })
            .collect(),
    });
    let officers = people.officers.iter().map(|one| Person {
        id: one.id.to_string(),
        name: name(lang, &one.name),
        posts: one.posts.iter().map(|(post, how)| (name(lang, post), kind(*how))).collect(),
    });
    (posts.collect(), officers.collect())
}

const fn kind(kind: ChargeKind) -> Kind {
    match kind {
        ChargeKind::Full => Kind::Full,
        ChargeKind::Additional => Kind::Additional,
        ChargeKind::Link => Kind::Link,
        ChargeKind::Assistant => Kind::Assistant,
    }
}

const fn charge_kind(kind: Kind) -> ChargeKind {
    match kind {
        Kind::Full => ChargeKind::Full,
        Kind::Additional => ChargeKind::Additional,
        Kind::Link => ChargeKind::Link,
        Kind::Assistant => ChargeKind::Assistant,
    }
}
