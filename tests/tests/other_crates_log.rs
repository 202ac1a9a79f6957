//! The office log against packages that other people wrote: `ct-merkle` (trees and proofs),
//! `tlog_tiles` (trees, tiles, proofs, checkpoints) and `signed_note` (notes and keys). They must
//! accept what we make, and say yes and no as we do when it is altered; where we are stricter, the
//! difference is named here and nothing else may differ.

#![expect(clippy::print_stderr, reason = "a test prints its seed")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::checkpoint::{Checkpoint, SignedCheckpoint};
use mohar_protocol::log::note::{KeyName, LogKey, Note};
use mohar_protocol::log::proof::{
    Leaves, Proof, consistency, inclusion, verify_consistency, verify_inclusion,
};
use mohar_protocol::log::tile::{TileKind, TilePath, encode_hashes};
use mohar_protocol::log::tree::{Frontier, Head, TILE_HEIGHT, leaf_hash, root_of_leaves};
use mohar_tests::fuzz::mutate::mutate;
use sha2::Sha256;
use signed_note::{StandardVerifier, VerifierList};
use tlog_tiles::tile::{Tile, TileHashReader, TileReader};
use tlog_tiles::tlog;

/// Random trees and altered proofs of one run.
const ROUNDS: u64 = 300;

fn entropy(seed: u64) -> Entropy {
    eprintln!("seed {seed}");
    let mut start = [0; 32];
    start[..8].copy_from_slice(&seed.to_be_bytes());
    Entropy::from_seed(start)
}

fn below(entropy: &mut Entropy, bound: u64) -> u64 {
    entropy.next_u64() % bound.max(1)
}

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(&leaf(index))).collect()
}

fn theirs(hash: &Hash) -> tlog::Hash {
    tlog::Hash(hash.0)
}

fn list(proof: &Proof) -> Vec<tlog::Hash> {
    proof.hashes().iter().map(theirs).collect()
}

/// Stored hashes of tlog's own layout, made by its own code.
struct Stored(Vec<tlog::Hash>);

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let found = indexes.iter().map(|index| self.0.get(*index as usize).copied());
        found.collect::<Option<_>>().ok_or(tlog::Error::IndexesNotInTree)
    }
}

fn stored(size: u64) -> Stored {
    let mut stored = Stored(Vec::new());
    for index in 0..size {
        let more = tlog::stored_hashes(index, &leaf(index), &stored).expect("hashes below are stored");
        assert_eq!(stored.0.len() as u64, tlog::stored_hash_index(0, index));
        stored.0.extend(more);
    }
    stored
}

// ---- Trees and proofs --------------------------------------------------------------------------

#[test]
fn roots_and_proofs_of_random_trees_are_those_of_tlog() {
    let mut entropy = entropy(1);
    let (stored, leaves) = (stored(1_100), leaves(1_100));
    for _ in 0..ROUNDS {
        let size = 1 + below(&mut entropy, 1_100);
        let part = &leaves[..size as usize];
        let root = root_of_leaves(part);
        assert!(tlog::tree_hash(size, &stored).expect("stored") == theirs(&root), "root of {size}");
        let index = below(&mut entropy, size);
        let ours = inclusion(&Leaves(part), index, size).expect("a leaf of the tree");
        assert!(
            tlog::prove_record(size, index, &stored).expect("stored") == list(&ours),
            "{index} of {size}"
        );
        let old = 1 + below(&mut entropy, size);
        let ours = consistency(&Leaves(part), old, size).expect("an earlier size");
        assert!(tlog::prove_tree(size, old, &stored).expect("stored") == list(&ours), "{old} to {size}");
    }
}

