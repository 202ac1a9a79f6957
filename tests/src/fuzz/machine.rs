//! The machine of a node in the middle of its work, and peers that say whatever they like.
//!
//! An input is a few frames, each behind the number of its sender and its length in two bytes. In
//! the second target the peers also sign: every act and checkpoint in a frame is signed again with
//! the key it names, so that what was altered is what an admitted but hostile office could say.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use minicbor::bytes::ByteVec;
use mohar_protocol::act::{self, Body, UnverifiedAct, body};
use mohar_protocol::ceremony;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::KeyId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::FRAME_BYTES_MAX;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::cosignature::{cosign, merge};
use mohar_protocol::log::note::{CosignerKey, KeyName};
use mohar_protocol::machine::{HostSecrets, Input, Machine, Output, Peer, cosigner_name, origin};
use mohar_protocol::message::Message;
use mohar_protocol::records::{Records, Role};
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::SealingSecret;
use mohar_protocol::sealing::content::clear_reference;
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;

use crate::world::disk::{Commit, Disk};
use crate::world::driver::storage_key;
use crate::world::restores::Marks;
use crate::world::{World, WorldFaults};

/// Frames of one input: enough for a conversation, few enough to stay fast.
const FRAMES_MAX: usize = 8;

/// Bytes that a node may want to send for one input: every answer to eight frames is bounded by a
/// frame, and there are at most 64 answers to one.
const ANSWER_BYTES_MAX: usize = FRAMES_MAX * 64 * FRAME_BYTES_MAX;

/// Gives a node with files on desks, on their way and asked back; any other seed should do as well.
const SEED: u64 = 4;

/// Offices: two mirrors and two witnesses for each of them.
const OFFICES: usize = 5;

/// Simulated work before the peers become hostile.
const WORK_MS: u64 = 90_000;

/// Any frames from any admitted peer: no panic, no fault of the store, no answer that a peer would
/// have to refuse, and a store from which the node starts again.
pub fn a_node_survives_what_its_peers_say(bytes: &[u8]) {
    run(&frames(bytes));
}

/// The same from peers that hold their own keys.
pub fn a_node_survives_what_its_peers_sign(bytes: &[u8]) {
    let frames = frames(bytes);
    run(&frames.into_iter().map(|(from, frame)| (from, stage().sign_again(&frame))).collect::<Vec<_>>());
}

/// The real frames that the node had received last: inputs to begin with.
pub fn seeds() -> Vec<Vec<u8>> {
    stage().heard.iter().map(|(from, frame)| to_input(&[(*from, frame.as_slice())])).collect()
}

/// One input of several frames.
pub fn to_input(frames: &[(u8, &[u8])]) -> Vec<u8> {
    let one = |(from, frame): &(u8, &[u8])| {
        let length = u16::try_from(frame.len()).unwrap_or(u16::MAX);
        [&[*from][..], &length.to_be_bytes(), &frame[..usize::from(length)]].concat()
    };
    frames.iter().flat_map(one).collect()
}

fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let Some(([from, high, low], rest)) = bytes.split_first_chunk::<3>()
        && frames.len() < FRAMES_MAX
    {
        // A length that is too long takes the rest, so that changed inputs stay useful.
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        frames.push((*from, rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    frames
}

fn run(frames: &[(u8, Vec<u8>)]) {
    let stage = stage();
    let mut machine = stage.machine(&stage.store);
    let mut records = Records::new(&stage.store);
    let mut outputs = Vec::new();
    let mut entropy = Entropy::from_seed([1; 32]);
    let mut now = stage.now;
    let connected = stage.peers.iter().copied().map(Input::Connected);
    let said = frames.iter().map(|(from, bytes)| Input::Frame {
        from: stage.peers[usize::from(*from) % stage.peers.len()],
        bytes: bytes.clone(),
    });
    for input in connected.chain(said).chain([Input::Settle, Input::Tick, Input::Settle]) {
        now = now.plus_ms(1);
        let done = machine.step(now, &mut entropy, &mut records, input, &mut outputs);
        done.expect("no peer can make the store fail");
    }
    let mut sent = 0;
    for output in &outputs {
        let Output::Send { message, .. } = output else { continue };
        let frame = message.to_frame();
        sent += frame.len();
        assert_eq!(Message::from_frame(&frame).as_ref(), Ok(message), "a peer would refuse it");
    }
    assert!(sent <= ANSWER_BYTES_MAX, "{sent} bytes of answers");
    let writes = records.into_writes();
    if !writes.is_empty() {
        let mut store = stage.store.clone();
        store.commit(writes, Commit::Durable, 0);
        let mut records = Records::new(&store);
        let mut again = stage.machine(&store);
        let done = again.step(now, &mut entropy, &mut records, Input::Tick, &mut Vec::new());
        done.expect("what peers made it keep can be read");
    }
}

/// Where the work has come to.
struct Stage {
    store: Disk,
    state: TestState,
    /// Offices of the node under test.
    own: Vec<usize>,
    peers: Vec<Peer>,
    keys: BTreeMap<KeyId, SecretKey>,
    now: Timestamp,
    heard: Vec<(u8, Vec<u8>)>,
}

fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let mut world = World::found(SEED, OFFICES, WorldFaults::NONE, None);
        world.run(WORK_MS);
        let now = world.nodes[0].clock.shows(world.now());
        // Node numbers to peer numbers: the node under test is not among its peers.
        let heard = world.heard().filter(|(to, from, _)| *to == 0 && *from > 0);
        let heard = heard.map(|(_, from, frame)| (from as u8 - 1, frame.to_vec())).collect();
        let peers = world.nodes[1..]
            .iter()
            .map(|node| Peer(world.state.offices[node.offices[0]].keys.transport.public().to_bytes()));
        let (peers, own) = (peers.collect(), world.nodes[0].offices.clone());
        let store = world.nodes[0].store.clone();
        let keys = hostile_keys(&world.state, &own);
        Stage { store, state: world.state, own, peers, keys, now, heard }
    })
}

/// All keys of all offices but the node's own.
fn hostile_keys(state: &TestState, own: &[usize]) -> BTreeMap<KeyId, SecretKey> {
    let mut keys = BTreeMap::new();
    for (_, office) in state.offices.iter().enumerate().filter(|(index, _)| !own.contains(index)) {
        let offices = [&office.keys.operating, &office.keys.recovery, &office.keys.signing, &office.admin];
        let officers = office.posts.iter().map(|post| &post.key);
        keys.extend(offices.into_iter().chain(officers).map(|key| (key.public().id(), key.clone())));
    }
    keys
}

impl Stage {
    fn machine(&self, store: &Disk) -> Machine {
        let host = |index: &usize| {
            let office = &self.state.offices[*index];
            let sealing = SealingSecret::from_seed(ceremony::SEALING, &office.keys.sealing.to_seed());
            HostSecrets {
                office: office.id,
                signing: office.keys.signing.clone(),
                sealing,
                earlier: Vec::new(),
            }
        };
        let hosts: Vec<HostSecrets> = self.own.iter().map(host).collect();
        let offices: Vec<_> = hosts.iter().map(|host| host.office).collect();
        let (records, registry) = (Records::new(store), Registry::new(self.state.id));
        // What was signed last is remembered: the node works at once.
        let (memory, mut entropy) =
            (Marks::founded(&records, &offices).memory(), Entropy::from_seed([0; 32]));
        let machine = Machine::start(registry, hosts, storage_key(0), &records, &memory, &mut entropy);
        machine.expect("the node starts from what it kept")
    }

