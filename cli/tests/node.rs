//! The commands that talk to a running node, against a small node of the test's own that answers
//! from a real log: what they ask, what they print, and what `mohar verify` says to the copy.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock, Mutex};

use data_encoding::BASE64;
use mohar_protocol::ceremony::{self, Invitation, NodeSecrets};
use mohar_protocol::control::{OfficeStatus, Request, Response, Status};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::checkpoint::Checkpoint;
use mohar_protocol::log::tree::{Frontier, leaf_hash};
use mohar_protocol::machine::{Package, origin};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::at_rest::StorageKey;
use serde_json::Value;
use tempfile::TempDir;

const PASSWORD: &str = "a long password";

/// An office that joined, with a node that answers.
struct Office {
    dir: TempDir,
    invitation: Invitation,
    asked: Arc<Mutex<Vec<Request>>>,
}

static JOINED: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a folder");
    let run = |words: &str| good(&mohar(dir.path(), words));
    let founded = run("found --dir state --name-hi राज्य --name-en State --keys 1 --threshold 1 --json");
    let founded: Value = serde_json::from_str(&founded).expect("JSON");
    run(&create("gad", "none"));
    run("office admit gad/office.request --out gad.invitation --registry state/charter.registry \
         --root-key state/root-1.key");
    run(&format!("join gad.invitation --data gad --state {}", founded["state"].as_str().expect("text")));
    dir
});

fn create(data: &str, parent: &str) -> String {
    format!(
        "office create --data {data} --state-file state/charter.registry --parent {parent} \
         --path mp/{data} --code {data} --tier department --name-hi विभाग --name-en Department \
         --admin-login asha --admin-name-hi आशा --admin-name-en Asha --listen 127.0.0.1:4001"
    )
}

fn mohar(dir: &Path, words: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mohar"));
    command.current_dir(dir).env("MOHAR_PASSWORD", PASSWORD).args(words.split_whitespace());
    command.output().expect("the command runs")
}

#[track_caller]
fn good(answer: &Output) -> String {
    assert_eq!(answer.status.code(), Some(0), "{}{}", text(&answer.stdout), text(&answer.stderr));
    text(&answer.stdout)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Office {
    fn joined() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let copied = Command::new("cp").arg("-r").arg(JOINED.path().join(".")).arg(dir.path()).status();
        assert!(copied.expect("cp runs").success());
        let invitation = fs::read(dir.path().join("gad.invitation")).expect("written");
        let invitation = ceremony::from_file(&invitation).expect("an invitation");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let office = Self { dir, invitation, asked };
        office.listen();
        office
    }

    fn run(&self, words: &str) -> Output {
        mohar(self.dir.path(), words)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts a thread that answers everyone who connects, until the test ends.
    fn listen(&self) {
        let listener = UnixListener::bind(self.path("gad/control.sock")).expect("a socket");
        let node = Node::of(self);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                node.answer_all(stream.expect("a connection"));
            }
        });
    }

    fn exported(&self) -> String {
        good(&self.run("log export --data gad --out copy"));
        self.invitation.state.to_string()
    }
}

