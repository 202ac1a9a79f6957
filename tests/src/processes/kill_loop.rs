//! Continuous work at five offices while every node is killed in turn, and the judgement.
//!
//! Each officer writes down every act that the node has acknowledged. When the kills end, the work
//! ends, everything arrives, and the logs must hold each acknowledged act once.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mohar_protocol::act::Verb;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::MatterId;
use mohar_protocol::time::Timestamp;

use crate::processes::judge::{self, Logs};
use crate::processes::officer::Officer;
use crate::processes::town::{HEAD, PLANS, READER, TOWN, Town};
use crate::processes::until_within;

/// Files on one desk after which its officer opens no more: enough to choose from.
const DESK_MAX: usize = 6;

/// The longest time between a start and the next kill, in milliseconds; the shortest is none.
const RUN_MS_MAX: u64 = 400;

/// How long everything may take to arrive after the last kill.
const SETTLING: Duration = Duration::from_secs(180);

/// What came of a run.
#[derive(Debug)]
pub struct Figures {
    /// The seed.
    pub seed: u64,
    /// Kills.
    pub kills: usize,
    /// Acts that were acknowledged to officers.
    pub acknowledged: usize,
    /// Acts in the logs of all offices.
    pub leaves: usize,
    /// Files.
    pub files: usize,
    /// Histories of a file compared between an office that had it and the logs.
    pub histories: usize,
    /// Times from the start of a program after a kill to its readiness, sorted.
    pub ready: Vec<Duration>,
    /// Seconds of work.
    pub seconds: f64,
    /// Seconds until everything had arrived after the last kill.
    pub settling: f64,
}

/// What officers did and were told: the ledger on their side.
#[derive(Default)]
struct Ledger {
    /// Files that were opened before are not of this run.
    began: Timestamp,
    /// Acknowledged acts of a matter by sort.
    done: BTreeMap<(String, Sort), usize>,
    /// Acts that may have been done: the note of a form whose movement was refused.
    perhaps: BTreeMap<(String, Sort), usize>,
    /// Notes by their text, which no other note has.
    notes: Vec<(String, String)>,
}

/// What is counted together: a recall cancels or asks, as the moment wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Open,
    Note,
    Move,
    SendBack,
    Recall,
}

impl Sort {
    const ALL: [Self; 5] = [Self::Open, Self::Note, Self::Move, Self::SendBack, Self::Recall];

    const fn verbs(self) -> &'static [Verb] {
        match self {
            Self::Open => &[Verb::Open],
            Self::Note => &[Verb::Note],
            Self::Move => &[Verb::Mark, Verb::Forward],
            Self::SendBack => &[Verb::SendBack],
            Self::Recall => &[Verb::Cancel, Verb::RequestRecall],
        }
    }
}

impl Ledger {
    fn add(&mut self, matter: &str, sort: Sort) {
        *self.done.entry((matter.to_owned(), sort)).or_default() += 1;
    }

    fn add_perhaps(&mut self, matter: &str, sort: Sort) {
        *self.perhaps.entry((matter.to_owned(), sort)).or_default() += 1;
    }

    fn acknowledged(&self) -> usize {
        self.done.values().sum()
    }
}

/// An officer at work, and what this officer has written down.
struct Worker<'a> {
    office: usize,
    offices: usize,
    post: &'static str,
    officer: Officer,
    chance: Entropy,
    count: usize,
    ledger: &'a Mutex<Ledger>,
}

/// Runs the loop and judges it.
///
/// # Panics
/// With what was broken and the seed.
pub fn run(kills: usize, seed: u64) -> Figures {
    let figures = work_while(Town::running(TOWN), seed, |town| kill_all(town, kills, seed));
    Figures { kills, ..figures }
}

/// Officers work at every office while something is done to the town; then everything arrives and is
/// judged. What is done gives the times that killed nodes took to be ready again, sorted.
///
/// # Panics
/// With what was broken and the seed.
pub fn work_while(mut town: Town, seed: u64, disturb: impl FnOnce(&mut Town) -> Vec<Duration>) -> Figures {
    let offices = town.nodes.len();
    let officers: Vec<Vec<Officer>> =
        (0..offices).map(|office| vec![town.head(office), town.reader(office)]).collect();
    let began = mohar_node::clock::now();
    let (ledger, stop) = (Mutex::new(Ledger { began, ..Ledger::default() }), AtomicBool::new(false));
    let start = Instant::now();
    let ready = thread::scope(|scope| {
        for (office, pair) in officers.iter().enumerate() {
            for (officer, post) in pair.iter().zip([HEAD, READER]) {
                let chance = chance(seed, office, post);
                let officer = officer.clone();
                let mut worker = Worker { office, offices, post, officer, chance, count: 0, ledger: &ledger };
                let stop = &stop;
                scope.spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        worker.turn();
                    }
                });
            }
        }
        let killing = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| disturb(&mut town)));
        stop.store(true, Ordering::Relaxed);
        killing.unwrap_or_else(|cause| std::panic::resume_unwind(cause))
    });
    let seconds = start.elapsed().as_secs_f64();
    let ledger = ledger.into_inner().expect("no officer panicked");
    let (logs, histories, settling) = settle(&town, &officers, seed);
    let checked = check_ledger(&ledger, &logs)
        .and_then(|()| check_notes(&town, &officers, &ledger, &logs))
        .and_then(|()| judge::check_programs(&town));
    checked.unwrap_or_else(|what| panic!("seed {seed}: {what}\nthe town is kept in {}", keep(town)));
    the_judge_sees_what_is_missing_and_what_is_double(&ledger, &logs);
    Figures {
        seed,
        kills: ready.len(),
        acknowledged: ledger.acknowledged(),
        leaves: logs.leaves,
        files: logs.chains.len(),
        histories,
        ready,
        seconds,
        settling: settling.as_secs_f64(),
    }
}

