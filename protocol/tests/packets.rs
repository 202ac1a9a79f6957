//! Files move between offices that never had a link, in packets that somebody carries.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/line.rs"]
mod line;

use line::Line;
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::{Request, Standing, Why};
use mohar_protocol::packet::Packet;
use mohar_protocol::records::{Records, Role};
use mohar_protocol::refusal::Refusal;

/// A district and its tehsil, which no line reaches, and an office far away.
const OFFICES: &[(Option<usize>, &str)] =
    &[(None, "mp/indore"), (Some(0), "mp/indore/depalpur"), (None, "mp/rewa")];
const DISTRICT: usize = 0;
const TEHSIL: usize = 1;

/// Written into every note: it must be found in no packet.
const SECRET: &[u8] = b"the boundary stone was moved in the night";

fn matter(line: &Line, at: usize, id: MatterId) -> Option<Matter> {
    Records::new(&line.nodes[at].store).matter(&id).unwrap()
}

/// A file with a note and a paper of several chunks waits at the district for the tehsil.
fn waiting(seed: u8) -> (Line, MatterId) {
    let mut line = Line::found(seed, OFFICES);
    let id = line.open(DISTRICT, "Boundary");
    line.act(DISTRICT, 0, id, Command::Note, SECRET).unwrap();
    line.act(DISTRICT, 0, id, Command::Attach, &SECRET.repeat(20_000)).unwrap();
    let to = line.desk(TEHSIL, 0);
    line.act(DISTRICT, 0, id, Command::Forward { to }, b"").unwrap();
    (line, id)
}

#[test]
fn a_file_moves_with_four_carries_and_no_link() {
    let (mut line, id) = waiting(1);
    let offer = line.pack(DISTRICT, TEHSIL);
    assert!(matter(&line, TEHSIL, id).is_none());
    let ready = line.unpack(TEHSIL, &offer).unwrap().expect("the tehsil is ready");
    assert!(matter(&line, TEHSIL, id).unwrap().is_held_by(&line.state.offices[DISTRICT].id));
    let handover = line.unpack(DISTRICT, &ready).unwrap().expect("the handover");
    assert!(matches!(matter(&line, DISTRICT, id).unwrap().phase, Phase::InTransit { .. }));
    let receive = line.unpack(TEHSIL, &handover).unwrap().expect("the receipt");
    let there = matter(&line, TEHSIL, id).unwrap();
    assert!(there.is_held_by(&line.state.offices[TEHSIL].id) && there.phase == Phase::Active);
    line.unpack(DISTRICT, &receive).unwrap();
    assert_eq!(matter(&line, DISTRICT, id).unwrap().head, there.head, "the sender sees the receipt");
    line.act(TEHSIL, 0, id, Command::Opened, b"").unwrap();
    line.act(TEHSIL, 0, id, Command::Note, b"it can be read and written on").unwrap();
    for node in &line.nodes {
        assert_eq!(node.noted, Vec::<&str>::new());
    }
}

#[test]
fn a_file_goes_and_comes_back_by_packets_and_goes_on_over_a_line() {
    let (mut line, id) = waiting(2);
    let mut packet = line.pack(DISTRICT, TEHSIL);
    for at in [TEHSIL, DISTRICT, TEHSIL] {
        packet = line.unpack(at, &packet).unwrap().unwrap();
    }
    line.act(TEHSIL, 0, id, Command::Opened, b"").unwrap();
    line.act(TEHSIL, 0, id, Command::SendBack, b"").unwrap();
    let small = line.pack(TEHSIL, DISTRICT);
    assert!(small.len() < 200_000, "the paper is not carried back to whoever sent it: {}", small.len());
    packet = small;
    for at in [DISTRICT, TEHSIL, DISTRICT] {
        packet = line.unpack(at, &packet).unwrap().unwrap();
    }
    let back = matter(&line, DISTRICT, id).unwrap();
    assert!(back.is_held_by(&line.state.offices[DISTRICT].id) && back.phase == Phase::Active);
    line.link(DISTRICT, TEHSIL, None);
    line.run_until(10_000, "the tehsil knows it over the line", |line| {
        matter(line, TEHSIL, id).is_some_and(|there| there.head == back.head)
    });
}

