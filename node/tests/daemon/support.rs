//! A small state for tests: charter, offices, and data folders that a node can start on.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use mohar_node::config::Config;
use mohar_node::ledger::Ledger;
use mohar_node::run::{self, Running};
use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::act::body::Tier;
use mohar_protocol::ceremony::{
    Founding, Invitation, Login, NewOffice, NodeSecrets, OfficeKeys, OfficeRequest, OfficeSecrets,
    PeerAddress, admit, begin_office, found_state, to_file,
};
use mohar_protocol::control::{Request, Response, Status};
use mohar_protocol::directory::{OfficerName, PostName, Snapshot};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{OfficeId, StateId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::Package;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::password::wrap_with_password;
use mohar_protocol::time::Timestamp;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

/// No test waits longer for one thing.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// The first administrator of every office here.
pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "nine chairs in a row";

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A state with its root key.
pub struct State {
    pub id: StateId,
    pub package: Package,
    root: SecretKey,
    registry: Registry,
    entropy: Entropy,
}

/// An office with a data folder.
pub struct Office {
    pub id: OfficeId,
    pub data: TempDir,
    pub dossier: Vec<minicbor::bytes::ByteVec>,
    pub keys: OfficeKeys,
    /// The first administrator's key.
    pub admin: SecretKey,
}

impl State {
    pub fn found(seed: u8) -> Self {
        let mut entropy = Entropy::from_seed([seed; 32]);
        let root = SecretKey::from_seed(&entropy.bytes32());
        let (id, package) =
            found_state("मध्य प्रदेश", "Madhya Pradesh", std::slice::from_ref(&root), 1, NOW).unwrap();
        let mut registry = Registry::new(id);
        for act in &package.charter {
            registry.admit_act(UnverifiedAct::parse(act).unwrap()).unwrap();
        }
        Self { id, package, root, registry, entropy }
    }

    /// Begins an office, admits it, and leaves its data folder as `mohar join` does. It knows the
    /// offices that were begun before it, and `peers`.
    pub fn office(&mut self, path: &str, peers: Vec<PeerAddress>) -> Office {
        let keys = OfficeKeys::generate(&mut self.entropy);
        let admin = SecretKey::from_seed(&self.entropy.bytes32());
        let new = NewOffice {
            parent: None,
            path: path.to_owned(),
            code: path.to_owned(),
            tier: Tier::Department,
            name_hi: format!("कार्यालय {path}"),
            name_en: format!("Office {path}"),
        };
        let begun = begin_office(self.id, &new, &keys, admin.public(), NOW, &mut self.entropy).unwrap();
        let acts = begun.acts.iter().map(|act| act.bytes().to_vec().into()).collect();
        let request = OfficeRequest { state: self.id, acts, addresses: Vec::new() };
        let dossier = admit(&self.registry, &request, std::slice::from_ref(&self.root), NOW).unwrap();
        for act in &dossier {
            self.registry.admit_act(UnverifiedAct::parse(act).unwrap()).unwrap();
        }
        self.package.dossiers.push(dossier.clone());
        let data = tempfile::tempdir().unwrap();
        let seed = admin.to_seed();
        let login = Login {
            name: ADMIN.to_owned(),
            office: begun.office,
            officer: begun.officer,
            wrapped: wrap_with_password(&seed, PASSWORD, &mut self.entropy).unwrap(),
        };
        let register = self.registry.office(&begun.office).unwrap();
        let names = Snapshot {
            addresses: Vec::new(),
            posts: register
                .posts()
                .map(|post| PostName {
                    post: post.id,
                    rank: 0,
                    name_hi: "प्रशासक".into(),
                    name_en: "Administrator".into(),
                })
                .collect(),
            officers: vec![OfficerName {
                officer: begun.officer,
                charges: register.charges().map(|charge| charge.id).collect(),
                name_hi: "आशा".into(),
                name_en: "Asha".into(),
            }],
        };
        let invitation =
            Invitation { state: self.id, office: begun.office, package: self.package.clone(), peers };
        let founding = Founding { invitation, login, names };
        fs::write(run::founding_path(data.path()), to_file(&founding)).unwrap();
        fs::write(
            data.path().join("node.toml"),
            "[web]\nlisten = \"127.0.0.1:0\"\n[net]\nlisten = [\"/ip4/127.0.0.1/tcp/0\"]\n",
        )
        .unwrap();
        write_keys(data.path(), begun.office, &keys, &mut self.entropy);
        Office { id: begun.office, data, dossier, keys, admin }
    }
}

impl Office {
    pub fn config(&self) -> Config {
        Config::load(self.data.path()).unwrap()
    }

    /// Starts the node. A request that was being answered when an earlier run stopped may hold the
    /// store for a moment longer, so that is waited for.
    pub async fn start(&self) -> Running {
        let give_up = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            match run::start(self.config()).await {
                Ok(running) => return running,
                Err(error)
                    if format!("{error:#}").contains("store.redb") && std::time::Instant::now() < give_up =>
                {
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                Err(error) => panic!("{error:#}"),
            }
        }
    }

    pub fn peer(&self, running: &Running) -> PeerAddress {
        PeerAddress { transport: self.keys.transport.public(), addresses: running.listen.clone() }
    }

    pub async fn ask(&self, request: &Request) -> Response {
        ask(self.data.path(), &serde_json::to_string(request).unwrap()).await
    }

    pub async fn status(&self) -> Status {
        match self.ask(&Request::Status).await {
            Response::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }
}

/// One line to the control socket, one back.
pub async fn ask(data: &Path, line: &str) -> Response {
    let stream = UnixStream::connect(run::control_path(data)).await.unwrap();
    let (read, mut write) = stream.into_split();
    write.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    let answer = BufReader::new(read).lines().next_line().await.unwrap().unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// Waits until something is true; it is looked at after every event of the ledger.
pub async fn until(what: &str, ledger: &Ledger, is_true: impl Fn() -> bool) {
    let mut events = ledger.events();
    let wait = async {
        while !is_true() {
            let _ = events.recv().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "waited in vain until {what}");
}

/// Status code, headers in lower case, body.
pub async fn get(running: &Running, path: &str, token: Option<&str>) -> (u16, String, Vec<u8>) {
    let url = format!("http://{}{path}", running.web);
    let token = token.map(str::to_owned);
    let fetch = move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let mut request = ureq::Agent::new_with_config(config).get(&url);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut response = request.call().unwrap();
        let headers =
            response.headers().iter().map(|(k, v)| format!("{k}: {}\n", v.to_str().unwrap())).collect();
        (response.status().as_u16(), headers, response.body_mut().read_to_vec().unwrap())
    };
    tokio::task::spawn_blocking(fetch).await.unwrap()
}

fn write_keys(data: &Path, office: OfficeId, keys: &OfficeKeys, entropy: &mut Entropy) {
    let folder = data.join("keys");
    fs::create_dir(&folder).unwrap();
    let machine = entropy.bytes32();
    let secrets = NodeSecrets {
        transport: *keys.transport.to_seed(),
        storage: entropy.bytes32(),
        offices: vec![OfficeSecrets {
            office: office.0,
            signing: *keys.signing.to_seed(),
            sealing: *keys.sealing.to_seed(),
            earlier: Vec::new(),
        }],
    };
    let sealed = secrets.seal(&StorageKey::from_bytes(machine), entropy);
    for (name, bytes) in [("machine.key", machine.to_vec()), ("secrets.sealed", sealed)] {
        fs::write(folder.join(name), bytes).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
}
