//! The mark of what was signed last, outside the store and outside every backup.
//!
//! One small disk file for each office: size, root, incarnation and installation of the newest
//! signed head, with the identity of this machine and of this store, and a checksum. It is
//! written in place after every commit, before anything is sent, and left to the operating system;
//! once a minute and at the stop it is forced to the disk. After a power cut it may be some seconds
//! older than the store. That is harmless: a store that has more than its mark says may work.
//!
//! This module never decides anything; `protocol::machine::Standing` does.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use minicbor::{Decode, Encode};
use mohar_protocol::codec;
use mohar_protocol::hash::{Context, Hash, hash};
use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::{Mark, Memory};

/// Bytes of a mark: a size, three hashes, an installation and a checksum are 190. Within one sector
/// of 512 bytes, which disks write whole or not at all.
const MARK_BYTES_MAX: usize = 512;

/// Bytes of `/etc/machine-id`: 32 digits and a line feed.
const MACHINE_ID_BYTES_MAX: usize = 128;

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Kept {
    #[n(0)]
    mark: Mark,
    #[n(1)]
    place: Hash,
}

/// The marks of the hosted offices.
pub struct Marks {
    folder: PathBuf,
    place: Hash,
    files: BTreeMap<OfficeId, File>,
    dirty: bool,
}

impl Marks {
    /// Opens the folder of the marks and says what is remembered. `store` is the disk file whose
    /// identity the marks carry.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(
        folder: &Path,
        store: &Path,
        offices: &[OfficeId],
    ) -> anyhow::Result<(Self, BTreeMap<OfficeId, Memory>)> {
        let hint =
            || format!("{}: the folder of [store] mark cannot be used by the node's user", folder.display());
        fs::create_dir_all(folder).with_context(hint)?;
        let place = place(store).with_context(hint)?;
        let mut memory = BTreeMap::new();
        for office in offices {
            let remembered = read(&path_of(folder, office)).with_context(hint)?;
            let known = match remembered {
                None => Memory::Missing,
                Some(kept) if kept.place == place => Memory::Here(kept.mark),
                Some(_) => Memory::Elsewhere,
            };
            memory.insert(*office, known);
        }
        let marks = Self { folder: folder.to_owned(), place, files: BTreeMap::new(), dirty: false };
        Ok((marks, memory))
    }

    /// Writes a mark. A new one is forced to the disk at once, so that a power cut in the first
    /// minute does not make an office ask.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&mut self, office: OfficeId, mark: Mark) -> io::Result<()> {
        let path = path_of(&self.folder, &office);
        let (file, is_new) = match self.files.entry(office) {
            std::collections::btree_map::Entry::Occupied(open) => (open.into_mut(), false),
            std::collections::btree_map::Entry::Vacant(free) => (free.insert(open(&path)?), true),
        };
        file.write_all_at(&seal(&Kept { mark, place: self.place }), 0)?;
        if is_new {
            file.sync_all()?;
            File::open(&self.folder)?.sync_all()?;
        }
        self.dirty = true;
        Ok(())
    }

    /// Forces what was written to the disk.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn flush(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.dirty) {
            for file in self.files.values() {
                file.sync_data()?;
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn path_of(folder: &Path, office: &OfficeId) -> PathBuf {
    folder.join(format!("{office}.mark"))
}

/// Length, CBOR, checksum.
fn seal(kept: &Kept) -> Vec<u8> {
    let bytes = codec::encode(kept);
    let length = u16::try_from(bytes.len()).expect("a mark has some 200 bytes");
    let sum = hash(Context::Mark, &[&bytes]);
    [&length.to_be_bytes()[..], &bytes, &sum.0].concat()
}

/// A mark; none when there is none, or when it is not whole: both mean that nothing is known.
fn read(path: &Path) -> io::Result<Option<Kept>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let whole = || {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (kept, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let sum = rest.first_chunk::<32>()?;
        (hash(Context::Mark, &[kept]).0 == *sum).then(|| codec::decode(kept, MARK_BYTES_MAX).ok())?
    };
    Ok(whole())
}

/// The identity of this machine and of the store on its disk: a copy of either is another one. The
/// device number is left out, because it may change with a start.
fn place(store: &Path) -> io::Result<Hash> {
    let mut machine = fs::read("/etc/machine-id").unwrap_or_default();
    machine.truncate(MACHINE_ID_BYTES_MAX);
    let metadata = fs::metadata(store)?;
    let born = metadata.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let born = born.map_or(0, |age| age.as_nanos());
    Ok(hash(Context::Mark, &[&machine, &metadata.ino().to_be_bytes(), &born.to_be_bytes()]))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use mohar_protocol::hash::Hash;
    use mohar_protocol::id::{Lineage, OfficeId};
    use mohar_protocol::machine::{Mark, Memory};

    use super::Marks;

    const OFFICE: OfficeId = OfficeId([7; 32]);

    fn mark(size: u64) -> Mark {
        Mark { size, root: Hash([1; 32]), incarnation: 1, lineage: Lineage([2; 32]) }
    }

    fn reopened(folder: &std::path::Path, store: &std::path::Path) -> Memory {
        Marks::open(folder, store, &[OFFICE]).unwrap().1[&OFFICE]
    }

    #[test]
    fn a_mark_is_found_again_and_a_copied_store_is_another_place() {
        let folder = tempfile::tempdir().unwrap();
        let (marks_in, store) = (folder.path().join("mark"), folder.path().join("store"));
        fs::write(&store, "rows").unwrap();
        let (mut marks, memory) = Marks::open(&marks_in, &store, &[OFFICE]).unwrap();
        assert_eq!(memory[&OFFICE], Memory::Missing);
        marks.write(OFFICE, mark(300_000)).unwrap();
        marks.write(OFFICE, mark(5)).unwrap();
        marks.flush().unwrap();
        assert_eq!(reopened(&marks_in, &store), Memory::Here(mark(5)));
        let copy = folder.path().join("copy");
        fs::copy(&store, &copy).unwrap();
        assert_eq!(reopened(&marks_in, &copy), Memory::Elsewhere);
    }

    #[test]
    fn a_torn_or_altered_mark_is_no_mark() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        fs::write(&store, "rows").unwrap();
        let (mut marks, _) = Marks::open(folder.path(), &store, &[OFFICE]).unwrap();
        marks.write(OFFICE, mark(9)).unwrap();
        let path = super::path_of(folder.path(), &OFFICE);
        let good = fs::read(&path).unwrap();
        for cut in [0, 1, good.len() / 2, good.len() - 1] {
            fs::write(&path, &good[..cut]).unwrap();
            assert_eq!(reopened(folder.path(), &store), Memory::Missing, "cut at {cut}");
        }
        let mut bad = good;
        bad[10] ^= 1;
        fs::write(&path, bad).unwrap();
        assert_eq!(reopened(folder.path(), &store), Memory::Missing);
    }
}
