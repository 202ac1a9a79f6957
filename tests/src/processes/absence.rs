//! Three weeks without a line, then catching up over a slow one that breaks twice: what comes first, how
//! long it takes beside what the line could carry, and what the node said beforehand.
//!
//! The office works on meanwhile, and others send it files. Nothing may be missing or doubled afterwards.

use std::fmt;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mohar_protocol::control::{CatchingUp, CosignerStatus, OfficeStatus};

use crate::processes::judge::Logs;
use crate::processes::node::Node;
use crate::processes::officer::Officer;
use crate::processes::slow_line::SlowLine;
use crate::processes::town::{DISTRICT, HEAD, PLANS, READER, TEHSIL, TOWN, Town};
use crate::processes::{ports, until, until_within};

/// Officers of the tehsil who work at the same time.
const HANDS: usize = 4;

/// How long the line stays broken each time.
const BREAK: Duration = Duration::from_secs(5);

/// Nobody waits longer for a slow line.
const LONG: Duration = Duration::from_secs(3_600);

/// An absence.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Acts of the tehsil meanwhile, about.
    pub acts: usize,
    /// Papers that it attaches.
    pub papers: usize,
    /// Bytes of each.
    pub paper_bytes: usize,
    /// Files that the district sends to it meanwhile.
    pub sent: usize,
    /// The line afterwards.
    pub kbit_per_s: u64,
}

/// What was seen, from the moment in which the line was there again.
#[derive(Debug)]
pub struct Figures {
    plan: Plan,
    log_grew: u64,
    said: Option<CatchingUp>,
    first: Duration,
    arrived: Duration,
    held: Duration,
    up: u64,
    down: u64,
}

/// The office is cut off, works, and catches up.
///
/// # Panics
/// When anything is missing or doubled afterwards.
pub fn run(plan: Plan) -> Figures {
    let mut town = Town::asleep(TOWN);
    let line = SlowLine::new(plan.kbit_per_s);
    put_on_line(&town, &line);
    for node in &mut town.nodes {
        node.start();
    }
    town.until_linked();
    line.cut();
    until("the tehsil is alone", || is_alone(&town.nodes[TEHSIL]));
    let before = own(&town.nodes[TEHSIL]).expect("it runs").log_size;
    let sent = work(&town, plan);
    let log_grew = own(&town.nodes[TEHSIL]).expect("it runs").log_size - before;
    let carried = line.carried();
    line.mend();
    let begun = Instant::now();
    let head = town.head(TEHSIL);
    let (mut said, mut first) = (None, None);
    let breaks = Breaks::new(&line);
    let look = || {
        breaks.look(&own(&town.nodes[TEHSIL])?, before, log_grew);
        let catching_up = town.nodes[TEHSIL].status()?.catching_up;
        said = said.or(catching_up.filter(|now| now.files > 0 && now.seconds.is_some()));
        let here = arrived(&head, &sent)?;
        if here > 0 {
            first.get_or_insert(begun.elapsed());
        }
        if here == sent.len() { Ok(()) } else { Err(format!("{here} of {} files", sent.len())) }
    };
    until_within(LONG, "what was sent has come", look);
    let came = begun.elapsed();
    until_within(LONG, "every mirror holds the log", || {
        let own = own(&town.nodes[TEHSIL])?;
        breaks.look(&own, before, log_grew);
        let behind = mirrors(&own).find(|mirror| mirror.size < own.log_size);
        behind.map_or(Ok(()), |behind| Err(format!("{behind:?} of {}", own.log_size)))
    });
    let held = begun.elapsed();
    assert_eq!(breaks.count(), 2, "the line broke twice");
    let (up, down) = line.carried();
    assert_eq!(arrived(&head, &sent), Ok(sent.len()), "each file is there once");
    Logs::read(&town).expect("logs").check_chains().expect("chains");
    let first = first.unwrap_or(came);
    Figures { plan, log_grew, said, first, arrived: came, held, up: up - carried.0, down: down - carried.1 }
}

/// Every link of the tehsil goes over the line; the others cannot call it. What an office publishes of itself
/// is the line's end, for whoever learned the way around the line would take it.
fn put_on_line(town: &Town, line: &SlowLine) {
    let settings = |at: usize| town.nodes[at].data.join("node.toml");
    let mut own = fs::read_to_string(settings(TEHSIL)).expect("settings");
    let reached_at = own.lines().nth(3).and_then(port).expect("an address");
    for other in (0..TOWN).filter(|at| *at != TEHSIL) {
        let text = fs::read_to_string(settings(other)).expect("settings");
        let far = text.lines().nth(3).and_then(port).expect("an address");
        let near = ports::free();
        line.carry(near, far);
        own = own.replace(&format!("/tcp/{far}\""), &format!("/tcp/{near}\""));
        let announce = format!("[net]\nannounce = [\"/ip4/127.0.0.1/tcp/{near}\"]");
        let text = text.replacen("[net]", &announce, 1);
        let known =
            text.split("[[net.peers]]").filter(|peer| !peer.contains(&format!("/tcp/{reached_at}\"")));
        fs::write(settings(other), known.collect::<Vec<_>>().join("[[net.peers]]")).expect("settings");
    }
    let listen = format!("listen = [\"/ip4/127.0.0.1/tcp/{reached_at}\"]");
    fs::write(settings(TEHSIL), own.replace(&listen, "listen = []")).expect("settings");
}

