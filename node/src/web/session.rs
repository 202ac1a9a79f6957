//! Who asks: a guest, an officer who has signed in, an officer at work on a post.
//!
//! The session cookie is HttpOnly, SameSite=Strict, for this host only. A guest gets one too, so
//! that the sign-in form is bound to a browser; signing in always makes a new one.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie as HttpCookie, SameSite};
use mohar_protocol::hash::sha256;
use mohar_protocol::machine::Standing;
use mohar_protocol::refusal::Refusal;

use crate::app::Officer;
use crate::app::operation::FormId;
use crate::app::session::{Cookie, Session};
use crate::app::surroundings::{Safety, Surroundings};
use crate::clock;
use crate::web::Web;
use crate::web::error::Failure;
use crate::web::locale::{language, name};
use crate::web::pages::frame::{Banner, Frame, Here, Lamp, Typing, Who};
use crate::web::texts::{Lang, Texts};

/// Name of the session cookie.
const SESSION_COOKIE: &str = "mohar";

/// Name of the cookie that turns shortcuts off.
pub const SHORTCUTS_COOKIE: &str = "shortcuts";

/// Name of the cookie with the sentence about the act just done, shown once.
const DONE_COOKIE: &str = "done";

/// Bytes of that sentence.
const DONE_BYTES_MAX: usize = 600;

/// Where a request comes from that came over no connection.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Anyone with a browser.
#[derive(Clone)]
pub struct Guest {
    /// The language.
    pub lang: Lang,
    /// Path and query.
    pub path: String,
    /// The browser's secret, if it has one.
    pub cookie: Option<Cookie>,
    /// The address it comes from.
    pub from: IpAddr,
    shortcuts: bool,
    done: Option<String>,
}

/// An officer who has signed in.
pub struct SignedIn {
    /// The browser.
    pub guest: Guest,
    /// The session.
    pub session: Arc<Session>,
    cookie: Cookie,
}

/// An officer at work on a post.
pub struct AtWork {
    signed_in: SignedIn,
    /// The session.
    pub session: Arc<Session>,
    /// The officer.
    pub officer: Arc<Officer>,
}

impl Guest {
    /// Who a request comes from, as far as its headers say.
    pub fn of(parts: &Parts) -> Self {
        let jar = CookieJar::from_headers(&parts.headers);
        let value = |name| jar.get(name).map(|cookie| cookie.value().to_owned());
        Self {
            lang: language(parts),
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            from: parts
                .extensions
                .get()
                .map_or(NOWHERE, |ConnectInfo(from): &ConnectInfo<SocketAddr>| from.ip()),
            cookie: value(SESSION_COOKIE).and_then(|text| Cookie::parse(&text)),
            shortcuts: value(SHORTCUTS_COOKIE).as_deref() != Some("off"),
            done: value(DONE_COOKIE).and_then(|text| done_from_cookie(&text)),
        }
    }

    /// The frame of a page before sign-in, whose forms are bound to `cookie`.
    pub fn frame(&self, cookie: &Cookie, office: String) -> Frame {
        Frame {
            csrf: cookie.form_token(),
            office,
            shortcuts: self.shortcuts,
            ..plain_frame(self.lang, &self.path)
        }
    }
}

impl SignedIn {
    /// The officer behind a browser.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`], or a fault.
    pub async fn of(web: &Web, guest: Guest) -> Result<Self, Failure> {
        let cookie = guest.cookie.clone().ok_or(Refusal::SessionEnded)?;
        let session = Arc::new(web.app.session(&cookie).await?);
        Ok(Self { guest, session, cookie })
    }

    /// The frame of a page.
    pub fn frame(&self, here: Here, around: &Surroundings) -> Frame {
        let lang = self.guest.lang;
        Frame {
            csrf: self.cookie.form_token(),
            office: name(lang, &around.office),
            who: Some(Who {
                name: name(lang, &around.name),
                post: name(lang, &around.post),
                several: self.session.several,
                owner: owner(&self.session),
                registry: around.registry,
                admin: around.admin,
            }),
            lamp: Some(lamp(around.safety)),
            banner: banner(lang, around),
            done: self.guest.done.clone(),
            typing: typing(around),
            shortcuts: self.guest.shortcuts,
            here,
            ..plain_frame(lang, &self.guest.path)
        }
    }
}

