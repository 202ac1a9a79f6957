//! Links between nodes: ordered while they stand, with delay, loss, doubling, breaking and cuts.

use std::collections::{BTreeMap, BTreeSet};

use mohar_protocol::machine::Input;
use mohar_protocol::time::Timestamp;

use super::{Event, World};

/// Which links stand.
#[derive(Default)]
pub(super) struct Network {
    up: BTreeMap<(usize, usize), u64>,
    cuts: BTreeSet<(usize, usize)>,
    last_arrival: BTreeMap<(usize, usize), Timestamp>,
    generation: u64,
}

impl Network {
    pub(super) fn is_up(&self, a: usize, b: usize, generation: u64) -> bool {
        self.up.get(&pair(a, b)) == Some(&generation)
    }

    pub(super) fn cut(&mut self, a: usize, b: usize) {
        self.cuts.insert(pair(a, b));
    }

    pub(super) fn uncut(&mut self, a: usize, b: usize) {
        self.cuts.remove(&pair(a, b));
    }

    pub(super) fn heal(&mut self) {
        self.cuts.clear();
    }

    /// Takes all links of a node down; returns who was at the other end.
    pub(super) fn drop_all(&mut self, node: usize) -> Vec<usize> {
        let links: Vec<_> = self.up.keys().copied().filter(|(a, b)| *a == node || *b == node).collect();
        for link in &links {
            self.up.remove(link);
        }
        links.into_iter().map(|(a, b)| if a == node { b } else { a }).collect()
    }
}

fn pair(a: usize, b: usize) -> (usize, usize) {
    (a.min(b), a.max(b))
}

impl World {
    /// A tick; now and then another node takes nothing for some of them.
    pub(super) fn breath(&mut self) -> Vec<Input> {
        let other = usize::try_from(self.rng.next_u64() % self.nodes.len() as u64).unwrap_or(0);
        let peer = self.peer(other);
        let full = self.rng.next_u64().is_multiple_of(16);
        vec![if full { Input::Full(peer) } else { Input::Room(peer) }, Input::Tick]
    }

    /// Brings a link up, if both ends are up, not cut from each other, and admit each other.
    pub(super) fn connect(&mut self, a: usize, b: usize) {
        let admits = |one: usize, other: usize| {
            let machine = self.nodes[one].machine.as_ref();
            machine.is_some_and(|machine| machine.admitted_peers().contains(&self.peer(other)))
        };
        if self.network.up.contains_key(&(a, b)) || self.network.cuts.contains(&(a, b)) {
            return;
        }
        if !admits(a, b) || !admits(b, a) {
            return;
        }
        self.network.generation += 1;
        self.network.up.insert((a, b), self.network.generation);
        let (peer_a, peer_b) = (self.peer(a), self.peer(b));
        self.feed(a, vec![Input::Connected(peer_b)]);
        // The first end may have crashed over it.
        if self.network.up.contains_key(&(a, b)) {
            self.feed(b, vec![Input::Connected(peer_a)]);
        }
    }

    /// Breaks a link; both ends notice, and it is tried again.
    pub(super) fn disconnect(&mut self, a: usize, b: usize) {
        if self.network.up.remove(&pair(a, b)).is_none() {
            return;
        }
        let (peer_a, peer_b) = (self.peer(a), self.peer(b));
        self.feed(a, vec![Input::Disconnected(peer_b)]);
        self.feed(b, vec![Input::Disconnected(peer_a)]);
        let pause = 500 + self.rng.next_u64() % 5_000;
        self.after(pause, Event::Connect(a.min(b), a.max(b)));
    }

    /// Puts a frame on its way.
    pub(super) fn send(&mut self, from: usize, to: usize, frame: Vec<u8>) {
        let Some(generation) = self.network.up.get(&pair(from, to)).copied() else { return };
        if self.chance(self.faults.link_breaks) {
            return self.disconnect(from, to);
        }
        if self.chance(self.faults.frame_lost) {
            return;
        }
        let copies = if self.chance(self.faults.frame_twice) { 2 } else { 1 };
        for _ in 0..copies {
            // Frames of one link never overtake each other.
            let delay = 1 + self.rng.next_u64() % 80;
            let last = self.network.last_arrival.get(&(from, to)).copied().unwrap_or_default();
            let arrival = self.now.plus_ms(delay).max(last);
            self.network.last_arrival.insert((from, to), arrival);
            let wait = arrival.ms_since(self.now);
            self.after(wait, Event::Deliver { from, to, generation, frame: frame.clone() });
        }
    }
}
