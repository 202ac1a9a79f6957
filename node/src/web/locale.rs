//! The language of a page: `?lang`, else the cookie, else Hindi; and the names and refusals that
//! come in both.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use mohar_protocol::act::MatterKind;
use mohar_protocol::matter_text::Watch;
use mohar_protocol::refusal::Refusal;
use serde::Deserialize;

use crate::app::names::{Named, Place};
use crate::app::send::Reach;
use crate::web::pages::words;
use crate::web::texts::Lang;
use crate::web::urls::own_path;

/// Name of the cookie.
pub const LANGUAGE_COOKIE: &str = "lang";

/// The language that a request asks for.
pub fn language(parts: &Parts) -> Lang {
    let asked = parts.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
    let jar = CookieJar::from_headers(&parts.headers);
    let kept = jar.get(LANGUAGE_COOKIE).map(|cookie| cookie.value().to_owned());
    asked.and_then(Lang::from_code).or_else(|| Lang::from_code(&kept?)).unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(language(parts))
    }
}

/// The fields of the switch.
#[derive(Deserialize)]
pub struct Switch {
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /language`: keeps the choice in a cookie and goes back. Changes nothing else, so it needs
/// no form.
pub async fn switch(Query(switch): Query<Switch>, jar: CookieJar) -> Response {
    let lang = Lang::from_code(&switch.to).unwrap_or_default();
    (jar.add(language_cookie(lang)), Redirect::to(own_path(&switch.back))).into_response()
}

/// The cookie that keeps a language.
pub fn language_cookie(lang: Lang) -> Cookie<'static> {
    Cookie::build((LANGUAGE_COOKIE, lang.code()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .permanent()
        .build()
}

/// A name in the language of the page.
pub fn name(lang: Lang, named: &Named) -> String {
    match lang {
        Lang::Hi => named.hi.clone(),
        Lang::En => named.en.clone(),
    }
}

/// A post with its person in the language of the page.
pub fn place(lang: Lang, place: &Place) -> words::Place {
    words::Place {
        post: name(lang, &place.post),
        office: name(lang, &place.office),
        person: place.person.as_ref().map(|person| name(lang, person)),
    }
}

/// The sentence of a refusal in the language of the page.
pub fn sentence(lang: Lang, refusal: Refusal) -> String {
    match lang {
        Lang::Hi => refusal.hindi(),
        Lang::En => refusal.english(),
    }
    .to_owned()
}

/// File or dak.
pub fn kind(kind: MatterKind) -> words::Kind {
    if kind == MatterKind::DAK { words::Kind::Dak } else { words::Kind::File }
}

/// Whether an office answers.
pub fn reach(reach: Reach) -> words::Reach {
    match reach {
        Reach::Here => words::Reach::Here,
        Reach::Now => words::Reach::Now,
        Reach::Lost(since) => words::Reach::Lost { since: since.0 },
        Reach::Unknown => words::Reach::Unknown,
    }
}

/// A watched class as the protocol has it.
pub const fn watch_class(watch: words::Watch) -> Watch {
    match watch {
        words::Watch::Vip => Watch::Vip,
        words::Watch::Assembly => Watch::Assembly,
        words::Watch::Court => Watch::Court,
        words::Watch::Rti => Watch::Rti,
        words::Watch::ChiefMinister => Watch::ChiefMinister,
    }
}

/// The watched classes in a sum of bits.
pub fn watch_of(bits: u8) -> Vec<words::Watch> {
    words::Watch::ALL.into_iter().filter(|watch| watch_class(*watch).is_in(bits)).collect()
}

/// The sum of bits of watched classes.
pub fn bits(watch: &[words::Watch]) -> u8 {
    watch.iter().fold(0, |bits, watch| bits | watch_class(*watch) as u8)
}

/// Urgency by its number.
pub fn urgency(number: u8) -> words::Urgency {
    words::Urgency::ALL.get(usize::from(number)).copied().unwrap_or_default()
}

/// The number of a classification.
pub fn classification_number(classification: words::Classification) -> u8 {
    let at = words::Classification::ALL.iter().position(|one| *one == classification);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}

/// The number of an urgency.
pub fn urgency_number(urgency: words::Urgency) -> u8 {
    let at = words::Urgency::ALL.iter().position(|one| *one == urgency);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}
