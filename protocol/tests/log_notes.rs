//! The office log, second half: notes, checkpoints, cosignatures and exported proofs, each with
//! its tampered and refused cases.

#![allow(clippy::unwrap_used)] // a step that fails is a test that fails

use mohar_protocol::codec;
use mohar_protocol::hash::Hash;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::NOTE_BYTES_MAX;
use mohar_protocol::log::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, VerifiedCheckpoint};
use mohar_protocol::log::cosignature::{cosign, cosignatures, keep_known, merge};
use mohar_protocol::log::export::{ExportError, ExportedProof};
use mohar_protocol::log::note::{
    CosignerKey, KeyName, LogKey, Note, NoteError, SIGNATURES_MAX, SignatureLine,
};
use mohar_protocol::log::proof::{ProofError, inclusion_of_leaves};
use mohar_protocol::log::tile::{TilePath, decode_entries};
use mohar_protocol::log::tree::{Frontier, Head, leaf_hash, node_hash};
use mohar_protocol::time::Timestamp;
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

// ---- Notes -------------------------------------------------------------------------------------

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETERS_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// The leaf hash of leaf `index` of every log in these tests.
fn leaf(index: usize) -> Hash {
    leaf_hash(format!("leaf {index}").as_bytes())
}

fn leaves(size: usize) -> Vec<Hash> {
    (0..size).map(leaf).collect()
}

fn flipped(hash: Hash) -> Hash {
    let mut bytes = hash.0;
    bytes[7] ^= 0x10;
    Hash(bytes)
}

#[test]
fn the_note_of_the_go_documentation_verifies_and_is_written_back_byte_for_byte() {
    let key: LogKey = PETER.parse().unwrap();
    assert_eq!(key.to_string(), PETER);
    let note = Note::parse(PETERS_NOTE.as_bytes()).unwrap();
    key.verify(&note).unwrap();
    assert_eq!(note.to_string(), PETERS_NOTE);
    let edited = Note::parse(PETERS_NOTE.replace("answer", "Answer").as_bytes()).unwrap();
    assert_eq!(key.verify(&edited), Err(NoteError::BadSignature(name("PeterNeumann"))));
    let renamed = Note::parse(PETERS_NOTE.replace("— Peter", "— Pater").as_bytes()).unwrap();
    assert_eq!(key.verify(&renamed), Err(NoteError::NotSigned(name("PeterNeumann"))));
}

#[test]
fn a_verifier_key_of_another_type_name_or_id_is_refused() {
    assert_eq!(PETER.parse::<CosignerKey>(), Err(NoteError::BadVerifierKey));
    for wrong in [
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("Peter", "Pater"),
        PETER.replace("+c74f20a3", ""),
        PETER.replace("10TW", "10T"),
        format!("{PETER}\n"),
        String::new(),
    ] {
        assert!(wrong.parse::<LogKey>().is_err(), "{wrong}");
    }
    let key = CosignerKey::new(name("witness.example/w1"), secret(1).public());
    assert_eq!(key.to_string().parse(), Ok(key));
}

#[test]
fn a_malformed_note_is_refused_with_its_reason() {
    let line = PETERS_NOTE.lines().last().unwrap();
    let refused = |note: String| Note::parse(note.as_bytes()).unwrap_err();
    assert_eq!(refused(String::new()), NoteError::NotANote);
    assert_eq!(refused(format!("text\n{line}\n")), NoteError::NotANote);
    assert_eq!(refused(format!("text\n\n{line}")), NoteError::NotANote);
    assert_eq!(refused("text\n\n".to_owned()), NoteError::NotANote);
    assert_eq!(refused(format!("te\tt\n\n{line}\n")), NoteError::NotText);
    assert_eq!(refused(format!("text\r\n\n{line}\n")), NoteError::NotText);
    assert_eq!(Note::parse(b"te\xFFt\n\n"), Err(NoteError::NotText));
    assert_eq!(refused(format!("{}\n\n{line}\n", "x".repeat(NOTE_BYTES_MAX))), NoteError::TooLarge);
    assert_eq!(refused(format!("text\n\n{line}\n{line}\n")), NoteError::DuplicateSignature);
    for bad in [
        line.replace('—', "-"),
        line.replace("— ", "—"),
        line.replace(" x08", "  x08"),
        line.replace('=', ""),
        line.replace("nAM=", "nAN="),
        format!("{line} "),
        "— name".to_owned(),
        "— name AAAAAA==".to_owned(),
    ] {
        assert_eq!(refused(format!("text\n\n{bad}\n")), NoteError::BadLine, "{bad}");
    }
    for bad in [
        "— a+b AAAAAAA=".to_owned(),
        "— \u{a0} AAAAAAA=".to_owned(),
        format!("— {} AAAAAAA=", "n".repeat(129)),
    ] {
        assert_eq!(refused(format!("text\n\n{bad}\n")), NoteError::BadName, "{bad}");
    }
    let many: String = (0..=SIGNATURES_MAX).map(|n| format!("— n{n} AAAAAAA=\n")).collect();
    assert_eq!(refused(format!("text\n\n{many}")), NoteError::TooManySignatures);
    assert_eq!(Note::new("no newline".to_owned(), vec![]), Err(NoteError::NotANote));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_note_that_can_be_made_is_read_back_the_same(
        text in "[ -~\\n\u{900}-\u{97f}]{0,80}\n",
        lines in proptest::collection::btree_map("[!-*,-~\u{900}-\u{939}]{1,20}", (any::<[u8; 4]>(), proptest::collection::vec(any::<u8>(), 1..80)), 1..6),
    ) {
        let lines = lines.into_iter().map(|(text, (key_id, signature))| SignatureLine { name: name(&text), key_id, signature });
        let note = Note::new(text, lines.collect()).unwrap();
        prop_assert_eq!(Note::parse(note.to_string().as_bytes()).unwrap(), note);
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[ -~\n—]{0,200}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            let _ = (Note::parse(bytes), SignedCheckpoint::parse(bytes), ExportedProof::parse(bytes));
            let _ = decode_entries(bytes, 3);
        }
        let _ = (text.parse::<TilePath>(), text.parse::<LogKey>(), Checkpoint::parse(&text));
    }
}

