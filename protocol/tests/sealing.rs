//! Sealed contents and their chunks: what opens, and everything that must not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{Commitment, ContentRoot};
use mohar_protocol::limits::{CHUNK_BYTES, CONTENT_BYTES_MAX};
use mohar_protocol::log::proof::Proof;
use mohar_protocol::sealing::chunk::{
    ChunkError, ChunkTree, chunk_count, chunk_range, chunk_with_proof, verify_chunk,
};
use mohar_protocol::sealing::content::{BODY_BYTES_MAX, check_clear, clear_reference, open, seal};
use mohar_protocol::sealing::{ClearRef, Content, ContentRef, Kind, MatterKey, SealingError};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

fn entropy() -> Entropy {
    Entropy::from_seed([1; 32])
}

fn key(byte: u8) -> MatterKey {
    MatterKey::from_bytes([byte; 32])
}

fn content(length: usize) -> Content {
    Content {
        kind: Kind::Note,
        media_type: "text/plain".to_owned(),
        name: "नोट 1".to_owned(),
        body: (0..length).map(|i| (i % 251) as u8).collect(),
    }
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

/// The reference of altered ciphertext, as a liar would sign it.
fn reference_of(ciphertext: &[u8], honest: &ContentRef) -> ContentRef {
    let ClearRef { root, length } = clear_reference(ciphertext).unwrap();
    ContentRef { root, length, ..*honest }
}

#[test]
fn contents_of_every_length_around_a_chunk_border_come_back() {
    for length in [0, 1, 262_128, 262_143, 262_144, 262_145, 3 * 262_144] {
        let sealed = seal(&key(1), 4, &content(length), &mut entropy()).unwrap();
        assert_eq!(sealed.reference.length, sealed.ciphertext.len() as u64);
        let opened = open(&key(1), &sealed.reference, &sealed.ciphertext);
        assert_eq!(opened, Ok(content(length)), "length {length}");
    }
}

#[test]
fn two_seals_of_one_content_differ_in_everything() {
    let mut entropy = entropy();
    let one = seal(&key(1), 0, &content(9), &mut entropy).unwrap();
    let two = seal(&key(1), 0, &content(9), &mut entropy).unwrap();
    assert_ne!(one.reference.commitment, two.reference.commitment);
    assert_ne!(one.reference.root, two.reference.root);
    assert_ne!(one.ciphertext, two.ciphertext);
}

#[test]
fn repeated_randomness_still_gives_two_contents_two_keys() {
    let one = seal(&key(1), 0, &content(8), &mut entropy()).unwrap();
    let two = seal(&key(1), 0, &content(9), &mut entropy()).unwrap();
    // Under one key and nonce the salts, which are equal here, would be encrypted alike.
    assert_ne!(one.ciphertext[..32], two.ciphertext[..32]);
}

#[test]
fn short_contents_look_alike_in_length() {
    let lengths = [0, 1, 50, 150]
        .map(|length| seal(&key(1), 0, &content(length), &mut entropy()).unwrap())
        .map(|sealed| sealed.reference.length);
    assert_eq!(lengths, [256 + 16; 4]);
}

#[test]
fn a_flipped_byte_anywhere_is_refused() {
    let sealed = seal(&key(1), 0, &content(100), &mut entropy()).unwrap();
    for at in 0..sealed.ciphertext.len() {
        let altered = flipped(&sealed.ciphertext, at);
        let result = open(&key(1), &sealed.reference, &altered);
        assert_eq!(result, Err(SealingError::WrongRoot));
        let lie = reference_of(&altered, &sealed.reference);
        assert_eq!(open(&key(1), &lie, &altered), Err(SealingError::NotOpened), "byte {at}");
    }
}

#[test]
fn cut_extended_and_exchanged_chunks_are_refused_even_with_a_root_to_match() {
    let sealed = seal(&key(1), 0, &content(600_000), &mut entropy()).unwrap();
    let chunks: Vec<&[u8]> = sealed.ciphertext.chunks(CHUNK_BYTES).collect();
    let [a, b, c] = chunks[..] else { panic!("three chunks") };
    let wrong = [
        [a, b].concat(),
        [b, a, c].concat(),
        [a, b, b, c].concat(),
        [&sealed.ciphertext[..], &[0]].concat(),
        sealed.ciphertext[..sealed.ciphertext.len() - 1].to_vec(),
        Vec::new(),
    ];
    for altered in wrong {
        let lie = reference_of(&altered, &sealed.reference);
        assert_eq!(open(&key(1), &lie, &altered), Err(SealingError::NotOpened));
        assert!(open(&key(1), &sealed.reference, &altered).is_err());
    }
}

#[test]
fn another_key_generation_or_commitment_does_not_open() {
    let sealed = seal(&key(1), 7, &content(10), &mut entropy()).unwrap();
    let open = |key, reference: ContentRef| open(&key, &reference, &sealed.ciphertext);
    let honest = sealed.reference;
    let mut commitment = honest.commitment;
    commitment.0[31] ^= 1;
    assert_eq!(open(key(2), honest), Err(SealingError::NotOpened));
    let other = ContentRef { generation: 8, ..honest };
    assert_eq!(open(key(1), other), Err(SealingError::NotOpened));
    let other = ContentRef { commitment, ..honest };
    assert_eq!(open(key(1), other), Err(SealingError::NotOpened));
    let other = ContentRef { length: honest.length + 1, ..honest };
    assert_eq!(open(key(1), other), Err(SealingError::WrongLength));
}

#[test]
fn the_kind_of_a_later_release_is_kept() {
    let later = Content { kind: Kind::Other(200), ..content(3) };
    let sealed = seal(&key(1), 0, &later, &mut entropy()).unwrap();
    assert_eq!(open(&key(1), &sealed.reference, &sealed.ciphertext), Ok(later));
}

#[test]
fn what_is_too_large_is_not_sealed() {
    let long_name = Content { name: "अ".repeat(86), ..content(1) };
    let result = seal(&key(1), 0, &long_name, &mut entropy());
    assert_eq!(result, Err(SealingError::TooLarge { max: 255 }));
    let large = Content { body: vec![0; BODY_BYTES_MAX + 1], ..content(0) };
    let result = seal(&key(1), 0, &large, &mut entropy());
    assert_eq!(result, Err(SealingError::TooLarge { max: BODY_BYTES_MAX as u64 }));
}

#[test]
fn clear_bytes_are_checked_against_their_reference() {
    let reference = clear_reference(b"directory").unwrap();
    assert_eq!(check_clear(&reference, b"directory"), Ok(()));
    assert_eq!(check_clear(&reference, b"directorY"), Err(SealingError::WrongRoot));
    assert_eq!(check_clear(&reference, b"directory "), Err(SealingError::WrongLength));
}

#[test]
fn nothing_secret_is_printed() {
    let shown = format!("{:?} {:?}", key(7), content(5));
    assert_eq!(shown, "MatterKey(secret) Content(Note, 5 bytes)");
}

#[test]
fn every_chunk_is_verified_on_its_own_whatever_the_length() {
    for length in [1, 262_143, 262_144, 262_145, 3 * 262_144, 5 * 262_144 + 9] {
        let bytes = content(length).body;
        let tree = ChunkTree::of(&bytes);
        let mut whole = Vec::new();
        for index in 0..chunk_count(length as u64) {
            let (chunk, proof) = chunk_with_proof(&bytes, index).unwrap();
            assert_eq!(tree.proof(index).as_ref(), Some(&proof));
            let result = verify_chunk(&tree.root(), tree.length(), index, chunk, &proof);
            assert_eq!(result, Ok(()), "chunk {index} of {length} bytes");
            whole.extend_from_slice(chunk);
        }
        assert_eq!(whole, bytes);
    }
}

#[test]
fn an_empty_content_has_no_chunks_and_the_root_of_nothing() {
    let reference = clear_reference(b"").unwrap();
    assert_eq!(chunk_count(0), 0);
    assert_eq!(chunk_with_proof(b"", 0), None);
    let root = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(reference.root.to_string(), root);
}

#[test]
fn an_altered_misplaced_or_misproved_chunk_is_refused() {
    let bytes = content(3 * CHUNK_BYTES + 5).body;
    let tree = ChunkTree::of(&bytes);
    let (root, length) = (tree.root(), tree.length());
    let (chunk, proof) = chunk_with_proof(&bytes, 1).unwrap();
    let check = |index, chunk: &[u8], proof: &Proof| verify_chunk(&root, length, index, chunk, proof);
    assert_eq!(check(1, chunk, &proof), Ok(()));
    for at in [0, 100_000, CHUNK_BYTES - 1] {
        assert_eq!(check(1, &flipped(chunk, at), &proof), Err(ChunkError::NotIncluded));
    }
    assert_eq!(check(0, chunk, &proof), Err(ChunkError::NotIncluded));
    assert_eq!(check(3, chunk, &proof), Err(ChunkError::WrongLength));
    assert_eq!(check(4, chunk, &proof), Err(ChunkError::NoSuchChunk));
    assert_eq!(check(u64::MAX, chunk, &proof), Err(ChunkError::NoSuchChunk));
    assert_eq!(check(1, &chunk[1..], &proof), Err(ChunkError::WrongLength));
    assert_eq!(check(1, chunk, &tree.proof(2).unwrap()), Err(ChunkError::NotIncluded));
    let shorter = Proof::new(proof.hashes()[1..].to_vec()).unwrap();
    assert_eq!(check(1, chunk, &shorter), Err(ChunkError::NotIncluded));
    let other_root = ContentRoot([0; 32]);
    let result = verify_chunk(&other_root, length, 1, chunk, &proof);
    assert_eq!(result, Err(ChunkError::NotIncluded));
    let result = verify_chunk(&root, CONTENT_BYTES_MAX + 1, 1, chunk, &proof);
    assert_eq!(result, Err(ChunkError::NoSuchChunk));
}

#[test]
fn ranges_cover_a_content_without_gap_or_overlap() {
    let length = 2 * 262_144 + 1;
    let ranges: Vec<_> = (0..4).map(|index| chunk_range(length, index)).collect();
    let expected = [Some(0..262_144), Some(262_144..524_288), Some(524_288..524_289), None];
    assert_eq!(ranges, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sealed_opens_and_nothing_else_does(
        seed in any::<[u8; 32]>(),
        secret in any::<[u8; 32]>(),
        generation in any::<u32>(),
        kind in any::<u8>(),
        name in ".{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..4_000),
        place in any::<proptest::sample::Index>(),
    ) {
        let content =
            Content { kind: Kind::from(kind), media_type: "text/plain".to_owned(), name, body };
        let key = MatterKey::from_bytes(secret);
        let mut entropy = Entropy::from_seed(seed);
        let sealed = seal(&key, generation, &content, &mut entropy).unwrap();
        prop_assert_eq!(open(&key, &sealed.reference, &sealed.ciphertext), Ok(content));
        let altered = flipped(&sealed.ciphertext, place.index(sealed.ciphertext.len()));
        let lie = reference_of(&altered, &sealed.reference);
        prop_assert_eq!(open(&key, &lie, &altered), Err(SealingError::NotOpened));
    }

    #[test]
    fn no_ciphertext_makes_opening_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let (root, commitment) = (ContentRoot([0; 32]), Commitment([0; 32]));
        let any = ContentRef { root, length: 0, commitment, generation: 0 };
        let reference = reference_of(&bytes, &any);
        prop_assert_eq!(open(&key(1), &reference, &bytes), Err(SealingError::NotOpened));
    }
}
