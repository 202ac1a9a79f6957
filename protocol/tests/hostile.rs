//! One admitted office lies to everybody. The worst that it may reach is its own loss: nobody else
//! stops, freezes a file, or keeps what was made up.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/town.rs"]
mod town;

use mohar_protocol::act::body::{self, Incarnate, RefuseRecall, RequestRecall};
use mohar_protocol::act::{
    self, ActError, Body, Header, Holder, MatterKind, Place, UnverifiedAct, VerifiedAct,
};
use mohar_protocol::ceremony;
use mohar_protocol::custody::Phase;
use mohar_protocol::custody::command::Command;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, ContentRoot, MatterId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::{NUMBER_MAX, REGISTER_TEXT_BYTES_MAX};
use mohar_protocol::log::checkpoint::Checkpoint;
use mohar_protocol::log::tree::{Head, SIZE_MAX};
use mohar_protocol::machine::origin;
use mohar_protocol::message::Message;
use mohar_protocol::placement::placement;
use mohar_protocol::records::{Role, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;
use town::{DISTRICT, FAR, TEHSIL, Town, sent, settle};

fn last(town: &Town, node: usize, file: MatterId) -> UnverifiedAct {
    town.chain(node, file).pop().unwrap()
}

fn phase(town: &Town, node: usize, file: MatterId) -> Phase {
    town.records(node).matter(&file).unwrap().unwrap().phase
}

/// What an officer of the far office makes up for a file.
fn made_up(town: &Town, like: &Header, change: impl FnOnce(&mut Header)) -> VerifiedAct {
    let far = town.office(FAR);
    let mut header = Header {
        office: Some(far.id),
        charge: Some(far.posts[0].charge),
        register: town.chain_of_register(FAR).last().map(UnverifiedAct::id),
        holder: Some(town.desk(FAR, 0)),
        anchor: None,
        ..like.clone()
    };
    change(&mut header);
    act::sign(&header, &far.posts[0].key).unwrap()
}

/// Signs a body in a header.
fn signed(header: Header, body: &Body, key: &SecretKey) -> VerifiedAct {
    let (verb, bytes) = body.encode().unwrap();
    act::sign(&Header { verb: verb.code(), body: bytes, ..header }, key).unwrap()
}

fn bytes(act: &VerifiedAct) -> minicbor::bytes::ByteVec {
    act.bytes().to_vec().into()
}

#[test]
fn a_number_at_the_end_of_the_scale_is_refused_and_stops_nobody() {
    let (mut town, file) = sent(1);
    let like = last(&town, TEHSIL, file).header().clone();
    let beyond = Header { number: NUMBER_MAX + 1, ..like.clone() };
    assert_eq!(act::sign(&beyond, &town.office(FAR).posts[0].key), Err(ActError::Header));
    let highest = made_up(&town, &like, |header| header.number = NUMBER_MAX);
    let after = made_up(&town, &like, |header| header.previous = Some(highest.id()));
    let acts = vec![bytes(&highest), bytes(&after)];
    town.forged_frame(FAR, DISTRICT, &Message::Acts { matter: file, from: 0, acts: acts.clone() });
    town.forged_frame(FAR, DISTRICT, &Message::Branch { matter: file, acts });
    settle(&mut town);
    assert_eq!(phase(&town, DISTRICT, file), Phase::Active);
    assert!(!town.records(DISTRICT).is_branch(&highest).unwrap());
}

#[test]
fn a_checkpoint_of_impossible_size_stops_nobody() {
    let (mut town, _) = sent(2);
    let (office, key) = (town.office(FAR).id, town.office(FAR).keys.signing.clone());
    let head = Head { size: SIZE_MAX, root: Hash([7; 32]) };
    let note = Checkpoint::new(origin(&office), head).sign(&key).unwrap().to_bytes();
    let (leaves, contents) = (Vec::new(), Vec::new());
    town.forged_frame(FAR, DISTRICT, &Message::Head { office, note: note.into(), from: 0, leaves, contents });
    assert!(town.backlog(DISTRICT).acts > SIZE_MAX / 2);
    assert_eq!(town.backlog(DISTRICT).bytes, u64::MAX);
    settle(&mut town);
}

#[test]
fn an_act_that_is_made_up_freezes_nothing_and_is_not_kept() {
    let (mut town, file) = sent(3);
    let like = last(&town, TEHSIL, file).header().clone();
    let before = made_up(&town, &like, |header| header.previous = Some(ActId([7; 32])));
    let next = |header: &mut Header, time| {
        (header.number, header.previous) = (header.number + 1, Some(before.id()));
        header.time = Timestamp(time);
    };
    let first = made_up(&town, &like, |header| next(header, 1));
    let second = made_up(&town, &like, |header| next(header, 2));
    let fork = Message::Fork { previous: bytes(&before), first: bytes(&first), second: bytes(&second) };
    let acts = vec![bytes(&before), bytes(&first), bytes(&second)];
    for to in [DISTRICT, TEHSIL] {
        town.forged_frame(FAR, to, &fork);
        town.forged_frame(FAR, to, &Message::Branch { matter: file, acts: acts.clone() });
        settle(&mut town);
        assert_eq!(phase(&town, to, file), Phase::Active);
        assert!(town.records(to).fork(&file, 0).unwrap().is_none());
        assert!(!town.records(to).is_branch(&before).unwrap());
    }
}

#[test]
fn an_order_that_names_a_content_is_logged_by_nobody() {
    let (mut town, file) = sent(4);
    let noted = last(&town, TEHSIL, file);
    let named = town.records(DISTRICT).expect_act(&noted.id()).unwrap();
    let key = town.office(DISTRICT).keys.operating.clone();
    let mut registry = Registry::new(town.state.id);
    let package = town.registry(DISTRICT);
    for bytes in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    let to = town.desk(FAR, 0);
    let good = ceremony::reassign(&registry, &named, to, 9, std::slice::from_ref(&key), town.now).unwrap();
    let mut header = UnverifiedAct::parse(&good[0]).unwrap().header().clone();
    header.contents = noted.header().contents.clone();
    header.contents[0].root = ContentRoot([7; 32]);
    let order = act::sign(&header, &key).unwrap();
    let message = Message::Order { acts: vec![bytes(&order)] };
    assert_eq!(town.reassign(FAR, vec![bytes(&order)]).map(drop), Err(Refusal::ActHeader));
    town.forged_frame(DISTRICT, FAR, &message);
    let far = town.office(FAR).id;
    assert_eq!(town.records(FAR).place(&order.id(), &far).unwrap(), None);
}

#[test]
fn only_the_office_itself_gives_leaves_of_its_log() {
    let (mut town, _) = sent(5);
    let office = town.office(TEHSIL).id;
    let size = town.records(DISTRICT).log(&office).unwrap().unwrap().frontier.size();
    let stray = town.log(FAR).leaves.pop().unwrap();
    let leaves = vec![stray.into()];
    let lie = Message::Leaves { office, from: size, leaves: leaves.clone(), contents: Vec::new() };
    town.forged_frame(FAR, DISTRICT, &lie);
    // Nor does the office itself put leaves above its signed head there.
    town.forged_frame(TEHSIL, DISTRICT, &lie);
    assert_eq!(town.records(DISTRICT).log(&office).unwrap().unwrap().frontier.size(), size);
}

#[test]
fn a_stale_answer_of_a_stranger_costs_no_witness_and_stops_no_office() {
    let (mut town, file) = sent(6);
    let (office, by) = (town.office(TEHSIL).id, town.office(DISTRICT).id);
    let known = town.records(TEHSIL).log(&office).unwrap().unwrap().signed.size();
    for size in [u64::MAX, known + 1, known] {
        town.forged_frame(FAR, TEHSIL, &Message::Stale { office, by, size });
        // A witness itself cannot do it without a head that was signed.
        town.forged_frame(DISTRICT, TEHSIL, &Message::Stale { office, by, size: size.max(known + 1) });
    }
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Note);
    settle(&mut town);
    let held = town.records(TEHSIL).held(&office).unwrap();
    assert_eq!(held.count(Role::Witness, known), 2);
}

