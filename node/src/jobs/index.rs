//! Keeps the search indexes up with the logs: a thread of its own, woken by what changes.
//!
//! It feeds and waits; what is read and how is the use case's. Never holds up a commit.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use mohar_protocol::records::StoreFault;
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::ledger::{Ledger, end_process};
use crate::search::Search;

/// Without any event it is looked this often: a lost event costs a minute, not a file.
const LOOK: Duration = Duration::from_secs(60);

/// The running thread. Dropped, it ends after the paper at hand, and the store is free again.
pub struct Indexing {
    search: Arc<Search>,
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts the thread.
///
/// # Errors
/// [`StoreFault`] when the system gives no thread.
pub fn start(app: Arc<App>, search: Arc<Search>) -> Result<Indexing, StoreFault> {
    // One wake that waits is enough: the thread reads everything that is there.
    let (wake, woken) = sync_channel(1);
    let thread = std::thread::Builder::new()
        .name("search".to_owned())
        .spawn(move || feed(&app, &woken))
        .map_err(|e| StoreFault::because("start the thread of the search", e))?;
    Ok(Indexing { search, wake: Some(wake), thread: Some(thread) })
}

impl Indexing {
    /// What wakes it.
    pub fn waker(&self) -> Option<SyncSender<()>> {
        self.wake.clone()
    }
}

/// Wakes the thread whenever something changes.
pub async fn run(ledger: Ledger, wake: Option<SyncSender<()>>) -> &'static str {
    let mut events = ledger.events();
    loop {
        match events.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {
                // A full channel holds a wake already.
                let _ = wake.as_ref().map(|wake| wake.try_send(()));
            }
            Err(RecvError::Closed) => return "the events of the ledger",
        }
    }
}

fn feed(app: &App, woken: &Receiver<()>) {
    loop {
        app.feed_search().unwrap_or_else(|fault| end_process(&fault));
        // A rebuild is asked for without an event.
        let mut waited = Duration::ZERO;
        loop {
            match woken.recv_timeout(LOOK_FOR_ORDERS) {
                Ok(()) => break,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => waited += LOOK_FOR_ORDERS,
            }
            if app.search().is_stopping() {
                return;
            }
            if app.search().is_rebuilding() || waited >= LOOK {
                break;
            }
        }
        if app.search().is_stopping() {
            return;
        }
    }
}

/// How soon an order of the command line is taken up.
const LOOK_FOR_ORDERS: Duration = Duration::from_millis(200);

impl Drop for Indexing {
    fn drop(&mut self) {
        self.search.stop();
        let _ = self.wake.take().map(|wake| wake.try_send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
