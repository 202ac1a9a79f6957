//! Who may name new node keys, from where on they count, and what is opened with recovery keys.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use mohar_protocol::act::body::RekeyOfficer;
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony::{self, NodeKeys};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::OfficerId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::tree::Head;
use mohar_protocol::machine::Actor;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::{SealingError, SealingSecret, escrow};
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;

const NOW: Timestamp = Timestamp(1_750_000_000_000);
const DISTRICT: usize = 0;
const TEHSIL: usize = 1;
const FAR: usize = 2;

fn state() -> (TestState, Entropy) {
    let mut entropy = Entropy::from_seed([4; 32]);
    let mut state = TestState::found(&mut entropy, NOW);
    state.add_office(None, "mp/indore", 1, None, &mut entropy, NOW);
    state.add_office(Some(DISTRICT), "mp/indore/depalpur", 1, None, &mut entropy, NOW);
    state.add_office(None, "mp/rewa", 1, None, &mut entropy, NOW);
    (state, entropy)
}

fn head(size: u64) -> Head {
    Head { size, root: Hash([1; 32]) }
}

/// Names new keys for an office; the registry after it.
fn replaced(
    state: &TestState,
    office: usize,
    start: (u64, u64),
    by: &[&SecretKey],
) -> Result<Registry, Refusal> {
    let keys = NodeKeys::generate(&mut Entropy::from_seed([5; 32]));
    let by: Vec<SecretKey> = by.iter().map(|key| (*key).clone()).collect();
    let acts = ceremony::incarnate(
        &state.registry,
        state.offices[office].id,
        &keys,
        head(start.0),
        start.1,
        &by,
        NOW,
    )?;
    let mut registry = state.registry.clone();
    for act in acts {
        registry.admit_act(UnverifiedAct::parse(act.bytes())?)?;
    }
    Ok(registry)
}

fn number(registry: &Registry, state: &TestState, office: usize) -> u32 {
    registry.office(&state.offices[office].id).unwrap().incarnation().unwrap().number
}

#[test]
fn own_keys_and_those_above_name_a_new_node() {
    let (state, _) = state();
    let (own, above) = (&state.offices[TEHSIL].keys, &state.offices[DISTRICT].keys);
    for key in [&own.operating, &own.recovery, &above.operating] {
        let registry = replaced(&state, TEHSIL, (40, 40), &[key]).unwrap();
        assert_eq!(number(&registry, &state, TEHSIL), 2);
    }
    let root = replaced(&state, DISTRICT, (40, 40), &[&state.root[0], &state.root[2]]).unwrap();
    assert_eq!(number(&root, &state, DISTRICT), 2);
}

#[test]
fn other_keys_name_none() {
    let (state, _) = state();
    let far = &state.offices[FAR].keys;
    let own = &state.offices[TEHSIL].keys;
    for key in [&far.operating, &state.offices[DISTRICT].keys.recovery, &own.signing, &state.root[0]] {
        let refused = replaced(&state, TEHSIL, (40, 40), &[key]).unwrap_err();
        assert_eq!(refused, Refusal::NotAuthority);
    }
    let one_of_two = replaced(&state, DISTRICT, (40, 40), &[&state.root[0]]).unwrap_err();
    assert_eq!(one_of_two, Refusal::ThresholdNotMet);
}

#[test]
fn a_start_that_is_not_sound_is_refused() {
    let (state, _) = state();
    let key = &state.offices[TEHSIL].keys.recovery;
    for start in [(40, 39), (40, 0), (0, 0)] {
        let refused = replaced(&state, TEHSIL, start, &[key]);
        assert_eq!(refused.is_err(), start != (0, 0), "{start:?}");
    }
    let again = TestState { registry: replaced(&state, TEHSIL, (40, 40), &[key]).unwrap(), ..state };
    let key = &again.offices[TEHSIL].keys.recovery;
    assert_eq!(replaced(&again, TEHSIL, (39, 39), &[key]).unwrap_err(), Refusal::IncarnationStart);
    assert!(replaced(&again, TEHSIL, (39, 41), &[key]).is_ok());
}

#[test]
fn a_head_is_that_of_the_incarnation_that_speaks_at_its_size() {
    let (state, _) = state();
    let registry = replaced(&state, TEHSIL, (40, 50), &[&state.offices[TEHSIL].keys.recovery]).unwrap();
    let register = registry.office(&state.offices[TEHSIL].id).unwrap();
    let of_head = |size| register.incarnation_of_head(size).unwrap().number;
    assert_eq!([0, 1, 40, 41, 50, 90].map(of_head), [1, 1, 1, 2, 2, 2]);
    // What was given up was once right; what nobody gave up never was.
    let first = register.incarnation_number(1).unwrap();
    assert_eq!([40, 50, 51].map(|size| register.may_have_signed(first, size)), [true, true, false]);
}

