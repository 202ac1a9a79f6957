//! Offices in memory with lines between some of them: chosen links, a chosen rate, cut at will.
//! Time passes only when a test says so, and every choice comes from one seed.

use std::collections::BTreeMap;

use mohar_protocol::act::{Body, Holder, body};
use mohar_protocol::codec;
use mohar_protocol::custody::command::Command;
use mohar_protocol::directory::Snapshot;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{ActId, Lineage, MatterId};
use mohar_protocol::machine::{
    Carried, Input, Machine, Mark, Memory, NewContent, NewMatter, Output, Peer, Receipt, Request, Ticket,
    Where, open_key,
};
use mohar_protocol::records::Records;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::content::seal;
use mohar_protocol::sealing::{Content, Kind, MatterKey};
use mohar_protocol::testing::{MemoryStore, TestState};
use mohar_protocol::time::Timestamp;

/// How long a frame takes besides its bytes.
const DELAY_MS: u64 = 40;

pub struct Node {
    pub machine: Machine,
    pub store: MemoryStore,
    /// Codes of what this node refused.
    pub noted: Vec<&'static str>,
    /// Frames taken.
    pub frames: u64,
}

/// A line between two nodes.
#[derive(Clone, Copy)]
struct Wire {
    bits_per_s: Option<u64>,
    generation: u64,
    free_at: [Timestamp; 2],
}

pub struct Line {
    pub state: TestState,
    pub nodes: Vec<Node>,
    pub now: Timestamp,
    pub entropy: Entropy,
    /// Bytes that arrived, over all lines.
    pub bytes: u64,
    wires: BTreeMap<(usize, usize), Wire>,
    on_the_way: BTreeMap<(Timestamp, u64), (usize, usize, u64, Vec<u8>)>,
    sequence: u64,
    operations: u64,
}

fn storage() -> StorageKey {
    StorageKey::from_bytes([9; 32])
}

impl Line {
    /// A state of offices, each with its parent and path, two posts and a node; no links.
    pub fn found(seed: u8, offices: &[(Option<usize>, &str)]) -> Self {
        let mut entropy = Entropy::from_seed([seed; 32]);
        let now = Timestamp(1_795_321_800_000);
        let mut state = TestState::found(&mut entropy, now);
        for (parent, path) in offices {
            state.add_office(*parent, path, 2, None, &mut entropy, now);
        }
        let mut line = Self {
            state,
            nodes: Vec::new(),
            now,
            entropy,
            bytes: 0,
            wires: BTreeMap::new(),
            on_the_way: BTreeMap::new(),
            sequence: 0,
            operations: 0,
        };
        for at in 0..offices.len() {
            let store = MemoryStore::default();
            let machine = line.machine(at, &store);
            line.nodes.push(Node { machine, store, noted: Vec::new(), frames: 0 });
            let package = line.state.package();
            line.ask(at, Request::Import(package)).unwrap();
        }
        line
    }

    fn machine(&self, at: usize, store: &MemoryStore) -> Machine {
        let (office, records) = (&self.state.offices[at], Records::new(store));
        let signed = records.log(&office.id).unwrap().map(|log| log.signed);
        // The mark fits: what a restored disk does is another test's subject.
        let mark = signed.map(|signed| Mark {
            size: signed.size(),
            root: signed.root(),
            incarnation: 1,
            lineage: Lineage(office.id.0),
        });
        let memory = mark.map(|mark| (office.id, Memory::Here(mark))).into_iter().collect();
        let (hosts, registry) = (vec![office.host()], Registry::new(self.state.id));
        let mut lineages = Entropy::from_seed(office.id.0);
        Machine::start(registry, hosts, storage(), &records, &memory, &mut lineages).unwrap()
    }

    /// Stops a node and starts it from its disk; its links are gone.
    pub fn restart(&mut self, at: usize) {
        for other in 0..self.nodes.len() {
            self.cut(at, other);
        }
        let machine = self.machine(at, &self.nodes[at].store);
        self.nodes[at].machine = machine;
    }

    pub fn peer(&self, at: usize) -> Peer {
        Peer(self.state.offices[at].keys.transport.public().to_bytes())
    }

    /// Links two nodes, at a rate in each direction.
    pub fn link(&mut self, a: usize, b: usize, bits_per_s: Option<u64>) {
        self.sequence += 1;
        let wire = Wire { bits_per_s, generation: self.sequence, free_at: [self.now; 2] };
        self.wires.insert((a.min(b), a.max(b)), wire);
        let (peer_a, peer_b) = (self.peer(a), self.peer(b));
        self.feed(a, Input::Connected(peer_b));
        self.feed(b, Input::Connected(peer_a));
    }

