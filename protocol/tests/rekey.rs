//! An office gets new operating keys: what the earlier ones signed stands as far as it is kept, and
//! what they sign later stands nowhere.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use minicbor::bytes::ByteVec;
use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::act::body::KeySet;
use mohar_protocol::ceremony::{NodeKeys, incarnate, rekey_office};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::OfficeId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::tree::Head;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;

const NOW: Timestamp = Timestamp(1_792_000_000_000);
const DIVISION: usize = 0;
const DISTRICT: usize = 1;

struct Table {
    state: TestState,
    entropy: Entropy,
}

impl Table {
    fn laid() -> Self {
        let mut entropy = Entropy::from_seed([43; 32]);
        let mut state = TestState::found(&mut entropy, NOW);
        state.add_office(None, "mp/malwa", 1, None, &mut entropy, NOW);
        state.add_office(Some(DIVISION), "mp/malwa/indore", 1, None, &mut entropy, NOW);
        Self { state, entropy }
    }

    fn division(&self) -> OfficeId {
        self.state.offices[DIVISION].id
    }

    fn rekey(&mut self, keys: &[SecretKey], signing: &SecretKey) -> Result<Vec<ByteVec>, Refusal> {
        let operating = KeySet { keys: keys.iter().map(SecretKey::public).collect(), threshold: 1 };
        let signing = [signing.clone()];
        rekey_office(&self.state.registry, self.division(), operating, &[], &signing, NOW)
    }

    fn take(&mut self, acts: &[ByteVec]) -> Result<(), Refusal> {
        for bytes in acts {
            self.state.registry.admit_act(UnverifiedAct::parse(bytes)?)?;
            self.state.offices[DIVISION].dossier.push(bytes.clone());
        }
        Ok(())
    }

    fn new_key(&mut self) -> SecretKey {
        SecretKey::from_seed(&self.entropy.bytes32())
    }

    /// The division gets a new key, signed by the one before it; the old one.
    fn renewed(&mut self) -> SecretKey {
        let (old, new) = (self.state.offices[DIVISION].keys.operating.clone(), self.new_key());
        let acts = self.rekey(std::slice::from_ref(&new), &old).unwrap();
        self.take(&acts).unwrap();
        self.state.offices[DIVISION].keys.operating = new;
        old
    }

    /// Folds everything anew, in canonical order.
    fn refold(&self) -> Registry {
        let mut registry = Registry::new(self.state.id);
        for bytes in self.state.charter.iter().chain(self.state.offices.iter().flat_map(|o| &o.dossier)) {
            registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
        }
        registry
    }

    fn is_admitted(&self, registry: &Registry, office: usize) -> bool {
        registry.is_admitted(registry.office(&self.state.offices[office].id).unwrap())
    }
}

#[test]
fn offices_below_stay_admitted_and_a_newcomer_sees_the_same() {
    let mut table = Table::laid();
    table.renewed();
    assert!(table.is_admitted(&table.state.registry, DISTRICT));
    assert!(table.is_admitted(&table.refold(), DISTRICT));
    let signed = table.state.offices[DIVISION].dossier.iter().map(|act| UnverifiedAct::parse(act).unwrap());
    let registry = table.refold();
    assert!(signed.into_iter().all(|act| registry.verify(act).is_ok()), "what was signed stays signed");
}

#[test]
fn the_new_key_admits_and_the_old_one_does_not() {
    let mut table = Table::laid();
    let old = table.renewed();
    let (mut state, mut entropy) = (table.state.clone(), Entropy::from_seed([44; 32]));
    let dewas = state.add_office(Some(DIVISION), "mp/malwa/dewas", 1, None, &mut entropy, NOW);
    assert!(state.registry.is_admitted(state.registry.office(&state.offices[dewas].id).unwrap()));

    // A thief makes an admission on a registry of yesterday; every signature in it is right.
    let mut yesterday = Table::laid();
    yesterday.state.offices[DIVISION].keys.operating = old;
    let dhar = yesterday.state.add_office(Some(DIVISION), "mp/malwa/dhar", 1, None, &mut entropy, NOW);
    let stolen = yesterday.state.offices[dhar].dossier.clone();
    for bytes in &stolen {
        let _ = state.registry.admit_act(UnverifiedAct::parse(bytes).unwrap());
    }
    let office = state.registry.office(&yesterday.state.offices[dhar].id).unwrap();
    assert!(!state.registry.is_admitted(office));
}

