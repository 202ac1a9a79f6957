//! A holder dies, lies, or only seems dead: what an authority may do about it, what the holder may
//! do against it, and that nothing is lost on the way.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/town.rs"]
mod town;

use minicbor::bytes::ByteVec;
use mohar_protocol::act::body::{self, Hold};
use mohar_protocol::act::{self, Body, Header, Holder, Place, UnverifiedAct, VerifiedAct};
use mohar_protocol::audit::{verify_bundle, verify_log};
use mohar_protocol::ceremony;
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Phase, beside};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::MatterId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::message::Message;
use mohar_protocol::recipients::{self, Recipient};
use mohar_protocol::records::Table;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use town::{DISTRICT, FAR, TEHSIL, Town, sent, settle};

fn registry(town: &Town) -> Registry {
    let mut registry = Registry::new(town.state.id);
    let package = town.registry(DISTRICT);
    for bytes in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    registry
}

/// The district orders that `to` take the file up after the last act it knows.
fn order(town: &Town, file: MatterId, to: Holder, window: u32) -> Vec<ByteVec> {
    let named = town.records(DISTRICT).last_known(&file).unwrap().unwrap();
    let keys = [town.office(DISTRICT).keys.operating.clone()];
    ceremony::reassign(&registry(town), &named, to, window, &keys, town.now).unwrap()
}

fn state(town: &Town, node: usize, file: MatterId) -> (Phase, u32, Holder) {
    let matter = town.records(node).matter(&file).unwrap().unwrap();
    (matter.phase, matter.epoch, matter.holder)
}

/// No log, and no bundle of the file, has a failure in it.
fn audited(town: &Town, file: MatterId) {
    for node in [DISTRICT, TEHSIL, FAR] {
        let report = verify_log(&town.log(node), town.state.id);
        assert_eq!(report.acts_counted.failed, 0, "log of {node}: {:?}", report.codes());
    }
    let report = verify_bundle(&town.bundle(DISTRICT, file, true), town.state.id);
    assert_eq!(report.acts_counted.failed, 0, "{:?}", report.codes());
}

#[test]
fn a_dead_office_loses_its_file_to_the_one_that_the_order_names() {
    for (node, window) in [(DISTRICT, 0), (FAR, 2)] {
        let (mut town, file) = sent(1);
        town.cut(TEHSIL, true);
        let to = town.desk(node, 0);
        let order = order(&town, file, to, window);
        town.reassign(DISTRICT, order).unwrap();
        for minutes in [1, 16, 16, 16] {
            town.tick(minutes * 60_000);
        }
        assert_eq!(state(&town, node, file), (Phase::Active, 1, to));
        assert_eq!(state(&town, DISTRICT, file), (Phase::Active, 1, to));
        assert!(town.records(node).orders(None, 9).unwrap().is_empty());
        town.act(node, town.office(node).actor(0), file, Command::Opened);
        town.act(node, town.office(node).actor(0), file, Command::Note);
        settle(&mut town);
        audited(&town, file);
    }
}

#[test]
fn an_order_waits_for_its_window() {
    let (mut town, file) = sent(2);
    town.cut(TEHSIL, true);
    let to = town.desk(FAR, 0);
    let order = order(&town, file, to, 3);
    town.reassign(DISTRICT, order).unwrap();
    for _ in 0..3 {
        town.tick(60_000);
    }
    assert_eq!(state(&town, DISTRICT, file).1, 0);
    for _ in 0..4 {
        town.tick(16 * 60_000);
    }
    assert_eq!(state(&town, DISTRICT, file), (Phase::Active, 1, to));
}

#[test]
fn an_office_that_witnesses_nobody_counts_the_window_by_its_own_cosigned_head() {
    let mut town = Town::found(14);
    town.no_witness.insert(FAR);
    let file = town.open(TEHSIL, town.office(TEHSIL).actor(0), "Burnt with its office");
    settle(&mut town);
    town.cut(TEHSIL, true);
    let to = town.desk(FAR, 0);
    let order = order(&town, file, to, 2);
    town.reassign(DISTRICT, order).unwrap();
    for _ in 0..4 {
        town.tick(16 * 60_000);
    }
    let heads = town.records(FAR).scan_prefix(Table::HEADS, &[], 9).unwrap();
    let foreign = heads.iter().filter(|(office, _)| office[..] != town.office(FAR).id.0);
    let lines = |note: &[u8]| SignedCheckpoint::parse(note).unwrap().note().signatures().len();
    assert!(foreign.clone().count() > 0 && foreign.into_iter().all(|(_, note)| lines(note) == 1));
    assert_eq!(state(&town, FAR, file), (Phase::Active, 1, to));
}

