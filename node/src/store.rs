//! The disk of a node: a journal and one redb file for rows, one folder for large chunks of contents.
//!
//! [`Store::commit`] makes large chunks durable first and rows after them, so a row never names a
//! chunk that a power cut took. Rows are durable once they are in the journal, with one flush of the
//! disk; a thread moves them into the tables of redb, many commits at a time. A [`Snapshot`]
//! is the last commit for as long as somebody looks at it: the tables, and over them what is not
//! moved yet. There is one committer, the ledger.
//!
//! This module never says what a row means; that is `mohar_protocol::records`.

mod checksum;
pub mod contents;
mod journal;
mod mover;
mod overlay;
pub mod tables;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use mohar_protocol::hash::Hash;
use mohar_protocol::id::ContentRoot;
use mohar_protocol::records::{Kv, Row, StoreFault, Table, Writes};
use redb::{Builder, Database, ReadOnlyTable, ReadTransaction, ReadableDatabase as _};

use self::contents::{Contents, Unflushed};
use self::journal::{Entry, Found, Journal};
use self::mover::{MOVE_BYTES, Mover, move_rows};
use self::overlay::{Overlay, Value};

/// Everything that this node keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Arc<Database>,
    contents: Contents,
    shared: Arc<Shared>,
    writer: Mutex<Writer>,
}

/// What only the committer uses.
struct Writer {
    journal: Journal,
    /// None while the store is being closed.
    mover: Option<Mover>,
}

/// What readers take and the mover changes.
struct Shared {
    view: Mutex<View>,
    moved: Condvar,
}

/// The last commit, in three layers: a row is looked for in `fresh`, then in `moving`, then in `tables`.
#[derive(Clone)]
struct View {
    commit: u64,
    fresh: Arc<Overlay>,
    moving: Option<Arc<Overlay>>,
    tables: Arc<Tables>,
}

impl Store {
    /// The disk file of the rows.
    pub fn path(data: &Path) -> std::path::PathBuf {
        data.join("store.redb")
    }

    /// Opens the store in a data folder and makes what is missing. What is left in the journal goes
    /// into the tables first.
    ///
    /// `cache_bytes` bounds what redb keeps in memory.
    ///
    /// # Errors
    /// [`StoreFault`]: another process has it open, the disk failed, or what it holds is damaged.
    pub fn open(data: &Path, cache_bytes: usize) -> Result<Self, StoreFault> {
        let contents = Contents::open(&data.join("contents"))?;
        let database = Builder::new()
            .set_cache_size(cache_bytes)
            .create(Self::path(data))
            .map_err(|e| StoreFault::because("open store.redb", e))?;
        let moved = make_tables(&database).map_err(|e| StoreFault::because("make the tables", e))?;
        let Found { journal, entries } = Journal::open(data, moved)?;
        let commit = entries.last().map_or(moved, |entry| entry.commit);
        let left = Overlay::default();
        for Entry { commit, rows } in entries {
            left.apply(commit, rows);
        }
        if commit > moved {
            move_rows(&database, &left, commit)?;
        }
        let tables = Arc::new(Tables::read(&database)?);
        let database = Arc::new(database);
        let view = View { commit, fresh: Arc::default(), moving: None, tables };
        let shared = Arc::new(Shared { view: Mutex::new(view), moved: Condvar::new() });
        let mover = Mover::start(Arc::clone(&database), shared.when_moved(&database))?;
        let writer = Mutex::new(Writer { journal, mover: Some(mover) });
        Ok(Self { inner: Arc::new(Inner { database, contents, shared, writer }) })
    }