#[test]
fn a_ready_goes_to_the_post_that_the_chain_names() {
    let (mut town, file) = sent(7);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::SendBack);
    settle(&mut town);
    town.cut(DISTRICT, true);
    let (to, other) = (town.desk(TEHSIL, 0), town.desk(TEHSIL, 1));
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Forward { to });
    let forward = last(&town, DISTRICT, file);
    let head = town.records(DISTRICT).expect_act(&forward.id()).unwrap();
    let number = forward.header().number;
    let acts = vec![bytes(&head)];
    town.forged_frame(FAR, TEHSIL, &Message::Acts { matter: file, from: number, acts });
    let kind = MatterKind::FILE;
    let offer = |to: Holder| Message::Offer {
        matter: file,
        kind,
        head: head.id(),
        number,
        to,
        log_size: 1,
        level: 1,
    };
    town.forged_frame(FAR, TEHSIL, &offer(other));
    assert_eq!(town.records(TEHSIL).get(Table::READIES, &head.id().0).unwrap(), None);
    town.cut(DISTRICT, false);
    settle(&mut town);
    let matter = town.records(TEHSIL).matter(&file).unwrap().unwrap();
    assert_eq!((matter.holder, matter.phase), (to, Phase::Active));
}

#[test]
fn a_recall_counts_only_from_whom_the_file_came_and_a_refusal_only_when_asked_for() {
    let (mut town, file) = sent(8);
    let like = last(&town, TEHSIL, file).header().clone();
    let side = Header { place: Place::Side, contents: Vec::new(), ..like };
    let request = Body::RequestRecall(RequestRecall { ready: vec![1, 2, 3].into() });
    let (verb, body) = request.encode().unwrap();
    let request = made_up(&town, &side, |header| (header.verb, header.body) = (verb.code(), body));
    town.forged_frame(FAR, TEHSIL, &Message::Side { act: bytes(&request) });
    let answer = Body::RefuseRecall(RefuseRecall { request: request.id() });
    let far = town.office(FAR);
    let register = town.chain_of_register(FAR).last().map(UnverifiedAct::id);
    let by_node = Header { office: Some(far.id), charge: None, register, anchor: None, ..side };
    let refusal = signed(by_node, &answer, &far.keys.signing);
    town.forged_frame(FAR, TEHSIL, &Message::Side { act: bytes(&refusal) });
    let sides = town.records(TEHSIL).sides(&file, 99).unwrap();
    for act in [&request, &refusal] {
        assert!(!sides.contains(&act.id()));
    }
    let answers =
        |id: &ActId| matches!(town.records(TEHSIL).expect_act(id).unwrap().body(), Body::RefuseRecall(_));
    assert!(!sides.iter().any(answers));
}

