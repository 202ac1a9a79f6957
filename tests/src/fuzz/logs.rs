//! Notes, checkpoints, cosignatures, tiles, proofs.

use core::str::FromStr;

use mohar_protocol::hash::Hash;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::NOTE_BYTES_MAX;
use mohar_protocol::log::checkpoint::{Checkpoint, SignedCheckpoint};
use mohar_protocol::log::cosignature::{cosign, cosignatures, keep_known, merge};
use mohar_protocol::log::export::ExportedProof;
use mohar_protocol::log::note::{CosignerKey, KeyName, LogKey, Note, SIGNATURES_MAX, SignatureLine};
use mohar_protocol::log::proof::{
    PROOF_HASHES_MAX, Proof, inclusion_of_leaves, verify_consistency, verify_inclusion,
};
use mohar_protocol::log::tile::{
    TILE_WIDTH, TileKind, TilePath, decode_entries, decode_hashes, encode_entries, encode_hashes,
};
use mohar_protocol::log::tree::{Frontier, Head, leaf_hash, root_of_leaves};
use mohar_protocol::time::Timestamp;

use super::acts::one_spelling;

/// A note is its bytes; so is each of its lines; and it holds no more signatures than it may.
pub fn a_note_is_written_back_as_it_was_read(bytes: &[u8]) {
    let Ok(note) = Note::parse(bytes) else { return };
    assert!(bytes.len() <= NOTE_BYTES_MAX && note.signatures().len() <= SIGNATURES_MAX);
    assert_eq!(note.to_string().as_bytes(), bytes);
    for line in note.signatures() {
        assert_eq!(line.to_string().parse::<SignatureLine>().as_ref(), Ok(line));
        assert_eq!(line.name.as_str().parse::<KeyName>().as_ref(), Ok(&line.name));
    }
    let lines = note.signatures().to_vec();
    assert_eq!(Note::new(note.text().to_owned(), lines).as_ref(), Ok(&note));
}

/// A checkpoint is its bytes, and nobody signed it by chance.
pub fn a_checkpoint_is_written_back_as_it_was_read(bytes: &[u8]) {
    if let Ok(text) = core::str::from_utf8(bytes)
        && let Ok(checkpoint) = Checkpoint::parse(text)
    {
        assert_eq!(checkpoint.text(), text);
    }
    let Ok(signed) = SignedCheckpoint::parse(bytes) else { return };
    assert_eq!(signed.to_bytes(), bytes);
    assert_eq!(signed.claimed().text(), signed.note().text());
    let stranger = LogKey::new(signed.claimed().origin.clone(), SecretKey::from_seed(&[3; 32]).public());
    assert!(signed.verify(&stranger).is_err(), "a key that never signed verified");
}

/// Whatever cosigners add, the text and the log's own line stay, and the note stays a note.
pub fn a_cosigned_checkpoint_keeps_its_text(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let Ok(checkpoint) = Checkpoint::parse(text) else { return };
    let secret = SecretKey::from_seed(&[1; 32]);
    let log = LogKey::new(checkpoint.origin.clone(), secret.public());
    let Ok(mut cosigned) = checkpoint.sign(&secret) else { return };
    let mut known = Vec::new();
    for seed in 10..14 {
        let witness = SecretKey::from_seed(&[seed; 32]);
        let name: KeyName = format!("witness/{seed}").parse().expect("a name");
        let key = CosignerKey::new(name.clone(), witness.public());
        let line = cosign(&cosigned, name, &witness, Timestamp(u64::from(seed) * 1000));
        if merge(&mut cosigned, &key, line).is_ok() {
            known.push(key);
        }
    }
    assert_eq!(cosigned.note().text(), text);
    assert_eq!(cosignatures(&cosigned, &known).map(|found| found.len()), Ok(known.len()));
    keep_known(&mut cosigned, &log, &known[..known.len().min(2)]).expect("the log signed it");
    let read = SignedCheckpoint::parse(&cosigned.to_bytes()).expect("a note that was written");
    assert!(read.verify(&log).is_ok());
}

/// A verifier key, of either type, is its text.
pub fn a_verifier_key_has_one_spelling(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    same_text::<LogKey>(text);
    same_text::<CosignerKey>(text);
    same_text::<KeyName>(text);
    same_text::<SignatureLine>(text);
    assert!(text.parse::<LogKey>().is_err() || text.parse::<CosignerKey>().is_err(), "two types in one");
}

