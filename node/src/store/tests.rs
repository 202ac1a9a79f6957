//! The store over its journal: what is committed is read back, moved or not, now and after a kill.

#![allow(clippy::print_stdout, reason = "a seed that failed is to be repeated")]

use std::collections::BTreeMap;
use std::path::Path;

use mohar_protocol::entropy::Entropy;
use mohar_protocol::records::{Kv as _, Table, Writes};

use super::Store;

const T: Table = Table::LEAVES;
const U: Table = Table::ACTS;

fn commit(store: &Store, rows: &[(Table, u8, Option<&[u8]>)]) {
    let rows = rows.iter().map(|(table, key, value)| ((*table, vec![*key]), value.map(<[u8]>::to_vec)));
    store.commit(Writes { rows: rows.collect(), chunks: Vec::new() }).unwrap();
}

fn open(folder: &Path) -> Store {
    Store::open(folder, 1 << 20).unwrap()
}

/// Copies the folder as a power cut would leave it. Nothing is being moved meanwhile, because a copy
/// takes longer than a cut.
fn killed(folder: &Path, store: &Store) -> tempfile::TempDir {
    let writer = store.inner.writer.lock().unwrap();
    drop(store.inner.shared.until_moved(writer.mover.as_ref().unwrap()).unwrap());
    let copy = tempfile::tempdir().unwrap();
    for name in ["journal.0", "journal.1", "store.redb"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

#[test]
fn what_was_committed_is_there_after_a_kill_and_after_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    commit(&store, &[(T, 1, Some(b"a")), (T, 2, Some(b"b"))]);
    commit(&store, &[(T, 1, None), (T, 3, Some(b"c"))]);
    let rows = vec![(vec![2], b"b".to_vec()), (vec![3], b"c".to_vec())];
    assert_eq!(store.snapshot().scan(T, &[0], &[9], 10).unwrap(), rows);
    let copy = killed(folder.path(), &store);
    assert_eq!(open(copy.path()).snapshot().scan(T, &[0], &[9], 10).unwrap(), rows);
    drop(store);
    assert_eq!(open(folder.path()).snapshot().scan(T, &[0], &[9], 10).unwrap(), rows);
}

#[test]
fn a_commit_larger_than_a_segment_is_kept_and_comes_after_those_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let large = vec![7; 9 << 20];
    commit(&store, &[(T, 1, Some(b"old"))]);
    commit(&store, &[(T, 1, Some(&large))]);
    commit(&store, &[(T, 2, Some(b"new"))]);
    let copy = killed(folder.path(), &store);
    for store in [open(copy.path()), store] {
        assert_eq!(store.snapshot().get(T, &[1]).unwrap().unwrap().len(), large.len());
        assert_eq!(store.snapshot().get(T, &[2]).unwrap().unwrap(), b"new");
    }
}

#[test]
fn a_row_that_the_disk_damaged_is_a_fault_and_not_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    commit(&store, &[(T, 1, Some(&[0xA7; 300])), (T, 2, Some(b"whole"))]);
    drop(store);
    let path = folder.path().join("store.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    let mut flipped = 0;
    // redb may keep the row at more than one place.
    for at in 0..bytes.len() - 300 {
        if bytes[at..at + 300] == [0xA7; 300] {
            bytes[at + 150] ^= 1;
            flipped += 1;
        }
    }
    assert!(flipped > 0);
    std::fs::write(&path, bytes).unwrap();
    let snapshot = open(folder.path()).snapshot();
    assert!(snapshot.get(T, &[1]).is_err());
    assert!(snapshot.scan(T, &[0], &[9], 10).is_err());
    assert_eq!(snapshot.get(T, &[2]).unwrap().unwrap(), b"whole");
}

/// Random commits against a plain map, with snapshots kept across moves, kills and stops.
#[test]
fn random_commits_read_back_as_from_a_map() {
    let seed = 20_261_122;
    println!("seed {seed}");
    let mut rng = Entropy::from_seed([(seed % 251) as u8; 32]);
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path());
    let mut model: BTreeMap<(Table, Vec<u8>), Vec<u8>> = BTreeMap::new();
    let mut old = None;
    for round in 0..150u64 {
        let mut writes = Writes::default();
        for _ in 0..rng.next_u64() % 12 {
            let table = if rng.next_u64().is_multiple_of(2) { T } else { U };
            let key = vec![(rng.next_u64() % 40) as u8];
            let value = (!rng.next_u64().is_multiple_of(4))
                .then(|| vec![round as u8; (rng.next_u64() % 40_000) as usize]);
            match &value {
                Some(value) => drop(model.insert((table, key.clone()), value.clone())),
                None => drop(model.remove(&(table, key.clone()))),
            }
            writes.rows.insert((table, key), value);
        }
        store.commit(writes).unwrap();
        match rng.next_u64() % 30 {
            0 => {
                drop(old.take());
                drop(store);
                store = open(folder.path());
            }
            1 => {
                let copy = killed(folder.path(), &store);
                same(&open(copy.path()).snapshot(), &model, &mut rng);
            }
            2 => old = Some((store.snapshot(), model.clone())),
            _ => {}
        }
        same(&store.snapshot(), &model, &mut rng);
        if let Some((snapshot, model)) = &old {
            same(snapshot, model, &mut rng);
        }
    }
}

fn same(snapshot: &super::Snapshot, model: &BTreeMap<(Table, Vec<u8>), Vec<u8>>, rng: &mut Entropy) {
    let (from, until) = (vec![(rng.next_u64() % 40) as u8], vec![(rng.next_u64() % 41) as u8]);
    let max = (rng.next_u64() % 12) as usize;
    for table in [T, U] {
        let expected = model.iter().filter(|((t, key), _)| *t == table && *key >= from && *key < until);
        let expected: Vec<_> =
            expected.take(max).map(|((_, key), value)| (key.clone(), value.clone())).collect();
        assert_eq!(snapshot.scan(table, &from, &until, max).unwrap(), expected);
        assert_eq!(snapshot.get(table, &from).unwrap(), model.get(&(table, from.clone())).cloned());
    }
}
