//! `mohar join`: an invited office checks everything and gets its machine ready.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use data_encoding::HEXLOWER;
use mohar_protocol::ceremony::{
    self, CEREMONY_BYTES_MAX, CeremonyFile, Founding, Invitation, NodeSecrets, OfficeSecrets, PeerAddress,
};
use mohar_protocol::id::{OfficeId, StateId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::SealingSecret;
use mohar_protocol::sealing::at_rest::StorageKey;
use serde_json::json;

use crate::admin_login::AdminLogin;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;
use crate::{address, fingerprint, registry};

/// Join a state with the invitation that the office above sent back
///
/// Checks that the invitation is of the state whose id you were told, that the charter and every
/// office in it hold, that this very office was admitted, and that the keys on this machine are
/// its keys. Then writes founding.cbor for the office's first start, and the nodes to begin with
/// into DIR/node.toml. An office that was created with --hosted is found by itself below
/// DIR/offices; the node hosts it from its next start on.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Join {
    /// The invitation
    invitation: PathBuf,
    /// Data folder of the node, as `mohar office create` made it
    #[arg(long)]
    data: PathBuf,
    /// The state's id as it was told by telephone or on paper, never as the invitation says
    #[arg(long, value_name = "HEX", value_parser = fingerprint::parse_state)]
    state: StateId,
}

const EXAMPLES: &str = "\
Examples:
  mohar join indore.invitation --data /var/lib/mohar \\
    --state 'a1b2c3d4 e5f60718 293a4b5c 6d7e8f90 a1b2c3d4 e5f60718 293a4b5c 6d7e8f90'";

impl Join {
    /// Runs the ceremony.
    ///
    /// # Errors
    /// Names the first thing that does not hold.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let invitation: Invitation =
            read(&self.invitation).hint("Ask the office above to send the invitation again.")?;
        let hosted = hosted_folder(&self.data, invitation.office)?;
        let folder = hosted.as_ref().unwrap_or(&self.data);
        let founding_path = folder.join("founding.cbor");
        disk::refuse_existing([founding_path.as_path()])?;
        if invitation.state != self.state {
            return Err(Failure::bad(format!("the invitation is of state {}", invitation.state))
                .hint("Do not go on before you have compared the state id with the office above, aloud."));
        }
        let known = registry::fold(self.state, &invitation.package)
            .hint("The invitation was damaged or altered on the way; ask for it again.")?;
        let admin: AdminLogin = read(&folder.join("admin.login"))
            .hint("Run this on the machine where `mohar office create` was run.")?;
        check_office(&known, &invitation, admin.login.office)?;
        match &hosted {
            None => check_keys(&known, admin.login.office, &self.data)?,
            Some(_) => check_host(&known, admin.login.office, &self.data)?,
        }
        check_peers(&known, &invitation.peers)?;

        let (office, peers) = (invitation.office, invitation.peers.len());
        let own = known.office(&office)?.incarnation().filter(|_| hosted.is_some());
        let is_other = |peer: &&PeerAddress| own.is_none_or(|own| own.transport != peer.transport);
        let others: Vec<_> = invitation.peers.iter().filter(is_other).cloned().collect();
        self.write_peers(&others)?;
        let founding = Founding { invitation, login: admin.login, names: admin.names };
        disk::write_new(&founding_path, &ceremony::to_file(&founding), Access::Secret)?;

        output.line(format!("joined {office}"))?;
        output.json(&json!({
            "joined": office, "state": self.state, "founding": founding_path, "offices": known.offices().count(),
            "peers": peers,
        }))?;
        let next = match &hosted {
            None => format!("mohar-node --data {}", self.data.display()),
            Some(_) => "start the node anew (systemctl restart mohar-node); nobody is signed out".to_owned(),
        };
        output.talk(format!(
            "Next: {next}\nThen sign in with the name and password of the first administrator."
        ));
        Ok(Exit::Good)
    }

    /// Puts the nodes to begin with behind what is in `node.toml`; a second run changes nothing.
    fn write_peers(&self, peers: &[PeerAddress]) -> Result<(), Failure> {
        let path = self.data.join("node.toml");
        let mut text = String::from_utf8(disk::read(&path, NODE_TOML_BYTES_MAX)?)
            .with_context(|| format!("{} is not text", path.display()))?;
        let before = text.len();
        for peer in peers {
            let transport = HEXLOWER.encode(&peer.transport.to_bytes());
            if text.contains(&transport) {
                continue;
            }
            let addresses = peer.addresses.iter().map(|a| format!("\"{a}\"")).collect::<Vec<_>>().join(", ");
            writeln!(text, "\n[[net.peers]]\ntransport = \"{transport}\"\naddresses = [{addresses}]")?;
        }
        if text.len() > before { Ok(disk::replace(&path, text.as_bytes())?) } else { Ok(()) }
    }
}

