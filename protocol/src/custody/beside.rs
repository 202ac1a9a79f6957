//! Side acts: what may be said beside a chain, by whom, and what follows from all of it.
//!
//! A side act never moves a matter. Those that need another act's whole story (`ready`, recalls,
//! orders) are judged where they take effect; here are the rules of the others. This module never
//! decides how long anything is kept.

use std::collections::BTreeSet;

use super::{Matter, order};
use crate::act::body::{ALGORITHM_BYTES_MAX, DISPATCH_MODE_MAX, DISPATCH_STATE_MAX};
use crate::act::{Body, VerifiedAct};
use crate::id::{ActId, OfficeId};
use crate::recipients::RECIPIENTS_MAX;
use crate::refusal::Refusal;
use crate::registry::Signer;

/// The last of the grounds for a legal hold: court, audit, enquiry, other.
const GROUND_LAST: u8 = 3;

/// Judges what a side act says of itself; needs neither the matter nor other acts.
///
/// # Errors
/// The [`Refusal`] that names the broken rule.
pub fn check_form(act: &VerifiedAct) -> Result<(), Refusal> {
    let header = act.header();
    match act.body() {
        Body::Remind(body) if header.holder != Some(body.to) => Err(Refusal::WrongHolder),
        Body::Hold(body) if body.ground > GROUND_LAST => Err(Refusal::ActHeader),
        Body::SideSignature(body) if header.previous != Some(body.act) => Err(Refusal::ActHeader),
        Body::SideSignature(_) if header.contents.len() != 2 => Err(Refusal::ContentCount),
        Body::SideSignature(body) if body.algorithm.is_empty() => Err(Refusal::TextEmpty),
        Body::SideSignature(body) if body.algorithm.len() > ALGORITHM_BYTES_MAX => Err(Refusal::TextTooLong),
        Body::Reassign(body) => order::check_form(act, body),
        Body::Dispatch(body) if body.line >= RECIPIENTS_MAX => Err(Refusal::RecipientsMismatch),
        Body::Dispatch(body) if !(1..=DISPATCH_MODE_MAX).contains(&body.mode) => Err(Refusal::ActHeader),
        Body::Dispatch(body) if body.state > DISPATCH_STATE_MAX => Err(Refusal::ActHeader),
        _ => Ok(()),
    }
}

impl Matter {
    /// Judges a side act of an officer against the matter: the form, and that the office has to do
    /// with it.
    ///
    /// # Errors
    /// The [`Refusal`] that names the broken rule.
    pub fn check_beside(&self, act: &VerifiedAct, signer: &Signer) -> Result<(), Refusal> {
        if act.matter() != self.id || act.header().kind != self.kind {
            return Err(Refusal::ChainKind);
        }
        check_form(act)?;
        let concerned = match (act.body(), signer) {
            (
                Body::Remind(_) | Body::Hold(_) | Body::SideSignature(_) | Body::Dispatch(_),
                Signer::Officer { office, .. },
            ) => self.offices().contains(office),
            (Body::Destroy(_), Signer::Officer { office, .. }) => self.is_held_by(office),
            _ => true,
        };
        if concerned { Ok(()) } else { Err(Refusal::NotHolderOffice) }
    }
}

/// The legal holds that stand, from all side acts of a matter, in whatever order they came. Only
/// the office that set a hold can lift it.
pub fn holds<'a>(sides: impl IntoIterator<Item = &'a VerifiedAct>) -> BTreeSet<ActId> {
    let mut set: BTreeSet<(ActId, Option<OfficeId>)> = BTreeSet::new();
    let mut lifted = BTreeSet::new();
    for act in sides {
        let Body::Hold(body) = act.body() else { continue };
        match body.lifts {
            None => _ = set.insert((act.id(), act.header().office)),
            Some(hold) => _ = lifted.insert((hold, act.header().office)),
        }
    }
    set.difference(&lifted).map(|(hold, _)| *hold).collect()
}

/// Whether one more `hold` or `destroy` fits the side acts that are there.
///
/// # Errors
/// [`Refusal::NotOnHold`] when what is lifted does not stand, [`Refusal::OnHold`] when something
/// that is on hold is to be destroyed.
pub fn check_hold(act: &VerifiedAct, sides: &[VerifiedAct]) -> Result<(), Refusal> {
    match act.body() {
        Body::Hold(body) => match body.lifts {
            Some(hold) => {
                let ours = sides.iter().filter(|side| side.header().office == act.header().office);
                if holds(ours).contains(&hold) { Ok(()) } else { Err(Refusal::NotOnHold) }
            }
            None => Ok(()),
        },
        Body::Destroy(_) if !holds(sides).is_empty() => Err(Refusal::OnHold),
        _ => Ok(()),
    }
}