#[test]
fn a_recall_that_comes_after_the_file_has_moved_on_is_answered() {
    let mut town = Town::found(21);
    let file = town.open(DISTRICT, town.office(DISTRICT).actor(0), "Boundary of two villages");
    let tehsil = town.desk(TEHSIL, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Forward { to: tehsil });
    settle(&mut town);
    let came_from_far = |town: &Town| {
        let matter = town.records(TEHSIL).matter(&file).unwrap().unwrap();
        matter.came_from.is_some_and(|from| from.office == town.office(FAR).id)
    };
    town.cut(DISTRICT, true);
    let far = town.desk(FAR, 0);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Forward { to: far });
    settle(&mut town);
    town.act(FAR, town.office(FAR).actor(0), file, Command::Forward { to: tehsil });
    settle(&mut town);
    assert!(came_from_far(&town), "the file went on and came back by another way");

    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::RequestRecall);
    let sides = town.records(DISTRICT).sides(&file, 99).unwrap();
    let mut sides = sides.iter().map(|id| town.records(DISTRICT).expect_act(id).unwrap());
    let request = sides.find(|act| matches!(act.body(), Body::RequestRecall(_))).unwrap();
    town.cut(DISTRICT, false);
    settle(&mut town);
    town.forged_frame(DISTRICT, TEHSIL, &Message::Side { act: request.bytes().to_vec().into() });
    let refuses = |id: &ActId| {
        let act = town.records(TEHSIL).expect_act(id).unwrap();
        matches!(act.body(), Body::RefuseRecall(refusal) if refusal.request == request.id())
    };
    assert!(town.records(TEHSIL).sides(&file, 99).unwrap().iter().any(refuses), "it gets no answer");
    assert!(town.records(TEHSIL).matter(&file).unwrap().unwrap().is_held_by(&town.office(TEHSIL).id));
}