/// Bytes of a `node.toml`: hundreds of peers.
const NODE_TOML_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of `secrets.sealed`: a district that hosts a hundred small offices.
const SECRETS_BYTES_MAX: usize = 64 * 1024;

fn read<T>(path: &Path) -> anyhow::Result<T>
where
    T: CeremonyFile + minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    let bytes = disk::read(path, CEREMONY_BYTES_MAX)?;
    let kind = T::FIRST_LINE;
    ceremony::from_file(&bytes).with_context(|| format!("{} is not a whole {kind}", path.display()))
}

/// The folder of an office that was created to be hosted beside the first one.
fn hosted_folder(data: &Path, office: OfficeId) -> Result<Option<PathBuf>, Failure> {
    let beside = data.join("offices");
    if !beside.is_dir() {
        return Ok(None);
    }
    for entry in fs::read_dir(&beside).with_context(|| beside.display().to_string())? {
        let folder = entry?.path();
        let admin = folder.join("admin.login");
        if admin.exists() && read::<AdminLogin>(&admin)?.login.office == office {
            return Ok(Some(folder));
        }
    }
    Ok(None)
}

/// The node that the new office named is the node of this data folder, which joined the same state.
fn check_host(known: &Registry, own: OfficeId, data: &Path) -> Result<(), Failure> {
    let founding: Founding = read(&data.join("founding.cbor")).hint("The first office has to join first.")?;
    let host = registry::fold(known.state(), &founding.invitation.package)
        .context("the first office of this node is of another state")?;
    let host = host.office(&founding.invitation.office)?.incarnation().map(|node| node.transport);
    let named = known.office(&own)?.incarnation().map(|node| node.transport);
    if named.is_some() && named == host {
        return Ok(());
    }
    Err(Failure::bad("the office was created for another node")
        .hint("Run this with the data folder in which `mohar office create --hosted` was run."))
}

/// The invitation is for this office, and the office was taken in.
fn check_office(known: &Registry, invitation: &Invitation, own: OfficeId) -> Result<(), Failure> {
    if invitation.office != own {
        return Err(Failure::bad(format!("the invitation is for office {}", invitation.office))
            .hint(format!("This machine holds office {own}; ask for its invitation.")));
    }
    let register = known.office(&own).context("the invitation does not hold the office itself")?;
    if known.is_admitted(register) {
        Ok(())
    } else {
        Err(anyhow!(Refusal::OfficeNotAdmitted).context("the admission does not hold").into())
    }
}

/// The keys on this machine are those that the office named at its beginning.
fn check_keys(known: &Registry, own: OfficeId, data: &Path) -> Result<(), Failure> {
    let keys = data.join("keys");
    let machine = disk::read(&keys.join("machine.key"), 32)?;
    let machine = <[u8; 32]>::try_from(&machine[..]).context("machine.key does not have 32 bytes")?;
    let sealed = disk::read(&keys.join("secrets.sealed"), SECRETS_BYTES_MAX)?;
    let secrets = NodeSecrets::open(&StorageKey::from_bytes(machine), &sealed)
        .context("keys/secrets.sealed does not open with keys/machine.key")?;
    let incarnation = known.office(&own)?.incarnation().context("the office has no incarnation")?;
    let is_own = |hosted: &OfficeSecrets| {
        hosted.office == own.0
            && SecretKey::from_seed(&hosted.signing).public() == incarnation.signing
            && *SealingSecret::from_seed(ceremony::SEALING, &hosted.sealing).public() == incarnation.sealing
    };
    let transport = SecretKey::from_seed(&secrets.transport).public();
    if secrets.offices.iter().any(is_own) && transport == incarnation.transport {
        return Ok(());
    }
    Err(Failure::bad("the keys on this machine are not those of the office")
        .hint("Run this on the machine where `mohar office create` was run."))
}

/// Nobody signs the list of nodes to begin with, so each must be a node of an admitted office.
fn check_peers(known: &Registry, peers: &[PeerAddress]) -> Result<(), Failure> {
    for peer in peers {
        let transport = peer.transport.to_bytes();
        if known.offices_of_transport(&transport).is_empty() {
            let key = HEXLOWER.encode(&transport);
            return Err(Failure::bad(format!("the invitation names a node of no admitted office: {key}"))
                .hint("Ask the office above to check its `--peer` and to send the invitation again."));
        }
        if peer.addresses.iter().any(|text| address::parse(text).as_ref() != Ok(text)) {
            return Err(Failure::bad("the invitation names an address that is not one"));
        }
    }
    Ok(())
}
