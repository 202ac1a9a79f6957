//! What is kept, in typed rows over any ordered key-value store.
//!
//! The daemon puts redb behind [`Kv`], the simulator a map in memory: the rows, their keys and
//! their meaning are one code, so that what is simulated is what runs. A [`Records`] reads the
//! last commit plus its own pending writes, so several inputs can share one commit.
//!
//! Ground truth is acts, leaves, contents and keys. Desks, queues and matters are derived from
//! them. This module never touches a disk.

mod branches;
mod contents;
mod logs;
mod matters;
mod returned;
pub mod table;

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

pub use self::branches::{BRANCH_MAX, Fork, OrderState};
pub use self::contents::{ContentState, LargeChunk, SMALL_CONTENT_BYTES_MAX};
pub use self::logs::{Held, LogState, Role};
pub use self::matters::{DeskClass, DeskRow};
pub use self::returned::Lineages;
pub use self::table::Table;
use crate::act::{UnverifiedAct, VerifiedAct};
use crate::codec;
use crate::id::{ActId, ContentRoot};

/// The store could not be read, or holds what this software would never have written. The
/// process must stop: going on would turn one fault into two.
#[derive(Debug, thiserror::Error)]
#[error("the store failed: {what}")]
pub struct StoreFault {
    /// What was being done.
    pub what: &'static str,
    /// The cause, when the store gave one.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreFault {
    /// A row that cannot be what was written.
    pub const fn damaged(what: &'static str) -> Self {
        Self { what, cause: None }
    }

    /// A fault of the store below.
    pub fn because(what: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { what, cause: Some(cause.into()) }
    }
}

/// Rows of bytes, found by key or in key order.
pub type Row = (Vec<u8>, Vec<u8>);

/// An ordered key-value store at one moment.
pub trait Kv {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreFault`] when the store cannot be read.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault>;

    /// Rows with `from <= key < until`, in key order, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`] when the store cannot be read.
    fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault>;

    /// One ciphertext chunk of a content that is kept outside the rows.
    ///
    /// # Errors
    /// [`StoreFault`] when the store cannot be read.
    fn large_chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault>;
}

/// What one commit has to make durable, all of it or nothing.
#[derive(Debug, Default)]
pub struct Writes {
    /// Rows to set (`Some`) or delete (`None`).
    pub rows: BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>,
    /// Chunks of large contents, to be durable before the rows are.
    pub chunks: Vec<LargeChunk>,
}

impl Writes {
    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.chunks.is_empty()
    }
}

/// The last commit and the writes pending on top of it.
pub struct Records<'a> {
    kv: &'a dyn Kv,
    pending: Writes,
}

impl<'a> Records<'a> {
    /// Reads from a store.
    pub fn new(kv: &'a dyn Kv) -> Self {
        Self { kv, pending: Writes::default() }
    }

    /// What must be committed.
    pub fn into_writes(self) -> Writes {
        self.pending
    }

    /// Whether something must be committed.
    pub fn is_dirty(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Bytes at a key. For tables whose rows this module does not type.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        match self.pending.rows.get(&(table, key.to_vec())) {
            Some(pending) => Ok(pending.clone()),
            None => self.kv.get(table, key),
        }
    }

    /// Sets the bytes at a key.
    pub fn put(&mut self, table: Table, key: Vec<u8>, value: Vec<u8>) {
        self.pending.rows.insert((table, key), Some(value));
    }

    /// Deletes a key.
    pub fn delete(&mut self, table: Table, key: Vec<u8>) {
        self.pending.rows.insert((table, key), None);
    }

    /// Rows with `from <= key < until`, in key order, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        let range = (table, from.to_vec())..(table, until.to_vec());
        if from >= until {
            return Ok(Vec::new());
        }
        let pending: Vec<_> = self.pending.rows.range(range).collect();
        // Every pending deletion may hide one stored row, so that many more are read.
        let mut rows: BTreeMap<Vec<u8>, Vec<u8>> =
            self.kv.scan(table, from, until, max.saturating_add(pending.len()))?.into_iter().collect();
        for ((_, key), value) in pending {
            match value {
                Some(value) => rows.insert(key.clone(), value.clone()),
                None => rows.remove(key),
            };
        }
        Ok(rows.into_iter().take(max).collect())
    }

    /// Rows whose key starts with `prefix`, in key order, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn scan_prefix(&self, table: Table, prefix: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        self.scan(table, prefix, &after_prefix(prefix), max)
    }

    fn get_value<T>(&self, table: Table, key: &[u8], what: &'static str) -> Result<Option<T>, StoreFault>
    where
        T: Encode<()> + for<'b> Decode<'b, ()>,
    {
        let Some(bytes) = self.get(table, key)? else { return Ok(None) };
        codec::decode(&bytes, usize::MAX).map(Some).map_err(|e| StoreFault::because(what, e))
    }

    /// An act by its id.
    ///
    /// # Errors
    /// [`StoreFault`]; also when the stored bytes are not this act any more.
    pub fn act(&self, id: &ActId) -> Result<Option<VerifiedAct>, StoreFault> {
        let Some(bytes) = self.get(Table::ACTS, &id.0)? else { return Ok(None) };
        let act = UnverifiedAct::parse(&bytes).map_err(|e| StoreFault::because("read an act", e))?;
        if act.id() == *id {
            Ok(Some(act.verified_before()))
        } else {
            Err(StoreFault::damaged("an act has another id"))
        }
    }

    /// An act that a stored row refers to, so that its absence is damage.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn expect_act(&self, id: &ActId) -> Result<VerifiedAct, StoreFault> {
        self.act(id)?.ok_or(StoreFault::damaged("an act that is referred to is missing"))
    }

    /// Keeps a verified act.
    pub fn put_act(&mut self, act: &VerifiedAct) {
        self.put(Table::ACTS, act.id().0.to_vec(), act.bytes().to_vec());
    }
}

/// Concatenates the parts of a key.
pub fn key(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// The first key after all keys that start with `prefix`.
fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            return end;
        }
    }
    // All bytes were 0xff, or none was given: longer than any key of ours.
    vec![0xff; 128]
}

pub(crate) fn be64(bytes: &[u8]) -> Result<u64, StoreFault> {
    let tail = bytes.len().checked_sub(8).map(|start| &bytes[start..]);
    tail.and_then(|tail| tail.try_into().ok())
        .map(u64::from_be_bytes)
        .ok_or(StoreFault::damaged("a number in a key"))
}

pub(crate) fn id32(bytes: &[u8]) -> Result<[u8; 32], StoreFault> {
    bytes.try_into().map_err(|_| StoreFault::damaged("an id in a row"))
}
