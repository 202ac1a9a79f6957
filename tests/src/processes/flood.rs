//! A district under attack: what its officer waits for the desk and for a draft to be saved, what a
//! file from another office waits, and how much memory the node takes, quiet and under each attack.
//!
//! The attackers are this program: with the key of an admitted office that has turned hostile, with
//! keys that nobody admits, and with plain connections.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mohar_node::keyring::Keyring;
use mohar_node::net::{self, NetCommand, NetConfig, NetEvent, PeerKey, Told};
use mohar_protocol::hash::{Hash, sha256};
use mohar_protocol::id::{ContentRoot, OfficeId};
use mohar_protocol::limits::FRAME_BYTES_MAX;
use mohar_protocol::message::Message;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::sleep;
use zeroize::Zeroizing;

use crate::bench::percentile;
use crate::processes::officer::Officer;
use crate::processes::programs::code;
use crate::processes::town::{DEPARTMENT, DISTRICT, HEAD, PLANS, Town};
use crate::processes::until;

/// Bytes that an attack may add to the memory of a node: 64 MiB read and not dealt with, 128 MiB not
/// written, and the buffers of what the attackers open here (DECISIONS.md).
pub const MEMORY_MAX: u64 = 256 << 20;

/// The office whose key the attacker has: a tehsil of another district, whose own node is gone.
const HOSTILE: usize = PLANS.len() - 1;

/// Connections that an attacker holds open: more than a node with 1,024 open files has places for.
const HELD: usize = 700;

/// Strangers that call without end.
const STRANGERS: usize = 16;

/// Between two bytes of a slow browser.
const DRIP: Duration = Duration::from_secs(2);

/// Between two looks at the desk: an impatient officer.
const THINKING: Duration = Duration::from_millis(20);

/// What is done to the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// Nothing.
    Quiet,
    /// An admitted peer sends frames that say nothing.
    Garbage,
    /// An admitted peer sends the longest frames, which say nothing.
    Longest,
    /// An admitted peer asks what cannot be answered.
    Unanswerable,
    /// An admitted peer asks what can be answered and does not take the answers.
    Untaken,
    /// Strangers call, hold connections open and close them.
    Strangers,
    /// Browsers that send a byte now and then, heads and bodies, and come back when closed.
    SlowBrowsers,
    /// All of these.
    All,
}

impl Attack {
    /// One after the other.
    pub const EACH: [Self; 8] = [
        Self::Quiet,
        Self::Garbage,
        Self::Longest,
        Self::Unanswerable,
        Self::Untaken,
        Self::Strangers,
        Self::SlowBrowsers,
        Self::All,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::Quiet => "none",
            Self::Garbage => "admitted peer: small frames of noise",
            Self::Longest => "admitted peer: frames of 320 KiB of noise",
            Self::Unanswerable => "admitted peer: questions without an answer",
            Self::Untaken => "admitted peer: questions, answers not taken",
            Self::Strangers => "16 strangers call, 700 silent connections",
            Self::SlowBrowsers => "700 browsers that send a byte every 2 s",
            Self::All => "all of these at once",
        }
    }
}

/// Where the victim is, and whose key the attacker has.
#[derive(Clone)]
struct Target {
    peer: PeerKey,
    listen: Vec<String>,
    web: String,
    seed: [u8; 32],
    office: OfficeId,
}

/// What was measured under one attack.
#[derive(Debug)]
pub struct Row {
    /// Which.
    pub attack: Attack,
    /// Loading the desk, sorted.
    pub desk: Vec<Duration>,
    /// Saving a draft, the page with its form included, sorted.
    pub draft: Vec<Duration>,
    /// From the signature in the department to the file at the district, sorted.
    pub handover: Vec<Duration>,
    /// Most memory in use, in bytes.
    pub memory: u64,
}

