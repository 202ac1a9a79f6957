//! The fire drill: an office at work burns with its disk and its keys, and is served again from its
//! mirrors, in another folder, with other keys, by the ceremony of `deploy/guide/burnt-office.md`.
//!
//! When it burns it holds files with notes and papers, one file is on its way to another office, one
//! waits for it, and the last acts are held by nobody else.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::{BASE64, HEXLOWER};
use mohar_protocol::act::{Place, UnverifiedAct, Verb};
use mohar_protocol::control::{OfficeStatus, Request, Response};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::sha256;
use mohar_protocol::id::{ActId, MatterId, OfficeId};

use crate::processes::judge::{self, Logs};
use crate::processes::node::Node;
use crate::processes::officer::Officer;
use crate::processes::programs::good;
use crate::processes::town::{DEPARTMENT, DISTRICT, HEAD, PLANS, READER, TEHSIL, TEHSIL_2, TOWN, Town};
use crate::processes::{ports, until, until_within};

/// Officers of the tehsil who work at the same time.
const HANDS: usize = 4;

/// Acts that nobody else holds when the office burns.
const LAST: usize = 3;

/// Files whose page is read again word for word; papers are all read again.
const READ_AGAIN: usize = 200;

/// A big office takes its time on two cores.
const LONG: Duration = Duration::from_secs(1_200);

/// What burns.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Acts in the log, about.
    pub acts: usize,
    /// Papers.
    pub papers: usize,
    /// Bytes of each.
    pub paper_bytes: usize,
    /// The office above burns too: the only copy is at a foreign mirror, the keys above it sign, and
    /// the department's recovery key is the only reader.
    pub foreign: bool,
}

/// What was seen.
#[derive(Debug)]
pub struct Figures {
    plan: Plan,
    log_size: u64,
    held: u64,
    survived: u64,
    ceremony: Duration,
    works: Duration,
    whole: Duration,
}

/// What there was before the fire.
struct Before {
    files: Vec<(String, String)>,
    papers: Vec<(String, [u8; 32])>,
    received: String,
    in_transit: String,
    queued: String,
    acts: Vec<ActId>,
    held: u64,
}

/// Burns an office and serves it again.
///
/// # Panics
/// When anything that was shown as held is not there afterwards, or custody is another.
pub fn run(plan: Plan) -> Figures {
    let mut town = Town::running(TOWN);
    let (before, status) = work(&mut town, plan);
    let log_size = before.acts.len() as u64;
    let keys = burn(&mut town, plan.foreign);
    let mirrors = if plan.foreign { foreign_mirrors(&status) } else { mirrors(&status) };
    let begun = Instant::now();
    let survived = ceremony(&mut town, &mirrors, &keys, plan.foreign);
    let start = Instant::now();
    town.nodes[TEHSIL].start();
    until_within(LONG, "the office works again", || {
        let own = own(&town.nodes[TEHSIL])?;
        if own.standing == "working" { Ok(()) } else { Err(format!("{own:?}")) }
    });
    let works = start.elapsed();
    until_within(LONG, "every paper is here", || {
        let own = own(&town.nodes[TEHSIL])?;
        own.restoring.map_or(Ok(()), |restoring| Err(format!("{restoring:?}")))
    });
    let whole = start.elapsed();
    assert!(survived >= before.held, "{} acts were shown as held, {survived} survive", before.held);
    judge_acts(&town, &before);
    judge_contents(&town, &before);
    judge_custody(&mut town, &before, plan.foreign);
    let held = before.held;
    Figures { plan, log_size, held, survived, ceremony: start - begun, works, whole }
}

fn own(node: &Node) -> Result<OfficeStatus, String> {
    Ok(node.status()?.offices[0].clone())
}

/// Places of the offices that mirror the tehsil.
fn mirrors(own: &OfficeStatus) -> Vec<usize> {
    let mirrors = own.cosigners.iter().filter(|cosigner| cosigner.role == "mirror");
    mirrors.filter_map(|mirror| PLANS.iter().position(|plan| plan.path() == mirror.path)).collect()
}

fn foreign_mirrors(own: &OfficeStatus) -> Vec<usize> {
    mirrors(own).into_iter().filter(|at| *at != DISTRICT).collect()
}

fn until_held(node: &Node) {
    until_within(LONG, "every mirror holds the log", || {
        let own = own(node)?;
        let behind = own.cosigners.iter().find(|c| c.role == "mirror" && c.size < own.log_size);
        behind.map_or(Ok(()), |behind| Err(format!("{behind:?} of {}", own.log_size)))
    });
}

