//! A node that was away comes back over a thin line that breaks: it says how much it lacks, what is
//! addressed to it comes first, and a break costs only what was on the way.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(clippy::print_stderr, reason = "the figures are worth reading")]

#[allow(dead_code, reason = "other test binaries use the rest")]
#[path = "support/line.rs"]
mod line;

use line::Line;
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Backlog;
use mohar_protocol::records::{Records, Role};

/// A district that mirrors its tehsil, and an office far away that it hears of too.
const OFFICES: &[(Option<usize>, &str)] =
    &[(None, "mp/indore"), (Some(0), "mp/indore/depalpur"), (None, "mp/rewa")];
const DISTRICT: usize = 0;
const TEHSIL: usize = 1;

/// The thin line of a tehsil, in bits a second.
const THIN: u64 = 64_000;

/// Notes and scans of an absence: a tehsil day of the load model has about 300 acts, so this is half
/// a day; the figures of three weeks are scaled from it.
const NOTES: usize = 150;
const SCANS: usize = 3;
const SCAN_BYTES: usize = 500_000;

/// The tehsil has worked while the district was away; in the end it sends a file there.
fn absence(seed: u8) -> (Line, MatterId) {
    let mut line = Line::found(seed, OFFICES);
    let id = line.open(TEHSIL, "Daily work");
    for note in 0..NOTES {
        line.act(TEHSIL, 0, id, Command::Note, &vec![b'a' + (note % 26) as u8; 1_500]).unwrap();
        if note % (NOTES / SCANS) == 0 {
            let scan: Vec<u8> = (0..SCAN_BYTES).map(|at| (at * 31 + note) as u8).collect();
            line.act(TEHSIL, 0, id, Command::Attach, &scan).unwrap();
        }
    }
    let sent = line.open(TEHSIL, "For orders");
    let to = line.desk(DISTRICT, 0);
    line.act(TEHSIL, 0, sent, Command::Note, b"Please see.").unwrap();
    line.act(TEHSIL, 0, sent, Command::Forward { to }, b"").unwrap();
    (line, sent)
}

fn backlog(line: &Line) -> Backlog {
    let node = &line.nodes[DISTRICT];
    node.machine.backlog(&Records::new(&node.store)).unwrap()
}

/// Whether the district has everything of the tehsil and has said so.
fn is_mirrored(line: &Line) -> bool {
    let office = line.state.offices[TEHSIL].id;
    let records = Records::new(&line.nodes[TEHSIL].store);
    let size = records.log(&office).unwrap().unwrap().signed.size();
    records.held(&office).unwrap().count(Role::Mirror, size - 1) > 0
}

fn is_received(line: &Line, id: MatterId) -> bool {
    let matter = Records::new(&line.nodes[DISTRICT].store).matter(&id).unwrap();
    matter.is_some_and(|matter| matter.is_held_by(&line.state.offices[DISTRICT].id))
}

#[test]
fn the_backlog_is_known_beforehand_and_what_is_addressed_to_me_comes_first() {
    let (mut line, sent) = absence(1);
    assert!(backlog(&line).is_empty());
    line.link(DISTRICT, TEHSIL, Some(THIN));
    line.run_until(30_000, "the size is known", |line| backlog(line).acts > 0);
    let known = backlog(&line);
    assert!(known.acts as usize >= NOTES && known.bytes > known.acts * 700, "{known:?}");
    let took = line.run_until(120_000, "the file is here", |line| is_received(line, sent));
    assert!(!is_mirrored(&line), "the rest comes after it ({took} ms)");
    line.run_until(120_000, "the rate is known", |line| backlog(line).bytes_per_s > 0);
    let rate = backlog(&line).bytes_per_s;
    // The line carries 8,000; a message that began before the measure counts whole.
    assert!((4_000..=16_000).contains(&rate), "{rate} bytes a second");
    let left = backlog(&line);
    assert!(left.bytes > 0 && left.seconds().is_some(), "{left:?}");
    line.run_until(900_000, "all is mirrored", is_mirrored);
    line.run(1_000);
    assert!(backlog(&line).is_empty(), "{:?}", backlog(&line));
}

#[test]
fn two_breaks_cost_only_what_was_on_the_way() {
    let whole = {
        let (mut line, _) = absence(2);
        line.link(DISTRICT, TEHSIL, Some(THIN));
        let took = line.run_until(900_000, "all is mirrored", is_mirrored);
        (line.bytes, took)
    };
    let (mut line, sent) = absence(2);
    for _ in 0..2 {
        line.link(DISTRICT, TEHSIL, Some(THIN));
        line.run(60_000);
        let before = backlog(&line);
        line.cut(DISTRICT, TEHSIL);
        line.restart(DISTRICT);
        line.run(30_000);
        line.link(DISTRICT, TEHSIL, Some(THIN));
        line.run(3_000);
        assert!(backlog(&line).acts <= before.acts, "{before:?}, then {:?}", backlog(&line));
        line.cut(DISTRICT, TEHSIL);
    }
    line.link(DISTRICT, TEHSIL, Some(THIN));
    let took = line.run_until(900_000, "all is mirrored", is_mirrored);
    assert!(is_received(&line, sent));
    // Each of the four breaks may repeat what was being sent: one page and two chunks.
    let more = line.bytes.saturating_sub(whole.0);
    assert!(more < 4 * 3 * 256 * 1024, "{more} bytes more than {whole:?}");
    eprintln!(
        "64 kbit/s: {} acts, {} KiB; unbroken {} s; with four breaks {} KiB more, the rest in {} s",
        NOTES + 2 * SCANS,
        whole.0 / 1024,
        whole.1 / 1_000,
        more / 1024,
        took / 1_000
    );
}
