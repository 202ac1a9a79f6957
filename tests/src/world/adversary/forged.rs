//! Frames that only somebody with keys can make.

use mohar_protocol::act::{Body, Header, MatterKind, Place, UnverifiedAct, body, sign};
use mohar_protocol::codec;
use mohar_protocol::custody::Matter;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::checkpoint::{Checkpoint, SignedCheckpoint};
use mohar_protocol::log::cosignature::{cosign, merge};
use mohar_protocol::log::note::CosignerKey;
use mohar_protocol::log::tree::Head;
use mohar_protocol::machine::{HostSecrets, cosigner_name, origin};
use mohar_protocol::message::Message;
use mohar_protocol::placement::placement;
use mohar_protocol::records::{Kv, Records, Role, Table};

use crate::world::World;

/// A second act at the place of one that the hostile office has signed already.
pub(super) fn second_successor(world: &mut World, hostile: usize) -> Option<Vec<u8>> {
    let matter = any_matter(world, hostile, |world, matter| world.is_hosted(hostile, &matter.holder.office))?;
    let act = act_at(world, hostile, &matter.head)?;
    let mut header = act.header().clone();
    header.time = header.time.plus_ms(1);
    let key = signer(world, &act)?;
    acts(&matter, header, &key)
}

/// Cosigns, as mirror or witness, a head of which nothing is held.
pub(super) fn cosignature_without_holding(world: &mut World, hostile: usize) -> Option<Vec<u8>> {
    let frame = world.overheard.any(&mut world.rng)?;
    let (office, note, role) = match Message::from_frame(frame).ok()? {
        Message::Head { office, note, .. } => (office, note, Role::Mirror),
        Message::AddCheckpoint { office, note, .. } => (office, note, Role::Witness),
        _ => return None,
    };
    let registry = &world.state.registry;
    let mut cosigners = placement(registry, &office).into_iter();
    let (by, role) = cosigners.find(|(by, r)| *r == role && world.is_hosted(hostile, by))?;
    let mut checkpoint = checkpoint_of(world, &office, &note)?;
    let signing = signing_key(world, &by)?;
    let secret =
        if role == Role::Mirror { HostSecrets::mirror(&signing) } else { HostSecrets::witness(&signing) };
    let name = cosigner_name(&by, role);
    let line = cosign(&checkpoint, name.clone(), &secret, world.now());
    let size = checkpoint.head().size;
    merge(&mut checkpoint, &CosignerKey::new(name, secret.public()), line).ok()?;
    Some(Message::Cosigned { office, by, role, size, note: checkpoint.to_bytes().into() }.to_frame())
}

/// A head that claims a leaf nobody gets to see.
pub(super) fn head_with_hidden_leaves(world: &mut World, hostile: usize) -> Option<Vec<u8>> {
    let office = world.hosted(hostile)[0];
    let log = Records::new(world.nodes[hostile].store.as_written()).log(&office).ok()??;
    let size = log.frontier.size() + world.rng.next_u64() % 2;
    let head = Head { size, root: Hash(world.rng.bytes32()) };
    let checkpoint = Checkpoint::new(origin(&office), head).sign(&signing_key(world, &office)?).ok()?;
    let note = checkpoint.to_bytes().into();
    Some(Message::Head { office, note, from: size, leaves: Vec::new(), contents: Vec::new() }.to_frame())
}

/// An act of one file under the name of another.
pub(super) fn grafted(world: &mut World, hostile: usize) -> Option<Vec<u8>> {
    let one = any_matter(world, hostile, |_, _| true)?;
    let other = any_matter(world, hostile, |_, matter| matter.id != one.id)?;
    let act = act_at(world, hostile, &one.head)?;
    let bytes = world.nodes[hostile].store.as_written().get(Table::ACTS, &act.id().0).ok()??;
    Some(Message::Acts { matter: other.id, from: other.number + 1, acts: vec![bytes.into()] }.to_frame())
}

