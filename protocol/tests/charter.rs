//! The charter is renewed: thresholds of both versions, rivals, old, skipped and withheld versions,
//! and what old keys can still do: nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use minicbor::bytes::ByteVec;
use mohar_protocol::act::body::{KeySet, SucceedClose};
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony::{self, NewOffice, NextCharter, OfficeKeys, OfficeRequest};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::ActId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;

const NOW: Timestamp = Timestamp(1_792_000_000_000);

/// A state with one department and a district below it, and three keepers of whom two sign.
struct Table {
    state: TestState,
    entropy: Entropy,
}

impl Table {
    fn laid() -> Self {
        let mut entropy = Entropy::from_seed([41; 32]);
        let mut state = TestState::found(&mut entropy, NOW);
        state.add_office(None, "mp/gad", 1, None, &mut entropy, NOW);
        state.add_office(Some(0), "mp/gad/indore", 1, None, &mut entropy, NOW);
        Self { state, entropy }
    }

    fn keys(&mut self, count: usize) -> Vec<SecretKey> {
        (0..count).map(|_| SecretKey::from_seed(&self.entropy.bytes32())).collect()
    }

    fn propose(&self, next: &[SecretKey], signing: &[SecretKey]) -> Result<Vec<ByteVec>, Refusal> {
        propose(&self.state.registry, "Madhya Pradesh", next, signing)
    }

    /// Folds acts; the last refusal, if there is one.
    fn take(&mut self, acts: &[ByteVec]) -> Result<(), Refusal> {
        take(&mut self.state.registry, acts)
    }

    /// All three keepers are replaced, in force.
    fn renewed(&mut self) -> Vec<SecretKey> {
        let next = self.keys(3);
        let signing = [&self.state.root[..2], &next[..2]].concat();
        let acts = self.propose(&next, &signing).unwrap();
        self.take(&acts).unwrap();
        self.state.charter.extend(acts);
        next
    }

    fn version(&self) -> Option<u64> {
        self.state.registry.charter().version()
    }
}

fn propose(
    registry: &Registry,
    name: &str,
    next: &[SecretKey],
    signing: &[SecretKey],
) -> Result<Vec<ByteVec>, Refusal> {
    let root = KeySet { keys: next.iter().map(SecretKey::public).collect(), threshold: 2 };
    let next =
        NextCharter {
            name_hi: "मध्य प्रदेश".to_owned(), name_en: name.to_owned(), root, without: Vec::new()
        };
    ceremony::propose_charter(registry, next, signing, NOW)
}

fn take(registry: &mut Registry, acts: &[ByteVec]) -> Result<(), Refusal> {
    let mut refused = Ok(());
    for bytes in acts {
        let taken = registry.admit_act(UnverifiedAct::parse(bytes)?);
        refused = taken.map(drop).and(refused);
    }
    refused
}

fn id(acts: &[ByteVec]) -> ActId {
    UnverifiedAct::parse(&acts[0]).unwrap().id()
}

fn is_admitted(registry: &Registry, state: &TestState, office: usize) -> bool {
    registry.office(&state.offices[office].id).is_ok_and(|register| registry.is_admitted(register))
}

#[test]
fn a_version_needs_the_thresholds_of_the_old_and_of_the_new_keys() {
    let mut table = Table::laid();
    let next = table.keys(3);
    let acts = table.propose(&next, &[table.state.root[0].clone(), next[0].clone()]).unwrap();
    table.take(&acts).unwrap();
    assert_eq!(table.version(), Some(0), "one of the old and one of the new have signed");
    let proposal = id(&acts);
    let mut sign = |key: &SecretKey| {
        let acts = ceremony::endorse_charter(&table.state.registry, proposal, std::slice::from_ref(key), NOW)
            .unwrap();
        take(&mut table.state.registry, &acts).unwrap();
        table.state.registry.charter().version()
    };
    assert_eq!(sign(&table.state.root[2]), Some(0), "both old ones, one new one");
    assert_eq!(sign(&next[2]), Some(1));
    let root = table.state.registry.charter().in_force().unwrap();
    assert!(
        root.get(next[1].public().id()).is_some() && root.get(table.state.root[0].public().id()).is_none()
    );
}

