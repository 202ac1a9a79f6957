//! Orders of reassignment: what an office holds as far as is known here, and taking an order in.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::Body;
use mohar_protocol::control::{HeldMatter, OpenOrder, Response};
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::limits::AUTHORITY_KEYS_MAX;
use mohar_protocol::machine::Request;
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;

use super::{Api, No};

/// Matters looked at for one answer, some milliseconds each with a long chain; the command asks on.
const LOOKED_AT: usize = 2_000;

/// Orders of one matter that are looked through.
const ORDERS_MAX: usize = 16;

/// What an office holds, as far as this node knows, with the orders that are not carried out yet.
pub fn held(api: &Api, office: OfficeId, after: Option<MatterId>) -> Result<Response, No> {
    api.ledger.registry().office(&office)?;
    let snapshot = api.ledger.snapshot();
    let records = Records::new(&snapshot);
    let known = records.known_matters(after.as_ref(), LOOKED_AT)?;
    let more = (known.len() == LOOKED_AT).then(|| known.last().copied()).flatten();
    let mut matters = Vec::new();
    for id in known {
        let Some(last) = records.last_known(&id)? else { continue };
        let header = last.header();
        if header.holder.is_none_or(|holder| holder.office != office) {
            continue;
        }
        matters.push(HeldMatter {
            matter: id,
            epoch: header.epoch,
            number: header.number,
            time_ms: header.time.0,
            last: BASE64.encode(last.bytes()),
            order: open_order(&records, &id)?,
        });
    }
    Ok(Response::Held { matters, more })
}

fn open_order(records: &Records<'_>, matter: &MatterId) -> Result<Option<OpenOrder>, StoreFault> {
    let Some((_, act, state)) = records.orders(Some(matter), ORDERS_MAX)?.pop() else { return Ok(None) };
    let order = records.expect_act(&act)?;
    let Body::Reassign(body) = order.body() else { return Err(StoreFault::damaged("an order")) };
    Ok(Some(OpenOrder {
        act,
        to: body.to.office,
        window: body.window,
        anchors: state.anchors,
        contested: state.contested,
    }))
}

/// Takes an order in, which the machine then passes on to those concerned.
pub async fn reassign(api: &Arc<Api>, acts: &[String]) -> Result<Response, No> {
    if acts.len() > AUTHORITY_KEYS_MAX {
        return Err(Refusal::OrderMismatch.into());
    }
    let acts: Result<Vec<ByteVec>, _> =
        acts.iter().map(|act| BASE64.decode(act.trim()).map(ByteVec::from)).collect();
    let acts = acts.map_err(|e| No::Failed(format!("not base64: {e}")))?;
    let receipt = api.ledger.request(Request::Reassign(acts)).await?;
    Ok(Response::Done { id: Some(receipt.act.to_string()) })
}