    /// The frame with everything in it signed again; as it came when it is not a message.
    fn sign_again(&self, frame: &[u8]) -> Vec<u8> {
        let Ok(mut message) = Message::from_frame(frame) else { return frame.to_vec() };
        match &mut message {
            Message::Charter { acts, .. } | Message::Dossier { acts, .. } | Message::Acts { acts, .. } => {
                self.sign_acts(acts);
            }
            Message::Leaves { leaves, .. } => self.sign_acts(leaves),
            Message::Side { act } => self.sign_act(act, None),
            Message::Head { note, leaves, .. } => {
                self.sign_acts(leaves);
                self.sign_note(note);
            }
            Message::AddCheckpoint { note, .. } | Message::Cosigned { note, .. } => self.sign_note(note),
            Message::Handover { act, wraps, note, .. } => {
                self.sign_act(act, Some(wraps));
                self.sign_note(note);
            }
            _ => {}
        }
        message.to_frame()
    }

    fn sign_acts(&self, acts: &mut [ByteVec]) {
        for act in acts {
            self.sign_act(act, None);
        }
    }

    /// Signs an act again, and the promise inside it; a handover names the wraps that come with it.
    fn sign_act(&self, bytes: &mut ByteVec, wraps: Option<&ByteVec>) {
        let Ok(act) = UnverifiedAct::parse(bytes) else { return };
        let Some(key) = self.key(act.key()) else { return };
        let mut header = act.header().clone();
        let inner = match act.body() {
            Body::Handover(handover) => {
                let mut ready = handover.ready.clone();
                self.sign_act(&mut ready, None);
                let wraps = wraps.and_then(|wraps| clear_reference(wraps).ok()).unwrap_or(handover.wraps);
                Body::Handover(body::Handover { ready, wraps })
            }
            Body::RequestRecall(request) => {
                let mut ready = request.ready.clone();
                self.sign_act(&mut ready, None);
                Body::RequestRecall(body::RequestRecall { ready })
            }
            other => other.clone(),
        };
        if let Some((_, encoded)) = inner.encode() {
            header.body = encoded;
        }
        if let Ok(signed) = act::sign(&header, key) {
            *bytes = signed.bytes().to_vec().into();
        }
    }

    /// The key of an id; a hostile one for an id that nobody has, none for the node's own.
    fn key(&self, id: KeyId) -> Option<&SecretKey> {
        let own = self.own.iter().map(|index| &self.state.offices[*index]);
        let is_own = own.flat_map(|office| {
            let posts = office.posts.iter().map(|post| &post.key);
            posts.chain([&office.keys.signing, &office.keys.operating, &office.admin])
        });
        if is_own.into_iter().any(|key| key.public().id() == id) {
            return None;
        }
        let any = usize::from(id.0[0]) % self.keys.len();
        self.keys.get(&id).or_else(|| self.keys.values().nth(any))
    }

    /// Signs a checkpoint with the key of its log, and cosigns it with those of all others.
    fn sign_note(&self, bytes: &mut ByteVec) {
        let Ok(signed) = SignedCheckpoint::parse(bytes) else { return };
        let claimed = signed.claimed();
        let hostile = |index: usize| !self.own.contains(&index);
        let offices = self.state.offices.iter().enumerate().filter(|(index, _)| hostile(*index));
        let offices: Vec<_> = offices.map(|(_, office)| office).collect();
        let Some(owner) = offices.iter().find(|office| origin(&office.id) == claimed.origin) else { return };
        let Ok(mut checkpoint) = claimed.clone().sign(&owner.keys.signing) else { return };
        for office in offices.iter().filter(|office| office.id != owner.id) {
            for (role, secret) in [
                (Role::Mirror, HostSecrets::mirror(&office.keys.signing)),
                (Role::Witness, HostSecrets::witness(&office.keys.signing)),
            ] {
                let name: KeyName = cosigner_name(&office.id, role);
                let line = cosign(&checkpoint, name.clone(), &secret, self.now);
                let key = CosignerKey::new(name, secret.public());
                if merge(&mut checkpoint, &key, line).is_err() {
                    return;
                }
            }
        }
        *bytes = checkpoint.to_bytes().into();
    }
}
