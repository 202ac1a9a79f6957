//! What a started node answers to machines.

use mohar_protocol::ceremony::{Founding, from_file, to_file};
use mohar_protocol::control::{Request, Response};
use mohar_protocol::hash::sha256;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::note::LogKey;
use mohar_protocol::log::tile::{decode_entries, decode_hashes};
use mohar_protocol::log::tree::{leaf_hash, root_of_leaves};
use mohar_protocol::machine::Request as Wish;

use crate::support::{State, get, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_founded_office_starts_and_serves_a_log_that_adds_up() {
    let office = State::found(1).office("mp/gad", Vec::new());
    let running = office.start().await;
    let (code, _, body) = get(&running, "/healthz", None).await;
    assert_eq!((code, body.as_slice()), (200, b"ok\n".as_slice()));
    until("the directory is published", &running.ledger, || {
        running.ledger.registry().office(&office.id).is_ok_and(|register| register.directory().is_some())
    })
    .await;

    let (code, headers, note) = get(&running, &format!("/log/{}/checkpoint", office.id), None).await;
    assert_eq!(code, 200);
    assert!(headers.contains("content-type: text/plain; charset=utf-8"), "{headers}");
    let signed = SignedCheckpoint::parse(&note).unwrap();
    let key = LogKey::new(format!("mohar/{}", office.id).parse().unwrap(), office.keys.signing.public());
    let head = *signed.verify(&key).unwrap().head();
    assert!(head.size > 6, "the dossier and the directory: {}", head.size);

    let path = format!("/log/{}/tile/0/000.p/{}", office.id, head.size);
    let (code, headers, tile) = get(&running, &path, None).await;
    assert_eq!(code, 200);
    assert!(headers.contains("content-type: application/octet-stream"), "{headers}");
    assert!(!headers.contains("immutable"), "{headers}");
    assert_eq!(root_of_leaves(&decode_hashes(&tile, head.size as usize).unwrap()), head.root);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_take_the_token_and_what_is_not_there_is_not_found() {
    let office = State::found(2).office("mp/gad", Vec::new());
    let mut config = office.config();
    config.api.audit_token_sha256 = Some(sha256(&[b"auditor"]));
    let running = mohar_node::run::start(config).await.unwrap();
    let entries = format!("/log/{}/tile/entries/000.p/2", office.id);
    assert_eq!(get(&running, &entries, None).await.0, 403);
    assert_eq!(get(&running, &entries, Some("audito")).await.0, 403);
    let (code, headers, body) = get(&running, &entries, Some("auditor")).await;
    assert_eq!(code, 200);
    assert!(headers.contains("no-store"), "{headers}");
    let entries = decode_entries(&body, 2).unwrap();
    let (_, _, tile) = get(&running, &format!("/log/{}/tile/0/000.p/2", office.id), None).await;
    assert_eq!(decode_hashes(&tile, 2).unwrap(), entries.iter().map(|e| leaf_hash(e)).collect::<Vec<_>>());
    for path in ["tile/0/000", "tile/0/000.p/200", "tile/9/000", "tile/0/0", "tile/0/x000/000", "tile/../x"] {
        assert_eq!(get(&running, &format!("/log/{}/{path}", office.id), None).await.0, 404, "{path}");
    }
    let unknown = "00".repeat(32);
    assert_eq!(get(&running, &format!("/log/{unknown}/checkpoint"), None).await.0, 404);
    assert_eq!(get(&running, "/log/me/checkpoint", None).await.0, 404);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_tile_may_be_cached_for_ever() {
    let office = State::found(3).office("mp/gad", Vec::new());
    let running = office.start().await;
    let names = |n: usize| mohar_protocol::directory::Snapshot {
        addresses: vec![format!("/ip4/10.0.0.1/tcp/{n}")],
        ..Default::default()
    };
    for n in 0..256 {
        let snapshot = mohar_protocol::codec::encode(&names(n));
        running.ledger.request(Wish::Publish { office: office.id, snapshot }).await.unwrap();
    }
    let (code, headers, tile) = get(&running, &format!("/log/{}/tile/0/000", office.id), None).await;
    assert_eq!((code, tile.len()), (200, 256 * 32));
    assert!(headers.contains("cache-control: public, max-age=31536000, immutable"), "{headers}");
    let (code, _, tile) = get(&running, &format!("/log/{}/tile/1/000.p/1", office.id), None).await;
    assert_eq!((code, tile.len()), (200, 32));
    assert!(matches!(office.ask(&Request::Check).await, Response::Done { .. }));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine_only() {
    let office = State::found(4).office("mp/gad", Vec::new());
    let running = office.start().await;
    let (code, _, text) = get(&running, "/metrics", None).await;
    let text = String::from_utf8(text).unwrap();
    assert_eq!(code, 200);
    assert!(text.contains("\nmohar_commits_total "), "{text}");
    assert!(text.contains("\nmohar_refused_peers_total 0\n"), "{text}");
    let url = format!("http://{}/metrics", running.web);
    let passed_on = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let agent = ureq::Agent::new_with_config(config);
        agent.get(&url).header("x-forwarded-for", "10.0.0.9").call().unwrap().status().as_u16()
    });
    assert_eq!(passed_on.await.unwrap(), 403);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_node_starts_again_with_the_same_log() {
    let office = State::found(5).office("mp/gad", Vec::new());
    let running = office.start().await;
    let Response::Leaves { size, leaves, .. } = office.ask(&first_leaves()).await else { panic!() };
    running.stop().await;
    let running = office.start().await;
    let Response::Leaves { size: later, leaves: again, .. } = office.ask(&first_leaves()).await else {
        panic!()
    };
    assert!(later >= size);
    assert_eq!(again[..leaves.len()], leaves);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_started_says_what_to_do() {
    let start = async |config| mohar_node::run::start(config).await.err().map(|e| format!("{e:#}")).unwrap();
    let mut state = State::found(6);
    let (office, other) = (state.office("mp/gad", Vec::new()), state.office("mp/pwd", Vec::new()));
    let founding = office.data.path().join("founding.cbor");
    let bytes = std::fs::read(&founding).unwrap();

    std::fs::write(&founding, b"mohar/registry/1\n").unwrap();
    assert!(start(office.config()).await.contains("restore it from the backup"));
    std::fs::copy(other.data.path().join("founding.cbor"), &founding).unwrap();
    assert!(start(office.config()).await.contains("another office"));
    let mut altered: Founding = from_file(&bytes).unwrap();
    let first: &mut Vec<u8> = &mut altered.invitation.package.dossiers[0][0];
    first[200] ^= 1;
    std::fs::write(&founding, to_file(&altered)).unwrap();
    assert!(start(office.config()).await.contains("the invitation was refused"));
    std::fs::remove_file(&founding).unwrap();
    assert!(start(office.config()).await.contains("run `mohar join`"));
    std::fs::write(&founding, &bytes).unwrap();

    let sealed = office.data.path().join("keys/secrets.sealed");
    std::fs::copy(other.data.path().join("keys/secrets.sealed"), &sealed).unwrap();
    assert!(start(office.config()).await.contains("belong to different nodes"));
    use std::os::unix::fs::PermissionsExt as _;
    let machine = office.data.path().join("keys/machine.key");
    std::fs::set_permissions(&machine, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(start(office.config()).await.contains("chmod 600"));
}

fn first_leaves() -> Request {
    Request::Leaves { office: None, from: 0, max: 1_000 }
}