/// What the node answers from.
struct Node {
    invitation: Invitation,
    leaves: Vec<Vec<u8>>,
    note: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Node {
    fn of(office: &Office) -> Self {
        let own = office.invitation.package.dossiers.last().expect("its own dossier");
        let leaves: Vec<Vec<u8>> = own.iter().map(|act| act.to_vec()).collect();
        let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let head = Frontier::of_leaves(&hashes).head();
        let machine = fs::read(office.path("gad/keys/machine.key")).expect("written");
        let sealed = fs::read(office.path("gad/keys/secrets.sealed")).expect("written");
        let machine = StorageKey::from_bytes(machine.try_into().expect("32 bytes"));
        let secrets = NodeSecrets::open(&machine, &sealed).expect("opens");
        let signing = SecretKey::from_seed(&secrets.offices[0].signing);
        let checkpoint = Checkpoint::new(origin(&office.invitation.office), head).sign(&signing);
        Self {
            note: text(&checkpoint.expect("signed").to_bytes()),
            invitation: office.invitation.clone(),
            leaves,
            asked: office.asked.clone(),
        }
    }

    fn answer_all(&self, stream: UnixStream) {
        let mut to = stream.try_clone().expect("a second handle");
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            let request: Request = serde_json::from_str(&line).expect("a request");
            self.asked.lock().expect("not poisoned").push(request.clone());
            let answer = serde_json::to_string(&self.answer(&request)).expect("JSON");
            if writeln!(to, "{answer}").is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Request) -> Response {
        let office = self.invitation.office;
        match request {
            Request::Status => Response::Status(self.status()),
            Request::Registry => {
                Response::Bytes { base64: BASE64.encode(&ceremony::to_file(&self.invitation.package)) }
            }
            Request::Leaves { from, max, .. } => {
                // Two at a time, so that the command has to ask again.
                let leaves = self.leaves.iter().skip(*from as usize).take((*max).min(2));
                let leaves = leaves.map(|leaf| BASE64.encode(leaf)).collect();
                Response::Leaves { office, from: *from, size: self.leaves.len() as u64, leaves }
            }
            Request::Checkpoint { .. } => Response::Checkpoint { office, note: self.note.clone() },
            Request::Bundle { .. } => Refusal::MatterUnknown.into(),
            Request::Check => Response::Failed { why: "the desk of one post differs".to_owned() },
            Request::Import { .. } => Refusal::AlreadyDone.into(),
            _ => Response::Done { id: Some("ab".repeat(32)) },
        }
    }

    fn status(&self) -> Status {
        Status {
            version: "0.1.0".to_owned(),
            state: self.invitation.state,
            up_s: 60,
            web: "http://127.0.0.1:8080".to_owned(),
            transport: "cd".repeat(32),
            listen: vec!["/ip4/127.0.0.1/tcp/4001".to_owned()],
            offices: vec![OfficeStatus {
                office: self.invitation.office,
                path: "mp/gad".to_owned(),
                name_hi: "विभाग".to_owned(),
                name_en: "Department\u{1b}[2J".to_owned(),
                log_size: self.leaves.len() as u64,
                restoring: None,
                standing: "asking".to_owned(),
                why: Some("no_mark".to_owned()),
                hindrance: Some("This office asks first.".to_owned()),
                orphans: 0,
                cosigners: Vec::new(),
            }],
            others: Vec::new(),
            catching_up: None,
            refused_peers: 3,
            refused_messages: std::collections::BTreeMap::new(),
        }
    }
}

#[test]
fn status_names_the_office_without_letting_its_name_steer_the_terminal() {
    let shown = good(&Office::joined().run("status --data gad"));
    assert!(shown.contains("office mp/gad: Department\u{fffd}[2J (विभाग)"), "{shown}");
    assert!(shown.contains("MAY NOT SIGN (no_mark): This office asks first."), "{shown}");
    assert!(shown.contains("nobody else holds a copy yet"), "{shown}");
    assert!(shown.contains("refused unknown peers: 3"), "{shown}");
}

#[test]
fn a_log_is_walked_to_its_end_with_one_line_for_each_act() {
    let office = Office::joined();
    let shown = good(&office.run("log --data gad"));
    let verbs: Vec<&str> =
        shown.lines().map(|line| line.split_whitespace().nth(3).unwrap_or_default()).collect();
    assert_eq!(verbs, ["inception", "admit", "incarnate", "add_post", "add_officer", "give_charge"]);
    assert!(shown.lines().all(|line| line.contains("  authority ")), "{shown}");
    let some = good(&office.run("log --data gad --from 2 --max 3 --json"));
    let indexes: Vec<Value> = some
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["index"].clone())
        .collect();
    assert_eq!(indexes, [2, 3, 4]);
}

