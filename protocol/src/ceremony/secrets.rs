//! What a node keeps secret, in one disk file sealed under the key of its machine. Never names a key in
//! the clear.

use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::SEALING;
use crate::codec;
use crate::entropy::Entropy;
use crate::id::OfficeId;
use crate::keys::SecretKey;
use crate::machine::HostSecrets;
use crate::refusal::Refusal;
use crate::sealing::SealingSecret;
use crate::sealing::at_rest::{self, StorageKey};

/// The node's secrets, kept as one sealed disk file.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
pub struct NodeSecrets {
    /// Seed of the transport key.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub transport: [u8; 32],
    /// Key under which everything else is sealed at rest.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub storage: [u8; 32],
    /// One entry for each hosted office.
    #[n(2)]
    pub offices: Vec<OfficeSecrets>,
}

/// The secrets of one hosted office.
#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
pub struct OfficeSecrets {
    /// The office id.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub office: [u8; 32],
    /// Seed of the signing key.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signing: [u8; 32],
    /// Seed of the sealing key.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub sealing: [u8; 32],
    /// Seeds of the sealing keys of earlier incarnations.
    #[n(3)]
    pub earlier: Vec<EarlierSecret>,
}

/// The sealing key of an earlier incarnation.
#[derive(Clone, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(array)]
pub struct EarlierSecret {
    /// Its seed.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub seed: [u8; 32],
}

/// Context under which node secrets are sealed at rest.
const SECRETS_CONTEXT: &str = "mohar/node-secrets/1";

impl NodeSecrets {
    /// Seals the secrets under the key of the machine.
    pub fn seal(&self, machine: &StorageKey, entropy: &mut Entropy) -> Vec<u8> {
        let plain = zeroize::Zeroizing::new(codec::encode(self));
        at_rest::seal(machine, SECRETS_CONTEXT, &plain, entropy)
    }

    /// Opens sealed secrets.
    ///
    /// # Errors
    /// [`Refusal::ContentSealed`] with another machine's key or damaged bytes.
    pub fn open(machine: &StorageKey, sealed: &[u8]) -> Result<Self, Refusal> {
        let plain = at_rest::open(machine, SECRETS_CONTEXT, sealed).map_err(|_| Refusal::ContentSealed)?;
        codec::decode(&plain, 1 << 20).map_err(|_| Refusal::ContentDamaged)
    }

    /// What the machine is started with.
    pub fn hosts(&self) -> Vec<HostSecrets> {
        let host = |office: &OfficeSecrets| HostSecrets {
            office: OfficeId(office.office),
            signing: SecretKey::from_seed(&office.signing),
            sealing: SealingSecret::from_seed(SEALING, &office.sealing),
            earlier: office.earlier.iter().map(|e| SealingSecret::from_seed(SEALING, &e.seed)).collect(),
        };
        self.offices.iter().map(host).collect()
    }
}
