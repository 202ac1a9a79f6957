//! Reassignment: an authority orders that another office takes a matter up, in a new epoch.
//!
//! The order is a side act; a verifier needs nothing but the order, its endorsements and the
//! registry to see that it holds. Custody moves with the `take_up` that embeds them. How long an
//! order may be contested is counted in the log of the new office and judged where that log is
//! at hand ([`crate::machine`], [`crate::audit`]), never here.

use minicbor::bytes::ByteVec;

use super::{Matter, Phase};
use crate::act::body::{REASSIGN_WINDOW_MAX, Reassign, TakeUp};
use crate::act::{Body, Place, UnverifiedAct, VerifiedAct};
use crate::id::OfficeId;
use crate::limits::AUTHORITY_KEYS_MAX;
use crate::refusal::Refusal;
use crate::registry::Registry;

/// An order that reached the threshold of its authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The `reassign`.
    pub act: VerifiedAct,
    /// What it says.
    pub body: Reassign,
    /// The `endorse` acts that came with it.
    pub endorsements: Vec<VerifiedAct>,
}

impl Order {
    /// Reads an order, the `reassign` first, and checks that enough of the right keys signed it.
    ///
    /// # Errors
    /// [`Refusal::OrderMismatch`] for anything that is no such order, [`Refusal::ThresholdNotMet`]
    /// when signatures lack, or why one of the acts does not verify.
    pub fn read<'b>(
        order: &[u8],
        endorsements: impl IntoIterator<Item = &'b [u8]>,
        registry: &Registry,
    ) -> Result<Self, Refusal> {
        let (act, _) = registry.verify(UnverifiedAct::parse(order)?)?;
        let Body::Reassign(body) = act.body().clone() else { return Err(Refusal::OrderMismatch) };
        check_form(&act, &body)?;
        let mut signers = vec![act.key()];
        let mut kept = Vec::new();
        for bytes in endorsements.into_iter().take(AUTHORITY_KEYS_MAX) {
            let (endorsement, _) = registry.verify(UnverifiedAct::parse(bytes)?)?;
            let names = matches!(endorsement.body(), Body::Endorse(body) if body.act == act.id());
            if !names || endorsement.matter() != act.matter() {
                return Err(Refusal::OrderMismatch);
            }
            signers.push(endorsement.key());
            kept.push(endorsement);
        }
        // A file tells of orders whose keys were replaced long ago; those stay what they were.
        if registry.authority_over(&body.from)?.ever_reached_by(&signers) {
            Ok(Self { act, body, endorsements: kept })
        } else {
            Err(Refusal::ThresholdNotMet)
        }
    }

    /// Checks that the keys that signed are the authority's now, as they must be when an order comes
    /// in that was not known.
    ///
    /// # Errors
    /// [`Refusal::KeysReplaced`].
    pub fn check_keys_in_force(&self, registry: &Registry) -> Result<(), Refusal> {
        let signers: Vec<_> =
            [&self.act].into_iter().chain(&self.endorsements).map(VerifiedAct::key).collect();
        let keys = registry.authority_over(&self.body.from)?.in_force();
        let counts = keys.is_some_and(|keys| keys.is_reached_by(&signers));
        if counts { Ok(()) } else { Err(Refusal::KeysReplaced) }
    }

    /// The acts, the `reassign` first, as they travel.
    pub fn to_acts(&self) -> Vec<ByteVec> {
        [&self.act].into_iter().chain(&self.endorsements).map(|act| act.bytes().to_vec().into()).collect()
    }

    /// The body of the act that follows the order.
    pub(crate) fn take_up(&self, wraps: crate::sealing::ClearRef) -> TakeUp {
        let mut acts = self.to_acts();
        TakeUp { order: acts.remove(0), endorsements: acts, wraps }
    }
}

/// What an order must say to be one, wherever it arrives.
pub(super) fn check_form(act: &VerifiedAct, body: &Reassign) -> Result<(), Refusal> {
    let header = act.header();
    let sound = header.place == Place::Side
        && header.holder.is_some_and(|holder| holder.office == body.from)
        && header.epoch.checked_add(1) == Some(body.epoch)
        && body.window <= REASSIGN_WINDOW_MAX;
    if sound { Ok(()) } else { Err(Refusal::OrderMismatch) }
}

impl Matter {
    /// The matter after the office named by an order has taken it up. This goes in every phase: a
    /// dead holder leaves it in any, and a frozen one waits for exactly this.
    pub(super) fn take_up(
        &self,
        act: &VerifiedAct,
        body: &TakeUp,
        office: OfficeId,
        registry: &Registry,
    ) -> Result<Self, Refusal> {
        let header = act.header();
        self.check_link(header, self.epoch.checked_add(1).ok_or(Refusal::ChainEpoch)?)?;
        let order = Order::read(&body.order, body.endorsements.iter().map(|b| b.as_slice()), registry)?;
        let named = order.act.header();
        let fits = named.matter == Some(self.id)
            && named.kind == self.kind
            && named.previous == Some(self.head)
            && named.number == self.number
            && order.body.epoch == header.epoch
            && order.body.from == self.holder.office
            && order.body.to.office == office;
        if !fits || header.level != self.level {
            return Err(Refusal::OrderMismatch);
        }
        registry.office(&office)?.post(&order.body.to.post).ok_or(Refusal::PostUnknown)?;
        let mut next = self.clone();
        if order.body.to != self.holder {
            next.move_to(order.body.to);
        }
        if header.holder != Some(next.holder) {
            return Err(Refusal::WrongHolder);
        }
        next.phase = Phase::Active;
        next.opened = false;
        next.generation += 1;
        next.since = header.time;
        (next.epoch, next.number, next.head) = (header.epoch, header.number, act.id());
        Ok(next)
    }
}