#[test]
fn altered_proofs_are_judged_alike_by_three_verifiers() {
    let mut entropy = entropy(2);
    let leaves = leaves(300);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..ROUNDS * 10 {
        let size = 1 + below(&mut entropy, 300);
        let part = &leaves[..size as usize];
        let index = below(&mut entropy, size);
        let old = 1 + below(&mut entropy, size);
        let head = Head { size, root: root_of_leaves(part) };
        let grown = Head { size: old, root: root_of_leaves(&part[..old as usize]) };
        let included = inclusion(&Leaves(part), index, size).expect("a leaf of the tree");
        let consistent = consistency(&Leaves(part), old, size).expect("an earlier size");
        let included = alter(included, &leaves, &mut entropy);
        let consistent = alter(consistent, &leaves, &mut entropy);
        // Numbers are altered too: another index, another size.
        let index = if below(&mut entropy, 4) == 0 { below(&mut entropy, size + 2) } else { index };
        let size = if below(&mut entropy, 4) == 0 { 1 + below(&mut entropy, 310) } else { size };
        let (head, at) = (Head { size, ..head }, index as usize % leaves.len());
        let verdict = verify_inclusion(leaves[at], index, &head, &included).is_ok();
        assert_eq!(verdict, inclusion_by_tlog(leaves[at], index, &head, &included), "{index} of {size}");
        assert_eq!(verdict, inclusion_by_ct_merkle(at as u64, index, &head, &included), "{index} of {size}");
        let verdict_of_growth = verify_consistency(&grown, &head, &consistent).is_ok();
        assert_eq!(verdict_of_growth, growth_by_tlog(&grown, &head, &consistent), "{old} to {size}");
        if old < size {
            // From a size to itself ct-merkle asks for a proof that RFC 6962 does not have.
            assert_eq!(verdict_of_growth, growth_by_ct_merkle(&grown, &head, &consistent), "{old} to {size}");
        }
        for verdict in [verdict, verdict_of_growth] {
            if verdict { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted > 500 && refused > 500, "{accepted} accepted, {refused} refused");
}

/// A third stay as they are; the others lose, gain, exchange or change a hash.
fn alter(proof: Proof, leaves: &[Hash], entropy: &mut Entropy) -> Proof {
    let mut hashes = proof.hashes().to_vec();
    let at = below(entropy, hashes.len() as u64) as usize;
    match below(entropy, 12) {
        0 => drop(hashes.pop()),
        1 => hashes.push(leaves[at]),
        2 if hashes.len() > 1 => hashes.swap(0, at),
        3 if !hashes.is_empty() => hashes[at].0[below(entropy, 32) as usize] ^= 1 << below(entropy, 8),
        4 if !hashes.is_empty() => drop(hashes.remove(at)),
        5 if !hashes.is_empty() => hashes.insert(at, hashes[at]),
        6 => hashes.clear(),
        _ => {}
    }
    Proof::new(hashes).expect("at most one hash more than a real proof")
}

fn inclusion_by_tlog(leaf: Hash, index: u64, head: &Head, proof: &Proof) -> bool {
    tlog::check_record(&list(proof), head.size, theirs(&head.root), index, theirs(&leaf)).is_ok()
}

fn growth_by_tlog(old: &Head, new: &Head, proof: &Proof) -> bool {
    tlog::check_tree(&list(proof), new.size, theirs(&new.root), old.size, theirs(&old.root)).is_ok()
}

fn bytes(proof: &Proof) -> Vec<u8> {
    proof.hashes().iter().flat_map(|hash| hash.0).collect()
}

fn root(head: &Head) -> RootHash<Sha256> {
    RootHash::new(head.root.0.into(), head.size)
}

fn inclusion_by_ct_merkle(at: u64, index: u64, head: &Head, proof: &Proof) -> bool {
    let proof = InclusionProof::<Sha256>::try_from_bytes(bytes(proof)).expect("whole hashes");
    root(head).verify_inclusion(&leaf(at), index, &proof).is_ok()
}

fn growth_by_ct_merkle(old: &Head, new: &Head, proof: &Proof) -> bool {
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes(proof)).expect("whole hashes");
    root(new).verify_consistency(&root(old), &proof).is_ok()
}

#[test]
fn proofs_built_by_ct_merkle_are_taken() {
    let mut entropy = entropy(3);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let leaves = leaves(400);
    for index in 0..400 {
        tree.push(leaf(index));
    }
    let head = Head { size: 400, root: root_of_leaves(&leaves) };
    let ours = |bytes: &[u8]| {
        let (hashes, rest) = bytes.as_chunks::<32>();
        assert!(rest.is_empty());
        Proof::new(hashes.iter().copied().map(Hash).collect()).expect("a short proof")
    };
    for _ in 0..ROUNDS {
        let index = below(&mut entropy, 400);
        let proof = ours(tree.prove_inclusion(index as usize).as_bytes());
        assert_eq!(verify_inclusion(leaves[index as usize], index, &head, &proof), Ok(()));
        let old = 1 + below(&mut entropy, 399);
        let proof = ours(tree.prove_consistency(400 - old as usize).as_bytes());
        let old = Head { size: old, root: root_of_leaves(&leaves[..old as usize]) };
        assert_eq!(verify_consistency(&old, &head, &proof), Ok(()));
    }
}

// ---- Tiles -------------------------------------------------------------------------------------

/// Our tiles, as we would serve them.
struct OurTiles<'a> {
    leaves: &'a [Hash],
    flip: Option<(u8, u64)>,
}

