//! Tools that are not ours must agree with us, in what they accept and in what they refuse: Go's
//! `sumdb`, Python's `pycose`, `pymerkle` and `cryptography`, and OpenSSL. See
//! `tests/interop/README.md`.
//!
//! The tests that need those tools are ignored unless asked for; `tests/all` installs the tools
//! and asks. `MOHAR_INTEROP_PYTHON` names the Python to use (default `python3`).

#![expect(clippy::print_stderr, reason = "a test prints its seed and what the tools said")]

mod log_directory;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use mohar_protocol::audit::log_directory::{LogDirectory, verify_log};
use mohar_protocol::log::tile::TILE_WIDTH;
use tempfile::TempDir;

use self::log_directory::Written;

/// The log that all tests share; written once, never changed.
fn written() -> &'static Written {
    static WRITTEN: OnceLock<Written> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-log");
        if path.exists() {
            fs::remove_dir_all(&path).expect("the log of an earlier run goes away");
        }
        log_directory::write(&path).expect("the log is written")
    })
}

/// A copy of the log with one path changed.
fn tampered(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> TempDir {
    let copy = TempDir::new().expect("a temporary folder");
    copy_folder(&written().path, copy.path());
    let path = copy.path().join(name);
    let mut bytes = fs::read(&path).expect("a path of the log");
    change(&mut bytes);
    fs::write(&path, bytes).expect("the copy can be changed");
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder of the log") {
        let entry = entry.expect("an entry of the folder");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Flips the lowest bit of the byte at `at`, counted from the end.
fn flip_from_end(bytes: &mut [u8], at: usize) {
    let index = bytes.len() - at;
    bytes[index] ^= 1;
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}

/// What a tool said.
struct Said {
    accepted: bool,
    out: String,
    err: String,
}

fn run(command: &mut Command) -> Said {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?} cannot be started: {e}"));
    let said = Said {
        accepted: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    // A tool that crashed has not refused anything.
    let answered = matches!(output.status.code(), Some(0 | 1));
    assert!(answered, "{command:?} ended with {}: {}{}", output.status, said.out, said.err);
    said
}

#[track_caller]
fn accepted(said: &Said, words: &[String]) {
    eprint!("{}", said.out);
    assert!(said.accepted, "the tool refused: {}", said.err);
    for word in words {
        assert!(said.out.contains(word.as_str()), "{word:?} is not in: {}", said.out);
    }
}

#[track_caller]
fn refused(said: &Said, why: &str) {
    assert!(!said.accepted, "the tool accepted: {}", said.out);
    assert!(said.err.contains(why), "refused, but not because of {why:?}: {}", said.err);
}

fn go(log: &Path) -> Said {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    let tool = TOOL.get_or_init(|| {
        let tool = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-go");
        let mut build = Command::new("go");
        build.args(["build", "-o"]).arg(&tool).arg("main.go").current_dir(tools().join("go"));
        // Debian's packages live in one GOPATH; nothing is fetched.
        let said = run(build.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode"));
        assert!(said.accepted, "{}", said.err);
        tool
    });
    run(Command::new(tool).arg(log))
}

fn python(log: &Path) -> Said {
    let python = std::env::var_os("MOHAR_INTEROP_PYTHON").unwrap_or_else(|| "python3".into());
    run(Command::new(python).arg(tools().join("verify.py")).arg(log))
}

fn openssl(log: &Path) -> Said {
    run(Command::new("bash").arg(tools().join("openssl.sh")).arg(log))
}

/// A path of the entry bundle that holds the first leaves.
const ENTRIES: &str = "tile/entries/000";

#[test]
fn our_own_verifier_accepts_the_log_that_the_others_are_asked_about() {
    let read = |name: &str| fs::read(written().path.join(name)).ok();
    let directory = LogDirectory::from_files(read).expect("a log directory");
    let report = verify_log(&directory, written().state);
    // Files were in other offices too: that is a gap, not a failure.
    assert_eq!(report.codes(), ["audit.elsewhere"]);
    assert_eq!(report.acts.len() as u64, written().size);
    assert!(written().size > TILE_WIDTH as u64, "the log has a full tile and a partial one");
    assert_eq!(written().cosignatures, 4, "two mirrors and two witnesses");
}

#[test]
#[ignore = "needs Go; tests/all runs it"]
fn go_accepts_checkpoint_tiles_and_proofs() {
    let size = written().size;
    accepted(
        &go(&written().path),
        &[
            format!("checkpoint of {size} acts: signature good"),
            format!("inclusion: {size} acts proven from tiles"),
            "inclusion: our proof is the same".to_owned(),
            "consistency: our proof is the same".to_owned(),
        ],
    );
}

#[test]
#[ignore = "needs Go; tests/all runs it"]
fn go_refuses_an_edited_checkpoint() {
    let log = tampered("checkpoint", |note| {
        let end_of_origin = note.iter().position(|byte| *byte == b'\n').expect("lines");
        note[end_of_origin + 1] ^= 1; // another first digit of the size
    });
    refused(&go(log.path()), "invalid signature");
}

#[test]
#[ignore = "needs Go; tests/all runs it"]
fn go_refuses_a_flipped_byte_of_a_tile() {
    // Debian 12's reader of tiles lets some of them through; the proof made of them then fails.
    refused(&go(tampered("tile/0/000", |tile| flip_from_end(tile, 1000)).path()), "act 0: ");
}

#[test]
#[ignore = "needs Go; tests/all runs it"]
fn go_refuses_a_flipped_byte_of_an_act() {
    refused(&go(tampered(ENTRIES, |bundle| flip_from_end(bundle, 1)).path()), "act 255");
}

#[test]
#[ignore = "needs Go; tests/all runs it"]
fn go_refuses_our_proof_with_a_flipped_byte() {
    refused(&go(tampered("proof/consistency", |proof| flip_from_end(proof, 1)).path()), "consistency");
}

#[test]
#[ignore = "needs Python with pycose; tests/all runs it"]
fn python_verifies_every_act_the_root_and_every_signature_of_the_checkpoint() {
    let Written { size, cosignatures, .. } = written();
    accepted(
        &python(&written().path),
        &[
            format!("acts: {size} COSE_Sign1 signatures good"),
            format!("root: over {size} leaves as in the checkpoint"),
            format!("checkpoint: log and {cosignatures} cosignatures good"),
            "act ids: every previous act is named by its id".to_owned(),
        ],
    );
}

#[test]
#[ignore = "needs Python with pycose; tests/all runs it"]
fn python_refuses_a_flipped_byte_of_an_act() {
    refused(&python(tampered(ENTRIES, |bundle| flip_from_end(bundle, 40)).path()), "signature of act 255");
}

#[test]
#[ignore = "needs Python with pycose; tests/all runs it"]
fn python_refuses_a_log_whose_last_act_is_not_the_one_cosigned() {
    // Two leaves change places: each is intact, the log is another one.
    let log = tampered(ENTRIES, |bundle| {
        let leaf = |at: usize| 2 + usize::from(u16::from_be_bytes([bundle[at], bundle[at + 1]]));
        let (first, second) = (leaf(0), leaf(leaf(0)));
        bundle[..first + second].rotate_left(first);
    });
    refused(&python(log.path()), "root");
}

#[test]
#[ignore = "needs Python with pycose; tests/all runs it"]
fn python_refuses_a_checkpoint_with_a_flipped_cosignature() {
    let log = tampered("checkpoint", |note| {
        let last = note.len() - 20; // in the middle of the last signature
        note[last] = if note[last] == b'A' { b'B' } else { b'A' };
    });
    refused(&python(log.path()), "cosignature");
}

#[test]
#[ignore = "needs OpenSSL 3; tests/all runs it"]
fn openssl_verifies_every_cosignature_and_an_act() {
    accepted(
        &openssl(&written().path),
        &[format!("cosignatures: {} good", written().cosignatures), "act: signature good".to_owned()],
    );
}

#[test]
#[ignore = "needs OpenSSL 3; tests/all runs it"]
fn openssl_refuses_a_checkpoint_with_a_flipped_byte() {
    let log = tampered("checkpoint", |note| note[8] ^= 1); // a digit of the origin
    refused(&openssl(log.path()), "cosignature");
}

#[test]
#[ignore = "needs OpenSSL 3; tests/all runs it"]
fn openssl_refuses_an_act_with_a_flipped_byte() {
    refused(&openssl(tampered("proof/act", |act| flip_from_end(act, 100)).path()), "act");
}
