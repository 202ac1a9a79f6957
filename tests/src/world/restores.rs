//! Nodes that come back with an old copy of their disk, and what they remember outside it.

use std::collections::BTreeMap;

use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::{Mark, Memory, Output};
use mohar_protocol::message::Message;
use mohar_protocol::records::{Records, Role};
use mohar_protocol::testing::MemoryStore;

use super::{Mutation, START, World};

/// A copy of the disk is made this often, in seconds.
const COPY_EVERY_S: u64 = 10;

/// Copies kept.
const COPIES_MAX: usize = 4;

/// What a node remembers outside its disk, and copies of the disk.
#[derive(Default)]
pub struct Marks {
    marks: BTreeMap<OfficeId, Mark>,
    elsewhere: bool,
    copies: Vec<MemoryStore>,
}

impl World {
    /// What a node is started with.
    pub(super) fn memory(&self, node: usize) -> BTreeMap<OfficeId, Memory> {
        let Marks { marks, elsewhere, .. } = &self.nodes[node].marks;
        let memory = |mark: &Mark| if *elsewhere { Memory::Elsewhere } else { Memory::Here(*mark) };
        marks.iter().map(|(office, mark)| (*office, memory(mark))).collect()
    }

    pub(super) fn keep_marks(&mut self, node: usize, outputs: &[Output]) {
        for output in outputs {
            if let Output::Mark { office, mark } = output {
                self.nodes[node].marks.marks.insert(*office, *mark);
                self.nodes[node].marks.elsewhere = false;
            }
        }
    }

    pub(super) fn copy_disk(&mut self, node: usize) {
        let copy = self.nodes[node].store.clone();
        let copies = &mut self.nodes[node].marks.copies;
        copies.push(copy);
        if copies.len() > COPIES_MAX {
            copies.remove(0);
        }
    }

    /// One node of a world may be restored, again and again: two whose copies lack the same acts
    /// have lost them, and nothing was promised.
    pub(super) fn maybe_restore(&mut self) {
        if self.faults.restore == 0 {
            return;
        }
        let node = (self.seed % self.nodes.len() as u64) as usize;
        if (self.now.ms_since(START) / 1_000).is_multiple_of(COPY_EVERY_S) {
            self.copy_disk(node);
        }
        if !self.chance(self.faults.restore) || self.nodes[node].marks.copies.is_empty() {
            return;
        }
        let count = self.nodes[node].marks.copies.len() as u64;
        let copy = (self.rng.next_u64() % count) as usize;
        self.give_up_what_no_mirror_held(node);
        self.nodes[node].store = self.nodes[node].marks.copies[copy].clone();
        match self.rng.next_u64() % 3 {
            0 => self.nodes[node].marks.marks.clear(),
            1 => self.nodes[node].marks.elsewhere = true,
            _ => {}
        }
        self.restarts_from_copy(node);
    }

    /// The mark was restored with the disk, and fits it.
    pub(super) fn restore_unnoticed(&mut self, node: usize) {
        let Some(copy) = self.nodes[node].marks.copies.pop() else { return };
        let records = Records::new(&copy);
        for (office, mark) in &mut self.nodes[node].marks.marks {
            if let Ok(Some(log)) = records.log(office) {
                (mark.size, mark.root) = (log.signed.size(), log.signed.root());
            }
        }
        self.nodes[node].store = copy;
        self.restarts_from_copy(node);
    }

    fn restarts_from_copy(&mut self, node: usize) {
        self.oracle.restores += 1;
        self.oracle.restored.insert(node);
        // A restored witness forgets what it cosigned; see the decision on marks.
        self.oracle.cosigned.retain(|(cosigner, ..), _| *cosigner != node);
        if self.nodes[node].machine.is_some() {
            self.crash(node);
        }
    }

    /// Acts that no mirror has cosigned go with the disk; nobody was told that they were held.
    fn give_up_what_no_mirror_held(&mut self, node: usize) {
        let records = Records::new(&self.nodes[node].store);
        let offices: Vec<_> =
            self.nodes[node].offices.iter().map(|index| self.state.offices[*index].id).collect();
        let is_held = |act| {
            offices.iter().any(|office| {
                let index = records.place(act, office).ok().flatten();
                let held = records.held(office).unwrap_or_default();
                index.is_some_and(|index| held.count(Role::Mirror, index) > 0)
            })
        };
        self.oracle.acknowledged.retain(|(at, act)| *at != node || is_held(act));
    }

    /// With the barrier off, a node does not hear what others know of its log.
    pub(super) fn is_deaf(&self, node: usize, frame: &[u8]) -> bool {
        let off = self.mutation == Some(Mutation::RestoredWithoutBarrier) && node == 0;
        off && self.oracle.restored.contains(&node)
            && matches!(
                Message::from_frame(frame),
                Ok(Message::HeadKnown { .. } | Message::Stale { .. } | Message::Cosigned { .. })
            )
    }
}
