//! An officer's secret under the officer's password: Argon2id (RFC 9106), then ChaCha20-Poly1305.
//!
//! The cost stands in the envelope, so that it can grow with the machines; it is bounded in both
//! directions when read, so that a hostile envelope can neither exhaust a node nor be a cheap
//! one. A password is the same however it was typed (NFC, Unicode Annex 15).
//!
//! Never stores, prints or returns a password, and never says how nearly right one was.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use minicbor::{Decode, Encode};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::codec;
use crate::entropy::Entropy;

/// Characters of a password after NFC, at least (NIST SP 800-63B, 5.1.1.1).
pub const PASSWORD_CHARS_MIN: usize = 8;

/// Characters of a password after NFC, at most: a long sentence, and less than a denial of
/// service.
pub const PASSWORD_CHARS_MAX: usize = 128;

/// Bytes of an envelope: 32 + 48 bytes and at most 30 of framing and cost.
pub const ENVELOPE_BYTES_MAX: usize = 128;

/// What a guess costs. The default is OWASP's (19 MiB, two passes, one lane): about 0.2 s of
/// one core of a slow office machine, and room for twenty officers who sign in together on 512 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Cost {
    /// Memory in KiB.
    #[n(0)]
    memory_kib: u32,
    /// Passes over the memory.
    #[n(1)]
    passes: u32,
    /// Lanes; the work is done on one thread all the same.
    #[n(2)]
    lanes: u32,
}

/// Why a cost was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a cost outside 19 to 256 MiB, 2 to 16 passes, 1 to 4 lanes, or above 1 GiB in all passes")]
pub struct BadCost;

/// Which rule a new password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRule {
    /// Fewer than [`PASSWORD_CHARS_MIN`].
    #[error("a password has at least {PASSWORD_CHARS_MIN} characters")]
    TooShort,
    /// More than [`PASSWORD_CHARS_MAX`].
    #[error("a password has at most {PASSWORD_CHARS_MAX} characters")]
    TooLong,
    /// A line break or another control character, which no login form sends back reliably.
    #[error("a password has no control characters")]
    ControlCharacter,
}

/// Why a secret did not come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The password is not the one; or the envelope was altered without becoming malformed.
    #[error("wrong password")]
    WrongPassword,
    /// Not an envelope of this version, not canonical, or of a refused cost.
    #[error("malformed password envelope")]
    Malformed,
}

/// Puts a secret under a password at the default cost.
///
/// # Errors
/// [`PasswordRule`] for a password that [`check_password`] refuses.
pub fn wrap_with_password(
    secret: &[u8; 32],
    password: &str,
    entropy: &mut Entropy,
) -> Result<Vec<u8>, PasswordRule> {
    wrap_at_cost(secret, password, Cost::DEFAULT, entropy)
}

/// Puts a secret under a password at a chosen cost.
///
/// # Errors
/// [`PasswordRule`] for a password that [`check_password`] refuses.
pub fn wrap_at_cost(
    secret: &[u8; 32],
    password: &str,
    cost: Cost,
    entropy: &mut Entropy,
) -> Result<Vec<u8>, PasswordRule> {
    check_password(password)?;
    let salt = entropy.bytes32();
    let ciphertext = cipher(password, &salt, cost)
        .encrypt(&NONCE.into(), Payload { msg: secret, aad: AAD })
        .expect("32 bytes are within what ChaCha20 can encrypt");
    Ok(codec::encode(&Envelope { version: VERSION, cost, salt: salt.to_vec(), ciphertext }))
}