impl TileReader for OurTiles<'_> {
    fn height(&self) -> u8 {
        TILE_HEIGHT as u8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        Ok(tiles.iter().map(|tile| self.tile(tile)).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

impl OurTiles<'_> {
    /// The hashes that our frontier stores as the log grows, cut into the tile that is asked for.
    fn tile(&self, tile: &Tile) -> Vec<u8> {
        let mut frontier = Frontier::empty();
        let stored = self.leaves.iter().flat_map(|leaf| frontier.append(*leaf));
        let first = tile.level_index() << TILE_HEIGHT;
        let wanted = first..first + u64::from(tile.width());
        let hashes = stored.filter(|(at, _)| at.level == tile.level() && wanted.contains(&at.index));
        let mut bytes = encode_hashes(&hashes.map(|(_, hash)| hash).collect::<Vec<_>>()).expect("a tile");
        if self.flip == Some((tile.level(), tile.level_index())) {
            bytes[5] ^= 1;
        }
        bytes
    }
}

#[test]
fn tlog_proves_every_leaf_from_our_tiles_and_nothing_false_from_a_damaged_one() {
    let mut entropy = entropy(4);
    let mut refused = 0;
    for size in [1, 200, 256, 257, 600, 1_025] {
        let leaves = leaves(size);
        let root = root_of_leaves(&leaves);
        let tiles = OurTiles { leaves: &leaves, flip: None };
        let reader = TileHashReader::new(size, theirs(&root), &tiles);
        for _ in 0..8 {
            let index = below(&mut entropy, size);
            let proof = tlog::prove_record(size, index, &reader).expect("proven from our tiles");
            let ours = inclusion(&Leaves(&leaves), index, size).expect("a leaf");
            assert!(proof == list(&ours), "{index} of {size}");
            let damaged = OurTiles { leaves: &leaves, flip: Some((0, index >> TILE_HEIGHT)) };
            let reader = TileHashReader::new(size, theirs(&root), &damaged);
            // Its reader looks only at the hashes it needs; what it lets through must not prove a lie.
            match tlog::prove_record(size, index, &reader) {
                Err(_) => refused += 1,
                Ok(made) if made == list(&ours) => {}
                Ok(made) => {
                    let leaf = theirs(&leaves[index as usize]);
                    assert!(tlog::check_record(&made, size, theirs(&root), index, leaf).is_err());
                }
            }
        }
    }
    assert!(refused > 10, "{refused} damaged tiles refused");
}

#[test]
fn tile_paths_are_read_alike_but_for_levels_that_no_log_has() {
    let mut entropy = entropy(5);
    let paths = ["tile/0/000", "tile/0/x001/234.p/5", "tile/6/x001/x234/067", "tile/entries/273.p/112"];
    for round in 0..ROUNDS * 20 {
        let path = paths[(round % 4) as usize];
        let changed = mutate(path.as_bytes(), b"x999/x00/.p/256", 60, &mut entropy);
        let Ok(text) = String::from_utf8(changed) else { continue };
        let ours = text.parse::<TilePath>().ok();
        let parsed = their_path(&text).ok();
        let known = |tile: &Tile| tile.level() <= 7 && tile.level_index() <= u64::MAX >> 9;
        let there = parsed.filter(known).map(|tile| {
            let kind =
                if tile.is_data() { TileKind::Entries } else { TileKind::Hashes { level: tile.level() } };
            TilePath { kind, tile: tile.level_index(), width: tile.width() as u16 }
        });
        assert_eq!(ours, there, "{text:?}");
    }
}

/// tlog_tiles writes the height before the level, and `data` for `entries`.
fn their_path(text: &str) -> Result<Tile, ()> {
    let rest = text.strip_prefix("tile/").ok_or(())?;
    // Its parser panics on a width of nought and on levels from 64 on.
    let level: Option<u8> = rest.split('/').next().and_then(|level| level.parse().ok());
    let width: Option<u32> = rest.rsplit_once(".p/").and_then(|(_, width)| width.parse().ok());
    if rest.starts_with("data") || level.is_some_and(|level| level > 63) || width == Some(0) {
        return Err(());
    }
    let rest = rest.strip_prefix("entries/").map_or(rest.to_owned(), |rest| format!("data/{rest}"));
    Tile::from_path(&format!("tile/8/{rest}")).map_err(|_| ())
}

// ---- Notes and checkpoints ---------------------------------------------------------------------

fn signed() -> (SignedCheckpoint, LogKey) {
    let secret = SecretKey::from_seed(&[5; 32]);
    let origin: KeyName = "mp.example/indore".parse().expect("a name");
    let head = Head { size: 5, root: root_of_leaves(&leaves(5)) };
    let signed = Checkpoint::new(origin.clone(), head).sign(&secret).expect("a checkpoint");
    (signed.into_signed(), LogKey::new(origin, secret.public()))
}

#[test]
fn signed_note_reads_and_verifies_our_checkpoint() {
    let (ours, key) = signed();
    let verifier = StandardVerifier::new(&key.to_string()).expect("our verifier key");
    let note = signed_note::Note::from_bytes(&ours.to_bytes()).expect("our note");
    assert_eq!(note.text(), ours.note().text().as_bytes());
    let (good, unknown) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).expect("our signature");
    assert_eq!((good.len(), unknown.len()), (1, 0));
    let checkpoint = tlog_tiles::checkpoint::Checkpoint::from_bytes(note.text()).expect("our checkpoint");
    let claimed = ours.claimed();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (claimed.origin.as_str(), claimed.head.size));
    assert!(*checkpoint.hash() == theirs(&claimed.head.root));
    assert_eq!(checkpoint.to_bytes(), claimed.text().as_bytes());
}

