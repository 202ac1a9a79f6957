//! Tiles: how a log's hashes and leaves are stored and served (C2SP `tlog-tiles`).
//!
//! A tile holds 256 hashes of one level; a hash of level `n + 1` is the root of a full tile of
//! level `n`. Nothing between those levels is stored, it is recomputed. This module never opens
//! a path that it parsed; the caller does, after [`TilePath::lies_within`].

use core::fmt;
use core::str::FromStr;

use crate::hash::Hash;
use crate::log::tree::{Frontier, SIZE_MAX, TILE_HEIGHT, root_of_leaves};

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: usize = 1 << TILE_HEIGHT;

/// The highest level on which a log of at most 2^63 - 1 leaves has a hash.
pub const LEVEL_MAX: u8 = 7;

/// Bytes of one entry: the length field has 16 bits.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// Bytes of the longest path: `tile/entries/`, 18 digits as `x000/`, `.p/255`.
const PATH_BYTES_MAX: usize = 13 + 6 * 5 + 6;

/// Read access to stored hashes.
pub trait HashReader {
    /// Why a stored hash could not be read.
    type Error;

    /// Exactly `count` hashes of tile level `level`, starting with hash number `from`.
    ///
    /// One call asks for at most [`TILE_WIDTH`] hashes, all of one tile.
    ///
    /// # Errors
    /// Those of the store.
    fn hashes(&self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, Self::Error>;
}

/// Why stored hashes are not at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// The reader failed.
    #[error("the store failed")]
    Store(#[source] E),
    /// The reader returned another number of hashes than asked for.
    #[error("hashes of level {level} from {from} on are missing")]
    Missing {
        /// Tile level.
        level: u8,
        /// First hash asked for.
        from: u64,
    },
}

/// Reads hashes and makes sure that all of them came.
pub(crate) fn read<R: HashReader>(
    reader: &R,
    level: u8,
    from: u64,
    count: usize,
) -> Result<Vec<Hash>, ReadError<R::Error>> {
    let hashes = reader.hashes(level, from, count).map_err(ReadError::Store)?;
    if hashes.len() == count { Ok(hashes) } else { Err(ReadError::Missing { level, from }) }
}

/// Why a log must not sign its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecheckError<E> {
    /// The stored hashes could not be read.
    #[error("the stored hashes could not be read")]
    Read(#[from] ReadError<E>),
    /// Tile `tile` of `level` is not what the frontier, or the level above, says it is.
    #[error("tile {tile} of level {level} is damaged or does not belong to this head")]
    Differs {
        /// Tile level.
        level: u8,
        /// Number of the tile inside its level.
        tile: u64,
    },
}

/// Recomputes what is new since the tree had `since` leaves from the stored hashes.
///
/// Run before every checkpoint signature, with the size last signed: one flipped bit in memory
/// or on disk must be found before it is signed, never after (in 2022 a flipped bit ended the CT
/// log Yeti 2022). With `since` zero it checks all stored hashes. A reader whose level 0 hashes
/// the stored leaves themselves extends the check to the leaves.
///
/// # Errors
/// [`RecheckError::Differs`] names the first damaged tile.
pub fn recheck<R: HashReader>(
    frontier: &Frontier,
    since: u64,
    reader: &R,
) -> Result<(), RecheckError<R::Error>> {
    let mut peaks = frontier.peaks().iter().rev();
    for level in 0..=LEVEL_MAX {
        let stored = frontier.size() >> (TILE_HEIGHT * u32::from(level));
        let (full, width) = (stored / TILE_WIDTH as u64, stored as usize % TILE_WIDTH);
        for tile in since.checked_shr(TILE_HEIGHT * (u32::from(level) + 1)).unwrap_or(0)..full {
            let hashes = read(reader, level, tile << TILE_HEIGHT, TILE_WIDTH)?;
            if read(reader, level + 1, tile, 1)? != [root_of_leaves(&hashes)] {
                return Err(RecheckError::Differs { level, tile });
            }
        }
        let hashes = read(reader, level, full << TILE_HEIGHT, width)?;
        // The peaks inside one partial tile are its complete subtrees; the frontier lists the
        // smallest last, so both sides are walked from there.
        let inside = Frontier::of_leaves(&hashes);
        if !inside.peaks().iter().rev().eq(peaks.by_ref().take(inside.peaks().len())) {
            return Err(RecheckError::Differs { level, tile: full });
        }
    }
    Ok(())
}

/// The frontier that a log had when it was `size` leaves long, from stored hashes.
///
/// # Errors
/// [`ReadError`] when the store does not hold so many.
pub fn frontier_at<R: HashReader>(reader: &R, size: u64) -> Result<Frontier, ReadError<R::Error>> {
    let (mut peaks, mut start) = (Vec::new(), 0_u64);
    for height in (0..u64::BITS - 1).rev().filter(|height| size >> height & 1 == 1) {
        // Complete subtrees are aligned, so the 2^r hashes under one peak lie in one tile.
        let level = (height / TILE_HEIGHT) as u8;
        let count = 1_usize << (height % TILE_HEIGHT);
        let hashes = read(reader, level, start >> (TILE_HEIGHT * u32::from(level)), count)?;
        peaks.push(root_of_leaves(&hashes));
        start += 1 << height;
    }
    Ok(Frontier::of_peaks(size, peaks))
}

/// A resource that a log serves below its prefix, besides `checkpoint`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TilePath {
    /// What the tile holds.
    pub kind: TileKind,
    /// Number of the tile inside its level.
    pub tile: u64,
    /// Hashes or entries in it: 1 to 256; below 256 the tile is partial.
    pub width: u16,
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TileKind {
    /// Hashes of one level.
    Hashes {
        /// Tile level, at most [`LEVEL_MAX`].
        level: u8,
    },
    /// Log entries: what the hashes of level 0 were made of.
    Entries,
}

/// A path that names no tile in the one allowed spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile")]
pub struct NotATilePath;

impl TilePath {
    /// Whether a log of `size` leaves has everything that this tile asks for.
    pub fn lies_within(&self, size: u64) -> bool {
        let level = match self.kind {
            TileKind::Hashes { level } => level,
            TileKind::Entries => 0,
        };
        let stored = size.checked_shr(TILE_HEIGHT * u32::from(level)).unwrap_or(0);
        let first = self.tile.saturating_mul(TILE_WIDTH as u64);
        first.saturating_add(u64::from(self.width)) <= stored
    }

