//! The office log, first half: trees, tiles and proofs, each with its tampered and refused cases.

#![allow(clippy::unwrap_used)] // a step that fails is a test that fails

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use mohar_protocol::codec;
use mohar_protocol::hash::Hash;
use mohar_protocol::log::proof::{
    BuildError, Leaves, Proof, ProofError, consistency, inclusion, inclusion_of_leaves, verify_consistency,
    verify_inclusion,
};
use mohar_protocol::log::tile::{
    HashReader, RecheckError, TileError, TileKind, TilePath, decode_entries, decode_hashes, encode_entries,
    encode_hashes, recheck,
};
use mohar_protocol::log::tree::{Frontier, Head, SIZE_MAX, empty_root, leaf_hash, root_of_leaves};
use sha2::Sha256;

// ---- A log in memory ---------------------------------------------------------------------------

/// Leaves, stored hashes and the head after every append.
struct MemoryLog {
    frontier: Frontier,
    stored: BTreeMap<(u8, u64), Hash>,
    heads: Vec<Head>,
}

impl HashReader for MemoryLog {
    type Error = &'static str;

    fn hashes(&self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, Self::Error> {
        assert!(count <= 256 && (from % 256) as usize + count <= 256, "one call stays in one tile");
        let hashes = (from..from + count as u64).map(|index| self.stored.get(&(level, index)).copied());
        hashes.collect::<Option<_>>().ok_or("not stored")
    }
}

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

fn log_of(size: u64) -> MemoryLog {
    let mut log =
        MemoryLog { frontier: Frontier::empty(), stored: BTreeMap::new(), heads: vec![Head::empty()] };
    for index in 0..size {
        for (at, hash) in log.frontier.append(leaf_hash(&leaf(index))) {
            assert!(log.stored.insert((at.level, at.index), hash).is_none(), "stored once only");
        }
        // Roots of large trees are asked for near the boundaries only.
        let wanted = index < 600 || index + 20 > size;
        log.heads.push(if wanted { log.frontier.head() } else { Head::empty() });
    }
    log
}

fn flipped(hash: Hash) -> Hash {
    let mut bytes = hash.0;
    bytes[7] ^= 0x10;
    Hash(bytes)
}

fn digests(proof: &Proof) -> Vec<u8> {
    proof.hashes().iter().flat_map(|hash| hash.0).collect()
}

// ---- Trees and proofs --------------------------------------------------------------------------

#[test]
fn the_published_roots_of_rfc_6962_test_leaves_come_out() {
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"];
    let last = "606162636465666768696a6b6c6d6e6f";
    let leaves: Vec<Hash> = leaves
        .iter()
        .chain([&last])
        .map(|hex| leaf_hash(&data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap()))
        .collect();
    for (size, root) in [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ] {
        assert_eq!(root_of_leaves(&leaves[..size]).to_string(), root, "{size} leaves");
    }
}

#[test]
fn every_proof_of_every_tree_up_to_70_leaves_holds_and_equals_that_of_ct_merkle() {
    let log = log_of(70);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=70_u64 {
        other.push(leaf(size - 1));
        let head = &log.heads[size as usize];
        assert_eq!(head.root.0.as_slice(), other.root().as_bytes().as_slice());
        for index in 0..size {
            let proof = inclusion(&log, index, size).unwrap();
            assert_eq!(digests(&proof), other.prove_inclusion(index as usize).as_bytes());
            verify_inclusion(leaf_hash(&leaf(index)), index, head, &proof).unwrap();
        }
        for old in 0..=size {
            let proof = consistency(&log, old, size).unwrap();
            if old > 0 && old < size {
                let theirs = other.prove_consistency((size - old) as usize);
                assert_eq!(digests(&proof), theirs.as_bytes(), "{old} to {size}");
            }
            verify_consistency(&log.heads[old as usize], head, &proof).unwrap();
        }
    }
}

#[test]
fn proofs_hold_across_the_boundary_of_the_first_tile() {
    let log = log_of(520);
    for size in [255, 256, 257, 258, 511, 512, 513] {
        for index in [0, 1, 127, 128, 254, 255, 256, 257, 511, 512].into_iter().filter(|i| *i < size) {
            let proof = inclusion(&log, index, size).unwrap();
            verify_inclusion(leaf_hash(&leaf(index)), index, &log.heads[size as usize], &proof).unwrap();
        }
        for old in 0..=size {
            let proof = consistency(&log, old, size).unwrap();
            verify_consistency(&log.heads[old as usize], &log.heads[size as usize], &proof).unwrap();
        }
    }
}

#[test]
fn proofs_and_stored_hashes_hold_across_the_boundary_of_the_second_level() {
    let log = log_of(65_540);
    assert_eq!(log.stored.len(), 65_540 + 256 + 1);
    assert_eq!(log.stored[&(2, 0)], log.heads[65_536].root);
    for size in 65_534..=65_539_u64 {
        let head = &log.heads[size as usize];
        for index in [0, 255, 256, 40_000, 65_279, 65_280, 65_533, 65_535, 65_536, 65_538] {
            if index < size {
                let proof = inclusion(&log, index, size).unwrap();
                verify_inclusion(leaf_hash(&leaf(index)), index, head, &proof).unwrap();
            }
        }
        for old in [0, 1, 255, 256, 257, 511, 512, 65_534, 65_535, 65_536, 65_537] {
            if old <= size {
                let proof = consistency(&log, old, size).unwrap();
                verify_consistency(&log.heads[old as usize], head, &proof).unwrap();
            }
        }
    }
    recheck(&log.frontier, 65_000, &log).unwrap();
}

#[test]
fn leaves_in_memory_prove_the_same_as_a_stored_log() {
    let log = log_of(300);
    let leaves: Vec<Hash> = (0..300).map(|index| leaf_hash(&leaf(index))).collect();
    assert_eq!(root_of_leaves(&leaves), log.frontier.root());
    for index in [0, 7, 255, 256, 299] {
        assert_eq!(inclusion_of_leaves(&leaves, index).unwrap(), inclusion(&log, index, 300).unwrap());
    }
    assert_eq!(consistency(&Leaves(&leaves), 257, 300).unwrap(), consistency(&log, 257, 300).unwrap());
    let outside = ProofError::OutsideTree { index: 300, size: 300 };
    assert_eq!(inclusion_of_leaves(&leaves, 300), Err(outside));
    assert_eq!(inclusion_of_leaves(&[], 0), Err(ProofError::OutsideTree { index: 0, size: 0 }));
}

#[test]
fn a_tampered_inclusion_proof_is_refused_with_its_reason() {
    let log = log_of(20);
    for size in 1..=20_u64 {
        for index in 0..size {
            let (leaf, head) = (leaf_hash(&leaf(index)), log.heads[size as usize]);
            let hashes = inclusion(&log, index, size).unwrap().hashes().to_vec();
            let check =
                |hashes: &[Hash]| verify_inclusion(leaf, index, &head, &Proof::new(hashes.to_vec()).unwrap());
            assert_eq!(check(&[hashes.as_slice(), &[leaf]].concat()), Err(ProofError::Surplus));
            if let Some(shorter) = hashes.len().checked_sub(1) {
                assert_eq!(check(&hashes[..shorter]), Err(ProofError::Short));
            }
            for at in 0..hashes.len() {
                let mut hashes = hashes.clone();
                hashes[at] = flipped(hashes[at]);
                assert_eq!(check(&hashes), Err(ProofError::WrongRoot));
            }
            let proof = Proof::new(hashes).unwrap();
            assert_eq!(verify_inclusion(flipped(leaf), index, &head, &proof), Err(ProofError::WrongRoot));
            for other in (0..size).filter(|other| *other != index) {
                assert!(verify_inclusion(leaf, other, &head, &proof).is_err());
            }
            let outside = ProofError::OutsideTree { index: size, size };
            assert_eq!(verify_inclusion(leaf, size, &head, &proof), Err(outside));
        }
    }
}

#[test]
fn a_tampered_consistency_proof_is_refused_with_its_reason() {
    let log = log_of(20);
    for new_size in 2..=20_u64 {
        for old_size in 1..new_size {
            let (old, new) = (log.heads[old_size as usize], log.heads[new_size as usize]);
            let hashes = consistency(&log, old_size, new_size).unwrap().hashes().to_vec();
            let check =
                |hashes: &[Hash]| verify_consistency(&old, &new, &Proof::new(hashes.to_vec()).unwrap());
            assert_eq!(check(&[hashes.as_slice(), &[old.root]].concat()), Err(ProofError::Surplus));
            assert_eq!(check(&hashes[..hashes.len() - 1]), Err(ProofError::Short));
            for at in 0..hashes.len() {
                let mut hashes = hashes.clone();
                hashes[at] = flipped(hashes[at]);
                assert!(matches!(check(&hashes), Err(ProofError::WrongRoot | ProofError::WrongOldRoot)));
            }
            let proof = Proof::new(hashes).unwrap();
            let forged = Head { root: flipped(new.root), ..new };
            assert_eq!(verify_consistency(&old, &forged, &proof), Err(ProofError::WrongRoot));
            let forged = Head { root: flipped(old.root), ..old };
            // A complete old tree is itself a node of the new one, so its forgery shows at the top.
            let complete = old_size.is_power_of_two();
            let reason = if complete { ProofError::WrongRoot } else { ProofError::WrongOldRoot };
            assert_eq!(verify_consistency(&forged, &new, &proof), Err(reason));
            let shrank = ProofError::Shrank { old: new_size, new: old_size };
            assert_eq!(verify_consistency(&new, &old, &proof), Err(shrank));
        }
    }
}

#[test]
fn empty_and_equal_heads_are_judged_without_hashes() {
    let log = log_of(3);
    let (none, some) = (Proof::new(vec![]).unwrap(), Proof::new(vec![empty_root()]).unwrap());
    let (empty, head) = (Head::empty(), log.heads[3]);
    assert_eq!(verify_consistency(&empty, &empty, &none), Ok(()));
    assert_eq!(verify_consistency(&empty, &head, &none), Ok(()));
    assert_eq!(verify_consistency(&head, &head, &none), Ok(()));
    assert_eq!(verify_consistency(&empty, &head, &some), Err(ProofError::Surplus));
    assert_eq!(verify_consistency(&head, &head, &some), Err(ProofError::Surplus));
    let fork = Head { root: flipped(head.root), ..head };
    assert_eq!(verify_consistency(&head, &fork, &none), Err(ProofError::WrongOldRoot));
    let false_empty = Head { size: 0, root: head.root };
    assert_eq!(verify_consistency(&false_empty, &head, &none), Err(ProofError::WrongEmptyRoot));
    assert_eq!(
        verify_inclusion(head.root, 0, &empty, &none),
        Err(ProofError::OutsideTree { index: 0, size: 0 })
    );
}

#[test]
fn sizes_at_the_edge_of_64_bits_are_refused_or_answered_and_never_panic() {
    let proof = Proof::new(vec![empty_root(); 64]).unwrap();
    for size in [SIZE_MAX, SIZE_MAX + 1, u64::MAX] {
        let head = Head { size, root: empty_root() };
        for at in [0, 1, size / 2, size - 1] {
            assert!(verify_inclusion(empty_root(), at, &head, &proof).is_err());
            let old = Head { size: at, root: empty_root() };
            assert!(verify_consistency(&old, &head, &proof).is_err());
        }
    }
    assert_eq!(Proof::new(vec![empty_root(); 65]), Err(ProofError::TooLong));
    let head = Head { size: u64::MAX, root: empty_root() };
    assert_eq!(verify_inclusion(empty_root(), 0, &head, &proof), Err(ProofError::SizeTooLarge));
    assert_eq!(inclusion(&log_of(1), 0, u64::MAX), Err(BuildError::Asked(ProofError::SizeTooLarge)));
}

#[test]
fn a_proof_beyond_what_is_stored_names_the_reader() {
    let log = log_of(5);
    assert!(matches!(inclusion(&log, 0, 9), Err(BuildError::Read(_))));
    assert!(matches!(inclusion(&Leaves(&[empty_root()]), 0, 9), Err(BuildError::Read(_))));
    let shrank = ProofError::Shrank { old: 5, new: 4 };
    assert_eq!(consistency(&log, 5, 4), Err(BuildError::Asked(shrank)));
}

#[test]
fn frontiers_and_proofs_keep_their_one_encoding() {
    let log = log_of(300);
    let bytes = codec::encode(&log.frontier);
    assert_eq!(codec::decode::<Frontier>(&bytes, 4096).unwrap(), log.frontier);
    let proof = inclusion(&log, 0, 300).unwrap();
    assert_eq!(codec::decode::<Proof>(&codec::encode(&proof), 4096).unwrap(), proof);
    let mut lying = bytes.clone();
    lying[3] ^= 1; // the size 300 is now 301 and has one more bit than there are peaks
    assert_eq!(codec::decode::<Frontier>(&lying, 4096), Err(codec::CodecError::Malformed));
    let long = codec::encode(&vec![empty_root(); 65]);
    assert_eq!(codec::decode::<Proof>(&long, 4096), Err(codec::CodecError::Malformed));
}

// ---- Tiles -------------------------------------------------------------------------------------

#[test]
fn a_flipped_bit_in_any_stored_hash_stops_the_signature() {
    for size in [1, 2, 255, 256, 257, 515] {
        let mut log = log_of(size);
        recheck(&log.frontier, 0, &log).unwrap();
        let all: Vec<(u8, u64)> = log.stored.keys().copied().collect();
        for key in all.into_iter().step_by(37) {
            let good = log.stored[&key];
            log.stored.insert(key, flipped(good));
            let refused = recheck(&log.frontier, 0, &log);
            assert!(matches!(refused, Err(RecheckError::Differs { .. })), "{size} {key:?}");
            log.stored.insert(key, good);
        }
    }
}

#[test]
fn a_recheck_reads_only_what_is_new_and_names_the_tile() {
    let mut log = log_of(700);
    log.stored.insert((0, 10), empty_root());
    assert_eq!(recheck(&log.frontier, 0, &log), Err(RecheckError::Differs { level: 0, tile: 0 }));
    recheck(&log.frontier, 256, &log).unwrap();
    log.stored.insert((0, 300), empty_root());
    assert_eq!(recheck(&log.frontier, 500, &log), Err(RecheckError::Differs { level: 0, tile: 1 }));
    log.stored.remove(&(0, 690));
    assert!(matches!(recheck(&log.frontier, 600, &log), Err(RecheckError::Read(_))));
    let shorter = log_of(699);
    assert!(recheck(&shorter.frontier, 699, &log_of(700)).is_ok(), "hashes beyond the head do not count");
}

#[test]
fn tile_paths_have_one_spelling() {
    for (text, kind, tile, width) in [
        ("tile/0/000", TileKind::Hashes { level: 0 }, 0, 256),
        ("tile/0/x001/234.p/5", TileKind::Hashes { level: 0 }, 1234, 5),
        ("tile/7/x001/x234/067", TileKind::Hashes { level: 7 }, 1_234_067, 256),
        ("tile/entries/273.p/112", TileKind::Entries, 273, 112),
    ] {
        let path = TilePath { kind, tile, width };
        assert_eq!(path.to_string(), text);
        assert_eq!(text.parse(), Ok(path));
    }
    for text in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/8/000",
        "tile/+1/000",
        "tile/-1/000",
        "tile/entries",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/x000/001",
        "tile/0/001/234",
        "tile/0/x001/x234",
        "tile/0/x1/234",
        "tile/0/x001//234",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/05",
        "tile/0/000.p/",
        "tile/0/000.p/5/",
        "tile/0/000.p/70000",
        "tile/0/../001",
        "tile/0/%30",
        "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(text.parse::<TilePath>().is_err(), "{text}");
    }
}

