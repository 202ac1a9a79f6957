//! The worked examples of `spec/sealing.md`: what another implementation has to reproduce.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use mohar_protocol::codec;
use mohar_protocol::sealing::at_rest::{self, StorageKey};
use mohar_protocol::sealing::chunk::ChunkTree;
use mohar_protocol::sealing::content::open;
use mohar_protocol::sealing::password::unwrap_with_password;
use mohar_protocol::sealing::wrap::{Algorithm, open_previous, unwrap};
use mohar_protocol::sealing::{ContentRef, MatterKey, SealingSecret, WrapSet};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/sealing.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text(value).as_bytes()).unwrap()
}

fn hex32(value: &Value) -> [u8; 32] {
    hex(value).try_into().unwrap()
}

#[test]
fn the_content_opens_to_its_plaintext() {
    let vector = &vectors()["content"];
    let key = MatterKey::from_bytes(hex32(&vector["matter_key"]));
    let reference: ContentRef = codec::decode(&hex(&vector["reference"]), 200).unwrap();
    let content = open(&key, &reference, &hex(&vector["ciphertext"])).unwrap();
    assert_eq!(codec::encode(&content), hex(&vector["plaintext"]));
    assert_eq!(codec::encode(&reference), hex(&vector["reference"]));
}

#[test]
fn the_chunks_have_the_root_and_the_proofs() {
    let vector = &vectors()["chunks"];
    let length = vector["length"].as_u64().unwrap();
    let bytes: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
    let tree = ChunkTree::of(&bytes);
    assert_eq!(tree.root().to_string(), text(&vector["root"]));
    for (index, proof) in vector["proofs"].as_array().unwrap().iter().enumerate() {
        let computed = tree.proof(index as u64).unwrap();
        let computed: Vec<String> = computed.hashes().iter().map(|h| h.to_string()).collect();
        let expected: Vec<&str> = proof.as_array().unwrap().iter().map(text).collect();
        assert_eq!(computed, expected);
    }
}

#[test]
fn the_wraps_open_for_both_recipients_and_the_earlier_key_for_both() {
    let vector = &vectors()["wraps"];
    let set = WrapSet::from_bytes(&hex(&vector["set"])).unwrap();
    for recipient in vector["recipients"].as_array().unwrap() {
        let number = recipient["algorithm"].as_u64().unwrap() as u8;
        let algorithm = Algorithm::from_number(number).unwrap();
        let secret = SealingSecret::from_seed(algorithm, &hex32(&recipient["seed"]));
        assert_eq!(secret.public().id().to_string(), text(&recipient["id"]));
        let key = unwrap(&set, &secret).unwrap();
        assert_eq!(*key.expose(), hex32(&vector["matter_key"]));
        let earlier = open_previous(&set, &key).unwrap();
        assert_eq!(*earlier.expose(), hex32(&vector["previous_key"]));
    }
}

#[test]
fn the_password_and_the_storage_key_give_their_secrets() {
    let vector = &vectors()["password"];
    let secret = unwrap_with_password(&hex(&vector["envelope"]), text(&vector["password"]));
    assert_eq!(*secret.unwrap(), hex32(&vector["secret"]));
    let vector = &vectors()["at_rest"];
    let key = StorageKey::from_bytes(hex32(&vector["storage_key"]));
    let value = at_rest::open(&key, text(&vector["context"]), &hex(&vector["sealed"])).unwrap();
    assert_eq!(*value, hex(&vector["value"]));
}
