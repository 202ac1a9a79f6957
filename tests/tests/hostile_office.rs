//! An admitted office that turns on its neighbour: everything it says is well formed and signed
//! with its own keys. The worst it may get is a refusal, and nobody else may suffer for it.

#![expect(clippy::print_stderr, reason = "a test prints its seed")]

use mohar_protocol::act::body::{Forward, Open, Ready, RequestRecall};
use mohar_protocol::act::{self, Body, HEADER_VERSION, Header, Holder, LEVEL, MatterKind, VerifiedAct};
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{Commitment, ContentRoot, KeyId, MatterId, OfficeId};
use mohar_protocol::limits::{CONTENT_BYTES_MAX, NUMBER_MAX};
use mohar_protocol::machine::{Input, Output, Peer};
use mohar_protocol::message::Message;
use mohar_protocol::records::Records;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{ClearRef, ContentRef};
use mohar_tests::world::disk::Commit;
use mohar_tests::world::{World, WorldFaults};

/// The office under attack, and its node.
const GOOD: usize = 0;

/// The office that attacks.
const HOSTILE: usize = 1;

/// Gives two offices with a node each; any such seed should do as well.
const SEED: u64 = 1;

struct Scene {
    world: World,
}

impl Scene {
    fn new() -> Self {
        eprintln!("seed {SEED}");
        let mut world = World::found(SEED, 2, WorldFaults::NONE, None);
        assert_eq!(world.nodes.len(), 2, "each office has a node of its own");
        world.run(10_000);
        Self { world }
    }

    fn id(&self, office: usize) -> OfficeId {
        self.world.state.offices[office].id
    }

    fn post(&self, office: usize) -> Holder {
        Holder { office: self.id(office), post: self.world.state.offices[office].posts[0].post }
    }

    fn hostile_peer(&self) -> Peer {
        Peer(self.world.state.offices[HOSTILE].keys.transport.public().to_bytes())
    }

    /// Gives an input to the good node and commits; returns what it was refused.
    fn give(&mut self, input: Input) -> Vec<Refusal> {
        let now = self.world.nodes[GOOD].clock.shows(self.world.now());
        let node = &mut self.world.nodes[GOOD];
        let mut records = Records::new(&node.store);
        let mut outputs = Vec::new();
        let machine = node.machine.as_mut().expect("the node runs");
        let mut entropy = Entropy::from_seed([8; 32]);
        for input in [input, Input::Settle] {
            machine.step(now, &mut entropy, &mut records, input, &mut outputs).expect("no fault");
        }
        let writes = records.into_writes();
        node.store.commit(writes, Commit::Durable, 0);
        let refused = outputs.into_iter().filter_map(|output| match output {
            Output::Noted(refusal) => Some(refusal),
            _ => None,
        });
        refused.collect()
    }

    fn say(&mut self, message: &Message) -> Vec<Refusal> {
        let from = self.hostile_peer();
        self.give(Input::Frame { from, bytes: message.to_frame() })
    }

    /// A header in the name of the hostile office, on its newest register.
    fn header(&self, body: &Body, matter: Option<&Matter>) -> Header {
        let machine = self.world.nodes[GOOD].machine.as_ref().expect("the node runs");
        let register = machine.registry().office(&self.id(HOSTILE)).expect("an admitted office").head();
        let (verb, bytes) = body.encode().expect("a known body");
        Header {
            version: HEADER_VERSION,
            state: Some(self.world.state.id),
            office: Some(self.id(HOSTILE)),
            incarnation: 1,
            kind: matter.map_or(MatterKind::FILE, |matter| matter.kind),
            matter: matter.map(|matter| matter.id),
            place: verb.place(),
            epoch: 0,
            number: matter.map_or(0, |matter| matter.number),
            previous: matter.map(|matter| matter.head),
            verb: verb.code(),
            charge: None,
            register: Some(register),
            holder: Some(matter.map_or(self.post(HOSTILE), |matter| matter.holder)),
            time: self.world.now(),
            anchor: None,
            level: LEVEL,
            contents: Vec::new(),
            body: bytes,
        }
    }

