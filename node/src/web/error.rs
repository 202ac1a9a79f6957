//! Refusals and faults as pages.
//!
//! A handler ends with a [`Failure`]; one layer around all handlers turns it into a page in the
//! officer's language, with the stable code, a number that is also in the log, and what the officer
//! had typed. A fault shows no internal detail.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use mohar_protocol::refusal::Refusal;

use crate::app::Trouble;
use crate::app::operation::FormId;
use crate::web::locale::{name, sentence};
use crate::web::pages::frame::{Frame, Here};
use crate::web::pages::problem::{Problem, Sort};
use crate::web::session::{Guest, SignedIn, plain_frame};
use crate::web::urls::own_path;
use crate::web::{Web, crowd, html};

/// Digits of the number that an officer reads out on the telephone.
const OPERATION_DIGITS: usize = 8;

/// Why a request ended without what was asked for.
#[derive(Debug, Clone)]
pub struct Failure {
    what: What,
    typed: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Refused(Refusal),
    NotFound,
    NoPost,
    Changed,
    Fault,
}

impl Failure {
    /// There is no such page, or not for this officer.
    pub const fn not_found() -> Self {
        Self { what: What::NotFound, typed: None }
    }

    /// A post has to be chosen first.
    pub const fn no_post() -> Self {
        Self { what: What::NoPost, typed: None }
    }

    /// Something was changed meanwhile, so that what was asked for is not what was seen.
    pub const fn changed() -> Self {
        Self { what: What::Changed, typed: None }
    }

    /// A fault of ours: logged here, once, with its causes.
    pub fn fault(error: &dyn std::error::Error) -> Self {
        let causes: Vec<String> =
            std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect();
        tracing::error!(cause = causes.join(": "), "a page could not be made");
        Self { what: What::Fault, typed: None }
    }

    /// With what the officer had typed.
    #[must_use]
    pub fn with_typed(self, typed: Option<String>) -> Self {
        Self { typed, ..self }
    }

    /// The refusal, if it is one.
    pub const fn refusal(&self) -> Option<Refusal> {
        match self.what {
            What::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    const fn sort(&self) -> Sort {
        match self.what {
            What::NotFound => Sort::NotFound,
            What::NoPost => Sort::NotAllowed,
            What::Changed => Sort::Changed,
            What::Fault => Sort::Fault,
            What::Refused(refusal) => sort_of(refusal),
        }
    }

    const fn code(&self) -> &'static str {
        match self.what {
            What::NotFound => "page.not_found",
            What::NoPost => "page.no_post",
            What::Changed => "page.changed",
            What::Fault => "node.fault",
            What::Refused(refusal) => refusal.code(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { what: What::Refused(refusal), typed: None }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Refused(refusal) => refusal.into(),
            Trouble::Fault(fault) => Self::fault(&fault),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.sort().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives failures their page.
pub async fn dress(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (guest, method) = (Guest::of(&parts), parts.method.clone());
    let (lang, path) = (guest.lang, guest.path.clone());
    let back = came_from(&parts.headers).filter(|back| *back != path || method != Method::GET);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(failure) = response.extensions_mut().remove::<Failure>() else { return response };
    if method == Method::GET {
        match failure.what {
            What::Refused(Refusal::SessionEnded) => return to_sign_in(&path),
            What::NoPost => return Redirect::to("/posts").into_response(),
            // No room to read: nothing more is read for the page that says so.
            What::Refused(Refusal::Busy) => return crowd::page(),
            _ => {}
        }
    }
    let operation = FormId::new().to_text()[..OPERATION_DIGITS].to_uppercase();
    tracing::info!(code = failure.code(), operation, %method, "a request was refused");
    let problem = Problem {
        frame: frame(&web, guest, &failure).await,
        sort: failure.sort(),
        sentence: failure.refusal().map(|refusal| sentence(lang, refusal)),
        code: failure.code().to_owned(),
        operation,
        typed: failure.typed.clone(),
        back: back.unwrap_or_else(|| "/desk".to_owned()),
    };
    let Ok(mut page) = html(&problem) else { return response };
    *page.status_mut() = response.status();
    if failure.refusal() == Some(Refusal::Busy) {
        page.headers_mut().insert(header::RETRY_AFTER, crowd::RETRY_SECONDS);
    }
    page
}

/// The frame around the sentence: with the officer and the navigation where they can still be read.
async fn frame(web: &Web, guest: Guest, failure: &Failure) -> Frame {
    let office = name(guest.lang, &web.app.own_offices());
    let plain = Frame { office, ..plain_frame(guest.lang, &guest.path) };
    // Who is refused for want of room does not make more work.
    if failure.refusal() == Some(Refusal::Busy) {
        return plain;
    }
    let Ok(visit) = SignedIn::of(web, guest).await else { return plain };
    let session = Arc::clone(&visit.session);
    match web.read(move |app| app.surroundings(&session)).await {
        Ok(around) => Frame { done: None, ..visit.frame(Here::Elsewhere, &around) },
        Err(_) => plain,
    }
}

/// The page of this node on which the officer was, as the browser says.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (host, path) = text(header::REFERER)?.split_once("://")?.1.split_once('/')?;
    (Some(host) == text(header::HOST)).then(|| own_path(&format!("/{path}")).to_owned())
}

fn to_sign_in(path: &str) -> Response {
    let back: String = axum::http::uri::PathAndQuery::try_from(path)
        .map_or_else(|_| "/desk".to_owned(), |path| path.to_string());
    let back = back.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B");
    Redirect::to(&format!("/sign-in?back={back}")).into_response()
}

const fn sort_of(refusal: Refusal) -> Sort {
    match refusal {
        Refusal::MatterUnknown
        | Refusal::OfficeUnknown
        | Refusal::PostUnknown
        | Refusal::ContentNone
        | Refusal::NotInTray => Sort::NotFound,
        Refusal::NotAdmin
        | Refusal::NotRegistry
        | Refusal::NotAuthority
        | Refusal::ChargeEnded
        | Refusal::ChargeUnknown
        | Refusal::SignInNoCharge => Sort::NotAllowed,
        Refusal::NotHolder | Refusal::NotHolderOffice => Sort::NotHolder,
        Refusal::FormForged => Sort::BadForm,
        Refusal::SessionEnded | Refusal::SignInFailed => Sort::SessionEnded,
        Refusal::TextTooLong | Refusal::ContentTooLarge => Sort::TooLarge,
        Refusal::SignInTooMany => Sort::TooMany,
        Refusal::Busy => Sort::Busy,
        Refusal::ReadOnly => Sort::ReadOnly,
        Refusal::TextEmpty
        | Refusal::NothingTicked
        | Refusal::HeadUnknown
        | Refusal::TextInvisible
        | Refusal::UploadKind
        | Refusal::UploadBroken
        | Refusal::PasswordRule
        | Refusal::ContentCount => Sort::NotTaken,
        Refusal::ContentMissing | Refusal::ContentSealed | Refusal::ContentDamaged => Sort::NotFound,
        _ => Sort::Changed,
    }
}
