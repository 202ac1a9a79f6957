//! One office runs a newer release: now and then it writes an act of a verb that nobody else knows.

use mohar_protocol::act::{HEADER_VERSION, Header, LEVEL, MatterKind, Place, sign};
use mohar_protocol::id::ActId;
use mohar_protocol::records::{LogState, Records};

use super::disk::Commit;
use super::oracle::Committed;
use super::{Happening, World};

/// A verb of the future.
const VERB: u16 = 999;

/// Every so many seconds.
const EVERY_S: u64 = 17;

/// The newer release, at a node.
pub struct NewerRelease {
    /// The node.
    pub node: usize,
}

impl Happening for NewerRelease {
    fn second(&mut self, world: &mut World) {
        let second = world.now().ms_since(super::START) / 1_000;
        if second % EVERY_S == 3 && world.nodes[self.node].machine.is_some() && world.pace == 1 {
            write(world, self.node);
        }
    }
}

/// Appends an act as the newer machine would: to the own log, signed with the node's key.
fn write(world: &mut World, node: usize) -> Option<()> {
    let index = world.nodes[node].offices[0];
    let (office, signing) = (world.state.offices[index].id, world.state.offices[index].keys.signing.clone());
    let machine = world.nodes[node].machine.as_ref()?;
    let register = machine.registry().office(&office).ok()?;
    let header = Header {
        version: HEADER_VERSION,
        state: Some(world.state.id),
        office: Some(office),
        incarnation: register.incarnation()?.number,
        kind: MatterKind::REGISTER,
        matter: Some(ActId::from(office).into()),
        place: Place::Side,
        epoch: 0,
        number: register.number(),
        previous: Some(register.head()),
        verb: VERB,
        charge: None,
        register: Some(register.head()),
        holder: None,
        time: world.nodes[node].clock.shows(world.now()),
        anchor: None,
        level: LEVEL + 1,
        contents: Vec::new(),
        body: world.rng.bytes32().to_vec(),
    };
    let act = sign(&header, &signing).ok()?;
    let mut records = Records::new(&world.nodes[node].store);
    let mut log = records.log(&office).ok()?.unwrap_or_else(LogState::empty);
    let place = records.append_leaf(&office, &mut log, &act);
    records.put_log(&office, &log);
    let writes = records.into_writes();
    let (now, hosted) = (world.now(), world.hosted(node));
    let about = Committed { node, now, hosted: &hosted, hostile: false, requests: 0 };
    world.oracle.commit(&about, world.nodes[node].machine.as_ref(), &writes);
    world.oracle.newer.push((office, place, act.id(), act.bytes().to_vec()));
    world.nodes[node].store.commit(writes, Commit::Durable, 0);
    Some(())
}
