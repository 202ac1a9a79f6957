//! The audit bundle of one matter. Contents stay sealed: office IT may hand over proofs, and only
//! an officer may disclose what was written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::audit::bundle::{NotCollected, collect};
use mohar_protocol::ceremony::to_file;
use mohar_protocol::control::Response;
use mohar_protocol::id::MatterId;
use mohar_protocol::records::Records;

use super::{Api, No};

/// Answers [`mohar_protocol::control::Request::Bundle`].
pub fn bundle(api: &Api, matter: MatterId) -> Result<Response, No> {
    let (snapshot, registry) = (api.ledger.snapshot(), api.ledger.registry());
    let bundle = collect(&Records::new(&snapshot), &registry, api.ledger.storage_key(), matter, false);
    match bundle {
        Ok(bundle) => Ok(Response::Bytes { base64: BASE64.encode(to_file(&bundle)) }),
        Err(NotCollected::Refused(refusal)) => Err(refusal.into()),
        Err(NotCollected::Fault(fault)) => Err(fault.into()),
    }
}
