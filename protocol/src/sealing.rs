//! Sealing: how contents stay unreadable for those who only keep copies of them.
//!
//! A matter has one key per generation; every content gets a key of its own from it
//! ([`content`]), travels in chunks that are checked one by one ([`chunk`]), and its matter key
//! is wrapped to every office and officer that may read ([`wrap`]). Secrets at rest lie under a
//! password ([`password`]) or under the key of the machine ([`at_rest`]). `spec/sealing.md` is
//! the normative text.
//!
//! Nothing here prints, compares in variable time or leaves behind in memory a key that it made.

pub mod at_rest;
pub mod chunk;
pub mod content;
pub mod escrow;
pub mod password;
mod stream;
pub mod wrap;

pub use content::{ClearRef, Content, ContentRef, Kind};
pub use wrap::{SealingPublic, SealingSecret, WrapSet};

use crate::codec::CodecError;
use crate::id::KeyId;

/// Why something sealed was not opened, or something open was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// A content or a part of one exceeds its bound in [`crate::limits`] or below.
    #[error("larger than {max} bytes")]
    TooLarge {
        /// The bound, in bytes.
        max: u64,
    },
    /// The ciphertext is not as long as its reference says.
    #[error("the ciphertext has another length than its reference")]
    WrongLength,
    /// The ciphertext does not hash to the root in its reference.
    #[error("the ciphertext has another root than its reference")]
    WrongRoot,
    /// Authentication failed: another key, another generation, or altered bytes.
    #[error("does not open with this key")]
    NotOpened,
    /// Everything opened, but the plaintext is not the one that the signer committed to.
    #[error("the plaintext is not the one that was committed to")]
    WrongCommitment,
    /// The frame inside the ciphertext is not as the specification says.
    #[error("the padding is not in its one form")]
    BadPadding,
    /// The bytes are not canonical CBOR of the expected shape.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A public sealing key that its algorithm does not admit.
    #[error("not an admissible sealing key")]
    BadKey,
    /// No wrap in the set is for this secret.
    #[error("nothing is wrapped to key {0}")]
    NotARecipient(KeyId),
    /// The set holds no earlier key, or its generation has no predecessor.
    #[error("no earlier generation is sealed here")]
    NoPrevious,
    /// Too few or too many recipients, or two wraps for one recipient, or in the wrong order.
    #[error("recipients must be between one and {max}, each once, in the order of their ids")]
    BadRecipients {
        /// The bound.
        max: usize,
    },
}

/// Declares a key of 32 secret bytes: wiped when dropped, never printed, compared in constant time.
macro_rules! secret32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            /// A new key from the generator.
            pub fn generate(entropy: &mut crate::entropy::Entropy) -> Self {
                Self(entropy.bytes32())
            }

            /// The key of these secret bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The secret bytes: to be wrapped or sealed, and nothing else.
            pub const fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
            }
        }

        impl Eq for $name {}

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }
    };
}
use secret32;

secret32! {
    /// Opens the contents of one matter in one generation.
    MatterKey
}

/// HKDF-SHA256 (RFC 5869) to one key of 32 bytes.
fn derive_key(secret: &[u8; 32], salt: &[u8], info: &[&[u8]]) -> zeroize::Zeroizing<[u8; 32]> {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    hkdf::Hkdf::<sha2::Sha256>::new(Some(salt), secret)
        .expand_multi_info(info, &mut key[..])
        .expect("32 bytes are within the 8,160 that HKDF-SHA256 gives");
    key
}