/// Takes a secret out from under a password. Slow and hungry by design: see [`Cost`].
///
/// # Errors
/// [`PasswordError`].
pub fn unwrap_with_password(envelope: &[u8], password: &str) -> Result<Zeroizing<[u8; 32]>, PasswordError> {
    let envelope: Envelope =
        codec::decode(envelope, ENVELOPE_BYTES_MAX).map_err(|_| PasswordError::Malformed)?;
    let salt = <[u8; 32]>::try_from(&envelope.salt[..]).map_err(|_| PasswordError::Malformed)?;
    let admissible = envelope.version == VERSION
        && envelope.ciphertext.len() == SEALED_BYTES
        && envelope.cost.check().is_ok();
    if !admissible {
        return Err(PasswordError::Malformed);
    }
    // A password that could never have been set is not worth the memory.
    check_password(password).map_err(|_| PasswordError::WrongPassword)?;
    let payload = Payload { msg: &envelope.ciphertext, aad: AAD };
    let opened = cipher(password, &salt, envelope.cost)
        .decrypt(&NONCE.into(), payload)
        .map(Zeroizing::new)
        .map_err(|_| PasswordError::WrongPassword)?;
    let secret = opened.as_slice().try_into().map_err(|_| PasswordError::Malformed)?;
    Ok(Zeroizing::new(secret))
}

/// Says whether a password may be set. Length is the only rule of strength (NIST SP 800-63B):
/// rules about digits and signs make passwords worse.
///
/// # Errors
/// The first [`PasswordRule`] that is broken.
pub fn check_password(password: &str) -> Result<(), PasswordRule> {
    if password.nfc().any(char::is_control) {
        return Err(PasswordRule::ControlCharacter);
    }
    match password.nfc().take(PASSWORD_CHARS_MAX + 1).count() {
        ..PASSWORD_CHARS_MIN => Err(PasswordRule::TooShort),
        PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => Ok(()),
        _ => Err(PasswordRule::TooLong),
    }
}

impl Cost {
    /// OWASP Password Storage Cheat Sheet, Argon2id.
    pub const DEFAULT: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    /// Memory in KiB, at most: one sign-in must fit beside a node on a machine of 2 GiB.
    const MEMORY_KIB_MAX: u32 = 256 * 1024;
    /// Passes, at most.
    const PASSES_MAX: u32 = 16;
    /// Lanes, at most.
    const LANES_MAX: u32 = 4;
    /// Memory times passes, at most, in KiB: a few seconds of one core.
    const WORK_KIB_MAX: u32 = 1024 * 1024;

    /// A cost of at least the default and within what a small machine can pay.
    ///
    /// # Errors
    /// [`BadCost`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, BadCost> {
        let cost = Self { memory_kib, passes, lanes };
        cost.check().map(|()| cost)
    }

    fn check(self) -> Result<(), BadCost> {
        let least = Self::DEFAULT;
        let admissible = (least.memory_kib..=Self::MEMORY_KIB_MAX).contains(&self.memory_kib)
            && (least.passes..=Self::PASSES_MAX).contains(&self.passes)
            && (least.lanes..=Self::LANES_MAX).contains(&self.lanes)
            && self.memory_kib * self.passes <= Self::WORK_KIB_MAX;
        if admissible { Ok(()) } else { Err(BadCost) }
    }
}

/// The only version so far: Argon2id version 0x13, ChaCha20-Poly1305.
const VERSION: u8 = 1;

/// Bytes of a sealed secret.
const SEALED_BYTES: usize = 32 + 16;

/// The key is of this salt alone and encrypts once, so the nonce can stand still.
const NONCE: [u8; 12] = [0; 12];

const AAD: &[u8] = b"mohar/password/1";

#[derive(Encode, Decode)]
struct Envelope {
    #[n(0)]
    version: u8,
    #[n(1)]
    cost: Cost,
    #[n(2)]
    #[cbor(with = "crate::codec::bstr")]
    salt: Vec<u8>,
    #[n(3)]
    #[cbor(with = "crate::codec::bstr")]
    ciphertext: Vec<u8>,
}

fn cipher(password: &str, salt: &[u8; 32], cost: Cost) -> ChaCha20Poly1305 {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .expect("every Cost is within the bounds of Argon2");
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normal(password).as_bytes(), salt, &mut key[..])
        .expect("password and salt are within the bounds of Argon2");
    ChaCha20Poly1305::new((&*key).into())
}

/// NFC, in memory that is wiped: room for every character, so that nothing is left behind by
/// growing.
fn normal(password: &str) -> Zeroizing<String> {
    let mut normal = Zeroizing::new(String::with_capacity(4 * PASSWORD_CHARS_MAX));
    normal.extend(password.nfc().take(PASSWORD_CHARS_MAX));
    normal
}
