//! Node keys of an office that a node hosts beside its first one. The node makes them itself, and
//! they leave it only sealed under its storage key, so that the ceremony of the new office never
//! sees them and nothing has to be unsealed twice.
//!
//! Never holds the office's own keys: operating and recovery key belong to people.

use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::SEALING;
use crate::act::body;
use crate::codec;
use crate::entropy::Entropy;
use crate::id::OfficeId;
use crate::keys::{PublicKey, SecretKey};
use crate::log::tree::Head;
use crate::machine::HostSecrets;
use crate::refusal::Refusal;
use crate::sealing::SealingSecret;
use crate::sealing::at_rest::{self, StorageKey};

/// Offices of one node. A district hosts the tehsils that have no machine; the largest has 17.
pub const HOSTED_OFFICES_MAX: usize = 32;

/// Bytes of sealed keys: two seeds of 32 bytes, their framing and an envelope of 50, rounded up.
pub const HOSTED_KEYS_BYTES_MAX: usize = 256;

/// Context under which the keys are sealed at rest.
const CONTEXT: &str = "mohar/hosted-keys/1";

/// Seeds of the node keys of one more office.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
pub struct HostedKeys {
    /// Seed of the signing key.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    signing: [u8; 32],
    /// Seed of the sealing key.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    sealing: [u8; 32],
}

impl HostedKeys {
    /// Makes both keys from the generator.
    pub fn generate(entropy: &mut Entropy) -> Self {
        Self { signing: entropy.bytes32(), sealing: entropy.bytes32() }
    }

    /// What the new office says about the node that speaks for it: its first incarnation.
    pub fn incarnate(&self, transport: PublicKey) -> body::Incarnate {
        let signing = SecretKey::from_seed(&self.signing);
        body::Incarnate {
            number: 1,
            signing: signing.public(),
            transport,
            start: Head::empty(),
            lost_to: 0,
            mirror: HostSecrets::mirror(&signing).public(),
            witness: HostSecrets::witness(&signing).public(),
            sealing: SealingSecret::from_seed(SEALING, &self.sealing).public().clone(),
        }
    }

    /// What the machine is started with.
    pub fn host(&self, office: OfficeId) -> HostSecrets {
        HostSecrets {
            office,
            signing: SecretKey::from_seed(&self.signing),
            sealing: SealingSecret::from_seed(SEALING, &self.sealing),
            earlier: Vec::new(),
        }
    }

    /// Seals the keys under the storage key of the node.
    pub fn seal(&self, storage: &StorageKey, entropy: &mut Entropy) -> Vec<u8> {
        let plain = Zeroizing::new(codec::encode(self));
        at_rest::seal(storage, CONTEXT, &plain, entropy)
    }

    /// Opens sealed keys.
    ///
    /// # Errors
    /// [`Refusal::ContentSealed`] with another node's key or damaged bytes.
    pub fn open(storage: &StorageKey, sealed: &[u8]) -> Result<Self, Refusal> {
        let plain = at_rest::open(storage, CONTEXT, sealed).map_err(|_| Refusal::ContentSealed)?;
        codec::decode(&plain, HOSTED_KEYS_BYTES_MAX).map_err(|_| Refusal::ContentDamaged)
    }
}

#[cfg(test)]
mod tests {
    use super::{HOSTED_KEYS_BYTES_MAX, HostedKeys};
    use crate::entropy::Entropy;
    use crate::id::OfficeId;
    use crate::keys::SecretKey;
    use crate::refusal::Refusal;
    use crate::sealing::at_rest::StorageKey;

    #[test]
    fn sealed_keys_open_on_their_own_node_only() {
        let mut entropy = Entropy::from_seed([1; 32]);
        let (storage, other) = (StorageKey::generate(&mut entropy), StorageKey::generate(&mut entropy));
        let keys = HostedKeys::generate(&mut entropy);
        let sealed = keys.seal(&storage, &mut entropy);
        assert!(sealed.len() <= HOSTED_KEYS_BYTES_MAX);
        let opened = HostedKeys::open(&storage, &sealed).expect("its own node");
        let transport = SecretKey::from_seed(&[2; 32]).public();
        assert_eq!(opened.incarnate(transport), keys.incarnate(transport));
        assert_eq!(opened.host(OfficeId([3; 32])).signing.public(), keys.incarnate(transport).signing);
        assert_eq!(HostedKeys::open(&other, &sealed).err(), Some(Refusal::ContentSealed));
        let mut flipped = sealed;
        flipped[40] ^= 1;
        assert_eq!(HostedKeys::open(&storage, &flipped).err(), Some(Refusal::ContentSealed));
    }
}
