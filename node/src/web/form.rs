//! Forms: read once, bounded, bound to the session, and never lost.
//!
//! Every POST form carries the token of its session and the id of its page. A request from another
//! site is refused before that by its own headers. When a form is refused because the session
//! ended, what was typed comes back on the page that says so.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use mohar_protocol::refusal::Refusal;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::app::operation::FormId;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::session::{Guest, SignedIn};
use crate::web::upload::{self, Upload};

/// Bytes of a form without a paper: a note of 64 KiB, every byte written as three, and the rest.
const FORM_BYTES_MAX: usize = 512 * 1024;

/// How long a form waits for room among the others.
const BODY_WAIT: Duration = Duration::from_secs(5);

/// How long a paper waits until others are read.
const UPLOAD_WAIT: Duration = Duration::from_secs(30);

/// Fields of a form: the 50 rows of a page, ticked, and what a sheet asks.
const FIELDS_MAX: usize = 80;

/// Fields in which people write what they would not want to write again.
const TYPED: [&str; 8] = ["text", "subject", "from", "remarks", "reason", "title", "address", "enclosures"];

/// A form that a browser of this session has sent, and who sent it.
pub struct Posted<V> {
    /// Who.
    pub visit: V,
    /// The fields.
    pub fields: Fields,
    /// The paper, if one was chosen.
    pub upload: Upload,
    /// The id of the page.
    pub form: FormId,
}

/// The fields of a form by name.
#[derive(Debug, Default)]
pub struct Fields(BTreeMap<String, String>);

/// JSON that a script of this session has sent.
pub struct Told<T>(pub T);

impl Fields {
    /// A field; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A field, to be kept.
    pub fn take(&self, name: &str) -> String {
        self.get(name).to_owned()
    }

    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Adds a field.
    pub(in crate::web) fn add(&mut self, name: String, value: String) -> Result<(), Refusal> {
        if self.0.len() >= FIELDS_MAX {
            return Err(Refusal::ContentCount);
        }
        self.0.insert(name, value);
        Ok(())
    }

    /// What people wrote in it.
    pub fn typed(&self) -> Option<String> {
        let written: Vec<&str> =
            TYPED.iter().map(|name| self.get(name)).filter(|text| !text.is_empty()).collect();
        if written.is_empty() { None } else { Some(written.join("\n\n")) }
    }
}

impl<V> FromRequest<Web> for Posted<V>
where
    V: FromRequestParts<Web, Rejection = Failure>,
{
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let guest = Guest::from_request_parts(&mut parts, web).await?;
        let request = Request::from_parts(parts.clone(), body);
        let read = read(request, &mut parts, web).await;
        let typed = read.as_ref().ok().and_then(|(fields, _)| fields.typed());
        let visit = V::from_request_parts(&mut parts, web)
            .await
            .map_err(|failure| failure.with_typed(typed.clone()))?;
        let (fields, upload) = read?;
        let ours = guest.cookie.is_some_and(|cookie| cookie.is_form_token(fields.get("csrf")));
        let form = FormId::parse(fields.get("op")).filter(|_| ours);
        let forged = || Failure::from(Refusal::FormForged).with_typed(typed);
        Ok(Self { visit, upload, form: form.ok_or_else(forged)?, fields })
    }
}

async fn read(request: Request, parts: &mut Parts, web: &Web) -> Result<(Fields, Upload), Failure> {
    let known = SignedIn::from_request_parts(parts, web).await.is_ok();
    let mut room = Room::of(if known { &web.bodies } else { &web.guest_bodies });
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        // Whoever has not signed in brings no papers; what was typed is kept either way.
        if !known {
            return upload::read(request, FORM_BYTES_MAX as u64, Some(&mut room)).await;
        }
        let _turn = timeout(UPLOAD_WAIT, web.uploads.acquire()).await.map_err(|_| Refusal::Busy)?;
        return upload::read(request, web.app.upload_bytes_max(), None).await;
    }
    let bytes = collect(request.into_body(), &mut room).await?;
    let mut fields = Fields::default();
    let kind = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = Request::post("/").header(kind.0, kind.1).body(bytes.into());
    let request = request.map_err(|e| Failure::fault(&e))?;
    let pairs = axum::Form::<Vec<(String, String)>>::from_request(request, &()).await;
    for (name, value) in pairs.map_err(|_| Refusal::FormForged)?.0 {
        fields.add(name, value)?;
    }
    Ok((fields, Upload::None))
}

/// The room that a form takes among all that are read at the same time, until it is read.
pub struct Room<'a> {
    all: &'a Semaphore,
    taken: Vec<SemaphorePermit<'a>>,
}

impl<'a> Room<'a> {
    const fn of(all: &'a Semaphore) -> Self {
        Self { all, taken: Vec::new() }
    }

    /// Takes room for a piece that has arrived.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when others have all of it.
    pub(in crate::web) async fn take(&mut self, piece: usize) -> Result<(), Refusal> {
        let share = u32::try_from(piece).unwrap_or(u32::MAX);
        let share = timeout(BODY_WAIT, self.all.acquire_many(share)).await.map_err(|_| Refusal::Busy)?;
        self.taken.push(share.map_err(|_| Refusal::Busy)?);
        Ok(())
    }
}

/// Reads a body to its end, bounded by itself and together with all others.
async fn collect(body: Body, room: &mut Room<'_>) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::UploadBroken)?;
        if bytes.len() + piece.len() > FORM_BYTES_MAX {
            return Err(Refusal::ContentTooLarge);
        }
        room.take(piece.len()).await?;
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

impl<T: DeserializeOwned> FromRequest<Web> for Told<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let guest = Guest::from_request_parts(&mut parts, web).await?;
        let token =
            parts.headers.get("x-csrf-token").and_then(|token| token.to_str().ok()).unwrap_or_default();
        if !guest.cookie.as_ref().is_some_and(|cookie| cookie.is_form_token(token)) {
            return Err(Refusal::FormForged.into());
        }
        let known = SignedIn::of(web, guest).await.is_ok();
        let mut room = Room::of(if known { &web.bodies } else { &web.guest_bodies });
        let bytes = collect(body, &mut room).await?;
        Ok(Self(serde_json::from_slice(&bytes).map_err(|_| Refusal::FormForged)?))
    }
}

/// Refuses what another site has made a browser send. Browsers say where a request comes from
/// (Fetch Metadata, or `Origin`); programs that say nothing still need the form's token.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_same_origin(request.headers()) {
        next.run(request).await
    } else {
        Failure::from(Refusal::FormForged).into_response()
    }
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::is_same_origin;

    fn from(pairs: &[(&'static str, &'static str)]) -> bool {
        let pairs = pairs.iter();
        let headers: HeaderMap =
            pairs.map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
        is_same_origin(&headers)
    }

    #[test]
    fn requests_of_other_sites_are_known_by_their_headers() {
        assert!(from(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(!from(&[("sec-fetch-site", "cross-site")]));
        assert!(!from(&[("sec-fetch-site", "same-site")]));
        assert!(from(&[("origin", "http://desk:8080"), ("host", "desk:8080")]));
        assert!(!from(&[("origin", "http://evil"), ("host", "desk:8080")]));
        assert!(!from(&[("origin", "null"), ("host", "desk:8080")]));
        assert!(from(&[("host", "desk:8080")]));
    }
}
