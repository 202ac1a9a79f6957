//! Somebody puts yesterday's copy into a node, again and again, and what a node remembers outside its
//! disk. A promise that no mirror had made goes with the disk, and the oracle forgets it too.

use std::collections::{BTreeMap, BTreeSet};

use mohar_protocol::id::{ActId, Lineage, OfficeId};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::machine::{Mark, Memory, Output, Standing};
use mohar_protocol::records::{Records, Role};

use super::disk::Disk;
use super::{Happening, START, World};

/// A copy of the disk is made this often, in seconds, and so many are kept.
const COPY_EVERY_S: u64 = 10;
const COPIES_MAX: usize = 4;

/// A copy comes back with this chance in a thousand, per second.
const RESTORE: u64 = 40;

/// After the image of a disk came back, the line comes back this much later.
const LINE_AFTER_MS: u64 = 25_000;

/// What a node remembers outside its disk.
#[derive(Default)]
pub struct Marks {
    marks: BTreeMap<OfficeId, Mark>,
    elsewhere: BTreeSet<OfficeId>,
    behind: bool,
    lacks_copies: bool,
    restored: bool,
}

impl Marks {
    /// The marks of a founded node: it has signed what its disk holds.
    pub fn founded(records: &Records<'_>, offices: &[OfficeId]) -> Self {
        let mark = |office: &OfficeId| {
            let signed = records.log(office).ok()??.signed;
            let (size, root) = (signed.size(), signed.root());
            Some((*office, Mark { size, root, incarnation: 1, lineage: Lineage(office.0) }))
        };
        Self { marks: offices.iter().filter_map(mark).collect(), ..Self::default() }
    }

    /// What the node is started with.
    pub fn memory(&self) -> BTreeMap<OfficeId, Memory> {
        let memory = |(office, mark): (&OfficeId, &Mark)| {
            let elsewhere = self.elsewhere.contains(office);
            (*office, if elsewhere { Memory::Elsewhere } else { Memory::Here(*mark) })
        };
        self.marks.iter().map(memory).collect()
    }

    /// Keeps what a step asked to keep.
    pub fn keep(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let Output::Mark { office, mark } = output {
                self.marks.insert(*office, *mark);
                self.elsewhere.remove(office);
            }
        }
    }

    /// Each mark says that it was made for another disk, until it is written anew.
    fn are_of_another_disk(&mut self) {
        self.elsewhere = self.marks.keys().copied().collect();
    }

    /// Whether the node runs from a copy and has not caught up with its own logs yet.
    pub const fn is_behind(&self) -> bool {
        self.behind
    }

    /// Whether the node may still lack what it had kept of other offices.
    pub const fn lacks_copies(&self) -> bool {
        self.lacks_copies
    }

    /// Whether the node ever ran from a copy.
    pub const fn was_restored(&self) -> bool {
        self.restored
    }
}

/// One node of the world is restored now and then: two at a time may have lost the same acts.
pub struct Restores {
    /// Which.
    pub node: usize,
    /// Times that it happened.
    pub count: u64,
    copies: Vec<Disk>,
    over: bool,
    with_marks: bool,
}

impl Restores {
    /// Restores of a node.
    pub const fn of(node: usize) -> Self {
        Self { node, count: 0, copies: Vec::new(), over: false, with_marks: false }
    }

    /// Restores of the image of a node, mark included; the line comes some seconds later.
    pub fn of_image(node: usize) -> Self {
        Self { with_marks: true, ..Self::of(node) }
    }
}

