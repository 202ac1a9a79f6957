//! Randomness as an argument: a generator expanded from 32 bytes that the shell took from the
//! operating system (or the simulator from its seed).

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// A cryptographic generator with a given start. Never stored, never cloned.
pub struct Entropy(ChaCha20Rng);

impl Entropy {
    /// Expands a seed. Two generators of one seed give the same bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// The next 32 bytes.
    pub fn bytes32(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The generator, for libraries that ask for one.
    pub fn rng(&mut self) -> &mut (impl rand_core::CryptoRng + use<>) {
        &mut self.0
    }
}
