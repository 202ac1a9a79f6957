//! Sealed contents, wraps, passwords, keys.

use mohar_protocol::ceremony::NodeSecrets;
use mohar_protocol::codec;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::{Context, hash};
use mohar_protocol::id::{Commitment, ContentRoot, MatterId};
use mohar_protocol::keys::PublicKey;
use mohar_protocol::limits::{CHUNK_BYTES, WRAPS_MAX};
use mohar_protocol::log::proof::Proof;
use mohar_protocol::sealing::at_rest::{self, StorageKey};
use mohar_protocol::sealing::chunk::{chunk_count, chunk_range, chunk_with_proof, verify_chunk};
use mohar_protocol::sealing::content::{
    BODY_BYTES_MAX, MEDIA_TYPE_BYTES_MAX, NAME_BYTES_MAX, clear_reference, disclose, open, open_disclosed,
    seal,
};
use mohar_protocol::sealing::password::{PasswordError, check_password, unwrap_with_password};
use mohar_protocol::sealing::wrap::{Algorithm, open_previous, unwrap, wrap_key};
use mohar_protocol::sealing::{Content, ContentRef, Kind, MatterKey, SealingPublic, SealingSecret, WrapSet};

/// A wrap set is its bytes, within its bounds, and a key that nobody wrapped to opens nothing.
pub fn a_wrap_set_is_written_back_and_opens_for_nobody_else(bytes: &[u8]) {
    let Ok(set) = WrapSet::from_bytes(bytes) else { return };
    assert_eq!(set.to_bytes(), bytes);
    assert!((1..=WRAPS_MAX).contains(&set.wraps.len()));
    assert!(open_previous(&set, &MatterKey::from_bytes([5; 32])).is_err(), "opened with a wrong key");
    for algorithm in [Algorithm::X25519, Algorithm::XWing] {
        let secret = SealingSecret::from_seed(algorithm, &[6; 32]);
        let mut to_us = set.clone();
        to_us.wraps[0].recipient = secret.public().id();
        to_us.wraps[0].algorithm = algorithm.number();
        assert!(unwrap(&set, &secret).is_err(), "not a recipient");
        assert!(unwrap(&to_us, &secret).is_err(), "what was wrapped to another key opened");
    }
}

/// Bytes that were never sealed do not open, not even under a reference that fits them; a sealed
/// content opens, and not with a byte changed.
pub fn a_sealed_content_opens_only_as_it_was_sealed(bytes: &[u8]) {
    let key = MatterKey::from_bytes([1; 32]);
    let clear = clear_reference(bytes).expect("short enough");
    let commitment = Commitment([2; 32]);
    let forged = ContentRef { root: clear.root, length: clear.length, commitment, generation: 1 };
    assert!(open(&key, &forged, bytes).is_err() && disclose(&key, &forged, bytes).is_err());
    let content = Content {
        kind: Kind::Note,
        media_type: "text/plain".to_owned(),
        name: String::new(),
        body: bytes.to_vec(),
    };
    let sealed = seal(&key, 1, &content, &mut Entropy::from_seed([3; 32])).expect("within its bounds");
    assert_eq!(open(&key, &sealed.reference, &sealed.ciphertext).as_ref(), Ok(&content));
    let mut flipped = sealed.ciphertext.clone();
    let at = bytes.len() % flipped.len();
    flipped[at] ^= 1;
    let root = clear_reference(&flipped).expect("short enough").root;
    assert!(open(&key, &ContentRef { root, ..sealed.reference }, &flipped).is_err(), "a changed byte opened");
}

/// A plaintext that was committed to is a content in its one form and within its bounds, or refused.
pub fn a_disclosed_content_is_in_its_one_form(bytes: &[u8]) {
    let salt = [4; 32];
    let commitment = Commitment(hash(Context::Commitment, &[&salt, bytes]).0);
    let Ok(content) = open_disclosed(&commitment, &salt, bytes) else { return };
    assert_eq!(codec::encode(&content), bytes);
    assert!(content.media_type.len() <= MEDIA_TYPE_BYTES_MAX && content.name.len() <= NAME_BYTES_MAX);
    assert!(content.body.len() <= BODY_BYTES_MAX);
    assert!(open_disclosed(&commitment, &[5; 32], bytes).is_err(), "another salt fits the commitment");
}

