//! `GET /events`: tells open pages which part of them is stale. Server-sent events carry names of
//! parts, never content; the page fetches the part again, with its own rights.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use mohar_protocol::machine::Event;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};

use crate::app::session::SessionId;
use crate::app::{App, Officer, blocking};
use crate::clock;
use crate::web::Web;
use crate::web::session::AtWork;

/// Streams of one session: four tabs. Browsers allow six connections to one host.
const STREAMS_MAX: usize = 4;

/// A sign of life, so that a lost line is noticed at both ends.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The open streams of each session.
#[derive(Default)]
pub struct Streams(Mutex<HashMap<SessionId, Open>>);

#[derive(Default)]
struct Open {
    count: usize,
    ended: Arc<Notify>,
}

/// One open stream; closing it makes room for another.
struct Place {
    streams: Arc<Streams>,
    session: SessionId,
}

struct Stream {
    events: broadcast::Receiver<Event>,
    app: Arc<App>,
    officer: Arc<Officer>,
    ended: Arc<Notify>,
    _place: Place,
}

/// Answers with the stream, or that there are too many.
pub async fn events(State(web): State<Web>, visit: AtWork) -> Response {
    let Some((place, ended)) = web.streams.open(visit.session.id) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let left = Duration::from_millis(visit.session.ends.ms_since(clock::now()));
    let stream = Stream {
        events: web.app.ledger().events(),
        app: Arc::clone(&web.app),
        officer: Arc::clone(&visit.officer),
        ended,
        _place: place,
    };
    let until = tokio::time::Instant::now() + left;
    let messages = stream::unfold(stream, move |mut stream| async move {
        let text = tokio::time::timeout_at(until, stream.next()).await.ok()??;
        Some((Ok::<_, Infallible>(Message::default().data(text)), stream))
    });
    Sse::new(messages).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

impl Stream {
    /// The next part that is stale; `None` when the session has ended or the node stops.
    async fn next(&mut self) -> Option<String> {
        loop {
            let event = tokio::select! {
                () = self.ended.notified() => return None,
                event = self.events.recv() => event,
            };
            match event {
                Ok(event) => {
                    if let Some(part) = self.part(event).await {
                        return Some(part);
                    }
                }
                // What was missed is not known, so the page that changes most is stale.
                Err(RecvError::Lagged(_)) => return Some("desk".to_owned()),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn part(&self, event: Event) -> Option<String> {
        match event {
            Event::Desk(office, post) if office == self.officer.office && post == self.officer.post => {
                Some("desk".to_owned())
            }
            Event::Matter(id) => {
                let (app, officer) = (Arc::clone(&self.app), Arc::clone(&self.officer));
                let seen = blocking(move || app.state_of(&officer, &id)).await;
                seen.ok().map(|_| format!("file:{id}"))
            }
            _ => None,
        }
    }
}

impl Streams {
    fn open(self: &Arc<Self>, session: SessionId) -> Option<(Place, Arc<Notify>)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.entry(session).or_default();
        if open.count >= STREAMS_MAX {
            return None;
        }
        open.count += 1;
        Some((Place { streams: Arc::clone(self), session }, Arc::clone(&open.ended)))
    }

    /// Ends the streams of a session.
    pub fn end(&self, session: &SessionId) {
        if let Some(open) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(session) {
            open.ended.notify_waiters();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = all.get_mut(&self.session) {
            open.count -= 1;
            if open.count == 0 {
                all.remove(&self.session);
            }
        }
    }
}
