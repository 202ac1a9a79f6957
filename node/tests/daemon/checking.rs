//! A file is opened, its bundle is taken away, and damage is found.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_node::ledger::Ledger;
use mohar_node::store::{Store, tables};
use mohar_protocol::audit::bundle::Bundle;
use mohar_protocol::ceremony::from_file;
use mohar_protocol::codec;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::MatterId;
use mohar_protocol::limits::CHUNK_BYTES;
use mohar_protocol::machine::{Actor, NewMatter, Request as Wish};
use mohar_protocol::records::{Kv as _, Records, Table, Writes};
use mohar_protocol::sealing::{Content, Kind, MatterKey, content};

use crate::support::{Office, State};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_large_paper_is_kept_and_its_bundle_can_be_read() {
    let office = State::found(41).office("mp/gad", Vec::new());
    let running = office.start().await;
    let matter = open_file(&office, &running.ledger).await;
    let snapshot = running.ledger.snapshot();
    let records = Records::new(&snapshot);
    let first = records.chain(&matter, 0, 1).unwrap()[0];
    for content in &records.expect_act(&first).unwrap().header().contents {
        assert!(records.content_bytes(&content.root).unwrap().is_some());
    }
    let Response::Bytes { base64 } = office.ask(&Request::Bundle { matter }).await else { panic!() };
    let bundle: Bundle = from_file(&BASE64.decode(base64).unwrap()).unwrap();
    assert_eq!((bundle.chain.len(), bundle.contents.len()), (1, 0), "contents stay sealed");
    let unknown = office.ask(&Request::Bundle { matter: MatterId([0; 32]) }).await;
    assert!(matches!(unknown, Response::Refused { code, .. } if code == "chain.matter_unknown"));
    assert!(matches!(office.ask(&Request::Check).await, Response::Done { .. }));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_state_of_a_file_is_found() {
    let office = State::found(42).office("mp/gad", Vec::new());
    let running = office.start().await;
    let id = open_file(&office, &running.ledger).await;
    let mut matter = Records::new(&running.ledger.snapshot()).matter(&id).unwrap().unwrap();
    matter.opened = !matter.opened;
    let row = (Table::MATTERS, id.0.to_vec(), Some(codec::encode(&matter)));
    running.ledger.write(vec![row]).await.unwrap();
    let why = failed(office.ask(&Request::Check).await);
    assert!(why.contains(&id.short()) && why.contains("restore"), "{why}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_bit_in_a_hash_or_a_leaf_is_found() {
    let office = State::found(43).office("mp/gad", Vec::new());
    let running = office.start().await;
    for table in [Table::HASHES, Table::ACTS] {
        let rows = running.ledger.snapshot().scan(table, &[], &[0xff; 80], 1).unwrap();
        let (key, good) = rows.into_iter().next().unwrap();
        running.ledger.write(vec![(table, key.clone(), Some(flipped(&good)))]).await.unwrap();
        let why = failed(office.ask(&Request::Check).await);
        assert!(why.contains(&format!("log of office {}", office.id.short())), "{why}");
        running.ledger.write(vec![(table, key, Some(good))]).await.unwrap();
    }
    assert!(matches!(office.ask(&Request::Check).await, Response::Done { .. }));
    running.stop().await;
}

#[test]
fn a_node_whose_log_was_altered_ends_before_it_signs_the_next_head() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let office = State::found(45).office("mp/gad", Vec::new());
    runtime.block_on(async { office.start().await.stop().await });
    let store = Store::open(office.data.path(), 1 << 20).unwrap();
    let rows = store.snapshot().scan(Table::HASHES, &[], &[0xff; 80], 1).unwrap();
    let (key, good) = rows.into_iter().next().unwrap();
    let rows = [((Table::HASHES, key), Some(flipped(&good)))].into();
    store.commit(Writes { rows, chunks: Vec::new() }).unwrap();
    drop(store);
    // Started on another port the node has a new directory to sign, and finds the damage then.
    let ended = Command::new(env!("CARGO_BIN_EXE_mohar-node")).arg("--data").arg(office.data.path()).output();
    let ended = ended.unwrap();
    assert_eq!(ended.status.code(), Some(70));
    let log = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(log.contains("does not add up"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_the_node_are_seen_by_the_next_snapshot_and_not_by_an_earlier_one() {
    let office = State::found(44).office("mp/gad", Vec::new());
    let running = office.start().await;
    let before = running.ledger.snapshot();
    running.ledger.write(vec![(tables::META, b"mark".to_vec(), Some(b"1".to_vec()))]).await.unwrap();
    assert_eq!(before.get(tables::META, b"mark").unwrap(), None);
    assert_eq!(running.ledger.snapshot().get(tables::META, b"mark").unwrap().unwrap(), b"1");
    let ledger = running.ledger.clone();
    running.stop().await;
    let row = (tables::META, b"late".to_vec(), None);
    assert!(ledger.write(vec![row]).await.is_err(), "a stopped node takes nothing");
}

/// Opens a file with a cover and a paper of more than one chunk.
async fn open_file(office: &Office, ledger: &Ledger) -> MatterId {
    let mut entropy = Entropy::from_seed([9; 32]);
    let key = MatterKey::generate(&mut entropy);
    let mut contents = Vec::new();
    for (kind, length) in [(Kind::Cover, 100), (Kind::Paper, CHUNK_BYTES * 2)] {
        let content = Content {
            kind,
            media_type: "application/octet-stream".into(),
            name: "paper".into(),
            body: vec![7; length],
        };
        let sealed = content::seal(&key, 1, &content, &mut entropy).unwrap();
        contents.push(ledger.stage(sealed).await.unwrap());
    }
    let registry = ledger.registry();
    let charge = registry.office(&office.id).unwrap().charges().next().unwrap().id;
    let actor = Actor { office: office.id, charge: Some(charge), key: office.admin.clone() };
    let matter = NewMatter { is_dak: false, key, contents };
    ledger.request(Wish::Begin { actor, operation: [1; 16], matter }).await.unwrap().matter
}

fn flipped(good: &[u8]) -> Vec<u8> {
    let mut bad = good.to_vec();
    *bad.last_mut().unwrap() ^= 1;
    bad
}

fn failed(response: Response) -> String {
    match response {
        Response::Failed { why } => why,
        other => panic!("{other:?}"),
    }
}
