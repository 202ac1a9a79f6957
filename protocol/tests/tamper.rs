//! The morning of three offices, audited as it was, and then after it was tampered with: by
//! outsiders who hold no key, by officers, and by the office itself, which signs its log again.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

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

use cases::{acts_forged, bundles_tampered, bytes_tampered, logs_tampered};
use forger::Forger;
use later::{later_forged, orders_forged};
use mohar_protocol::act::body::{self, Tier};
use mohar_protocol::act::{Body, Header, UnverifiedAct};
use mohar_protocol::audit::{Bundle, LogDirectory, Report, Verdict, verify_bundle, verify_log};
use mohar_protocol::ceremony;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::StateId;
use mohar_protocol::registry::Registry;
use town::{DISTRICT, FAR, TEHSIL, morning};

#[test]
fn the_untouched_logs_and_bundle_verify() {
    let morning = morning(1);
    let trust = morning.town.state.id;
    for (node, exit_code) in [(DISTRICT, 1), (TEHSIL, 1), (FAR, 0)] {
        let report = verify_log(&morning.town.log(node), trust);
        assert_eq!(report.outcome as u8, exit_code, "{:?}", report.codes());
        assert_eq!(report.acts_counted.failed + report.acts_counted.not_checked, 0);
        // What was elsewhere in between is the only thing that one log cannot tell.
        assert!(report.codes().iter().all(|code| *code == "audit.elsewhere"), "{:?}", report.codes());
        assert_eq!(report.logs[0].cosignatures.len(), 4);
    }
    let report = verify_bundle(&morning.town.bundle(DISTRICT, morning.travelled, true), trust);
    assert_eq!(report.outcome as u8, 0, "{:?}", report.codes());
    assert_eq!((report.acts_counted.verified, report.contents_counted.verified), (16, 4));
}

#[test]
fn a_withheld_content_is_a_gap_and_no_failure() {
    let morning = morning(1);
    let report =
        verify_bundle(&morning.town.bundle(DISTRICT, morning.travelled, false), morning.town.state.id);
    assert_eq!(report.outcome as u8, 1);
    assert_eq!((report.contents_counted.not_fully_checkable, report.acts_counted.verified), (4, 16));
    assert!(report.codes().contains(&"audit.withheld"));
}

#[test]
fn a_log_survives_its_files() {
    let log = morning(1).town.log(DISTRICT);
    let files = log.to_files().unwrap();
    let read = |path: &str| files.iter().find(|(name, _)| name == path).map(|(_, bytes)| bytes.clone());
    assert_eq!(LogDirectory::from_files(read).unwrap(), log);
    let bundle = morning(1).town.bundle(DISTRICT, morning(1).travelled, true);
    let read_back: Bundle = ceremony::from_file(&ceremony::to_file(&bundle)).unwrap();
    assert_eq!(read_back, bundle);
}

#[test]
fn every_tampered_log_is_refused_with_its_own_code() {
    let morning = morning(1);
    let forger = Forger::new(&morning);
    let mut cases = 0;
    for (name, code, tamper) in bytes_tampered()
        .into_iter()
        .chain(logs_tampered())
        .chain(acts_forged())
        .chain(later_forged())
        .chain(orders_forged())
    {
        let mut log = morning.town.log(DISTRICT);
        tamper(&forger, &mut log);
        expect(name, code, &verify_log(&log, morning.town.state.id));
        cases += 1;
    }
    assert!(cases >= 68, "{cases}");
}

/// Asserts that a report refuses (or, for the one gap, does not pass) with a code.
fn expect(name: &str, code: &str, report: &Report) {
    let weight = if code == "audit.cosigner_unknown" { 1 } else { 2 };
    assert_eq!(report.outcome as u8, weight, "{name}: {:?}", report.codes());
    assert!(report.codes().contains(&code), "{name}: {code} is not among {:?}", report.codes());
}

#[test]
fn every_tampered_bundle_is_refused_with_its_own_code() {
    let morning = morning(1);
    let forger = Forger::new(&morning);
    for (name, code, tamper) in bundles_tampered() {
        let mut bundle = morning.town.bundle(DISTRICT, morning.travelled, true);
        tamper(&forger, &mut bundle);
        expect(name, code, &verify_bundle(&bundle, morning.town.state.id));
    }
}

#[test]
fn any_other_state_trusts_nothing_of_it() {
    let morning = morning(1);
    let other = StateId([7; 32]);
    let report = verify_log(&morning.town.log(DISTRICT), other);
    assert_eq!((report.outcome as u8, report.acts_counted.verified), (2, 0));
    let report = verify_bundle(&morning.town.bundle(DISTRICT, morning.travelled, true), other);
    assert_eq!((report.outcome as u8, report.acts_counted.verified), (2, 0));
}

