//! The vectors of `vectors/`, checked by the code, and the tables of `spec/act.md`.
//!
//! Vectors are frozen: this test reads them. `MOHAR_WRITE_VECTORS=1` writes them anew from fixed
//! seeds, for a format that was changed on purpose before its first release.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/cases.rs"]
mod cases;
#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/forger.rs"]
mod forger;
#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/later.rs"]
mod later;
#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/town.rs"]
mod town;
#[path = "support/write.rs"]
mod write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use data_encoding::HEXLOWER;
use mohar_protocol::act::{MatterKind, Place, SignerClass, UnverifiedAct, Verb, sig_structure};
use mohar_protocol::audit::{Bundle, verify_bundle};
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::OfficeId;
use mohar_protocol::keys::PublicKey;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::cosignature::cosignatures;
use mohar_protocol::log::note::{CosignerKey, LogKey};
use mohar_protocol::machine::Package;
use mohar_protocol::matter_text::{Cover, Issued, LetterText};
use mohar_protocol::message::Message;
use mohar_protocol::packet::Packet;
use mohar_protocol::records::Role;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::{Content, Kind};
use mohar_protocol::{ceremony, codec};
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("MOHAR_WRITE_VECTORS").is_some() {
        write::write(name, &path);
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(text(value).as_bytes()).unwrap()
}

fn base64(value: &Value) -> Vec<u8> {
    BASE64.decode(text(value)).unwrap()
}

/// The good bytes with an altered case's splice: at `at`, `remove` bytes give way to `insert`.
fn altered(good: &[u8], case: &Value) -> Vec<u8> {
    let (at, remove) = (case["at"].as_u64().unwrap() as usize, case["remove"].as_u64().unwrap() as usize);
    [&good[..at], &base64(&case["insert"]), &good[at + remove..]].concat()
}

#[test]
fn acts_have_their_id_and_bytes() {
    let vectors = vectors("act");
    for good in list(&vectors["good"]) {
        let bytes = hex(&good["bytes"]);
        let act = UnverifiedAct::parse(&bytes).unwrap();
        assert_eq!(codec::encode(act.header()), hex(&good["payload"]), "{}", good["verb"]);
        assert_eq!(sig_structure(&bytes).unwrap(), hex(&good["sig_structure"]));
        assert_eq!(act.id().to_string(), text(&good["id"]));
        assert_eq!(act.header().known_verb().unwrap().name(), text(&good["verb"]));
        let key = PublicKey::from_bytes(&hex(&good["public_key"])).unwrap();
        assert!(act.verify(&key).is_ok());
    }
    let verbs: Vec<&str> = list(&vectors["good"]).iter().map(|good| text(&good["verb"])).collect();
    assert!(verbs.len() >= 28, "{verbs:?}");
}

#[test]
fn altered_acts_are_refused_with_their_codes() {
    let vectors = vectors("act");
    let key = PublicKey::from_bytes(&hex(&vectors["altered_key"])).unwrap();
    for case in list(&vectors["altered"]) {
        let parsed = UnverifiedAct::parse(&hex(&case["bytes"])).and_then(|act| act.verify(&key));
        assert_eq!(Refusal::from(parsed.unwrap_err()).code(), text(&case["code"]), "{}", case["name"]);
    }
}

/// Folds a package; the first refusal, or else that an office is not admitted.
fn fold(trust: &Value, package: &Package) -> Result<Registry, Refusal> {
    let mut registry = Registry::new(text(trust).parse().unwrap());
    for bytes in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        registry.admit_act(UnverifiedAct::parse(bytes)?)?;
    }
    let admitted = registry.offices().all(|register| registry.is_admitted(register));
    if admitted { Ok(registry) } else { Err(Refusal::OfficeNotAdmitted) }
}

#[test]
fn the_registry_follows_from_its_state() {
    let vectors = vectors("registry");
    let good = base64(&vectors["package"]);
    let registry = fold(&vectors["trust"], &ceremony::from_file(&good).unwrap()).unwrap();
    let offices = list(&vectors["offices"]);
    assert_eq!(registry.offices().count(), offices.len());
    for office in offices {
        let register = registry.office(&text(&office["id"]).parse().unwrap()).unwrap();
        assert_eq!(register.path(), text(&office["path"]));
        assert_eq!(register.head().to_string(), text(&office["head"]));
        assert_eq!(register.number(), office["number"].as_u64().unwrap());
        let mut charges: Vec<String> = register.charges().map(|charge| charge.id.to_string()).collect();
        charges.sort_unstable();
        assert_eq!(charges, list(&office["charges"]).iter().map(text).collect::<Vec<_>>());
    }
    for case in list(&vectors["altered"]) {
        let package: Package = ceremony::from_file(&altered(&good, case)).unwrap();
        let refusal = fold(&vectors["trust"], &package).unwrap_err();
        assert_eq!(refusal.code(), text(&case["code"]), "{}", case["name"]);
    }
}

