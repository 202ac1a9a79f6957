//! An office that does not know what it has signed: what it refuses, and what its people may decide.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use std::collections::BTreeMap;

use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{Lineage, OfficeId};
use mohar_protocol::machine::{
    Actor, Input, Machine, Mark, Memory, NewContent, NewMatter, Output, Receipt, Request, Standing, Ticket,
    Where, Why,
};
use mohar_protocol::records::Records;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::content::seal;
use mohar_protocol::sealing::{Content, Kind, MatterKey};
use mohar_protocol::testing::{MemoryStore, TestState};
use mohar_protocol::time::Timestamp;

const NOW: Timestamp = Timestamp(1_795_321_800_000);

/// One office, alone, with a log.
struct Alone {
    state: TestState,
    store: MemoryStore,
    machine: Machine,
    mark: Option<Mark>,
    entropy: Entropy,
}

fn start(state: &TestState, store: &MemoryStore, memory: Memory, entropy: &mut Entropy) -> Machine {
    let office = &state.offices[0];
    let memory = BTreeMap::from([(office.id, memory)]);
    let (registry, storage) = (Registry::new(state.id), StorageKey::from_bytes([3; 32]));
    Machine::start(registry, vec![office.host()], storage, &Records::new(store), &memory, entropy).unwrap()
}

impl Alone {
    fn founded() -> Self {
        let mut entropy = Entropy::from_seed([1; 32]);
        let mut state = TestState::found(&mut entropy, NOW);
        state.add_office(None, "mp/indore", 1, None, &mut entropy, NOW);
        state.add_office(None, "mp/rewa", 1, None, &mut entropy, NOW);
        let store = MemoryStore::default();
        let machine = start(&state, &store, Memory::Missing, &mut entropy);
        let mut alone = Self { state, store, machine, mark: None, entropy };
        let package = alone.state.package();
        alone.ask(Request::Import(package)).unwrap();
        alone
    }

    fn office(&self) -> OfficeId {
        self.state.offices[0].id
    }

    fn restart(&mut self, memory: Memory) {
        self.machine = start(&self.state, &self.store, memory, &mut self.entropy);
    }

    fn standing(&self) -> Standing {
        self.machine.standing(&self.office()).unwrap()
    }

    fn ask(&mut self, request: Request) -> Result<Receipt, Refusal> {
        self.feed(vec![Input::Request { ticket: Ticket(1), request }, Input::Settle])
    }

    fn settle(&mut self) {
        self.mark = None;
        assert_eq!(self.feed(vec![Input::Settle]), Err(Refusal::Busy), "nothing was asked");
    }

    fn feed(&mut self, inputs: Vec<Input>) -> Result<Receipt, Refusal> {
        let mut records = Records::new(&self.store);
        let mut outputs = Vec::new();
        for input in inputs {
            self.machine.step(NOW, &mut self.entropy, &mut records, input, &mut outputs).unwrap();
        }
        let writes = records.into_writes();
        self.store.commit(writes);
        let mut answered = Err(Refusal::Busy);
        for output in outputs {
            match output {
                Output::Answer { answer, .. } => answered = answer,
                Output::Mark { mark, .. } => self.mark = Some(mark),
                _ => {}
            }
        }
        answered
    }

    fn open_file(&mut self, operation: u8) -> Result<Receipt, Refusal> {
        let key = MatterKey::generate(&mut self.entropy);
        let content = Content {
            kind: Kind::Cover,
            media_type: "text/plain".to_owned(),
            name: String::new(),
            body: vec![1],
        };
        let sealed = seal(&key, 1, &content, &mut self.entropy).unwrap();
        let contents =
            vec![NewContent { reference: sealed.reference, ciphertext: Where::Here(sealed.ciphertext) }];
        let matter = NewMatter { is_dak: false, key, contents };
        let actor = self.state.offices[0].actor(0);
        self.ask(Request::Begin { actor, operation: [operation; 16], matter })
    }

    fn decide(&mut self, actor: Actor) -> Result<Receipt, Refusal> {
        self.ask(Request::Continue { actor })
    }
}

#[test]
fn an_office_whose_mark_fits_works_at_once() {
    let mut alone = Alone::founded();
    alone.open_file(1).unwrap();
    let mark = alone.mark.unwrap();
    alone.open_file(2).unwrap();
    // The mark may be older than the store, as after a power cut.
    alone.restart(Memory::Here(mark));
    assert_eq!(alone.standing(), Standing::Working);
    alone.open_file(3).unwrap();
}