#[test]
fn a_tile_beyond_the_head_is_not_served() {
    let within = |text: &str, size| text.parse::<TilePath>().unwrap().lies_within(size);
    assert!(within("tile/0/000", 256) && !within("tile/0/000", 255));
    assert!(within("tile/0/000.p/255", 255) && within("tile/0/000.p/3", 256));
    assert!(within("tile/1/000.p/17", 70_000) && within("tile/1/001.p/17", 70_000));
    assert!(!within("tile/1/001.p/18", 70_000) && !within("tile/2/000.p/2", 70_000));
    assert!(within("tile/entries/273.p/112", 70_000) && !within("tile/entries/273.p/113", 70_000));
}

#[test]
fn hash_tiles_and_entry_bundles_come_back_whole_or_are_refused() {
    let hashes = [leaf_hash(b"a"), leaf_hash(b"b")];
    let bytes = encode_hashes(&hashes).unwrap();
    assert_eq!(decode_hashes(&bytes, 2).unwrap(), hashes);
    assert_eq!(decode_hashes(&bytes, 1), Err(TileError::BadLength));
    assert_eq!(decode_hashes(&bytes[1..], 2), Err(TileError::BadLength));
    assert_eq!(encode_hashes(&[]), Err(TileError::BadWidth));
    let entries: [&[u8]; 3] = [b"one", b"", b"three"];
    let bytes = encode_entries(&entries).unwrap();
    assert_eq!(bytes, b"\x00\x03one\x00\x00\x00\x05three");
    assert_eq!(decode_entries(&bytes, 3).unwrap(), entries);
    assert_eq!(decode_entries(&bytes, 2), Err(TileError::BadLength));
    assert_eq!(decode_entries(&bytes, 4), Err(TileError::BadLength));
    assert_eq!(decode_entries(&bytes[..bytes.len() - 1], 3), Err(TileError::BadLength));
    assert_eq!(decode_entries(&bytes, 257), Err(TileError::BadWidth));
    assert_eq!(encode_entries(&[vec![0; 65_536]]), Err(TileError::EntryTooLarge));
}