#[test]
fn the_chain_leads_from_state_to_state() {
    let vectors = vectors("custody");
    let registry =
        fold(&vectors["trust"], &ceremony::from_file(&base64(&vectors["package"])).unwrap()).unwrap();
    let advance = |old: Option<&Matter>, act: &Value| -> Result<Matter, Refusal> {
        let (act, signer) = registry.verify(UnverifiedAct::parse(&hex(act))?)?;
        match old {
            None => Matter::begin(&act, &signer),
            Some(old) => old.advance(&act, &signer, &registry),
        }
    };
    let mut states: Vec<Matter> = Vec::new();
    for step in list(&vectors["chain"]) {
        let next = advance(states.last(), &step["act"]).unwrap();
        assert_eq!(write::state_of(&next), step["state"]);
        states.push(next);
    }
    assert!(states.iter().any(|state| matches!(state.phase, Phase::InTransit { .. })));
    for case in list(&vectors["refused"]) {
        let after = case["after"].as_u64().unwrap() as usize;
        let refusal = advance(Some(&states[after]), &case["act"]).unwrap_err();
        assert_eq!(refusal.code(), text(&case["code"]), "{}", case["name"]);
    }
}

/// Which part of a checkpoint is refused, if any; else who cosigned it when.
fn judge(note: &[u8], log: &LogKey, cosigners: &[CosignerKey]) -> Result<Vec<(String, u64)>, &'static str> {
    let signed = SignedCheckpoint::parse(note).map_err(|_| "unreadable")?;
    if signed.claimed().origin != *log.name() {
        return Err("origin");
    }
    let checkpoint = signed.verify(log).map_err(|_| "signature")?;
    let seen = cosignatures(&checkpoint, cosigners).map_err(|_| "cosignature")?;
    Ok(seen.iter().map(|seen| (seen.name.to_string(), seen.time_s)).collect())
}

#[test]
fn checkpoints_hold_or_are_refused_for_their_reason() {
    let vectors = vectors("checkpoint");
    let log: LogKey = text(&vectors["log"]).parse().unwrap();
    let cosigners: Vec<CosignerKey> =
        list(&vectors["cosigners"]).iter().map(|key| text(key).parse().unwrap()).collect();
    let seen = judge(text(&vectors["note"]).as_bytes(), &log, &cosigners).unwrap();
    let expected = list(&vectors["cosigned"]).iter();
    let expected = expected.map(|seen| (text(&seen["by"]).to_owned(), seen["time_s"].as_u64().unwrap()));
    assert_eq!(seen, expected.collect::<Vec<_>>());
    let signed = SignedCheckpoint::parse(text(&vectors["note"]).as_bytes()).unwrap();
    assert_eq!(signed.claimed().head.size, vectors["size"].as_u64().unwrap());
    assert_eq!(signed.claimed().head.root.to_string(), text(&vectors["root"]));
    for case in list(&vectors["altered"]) {
        let refused = judge(text(&case["note"]).as_bytes(), &log, &cosigners).unwrap_err();
        assert_eq!(refused, text(&case["refused"]), "{}", case["name"]);
    }
}

#[test]
fn bundles_have_their_verdicts() {
    let vectors = vectors("bundle");
    let trust = text(&vectors["trust"]).parse().unwrap();
    let good = base64(&vectors["bundle"]);
    let report = verify_bundle(&ceremony::from_file::<Bundle>(&good).unwrap(), trust);
    assert_eq!(report.outcome as u8, 0, "{:?}", report.codes());
    assert_eq!(report.acts_counted.verified, vectors["acts"].as_u64().unwrap());
    assert_eq!(report.contents_counted.verified, vectors["contents"].as_u64().unwrap());
    for case in list(&vectors["altered"]) {
        let bundle: Bundle = ceremony::from_file(&altered(&good, case)).unwrap();
        let report = verify_bundle(&bundle, trust);
        assert_eq!(serde_json::to_value(report.outcome).unwrap(), case["outcome"], "{}", case["name"]);
        let codes: Vec<&str> = list(&case["codes"]).iter().map(text).collect();
        assert_eq!(report.codes(), codes, "{}", case["name"]);
    }
}

