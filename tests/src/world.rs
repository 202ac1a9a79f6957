//! A whole state in one thread, from one seed: offices, officers, network, clocks and disks.
//!
//! Every choice comes from the seed, so a failing run is repeated by its number. Where to look:
//! [`founding`] makes the offices, [`driver`] feeds their machines as the daemon does, `network`
//! carries frames, [`officers`] work, [`faults`] says what may go wrong, [`disk`] and [`clock`] go
//! wrong, [`oracle`] judges every commit, [`mutation`] switches guards off. Anything else that goes
//! on is a [`Happening`]. A world never uses a clock, a disk, a socket or chance of its own.

pub mod adversary;
mod agenda;
pub mod clock;
pub mod disk;
pub mod driver;
pub mod faults;
pub mod founding;
pub mod happening;
pub mod mutation;
mod network;
pub mod newer;
pub mod officers;
pub mod oracle;
pub mod orders;
pub mod restores;

use std::collections::BTreeMap;
use std::sync::Arc;

use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::{Context, Hash, hash};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::{Machine, Peer};
use mohar_protocol::testing::{TestState, memo};
use mohar_protocol::time::Timestamp;

use self::adversary::Overheard;
use self::agenda::{Agenda, Event};
use self::clock::Clock;
use self::disk::Disk;
pub use self::faults::WorldFaults;
use self::founding::Founding;
pub use self::happening::Happening;
pub use self::mutation::Mutation;
use self::network::Network;
pub use self::oracle::Oracle;
use self::restores::Marks;

/// 22 November 2026, 10:00 in Bhopal.
pub const START: Timestamp = Timestamp(1_795_321_800_000);

/// How long a world may take, once faults have ended, until everything has arrived: four of the
/// minutes in which nodes compare what they know.
const HEALING_MS: u64 = 240_000;

/// A node of the world.
pub struct Node {
    /// Its disk, as of the last commit.
    pub store: Disk,
    /// The machine; none while the node is down.
    pub machine: Option<Machine>,
    /// Indexes of its offices in the state; the first one's keys are the node's on the network.
    pub offices: Vec<usize>,
    /// Its clock.
    pub clock: Clock,
    /// What it remembers outside its disk.
    pub marks: Marks,
    /// Whether the adversary has its keys. Promises are judged among the others.
    pub hostile: bool,
    /// Whether it burnt down: it never comes back, and nobody waits for it.
    pub lost: bool,
}

/// The world.
pub struct World {
    /// The seed that it came from.
    pub seed: u64,
    /// The state, with all secrets.
    pub state: TestState,
    /// Its nodes. Some host two or three offices.
    pub nodes: Vec<Node>,
    /// What it remembers.
    pub oracle: Oracle,
    /// Every choice comes from here.
    pub rng: Entropy,
    /// What may go wrong.
    pub faults: WorldFaults,
    /// The guard that is switched off, if any.
    pub mutation: Option<Mutation>,
    /// Time goes this many times faster for ticks and officers: a tick comes each `pace` seconds.
    /// One, but for long outages.
    pub pace: u64,
    /// Commits so far.
    pub commits: u64,
    /// Crash at the commit of this number: before it, or after it with `true`.
    pub crash_at: Option<(u64, bool)>,
    peers: Vec<Peer>,
    by_peer: BTreeMap<Peer, usize>,
    overheard: Overheard,
    founding: Arc<Founding>,
    now: Timestamp,
    network: Network,
    agenda: Agenda,
    happenings: Vec<Box<dyn Happening>>,
    tickets: u64,
    trace: Hash,
    working: bool,
    healing: bool,
}

impl World {
    /// A state with `offices` offices, on one node each but for some that live on their parent's.
    pub fn found(seed: u64, offices: usize, faults: WorldFaults, mutation: Option<Mutation>) -> Self {
        Self::begin(seed, &founding::small(offices, seed % founding::SHAPES), faults, mutation)
    }

    /// A world that begins with a founded state.
    pub fn begin(
        seed: u64,
        founding: &Arc<Founding>,
        faults: WorldFaults,
        mutation: Option<Mutation>,
    ) -> Self {
        memo::remember();
        let mut start = [0; 32];
        start[..8].copy_from_slice(&seed.to_be_bytes());
        let mut world = Self {
            seed,
            state: founding.state.clone(),
            nodes: Vec::new(),
            oracle: Oracle::new(founding),
            rng: Entropy::from_seed(start),
            faults: WorldFaults::NONE,
            mutation,
            pace: 1,
            commits: 0,
            crash_at: None,
            peers: Vec::new(),
            by_peer: BTreeMap::new(),
            overheard: Overheard::default(),
            founding: Arc::clone(founding),
            now: START,
            network: Network::default(),
            agenda: Agenda::default(),
            happenings: Vec::new(),
            tickets: 0,
            trace: Hash([0; 32]),
            working: true,
            healing: false,
        };
        for (node, first) in founding.nodes.iter().enumerate() {
            let clock = Clock::ahead(world.rng.next_u64() % 90_000);
            let (store, offices) = (first.disk.clone(), first.offices.clone());
            let marks = Marks::default();
            world.nodes.push(Node {
                store,
                machine: None,
                offices,
                clock,
                marks,
                hostile: false,
                lost: false,
            });
            world.know_peer(node);
            world.start_founded(node);
            world.after(1 + node as u64 * 37 % 1_000, Event::Tick(node));
            world.after(100 + node as u64 * 53 % 4_000, Event::Officer(node));
        }
        world.connect_all(50);
        world.after(1_000, Event::Second);
        world.faults = faults;
        mutation::arrange(&mut world);
        world
    }

