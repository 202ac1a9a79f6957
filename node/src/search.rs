//! Finding what somebody wrote: an index of words for each office, in memory, with a sealed journal on
//! the disk.
//!
//! The index follows the office's own log and says how much of it was read, so that after a crash it
//! goes on from there; lost or damaged it is made anew. It knows which posts may see what, but it
//! only proposes: whoever shows a hit asks the records again. This module never reads a content and
//! never decides what anybody may see.

pub mod fold;
pub mod index;
mod journal;
pub mod paper_text;
pub mod query;
pub mod snippet;
pub mod sound;
pub mod vocabulary;
pub mod words;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use mohar_protocol::id::{ActId, MatterId, OfficeId, PostId};
use mohar_protocol::sealing::at_rest::StorageKey;

use self::index::{Asked, DOCS_MAX, Hit, Index, Leaf, Step};
use self::journal::Journal;

/// The indexes of a node.
pub struct Search {
    folder: PathBuf,
    key: StorageKey,
    offices: RwLock<BTreeMap<OfficeId, Arc<OfficeIndex>>>,
    rebuild: AtomicBool,
    /// Leaves that were read for the index that is being made anew.
    progress: AtomicU64,
    stop: AtomicBool,
}

/// The index of one office with its journal.
pub struct OfficeIndex {
    index: RwLock<Index>,
    journal: Mutex<Writing>,
}

struct Writing {
    journal: Journal,
    /// Steps that are not in the journal yet.
    steps: Vec<Step>,
    /// The disk refused an entry: what follows it would not open, so nothing follows.
    failed: bool,
}

/// How much an index knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Leaves of the own log that were read.
    pub position: u64,
    /// From this leaf on.
    pub begun_at: u64,
    /// Documents.
    pub docs: usize,
    /// Different spellings.
    pub spellings: usize,
    /// Bytes on the disk.
    pub bytes: u64,
}

impl Search {
    /// The indexes in a folder; they are read by [`Search::load`].
    pub fn new(folder: PathBuf, key: StorageKey) -> Self {
        let (rebuild, stop) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { folder, key, offices: RwLock::default(), rebuild, progress: AtomicU64::new(0), stop }
    }

    /// The index of an office; `None` before it was read.
    pub fn office(&self, office: &OfficeId) -> Option<Arc<OfficeIndex>> {
        self.offices.read().unwrap_or_else(PoisonError::into_inner).get(office).cloned()
    }

    /// Reads the index of an office from the disk.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn load(&self, office: OfficeId) -> io::Result<Arc<OfficeIndex>> {
        std::fs::create_dir_all(&self.folder)?;
        remove(&self.path(&office, "new"))?;
        let read = Arc::new(self.open(office, "journal")?);
        self.put(office, &read);
        Ok(read)
    }

    /// An empty index beside the one in use, to be filled and then put in its place.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn beside(&self, office: OfficeId) -> io::Result<OfficeIndex> {
        remove(&self.path(&office, "new"))?;
        self.open(office, "new")
    }

    /// Puts an index that was filled in the place of the one in use.
    ///
    /// # Errors
    /// Those of the disk; the old one stays then.
    pub fn put_in_place(&self, office: OfficeId, filled: OfficeIndex) -> io::Result<Arc<OfficeIndex>> {
        filled.writing().journal.rename(&self.path(&office, "journal"))?;
        let filled = Arc::new(filled);
        self.put(office, &filled);
        Ok(filled)
    }

    /// Asks that every index be made anew.
    pub fn ask_rebuild(&self) {
        self.rebuild.store(true, Ordering::SeqCst);
    }

    /// Whether that was asked, and is not done.
    pub fn is_rebuilding(&self) -> bool {
        self.rebuild.load(Ordering::SeqCst)
    }

    /// Says how many leaves were read for an index that is being made anew.
    pub fn set_progress(&self, position: u64) {
        self.progress.store(position, Ordering::Relaxed);
    }

    /// That number.
    pub fn progress(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    /// It is done.
    pub fn rebuilt(&self) {
        self.rebuild.store(false, Ordering::SeqCst);
    }

    /// Whoever feeds the indexes is to stop.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Whether that was said.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn put(&self, office: OfficeId, index: &Arc<OfficeIndex>) {
        let mut offices = self.offices.write().unwrap_or_else(PoisonError::into_inner);
        offices.insert(office, Arc::clone(index));
    }

    fn open(&self, office: OfficeId, kind: &str) -> io::Result<OfficeIndex> {
        let mut index = Index::default();
        let each = |steps: Vec<Step>| steps.iter().for_each(|step| index.apply(step));
        let journal = Journal::open(&self.path(&office, kind), self.key.clone(), office, each)?;
        let writing = Writing { journal, steps: Vec::new(), failed: false };
        Ok(OfficeIndex { index: RwLock::new(index), journal: Mutex::new(writing) })
    }

    fn path(&self, office: &OfficeId, kind: &str) -> PathBuf {
        self.folder.join(format!("{office}.{kind}"))
    }
}

impl OfficeIndex {
    /// The matters that fit, at most `max`.
    pub fn find(&self, asked: &Asked, max: usize) -> Vec<Hit> {
        self.index().find(asked, max)
    }

    /// How much it knows.
    pub fn size(&self) -> Size {
        let bytes = self.writing().journal.bytes();
        let index = self.index();
        let (docs, spellings) = index.size();
        Size { position: index.position(), begun_at: index.begun_at(), docs, spellings, bytes }
    }

    /// The last leaf of the own log that was read, with the position after it.
    pub fn last(&self) -> Option<(u64, ActId)> {
        let index = self.index();
        index.last().map(|last| (index.position(), last))
    }

    /// The number of the next act of a matter's chain to be read.
    pub fn next_of(&self, matter: &MatterId) -> u64 {
        self.index().next_of(matter)
    }

    /// Whether a post may see a matter already.
    pub fn knows(&self, matter: &MatterId, post: &PostId) -> bool {
        self.index().knows(matter, post)
    }

    /// Whether it holds as much as it may.
    pub fn is_full(&self) -> bool {
        self.index().size().0 >= DOCS_MAX
    }

    /// Leaves out what lies before a position of the log; `last` is the leaf before it.
    pub fn begin_at(&self, position: u64, last: ActId) {
        let step = Step::Begin(position, last);
        self.index.write().unwrap_or_else(PoisonError::into_inner).apply(&step);
        self.writing().steps.push(step);
    }

    /// Takes in what a leaf brings.
    pub fn take_in(&self, leaf: &Leaf) {
        let steps = self.index.write().unwrap_or_else(PoisonError::into_inner).take_in(leaf);
        self.writing().steps.extend(steps);
    }

    /// Writes what was taken in to the journal. A disk that refuses is told once; the index goes on in
    /// memory, and after the next start the log is read again from where the journal ends.
    pub fn keep(&self) {
        let mut writing = self.writing();
        let steps = std::mem::take(&mut writing.steps);
        if steps.is_empty() || writing.failed {
            return;
        }
        if let Err(error) = writing.journal.append(&steps) {
            tracing::warn!(%error, "the search index cannot be kept on the disk; it goes on in memory");
            writing.failed = true;
        }
    }

    fn index(&self) -> std::sync::RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> std::sync::MutexGuard<'_, Writing> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
