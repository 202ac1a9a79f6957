//! Is the node alive, and how busy is it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mohar_protocol::records::{Kv as _, Table};

use super::Api;
use crate::metrics::{gauge, line};

/// `ok` when the store answers: enough for a watchdog, and nothing for the curious.
pub async fn health(State(api): State<Arc<Api>>) -> Response {
    match api.ledger.snapshot().get(Table::CHARTER, &0u64.to_be_bytes()) {
        Ok(Some(_)) => (StatusCode::OK, "ok\n").into_response(),
        Ok(None) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

/// Totals as Prometheus text, for this machine only.
pub async fn metrics(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    // What a proxy of this machine passes on comes from somewhere else.
    let passed_on = headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED);
    if !peer.ip().is_loopback() || passed_on {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut text = api.counters.to_text();
    let hosted = api.ledger.hosted().len() as u64;
    gauge(&mut text, "mohar_hosted_offices", "Offices that this node hosts.", hosted);
    line(&mut text, "mohar_refused_peers_total", "Unknown peers refused.", api.net.refused());
    line(&mut text, "mohar_oversize_links_total", "Links dropped for long frames.", api.net.oversize());
    line(&mut text, "mohar_overflowed_links_total", "Links dropped when full.", api.net.overflowed());
    line(&mut text, "mohar_calls_turned_away_total", "Calls of too many closed.", api.net.turned_away());
    line(&mut text, "mohar_calls_broken_off_total", "Calls that never said who.", api.net.broken_off());
    line(&mut text, "mohar_peers_slowed_total", "Times a peer was slowed down.", api.net.slowed());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
