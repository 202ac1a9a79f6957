//! The ceremonies of a state, driven as people drive them: found, create, admit, join, and every
//! way in which they must be refused.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use mohar_protocol::ceremony::{self, Founding, Invitation, OfficeRequest};
use serde_json::Value;
use tempfile::TempDir;

const PASSWORD: &str = "a long password";

/// A folder in which a state is founded and one department waits to be admitted.
struct Table {
    dir: TempDir,
}

/// Made once: every password costs a fifth of a second by design.
static LAID: LazyLock<Table> = LazyLock::new(|| {
    let table = Table { dir: tempfile::tempdir().expect("a folder") };
    good(&table.found("state"));
    good(&table.create("gad", "none"));
    table
});

impl Table {
    /// A copy of the laid table, so that tests cannot disturb each other.
    fn laid() -> Self {
        let table = Self { dir: tempfile::tempdir().expect("a folder") };
        copy(LAID.dir.path(), table.dir.path());
        table
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, words: &str) -> Output {
        self.run_with(words, PASSWORD)
    }

    fn run_with(&self, words: &str, password: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mohar"));
        command.current_dir(self.dir.path()).env("MOHAR_PASSWORD", password).arg("--json");
        command.args(words.split_whitespace().map(|word| word.replace('_', " ")));
        command.output().expect("the command runs")
    }

    fn found(&self, dir: &str) -> Output {
        self.run(&format!(
            "found --dir {dir} --name-hi मध्य_प्रदेश --name-en Madhya_Pradesh --keys 3 --threshold 2"
        ))
    }

    fn create(&self, data: &str, parent: &str) -> Output {
        self.run(&format!(
            "office create --data {data} --state-file state/charter.registry --parent {parent} \
             --path mp/{data} --code {data} --tier department --name-hi विभाग --name-en Department \
             --admin-login asha --admin-name-hi आशा --admin-name-en Asha \
             --listen 127.0.0.1:4001 --web 127.0.0.1:8081"
        ))
    }

    fn admit(&self, data: &str, keys: &[u8]) -> Output {
        let keys: String = keys.iter().map(|n| format!(" --root-key state/root-{n}.key")).collect();
        self.run(&format!(
            "office admit {data}/office.request --out {data}.invitation --registry state/charter.registry{keys}"
        ))
    }

    fn join(&self, invitation: &str, data: &str, state: &str) -> Output {
        self.run(&format!("join {invitation} --data {data} --state {state}"))
    }

    fn state(&self) -> String {
        let request = fs::read(self.path("gad/office.request")).expect("written");
        ceremony::from_file::<OfficeRequest>(&request).expect("a request").state.to_string()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let there = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &there);
        } else {
            fs::copy(&path, &there).expect("copied");
        }
    }
}

#[track_caller]
fn good(answer: &Output) -> Value {
    assert_eq!(answer.status.code(), Some(0), "{}", String::from_utf8_lossy(&answer.stderr));
    serde_json::from_slice(&answer.stdout).expect("one JSON value on stdout")
}

/// Checks exit code and that the error line says this.
#[track_caller]
fn refused(answer: &Output, code: i32, says: &str) {
    let talk = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(code), "{talk}");
    assert!(answer.stdout.is_empty(), "no data comes with an error");
    let last = talk.lines().last().unwrap_or_default();
    let error: Value = serde_json::from_str(last).expect("the error is JSON");
    assert!(error.to_string().contains(says), "{error}");
}

#[test]
fn a_department_is_admitted_by_two_of_three_root_keys_and_joins() {
    let table = Table::laid();
    let admitted = good(&table.admit("gad", &[1, 3]));
    let joined = good(&table.join("gad.invitation", "gad", &table.state()));
    assert_eq!(admitted["admitted"], joined["joined"]);

    let founding = fs::read(table.path("gad/founding.cbor")).expect("written");
    let founding: Founding = ceremony::from_file(&founding).expect("a founding");
    assert_eq!(founding.login.name, "asha");
    assert_eq!(founding.login.office, founding.invitation.office);
    assert_eq!(founding.names.officers[0].name_hi, "आशा");
    assert_eq!(founding.names.addresses, ["/ip4/127.0.0.1/tcp/4001"]);
}

#[test]
fn the_state_id_is_read_aloud_in_eight_groups() {
    let dir = tempfile::tempdir().expect("a folder");
    let founded = good(&Table { dir }.found("state"));
    let aloud = founded["aloud"].as_str().expect("text");
    assert_eq!(aloud.split(' ').map(str::len).collect::<Vec<_>>(), [8; 8]);
    assert_eq!(aloud.replace(' ', ""), founded["state"].as_str().expect("text"));
}

