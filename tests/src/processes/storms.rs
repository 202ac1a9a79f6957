//! Eight offices on real networks: officers work while lines are slow, lossy, cut, flapping and
//! parted, a node is killed and a disk is full; then everything arrives and the same judge judges as
//! in the kill loop. Before that the quiet lines are measured.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::processes::judge;
use crate::processes::kill_loop::{self, Figures};
use crate::processes::networks::{Far, NET, Networks};
use crate::processes::node::Node;
use crate::processes::relay::Relay;
use crate::processes::town::{DISTRICT, HEAD, PLANS, TEHSIL, TEHSIL_2, TOWN, Town};
use crate::processes::{until, until_within};

/// The office behind the satellite: the last tehsil.
const FAR: Far = Far(PLANS.len() - 1);

/// The office whose disk becomes full.
const FULL: usize = TOWN;

/// From here to the satellite's other end: a quarter of a second each way.
const DELAY: Duration = Duration::from_millis(250);

/// The line of a remote tehsil.
const SLOW_KBIT: u32 = 64;

/// Packets lost of a hundred.
const LOSS: u32 = 3;

/// The disk of the office whose disk becomes full: its data, and room for a quarter of an hour of work.
const DISK: &str = "512m";

/// Files moved to see what a movement costs.
const MOVED: usize = 10;

/// From the start of the last node until all are linked; the far one needs four round trips a call.
const LINKING: Duration = Duration::from_secs(120);

/// What was measured.
#[derive(Debug)]
pub struct Weather {
    /// How long the lines were watched while nothing was done.
    pub quiet: Duration,
    /// Bytes over the line of a tehsil meanwhile, and over how many links.
    pub tehsil: u64,
    /// Bytes over the line of the district.
    pub district: u64,
    /// Links that each of them has.
    pub links: usize,
    /// Bytes over the line of the tehsil for one file with a note sent to the district, beyond quiet.
    pub movement: u64,
    /// Storms that could not be made, and why.
    pub left_out: Vec<String>,
    /// What came of the work in the storms.
    pub work: Figures,
}

/// A town on networks, with its relay and its full disk.
struct Country {
    networks: Networks,
    _relay: Relay,
    disk: Disk,
}

/// Measures the quiet lines for `quiet`, then lets officers work through `rounds` of all storms of
/// `each` length, and judges.
///
/// # Panics
/// With what was broken and the seed.
pub fn run(quiet: Duration, rounds: usize, each: Duration, seed: u64) -> Weather {
    let mut town = Town::asleep(PLANS.len());
    let country = settle_in(&mut town);
    thread::scope(|scope| {
        for node in &mut town.nodes {
            scope.spawn(|| node.start());
        }
    });
    until_within(LINKING, "all offices are linked", || all_linked(&town));
    until_within(LINKING, "everything is held", || judge::is_settled(&town));
    let (tehsil, district) = watch(&country.networks, quiet);
    let movement = weigh(&town, &country.networks, tehsil as f64 / quiet.as_secs_f64());
    let mut left_out = Vec::new();
    let work = kill_loop::work_while(town, seed, |town| {
        let mut ready: Vec<Duration> =
            (0..rounds).flat_map(|_| storm(town, &country, each, &mut left_out)).collect();
        ready.sort();
        until_within(LINKING, "all offices are linked again", || all_linked(town));
        ready
    });
    left_out.dedup();
    Weather { quiet, tehsil, district, links: PLANS.len() - 1, movement, left_out, work }
}

