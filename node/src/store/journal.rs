//! The journal: commits in the order in which they were made, each durable with one flush.
//!
//! Two segments of [`SEGMENT_BYTES`], written in turn and never shortened, so that a flush has no
//! length to record. A segment may be taken up again once its rows are in the tables. An entry is
//! a header (generation of its segment, number of the commit, length, two checksums) and the rows. What
//! a power cut tore is the last entry, and nobody was answered for it; a damaged entry before a
//! whole one that the tables do not have is damage of the disk, and the store says so.
//!
//! This module never decides when rows go into the tables.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use mohar_protocol::records::{StoreFault, Table};

use super::overlay::Rows;

/// Length of a segment: four times what is gathered before it is moved (`mover::MOVE_BYTES`), so that
/// the ledger goes on while rows are moved, and little enough to be read at every start.
pub const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;

/// Length of an entry's header.
const HEADER_BYTES: u64 = 32;

/// Entries begin at multiples of this.
const ALIGN: u64 = 8;

/// One commit, as found in a segment.
#[derive(Debug)]
pub struct Entry {
    /// Its number. Numbers grow by one for as long as the store exists.
    pub commit: u64,
    /// Its rows.
    pub rows: Rows,
}

/// See the module.
pub struct Journal {
    segments: [File; 2],
    active: usize,
    generation: u64,
    at: u64,
}

/// What is found at a start.
pub struct Found {
    /// The journal. The commits found must be in the tables before it is written.
    pub journal: Journal,
    /// The commits that are not in the tables yet, oldest first.
    pub entries: Vec<Entry>,
}

impl Journal {
    /// Opens the segments in a folder, made when missing, and reads the commits after `moved`, the
    /// last one that is in the tables.
    ///
    /// # Errors
    /// [`StoreFault`]: the disk failed, or an entry that was durable is damaged.
    pub fn open(folder: &Path, moved: u64) -> Result<Found, StoreFault> {
        let segments = [segment(folder, "journal.0")?, segment(folder, "journal.1")?];
        let mut found = [read_segment(&segments[0], moved)?, read_segment(&segments[1], moved)?];
        found.sort_by_key(|(generation, _)| *generation);
        let generation = found[1].0;
        let entries: Vec<Entry> = found.into_iter().flat_map(|(_, entries)| entries).collect();
        if (moved + 1..).zip(&entries).any(|(commit, entry)| entry.commit != commit) {
            return Err(StoreFault::damaged("commits are missing from the journal"));
        }
        let journal = Self { segments, active: 0, generation: generation + 1, at: 0 };
        Ok(Found { journal, entries })
    }

    /// Whether an entry of these rows fits into an empty segment.
    pub const fn can_hold(bytes: u64) -> bool {
        bytes + HEADER_BYTES + ALIGN <= SEGMENT_BYTES
    }

    /// Bytes written into the present segment.
    pub const fn used(&self) -> u64 {
        self.at
    }

    /// Whether an entry of this many bytes fits into the present segment.
    pub const fn fits(&self, bytes: u64) -> bool {
        self.at + bytes + HEADER_BYTES + ALIGN <= SEGMENT_BYTES
    }

    /// Goes on in the other segment. What that one held must be in the tables.
    pub const fn turn(&mut self) {
        self.active = 1 - self.active;
        self.generation += 1;
        self.at = 0;
    }

    /// Writes one commit; durable when it returns.
    ///
    /// # Errors
    /// [`StoreFault`]: nothing of it may be relied on.
    pub fn append(&mut self, commit: u64, payload: &[u8]) -> Result<(), StoreFault> {
        let mut entry = header(self.generation, commit, payload);
        entry.extend_from_slice(payload);
        let file = &self.segments[self.active];
        file.write_all_at(&entry, self.at).map_err(|e| StoreFault::because("write the journal", e))?;
        file.sync_data().map_err(|e| StoreFault::because("flush the journal", e))?;
        self.at += (entry.len() as u64).next_multiple_of(ALIGN);
        Ok(())
    }
}

