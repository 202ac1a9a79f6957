//! The index on the disk: its steps, one sealed entry for each time that something was read.
//!
//! Entries are sealed under a key that the disk does not hold, each for its place, so they open only
//! in their order and in this office's journal. What a power cut leaves half written does not open,
//! and is cut off; the log is read again from there. Never forced to the disk: it can be made anew.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use mohar_protocol::codec;
use mohar_protocol::id::OfficeId;
use mohar_protocol::sealing::at_rest::{self, StorageKey};

use super::index::Step;
use crate::clock;

/// Goes up when the same text would give other words: older journals then no longer open.
const VERSION: u32 = 1;

/// Bytes of one entry: a leaf brings 16 contents of 20,000 words of at most 200 bytes.
const ENTRY_BYTES_MAX: u32 = 64 * 1024 * 1024;

/// A journal that is written to.
pub struct Journal {
    file: File,
    path: PathBuf,
    key: StorageKey,
    office: OfficeId,
    entries: u64,
    bytes: u64,
}

impl Journal {
    /// Opens a journal and gives every entry that is whole, in order. `fits` says whether the steps
    /// are still right; what follows the first that are not is cut off.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn open(
        path: &Path,
        key: StorageKey,
        office: OfficeId,
        mut each: impl FnMut(Vec<Step>),
    ) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut reader = io::BufReader::new(&mut file);
        let (mut entries, mut bytes) = (0, 0);
        while let Some((steps, length)) = read_entry(&mut reader, &key, &office, entries)? {
            each(steps);
            entries += 1;
            bytes += length;
        }
        drop(reader);
        file.set_len(bytes)?;
        file.seek(SeekFrom::Start(bytes))?;
        Ok(Self { file, path: path.to_owned(), key, office, entries, bytes })
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// Those of the disk. The entry may be half written then; it will not open.
    pub fn append(&mut self, steps: &[Step]) -> io::Result<()> {
        let plain = zeroize::Zeroizing::new(codec::encode(&steps));
        let context = context(&self.office, self.entries);
        let sealed = at_rest::seal(&self.key, &context, &plain, &mut clock::entropy());
        let length = u32::try_from(sealed.len()).ok().filter(|length| *length <= ENTRY_BYTES_MAX);
        let length = length.ok_or_else(|| io::Error::other("an entry of the search index is too long"))?;
        let mut entry = length.to_be_bytes().to_vec();
        entry.extend_from_slice(&sealed);
        self.file.write_all(&entry)?;
        self.entries += 1;
        self.bytes += entry.len() as u64;
        Ok(())
    }

    /// Bytes on the disk.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the place of another journal.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn rename(&mut self, path: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, path)?;
        path.clone_into(&mut self.path);
        Ok(())
    }
}

/// The next entry with its length on the disk; `None` at the end, and where nothing opens.
fn read_entry(
    reader: &mut impl io::Read,
    key: &StorageKey,
    office: &OfficeId,
    at: u64,
) -> io::Result<Option<(Vec<Step>, u64)>> {
    let mut length = [0; 4];
    let mut sealed = Vec::new();
    if let Err(error) = reader.read_exact(&mut length) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let length = u32::from_be_bytes(length);
    if length > ENTRY_BYTES_MAX {
        return Ok(None);
    }
    reader.take(u64::from(length)).read_to_end(&mut sealed)?;
    let opened = at_rest::open(key, &context(office, at), &sealed).ok();
    let steps = opened.and_then(|plain| codec::decode(&plain, plain.len()).ok());
    Ok(steps.map(|steps| (steps, 4 + u64::from(length))))
}

fn context(office: &OfficeId, at: u64) -> String {
    format!("mohar/search/{VERSION}/{office}/{at}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use mohar_protocol::id::{ActId, OfficeId};
    use mohar_protocol::sealing::at_rest::StorageKey;

    use super::Journal;
    use crate::search::index::Step;

    fn key(byte: u8) -> StorageKey {
        StorageKey::from_bytes([byte; 32])
    }

    fn read(path: &std::path::Path, byte: u8) -> Vec<Step> {
        let mut all = Vec::new();
        Journal::open(path, key(byte), OfficeId([1; 32]), |steps| all.extend(steps)).unwrap();
        all
    }

    #[test]
    fn a_torn_end_is_cut_off_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let steps: Vec<Step> = (1..4).map(|n| Step::Leaf(n, ActId([7; 32]))).collect();
        let mut ends = Vec::new();
        let mut journal = Journal::open(&path, key(1), OfficeId([1; 32]), |_| {}).unwrap();
        for step in &steps {
            journal.append(std::slice::from_ref(step)).unwrap();
            ends.push(journal.bytes());
        }
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let entries = ends.iter().filter(|end| **end <= cut as u64).count();
            assert_eq!(read(&path, 1), steps[..entries], "cut at {cut}");
        }
    }

    #[test]
    fn a_changed_byte_another_key_and_another_order_do_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::open(&path, key(1), OfficeId([1; 32]), |_| {}).unwrap();
        journal.append(&[Step::Word("एक".to_owned())]).unwrap();
        let first = usize::try_from(journal.bytes()).unwrap();
        journal.append(&[Step::Word("दो".to_owned())]).unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        assert!(!String::from_utf8_lossy(&whole).contains("एक"), "no word is readable on the disk");
        let mut changed = whole.clone();
        changed[first + 40] ^= 1;
        let swapped = [&whole[first..], &whole[..first]].concat();
        for (bytes, left) in [(changed, 1), (swapped, 0)] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path, 1).len(), left);
        }
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(read(&path, 2).len(), 0, "the key of another node");
    }
}
