//! An office burns with its keys and is served again from a mirror: what was held is there and can be
//! read, custody is where it was, and nobody follows the former keys any more.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/town.rs"]
mod town;

use mohar_protocol::audit::verify_log;
use mohar_protocol::custody::Phase;
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::LEAVES_PER_MESSAGE_MAX;
use mohar_protocol::message::Message;
use mohar_protocol::records::Role;
use mohar_protocol::sealing::SealingSecret;
use town::{DISTRICT, FAR, TEHSIL, Town};

/// What the tehsil has when it burns.
struct Before {
    town: Town,
    /// Came from the district, was noted on, lies on its desk.
    held: MatterId,
    /// Its own, never left.
    own: MatterId,
    /// Waits for the far office, which cannot be reached.
    queued: MatterId,
    /// Went on to the district.
    gone: MatterId,
}

fn settle(town: &mut Town) {
    for _ in 0..4 {
        town.tick(11_000);
    }
}

fn before() -> Before {
    let mut town = Town::found(3);
    let held = town.open(DISTRICT, town.office(DISTRICT).actor(0), "Boundary of two villages");
    town.act(DISTRICT, town.office(DISTRICT).actor(0), held, Command::Note);
    let to = town.desk(TEHSIL, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(0), held, Command::Forward { to });
    settle(&mut town);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), held, Command::Opened);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), held, Command::Note);
    let own = town.open(TEHSIL, town.office(TEHSIL).actor(1), "Stamp paper");
    town.act(TEHSIL, town.office(TEHSIL).actor(1), own, Command::Note);
    let gone = town.open(TEHSIL, town.office(TEHSIL).actor(1), "Leave of the patwari");
    let to = town.desk(DISTRICT, 1);
    town.act(TEHSIL, town.office(TEHSIL).actor(1), gone, Command::Forward { to });
    settle(&mut town);
    town.unlink(TEHSIL, FAR);
    let queued = town.open(TEHSIL, town.office(TEHSIL).actor(1), "A letter to Rewa");
    let to = town.desk(FAR, 0);
    town.act(TEHSIL, town.office(TEHSIL).actor(1), queued, Command::Forward { to });
    settle(&mut town);
    Before { town, held, own, queued, gone }
}

/// Keys are not copied anywhere; a test takes them by their seeds.
fn sealing(secret: &SealingSecret) -> SealingSecret {
    SealingSecret::from_seed(secret.public().algorithm(), &secret.to_seed())
}

fn judge(before: Before, reader: usize, by: &SecretKey) {
    let Before { mut town, held, own, queued, gone } = before;
    let reader = sealing(&town.office(reader).keys.recovery_sealing);
    let files = [held, own, queued, gone];
    let states: Vec<_> = files.map(|id| town.records(TEHSIL).matter(&id).unwrap().unwrap()).to_vec();
    let words: Vec<_> = [held, own, queued].map(|id| town.readable(TEHSIL, id)).to_vec();
    let start = town.burn_and_replace(TEHSIL, DISTRICT, by, &reader, 0);
    assert!(town.progress(TEHSIL).is_some());
    settle(&mut town);
    assert_eq!(town.progress(TEHSIL), None, "everything is here");
    for (id, state) in files.iter().zip(&states) {
        assert_eq!(town.records(TEHSIL).matter(id).unwrap().as_ref(), Some(state));
    }
    for (id, words) in [held, own, queued].iter().zip(&words) {
        assert_eq!(&town.readable(TEHSIL, *id), words);
        assert!(!words.is_empty());
    }
    // It works: an officer writes, and what waited goes out when there is a way.
    town.act(TEHSIL, town.office(TEHSIL).actor(0), held, Command::Note);
    town.link(TEHSIL, FAR);
    settle(&mut town);
    let arrived = town.records(FAR).matter(&queued).unwrap().unwrap();
    assert_eq!((arrived.holder, &arrived.phase), (town.desk(FAR, 0), &Phase::Active));
    assert_eq!(town.readable(FAR, queued), words[2]);
    // Cosigned by all, and sound from the first leaf on.
    let office = town.office(TEHSIL).id;
    let size = town.records(TEHSIL).log(&office).unwrap().unwrap().signed.size();
    assert!(size > start.size);
    let proofs = town.records(TEHSIL).held(&office).unwrap();
    assert_eq!((proofs.count(Role::Mirror, size - 1), proofs.count(Role::Witness, size - 1)), (2, 2));
    let report = verify_log(&town.log(TEHSIL), town.state.id);
    assert_eq!(report.acts_counted.failed, 0, "{:?}", report.codes());
    assert_ne!(report.outcome as u8, 2, "{:?}", report.codes());
}