/// The rows as they stand in an entry: `[table, key, value or null]` one after the other.
pub fn encode(rows: &Rows) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    for ((table, key), value) in rows {
        let done = encoder.u8(table.0).and_then(|e| e.bytes(key)).and_then(|e| match value {
            Some(value) => e.bytes(value),
            None => e.null(),
        });
        done.expect("writing to memory does not fail");
    }
    encoder.into_writer()
}

fn decode(payload: &[u8]) -> Result<Rows, minicbor::decode::Error> {
    let (mut decoder, mut rows) = (Decoder::new(payload), Rows::new());
    while decoder.position() < payload.len() {
        let (table, key) = (Table(decoder.u8()?), decoder.bytes()?.to_vec());
        let value = match decoder.datatype()? {
            Type::Null => decoder.null().map(|()| None)?,
            _ => Some(decoder.bytes()?.to_vec()),
        };
        rows.insert((table, key), value);
    }
    Ok(rows)
}

/// Generation, commit, length and checksum of the payload, then the checksum of these.
fn header(generation: u64, commit: u64, payload: &[u8]) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER_BYTES as usize + payload.len());
    header.extend_from_slice(&generation.to_be_bytes());
    header.extend_from_slice(&commit.to_be_bytes());
    header.extend_from_slice(&u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes());
    header.extend_from_slice(&crc32fast::hash(payload).to_be_bytes());
    header.extend_from_slice(&crc32fast::hash(&header).to_be_bytes());
    header.extend_from_slice(&[0; 4]);
    header
}

struct Head {
    generation: u64,
    commit: u64,
    length: u64,
    checksum: u32,
}

/// Reads a header; `None` for anything that was not written as one.
fn read_header(bytes: &[u8]) -> Option<Head> {
    let (sealed, rest) = bytes.split_at_checked(24)?;
    let (checksum, _) = rest.split_first_chunk::<4>()?;
    // Nearly every place that is no header is sorted out here: generations are small numbers.
    if sealed[..3] != [0; 3] || sealed[..8] == [0; 8] {
        return None;
    }
    if u32::from_be_bytes(*checksum) != crc32fast::hash(sealed) {
        return None;
    }
    let (generation, sealed) = sealed.split_first_chunk::<8>()?;
    let (commit, sealed) = sealed.split_first_chunk::<8>()?;
    let (length, sealed) = sealed.split_first_chunk::<4>()?;
    let (checksum, _) = sealed.split_first_chunk::<4>()?;
    Some(Head {
        generation: u64::from_be_bytes(*generation),
        commit: u64::from_be_bytes(*commit),
        length: u64::from(u32::from_be_bytes(*length)),
        checksum: u32::from_be_bytes(*checksum),
    })
}

fn segment(folder: &Path, name: &str) -> Result<File, StoreFault> {
    let path = folder.join(name);
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(|e| StoreFault::because("open the journal", e))?;
    let length = file.metadata().map_err(|e| StoreFault::because("open the journal", e))?.len();
    if length < SEGMENT_BYTES {
        // Zeros, not a hole: a full disk is then met here and not in the middle of a working day.
        let zeros = vec![0; (SEGMENT_BYTES - length) as usize];
        let filled = file.write_all_at(&zeros, length).and_then(|()| file.sync_all());
        filled.map_err(|e| StoreFault::because("make the journal", e))?;
        let kept = File::open(folder).and_then(|folder| folder.sync_all());
        kept.map_err(|e| StoreFault::because("make the journal", e))?;
    }
    Ok(file)
}

/// The generation of a segment, and its commits after `moved`.
fn read_segment(file: &File, moved: u64) -> Result<(u64, Vec<Entry>), StoreFault> {
    let mut bytes = vec![0; SEGMENT_BYTES as usize];
    file.read_exact_at(&mut bytes, 0).map_err(|e| StoreFault::because("read the journal", e))?;
    let (mut generation, mut last, mut entries, mut at) = (None, moved, Vec::new(), 0);
    while let Some((head, rows)) = read_entry(&bytes[at..]) {
        if generation.is_some_and(|generation| generation != head.generation) {
            break;
        }
        generation = Some(head.generation);
        if head.commit > moved {
            let rows = decode(rows).map_err(|e| StoreFault::because("read the journal", e))?;
            entries.push(Entry { commit: head.commit, rows });
            last = head.commit;
        }
        at += (HEADER_BYTES + head.length).next_multiple_of(ALIGN) as usize;
    }
    let later = (at..bytes.len()).step_by(ALIGN as usize).filter_map(|at| read_entry(&bytes[at..]));
    if later.into_iter().any(|(head, _)| head.commit > last) {
        return Err(StoreFault::damaged("an entry of the journal is damaged before a whole one"));
    }
    Ok((generation.unwrap_or(0), entries))
}