    /// Cuts a link; what is on the way is lost.
    pub fn cut(&mut self, a: usize, b: usize) {
        if self.wires.remove(&(a.min(b), a.max(b))).is_some() {
            let (peer_a, peer_b) = (self.peer(a), self.peer(b));
            self.feed(a, Input::Disconnected(peer_b));
            self.feed(b, Input::Disconnected(peer_a));
        }
    }

    /// Lets time pass; nodes tick every half second.
    pub fn run(&mut self, ms: u64) {
        let end = self.now.plus_ms(ms);
        while self.now < end {
            let tick = self.now.plus_ms(500).min(end);
            while let Some(entry) = self.on_the_way.first_entry().filter(|entry| entry.key().0 <= tick) {
                let ((at, _), (from, to, generation, frame)) = entry.remove_entry();
                self.now = at.max(self.now);
                let wire = self.wires.get(&(from.min(to), from.max(to)));
                if wire.is_some_and(|wire| wire.generation == generation) {
                    self.bytes += frame.len() as u64;
                    self.nodes[to].frames += 1;
                    let from = self.peer(from);
                    self.feed(to, Input::Frame { from, bytes: frame });
                }
            }
            self.now = tick;
            for at in 0..self.nodes.len() {
                self.feed(at, Input::Tick);
            }
        }
    }

    /// Runs until something is so, in steps of half a second; how long it took.
    #[track_caller]
    pub fn run_until(&mut self, ms_max: u64, what: &str, so: impl Fn(&Self) -> bool) -> u64 {
        let start = self.now;
        while !so(self) {
            let noted: Vec<_> = self.nodes.iter().map(|node| &node.noted).collect();
            assert!(self.now.ms_since(start) < ms_max, "waited {ms_max} ms in vain until {what}: {noted:?}");
            self.run(500);
        }
        self.now.ms_since(start)
    }

    /// Feeds one input under one commit.
    pub fn feed(&mut self, at: usize, input: Input) -> Vec<Result<Receipt, Refusal>> {
        let Node { machine, store, noted, .. } = &mut self.nodes[at];
        let mut records = Records::new(store);
        let mut outputs = Vec::new();
        machine.step(self.now, &mut self.entropy, &mut records, input, &mut outputs).unwrap();
        machine.step(self.now, &mut self.entropy, &mut records, Input::Settle, &mut outputs).unwrap();
        let writes = records.into_writes();
        store.commit(writes);
        let mut answers = Vec::new();
        let mut frames = Vec::new();
        for output in outputs {
            match output {
                Output::Send { to, message } => frames.push((to, message.to_frame())),
                Output::Answer { answer, .. } => answers.push(answer),
                Output::Noted(refusal) => noted.push(refusal.code()),
                _ => {}
            }
        }
        for (to, frame) in frames {
            self.send(at, to, frame);
        }
        answers
    }

    fn send(&mut self, from: usize, to: Peer, frame: Vec<u8>) {
        let Some(to) = (0..self.nodes.len()).find(|other| self.peer(*other) == to) else { return };
        let Some(wire) = self.wires.get_mut(&(from.min(to), from.max(to))) else { return };
        let way = usize::from(from > to);
        let start = wire.free_at[way].max(self.now);
        let takes = wire.bits_per_s.map_or(0, |rate| frame.len() as u64 * 8_000 / rate);
        wire.free_at[way] = start.plus_ms(takes);
        let (arrives, generation) = (start.plus_ms(takes + DELAY_MS), wire.generation);
        self.sequence += 1;
        self.on_the_way.insert((arrives, self.sequence), (from, to, generation, frame));
    }

    /// Takes in or writes a carrier packet.
    pub fn carry(&mut self, at: usize, request: Request) -> Result<Carried, Refusal> {
        let Node { machine, store, noted, .. } = &mut self.nodes[at];
        let (mut records, mut outputs) = (Records::new(store), Vec::new());
        let input = Input::Request { ticket: Ticket(0), request };
        machine.step(self.now, &mut self.entropy, &mut records, input, &mut outputs).unwrap();
        machine.step(self.now, &mut self.entropy, &mut records, Input::Settle, &mut outputs).unwrap();
        let writes = records.into_writes();
        store.commit(writes);
        let (mut answers, mut frames) = (Vec::new(), Vec::new());
        for output in outputs {
            match output {
                Output::Carried { answer, .. } => answers.push(answer),
                Output::Send { to, message } => frames.push((to, message.to_frame())),
                Output::Noted(refusal) => noted.push(refusal.code()),
                _ => {}
            }
        }
        for (to, frame) in frames {
            self.send(at, to, frame);
        }
        answers.pop().unwrap()
    }

