//! Offices divide, merge, move and close: what the registry makes of the orders, in whatever
//! sequence it learns of them, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::act::body::{
    self, Commence, Part, SucceedClose, SucceedDivide, SucceedMerge, SucceedParent,
};
use mohar_protocol::act::{self, Body, Header, LEVEL, MatterKind, Place, UnverifiedAct};
use mohar_protocol::ceremony;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::placement::placement;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp(1_692_000_000_000);
const DAY: Timestamp = Timestamp(1_692_038_000_000);

const DIVISION: usize = 0;
const REWA: usize = 1;
const MAUGANJ: usize = 2;
const HANUMANA: usize = 3;
const SIRMOUR: usize = 4;
const OTHER_DIVISION: usize = 5;

/// The division Rewa with its district Rewa, two tehsils, and the new district Mauganj.
fn state() -> (TestState, Entropy) {
    let mut entropy = Entropy::from_seed([23; 32]);
    let mut state = TestState::found(&mut entropy, NOW);
    let mut add = |parent, path: &str| state.add_office(parent, path, 1, None, &mut entropy, NOW);
    add(None, "mp/rewa");
    add(Some(DIVISION), "mp/rewa/rewa");
    add(Some(DIVISION), "mp/rewa/mauganj");
    add(Some(REWA), "mp/rewa/rewa/hanumana");
    add(Some(REWA), "mp/rewa/rewa/sirmour");
    add(None, "mp/sagar");
    (state, entropy)
}

fn id(state: &TestState, office: usize) -> OfficeId {
    state.offices[office].id
}

/// Gives an order in the name of an office, with its operating key, and folds it.
fn order(state: &mut TestState, giver: usize, order: Body) -> Result<ActId, Refusal> {
    let keys = [state.offices[giver].keys.operating.clone()];
    // The same words a second time are another order only at another time.
    let now = NOW.plus_ms(state.offices[giver].dossier.len() as u64);
    let acts = ceremony::give_order(&state.registry, Some(id(state, giver)), &order, &keys, now)?;
    for bytes in &acts {
        state.registry.admit_act(UnverifiedAct::parse(bytes)?)?;
        state.offices[giver].dossier.push(bytes.clone());
    }
    Ok(UnverifiedAct::parse(&acts[0])?.id())
}

fn divide(state: &TestState, goes_on: bool, effective: Option<Timestamp>) -> Body {
    let part = Part { office: id(state, MAUGANJ), children: vec![id(state, HANUMANA)] };
    Body::SucceedDivide(SucceedDivide { effective, office: id(state, REWA), goes_on, parts: vec![part] })
}

fn merge(state: &TestState, office: usize, into: usize) -> Body {
    Body::SucceedMerge(SucceedMerge { effective: None, office: id(state, office), into: id(state, into) })
}

fn to(state: &TestState, office: usize, above: usize, path: &str) -> Body {
    Body::SucceedParent(SucceedParent {
        effective: None,
        office: id(state, office),
        to: Some(id(state, above)),
        path: path.to_owned(),
    })
}

/// The node of an office brings an order into force.
fn commence(state: &mut TestState, office: usize, order: ActId) -> Result<(), Refusal> {
    let own = &state.offices[office];
    let register = state.registry.office(&own.id)?;
    let (verb, body) = Body::Commence(Commence { to: None, order }).encode().unwrap();
    let header = Header {
        version: act::HEADER_VERSION,
        state: Some(state.id),
        office: Some(own.id),
        incarnation: 1,
        kind: MatterKind::REGISTER,
        matter: Some(ActId::from(own.id).into()),
        place: Place::Chain,
        epoch: 0,
        number: register.number() + 1,
        previous: Some(register.head()),
        verb: verb.code(),
        charge: None,
        register: Some(register.head()),
        holder: None,
        time: NOW,
        anchor: None,
        level: LEVEL,
        contents: Vec::new(),
        body,
    };
    let act = act::sign(&header, &own.keys.signing)?;
    state.registry.admit_act(UnverifiedAct::parse(act.bytes())?)?;
    state.offices[office].dossier.push(act.bytes().to_vec().into());
    Ok(())
}

/// Path, office above, whether it ended: of all offices.
type Seen = Vec<(String, Option<OfficeId>, bool)>;

fn seen(state: &TestState, registry: &Registry) -> Seen {
    let of = |office: &mohar_protocol::testing::TestOffice| {
        let register = registry.office(&office.id).unwrap();
        (register.path().to_owned(), register.parent(), register.ended().is_some())
    };
    state.offices.iter().map(of).collect()
}