impl Happening for Restores {
    fn second(&mut self, world: &mut World) {
        world.notice_caught_up(self.node);
        if world.nodes[self.node].hostile || self.over {
            return;
        }
        if (world.now().ms_since(START) / 1_000).is_multiple_of(COPY_EVERY_S) {
            self.copies.push(world.nodes[self.node].store.clone());
            if self.copies.len() > COPIES_MAX {
                self.copies.remove(0);
            }
        }
        if self.copies.is_empty() || !world.chance(RESTORE) {
            return;
        }
        let copy = self.copies[(world.rng.next_u64() % self.copies.len() as u64) as usize].clone();
        self.count += 1;
        world.forget_what_no_mirror_has(self.node);
        world.replace_disk(self.node, copy);
        let marks = &mut world.nodes[self.node].marks;
        (marks.behind, marks.lacks_copies, marks.restored) = (true, true, true);
        world.oracle.behind.insert(self.node);
        if self.with_marks {
            let (records, hosted) = (Records::new(&world.nodes[self.node].store), world.hosted(self.node));
            let fitting = Marks::founded(&records, &hosted).marks;
            for (office, mark) in fitting {
                let known = world.nodes[self.node].marks.marks.get(&office).map(|mark| mark.lineage);
                let lineage = known.unwrap_or(mark.lineage);
                world.nodes[self.node].marks.marks.insert(office, Mark { lineage, ..mark });
            }
            for other in (0..world.nodes.len()).filter(|other| *other != self.node) {
                world.cut(self.node, other, LINE_AFTER_MS);
            }
        }
        match world.rng.next_u64() % 3 {
            0 if !self.with_marks => world.nodes[self.node].marks.marks.clear(),
            1 if !self.with_marks => world.nodes[self.node].marks.are_of_another_disk(),
            _ => {}
        }
        if world.nodes[self.node].machine.is_some() {
            world.crash(self.node);
        }
    }

    fn heal(&mut self, world: &mut World) {
        self.over = true;
        world.nodes[self.node].marks.lacks_copies = false;
    }
}

impl World {
    /// A restored node whose offices all work again is judged as any other.
    fn notice_caught_up(&mut self, node: usize) {
        let Some(machine) = self.nodes[node].machine.as_ref().filter(|_| self.nodes[node].marks.behind)
        else {
            return;
        };
        let works = |office: &OfficeId| machine.standing(office) == Some(Standing::Working);
        if machine.hosted().iter().all(works) {
            let hosted = self.hosted(node);
            self.nodes[node].marks.behind = false;
            self.oracle.behind.remove(&node);
            self.oracle.recount(node, &self.nodes[node].store, &hosted);
        }
    }

    /// What no cosigner has of the logs of a node is nobody's promise once its disk is gone.
    fn forget_what_no_mirror_has(&mut self, node: usize) {
        let offices = self.hosted(node);
        let mut lost: Vec<ActId> = Vec::new();
        for office in &offices {
            let known = self.known_elsewhere(node, office);
            let own = Records::new(&self.nodes[node].store);
            lost.extend(own.leaves(office, known, usize::MAX >> 1).unwrap_or_default());
            let held = own.held(office).unwrap_or_default();
            let told: Vec<ActId> = own.leaves(office, 0, usize::MAX >> 1).unwrap_or_default();
            let promised = |act: &ActId| {
                let index = told.iter().position(|id| id == act);
                index.is_none_or(|index| held.count(Role::Mirror, index as u64) > 0)
            };
            self.oracle.acknowledged.retain(|(at, act)| *at != node || promised(act));
            self.oracle.forget_log(office, known);
        }
        self.oracle.forget_acts(&lost);
        self.oracle.forget_cosigned(node);
    }

    /// The largest size of an own log that another node could name.
    fn known_elsewhere(&self, node: usize, office: &OfficeId) -> u64 {
        let others = self.nodes.iter().enumerate().filter(|(at, _)| *at != node);
        let known = others.map(|(_, other)| {
            let records = Records::new(&other.store);
            let log = records.log(office).ok().flatten().map_or(0, |log| log.signed.size());
            let head = records.head(office).ok().flatten();
            let head = head.and_then(|note| Some(SignedCheckpoint::parse(&note).ok()?.claimed().head.size));
            log.max(head.unwrap_or(0))
        });
        known.max().unwrap_or(0)
    }
}