// ---- Checkpoints and cosignatures --------------------------------------------------------------

const ORIGIN: &str = "mp.gov.example/indore/depalpur";

fn log_key() -> LogKey {
    LogKey::new(name(ORIGIN), secret(1).public())
}

fn checkpoint_of(leaves: &[Hash]) -> VerifiedCheckpoint {
    Checkpoint::new(name(ORIGIN), Frontier::of_leaves(leaves).head()).sign(&secret(1)).unwrap()
}

#[test]
fn a_signed_checkpoint_is_read_back_and_verified() {
    let mut body = Checkpoint::new(name(ORIGIN), Frontier::of_leaves(&leaves(7)).head());
    body.extensions = vec!["a line for later".to_owned()];
    let signed = body.clone().sign(&secret(1)).unwrap();
    let received = SignedCheckpoint::parse(&signed.to_bytes()).unwrap();
    assert_eq!(received.claimed(), &body);
    let wire = codec::encode(&received);
    assert_eq!(codec::decode::<SignedCheckpoint>(&wire, NOTE_BYTES_MAX).unwrap(), received);
    assert_eq!(received.verify(&log_key()).unwrap(), signed);
}

#[test]
fn the_example_of_the_c2sp_pages_is_read_and_written_back_byte_for_byte() {
    let example = "example.com/behind-the-sofa\n20852163\n\
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhc\
        yv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3\
        b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let checkpoint = SignedCheckpoint::parse(example.as_bytes()).unwrap();
    assert_eq!(checkpoint.claimed().head.size, 20_852_163);
    assert_eq!(checkpoint.note().signatures()[0].signature.len(), 64);
    let cosignature = &checkpoint.note().signatures()[1].signature;
    assert_eq!((cosignature.len(), &cosignature[..8]), (72, &1_679_315_147_u64.to_be_bytes()[..]));
    assert_eq!(checkpoint.to_bytes(), example.as_bytes());
}

#[test]
fn a_checkpoint_is_refused_with_the_line_that_is_wrong() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let good = format!("example.com/behind-the-sofa\n20852163\n{root}\n");
    assert_eq!(Checkpoint::parse(&good).unwrap().text(), good);
    let refused = |from: &str, to: &str| Checkpoint::parse(&good.replace(from, to)).unwrap_err();
    assert_eq!(refused("example.com/behind-the-sofa", ""), CheckpointError::BadLines);
    assert_eq!(refused(&format!("{root}\n"), ""), CheckpointError::BadLines);
    assert_eq!(refused("=\n", "=\n\n"), CheckpointError::BadLines);
    assert_eq!(refused("=\n", "=\n\next\n"), CheckpointError::BadLines);
    assert_eq!(refused("=\n", "="), CheckpointError::BadLines);
    assert_eq!(refused("behind-the", "behind+the"), CheckpointError::BadOrigin);
    for size in
        ["020852163", "+20852163", "-1", "0x10", "2 ", "18446744073709551616", "9223372036854775808", "२"]
    {
        assert_eq!(refused("20852163", size), CheckpointError::BadSize, "{size}");
    }
    for wrong in [&root[1..], &root[..43], "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=", "AAAA"] {
        assert_eq!(refused(root, wrong), CheckpointError::BadRoot, "{wrong}");
    }
    assert_eq!(refused("20852163", "0"), CheckpointError::WrongEmptyRoot);
    let mut sneaky = Checkpoint::new(name(ORIGIN), Head::empty());
    sneaky.extensions = vec!["two\nlines".to_owned()];
    assert_eq!(sneaky.sign(&secret(1)), Err(CheckpointError::BadLines));
}

