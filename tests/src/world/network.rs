//! Links between nodes: ordered while they stand, with delay, loss, doubling, breaking and cuts. A
//! frame that was kept back may come over the next link, after newer ones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mohar_protocol::limits::FRAME_BYTES_MAX;
use mohar_protocol::machine::{Input, Machine};
use mohar_protocol::time::Timestamp;

use super::World;
use super::agenda::Event;

/// A node that hears nothing over a link for this long takes it for broken.
const DEAD_LINK_MS: u64 = 30_000;

/// Three weeks, and how much faster the world goes meanwhile: a tick in six hours.
const OUTAGE_MS: u64 = 21 * 86_400_000;
const OUTAGE_PACE: u64 = 21_600;

/// Which links stand.
#[derive(Default)]
pub(super) struct Network {
    up: BTreeMap<(usize, usize), u64>,
    cuts: BTreeSet<(usize, usize)>,
    deaf: BTreeSet<(usize, usize)>,
    flapping: BTreeMap<(usize, usize), Timestamp>,
    outage_over: Option<Timestamp>,
    last_arrival: BTreeMap<(usize, usize), Timestamp>,
    generation: u64,
    /// Bytes sent from a node to another.
    pub(super) carried: BTreeMap<(usize, usize), u64>,
    heard: BTreeMap<(usize, u8), VecDeque<(usize, Vec<u8>)>>,
}

/// Frames of one kind to one node that are remembered.
const HEARD_MAX: usize = 3;

impl Network {
    /// A frame begins with an array of two and the number of its kind.
    fn hear(&mut self, from: usize, to: usize, frame: &[u8]) {
        let frames = self.heard.entry((to, frame.get(1).copied().unwrap_or_default())).or_default();
        frames.push_back((from, frame.to_vec()));
        if frames.len() > HEARD_MAX {
            frames.pop_front();
        }
    }

    pub(super) fn uncut(&mut self, a: usize, b: usize) {
        self.cuts.remove(&pair(a, b));
    }

    pub(super) fn uncut_one_way(&mut self, from: usize, to: usize) {
        self.deaf.remove(&(from, to));
    }

    pub(super) fn heal(&mut self) {
        self.cuts.clear();
        self.deaf.clear();
        self.flapping.clear();
        self.outage_over = None;
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
        let full = !self.healing && self.rng.next_u64().is_multiple_of(16);
        vec![if full { Input::Full(peer) } else { Input::Room(peer) }, Input::Tick]
    }

    /// Tries every link of the world.
    pub(super) fn connect_all(&mut self, ms: u64) {
        for (a, b) in self.founding.links.clone() {
            self.after(ms, Event::Connect(a, b));
        }
    }

