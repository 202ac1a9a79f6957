//! Headers of every answer: nothing from elsewhere, nothing framed elsewhere, nothing kept in a
//! cache that other people of the same computer could read.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Pages load what this node serves and nothing else (Content Security Policy Level 3).
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; frame-src 'self'; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A paper is somebody else's bytes: it runs nothing, loads nothing, and belongs to no origin.
pub const PAPER_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

/// A PDF is drawn by the browser's own viewer, a process of its own that Chromium refuses to start
/// under `sandbox` or without plugins; the document reaches neither cookies nor pages either way.
pub const PDF_POLICY: &str = "frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

const SET: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Adds what the handler did not set itself.
pub async fn strict(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    add(response.headers_mut());
    response
}

/// Adds what is not set yet.
pub fn add(headers: &mut HeaderMap) {
    for (name, value) in SET {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
