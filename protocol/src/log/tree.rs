//! The Merkle tree of RFC 6962, section 2.1, and the little that is needed to make it grow.
//!
//! Everything that a log must remember to append is its [`Frontier`]: one hash for every set bit
//! of its size. This module never reads a stored hash.

use minicbor::{Decode, Encode};

use crate::hash::{Hash, sha256};

/// Leaves of one log. Go, SQL and most CBOR tools hold sizes in a signed 64-bit number.
pub const SIZE_MAX: u64 = i64::MAX as u64;

/// A tile is a subtree of this height: `2^8 = 256` hashes (C2SP `tlog-tiles`).
pub const TILE_HEIGHT: u32 = 8;

/// The size of a log together with the hash over all its leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Head {
    /// Number of leaves.
    #[n(0)]
    pub size: u64,
    /// Merkle tree hash over them.
    #[n(1)]
    pub root: Hash,
}

impl Head {
    /// The head of a log without leaves.
    pub fn empty() -> Self {
        Self { size: 0, root: empty_root() }
    }
}

/// The right edge of a tree: the roots of its complete subtrees, largest (leftmost) first.
///
/// There is one for every set bit of the size, so at most 63. On the wire: `[size, [peaks…]]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
pub struct Frontier {
    #[n(0)]
    size: u64,
    #[n(1)]
    peaks: Vec<Hash>,
}

/// Where a stored hash lives: hash `index` of tile level `level`, which covers `256^level` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileHash {
    /// Level in tiles: 0 holds leaf hashes, 1 the roots of full tiles of level 0, and so on.
    pub level: u8,
    /// Position inside the level, counted in hashes from the left.
    pub index: u64,
}

/// What one append adds to the store: the leaf hash, then the root of every tile it completed.
pub type Appended = Vec<(TileHash, Hash)>;

impl Frontier {
    /// The frontier of a log without leaves.
    pub const fn empty() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// A frontier over known leaf hashes.
    pub fn of_leaves(leaves: &[Hash]) -> Self {
        let mut frontier = Self::empty();
        for leaf in leaves {
            frontier.append(*leaf);
        }
        frontier
    }

    /// A frontier from its peaks, largest first: one for every set bit of the size.
    pub(crate) fn of_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        debug_assert_eq!(size.count_ones() as usize, peaks.len());
        Self { size, peaks }
    }

    /// Appends one leaf hash and says which hashes are to be stored.
    pub fn append(&mut self, leaf: Hash) -> Appended {
        let mut node = leaf;
        let mut stored = vec![(TileHash { level: 0, index: self.size }, leaf)];
        // As in binary addition: every trailing one of the size is a complete left sibling.
        for height in 1..=self.size.trailing_ones() {
            let left = self.peaks.pop().expect("there is one peak for every set bit of the size");
            node = node_hash(&left, &node);
            if height.is_multiple_of(TILE_HEIGHT) {
                let level = (height / TILE_HEIGHT) as u8;
                stored.push((TileHash { level, index: self.size >> height }, node));
            }
        }
        self.peaks.push(node);
        self.size += 1;
        stored
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The peaks, largest subtree first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The Merkle tree hash over all leaves.
    pub fn root(&self) -> Hash {
        fold_peaks(&self.peaks)
    }

    /// Size and root together.
    pub fn head(&self) -> Head {
        Head { size: self.size, root: self.root() }
    }
}

impl<'b, C> Decode<'b, C> for Frontier {
    fn decode(d: &mut minicbor::Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        use minicbor::decode::Error;
        if d.array()? != Some(2) {
            return Err(Error::message("a frontier is [size, peaks]"));
        }
        let size = d.u64()?;
        let peaks: Vec<Hash> = Vec::decode(d, c)?;
        if size > SIZE_MAX || peaks.len() != size.count_ones() as usize {
            return Err(Error::message("a frontier has one peak for every set bit of its size"));
        }
        Ok(Self { size, peaks })
    }
}

/// `SHA-256(0x00 || leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash(sha256(&[&[0x00], leaf]))
}

/// `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(sha256(&[&[0x01], &left.0, &right.0]))
}

/// The hash of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash(sha256(&[]))
}

/// The Merkle tree hash over a list of leaf hashes.
pub fn root_of_leaves(leaves: &[Hash]) -> Hash {
    Frontier::of_leaves(leaves).root()
}

/// Joins the roots of complete subtrees, largest first, into the hash over all their leaves.
pub(crate) fn fold_peaks(peaks: &[Hash]) -> Hash {
    let joined = peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
    joined.unwrap_or_else(empty_root)
}
