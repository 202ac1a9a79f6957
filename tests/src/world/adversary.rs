//! Nodes in the adversary's hands. They are admitted, have good keys and run the ordinary machine;
//! beside it they equivocate, replay, graft, forge, flood, and cosign what they neither saw nor hold.
//! What they say is judged by the honest ones.

mod forged;

use std::collections::VecDeque;

use mohar_protocol::act::{Holder, LEVEL, MatterKind};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::message::Message;

use super::{Happening, World};

/// Frames remembered for replay.
const OVERHEARD_MAX: usize = 256;

/// Offers in one flood.
const FLOOD: u64 = 400;

/// Tricks of a hostile node in one second.
const TRICKS: u64 = 6;

/// Frames that came to hostile nodes.
#[derive(Default)]
pub struct Overheard {
    frames: VecDeque<Vec<u8>>,
}

impl Overheard {
    pub(super) fn hear(&mut self, frame: &[u8]) {
        if self.frames.len() >= OVERHEARD_MAX {
            self.frames.pop_front();
        }
        self.frames.push_back(frame.to_vec());
    }

    fn any(&self, rng: &mut Entropy) -> Option<&Vec<u8>> {
        let at = (rng.next_u64() as usize).checked_rem(self.frames.len())?;
        self.frames.get(at)
    }
}

/// What hostile nodes do until faults end.
pub struct Adversary {
    nodes: Vec<usize>,
    is_over: bool,
}

impl World {
    /// Gives nodes, with all keys of their offices, to the adversary.
    pub fn take_over(&mut self, nodes: Vec<usize>) {
        for node in &nodes {
            self.nodes[*node].hostile = true;
            let offices = self.hosted(*node);
            self.oracle.distrust(&offices);
        }
        self.goes_on(Adversary { nodes, is_over: false });
    }
}

impl Happening for Adversary {
    fn second(&mut self, world: &mut World) {
        if self.is_over {
            return;
        }
        for hostile in self.nodes.clone() {
            for _ in 0..world.rng.next_u64() % TRICKS {
                let to = (world.rng.next_u64() % world.nodes.len() as u64) as usize;
                if to != hostile {
                    trick(world, hostile, to);
                }
            }
        }
    }

    fn heal(&mut self, _world: &mut World) {
        self.is_over = true;
    }
}

/// One trick of a hostile node against another.
fn trick(world: &mut World, hostile: usize, to: usize) -> Option<()> {
    let frame = match world.rng.next_u64() % 10 {
        0 => world.overheard.any(&mut world.rng)?.clone(),
        1 | 2 => mangled(world)?,
        3 => forged::second_successor(world, hostile)?,
        4 => forged::cosignature_without_holding(world, hostile)?,
        5 => forged::head_with_hidden_leaves(world, hostile)?,
        6 => forged::grafted(world, hostile)?,
        7 => {
            flood(world, hostile, to);
            return None;
        }
        8 => forged::in_the_name_of_another(world, hostile)?,
        _ => forged::register_of_another(world, hostile, to)?,
    };
    world.send(hostile, to, frame);
    Some(())
}

/// Bytes that are nearly a frame: flipped, cut off, grown, spelled otherwise, or claiming to be huge.
fn mangled(world: &mut World) -> Option<Vec<u8>> {
    let mut frame = world.overheard.any(&mut world.rng)?.clone();
    let at = (world.rng.next_u64() as usize) % frame.len().max(1);
    match world.rng.next_u64() % 5 {
        0 => frame[at] ^= 1 << (world.rng.next_u64() % 8),
        1 => frame.truncate(at),
        2 => frame.push(0),
        // The same array of two with its length in a byte of its own.
        3 if frame[0] == 0x82 => {
            frame.splice(..1, [0x98, 0x02]);
        }
        // An array that says it has 2^63 elements.
        _ => frame = vec![0x82, 0x04, 0x81, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    }
    Some(frame)
}

/// Offers of files that do not exist.
fn flood(world: &mut World, hostile: usize, to: usize) {
    let victim = &world.state.offices[world.nodes[to].offices[0]];
    let holder = Holder { office: victim.id, post: victim.posts[0].post };
    for _ in 0..FLOOD {
        let (matter, head) = (MatterId(world.rng.bytes32()), ActId(world.rng.bytes32()));
        let offer = Message::Offer {
            matter,
            kind: MatterKind::FILE,
            head,
            number: 3,
            to: holder,
            log_size: 10,
            level: LEVEL,
        };
        world.send(hostile, to, offer.to_frame());
    }
}
