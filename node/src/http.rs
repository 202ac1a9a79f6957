//! The listener of the node: the officers' pages and the doors for machines under one address.
//!
//! It binds, counts, waits with patience that ends, and serves; what is answered is decided by
//! `web` and `api`. A crowd is let in as far as there is room; beyond that a reserve is kept for
//! those who save and sign. It never reads a body and never looks into a page.

mod doors;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;
use tower_http::timeout::TimeoutBody;

use self::doors::{Doors, Place};
use crate::api::{self, Api};
use crate::app::App;
use crate::metrics::Counters;
use crate::web;

/// A request's head must be here within this time, and a connection without a request is closed
/// after it. A browser opens another one within a round trip.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of a head: cookies and an address have less than two kilobytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// How long a body may stand still.
const BODY_PATIENCE: Duration = Duration::from_secs(15);

/// From the head of a request to the head of its answer, the reading of its body included: 25 MiB
/// take 200 s on 1 Mbit/s.
const REQUEST_PATIENCE: Duration = Duration::from_secs(300);

/// How long bytes that were sent may stay unacknowledged (TCP_USER_TIMEOUT, tcp(7)): whoever reads
/// nothing for so long has gone.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);

/// Pause after the system could not give another connection.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// Binds the listener of the pages.
///
/// # Errors
/// When the address is not ours or taken, with the next step.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let hint = || format!("cannot serve pages on {address}; choose another [web] listen in node.toml");
    TcpListener::bind(address).await.with_context(hint)
}

/// Serves until it is dropped, and with it every connection.
pub async fn serve(listener: TcpListener, app: Arc<App>, api: Arc<Api>) -> &'static str {
    let counters = Arc::clone(&api.counters);
    let router = Router::new().merge(api::router(api)).merge(web::router(app));
    let doors = Doors::new(Arc::clone(&counters));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => {
                    if let Some(place) = doors.enter(from.ip()) {
                        connections.spawn(converse(stream, from, place, router.clone(), Arc::clone(&counters)));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to the pages was not accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection, from the first request to the last.
async fn converse(
    stream: TcpStream,
    from: SocketAddr,
    place: Place,
    router: Router,
    counters: Arc<Counters>,
) {
    // Without it a browser that has gone is noticed later.
    let _ = SockRef::from(&stream).set_tcp_user_timeout(Some(WRITE_PATIENCE));
    let crowded = place.is_crowded();
    let service = service_fn(|request: Request<Incoming>| {
        place.spoke();
        let (router, counters) = (router.clone(), Arc::clone(&counters));
        async move { Ok::<_, Infallible>(answer(request, from, crowded, router, &counters).await) }
    });
    let talk = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(HEAD_BYTES_MAX)
        .keep_alive(!crowded)
        .serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = talk => ended,
        () = place.taken() => return counters.http_turned_away.add(1),
    };
    if let Err(error) = ended {
        counters.http_timeouts.add(u64::from(error.is_timeout()));
        // A browser that goes away in the middle is nobody's fault.
        tracing::debug!(%error, "a connection to the pages broke off");
    }
}

async fn answer(
    request: Request<Incoming>,
    from: SocketAddr,
    crowded: bool,
    router: Router,
    counters: &Counters,
) -> Response {
    if crowded && web::crowd::must_wait(request.method(), request.uri().path()) {
        counters.http_crowded.add(1);
        return web::crowd::page();
    }
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(ConnectInfo(from));
    let body = Body::new(TimeoutBody::new(BODY_PATIENCE, body));
    match timeout(REQUEST_PATIENCE, router.oneshot(Request::from_parts(parts, body))).await {
        Ok(Ok(response)) => response,
        Ok(Err(never)) => match never {},
        Err(_) => {
            counters.http_timeouts.add(1);
            StatusCode::REQUEST_TIMEOUT.into_response()
        }
    }
}
