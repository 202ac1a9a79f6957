//! Contents as they arrive in pieces, from senders of whom some lie about the length: a Merkle
//! root binds the pieces but not their number, so a piece can be shown in a place that is not its.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use mohar_protocol::limits::CHUNK_BYTES;
use mohar_protocol::records::Records;
use mohar_protocol::sealing::chunk::{ChunkTree, verify_chunk};
use mohar_protocol::testing::MemoryStore;

/// Five pieces, the last of 100 bytes.
fn content() -> Vec<u8> {
    (0..4 * CHUNK_BYTES + 100).map(|at| (at / 1000 % 251) as u8).collect()
}

/// Takes a piece as a node does: verified first.
fn take(records: &mut Records<'_>, content: &[u8], claimed: u64, index: u64, really: u64) -> bool {
    let tree = ChunkTree::of(content);
    let piece = content.chunks(CHUNK_BYTES).nth(really as usize).unwrap();
    let proof = tree.proof(really).unwrap();
    verify_chunk(&tree.root(), claimed, index, piece, &proof).unwrap();
    records.put_chunk(&tree.root(), claimed, index, piece).unwrap()
}

#[test]
fn the_last_piece_shown_as_the_second_of_two_does_not_spoil_the_content() {
    let (content, store) = (content(), MemoryStore::default());
    let (root, length) = (ChunkTree::of(&content).root(), content.len() as u64);
    let shorter = CHUNK_BYTES as u64 + 100;
    let mut records = Records::new(&store);
    assert!(take(&mut records, &content, shorter, 1, 4), "nobody can know yet");
    assert_eq!(records.missing_chunks(&root, length, 9).unwrap(), [0, 1, 2, 3, 4]);
    for index in [4, 0, 3, 1] {
        assert!(take(&mut records, &content, length, index, index));
        assert!(!records.has_content(&root).unwrap());
    }
    assert!(take(&mut records, &content, length, 2, 2));
    assert!(records.has_content(&root).unwrap());
    assert_eq!(records.content_bytes(&root).unwrap().unwrap(), content);
    assert!(take(&mut records, &content, shorter, 1, 4), "what is whole stays as it is");
    assert_eq!(records.content_bytes(&root).unwrap().unwrap(), content);
}

#[test]
fn pieces_that_do_not_add_up_to_the_root_are_forgotten() {
    let (content, store) = (content(), MemoryStore::default());
    let root = ChunkTree::of(&content).root();
    let mut records = Records::new(&store);
    // Of two pieces the first cannot be shown, but a third of three can: two lies do not make a whole.
    let three = 2 * CHUNK_BYTES as u64 + 100;
    assert!(take(&mut records, &content, three, 2, 4));
    assert!(!records.has_content(&root).unwrap());
    assert_eq!(records.missing_chunks(&root, three, 9).unwrap(), [0, 1]);
}
