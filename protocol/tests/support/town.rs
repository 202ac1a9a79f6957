//! Three offices with a node each, in memory, and what they do in a morning.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use minicbor::bytes::ByteVec;
use mohar_protocol::act::body::{ChargeKind, EndCharge, GiveCharge};
use mohar_protocol::act::{Body, Holder, Place, UnverifiedAct};
use mohar_protocol::audit::{Bundle, LogDirectory, bundle};
use mohar_protocol::ceremony::{self, NodeKeys};
use mohar_protocol::custody::command::Command;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{ActId, ContentRoot, MatterId, OfficeId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::tree::Head;
use mohar_protocol::machine::{
    Actor, Backlog, HostSecrets, Input, Machine, NewContent, NewMatter, Output, Package, Peer, Progress,
    Receipt, Request, Ticket, Where, open_key,
};
use mohar_protocol::message::Message;
use mohar_protocol::records::{Records, Role, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::content::{open, seal};
use mohar_protocol::sealing::{Content, Kind, MatterKey, SealingSecret, escrow};
use mohar_protocol::testing::{MemoryStore, TestOffice, TestState};
use mohar_protocol::time::Timestamp;

/// The district: it opens the file.
pub const DISTRICT: usize = 0;
/// A tehsil of it: the file goes there and comes back.
pub const TEHSIL: usize = 1;
/// Another division's office: it only keeps copies and witnesses.
pub const FAR: usize = 2;

struct Node {
    machine: Machine,
    store: MemoryStore,
}

/// The three nodes, fully linked.
pub struct Town {
    pub state: TestState,
    pub now: Timestamp,
    nodes: Vec<Node>,
    entropy: Entropy,
    operations: u128,
    cut_off: BTreeSet<usize>,
    /// Nodes that nobody asks to witness anything, as in a state of many offices.
    pub no_witness: BTreeSet<usize>,
    /// Messages that do not arrive for a while.
    pub withheld: Option<fn(&Message) -> bool>,
}

fn storage() -> StorageKey {
    StorageKey::from_bytes([9; 32])
}

impl Town {
    pub fn found(seed: u8) -> Self {
        let mut entropy = Entropy::from_seed([seed; 32]);
        let now = Timestamp(1_750_000_000_000);
        let mut state = TestState::found(&mut entropy, now);
        state.add_office(None, "mp/indore", 3, None, &mut entropy, now);
        state.add_office(Some(DISTRICT), "mp/indore/depalpur", 2, None, &mut entropy, now);
        state.add_office(None, "mp/rewa", 1, None, &mut entropy, now);
        let mut town = Self {
            state,
            now,
            nodes: Vec::new(),
            entropy,
            operations: 0,
            cut_off: BTreeSet::new(),
            no_witness: BTreeSet::new(),
            withheld: None,
        };
        for office in &town.state.offices {
            let store = MemoryStore::default();
            let registry = Registry::new(town.state.id);
            let (records, memory, mut lineages) =
                (Records::new(&store), BTreeMap::new(), Entropy::from_seed([9; 32]));
            let hosts = vec![office.host()];
            let machine =
                Machine::start(registry, hosts, storage(), &records, &memory, &mut lineages).unwrap();
            town.nodes.push(Node { machine, store });
        }
        for node in 0..3 {
            let import = Request::Import(town.state.package());
            town.request(node, import).unwrap();
        }
        for node in 0..3 {
            for other in (0..3).filter(|other| *other != node) {
                town.feed(node, Input::Connected(town.peer(other)));
            }
        }
        town
    }

    pub fn office(&self, node: usize) -> &TestOffice {
        &self.state.offices[node]
    }

    fn peer(&self, node: usize) -> Peer {
        Peer(self.office(node).keys.transport.public().to_bytes())
    }

    /// Gives one input to a node and lets all nodes talk until nobody has anything to say.
    fn feed(&mut self, node: usize, input: Input) -> Vec<Result<Receipt, Refusal>> {
        let mut answers = Vec::new();
        let mut inputs = VecDeque::from([(node, input)]);
        while let Some((node, input)) = inputs.pop_front() {
            self.now = self.now.plus_ms(1);
            let from = self.peer(node);
            let Node { machine, store } = &mut self.nodes[node];
            let mut records = Records::new(store);
            let mut outputs = Vec::new();
            machine.step(self.now, &mut self.entropy, &mut records, input, &mut outputs).unwrap();
            machine.step(self.now, &mut self.entropy, &mut records, Input::Settle, &mut outputs).unwrap();
            let writes = records.into_writes();
            store.commit(writes);
            for output in outputs {
                match output {
                    Output::Send { to, message } => {
                        // A node whose machine burnt, and whose keys are not named any more.
                        let Some(to) = (0..3).find(|other| self.peer(*other) == to) else { continue };
                        if self.cut_off.contains(&node) || self.cut_off.contains(&to) {
                            continue;
                        }
                        if self.no_witness.contains(&to) && matches!(message, Message::AddCheckpoint { .. }) {
                            continue;
                        }
                        if self.withheld.is_some_and(|withheld| withheld(&message)) {
                            continue;
                        }
                        inputs.push_back((to, Input::Frame { from, bytes: message.to_frame() }));
                    }
                    Output::Answer { answer, .. } => answers.push(answer),
                    _ => {}
                }
            }
        }
        answers
    }

    fn request(&mut self, node: usize, request: Request) -> Result<Receipt, Refusal> {
        self.feed(node, Input::Request { ticket: Ticket(0), request }).pop().unwrap()
    }

    /// The link between two nodes is cut: neither hears the other any more.
    pub fn unlink(&mut self, a: usize, b: usize) {
        for (at, other) in [(a, b), (b, a)] {
            let gone = self.peer(other);
            self.feed(at, Input::Disconnected(gone));
        }
    }

    /// Two nodes are linked.
    pub fn link(&mut self, a: usize, b: usize) {
        for (at, other) in [(a, b), (b, a)] {
            let peer = self.peer(other);
            self.feed(at, Input::Connected(peer));
        }
    }

    /// The machine of an office burns with its disk and its keys. A new one gets new keys, named by
    /// `by`, and goes on from the head that `mirror` has cosigned; `reader` opens the escrow there.
    /// It is linked to the mirror and to nobody else.
    pub fn burn_and_replace(
        &mut self,
        node: usize,
        mirror: usize,
        by: &SecretKey,
        reader: &SealingSecret,
        lost_to: u64,
    ) -> Head {
        for other in (0..3).filter(|other| *other != node) {
            let gone = self.peer(node);
            self.feed(other, Input::Disconnected(gone));
        }
        let office = self.office(node).id;
        let records = Records::new(&self.nodes[mirror].store);
        let (size, root) = records.cosigned(&office, Role::Mirror).unwrap().unwrap();
        let start = Head { size, root };
        let registry = self.nodes[mirror].machine.registry();
        let keys = NodeKeys::generate(&mut self.entropy);
        let by = [by.clone()];
        let lost_to = lost_to.max(size);
        let acts = ceremony::incarnate(registry, office, &keys, start, lost_to, &by, self.now).unwrap();
        let register = registry.office(&office).unwrap();
        let earlier = register.escrows().map(|(number, wraps)| {
            let bytes = records.content_bytes(&wraps.root).unwrap().unwrap();
            let sealing = &register.incarnation_number(number).unwrap().sealing;
            escrow::open(&bytes, office, number, sealing, reader).unwrap()
        });
        let earlier = earlier.collect();
        let mut package = self.registry(mirror);
        let acts = acts.iter().map(|act| act.bytes().to_vec().into());
        package.dossiers[node].extend(acts);
        let NodeKeys { signing, transport, sealing } = keys;
        let known = &mut self.state.offices[node].keys;
        (known.signing, known.transport, known.sealing) = (signing, transport, sealing);
        let secrets = HostSecrets { earlier, ..self.office(node).host() };
        let store = MemoryStore::default();
        let registry = Registry::new(self.state.id);
        let (records, memory) = (Records::new(&store), BTreeMap::new());
        let hosts = vec![secrets];
        let machine =
            Machine::start(registry, hosts, storage(), &records, &memory, &mut self.entropy).unwrap();
        self.nodes[node] = Node { machine, store };
        self.request(node, Request::Import(package.clone())).unwrap();
        self.request(mirror, Request::Import(package)).unwrap();
        self.link(node, mirror);
        start
    }

    /// Cuts a node from the others, or gives it its links back.
    pub fn cut(&mut self, node: usize, cut: bool) {
        for (one, other) in (0..3).filter(|other| *other != node).flat_map(|o| [(node, o), (o, node)]) {
            let peer = self.peer(other);
            if cut {
                self.cut_off.insert(node);
                self.feed(one, Input::Disconnected(peer));
            } else {
                self.cut_off.remove(&node);
                self.feed(one, Input::Connected(peer));
            }
        }
    }

    /// A frame that a node never sent.
    pub fn forged_frame(&mut self, from: usize, to: usize, message: &Message) {
        let from = self.peer(from);
        self.feed(to, Input::Frame { from, bytes: message.to_frame() });
    }

    /// Whether a node takes another for one that speaks for an office.
    pub fn listens_to(&self, node: usize, other: usize) -> bool {
        let peer = self.peer(other);
        self.nodes[node].machine.linked().any(|(linked, offices)| linked == peer && !offices.is_empty())
    }

    /// What a node knows to be still to come.
    pub fn backlog(&self, node: usize) -> Backlog {
        self.nodes[node].machine.backlog(&self.records(node)).unwrap()
    }

    /// Hands an order in at a node.
    pub fn reassign(&mut self, node: usize, acts: Vec<minicbor::bytes::ByteVec>) -> Result<Receipt, Refusal> {
        self.request(node, Request::Reassign(acts))
    }

    /// What a node keeps.
    pub fn records(&self, node: usize) -> Records<'_> {
        Records::new(&self.nodes[node].store)
    }

    /// How far the restoring of a node's office is.
    pub fn progress(&self, node: usize) -> Option<Progress> {
        let registry = self.nodes[node].machine.registry();
        Progress::of(&self.records(node), registry, &self.office(node).id).unwrap()
    }

    /// The words of every content of a matter that a node can open.
    pub fn readable(&self, node: usize, matter: MatterId) -> Vec<String> {
        let records = self.records(node);
        let mut words = Vec::new();
        for id in records.chain(&matter, 0, 1_000).unwrap() {
            for reference in &records.expect_act(&id).unwrap().header().contents {
                let sealed = records.sealed_key(&matter, reference.generation).unwrap();
                let key = sealed.and_then(|sealed| open_key(&storage(), &sealed));
                let bytes = records.content_bytes(&reference.root).unwrap();
                let (Some(key), Some(bytes)) = (key, bytes) else { continue };
                words.push(String::from_utf8(open(&key, reference, &bytes).unwrap().body).unwrap());
            }
        }
        words
    }

    /// A content is gone from a node's disk, as if it had never come there.
    pub fn lose_content(&mut self, node: usize, root: ContentRoot) {
        let mut records = Records::new(&self.nodes[node].store);
        records.delete(Table::CONTENTS, root.0.to_vec());
        let writes = records.into_writes();
        self.nodes[node].store.commit(writes);
    }

    /// An act that an officer asks for, or why it is refused.
    pub fn try_act(
        &mut self,
        node: usize,
        actor: Actor,
        matter: MatterId,
        command: Command,
    ) -> Result<ActId, Refusal> {
        let operation = self.operation();
        let request = Request::Act { actor, operation, matter, command, contents: Vec::new() };
        self.request(node, request).map(|receipt| receipt.act)
    }

    /// Lets a second pass everywhere, so that whatever waits is said again.
    pub fn tick(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
        for node in 0..3 {
            self.feed(node, Input::Tick);
        }
    }

    fn operation(&mut self) -> [u8; 16] {
        self.operations += 1;
        self.operations.to_be_bytes()
    }

    fn content(&mut self, key: &MatterKey, generation: u32, kind: Kind, text: &str) -> NewContent {
        let content = Content {
            kind,
            media_type: "text/plain".to_owned(),
            name: String::new(),
            body: text.as_bytes().to_vec(),
        };
        let sealed = seal(key, generation, &content, &mut self.entropy).unwrap();
        NewContent { reference: sealed.reference, ciphertext: Where::Here(sealed.ciphertext) }
    }

    pub fn open(&mut self, node: usize, actor: Actor, subject: &str) -> MatterId {
        let key = MatterKey::generate(&mut self.entropy);
        let contents = vec![self.content(&key, 1, Kind::Cover, subject)];
        let operation = self.operation();
        let matter = NewMatter { is_dak: false, key, contents };
        self.request(node, Request::Begin { actor, operation, matter }).unwrap().matter
    }

    pub fn act(&mut self, node: usize, actor: Actor, matter: MatterId, command: Command) -> ActId {
        let text = matches!(command, Command::Note | Command::Attach).then_some("as proposed");
        let mut contents = Vec::new();
        if let Some(text) = text {
            let records = Records::new(&self.nodes[node].store);
            let generation = records.matter(&matter).unwrap().unwrap().generation;
            let sealed = records.sealed_key(&matter, generation).unwrap().unwrap();
            let key = open_key(&storage(), &sealed).unwrap();
            contents.push(self.content(&key, generation, Kind::Note, text));
        }
        let operation = self.operation();
        let request = Request::Act { actor, operation, matter, command, contents };
        self.request(node, request).unwrap().act
    }

    pub fn register(&mut self, node: usize, change: Body) -> ActId {
        let actor = self.office(node).admin();
        self.request(node, Request::Register { actor, change }).unwrap().act
    }

    /// The desk of a post.
    pub fn desk(&self, node: usize, post: usize) -> Holder {
        Holder { office: self.office(node).id, post: self.office(node).posts[post].post }
    }

    /// The whole log of an office as its node holds it, under its newest cosigned checkpoint.
    pub fn log(&self, node: usize) -> LogDirectory {
        let office = self.office(node).id;
        let records = Records::new(&self.nodes[node].store);
        let checkpoint = records.head(&office).unwrap().unwrap();
        let size = SignedCheckpoint::parse(&checkpoint).unwrap().claimed().head.size;
        let leaves = records.leaves(&office, 0, size as usize).unwrap();
        let leaves = leaves.iter().map(|id| records.expect_act(id).unwrap().bytes().to_vec()).collect();
        LogDirectory { checkpoint, leaves, registry: self.registry(node) }
    }

    /// Charter and all dossiers, as a node holds them.
    pub fn registry(&self, node: usize) -> Package {
        let records = Records::new(&self.nodes[node].store);
        let bytes = |ids: Vec<ActId>| {
            ids.iter().map(|id| records.expect_act(id).unwrap().bytes().to_vec().into()).collect()
        };
        let offices: Vec<OfficeId> = self.state.offices.iter().map(|office| office.id).collect();
        Package {
            charter: bytes(records.charter().unwrap()),
            dossiers: offices.iter().map(|o| bytes(records.dossier(o, 0, 10_000).unwrap())).collect(),
        }
    }

    pub fn bundle(&self, node: usize, matter: MatterId, disclose: bool) -> Bundle {
        let records = Records::new(&self.nodes[node].store);
        let registry = self.nodes[node].machine.registry();
        bundle::collect(&records, registry, &storage(), matter, disclose).unwrap()
    }

    /// The chain of a matter as a node holds it.
    pub fn chain(&self, node: usize, matter: MatterId) -> Vec<UnverifiedAct> {
        let records = Records::new(&self.nodes[node].store);
        let ids = records.chain(&matter, 0, 1_000).unwrap();
        ids.iter().map(|id| UnverifiedAct::parse(records.expect_act(id).unwrap().bytes()).unwrap()).collect()
    }
}

/// What a morning left behind.
pub struct Morning {
    pub town: Town,
    /// Went from the district to the tehsil and back, and was closed.
    pub travelled: MatterId,
    /// Never left the district.
    pub stayed: MatterId,
    /// The district officer whose charge was ended.
    pub ended: Actor,
}

/// A file goes from the district to its tehsil and back; a charge ends; another file stays.
pub fn morning(seed: u8) -> Morning {
    let mut town = Town::found(seed);
    let (clerk, head) = (town.office(DISTRICT).actor(0), town.office(DISTRICT).actor(1));
    let travelled = town.open(DISTRICT, town.office(DISTRICT).actor(0), "Boundary of two villages");
    town.act(DISTRICT, clerk, travelled, Command::Note);
    let to = town.desk(DISTRICT, 1).post;
    town.act(DISTRICT, town.office(DISTRICT).actor(0), travelled, Command::Mark { to });
    town.act(DISTRICT, head, travelled, Command::Note);
    let to = town.desk(TEHSIL, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(1), travelled, Command::Forward { to });
    settle(&mut town);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), travelled, Command::Opened);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), travelled, Command::Note);

    let stayed = town.open(DISTRICT, town.office(DISTRICT).actor(2), "Stamp paper");
    town.act(DISTRICT, town.office(DISTRICT).actor(2), stayed, Command::Note);
    let (ended, post) = (town.office(DISTRICT).actor(2), town.desk(DISTRICT, 2).post);
    let charge = ended.charge.unwrap();
    town.register(DISTRICT, Body::EndCharge(EndCharge { charge }));
    let officer = town
        .chain_of_register(DISTRICT)
        .iter()
        .find_map(|act| match act.body() {
            Body::GiveCharge(body) if body.post == town.desk(DISTRICT, 0).post => Some(body.officer),
            _ => None,
        })
        .unwrap();
    let give = GiveCharge { post, officer, kind: ChargeKind::Additional };
    let charge = town.register(DISTRICT, Body::GiveCharge(give)).into();
    let key = town.office(DISTRICT).posts[0].key.clone();
    let additional = Actor { office: town.office(DISTRICT).id, charge: Some(charge), key };
    town.act(DISTRICT, additional, stayed, Command::Note);

    town.act(TEHSIL, town.office(TEHSIL).actor(0), travelled, Command::SendBack);
    settle(&mut town);
    town.act(DISTRICT, town.office(DISTRICT).actor(1), travelled, Command::Opened);
    town.act(DISTRICT, town.office(DISTRICT).actor(1), travelled, Command::Close { retention: 3 });
    settle(&mut town);
    Morning { town, travelled, stayed, ended }
}