#[test]
fn a_checkpoint_of_another_key_or_log_or_text_is_refused() {
    let bytes = checkpoint_of(&leaves(7)).to_bytes();
    let received = || SignedCheckpoint::parse(&bytes).unwrap();
    let other_key = LogKey::new(name(ORIGIN), secret(2).public());
    assert_eq!(received().verify(&other_key), Err(NoteError::NotSigned(name(ORIGIN)).into()));
    let other_log = LogKey::new(name("mp.gov.example/dewas"), secret(1).public());
    assert_eq!(received().verify(&other_log), Err(CheckpointError::WrongOrigin(name(ORIGIN))));
    let text = String::from_utf8(bytes.clone()).unwrap().replacen("\n7\n", "\n8\n", 1);
    let edited = SignedCheckpoint::parse(text.as_bytes()).unwrap();
    assert_eq!(edited.verify(&log_key()), Err(NoteError::BadSignature(name(ORIGIN)).into()));
}

#[test]
fn cosignatures_are_merged_verified_and_counted_once() {
    let mut checkpoint = checkpoint_of(&leaves(7));
    let (mirror, witness) = (secret(10), secret(11));
    let mirror_key = CosignerKey::new(name("mirror.example"), mirror.public());
    let witness_key = CosignerKey::new(name("witness.example"), witness.public());
    let known = [mirror_key.clone(), witness_key.clone()];
    assert_eq!(cosignatures(&checkpoint, &known).unwrap(), []);
    for (key, secret, time_ms) in [(&mirror_key, &mirror, 5_999), (&witness_key, &witness, 7_000)] {
        let line = cosign(&checkpoint, key.name().clone(), secret, Timestamp(time_ms));
        assert_eq!(line.signature.len(), 72);
        merge(&mut checkpoint, key, line).unwrap();
    }
    // A later cosignature of the same mirror does not replace the earlier, an earlier one does.
    for (time_ms, kept_s) in [(9_000, 5), (3_000, 3)] {
        let line = cosign(&checkpoint, name("mirror.example"), &mirror, Timestamp(time_ms));
        assert_eq!(merge(&mut checkpoint, &mirror_key, line).unwrap().time_s, kept_s);
    }
    let received = SignedCheckpoint::parse(&checkpoint.to_bytes()).unwrap().verify(&log_key()).unwrap();
    let times: Vec<u64> = cosignatures(&received, &known).unwrap().iter().map(|c| c.time_s).collect();
    assert_eq!(times, [3, 7]);
    let alias = CosignerKey::new(name("alias.example"), witness.public());
    let line = cosign(&checkpoint, name("alias.example"), &witness, Timestamp(1_000));
    merge(&mut checkpoint, &alias, line).unwrap();
    assert_eq!(cosignatures(&checkpoint, &[witness_key, alias]).unwrap().len(), 1, "one key, one voice");
}

#[test]
fn a_wrong_cosignature_is_refused_and_strangers_can_be_dropped() {
    let mut checkpoint = checkpoint_of(&leaves(7));
    let key = CosignerKey::new(name("witness.example"), secret(11).public());
    let wrong = NoteError::BadSignature(name("witness.example"));
    let good = cosign(&checkpoint, key.name().clone(), &secret(11), Timestamp(7_000));
    for at in [0, 7, 8, 71] {
        let mut line = good.clone();
        line.signature[at] ^= 1;
        assert_eq!(merge(&mut checkpoint, &key, line), Err(wrong.clone()), "byte {at}");
    }
    let mut short = good.clone();
    short.signature.pop();
    assert_eq!(merge(&mut checkpoint, &key, short), Err(wrong.clone()));
    let elsewhere = cosign(&checkpoint_of(&leaves(8)), key.name().clone(), &secret(11), Timestamp(7_000));
    assert_eq!(merge(&mut checkpoint, &key, elsewhere), Err(wrong.clone()));
    let stranger = cosign(&checkpoint, key.name().clone(), &secret(12), Timestamp(7_000));
    assert_eq!(merge(&mut checkpoint, &key, stranger), Err(NoteError::NotSigned(key.name().clone())));

    // A note as an attacker would fill it: a wrong line of the witness and fifteen of strangers.
    let mut lines = checkpoint.note().signatures().to_vec();
    lines.push(SignatureLine { signature: vec![0; 72], ..good.clone() });
    lines.extend((0..15).map(|n| SignatureLine {
        name: name(&format!("s{n}")),
        key_id: [n; 4],
        signature: vec![1],
    }));
    let full = Note::new(checkpoint.note().text().to_owned(), lines).unwrap();
    let mut full = SignedCheckpoint::parse(full.to_string().as_bytes()).unwrap().verify(&log_key()).unwrap();
    assert_eq!(cosignatures(&full, std::slice::from_ref(&key)), Err(wrong));
    let late = CosignerKey::new(name("late.example"), secret(13).public());
    let line = cosign(&full, late.name().clone(), &secret(13), Timestamp(8_000));
    assert_eq!(merge(&mut full, &late, line.clone()), Err(NoteError::TooManySignatures));
    merge(&mut full, &key, good).unwrap();
    keep_known(&mut full, &log_key(), std::slice::from_ref(&key)).unwrap();
    merge(&mut full, &late, line).unwrap();
    assert_eq!(full.note().signatures().len(), 3);
    assert_eq!(cosignatures(&full, &[key, late]).unwrap().len(), 2);
}

