//! A node's disk in memory: rows as of the last commit, and what disks do to them.
//!
//! What the store promises is modelled as the store keeps it: a commit happens whole or not at all (a
//! half-written one is taken back when the store is opened), and a row that is not what was written
//! is a fault, never an answer. Both promises can be taken away, to show that they are needed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::ContentRoot;
use mohar_protocol::records::{Kv, Row, StoreFault, Table, Writes};

use self::rows::Rows;

pub mod rows;

/// Rows remembered as written lately.
const RECENT_MAX: usize = 64;

/// A disk, as a node reads it: damaged rows are faults.
#[derive(Clone, Default)]
pub struct Disk {
    written: Written,
    recent: VecDeque<(Table, Vec<u8>)>,
    damaged: BTreeSet<(Table, Vec<u8>)>,
    half: Option<Undo>,
    /// Damage is not noticed: what flipped is what is read.
    blind: bool,
}

/// What was written, for whoever judges a disk without being the node.
#[derive(Clone, Default)]
pub struct Written {
    rows: Rows,
    chunks: BTreeMap<(ContentRoot, u64), Arc<[u8]>>,
}

/// What takes a half-written commit back.
type Undo = Vec<((Table, Vec<u8>), Option<Vec<u8>>)>;

/// What a disk does with a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// Makes it durable.
    Durable,
    /// Refuses it; nothing is kept.
    Full,
    /// Says that it failed, although it is durable.
    FailedButKept,
    /// Stops in the middle of it.
    Torn,
}

impl Disk {
    /// A disk that begins with rows that other disks share.
    pub fn over(base: &Rows) -> Self {
        let written = Written { rows: base.share(), ..Written::default() };
        Self { written, ..Self::default() }
    }

    /// Makes pending writes durable, or does what a disk does instead. `half` says, for a torn
    /// commit, how many of its rows were written.
    pub fn commit(&mut self, writes: Writes, how: Commit, half: u64) {
        match how {
            Commit::Durable | Commit::FailedButKept => self.keep(writes),
            Commit::Full => {}
            Commit::Torn => self.tear(writes, half),
        }
    }

    fn keep(&mut self, writes: Writes) {
        for chunk in writes.chunks {
            self.written.chunks.insert((chunk.root, chunk.index), chunk.bytes.into());
        }
        for ((table, key), value) in writes.rows {
            self.damaged.remove(&(table, key.clone()));
            if value.is_some() {
                self.recent.push_back((table, key.clone()));
            }
            self.written.rows.set(table, key, value);
        }
        while self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
    }

    fn tear(&mut self, writes: Writes, half: u64) {
        let count = writes.rows.len().max(1);
        let written = (half as usize) % count;
        let mut undo = Vec::new();
        for ((table, key), value) in writes.rows.into_iter().take(written) {
            undo.push(((table, key.clone()), self.written.rows.get(table, &key).map(<[u8]>::to_vec)));
            self.written.rows.set(table, key, value);
        }
        self.half = Some(undo);
    }

    /// Opens the store after the node was down: a half-written commit is taken back.
    pub fn open(&mut self) {
        for ((table, key), value) in self.half.take().into_iter().flatten() {
            self.written.rows.set(table, key, value);
        }
    }

    /// Opens the store as one that cannot take anything back.
    pub fn open_without_taking_back(&mut self) {
        self.half = None;
    }

    /// Flips one bit of one row, written lately or any; tells which table it was in.
    pub fn flip(&mut self, hot: bool, rng: &mut Entropy) -> Option<Table> {
        let rows = &self.written.rows;
        let (table, key) = if hot {
            let at = (rng.next_u64() as usize).checked_rem(self.recent.len())?;
            self.recent[at].clone()
        } else {
            let at = (rng.next_u64() as usize).checked_rem(rows.count())?;
            rows.nth(at)?
        };
        self.flip_bit(table, key, rng)
    }

    /// Flips one bit of any row of a table.
    pub fn flip_in(&mut self, table: Table, rng: &mut Entropy) -> Option<Table> {
        let rows = &self.written.rows;
        let at = (rng.next_u64() as usize).checked_rem(rows.of(table).count())?;
        let key = rows.of(table).nth(at)?.0.to_vec();
        self.flip_bit(table, key, rng)
    }

    fn flip_bit(&mut self, table: Table, key: Vec<u8>, rng: &mut Entropy) -> Option<Table> {
        let mut value = self.written.rows.get(table, &key)?.to_vec();
        let bit = (rng.next_u64() as usize).checked_rem(value.len() * 8)?;
        if self.blind {
            value[bit / 8] ^= 1 << (bit % 8);
            self.written.rows.set(table, key, Some(value));
        } else {
            self.damaged.insert((table, key));
        }
        Some(table)
    }

    /// Puts back what flipped, as somebody does who restores the disk from a good copy of the same
    /// moment. Returns how many rows it were.
    pub fn repair(&mut self) -> usize {
        std::mem::take(&mut self.damaged).len()
    }

    /// What was written so far is no longer lately.
    pub fn forget_recent(&mut self) {
        self.recent.clear();
    }

    /// From now on damaged rows are read as if they were sound.
    pub fn no_longer_notices(&mut self) {
        self.blind = true;
    }

    /// Whether a row is damaged.
    pub fn is_damaged(&self) -> bool {
        !self.damaged.is_empty()
    }

    /// What was written, damaged or not.
    pub const fn as_written(&self) -> &Written {
        &self.written
    }

    /// Every row of a table, in key order, as it was written.
    pub fn rows(&self, table: Table) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.written.rows.of(table)
    }

    /// Every row of every table, as it was written.
    pub fn all_rows(&self) -> impl Iterator<Item = (Table, &[u8], &[u8])> {
        let rows = &self.written.rows;
        rows.tables().flat_map(|table| rows.of(table).map(move |(key, value)| (table, key, value)))
    }

    /// Every large chunk.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.written.chunks.values().map(AsRef::as_ref)
    }

    /// Deletes rows behind the store's back.
    pub fn lose(&mut self, table: Table, lost: impl Fn(&[u8]) -> bool) {
        let keys: BTreeSet<Vec<u8>> =
            self.rows(table).filter(|(key, _)| lost(key)).map(|(key, _)| key.to_vec()).collect();
        for key in keys {
            self.written.rows.set(table, key, None);
        }
    }

    /// Feeds everything that was written since the beginning to a digest.
    pub fn digest(&self, digest: &mut impl FnMut(&[u8])) {
        self.written.rows.digest(digest);
    }

    fn sound(&self, table: Table, key: &[u8]) -> Result<(), StoreFault> {
        let damaged = !self.damaged.is_empty() && self.damaged.contains(&(table, key.to_vec()));
        if damaged { Err(StoreFault::damaged("a row is not what was written")) } else { Ok(()) }
    }
}

impl Kv for Disk {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        self.sound(table, key)?;
        self.written.get(table, key)
    }

    fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        let rows = self.written.scan(table, from, until, max)?;
        rows.iter().try_for_each(|(key, _)| self.sound(table, key))?;
        Ok(rows)
    }

    fn large_chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        self.written.large_chunk(root, index)
    }
}

impl Kv for Written {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.rows.get(table, key).map(<[u8]>::to_vec))
    }

    fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        let rows = self.rows.range(table, from, until).take(max);
        Ok(rows.map(|(key, value)| (key.to_vec(), value.to_vec())).collect())
    }

    fn large_chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.chunks.get(&(*root, index)).map(|bytes| bytes.to_vec()))
    }
}
