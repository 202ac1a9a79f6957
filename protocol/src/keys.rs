//! Ed25519 keys (RFC 8032) as this project admits them: canonically encoded, not of small order,
//! verified strictly, so that every verifier agrees on every signature.

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use crate::hash::sha256;
use crate::id::KeyId;
use crate::memo::{self, Question};

/// A public key that passed the admission checks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Why a public key was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an admissible Ed25519 public key (32 bytes, canonical, not of small order)")]
pub struct BadKey;

/// A signature of 64 bytes.
pub type Signature = [u8; 64];

impl PublicKey {
    /// Admits a key from its 32 bytes.
    ///
    /// # Errors
    /// [`BadKey`] for a wrong length, a non-canonical encoding or a point of small order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadKey> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadKey)?;
        memo::key(&bytes, || Self::admit(&bytes))
    }

    fn admit(bytes: &[u8; 32]) -> Result<Self, BadKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadKey)?;
        // Decompression accepts y ≥ p; encoding the point again does not reproduce such bytes.
        let canonical = key.to_edwards().compress().to_bytes() == *bytes;
        if canonical && !key.is_weak() { Ok(Self(key)) } else { Err(BadKey) }
    }

    /// The 32 bytes of the key.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// SHA-256 of the 32 bytes: the full id, never a nickname.
    pub fn id(&self) -> KeyId {
        KeyId(sha256(&[self.0.as_bytes()]))
    }

    /// Strict verification (no malleability, no small-order components).
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        memo::once(Question::Signature, &[self.0.as_bytes(), signature, message], || {
            let signature = ed25519_dalek::Signature::from_bytes(signature);
            self.0.verify_strict(message, &signature).is_ok()
        })
    }
}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PublicKey({})", self.id().short())
    }
}

impl<C> minicbor::Encode<C> for PublicKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(self.0.as_bytes())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for PublicKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_bytes(d.bytes()?).map_err(|_| minicbor::decode::Error::message("bad public key"))
    }
}

/// A private signing key. Its memory is wiped when dropped; it is never printed or encoded.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of 32 secret bytes (the seed of RFC 8032).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The secret bytes, to be sealed at rest and nothing else.
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Another key that only the holder of this one can compute (HKDF-SHA256), one per purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        hkdf::Hkdf::<sha2::Sha256>::new(None, self.0.as_bytes())
            .expand(purpose.as_bytes(), seed.as_mut())
            .expect("32 bytes are within the bound of HKDF");
        Self::from_seed(&seed)
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs (deterministically: the same message gives the same signature).
    pub fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message).to_bytes()
    }
}

impl core::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SecretKey(of {})", self.public().id().short())
    }
}