#[test]
fn secrets_can_be_read_by_their_owner_only() {
    let table = Table::laid();
    let secret =
        ["gad/keys/machine.key", "gad/keys/secrets.sealed", "gad/keys/operating.key", "state/root-1.key"];
    for name in secret {
        let mode = fs::metadata(table.path(name)).expect("written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(fs::read(table.path("gad/keys/machine.key")).expect("written").len(), 32);
}

#[test]
fn the_peers_of_the_invitation_go_into_node_toml_once() {
    let table = Table::laid();
    good(&table.create("revenue", "none"));
    good(&table.admit("revenue", &[1, 2]));
    let invitation = fs::read(table.path("revenue.invitation")).expect("written");
    let mut invitation: Invitation = ceremony::from_file(&invitation).expect("an invitation");
    let known = fold(&invitation);
    let transport = known.office(&invitation.office).expect("known").incarnation().expect("one").transport;
    let addresses = vec!["/ip4/10.0.0.7/tcp/4001".to_owned()];
    invitation.peers.push(ceremony::PeerAddress { transport, addresses });
    fs::write(table.path("revenue.invitation"), ceremony::to_file(&invitation)).expect("written");

    let state = table.state();
    good(&table.join("revenue.invitation", "revenue", &state));
    let first = fs::read_to_string(table.path("revenue/node.toml")).expect("written");
    assert_eq!(first.matches("[[net.peers]]").count(), 1);
    assert!(first.contains("addresses = [\"/ip4/10.0.0.7/tcp/4001\"]"));
    fs::remove_file(table.path("revenue/founding.cbor")).expect("removed");
    good(&table.join("revenue.invitation", "revenue", &state));
    assert_eq!(fs::read_to_string(table.path("revenue/node.toml")).expect("written"), first);
}

#[test]
fn a_node_of_no_admitted_office_is_not_taken_as_a_peer() {
    let table = Table::laid();
    let words = "office admit gad/office.request --out gad.invitation --registry state/charter.registry \
                 --root-key state/root-1.key --root-key state/root-2.key --peer ";
    let stranger = mohar_protocol::keys::SecretKey::from_seed(&[9; 32]).public().to_bytes();
    let key: String = stranger.iter().map(|byte| format!("{byte:02x}")).collect();
    good(&table.run(&format!("{words}{key}@10.0.0.9:4001")));
    refused(&table.join("gad.invitation", "gad", &table.state()), 1, "no admitted office");
    assert!(!table.path("gad/founding.cbor").exists());
}

#[test]
fn one_root_key_of_two_does_not_admit() {
    let table = Table::laid();
    refused(&table.admit("gad", &[2]), 1, "authority.threshold");
    assert!(!table.path("gad.invitation").exists());
}

#[test]
fn the_same_root_key_twice_does_not_admit() {
    let table = Table::laid();
    let answer = table.admit("gad", &[2, 2]);
    assert_eq!(answer.status.code(), Some(1), "{}", String::from_utf8_lossy(&answer.stderr));
    assert!(!table.path("gad.invitation").exists());
}

#[test]
fn a_wrong_password_opens_no_root_key() {
    let table = Table::laid();
    let answer = table.run_with(
        "office admit gad/office.request --out gad.invitation --registry state/charter.registry \
         --root-key state/root-1.key --root-key state/root-2.key",
        "another password",
    );
    refused(&answer, 2, "wrong password");
    assert!(!table.path("gad.invitation").exists());
}

#[test]
fn a_password_file_gives_each_key_its_own_line() {
    let table = Table::laid();
    fs::write(table.path("pw"), "first password\nsecond password\n").expect("written");
    let words = "found --dir other --name-hi राज्य --name-en State --keys 2 --threshold 2 --password-file pw";
    good(&table.run(words));
    let admit = "office admit gad/office.request --out x.invitation --registry other/charter.registry \
                 --root-key other/root-1.key --root-key other/root-2.key --password-file pw";
    refused(&table.run(admit), 1, "another state");
    fs::write(table.path("pw"), "only one line is fine\nthe second\n").expect("written");
    refused(
        &table.run("found --dir third --name-hi र --name-en S --password-file pw"),
        2,
        "only 2 passwords",
    );
}

#[test]
fn a_short_password_cannot_be_set() {
    let table = Table { dir: tempfile::tempdir().expect("a folder") };
    let words = "found --dir state --name-hi राज्य --name-en State";
    refused(&table.run_with(words, "short"), 2, "at least 8");
    assert!(!table.path("state").exists(), "nothing was written");
}

#[test]
fn an_invitation_of_another_state_is_not_followed() {
    let table = Table::laid();
    good(&table.admit("gad", &[1, 2]));
    refused(&table.join("gad.invitation", "gad", &"a".repeat(64)), 1, "the invitation is of state");
    assert!(!table.path("gad/founding.cbor").exists());
}

#[test]
fn an_invitation_for_another_office_is_not_followed() {
    let table = Table::laid();
    good(&table.create("revenue", "none"));
    good(&table.admit("revenue", &[1, 2]));
    refused(&table.join("revenue.invitation", "gad", &table.state()), 1, "the invitation is for office");
}

#[test]
fn keys_of_another_machine_do_not_join() {
    let table = Table::laid();
    good(&table.create("revenue", "none"));
    good(&table.admit("gad", &[1, 2]));
    for name in ["machine.key", "secrets.sealed"] {
        fs::copy(table.path("revenue/keys").join(name), table.path("gad/keys").join(name)).expect("copied");
    }
    refused(&table.join("gad.invitation", "gad", &table.state()), 1, "not those of the office");
}

#[test]
fn ceremonies_never_write_over_what_is_there() {
    let table = Table::laid();
    let before = fs::read(table.path("state/root-1.key")).expect("written");
    refused(&table.found("state"), 2, "not written over");
    assert_eq!(fs::read(table.path("state/root-1.key")).expect("still there"), before);
    refused(&table.create("gad", "none"), 2, "not written over");
    good(&table.admit("gad", &[1, 2]));
    refused(&table.admit("gad", &[1, 2]), 2, "not written over");
    good(&table.join("gad.invitation", "gad", &table.state()));
    refused(&table.join("gad.invitation", "gad", &table.state()), 2, "not written over");
}

#[test]
fn a_flipped_byte_anywhere_in_the_invitation_is_refused() {
    let table = Table::laid();
    good(&table.admit("gad", &[1, 2]));
    let whole = fs::read(table.path("gad.invitation")).expect("written");
    let state = table.state();
    // A prime step meets every part of the file: first line, ids, charter, dossier, signatures.
    for position in (0..whole.len()).step_by(37).chain([whole.len() - 1]) {
        let mut flipped = whole.clone();
        flipped[position] ^= 1;
        fs::write(table.path("flipped.invitation"), &flipped).expect("written");
        let answer = table.join("flipped.invitation", "gad", &state);
        assert_ne!(answer.status.code(), Some(0), "byte {position} of {} was flipped", whole.len());
        assert!(!table.path("gad/founding.cbor").exists(), "byte {position}");
    }
    good(&table.join("gad.invitation", "gad", &state));
}

#[test]
fn a_flipped_byte_in_a_request_is_not_admitted() {
    let table = Table::laid();
    let path = table.path("gad/office.request");
    let mut bytes = fs::read(&path).expect("written");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("written");
    assert_ne!(table.admit("gad", &[1, 2]).status.code(), Some(0));
    assert!(!table.path("gad.invitation").exists());
}

fn fold(invitation: &Invitation) -> mohar_protocol::registry::Registry {
    let mut registry = mohar_protocol::registry::Registry::new(invitation.state);
    let acts = invitation.package.charter.iter().chain(invitation.package.dossiers.iter().flatten());
    for bytes in acts {
        let act = mohar_protocol::act::UnverifiedAct::parse(bytes).expect("an act");
        registry.admit_act(act).expect("it holds");
    }
    registry
}

#[test]
fn the_recovery_kit_is_read_from_paper_as_it_was_printed_and_a_slip_is_named() {
    let table = Table::laid();
    let printed = good(&table.run("kit print gad/keys/recovery.key"));
    let paper = printed["paper"].as_str().expect("text").to_owned();
    fs::write(table.path("typed"), &paper).expect("typed");
    good(&table.run("kit read typed --out again.key"));
    let read = |name: &str| fs::read(table.path(name)).expect("a key file");
    assert_eq!(read("again.key"), read("gad/keys/recovery.key"));
    refused(&table.run("kit read typed --out again.key"), 2, "exists");

    let third = paper.lines().nth(4).expect("a line").to_owned();
    let slip = if third.contains('0') { third.replacen('0', "1", 1) } else { third.replacen('1', "2", 1) };
    fs::write(table.path("slip"), paper.replace(&third, &slip)).expect("typed");
    refused(&table.run("kit read slip --out slip.key"), 1, "line 3");
    assert!(!table.path("slip.key").exists());
}
