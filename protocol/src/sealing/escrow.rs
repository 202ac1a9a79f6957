//! The sealing secret of a node, laid down for the worst day: wrapped to the recovery keys of its
//! office and of the department, so that one opening serves every matter of a burnt office.
//!
//! An escrow is a [`WrapSet`] whose matter is the office's register, whose generation is the number of
//! the incarnation, and whose key is the seed. Registers have no matter key, so no other set can be
//! mistaken for it. This module never says who may open one: recovery keys lie in safes.

use crate::entropy::Entropy;
use crate::id::{ActId, MatterId, OfficeId};
use crate::sealing::wrap::{self, WrapSet};
use crate::sealing::{MatterKey, SealingError, SealingPublic, SealingSecret};

/// Wraps a sealing secret to recovery keys.
///
/// # Errors
/// Those of [`wrap::wrap_key`], for recipients that are none.
pub fn lay_down(
    secret: &SealingSecret,
    office: OfficeId,
    incarnation: u32,
    recovery: &[SealingPublic],
    entropy: &mut Entropy,
) -> Result<WrapSet, SealingError> {
    let seed = MatterKey::from_bytes(*secret.to_seed());
    wrap::wrap_key(register_of(office), incarnation, &seed, None, recovery, entropy)
}

/// Opens an escrow with a recovery key. `sealing` is the public key that the register names for the
/// incarnation; a seed of another key is refused.
///
/// # Errors
/// [`SealingError::NotARecipient`] for another recovery key, [`SealingError::NotOpened`] for another
/// office, incarnation or secret.
pub fn open(
    bytes: &[u8],
    office: OfficeId,
    incarnation: u32,
    sealing: &SealingPublic,
    recovery: &SealingSecret,
) -> Result<SealingSecret, SealingError> {
    let set = WrapSet::from_bytes(bytes)?;
    if (set.matter, set.generation) != (register_of(office), incarnation) {
        return Err(SealingError::NotOpened);
    }
    let seed = wrap::unwrap(&set, recovery)?;
    let secret = SealingSecret::from_seed(sealing.algorithm(), seed.expose());
    if secret.public() == sealing { Ok(secret) } else { Err(SealingError::NotOpened) }
}

fn register_of(office: OfficeId) -> MatterId {
    ActId::from(office).into()
}
