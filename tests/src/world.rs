//! A whole state in one thread, from one seed: offices, officers, network, clocks and disks.
//!
//! Every choice comes from the seed, so a failing run is repeated by its number. The faults are
//! those of `WorldFaults`; a crash loses whatever was not committed, and everything that was
//! committed but not yet sent.

mod network;
mod officers;
mod restores;

use std::collections::{BTreeMap, BTreeSet};

use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::{Context, Hash, hash};
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::machine::{Input, Machine, Output, Peer, Receipt, Request, Ticket};
use mohar_protocol::records::{Records, Role};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::testing::{MemoryStore, TestState};
use mohar_protocol::time::Timestamp;

use self::network::Network;
use self::restores::Marks;

/// 22 November 2026, 10:00 in Bhopal.
const START: Timestamp = Timestamp(1_795_321_800_000);

/// What may go wrong, in chances out of a thousand per occasion.
#[derive(Debug, Clone, Copy)]
pub struct WorldFaults {
    /// A step ends in a crash before its commit.
    pub crash_before_commit: u64,
    /// A step ends in a crash after its commit, before anything is answered or sent.
    pub crash_after_commit: u64,
    /// A frame is dropped although the link stands.
    pub frame_lost: u64,
    /// A frame is delivered twice.
    pub frame_twice: u64,
    /// A link breaks when a frame is sent.
    pub link_breaks: u64,
    /// Two offices are cut from each other for a while, per second of the world.
    pub cut: u64,
    /// A node comes back with an old copy of its disk, per second of the world.
    pub restore: u64,
}

impl WorldFaults {
    /// No faults at all.
    pub const NONE: Self = Self {
        crash_before_commit: 0,
        crash_after_commit: 0,
        frame_lost: 0,
        frame_twice: 0,
        link_breaks: 0,
        cut: 0,
        restore: 0,
    };

    /// Faults drawn from a seed: swarm testing, so that runs differ in kind and not only in order.
    pub fn draw(rng: &mut Entropy) -> Self {
        let mut chance = |max: u64| if rng.next_u64().is_multiple_of(3) { 0 } else { rng.next_u64() % max };
        Self {
            crash_before_commit: chance(6),
            crash_after_commit: chance(6),
            frame_lost: chance(50),
            frame_twice: chance(50),
            link_breaks: chance(10),
            cut: chance(300),
            restore: chance(60),
        }
    }
}

/// A guard that is switched off, to show that the invariants notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Officers are answered although the commit is lost in a crash.
    AnswerBeforeCommit,
    /// A mirror's disk loses contents after the mirror has cosigned.
    MirrorForgets,
    /// A node is restored from an old copy of its disk with a mark that fits it, and is deaf to what
    /// cosigners know of its log: the rejoin barrier is off.
    RestoredWithoutBarrier,
}

/// A node of the world.
pub struct Node {
    /// Its disk, as of the last commit.
    pub store: MemoryStore,
    /// The machine; none while the node is down.
    pub machine: Option<Machine>,
    /// Indexes of its offices in the state; the first one's keys are the node's on the network.
    pub offices: Vec<usize>,
    /// Its clock is this much ahead, in milliseconds.
    pub skew_ms: u64,
    /// What it remembers outside its disk.
    pub marks: Marks,
}

/// Something that will happen.
enum Event {
    Deliver { from: usize, to: usize, generation: u64, frame: Vec<u8> },
    Tick(usize),
    Officer(usize),
    Restart(usize),
    Second,
    Connect(usize, usize),
    Heal(usize, usize),
}

