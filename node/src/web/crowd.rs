//! What a browser is told when there is no room to read: one page in both languages, which needs
//! nothing else of the node. Saving and signing never get it.

use askama::Template;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use mohar_protocol::refusal::Refusal;

use crate::web::headers;

/// Seconds after which the browser should try again.
pub const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// What does not wait even though it reads: the watchdog and the meters of this machine, and what a
/// page that is open may still fetch.
const NEVER_WAITS: [&str; 3] = ["/healthz", "/metrics", "/assets/"];

#[derive(Template)]
#[template(path = "crowd.html")]
struct Crowd {
    hindi: &'static str,
    english: &'static str,
    code: &'static str,
}

/// Whether a request has to wait when there is no room.
pub fn must_wait(method: &Method, path: &str) -> bool {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    reads && !NEVER_WAITS.iter().any(|start| path.starts_with(start))
}

/// The page.
pub fn page() -> Response {
    let busy = Refusal::Busy;
    let page = Crowd { hindi: busy.hindi(), english: busy.english(), code: busy.code() };
    // The template has three words to fill in; if it ever failed, the status would still be right.
    let body = Html(page.render().unwrap_or_default());
    let mut response =
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_SECONDS)], body).into_response();
    headers::add(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, header};

    use super::{must_wait, page};

    #[test]
    fn who_reads_waits_and_who_saves_does_not() {
        assert!(must_wait(&Method::GET, "/desk"));
        assert!(must_wait(&Method::HEAD, "/"));
        assert!(!must_wait(&Method::PUT, "/files/1/draft"));
        assert!(!must_wait(&Method::POST, "/files/1/send"));
        assert!(!must_wait(&Method::GET, "/healthz"));
    }

    #[tokio::test]
    async fn the_page_says_it_in_both_languages_and_when_to_come_back() {
        let response = page();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
        assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("आपका लिखा सुरक्षित है") && text.contains("What you wrote is safe"), "{text}");
    }
}