/// The port in `listen = ["/ip4/127.0.0.1/tcp/4001"]`.
fn port(line: &str) -> Option<u16> {
    line.split("/tcp/").nth(1)?.trim_end_matches(['"', ']']).parse().ok()
}

/// Breaks the line when a third and when two thirds of the log are held by the mirror that has most.
struct Breaks<'a> {
    line: &'a SlowLine,
    done: AtomicUsize,
}

impl<'a> Breaks<'a> {
    const fn new(line: &'a SlowLine) -> Self {
        Self { line, done: AtomicUsize::new(0) }
    }

    fn count(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    fn look(&self, own: &OfficeStatus, before: u64, grew: u64) {
        let held = mirrors(own).map(|mirror| mirror.size).max().unwrap_or(0).saturating_sub(before);
        let due = usize::try_from((held * 3).checked_div(grew).unwrap_or(0)).unwrap_or(0).min(2);
        if due > self.count() {
            self.line.cut();
            // The one place that waits for time and not for a condition: a broken line is broken for a while.
            thread::sleep(BREAK);
            self.line.mend();
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn own(node: &Node) -> Result<OfficeStatus, String> {
    Ok(node.status()?.offices[0].clone())
}

fn mirrors(own: &OfficeStatus) -> impl Iterator<Item = &CosignerStatus> {
    own.cosigners.iter().filter(|cosigner| cosigner.role == "mirror")
}

fn is_alone(node: &Node) -> Result<(), String> {
    let linked = node.status()?.others.into_iter().find(|other| other.linked);
    linked.map_or(Ok(()), |other| Err(format!("{} is linked", other.path)))
}

/// How many of these files are on the desk; each at most once.
fn arrived(head: &Officer, files: &[String]) -> Result<usize, String> {
    let desk = head.desk("all")?;
    let times = files.iter().map(|id| desk.iter().filter(|row| row.id == *id).count());
    times.map(|times| if times > 1 { Err("a file is there twice".to_owned()) } else { Ok(times) }).sum()
}

/// Three weeks: the tehsil opens, notes, marks and attaches, the district sends files to it.
fn work(town: &Town, plan: Plan) -> Vec<String> {
    let above = town.head(DISTRICT);
    let sent = (0..plan.sent).map(|number| {
        let id = above.open_file(&format!("Reminder {number} to the tehsil")).expect("a file");
        above.note(&id, "Please report within a week.").expect("a note");
        above.send_to(&id, PLANS[TEHSIL].title, HEAD).expect("it waits");
        id
    });
    let sent = sent.collect();
    let next = AtomicUsize::new(0);
    let head = town.head(TEHSIL);
    thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                // Three acts each: open, note, mark.
                while let Some(number) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < plan.acts / 3)
                {
                    let id = head.open_file(&format!("Case {number} of three weeks")).expect("a file");
                    head.note(&id, &format!("Looked into; note {number}.")).expect("a note");
                    head.send_to(&id, PLANS[TEHSIL].title, READER).expect("a marking");
                }
            });
        }
    });
    if plan.papers > 0 {
        let id = head.open_file("Maps of three weeks").expect("a file");
        for number in 0..plan.papers {
            // Digits that no line makes smaller: papers are scans.
            let text = format!("{number:07} ").repeat(plan.paper_bytes.div_ceil(8));
            head.attach(&id, &format!("Map {number}"), "map.txt", text.as_bytes()).expect("a paper");
        }
    }
    sent
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { papers, paper_bytes, sent, kbit_per_s, .. } = self.plan;
        let seconds = |time: Duration| format!("{:.0} s", time.as_secs_f64());
        let limit = self.up.max(self.down) * 8 / (kbit_per_s * 1_000);
        let said = self.said.map_or_else(
            || "nothing".to_owned(),
            |said| {
                format!("{} files, {} kB, {} s", said.files, said.bytes / 1_000, said.seconds.unwrap_or(0))
            },
        );
        write!(
            f,
            "| {kbit_per_s} kbit/s | {} | {} kB | {sent} | {said} | {} | {} | {} | {} kB up, {} kB down | {limit} s |",
            self.log_grew,
            papers * paper_bytes / 1_000,
            seconds(self.first),
            seconds(self.arrived),
            seconds(self.held),
            self.up / 1_000,
            self.down / 1_000,
        )
    }
}
