//! The order by which an authority has a file taken up elsewhere, signed outside a running node.

use minicbor::bytes::ByteVec;

use super::{blank, sign};
use crate::act::{Body, Header, Holder, Place, VerifiedAct, body};
use crate::custody::order::Order;
use crate::keys::SecretKey;
use crate::refusal::Refusal;
use crate::registry::Registry;
use crate::time::Timestamp;

/// Orders that `to` take a matter up after the act `named`, which is the last that was witnessed.
/// `keys` are the parent's operating keys, or the charter's where there is no parent.
///
/// # Errors
/// [`Refusal`] when the keys do not suffice, or `named` is no act of a file or dak.
pub fn reassign(
    registry: &Registry,
    named: &VerifiedAct,
    to: Holder,
    window: u32,
    keys: &[SecretKey],
    now: Timestamp,
) -> Result<Vec<ByteVec>, Refusal> {
    let from = named.header().holder.ok_or(Refusal::OrderMismatch)?;
    let epoch = named.header().epoch.checked_add(1).ok_or(Refusal::ChainEpoch)?;
    let header = Header {
        office: registry.office(&from.office)?.parent(),
        kind: named.header().kind,
        matter: Some(named.matter()),
        place: Place::Side,
        epoch: named.header().epoch,
        number: named.header().number,
        previous: Some(named.id()),
        holder: Some(from),
        ..blank(Some(registry.state()), now)
    };
    let (first, others) = keys.split_first().ok_or(Refusal::ThresholdNotMet)?;
    let order = body::Reassign { from: from.office, to, epoch, window };
    let order = sign(header.clone(), &Body::Reassign(order), first)?;
    let mut acts: Vec<ByteVec> = vec![order.bytes().to_vec().into()];
    for key in others {
        let endorse = Body::Endorse(body::Endorse { act: order.id() });
        acts.push(sign(header.clone(), &endorse, key)?.bytes().to_vec().into());
    }
    Order::read(&acts[0], acts[1..].iter().map(|act| act.as_slice()), registry)?;
    Ok(acts)
}