    /// Brings a link up, if both ends are up, not cut from each other, and admit each other.
    pub(super) fn connect(&mut self, a: usize, b: usize) {
        if self.network.up.contains_key(&(a, b)) || self.network.cuts.contains(&(a, b)) {
            return;
        }
        if !self.founding.is_link(a, b) || !self.admits(a, b) || !self.admits(b, a) {
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

    fn admits(&self, one: usize, other: usize) -> bool {
        let machine = self.nodes[one].machine.as_ref();
        machine.is_some_and(|machine| machine.admits(&self.peer(other)))
    }

    /// Breaks a link; both ends notice, and it is tried again.
    pub fn disconnect(&mut self, a: usize, b: usize) {
        if self.network.up.remove(&pair(a, b)).is_none() {
            return;
        }
        let (peer_a, peer_b) = (self.peer(a), self.peer(b));
        self.feed(a, vec![Input::Disconnected(peer_b)]);
        self.feed(b, vec![Input::Disconnected(peer_a)]);
        let pause = 500 + self.rng.next_u64() % 5_000;
        self.after(pause, Event::Connect(a.min(b), a.max(b)));
    }

    /// Cuts two nodes from each other for a while.
    pub fn cut(&mut self, a: usize, b: usize, ms: u64) {
        let (a, b) = pair(a, b);
        self.network.cuts.insert((a, b));
        self.disconnect(a, b);
        self.after(ms, Event::Heal(a, b));
    }

    /// Bytes sent from one node to another so far.
    pub fn carried(&self, from: usize, to: usize) -> u64 {
        self.network.carried.get(&(from, to)).copied().unwrap_or(0)
    }

    /// The latest frames of each kind, with receiver and sender: real messages to alter.
    pub fn heard(&self) -> impl Iterator<Item = (usize, usize, &[u8])> {
        let heard = self.network.heard.iter();
        heard.flat_map(|((to, _), frames)| frames.iter().map(|(from, frame)| (*to, *from, frame.as_slice())))
    }

    /// Puts a frame on its way.
    pub fn send(&mut self, from: usize, to: usize, frame: Vec<u8>) {
        let Some(generation) = self.network.up.get(&pair(from, to)).copied() else { return };
        *self.network.carried.entry((from, to)).or_insert(0) += frame.len() as u64;
        self.network.hear(from, to, &frame);
        // The transport refuses what is too long, and a dead direction swallows everything.
        if frame.len() > FRAME_BYTES_MAX || self.network.deaf.contains(&(from, to)) {
            return;
        }
        if self.chance(self.faults.link_breaks) {
            return self.disconnect(from, to);
        }
        if self.chance(self.faults.frame_lost) {
            return;
        }
        if self.chance(self.faults.frame_late) {
            let wait = self.rng.next_u64() % 20_000;
            return self.after(wait, Event::Deliver { from, to, generation: 0, frame });
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

    /// A frame arrives, if its link stands. One that was kept back (generation 0) takes any link.
    pub(super) fn deliver(&mut self, from: usize, to: usize, generation: u64, frame: Vec<u8>) {
        let standing = self.network.up.get(&pair(from, to));
        if standing.is_none_or(|standing| generation != 0 && *standing != generation) {
            return;
        }
        if self.nodes[to].hostile {
            self.overheard.hear(&frame);
        }
        self.record(&[1, from as u8, to as u8], &frame);
        let from = self.peer(from);
        // A link that stands is known at both ends, or the world is wrong and nothing can be judged in it.
        let known = |machine: &Machine| machine.linked().any(|(peer, _)| peer == from);
        assert!(self.nodes[to].machine.as_ref().is_some_and(known), "node {to} does not know a link it has");
        self.feed(to, vec![Input::Frame { from, bytes: frame }]);
    }

    /// What may go wrong on the network in a second.
    pub(super) fn network_faults(&mut self) {
        if self.chance(self.faults.cut)
            && let Some((a, b)) = self.any_two()
        {
            let ms = 1_000 + self.rng.next_u64() % 60_000;
            self.cut(a, b, ms);
        }
        if self.chance(self.faults.cut_one_way)
            && let Some((a, b)) = self.any_two()
        {
            self.network.deaf.insert((a, b));
            let ms = 1_000 + self.rng.next_u64() % 40_000;
            self.after(ms, Event::HealOneWay(a, b));
            if ms > DEAD_LINK_MS {
                self.after(DEAD_LINK_MS, Event::Break(a, b));
            }
        }
        if self.chance(self.faults.flapping)
            && let Some((a, b)) = self.any_two()
        {
            let until = self.now.plus_ms(20_000 + self.rng.next_u64() % 20_000);
            self.network.flapping.insert(pair(a, b), until);
        }
        self.flap();
        self.outage();
    }

    fn flap(&mut self) {
        let now = self.now;
        self.network.flapping.retain(|_, until| *until > now);
        for (a, b) in self.network.flapping.keys().copied().collect::<Vec<_>>() {
            if self.chance(400) {
                self.disconnect(a, b);
            }
        }
    }

    /// One node loses every link for three weeks; the world hurries on meanwhile.
    fn outage(&mut self) {
        if let Some(over) = self.network.outage_over {
            if self.now >= over && self.pace > 1 {
                self.pace = 1;
                self.agenda.bring_near(self.now);
            }
        } else if self.chance(self.faults.long_outage) {
            self.network.outage_over = Some(self.now.plus_ms(OUTAGE_MS));
            self.pace = OUTAGE_PACE;
            let alone = (self.rng.next_u64() % self.nodes.len() as u64) as usize;
            for other in self.founding.neighbours[alone].clone() {
                self.cut(alone, other, OUTAGE_MS);
            }
        }
    }

    /// Lets a long outage pass, if there is one.
    pub fn sleep_through_outage(&mut self) {
        while self.pace > 1 {
            self.run(OUTAGE_PACE * 1_000);
        }
    }

    fn any_two(&mut self) -> Option<(usize, usize)> {
        let links = &self.founding.links;
        let at = (self.rng.next_u64() as usize).checked_rem(links.len())?;
        let (a, b) = links[at];
        Some(if self.rng.next_u64().is_multiple_of(2) { (a, b) } else { (b, a) })
    }
}
