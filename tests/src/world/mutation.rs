//! Guards that are switched off, to show that the judge notices: for every invariant one at least.
//! Most are taken away here, outside the machine: the commit, the store, the network, the clock.

use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::Output;
use mohar_protocol::records::{Table, Writes};
use mohar_protocol::testing::guard::{self, Guard};

use super::agenda::Event;
use super::clock::TEN_YEARS_MS;
use super::disk::Disk;
use super::{Happening, START, World};

macro_rules! mutations {
    ($($(#[$doc:meta])* $invariant:literal $name:ident $text:literal;)*) => {
        /// A guard that is switched off.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mutation { $(#[doc = $text] $name,)* }

        impl Mutation {
            /// Every mutation, in the order of the invariants.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The invariant that must be seen broken.
            pub const fn invariant(self) -> u8 {
                match self { $(Self::$name => $invariant,)* }
            }

            /// What is switched off, in words.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

mutations! {
    1 HandoverForgotten "A store forgets the new state of a file that was handed over.";
    2 CommitsAreLost "A store says that a commit is durable and loses it.";
    3 AnswerBeforeCommit "Officers are answered although the commit is lost in a crash.";
    3 MirrorForgets "Mirrors lose contents after they have cosigned.";
    4 SendBeforeCommit "Messages leave although the commit is lost in a crash.";
    5 RecheckOff "A head is signed without adding the stored hashes up again, on a disk whose damage nobody notices.";
    5 HalfCommitsStay "A half-written commit is not taken back.";
    6 WitnessForgets "Witnesses and mirrors forget what they cosigned, and an old copy of a log comes back.";
    7 RestoredWithoutBarrier "A node is restored from an old copy of its disk and goes on signing.";
    7 ReadyForgotten "A store forgets which promises were given.";
    8 NothingIsRepeated "What was said once and lost is never said again.";
    9 AuthorityOff "Acts are taken whoever has signed them.";
    10 NoClockIsRight "Not one cosigner has the right time.";
    11 NotesInTheClear "Notes are stored as they were typed.";
    12 ErasingTakesActs "Erasing a content also takes away the act that names it.";
    13 RelayDropsUnknown "Acts of verbs that a release does not know are not kept.";
    14 OffersWithoutBound "A peer may offer as much as it likes.";
    15 DamageIsNotNoticed "Rows that are not what was written are read as if they were sound.";
}

/// By then a node that crashed is linked again.
const AFTER_RESTART_MS: u64 = 25_000;

/// Crashes before a commit, of a thousand, for a guard that only such a crash puts to the test.
const CRASHES: u64 = 30;

/// Prepares a world for its mutation.
pub(super) fn arrange(world: &mut World) {
    guard::switch_off(None);
    match world.mutation {
        Some(Mutation::RecheckOff) => guard::switch_off(Some(Guard::Recheck)),
        Some(Mutation::AuthorityOff) => guard::switch_off(Some(Guard::Authority)),
        Some(Mutation::OffersWithoutBound) => guard::switch_off(Some(Guard::Offers)),
        Some(Mutation::RestoredWithoutBarrier | Mutation::WitnessForgets) => {
            guard::switch_off(Some(Guard::Rejoin));
        }
        _ => {}
    }
    if matches!(world.mutation, Some(Mutation::RecheckOff | Mutation::DamageIsNotNoticed)) {
        world.nodes.iter_mut().for_each(|node| node.store.no_longer_notices());
    }
    match world.mutation {
        Some(Mutation::RestoredWithoutBarrier | Mutation::WitnessForgets) => {
            world.goes_on(OldCopy { copy: None })
        }
        Some(Mutation::AnswerBeforeCommit | Mutation::SendBeforeCommit) => {
            world.faults.crash_before_commit = CRASHES;
        }
        Some(Mutation::MirrorForgets) => world.goes_on(MirrorForgets),
        Some(Mutation::RecheckOff) => world.goes_on(Flips { table: Table::LOGS }),
        Some(Mutation::AuthorityOff | Mutation::OffersWithoutBound) => {
            let last = world.nodes.len() - 1;
            world.take_over(vec![last]);
        }
        Some(Mutation::NoClockIsRight) => world.goes_on(WrongClocks),
        Some(Mutation::DamageIsNotNoticed) => world.goes_on(Flips { table: Table::MATTERS }),
        _ => {}
    }
}

impl World {
    /// What a mutation does where a crash takes a commit away.
    pub(super) fn mutated_crash(&mut self, node: usize, outputs: &[Output]) {
        match self.mutation {
            Some(Mutation::AnswerBeforeCommit) => self.answer(node, outputs),
            Some(Mutation::SendBeforeCommit) => {
                for output in outputs {
                    // What was given to the transport arrives although the node is gone.
                    if let Output::Send { to, message } = output
                        && let Some(to) = self.node_of(to)
                    {
                        let frame = message.to_frame();
                        self.after(AFTER_RESTART_MS, Event::Deliver { from: node, to, generation: 0, frame });
                    }
                }
            }
            _ => {}
        }
    }

    /// What a mutation leaves of a commit.
    pub(super) fn mutated_writes(&mut self, node: usize, mut writes: Writes) -> Writes {
        let Some(mutation) = self.mutation else { return writes };
        match mutation {
            Mutation::CommitsAreLost if self.chance(20) => {
                self.lose(node, &writes);
                return Writes::default();
            }
            Mutation::ReadyForgotten => writes.rows.retain(|(table, _), _| *table != Table::READIES),
            Mutation::HandoverForgotten if self.chance(300) => {
                let handed: Vec<Vec<u8>> = acts(&writes)
                    .filter(|act| matches!(act.body(), Body::Handover(_)))
                    .filter(|act| act.header().office.is_some_and(|office| self.is_hosted(node, &office)))
                    .filter_map(|act| Some(act.header().matter?.0.to_vec()))
                    .collect();
                let derived = [Table::MATTERS, Table::TRANSIT, Table::QUEUED, Table::DESKS];
                writes.rows.retain(|(table, key), _| {
                    !(derived.contains(table) && handed.iter().any(|id| key.ends_with(id)))
                });
            }
            Mutation::RelayDropsUnknown => {
                let unknown: Vec<Vec<u8>> = acts(&writes)
                    .filter(|act| matches!(act.body(), Body::Unknown))
                    .filter(|act| !act.header().office.is_some_and(|office| self.is_hosted(node, &office)))
                    .map(|act| act.id().0.to_vec())
                    .collect();
                writes.rows.retain(|(table, key), _| *table != Table::ACTS || !unknown.contains(key));
            }
            _ => {}
        }
        writes
    }

    /// The disk keeps nothing of a commit, and what its node says changes with it.
    fn lose(&mut self, node: usize, writes: &Writes) {
        let hosted = self.hosted(node);
        self.oracle.recount(node, &self.nodes[node].store, &hosted);
        for (table, key) in writes.rows.keys() {
            if let (Table::MATTERS, Ok(id)) = (*table, key.as_slice().try_into()) {
                self.oracle.judge_custody(&mohar_protocol::id::MatterId(id));
            }
        }
    }

    fn seconds(&self) -> u64 {
        self.now().ms_since(START) / 1_000
    }
}

fn acts(writes: &Writes) -> impl Iterator<Item = UnverifiedAct> {
    let rows = writes.rows.iter().filter(|((table, _), _)| *table == Table::ACTS);
    rows.filter_map(|(_, value)| UnverifiedAct::parse(value.as_ref()?).ok())
}

/// Copies the disk of the first node and puts the copy back later.
struct OldCopy {
    copy: Option<Disk>,
}

impl Happening for OldCopy {
    fn second(&mut self, world: &mut World) {
        match world.seconds() {
            20 => self.copy = Some(world.nodes[0].store.clone()),
            40 => {
                let Some(old) = self.copy.take() else { return };
                world.replace_disk(0, old);
                world.crash(0);
                if world.mutation == Some(Mutation::WitnessForgets) {
                    let own: Vec<OfficeId> = world.hosted(0);
                    for node in 1..world.nodes.len() {
                        let of_own = |key: &[u8]| own.iter().any(|office| key.starts_with(&office.0));
                        for table in [Table::COSIGNED, Table::LOGS] {
                            world.nodes[node].store.lose(table, of_own);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

/// Every mirror loses what it holds of contents.
struct MirrorForgets;

impl Happening for MirrorForgets {
    fn second(&mut self, world: &mut World) {
        if world.seconds() == 60 {
            for node in &mut world.nodes {
                node.store.lose(Table::CHUNKS, |_| true);
            }
        }
    }
}

/// No clock has anything to do with the truth.
struct WrongClocks;

impl Happening for WrongClocks {
    fn second(&mut self, world: &mut World) {
        let node = (world.rng.next_u64() % world.nodes.len() as u64) as usize;
        let years = (world.rng.next_u64() % (2 * TEN_YEARS_MS)) as i64;
        world.nodes[node].clock.set(years - TEN_YEARS_MS as i64);
    }
}

/// Bits flip in one table.
struct Flips {
    table: Table,
}

impl Happening for Flips {
    fn second(&mut self, world: &mut World) {
        let node = (world.rng.next_u64() % world.nodes.len() as u64) as usize;
        world.nodes[node].store.flip_in(self.table, &mut world.rng);
    }
}