#[test]
fn every_flipped_byte_of_an_act_is_refused() {
    let morning = morning(1);
    let mut registry = Registry::new(morning.town.state.id);
    let package = morning.town.registry(DISTRICT);
    for bytes in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    for good in morning.town.log(DISTRICT).leaves.iter().skip(20).step_by(4) {
        assert!(registry.verify(UnverifiedAct::parse(good).unwrap()).is_ok());
        for (position, bit) in (0..good.len()).flat_map(|position| [(position, 1), (position, 0x80)]) {
            let mut bad = good.clone();
            bad[position] ^= bit;
            let taken = UnverifiedAct::parse(&bad).is_ok_and(|act| registry.verify(act).is_ok());
            assert!(!taken, "byte {position}, bit {bit}");
        }
    }
}

#[test]
fn a_single_key_of_several_cannot_write_the_register() {
    let mut morning = morning(2);
    let entropy = &mut Entropy::from_seed([3; 32]);
    let state = &mut morning.town.state;
    let keys = ceremony::OfficeKeys::generate(entropy);
    let new = ceremony::NewOffice {
        parent: None,
        path: "mp/bhopal".to_owned(),
        code: "B".to_owned(),
        tier: Tier::Division,
        name_hi: "भोपाल".to_owned(),
        name_en: "Bhopal".to_owned(),
    };
    let begun =
        ceremony::begin_office(state.id, &new, &keys, keys.signing.public(), morning.town.now, entropy);
    let inception = begun.unwrap().acts.remove(0);
    // The same office with two operating keys, both of which would have to sign.
    let Body::Inception(body) = inception.body().clone() else { unreachable!() };
    let mut two = body;
    two.operating.keys.push(keys.recovery.public());
    two.operating.threshold = 2;
    let inception = forger::sign(inception.header().clone(), &Body::Inception(two), &keys.operating);
    let inception = state.registry.admit_act(inception).unwrap();
    let header = Header {
        office: Some(inception.id().into()),
        matter: Some(inception.matter()),
        number: 1,
        previous: Some(inception.id()),
        register: Some(inception.id()),
        ..inception.header().clone()
    };
    let post = Body::AddPost(body::AddPost { code: "clerk".to_owned(), admin: false });
    let refusal = state.registry.admit_act(forger::sign(header, &post, &keys.operating)).unwrap_err();
    assert_eq!(refusal.code(), "authority.threshold");
}

#[test]
fn what_follows_a_failure_is_not_checked_and_never_passes() {
    let morning = morning(1);
    let mut bundle = morning.town.bundle(DISTRICT, morning.travelled, true);
    bundle.chain.remove(3);
    let report = verify_bundle(&bundle, morning.town.state.id);
    assert!(report.acts_counted.not_checked > 0);
    let from = report.acts.iter().position(|line| matches!(line.verdict, Verdict::Failed(_))).unwrap();
    let after = &report.acts[from + 1..bundle.chain.len()];
    assert!(after.iter().all(|line| line.verdict == Verdict::NotChecked), "{after:?}");
}

#[test]
fn a_verb_of_a_later_release_is_a_gap_and_what_follows_it_too() {
    let morning = morning(1);
    let forger = Forger::new(&morning);
    let mut log = morning.town.log(DISTRICT);
    let last = UnverifiedAct::parse(&forger.last_of_stayed(&log)).unwrap();
    let mut header = last.header().clone();
    header.verb = 900;
    header.number += 1;
    header.previous = Some(last.id());
    let later = mohar_protocol::act::sign(&header, &forger.clerk).unwrap();
    header.verb = last.header().verb;
    header.number += 1;
    header.previous = Some(later.id());
    let note = mohar_protocol::act::sign(&header, &forger.clerk).unwrap();
    log.leaves.extend([later.bytes().to_vec(), note.bytes().to_vec()]);
    forger.sign_again(&mut log);
    let report = verify_log(&log, morning.town.state.id);
    assert_eq!((report.outcome as u8, report.acts_counted.failed), (1, 0), "{:?}", report.codes());
    let codes = report.acts.iter().rev().take(2).map(|line| match line.verdict {
        Verdict::NotFullyCheckable(finding) => finding.code(),
        _ => "",
    });
    assert_eq!(codes.collect::<Vec<_>>(), ["audit.elsewhere", "act.unknown_verb"]);
}
