//! The first start of an office on this node: what `mohar join` left becomes rows. The node's first
//! office has its `founding.cbor` in the data folder, each office beside it in a folder of its own
//! below `offices/`. Every step looks whether it was done, so that a start that was cut short is
//! finished by the next one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony::{CEREMONY_BYTES_MAX, Founding, HOSTED_OFFICES_MAX, Login, from_file};
use mohar_protocol::codec;
use mohar_protocol::id::OfficeId;
use mohar_protocol::keys::PublicKey;
use mohar_protocol::machine::Request;
use mohar_protocol::records::{Kv as _, Records};
use mohar_protocol::refusal::Refusal;

use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::store::Snapshot;
use crate::store::tables::{LOGINS, NAMES};

/// Name of the file in the data folder, and in the folder of each office beside the first.
pub const FILE: &str = "founding.cbor";

/// The folder of the offices beside the first.
const BESIDE: &str = "offices";

/// Where the keys of an office beside the first lie, in its folder.
const BESIDE_KEYS: &str = "keys/node.sealed";

/// Bytes of a sign-in row.
const LOGIN_BYTES_MAX: usize = 4_096;

/// What this node was founded with.
pub struct Foundings {
    /// Its first office; says which state is trusted.
    pub first: Founding,
    /// Further offices, in the order of their folders, with the paths of their keys.
    pub beside: Vec<(Founding, PathBuf)>,
}

impl Foundings {
    /// Reads them. They are kept after the first start.
    ///
    /// # Errors
    /// Names the path that cannot be read, and what to do.
    pub fn read(data: &Path) -> anyhow::Result<Self> {
        let first = read(data)?;
        let mut beside = Vec::new();
        for folder in beside_folders(data)? {
            let founding = read(&folder)?;
            ensure!(
                founding.invitation.state == first.invitation.state,
                "{}: of another state than the first office; remove the folder",
                folder.display()
            );
            beside.push((founding, folder.join(BESIDE_KEYS)));
        }
        ensure!(
            beside.len() < HOSTED_OFFICES_MAX,
            "{}: a node hosts at most {HOSTED_OFFICES_MAX} offices",
            data.join(BESIDE).display()
        );
        Ok(Self { first, beside })
    }

    /// Offices beside the first, with the paths of their keys.
    pub fn keys_beside(&self) -> Vec<(OfficeId, PathBuf)> {
        self.beside.iter().map(|(founding, keys)| (founding.invitation.office, keys.clone())).collect()
    }

    /// All of them, the first one first.
    pub fn all(&self) -> impl Iterator<Item = &Founding> {
        std::iter::once(&self.first).chain(self.beside.iter().map(|(founding, _)| founding))
    }

    /// Whether founding files and keys belong together.
    ///
    /// # Errors
    /// Names the office whose keys are not here.
    pub fn check(&self, keyring: &Keyring) -> anyhow::Result<()> {
        let hosts = keyring.hosts();
        for founding in self.all() {
            let office = founding.invitation.office;
            let named = |key: PublicKey| self.first.invitation.office == office || names(founding, key);
            ensure!(
                hosts.iter().any(|host| host.office == office && named(host.signing.public())),
                "{FILE} is for another office than the keys beside it; put the right pair together"
            );
        }
        Ok(())
    }
}

/// Folders below `offices/` whose office has joined; one that has not is still in its ceremony.
fn beside_folders(data: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let beside = data.join(BESIDE);
    if !beside.exists() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(&beside).with_context(|| beside.display().to_string())? {
        let folder = entry.with_context(|| beside.display().to_string())?.path();
        if folder.join(FILE).exists() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}

fn read(folder: &Path) -> anyhow::Result<Founding> {
    let path = folder.join(FILE);
    let hint = || format!("{}: run `mohar join` for this data folder first", path.display());
    let length = std::fs::metadata(&path).with_context(hint)?.len();
    ensure!(length <= CEREMONY_BYTES_MAX as u64, "{}: too large for a founding file", path.display());
    let bytes = std::fs::read(&path).with_context(hint)?;
    from_file(&bytes).with_context(|| format!("{}: damaged; restore it from the backup", path.display()))
}

/// Whether an incarnation in the invitation names this key as the one that signs for the office.
fn names(founding: &Founding, signing: PublicKey) -> bool {
    let acts = founding.invitation.package.dossiers.iter().flatten();
    let mut acts = acts.filter_map(|bytes| UnverifiedAct::parse(bytes).ok());
    acts.any(|act| matches!(act.body(), Body::Incarnate(body) if body.signing == signing))
}

/// Takes in charter, dossiers, first sign-in and names.
///
/// # Errors
/// An invitation that does not hold.
pub async fn import(founding: &Founding, ledger: &Ledger) -> anyhow::Result<()> {
    let office = founding.invitation.office;
    if Records::new(&ledger.snapshot()).log(&office)?.is_none() {
        match ledger.request(Request::Import(founding.invitation.package.clone())).await {
            Ok(_) | Err(Refusal::AlreadyDone) => {}
            Err(refusal) => return Err(refusal).context("the invitation was refused; ask for a new one"),
        }
        tracing::info!(office = office.short(), "first start: the invitation was taken in");
    }
    let snapshot = ledger.snapshot();
    let mut rows = Vec::new();
    if let Some(login) = new_login(&founding.login, &snapshot)? {
        rows.push((LOGINS, login.name.clone().into_bytes(), Some(codec::encode(&login))));
    }
    if snapshot.get(NAMES, &office.0)?.is_none() {
        rows.push((NAMES, office.0.to_vec(), Some(codec::encode(&founding.names))));
    }
    if !rows.is_empty() {
        ledger.write(rows).await.context("the first sign-in could not be kept")?;
    }
    Ok(())
}

/// The first administrator's sign-in, if it is not kept yet. Sign-in names are those of the node,
/// not of the office: one that somebody took meanwhile gets a number, and the log tells it.
fn new_login(login: &Login, snapshot: &Snapshot) -> anyhow::Result<Option<Login>> {
    let mut name = login.name.clone();
    for number in 2.. {
        let Some(row) = snapshot.get(LOGINS, name.as_bytes())? else { break };
        let kept: Login = codec::decode(&row, LOGIN_BYTES_MAX).context("a sign-in row is damaged")?;
        if kept.officer == login.officer {
            return Ok(None);
        }
        name = format!("{}-{number}", login.name);
        tracing::warn!(login = name, "the sign-in name of a first administrator was taken; this one is used");
    }
    Ok(Some(Login { name, ..login.clone() }))
}