#[test]
fn admitted_offices_stay_admitted_under_new_keys_and_for_a_newcomer() {
    let mut table = Table::laid();
    table.renewed();
    let mut newcomer = Registry::new(table.state.id);
    take(&mut newcomer, &table.state.charter).unwrap();
    for office in &table.state.offices {
        take(&mut newcomer, &office.dossier).unwrap();
    }
    for registry in [&table.state.registry, &newcomer] {
        assert!(is_admitted(registry, &table.state, 0) && is_admitted(registry, &table.state, 1));
    }
}

#[test]
fn an_office_that_the_keepers_leave_out_is_admitted_no_more() {
    let mut table = Table::laid();
    let root = table.state.root.clone();
    let next = NextCharter {
        name_hi: "मध्य प्रदेश".to_owned(),
        name_en: "Madhya Pradesh".to_owned(),
        root: KeySet { keys: root.iter().rev().map(SecretKey::public).collect(), threshold: 3 },
        without: vec![table.state.offices[0].id.into()],
    };
    let acts = ceremony::propose_charter(&table.state.registry, next, &root, NOW).unwrap();
    table.take(&acts).unwrap();
    assert_eq!(table.version(), Some(1));
    assert!(!is_admitted(&table.state.registry, &table.state, 0));
    assert!(!is_admitted(&table.state.registry, &table.state, 1), "nor what is below it");
}

/// An office asks to be admitted under the charter; the dossier that these keys make of it.
fn admission(table: &mut Table, registry: &Registry, keys: &[SecretKey]) -> Result<Vec<ByteVec>, Refusal> {
    let office_keys = OfficeKeys::generate(&mut table.entropy);
    let new = NewOffice {
        parent: None,
        path: "mp/revenue".to_owned(),
        code: "REV".to_owned(),
        tier: mohar_protocol::act::body::Tier::Department,
        name_hi: "राजस्व".to_owned(),
        name_en: "Revenue".to_owned(),
    };
    let admin = table.keys(1)[0].public();
    let begun =
        ceremony::begin_office(table.state.id, &new, &office_keys, admin, NOW, &mut table.entropy).unwrap();
    let acts = begun.acts.iter().map(|act| act.bytes().to_vec().into()).collect();
    let request = OfficeRequest { state: table.state.id, acts, addresses: Vec::new() };
    ceremony::admit(registry, &request, keys, NOW)
}

#[test]
fn keys_that_went_admit_nobody_and_those_that_came_do() {
    let mut table = Table::laid();
    let before = table.state.registry.clone();
    let next = table.renewed();
    let (old, now) = (table.state.root.clone(), table.state.registry.clone());
    assert_eq!(admission(&mut table, &now, &old[..2]), Err(Refusal::ThresholdNotMet));
    assert!(admission(&mut table, &now, &next[..2]).is_ok());

    // Made as if the charter had not changed: every signature is right, and it counts for nothing.
    let stolen = admission(&mut table, &before, &old[..2]).unwrap();
    take(&mut table.state.registry, &stolen).unwrap();
    let office = id(&stolen).into();
    let registry = &table.state.registry;
    assert!(!registry.is_admitted(registry.office(&office).unwrap()));
}

#[test]
fn an_order_of_keys_that_went_counts_only_if_the_newer_version_lets_it_stand() {
    let order = |table: &Table, registry: &Registry| {
        let body = Body::SucceedClose(SucceedClose {
            effective: None,
            office: table.state.offices[0].id,
            keeper: table.state.offices[0].id,
        });
        ceremony::give_order(registry, None, &body, &table.state.root[..2], NOW).unwrap()
    };
    let mut table = Table::laid();
    let before = table.state.registry.clone();
    let given = order(&table, &before);
    table.take(&given).unwrap();
    table.renewed();
    assert_eq!(table.state.registry.charter().orders().collect::<Vec<_>>(), [id(&given)]);

    let mut table = Table::laid();
    table.renewed();
    let late = order(&table, &before);
    assert_eq!(take(&mut table.state.registry, &late[..1]), Err(Refusal::CharterOld));
    assert_eq!(table.state.registry.charter().orders().count(), 0);
}