#[test]
fn an_office_on_the_route_that_was_away_learns_who_took_the_file_up() {
    let mut town = Town::found(15);
    let file = town.open(FAR, town.office(FAR).actor(0), "From another division");
    let to = town.desk(TEHSIL, 0);
    town.act(FAR, town.office(FAR).actor(0), file, Command::Forward { to });
    settle(&mut town);
    town.cut(TEHSIL, true);
    town.cut(FAR, true);
    let to = town.desk(DISTRICT, 0);
    let order = order(&town, file, to, 0);
    town.reassign(DISTRICT, order).unwrap();
    settle(&mut town);
    assert_eq!(state(&town, DISTRICT, file), (Phase::Active, 1, to));
    assert_eq!(state(&town, FAR, file).1, 0);
    town.cut(FAR, false);
    settle(&mut town);
    assert_eq!(state(&town, FAR, file), (Phase::Active, 1, to));
    let told = [town.office(FAR).id.0, file.0].concat();
    assert_eq!(
        town.records(DISTRICT).get(Table::RELEASED, &told).unwrap(),
        None,
        "it is told until it knows"
    );
}

#[test]
fn a_file_that_was_taken_up_goes_on_although_a_note_burnt_with_its_office() {
    let (mut town, file) = sent(16);
    town.cut(TEHSIL, true);
    let note = town.chain(TEHSIL, file).last().unwrap().header().contents[0].root;
    town.lose_content(DISTRICT, note);
    town.lose_content(FAR, note);
    let to = town.desk(DISTRICT, 0);
    let order = order(&town, file, to, 0);
    town.reassign(DISTRICT, order).unwrap();
    settle(&mut town);
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Opened);
    let to = town.desk(FAR, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Forward { to });
    settle(&mut town);
    assert_eq!(state(&town, FAR, file), (Phase::Active, 1, to));
    assert_eq!(state(&town, DISTRICT, file), (Phase::Active, 1, to));
}

#[test]
fn an_office_that_is_alive_contests_and_keeps_its_file() {
    let (mut town, file) = sent(3);
    let to = town.desk(FAR, 0);
    let order = order(&town, file, to, 2);
    town.reassign(DISTRICT, order.clone()).unwrap();
    for _ in 0..6 {
        town.tick(16 * 60_000);
    }
    for node in [DISTRICT, TEHSIL] {
        assert_eq!(state(&town, node, file).1, 0, "node {node}");
    }
    for node in [DISTRICT, TEHSIL, FAR] {
        assert!(town.records(node).orders(None, 9).unwrap()[0].2.contested, "node {node}");
    }
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Note);
    // The same order again changes nothing.
    town.reassign(DISTRICT, order).unwrap();
    settle(&mut town);
    assert_eq!(state(&town, TEHSIL, file).1, 0);
    audited(&town, file);
}

#[test]
fn what_the_old_holder_signed_later_is_kept_as_an_orphan_branch() {
    let (mut town, file) = sent(4);
    town.cut(TEHSIL, true);
    let (note, to) = {
        let note = town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Note);
        (note, town.desk(DISTRICT, 1))
    };
    let order = order(&town, file, to, 0);
    town.reassign(DISTRICT, order).unwrap();
    town.tick(61_000);
    assert_eq!(state(&town, DISTRICT, file), (Phase::Active, 1, to));
    town.cut(TEHSIL, false);
    settle(&mut town);
    assert_eq!(state(&town, TEHSIL, file), (Phase::Active, 1, to));
    let orphans = town.records(TEHSIL).orphans(&file).unwrap();
    assert_eq!(orphans.iter().map(VerifiedAct::id).collect::<Vec<_>>(), [note]);
    let refused = town.try_act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::SendBack);
    assert!(matches!(refused, Err(Refusal::NotHolderOffice | Refusal::WrongHolder)), "{refused:?}");
    assert!(town.records(TEHSIL).scan_prefix(Table::FORKS, &[], 9).unwrap().is_empty(), "no fork");
    settle(&mut town);
    assert!(town.records(DISTRICT).scan_prefix(Table::RELEASED, &[], 9).unwrap().is_empty());
    audited(&town, file);
    // The file may go to its old holder again, in the new epoch.
    let to = town.desk(TEHSIL, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(1), file, Command::Forward { to });
    settle(&mut town);
    assert_eq!(state(&town, TEHSIL, file), (Phase::Active, 1, to));
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Note);
    settle(&mut town);
    audited(&town, file);
}