#[test]
fn both_keys_count_during_an_overlap_and_the_recovery_key_ends_it() {
    let mut table = Table::laid();
    let (old, new) = (table.state.offices[DIVISION].keys.operating.clone(), table.new_key());
    let acts = table.rekey(&[new.clone(), old.clone()], &old).unwrap();
    table.take(&acts).unwrap();
    let operating = table.state.registry.office(&table.division()).unwrap().operating().clone();
    assert!([&old, &new].iter().all(|key| operating.get(key.public().id()).is_some()));

    let (last, recovery) = (table.new_key(), table.state.offices[DIVISION].keys.recovery.clone());
    let acts = table.rekey(std::slice::from_ref(&last), &recovery).unwrap();
    table.take(&acts).unwrap();
    for gone in [old, new] {
        assert_eq!(table.rekey(std::slice::from_ref(&gone), &gone), Err(Refusal::KeysReplaced));
    }
    assert!(table.is_admitted(&table.state.registry, DISTRICT));
    assert!(table.is_admitted(&table.refold(), DISTRICT));
}

#[test]
fn strangers_the_office_above_and_an_unsound_set_are_refused() {
    let mut table = Table::laid();
    let (stranger, new) = (table.new_key(), table.new_key());
    assert_eq!(table.rekey(std::slice::from_ref(&new), &stranger), Err(Refusal::NotAuthority));
    let root = table.state.root[0].clone();
    assert_eq!(table.rekey(&[new], &root), Err(Refusal::NotAuthority));
    let own = table.state.offices[DIVISION].keys.operating.clone();
    assert_eq!(table.rekey(&[], &own), Err(Refusal::NotAuthority));
}

#[test]
fn what_is_left_out_counts_no_more() {
    let mut table = Table::laid();
    let (own, new) = (table.state.offices[DIVISION].keys.operating.clone(), table.new_key());
    let operating = KeySet { keys: vec![new.public()], threshold: 1 };
    let bogus = [table.state.offices[DISTRICT].id.into()];
    let division = table.division();
    let acts = rekey_office(&table.state.registry, division, operating, &bogus, &[own], NOW).unwrap();
    table.take(&acts).unwrap();
    assert!(!table.is_admitted(&table.state.registry, DISTRICT));
}

#[test]
fn node_keys_that_the_office_above_gave_after_a_fire_go_on_counting_and_its_old_key_gives_none() {
    let mut table = Table::laid();
    let district = table.state.offices[DISTRICT].id;
    let old = table.state.offices[DIVISION].keys.operating.clone();
    let after_the_fire = |table: &mut Table, key: &SecretKey| {
        let keys = NodeKeys::generate(&mut table.entropy);
        incarnate(&table.state.registry, district, &keys, Head::empty(), 0, std::slice::from_ref(key), NOW)
    };
    for act in after_the_fire(&mut table, &old).unwrap() {
        table.state.registry.admit_act(UnverifiedAct::parse(act.bytes()).unwrap()).unwrap();
        table.state.offices[DISTRICT].dossier.push(act.bytes().to_vec().into());
    }
    table.renewed();
    let speaks = |registry: &Registry| registry.office(&district).unwrap().incarnation().unwrap().number;
    assert_eq!(speaks(&table.state.registry), 2);
    assert_eq!(speaks(&table.refold()), 2, "somebody who hears of the renewal first");
    assert_eq!(after_the_fire(&mut table, &old).map(drop), Err(Refusal::KeysReplaced));
    assert_eq!(speaks(&table.state.registry), 2);
}
