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
fn take(records: &mut Records<'_>, content: &[u8], claimed: u64, index: u64, really: u64) {
    let tree = ChunkTree::of(content);
    let piece = content.chunks(CHUNK_BYTES).nth(really as usize).unwrap();
    let proof = tree.proof(really).unwrap();
    verify_chunk(&tree.root(), claimed, index, piece, &proof).unwrap();
    records.put_chunk(&tree.root(), claimed, index, piece).unwrap();
}

#[test]
fn the_last_piece_shown_as_the_second_of_two_does_not_spoil_the_content() {
    let (content, store) = (content(), MemoryStore::default());
    let (root, length) = (ChunkTree::of(&content).root(), content.len() as u64);
    let shorter = CHUNK_BYTES as u64 + 100;
    let mut records = Records::new(&store);
    take(&mut records, &content, shorter, 1, 4); // nobody can know yet
    assert_eq!(records.missing_chunks(&root, length, 9).unwrap(), [0, 1, 2, 3, 4]);
    for index in [4, 0, 3, 1] {
        take(&mut records, &content, length, index, index);
        assert!(!records.has_content(&root).unwrap());
    }
    take(&mut records, &content, length, 2, 2);
    assert!(records.has_content(&root).unwrap());
    assert_eq!(records.content_bytes(&root).unwrap().unwrap(), content);
    take(&mut records, &content, shorter, 1, 4); // what is whole stays as it is
    assert_eq!(records.content_bytes(&root).unwrap().unwrap(), content);
    assert_eq!(records.missing_chunks(&root, shorter, 9).unwrap(), [0; 0]);
}

#[test]
fn under_a_wrong_length_some_place_stays_empty() {
    let content = content();
    let (tree, pieces) = (ChunkTree::of(&content), content.chunks(CHUNK_BYTES).collect::<Vec<_>>());
    for count in [1, 2, 3, 4, 6, 7, 8, 9] {
        // Every piece with its true proof in every place, under the length that suits it best.
        let filled = (0..count).filter(|place| {
            pieces.iter().zip(0..).any(|(piece, really)| {
                let full = (count - 1) * CHUNK_BYTES as u64;
                let last = if place + 1 == count { piece.len() } else { CHUNK_BYTES } as u64;
                let proof = tree.proof(really).unwrap();
                verify_chunk(&tree.root(), full + last, *place, piece, &proof).is_ok()
            })
        });
        assert!(filled.count() < count as usize, "{count} pieces");
    }
}