/// Another note for the place of the last one, signed by the officer who has the file.
fn rival(town: &Town, file: MatterId) -> VerifiedAct {
    let last = town.chain(TEHSIL, file).pop().unwrap();
    let mut header = last.header().clone();
    header.time.0 += 1;
    act::sign(&header, &town.office(TEHSIL).posts[0].key).unwrap()
}

#[test]
fn two_successors_of_one_act_freeze_that_file_and_no_other() {
    let (mut town, file) = sent(5);
    let other = town.open(TEHSIL, town.office(TEHSIL).actor(0), "Another file");
    let rival = rival(&town, file);
    let acts = vec![rival.bytes().to_vec().into()];
    let number = rival.header().number;
    town.forged_frame(TEHSIL, DISTRICT, &Message::Acts { matter: file, from: number, acts });
    settle(&mut town);
    for node in [DISTRICT, TEHSIL] {
        assert_eq!(state(&town, node, file).0, Phase::Frozen, "node {node}");
        assert!(town.records(node).fork(&file, 0).unwrap().is_some(), "node {node}");
    }
    let refused = town.try_act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::SendBack);
    assert_eq!(refused, Err(Refusal::MatterFrozen));
    town.act(TEHSIL, town.office(TEHSIL).actor(0), other, Command::Note);
    // The office above chooses the branch that it knew first, and the tehsil goes on with it.
    let chosen = town.chain(DISTRICT, file).pop().unwrap();
    let to = town.desk(TEHSIL, 1);
    let order = order(&town, file, to, 0);
    town.reassign(DISTRICT, order).unwrap();
    settle(&mut town);
    for node in [DISTRICT, TEHSIL] {
        assert_eq!(state(&town, node, file), (Phase::Active, 1, to), "node {node}");
        let orphans = town.records(node).orphans(&file).unwrap();
        assert_eq!(orphans.iter().map(VerifiedAct::id).collect::<Vec<_>>(), [rival.id()], "node {node}");
        let chain = town.chain(node, file);
        assert!(chain.iter().any(|act| act.id() == chosen.id()));
    }
    town.act(TEHSIL, town.office(TEHSIL).actor(1), file, Command::Note);
    audited(&town, file);
}

#[test]
fn a_stranger_cannot_freeze_a_file() {
    let (mut town, file) = sent(6);
    // An officer of a third office signs two successors; neither could ever follow.
    let last = town.chain(TEHSIL, file).pop().unwrap();
    let far = town.office(FAR);
    let forged = |time: u64| {
        let header = Header {
            office: Some(far.id),
            charge: Some(far.posts[0].charge),
            register: town
                .chain_of_register(FAR)
                .iter()
                .rfind(|act| act.header().place == Place::Chain)
                .map(UnverifiedAct::id),
            number: last.header().number + 1,
            previous: Some(last.id()),
            time: mohar_protocol::time::Timestamp(time),
            anchor: None,
            ..last.header().clone()
        };
        act::sign(&header, &far.posts[0].key).unwrap().bytes().to_vec()
    };
    let mut before = Vec::new();
    before.extend_from_slice(town.records(TEHSIL).expect_act(&last.id()).unwrap().bytes());
    let fork = Message::Fork { previous: before.into(), first: forged(1).into(), second: forged(2).into() };
    town.forged_frame(FAR, DISTRICT, &fork);
    settle(&mut town);
    assert_eq!(state(&town, DISTRICT, file).0, Phase::Active);
    assert!(town.records(DISTRICT).fork(&file, 0).unwrap().is_none());
}