/// Gives every node its namespace, its addresses and its way to the far office.
fn settle_in(town: &mut Town) -> Country {
    let networks = Networks::new(town.nodes.len(), FAR);
    let relay = Relay::new(DELAY);
    relay.carry(address(&networks.relay_near(), NET), address(&networks.address(FAR.0), NET));
    for at in (0..town.nodes.len()).filter(|at| *at != FAR.0) {
        relay.carry(address(&networks.relay_far(), port_to(at)), address(&networks.address(at), NET));
    }
    for at in 0..town.nodes.len() {
        let toml = settings(town, &networks, at);
        fs::write(town.nodes[at].data.join("node.toml"), toml).expect("settings");
        town.nodes[at].within = networks.within(at);
        town.webs[at] = format!("http://{}", networks.web(at));
    }
    let disk = Disk::under(&town.nodes[FULL].data);
    Country { networks, _relay: relay, disk }
}

/// Port of the relay behind which the far office finds an office.
fn port_to(at: usize) -> u16 {
    NET + 1 + u16::try_from(at).expect("eight offices")
}

fn address(ip: &str, port: u16) -> SocketAddr {
    format!("{ip}:{port}").parse().expect("an address")
}

fn settings(town: &Town, networks: &Networks, at: usize) -> String {
    let own = networks.address(at);
    let announced = if at == FAR.0 { networks.relay_near() } else { own.clone() };
    let mut toml = format!(
        "[web]\nlisten = \"{}\"\n[net]\nlisten = [\"/ip4/{own}/tcp/{NET}\"]\n\
         announce = [\"/ip4/{announced}/tcp/{NET}\"]\n",
        networks.web(at)
    );
    for other in (0..town.nodes.len()).filter(|other| *other != at) {
        let (ip, port) = match (at == FAR.0, other == FAR.0) {
            (true, _) => (networks.relay_far(), port_to(other)),
            (_, true) => (networks.relay_near(), NET),
            _ => (networks.address(other), NET),
        };
        let transport = &town.transports[other];
        toml +=
            &format!("[[net.peers]]\ntransport = \"{transport}\"\naddresses = [\"/ip4/{ip}/tcp/{port}\"]\n");
    }
    toml
}

fn all_linked(town: &Town) -> Result<(), String> {
    for node in &town.nodes {
        let status = node.status()?;
        if let Some(lost) = status.others.iter().find(|other| !other.linked) {
            return Err(format!("{} has not {}", status.offices[0].path, lost.path));
        }
    }
    Ok(())
}

/// Bytes over the lines of the tehsil and of the district while nothing is done.
fn watch(networks: &Networks, quiet: Duration) -> (u64, u64) {
    let (tehsil, district) = (networks.bytes(TEHSIL), networks.bytes(DISTRICT));
    thread::sleep(quiet);
    (networks.bytes(TEHSIL) - tehsil, networks.bytes(DISTRICT) - district)
}

/// Bytes of one movement over the line of the tehsil that sends it, what goes to its mirrors and
/// witnesses included, without the `idle` bytes of each second.
fn weigh(town: &Town, networks: &Networks, idle: f64) -> u64 {
    let (tehsil, district) = (town.head(TEHSIL), town.head(DISTRICT));
    let (start, before) = (Instant::now(), networks.bytes(TEHSIL));
    let mut moved = Vec::new();
    for number in 0..MOVED {
        let id = tehsil.open_file(&format!("Measured {number}")).expect("opened");
        tehsil.note(&id, "The tehsil proposes that this be approved as it stands.").expect("noted");
        tehsil.send_to(&id, PLANS[DISTRICT].title, HEAD).expect("sent");
        until("it is at the district", || district.file(&id).map_err(String::from));
        moved.push(id);
    }
    until("everything is held", || judge::is_settled(town));
    let bytes = (networks.bytes(TEHSIL) - before) as f64 - idle * start.elapsed().as_secs_f64();
    // Nobody works on with what no officer of the storms has opened.
    moved.iter().for_each(|id| district.close(id).expect("closed"));
    (bytes / MOVED as f64) as u64
}

