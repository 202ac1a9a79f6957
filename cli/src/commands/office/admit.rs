//! `mohar office admit`: the office above, or the keepers of the charter, take an office in.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ArgGroup;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony::{self, CEREMONY_BYTES_MAX, Invitation, OfficeRequest, PeerAddress};
use mohar_protocol::control::Status;
use mohar_protocol::id::OfficeId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use serde_json::json;

use crate::connect::Node;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{address, clock, fingerprint, registry};

/// Take an office in: sign its admission and write its invitation
///
/// An office under the charter is admitted with root keys, as many as the charter's threshold
/// says. An office under another office is admitted on the machine of the office above, with that
/// office's operating key; its running node learns of the new office at once. Compare the office
/// id with the new office before you type a password.
#[derive(Debug, clap::Args)]
#[command(
    after_help = EXAMPLES,
    group = ArgGroup::new("by").required(true).args(["registry", "data"])
)]
pub struct Admit {
    /// The office.request of the new office
    request: PathBuf,
    /// Where to write the invitation
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// By the charter: the state's registry file
    #[arg(long, value_name = "PATH", requires = "root_key")]
    registry: Option<PathBuf>,
    /// By the charter: a root key; give as many as must sign
    #[arg(long, value_name = "PATH", requires = "registry")]
    root_key: Vec<PathBuf>,
    /// By the office above: data folder of its running node
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// By the office above: its operating key, if it is not in DIR/keys/operating.key
    #[arg(long, value_name = "PATH", requires = "data")]
    operating_key: Option<PathBuf>,
    /// Data folder of another running node to be told; may be given several times
    #[arg(long, value_name = "DIR")]
    known: Vec<PathBuf>,
    /// A node for the new office to begin with, <transport key>@<address>; may be given several times
    #[arg(long, value_name = "KEY@ADDRESS", value_parser = address::parse_peer)]
    peer: Vec<PeerAddress>,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const EXAMPLES: &str = "\
Examples:
  Two of three root keys admit a department:
    mohar office admit office.request --out gad.invitation --registry charter.registry \\
      --root-key root-1.key --root-key root-3.key
  The department admits a district; its node runs:
    mohar office admit office.request --out indore.invitation --data /var/lib/mohar";

impl Admit {
    /// Runs the ceremony.
    ///
    /// # Errors
    /// A request that does not hold, keys that do not suffice, a wrong password, a node that does
    /// not answer.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        disk::refuse_existing([self.out.as_path()])?;
        let request = self.read_request()?;
        let mut nodes = self.open_nodes()?;
        let mut package = match &self.registry {
            Some(path) => registry::read(path)?,
            None => Package::default(),
        };
        let state = request.state;
        let mut peers = self.peer.clone();
        for node in &mut nodes {
            let other = node.registry()?;
            if package.charter.is_empty() {
                package.charter.clone_from(&other.charter);
            }
            if registry::state_of(&other)? == state {
                add_peers(&mut peers, node.status()?, &registry::fold(state, &other)?);
                registry::join(&mut package, other);
            }
        }
        if registry::state_of(&package)? != state {
            return Err(Failure::bad("the request is for another state").hint("Compare the state ids."));
        }
        let office = introduce(&request, &registry::fold(state, &package)?, output)?;
        let dossier = self.admitted(office, &request, &mut package, output)?;
        let news = Package { charter: Vec::new(), dossiers: vec![dossier.clone()] };
        package.dossiers.push(dossier);
        let invitation = Invitation { state, office, package, peers };
        disk::write_new(&self.out, &ceremony::to_file(&invitation), Access::Public)?;
        self.tell(output, &mut nodes, &invitation, &news)
    }

