//! The public Wycheproof vectors, put to the very functions that we use, and where those cannot
//! take a vector (a nonce of our own, one fixed length) to the library call below them, at the
//! version that is built.
//!
//! Policy: every *valid* vector is accepted with its exact result and every *invalid* one is
//! refused; Ed25519 has no exception. *Acceptable* exists for X25519 only: a public key of small
//! order, whose shared secret is zero, is refused (RFC 9180, 7.1.4); every other one (on the
//! twist, not canonical, small) gives the result of RFC 7748.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chacha20poly1305::aead::{Aead, AeadInOut, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, Serializable};
use ml_kem::kem::{Decapsulate, KeyExport};
use ml_kem::ml_kem_768;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::MatterId;
use mohar_protocol::keys::{PublicKey, SecretKey, Signature};
use mohar_protocol::sealing::wrap::{Algorithm, SealingPublic, wrap_key};
use mohar_protocol::sealing::{MatterKey, SealingError, SealingSecret};
use rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;
use wycheproof::{TestResult, aead, eddsa, hkdf as hkdf_vectors, mlkem, xdh};

/// A generator that gives what a vector says.
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
fn ed25519_is_verified_as_the_vectors_say() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut seen = 0;
    for group in set.test_groups {
        let key = PublicKey::from_bytes(&group.key.pk).unwrap();
        for test in group.tests {
            let signature = Signature::try_from(test.sig.as_slice());
            let good = signature.is_ok_and(|signature| key.verify(&test.msg, &signature));
            assert_ne!(test.result, TestResult::Acceptable, "{}: the policy has none", test.tc_id);
            assert_eq!(good, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            seen += 1;
        }
    }
    assert!(seen >= 150, "{seen} vectors");
}

#[test]
fn points_of_small_order_and_second_spellings_are_no_keys() {
    // y of the eight points whose order divides eight, and the spellings of those below 2^255 - 19
    // that exceed the field: all that decompress, with either sign bit.
    let small: [&str; 10] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    for hex in small {
        let mut bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
        assert!(PublicKey::from_bytes(&bytes).is_err(), "{hex}");
        bytes[31] |= 0x80;
        assert!(PublicKey::from_bytes(&bytes).is_err(), "{hex} with the sign bit");
    }
}

#[test]
fn x25519_inside_hpke_gives_the_shared_secrets_and_refuses_zero() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let (mut agreed, mut zero) = (0, 0);
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&test.private_key).unwrap();
        let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&test.public_key).unwrap();
        let shared = X25519HkdfSha256::decap(&secret, None, &enc);
        let is_zero = test.shared_secret.iter().all(|byte| *byte == 0);
        assert_eq!(shared.is_err(), is_zero, "{}: {}", test.tc_id, test.comment);
        if let Ok(shared) = shared {
            let own = X25519HkdfSha256::sk_to_pk(&secret).to_bytes();
            let context = [enc.to_bytes().as_slice(), own.as_slice()].concat();
            assert_eq!(shared.0.as_slice(), kem_secret(&test.shared_secret, &context), "{}", test.tc_id);
            agreed += 1;
        } else {
            assert_eq!(test.result, TestResult::Acceptable);
            assert_eq!(wrap_to(&test.public_key), Err(SealingError::BadKey), "{}", test.tc_id);
            zero += 1;
        }
    }
    assert!(agreed >= 480 && zero >= 30, "{agreed} agreed, {zero} refused");
}

fn wrap_to(public: &[u8]) -> Result<(), SealingError> {
    let public = SealingPublic::from_bytes(Algorithm::X25519, public)?;
    let key = MatterKey::from_bytes([1; 32]);
    let mut entropy = Entropy::from_seed([2; 32]);
    wrap_key(MatterId([3; 32]), 1, &key, None, &[public], &mut entropy).map(|_| ())
}

/// `ExtractAndExpand` of RFC 9180, 4.1, by hand.
fn kem_secret(dh: &[u8], context: &[u8]) -> Vec<u8> {
    let suite = [b"KEM".as_slice(), &[0x00, 0x20]].concat();
    let extract = [b"HPKE-v1".as_slice(), &suite, b"eae_prk", dh].concat();
    let prk = Hkdf::<Sha256>::new(Some(b""), &extract);
    let info = [&[0x00, 0x20], b"HPKE-v1".as_slice(), &suite, b"shared_secret", context].concat();
    let mut secret = vec![0; 32];
    prk.expand(&info, &mut secret).unwrap();
    secret
}

#[test]
fn hkdf_gives_the_keys_of_the_vectors_and_is_what_derives_ours() {
    let set = hkdf_vectors::TestSet::load(hkdf_vectors::TestName::HkdfSha256).unwrap();
    let mut seen = 0;
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let mut okm = vec![0; test.size];
        let done = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm);
        assert_eq!(done.is_ok(), test.result == TestResult::Valid, "{}", test.tc_id);
        if done.is_ok() {
            assert_eq!(okm, test.okm.as_slice(), "{}", test.tc_id);
        }
        seen += 1;
    }
    assert!(seen >= 80, "{seen} vectors");
    let parent = SecretKey::from_seed(&[4; 32]);
    let mut seed = [0; 32];
    Hkdf::<Sha256>::new(None, &parent.to_seed()[..]).expand(b"mohar/mirror/1", &mut seed).unwrap();
    assert_eq!(parent.derive("mohar/mirror/1").public(), SecretKey::from_seed(&seed).public());
}

