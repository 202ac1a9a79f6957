//! Rows in two layers: a base that many disks share and never change, and what was written on top.
//! A state of five hundred offices would not fit into memory otherwise.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use mohar_protocol::records::Table;

type Of<V> = BTreeMap<Vec<u8>, V>;
type Base = BTreeMap<Table, Of<Arc<[u8]>>>;

/// Rows by table and key.
#[derive(Clone, Default)]
pub struct Rows {
    base: Arc<Base>,
    /// `None` hides a row of the base.
    top: BTreeMap<Table, Of<Option<Arc<[u8]>>>>,
}

impl Rows {
    /// The value of a key.
    pub fn get(&self, table: Table, key: &[u8]) -> Option<&[u8]> {
        match self.top.get(&table).and_then(|rows| rows.get(key)) {
            Some(value) => value.as_deref(),
            None => self.base.get(&table).and_then(|rows| rows.get(key)).map(AsRef::as_ref),
        }
    }

    /// Sets or deletes a key. What the base says already is not kept twice.
    pub fn set(&mut self, table: Table, key: Vec<u8>, value: Option<Vec<u8>>) {
        let below = self.base.get(&table).and_then(|rows| rows.get(&key));
        let same = below.map(AsRef::as_ref) == value.as_deref();
        let top = self.top.entry(table).or_default();
        if same {
            top.remove(&key);
        } else {
            top.insert(key, value.map(Into::into));
        }
    }

    /// The same rows as a new base, shared from now on.
    pub fn flattened(&self) -> Self {
        let tables: Vec<Table> = self.tables().collect();
        let base = tables.into_iter().map(|table| {
            let rows = self.of(table).map(|(key, value)| (key.to_vec(), Arc::from(value))).collect();
            (table, rows)
        });
        Self { base: Arc::new(base.collect()), top: BTreeMap::new() }
    }

    /// Another view of the base, with nothing on top.
    pub fn share(&self) -> Self {
        Self { base: Arc::clone(&self.base), top: BTreeMap::new() }
    }

    /// Tables that have rows.
    pub fn tables(&self) -> impl Iterator<Item = Table> {
        let mut tables: Vec<Table> = self.base.keys().chain(self.top.keys()).copied().collect();
        tables.sort_unstable();
        tables.dedup();
        tables.into_iter()
    }

    /// Rows of a table, in key order.
    pub fn of(&self, table: Table) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.between(table, Bound::Unbounded, Bound::Unbounded)
    }

    /// Rows with `from <= key < until`, in key order.
    pub fn range<'a>(
        &'a self,
        table: Table,
        from: &[u8],
        until: &[u8],
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        // An empty or turned range has no rows; the map below would take it for a mistake.
        let until = until.max(from);
        self.between(table, Bound::Included(from), Bound::Excluded(until))
    }

    fn between<'a>(
        &'a self,
        table: Table,
        from: Bound<&[u8]>,
        until: Bound<&[u8]>,
    ) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let base = self.base.get(&table).map(|rows| rows.range::<[u8], _>((from, until)));
        let top = self.top.get(&table).map(|rows| rows.range::<[u8], _>((from, until)));
        let base = base.into_iter().flatten().map(|(key, value)| (key.as_slice(), value.as_ref()));
        let top = top.into_iter().flatten().map(|(key, value)| (key.as_slice(), value.as_deref()));
        Merged { base: base.peekable(), top: top.peekable() }
    }

    /// How many rows were written on top of the base.
    pub fn count(&self) -> usize {
        self.top.values().map(BTreeMap::len).sum()
    }

    /// The row at a position among those written on top of the base.
    pub fn nth(&self, at: usize) -> Option<(Table, Vec<u8>)> {
        let mut keys = self.top.iter().flat_map(|(table, rows)| rows.keys().map(move |key| (*table, key)));
        keys.nth(at).map(|(table, key)| (table, key.clone()))
    }

    /// Feeds everything that differs from the base to a digest.
    pub fn digest(&self, digest: &mut impl FnMut(&[u8])) {
        for (table, rows) in &self.top {
            for (key, value) in rows {
                digest(&[table.0, u8::from(value.is_some())]);
                digest(key);
                digest(value.as_deref().unwrap_or_default());
            }
        }
    }
}

/// Two sorted iterators as one; the top one wins, and hides what it deletes.
struct Merged<B: Iterator, T: Iterator> {
    base: Peekable<B>,
    top: Peekable<T>,
}

impl<'a, B, T> Iterator for Merged<B, T>
where
    B: Iterator<Item = (&'a [u8], &'a [u8])>,
    T: Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
{
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (key, value) = match (self.base.peek(), self.top.peek()) {
                (_, None) => return self.base.next(),
                (Some((below, _)), Some((above, _))) if below < above => return self.base.next(),
                (Some((below, _)), Some((above, _))) if below == above => {
                    self.base.next();
                    self.top.next()?
                }
                _ => self.top.next()?,
            };
            if let Some(value) = value {
                return Some((key, value));
            }
        }
    }
}
