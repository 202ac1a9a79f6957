//! Names of the own offices: kept as last published, changed and published in one go.

use mohar_protocol::codec;
use mohar_protocol::directory::{SNAPSHOT_BYTES_MAX, Snapshot};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::Request;
use mohar_protocol::records::Kv as _;
use mohar_protocol::refusal::Refusal;

use super::{Ledger, end_process};
use crate::store::tables::NAMES;

/// The names of an own office as last published; empty before the first publication.
///
/// # Errors
/// [`Refusal::ContentDamaged`] when the row is not what was written.
pub fn own(ledger: &Ledger, office: &OfficeId) -> Result<Snapshot, Refusal> {
    let row = ledger.snapshot().get(NAMES, &office.0).unwrap_or_else(|fault| end_process(&fault));
    let Some(row) = row else { return Ok(Snapshot::default()) };
    codec::decode(&row, SNAPSHOT_BYTES_MAX).map_err(|_| Refusal::ContentDamaged)
}

/// Changes the names of an own office and publishes them. Two changes at once wait for each other.
///
/// # Errors
/// [`Refusal`] of the publication; nothing has changed then.
pub async fn change(
    ledger: &Ledger,
    office: OfficeId,
    change: impl FnOnce(&mut Snapshot),
) -> Result<(), Refusal> {
    let _turn = ledger.names.lock().await;
    let mut names = own(ledger, &office)?;
    change(&mut names);
    let bytes = codec::encode(&names);
    ledger.request(Request::Publish { office, snapshot: bytes.clone() }).await?;
    ledger.write(vec![(NAMES, office.0.to_vec(), Some(bytes))]).await
}
