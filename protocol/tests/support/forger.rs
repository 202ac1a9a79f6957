//! Whoever tampers: holds the keys of a whole office and of some officers, and signs what never
//! happened.

use minicbor::Encoder;
use minicbor::data::Tag;
use mohar_protocol::act::body::{Forward, Ready};
use mohar_protocol::act::{self, Body, Header, Holder, Place, UnverifiedAct, Verb};
use mohar_protocol::audit::bundle::Placed;
use mohar_protocol::audit::{Bundle, LogDirectory};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, ChargeId, KeyId, MatterId, OfficeId, PostId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::checkpoint::Checkpoint;
use mohar_protocol::log::note::{CosignerKey, Note, SignatureLine};
use mohar_protocol::log::proof::{Leaves, inclusion};
use mohar_protocol::log::tree::{Frontier, leaf_hash};
use mohar_protocol::machine::{Actor, HostSecrets, cosigner_name, origin};
use mohar_protocol::records::Role;
use mohar_protocol::sealing::ClearRef;

use crate::town::{DISTRICT, FAR, Morning, TEHSIL};

pub struct Forger {
    pub root: Vec<SecretKey>,
    pub office: OfficeId,
    /// A post of the office that has neither file.
    pub other_post: PostId,
    pub node: SecretKey,
    pub operating: SecretKey,
    pub admin: SecretKey,
    /// Holds the first post, and by an additional charge the third.
    pub clerk: SecretKey,
    pub clerk_charge: ChargeId,
    pub ended: Actor,
    pub tehsil: LogDirectory,
    pub tehsil_node: SecretKey,
    pub tehsil_officer: Actor,
    pub tehsil_desk: Holder,
    pub tehsil_register: ActId,
    pub far: OfficeId,
    pub far_node: SecretKey,
    pub far_operating: SecretKey,
    pub far_register: ActId,
    pub travelled: MatterId,
    pub stayed: MatterId,
    pub wraps: ClearRef,
}

impl Forger {
    pub fn new(morning: &Morning) -> Self {
        let town = &morning.town;
        let last = |node| {
            let dossier = town.chain_of_register(node);
            dossier.iter().rfind(|act| act.header().place == Place::Chain).unwrap().id()
        };
        let (district, tehsil, far) = (town.office(DISTRICT), town.office(TEHSIL), town.office(FAR));
        let wraps = town.chain(DISTRICT, morning.stayed).iter().find_map(|act| match act.body() {
            Body::Open(body) => Some(body.wraps),
            _ => None,
        });
        Self {
            root: town.state.root.clone(),
            office: district.id,
            other_post: district.posts[1].post,
            node: district.keys.signing.clone(),
            operating: district.keys.operating.clone(),
            admin: district.admin.clone(),
            clerk: district.posts[0].key.clone(),
            clerk_charge: district.posts[0].charge,
            ended: Actor {
                office: district.id,
                charge: morning.ended.charge,
                key: morning.ended.key.clone(),
            },
            tehsil: town.log(TEHSIL),
            tehsil_node: tehsil.keys.signing.clone(),
            tehsil_officer: tehsil.actor(0),
            tehsil_desk: town.desk(TEHSIL, 0),
            tehsil_register: last(TEHSIL),
            far: far.id,
            far_node: far.keys.signing.clone(),
            far_operating: far.keys.operating.clone(),
            far_register: last(FAR),
            travelled: morning.travelled,
            stayed: morning.stayed,
            wraps: wraps.unwrap(),
        }
    }

    /// Index of the nth act of a verb in a log.
    pub fn find(&self, log: &LogDirectory, verb: Verb, nth: usize) -> usize {
        let is = |leaf: &Vec<u8>| {
            UnverifiedAct::parse(leaf).is_ok_and(|act| act.header().known_verb() == Some(verb))
        };
        log.leaves.iter().enumerate().filter(|(_, leaf)| is(leaf)).nth(nth).unwrap().0
    }

    /// Signs a changed copy of an act.
    pub fn forge(&self, act: &[u8], key: &SecretKey, change: impl FnOnce(&mut Header, &mut Body)) -> Vec<u8> {
        let act = UnverifiedAct::parse(act).unwrap();
        let (mut header, mut body) = (act.header().clone(), act.body().clone());
        change(&mut header, &mut body);
        let (verb, bytes) = body.encode().unwrap();
        (header.verb, header.body) = (verb.code(), bytes);
        if !verb.may_name_contents() {
            header.contents.clear();
        }
        act::sign(&header, key).unwrap().bytes().to_vec()
    }