/// What the world remembers in order to judge.
#[derive(Default)]
pub struct Oracle {
    /// Acts that an officer was told are done, with the node that said so.
    pub acknowledged: Vec<(usize, ActId)>,
    /// Refusals by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// Messages that a node refused, by code.
    pub noted: BTreeMap<&'static str, u64>,
    /// Crashes.
    pub crashes: u64,
    /// Highest size each node cosigned per office and role.
    pub cosigned: BTreeMap<(usize, OfficeId, Role), u64>,
    /// Which act each place of each chain was seen to hold, over all nodes and all time.
    pub places: BTreeMap<(MatterId, u32, u64), ActId>,
    /// Nodes that run from an old copy and may not have caught up yet.
    pub restored: BTreeSet<usize>,
    /// Restores.
    pub restores: u64,
    /// What was seen to be wrong while running.
    pub violations: Vec<String>,
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
    rng: Entropy,
    now: Timestamp,
    faults: WorldFaults,
    mutation: Option<Mutation>,
    network: Network,
    agenda: BTreeMap<(Timestamp, u64), Event>,
    sequence: u64,
    tickets: u64,
    trace: Hash,
    working: bool,
}

impl World {
    /// Founds a state with `offices` offices of one node each.
    pub fn found(seed: u64, offices: usize, faults: WorldFaults, mutation: Option<Mutation>) -> Self {
        let mut start = [0; 32];
        start[..8].copy_from_slice(&seed.to_be_bytes());
        let mut rng = Entropy::from_seed(start);
        let mut state = TestState::found(&mut rng, START);
        let mut hosting: Vec<Vec<usize>> = Vec::new();
        for index in 0..offices {
            let parent = (index > 0).then(|| (rng.next_u64() as usize) % index.min(4));
            let path = match parent {
                None => "mp/gad".to_owned(),
                Some(parent) => format!("{}/o{index}", state.offices[parent].path),
            };
            // One office in six has no machine of its own and lives on its parent's.
            let host = parent.filter(|_| rng.next_u64().is_multiple_of(6));
            let host = host.and_then(|parent| hosting.iter().position(|offices| offices.contains(&parent)));
            let transport = host.map(|node| state.offices[hosting[node][0]].keys.transport.clone());
            state.add_office(parent, &path, 2, transport, &mut rng, START);
            match host {
                Some(node) => hosting[node].push(index),
                None => hosting.push(vec![index]),
            }
        }
        let nodes = hosting.len();
        let mut world = Self {
            seed,
            state,
            nodes: Vec::new(),
            oracle: Oracle::default(),
            rng,
            now: START,
            faults: WorldFaults::NONE,
            mutation,
            network: Network::default(),
            agenda: BTreeMap::new(),
            sequence: 0,
            tickets: 0,
            trace: Hash([0; 32]),
            working: true,
        };
        for (node, offices) in hosting.into_iter().enumerate() {
            let skew_ms = world.rng.next_u64() % 120_000;
            world.nodes.push(Node {
                store: MemoryStore::default(),
                machine: None,
                offices,
                skew_ms,
                marks: Marks::default(),
            });
            world.start(node);
            let package = world.state.package();
            world.ask(node, Request::Import(package));
            world.after(1 + node as u64 * 37, Event::Tick(node));
            world.after(100 + node as u64 * 53, Event::Officer(node));
        }
        for a in 0..nodes {
            for b in a + 1..nodes {
                world.after(50, Event::Connect(a, b));
            }
        }
        world.after(1_000, Event::Second);
        // What was imported is not what an officer did.
        world.oracle.acknowledged.clear();
        world.faults = faults;
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
        while let Some(entry) = self.agenda.first_entry() {
            if entry.key().0 > end {
                break;
            }
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            self.happen(event);
        }
        self.now = end;
    }

    /// Ends all faults and all work, and lets everything that waits arrive.
    pub fn heal(&mut self) {
        self.faults = WorldFaults::NONE;
        self.working = false;
        self.network.heal();
        for node in 0..self.nodes.len() {
            if self.nodes[node].machine.is_none() {
                self.start(node);
            }
        }
        for a in 0..self.nodes.len() {
            for b in a + 1..self.nodes.len() {
                self.after(10, Event::Connect(a, b));
            }
        }
        self.run(240_000);
        self.oracle.restored.clear();
    }

