//! An office of this node: its secrets, whether it may speak, and what its cosigners are known to have.
//! Never kept: all of it is rebuilt at the start.

use std::collections::BTreeSet;

use super::{Rejoin, Standing, restore};
use crate::id::{ActId, KeyId, Lineage, OfficeId};
use crate::keys::SecretKey;
use crate::records::Role;
use crate::sealing::SealingSecret;
use crate::time::Timestamp;

/// The secrets of one hosted office.
#[cfg_attr(feature = "testing", derive(Clone))]
pub struct HostSecrets {
    /// The office.
    pub office: OfficeId,
    /// Signs node acts and checkpoints.
    pub signing: SecretKey,
    /// Opens wrapped matter keys.
    pub sealing: SealingSecret,
    /// Sealing secrets of earlier incarnations: they open what was wrapped to those.
    pub earlier: Vec<SealingSecret>,
}

impl HostSecrets {
    /// The key with which the node cosigns as a mirror.
    pub fn mirror(signing: &SecretKey) -> SecretKey {
        signing.derive("mohar/mirror/1")
    }

    /// The key with which the node cosigns as a witness.
    pub fn witness(signing: &SecretKey) -> SecretKey {
        signing.derive("mohar/witness/1")
    }
}

/// An office of this node.
#[cfg_attr(feature = "testing", derive(Clone))]
pub(super) struct Host {
    pub secrets: HostSecrets,
    pub spare: Vec<HostSecrets>,
    pub mirror: SecretKey,
    pub witness: SecretKey,
    pub anchor: Option<ActId>,
    pub anchored_at: Timestamp,
    pub cosigners: Vec<Cosigner>,
    pub standing: Standing,
    pub lineage: Lineage,
    /// Whether this process has said its mark: what is sent must not be ahead of it.
    pub marked: bool,
    /// Own acts unknown to its records, about which it has asked.
    pub asked_about: BTreeSet<ActId>,
    pub rejoin: Rejoin,
    pub restoring: restore::Restoring,
}

/// What a cosigner of an own log is known to have, and what was last sent to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cosigner {
    pub office: OfficeId,
    pub role: Role,
    pub key: KeyId,
    pub acked: u64,
    pub sent: u64,
    pub sent_at: Timestamp,
}

impl Host {
    pub fn new(secrets: HostSecrets, standing: Standing, lineage: Lineage) -> Self {
        Self {
            mirror: HostSecrets::mirror(&secrets.signing),
            witness: HostSecrets::witness(&secrets.signing),
            secrets,
            spare: Vec::new(),
            anchor: None,
            anchored_at: Timestamp(0),
            cosigners: Vec::new(),
            standing,
            lineage,
            marked: false,
            asked_about: BTreeSet::new(),
            rejoin: Rejoin::default(),
            restoring: restore::Restoring::default(),
        }
    }

    /// Every secret that may open what was wrapped to the office, the present one first.
    pub fn openers(&self) -> impl Iterator<Item = &SealingSecret> {
        let all = [&self.secrets].into_iter().chain(&self.spare);
        let present = all.clone().map(|secrets| &secrets.sealing);
        present.chain(all.flat_map(|secrets| &secrets.earlier))
    }
}
