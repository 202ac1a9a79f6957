//! The first start: what `mohar join` left in `founding.cbor` becomes rows. Every step looks
//! whether it was done, so that a start that was cut short is finished by the next one.

use std::path::Path;

use anyhow::{Context as _, ensure};
use mohar_protocol::ceremony::{CEREMONY_BYTES_MAX, Founding, from_file};
use mohar_protocol::codec;
use mohar_protocol::machine::Request;
use mohar_protocol::records::Kv as _;
use mohar_protocol::refusal::Refusal;

use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::store::tables::{LOGINS, NAMES};

/// Name of the file in the data folder.
pub const FILE: &str = "founding.cbor";

/// Reads the founding file. It is kept after the first start, because it says which state is trusted.
pub fn read(data: &Path) -> anyhow::Result<Founding> {
    let path = data.join(FILE);
    let hint = || format!("{}: run `mohar join` for this data folder first", path.display());
    let length = std::fs::metadata(&path).with_context(hint)?.len();
    ensure!(length <= CEREMONY_BYTES_MAX as u64, "{}: too large for a founding file", path.display());
    let bytes = std::fs::read(&path).with_context(hint)?;
    from_file(&bytes).with_context(|| format!("{}: damaged; restore it from the backup", path.display()))
}

/// Whether the founding file and the keys belong together.
pub fn check(founding: &Founding, keyring: &Keyring) -> anyhow::Result<()> {
    ensure!(
        keyring.hosts().iter().any(|host| host.office == founding.invitation.office),
        "{FILE} is for another office than the keys of this data folder; put the right pair together"
    );
    Ok(())
}

/// Takes in charter, dossiers, first sign-in and names.
pub async fn import(founding: &Founding, ledger: &Ledger) -> anyhow::Result<()> {
    let office = founding.invitation.office;
    if ledger.registry().office(&office).is_err() {
        match ledger.request(Request::Import(founding.invitation.package.clone())).await {
            Ok(_) | Err(Refusal::AlreadyDone) => {}
            Err(refusal) => return Err(refusal).context("the invitation was refused; ask for a new one"),
        }
        tracing::info!(office = office.short(), "first start: the invitation was taken in");
    }
    let snapshot = ledger.snapshot();
    let login = &founding.login;
    let mut rows = Vec::new();
    if snapshot.get(LOGINS, login.name.as_bytes())?.is_none() {
        rows.push((LOGINS, login.name.clone().into_bytes(), Some(codec::encode(login))));
    }
    if snapshot.get(NAMES, &office.0)?.is_none() {
        rows.push((NAMES, office.0.to_vec(), Some(codec::encode(&founding.names))));
    }
    if !rows.is_empty() {
        ledger.write(rows).await.context("the first sign-in could not be kept")?;
    }
    Ok(())
}
