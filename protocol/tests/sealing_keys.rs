//! Keys under keys: wraps to recipients, passwords, storage, and the answers that others
//! published for the algorithms we stand on.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use mohar_protocol::codec::CodecError;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{KeyId, MatterId};
use mohar_protocol::limits::WRAPS_MAX;
use mohar_protocol::sealing::at_rest::{self, StorageKey};
use mohar_protocol::sealing::password::{
    Cost, PasswordError, PasswordRule, check_password, unwrap_with_password, wrap_with_password,
};
use mohar_protocol::sealing::wrap::{
    Algorithm, SealingPublic, SealingSecret, WrapSet, open_previous, unwrap, wrap_key,
};
use mohar_protocol::sealing::{MatterKey, SealingError};
use proptest::prelude::{any, prop_assert, proptest};
use rand_core::{TryCryptoRng, TryRng};

const MATTER: MatterId = MatterId([3; 32]);
const BOTH: [Algorithm; 2] = [Algorithm::X25519, Algorithm::XWing];
const PASSWORD: &str = "सात नदियों का संगम";

fn entropy() -> Entropy {
    Entropy::from_seed([1; 32])
}

fn key(byte: u8) -> MatterKey {
    MatterKey::from_bytes([byte; 32])
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

fn secret(algorithm: Algorithm, byte: u8) -> SealingSecret {
    SealingSecret::from_seed(algorithm, &[byte; 32])
}

fn wrapped(generation: u32, to: &[&SealingSecret]) -> WrapSet {
    let recipients: Vec<SealingPublic> = to.iter().map(|s| s.public().clone()).collect();
    let previous = (generation > 0).then(|| key(8));
    let previous = previous.as_ref();
    wrap_key(MATTER, generation, &key(9), previous, &recipients, &mut entropy()).unwrap()
}

#[test]
fn every_recipient_and_nobody_else_unwraps_the_key() {
    let secrets = [secret(Algorithm::XWing, 1), secret(Algorithm::X25519, 1), secret(Algorithm::XWing, 2)];
    let set = wrapped(2, &secrets.each_ref());
    let set = WrapSet::from_bytes(&set.to_bytes()).unwrap();
    for secret in &secrets {
        assert!(set.is_for(&secret.public().id()));
        assert_eq!(unwrap(&set, secret), Ok(key(9)));
    }
    for algorithm in BOTH {
        let stranger = secret(algorithm, 77);
        let refusal = SealingError::NotARecipient(stranger.public().id());
        assert_eq!(unwrap(&set, &stranger), Err(refusal));
    }
}

#[test]
fn a_wrap_given_to_another_recipient_does_not_open() {
    for algorithm in BOTH {
        let (right, wrong) = (secret(algorithm, 1), secret(algorithm, 2));
        let mut set = wrapped(0, &[&right]);
        set.wraps[0].recipient = wrong.public().id();
        assert_eq!(unwrap(&set, &wrong), Err(SealingError::NotOpened));
    }
}

#[test]
fn a_wrap_of_another_matter_or_generation_does_not_open() {
    for algorithm in BOTH {
        let secret = secret(algorithm, 1);
        let set = wrapped(3, &[&secret]);
        let moved = WrapSet { matter: MatterId([4; 32]), ..set.clone() };
        let later = WrapSet { generation: 4, ..set };
        for set in [moved, later] {
            assert_eq!(unwrap(&set, &secret), Err(SealingError::NotOpened));
            assert_eq!(open_previous(&set, &key(9)), Err(SealingError::NotOpened));
        }
    }
}

#[test]
fn a_flipped_byte_anywhere_in_a_wrap_is_refused() {
    for algorithm in BOTH {
        let secret = secret(algorithm, 1);
        let set = wrapped(0, &[&secret]);
        let wrap = &set.wraps[0];
        // The top bit of an X25519 point is ignored by RFC 7748, but HPKE hashes the bytes.
        for at in (0..wrap.enc.len()).step_by(31).chain([wrap.enc.len() - 1]) {
            let mut altered = set.clone();
            altered.wraps[0].enc = flipped(&wrap.enc, at);
            assert_eq!(unwrap(&altered, &secret), Err(SealingError::NotOpened), "enc {at}");
        }
        for at in 0..wrap.ciphertext.len() {
            let mut altered = set.clone();
            altered.wraps[0].ciphertext = flipped(&wrap.ciphertext, at);
            assert_eq!(unwrap(&altered, &secret), Err(SealingError::NotOpened), "byte {at}");
        }
        let mut short = set.clone();
        short.wraps[0].enc.pop();
        assert_eq!(unwrap(&short, &secret), Err(SealingError::NotOpened));
    }
}

#[test]
fn the_new_key_opens_the_earlier_one_and_not_the_other_way() {
    let set = wrapped(1, &[&secret(Algorithm::XWing, 1)]);
    assert_eq!(open_previous(&set, &key(9)), Ok(key(8)));
    assert_eq!(open_previous(&set, &key(8)), Err(SealingError::NotOpened));
    let first = wrapped(0, &[&secret(Algorithm::XWing, 1)]);
    assert_eq!(open_previous(&first, &key(9)), Err(SealingError::NoPrevious));
    let sealed = set.previous.clone().unwrap();
    for at in 0..sealed.len() {
        let altered = WrapSet { previous: Some(flipped(&sealed, at)), ..set.clone() };
        assert_eq!(open_previous(&altered, &key(9)), Err(SealingError::NotOpened));
    }
}

#[test]
fn none_too_many_and_repeated_recipients_are_refused() {
    let refusal = Err(SealingError::BadRecipients { max: WRAPS_MAX });
    let wrap = |to: &[SealingPublic]| wrap_key(MATTER, 0, &key(9), None, to, &mut entropy());
    let public = |n: usize| secret(Algorithm::X25519, n as u8).public().clone();
    let many: Vec<SealingPublic> = (0..=WRAPS_MAX).map(public).collect();
    assert!(wrap(&many[..WRAPS_MAX]).is_ok());
    assert_eq!(wrap(&many), refusal);
    assert_eq!(wrap(&[]), refusal);
    assert_eq!(wrap(&[public(1), public(1)]), refusal);
}

#[test]
fn a_full_set_of_hybrid_wraps_is_within_its_bound() {
    let secrets: Vec<SealingSecret> = (0..WRAPS_MAX).map(|n| secret(Algorithm::XWing, n as u8)).collect();
    let set = wrapped(1, &secrets.iter().collect::<Vec<_>>());
    let bytes = set.to_bytes();
    assert!(bytes.len() < 80 * 1024, "{} bytes", bytes.len());
    assert_eq!(WrapSet::from_bytes(&bytes), Ok(set));
}

#[test]
fn sets_in_another_form_or_order_are_refused() {
    let secrets = [secret(Algorithm::X25519, 1), secret(Algorithm::X25519, 2)];
    let set = wrapped(1, &secrets.each_ref());
    let good = set.to_bytes();
    let codec = |error| Err(SealingError::Codec(error));
    // Indefinite array, trailing byte, cut short, five elements instead of four.
    let indefinite = [&[0x9f], &good[1..], &[0xff]].concat();
    assert_eq!(WrapSet::from_bytes(&indefinite), codec(CodecError::NotCanonical));
    let trailing = [&good[..], &[0]].concat();
    assert_eq!(WrapSet::from_bytes(&trailing), codec(CodecError::NotCanonical));
    assert_eq!(WrapSet::from_bytes(&good[..50]), codec(CodecError::Malformed));
    let five = [&[0x85], &good[1..], &[0]].concat();
    assert_eq!(WrapSet::from_bytes(&five), codec(CodecError::NotCanonical));
    let huge = vec![0; 1 << 20];
    let bound = CodecError::TooLarge { max: 160 * 1024 };
    assert_eq!(WrapSet::from_bytes(&huge), codec(bound));
    let mut reversed = set.clone();
    reversed.wraps.reverse();
    let refusal = Err(SealingError::BadRecipients { max: WRAPS_MAX });
    assert_eq!(WrapSet::from_bytes(&reversed.to_bytes()), refusal);
    let earlier_of_none = WrapSet { generation: 0, ..set };
    let bytes = earlier_of_none.to_bytes();
    assert_eq!(WrapSet::from_bytes(&bytes), codec(CodecError::Malformed));
}

#[test]
fn the_wrap_of_a_later_algorithm_is_kept_and_does_not_disturb() {
    let secrets = [secret(Algorithm::XWing, 1), secret(Algorithm::XWing, 2)];
    let mut set = wrapped(0, &secrets.each_ref());
    set.wraps[0].algorithm = 9;
    let set = WrapSet::from_bytes(&set.to_bytes()).unwrap();
    let of = |id: KeyId| secrets.iter().find(|s| s.public().id() == id).unwrap();
    let unknown = of(set.wraps[0].recipient);
    assert_eq!(unwrap(&set, of(set.wraps[1].recipient)), Ok(key(9)));
    let refusal = SealingError::NotARecipient(unknown.public().id());
    assert_eq!(unwrap(&set, unknown), Err(refusal));
}

#[test]
fn public_keys_are_admitted_by_length_and_range_and_encoded_in_one_form() {
    for algorithm in BOTH {
        let public = secret(algorithm, 5).public().clone();
        let bytes = mohar_protocol::codec::encode(&public);
        assert_eq!(mohar_protocol::codec::decode(&bytes, 2_000), Ok(public.clone()));
        let short = &public.as_bytes()[1..];
        assert_eq!(SealingPublic::from_bytes(algorithm, short), Err(SealingError::BadKey));
    }
    // Twelve one bits are 4,095, above the modulus of ML-KEM.
    let out_of_range = [0xff; 1216];
    let result = SealingPublic::from_bytes(Algorithm::XWing, &out_of_range);
    assert_eq!(result, Err(SealingError::BadKey));
}

#[test]
fn nothing_is_wrapped_to_a_point_of_small_order() {
    let zero = SealingPublic::from_bytes(Algorithm::X25519, &[0; 32]).unwrap();
    let result = wrap_key(MATTER, 0, &key(9), None, &[zero], &mut entropy());
    assert_eq!(result, Err(SealingError::BadKey));
}

#[test]
fn one_seed_is_two_unrelated_keys_under_two_algorithms() {
    let [one, two] = BOTH.map(|algorithm| secret(algorithm, 1));
    assert_ne!(one.public().id(), two.public().id());
    let hybrid = two.public().as_bytes();
    assert_ne!(one.public().as_bytes(), &hybrid[hybrid.len() - 32..]);
    assert_eq!(*one.to_seed(), [1; 32]);
}

#[test]
fn the_right_password_and_no_other_gives_the_secret_back() {
    let envelope = wrap_with_password(&[5; 32], PASSWORD, &mut entropy()).unwrap();
    let secret = unwrap_with_password(&envelope, PASSWORD).unwrap();
    assert_eq!(*secret, [5; 32]);
    for wrong in ["सात नदियों का संगम ", "another password", "short", ""] {
        let result = unwrap_with_password(&envelope, wrong);
        assert_eq!(result, Err(PasswordError::WrongPassword));
    }
}

#[test]
fn a_password_is_the_same_however_it_was_typed() {
    // Composed and decomposed é, and Devanagari QA as one and as two code points.
    let composed = "caf\u{e9} \u{915}\u{93c} 1234";
    let decomposed = "cafe\u{301} \u{958} 1234";
    let envelope = wrap_with_password(&[5; 32], composed, &mut entropy()).unwrap();
    assert!(unwrap_with_password(&envelope, decomposed).is_ok());
}

#[test]
fn two_envelopes_of_one_secret_differ() {
    let mut entropy = entropy();
    let one = wrap_with_password(&[5; 32], PASSWORD, &mut entropy).unwrap();
    let two = wrap_with_password(&[5; 32], PASSWORD, &mut entropy).unwrap();
    assert_ne!(one, two);
}

#[test]
fn an_altered_envelope_gives_nothing() {
    let envelope = wrap_with_password(&[5; 32], PASSWORD, &mut entropy()).unwrap();
    for at in (0..envelope.len()).step_by(7) {
        let altered = flipped(&envelope, at);
        assert!(unwrap_with_password(&altered, PASSWORD).is_err(), "byte {at}");
    }
    let trailing = [&envelope[..], &[0]].concat();
    for bad in [&trailing[..], &envelope[..40], &[], &[0; 4096]] {
        let result = unwrap_with_password(bad, PASSWORD);
        assert_eq!(result, Err(PasswordError::Malformed));
    }
}

#[test]
fn an_envelope_that_asks_for_too_much_or_too_little_work_is_refused_unworked() {
    let envelope = wrap_with_password(&[5; 32], PASSWORD, &mut entropy()).unwrap();
    // [1, [19456, 2, 1], salt, ciphertext]
    let cost = [0x83, 0x19, 0x4c, 0x00, 0x02, 0x01];
    assert_eq!(envelope[2..8], cost);
    let hostile: [&[u8]; 6] = [
        &[0x83, 0x1a, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01], // 4 TiB
        &[0x83, 0x1a, 0x00, 0x04, 0x00, 0x01, 0x02, 0x01], // 256 MiB and a bit
        &[0x83, 0x19, 0x4c, 0x00, 0x1a, 0xff, 0xff, 0xff, 0xff, 0x01], // 2^32 passes
        &[0x83, 0x1a, 0x00, 0x04, 0x00, 0x00, 0x10, 0x01], // each allowed, not together
        &[0x83, 0x19, 0x4c, 0x00, 0x02, 0x18, 0xff],       // 255 lanes
        &[0x83, 0x08, 0x01, 0x01],                         // cheap to guess
    ];
    for cost in hostile {
        let altered = [&envelope[..2], cost, &envelope[8..]].concat();
        let result = unwrap_with_password(&altered, PASSWORD);
        assert_eq!(result, Err(PasswordError::Malformed), "{cost:02x?}");
    }
    assert!(Cost::new(64 * 1024, 3, 4).is_ok());
    assert!(Cost::new(8 * 1024, 3, 1).is_err());
}

#[test]
fn a_password_has_eight_to_128_characters_after_normalisation() {
    assert_eq!(check_password("1234567"), Err(PasswordRule::TooShort));
    assert_eq!(check_password("12345678"), Ok(()));
    // Eight code points as typed, seven after composition.
    assert_eq!(check_password("123456e\u{301}"), Err(PasswordRule::TooShort));
    assert_eq!(check_password(&"अ".repeat(128)), Ok(()));
    assert_eq!(check_password(&"अ".repeat(129)), Err(PasswordRule::TooLong));
    assert_eq!(check_password("line\nbreak"), Err(PasswordRule::ControlCharacter));
    let refused = wrap_with_password(&[5; 32], "1234567", &mut entropy());
    assert_eq!(refused, Err(PasswordRule::TooShort));
}

#[test]
fn a_value_opens_in_its_own_context_and_nowhere_else() {
    let (right, wrong) = (StorageKey::from_bytes([1; 32]), StorageKey::from_bytes([2; 32]));
    let sealed = at_rest::seal(&right, "keys/1", b"value", &mut entropy());
    assert_eq!(sealed.len(), 5 + at_rest::OVERHEAD_BYTES);
    assert_eq!(*at_rest::open(&right, "keys/1", &sealed).unwrap(), b"value");
    for (key, context) in [(&right, "keys/2"), (&right, ""), (&wrong, "keys/1")] {
        let result = at_rest::open(key, context, &sealed);
        assert_eq!(result, Err(SealingError::NotOpened));
    }
}

#[test]
fn flipped_and_cut_values_are_refused_and_two_seals_differ() {
    let (key, mut entropy) = (StorageKey::from_bytes([1; 32]), entropy());
    let sealed = at_rest::seal(&key, "row", b"value", &mut entropy);
    assert_ne!(sealed, at_rest::seal(&key, "row", b"value", &mut entropy));
    for at in 0..sealed.len() {
        let altered = flipped(&sealed, at);
        let result = at_rest::open(&key, "row", &altered);
        assert_eq!(result, Err(SealingError::NotOpened), "byte {at}");
        let result = at_rest::open(&key, "row", &sealed[..at]);
        assert_eq!(result, Err(SealingError::NotOpened), "cut at {at}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(WrapSet::from_bytes(&bytes).is_err());
        prop_assert!(unwrap_with_password(&bytes, PASSWORD).is_err());
        let key = StorageKey::from_bytes([1; 32]);
        prop_assert!(at_rest::open(&key, "row", &bytes).is_err());
    }
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// A generator that gives the bytes of a vector and then fails the test.
struct Given(Vec<u8>);

impl TryRng for Given {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        panic!("vectors give bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        panic!("vectors give bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&std::mem::replace(&mut self.0, rest));
        Ok(())
    }
}

impl TryCryptoRng for Given {}

#[test]
fn the_three_vectors_of_the_x_wing_draft_hold() {
    let vectors: Vec<BTreeMap<String, String>> =
        serde_json::from_str(include_str!("../vectors/xwing.json")).unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let field = |name: &str| hex(&vector[name]);
        let secret = <XWing as Kem>::PrivateKey::from_bytes(&field("sk")).unwrap();
        let public = XWing::sk_to_pk(&secret);
        assert_eq!(public.to_bytes().as_slice(), field("pk"));
        let mut randomness = Given(field("eseed"));
        let (shared, enc) = XWing::encap_with_rng(&public, None, &mut randomness).unwrap();
        assert_eq!(enc.to_bytes().as_slice(), field("ct"));
        assert_eq!(shared.0.as_slice(), field("ss"));
        let shared = XWing::decap(&secret, None, &enc).unwrap();
        assert_eq!(shared.0.as_slice(), field("ss"));
    }
}

#[test]
fn the_base_vector_of_rfc_9180_appendix_a_2_1_holds() {
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let aad = b"Count-0";
    let plaintext = b"Beauty is truth, truth beauty";
    let (secret, public) = X25519HkdfSha256::derive_keypair(&hex(
        "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
    ));
    assert_eq!(
        public.to_bytes().as_slice(),
        hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
    );
    let mut ephemeral = Given(hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"));
    let (enc, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info,
        plaintext,
        aad,
        &mut ephemeral,
    )
    .unwrap();
    assert_eq!(
        enc.to_bytes().as_slice(),
        hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
    );
    let expected = "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db\
                    21993c62ce81883d2dd1b51a28";
    assert_eq!(sealed, hex(expected));
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &enc,
        &info,
        &sealed,
        aad,
    );
    assert_eq!(opened.unwrap(), plaintext);
}
