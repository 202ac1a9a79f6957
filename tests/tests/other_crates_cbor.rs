//! Acts against packages that other people wrote: `coset` (COSE) and `ciborium` (CBOR). They read
//! what we sign; and what they take and we refuse is the list in [`Stricter`], complete and tried.

#![expect(clippy::print_stderr, reason = "a test prints its seed")]

use std::collections::BTreeMap;

use ciborium::Value;
use coset::{CoseSign1, RegisteredLabel, TaggedCborSerializable as _, iana};
use mohar_protocol::act::{self, ActError, UnverifiedAct};
use mohar_protocol::codec;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::keys::{PublicKey, Signature};
use mohar_protocol::message::Message;
use mohar_tests::fuzz::mutate::{change_cbor, mutate};
use serde_json::Value as Json;

/// What binds a signature to acts: `spec/act.md`.
const AAD: &[u8] = b"mohar/act/1";

/// Changes of each act.
const CHANGES: u64 = 1_500;

/// Why an act that coset reads and verifies is refused here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stricter {
    /// The same message in a longer or indefinite form, or with bytes behind it.
    Spelling,
    /// Another algorithm, or none, or its name as text.
    Algorithm,
    /// A key id that is not 32 bytes, or none.
    KeyId,
    /// Anything in the unprotected map, or more in the protected one.
    Headers,
    /// A detached or missing payload.
    Payload,
    /// A signature that is not 64 bytes.
    Length,
    /// The COSE message is as it must be; its payload is no header of ours.
    Act,
}

fn good() -> Vec<(Vec<u8>, PublicKey)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../protocol/vectors/act.json");
    let vectors: Json = serde_json::from_slice(&std::fs::read(path).expect("vectors")).expect("JSON");
    let hex = |value: &Json| {
        let text = value.as_str().expect("text");
        data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hexadecimal")
    };
    let cases = vectors["good"].as_array().expect("a list").iter();
    cases
        .map(|case| (hex(&case["bytes"]), PublicKey::from_bytes(&hex(&case["public_key"])).expect("a key")))
        .collect()
}

fn verified_by_coset(message: &CoseSign1, key: &PublicKey) -> bool {
    let verify = |signature: &[u8], signed: &[u8]| {
        let signature = Signature::try_from(signature).map_err(|_| ())?;
        if key.verify(signed, &signature) { Ok(()) } else { Err(()) }
    };
    message.verify_signature(AAD, verify).is_ok()
}

#[test]
fn coset_reads_and_verifies_every_act_and_rebuilds_what_was_signed() {
    for (bytes, key) in good() {
        let message = CoseSign1::from_tagged_slice(&bytes).expect("COSE");
        assert!(verified_by_coset(&message, &key));
        assert_eq!(message.tbs_data(AAD), act::sig_structure(&bytes).expect("an act"));
        let header = &message.protected.header;
        assert_eq!(header.alg, Some(RegisteredLabel::Assigned(iana::Algorithm::EdDSA).into_private()));
        assert_eq!(header.key_id, key.id().0);
        assert!(message.unprotected.is_empty());
        assert_eq!(message.clone().to_tagged_vec().expect("COSE"), bytes, "coset writes the same bytes");
        assert!(message.verify_signature(b"", |_, _| Err::<(), ()>(())).is_err());
    }
}

/// The two kinds of label that coset has, without their private numbers in between.
trait IntoPrivate {
    fn into_private(self) -> coset::RegisteredLabelWithPrivate<iana::Algorithm>;
}

impl IntoPrivate for RegisteredLabel<iana::Algorithm> {
    fn into_private(self) -> coset::RegisteredLabelWithPrivate<iana::Algorithm> {
        match self {
            RegisteredLabel::Assigned(assigned) => coset::RegisteredLabelWithPrivate::Assigned(assigned),
            RegisteredLabel::Text(text) => coset::RegisteredLabelWithPrivate::Text(text),
        }
    }
}

/// The first reason for which we refuse, found with coset and ciborium alone.
fn reason(bytes: &[u8], message: &CoseSign1) -> Option<Stricter> {
    let header = &message.protected.header;
    let plain = message.protected.original_data.as_deref().unwrap_or_default();
    let expected = [&[0xa2, 0x01, 0x27, 0x04, 0x58, 0x20][..], &header.key_id].concat();
    let eddsa = coset::RegisteredLabelWithPrivate::Assigned(iana::Algorithm::EdDSA);
    let checks = [
        (header.alg != Some(eddsa), Stricter::Algorithm),
        (header.key_id.len() != 32, Stricter::KeyId),
        (!message.unprotected.is_empty() || header_has_more(message), Stricter::Headers),
        (message.payload.is_none(), Stricter::Payload),
        (message.signature.len() != 64, Stricter::Length),
        (
            plain != expected || message.clone().to_tagged_vec().ok().as_deref() != Some(bytes),
            Stricter::Spelling,
        ),
    ];
    checks.into_iter().find_map(|(refused, why)| refused.then_some(why))
}

fn header_has_more(message: &CoseSign1) -> bool {
    let header = &message.protected.header;
    let rest = coset::Header { alg: None, key_id: Vec::new(), ..header.clone() };
    !rest.is_empty()
}