/// Folds all dossiers again, the offices in the sequence given.
fn refold(state: &TestState, sequence: &[usize]) -> Registry {
    let mut registry = Registry::new(state.id);
    let mut acts: Vec<_> = state.charter.iter().collect();
    // Inceptions and admissions first: verification needs the keys of those above.
    acts.extend(state.offices.iter().flat_map(|office| &office.dossier[..2]));
    acts.extend(sequence.iter().flat_map(|office| &state.offices[*office].dossier[2..]));
    for bytes in acts {
        registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    registry
}

#[test]
fn a_district_is_divided_and_a_tehsil_comes_under_the_new_one() {
    let (mut state, _) = state();
    let body = divide(&state, true, None);
    order(&mut state, DIVISION, body).unwrap();
    let seen = seen(&state, &state.registry);
    assert_eq!(seen[HANUMANA], ("mp/rewa/mauganj/hanumana".to_owned(), Some(id(&state, MAUGANJ)), false));
    assert_eq!(seen[SIRMOUR], ("mp/rewa/rewa/sirmour".to_owned(), Some(id(&state, REWA)), false));
    assert!(!seen[REWA].2, "the old district goes on");
    let register = state.registry.office(&id(&state, HANUMANA)).unwrap();
    assert!(state.registry.is_admitted(register));
    let above: Vec<OfficeId> = state.registry.line_above(&register.id()).map(|r| r.id()).collect();
    assert_eq!(above, [id(&state, HANUMANA), id(&state, MAUGANJ), id(&state, DIVISION)]);
    assert_eq!(placement(&state.registry, &register.id())[0].0, id(&state, MAUGANJ), "its first mirror");
}

#[test]
fn the_result_does_not_depend_on_the_sequence_in_which_registers_are_read() {
    let (mut state, _) = state();
    let dated = divide(&state, true, Some(DAY));
    let dated = order(&mut state, DIVISION, dated).unwrap();
    commence(&mut state, REWA, dated).unwrap();
    let away = to(&state, MAUGANJ, OTHER_DIVISION, "mp/sagar/mauganj");
    order(&mut state, DIVISION, away.clone()).unwrap();
    order(&mut state, OTHER_DIVISION, away).unwrap();
    let back = to(&state, MAUGANJ, DIVISION, "mp/rewa/mauganj-new");
    order(&mut state, OTHER_DIVISION, back.clone()).unwrap();
    order(&mut state, DIVISION, back).unwrap();
    let truth = seen(&state, &state.registry);
    assert_eq!(truth[HANUMANA].0, "mp/rewa/mauganj-new/hanumana");
    for sequence in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 5, 1, 0, 4, 2], [2, 0, 5, 4, 1, 3]] {
        assert_eq!(seen(&state, &refold(&state, &sequence)), truth, "{sequence:?}");
    }
}

#[test]
fn a_dated_order_waits_for_its_commencement_and_no_clock_decides() {
    let (mut state, _) = state();
    let before = seen(&state, &state.registry);
    let body = divide(&state, false, Some(DAY));
    let act = order(&mut state, DIVISION, body).unwrap();
    assert_eq!(seen(&state, &state.registry), before);
    let due = |state: &TestState, office, now| state.registry.orders_due(&id(state, office), now);
    assert!(due(&state, REWA, Timestamp(DAY.0 - 1)).is_empty());
    assert_eq!(due(&state, REWA, DAY), [act]);
    assert_eq!(due(&state, DIVISION, DAY), [act], "the giver's node, for a node that is gone");
    assert!(due(&state, SIRMOUR, DAY).is_empty());
    commence(&mut state, REWA, act).unwrap();
    assert!(seen(&state, &state.registry)[REWA].2);
    assert!(due(&state, REWA, DAY).is_empty());
    assert_eq!(commence(&mut state, REWA, act), Err(Refusal::AlreadyDone));
}