#[test]
fn an_exported_log_is_proven_against_the_state() {
    let office = Office::joined();
    let state = office.exported();
    let shown = good(&office.run(&format!("verify copy --state {state}")));
    assert!(shown.contains("6 verified, 0 not fully checkable, 0 failed, 0 not checked"), "{shown}");
    assert!(shown.contains("GOOD"), "{shown}");
    for path in ["README", "checkpoint", "registry.mohar", "tile/0/000.p/6", "tile/entries/000.p/6"] {
        assert!(office.path("copy").join(path).is_file(), "{path}");
    }
}

#[test]
fn without_a_trusted_state_nothing_is_proven() {
    let office = Office::joined();
    office.exported();
    let answer = office.run("verify copy");
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer.stdout).contains("NOT PROVEN"));
}

#[test]
fn under_another_state_the_log_is_bad() {
    let office = Office::joined();
    office.exported();
    let answer = office.run(&format!("verify copy --state {}", "a".repeat(64)));
    assert_eq!(answer.status.code(), Some(1), "{}", text(&answer.stdout));
}

#[test]
fn a_flipped_byte_in_any_file_of_the_copy_is_found() {
    let office = Office::joined();
    let state = office.exported();
    for path in ["checkpoint", "registry.mohar", "tile/0/000.p/6", "tile/entries/000.p/6"] {
        let path = office.path("copy").join(path);
        let whole = fs::read(&path).expect("written");
        for position in (0..whole.len()).step_by(whole.len() / 12 + 1) {
            let mut flipped = whole.clone();
            flipped[position] ^= 1;
            fs::write(&path, &flipped).expect("written");
            let answer = office.run(&format!("verify copy --state {state}"));
            assert_eq!(answer.status.code(), Some(1), "{} byte {position}", path.display());
        }
        fs::write(&path, &whole).expect("written");
    }
    good(&office.run(&format!("verify copy --state {state}")));
}

#[test]
fn a_missing_entry_bundle_cannot_be_verified() {
    let office = Office::joined();
    let state = office.exported();
    fs::remove_file(office.path("copy/tile/entries/000.p/6")).expect("removed");
    let answer = office.run(&format!("verify copy --state {state}"));
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer.stderr).contains("not whole"), "{}", text(&answer.stderr));
}

#[test]
fn something_else_is_neither_a_log_nor_a_bundle() {
    let office = Office::joined();
    let answer = office.run("verify gad/office.request");
    assert_eq!(answer.status.code(), Some(2));
    assert!(text(&answer.stderr).contains("neither a log nor a bundle"));
}

#[test]
fn an_office_above_admits_with_its_operating_key_and_its_node_is_told() {
    let office = Office::joined();
    good(&office.run(&create("indore", &office.invitation.office.to_string())));
    good(&office.run("office admit indore/office.request --out indore.invitation --data gad"));
    good(&office.run(&format!("join indore.invitation --data indore --state {}", office.invitation.state)));
    let toml = fs::read_to_string(office.path("indore/node.toml")).expect("written");
    assert!(toml.contains("/ip4/127.0.0.1/tcp/4001"), "the parent's node is a peer: {toml}");
    let asked = office.asked.lock().expect("not poisoned");
    let told = asked.iter().find_map(|request| match request {
        Request::Import { registry } => BASE64.decode(registry.as_bytes()).ok(),
        _ => None,
    });
    let told: Package = ceremony::from_file(&told.expect("the node was told")).expect("a registry");
    assert_eq!(told.dossiers.len(), 1);
}

#[test]
fn an_office_that_was_admitted_before_gets_its_invitation_again_without_any_key() {
    let office = Office::joined();
    let words = "office admit gad/office.request --out again.invitation --data gad";
    let answer = office.run(words);
    assert_eq!(answer.status.code(), Some(0), "{}", text(&answer.stderr));
    assert!(text(&answer.stderr).contains("admitted before"));
    let again = fs::read(office.path("again.invitation")).expect("written");
    let again: Invitation = ceremony::from_file(&again).expect("an invitation");
    assert_eq!(again.package, office.invitation.package);
}

