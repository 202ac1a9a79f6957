//! Makes the node keys of an office that is to be hosted beside the first one.
//!
//! Never tells them: what leaves is sealed under the storage key of this node.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::ceremony::{HOSTED_OFFICES_MAX, HostedKeys};
use mohar_protocol::codec;
use mohar_protocol::control::Response;
use mohar_protocol::refusal::Refusal;

use super::register::login_row;
use super::{Api, No};
use crate::clock;

/// Answers [`mohar_protocol::control::Request::HostKeys`].
pub fn host_keys(api: &Api, login: &str) -> Result<Response, No> {
    if api.ledger.hosted().len() >= HOSTED_OFFICES_MAX {
        return Err(No::Failed(format!("a node hosts at most {HOSTED_OFFICES_MAX} offices")));
    }
    if login_row(api, login)?.is_some() {
        return Err(Refusal::NameTaken.into());
    }
    let mut entropy = clock::entropy();
    let keys = HostedKeys::generate(&mut entropy);
    let incarnate = codec::encode(&keys.incarnate(api.keyring.transport()));
    let sealed = keys.seal(api.keyring.storage(), &mut entropy);
    Ok(Response::HostKeys { sealed: BASE64.encode(sealed), incarnate: BASE64.encode(incarnate) })
}
