//! What an office changes in its register or directory reaches every office within seconds, also
//! those that it has no link with; and no relay can make two offices differ.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/line.rs"]
mod line;

use line::Line;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::{Body, UnverifiedAct, Verb};
use mohar_protocol::ceremony::{self, NewOffice, OfficeKeys};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::Input;
use mohar_protocol::message::Message;
use mohar_protocol::records::Records;

const ROW: &[(Option<usize>, &str)] =
    &[(None, "mp/a"), (None, "mp/b"), (None, "mp/c"), (None, "mp/d"), (None, "mp/e")];

/// Five offices, each linked with its neighbours only.
fn row(seed: u8) -> Line {
    let mut line = Line::found(seed, ROW);
    for at in 1..ROW.len() {
        line.link(at - 1, at, None);
    }
    line.run(3_000);
    line
}

fn everyone_has(line: &Line, of: usize, address: &str) -> bool {
    (0..line.nodes.len())
        .filter(|at| *at != of)
        .all(|at| line.addresses(at, of) == Some(vec![address.to_owned()]))
}

#[test]
fn a_directory_and_its_names_reach_the_end_of_the_row_within_seconds() {
    let mut line = row(1);
    line.publish(0, "first");
    let took = line.run_until(10_000, "names arrived", |line| everyone_has(line, 0, "first"));
    assert!(took <= 5_000, "{took} ms");
    line.publish(0, "second");
    let took = line.run_until(10_000, "new names arrived", |line| everyone_has(line, 0, "second"));
    assert!(took <= 5_000, "{took} ms");
}

#[test]
fn a_register_change_reaches_the_end_of_the_row_within_seconds() {
    let mut line = row(2);
    let post = line.add_post(0, "reader");
    let office = line.state.offices[0].id;
    let took = line.run_until(10_000, "the post is known", |line| {
        let known =
            |node: &line::Node| node.machine.registry().office(&office).unwrap().post(&post.into()).is_some();
        line.nodes.iter().all(known)
    });
    assert!(took <= 2_000, "{took} ms");
}

#[test]
fn news_goes_over_each_link_at_most_once_and_the_storm_ends() {
    let mut line = row(3);
    // Everyone with everyone: five offices, ten links.
    for a in 0..ROW.len() {
        for b in a + 2..ROW.len() {
            line.link(a, b, None);
        }
    }
    line.run(5_000);
    let before: u64 = line.nodes.iter().map(|node| node.frames).sum();
    line.add_post(0, "reader");
    line.run(1_000);
    let after: u64 = line.nodes.iter().map(|node| node.frames).sum();
    // Ten links with two ways each, some heads to cosigners and their answers.
    assert!(after - before <= 20 + 16, "{} frames", after - before);
    line.run(1_000);
    let later: u64 = line.nodes.iter().map(|node| node.frames).sum();
    assert!(later - after <= 8, "{} frames more", later - after);
}

#[test]
fn names_are_fetched_from_whoever_has_them_when_their_office_is_gone() {
    let mut line = Line::found(4, ROW);
    line.link(0, 1, None);
    line.run(1_000);
    line.publish(0, "here");
    line.run_until(5_000, "the neighbour has the names", |line| line.addresses(1, 0).is_some());
    line.cut(0, 1);
    line.link(2, 3, None);
    line.link(1, 2, None);
    let took = line.run_until(10_000, "names arrived", |line| line.addresses(3, 0).is_some());
    assert!(took <= 5_000, "{took} ms");
    line.restart(3);
    assert!(line.addresses(3, 0).is_some());
}

#[test]
fn names_whose_fetch_was_cut_off_are_fetched_after_a_restart() {
    let mut line = Line::found(5, ROW);
    line.link(0, 1, None);
    line.publish(0, "here");
    // The act arrives with the first frames, the names one question later.
    line.run(50);
    line.cut(0, 1);
    line.restart(1);
    assert_eq!(line.addresses(1, 0), None);
    line.link(0, 1, None);
    line.run_until(5_000, "names arrived", |line| line.addresses(1, 0).is_some());
}

/// The dossier of an office as a node holds it.
fn dossier(line: &Line, at: usize, of: usize) -> Vec<ByteVec> {
    let records = Records::new(&line.nodes[at].store);
    let ids = records.dossier(&line.state.offices[of].id, 0, 1_000).unwrap();
    ids.iter().map(|id| records.expect_act(id).unwrap().bytes().to_vec().into()).collect()
}

/// The act of a verb in a dossier.
fn of_verb(acts: &[ByteVec], verb: Verb) -> ByteVec {
    let is = |act: &&ByteVec| UnverifiedAct::parse(act).unwrap().header().known_verb() == Some(verb);
    acts.iter().find(is).unwrap().clone()
}

