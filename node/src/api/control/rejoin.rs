//! What people decide about an office that does not know what it has signed, and what it had to
//! give up.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::control::{Credentials, Orphan, Response};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::Request;
use mohar_protocol::records::Records;
use mohar_protocol::refusal::Refusal;

use super::register::unlock;
use super::{Api, No};

/// Acts in one answer: 10,000 of some kilobyte are 15 MB in base64.
const ORPHANS_MAX: usize = 10_000;

/// The head of office goes on although nobody can be asked.
pub async fn go_on(api: &Arc<Api>, by: &Credentials) -> Result<Response, No> {
    let (actor, _) = unlock(api, by).await?;
    let receipt = api.ledger.request(Request::Continue { actor }).await?;
    Ok(Response::Done { id: Some(receipt.act.to_string()) })
}

/// Office IT says that this installation is the right one.
pub async fn rejoin(api: &Arc<Api>, office: Option<OfficeId>) -> Result<Response, No> {
    let office = hosted(api, office)?;
    api.ledger.request(Request::Rejoin { office }).await?;
    Ok(Response::Done { id: Some(office.to_string()) })
}

/// Acts that gave way, with their bytes.
pub fn orphans(api: &Api, office: Option<OfficeId>) -> Result<Response, No> {
    let office = hosted(api, office)?;
    let snapshot = api.ledger.snapshot();
    let records = Records::new(&snapshot);
    let mut orphans = Vec::new();
    for (index, id) in records.gave_way(&office, ORPHANS_MAX)? {
        let act = records.expect_act(&id)?;
        let header = act.header();
        let number = header.verb.to_string();
        orphans.push(Orphan {
            index,
            act: id,
            matter: act.matter(),
            verb: header.known_verb().map_or(number, |verb| verb.name().to_owned()),
            time_ms: header.time.0,
            base64: BASE64.encode(act.bytes()),
        });
    }
    Ok(Response::Orphans { office, orphans })
}

fn hosted(api: &Api, office: Option<OfficeId>) -> Result<OfficeId, Refusal> {
    let hosted = api.ledger.hosted();
    let wanted = office.or_else(|| hosted.first().copied());
    wanted.filter(|office| hosted.contains(office)).ok_or(Refusal::OfficeUnknown)
}
