//! Moves rows from the journal into the tables, on a thread of its own.
//!
//! One large transaction for many commits writes far fewer pages than one for each, which is why
//! the journal exists. With the rows it writes the number of the last commit that they
//! contain, so that a start knows what is still in the journal only.
//!
//! This module never answers anybody: what it moves is durable already.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use mohar_protocol::records::StoreFault;
use redb::{Database, Durability};

use super::overlay::Overlay;
use super::{checksum, tables};

/// Journal bytes that are gathered before their rows are moved: some thousand acts, moved in a quarter of
/// a second, and read again within 50 ms after a power cut.
pub const MOVE_BYTES: u64 = 2 * 1024 * 1024;

/// Puts the rows of an overlay into the tables; `commit` is the last one that it contains.
///
/// # Errors
/// [`StoreFault`].
pub fn move_rows(database: &Database, overlay: &Overlay, commit: u64) -> Result<(), StoreFault> {
    try_move(database, overlay, commit).map_err(|e| StoreFault::because("move rows into the tables", e))
}

fn try_move(database: &Database, overlay: &Overlay, commit: u64) -> Result<(), redb::Error> {
    let mut write = database.begin_write()?;
    write.set_durability(Durability::Immediate)?;
    // Repair after a power cut in milliseconds instead of minutes, for one more disk flush.
    write.set_quick_repair(true);
    overlay.latest(|number, rows| {
        let name = tables::redb_name(number, tables::name(number));
        let mut table = write.open_table(tables::definition(&name))?;
        for (key, value) in rows {
            match value {
                Some(value) => table.insert(*key, checksum::add(number, key, value).as_slice())?,
                None => table.remove(*key)?,
            };
        }
        Ok::<_, redb::Error>(())
    })?;
    write.open_table(tables::MOVED)?.insert((), commit)?;
    Ok(write.commit()?)
}

/// An overlay to be moved, and the last commit in it.
type Job = (Arc<Overlay>, u64);

/// The thread.
pub struct Mover {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    fault: Arc<Mutex<Option<StoreFault>>>,
}

impl Mover {
    /// Starts it. `done` is called after each overlay, with whether its rows are in the tables.
    ///
    /// # Errors
    /// [`StoreFault`] when there is no thread to be had.
    pub fn start(
        database: Arc<Database>,
        done: impl Fn(bool) -> Result<(), StoreFault> + Send + 'static,
    ) -> Result<Self, StoreFault> {
        let (jobs, waiting): (_, Receiver<Job>) = sync_channel(1);
        let fault = Arc::new(Mutex::new(None));
        let told = Arc::clone(&fault);
        let work = move || {
            for (overlay, commit) in waiting {
                let moved = move_rows(&database, &overlay, commit).and_then(|()| done(true));
                if let Err(error) = moved {
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    let _ = done(false);
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("mover".to_owned()).spawn(work);
        let thread = thread.map_err(|e| StoreFault::because("start the mover", e))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), fault })
    }

    /// Hands over an overlay.
    ///
    /// # Errors
    /// [`StoreFault`] of an earlier one.
    pub fn give(&self, overlay: Arc<Overlay>, commit: u64) -> Result<(), StoreFault> {
        self.check()?;
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send((overlay, commit)).is_ok());
        if sent { Ok(()) } else { self.check().and(Err(StoreFault::damaged("the mover has stopped"))) }
    }

    /// Whether all went well so far.
    ///
    /// # Errors
    /// [`StoreFault`], once: the process is to stop with it.
    pub fn check(&self) -> Result<(), StoreFault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // What it could not move is in the journal still, and found at the next start.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