    /// The last act of the file that stayed.
    pub fn last_of_stayed(&self, log: &LogDirectory) -> Vec<u8> {
        let of_stayed = |leaf: &&Vec<u8>| {
            UnverifiedAct::parse(leaf).is_ok_and(|act| {
                act.header().matter == Some(self.stayed) && act.header().place == Place::Chain
            })
        };
        log.leaves.iter().rfind(of_stayed).unwrap().clone()
    }

    /// One more act on the file that stayed; without a change, one more note by its holder.
    pub fn next_on_stayed(
        &self,
        log: &LogDirectory,
        key: &SecretKey,
        change: impl FnOnce(&mut Header, &mut Body),
    ) -> Vec<u8> {
        let last = self.last_of_stayed(log);
        let id = UnverifiedAct::parse(&last).unwrap().id();
        self.forge(&last, key, |header, body| {
            header.number += 1;
            header.previous = Some(id);
            header.time.0 += 1;
            change(header, body);
        })
    }

    /// Forwards the file that stayed to the tehsil.
    pub fn queue_stayed(&self, log: &mut LogDirectory) {
        let to = self.tehsil_desk;
        let act = self.next_on_stayed(log, &self.clerk, |_, body| *body = Body::Forward(Forward { to }));
        log.leaves.push(act);
    }

    /// The tehsil's ready for the file that stayed, with a change.
    pub fn ready_of(&self, log: &LogDirectory, change: impl FnOnce(&mut Header, &mut Ready)) -> Vec<u8> {
        let last = UnverifiedAct::parse(&self.last_of_stayed(log)).unwrap();
        let template = &self.tehsil.leaves[self.find(&self.tehsil, Verb::Ready, 0)];
        self.forge(template, &self.tehsil_node, |header, body| {
            header.matter = Some(self.stayed);
            header.number = last.header().number;
            header.previous = Some(last.id());
            header.register = Some(self.tehsil_register);
            let Body::Ready(ready) = body else { unreachable!() };
            ready.to = self.tehsil_desk;
            change(header, ready);
        })
    }

    /// The head of the district's register before the charge was ended.
    pub fn register_before_end(&self, log: &LogDirectory) -> ActId {
        let end = UnverifiedAct::parse(&log.leaves[self.find(log, Verb::EndCharge, 0)]).unwrap();
        end.header().previous.unwrap()
    }

    /// The office signs whatever its log says now.
    pub fn sign_again(&self, log: &mut LogDirectory) {
        self.sign_again_with(log, &self.node);
    }

    pub fn sign_again_with(&self, log: &mut LogDirectory, key: &SecretKey) {
        let hashes: Vec<_> = log.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let head = Frontier::of_leaves(&hashes).head();
        log.checkpoint = Checkpoint::new(origin(&self.office), head).sign(key).unwrap().to_bytes();
    }

    /// Payload of the first note, and the key that may sign it again.
    pub fn note_payload(&self, log: &LogDirectory) -> (Vec<u8>, &SecretKey) {
        let note = UnverifiedAct::parse(&log.leaves[self.find(log, Verb::Note, 0)]).unwrap();
        (minicbor::to_vec(note.header()).unwrap(), &self.clerk)
    }

    /// Puts a witness's bytes under the name and key id of the same office's mirror.
    pub fn pass_witness_for_mirror(&self, checkpoint: &mut Vec<u8>) {
        let witness = cosigner_name(&self.far, Role::Witness);
        let mirror = CosignerKey::new(
            cosigner_name(&self.far, Role::Mirror),
            HostSecrets::mirror(&self.far_node).public(),
        );
        let note = Note::parse(checkpoint).unwrap();
        let mut lines = note.signatures().to_vec();
        lines.retain(|line| line.name != *mirror.name());
        let line = lines.iter_mut().find(|line| line.name == witness).unwrap();
        (line.name, line.key_id) = (mirror.name().clone(), mirror.id());
        *checkpoint = Note::new(note.text().to_owned(), lines).unwrap().to_string().into_bytes();
    }

