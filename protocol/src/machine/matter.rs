//! Matter keys of the own offices: kept sealed at rest, taken out when a file moves.

use super::{Machine, Output, Step, Stop};
use crate::act::{Body, VerifiedAct};
use crate::custody::Matter;
use crate::id::{ActId, MatterId, OfficeId};
use crate::refusal::Refusal;
use crate::sealing::{ClearRef, MatterKey, WrapSet, at_rest, wrap};

/// Context under which matter keys are sealed at rest.
const CONTEXT: &str = "mohar/matter-key/1";

impl Machine {
    /// Keeps a matter key.
    pub(super) fn keep_key(
        &self,
        step: &mut Step<'_, '_>,
        matter: MatterId,
        generation: u32,
        key: &MatterKey,
    ) {
        let sealed = at_rest::seal(&self.storage, CONTEXT, key.expose(), step.entropy);
        step.records.put_sealed_key(&matter, generation, sealed);
    }

    /// A matter key that this node holds.
    pub(super) fn key(
        &self,
        step: &Step<'_, '_>,
        matter: &MatterId,
        generation: u32,
    ) -> Result<MatterKey, Stop> {
        let sealed = step.records.sealed_key(matter, generation)?.ok_or(Refusal::ContentSealed)?;
        Ok(open_key(&self.storage, &sealed).ok_or(Refusal::ContentSealed)?)
    }

    /// Opens the wraps of a handover to one of our offices, and every generation before.
    pub(super) fn unwrap_keys(
        &self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        matter: &Matter,
        wraps: &ClearRef,
    ) -> Result<MatterKey, Stop> {
        let set = Self::wrap_set(step, wraps)?;
        if set.generation != matter.generation || !binds(step, matter, &set)? {
            return Err(Refusal::ContentSealed.into());
        }
        self.open_wraps(step, office, matter.id, set)
    }

    /// Opens a set of wraps and every generation before it, and keeps the keys.
    fn open_wraps(
        &self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        matter: MatterId,
        set: WrapSet,
    ) -> Result<MatterKey, Stop> {
        // Wraps to the key of an earlier incarnation open with what its escrow held.
        let mut openers = self.host(&office)?.openers();
        let opened = openers.find_map(|secret| wrap::unwrap(&set, secret).ok());
        let newest = opened.ok_or(Refusal::ContentSealed)?;
        self.keep_key(step, matter, set.generation, &newest);
        let (mut set, mut key) = (set, newest.clone());
        while set.generation > 1 && step.records.sealed_key(&matter, set.generation - 1)?.is_none() {
            let Ok(earlier) = wrap::open_previous(&set, &key) else { break };
            let generation = set.generation - 1;
            self.keep_key(step, matter, generation, &earlier);
            let Some(wraps) = Self::wraps_of_generation(step, matter, generation)? else { break };
            (set, key) = (Self::wrap_set(step, &wraps)?, earlier);
        }
        Ok(newest)
    }

    /// Opens again the keys of a matter from the wraps that an act of our own names, if they are not
    /// here. A key that does not open is noted: the file is still where it is, and the recovery key
    /// opens it.
    pub(super) fn take_key_back(
        &self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: &VerifiedAct,
    ) -> Result<(), Stop> {
        let wraps = match act.body() {
            Body::Open(body) => body.wraps,
            Body::Diarise(body) => body.wraps,
            Body::Receive(body) => body.wraps,
            Body::TakeUp(body) => body.wraps,
            _ => return Ok(()),
        };
        let set = match Self::wrap_set(step, &wraps) {
            Err(Stop::Refused(refusal)) => {
                step.outputs.push(Output::Noted(refusal));
                return Ok(());
            }
            set => set?,
        };
        if step.records.sealed_key(&act.matter(), set.generation)?.is_some() {
            return Ok(());
        }
        match self.open_wraps(step, office, act.matter(), set) {
            Err(Stop::Refused(refusal)) => step.outputs.push(Output::Noted(refusal)),
            opened => drop(opened?),
        }
        Ok(())
    }

    pub(super) fn wrap_set(step: &Step<'_, '_>, wraps: &ClearRef) -> Result<WrapSet, Stop> {
        let bytes = step.records.content_bytes(&wraps.root)?.ok_or(Refusal::ContentMissing)?;
        Ok(WrapSet::from_bytes(&bytes).map_err(|_| Refusal::ContentDamaged)?)
    }

    /// The wraps with which a generation was handed over. They travel with the file, while those
    /// of `receive` stay with the office that made them and with its mirrors.
    fn wraps_of_generation(
        step: &Step<'_, '_>,
        matter: MatterId,
        generation: u32,
    ) -> Result<Option<ClearRef>, Stop> {
        let mut current = 1;
        for id in step.records.chain(&matter, 0, usize::MAX >> 1)? {
            match step.records.expect_act(&id)?.body() {
                Body::Receive(_) | Body::TakeUp(_) => current += 1,
                Body::Handover(body) if current == generation => return Ok(Some(body.wraps)),
                Body::BlindHandover(body) if current == generation => return Ok(Some(body.wraps)),
                _ => {}
            }
        }
        Ok(None)
    }
}

/// Opens a matter key as kept at rest. Also for readers outside the machine.
pub fn open_key(storage: &at_rest::StorageKey, sealed: &[u8]) -> Option<MatterKey> {
    let bytes = at_rest::open(storage, CONTEXT, sealed).ok()?;
    Some(MatterKey::from_bytes(bytes.as_slice().try_into().ok()?))
}

/// Whether wraps belong to a matter: later generations name its id, the first one the commitment
/// of its cover, because the id did not exist when it was sealed.
fn binds(step: &Step<'_, '_>, matter: &Matter, set: &WrapSet) -> Result<bool, Stop> {
    if set.matter == matter.id {
        return Ok(true);
    }
    let first = step.records.expect_act(&ActId::from(matter.id))?;
    Ok(first.header().contents.first().is_some_and(|cover| set.matter.0 == cover.commitment.0))
}