/// The path of a tile is its text, and a tile has a place inside its level.
pub fn a_tile_path_has_one_spelling(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    same_text::<TilePath>(text);
    let Ok(path) = text.parse::<TilePath>() else { return };
    assert!((1..=TILE_WIDTH).contains(&usize::from(path.width)));
    let end = path.first().checked_add(u64::from(path.width)).expect("a tile ends below 2^64");
    if matches!(path.kind, TileKind::Entries | TileKind::Hashes { level: 0 }) {
        assert!(path.lies_within(end));
        assert!(!path.lies_within(end - 1));
    }
}

/// The bytes of a tile, of hashes or of entries, are what they were made of.
pub fn a_tile_is_written_back_as_it_was_read(bytes: &[u8]) {
    let Some((width, rest)) = bytes.split_first() else { return };
    let width = usize::from(*width) + 1;
    if let Ok(hashes) = decode_hashes(rest, width) {
        assert_eq!(encode_hashes(&hashes).as_deref(), Ok(rest));
    }
    if let Ok(entries) = decode_entries(rest, width) {
        assert_eq!(entries.len(), width);
        assert_eq!(encode_entries(&entries).as_deref(), Ok(rest));
    }
}

/// An exported proof is its bytes.
pub fn an_exported_proof_is_written_back_as_it_was_read(bytes: &[u8]) {
    let Ok(exported) = ExportedProof::parse(bytes) else { return };
    assert_eq!(exported.to_string().as_bytes(), bytes);
    let log =
        LogKey::new(exported.checkpoint.claimed().origin.clone(), SecretKey::from_seed(&[3; 32]).public());
    assert!(exported.verify(leaf_hash(b"leaf"), &log).is_err());
}

/// Input: size, index and older size (eight bytes each), then hashes. Whatever they are, a proof
/// made of them holds for one leaf and one root at most; a built proof holds where it was built.
pub fn a_proof_holds_for_one_leaf_of_one_tree(bytes: &[u8]) {
    let Some((numbers, rest)) = bytes.split_first_chunk::<24>() else { return };
    let number = |at: usize| u64::from_be_bytes(numbers[at..at + 8].try_into().expect("eight bytes"));
    let (size, index, old) = (number(0), number(8), number(16));
    let (hashes, _) = rest.as_chunks::<32>();
    let hashes: Vec<Hash> = hashes.iter().copied().map(Hash).collect();
    one_spelling::<Proof>(rest);
    let (leaf, other) = (leaf_hash(b"leaf"), leaf_hash(b"other"));
    if let Ok(proof) = Proof::new(hashes.clone()) {
        assert!(hashes.len() <= PROOF_HASHES_MAX);
        for root in hashes.iter().chain([&leaf]).copied() {
            let head = Head { size, root };
            let holds = |leaf| verify_inclusion(leaf, index, &head, &proof).is_ok();
            assert!(!(holds(leaf) && holds(other)), "two leaves in one place");
            let grown = |root| verify_consistency(&Head { size: old, root }, &head, &proof).is_ok();
            assert!(!(old > 0 && grown(leaf) && grown(other)), "two histories of one head");
        }
    }
    build(&hashes, size);
}

/// A built proof holds, and for nothing else.
fn build(leaves: &[Hash], chosen: u64) {
    let count = leaves.len() as u64;
    if count == 0 {
        return;
    }
    let (index, head) = (chosen % count, Head { size: count, root: root_of_leaves(leaves) });
    let proof = inclusion_of_leaves(leaves, index).expect("a leaf of the tree");
    let leaf = leaves[index as usize];
    assert_eq!(verify_inclusion(leaf, index, &head, &proof), Ok(()));
    assert!(verify_inclusion(leaf_hash(&leaf.0), index, &head, &proof).is_err());
}

/// A frontier that was read is written back, and appends without a panic.
pub fn a_frontier_goes_on_as_it_was(bytes: &[u8]) {
    let Some(mut frontier) = one_spelling::<Frontier>(bytes) else { return };
    let (size, peaks) = (frontier.size(), frontier.peaks().len());
    assert_eq!(peaks, size.count_ones() as usize);
    let stored = frontier.append(leaf_hash(b"leaf"));
    assert_eq!((frontier.size(), frontier.peaks().len()), (size + 1, (size + 1).count_ones() as usize));
    assert_eq!(stored[0].0.index, size);
}

fn same_text<T: FromStr + ToString>(text: &str) {
    if let Ok(value) = text.parse::<T>() {
        assert_eq!(value.to_string(), text, "another spelling was taken");
    }
}
