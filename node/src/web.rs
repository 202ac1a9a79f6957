//! The officers' pages over HTTP: one module for each screen or verb, each a short table of
//! contents (take, ask the use case, answer).
//!
//! Reading pages share a bounded number of permits: when the node is overloaded a page says so at
//! once, while saving and signing go on with permits of their own. Nothing here decides a rule,
//! touches the store, or holds what a password opens longer than a request.

pub mod assets;
pub mod crowd;
pub mod desk;
pub mod diarise;
pub mod error;
pub mod files;
pub mod form;
pub mod format;
pub mod hand_over;
pub mod headers;
pub mod help;
pub mod inward;
pub mod live;
pub mod locale;
pub mod many;
pub mod open_file;
pub mod pages;
pub mod people;
pub mod posts;
pub mod safety;
pub mod search;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod texts;
pub mod tray;
pub mod upload;
pub mod urls;
pub mod waiting;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse as _, Response};
use mohar_protocol::refusal::Refusal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::{App, Officer, Trouble, blocking};
use crate::web::error::Failure;
use crate::web::live::Streams;
use crate::web::pages::frame::{Frame, Here};
use crate::web::session::AtWork;

/// Pages read at the same time: each a few milliseconds of one core; more would only wait inside.
const READING_MAX: usize = 32;

/// The same for what is read while something is saved or signed, which waits for no page.
const ACTING_MAX: usize = 32;

/// KiB of papers on their way to browsers: 10 of the longest. Whoever reads slowly holds a share.
const PAPERS_KIB_MAX: u32 = 256 * 1024;

/// Bytes of forms that are being read: 256 of the longest, or a hundred thousand ordinary ones. They
/// are taken as they come, so that a form that is only announced takes nothing.
const BODIES_BYTES_MAX: usize = 128 * 1024 * 1024;

/// The same for whoever has not signed in: a sign-in is 200 bytes, so nobody who knows no password takes
/// the room of those who work.
const GUEST_BODIES_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Papers that are being read in: 16 of 25 MiB.
const UPLOADS_MAX: usize = 16;

/// How long a page waits for its turn before the officer is told.
const READING_WAIT: Duration = Duration::from_secs(3);

/// What every handler works with. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    app: Arc<App>,
    reading: Arc<Semaphore>,
    acting: Arc<Semaphore>,
    papers: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    guest_bodies: Arc<Semaphore>,
    uploads: Arc<Semaphore>,
    streams: Arc<Streams>,
}

/// All pages of a node.
pub fn router(app: Arc<App>) -> Router {
    let web = Web {
        app,
        reading: Arc::new(Semaphore::new(READING_MAX)),
        acting: Arc::new(Semaphore::new(ACTING_MAX)),
        papers: Arc::new(Semaphore::new(PAPERS_KIB_MAX as usize)),
        bodies: Arc::new(Semaphore::new(BODIES_BYTES_MAX)),
        guest_bodies: Arc::new(Semaphore::new(GUEST_BODIES_BYTES_MAX)),
        uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
        streams: Arc::new(Streams::default()),
    };
    urls::routes()
        .fallback(|| async { Failure::not_found() })
        .layer(from_fn(form::same_origin))
        .layer(from_fn_with_state(web.clone(), error::dress))
        .layer(from_fn(headers::strict))
        // Every body has its own bound where it is read: see `form` and `upload`.
        .layer(DefaultBodyLimit::disable())
        .with_state(web)
}

impl Web {
    /// Reads something for a page, when it is its turn.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many pages are read, else those of the reading.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_in_turn(&self.reading, work).await
    }

    /// Reads what an act needs, whatever the crowd that reads pages.
    ///
    /// # Errors
    /// As [`Web::read`].
    pub async fn read_to_act<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_in_turn(&self.acting, work).await
    }

    /// A share of the room for papers on their way; held until the last byte of the paper is written.
    ///
    /// # Errors
    /// [`Refusal::Busy`].
    pub async fn room_for_paper(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let kib = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX).min(PAPERS_KIB_MAX);
        let room = tokio::time::timeout(READING_WAIT, Arc::clone(&self.papers).acquire_many_owned(kib)).await;
        room.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Busy)
    }

    async fn read_in_turn<T: Send + 'static>(
        &self,
        turns: &Arc<Semaphore>,
        work: impl FnOnce(&App) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = tokio::time::timeout(READING_WAIT, Arc::clone(turns).acquire_owned()).await;
        let turn = turn.map_err(|_| Refusal::Busy)?.map_err(|_| Refusal::Busy)?;
        let app = Arc::clone(&self.app);
        let done = blocking(move || {
            let _turn = turn;
            work(&app)
        });
        Ok(done.await?)
    }

    /// Reads what a page shows, and what stands around it.
    ///
    /// # Errors
    /// As [`Web::read`].
    pub async fn page<T: Send + 'static>(
        &self,
        visit: &AtWork,
        here: Here,
        work: impl FnOnce(&App, &Officer) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<(Frame, T), Failure> {
        let (session, officer) = (Arc::clone(&visit.session), Arc::clone(&visit.officer));
        let read = self.read(move |app| Ok((app.surroundings(&session)?, work(app, &officer)?)));
        let (around, value) = read.await?;
        Ok((visit.signed_in().frame(here, &around), value))
    }
}

/// A page as an answer.
///
/// # Errors
/// A fault of ours when the page cannot be written.
pub fn html(page: &impl Template) -> Result<Response, Failure> {
    let text = page.render().map_err(|e| Failure::fault(&e))?;
    Ok(Html(text).into_response())
}