    fn after(&mut self, ms: u64, event: Event) {
        self.sequence += 1;
        self.agenda.insert((self.now.plus_ms(ms), self.sequence), event);
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver { from, to, generation, frame } => {
                if self.network.is_up(from, to, generation) && !self.is_deaf(to, &frame) {
                    self.record(&[1, from as u8, to as u8], &frame);
                    let from = self.peer(from);
                    self.feed(to, vec![Input::Frame { from, bytes: frame }]);
                }
            }
            Event::Tick(node) => {
                self.feed(node, vec![Input::Tick]);
                self.after(1_000, Event::Tick(node));
            }
            Event::Officer(node) => {
                if self.working {
                    self.officers_work(node);
                }
                let pause = 200 + self.rng.next_u64() % 4_000;
                self.after(pause, Event::Officer(node));
            }
            Event::Restart(node) => self.start(node),
            Event::Connect(a, b) => self.connect(a, b),
            Event::Heal(a, b) => {
                self.network.uncut(a, b);
                self.after(10, Event::Connect(a, b));
            }
            Event::Second => {
                self.maybe_cut();
                self.maybe_restore();
                self.maybe_mutate();
                self.after(1_000, Event::Second);
            }
        }
    }

    fn chance(&mut self, of_a_thousand: u64) -> bool {
        of_a_thousand > 0 && self.rng.next_u64() % 1_000 < of_a_thousand
    }

    fn record(&mut self, kind: &[u8], bytes: &[u8]) {
        self.trace = hash(Context::Trace, &[&self.trace.0, &self.now.0.to_be_bytes(), kind, bytes]);
    }

    fn peer(&self, node: usize) -> Peer {
        Peer(self.state.offices[self.nodes[node].offices[0]].keys.transport.public().to_bytes())
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

    fn node_of(&self, peer: &Peer) -> Option<usize> {
        (0..self.nodes.len()).find(|node| self.peer(*node) == *peer)
    }

    /// Starts a node from its disk.
    fn start(&mut self, node: usize) {
        if self.nodes[node].machine.is_some() {
            return;
        }
        let storage = StorageKey::from_bytes([node as u8 + 1; 32]);
        let hosts =
            self.nodes[node].offices.iter().map(|office| self.state.offices[*office].host()).collect();
        let records = Records::new(&self.nodes[node].store);
        let memory = self.memory(node);
        let mut entropy = Entropy::from_seed(self.rng.bytes32());
        let machine =
            Machine::start(Registry::new(self.state.id), hosts, storage, &records, &memory, &mut entropy);
        self.nodes[node].machine = Some(machine.expect("the disk of a node holds what it wrote"));
        for other in 0..self.nodes.len() {
            if other != node {
                self.after(20 + other as u64, Event::Connect(node.min(other), node.max(other)));
            }
        }
    }

    /// Stops a node at once; it comes back after a while.
    fn crash(&mut self, node: usize) {
        self.oracle.crashes += 1;
        self.nodes[node].machine = None;
        for other in self.network.drop_all(node) {
            let peer = self.peer(node);
            self.feed(other, vec![Input::Disconnected(peer)]);
        }
        let pause = 100 + self.rng.next_u64() % 20_000;
        self.after(pause, Event::Restart(node));
    }

    /// Feeds inputs under one commit, as the daemon does.
    fn feed(&mut self, node: usize, inputs: Vec<Input>) {
        let mut entropy = Entropy::from_seed(self.rng.bytes32());
        let now = self.now.plus_ms(self.nodes[node].skew_ms);
        let Node { store, machine, .. } = &mut self.nodes[node];
        let Some(machine) = machine else { return };
        let mut records = Records::new(store);
        let mut outputs = Vec::new();
        for input in inputs.into_iter().chain([Input::Settle]) {
            machine
                .step(now, &mut entropy, &mut records, input, &mut outputs)
                .expect("a memory store does not fail");
        }
        let writes = records.into_writes();
        let busy = !writes.is_empty();
        if busy && self.chance(self.faults.crash_before_commit) {
            if self.mutation == Some(Mutation::AnswerBeforeCommit) {
                self.answer(node, &outputs);
            }
            return self.crash(node);
        }
        self.nodes[node].store.commit(writes);
        self.keep_marks(node, &outputs);
        self.watch(node);
        if busy && self.chance(self.faults.crash_after_commit) {
            return self.crash(node);
        }
        self.answer(node, &outputs);
        for output in outputs {
            if let Output::Send { to, message } = output
                && let Some(to) = self.node_of(&to)
            {
                self.send(node, to, message.to_frame());
            }
        }
    }

    fn answer(&mut self, node: usize, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Answer { answer: Ok(Receipt { act, .. }), .. } => {
                    self.record(&[2, node as u8], &act.0);
                    self.oracle.acknowledged.push((node, *act));
                }
                Output::Answer { answer: Err(refusal), .. } => {
                    *self.oracle.refused.entry(refusal.code()).or_default() += 1;
                }
                Output::Noted(refusal) => *self.oracle.noted.entry(refusal.code()).or_default() += 1,
                _ => {}
            }
        }
    }

    fn ask(&mut self, node: usize, request: Request) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.feed(node, vec![Input::Request { ticket, request }]);
    }

    /// Looks at what was just committed for what must never happen, not even for a moment.
    fn watch(&mut self, node: usize) {
        let records = Records::new(&self.nodes[node].store);
        for office in self.state.offices.iter().map(|office| office.id) {
            for role in [Role::Mirror, Role::Witness] {
                let Ok(Some((size, _))) = records.cosigned(&office, role) else { continue };
                let known = self.oracle.cosigned.entry((node, office, role)).or_insert(0);
                if size < *known {
                    self.oracle
                        .violations
                        .push(format!("node {node} cosigned {role:?} back from {known} to {size}"));
                }
                *known = size;
            }
        }
    }

    fn maybe_cut(&mut self) {
        if !self.chance(self.faults.cut) {
            return;
        }
        let count = self.nodes.len() as u64;
        let (a, b) = ((self.rng.next_u64() % count) as usize, (self.rng.next_u64() % count) as usize);
        if a != b {
            let (a, b) = (a.min(b), a.max(b));
            self.network.cut(a, b);
            self.disconnect(a, b);
            let pause = 1_000 + self.rng.next_u64() % 60_000;
            self.after(pause, Event::Heal(a, b));
        }
    }

    fn maybe_mutate(&mut self) {
        let elapsed = self.now.ms_since(START) / 1_000;
        match self.mutation {
            Some(Mutation::MirrorForgets) if elapsed == 60 => {
                let every: BTreeSet<_> = (0..self.nodes.len()).collect();
                for node in every {
                    self.forget_contents(node);
                }
            }
            Some(Mutation::RestoredWithoutBarrier) if elapsed == 20 => self.copy_disk(0),
            Some(Mutation::RestoredWithoutBarrier) if elapsed == 40 => self.restore_unnoticed(0),
            _ => {}
        }
    }

    fn forget_contents(&mut self, node: usize) {
        use mohar_protocol::records::{Table, Writes};
        let own: Vec<Vec<u8>> = self.nodes[node]
            .store
            .rows()
            .filter(|((table, _), _)| *table == Table::CHUNKS)
            .map(|((_, key), _)| key.clone())
            .collect();
        let mut writes = Writes::default();
        for key in own {
            writes.rows.insert((Table::CHUNKS, key), None);
        }
        self.nodes[node].store.commit(writes);
    }
}

/// Whether a refusal is one that ordinary work may meet.
pub fn is_ordinary(refusal: Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::ChainFork | Refusal::LogForked | Refusal::LogRootMismatch | Refusal::ActSignature
    )
}