/// Measures each attack for so long.
///
/// # Panics
/// When the node does not live through it, or takes more memory than it may.
pub fn run(each: Duration) -> Vec<Row> {
    let mut town = Town::running(PLANS.len());
    town.nodes[HOSTILE].kill();
    let target = target(&town);
    let (district, department) = (town.head(DISTRICT), town.head(DEPARTMENT));
    let mut rows: Vec<Row> = Vec::new();
    for attack in Attack::EACH {
        let attackers = begin(attack, &target);
        rows.push(measure(&town, attack, &district, &department, each));
        drop(attackers);
        let (now, quiet) = (rows[rows.len() - 1].memory, rows[0].memory);
        assert!(now < quiet + MEMORY_MAX, "{attack:?}: {now} bytes, quiet {quiet}");
        assert!(town.nodes[DISTRICT].is_alive(), "{attack:?}: {}", town.nodes[DISTRICT].log());
    }
    let log = town.nodes[DISTRICT].log();
    assert!(!log.contains("panicked"), "{log}");
    let (exit, said) = code(town.dir.path(), &format!("check --data {}", PLANS[DISTRICT].name));
    assert_eq!(exit, 0, "{said}");
    rows
}

fn target(town: &Town) -> Target {
    let key = data_encoding::HEXLOWER.decode(town.transports[DISTRICT].as_bytes()).expect("hexadecimal");
    let seed = Keyring::open(&town.nodes[HOSTILE].data, &[]).expect("the key of the office").transport_seed();
    Target {
        peer: PeerKey(key.try_into().expect("32 bytes")),
        listen: town.nodes[DISTRICT].status().expect("it runs").listen,
        web: town.webs[DISTRICT].trim_start_matches("http://").to_owned(),
        seed: *seed,
        office: town.ids[DEPARTMENT],
    }
}

/// Starts the attackers. They end when the runtime is dropped.
fn begin(attack: Attack, target: &Target) -> Ending {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    match attack {
        Attack::Quiet => {}
        Attack::Garbage | Attack::Longest | Attack::Unanswerable | Attack::Untaken => {
            runtime.spawn(flood(target.clone(), attack));
        }
        Attack::Strangers => call(&runtime, target),
        Attack::SlowBrowsers => drip(&runtime, target),
        Attack::All => {
            runtime.spawn(flood(target.clone(), attack));
            call(&runtime, target);
            drip(&runtime, target);
        }
    }
    Ending(Some(runtime))
}

