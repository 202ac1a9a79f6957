//! Drives the machine of a node as the daemon does: feed, commit, and only then answer or send. What
//! a crash or a disk takes away, it takes away here.

use mohar_protocol::entropy::Entropy;
use mohar_protocol::machine::{Input, Machine, Output, Receipt, Request, Ticket};
use mohar_protocol::records::{Records, Writes};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;

use super::agenda::Event;
use super::disk::Commit;
use super::oracle::Committed;
use super::restores::Marks;
use super::{Mutation, Node, World};

/// The key under which a simulated node seals its secrets at rest.
pub fn storage_key(node: usize) -> StorageKey {
    let mut bytes = [0x5a; 32];
    bytes[..8].copy_from_slice(&(node as u64).to_be_bytes());
    StorageKey::from_bytes(bytes)
}

impl World {
    /// Starts a node from its disk. A disk that is damaged keeps it down, and it says so.
    pub fn start(&mut self, node: usize) {
        if self.nodes[node].machine.is_some() || self.nodes[node].lost {
            return;
        }
        let lineage_seed = self.rng.bytes32();
        let records = Records::new(&self.nodes[node].store);
        let (hosts, registry) = (self.secrets(node), Registry::new(self.state.id));
        let (memory, mut entropy) = (self.nodes[node].marks.memory(), Entropy::from_seed(lineage_seed));
        match Machine::start(registry, hosts, storage_key(node), &records, &memory, &mut entropy) {
            Ok(machine) => self.up(node, machine),
            Err(fault) => self.stop(node, &fault.to_string()),
        }
    }

    fn open_store(&mut self, node: usize) {
        match self.mutation {
            Some(Mutation::HalfCommitsStay) => self.nodes[node].store.open_without_taking_back(),
            _ => self.nodes[node].store.open(),
        }
    }

    /// Starts a node as it was founded: its registry is the state's, and need not be folded again.
    pub(super) fn start_founded(&mut self, node: usize) {
        let records = Records::new(&self.nodes[node].store);
        let (registry, hosts) = (self.founding.state.registry.clone(), self.secrets(node));
        let marks = Marks::founded(&records, &self.hosted(node));
        let (memory, mut entropy) = (marks.memory(), Entropy::from_seed([node as u8; 32]));
        let machine =
            Machine::start_folded(registry, hosts, storage_key(node), &records, &memory, &mut entropy);
        self.nodes[node].machine = Some(machine.expect("a founded disk is sound"));
        self.nodes[node].marks = marks;
    }

    fn secrets(&self, node: usize) -> Vec<mohar_protocol::machine::HostSecrets> {
        self.nodes[node].offices.iter().map(|office| self.state.offices[*office].host()).collect()
    }

    fn up(&mut self, node: usize, machine: Machine) {
        self.nodes[node].machine = Some(machine);
        for other in self.founding.neighbours[node].clone() {
            self.after(20 + other as u64, Event::Connect(node.min(other), node.max(other)));
        }
    }

    /// Stops a node at once; it comes back after a while.
    pub fn crash(&mut self, node: usize) {
        self.oracle.crashes += 1;
        self.down(node);
    }

    /// The node's store failed, so its process ends. It is started again, as the service manager
    /// does, and stops again if it meets the same damage.
    fn stop(&mut self, node: usize, fault: &str) {
        let sound = !self.nodes[node].store.is_damaged() && !self.oracle.faulted.contains(&node);
        if sound && self.mutation.is_none() {
            self.oracle.broken(4, format!("node {node} stopped over a sound disk: {fault}"));
        }
        *self.oracle.stopped.entry(fault.to_owned()).or_default() += 1;
        self.down(node);
    }

    fn down(&mut self, node: usize) {
        self.end(node);
        // Over a damaged disk a start is tried some times an hour, not without end for days.
        let longest = if self.nodes[node].store.is_damaged() { 1_800_000 } else { 20_000 };
        let pause = 100 + self.rng.next_u64() % longest;
        self.after(pause, Event::Restart(node));
    }

    /// A node's process ends, and its links with it: the others notice, and a process that is started
    /// later links anew.
    pub(super) fn end(&mut self, node: usize) {
        self.nodes[node].machine = None;
        for other in self.network.drop_all(node) {
            let peer = self.peer(node);
            self.feed(other, vec![Input::Disconnected(peer)]);
        }
    }

    /// A node's tick.
    pub(super) fn tick(&mut self, node: usize) {
        if self.mutation != Some(Mutation::NothingIsRepeated) {
            let inputs = self.breath();
            self.feed(node, inputs);
        }
    }

