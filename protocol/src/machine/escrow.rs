//! Laying down the sealing secrets of the own offices for the recovery keys, as soon as those are
//! known: at the first incarnation an office does not know its department's key yet.

use super::{Machine, Step, Stop};
use crate::act::{Body, body};
use crate::id::OfficeId;
use crate::records::Records;
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::sealing::{SealingPublic, WrapSet, escrow};

impl Machine {
    /// Publishes an escrow for every own office whose present one does not serve every recovery key.
    pub(super) fn lay_escrows(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for office in self.signing() {
            let register = self.registry.office(&office);
            if !register.is_ok_and(|register| self.registry.is_admitted(register)) {
                continue;
            }
            let recovery = self.registry.recovery_sealing(&office);
            if !self.is_laid_down(step.records, office, &recovery)? {
                self.lay_escrow(step, office, &recovery)?;
            }
        }
        Ok(())
    }

    fn is_laid_down(
        &self,
        records: &Records<'_>,
        office: OfficeId,
        recovery: &[SealingPublic],
    ) -> Result<bool, Stop> {
        let register = self.registry.office(&office)?;
        let number = register.incarnation().map_or(0, |present| present.number);
        for (_, wraps) in register.escrows().filter(|(incarnation, _)| *incarnation == number) {
            let Some(bytes) = records.content_bytes(&wraps.root)? else { continue };
            let set = WrapSet::from_bytes(&bytes).map_err(|_| Refusal::ContentDamaged)?;
            if recovery.iter().all(|key| set.is_for(&key.id())) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn lay_escrow(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        recovery: &[SealingPublic],
    ) -> Result<(), Stop> {
        let header = self.beside_register(step, office)?;
        let secret = &self.host(&office)?.secrets.sealing;
        let set = escrow::lay_down(secret, office, header.incarnation, recovery, step.entropy)
            .map_err(|_| Refusal::ContentSealed)?;
        let wraps = Self::keep_clear(step, &set.to_bytes())?;
        let act = self.sign_as_node(header, &Body::Escrow(body::Escrow { wraps }))?;
        self.take_in(step, office, &act, &Signer::Node { office })?;
        self.append(step, office, &act)?;
        self.pass_on_news(step, office, vec![act.bytes().to_vec().into()], None);
        Ok(())
    }
}