#[test]
fn a_merged_office_ends_and_the_offices_below_it_follow() {
    let (mut state, _) = state();
    let body = merge(&state, REWA, MAUGANJ);
    order(&mut state, DIVISION, body).unwrap();
    let seen = seen(&state, &state.registry);
    assert!(seen[REWA].2);
    for (tehsil, path) in [(HANUMANA, "mp/rewa/mauganj/hanumana"), (SIRMOUR, "mp/rewa/mauganj/sirmour")] {
        assert_eq!((seen[tehsil].0.as_str(), seen[tehsil].1), (path, Some(id(&state, MAUGANJ))));
    }
    let cosigners = placement(&state.registry, &id(&state, SIRMOUR));
    assert!(cosigners.iter().all(|(by, _)| *by != id(&state, REWA)), "an office that ended keeps nothing");
}

#[test]
fn a_move_takes_both_offices_above() {
    let (mut state, _) = state();
    let moved = to(&state, REWA, OTHER_DIVISION, "mp/sagar/rewa");
    order(&mut state, DIVISION, moved.clone()).unwrap();
    assert_eq!(seen(&state, &state.registry)[REWA].1, Some(id(&state, DIVISION)), "one word is not enough");
    let elsewhere = to(&state, REWA, OTHER_DIVISION, "mp/sagar/other");
    order(&mut state, OTHER_DIVISION, elsewhere).unwrap();
    assert_eq!(seen(&state, &state.registry)[REWA].1, Some(id(&state, DIVISION)), "not the same words");
    order(&mut state, OTHER_DIVISION, moved).unwrap();
    let seen = seen(&state, &state.registry);
    assert_eq!((seen[REWA].0.as_str(), seen[REWA].1), ("mp/sagar/rewa", Some(id(&state, OTHER_DIVISION))));
    assert_eq!(seen[SIRMOUR].0, "mp/sagar/rewa/sirmour");
    let recovery = state.registry.recovery_sealing(&id(&state, SIRMOUR));
    let top = state.offices[OTHER_DIVISION].keys.recovery_sealing.public();
    assert_eq!(recovery.last(), Some(top), "contents open with the new department's key from now on");
}

#[test]
fn a_consent_is_good_for_one_move() {
    let (mut state, _) = state();
    let there = to(&state, REWA, OTHER_DIVISION, "mp/sagar/rewa");
    let back = to(&state, REWA, DIVISION, "mp/rewa/rewa");
    order(&mut state, DIVISION, there.clone()).unwrap();
    order(&mut state, OTHER_DIVISION, there.clone()).unwrap();
    order(&mut state, OTHER_DIVISION, back.clone()).unwrap();
    order(&mut state, DIVISION, back).unwrap();
    order(&mut state, DIVISION, there).unwrap();
    assert_eq!(seen(&state, &state.registry)[REWA].1, Some(id(&state, DIVISION)));
}

#[test]
fn an_office_never_comes_under_itself() {
    let (mut state, _) = state();
    let below = to(&state, REWA, SIRMOUR, "mp/rewa/rewa/sirmour/rewa");
    order(&mut state, DIVISION, below.clone()).unwrap();
    order(&mut state, SIRMOUR, below).unwrap();
    assert_eq!(seen(&state, &state.registry)[REWA].1, Some(id(&state, DIVISION)));
}

#[test]
fn only_the_office_above_orders() {
    let (mut state, mut entropy) = state();
    let before = seen(&state, &state.registry);
    for giver in [OTHER_DIVISION, REWA, MAUGANJ, SIRMOUR] {
        let body = merge(&state, REWA, MAUGANJ);
        order(&mut state, giver, body).unwrap();
        assert_eq!(seen(&state, &state.registry), before, "an order of office {giver}");
    }
    let body = merge(&state, REWA, OTHER_DIVISION);
    order(&mut state, DIVISION, body).unwrap();
    assert_eq!(seen(&state, &state.registry), before, "the successor is not below the same office");
    let body = merge(&state, REWA, REWA);
    order(&mut state, DIVISION, body).unwrap();
    assert_eq!(seen(&state, &state.registry), before, "nothing succeeds itself");
    let stranger = [SecretKey::from_seed(&entropy.bytes32())];
    let body = merge(&state, REWA, MAUGANJ);
    let giver = Some(id(&state, DIVISION));
    let given = ceremony::give_order(&state.registry, giver, &body, &stranger, NOW);
    assert_eq!(given.err(), Some(Refusal::NotAuthority));
    let given = ceremony::give_order(&state.registry, giver, &body, &[], NOW);
    assert_eq!(given.err(), Some(Refusal::ThresholdNotMet));
}