/// The entry that begins here, if it is whole.
fn read_entry(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let head = read_header(bytes)?;
    let rows = bytes.get(HEADER_BYTES as usize..(HEADER_BYTES + head.length) as usize)?;
    (crc32fast::hash(rows) == head.checksum).then_some((head, rows))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use mohar_protocol::records::{StoreFault, Table};

    use super::{Journal, Rows, encode};

    fn rows(number: u8) -> Rows {
        Rows::from([((Table::ACTS, vec![number]), Some(vec![number; 100])), ((Table::LEAVES, vec![7]), None)])
    }

    /// A journal with three commits, as left by a power cut, and the length of an entry.
    fn written() -> (tempfile::TempDir, u64) {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path(), 0).unwrap().journal;
        journal.append(1, &encode(&rows(1))).unwrap();
        let length = journal.used();
        journal.append(2, &encode(&rows(2))).unwrap();
        journal.append(3, &encode(&rows(3))).unwrap();
        (folder, length)
    }

    fn flip(folder: &tempfile::TempDir, at: u64) {
        let path = folder.path().join("journal.0");
        let file = std::fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        file.write_all_at(&[byte[0] ^ 1], at).unwrap();
    }

    fn commits(folder: &tempfile::TempDir, moved: u64) -> Result<Vec<u64>, StoreFault> {
        Ok(Journal::open(folder.path(), moved)?.entries.iter().map(|entry| entry.commit).collect())
    }

    #[test]
    fn what_was_appended_and_not_moved_is_found_again_in_order() {
        let (folder, _) = written();
        assert_eq!(commits(&folder, 0).unwrap(), [1, 2, 3]);
        assert_eq!(commits(&folder, 2).unwrap(), [3]);
        assert_eq!(Journal::open(folder.path(), 0).unwrap().entries[1].rows, rows(2));
    }

    #[test]
    fn a_torn_last_entry_is_left_out() {
        for at in [7, 8, 16, 20, 24, 32, 100] {
            let (folder, length) = written();
            flip(&folder, 2 * length + at);
            assert_eq!(commits(&folder, 0).unwrap(), [1, 2], "byte {at}");
        }
    }

    #[test]
    fn a_damaged_entry_before_a_whole_one_is_refused() {
        for (entry, at) in
            [0, 1].into_iter().flat_map(|entry| [7, 8, 16, 20, 24, 32, 100].map(|at| (entry, at)))
        {
            let (folder, length) = written();
            flip(&folder, entry * length + at);
            assert!(commits(&folder, 0).is_err(), "entry {entry}, byte {at}");
            assert!(commits(&folder, 3).unwrap().is_empty(), "the tables have all of it");
        }
    }

    #[test]
    fn missing_commits_are_noticed() {
        let (folder, _) = written();
        let mut journal = Journal::open(folder.path(), 3).unwrap().journal;
        journal.append(5, &encode(&rows(5))).unwrap();
        assert!(commits(&folder, 3).is_err());
    }

    #[test]
    fn an_older_generation_behind_the_end_is_not_read() {
        let (folder, _) = written();
        let mut journal = Journal::open(folder.path(), 3).unwrap().journal;
        journal.append(4, &encode(&rows(4))).unwrap();
        assert_eq!(commits(&folder, 3).unwrap(), [4]);
    }

    #[test]
    fn two_segments_are_read_in_the_order_of_their_generations() {
        let (folder, _) = written();
        let mut journal = Journal::open(folder.path(), 3).unwrap().journal;
        journal.turn();
        journal.append(4, &encode(&rows(4))).unwrap();
        journal.turn();
        journal.append(5, &encode(&rows(5))).unwrap();
        assert_eq!(commits(&folder, 3).unwrap(), [4, 5]);
    }
}