#[test]
fn a_burnt_office_goes_on_from_its_mirror_by_its_own_recovery_kit() {
    let before = before();
    let by = before.town.office(TEHSIL).keys.recovery.clone();
    judge(before, TEHSIL, &by);
}

#[test]
fn an_office_whose_kits_burnt_too_goes_on_by_the_keys_above_it() {
    let before = before();
    let by = before.town.office(DISTRICT).keys.operating.clone();
    judge(before, DISTRICT, &by);
}

#[test]
fn the_key_of_a_file_is_found_again_although_its_acts_came_before_their_turn() {
    let Before { mut town, held, own, .. } = before();
    let words = town.readable(TEHSIL, held);
    let reader = sealing(&town.office(TEHSIL).keys.recovery_sealing);
    let by = town.office(TEHSIL).keys.recovery.clone();
    for _ in 0..=LEAVES_PER_MESSAGE_MAX {
        town.act(TEHSIL, town.office(TEHSIL).actor(1), own, Command::Note);
    }
    settle(&mut town);
    // The log has come in part: its leaves have their places, and are not played back. Meanwhile the
    // district, which once sent the file, tells what it knows of it.
    town.withheld = Some(|message| matches!(message, Message::GetLeaves { from: 1.., .. }));
    town.burn_and_replace(TEHSIL, DISTRICT, &by, &reader, 0);
    settle(&mut town);
    let progress = town.progress(TEHSIL).unwrap();
    assert!(progress.acts_here > 0 && progress.acts_here < progress.acts, "{progress:?}");
    (0..2).for_each(|_| settle(&mut town));
    assert!(town.records(TEHSIL).matter(&held).unwrap().is_some(), "the district has told");
    town.withheld = None;
    settle(&mut town);
    assert_eq!(town.progress(TEHSIL), None);
    assert_eq!(town.readable(TEHSIL, held), words);
}

#[test]
fn leaves_that_were_given_up_are_kept_as_orphans_and_everybody_goes_back_once() {
    let Before { mut town, held, .. } = before();
    let office = town.office(TEHSIL).id;
    // The district is cut off, and the far office sees more than it.
    town.unlink(TEHSIL, DISTRICT);
    town.link(TEHSIL, FAR);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), held, Command::Note);
    settle(&mut town);
    let seen = town.records(FAR).cosigned(&office, Role::Mirror).unwrap().unwrap().0;
    let kept = town.records(DISTRICT).cosigned(&office, Role::Mirror).unwrap().unwrap().0;
    assert!(seen > kept);
    let by = town.office(TEHSIL).keys.recovery.clone();
    let reader = sealing(&town.office(TEHSIL).keys.recovery_sealing);
    town.burn_and_replace(TEHSIL, DISTRICT, &by, &reader, seen);
    settle(&mut town);
    town.link(TEHSIL, FAR);
    settle(&mut town);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), held, Command::Note);
    settle(&mut town);
    let size = town.records(TEHSIL).log(&office).unwrap().unwrap().signed.size();
    for node in [DISTRICT, FAR] {
        for role in [Role::Mirror, Role::Witness] {
            assert_eq!(town.records(node).cosigned(&office, role).unwrap().unwrap().0, size);
        }
    }
    assert_eq!(town.records(FAR).gave_way(&office, 99).unwrap().len() as u64, seen - kept);
}

#[test]
fn the_only_surviving_copy_may_be_foreign() {
    let mut town = Town::found(4);
    let file = town.open(DISTRICT, town.office(DISTRICT).actor(0), "Boundary of two villages");
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Note);
    let to = town.desk(TEHSIL, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Forward { to });
    settle(&mut town);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Opened);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Note);
    settle(&mut town);
    let (state, words) = (town.records(TEHSIL).matter(&file).unwrap(), town.readable(TEHSIL, file));
    assert_eq!(words.len(), 3);
    // The office above is gone as well; its keys lie elsewhere.
    town.unlink(DISTRICT, TEHSIL);
    town.unlink(DISTRICT, FAR);
    let by = town.office(DISTRICT).keys.operating.clone();
    let reader = sealing(&town.office(DISTRICT).keys.recovery_sealing);
    town.burn_and_replace(TEHSIL, FAR, &by, &reader, 0);
    settle(&mut town);
    assert_eq!(town.progress(TEHSIL), None);
    assert_eq!(town.records(TEHSIL).matter(&file).unwrap(), state);
    assert_eq!(town.readable(TEHSIL, file), words);
}
