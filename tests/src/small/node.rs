//! A node of the small world: a disk, a machine that can be copied, and a digest of both.

use std::hash::{DefaultHasher, Hash, Hasher};

use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::sha256;
use mohar_protocol::machine::{HostSecrets, Input, Machine, Output};
use mohar_protocol::records::{Kv, Records, Table, Writes};
use mohar_protocol::registry::Registry;
use mohar_protocol::time::Timestamp;

use crate::world::disk::{Commit, Disk};
use crate::world::driver::storage_key;
use crate::world::restores::Marks;

/// A node.
#[derive(Clone)]
pub(super) struct SmallNode {
    pub(super) disk: Disk,
    machine: Machine,
    number: usize,
    rows: u64,
}

/// Where a step of a machine is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Nowhere.
    Not,
    /// Before its commit.
    BeforeCommit,
    /// After its commit, before anything is sent.
    AfterCommit,
}

impl SmallNode {
    pub(super) fn new(number: usize, disk: Disk, registry: Registry, secrets: HostSecrets) -> Self {
        let machine = start(number, &disk, registry, secrets);
        Self { disk, machine, number, rows: 0 }
    }

    /// Starts again from the disk.
    pub(super) fn restart(&mut self, registry: Registry, secrets: HostSecrets) {
        self.machine = start(self.number, &self.disk, registry, secrets);
    }

    /// One input, and what is to be sent. What is drawn by chance follows from what the node has and is
    /// told, so that steps which do not touch each other lead to one state in any order.
    pub(super) fn feed(&mut self, now: Timestamp, seed: &[u8], input: Input, cut: Cut) -> Vec<Output> {
        let mut entropy = Entropy::from_seed(sha256(&[&[self.number as u8], &self.rows.to_be_bytes(), seed]));
        let mut records = Records::new(self.disk.as_written());
        let mut outputs = Vec::new();
        for input in [input, Input::Settle] {
            self.machine
                .step(now, &mut entropy, &mut records, input, &mut outputs)
                .expect("a disk in memory does not fail");
        }
        let writes = records.into_writes();
        if cut == Cut::BeforeCommit {
            return Vec::new();
        }
        self.commit(writes);
        if cut == Cut::AfterCommit { Vec::new() } else { outputs }
    }

    fn commit(&mut self, writes: Writes) {
        for ((table, key), value) in &writes.rows {
            let old = self.disk.as_written().get(*table, key).expect("a disk in memory does not fail");
            self.rows ^= row_digest(*table, key, old.as_deref()) ^ row_digest(*table, key, value.as_deref());
        }
        self.disk.commit(writes, Commit::Durable, 0);
    }

    /// Tells states of the node apart.
    pub(super) fn digest(&self, now: Timestamp, hasher: &mut impl Hasher) {
        self.rows.hash(hasher);
        self.machine.memory(now).hash(hasher);
    }
}

fn row_digest(table: Table, key: &[u8], value: Option<&[u8]>) -> u64 {
    let Some(value) = value else { return 0 };
    let mut hasher = DefaultHasher::new();
    (table.0, key, value).hash(&mut hasher);
    hasher.finish()
}

/// A machine whose mark fits its disk.
fn start(number: usize, disk: &Disk, registry: Registry, secrets: HostSecrets) -> Machine {
    let records = Records::new(disk.as_written());
    let memory = Marks::founded(&records, &[secrets.office]).memory();
    let mut entropy = Entropy::from_seed([number as u8; 32]);
    Machine::start_folded(registry, vec![secrets], storage_key(number), &records, &memory, &mut entropy)
        .expect("a disk in memory is sound")
}
