//! Rows that are durable in the journal and not in the tables yet, in memory.
//!
//! Every row keeps the values it had, each with the number of its commit, so that a reader sees
//! the commit it began with while the ledger goes on. An overlay only grows; once its rows are in the
//! tables it is dropped whole, when the last reader is done.
//!
//! This module never touches a disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock};

use mohar_protocol::records::Table;

/// A value, or that the row is deleted.
pub type Value = Option<Vec<u8>>;

/// The rows of one commit.
pub type Rows = BTreeMap<(Table, Vec<u8>), Value>;

/// Values of one row, oldest first, each with the commit that wrote it.
type Versions = Vec<(u64, Value)>;

/// See the module.
#[derive(Default)]
pub struct Overlay {
    tables: RwLock<BTreeMap<Table, BTreeMap<Vec<u8>, Versions>>>,
}

impl Overlay {
    /// Adds the rows of a commit.
    pub fn apply(&self, commit: u64, rows: Rows) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        for ((table, key), value) in rows {
            tables.entry(table).or_default().entry(key).or_default().push((commit, value));
        }
    }

    /// The row as of a commit; `None` when this overlay knows nothing of it.
    pub fn get(&self, commit: u64, table: Table, key: &[u8]) -> Option<Value> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        as_of(tables.get(&table)?.get(key)?, commit).cloned()
    }

    /// Rows with `from <= key < until` as of a commit, put over those that `rows` holds already.
    pub fn scan(
        &self,
        commit: u64,
        table: Table,
        (from, until): (&[u8], &[u8]),
        rows: &mut BTreeMap<Vec<u8>, Value>,
    ) {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let Some(table) = tables.get(&table) else { return };
        let range = table.range::<[u8], _>((Bound::Included(from), Bound::Excluded(until)));
        let seen = range.filter_map(|(key, versions)| Some((key, as_of(versions, commit)?)));
        rows.extend(seen.map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.tables.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Gives every row in its latest state, table by table in key order.
    ///
    /// # Errors
    /// What `each` returns.
    pub fn latest<E>(
        &self,
        mut each: impl FnMut(Table, &[(&[u8], &Value)]) -> Result<(), E>,
    ) -> Result<(), E> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        for (table, rows) in &*tables {
            let latest =
                rows.iter().filter_map(|(key, versions)| Some((key.as_slice(), &versions.last()?.1)));
            each(*table, &latest.collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// The newest value that a commit could see.
fn as_of(versions: &Versions, commit: u64) -> Option<&Value> {
    versions.iter().rev().find(|(written, _)| *written <= commit).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mohar_protocol::records::Table;

    use super::Overlay;

    const T: Table = Table::ACTS;

    #[test]
    fn a_reader_sees_the_commit_it_began_with() {
        let overlay = Overlay::default();
        overlay.apply(1, BTreeMap::from([((T, vec![1]), Some(vec![10]))]));
        overlay.apply(2, BTreeMap::from([((T, vec![1]), None), ((T, vec![2]), Some(vec![20]))]));
        assert_eq!(overlay.get(0, T, &[1]), None);
        assert_eq!(overlay.get(1, T, &[1]), Some(Some(vec![10])));
        assert_eq!(overlay.get(2, T, &[1]), Some(None));
        let mut rows = BTreeMap::new();
        overlay.scan(1, T, (&[0], &[9]), &mut rows);
        assert_eq!(rows, BTreeMap::from([(vec![1], Some(vec![10]))]));
        overlay.scan(2, T, (&[0], &[2]), &mut rows);
        assert_eq!(rows, BTreeMap::from([(vec![1], None)]));
    }
}