#[test]
fn a_second_department_begins_with_the_first_as_its_peer_and_the_first_is_told() {
    let office = Office::joined();
    good(&office.run(&create("revenue", "none")));
    let words = "office admit revenue/office.request --out revenue.invitation \
                 --registry state/charter.registry --root-key state/root-1.key --known gad";
    good(&office.run(words));
    let invitation = fs::read(office.path("revenue.invitation")).expect("written");
    let invitation: Invitation = ceremony::from_file(&invitation).expect("an invitation");
    assert_eq!(invitation.package.dossiers.len(), 2, "the first department, then its own");
    assert_eq!(invitation.peers[0].addresses, ["/ip4/127.0.0.1/tcp/4001"]);
    good(&office.run(&format!("join revenue.invitation --data revenue --state {}", office.invitation.state)));
    good(&office.run("office announce revenue.invitation --data gad"));
    let asked = office.asked.lock().expect("not poisoned");
    assert_eq!(asked.iter().filter(|request| matches!(request, Request::Import { .. })).count(), 2);
}

#[test]
fn the_charter_does_not_admit_what_belongs_under_an_office() {
    let office = Office::joined();
    good(&office.run(&create("indore", &office.invitation.office.to_string())));
    let words = "office admit indore/office.request --out x.invitation --registry state/charter.registry \
                 --root-key state/root-1.key --known gad";
    assert_eq!(office.run(words).status.code(), Some(1));
    assert!(!office.path("x.invitation").exists());
}

#[test]
fn an_administrator_changes_the_register_through_the_node() {
    let office = Office::joined();
    good(&office.run("post add --data gad --as asha --code head --name-hi प्रमुख --name-en Head --rank 10"));
    good(&office.run("charge give --data gad --as asha --login ravi --post head --kind additional"));
    good(&office.run("charge end --data gad --as asha --login ravi --post head"));
    fs::write(office.path("first"), "ravi's first password\n").expect("written");
    let add = "officer add --data gad --as asha --login ravi --name-hi रवि --name-en Ravi";
    assert_eq!(office.run(add).status.code(), Some(2), "the administrator's password is not given to others");
    good(&office.run(&format!("{add} --first-password-file first")));
    let asked = office.asked.lock().expect("not poisoned");
    assert!(asked.iter().any(|request| matches!(request,
        Request::AddOfficer { by, password, .. } if by.password == PASSWORD && password == "ravi's first password")));
}

#[test]
fn what_a_node_refuses_is_told_in_both_languages_with_exit_code_1() {
    let office = Office::joined();
    let answer = office.run(&format!("bundle {} --data gad --out b", "ab".repeat(32)));
    assert_eq!(answer.status.code(), Some(1));
    let talk = text(&answer.stderr);
    assert!(talk.contains("chain.matter_unknown") && talk.contains(Refusal::MatterUnknown.hindi()), "{talk}");
    assert!(!office.path("b").exists());
}

#[test]
fn a_node_that_finds_something_in_a_check_is_not_well() {
    let answer = Office::joined().run("check --data gad");
    assert_eq!(answer.status.code(), Some(1));
    assert!(text(&answer.stderr).contains("the desk of one post differs"));
}

#[test]
fn a_reader_who_closes_the_pipe_is_no_failure() {
    let office = Office::joined();
    let words = format!("{} log --data gad | head -c 1 >/dev/null", env!("CARGO_BIN_EXE_mohar"));
    let script = format!("set -o pipefail; {words}; exit ${{PIPESTATUS[0]}}");
    let answer = Command::new("bash").args(["-c", &script]).current_dir(office.dir.path()).output();
    let answer = answer.expect("bash runs");
    assert_eq!(answer.status.code(), Some(0), "{}", text(&answer.stderr));
}