    /// The last commit.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { view: self.inner.shared.view().clone(), store: self.clone() }
    }

    /// Makes writes durable: chunks, then rows. When this returns an error nothing of it may be
    /// relied on, and the process must stop.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn commit(&self, writes: Writes) -> Result<(), StoreFault> {
        let mut unflushed = Unflushed::default();
        for chunk in &writes.chunks {
            self.inner.contents.write(&chunk.root, chunk.index, &chunk.bytes, &mut unflushed)?;
        }
        unflushed.flush()?;
        if writes.rows.is_empty() {
            return Ok(());
        }
        let mut writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
        self.inner.commit_rows(&mut writer, writes.rows)
    }

    /// Makes the chunks of a large content durable before a request names them, and returns their
    /// hashes. What nothing ever names stays behind as a disk file.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn stage(&self, root: &ContentRoot, ciphertext: &[u8]) -> Result<Vec<Hash>, StoreFault> {
        self.inner.contents.stage(root, ciphertext)
    }
}

impl Inner {
    fn commit_rows(&self, writer: &mut Writer, rows: overlay::Rows) -> Result<(), StoreFault> {
        let payload = journal::encode(&rows);
        let length = payload.len() as u64;
        if !Journal::can_hold(length) {
            return self.commit_past_the_journal(writer, rows);
        }
        let full = !writer.journal.fits(length);
        if full || (writer.journal.used() >= MOVE_BYTES && self.shared.view().moving.is_none()) {
            self.turn(writer)?;
        }
        let (commit, fresh) = {
            let view = self.shared.view();
            (view.commit + 1, Arc::clone(&view.fresh))
        };
        writer.journal.append(commit, &payload)?;
        fresh.apply(commit, rows);
        self.shared.view().commit = commit;
        Ok(())
    }

    /// Hands what is fresh to the mover, and goes on in the other segment.
    fn turn(&self, writer: &mut Writer) -> Result<(), StoreFault> {
        let Some(mover) = &writer.mover else { return Err(StoreFault::damaged("the store is closed")) };
        let (overlay, commit) = {
            let mut view = self.shared.until_moved(mover)?;
            let overlay = std::mem::take(&mut view.fresh);
            view.moving = Some(Arc::clone(&overlay));
            (overlay, view.commit)
        };
        writer.journal.turn();
        mover.give(overlay, commit)
    }

    /// A commit that is larger than a segment, such as a first import of thousands of offices, goes into the
    /// tables at once, after everything before it.
    fn commit_past_the_journal(&self, writer: &mut Writer, rows: overlay::Rows) -> Result<(), StoreFault> {
        self.turn(writer)?;
        let Some(mover) = &writer.mover else { return Err(StoreFault::damaged("the store is closed")) };
        let commit = self.shared.until_moved(mover)?.commit + 1;
        let overlay = Overlay::default();
        overlay.apply(commit, rows);
        move_rows(&self.database, &overlay, commit)?;
        let tables = Arc::new(Tables::read(&self.database)?);
        let mut view = self.shared.view();
        (view.commit, view.tables) = (commit, tables);
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The mover ends after what it has begun; the rest is moved here, so that the next start has
        // nothing to move. Should it fail, it is in the journal still.
        drop(writer.mover.take());
        let view = self.shared.view().clone();
        if view.moving.is_none() && !view.fresh.is_empty() {
            let _ = move_rows(&self.database, &view.fresh, view.commit);
        }
    }
}

impl Shared {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The view, once nothing is being moved.
    fn until_moved(&self, mover: &Mover) -> Result<MutexGuard<'_, View>, StoreFault> {
        let mut view = self.view();
        while view.moving.is_some() {
            mover.check()?;
            view = self.moved.wait(view).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(view)
    }

    /// What the mover does after each overlay: readers find its rows in the tables from now on. It is
    /// called after a fault as well, so that nobody waits for ever.
    fn when_moved(
        self: &Arc<Self>,
        database: &Arc<Database>,
    ) -> impl Fn(bool) -> Result<(), StoreFault> + use<> {
        let (shared, database) = (Arc::clone(self), Arc::clone(database));
        move |is_moved| {
            let tables = Arc::new(Tables::read(&database)?);
            let mut view = shared.view();
            if is_moved {
                (view.tables, view.moving) = (tables, None);
            }
            shared.moved.notify_all();
            Ok(())
        }
    }
}