#[test]
fn the_charter_orders_with_its_threshold_and_not_below_it() {
    let (mut state, _) = state();
    let body = merge(&state, DIVISION, OTHER_DIVISION);
    let one = ceremony::give_order(&state.registry, None, &body, &state.root[..1], NOW);
    assert_eq!(one.err(), Some(Refusal::ThresholdNotMet));
    let acts = ceremony::give_order(&state.registry, None, &body, &state.root[..2], NOW).unwrap();
    let first = UnverifiedAct::parse(&acts[0]).unwrap();
    state.registry.admit_act(first).unwrap();
    assert!(!seen(&state, &state.registry)[DIVISION].2, "the second signature is missing");
    state.registry.admit_act(UnverifiedAct::parse(&acts[1]).unwrap()).unwrap();
    let seen = seen(&state, &state.registry);
    assert!(seen[DIVISION].2);
    assert_eq!(seen[SIRMOUR].0, "mp/sagar/rewa/sirmour");
    assert_eq!(state.registry.charter().version(), Some(0), "an order is no version of the charter");
}

#[test]
fn a_closed_office_leaves_its_files_to_the_keeper_only() {
    let (mut state, _) = state();
    let (office, keeper) = (id(&state, SIRMOUR), id(&state, REWA));
    let close = Body::SucceedClose(SucceedClose { effective: None, office, keeper });
    let act = order(&mut state, REWA, close).unwrap();
    assert!(seen(&state, &state.registry)[SIRMOUR].2);
    assert_eq!(state.registry.check_successor(act, office, keeper), Ok(()));
    let hanumana = id(&state, HANUMANA);
    assert_eq!(state.registry.check_successor(act, office, hanumana), Err(Refusal::NotSuccessor));
    assert_eq!(state.registry.check_successor(act, hanumana, keeper), Err(Refusal::NotSuccessor));
    assert_eq!(state.registry.check_successor(ActId([7; 32]), office, keeper), Err(Refusal::NotSuccessor));
}

#[test]
fn an_office_is_not_ended_twice() {
    let (mut state, _) = state();
    let first = merge(&state, REWA, MAUGANJ);
    let first = order(&mut state, DIVISION, first).unwrap();
    let again = divide(&state, false, None);
    order(&mut state, DIVISION, again).unwrap();
    let register = state.registry.office(&id(&state, REWA)).unwrap();
    assert_eq!((register.ended(), register.successors().len()), (Some(first), 1));
}

#[test]
fn an_order_with_too_many_parts_is_refused() {
    let (mut state, _) = state();
    let part = Part { office: id(&state, MAUGANJ), children: Vec::new() };
    for parts in [Vec::new(), vec![part; body::PARTS_MAX + 1]] {
        let (office, effective) = (id(&state, REWA), None);
        let body = Body::SucceedDivide(SucceedDivide { effective, office, goes_on: true, parts });
        assert_eq!(order(&mut state, DIVISION, body), Err(Refusal::NotAuthority));
    }
}

/// The year of the vectors: a dated division, a tehsil moved between divisions, a merger.
fn year() -> TestState {
    let (mut state, _) = state();
    let dated = divide(&state, true, Some(DAY));
    let dated = order(&mut state, DIVISION, dated).unwrap();
    commence(&mut state, REWA, dated).unwrap();
    let away = to(&state, SIRMOUR, OTHER_DIVISION, "mp/sagar/sirmour");
    order(&mut state, REWA, away.clone()).unwrap();
    order(&mut state, OTHER_DIVISION, away).unwrap();
    let merged = merge(&state, REWA, MAUGANJ);
    order(&mut state, DIVISION, merged).unwrap();
    state
}

fn offices_of(registry: &Registry) -> Value {
    let office = |register: &mohar_protocol::registry::Register| {
        let successors: Vec<_> = register.successors().iter().map(|(_, office)| office.to_string()).collect();
        json!({
            "id": register.id().to_string(),
            "path": register.path(),
            "above": register.parent().map(|office| office.to_string()),
            "ended": register.ended().map(|order| order.to_string()),
            "successors": successors,
        })
    };
    registry.offices().map(office).collect()
}

/// The same act with another header, signed again.
fn forge(bytes: &[u8], key: &SecretKey, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = UnverifiedAct::parse(bytes).unwrap().header().clone();
    change(&mut header);
    act::sign(&header, key).unwrap().bytes().to_vec()
}

fn package(state: &TestState) -> Vec<Vec<u8>> {
    let dossiers = state.offices.iter().flat_map(|office| &office.dossier);
    state.charter.iter().chain(dossiers).map(|act| act.to_vec()).collect()
}