#[test]
fn an_office_says_its_mark_again_before_it_sends_anything_after_a_start() {
    let mut alone = Alone::founded();
    alone.open_file(1).unwrap();
    let (copy, before) = (alone.store.clone(), alone.mark.unwrap());
    alone.open_file(2).unwrap();
    // The process ended after that commit and before its mark was written.
    alone.restart(Memory::Here(before));
    alone.settle();
    let after = alone.mark.unwrap();
    assert!(after.size > before.size);
    // So that yesterday's copy does not fit any more once a mirror may know of the second file.
    alone.store = copy;
    alone.restart(Memory::Here(after));
    assert_eq!(alone.standing(), Standing::Asking(Why::BehindMark));
}

#[test]
fn an_office_that_cannot_know_what_it_signed_signs_nothing() {
    let mut alone = Alone::founded();
    alone.open_file(1).unwrap();
    let mark = alone.mark.unwrap();
    let ahead = Mark { size: mark.size + 1, ..mark };
    let other = Mark { root: Hash([7; 32]), ..mark };
    let cases = [
        (Memory::Missing, Why::NoMark),
        (Memory::Elsewhere, Why::Elsewhere),
        (Memory::Here(ahead), Why::BehindMark),
        (Memory::Here(other), Why::BehindMark),
    ];
    for (memory, why) in cases {
        alone.restart(memory);
        assert_eq!(alone.standing(), Standing::Asking(why));
        let size = Records::new(&alone.store).log(&alone.office()).unwrap().unwrap().frontier.size();
        assert_eq!(alone.open_file(2), Err(Refusal::RejoinAsking));
        let after = Records::new(&alone.store).log(&alone.office()).unwrap().unwrap().frontier.size();
        assert_eq!(size, after, "{why:?}");
    }
}

#[test]
fn an_operation_that_was_done_is_answered_again_only_once_the_office_works() {
    let mut alone = Alone::founded();
    let first = alone.open_file(1).unwrap();
    let mark = alone.mark.unwrap();
    alone.restart(Memory::Missing);
    assert_eq!(alone.open_file(1), Err(Refusal::RejoinAsking));
    alone.restart(Memory::Here(mark));
    assert_eq!(alone.open_file(1), Ok(first));
}

#[test]
fn the_head_of_office_may_go_on_and_nobody_else() {
    let mut alone = Alone::founded();
    alone.restart(Memory::Missing);
    let (clerk, stranger) = (alone.state.offices[0].actor(0), alone.state.offices[1].admin());
    assert_eq!(alone.decide(clerk), Err(Refusal::NotAdmin));
    assert!(alone.decide(stranger).is_err());
    assert_eq!(alone.standing(), Standing::Asking(Why::NoMark));
    let head = alone.state.offices[0].admin();
    alone.decide(head).unwrap();
    assert_eq!(alone.standing(), Standing::Continuing);
    alone.open_file(1).unwrap();
    // The decision stands in the log, so a restart remembers it.
    let mark = alone.mark.unwrap();
    alone.restart(Memory::Here(mark));
    assert_eq!(alone.standing(), Standing::Continuing);
}

#[test]
fn an_office_that_works_needs_no_decision() {
    let mut alone = Alone::founded();
    let (head, office) = (alone.state.offices[0].admin(), alone.office());
    assert_eq!(alone.decide(head), Err(Refusal::RejoinNotNeeded));
    assert_eq!(alone.ask(Request::Rejoin { office }), Err(Refusal::RejoinNotNeeded));
    alone.restart(Memory::Missing);
    alone.ask(Request::Rejoin { office }).unwrap();
    assert_eq!(alone.standing(), Standing::Asking(Why::Requested));
}

#[test]
fn another_disk_is_another_lineage_and_a_restart_is_not() {
    let mut alone = Alone::founded();
    alone.open_file(1).unwrap();
    let first = alone.mark.unwrap();
    alone.restart(Memory::Here(first));
    alone.open_file(2).unwrap();
    assert_eq!(alone.mark.unwrap().lineage, first.lineage);
    alone.restart(Memory::Elsewhere);
    let head = alone.state.offices[0].admin();
    alone.decide(head).unwrap();
    assert_ne!(alone.mark.unwrap().lineage, first.lineage);
    assert_ne!(first.lineage, Lineage([0; 32]));
}