#[test]
fn a_rollback_a_replay_and_a_skipped_version_are_refused() {
    let mut table = Table::laid();
    let genesis = table.state.registry.clone();
    let (first, rival) = (table.keys(3), table.keys(3));
    let late = propose(&genesis, "Rival", &rival, &[&table.state.root[..2], &rival[..2]].concat()).unwrap();
    let signing = [&table.state.root[..2], &first[..2]].concat();
    let acts = table.propose(&first, &signing).unwrap();
    table.take(&acts).unwrap();

    // The same keepers had signed another version 1: whoever has one keeps it.
    assert_eq!(take(&mut table.state.registry, &late[..1]), Err(Refusal::NotAuthority), "by keys that went");
    assert_eq!(take(&mut table.state.registry, &acts), Err(Refusal::AlreadyDone));
    let mut ahead = table.state.registry.clone();
    let again = table.keys(3);
    let second = propose(&ahead, "Next", &again, &[&first[..2], &again[..2]].concat()).unwrap();
    take(&mut ahead, &second).unwrap();
    assert_eq!(ahead.charter().version(), Some(2));
    let mut behind = genesis;
    assert_eq!(
        take(&mut behind, &second[..1]),
        Err(Refusal::NotAuthority),
        "not a keeper that is known here"
    );
    assert_eq!(behind.charter().version(), Some(0));
    assert_eq!(table.version(), Some(1));
}

#[test]
fn an_old_number_and_a_skipped_one_are_refused_though_the_keeper_stays() {
    let mut table = Table::laid();
    let genesis = table.state.registry.clone();
    let root = table.state.root.clone();
    let late = propose(&genesis, "Rival", &root, &root[..1]).unwrap();
    let acts = table.propose(&root, &root[..2]).unwrap();
    table.take(&acts).unwrap();
    assert_eq!(take(&mut table.state.registry, &late), Err(Refusal::CharterOld));
    let second = table.propose(&root, &root[..2]).unwrap();
    let mut behind = genesis;
    assert_eq!(take(&mut behind, &second[..1]), Err(Refusal::ChainGap));
}

#[test]
fn rival_proposals_stand_beside_each_other_until_one_is_in_force() {
    let table = Table::laid();
    let root = table.state.root.clone();
    let one = propose(&table.state.registry, "One", &root, &root[..1]).unwrap();
    let other = propose(&table.state.registry, "Other", &root, &root[1..2]).unwrap();
    let signed = {
        let mut registry = table.state.registry.clone();
        take(&mut registry, &other).unwrap();
        ceremony::endorse_charter(&registry, id(&other), &root[2..], NOW).unwrap()
    };
    let before = table.state.registry.clone();
    let mut seen = Vec::new();
    for way in [[&one, &other, &signed], [&other, &one, &signed], [&other, &signed, &one]] {
        let mut registry = before.clone();
        for acts in way {
            let _ = take(&mut registry, acts);
        }
        let charter = registry.charter();
        assert_eq!((charter.head(), charter.proposals().count()), (Some(id(&other)), 0));
        seen.push(charter.digest());
    }
    assert!(seen.iter().all(|digest| *digest == seen[0]), "whatever way the acts came");
}

#[test]
fn a_keeper_who_proposes_without_end_stops_nobody() {
    let mut table = Table::laid();
    let root = table.state.root.clone();
    for at in 0..20 {
        let acts = propose(&table.state.registry, &format!("Name {at}"), &root, &root[..1]).unwrap();
        table.take(&acts).unwrap();
    }
    assert!(table.state.registry.charter().proposals().count() <= 4);
    let honest = table.propose(&root, &root[1..]).unwrap();
    table.take(&honest).unwrap();
    assert_eq!(table.version(), Some(1));
}

#[test]
fn keys_that_are_no_root_keys_neither_propose_nor_sign() {
    let mut table = Table::laid();
    let strangers = table.keys(3);
    assert_eq!(table.propose(&strangers, &strangers[..2]), Err(Refusal::NotAuthority));
    let root = table.state.root.clone();
    let acts = table.propose(&root, &root[..1]).unwrap();
    table.take(&acts).unwrap();
    let signed = ceremony::endorse_charter(&table.state.registry, id(&acts), &strangers[..1], NOW);
    assert_eq!(signed, Err(Refusal::NotAuthority));
    let twice = ceremony::endorse_charter(&table.state.registry, id(&acts), &root[..1], NOW);
    assert_eq!(twice, Ok(Vec::new()), "a key counts once");
    assert_eq!(table.version(), Some(0));
}
