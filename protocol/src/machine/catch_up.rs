//! Catching up after an absence: what comes first, how much is still to come, and how fast it comes.
//!
//! The order is registry, heads, what is addressed to this node, names, the rest. Registry, heads and
//! offers are small and are asked for when a link comes up; contents wait in one queue for each
//! link, in the order of [`Urgency`]. Everything that arrives is verified and kept by itself, so a
//! line that breaks costs what was on the way and nothing else.

use super::Machine;
use super::cosign::stored_checkpoint;
use super::link::Link;
use crate::limits::CHUNK_BYTES;
use crate::records::{Records, Role, StoreFault};
use crate::time::Timestamp;

/// Bytes of a dossier, as far as it is not known: eight acts of 500 bytes.
const DOSSIER_BYTES: u64 = 4 * 1024;

/// Bytes of a leaf with what goes along with it: an act of 700 bytes, and for every second one a
/// note or a set of wraps of 3 KiB.
const LEAF_BYTES: u64 = 2 * 1024;

/// The rate is that of the last so many milliseconds with something in them.
const RATE_MS: u64 = 5_000;

/// A line on which nothing arrived for this long stands still: a message of 256 KiB takes 32 s on 64 kbit/s.
const STILL_MS: u64 = 60_000;

/// Which content is fetched first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Belongs to a file that waits for this office.
    Addressed,
    /// Names of another office.
    Names,
    /// Belongs to a log that is mirrored here.
    Mirrored,
}

/// What is known to be still to come over all links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Dossiers that differ.
    pub dossiers: u64,
    /// Files that wait for this node and are not complete here.
    pub files: u64,
    /// Acts of mirrored logs.
    pub acts: u64,
    /// Bytes of all that: counted for contents whose acts are here, estimated for the rest.
    pub bytes: u64,
    /// Bytes a second that arrive at present.
    pub bytes_per_s: u64,
}

impl Backlog {
    /// How long it takes at the present rate, in seconds; none while nothing arrives.
    pub const fn seconds(&self) -> Option<u64> {
        self.bytes.checked_div(self.bytes_per_s)
    }

    /// Whether nothing is known to be missing.
    pub const fn is_empty(&self) -> bool {
        self.dossiers == 0 && self.files == 0 && self.acts == 0 && self.bytes == 0
    }
}

/// How fast bytes arrive over a link.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meter {
    since: Timestamp,
    bytes: u64,
    rate: u64,
}

impl Meter {
    /// Notes bytes that arrived.
    pub fn note(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// Time went on.
    pub fn tick(&mut self, now: Timestamp) {
        let passed = now.ms_since(self.since);
        if passed >= RATE_MS && (self.bytes > 0 || passed >= STILL_MS) {
            self.rate = self.bytes.saturating_mul(1_000) / passed;
            (self.since, self.bytes) = (now, 0);
        }
    }
}

impl Machine {
    /// What is still to come, as far as it is known by now.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn backlog(&self, records: &Records<'_>) -> Result<Backlog, StoreFault> {
        let mut all = Backlog::default();
        for link in self.links.values() {
            // Sizes and lengths are a peer's word: sums of them end at the top of the scale.
            all.dossiers = all.dossiers.saturating_add(link.pursued.len() as u64);
            all.files = all.files.saturating_add(link.incoming.len() as u64);
            all.bytes_per_s = all.bytes_per_s.saturating_add(link.meter.rate);
            all.acts = all.acts.saturating_add(self.leaves_behind(records, link)?);
            for (root, length) in link.wants.all() {
                let here = records.content(root)?.map_or(0, |state| state.chunks);
                let missing = length.saturating_sub(here.saturating_mul(CHUNK_BYTES as u64));
                all.bytes = all.bytes.saturating_add(missing);
            }
        }
        let (dossiers, acts) =
            (all.dossiers.saturating_mul(DOSSIER_BYTES), all.acts.saturating_mul(LEAF_BYTES));
        all.bytes = all.bytes.saturating_add(dossiers).saturating_add(acts);
        Ok(all)
    }

    /// Leaves below the heads that the offices of a link have said, and that are not here.
    fn leaves_behind(&self, records: &Records<'_>, link: &Link) -> Result<u64, StoreFault> {
        let mut behind: u64 = 0;
        for office in &link.offices {
            let mirrored = self.placement_of(office);
            let ours = mirrored.iter().any(|(by, role)| *role == Role::Mirror && self.hosts(by));
            // A head is kept when its leaves are here; until then it is only remembered.
            let said = self.offered.get(office).cloned();
            let Some(note) = said.or(records.head(office)?).filter(|_| ours) else { continue };
            let here = records.log(office)?.map_or(0, |log| log.frontier.size());
            behind = behind.saturating_add(stored_checkpoint(&note)?.head().size.saturating_sub(here));
        }
        Ok(behind)
    }
}