#[test]
fn packets_lost_repeated_and_out_of_order_do_no_harm() {
    let (mut line, id) = waiting(3);
    let offer = line.pack(DISTRICT, TEHSIL);
    let lost = line.unpack(TEHSIL, &offer).unwrap().unwrap();
    let ready = line.unpack(TEHSIL, &offer).unwrap().unwrap();
    drop(lost);
    let handover = line.unpack(DISTRICT, &ready).unwrap().unwrap();
    let again = line.unpack(DISTRICT, &ready).unwrap().unwrap();
    // The old offer after the handover, and the handover three times.
    let mut receive = line.unpack(TEHSIL, &handover).unwrap().unwrap();
    line.unpack(TEHSIL, &offer).unwrap();
    for packet in [&again, &handover] {
        receive = line.unpack(TEHSIL, packet).unwrap().unwrap();
    }
    line.unpack(DISTRICT, &ready).unwrap();
    for packet in [&receive, &receive] {
        line.unpack(DISTRICT, packet).unwrap();
    }
    let (here, there) = (matter(&line, DISTRICT, id).unwrap(), matter(&line, TEHSIL, id).unwrap());
    assert_eq!(here.head, there.head);
    assert!(here.is_held_by(&line.state.offices[TEHSIL].id) && here.phase == Phase::Active);
}

#[test]
fn an_old_backup_learns_by_packet_what_it_had_signed_before_it_takes_a_handover() {
    let (mut line, id) = waiting(4);
    let offer = line.pack(DISTRICT, TEHSIL);
    // The tehsil's disk is copied before it reads the offer and comes back after: an old backup.
    let before = line.nodes[TEHSIL].store.clone();
    let ready = line.unpack(TEHSIL, &offer).unwrap().unwrap();
    let handover = line.unpack(DISTRICT, &ready).unwrap().unwrap();
    line.nodes[TEHSIL].store = before;
    line.restart(TEHSIL);
    let taken = line.carry(TEHSIL, Request::Carry(handover.clone())).unwrap();
    assert_eq!(taken.refused, [Refusal::RejoinAsking]);
    let mut packet = handover.clone();
    for at in [TEHSIL, DISTRICT, TEHSIL, DISTRICT, TEHSIL] {
        packet = line.unpack(at, &packet).unwrap().unwrap();
    }
    // The mirrors that no packet came from may know more: the head of office decides not to wait.
    let office = line.state.offices[TEHSIL].id;
    assert_eq!(line.nodes[TEHSIL].machine.standing(&office), Some(Standing::Asking(Why::Ahead)));
    let actor = line.state.offices[TEHSIL].admin();
    line.ask(TEHSIL, Request::Continue { actor }).unwrap();
    assert_eq!(line.nodes[TEHSIL].machine.standing(&office), Some(Standing::Continuing));
    line.unpack(TEHSIL, &offer).unwrap();
    line.unpack(TEHSIL, &handover).unwrap();
    assert!(matter(&line, TEHSIL, id).unwrap().is_held_by(&office));
}

#[test]
fn what_is_cut_short_altered_or_meant_for_others_is_refused_with_its_code() {
    let (mut line, id) = waiting(5);
    let packet = line.pack(DISTRICT, TEHSIL);
    let refused =
        |line: &mut Line, at: usize, bytes: Vec<u8>| line.carry(at, Request::Carry(bytes)).unwrap_err();
    for cut in [0, 10, 16, 40, 150, 200] {
        assert_eq!(refused(&mut line, TEHSIL, packet[..cut].to_vec()), Refusal::PacketUnreadable, "{cut}");
    }
    for cut in (400..packet.len()).step_by(packet.len() / 40) {
        assert_eq!(refused(&mut line, TEHSIL, packet[..cut].to_vec()), Refusal::PacketDamaged, "{cut}");
    }
    for at in (0..packet.len()).step_by(packet.len() / 200) {
        let mut altered = packet.clone();
        altered[at] ^= 1;
        let refusal = refused(&mut line, TEHSIL, altered);
        let elsewhere = [Refusal::ActOtherState, Refusal::OfficeUnknown].contains(&refusal);
        assert!(elsewhere || refusal.code().starts_with("packet."), "byte {at}: {refusal}");
    }
    assert_eq!(refused(&mut line, TEHSIL, [packet.clone(), vec![0]].concat()), Refusal::PacketDamaged);
    assert_eq!(refused(&mut line, 2, packet.clone()), Refusal::PacketNotHere);
    assert_eq!(refused(&mut line, DISTRICT, packet.clone()), Refusal::PacketNotHere, "one's own");
    let mut other = Line::found(55, OFFICES);
    assert_eq!(refused(&mut other, TEHSIL, packet.clone()), Refusal::ActOtherState);
    // The far office passes itself off as the district.
    let header = *Packet::parse(&packet).unwrap().header();
    let frames: Vec<Vec<u8>> = Vec::new();
    let far = line.state.offices[2].keys.signing.clone();
    let forged = Packet::write(header.state, header.from, header.to, header.time, &frames, &far);
    assert_eq!(refused(&mut line, TEHSIL, forged), Refusal::PacketSignature);
    assert!(matter(&line, TEHSIL, id).is_none(), "nothing was taken from any of them");
}

