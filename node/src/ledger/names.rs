//! Names of the own offices. What is kept is what shall be published; the publication follows, and
//! is made good after a crash. So a change of a register and its names are one commit.

use mohar_protocol::codec;
use mohar_protocol::directory::{SNAPSHOT_BYTES_MAX, Snapshot};
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::machine::Request;
use mohar_protocol::records::Kv as _;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::content::clear_reference;

use super::{Ledger, LocalRow, end_process};
use crate::store::tables::NAMES;

/// The names of an own office; empty before it has any.
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
/// [`Refusal`] of the publication, which [`publish`] makes good later.
pub async fn change(
    ledger: &Ledger,
    office: OfficeId,
    change: impl FnOnce(&mut Snapshot),
) -> Result<(), Refusal> {
    let turn = ledger.names.lock().await;
    let mut names = own(ledger, &office)?;
    change(&mut names);
    ledger.write(vec![row(&office, &names)]).await?;
    drop(turn);
    publish(ledger, &office).await
}

/// Asks for an act and changes the names that go with it, in one commit; `change` gets the act and
/// may name more rows for it. Then publishes.
///
/// # Errors
/// [`Refusal`] of the act; nothing has changed then. The publication is made good later.
pub async fn change_with(
    ledger: &Ledger,
    office: OfficeId,
    request: Request,
    change: impl FnOnce(ActId, &mut Snapshot) -> Vec<LocalRow> + Send + 'static,
) -> Result<ActId, Refusal> {
    let turn = ledger.names.lock().await;
    let mut names = own(ledger, &office)?;
    let along = move |receipt: &mohar_protocol::machine::Receipt| {
        let mut rows = change(receipt.act, &mut names);
        rows.push(row(&office, &names));
        rows
    };
    let act = ledger.request_with(request, along).await?.act;
    drop(turn);
    if let Err(refusal) = publish(ledger, &office).await {
        tracing::warn!(code = refusal.code(), "the directory could not be published; it follows");
    }
    Ok(act)
}

/// Publishes the names of an own office, if what is published is something else.
///
/// # Errors
/// [`Refusal`] of the publication.
pub async fn publish(ledger: &Ledger, office: &OfficeId) -> Result<(), Refusal> {
    let _turn = ledger.names.lock().await;
    let snapshot = codec::encode(&own(ledger, office)?);
    let wanted = clear_reference(&snapshot).map_err(|_| Refusal::ContentTooLarge)?;
    let registry = ledger.registry();
    if registry.office(office)?.directory().is_some_and(|(_, published)| published == wanted) {
        return Ok(());
    }
    ledger.request(Request::Publish { office: *office, snapshot }).await.map(drop)
}

fn row(office: &OfficeId, names: &Snapshot) -> LocalRow {
    (NAMES, office.0.to_vec(), Some(codec::encode(names)))
}