/// A runtime that is ended without waiting for its tasks.
struct Ending(Option<Runtime>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

/// The admitted peer: sends as fast as its own link takes it.
async fn flood(target: Target, attack: Attack) {
    let config = NetConfig::new(Vec::new(), Zeroizing::new(target.seed), FRAME_BYTES_MAX);
    let mut net = net::start(config).expect("a network");
    let addresses = target.listen.clone();
    let peer = target.peer;
    for command in [NetCommand::Admit(vec![peer]), NetCommand::Dial { peer, addresses }] {
        net.commands.send(command).await.expect("the network runs");
    }
    let (mut sends, mut number, mut kept) = (false, 0_u64, Vec::new());
    loop {
        // Waits only when there is nothing to do but wait.
        let told = if sends { net.events.try_recv().ok() } else { net.events.recv().await };
        if let Some(Told { event, share }) = told {
            // What is kept is not taken: after 32 frames the answers stay in the pipe.
            kept.extend(share.filter(|_| attack == Attack::Untaken));
            match event {
                NetEvent::Connected(_) | NetEvent::Room(_) => sends = true,
                NetEvent::Disconnected(_) | NetEvent::Full(_) => sends = false,
                _ => {}
            }
            continue;
        }
        number += 1;
        let frame = frame(attack, number, &target);
        net.commands.send(NetCommand::Send { peer, frame }).await.expect("the network runs");
    }
}

fn frame(attack: Attack, number: u64, target: &Target) -> Vec<u8> {
    let noise = sha256(&[&number.to_be_bytes()]);
    match (attack, number % 4) {
        (Attack::Garbage, _) | (Attack::All, 0) => noise.to_vec(),
        (Attack::Longest, _) | (Attack::All, 1) => noise.repeat(FRAME_BYTES_MAX / 32),
        (Attack::Unanswerable, _) | (Attack::All, 2) => {
            Message::GetChunk { root: ContentRoot(noise), length: 1_000, index: 0 }.to_frame()
        }
        (_, 0) => Message::GetCharter { from: 0 }.to_frame(),
        (_, 1) => Message::Heights { charter: Hash(noise), dossiers: Hash(noise) }.to_frame(),
        _ => Message::GetDossier { office: target.office, from: 0 }.to_frame(),
    }
}

/// Strangers with keys, and connections without a word.
fn call(runtime: &Runtime, target: &Target) {
    for stranger in 0..STRANGERS {
        let target = target.clone();
        runtime.spawn(async move {
            loop {
                let seed = sha256(&[b"stranger", &stranger.to_be_bytes()]);
                let config = NetConfig::new(Vec::new(), Zeroizing::new(seed), FRAME_BYTES_MAX);
                let net = net::start(config).expect("a network");
                let (peer, addresses) = (target.peer, target.listen.clone());
                let _ = net.commands.send(NetCommand::Admit(vec![peer])).await;
                let _ = net.commands.send(NetCommand::Dial { peer, addresses }).await;
                // A new one does not wait as long as its libp2p would.
                sleep(Duration::from_millis(200)).await;
            }
        });
    }
    let port = target.listen[0].rsplit('/').next().expect("a port").to_owned();
    for held in 0..HELD {
        let address = format!("127.0.0.1:{port}");
        runtime.spawn(async move {
            loop {
                let stream = TcpStream::connect(&address).await;
                // Most stay until they are closed, some go at once.
                if held % 8 != 0
                    && let Ok(stream) = stream
                {
                    let _ = stream.readable().await;
                }
                sleep(Duration::from_millis(50)).await;
            }
        });
    }
}

/// Slow browsers: two of three send a head, one sends a form, a byte at a time.
fn drip(runtime: &Runtime, target: &Target) {
    for held in 0..HELD {
        let address = target.web.clone();
        runtime.spawn(async move {
            let start = if held % 3 == 0 {
                "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 400000\r\n\r\n"
            } else {
                "GET /desk HTTP/1.1\r\nHost: x\r\n"
            };
            loop {
                if let Ok(mut stream) = TcpStream::connect(&address).await {
                    let mut open = stream.write_all(start.as_bytes()).await.is_ok();
                    while open {
                        sleep(DRIP).await;
                        open = stream.write_all(b"a").await.is_ok();
                    }
                }
                sleep(Duration::from_millis(100)).await;
            }
        });
    }
}

fn measure(town: &Town, attack: Attack, district: &Officer, department: &Officer, each: Duration) -> Row {
    let stop = AtomicBool::new(false);
    let node = &town.nodes[DISTRICT];
    let mut row = Row { attack, desk: Vec::new(), draft: Vec::new(), handover: Vec::new(), memory: 0 };
    let draft = district.open_file("To be written on").expect("the district opens a file");
    thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let mut took = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                took.push(hand_over(department, district));
            }
            took
        });
        let start = Instant::now();
        while start.elapsed() < each {
            let one = Instant::now();
            district.desk("all").expect("the desk is shown");
            row.desk.push(one.elapsed());
            if row.desk.len().is_multiple_of(4) {
                let one = Instant::now();
                district.note(&draft, &format!("Draft {}", row.desk.len())).expect("the draft is saved");
                row.draft.push(one.elapsed());
            }
            row.memory = row.memory.max(node.resident_bytes().unwrap_or(0));
            thread::sleep(THINKING);
        }
        stop.store(true, Ordering::Relaxed);
        row.handover = sending.join().expect("files arrive");
    });
    [&mut row.desk, &mut row.draft, &mut row.handover].into_iter().for_each(|all| all.sort());
    row
}

/// A file from the department to the district; gives how long it was on its way.
fn hand_over(department: &Officer, district: &Officer) -> Duration {
    let id = department.open_file("On its way").expect("the department opens a file");
    department.send_to(&id, PLANS[DISTRICT].title, HEAD).expect("it is signed");
    let start = Instant::now();
    until("the file is at the district", || district.file(&id).map_err(String::from));
    start.elapsed()
}

/// The figures as rows of a table.
pub struct Figures<'a>(pub &'a [Row]);

impl fmt::Display for Figures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| attack | desk p50 / p95 | draft saved p95 | a file's way p50 / p95 | memory |")?;
        writeln!(f, "|---|---|---|---|---|")?;
        let ms = |sorted: &[Duration], part| percentile(sorted, part).as_millis();
        for row in self.0 {
            let (desk, draft, way) = (&row.desk, &row.draft, &row.handover);
            writeln!(
                f,
                "| {} | {} / {} ms | {} ms | {} / {} ms | {} MiB |",
                row.attack.words(),
                ms(desk, 0.5),
                ms(desk, 0.95),
                ms(draft, 0.95),
                ms(way, 0.5),
                ms(way, 0.95),
                row.memory >> 20
            )?;
        }
        Ok(())
    }
}