#[test]
fn orders_of_the_wrong_keys_or_the_wrong_state_are_refused() {
    let (mut town, file) = sent(7);
    let named = town.records(DISTRICT).last_known(&file).unwrap().unwrap();
    let to = town.desk(FAR, 0);
    let by = |key: &SecretKey| {
        ceremony::reassign(&registry(&town), &named, to, 0, std::slice::from_ref(key), town.now)
    };
    assert_eq!(by(&town.office(TEHSIL).keys.operating), Err(Refusal::NotAuthority));
    assert_eq!(by(&town.office(FAR).keys.operating), Err(Refusal::NotAuthority));
    assert_eq!(by(&town.state.root[0]), Err(Refusal::NotAuthority));
    // Above the district stands the charter, and one of its keys is not enough.
    let root = &town.state.root;
    let first = town.records(DISTRICT).expect_act(&file.into()).unwrap();
    let one = ceremony::reassign(&registry(&town), &first, to, 0, &root[..1], town.now);
    assert_eq!(one, Err(Refusal::ThresholdNotMet));
    assert!(ceremony::reassign(&registry(&town), &first, to, 0, &root[..2], town.now).is_ok());
    let good = by(&town.office(DISTRICT).keys.operating).unwrap();
    let mut flipped = good.clone();
    *flipped[0].last_mut().unwrap() ^= 1;
    assert_eq!(town.reassign(DISTRICT, flipped).map(drop), Err(Refusal::ActSignature));
    assert_eq!(town.reassign(DISTRICT, Vec::new()).map(drop), Err(Refusal::OrderMismatch));
    town.cut(TEHSIL, true);
    town.reassign(FAR, good.clone()).unwrap();
    town.tick(61_000);
    assert_eq!(state(&town, DISTRICT, file).1, 1);
    assert_eq!(town.reassign(DISTRICT, good).map(drop), Err(Refusal::AlreadyDone));
}

#[test]
fn a_recipient_is_shown_its_own_line_of_an_issued_letter() {
    let (town, _) = sent(8);
    let line = |n: u8| Recipient { salt: Hash([n; 32]), to: Some(town.desk(FAR, 0)), name: String::new() };
    let list: Vec<Recipient> = (0..5).map(line).collect();
    assert_eq!(recipients::from_bytes(&recipients::to_bytes(&list)).unwrap(), list);
    let (root, count) = recipients::commit(&list);
    let proof = recipients::prove(&list, 3).unwrap();
    assert!(recipients::verify(&list[3], 3, root, count, &proof).is_ok());
    assert!(recipients::verify(&list[2], 3, root, count, &proof).is_err());
    assert!(recipients::verify(&list[3], 3, root, 3, &proof).is_err());
}

#[test]
fn only_the_office_that_set_a_hold_lifts_it_and_nothing_is_destroyed_meanwhile() {
    let (town, file) = sent(9);
    let last = town.chain(TEHSIL, file).pop().unwrap();
    let beside = |office: usize, body: Body| {
        let (verb, bytes) = body.encode().unwrap();
        let header = Header {
            office: Some(town.office(office).id),
            place: Place::Side,
            previous: Some(last.id()),
            verb: verb.code(),
            body: bytes,
            contents: Vec::new(),
            ..last.header().clone()
        };
        act::sign(&header, &town.office(office).posts[0].key).unwrap()
    };
    let set = beside(DISTRICT, Body::Hold(Hold { lifts: None, ground: 0 }));
    let lift = |office: usize| beside(office, Body::Hold(Hold { lifts: Some(set.id()), ground: 0 }));
    let destroy = beside(TEHSIL, Body::Destroy(body::Destroy { retention: 1, item: 4 }));
    let sides = vec![lift(TEHSIL), set.clone()];
    assert_eq!(beside::check_hold(&destroy, &sides), Err(Refusal::OnHold));
    assert_eq!(beside::check_hold(&lift(TEHSIL), &sides), Err(Refusal::NotOnHold));
    assert_eq!(beside::check_hold(&lift(DISTRICT), &sides), Ok(()));
    let lifted = [sides, vec![lift(DISTRICT)]].concat();
    assert_eq!(beside::check_hold(&destroy, &lifted), Ok(()));
}
