//! The disk of a node: one redb file for rows, one folder for large chunks of contents.
//!
//! A [`Snapshot`] is a read transaction: the last commit, for as long as somebody looks at it.
//! [`Store::commit`] makes large chunks durable first and rows after them, so a row never names
//! a chunk that a power cut took. There is one committer, the ledger.
//!
//! This module never says what a row means; that is `mohar_protocol::records`.

pub mod contents;
pub mod tables;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use mohar_protocol::hash::Hash;
use mohar_protocol::id::ContentRoot;
use mohar_protocol::records::{Kv, Row, StoreFault, Table, Writes};
use redb::{Builder, Database, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase as _};

use self::contents::Contents;

/// Everything that this node keeps. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    contents: Contents,
}

impl Store {
    /// The disk file of the rows.
    pub fn path(data: &Path) -> std::path::PathBuf {
        data.join("store.redb")
    }

    /// Opens the store in a data folder and makes what is missing.
    ///
    /// `cache_bytes` bounds what redb keeps in memory.
    ///
    /// # Errors
    /// [`StoreFault`]: another process has it open, or the disk failed.
    pub fn open(data: &Path, cache_bytes: usize) -> Result<Self, StoreFault> {
        let contents = Contents::open(&data.join("contents"))?;
        let database = Builder::new()
            .set_cache_size(cache_bytes)
            .create(Self::path(data))
            .map_err(|e| StoreFault::because("open store.redb", e))?;
        let write = database.begin_write().map_err(|e| StoreFault::because("begin a write", e))?;
        for (table, name) in tables::all() {
            let name = tables::redb_name(table, name);
            write
                .open_table(tables::definition(&name))
                .map_err(|e| StoreFault::because("make a table", e))?;
        }
        write.commit().map_err(|e| StoreFault::because("commit the tables", e))?;
        Ok(Self { inner: Arc::new(Inner { database, contents }) })
    }

    /// The last commit.
    ///
    /// # Errors
    /// [`StoreFault`] when the file cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreFault> {
        let read = self.inner.database.begin_read().map_err(|e| StoreFault::because("begin a read", e))?;
        let tables = tables::all().map(|(table, name)| (table, (name, OnceLock::new()))).collect();
        Ok(Snapshot { read, tables, store: self.clone() })
    }

    /// Makes writes durable: chunks, then rows in one transaction. When this returns an error
    /// nothing of it may be relied on, and the process must stop.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn commit(&self, writes: Writes) -> Result<(), StoreFault> {
        for chunk in &writes.chunks {
            self.inner.contents.write(&chunk.root, chunk.index, &chunk.bytes)?;
        }
        self.inner.contents.sync()?;
        if writes.rows.is_empty() {
            return Ok(());
        }
        self.commit_rows(writes).map_err(|e| StoreFault::because("commit", e))
    }

    fn commit_rows(&self, writes: Writes) -> Result<(), redb::Error> {
        let mut write = self.inner.database.begin_write()?;
        write.set_durability(Durability::Immediate)?;
        // Repair after a power cut in milliseconds instead of minutes, for one more disk flush.
        write.set_quick_repair(true);
        let mut rows = writes.rows.into_iter().peekable();
        while let Some(((number, _), _)) = rows.peek() {
            let number = *number;
            let name = tables::redb_name(number, tables::name(number));
            let mut table = write.open_table(tables::definition(&name))?;
            while let Some(((_, key), value)) = rows.next_if(|((table, _), _)| *table == number) {
                match value {
                    Some(value) => table.insert(key.as_slice(), value.as_slice())?,
                    None => table.remove(key.as_slice())?,
                };
            }
        }
        Ok(write.commit()?)
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

type Rows = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// The store at one moment.
pub struct Snapshot {
    read: ReadTransaction,
    tables: HashMap<Table, (&'static str, OnceLock<Rows>)>,
    store: Store,
}

impl Snapshot {
    fn table(&self, table: Table) -> Result<&Rows, StoreFault> {
        let (name, opened) =
            self.tables.get(&table).ok_or(StoreFault::damaged("a table that is not ours"))?;
        if let Some(rows) = opened.get() {
            return Ok(rows);
        }
        let name = tables::redb_name(table, name);
        let rows = self.read.open_table(tables::definition(&name));
        let rows = rows.map_err(|e| StoreFault::because("open a table", e))?;
        Ok(opened.get_or_init(|| rows))
    }
}

impl Kv for Snapshot {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        let value = self.table(table)?.get(key).map_err(|e| StoreFault::because("read a row", e))?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        if from >= until {
            return Ok(Vec::new());
        }
        let range = self.table(table)?.range(from..until).map_err(|e| StoreFault::because("read rows", e))?;
        let mut rows = Vec::new();
        for row in range.take(max) {
            let (key, value) = row.map_err(|e| StoreFault::because("read rows", e))?;
            rows.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(rows)
    }

    fn large_chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        self.store.inner.contents.read(root, index)
    }
}