/// Why we refuse a note that `signed_note` takes: the list is complete.
fn is_stricter(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let (_, lines) = text.rsplit_once("\n\n").unwrap_or_default();
    let lines: Vec<&str> = lines.trim_end_matches('\n').split('\n').collect();
    let names: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    let doubled = lines.iter().enumerate().any(|(at, line)| {
        let key =
            |line: &str| line.get(..line.len().min(line.rfind(' ').unwrap_or(0) + 6)).map(str::to_owned);
        lines[..at].iter().any(|other| key(other) == key(line))
    });
    bytes.len() > mohar_protocol::limits::NOTE_BYTES_MAX
        || lines.len() > mohar_protocol::log::note::SIGNATURES_MAX
        || doubled
        || names.iter().any(|name| name.len() > 128 || name.contains(char::is_control))
}

#[test]
fn altered_notes_are_read_alike_but_for_bounds_doubles_and_control_characters() {
    let mut entropy = entropy(6);
    let (ours, key) = signed();
    let verifier = StandardVerifier::new(&key.to_string()).expect("our verifier key");
    let verifiers = VerifierList::new(vec![Box::new(verifier)]);
    let (mut read, mut verified) = (0, 0);
    for round in 0..ROUNDS * 40 {
        let note = ours.to_bytes();
        let bytes = if round == 0 { note.clone() } else { mutate(&note, &note, 9_000, &mut entropy) };
        let (here, there) = (Note::parse(&bytes), signed_note::Note::from_bytes(&bytes));
        match (&here, &there) {
            (Ok(here), Ok(there)) => {
                read += 1;
                assert_eq!(here.text().as_bytes(), there.text());
                let here = key.verify(here).is_ok();
                let there = there.verify(&verifiers).is_ok();
                verified += u64::from(here);
                assert_eq!(here, there, "{:?}", String::from_utf8_lossy(&bytes));
            }
            (Err(_), Ok(_)) => {
                assert!(
                    is_stricter(&bytes),
                    "only we refuse {:?}: {here:?}",
                    String::from_utf8_lossy(&bytes)
                );
            }
            (Ok(_), Err(_)) => panic!("only we take {:?}", String::from_utf8_lossy(&bytes)),
            (Err(_), Err(_)) => {}
        }
    }
    assert!(read > 100 && verified > 0, "{read} read, {verified} verified");
}

#[test]
fn altered_checkpoints_are_read_alike_but_for_sizes_origins_and_empty_trees() {
    let mut entropy = entropy(7);
    let text = signed().0.note().text().to_owned();
    let mut read = 0;
    for _ in 0..ROUNDS * 40 {
        let bytes = mutate(text.as_bytes(), b"extension\n0\n", 1_000, &mut entropy);
        let Ok(changed) = std::str::from_utf8(&bytes) else { continue };
        let here = Checkpoint::parse(changed);
        let there = tlog_tiles::checkpoint::Checkpoint::from_bytes(&bytes);
        match (&here, &there) {
            (Ok(here), Ok(there)) => {
                read += 1;
                assert_eq!((here.head.size, here.text().as_bytes()), (there.size(), &there.to_bytes()[..]));
            }
            (Err(_), Ok(there)) => {
                // What a note may hold, what can be a key's name, and how large a log may be.
                let control = bytes.iter().any(|byte| *byte < 0x20 && *byte != b'\n');
                let size = there.size() == 0 || there.size() > i64::MAX as u64;
                let origin = there.origin().parse::<KeyName>().is_err();
                assert!(control || size || origin, "only we refuse {changed:?}: {here:?}");
            }
            (Ok(_), Err(_)) => panic!("only we take {changed:?}"),
            (Err(_), Err(_)) => {}
        }
    }
    assert!(read > 100, "{read} read");
}
