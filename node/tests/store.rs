//! The store on a real disk: what is committed is there, what is not is not.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

use std::path::Path;

use mohar_node::store::{Store, tables};
use mohar_protocol::id::ContentRoot;
use mohar_protocol::limits::CHUNK_BYTES;
use mohar_protocol::log::tree::leaf_hash;
use mohar_protocol::records::{Kv, LargeChunk, Records, Table, Writes};

const CACHE: usize = 1 << 20;

#[test]
fn a_commit_is_there_after_the_store_was_opened_again() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path(), CACHE).unwrap();
    store.commit(rows(&[(Table::ACTS, b"a", Some(b"1")), (tables::META, b"b", Some(b"2"))])).unwrap();
    drop(store);
    let store = Store::open(data.path(), CACHE).unwrap();
    let snapshot = store.snapshot();
    assert_eq!(snapshot.get(Table::ACTS, b"a").unwrap().unwrap(), b"1");
    assert_eq!(snapshot.get(tables::META, b"b").unwrap().unwrap(), b"2");
    assert_eq!(snapshot.get(Table::ACTS, b"b").unwrap(), None);
}

#[test]
fn a_snapshot_does_not_see_later_commits() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path(), CACHE).unwrap();
    store.commit(rows(&[(Table::HEADS, b"a", Some(b"old"))])).unwrap();
    let before = store.snapshot();
    store.commit(rows(&[(Table::HEADS, b"a", Some(b"new")), (Table::HEADS, b"b", Some(b"x"))])).unwrap();
    assert_eq!(before.get(Table::HEADS, b"a").unwrap().unwrap(), b"old");
    assert_eq!(before.scan(Table::HEADS, b"", b"z", 9).unwrap().len(), 1);
    let after = store.snapshot();
    assert_eq!(after.scan(Table::HEADS, b"", b"z", 9).unwrap().len(), 2);
    assert_eq!(after.scan(Table::HEADS, b"", b"z", 1).unwrap().len(), 1);
    store.commit(rows(&[(Table::HEADS, b"a", None)])).unwrap();
    assert_eq!(store.snapshot().get(Table::HEADS, b"a").unwrap(), None);
}

#[test]
fn a_table_that_is_not_ours_is_a_fault_and_not_a_panic() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path(), CACHE).unwrap();
    assert!(store.snapshot().get(Table(250), b"a").is_err());
}

#[test]
fn a_large_chunk_is_a_whole_disk_file_when_its_row_is_there() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path(), CACHE).unwrap();
    let root = ContentRoot([7; 32]);
    let bytes = vec![3; CHUNK_BYTES];
    let mut writes = rows(&[(Table::CHUNKS, b"row", Some(b"here"))]);
    writes.chunks.push(LargeChunk { root, index: 5, bytes: bytes.clone() });
    store.commit(writes).unwrap();
    assert_eq!(store.snapshot().large_chunk(&root, 5).unwrap(), Some(bytes));
    assert_eq!(store.snapshot().large_chunk(&root, 6).unwrap(), None);
    let left: Vec<_> = std::fs::read_dir(folder_of(data.path(), &root)).unwrap().collect();
    assert_eq!(left.len(), 1, "no half-written file stays behind");
}

#[test]
fn rows_are_not_committed_when_a_chunk_cannot_be_written() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path(), CACHE).unwrap();
    let root = ContentRoot([9; 32]);
    // A disk file where the folder of the chunk has to be.
    std::fs::write(data.path().join("contents").join("09"), b"in the way").unwrap();
    let mut writes = rows(&[(Table::CHUNKS, b"row", Some(b"here"))]);
    writes.chunks.push(LargeChunk { root, index: 0, bytes: vec![1] });
    assert!(store.commit(writes).is_err());
    assert_eq!(store.snapshot().get(Table::CHUNKS, b"row").unwrap(), None);
}

#[test]
fn staged_chunks_are_read_back_through_the_rows_that_name_them() {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open(data.path(), CACHE).unwrap();
    let root = ContentRoot([1; 32]);
    let ciphertext: Vec<u8> = (0..CHUNK_BYTES * 2 + 17).map(|n| n as u8).collect();
    let hashes = store.stage(&root, &ciphertext).unwrap();
    assert_eq!(hashes, ciphertext.chunks(CHUNK_BYTES).map(leaf_hash).collect::<Vec<_>>());
    let snapshot = store.snapshot();
    assert_eq!(Records::new(&snapshot).content_bytes(&root).unwrap(), None, "nothing names it yet");
    let mut records = Records::new(&snapshot);
    records.put_staged(&root, ciphertext.len() as u64, &hashes).unwrap();
    store.commit(records.into_writes()).unwrap();
    let snapshot = store.snapshot();
    assert_eq!(Records::new(&snapshot).content_bytes(&root).unwrap(), Some(ciphertext));
}

#[test]
fn a_second_opening_is_refused_while_the_first_lives() {
    let data = tempfile::tempdir().unwrap();
    let _store = Store::open(data.path(), CACHE).unwrap();
    assert!(Store::open(data.path(), CACHE).is_err());
}

type RowForTest<'a> = (Table, &'a [u8], Option<&'a [u8]>);

fn rows(rows: &[RowForTest<'_>]) -> Writes {
    let rows = rows.iter().map(|(table, key, value)| ((*table, key.to_vec()), value.map(<[u8]>::to_vec)));
    Writes { rows: rows.collect(), chunks: Vec::new() }
}

fn folder_of(data: &Path, root: &ContentRoot) -> std::path::PathBuf {
    let name = root.to_string();
    data.join("contents").join(&name[..2]).join(name)
}