    /// Number of its first hash or entry inside its level.
    pub const fn first(&self) -> u64 {
        self.tile << TILE_HEIGHT
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut power = 1_u64;
        while self.tile / power >= 1000 {
            power *= 1000;
        }
        while power > 1 {
            write!(f, "x{:03}/", self.tile / power % 1000)?;
            power /= 1000;
        }
        write!(f, "{:03}", self.tile % 1000)?;
        if usize::from(self.width) < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = NotATilePath;

    fn from_str(text: &str) -> Result<Self, NotATilePath> {
        if text.len() > PATH_BYTES_MAX {
            return Err(NotATilePath);
        }
        let path = parse_loosely(text).ok_or(NotATilePath)?;
        let level_exists = !matches!(path.kind, TileKind::Hashes { level } if level > LEVEL_MAX);
        let possible = level_exists
            && path.tile <= SIZE_MAX >> TILE_HEIGHT
            && (1..=TILE_WIDTH).contains(&usize::from(path.width));
        // Writing it again settles zeros, signs, the `x` marks and a `.p/256` in one comparison.
        if possible && path.to_string() == text { Ok(path) } else { Err(NotATilePath) }
    }
}

fn parse_loosely(text: &str) -> Option<TilePath> {
    let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes { level: level.parse().ok()? },
    };
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok()?),
        None => (rest, TILE_WIDTH as u16),
    };
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Some(TilePath { kind, tile: digits.parse().ok()?, width })
}

/// Bytes that are not a tile of the expected width, or entries that fit none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// No hash or entry, or more than 256.
    #[error("a tile holds 1 to 256 hashes or entries")]
    BadWidth,
    /// An entry above 65,535 bytes.
    #[error("an entry has at most 65,535 bytes")]
    EntryTooLarge,
    /// Cut short or followed by other bytes.
    #[error("not exactly as long as its width says")]
    BadLength,
}

/// The bytes of a hash tile: its hashes, one after the other.
///
/// # Errors
/// [`TileError::BadWidth`] for none or more than 256.
pub fn encode_hashes(hashes: &[Hash]) -> Result<Vec<u8>, TileError> {
    check_width(hashes.len())?;
    Ok(hashes.iter().flat_map(|hash| hash.0).collect())
}

/// The hashes of a tile of known width.
///
/// # Errors
/// [`TileError::BadWidth`] or [`TileError::BadLength`].
pub fn decode_hashes(bytes: &[u8], width: usize) -> Result<Vec<Hash>, TileError> {
    check_width(width)?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    if hashes.len() != width || !rest.is_empty() {
        return Err(TileError::BadLength);
    }
    Ok(hashes.iter().copied().map(Hash).collect())
}

/// The bytes of an entry bundle: every entry behind its length as two big-endian bytes.
///
/// # Errors
/// [`TileError::BadWidth`] or [`TileError::EntryTooLarge`].
pub fn encode_entries<T: AsRef<[u8]>>(entries: &[T]) -> Result<Vec<u8>, TileError> {
    check_width(entries.len())?;
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLarge)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle of known width.
///
/// # Errors
/// [`TileError::BadWidth`] or [`TileError::BadLength`].
pub fn decode_entries(mut bytes: &[u8], width: usize) -> Result<Vec<&[u8]>, TileError> {
    check_width(width)?;
    let mut entries = Vec::with_capacity(width);
    for _ in 0..width {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(TileError::BadLength)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, rest) = rest.split_at_checked(length).ok_or(TileError::BadLength)?;
        entries.push(entry);
        bytes = rest;
    }
    if bytes.is_empty() { Ok(entries) } else { Err(TileError::BadLength) }
}

fn check_width(width: usize) -> Result<(), TileError> {
    if (1..=TILE_WIDTH).contains(&width) { Ok(()) } else { Err(TileError::BadWidth) }
}