    /// Asks a node for something in the name of somebody in the office.
    pub fn ask(&mut self, node: usize, request: Request) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.oracle.asked += 1;
        self.feed(node, vec![Input::Request { ticket, request }]);
    }

    /// Feeds inputs under one commit, as the daemon does.
    pub fn feed(&mut self, node: usize, inputs: Vec<Input>) {
        let mut entropy = Entropy::from_seed(self.rng.bytes32());
        let now = self.nodes[node].clock.shows(self.now);
        let requests = inputs.iter().filter(|input| matches!(input, Input::Request { .. })).count();
        let frames = inputs.iter().filter(|input| matches!(input, Input::Frame { .. })).count();
        let Node { store, machine, .. } = &mut self.nodes[node];
        let Some(machine) = machine else { return };
        let mut records = Records::new(store);
        let mut outputs = Vec::new();
        let mut fault = None;
        for input in inputs.into_iter().chain([Input::Settle]) {
            fault = machine.step(now, &mut entropy, &mut records, input, &mut outputs).err();
            if fault.is_some() {
                break;
            }
        }
        let writes = records.into_writes();
        if let Some(fault) = fault {
            return self.stop(node, &fault.to_string());
        }
        self.oracle.bounded(node, frames, &outputs, &writes);
        if !writes.is_empty() && !self.commit(node, writes, &outputs, requests) {
            return;
        }
        self.nodes[node].marks.keep(&outputs);
        self.answer(node, &outputs);
        self.post(node, outputs);
    }

    /// Commits. `false` when the node does not live to answer.
    fn commit(&mut self, node: usize, writes: Writes, outputs: &[Output], requests: usize) -> bool {
        self.commits += 1;
        let (before, after) = (Some((self.commits, false)), Some((self.commits, true)));
        if self.crash_at == before || self.chance(self.faults.crash_before_commit) {
            self.mutated_crash(node, outputs);
            self.crash(node);
            return false;
        }
        let how = self.how_the_disk_commits();
        if matches!(how, Commit::Full | Commit::Torn) {
            let half = self.rng.next_u64();
            self.nodes[node].store.commit(writes, how, half);
            // The next to open the store takes the half back; nobody reads it before.
            self.open_store(node);
            self.oracle.faulted.insert(node);
            self.stop(node, "the commit failed");
            return false;
        }
        let (now, hosted, hostile) = (self.now, self.hosted(node), self.nodes[node].hostile);
        let about = Committed { node, now, hosted: &hosted, hostile, requests };
        self.oracle.commit(&about, self.nodes[node].machine.as_ref(), &writes);
        let writes = self.mutated_writes(node, writes);
        self.nodes[node].store.commit(writes, how, 0);
        if how == Commit::FailedButKept {
            self.oracle.faulted.insert(node);
            self.stop(node, "the commit failed");
            return false;
        }
        if self.crash_at == after || self.chance(self.faults.crash_after_commit) {
            self.crash(node);
            return false;
        }
        true
    }

    fn how_the_disk_commits(&mut self) -> Commit {
        if self.chance(self.faults.disk_full) {
            Commit::Full
        } else if self.chance(self.faults.torn_commit) {
            Commit::Torn
        } else if self.chance(self.faults.fsync_failed) {
            if self.chance(500) { Commit::FailedButKept } else { Commit::Full }
        } else {
            Commit::Durable
        }
    }

    /// Bits flip.
    pub(super) fn disk_faults(&mut self) {
        for (chance, hot) in [(self.faults.flip_hot, true), (self.faults.flip_cold, false)] {
            if self.chance(chance) {
                let node = (self.rng.next_u64() % self.nodes.len() as u64) as usize;
                if self.nodes[node].store.flip(hot, &mut self.rng).is_some() {
                    self.oracle.flips += 1;
                }
            }
        }
    }

    /// Tells officers what was answered.
    pub(super) fn answer(&mut self, node: usize, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Answer { answer: Ok(Receipt { act, .. }), .. } => {
                    self.record(&[2], &act.0);
                    self.oracle.acknowledged.push((node, *act));
                }
                Output::Answer { answer: Err(refusal), .. } => {
                    *self.oracle.refused.entry(refusal.code()).or_default() += 1;
                }
                Output::Noted(refusal) => *self.oracle.noted.entry(refusal.code()).or_default() += 1,
                _ => {}
            }
        }
    }

    /// Puts on its way what is to be sent.
    pub(super) fn post(&mut self, node: usize, outputs: Vec<Output>) {
        for output in outputs {
            if let Output::Send { to, message } = output
                && let Some(to) = self.node_of(&to)
            {
                if !self.nodes[node].hostile {
                    self.oracle.sent(&message, &self.nodes[node].clock, self.now);
                }
                self.send(node, to, message.to_frame());
            }
        }
    }
}

/// Whether a refusal is one that ordinary work may meet.
pub fn is_ordinary(refusal: Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::ChainFork | Refusal::LogForked | Refusal::LogRootMismatch | Refusal::ActSignature
    )
}