#[test]
fn a_relay_that_reorders_a_dossier_changes_nothing() {
    let mut line = Line::found(6, ROW);
    line.run(2_000);
    let mut acts = Vec::new();
    for address in ["one", "two", "three"] {
        line.publish(0, address);
        acts.push(of_verb(&dossier(&line, 0, 0), Verb::Directory));
    }
    acts.push(of_verb(&dossier(&line, 0, 0), Verb::Escrow));
    let office = line.state.offices[0].id;
    // The same three directories, in two orders, to two offices that never meet the first one.
    line.link(1, 2, None);
    line.link(3, 4, None);
    let (relay_1, relay_3) = (line.peer(1), line.peer(3));
    for (to, from, order) in [(2, relay_1, [2, 0, 3, 1]), (4, relay_3, [1, 3, 2, 0])] {
        let acts = order.iter().map(|at| acts[*at].clone()).collect();
        let bytes = Message::Dossier { office, acts }.to_frame();
        line.feed(to, Input::Frame { from, bytes });
    }
    let of = |line: &Line, at: usize| line.nodes[at].machine.registry().office(&office).unwrap().clone();
    let truth = of(&line, 0);
    for at in [2, 4] {
        assert_eq!(of(&line, at).directory(), truth.directory());
        assert_eq!(of(&line, at).digest(), truth.digest());
        assert_eq!(dossier(&line, at, 0), dossier(&line, 0, 0));
        line.restart(at);
        assert_eq!(of(&line, at).digest(), truth.digest(), "after a restart too");
    }
}

#[test]
fn offices_of_ones_own_making_are_not_taken_up_and_do_not_stop_a_start() {
    let mut line = row(7);
    let keys = OfficeKeys::generate(&mut line.entropy);
    let now = line.now;
    for parent in [None, Some(line.state.offices[0].id), Some(OfficeId([7; 32]))] {
        let new = NewOffice {
            parent,
            path: "mp/nowhere".to_owned(),
            code: "X".to_owned(),
            tier: mohar_protocol::act::body::Tier::Other,
            name_hi: "कहीं नहीं".to_owned(),
            name_en: "Nowhere".to_owned(),
        };
        let made =
            ceremony::begin_office(line.state.id, &new, &keys, keys.signing.public(), now, &mut line.entropy);
        let made = made.unwrap();
        let acts: Vec<ByteVec> = made.acts.iter().map(|act| act.bytes().to_vec().into()).collect();
        let from = line.peer(1);
        let bytes = Message::Dossier { office: made.office, acts }.to_frame();
        line.feed(2, Input::Frame { from, bytes });
        assert!(line.nodes[2].machine.registry().office(&made.office).is_err());
    }
    let refused: Vec<&str> = line.nodes[2].noted.iter().rev().take(3).copied().collect();
    assert_eq!(
        refused,
        ["authority.office_unknown", "authority.office_not_admitted", "authority.office_not_admitted"]
    );
    line.restart(2);
}

#[test]
fn a_child_that_comes_before_its_parent_is_taken_up_after_it() {
    let mut line = Line::found(8, &[(None, "mp/a"), (None, "mp/b")]);
    let now = line.now;
    // Two offices below the first, made after everybody was founded; only the first has them.
    let mut parent = 0;
    for depth in 0..2 {
        let mut keys = OfficeKeys::generate(&mut line.entropy);
        keys.transport = mohar_protocol::keys::SecretKey::from_seed(&[90 + depth; 32]);
        parent =
            line.state.add_office(Some(parent), &format!("mp/a/{depth}"), 1, None, &mut line.entropy, now);
    }
    let package = line.state.package();
    line.ask(0, mohar_protocol::machine::Request::Import(package)).unwrap();
    line.link(0, 1, None);
    line.run_until(5_000, "both are known", |line| {
        let registry = line.nodes[1].machine.registry();
        let admitted = registry.offices().filter(|register| registry.is_admitted(register)).count();
        admitted == 4
    });
}

#[test]
fn admissions_and_endorsements_in_any_order_lead_to_one_registry() {
    let line = Line::found(9, &[(None, "mp/a")]);
    let acts = line.state.offices[0].dossier.clone();
    // The charter needs two of three: its endorsement stands after the admission.
    let endorses = |bytes: &ByteVec| matches!(UnverifiedAct::parse(bytes).unwrap().body(), Body::Endorse(_));
    let at = acts.iter().position(endorses).expect("two root keys admitted the office");
    let mut late = acts.clone();
    let endorsement = late.remove(at);
    late.push(endorsement);
    let fold = |acts: &[ByteVec]| {
        let mut registry = mohar_protocol::registry::Registry::new(line.state.id);
        for bytes in line.state.charter.iter().chain(acts) {
            registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
        }
        let office = registry.office(&line.state.offices[0].id).unwrap();
        assert!(registry.is_admitted(office));
        office.digest()
    };
    assert_eq!(fold(&acts), fold(&late));
}