    /// The time of the world.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// A digest of everything that happened so far, in order.
    pub const fn trace(&self) -> Hash {
        self.trace
    }

    /// Lets `ms` milliseconds pass.
    pub fn run(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while let Some((at, event)) = self.agenda.next(end) {
            self.now = at;
            self.happen(event);
        }
        self.now = end;
    }

    /// Ends all work, and lets time go on.
    pub fn rest(&mut self) {
        self.working = false;
    }

    /// Ends all faults and all work, and lets everything that waits arrive.
    pub fn heal(&mut self) {
        self.sleep_through_outage();
        self.faults = WorldFaults::NONE;
        self.working = false;
        self.healing = true;
        self.pace = 1;
        self.network.heal();
        self.every_happening(|happening, world| happening.heal(world));
        for node in 0..self.nodes.len() {
            self.nodes[node].clock.set(0);
            // A damaged node says so and stays down until somebody has put its disk right.
            if self.nodes[node].store.repair() > 0 {
                self.end(node);
            }
            self.start(node);
        }
        self.connect_all(10);
        self.run(HEALING_MS);
    }

    /// Whether a chance of so many in a thousand comes true.
    pub fn chance(&mut self, of_a_thousand: u64) -> bool {
        of_a_thousand > 0 && self.rng.next_u64() % 1_000 < of_a_thousand
    }

    /// Puts another disk into a node, such as a copy from a backup. The caller stops it first, or
    /// [`World::crash`]es it after.
    pub fn replace_disk(&mut self, node: usize, disk: Disk) {
        self.nodes[node].store = disk;
        let hosted = self.hosted(node);
        self.oracle.recount(node, &self.nodes[node].store, &hosted);
    }

    /// The node that hosts an office.
    pub fn host_of(&self, office: usize) -> usize {
        let host = self.nodes.iter().position(|node| node.offices.contains(&office));
        host.expect("every office has a host")
    }

    /// Whether a node hosts an office.
    pub fn is_hosted(&self, node: usize, office: &OfficeId) -> bool {
        self.nodes[node].offices.iter().any(|index| self.state.offices[*index].id == *office)
    }

    /// The offices of a node.
    pub fn hosted(&self, node: usize) -> Vec<OfficeId> {
        self.nodes[node].offices.iter().map(|office| self.state.offices[*office].id).collect()
    }

    /// The nodes whose promises are judged.
    pub fn honest(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(|(_, node)| !node.hostile)
    }

    /// A node as the others see it on the network.
    pub fn peer(&self, node: usize) -> Peer {
        self.peers[node]
    }

    /// Notes under which key a node is on the network, when it begins and when that changes.
    pub fn know_peer(&mut self, node: usize) {
        let first = self.nodes[node].offices[0];
        let peer = Peer(self.state.offices[first].keys.transport.public().to_bytes());
        if self.peers.len() <= node {
            self.peers.resize(node + 1, peer);
        }
        self.peers[node] = peer;
        self.by_peer.insert(peer, node);
    }

    /// The node that is seen so on the network.
    pub fn node_of(&self, peer: &Peer) -> Option<usize> {
        self.by_peer.get(peer).copied()
    }

    fn after(&mut self, ms: u64, event: Event) {
        self.agenda.enter(self.now.plus_ms(ms), event);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver { from, to, generation, frame } => self.deliver(from, to, generation, frame),
            Event::Tick(node) => {
                self.tick(node);
                self.after(1_000 * self.pace, Event::Tick(node));
            }
            Event::Officer(node) => {
                if self.working {
                    self.officers_work(node);
                }
                let pause = (200 + self.rng.next_u64() % 4_000) * self.pace;
                self.after(pause, Event::Officer(node));
            }
            Event::Restart(node) => self.start(node),
            Event::Connect(a, b) => self.connect(a, b),
            Event::Break(a, b) => self.disconnect(a, b),
            Event::Heal(a, b) => {
                self.network.uncut(a, b);
                self.after(10, Event::Connect(a, b));
            }
            Event::HealOneWay(a, b) => self.network.uncut_one_way(a, b),
            Event::Second => {
                self.network_faults();
                self.clock_faults();
                self.disk_faults();
                self.every_happening(|happening, world| happening.second(world));
                self.after(1_000 * self.pace, Event::Second);
            }
        }
    }

    /// Two clocks in three that go wrong come right again later, as when somebody notices.
    fn clock_faults(&mut self) {
        let (jump, stuck) = (self.chance(self.faults.clock_jump), self.chance(self.faults.clock_stuck));
        if !jump && !stuck {
            return;
        }
        let node = (self.rng.next_u64() % self.nodes.len() as u64) as usize;
        let years = self.rng.next_u64() % (2 * clock::TEN_YEARS_MS);
        let dice = self.rng.next_u64() % 3;
        let (now, clock) = (self.now, &mut self.nodes[node].clock);
        match (stuck, dice) {
            (true, 0) => clock.stop(now),
            (false, 0) => clock.set(years as i64 - clock::TEN_YEARS_MS as i64),
            _ => clock.set(0),
        }
    }

    fn record(&mut self, kind: &[u8], bytes: &[u8]) {
        self.trace = hash(Context::Trace, &[&self.trace.0, &self.now.0.to_be_bytes(), kind, bytes]);
    }
}