#[test]
fn chacha20_poly1305_seals_and_opens_as_the_vectors_say() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    let mut seen = 0;
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let Ok(nonce) = <[u8; 12]>::try_from(test.nonce.as_slice()) else {
            assert_eq!(test.result, TestResult::Invalid, "our nonces have twelve bytes");
            continue;
        };
        let nonce = Nonce::from(nonce);
        let cipher = ChaCha20Poly1305::new_from_slice(&test.key).unwrap();
        one_piece(&cipher, &nonce, &test);
        // As `sealing::stream` does it: in place, with the tag apart.
        let mut bytes = test.ct.to_vec();
        let tag = Tag::try_from(test.tag.as_slice()).unwrap();
        let opened = cipher.decrypt_inout_detached(&nonce, &test.aad, bytes.as_mut_slice().into(), &tag);
        assert_eq!(opened.is_ok(), test.result == TestResult::Valid, "{}", test.tc_id);
        seen += 1;
    }
    assert!(seen >= 300, "{seen} vectors");
}

#[test]
fn xchacha20_poly1305_seals_and_opens_as_the_vectors_say() {
    let set = aead::TestSet::load(aead::TestName::XChaCha20Poly1305).unwrap();
    let mut seen = 0;
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let Ok(nonce) = <[u8; 24]>::try_from(test.nonce.as_slice()) else {
            assert_eq!(test.result, TestResult::Invalid, "our nonces have 24 bytes");
            continue;
        };
        let cipher = XChaCha20Poly1305::new_from_slice(&test.key).unwrap();
        one_piece(&cipher, &XNonce::from(nonce), &test);
        seen += 1;
    }
    assert!(seen >= 300, "{seen} vectors");
}

/// As `sealing::at_rest`, `wrap` and `password` do it: ciphertext and tag in one piece.
fn one_piece<A: Aead>(cipher: &A, nonce: &chacha20poly1305::aead::Nonce<A>, test: &aead::Test) {
    let sealed = [test.ct.as_slice(), &test.tag].concat();
    let opened = cipher.decrypt(nonce, Payload { msg: &sealed, aad: &test.aad });
    if test.result == TestResult::Valid {
        assert_eq!(opened.unwrap(), test.pt.as_slice(), "{}", test.tc_id);
        let again = cipher.encrypt(nonce, Payload { msg: &test.pt, aad: &test.aad });
        assert_eq!(again.unwrap(), sealed, "{}", test.tc_id);
    } else {
        assert!(opened.is_err(), "{}: {}", test.tc_id, test.comment);
    }
}

#[test]
fn ml_kem_768_inside_x_wing_takes_the_good_keys_and_no_other() {
    let set = mlkem::TestSet::load(mlkem::TestName::MlKem768Encaps).unwrap();
    let x25519 = SealingSecret::from_seed(Algorithm::X25519, &[5; 32]);
    let (mut taken, mut refused) = (0, 0);
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let key = [test.encaps_key.as_ref().unwrap().as_slice(), x25519.public().as_bytes()].concat();
        let admitted = SealingPublic::from_bytes(Algorithm::XWing, &key);
        assert_eq!(admitted.is_ok(), test.result == TestResult::Valid, "{}", test.tc_id);
        if admitted.is_err() {
            refused += 1;
            continue;
        }
        // X-Wing draws the randomness of ML-KEM first, then the key of X25519.
        let public = <XWing as Kem>::PublicKey::from_bytes(&key).unwrap();
        let mut randomness = Given([test.msg.as_ref().unwrap().as_slice(), &[6; 32]].concat());
        let (_, enc) = XWing::encap_with_rng(&public, None, &mut randomness).unwrap();
        let expected = test.ct.as_ref().unwrap();
        assert_eq!(&enc.to_bytes()[..expected.len()], expected.as_slice(), "{}", test.tc_id);
        taken += 1;
    }
    assert!(taken >= 100 && refused >= 100, "{taken} taken, {refused} refused");
}

#[test]
fn ml_kem_768_below_x_wing_makes_keys_and_opens_as_the_vectors_say() {
    let mut seen = 0;
    for name in [mlkem::TestName::MlKem768KeyGenSeed, mlkem::TestName::MlKem768] {
        let set = mlkem::TestSet::load(name).unwrap();
        for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
            let seed = test.seed.as_ref().and_then(|seed| <[u8; 64]>::try_from(seed.as_slice()).ok());
            let Some(seed) = seed else {
                assert_eq!(test.result, TestResult::Invalid, "{}: a seed has 64 bytes", test.tc_id);
                continue;
            };
            let key = ml_kem_768::DecapsulationKey::from_seed(seed.into());
            if let Some(public) = &test.encaps_key {
                assert_eq!(
                    key.encapsulation_key().to_bytes().as_slice(),
                    public.as_slice(),
                    "{}",
                    test.tc_id
                );
            }
            let Some(ciphertext) = &test.ct else { continue };
            let shared = key.decapsulate_slice(ciphertext);
            assert_eq!(shared.is_ok(), test.result == TestResult::Valid, "{}", test.tc_id);
            if let (Ok(shared), Some(expected)) = (shared, &test.shared_secret) {
                assert_eq!(shared.as_slice(), expected.as_slice(), "{}", test.tc_id);
            }
            seen += 1;
        }
    }
    assert!(seen >= 180, "{seen} vectors");
}
