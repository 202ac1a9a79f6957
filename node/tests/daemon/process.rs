//! The real program: its arguments, its readiness, and being killed.

use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Output};

use mohar_protocol::control::{Request, Response};

use crate::support::{Office, PATIENCE, State};

#[test]
fn the_printed_settings_are_the_example_that_is_delivered() {
    let printed = run(&["--print-config"]);
    let delivered = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/config/node.example.toml");
    assert!(printed.status.success());
    assert_eq!(printed.stdout, std::fs::read(delivered).unwrap());
}

#[test]
fn without_a_data_folder_the_program_says_what_it_takes() {
    let refused = run(&[]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--data <FOLDER>"));
}

#[test]
fn bad_settings_are_refused_with_file_line_and_next_step() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("node.toml"), "[net]\nlisten = 3\n").unwrap();
    let refused = run(&["--data", data.path().to_str().unwrap()]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(text.contains("node.toml, line 2") && text.contains("--print-config"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_keeps_everything_that_it_answered() {
    let office = State::found(31).office("mp/gad", Vec::new());
    let mut node = spawn(&office).await;
    let leaves = Request::Leaves { office: None, from: 0, max: 1_000 };
    let Response::Leaves { leaves: before, size, .. } = office.ask(&leaves).await else { panic!() };
    let Response::Checkpoint { note, .. } = office.ask(&Request::Checkpoint { office: None }).await else {
        panic!()
    };
    assert!(size > 0 && note.contains("mohar/"));
    node.kill().unwrap();
    node.wait().unwrap();

    let mut node = spawn(&office).await;
    let Response::Leaves { leaves: after, .. } = office.ask(&leaves).await else { panic!() };
    assert_eq!(after[..before.len()], before);
    assert!(matches!(office.ask(&Request::Check).await, Response::Done { .. }));
    terminate(&node);
    assert!(node.wait().unwrap().success(), "asked to stop, it stops in order");
}

/// Starts the program and waits until it says that it is ready.
async fn spawn(office: &Office) -> Child {
    let socket = office.data.path().join("notify.sock");
    let _ = std::fs::remove_file(&socket);
    let notified = UnixDatagram::bind(&socket).unwrap();
    notified.set_read_timeout(Some(PATIENCE)).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_mohar-node"))
        .args(["--data".as_ref(), office.data.path().as_os_str()])
        .env("NOTIFY_SOCKET", &socket)
        .spawn()
        .unwrap();
    let mut message = [0; 64];
    let length =
        tokio::task::spawn_blocking(move || notified.recv(&mut message).map(|n| message[..n].to_vec()));
    assert_eq!(length.await.unwrap().unwrap(), b"READY=1");
    child
}

fn terminate(child: &Child) {
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mohar-node")).args(args).output().unwrap()
}