    /// Signed by whoever had the file last, else by the first officer of the hostile office.
    fn by_officer(&self, header: Header, matter: Option<&Matter>) -> VerifiedAct {
        let last = matter.and_then(|matter| matter.came_from).map(|from| from.post);
        let posts = &self.world.state.offices[HOSTILE].posts;
        let post = posts.iter().find(|post| Some(post.post) == last).unwrap_or(&posts[0]);
        let (charge, key) = (post.charge, &post.key);
        act::sign(&Header { charge: Some(charge), ..header }, key).expect("a sound header")
    }

    fn by_node(&self, header: &Header) -> VerifiedAct {
        act::sign(header, &self.world.state.offices[HOSTILE].keys.signing).expect("a sound header")
    }

    /// A file that came from the hostile office, was received, and that nobody has opened.
    fn unopened(&mut self) -> Matter {
        for _ in 0..400 {
            let records = Records::new(&self.world.nodes[GOOD].store);
            let followed = records.followed(None, 10_000).expect("memory");
            let desks = self.world.state.offices[GOOD].posts.iter().flat_map(|post| {
                let class = mohar_protocol::records::DeskClass::Desk;
                records.desk(&self.id(GOOD), &post.post, class, 0, 1_000).expect("memory")
            });
            let ids: Vec<MatterId> = followed.into_iter().chain(desks.map(|row| row.matter)).collect();
            let matters = ids.iter().filter_map(|id| records.matter(id).expect("memory"));
            let fits = |matter: &Matter| {
                let came = matter.came_from.is_some_and(|from| from.office == self.id(HOSTILE));
                came && matter.is_held_by(&self.id(GOOD)) && matter.phase == Phase::Active && !matter.opened
            };
            if let Some(matter) = matters.into_iter().find(fits) {
                return matter;
            }
            self.world.run(500);
        }
        panic!("no file came unopened within 200 seconds")
    }
}

fn ready(to: Holder, recall: bool) -> Body {
    Body::Ready(Ready {
        to,
        sealing: KeyId([1; 32]),
        level_max: LEVEL,
        valid_to_size: u64::MAX,
        recall,
        nonce: Hash([2; 32]),
    })
}

#[test]
fn a_recall_whose_promise_names_the_last_number_there_is_ends_no_node() {
    let mut scene = Scene::new();
    let matter = scene.unopened();
    let promise = ready(matter.came_from.expect("it came from somewhere"), true);
    let promise = scene.by_node(&Header { number: NUMBER_MAX, ..scene.header(&promise, Some(&matter)) });
    let request = Body::RequestRecall(RequestRecall { ready: promise.bytes().to_vec().into() });
    let request = scene.by_officer(scene.header(&request, Some(&matter)), Some(&matter));
    let refused = scene.say(&Message::Side { act: request.bytes().to_vec().into() });
    assert_eq!(refused, [], "it is answered with a refusal of the recall");
    let after = Records::new(&scene.world.nodes[GOOD].store).matter(&matter.id).expect("memory");
    assert_eq!(after.as_ref(), Some(&matter), "the file stays where it is");
}

#[test]
fn a_file_that_names_a_content_beyond_all_bounds_stops_nobody_elses_work() {
    let mut scene = Scene::new();
    let huge = ContentRef {
        root: ContentRoot([7; 32]),
        length: CONTENT_BYTES_MAX + 1,
        commitment: Commitment([7; 32]),
        generation: 1,
    };
    let open = Body::Open(Open { wraps: ClearRef { root: ContentRoot([6; 32]), length: 100 } });
    let open = scene.by_officer(Header { contents: vec![huge], ..scene.header(&open, None) }, None);
    let to = scene.post(GOOD);
    let forward = Body::Forward(Forward { to });
    let forward = scene.by_officer(
        Header {
            matter: Some(open.matter()),
            number: 1,
            previous: Some(open.id()),
            ..scene.header(&forward, None)
        },
        None,
    );
    let (matter, kind) = (open.matter(), MatterKind::FILE);
    let offer = Message::Offer { matter, kind, head: forward.id(), number: 1, to, log_size: 1, level: LEVEL };
    scene.say(&offer);
    let acts = [&open, &forward].map(|act| act.bytes().to_vec().into()).to_vec();
    let refused = scene.say(&Message::Acts { matter, from: 0, acts });
    assert_eq!(refused, [Refusal::ContentTooLarge], "the offer is refused");
    for _ in 0..3 {
        assert_eq!(scene.give(Input::Tick), [], "what one office offers must not end the round of all");
    }
}
