//! `mohar office create`: an office begins, on its own machine.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ArgGroup;
use data_encoding::BASE64;
use mohar_protocol::act::VerifiedAct;
use mohar_protocol::act::body::Incarnate;
use mohar_protocol::ceremony::{
    self, Beginning, Login, NewOffice, NodeSecrets, OfficeKeys, OfficeRequest, OfficeSecrets,
};
use mohar_protocol::codec;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::directory::{OfficerName, PostName, Snapshot};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{ActId, OfficeId, StateId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::ACT_PAYLOAD_BYTES_MAX;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::password;
use serde_json::json;

use crate::admin_login::AdminLogin;
use crate::args::{Names, TierArg, code, name};
use crate::connect::{Node, unexpected};
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{address, clock, fingerprint, kit, registry};

/// Begin an office: make all its keys on this machine, and the request to be admitted
///
/// Writes into DIR: keys/machine.key and keys/secrets.sealed (the node's own keys),
/// keys/operating.key and keys/recovery.key (each under a password), office.request (to be handed
/// to the office above), admin.login (kept here until `mohar join`) and node.toml. Prints the
/// recovery kit: put it on paper, seal it, and keep it in another building.
///
/// Three passwords are asked, in this order: operating key, recovery kit, first administrator.
///
/// With --hosted, DIR is the data folder of a running node that is to host the office beside its
/// own. The node makes the node keys, and everything is written into a folder of the office's own,
/// DIR/offices/ and the last step of the path.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("of").required(true))]
pub struct Create {
    /// Data folder of the node
    #[arg(long)]
    data: PathBuf,
    /// Let the running node of DIR host the office beside its own
    #[arg(long, conflicts_with_all = ["listen", "reach", "web"])]
    hosted: bool,
    /// The state's registry file, as `mohar found` wrote it
    #[arg(long, value_name = "PATH", group = "of")]
    state_file: Option<PathBuf>,
    /// The state's id, as it was read aloud
    #[arg(long, value_name = "HEX", value_parser = fingerprint::parse_state, group = "of")]
    state: Option<StateId>,
    /// Id of the office above, or `none` for an office directly under the charter
    #[arg(long, value_name = "OFFICE", value_parser = parse_parent)]
    parent: Parent,
    /// Path in the administrative tree, such as mp/indore/depalpur
    #[arg(long, value_parser = parse_path)]
    path: String,
    /// Code in the Local Government Directory, or an own short code
    #[arg(long, value_parser = name)]
    code: String,
    /// Tier
    #[arg(long)]
    tier: TierArg,
    #[command(flatten)]
    names: Names,
    /// Sign-in name of the first administrator
    #[arg(long, value_name = "NAME", value_parser = code)]
    admin_login: String,
    /// Hindi name of the first administrator
    #[arg(long, value_name = "NAME", value_parser = name)]
    admin_name_hi: String,
    /// English name of the first administrator
    #[arg(long, value_name = "NAME", value_parser = name)]
    admin_name_en: String,
    /// Where the node listens to other nodes: ip:port or a multiaddress
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:4001", value_parser = address::parse)]
    listen: String,
    /// Where other nodes reach it, if that is not where it listens; may be given several times
    #[arg(long, value_name = "ADDRESS", value_parser = address::parse)]
    reach: Vec<String>,
    /// Where officers' browsers reach it: ip:port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    web: std::net::SocketAddr,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const EXAMPLES: &str = "\
Examples:
  A department, directly under the charter:
    mohar office create --data /var/lib/mohar --state-file charter.registry --parent none \\
      --path mp/gad --code GAD --tier department \\
      --name-hi 'सामान्य प्रशासन विभाग' --name-en 'General Administration Department' \\
      --admin-login asha.verma --admin-name-hi 'आशा वर्मा' --admin-name-en 'Asha Verma' \\
      --listen 10.1.0.2:4001 --web 127.0.0.1:8080
  A district under it:
    mohar office create --data /var/lib/mohar --state 'a1b2c3d4 ...' --parent 5e0f... \\
      --path mp/gad/indore --code 437 --tier district ...";

/// Id of the office above, if there is one.
type Parent = Option<OfficeId>;

/// The first post, as the protocol's own ceremony makes it.
const ADMIN_POST: (&str, &str) = ("कार्यालय प्रशासक", "Office administrator");

/// Rank of the administrator's post: below those who decide.
const ADMIN_RANK: u8 = 200;

impl Create {
    /// Runs the ceremony.
    ///
    /// # Errors
    /// Existing paths, passwords that may not be set, a state file that does not hold.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let state = self.find_state()?;
        let paths = self.paths();
        disk::refuse_existing(paths.all())?;
        let host = if self.hosted { Some(Host::ask(&self.data, &self.admin_login)?) } else { None };
        let mut entropy = clock::entropy()?;
        let mut passwords = Passwords::new(&self.passwords)?;
        let operating = passwords.choose("the operating key")?;
        let recovery = passwords.choose("the recovery kit")?;
        let admin = passwords.choose(&format!("the sign-in of {}", self.admin_login))?;

        let keys = OfficeKeys::generate(&mut entropy);
        let admin_key = SecretKey::from_seed(&entropy.bytes32());
        let (new, admin_public, now) = (self.new_office(), admin_key.public(), clock::now());
        let begun = match &host {
            Some(host) => {
                let node = host.incarnate.clone();
                ceremony::begin_office_on(state, &new, &keys, node, admin_public, now, &mut entropy)
            }
            None => ceremony::begin_office(state, &new, &keys, admin_public, now, &mut entropy),
        };
        let begun = begun.context("the acts of the beginning cannot be signed")?;
        let en = &self.names.name_en;
        let operating = KeyFile::wrap(
            &format!("operating key of {en}"),
            &keys.operating,
            None,
            &operating,
            &mut entropy,
        )?;
        let kit = KeyFile::wrap(
            &format!("recovery kit of {en}"),
            &keys.recovery,
            Some(&keys.recovery_sealing),
            &recovery,
            &mut entropy,
        )?;
        let wrapped = password::wrap_with_password(&admin_key.to_seed(), &admin, &mut entropy)?;
        let login =
            Login { name: self.admin_login.clone(), office: begun.office, officer: begun.officer, wrapped };
        let addresses = host.as_ref().map_or_else(|| self.reachable(), |host| host.addresses.clone());
        let admin_login = AdminLogin { names: self.snapshot(&begun, &addresses)?, login };
        let request = OfficeRequest {
            state,
            acts: begun.acts.iter().map(|act| act.bytes().to_vec().into()).collect(),
            addresses,
        };

        disk::make_private_dir(&paths.keys)?;
        match &host {
            Some(host) => disk::write_new(&paths.node_keys, &host.sealed, Access::Secret)?,
            None => {
                write_node_secrets(&paths, begun.office, &keys, &mut entropy)?;
                disk::write_new(&paths.node_toml, self.node_toml().as_bytes(), Access::Public)?;
            }
        }
        disk::write_new(&paths.operating, operating.to_text().as_bytes(), Access::Secret)?;
        disk::write_new(&paths.recovery, kit.to_text().as_bytes(), Access::Secret)?;
        disk::write_new(&paths.admin_login, &ceremony::to_file(&admin_login), Access::Secret)?;
        disk::write_new(&paths.request, &ceremony::to_file(&request), Access::Public)?;
        self.tell(output, &paths, state, begun.office, &kit)
    }

    fn tell(
        &self,
        output: Output,
        paths: &Paths,
        state: StateId,
        office: OfficeId,
        recovery: &KeyFile,
    ) -> Result<Exit, Failure> {
        output.line(format!("office {office}"))?;
        output.line(format!("aloud {}", fingerprint::groups(&office)))?;
        output.line(format!("state {state}"))?;
        output.line(format!("request {}", paths.request.display()))?;
        output.line(format!("\nRecovery kit (also in {}):\n", paths.recovery.display()))?;
        let paper = kit::to_paper(recovery);
        output.line(&paper)?;
        output.json(&json!({
            "office": office, "aloud": fingerprint::groups(&office), "state": state, "request": paths.request,
            "recovery_kit": paper,
        }))?;
        output.talk(
            "Put the recovery kit on paper, type it in again once (`mohar kit read`), seal it together with \
             nothing else, and keep it in another building; its password in a third place. Then remove \
             keys/recovery.key from this machine.",
        );
        if !self.hosted && self.reachable().is_empty() {
            output.talk("No address was given under which others reach this node; `--reach` names one.");
        }
        output.talk(format!(
            "Next: hand {} to the office above. It runs `mohar office admit`; compare the office id aloud.",
            paths.request.display()
        ));
        Ok(Exit::Good)
    }

    fn find_state(&self) -> Result<StateId, Failure> {
        let Some(path) = &self.state_file else {
            return self.state.ok_or_else(|| Failure::usage("no state was named"));
        };
        let package = registry::read(path).hint("Take the charter.registry that `mohar found` wrote.")?;
        let state = registry::state_of(&package)?;
        registry::fold(state, &package).with_context(|| format!("{} does not hold", path.display()))?;
        Ok(state)
    }

    fn new_office(&self) -> NewOffice {
        NewOffice {
            parent: self.parent,
            path: self.path.clone(),
            code: self.code.clone(),
            tier: self.tier.into(),
            name_hi: self.names.name_hi.clone(),
            name_en: self.names.name_en.clone(),
        }
    }

    /// A hosted office has a folder of its own, named like the last step of its path.
    fn paths(&self) -> Paths {
        let step = self.path.rsplit('/').next().unwrap_or_default();
        let folder = if self.hosted { self.data.join("offices").join(step) } else { self.data.clone() };
        Paths::of(&folder, self.hosted)
    }

    fn reachable(&self) -> Vec<String> {
        if self.reach.is_empty() && !address::is_wildcard(&self.listen) {
            return vec![self.listen.clone()];
        }
        self.reach.clone()
    }

    fn snapshot(&self, begun: &Beginning, addresses: &[String]) -> Result<Snapshot, Failure> {
        let [_, _, post, _, charge] = begun.acts.as_slice() else {
            return Err(Failure::usage("an office begins with five acts"));
        };
        let id = |act: &VerifiedAct| -> ActId { act.id() };
        Ok(Snapshot {
            addresses: addresses.to_vec(),
            posts: vec![PostName {
                post: id(post).into(),
                rank: ADMIN_RANK,
                name_hi: ADMIN_POST.0.to_owned(),
                name_en: ADMIN_POST.1.to_owned(),
            }],
            officers: vec![OfficerName {
                officer: begun.officer,
                charges: vec![id(charge).into()],
                name_hi: self.admin_name_hi.clone(),
                name_en: self.admin_name_en.clone(),
            }],
        })
    }

    fn node_toml(&self) -> String {
        let mut text = format!(
            "# Settings of this node. Unknown keys are refused; what is not here has a default.\n\n\
             [web]\nlisten = \"{}\"\n\n[net]\nlisten = [\"{}\"]\n",
            self.web, self.listen
        );
        if !self.reach.is_empty() {
            let quoted: Vec<String> = self.reach.iter().map(|address| format!("\"{address}\"")).collect();
            text.push_str(&format!("announce = [{}]\n", quoted.join(", ")));
        }
        text
    }
}

/// What the node that is to host the office says.
struct Host {
    /// The office's node keys, which only this node opens.
    sealed: Vec<u8>,
    incarnate: Incarnate,
    addresses: Vec<String>,
}

impl Host {
    fn ask(data: &Path, login: &str) -> Result<Self, Failure> {
        let mut node = Node::open(data)?;
        let mut addresses = node.status()?.listen;
        addresses.retain(|address| !address::is_wildcard(address));
        let request = Request::HostKeys { login: login.to_owned() };
        let answer = node.ask(&request).hint("Take another `--admin-login`: names are those of the node.")?;
        let Response::HostKeys { sealed, incarnate } = answer else { return Err(unexpected()) };
        let incarnate = BASE64.decode(incarnate.as_bytes()).context("the node's answer is not base64")?;
        Ok(Self {
            sealed: BASE64.decode(sealed.as_bytes()).context("the node's answer is not base64")?,
            incarnate: codec::decode(&incarnate, ACT_PAYLOAD_BYTES_MAX).context("the node's keys")?,
            addresses,
        })
    }
}

/// What the ceremony writes.
struct Paths {
    hosted: bool,
    keys: PathBuf,
    machine: PathBuf,
    secrets: PathBuf,
    node_keys: PathBuf,
    operating: PathBuf,
    recovery: PathBuf,
    request: PathBuf,
    admin_login: PathBuf,
    node_toml: PathBuf,
}

impl Paths {
    fn of(folder: &Path, hosted: bool) -> Self {
        let keys = folder.join("keys");
        Self {
            hosted,
            machine: keys.join("machine.key"),
            secrets: keys.join("secrets.sealed"),
            node_keys: keys.join("node.sealed"),
            operating: keys.join("operating.key"),
            recovery: keys.join("recovery.key"),
            request: folder.join("office.request"),
            admin_login: folder.join("admin.login"),
            node_toml: folder.join("node.toml"),
            keys,
        }
    }

    fn all(&self) -> Vec<&Path> {
        let office = [&self.operating, &self.recovery, &self.request, &self.admin_login];
        let node: &[&PathBuf] =
            if self.hosted { &[&self.node_keys] } else { &[&self.machine, &self.secrets, &self.node_toml] };
        office.into_iter().chain(node.iter().copied()).map(PathBuf::as_path).collect()
    }
}

fn write_node_secrets(
    paths: &Paths,
    office: OfficeId,
    keys: &OfficeKeys,
    entropy: &mut Entropy,
) -> anyhow::Result<()> {
    let machine = StorageKey::generate(entropy);
    let hosted = OfficeSecrets {
        office: office.0,
        signing: *keys.signing.to_seed(),
        sealing: *keys.sealing.to_seed(),
        earlier: Vec::new(),
    };
    let secrets = NodeSecrets {
        transport: *keys.transport.to_seed(),
        storage: *StorageKey::generate(entropy).expose(),
        offices: vec![hosted],
    };
    disk::write_new(&paths.machine, machine.expose(), Access::Secret)?;
    disk::write_new(&paths.secrets, &secrets.seal(&machine, entropy), Access::Secret)
}

fn parse_parent(text: &str) -> Result<Parent, String> {
    if text == "none" {
        return Ok(None);
    }
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits.parse().map(Some).map_err(|_| "expected the office's 64 hexadecimal digits, or `none`".to_owned())
}

/// Characters of a path: eight tiers of fifteen letters.
const PATH_CHARS_MAX: usize = 120;

pub(super) fn parse_path(text: &str) -> Result<String, String> {
    let part = |part: &str| {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(allowed)
    };
    if text.len() <= PATH_CHARS_MAX && text.split('/').all(part) {
        Ok(text.to_owned())
    } else {
        Err("expected parts of a-z, 0-9 and hyphen, such as mp/indore/depalpur".to_owned())
    }
}