#[test]
fn the_table_of_verbs_in_the_specification_is_the_one_in_the_code() {
    let spec = include_str!("../spec/act.md");
    let table = spec.split_once("## 4. Verbs").unwrap().1.split_once("\n## 5").unwrap();
    let rows: Vec<String> =
        table.0.lines().filter(|line| line.starts_with("| ")).skip(1).map(String::from).collect();
    let kind = |kind: &MatterKind| match *kind {
        MatterKind::CHARTER => "charter",
        MatterKind::REGISTER => "register",
        MatterKind::FILE => "file",
        _ => "dak",
    };
    let row = |verb: &Verb| {
        let signer = match verb.signer() {
            SignerClass::Authority => "authority",
            SignerClass::Node => "node",
            SignerClass::Officer => "officer",
        };
        let place = if verb.place() == Place::Chain { "chain" } else { "side" };
        let kinds: Vec<&str> = verb.kinds().iter().map(kind).collect();
        format!("| {} | `{}` | {signer} | {place} | {} |", verb.code(), verb.name(), kinds.join(", "))
    };
    assert_eq!(rows, Verb::ALL.iter().map(row).collect::<Vec<_>>());
    let bodies = spec.split_once("## 5. Bodies").unwrap().1;
    for verb in Verb::ALL {
        assert!(
            bodies.contains(&format!("`{}`", verb.name())),
            "{} has no body in the specification",
            verb.name()
        );
    }
}

#[test]
fn a_frame_is_its_number_and_its_fields() {
    let stale = Message::Stale { office: OfficeId([1; 32]), by: OfficeId([2; 32]), size: 3 };
    let expected = [&[0x82, 0x0c, 0x83, 0x58, 0x20][..], &[1; 32], &[0x58, 0x20], &[2; 32], &[3]].concat();
    assert_eq!(stale.to_frame(), expected);
    assert_eq!(Message::from_frame(&expected), Ok(stale));
    let cosigned = Message::Cosigned {
        office: OfficeId([1; 32]),
        by: OfficeId([2; 32]),
        role: Role::Witness,
        size: 3,
        note: vec![4].into(),
    };
    assert!(cosigned.to_frame().ends_with(&[0x01, 0x03, 0x41, 0x04]));
    let table = include_str!("../spec/sync.md").split_once("## 1. Frames").unwrap().1;
    let table = table.split_once("## 2.").unwrap().0;
    assert_eq!(table.lines().filter(|line| line.starts_with("| ")).count(), 1 + 31);
}

#[test]
fn covers_are_read_or_refused_with_their_codes() {
    let vectors = vectors("text");
    let cover = |body: &Value| {
        Cover::from_content(&Content {
            kind: Kind::Cover,
            media_type: "application/cbor".to_owned(),
            name: String::new(),
            body: hex(body),
        })
    };
    for case in list(&vectors["covers"]) {
        assert_eq!(cover(&case["cover"]).unwrap().subject, text(&case["subject"]), "{}", case["name"]);
    }
    for case in list(&vectors["altered"]) {
        let refusal = cover(&case["cover"]).unwrap_err();
        assert_eq!(refusal.code(), text(&case["code"]), "{}", case["name"]);
    }
}

#[test]
fn letters_are_read_or_refused_with_their_codes() {
    let vectors = vectors("text");
    let read = |case: &Value| {
        let kind = Kind::from(u8::try_from(case["kind"].as_u64().unwrap()).unwrap());
        let content = Content {
            kind,
            media_type: "application/cbor".to_owned(),
            name: String::new(),
            body: hex(&case["body"]),
        };
        match kind {
            Kind::Draft => LetterText::from_content(&content).map(|_| ()),
            _ => Issued::from_content(&content).map(|_| ()),
        }
    };
    for case in list(&vectors["letters"]) {
        assert_eq!(read(case), Ok(()), "{}", case["name"]);
    }
    for case in list(&vectors["letters_altered"]) {
        assert_eq!(read(case).unwrap_err().code(), text(&case["code"]), "{}", case["name"]);
    }
}

#[test]
fn packets_hold_or_are_refused_with_their_codes() {
    let vectors = vectors("packet");
    let key = PublicKey::from_bytes(&hex(&vectors["public_key"])).unwrap();
    let good = Packet::parse(&hex(&vectors["packet"])).unwrap();
    assert_eq!(good.header().state.to_string(), text(&vectors["state"]));
    assert_eq!(good.header().from.to_string(), text(&vectors["from"]));
    assert_eq!(good.header().to.to_string(), text(&vectors["to"]));
    let frames: Vec<Vec<u8>> = list(&vectors["frames"]).iter().map(hex).collect();
    assert_eq!(good.frames(&key).unwrap(), frames);
    for case in list(&vectors["altered"]) {
        let packet = Packet::parse(&hex(&case["packet"]));
        let refusal = packet.and_then(|packet| packet.frames(&key).map(|_| ())).unwrap_err();
        assert_eq!(refusal.code(), text(&case["code"]), "{}", case["name"]);
    }
}