#[test]
fn a_log_signature_is_no_cosignature_even_with_the_same_key_and_name() {
    let checkpoint = checkpoint_of(&leaves(7));
    let same = CosignerKey::new(name(ORIGIN), secret(1).public());
    assert_ne!(same.id(), log_key().id());
    assert_eq!(cosignatures(&checkpoint, &[same]).unwrap(), []);
}

// ---- Exported proofs ---------------------------------------------------------------------------

fn exported(extra: &[u8]) -> ExportedProof {
    let leaves = leaves(300);
    let proof = inclusion_of_leaves(&leaves, 42).unwrap();
    ExportedProof {
        extra: extra.to_vec(),
        index: 42,
        proof,
        checkpoint: checkpoint_of(&leaves).into_signed(),
    }
}

#[test]
fn an_exported_proof_stands_alone() {
    for extra in [b"".as_slice(), b"context"] {
        let text = exported(extra).to_string();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\n"));
        let received = ExportedProof::parse(text.as_bytes()).unwrap();
        assert_eq!(received, exported(extra));
        let checkpoint = received.verify(leaf(42), &log_key()).unwrap();
        assert_eq!(checkpoint.head().size, 300);
    }
}

#[test]
fn an_exported_proof_of_one_leaf_has_no_hash_lines() {
    let leaves = leaves(1);
    let proof = inclusion_of_leaves(&leaves, 0).unwrap();
    let exported =
        ExportedProof { extra: vec![], index: 0, proof, checkpoint: checkpoint_of(&leaves).into_signed() };
    let text = exported.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nmp.gov.example"));
    ExportedProof::parse(text.as_bytes()).unwrap().verify(leaf(0), &log_key()).unwrap();
}

#[test]
fn a_tampered_exported_proof_is_refused_with_its_reason() {
    let good = exported(b"context").to_string();
    let hash_line = good.lines().nth(3).unwrap().to_owned();
    for (from, to) in [
        ("proof@v1", "proof@v2"),
        ("extra Y29udGV4dA==\n", "extra \n"),
        ("extra Y29udGV4dA==", "extra Y29udGV4dA"),
        ("index 42", "index 042"),
        ("index 42", "index +42"),
        ("index 42\n", ""),
        ("index", "Index"),
        (hash_line.as_str(), "AAAA"),
        (hash_line.as_str(), "\n"),
    ] {
        let refused = ExportedProof::parse(good.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert!(matches!(refused, ExportError::Malformed | ExportError::Checkpoint(_)), "{to}: {refused:?}");
    }
    let parse = |text: String| ExportedProof::parse(text.as_bytes()).unwrap();
    let leaf = leaf(42);
    let shorter = parse(good.replacen(&format!("{hash_line}\n"), "", 1));
    assert_eq!(shorter.verify(leaf, &log_key()), Err(ProofError::Short.into()));
    let moved = parse(good.replacen("index 42", "index 43", 1));
    assert_eq!(moved.verify(leaf, &log_key()), Err(ProofError::WrongRoot.into()));
    assert_eq!(parse(good.clone()).verify(flipped(leaf), &log_key()), Err(ProofError::WrongRoot.into()));
    let forged = parse(good.replacen("\n300\n", "\n301\n", 1));
    assert!(matches!(forged.verify(leaf, &log_key()), Err(ExportError::Checkpoint(_))));
    let swapped = node_hash(&leaf, &leaf);
    assert!(exported(b"").verify(swapped, &log_key()).is_err());
}