/// A tehsil at work.
fn work(town: &mut Town, plan: Plan) -> (Before, OfficeStatus) {
    let (head, above) = (town.head(TEHSIL), town.head(DISTRICT));
    let received = above.open_file("Came from the district").expect("a file");
    above.note(&received, "Please report.").expect("a note");
    above.send_to(&received, PLANS[TEHSIL].title, HEAD).expect("it goes");
    until("it has come", || arrived(&head, &received));
    until_within(LONG, "what the district wrote can be read", || can_read(&head, &received));
    let files = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..HANDS {
            scope.spawn(|| {
                while let Some(number) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < plan.acts)
                {
                    // Of twelve acts, ten open a file, one is a note, one a marking.
                    if number % 12 < 10 {
                        let subject = format!("Case {number} of the tehsil");
                        let id = head.open_file(&subject).expect("a file");
                        files.lock().expect("no panic").push((id, subject));
                    } else if number % 12 == 10 {
                        note_and_mark(&head, number);
                    }
                }
            });
        }
    });
    let files = files.into_inner().expect("no panic");
    let papers = (0..plan.papers).map(|n| attach(&head, &files[n % files.len()].0, n, plan.paper_bytes));
    let papers: Vec<(String, [u8; 32])> = papers.collect();
    until_held(&town.nodes[TEHSIL]);
    let in_transit = put_on_its_way(town, &head);
    let queued = head.open_file("Waits for the other tehsil").expect("a file");
    head.send_to(&queued, PLANS[TEHSIL_2].title, HEAD).expect("it waits");
    until_held(&town.nodes[TEHSIL]);
    let status = own(&town.nodes[TEHSIL]).expect("it runs");
    // Nobody holds the last acts.
    let mirrors = mirrors(&status);
    mirrors.iter().for_each(|mirror| town.nodes[*mirror].kill());
    for number in 0..LAST {
        head.open_file(&format!("Held by nobody, {number}")).expect("a file");
    }
    let acts = town.nodes[TEHSIL].leaves().expect("a log").iter().map(UnverifiedAct::id).collect();
    let counts = |c: &&mohar_protocol::control::CosignerStatus| {
        c.role == "mirror" && (!plan.foreign || c.path != PLANS[DISTRICT].path())
    };
    let own = own(&town.nodes[TEHSIL]).expect("it runs");
    let held = own.cosigners.iter().filter(counts).map(|mirror| mirror.size).max().unwrap_or(0);
    (Before { files, papers, received, in_transit, queued, acts, held }, own)
}

fn note_and_mark(head: &Officer, number: usize) {
    let id = head.open_file(&format!("Case {number}, for the reader")).expect("a file");
    head.note(&id, &format!("Note {number}.")).expect("a note");
    head.send_to(&id, PLANS[TEHSIL].title, READER).expect("a marking");
}

fn attach(head: &Officer, id: &str, number: usize, length: usize) -> (String, [u8; 32]) {
    let mut chance = Entropy::from_seed(sha256(&[&number.to_be_bytes()]));
    // Hexadecimal digits: papers are PDF, pictures or plain text.
    let text: String = (0..length.div_ceil(64)).map(|_| HEXLOWER.encode(&chance.bytes32())).collect();
    let bytes = text.into_bytes();
    head.attach(id, &format!("Map {number}"), "map.txt", &bytes).expect("a paper");
    (id.to_owned(), sha256(&[&bytes]))
}

fn arrived(officer: &Officer, id: &str) -> Result<(), String> {
    match officer.desk("all")?.iter().filter(|row| row.id == *id).count() {
        1 => Ok(()),
        count => Err(format!("{count} times on the desk")),
    }
}

/// Whether the note of the district is on the page.
fn can_read(officer: &Officer, id: &str) -> Result<(), String> {
    let page = officer.file(id)?;
    if page.contains("Please report.") { Ok(()) } else { Err(page) }
}

/// Who holds each file after the last act in the logs of the two tehsils; a number that two acts
/// bear in one chain would be a fork.
fn holders(town: &Town) -> BTreeMap<String, OfficeId> {
    let mut last: BTreeMap<String, (u64, ActId, OfficeId)> = BTreeMap::new();
    for office in [TEHSIL, TEHSIL_2] {
        for act in town.nodes[office].leaves().expect("a log") {
            let header = act.header();
            let Some(holder) = header.holder.filter(|_| header.place == Place::Chain) else { continue };
            let matter = header.matter.unwrap_or_else(|| act.id().into()).to_string();
            let entry = last.entry(matter).or_insert((header.number, act.id(), holder.office));
            assert!(entry.0 != header.number || entry.1 == act.id(), "two acts stand at {}", header.number);
            if entry.0 < header.number {
                *entry = (header.number, act.id(), holder.office);
            }
        }
    }
    last.into_iter().map(|(matter, (_, _, office))| (matter, office)).collect()
}