    /// A packet from one office for another.
    pub fn pack(&mut self, from: usize, to: usize) -> Vec<u8> {
        let to = self.state.offices[to].id;
        self.carry(from, Request::Pack { to, answers: Vec::new() }).unwrap().packet
    }

    /// Takes in a packet, as `mohar packet import` does; the answer, if one has to be carried back.
    pub fn unpack(&mut self, at: usize, packet: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        let taken = self.carry(at, Request::Carry(packet.to_vec()))?;
        self.run(2_500);
        let pack = Request::Pack { to: taken.other, answers: taken.frames };
        let answer = self.carry(at, pack)?;
        Ok((answer.owed > 0).then_some(answer.packet))
    }

    pub fn ask(&mut self, at: usize, request: Request) -> Result<Receipt, Refusal> {
        self.feed(at, Input::Request { ticket: Ticket(0), request }).pop().unwrap()
    }

    /// Publishes a directory with one address in it.
    pub fn publish(&mut self, at: usize, address: &str) {
        let snapshot = Snapshot { addresses: vec![address.to_owned()], ..Snapshot::default() };
        let office = self.state.offices[at].id;
        self.ask(at, Request::Publish { office, snapshot: codec::encode(&snapshot) }).unwrap();
    }

    /// What a node knows of the addresses of an office.
    pub fn addresses(&self, at: usize, of: usize) -> Option<Vec<String>> {
        let node = &self.nodes[at];
        let register = node.machine.registry().office(&self.state.offices[of].id).ok()?;
        let bytes = Records::new(&node.store).content_bytes(&register.directory()?.1.root).unwrap()?;
        Some(codec::decode::<Snapshot>(&bytes, 1 << 20).unwrap().addresses)
    }

    /// Adds a post to an office.
    pub fn add_post(&mut self, at: usize, code: &str) -> ActId {
        let actor = self.state.offices[at].admin();
        let change = Body::AddPost(body::AddPost { code: code.to_owned(), admin: false });
        self.ask(at, Request::Register { actor, change }).unwrap().act
    }

    pub fn desk(&self, at: usize, post: usize) -> Holder {
        Holder { office: self.state.offices[at].id, post: self.state.offices[at].posts[post].post }
    }

    fn operation(&mut self) -> [u8; 16] {
        self.operations += 1;
        let mut operation = [0; 16];
        operation[8..].copy_from_slice(&self.operations.to_be_bytes());
        operation
    }

    fn content(&mut self, key: &MatterKey, generation: u32, kind: Kind, body: Vec<u8>) -> NewContent {
        let content = Content { kind, media_type: "text/plain".to_owned(), name: String::new(), body };
        let sealed = seal(key, generation, &content, &mut self.entropy).unwrap();
        NewContent { reference: sealed.reference, ciphertext: Where::Here(sealed.ciphertext) }
    }

    /// Opens a file at the first post.
    pub fn open(&mut self, at: usize, subject: &str) -> MatterId {
        let key = MatterKey::generate(&mut self.entropy);
        let contents = vec![self.content(&key, 1, Kind::Cover, subject.as_bytes().to_vec())];
        let (actor, operation) = (self.state.offices[at].actor(0), self.operation());
        let matter = NewMatter { is_dak: false, key, contents };
        self.ask(at, Request::Begin { actor, operation, matter }).unwrap().matter
    }

    /// Does something with a file at a post; a note or paper has `text` for its content.
    pub fn act(
        &mut self,
        at: usize,
        post: usize,
        matter: MatterId,
        command: Command,
        text: &[u8],
    ) -> Result<ActId, Refusal> {
        let mut contents = Vec::new();
        if matches!(command, Command::Note | Command::Attach) {
            let records = Records::new(&self.nodes[at].store);
            let generation = records.matter(&matter).unwrap().unwrap().generation;
            let sealed = records.sealed_key(&matter, generation).unwrap().unwrap();
            let key = open_key(&storage(), &sealed).unwrap();
            contents.push(self.content(&key, generation, Kind::Note, text.to_vec()));
        }
        let (actor, operation) = (self.state.offices[at].actor(post), self.operation());
        self.ask(at, Request::Act { actor, operation, matter, command, contents }).map(|receipt| receipt.act)
    }
}