#[test]
fn what_coset_takes_and_we_refuse_is_the_list_and_nothing_else() {
    let seed = 11;
    eprintln!("seed {seed}");
    let mut entropy = Entropy::from_seed([seed; 32]);
    let mut seen: BTreeMap<Option<Stricter>, u64> = BTreeMap::new();
    for (good, _) in good() {
        for change in 0..CHANGES {
            let bytes = match change % 2 {
                0 => change_cbor(&good, &mut entropy, 0).unwrap_or_default(),
                _ => mutate(&good, &good, 20_000, &mut entropy),
            };
            judge(&bytes, &mut seen);
        }
        for bytes in spellings(&good) {
            judge(&bytes, &mut seen);
        }
    }
    eprintln!("{seen:?}");
    use Stricter::{Act, Algorithm, Headers, KeyId, Length, Payload, Spelling};
    for why in [Spelling, Algorithm, KeyId, Headers, Payload, Length, Act] {
        assert!(seen.contains_key(&Some(why)), "{why:?} was never met");
    }
    assert!(seen.contains_key(&None), "nothing was taken by both");
}

fn judge(bytes: &[u8], seen: &mut BTreeMap<Option<Stricter>, u64>) {
    let ours = UnverifiedAct::parse(bytes);
    match (CoseSign1::from_tagged_slice(bytes), &ours) {
        (Ok(message), Ok(act)) => {
            assert_eq!(reason(bytes, &message), None, "coset finds a fault in what we took");
            assert_eq!(message.tbs_data(AAD), act::sig_structure(bytes).expect("an act"));
            assert_eq!(message.protected.header.key_id, act.key().0);
            *seen.entry(None).or_default() += 1;
        }
        (Ok(message), Err(error)) => {
            let why = reason(bytes, &message).unwrap_or(Stricter::Act);
            let payload = matches!(error, ActError::Codec(_) | ActError::Version | ActError::Header);
            assert_eq!(why == Stricter::Act, payload, "{error:?} but {why:?}");
            *seen.entry(Some(why)).or_default() += 1;
        }
        (Err(error), Ok(_)) => panic!("only we take it: {error:?}"),
        (Err(_), Err(_)) => {}
    }
}

/// The same act with each freedom that COSE leaves, one at a time.
fn spellings(good: &[u8]) -> Vec<Vec<u8>> {
    let base = CoseSign1::from_tagged_slice(good).expect("COSE");
    let header = base.protected.header.clone();
    let with = |header: coset::Header| CoseSign1 {
        protected: coset::ProtectedHeader { original_data: None, header },
        ..base.clone()
    };
    let named = coset::HeaderBuilder::new().algorithm(iana::Algorithm::ES256).key_id(header.key_id.clone());
    let messages = [
        with(named.build()),
        with(coset::Header { alg: None, ..header.clone() }),
        with(coset::Header { key_id: header.key_id[..8].to_vec(), ..header.clone() }),
        with(coset::Header { iv: vec![1], ..header.clone() }),
        CoseSign1 { unprotected: coset::HeaderBuilder::new().key_id(vec![1]).build(), ..base.clone() },
        CoseSign1 { payload: None, ..base.clone() },
        CoseSign1 { signature: base.signature[..63].to_vec(), ..base.clone() },
    ];
    let mut bytes: Vec<Vec<u8>> = messages.into_iter().map(|m| m.to_tagged_vec().expect("COSE")).collect();
    // An array of indefinite length, and a length in a longer form than needed.
    bytes.push([&[0xd2, 0x9f], &good[2..], &[0xff]].concat());
    bytes.push([&[0xd2, 0x98, 0x04], &good[2..]].concat());
    bytes.push([&[0xd8, 0x12], &good[1..]].concat());
    bytes
}

// ---- A second reader of CBOR -------------------------------------------------------------------

fn read(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).ok()?;
    rest.is_empty().then_some(value)
}

fn write(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("CBOR");
    bytes
}

/// RFC 8949, 4.2.1, by ciborium: shortest heads, definite lengths; we have no maps and no floats.
fn is_deterministic(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_deterministic),
        Value::Integer(_) | Value::Bytes(_) | Value::Text(_) | Value::Bool(_) | Value::Null => true,
        _ => false,
    }
}

#[test]
fn ciborium_reads_every_payload_and_body_and_writes_them_byte_for_byte() {
    for (bytes, _) in good() {
        let header = UnverifiedAct::parse(&bytes).expect("an act").header().clone();
        for bytes in [codec::encode(&header), header.body.clone()] {
            let value = read(&bytes).expect("CBOR");
            assert!(is_deterministic(&value), "{value:?}");
            assert_eq!(write(&value), bytes);
        }
        let Some(Value::Array(items)) = read(&codec::encode(&header)) else { panic!("an array") };
        assert_eq!(items.len(), 19, "the header of the specification");
    }
}

#[test]
fn what_we_take_ciborium_takes_and_finds_canonical() {
    let seed = 12;
    eprintln!("seed {seed}");
    let mut entropy = Entropy::from_seed([seed; 32]);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpora/a_message_is_its_only_frame");
    let mut taken = 0;
    for entry in std::fs::read_dir(folder).expect("kept frames") {
        let frame = std::fs::read(entry.expect("an entry").path()).expect("a frame");
        for _ in 0..CHANGES {
            let changed = mutate(&frame, &frame, 40_000, &mut entropy);
            let second = read(&changed);
            if Message::from_frame(&changed).is_ok() {
                let value = second.expect("only we read it");
                assert!(is_deterministic(&value) && write(&value) == changed, "not canonical: {value:?}");
                taken += 1;
            }
        }
    }
    assert!(taken > 1_000, "{taken} taken");
}