/// Sends a file to the other tehsil, whose machine loses its power when the file has just been handed
/// over: what was said to it last has not arrived.
fn put_on_its_way(town: &mut Town, head: &Officer) -> String {
    for _ in 0..20 {
        let from = own(&town.nodes[TEHSIL]).expect("it runs").log_size;
        let id = head.open_file("On its way").expect("a file");
        head.send_to(&id, PLANS[TEHSIL_2].title, HEAD).expect("it goes");
        let matter: MatterId = id.parse().expect("an id");
        until("the file is handed over", || is_handed_over(&town.nodes[TEHSIL], from, &matter));
        town.nodes[TEHSIL_2].kill();
        let handed = is_last(&town.nodes[TEHSIL], head, &id);
        if handed {
            return id;
        }
        town.nodes[TEHSIL_2].start();
        until("the other tehsil is linked", || {
            let status = town.nodes[TEHSIL].status()?;
            let other = status.others.iter().find(|other| other.office == town.ids[TEHSIL_2]);
            if other.is_some_and(|other| other.linked) { Ok(()) } else { Err("not yet".to_owned()) }
        });
    }
    panic!("no file was caught on its way in twenty tries");
}

fn is_handed_over(node: &Node, from: u64, matter: &MatterId) -> Result<(), String> {
    let Response::Leaves { leaves, .. } = node.ask(&Request::Leaves { office: None, from, max: 100 })? else {
        return Err("no leaves".to_owned());
    };
    let acts = leaves.iter().filter_map(|leaf| BASE64.decode(leaf.as_bytes()).ok());
    let mut acts = acts.filter_map(|bytes| UnverifiedAct::parse(&bytes).ok());
    let is = |act: &UnverifiedAct| {
        act.header().known_verb() == Some(Verb::Handover) && act.header().matter == Some(*matter)
    };
    if acts.any(|act| is(&act)) { Ok(()) } else { Err("not handed over".to_owned()) }
}

/// Whether the handover is the last that is known of a file: opened, forwarded, handed over.
fn is_last(node: &Node, head: &Officer, id: &str) -> bool {
    let lost = |status: mohar_protocol::control::Status| {
        let other = status.others.into_iter().find(|other| other.path == PLANS[TEHSIL_2].path());
        if other.is_some_and(|other| !other.linked) { Ok(()) } else { Err("still linked".to_owned()) }
    };
    until("the link is gone", || lost(node.status()?));
    head.history(id).is_ok_and(|acts| acts.len() == 3)
}

/// Fire. The kits lie in other buildings.
fn burn(town: &mut Town, foreign: bool) -> Vec<String> {
    let dir = town.dir.path().to_owned();
    let keep = |from: &str, to: &str| fs::copy(dir.join(from), dir.join(to)).expect("a key");
    let (tehsil, district, department) = (PLANS[TEHSIL].name, PLANS[DISTRICT].name, PLANS[DEPARTMENT].name);
    keep(&format!("{tehsil}/keys/recovery.key"), "kit.key");
    keep(&format!("{district}/keys/operating.key"), "above.key");
    keep(&format!("{department}/keys/recovery.key"), "department.key");
    let burnt: &[usize] = if foreign { &[TEHSIL, DISTRICT] } else { &[TEHSIL] };
    for office in burnt {
        town.nodes[*office].kill();
        fs::remove_dir_all(&town.nodes[*office].data).expect("it burns");
    }
    let by = if foreign { "--above-key above.key --reader-kit department.key" } else { "--kit kit.key" };
    by.split(' ').map(str::to_owned).collect()
}

/// The ceremony; how many acts survive.
fn ceremony(town: &mut Town, mirrors: &[usize], keys: &[String], foreign: bool) -> u64 {
    for mirror in mirrors {
        town.nodes[*mirror].start();
    }
    let (dir, office) = (town.dir.path().to_owned(), town.ids[TEHSIL]);
    let mut words = format!("office replace --data again --state {} {}", town.state, keys.join(" "));
    for mirror in mirrors {
        let name = PLANS[*mirror].name;
        good(&dir, &format!("office holding {office} --data {name} --out {name}.holding"));
        words += &format!(" --holding {name}.holding");
    }
    let (net, web) = (ports::free(), ports::free());
    words +=
        &format!(" --admin-login asha.{} --listen 127.0.0.1:{net} --web 127.0.0.1:{web}", PLANS[TEHSIL].name);
    let replaced = good(&dir, &words);
    // Others are linked with the new node over the mirror's machine, or by what their people enter.
    good(&dir, &format!("office announce again/office.replacement --data {}", PLANS[mirrors[0]].name));
    let others = (0..TOWN).filter(|at| *at != TEHSIL && (!foreign || *at != DISTRICT));
    add_peers(&dir, town, others);
    town.nodes[TEHSIL] = Node::new(dir.join("again"));
    town.webs[TEHSIL] = format!("http://127.0.0.1:{web}");
    replaced["held"].as_u64().expect("a count")
}