/// Kills every node in turn at random moments and starts it again. Every seventh time two die
/// together.
fn kill_all(town: &mut Town, kills: usize, seed: u64) -> Vec<Duration> {
    let (mut chance, mut ready) = (chance(seed, 99, "kills"), Vec::new());
    for kill in 0..kills {
        thread::sleep(Duration::from_millis(below(&mut chance, RUN_MS_MAX)));
        let first = kill % town.nodes.len();
        let second = (first + 1 + kill % 3) % town.nodes.len();
        town.nodes[first].kill();
        if kill % 7 == 6 {
            town.nodes[second].kill();
            town.nodes[second].start();
        }
        ready.push(town.nodes[first].start());
    }
    ready.sort();
    ready
}

/// Waits until everything has arrived and is held, then until every office tells the same history.
/// Gives how long the first took.
fn settle(town: &Town, officers: &[Vec<Officer>], seed: u64) -> (Logs, usize, Duration) {
    let start = Instant::now();
    let logs = until_within(SETTLING, &format!("everything has arrived (seed {seed})"), || {
        judge::is_settled(town)?;
        let logs = Logs::read(town)?;
        logs.check_chains()?;
        Ok(logs)
    });
    let took = start.elapsed();
    let histories = until_within(SETTLING, &format!("all tell the same history (seed {seed})"), || {
        judge::check_histories(town, &logs, officers)
    });
    (logs, histories, took)
}

/// No acknowledged act is missing and none was done twice.
fn check_ledger(ledger: &Ledger, logs: &Logs) -> Result<(), String> {
    let mut matters: Vec<&String> = ledger.done.keys().map(|(matter, _)| matter).collect();
    matters.dedup();
    for name in matters {
        let matter: MatterId = name.parse().map_err(|_| format!("{name} is no matter"))?;
        for sort in Sort::ALL {
            let key = (name.clone(), sort);
            let done = ledger.done.get(&key).copied().unwrap_or(0);
            let most = done + ledger.perhaps.get(&key).copied().unwrap_or(0);
            let found = logs.count(&matter, sort.verbs());
            if found < done || found > most {
                return Err(format!(
                    "{name}: {done} to {most} acts {sort:?} were acknowledged, {found} are in the logs"
                ));
            }
        }
    }
    let opened_here = |matter: &&MatterId| logs.chains[*matter][0].header().time > ledger.began;
    match logs
        .chains
        .keys()
        .filter(opened_here)
        .find(|matter| !ledger.done.contains_key(&(matter.to_string(), Sort::Open)))
    {
        Some(matter) => Err(format!("{matter:?} was opened twice: its opening was never acknowledged")),
        None => Ok(()),
    }
}

/// A judge that finds nothing must be able to find something.
fn the_judge_sees_what_is_missing_and_what_is_double(ledger: &Ledger, logs: &Logs) {
    let (key, done) = ledger.done.iter().next().expect("something was done");
    for wrong in [done + ledger.perhaps.get(key).unwrap_or(&0) + 1, done - 1] {
        let altered = ledger.done.clone().into_iter().chain([(key.clone(), wrong)]).collect();
        let altered = Ledger { done: altered, began: ledger.began, ..Ledger::default() };
        assert!(check_ledger(&altered, logs).is_err(), "{key:?} as {wrong} instead of {done} was not found");
    }
}

/// Each acknowledged note stands once on the note sheet that the present holder reads.
fn check_notes(town: &Town, officers: &[Vec<Officer>], ledger: &Ledger, logs: &Logs) -> Result<(), String> {
    let mut sheets: BTreeMap<&String, String> = BTreeMap::new();
    for (name, text) in &ledger.notes {
        if !sheets.contains_key(name) {
            let matter: MatterId = name.parse().map_err(|_| format!("{name} is no matter"))?;
            let holder = logs.holder(&matter).ok_or_else(|| format!("nobody holds {name}"))?;
            let at = town.ids.iter().position(|id| *id == holder).ok_or("a holder outside the town")?;
            let page = officers[at].iter().find_map(|officer| officer.file(name).ok());
            sheets.insert(name, page.ok_or_else(|| format!("{}: nobody can read {name}", PLANS[at].name))?);
        }
        let times = sheets.get(name).map_or(0, |sheet| sheet.matches(text.as_str()).count());
        if times != 1 {
            return Err(format!("{name}: the note \"{text}\" stands {times} times on the sheet"));
        }
    }
    Ok(())
}

