//! Writes the vectors anew, from fixed seeds.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use data_encoding::HEXLOWER;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::{Holder, UnverifiedAct, Verb, sig_structure};
use mohar_protocol::audit::{LogDirectory, verify_bundle};
use mohar_protocol::ceremony;
use mohar_protocol::codec;
use mohar_protocol::custody::{Matter, OpenLetter, Phase};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{MatterId, OfficeId, PostId, StateId};
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::cosignature::cosignatures;
use mohar_protocol::log::note::{CosignerKey, LogKey};
use mohar_protocol::machine::{HostSecrets, Package, cosigner_name, origin};
use mohar_protocol::matter_text::{Addressee, Cover, Issued, Letter, LetterText};
use mohar_protocol::message::Message;
use mohar_protocol::packet::Packet;
use mohar_protocol::records::Role;
use mohar_protocol::registry::Registry;
use mohar_protocol::time::Timestamp;
use serde_json::{Value, json};

use crate::cases::{bundles_tampered, bytes_tampered};
use crate::forger::{Forger, rename_cosigner};
use crate::later;
use crate::town::{DISTRICT, FAR, Morning, TEHSIL, last_entry, morning};

/// Writes one page of vectors.
pub fn write(name: &str, path: &str) {
    let morning = morning(1);
    let forger = Forger::new(&morning);
    let page = match name {
        "act" => acts(&morning, &forger),
        "registry" => registry(&morning, &forger),
        "custody" => custody(&morning, &forger),
        "packet" => packets(),
        "text" => texts(),
        "checkpoint" => checkpoints(&morning, &forger),
        _ => bundles(&morning, &forger),
    };
    // Two tests may write one page at the same time; each leaves a whole one.
    let beside = format!("{path}.{:?}", std::thread::current().id());
    std::fs::write(&beside, serde_json::to_string_pretty(&page).unwrap() + "\n").unwrap();
    std::fs::rename(&beside, path).unwrap();
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn fold(morning: &Morning) -> Registry {
    let mut registry = Registry::new(morning.town.state.id);
    let package = morning.town.registry(DISTRICT);
    for bytes in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    registry
}

/// One act of every verb that the morning saw, and the bytes of one of them altered.
fn acts(morning: &Morning, forger: &Forger) -> Value {
    let town = &morning.town;
    let mut one_each: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
    let logs = [town.log(DISTRICT), town.log(TEHSIL)];
    let charter = logs[0].registry.charter.iter().map(|act| act.to_vec());
    let later = later::one_each(forger, &logs[0]);
    for bytes in charter.chain(logs.iter().flat_map(|log| log.leaves.clone())).chain(later) {
        one_each.entry(UnverifiedAct::parse(&bytes).unwrap().header().verb).or_insert(bytes);
    }
    let keys = all_keys(morning);
    let good: Vec<Value> = one_each
        .values()
        .map(|bytes| {
            let act = UnverifiedAct::parse(bytes).unwrap();
            let key = keys.iter().find(|key| key.id() == act.key()).unwrap();
            json!({
                "verb": act.header().known_verb().unwrap().name(),
                "public_key": hex(&key.to_bytes()),
                "payload": hex(&codec::encode(act.header())),
                "sig_structure": hex(&sig_structure(bytes).unwrap()),
                "id": act.id().to_string(),
                "bytes": hex(bytes),
            })
        })
        .collect();
    let altered: Vec<Value> = bytes_tampered()
        .into_iter()
        .map(|(name, code, tamper)| {
            let mut log = town.log(DISTRICT);
            let at = forger.find(&log, mohar_protocol::act::Verb::Note, 0);
            tamper(forger, &mut log);
            json!({ "name": name, "code": code, "bytes": hex(&log.leaves[at]) })
        })
        .collect();
    json!({ "good": good, "altered_key": hex(&forger.clerk.public().to_bytes()), "altered": altered })
}

/// Every key that signed something.
fn all_keys(morning: &Morning) -> Vec<PublicKey> {
    let state = &morning.town.state;
    let mut keys: Vec<&SecretKey> = state.root.iter().collect();
    for office in &state.offices {
        keys.extend([&office.keys.operating, &office.keys.signing, &office.admin]);
        keys.extend(office.posts.iter().map(|post| &post.key));
    }
    keys.into_iter().map(SecretKey::public).collect()
}

/// A splice that turns the good bytes into the bad ones.
fn splice(good: &[u8], bad: &[u8]) -> (usize, usize, String) {
    let at = good.iter().zip(bad).take_while(|(a, b)| a == b).count();
    let rest = good[at..].iter().rev().zip(bad[at..].iter().rev()).take_while(|(a, b)| a == b).count();
    (at, good.len() - rest - at, BASE64.encode(&bad[at..bad.len() - rest]))
}

fn registry(morning: &Morning, forger: &Forger) -> Value {
    let package = morning.town.registry(DISTRICT);
    let good = ceremony::to_file(&package);
    let offices: Vec<Value> = fold(morning)
        .offices()
        .map(|register| {
            let mut charges: Vec<String> = register.charges().map(|charge| charge.id.to_string()).collect();
            charges.sort_unstable();
            json!({
                "id": register.id().to_string(),
                "path": register.path(),
                "head": register.head().to_string(),
                "number": register.number(),
                "charges": charges,
            })
        })
        .collect();
    type Case = (&'static str, &'static str, fn(&Forger, &mut Package));
    let cases: [Case; 7] = [
        ("a charter without its second signature", "authority.not_authority", |_, package| {
            package.charter.pop();
        }),
        ("an admission without its second signature", "authority.office_not_admitted", |_, package| {
            let endorses = |act: &ByteVec| {
                UnverifiedAct::parse(act).unwrap().header().known_verb() == Some(Verb::Endorse)
            };
            package.dossiers[DISTRICT].retain(|act| !endorses(act));
        }),
        ("an admission signed by the office itself", "authority.not_authority", |f, package| {
            let admission = &mut package.dossiers[DISTRICT][1];
            *admission = f.forge(admission, &f.operating, |_, _| ()).into();
        }),
        ("an admission by another office", "authority.not_authority", |f, package| {
            let admission = &mut package.dossiers[TEHSIL][1];
            *admission = f.forge(admission, &f.far_operating, |header, _| header.office = Some(f.far)).into();
        }),
        ("a dropped register entry", "chain.gap", |_, package| drop(package.dossiers[FAR].remove(4))),
        ("a register entry by an officer who is no administrator", "authority.not_admin", |f, package| {
            let last = last_entry(&mut package.dossiers[DISTRICT]);
            *last = f.forge(last, &f.clerk, |header, _| header.charge = Some(f.clerk_charge)).into();
        }),
        ("a register entry by the keys of another office", "authority.not_authority", |f, package| {
            let last = last_entry(&mut package.dossiers[DISTRICT]);
            *last = f
                .forge(last, &f.far_operating, |header, _| {
                    (header.office, header.charge) = (Some(f.far), None);
                })
                .into();
        }),
    ];
    let altered: Vec<Value> = cases
        .into_iter()
        .map(|(name, code, tamper)| {
            let mut bad = package.clone();
            tamper(forger, &mut bad);
            let (at, remove, insert) = splice(&good, &ceremony::to_file(&bad));
            json!({ "name": name, "code": code, "at": at, "remove": remove, "insert": insert })
        })
        .collect();
    let trust = morning.town.state.id.to_string();
    json!({ "trust": trust, "package": BASE64.encode(&good), "offices": offices, "altered": altered })
}

/// What a verifier knows of a matter, as in section 1 of `spec/custody.md`.
pub fn state_of(matter: &Matter) -> Value {
    let phase = match matter.phase {
        Phase::Active => "active",
        Phase::Queued { .. } => "queued",
        Phase::InTransit { .. } => "in_transit",
        Phase::Parked { .. } => "parked",
        Phase::Closed => "closed",
        Phase::Frozen => "frozen",
    };
    json!({
        "number": matter.number,
        "head": matter.head.to_string(),
        "epoch": matter.epoch,
        "holder": [matter.holder.office.to_string(), matter.holder.post.to_string()],
        "phase": phase,
        "generation": matter.generation,
        "opened": matter.opened,
        "route": matter.route.iter().map(|h| [h.office.to_string(), h.post.to_string()]).collect::<Vec<_>>(),
        "came_from": matter.came_from.map(|h| [h.office.to_string(), h.post.to_string()]),
        "letters": matter.letters.iter().map(open_letter).collect::<Vec<_>>(),
    })
}

fn open_letter(open: &OpenLetter) -> Value {
    let approval = open.approval.map(|approval| approval.to_string());
    json!([open.letter.to_string(), open.version.to_string(), approval, open.versions])
}

fn custody(morning: &Morning, forger: &Forger) -> Value {
    let registry = fold(morning);
    let mut chain = morning.town.chain(DISTRICT, morning.travelled);
    let mut bytes: Vec<Vec<u8>> = morning
        .town
        .bundle(DISTRICT, morning.travelled, false)
        .chain
        .iter()
        .map(|act| act.to_vec())
        .collect();
    let (closed, last) = (bytes.len() - 1, bytes[bytes.len() - 1].clone());
    bytes.push(later::taken_from(forger, &last, 2));
    chain.push(UnverifiedAct::parse(&bytes[closed + 1]).unwrap());
    let mut matter: Option<Matter> = None;
    let mut steps = Vec::new();
    for (act, bytes) in chain.into_iter().zip(&bytes) {
        let (act, signer) = registry.verify(act).unwrap();
        let next = match &matter {
            None => Matter::begin(&act, &signer).unwrap(),
            Some(matter) => matter.advance(&act, &signer, &registry).unwrap(),
        };
        steps.push(json!({ "act": hex(bytes), "state": state_of(&next) }));
        matter = Some(next);
    }
    // Each is the act that did follow, changed.
    let refused = |name: &str, code: &str, after: usize, act: Vec<u8>| json!({ "name": name, "code": code, "after": after, "act": hex(&act) });
    let clerk = &forger.clerk;
    let altered = [
        refused("a skipped number", "chain.gap", 0, forger.forge(&bytes[1], clerk, |h, _| h.number += 1)),
        refused("a wrong epoch", "chain.epoch", 0, forger.forge(&bytes[1], clerk, |h, _| h.epoch = 1)),
        refused(
            "another previous act",
            "chain.fork",
            1,
            forger.forge(&bytes[2], clerk, |h, _| {
                h.previous = h.matter.map(Into::into);
            }),
        ),
        refused(
            "a wrong holder",
            "custody.wrong_holder",
            0,
            forger.forge(&bytes[1], clerk, |h, _| {
                h.holder.as_mut().unwrap().office = forger.far;
            }),
        ),
        refused(
            "an officer who has passed it on",
            "custody.not_holder",
            2,
            forger.forge(&bytes[3], clerk, |h, _| {
                h.charge = Some(forger.clerk_charge);
            }),
        ),
        refused("a rival for a place that is taken", "chain.fork", 1, {
            forger.forge(&bytes[1], clerk, |h, _| h.time.0 += 1)
        }),
        refused("a handover before the forward", "chain.gap", 3, bytes[5].clone()),
        refused("a receive by another office", "custody.not_holder_office", 5, {
            forger.forge(&bytes[6], &forger.far_node, |h, _| {
                (h.office, h.register) = (Some(forger.far), Some(forger.far_register));
            })
        }),
        refused("an order with one signature of two", "authority.threshold", closed, {
            later::taken_from(forger, &last, 1)
        }),
        refused("a taking up by an office that the order does not name", "custody.order_mismatch", closed, {
            forger.forge(&bytes[closed + 1], &forger.far_node, |h, _| {
                (h.office, h.register) = (Some(forger.far), Some(forger.far_register));
            })
        }),
        refused("a second taking up", "chain.epoch", closed + 1, bytes[closed + 1].clone()),
        refused("an act of the old epoch", "chain.epoch", closed + 1, last.clone()),
        refused("a file that is sent back to another post", "custody.wrong_holder", 8, {
            forger.forge(&bytes[9], &forger.tehsil_officer.key, |h, body| {
                if let mohar_protocol::act::Body::SendBack(body) = body {
                    body.to.post = h.holder.unwrap().post;
                }
            })
        }),
    ];
    json!({
        "trust": morning.town.state.id.to_string(),
        "package": BASE64.encode(ceremony::to_file(&morning.town.registry(DISTRICT))),
        "chain": steps,
        "refused": altered,
    })
}

fn checkpoints(morning: &Morning, forger: &Forger) -> Value {
    let log = morning.town.log(DISTRICT);
    let good = String::from_utf8(log.checkpoint.clone()).unwrap();
    let key = LogKey::new(origin(&forger.office), forger.node.public());
    let cosigners: Vec<CosignerKey> = [TEHSIL, FAR]
        .iter()
        .flat_map(|node| {
            let office = morning.town.office(*node);
            [Role::Mirror, Role::Witness].map(|role| {
                let secret = match role {
                    Role::Mirror => HostSecrets::mirror(&office.keys.signing),
                    Role::Witness => HostSecrets::witness(&office.keys.signing),
                };
                CosignerKey::new(cosigner_name(&office.id, role), secret.public())
            })
        })
        .collect();
    let signed = SignedCheckpoint::parse(good.as_bytes()).unwrap();
    let head = signed.claimed().head;
    let seen = cosignatures(&signed.verify(&key).unwrap(), &cosigners).unwrap();
    type Case = (&'static str, &'static str, fn(&Forger, &mut LogDirectory));
    let cases: [Case; 7] = [
        ("the checkpoint of another office", "origin", |f, log| {
            log.checkpoint.clone_from(&f.tehsil.checkpoint);
        }),
        ("another size", "signature", |_, log| resize(log, |size| (size - 1).to_string())),
        ("a size with a leading zero", "unreadable", |_, log| resize(log, |size| format!("0{size}"))),
        ("another key under the same name", "signature", |f, log| f.sign_again_with(log, &f.far_node)),
        ("a forged cosignature", "cosignature", |_, log| {
            rename_cosigner(&mut log.checkpoint, |line| *line.signature.last_mut().unwrap() ^= 1);
        }),
        ("a witness's line in the place of the mirror's", "cosignature", |f, log| {
            f.pass_witness_for_mirror(&mut log.checkpoint);
        }),
        ("no empty line", "unreadable", |_, log| edit(log, "\n\n", "\n")),
    ];
    let altered: Vec<Value> = cases
        .into_iter()
        .map(|(name, refused, tamper)| {
            let mut bad = log.clone();
            tamper(forger, &mut bad);
            json!({ "name": name, "refused": refused, "note": String::from_utf8(bad.checkpoint).unwrap() })
        })
        .collect();
    json!({
        "log": key.to_string(),
        "cosigners": cosigners.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "note": good,
        "size": head.size,
        "root": head.root.to_string(),
        "cosigned": seen.iter().map(|s| json!({ "by": s.name.as_str(), "time_s": s.time_s })).collect::<Vec<_>>(),
        "altered": altered,
    })
}

/// Writes another size into a checkpoint.
fn resize(log: &mut LogDirectory, change: fn(u64) -> String) {
    let text = String::from_utf8(log.checkpoint.clone()).unwrap();
    let size: u64 = text.lines().nth(1).unwrap().parse().unwrap();
    edit(log, &format!("\n{size}\n"), &format!("\n{}\n", change(size)));
}

fn edit(log: &mut LogDirectory, old: &str, new: &str) {
    let text = String::from_utf8(log.checkpoint.clone()).unwrap();
    log.checkpoint = text.replacen(old, new, 1).into_bytes();
}

fn bundles(morning: &Morning, forger: &Forger) -> Value {
    let trust = morning.town.state.id;
    let bundle = morning.town.bundle(DISTRICT, morning.travelled, true);
    let good = ceremony::to_file(&bundle);
    let report = verify_bundle(&bundle, trust);
    let mut altered = Vec::new();
    let withheld = |_: &Forger, bundle: &mut mohar_protocol::audit::Bundle| bundle.contents.truncate(1);
    let cases = bundles_tampered().into_iter().map(|(name, _, tamper)| (name, tamper));
    for (name, tamper) in cases.chain([("contents withheld", withheld as fn(&Forger, &mut _))]) {
        let mut bad = bundle.clone();
        tamper(forger, &mut bad);
        let report = verify_bundle(&bad, trust);
        let (at, remove, insert) = splice(&good, &ceremony::to_file(&bad));
        altered.push(json!({
            "name": name,
            "outcome": report.outcome,
            "codes": report.codes(),
            "at": at,
            "remove": remove,
            "insert": insert,
        }));
    }
    json!({
        "trust": trust.to_string(),
        "bundle": BASE64.encode(&good),
        "acts": report.acts_counted.verified,
        "contents": report.contents_counted.verified,
        "altered": altered,
    })
}

/// Covers as they are sealed, and altered ones.
fn texts() -> Value {
    let file = Cover {
        number: "DEP/1/2026".to_owned(),
        subject: "सामुदायिक भवन".to_owned(),
        language: "hi".to_owned(),
        ..Cover::default()
    };
    let letter = Letter {
        from: "थाना प्रभारी, देपालपुर".to_owned(),
        number: "जा.क्र. 42/2026".to_owned(),
        date: "2026-11-20".to_owned(),
        received: "2026-11-22".to_owned(),
        mode: 4,
        watch: 5,
        case: "dharna".to_owned(),
        case_name: "धरना-प्रदर्शन की अनुमति".to_owned(),
        due: "2026-11-25".to_owned(),
        scans: vec![Hash([7; 32])],
        copy_of: Some(MatterId([8; 32])),
        ..Letter::default()
    };
    let dak = Cover { number: "आवक 118/2026".to_owned(), letter: Some(letter.clone()), ..file.clone() };
    let with = |change: &dyn Fn(&mut Cover)| {
        let mut cover = Cover { version: 1, ..dak.clone() };
        change(&mut cover);
        cover.to_content().body
    };
    let letter_with = |change: &dyn Fn(&mut Letter)| {
        with(&|cover| {
            let mut letter = letter.clone();
            change(&mut letter);
            cover.letter = Some(letter);
        })
    };
    let cases = [
        ("a later version", "act.unknown_verb", with(&|cover| cover.version = 2)),
        ("spaces around the subject", "content.damaged", with(&|cover| cover.subject = " x ".to_owned())),
        ("no number", "content.damaged", with(&|cover| cover.number.clear())),
        ("a fifth classification", "content.damaged", with(&|cover| cover.classification = 4)),
        ("no sender", "content.damaged", letter_with(&|letter| letter.from.clear())),
        ("no day of receipt", "content.damaged", letter_with(&|letter| letter.received.clear())),
        (
            "a day of another form",
            "content.damaged",
            letter_with(&|letter| letter.date = "20/11/2026".to_owned()),
        ),
        ("a ninth mode", "content.damaged", letter_with(&|letter| letter.mode = 8)),
        ("a sixth watched class", "content.damaged", letter_with(&|letter| letter.watch = 32)),
        ("a case without its name", "content.damaged", letter_with(&|letter| letter.case_name.clear())),
        ("sixteen scans", "content.damaged", letter_with(&|letter| letter.scans = vec![Hash([7; 32]); 16])),
        ("a byte more", "content.damaged", [with(&|_| ()), vec![0]].concat()),
    ];
    let good: Vec<Value> = [("a file", file), ("a dak", dak)]
        .into_iter()
        .map(|(name, cover)| {
            let cover = cover.checked().unwrap();
            json!({ "name": name, "cover": hex(&cover.to_content().body), "subject": cover.subject })
        })
        .collect();
    let altered = cases.into_iter();
    let altered =
        altered.map(|(name, code, cover)| json!({ "name": name, "code": code, "cover": hex(&cover) }));
    let (letters, letters_altered) = letters();
    json!({
        "covers": good,
        "altered": altered.collect::<Vec<_>>(),
        "letters": letters,
        "letters_altered": letters_altered,
    })
}

/// Texts of drafts (kind 3) and letters as issued (kind 6).
fn letters() -> (Vec<Value>, Vec<Value>) {
    let to = Addressee {
        to: Some(Holder { office: OfficeId([1; 32]), post: PostId([2; 32]) }),
        name: "कलेक्टर, इन्दौर".to_owned(),
        group: "समस्त कलेक्टर".to_owned(),
        ..Addressee::default()
    };
    let copy =
        Addressee { name: "श्री रामलाल".to_owned(), mode: 2, ..Addressee::default() };
    let text = LetterText {
        kind: 4,
        language: "hi".to_owned(),
        subject: "समय-सीमा बैठक".to_owned(),
        paragraphs: vec!["सोमवार को बैठक लें।".to_owned()],
        to: vec![to],
        copies: vec![copy],
        ..LetterText::default()
    };
    let text = text.checked().unwrap();
    let issued = Issued {
        number: "12/DEP/2026".to_owned(),
        date: "2026-11-23".to_owned(),
        endorsement: "13/DEP/2026".to_owned(),
        office: "तहसील कार्यालय देपालपुर".to_owned(),
        post: "तहसीलदार".to_owned(),
        letter: text.clone(),
        ..Issued::default()
    };
    let issued = issued.checked().unwrap();
    let draft_with = |change: &dyn Fn(&mut LetterText)| {
        let mut text = text.clone();
        change(&mut text);
        text.to_content().body
    };
    let issued_with = |change: &dyn Fn(&mut Issued)| {
        let mut issued = issued.clone();
        change(&mut issued);
        issued.to_content().body
    };
    let good = [("a draft", 3, text.to_content().body), ("a letter as issued", 6, issued.to_content().body)];
    let altered = [
        ("a draft of a later version", 3, "act.unknown_verb", draft_with(&|text| text.version = 2)),
        ("an eighth kind", 3, "content.damaged", draft_with(&|text| text.kind = 7)),
        ("a paragraph of nothing", 3, "content.damaged", draft_with(&|text| text.paragraphs[0].clear())),
        ("a post that gets it by hand", 3, "content.damaged", draft_with(&|text| text.to[0].mode = 1)),
        ("a letter without a number", 6, "content.damaged", issued_with(&|issued| issued.number.clear())),
        ("copies without a number", 6, "content.damaged", issued_with(&|issued| issued.endorsement.clear())),
        ("a byte more", 6, "content.damaged", [issued_with(&|_| ()), vec![0]].concat()),
    ];
    let shown =
        |(name, kind, body): (&str, u8, Vec<u8>)| json!({ "name": name, "kind": kind, "body": hex(&body) });
    let refused = |(name, kind, code, body): (&str, u8, &str, Vec<u8>)| json!({ "name": name, "kind": kind, "code": code, "body": hex(&body) });
    (good.into_iter().map(shown).collect(), altered.into_iter().map(refused).collect())
}

/// A packet with two frames, and what becomes of it in transit.
fn packets() -> Value {
    let key = SecretKey::from_seed(&[5; 32]);
    let frames = [Message::GetCharter { from: 1 }.to_frame(), Message::GetCharter { from: 2 }.to_frame()];
    let (state, from, to) = (StateId([1; 32]), OfficeId([2; 32]), OfficeId([3; 32]));
    let good = Packet::write(state, from, to, Timestamp(1_795_321_800_000), &frames, &key);
    let cut = |at: usize| good[..at].to_vec();
    let flip = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 1;
        bad
    };
    let signature = good.len() - 2 * (4 + frames[0].len()) - 64;
    let cases = [
        ("another first line", "packet.unreadable", flip(3)),
        ("cut in the header", "packet.unreadable", cut(60)),
        ("cut in the frames", "packet.damaged", cut(good.len() - 1)),
        ("a byte more", "packet.damaged", [good.clone(), vec![0]].concat()),
        ("a frame altered", "packet.damaged", flip(good.len() - 1)),
        ("the last frame left out", "packet.damaged", cut(good.len() - 4 - frames[1].len())),
        ("the signature altered", "packet.signature", flip(signature)),
        ("another addressee", "packet.signature", {
            let at = good.windows(32).position(|window| window == to.0).unwrap();
            flip(at)
        }),
    ];
    let altered: Vec<Value> = cases
        .into_iter()
        .map(|(name, code, bytes)| json!({ "name": name, "code": code, "packet": HEXLOWER.encode(&bytes) }))
        .collect();
    let frames: Vec<String> = frames.iter().map(|frame| HEXLOWER.encode(frame)).collect();
    json!({
        "public_key": HEXLOWER.encode(&key.public().to_bytes()),
        "packet": HEXLOWER.encode(&good), "state": state, "from": from, "to": to, "frames": frames,
        "altered": altered,
    })
}