/// One storm of each sort, one after the other; some last while the next begins. Gives the times that
/// ended nodes took to be ready again.
fn storm(town: &mut Town, country: &Country, each: Duration, left_out: &mut Vec<String>) -> Vec<Duration> {
    let networks = &country.networks;
    let mut ready = Vec::new();
    networks.slow(TEHSIL, Some(SLOW_KBIT));
    left_out.extend(networks.lose(TEHSIL_2, LOSS).err().map(|why| format!("loss of packets: {why}")));
    thread::sleep(each);
    networks.part(|at| at >= TOWN);
    thread::sleep(each);
    networks.part(|_| false);
    let begun = Instant::now();
    while begun.elapsed() < each {
        networks.cut(DISTRICT, true);
        thread::sleep(Duration::from_millis(300));
        networks.cut(DISTRICT, false);
        thread::sleep(Duration::from_millis(700));
    }
    town.nodes[DISTRICT].kill();
    thread::sleep(each / 4);
    ready.push(town.nodes[DISTRICT].start());
    ready.push(country.disk.overflow(&mut town.nodes[FULL], each));
    networks.cut(TEHSIL_2, true);
    thread::sleep(each);
    networks.cut(TEHSIL_2, false);
    networks.slow(TEHSIL, None);
    let _ = networks.lose(TEHSIL_2, 0);
    ready
}

/// A small disk of its own under a data folder.
struct Disk {
    folder: std::path::PathBuf,
}

impl Disk {
    /// Puts the data folder on it.
    fn under(folder: &Path) -> Self {
        let aside = folder.with_extension("aside");
        fs::rename(folder, &aside).expect("moved aside");
        fs::create_dir(folder).expect("a folder");
        command("mount", &["-t", "tmpfs", "-o", &format!("size={DISK},mode=700"), "mohar-test"], folder);
        command("cp", &["-a", &format!("{}/.", aside.display())], folder);
        Self { folder: folder.to_owned() }
    }

    /// Fills the disk, waits until the node has ended for it or time is over, makes room and starts
    /// the node again.
    fn overflow(&self, node: &mut Node, each: Duration) -> Duration {
        let filler = self.folder.join("filler");
        // It ends with "no space left", as it should.
        let _ =
            Command::new("dd").args(["if=/dev/zero", "bs=64k", &format!("of={}", filler.display())]).output();
        let begun = Instant::now();
        while node.is_alive() && begun.elapsed() < each {
            thread::sleep(Duration::from_millis(50));
        }
        if node.is_alive() {
            node.kill();
        } else {
            assert_eq!(node.until_ended(), Some(70), "a full disk is a fault of the store: {}", node.log());
        }
        fs::remove_file(&filler).expect("the filler goes");
        node.start()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the node may be ending still. Under it, the town could not remove its own folder.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
        let _ = self.folder.parent().map(fs::remove_dir_all);
    }
}

fn command(program: &str, words: &[&str], last: &Path) {
    let ended = Command::new(program).args(words).arg(last).status().expect("it runs");
    assert!(ended.success(), "{program} {words:?} {}", last.display());
}

impl fmt::Display for Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.quiet.as_secs_f64() / 3600.0;
        let (links, kib) = (self.links as f64, 1024.0);
        let [tehsil, district] = [self.tehsil, self.district].map(|bytes| bytes as f64 / hours / kib);
        writeln!(
            f,
            "| the quiet lines were watched for | {} s, figures scaled to an hour |",
            self.quiet.as_secs()
        )?;
        writeln!(f, "| idle, one link, an hour | {:.0} KiB |", tehsil / links)?;
        writeln!(f, "| idle, line of a tehsil with {} links, an hour | {tehsil:.0} KiB |", self.links)?;
        writeln!(f, "| idle, line of the district with {} links, an hour | {district:.0} KiB |", self.links)?;
        let movement = self.movement as f64 / kib;
        writeln!(
            f,
            "| one file with a note, tehsil to district, on the tehsil's line | {movement:.1} KiB |"
        )?;
        for what in &self.left_out {
            writeln!(f, "| left out | {what} |")?;
        }
        write!(f, "{}", self.work)
    }
}