#[test]
fn whoever_carries_a_packet_reads_nothing_that_a_mirror_may_not_see() {
    let (mut line, _) = waiting(6);
    let mut packet = line.pack(DISTRICT, TEHSIL);
    for at in [TEHSIL, DISTRICT, TEHSIL] {
        let found = packet.windows(SECRET.len()).any(|window| window == SECRET);
        assert!(!found, "a note can be read in a packet");
        packet = line.unpack(at, &packet).unwrap().unwrap();
    }
}

#[test]
fn a_mirror_without_a_line_holds_what_came_by_packet_and_says_so() {
    let (mut line, _) = waiting(7);
    // The district mirrors its tehsil.
    let office = line.state.offices[TEHSIL].id;
    let id = line.open(TEHSIL, "Crop damage");
    line.act(TEHSIL, 0, id, Command::Attach, &SECRET.repeat(20_000)).unwrap();
    let size = Records::new(&line.nodes[TEHSIL].store).log(&office).unwrap().unwrap().signed.size();
    // What comes back may make the tehsil sign more; what went out is what is to be held.
    let held = |line: &Line| {
        let held = Records::new(&line.nodes[TEHSIL].store).held(&office).unwrap();
        held.count(Role::Mirror, size - 1)
    };
    assert_eq!(held(&line), 0);
    let packet = line.pack(TEHSIL, DISTRICT);
    let cosigned = line.unpack(DISTRICT, &packet).unwrap().expect("a cosignature");
    let taken = line.carry(TEHSIL, Request::Carry(cosigned)).unwrap();
    assert_eq!(taken.refused, []);
    assert_eq!(held(&line), 1);
}

#[test]
fn a_changed_register_and_new_names_come_with_the_packets() {
    let (mut line, id) = waiting(8);
    // The first minute's work is done: the node's secret lies with the recovery keys.
    line.run(1_000);
    line.add_post(TEHSIL, "reader");
    line.publish(TEHSIL, "new address");
    let packet = line.pack(TEHSIL, DISTRICT);
    line.unpack(DISTRICT, &packet).unwrap();
    let tehsil = line.state.offices[TEHSIL].id;
    let known = |line: &Line, at: usize| line.nodes[at].machine.registry().office(&tehsil).unwrap().digest();
    assert_eq!(known(&line, DISTRICT), known(&line, TEHSIL));
    assert_eq!(line.addresses(DISTRICT, TEHSIL), Some(vec!["new address".to_owned()]));
    // News of a third office, which only one side has: told as a digest, asked for, carried.
    line.add_post(2, "clerk");
    line.link(DISTRICT, 2, None);
    line.run(2_000);
    let packet = line.pack(DISTRICT, TEHSIL);
    let question = line.unpack(TEHSIL, &packet).unwrap().expect("a question");
    let answer = line.unpack(DISTRICT, &question).unwrap().expect("an answer");
    line.unpack(TEHSIL, &answer).unwrap();
    let far = line.state.offices[2].id;
    let posts = |line: &Line| line.nodes[TEHSIL].machine.registry().office(&far).unwrap().posts().count();
    assert_eq!(posts(&line), line.nodes[2].machine.registry().office(&far).unwrap().posts().count());
    assert!(matter(&line, TEHSIL, id).is_some());
}