/// Input: length and index (eight bytes each), then the chunk. It is taken where it belongs and
/// nowhere else.
pub fn a_chunk_is_taken_only_where_it_belongs(bytes: &[u8]) {
    let Some((numbers, chunk)) = bytes.split_first_chunk::<16>() else { return };
    let number = |at: usize| u64::from_be_bytes(numbers[at..at + 8].try_into().expect("eight bytes"));
    let (length, index) = (number(0), number(8));
    if let Some(range) = chunk_range(length, index) {
        assert!(range.start < range.end && range.end <= length);
        assert!(range.end - range.start <= CHUNK_BYTES as u64 && index < chunk_count(length));
    }
    let none = Proof::new(Vec::new()).expect("an empty proof");
    assert!(verify_chunk(&ContentRoot([0; 32]), length, index, chunk, &none).is_err());
    let root = clear_reference(chunk).expect("short enough").root;
    let whole = chunk.len() as u64;
    let taken = verify_chunk(&root, length, index, chunk, &none).is_ok();
    assert_eq!(taken, length == whole && index == 0 && whole > 0, "one chunk is the whole of its content");
    if let Some((piece, proof)) = chunk_with_proof(chunk, index) {
        assert!(verify_chunk(&root, whole, index, piece, &proof).is_ok());
        assert!(verify_chunk(&root, whole.wrapping_add(1), index, piece, &proof).is_err());
    }
}

/// What was never sealed does not open; what was, opens in its own place only.
pub fn a_value_at_rest_opens_only_as_it_was_sealed(bytes: &[u8]) {
    let key = StorageKey::from_bytes([7; 32]);
    assert!(at_rest::open(&key, "table/row", bytes).is_err());
    let sealed = at_rest::seal(&key, "table/row", bytes, &mut Entropy::from_seed([8; 32]));
    assert_eq!(sealed.len(), bytes.len() + at_rest::OVERHEAD_BYTES);
    assert_eq!(at_rest::open(&key, "table/row", &sealed).as_deref().map(Vec::as_slice), Ok(bytes));
    assert!(at_rest::open(&key, "table/other", &sealed).is_err());
    let mut flipped = sealed;
    let at = bytes.len() % flipped.len();
    flipped[at] ^= 0x80;
    assert!(at_rest::open(&key, "table/row", &flipped).is_err());
}

/// An envelope is refused before any memory is spent on it: the password here could never have
/// been set.
pub fn a_password_envelope_is_bounded(bytes: &[u8]) {
    match unwrap_with_password(bytes, "short") {
        Ok(_) => panic!("a password that cannot be set opened something"),
        Err(PasswordError::WrongPassword | PasswordError::Malformed) => {}
    }
}

/// A password is judged the same after composition, and its characters are counted, not its bytes.
pub fn a_password_is_one_however_it_was_typed(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let verdict = check_password(text);
    if verdict.is_ok() {
        assert!(!text.contains(['\n', '\r', '\0']) && text.chars().count() <= text.len());
    }
    // Reordering marks that compose differently must not change the verdict.
    assert_eq!(check_password(text), verdict);
}

/// A public key is canonical, and no signature is good by chance.
pub fn a_signing_key_is_canonical_and_verifies_nothing_by_chance(bytes: &[u8]) {
    let (key, rest) = bytes.split_at(bytes.len().min(32));
    let Ok(key) = PublicKey::from_bytes(key) else { return };
    assert_eq!(key.to_bytes().as_slice(), &bytes[..32]);
    let mut signature = [0; 64];
    signature[..rest.len().min(64)].copy_from_slice(&rest[..rest.len().min(64)]);
    assert!(!key.verify(b"nobody signed this", &signature));
}

/// Bytes are a sealing key to which something can be wrapped, or refused on the way.
pub fn a_sealing_key_takes_a_wrap_or_is_refused(bytes: &[u8]) {
    for algorithm in [Algorithm::X25519, Algorithm::XWing] {
        let Ok(public) = SealingPublic::from_bytes(algorithm, bytes) else { continue };
        assert_eq!(public.as_bytes(), bytes);
        let encoded = codec::encode(&public);
        assert_eq!(codec::decode::<SealingPublic>(&encoded, 2048).as_ref(), Ok(&public));
        let key = MatterKey::from_bytes([1; 32]);
        let mut entropy = Entropy::from_seed([2; 32]);
        let Ok(set) = wrap_key(MatterId([3; 32]), 1, &key, None, &[public], &mut entropy) else { continue };
        assert_eq!(WrapSet::from_bytes(&set.to_bytes()).as_ref(), Ok(&set));
    }
    super::acts::one_spelling::<SealingPublic>(bytes);
}

/// Secrets of a node open only as they were sealed, and only in their one form.
pub fn node_secrets_open_only_as_they_were_sealed(bytes: &[u8]) {
    let machine = StorageKey::from_bytes([9; 32]);
    assert!(NodeSecrets::open(&machine, bytes).is_err(), "what was never sealed opened");
    // The context stands in `ceremony`; sealed here by hand, so that any plaintext is tried.
    let sealed = at_rest::seal(&machine, "mohar/node-secrets/1", bytes, &mut Entropy::from_seed([1; 32]));
    if let Ok(secrets) = NodeSecrets::open(&machine, &sealed) {
        assert_eq!(codec::encode(&secrets), bytes);
        let _ = secrets.hosts();
    }
}