/// The addresses of neighbours, which every installation enters into its settings.
fn add_peers(dir: &Path, town: &Town, others: impl Iterator<Item = usize>) {
    let path = dir.join("again/node.toml");
    let mut text = fs::read_to_string(&path).expect("settings");
    for other in others {
        let settings = fs::read_to_string(town.nodes[other].data.join("node.toml")).expect("settings");
        let address = settings.lines().find(|line| line.contains("/ip4/")).expect("an address");
        let address = address.trim_start_matches("listen = ");
        let transport = &town.transports[other];
        if !text.contains(transport) {
            text += &format!("\n[[net.peers]]\ntransport = \"{transport}\"\naddresses = {address}\n");
        }
    }
    fs::write(path, text).expect("settings");
}

fn judge_acts(town: &Town, before: &Before) {
    let held = usize::try_from(before.held).expect("it fits");
    let now: Vec<ActId> = town.nodes[TEHSIL].leaves().expect("a log").iter().map(UnverifiedAct::id).collect();
    assert!(now.len() >= held, "{} of {held} acts", now.len());
    assert_eq!(now[..held], before.acts[..held], "the log goes on from what was held");
}

/// Every paper, and pages of many files, are as they were.
fn judge_contents(town: &Town, before: &Before) {
    let head = town.head(TEHSIL);
    let step = (before.files.len() / READ_AGAIN).max(1);
    for (id, subject) in before.files.iter().step_by(step) {
        let page = head.file(id).expect("a page");
        assert!(page.contains(subject.as_str()), "{id} cannot be read");
    }
    until_within(LONG, "what the district wrote can be read", || can_read(&head, &before.received));
    let mut count = BTreeMap::<&str, usize>::new();
    for (id, digest) in &before.papers {
        let number = count.entry(id).or_default();
        *number += 1;
        let paper = head.bytes(&format!("/files/{id}/papers/{number}?save=1")).expect("a paper");
        assert_eq!(sha256(&[&paper]), *digest, "paper {number} of {id}");
    }
}

/// What was on its way arrives, what waited goes, what is held stays; the office works on and is
/// held; logs and chains are proven.
fn judge_custody(town: &mut Town, before: &Before, foreign: bool) {
    town.nodes[TEHSIL_2].start();
    let (head, other) = (town.head(TEHSIL), town.head(TEHSIL_2));
    for id in [&before.in_transit, &before.queued] {
        until_within(LONG, "the file has come", || arrived(&other, id));
    }
    let expected = before.files.iter().map(|(id, _)| (id, TEHSIL)).chain([
        (&before.received, TEHSIL),
        (&before.in_transit, TEHSIL_2),
        (&before.queued, TEHSIL_2),
    ]);
    let holders = holders(town);
    for (id, office) in expected {
        assert_eq!(holders.get(id).copied(), Some(town.ids[office]), "{id}");
    }
    head.open_file("After the fire").expect("a file");
    if foreign {
        let placed = own(&town.nodes[TEHSIL]).expect("it runs");
        let path = PLANS[foreign_mirrors(&placed)[0]].path();
        until_within(LONG, "the foreign mirror follows", || {
            let own = own(&town.nodes[TEHSIL])?;
            let mirror = own.cosigners.iter().find(|c| c.role == "mirror" && c.path == path);
            let follows = mirror.is_some_and(|mirror| mirror.size == own.log_size);
            if follows { Ok(()) } else { Err(format!("{own:?}")) }
        });
    } else {
        until_held(&town.nodes[TEHSIL]);
        Logs::read(town).expect("logs").check_chains().expect("chains");
    }
    good(town.dir.path(), "check --data again");
    good(town.dir.path(), "log export --data again --out again-log");
    judge::verify(town, "the office after the fire", "again-log").expect("proven");
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plan { papers, paper_bytes, foreign, .. } = self.plan;
        let megabytes = papers * paper_bytes / 1_000_000;
        let copy = if foreign { "one foreign mirror" } else { "two mirrors" };
        let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
        write!(
            f,
            "| {copy} | {} | {megabytes} MB | {} | {} | {} | {} | {} | {} |",
            self.log_size,
            self.held,
            self.survived,
            self.log_size - self.survived,
            seconds(self.ceremony + self.works),
            seconds(self.works),
            seconds(self.whole),
        )
    }
}