/// The next act of a file that an honest office holds, in its officer's name, with a stranger's key.
pub(super) fn in_the_name_of_another(world: &mut World, hostile: usize) -> Option<Vec<u8>> {
    let matter = any_matter(world, hostile, |world, m| world.oracle.trusts(&m.holder.office))?;
    let records = Records::new(world.nodes[hostile].store.as_written());
    let chain = records.chain(&matter.id, 0, 1_000).ok()?;
    let last = chain.iter().rev().find_map(|id| {
        let act = records.act(id).ok()??;
        (act.header().office == Some(matter.holder.office) && act.header().charge.is_some()).then_some(act)
    });
    let charge = match last {
        Some(act) => act.header().charge,
        None => charge_of(world, &matter),
    };
    let (verb, bytes) = Body::Note(body::Note {}).encode()?;
    let register = world.state.registry.office(&matter.holder.office).ok()?;
    let header = Header {
        version: mohar_protocol::act::HEADER_VERSION,
        state: Some(world.state.id),
        office: Some(matter.holder.office),
        incarnation: 1,
        kind: matter.kind,
        matter: Some(matter.id),
        place: Place::Chain,
        epoch: matter.epoch,
        number: matter.number + 1,
        previous: Some(matter.head),
        verb: verb.code(),
        charge,
        register: Some(register.head()),
        holder: Some(matter.holder),
        time: world.now(),
        anchor: None,
        level: mohar_protocol::act::LEVEL,
        contents: Vec::new(),
        body: bytes,
    };
    let key = world.state.offices[world.nodes[hostile].offices[0]].posts[0].key.clone();
    acts(&matter, header, &key)
}

/// A fact in the register of an honest office, with a stranger's key.
pub(super) fn register_of_another(world: &mut World, hostile: usize, to: usize) -> Option<Vec<u8>> {
    let victim = (to + 1) % world.nodes.len();
    if world.nodes[victim].hostile {
        return None;
    }
    let office = world.state.offices[world.nodes[victim].offices[0]].id;
    let stranger = &world.state.offices[world.nodes[hostile].offices[0]];
    let key = stranger.admin.clone();
    let charge = world.state.offices.iter().find(|o| o.id == office)?.admin_charge;
    let (verb, bytes) = Body::AddOfficer(body::AddOfficer { key: key.public() }).encode()?;
    let register = world.state.registry.office(&office).ok()?;
    let header = Header {
        version: mohar_protocol::act::HEADER_VERSION,
        state: Some(world.state.id),
        office: Some(office),
        incarnation: 1,
        kind: MatterKind::REGISTER,
        matter: Some(ActId::from(office).into()),
        place: Place::Chain,
        epoch: 0,
        number: register.number() + 1,
        previous: Some(register.head()),
        verb: verb.code(),
        charge: Some(charge),
        register: Some(register.head()),
        holder: None,
        time: world.now(),
        anchor: None,
        level: mohar_protocol::act::LEVEL,
        contents: Vec::new(),
        body: bytes,
    };
    let act = sign(&header, &key).ok()?;
    Some(Message::Dossier { office, acts: vec![act.bytes().to_vec().into()] }.to_frame())
}

fn acts(matter: &Matter, header: Header, key: &SecretKey) -> Option<Vec<u8>> {
    let act = sign(&header, key).ok()?;
    let from = act.header().number;
    Some(Message::Acts { matter: matter.id, from, acts: vec![act.bytes().to_vec().into()] }.to_frame())
}

fn any_matter(world: &mut World, node: usize, fits: impl Fn(&World, &Matter) -> bool) -> Option<Matter> {
    let matters: Vec<Matter> = world.nodes[node]
        .store
        .rows(Table::MATTERS)
        .filter_map(|(_, value)| codec::decode(value, usize::MAX).ok())
        .filter(|matter| fits(world, matter))
        .collect();
    let at = (world.rng.next_u64() as usize).checked_rem(matters.len())?;
    matters.into_iter().nth(at)
}

fn act_at(world: &World, node: usize, id: &ActId) -> Option<UnverifiedAct> {
    let bytes = world.nodes[node].store.as_written().get(Table::ACTS, &id.0).ok()??;
    UnverifiedAct::parse(&bytes).ok()
}

/// The key that signed an act of an office in the adversary's hands.
fn signer(world: &World, act: &UnverifiedAct) -> Option<SecretKey> {
    let office = world.state.offices.iter().find(|office| Some(office.id) == act.header().office)?;
    let keys = office.posts.iter().map(|post| &post.key).chain([&office.keys.signing]);
    keys.into_iter().find(|key| key.public().id() == act.key()).cloned()
}

fn charge_of(world: &World, matter: &Matter) -> Option<mohar_protocol::id::ChargeId> {
    let office = world.state.offices.iter().find(|office| office.id == matter.holder.office)?;
    office.posts.iter().find(|post| post.post == matter.holder.post).map(|post| post.charge)
}

fn signing_key(world: &World, office: &OfficeId) -> Option<SecretKey> {
    world.state.offices.iter().find(|other| other.id == *office).map(|office| office.keys.signing.clone())
}

fn checkpoint_of(
    world: &World,
    office: &OfficeId,
    note: &[u8],
) -> Option<mohar_protocol::log::checkpoint::VerifiedCheckpoint> {
    let signing = world.state.registry.office(office).ok()?.incarnation()?.signing;
    let key = mohar_protocol::log::note::LogKey::new(origin(office), signing);
    SignedCheckpoint::parse(note).ok()?.verify(&key).ok()
}
