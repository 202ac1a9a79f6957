//! A key-value store in memory, with the promise of the real one: a commit happens whole or not.

use std::collections::BTreeMap;

use crate::id::ContentRoot;
use crate::records::{Kv, Row, StoreFault, Table, Writes};

/// Rows and large chunks as of the last commit.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    rows: BTreeMap<(Table, Vec<u8>), Vec<u8>>,
    chunks: BTreeMap<(ContentRoot, u64), Vec<u8>>,
}

impl MemoryStore {
    /// Makes pending writes durable.
    pub fn commit(&mut self, writes: Writes) {
        for chunk in writes.chunks {
            self.chunks.insert((chunk.root, chunk.index), chunk.bytes);
        }
        for (key, value) in writes.rows {
            match value {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }

    /// Every row, for searching a node's disk for what must not be there.
    pub fn rows(&self) -> impl Iterator<Item = (&(Table, Vec<u8>), &Vec<u8>)> {
        self.rows.iter()
    }

    /// Changes a stored value behind the store's back, as a failing disk would.
    pub fn damage(&mut self, table: Table, key: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> bool {
        self.rows.get_mut(&(table, key.to_vec())).map(change).is_some()
    }
}

impl Kv for MemoryStore {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.rows.get(&(table, key.to_vec())).cloned())
    }

    fn scan(&self, table: Table, from: &[u8], until: &[u8], max: usize) -> Result<Vec<Row>, StoreFault> {
        let range = (table, from.to_vec())..(table, until.to_vec());
        Ok(self.rows.range(range).take(max).map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }

    fn large_chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        Ok(self.chunks.get(&(*root, index)).cloned())
    }
}