    /// The dossier with the admission, taken out of the package. An office that was admitted before
    /// is not admitted a second time: its invitation is written anew, and no key is asked for.
    fn admitted(
        &self,
        office: OfficeId,
        request: &OfficeRequest,
        package: &mut Package,
        output: Output,
    ) -> Result<Vec<ByteVec>, Failure> {
        let known = registry::fold(request.state, package)?;
        let is_it = |dossier: &Vec<ByteVec>| registry::office_of(dossier) == Some(office.into());
        let before = package.dossiers.iter().position(is_it).map(|at| package.dossiers.remove(at));
        if let Some(dossier) = before.filter(|_| known.office(&office).is_ok_and(|o| known.is_admitted(o))) {
            output.talk("This office was admitted before; its invitation is written anew.");
            return Ok(dossier);
        }
        let keys = self.unlock()?;
        let known = registry::fold(request.state, package)?;
        ceremony::admit(&known, request, &keys, clock::now())
            .context("the office was not admitted")
            .hint("Root keys: give as many as the charter asks for. Below an office: its operating key.")
    }

    fn tell(
        &self,
        output: Output,
        nodes: &mut [Node],
        invitation: &Invitation,
        news: &Package,
    ) -> Result<Exit, Failure> {
        let again = format!("The invitation is written. Later: mohar office announce {}", self.out.display());
        for node in nodes {
            node.import(news).hint(&again)?;
        }
        output.line(format!("admitted {}", invitation.office))?;
        output.line(format!("invitation {}", self.out.display()))?;
        output.json(&json!({
            "admitted": invitation.office, "state": invitation.state, "invitation": self.out,
            "peers": invitation.peers.len(),
        }))?;
        if invitation.peers.is_empty() {
            output.talk("The invitation names no node to begin with; `--peer` adds one.");
        }
        output.talk(format!("Next: hand {} back; there, `mohar join`.", self.out.display()));
        Ok(Exit::Good)
    }

    fn read_request(&self) -> Result<OfficeRequest, Failure> {
        let bytes = disk::read(&self.request, CEREMONY_BYTES_MAX)?;
        ceremony::from_file(&bytes)
            .with_context(|| format!("{} is not an office request", self.request.display()))
            .hint("Ask the new office for its office.request again; it may have been damaged on the way.")
    }

    fn open_nodes(&self) -> Result<Vec<Node>, Failure> {
        self.data.iter().chain(&self.known).map(|data| Node::open(data)).collect()
    }

    fn unlock(&self) -> Result<Vec<SecretKey>, Failure> {
        let mut passwords = Passwords::new(&self.passwords)?;
        let own = |data: &PathBuf| data.join("keys").join("operating.key");
        let operating = self.operating_key.clone().or_else(|| self.data.as_ref().map(own));
        let paths = operating.iter().chain(&self.root_key).map(PathBuf::as_path);
        let open = |path: &Path| KeyFile::read(path)?.open(&mut passwords);
        paths.map(open).collect()
    }
}

/// Shows who asks, before anyone signs; the office that asks.
fn introduce(request: &OfficeRequest, known: &Registry, output: Output) -> Result<OfficeId, Failure> {
    let first = request.acts.first().ok_or(Refusal::ActUnreadable)?;
    let first = UnverifiedAct::parse(first).map_err(Refusal::from)?;
    let Body::Inception(inception) = first.body() else {
        return Err(Failure::bad("the request does not begin with an inception"));
    };
    let office = OfficeId::from(first.id());
    let above = match inception.parent {
        None => "the charter".to_owned(),
        Some(parent) => {
            known.office(&parent).context("the office above is not known here")?.path().to_owned()
        }
    };
    output.talk(format!(
        "{} ({}), {}, code {}, under {above}\noffice {}",
        inception.name_en,
        inception.name_hi,
        inception.path,
        inception.code,
        fingerprint::groups(&office)
    ));
    Ok(office)
}

/// Adds the addresses under which a running node is reached.
fn add_peers(peers: &mut Vec<PeerAddress>, status: Status, known: &Registry) {
    let addresses: Vec<String> = status.listen.into_iter().filter(|a| !address::is_wildcard(a)).collect();
    let hosted = status.offices.first().and_then(|own| known.office(&own.office).ok());
    let Some(incarnation) = hosted.and_then(|register| register.incarnation()) else { return };
    let is_new = peers.iter().all(|peer| peer.transport != incarnation.transport);
    if is_new && !addresses.is_empty() {
        peers.push(PeerAddress { transport: incarnation.transport, addresses });
    }
}
