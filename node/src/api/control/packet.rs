//! Carrier packets: what another office's node would be told over a link, as a file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::control::Response;
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::{Carried, Request};

use super::{Api, No};

/// What moves custody waits two seconds for a witness that is linked; the packet waits for it too.
const WITNESS_PATIENCE: Duration = Duration::from_millis(2_500);

/// Answers [`mohar_protocol::control::Request::PacketExport`].
pub async fn export(api: &Arc<Api>, to: OfficeId) -> Result<Response, No> {
    let packet = api.ledger.carry(Request::Pack { to, answers: Vec::new() }).await?;
    Ok(response(api, None, packet))
}

/// Answers [`mohar_protocol::control::Request::PacketImport`].
pub async fn import(api: &Arc<Api>, base64: &str) -> Result<Response, No> {
    let bytes = BASE64.decode(base64.trim()).map_err(|e| No::Failed(format!("not base64: {e}")))?;
    let mut taken = api.ledger.carry(Request::Carry(bytes)).await?;
    tokio::time::sleep(WITNESS_PATIENCE).await;
    let answers = std::mem::take(&mut taken.frames);
    let packet = api.ledger.carry(Request::Pack { to: taken.other, answers }).await?;
    Ok(response(api, Some(&taken), packet))
}

fn response(api: &Api, taken: Option<&Carried>, packet: Carried) -> Response {
    let registry = api.ledger.registry();
    let path = registry.office(&packet.other).map_or("", |register| register.path()).to_owned();
    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    for refusal in taken.map(|taken| taken.refused.as_slice()).unwrap_or_default() {
        *refused.entry(refusal.code().to_owned()).or_default() += 1;
    }
    Response::Packet {
        other: packet.other,
        path,
        taken: taken.map_or(0, |taken| taken.taken),
        refused,
        owed: packet.owed,
        base64: BASE64.encode(packet.packet),
    }
}
