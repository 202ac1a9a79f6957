//! Reminders: they reach the holder over a line that was down, move nothing, and have bounds.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/town.rs"]
mod town;

use mohar_protocol::act::body::Remind;
use mohar_protocol::act::{self, Body, Header, Holder, Place, UnverifiedAct, VerifiedAct};
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::machine::remind::REMINDERS_MAX;
use mohar_protocol::message::Message;
use mohar_protocol::records::Table;
use mohar_protocol::refusal::Refusal;
use town::{DISTRICT, FAR, TEHSIL, Town, sent, settle};

fn remind(town: &mut Town, node: usize, post: usize, file: MatterId) -> Result<ActId, Refusal> {
    town.try_act(node, town.office(node).actor(post), file, Command::Remind)
}

fn reminders(town: &Town, node: usize, file: MatterId) -> Vec<ActId> {
    let records = town.records(node);
    let is_one = |id: &ActId| matches!(records.expect_act(id).unwrap().body(), Body::Remind(_));
    records.sides(&file, 999).unwrap().into_iter().filter(is_one).collect()
}

/// Reminders to the tehsil that the district still says.
fn unanswered(town: &Town) -> usize {
    town.records(DISTRICT).towards(Table::REMINDERS, &town.office(TEHSIL).id, 99).unwrap().len()
}

#[test]
fn a_reminder_reaches_the_holder_and_is_then_said_no_more() {
    let (mut town, file) = sent(31);
    let before = town.chain(TEHSIL, file).len();
    town.cut(DISTRICT, true);
    let act = remind(&mut town, DISTRICT, 0, file).unwrap();
    settle(&mut town);
    assert!(reminders(&town, TEHSIL, file).is_empty() && unanswered(&town) == 1, "there is no line");
    town.cut(DISTRICT, false);
    settle(&mut town);
    assert_eq!(reminders(&town, TEHSIL, file), [act]);
    assert_eq!(unanswered(&town), 0, "it was said back");
    assert_eq!(town.chain(TEHSIL, file).len(), before, "nothing moved");
}

#[test]
fn an_echo_that_is_lost_is_said_again() {
    let (mut town, file) = sent(32);
    let act = remind(&mut town, DISTRICT, 0, file).unwrap();
    settle(&mut town);
    let bytes = town.records(DISTRICT).expect_act(&act).unwrap().bytes().to_vec();
    town.forged_frame(DISTRICT, TEHSIL, &Message::Side { act: bytes.clone().into() });
    town.forged_frame(TEHSIL, DISTRICT, &Message::Side { act: bytes.into() });
    settle(&mut town);
    assert_eq!((reminders(&town, TEHSIL, file), unanswered(&town)), (vec![act], 0));
}

#[test]
fn nobody_reminds_himself_nor_of_what_is_closed_and_the_number_is_bounded() {
    let (mut town, file) = sent(33);
    assert_eq!(remind(&mut town, TEHSIL, 0, file), Err(Refusal::SamePost));
    assert!(remind(&mut town, TEHSIL, 1, file).is_ok(), "another post of the same office");
    for _ in 0..REMINDERS_MAX {
        assert!(remind(&mut town, DISTRICT, 0, file).is_ok());
    }
    assert_eq!(remind(&mut town, DISTRICT, 1, file), Err(Refusal::RemindedOften));
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Close { retention: 1 });
    settle(&mut town);
    assert_eq!(remind(&mut town, TEHSIL, 1, file), Err(Refusal::IsClosed));
    assert_eq!(remind(&mut town, FAR, 0, file), Err(Refusal::MatterUnknown));
}

#[test]
fn a_reminder_of_an_office_that_never_had_the_file_is_not_kept() {
    let (mut town, file) = sent(34);
    let like = town.chain(TEHSIL, file).pop().unwrap().header().clone();
    let to = town.desk(TEHSIL, 0);
    let stray = made_up(&town, &like, to);
    town.forged_frame(FAR, TEHSIL, &Message::Side { act: stray.bytes().to_vec().into() });
    assert!(reminders(&town, TEHSIL, file).is_empty());
    let elsewhere = made_up(&town, &like, town.desk(DISTRICT, 0));
    town.forged_frame(FAR, TEHSIL, &Message::Side { act: elsewhere.bytes().to_vec().into() });
    assert!(reminders(&town, TEHSIL, file).is_empty(), "nor one to somebody else");
}

/// A reminder that an officer of the far office makes up.
fn made_up(town: &Town, like: &Header, to: Holder) -> VerifiedAct {
    let far = town.office(FAR);
    let (verb, body) = Body::Remind(Remind { to }).encode().unwrap();
    let header = Header {
        office: Some(far.id),
        charge: Some(far.posts[0].charge),
        register: town.chain_of_register(FAR).last().map(UnverifiedAct::id),
        holder: Some(to),
        place: Place::Side,
        anchor: None,
        contents: Vec::new(),
        verb: verb.code(),
        body,
        ..like.clone()
    };
    act::sign(&header, &far.posts[0].key).unwrap()
}