impl Worker<'_> {
    /// One piece of work. What the moment does not allow is let be; other answers are for the judge.
    fn turn(&mut self) {
        let Ok(desk) = self.officer.desk("all") else { return };
        let few = desk.is_empty() || (desk.len() < DESK_MAX && self.below(5) == 0);
        if few {
            return self.open();
        }
        let at = self.below(desk.len() as u64) as usize;
        let id = desk[at].id.clone();
        match self.below(10) {
            0..=3 => self.move_on(&id, self.office),
            4..=7 => {
                let other = (self.office + 1 + self.below(self.offices as u64 - 1) as usize) % self.offices;
                self.move_on(&id, other);
                if self.below(4) == 0 {
                    self.recall(&id);
                }
            }
            _ => self.send_back(&id),
        }
    }

    fn open(&mut self) {
        let subject = self.words("Matter");
        if let Ok(id) = self.officer.open_file(&subject) {
            self.note_down(|ledger| ledger.add(&id, Sort::Open));
        }
    }

    /// Writes a note and sends the file: to the other post here, or to a post of another office.
    fn move_on(&mut self, id: &str, office: usize) {
        let text = self.words("Note");
        let post = match (office == self.office, self.post == HEAD, self.below(2)) {
            (true, true, _) | (false, _, 0) => READER,
            _ => HEAD,
        };
        if self.officer.note(id, &text).is_err() {
            return;
        }
        let Ok(form) = self.officer.send_form(id, PLANS[office].title, post) else { return };
        match self.officer.send(&form) {
            Ok(_) => self.note_down(|ledger| {
                ledger.add(id, Sort::Note);
                ledger.add(id, Sort::Move);
                ledger.notes.push((id.to_owned(), text));
            }),
            // The note is signed before the movement, so it may be there.
            Err(_) => self.note_down(|ledger| ledger.add_perhaps(id, Sort::Note)),
        }
    }

    fn send_back(&mut self, id: &str) {
        let reason = self.words("Back");
        if self.officer.send_back(id, &reason).is_ok() {
            self.note_down(|ledger| ledger.add(id, Sort::SendBack));
        }
    }

    fn recall(&mut self, id: &str) {
        if self.officer.recall(id).is_ok() {
            self.note_down(|ledger| ledger.add(id, Sort::Recall));
        }
    }

    /// Words that no other act has.
    fn words(&mut self, first: &str) -> String {
        self.count += 1;
        format!("{first} {} of {}.", self.count, self.officer.login)
    }

    fn note_down(&self, write: impl FnOnce(&mut Ledger)) {
        write(&mut self.ledger.lock().expect("no officer panicked"));
    }

    fn below(&mut self, bound: u64) -> u64 {
        below(&mut self.chance, bound)
    }
}

fn chance(seed: u64, office: usize, what: &str) -> Entropy {
    let text = format!("{seed} {office} {what}");
    Entropy::from_seed(mohar_protocol::hash::sha256(&[text.as_bytes()]))
}

fn below(chance: &mut Entropy, bound: u64) -> u64 {
    chance.next_u64() % bound
}

/// Leaves the folder of a broken town for whoever looks into it.
fn keep(town: Town) -> String {
    let Town { nodes, dir, .. } = town;
    drop(nodes);
    dir.keep().display().to_string()
}

impl Figures {
    fn ready_at(&self, part: f64) -> u128 {
        let at = (self.ready.len() as f64 * part) as usize;
        self.ready.get(at.min(self.ready.len().saturating_sub(1))).map_or(0, Duration::as_millis)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| seed | {} |", self.seed)?;
        writeln!(f, "| kills (`kill -9`) | {} |", self.kills)?;
        writeln!(f, "| acts acknowledged to officers | {} |", self.acknowledged)?;
        writeln!(f, "| of these missing in the logs | 0 |")?;
        writeln!(f, "| of these twice in the logs | 0 |")?;
        writeln!(f, "| acts in the five logs, nodes' own included | {} |", self.leaves)?;
        writeln!(f, "| files, each held by one office | {} |", self.files)?;
        writeln!(f, "| histories equal at an office that had the file | {} |", self.histories)?;
        writeln!(f, "| from start to ready after a kill, p50 | {} ms |", self.ready_at(0.5))?;
        writeln!(f, "| from start to ready after a kill, p99 | {} ms |", self.ready_at(0.99))?;
        writeln!(f, "| work under kills | {:.0} s |", self.seconds)?;
        writeln!(
            f,
            "| acknowledged acts per second, kills included | {:.1} |",
            self.acknowledged as f64 / self.seconds
        )?;
        writeln!(f, "| until everything had arrived after the last kill | {:.1} s |", self.settling)
    }
}