fn at(acts: &[Vec<u8>], verb: &str) -> usize {
    let is_it = |act: &Vec<u8>| {
        let act = UnverifiedAct::parse(act).unwrap();
        act.header().known_verb().is_some_and(|known| known.name() == verb)
    };
    acts.iter().position(is_it).unwrap()
}

/// Altered acts with the code by which each is refused.
fn altered(state: &TestState) -> Vec<(&'static str, &'static str, usize, Vec<u8>)> {
    let acts = package(state);
    let (divide, commence) = (at(&acts, "succeed_divide"), at(&acts, "commence"));
    let far = &state.offices[OTHER_DIVISION].keys;
    let division = &state.offices[DIVISION].keys.operating;
    let district = &state.offices[REWA].keys.signing;
    let mut flipped = acts[divide].clone();
    *flipped.last_mut().unwrap() ^= 1;
    let as_chain = |header: &mut Header| header.place = Place::Chain;
    let into_another = |header: &mut Header| header.matter = Some(ActId::from(id(state, REWA)).into());
    let no_parts = |header: &mut Header| {
        let (effective, office) = (None, id(state, REWA));
        let body = SucceedDivide { effective, office, goes_on: true, parts: Vec::new() };
        header.body = Body::SucceedDivide(body).encode().unwrap().1;
    };
    let in_a_file = |header: &mut Header| {
        let to = Some(mohar_protocol::act::Holder {
            office: id(state, MAUGANJ),
            post: state.offices[MAUGANJ].posts[0].post,
        });
        header.body = Body::Commence(Commence { to, order: ActId([1; 32]) }).encode().unwrap().1;
    };
    let (authority, node) = ("authority.not_authority", "act.other_key");
    vec![
        ("a flipped bit in the signature", "act.signature", divide, flipped),
        (
            "an order by the key of another office",
            authority,
            divide,
            forge(&acts[divide], &far.operating, |_| ()),
        ),
        ("an order as an act of the chain", "act.header", divide, forge(&acts[divide], division, as_chain)),
        ("an order in another register", authority, divide, forge(&acts[divide], division, into_another)),
        ("a division without parts", authority, divide, forge(&acts[divide], division, no_parts)),
        ("a commencement by another node", node, commence, forge(&acts[commence], &far.signing, |_| ())),
        (
            "a commencement that names a holder",
            "chain.kind",
            commence,
            forge(&acts[commence], district, in_a_file),
        ),
    ]
}

fn fold_all(trust: &str, acts: impl Iterator<Item = Vec<u8>>) -> Result<Registry, Refusal> {
    let mut registry = Registry::new(trust.parse().unwrap());
    for bytes in acts {
        registry.admit_act(UnverifiedAct::parse(&bytes)?)?;
    }
    Ok(registry)
}

#[test]
fn the_vectors_follow_from_their_state() {
    let path = format!("{}/vectors/succession.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("MOHAR_WRITE_VECTORS").is_some() {
        let state = year();
        let acts: Vec<String> = package(&state).iter().map(|act| BASE64.encode(act)).collect();
        let case = |(name, code, at, bytes): (&str, &str, usize, Vec<u8>)| json!({ "name": name, "code": code, "at": at, "act": BASE64.encode(bytes) });
        let altered: Vec<Value> = altered(&state).into_iter().map(case).collect();
        let offices = offices_of(&state.registry);
        let page =
            json!({ "trust": state.id.to_string(), "acts": acts, "offices": offices, "altered": altered });
        std::fs::write(&path, serde_json::to_string_pretty(&page).unwrap() + "\n").unwrap();
    }
    let page: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let trust = page["trust"].as_str().unwrap();
    let bytes = |value: &Value| BASE64.decode(value.as_str().unwrap()).unwrap();
    let good: Vec<Vec<u8>> = page["acts"].as_array().unwrap().iter().map(bytes).collect();
    let registry = fold_all(trust, good.iter().cloned()).unwrap();
    assert_eq!(offices_of(&registry), page["offices"]);
    for case in page["altered"].as_array().unwrap() {
        let at = case["at"].as_u64().unwrap() as usize;
        let acts = good[..at].iter().cloned().chain([bytes(&case["act"])]);
        let refusal = fold_all(trust, acts).err().map(Refusal::code);
        assert_eq!(refusal, case["code"].as_str(), "{}", case["name"]);
    }
}