/// Makes every table, and returns the last commit whose rows are in them.
fn make_tables(database: &Database) -> Result<u64, redb::Error> {
    let write = database.begin_write()?;
    for (table, name) in tables::all() {
        write.open_table(tables::definition(&tables::redb_name(table, name)))?;
    }
    let moved = {
        let table = write.open_table(tables::MOVED)?;
        redb::ReadableTable::get(&table, ())?.map_or(0, |commit| commit.value())
    };
    write.commit()?;
    Ok(moved)
}

type TableRows = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// The tables at one moment.
struct Tables {
    read: ReadTransaction,
    opened: HashMap<Table, (&'static str, OnceLock<TableRows>)>,
}

impl Tables {
    fn read(database: &Database) -> Result<Self, StoreFault> {
        let read = database.begin_read().map_err(|e| StoreFault::because("begin a read", e))?;
        let opened = tables::all().map(|(table, name)| (table, (name, OnceLock::new()))).collect();
        Ok(Self { read, opened })
    }

    fn rows(&self, table: Table) -> Result<&TableRows, StoreFault> {
        let (name, opened) =
            self.opened.get(&table).ok_or(StoreFault::damaged("a table that is not ours"))?;
        if let Some(rows) = opened.get() {
            return Ok(rows);
        }
        let name = tables::redb_name(table, name);
        let rows = self.read.open_table(tables::definition(&name));
        let rows = rows.map_err(|e| StoreFault::because("open a table", e))?;
        Ok(opened.get_or_init(|| rows))
    }
}

/// The store at one moment.
pub struct Snapshot {
    view: View,
    store: Store,
}

impl Snapshot {
    /// Layers that are not in the tables yet, the newest first.
    fn overlays(&self) -> impl DoubleEndedIterator<Item = &Overlay> {
        [Some(&self.view.fresh), self.view.moving.as_ref()].into_iter().flatten().map(Arc::as_ref)
    }
}

impl Kv for Snapshot {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        if let Some(value) = self.overlays().find_map(|overlay| overlay.get(self.view.commit, table, key)) {
            return Ok(value);
        }
        let value = self.view.tables.rows(table)?.get(key);
        let value = value.map_err(|e| StoreFault::because("read a row", e))?;
        value.map(|value| checksum::verify(table, key, value.value())).transpose()
    }

    fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        if from >= until {
            return Ok(Vec::new());
        }
        let mut over = BTreeMap::new();
        for overlay in self.overlays().rev() {
            overlay.scan(self.view.commit, table, (from, until), &mut over);
        }
        let rows = self.view.tables.rows(table)?.range(from..until);
        let mut stored = rows.map_err(|e| StoreFault::because("read rows", e))?.peekable();
        let mut over = over.into_iter().peekable();
        let mut rows = Vec::new();
        while rows.len() < max {
            // A row of the overlays goes before and instead of a stored one with the same key.
            let next_over = over.peek().map(|(key, _)| key.as_slice());
            let order = match (stored.peek(), next_over) {
                (None, None) => break,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(_), None) => std::cmp::Ordering::Less,
                (Some(Ok((key, _))), Some(over)) => key.value().cmp(over),
                (Some(Err(_)), Some(_)) => std::cmp::Ordering::Less,
            };
            let read = if order.is_le() { stored.next().transpose() } else { Ok(None) };
            let read = read.map_err(|e| StoreFault::because("read rows", e))?;
            let fresh: Option<(Vec<u8>, Value)> = if order.is_ge() { over.next() } else { None };
            match (fresh, read) {
                (Some((key, value)), _) => rows.extend(value.map(|value| (key, value))),
                (None, Some((key, value))) => {
                    let value = checksum::verify(table, key.value(), value.value())?;
                    rows.push((key.value().to_vec(), value));
                }
                (None, None) => {}
            }
        }
        Ok(rows)
    }

    fn large_chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        self.store.inner.contents.read(root, index)
    }
}

#[cfg(test)]
mod tests;