#[test]
fn an_act_beside_the_chain_that_is_made_up_stops_no_reassignment() {
    let (mut town, file) = sent(9);
    let like = last(&town, TEHSIL, file).header().clone();
    let stray =
        made_up(&town, &like, |header| (header.number, header.previous) = (900, Some(ActId([7; 32]))));
    town.cut(TEHSIL, true);
    town.forged_frame(FAR, DISTRICT, &Message::Branch { matter: file, acts: vec![bytes(&stray)] });
    assert!(!town.records(DISTRICT).is_branch(&stray).unwrap());
    let named = town.records(DISTRICT).last_known(&file).unwrap().unwrap();
    let mut registry = Registry::new(town.state.id);
    let package = town.registry(DISTRICT);
    for bytes in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    let (to, key) = (town.desk(DISTRICT, 0), town.office(DISTRICT).keys.operating.clone());
    let order = ceremony::reassign(&registry, &named, to, 0, &[key], town.now).unwrap();
    town.reassign(DISTRICT, order).unwrap();
    town.tick(61_000);
    let matter = town.records(DISTRICT).matter(&file).unwrap().unwrap();
    assert_eq!((matter.phase, matter.epoch, matter.holder), (Phase::Active, 1, to));
}

#[test]
fn a_name_far_away_makes_no_office_a_witness_of_its_neighbours() {
    let (mut entropy, now) = (Entropy::from_seed([9; 32]), Timestamp(1_750_000_000_000));
    let mut state = TestState::found(&mut entropy, now);
    for (parent, path) in [(None, "mp/a"), (Some(0), "mp/a/b"), (Some(0), "zz/1"), (Some(0), "yy/2")] {
        state.add_office(parent, path, 0, None, &mut entropy, now);
    }
    let far: Vec<_> = ["mp/d", "mp/e"]
        .iter()
        .map(|path| state.add_office(None, path, 0, None, &mut entropy, now))
        .collect();
    let mut far: Vec<_> = far.into_iter().map(|at| state.offices[at].id).collect();
    let placed = placement(&state.registry, &state.offices[1].id);
    let mut witnesses: Vec<_> =
        placed.into_iter().filter(|(_, role)| *role == Role::Witness).map(|(by, _)| by).collect();
    far.sort_unstable();
    witnesses.sort_unstable();
    assert_eq!(witnesses, far);
}

#[test]
fn a_key_that_was_replaced_is_shut_out_whatever_comes_with_the_news() {
    let (mut town, _) = sent(10);
    let tehsil = town.office(TEHSIL).clone();
    let head = town.chain_of_register(TEHSIL).pop().unwrap();
    let registry = town.registry(FAR).dossiers.swap_remove(TEHSIL);
    let old = registry.iter().find_map(|act| match UnverifiedAct::parse(act).unwrap().body() {
        Body::Incarnate(body) => Some(body.clone()),
        _ => None,
    });
    let new = |seed: u8| SecretKey::from_seed(&[seed; 32]).public();
    let body = Incarnate {
        number: 2,
        signing: new(1),
        transport: new(2),
        mirror: new(3),
        witness: new(4),
        ..old.unwrap()
    };
    let header = Header {
        number: head.header().number + 1,
        previous: Some(head.id()),
        charge: None,
        register: None,
        ..head.header().clone()
    };
    let incarnate = signed(header, &Body::Incarnate(body), &tehsil.keys.operating);
    assert!(town.listens_to(FAR, TEHSIL));
    let acts = vec![bytes(&incarnate), vec![0xff].into()];
    town.forged_frame(DISTRICT, FAR, &Message::Dossier { office: tehsil.id, acts });
    assert!(!town.listens_to(FAR, TEHSIL));
}

#[test]
fn a_register_has_no_text_without_end() {
    let (mut entropy, now) = (Entropy::from_seed([9; 32]), Timestamp(1_750_000_000_000));
    let mut state = TestState::found(&mut entropy, now);
    state.add_office(None, "mp/a", 0, None, &mut entropy, now);
    let (admin, code) = (state.offices[0].admin(), "x".repeat(REGISTER_TEXT_BYTES_MAX + 1));
    let change = Body::AddPost(body::AddPost { code, admin: false });
    let act = ceremony::register_act(&state.registry, &admin, &change, now).unwrap();
    let folded = state.registry.admit_act(UnverifiedAct::parse(act.bytes()).unwrap());
    assert_eq!(folded.map(drop), Err(Refusal::TextTooLong));
}