#[test]
fn an_endorsement_that_comes_late_leaves_the_higher_number_in_force() {
    let (state, _) = state();
    let district = state.offices[DISTRICT].id;
    let keys = NodeKeys::generate(&mut Entropy::from_seed([5; 32]));
    let by = [state.root[0].clone(), state.root[1].clone()];
    let mut acts = ceremony::incarnate(&state.registry, district, &keys, head(40), 40, &by, NOW).unwrap();
    let late = acts.pop().unwrap();
    let mut registry = state.registry.clone();
    registry.admit_act(UnverifiedAct::parse(acts[0].bytes()).unwrap()).unwrap();
    assert_eq!(number(&registry, &state, DISTRICT), 1);
    let next = ceremony::incarnate(&registry, district, &keys, head(40), 40, &by, NOW).unwrap();
    for act in &next {
        registry.admit_act(UnverifiedAct::parse(act.bytes()).unwrap()).unwrap();
    }
    assert_eq!(number(&registry, &state, DISTRICT), 3);
    registry.admit_act(UnverifiedAct::parse(late.bytes()).unwrap()).unwrap();
    assert_eq!(number(&registry, &state, DISTRICT), 3);
}

#[test]
fn the_office_above_names_the_administrator_anew_and_nothing_else() {
    let (state, mut entropy) = state();
    let (tehsil, above) = (&state.offices[TEHSIL], &state.offices[DISTRICT]);
    let register = state.registry.office(&tehsil.id).unwrap();
    let officer: OfficerId = register.charge(&tehsil.admin_charge).unwrap().officer;
    let key = SecretKey::from_seed(&entropy.bytes32());
    let rekey = Body::RekeyOfficer(RekeyOfficer { officer, key: key.public() });
    let sign = |by: &SecretKey, change: &Body| {
        let actor = Actor { office: tehsil.id, charge: None, key: by.clone() };
        let act = ceremony::register_act(&state.registry, &actor, change, NOW).unwrap();
        state.registry.clone().admit_act(UnverifiedAct::parse(act.bytes()).unwrap()).map(|_| ())
    };
    assert_eq!(sign(&above.keys.operating, &rekey), Ok(()));
    assert_eq!(sign(&tehsil.keys.recovery, &rekey), Ok(()));
    assert_eq!(sign(&state.offices[FAR].keys.operating, &rekey), Err(Refusal::NotAuthority));
    let post = mohar_protocol::act::body::AddPost { code: "spy".to_owned(), admin: true };
    assert_eq!(sign(&above.keys.operating, &Body::AddPost(post)), Err(Refusal::NotAuthority));
}

#[test]
fn an_escrow_opens_with_either_recovery_key_and_with_nothing_else() {
    let (state, mut entropy) = state();
    let (tehsil, above) = (&state.offices[TEHSIL], &state.offices[DISTRICT]);
    let recovery = state.registry.recovery_sealing(&tehsil.id);
    assert_eq!(recovery.len(), 2);
    let secret = &tehsil.keys.sealing;
    let set = escrow::lay_down(secret, tehsil.id, 1, &recovery, &mut entropy).unwrap().to_bytes();
    for key in [&tehsil.keys.recovery_sealing, &above.keys.recovery_sealing] {
        let opened = escrow::open(&set, tehsil.id, 1, secret.public(), key).unwrap();
        assert_eq!(opened.to_seed(), secret.to_seed());
    }
    let own = &tehsil.keys.recovery_sealing;
    let refused = |bytes: &[u8], office, incarnation, sealing, key| {
        escrow::open(bytes, office, incarnation, sealing, key).unwrap_err()
    };
    let stranger = &state.offices[FAR].keys.recovery_sealing;
    assert!(matches!(refused(&set, tehsil.id, 1, secret.public(), stranger), SealingError::NotARecipient(_)));
    assert_eq!(refused(&set, tehsil.id, 2, secret.public(), own), SealingError::NotOpened);
    assert_eq!(refused(&set, above.id, 1, secret.public(), own), SealingError::NotOpened);
    assert_eq!(refused(&set, tehsil.id, 1, above.keys.sealing.public(), own), SealingError::NotOpened);
    let mut bad = set.clone();
    *bad.last_mut().unwrap() ^= 1;
    // The last byte is of the wrap for one of the two.
    let keys = [own, &above.keys.recovery_sealing];
    let opens = |key: &&&SealingSecret| escrow::open(&bad, tehsil.id, 1, secret.public(), key).is_ok();
    assert_eq!(keys.iter().filter(opens).count(), 1);
}