impl AtWork {
    /// The session behind it.
    pub const fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    /// The language.
    pub const fn lang(&self) -> Lang {
        self.signed_in.guest.lang
    }

    /// The texts of the language.
    pub fn t(&self) -> Texts {
        Texts::of(self.lang())
    }
}

impl FromRequestParts<Web> for Guest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Failure> {
        Ok(Self::of(parts))
    }
}

impl FromRequestParts<Web> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        Self::of(web, Guest::of(parts)).await
    }
}

impl FromRequestParts<Web> for AtWork {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Failure> {
        let signed_in = SignedIn::from_request_parts(parts, web).await?;
        let session = Arc::clone(&signed_in.session);
        let officer = session.at_work.clone().ok_or_else(Failure::no_post)?;
        Ok(Self { signed_in, session, officer })
    }
}

/// A frame without anyone signed in: for guests and for refusals.
pub fn plain_frame(lang: Lang, path: &str) -> Frame {
    Frame {
        t: Texts::of(lang),
        now: clock::now().0,
        csrf: String::new(),
        op: FormId::new().to_text(),
        path: path.to_owned(),
        office: String::new(),
        who: None,
        lamp: None,
        banner: None,
        done: None,
        typing: Typing::default(),
        shortcuts: true,
        here: Here::Elsewhere,
    }
}

/// The session cookie. It ends with the browser; the node ends it earlier.
pub fn session_cookie(cookie: &Cookie) -> HttpCookie<'static> {
    strict(SESSION_COOKIE, cookie.to_text())
}

/// Takes the session cookie away.
pub fn no_session_cookie() -> HttpCookie<'static> {
    let mut cookie = strict(SESSION_COOKIE, String::new());
    cookie.make_removal();
    cookie
}

/// The sentence that the next page shows, once.
pub fn done_cookie(sentence: &str) -> HttpCookie<'static> {
    strict(DONE_COOKIE, data_encoding::HEXLOWER.encode(sentence.as_bytes()))
}

/// Takes the sentence away once it was shown.
pub fn no_done_cookie() -> HttpCookie<'static> {
    let mut cookie = strict(DONE_COOKIE, String::new());
    cookie.make_removal();
    cookie
}

/// A cookie for this host, out of reach of scripts and other sites.
pub fn strict(name: &'static str, value: String) -> HttpCookie<'static> {
    HttpCookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Strict).build()
}

fn done_from_cookie(text: &str) -> Option<String> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
    let sentence = String::from_utf8(bytes).ok().filter(|text| text.len() <= DONE_BYTES_MAX)?;
    Some(sentence).filter(|sentence| !sentence.is_empty())
}

/// A name for the browser's own copy of drafts that says nothing about the officer.
fn owner(session: &Session) -> String {
    let digest = sha256(&[b"mohar/draft-owner/1\0", &session.officer.0, &session.office.0]);
    data_encoding::HEXLOWER.encode(&digest[..8])
}

/// An office that may not sign says so first: that is why nothing else goes.
fn banner(lang: Lang, around: &Surroundings) -> Option<Banner> {
    match around.standing {
        Standing::Working => around.alone.map(|(since, waiting)| Banner::OfficesUnreachable {
            since: since.0,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        }),
        Standing::Continuing => Some(Banner::Unwitnessed),
        Standing::Asking(_) | Standing::Restoring | Standing::Stopped(_) => {
            hindrance(lang, around.standing).map(|why| Banner::NotSigning { why })
        }
    }
}

/// Why an office may not sign, and what is awaited.
pub fn hindrance(lang: Lang, standing: Standing) -> Option<String> {
    let refusal = standing.may_sign().err()?;
    let sentence = if lang == Lang::Hi { refusal.hindi() } else { refusal.english() };
    Some(sentence.to_owned())
}

fn typing(around: &Surroundings) -> Typing {
    let chosen = around.typing.map(|typing| Typing { method: typing.code(), chosen: true });
    chosen.unwrap_or_default()
}

fn lamp(safety: Safety) -> Lamp {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match safety {
        Safety::Held(mirrors) => Lamp::Held { mirrors: number(mirrors) },
        Safety::RecordedHere => Lamp::RecordedHere,
        Safety::Waiting(n, since) => Lamp::Waiting { n: number(n), since: since.0 },
        Safety::Unknown => Lamp::Unknown,
    }
}
