//! Secrets and derived plaintext on the disk of a node, under a key that the disk does not hold.
//!
//! XChaCha20-Poly1305 with a random nonce (draft-irtf-cfrg-xchacha-03): its 24 bytes make a
//! repeated nonce out of the question for as many values as a node will ever write. Every value
//! is bound to a context, such as its table and row, and never opens in another.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::sealing::{SealingError, secret32};

/// The first byte of everything sealed here.
const VERSION: u8 = 1;

/// Bytes of the nonce.
const NONCE_BYTES: usize = 24;

/// What sealing adds: version, nonce, tag.
pub const OVERHEAD_BYTES: usize = 1 + NONCE_BYTES + 16;

secret32! {
    /// Opens what one node keeps at rest. Comes from the machine (TPM, systemd credentials).
    StorageKey
}

/// Seals a value for one context.
pub fn seal(key: &StorageKey, context: &str, plaintext: &[u8], entropy: &mut Entropy) -> Vec<u8> {
    let random = entropy.bytes32();
    let nonce: &[u8; NONCE_BYTES] = random.first_chunk().expect("24 is less than 32");
    let aad = aad(context);
    let ciphertext = XChaCha20Poly1305::new(key.expose().into())
        .encrypt(&XNonce::from(*nonce), Payload { msg: plaintext, aad: &aad })
        .expect("a value in memory is far below the 256 GiB that ChaCha20 can encrypt");
    let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD_BYTES);
    sealed.push(VERSION);
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(&ciphertext);
    sealed
}

/// Opens a value that was sealed for this context.
///
/// # Errors
/// [`SealingError::NotOpened`], whichever of key, context, version and bytes is wrong.
pub fn open(key: &StorageKey, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let Some((&VERSION, rest)) = sealed.split_first() else {
        return Err(SealingError::NotOpened);
    };
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealingError::NotOpened)?;
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: &aad(context) })
        .map(Zeroizing::new)
        .map_err(|_| SealingError::NotOpened)
}

fn aad(context: &str) -> Vec<u8> {
    [b"mohar/at-rest/1\0", context.as_bytes()].concat()
}