    /// Replaces a bundle by one of a forged log: the ended officer's note, which cites the register
    /// from before the end, with true proofs under a true checkpoint.
    pub fn prove_stale(&self, bundle: &mut Bundle) {
        let mut log =
            LogDirectory { checkpoint: Vec::new(), leaves: Vec::new(), registry: bundle.registry.clone() };
        let dossier = bundle
            .registry
            .dossiers
            .iter()
            .find(|dossier| UnverifiedAct::parse(&dossier[0]).unwrap().id() == self.office.into());
        let dossier: Vec<Vec<u8>> = dossier.unwrap().iter().map(|act| act.to_vec()).collect();
        log.leaves.clone_from(&dossier);
        let before = self.register_before_end(&log);
        let stale = self.forge(&bundle.chain[0], &self.ended.key, |header, _| {
            header.charge = self.ended.charge;
            header.register = Some(before);
            header.holder.as_mut().unwrap().post = self.ended_post(&dossier);
        });
        log.leaves.push(stale.clone());
        self.sign_again(&mut log);
        let hashes: Vec<Hash> = log.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        let place = |index: usize| Placed {
            act: UnverifiedAct::parse(&log.leaves[index]).unwrap().id(),
            index: index as u64,
            proof: inclusion(&Leaves(&hashes), index as u64, hashes.len() as u64).unwrap(),
        };
        let evidence = bundle.evidence.iter_mut().find(|evidence| evidence.office == self.office).unwrap();
        evidence.places = (0..log.leaves.len()).map(place).collect();
        evidence.note = log.checkpoint.into();
        bundle.chain = vec![stale.into()];
        bundle.sides.clear();
        bundle.contents.clear();
        let office = self.office;
        bundle.evidence.retain(|evidence| evidence.office == office);
    }

    fn ended_post(&self, dossier: &[Vec<u8>]) -> PostId {
        let given = dossier.iter().find_map(|act| {
            let act = UnverifiedAct::parse(act).unwrap();
            match act.body() {
                Body::GiveCharge(body) if Some(act.id().into()) == self.ended.charge => Some(body.post),
                _ => None,
            }
        });
        given.unwrap()
    }
}

/// Signs a header with a body.
pub fn sign(mut header: Header, body: &Body, key: &SecretKey) -> UnverifiedAct {
    let (verb, bytes) = body.encode().unwrap();
    (header.verb, header.body) = (verb.code(), bytes);
    UnverifiedAct::parse(act::sign(&header, key).unwrap().bytes()).unwrap()
}

/// Signs any payload, canonical or not.
pub fn raw(payload: &[u8], key: &SecretKey) -> Vec<u8> {
    let unsigned = envelope(payload, key.public().id(), &[0; 64]);
    let signature = key.sign(&act::sig_structure(&unsigned).unwrap());
    envelope(payload, key.public().id(), &signature)
}

fn envelope(payload: &[u8], key: KeyId, signature: &[u8; 64]) -> Vec<u8> {
    let mut protected = Encoder::new(Vec::new());
    protected.map(2).unwrap().u8(1).unwrap().i8(-8).unwrap().u8(4).unwrap().bytes(&key.0).unwrap();
    let mut message = Encoder::new(Vec::new());
    message.tag(Tag::new(18)).unwrap().array(4).unwrap().bytes(protected.writer()).unwrap();
    message.map(0).unwrap().bytes(payload).unwrap().bytes(signature).unwrap();
    message.into_writer()
}

/// Flips a bit inside the first occurrence of some bytes.
pub fn flip(bytes: &mut [u8], inside: &[u8]) {
    let at = bytes.windows(inside.len()).position(|window| window == inside).unwrap();
    bytes[at + inside.len() / 2] ^= 1;
}

/// Changes the first witness line of a checkpoint.
pub fn rename_cosigner(checkpoint: &mut Vec<u8>, change: impl FnOnce(&mut SignatureLine)) {
    let note = Note::parse(checkpoint).unwrap();
    let mut lines = note.signatures().to_vec();
    change(lines.iter_mut().find(|line| line.name.as_str().ends_with("/witness")).unwrap());
    *checkpoint = Note::new(note.text().to_owned(), lines).unwrap().to_string().into_bytes();
}
