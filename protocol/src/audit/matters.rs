//! The files and daks of one office log, followed as far as that log alone allows.
//!
//! A chain that begins in the log is judged whole, by [`Matter::advance`]. One that came from
//! elsewhere is followed link by link, and says so. This module never guesses what other offices
//! did in between.

use std::collections::BTreeMap;

use super::finding::Finding;
use crate::act::{Body, VerifiedAct};
use crate::custody::Matter;
use crate::id::{ActId, MatterId, OfficeId};
use crate::refusal::Refusal;
use crate::registry::{Registry, Signer};

/// What the log has told about a matter so far.
#[allow(clippy::large_enum_variant, reason = "most matters of a log are known whole")]
enum Known {
    /// Everything.
    Whole(Matter),
    /// Links only.
    Links { epoch: u32, number: u64, head: ActId, left: bool },
    /// An act broke a rule: what follows it cannot be judged.
    Broken,
}

/// Why an act of a chain is not simply right.
pub(super) enum Trouble {
    /// Something was found.
    Found(Finding),
    /// An earlier act of the matter failed.
    AfterFailure,
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Found(refusal.into())
    }
}

/// All matters of one log.
#[derive(Default)]
pub(super) struct Matters(BTreeMap<MatterId, Known>);

impl Matters {
    /// Takes the next chain act that this office's log holds for its matter.
    pub fn take(
        &mut self,
        act: &VerifiedAct,
        signer: &Signer,
        registry: &Registry,
        office: OfficeId,
    ) -> Result<(), Trouble> {
        let old = self.0.remove(&act.matter());
        let (known, result) = match old {
            Some(Known::Broken) => (Known::Broken, Err(Trouble::AfterFailure)),
            None => first(act, signer),
            Some(Known::Whole(matter)) => whole(matter, act, signer, registry, office),
            Some(Known::Links { epoch, number, head, left }) => {
                let result = check_link(act, epoch, number, head, left);
                let kept = || Known::Links { epoch, number, head, left };
                match result {
                    Ok(()) => (links(act, office), Err(Trouble::Found(Finding::Elsewhere))),
                    Err(refusal) => (kept(), Err(refusal.into())),
                }
            }
        };
        self.0.insert(act.matter(), known);
        result
    }
}

type Next = (Known, Result<(), Trouble>);

/// The first act that a log holds of a matter: its beginning, or its arrival.
fn first(act: &VerifiedAct, signer: &Signer) -> Next {
    if act.header().matter.is_none() {
        return match Matter::begin(act, signer) {
            Ok(matter) => (Known::Whole(matter), Ok(())),
            Err(refusal) => (Known::Broken, Err(refusal.into())),
        };
    }
    match act.body() {
        Body::Receive(_) | Body::TakeUp(_) => (arrival(act), Err(Trouble::Found(Finding::Elsewhere))),
        Body::Unknown => (arrival(act), Err(Refusal::ActUnknownVerb.into())),
        _ => (Known::Broken, Err(Refusal::NotHolderOffice.into())),
    }
}

fn whole(matter: Matter, act: &VerifiedAct, signer: &Signer, registry: &Registry, office: OfficeId) -> Next {
    let refusal = match matter.advance(act, signer, registry) {
        Ok(next) => return (Known::Whole(next), Ok(())),
        Err(refusal) => refusal,
    };
    let came_back = !matter.is_held_by(&office) && matches!(act.body(), Body::Receive(_));
    // Another office took it up by order meanwhile; or this one did, from an act that it does not
    // have or that is not its last. Whether the order holds is judged with the act.
    let taken = matches!(act.body(), Body::TakeUp(_))
        || (matches!(act.body(), Body::Receive(_)) && act.header().epoch > matter.epoch);
    match refusal {
        Refusal::ChainGap | Refusal::ChainFork | Refusal::ChainEpoch
            if taken && act.header().epoch > matter.epoch =>
        {
            (arrival(act), Err(Trouble::Found(Finding::Elsewhere)))
        }
        Refusal::ChainGap if came_back => (arrival(act), Err(Trouble::Found(Finding::Elsewhere))),
        Refusal::ActUnknownVerb if *act.body() == Body::Unknown => (arrival(act), Err(refusal.into())),
        // The rival for a place that is taken fails; the first one goes on.
        Refusal::ChainFork if act.header().number <= matter.number => {
            (Known::Whole(matter), Err(refusal.into()))
        }
        _ => (Known::Broken, Err(refusal.into())),
    }
}

fn check_link(act: &VerifiedAct, epoch: u32, number: u64, head: ActId, left: bool) -> Result<(), Refusal> {
    let header = act.header();
    if header.epoch > epoch && matches!(act.body(), Body::Receive(_) | Body::TakeUp(_)) {
        return Ok(());
    }
    if header.epoch != epoch {
        return Err(Refusal::ChainEpoch);
    }
    if header.number <= number || (header.number == number + 1 && header.previous != Some(head)) {
        return Err(Refusal::ChainFork);
    }
    match (left, matches!(act.body(), Body::Receive(_))) {
        (true, true) => Ok(()),
        (true, false) => Err(Refusal::NotHolderOffice),
        (false, true) => Err(Refusal::NotInTransit),
        (false, false) if header.number > number + 1 => Err(Refusal::ChainGap),
        (false, false) => Ok(()),
    }
}

fn arrival(act: &VerifiedAct) -> Known {
    let header = act.header();
    Known::Links { epoch: header.epoch, number: header.number, head: act.id(), left: false }
}

fn links(act: &VerifiedAct, office: OfficeId) -> Known {
    let header = act.header();
    let left = header.holder.is_some_and(|holder| holder.office != office);
    Known::Links { epoch: header.epoch, number: header.number, head: act.id(), left }
}