/// Ticks until handovers are received and heads are cosigned.
pub fn settle(town: &mut Town) {
    town.tick(6_000);
    town.tick(16 * 60_000);
    for _ in 0..3 {
        town.tick(11_000);
    }
}

impl Town {
    /// Chain acts of an office's register.
    pub fn chain_of_register(&self, node: usize) -> Vec<UnverifiedAct> {
        let dossier = self.registry(node).dossiers.swap_remove(node);
        let acts = dossier.iter().map(|bytes| UnverifiedAct::parse(bytes).unwrap());
        acts.filter(|act| act.header().place == Place::Chain).collect()
    }
}

/// The last act of the register chain in a dossier: side acts stand after it.
pub fn last_entry(dossier: &mut [ByteVec]) -> &mut ByteVec {
    let is_chain = |act: &&mut ByteVec| UnverifiedAct::parse(act).unwrap().header().place == Place::Chain;
    dossier.iter_mut().rfind(is_chain).unwrap()
}

/// A file that the district sent to its tehsil, where a note was written. The far office never had it.
pub fn sent(seed: u8) -> (Town, MatterId) {
    let mut town = Town::found(seed);
    let file = town.open(DISTRICT, town.office(DISTRICT).actor(0), "Boundary of two villages");
    let to = town.desk(TEHSIL, 0);
    town.act(DISTRICT, town.office(DISTRICT).actor(0), file, Command::Forward { to });
    settle(&mut town);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Opened);
    town.act(TEHSIL, town.office(TEHSIL).actor(0), file, Command::Note);
    settle(&mut town);
    (town, file)
}
