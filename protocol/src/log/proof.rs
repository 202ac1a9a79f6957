//! Proofs that a leaf is in a log (inclusion) and that a log only grew (consistency).
//!
//! The two `verify_` functions are RFC 9162, sections 2.1.3.2 and 2.1.4.2, step by step; they are
//! all that an auditor has to trust. The builders follow the recursive definitions of RFC 6962,
//! sections 2.1.1 and 2.1.2, as loops over ranges of leaves. This module never looks at
//! signatures: a proof is worth as much as the head it leads to.

use core::convert::Infallible;
use core::ops::Range;

use minicbor::{Decode, Encode};

use crate::hash::Hash;
use crate::log::tile::{HashReader, ReadError, read};
use crate::log::tree::{Head, SIZE_MAX, TILE_HEIGHT, empty_root, fold_peaks, node_hash, root_of_leaves};

/// Hashes of one proof: one for each of the 63 bits of a size, and one more for consistency.
pub const PROOF_HASHES_MAX: usize = 64;

/// The hashes of an inclusion or a consistency proof, in the order of RFC 6962.
#[derive(Debug, Clone, PartialEq, Eq, Encode)]
#[cbor(transparent)]
pub struct Proof(#[n(0)] Vec<Hash>);

/// Why a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Longer than any proof can be.
    #[error("a proof has at most {PROOF_HASHES_MAX} hashes")]
    TooLong,
    /// A size that no log may reach.
    #[error("the size is above the largest allowed")]
    SizeTooLarge,
    /// The leaf would lie outside the tree (an empty tree has no leaf at all).
    #[error("leaf {index} is not in a tree of {size} leaves")]
    OutsideTree {
        /// Index of the leaf, from zero.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The later head has fewer leaves than the earlier one.
    #[error("the log shrank from {old} to {new} leaves")]
    Shrank {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The hashes end before the root is reached.
    #[error("the proof lacks hashes")]
    Short,
    /// Hashes are left over after the root is reached.
    #[error("the proof has surplus hashes")]
    Surplus,
    /// A head of size zero with another root than SHA-256 of nothing.
    #[error("not the root of an empty tree")]
    WrongEmptyRoot,
    /// The hashes do not lead to the (earlier) root; for equal sizes: two different roots.
    #[error("the proof does not lead to the earlier root")]
    WrongOldRoot,
    /// The hashes do not lead to the (later) root; also when the earlier tree was complete (its
    /// size a power of two) and its root is wrong, since that root is then the first hash.
    #[error("the proof does not lead to the root")]
    WrongRoot,
}

/// Checks that `leaf` (a leaf hash) is the leaf number `index`, from zero, of the tree `head`.
///
/// # Errors
/// The rule that is broken, see [`ProofError`].
pub fn verify_inclusion(leaf: Hash, index: u64, head: &Head, proof: &Proof) -> Result<(), ProofError> {
    check_size(head.size)?;
    if index >= head.size {
        return Err(ProofError::OutsideTree { index, size: head.size });
    }
    let (mut node, mut last, mut hash) = (index, head.size - 1, leaf);
    for sibling in &proof.0 {
        if last == 0 {
            return Err(ProofError::Surplus);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // On the right edge of an incomplete tree: climb while there is no left sibling.
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Short);
    }
    if hash == head.root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

/// Checks that the tree `new` begins with all leaves of the tree `old`, unchanged.
///
/// Every log extends the empty one, and every head extends itself: both with an empty proof.
///
/// # Errors
/// The rule that is broken, see [`ProofError`].
pub fn verify_consistency(old: &Head, new: &Head, proof: &Proof) -> Result<(), ProofError> {
    check_size(new.size)?;
    if old.size > new.size {
        return Err(ProofError::Shrank { old: old.size, new: new.size });
    }
    if [old, new].into_iter().any(|head| head.size == 0 && head.root != empty_root()) {
        return Err(ProofError::WrongEmptyRoot);
    }
    if old.size == 0 || old.size == new.size {
        return verify_without_hashes(old, new, proof);
    }
    let (mut node, mut last) = (old.size - 1, new.size - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    // A complete old tree is itself the first node; otherwise the proof names that node.
    let mut hashes = proof.0.iter();
    let first = if old.size.is_power_of_two() { Some(&old.root) } else { hashes.next() };
    let first = *first.ok_or(ProofError::Short)?;
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in hashes {
        if last == 0 {
            return Err(ProofError::Surplus);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Short);
    }
    if old_hash != old.root {
        return Err(ProofError::WrongOldRoot);
    }
    if new_hash == new.root { Ok(()) } else { Err(ProofError::WrongRoot) }
}

fn verify_without_hashes(old: &Head, new: &Head, proof: &Proof) -> Result<(), ProofError> {
    if !proof.0.is_empty() {
        return Err(ProofError::Surplus);
    }
    if old.size == new.size && old.root != new.root {
        return Err(ProofError::WrongOldRoot);
    }
    Ok(())
}

fn check_size(size: u64) -> Result<(), ProofError> {
    if size <= SIZE_MAX { Ok(()) } else { Err(ProofError::SizeTooLarge) }
}

impl Proof {
    /// A proof of given hashes.
    ///
    /// # Errors
    /// [`ProofError::TooLong`] above [`PROOF_HASHES_MAX`].
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ProofError> {
        if hashes.len() <= PROOF_HASHES_MAX { Ok(Self(hashes)) } else { Err(ProofError::TooLong) }
    }

    /// The hashes, the one nearest to the leaf first.
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }
}

impl<'b, C> Decode<'b, C> for Proof {
    fn decode(d: &mut minicbor::Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        // The count is checked before anything is read, so a long array costs nothing.
        if d.probe().array()?.is_none_or(|count| count > PROOF_HASHES_MAX as u64) {
            return Err(minicbor::decode::Error::message("a proof has at most 64 hashes"));
        }
        Vec::decode(d, c).map(Self)
    }
}

/// Why a proof could not be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BuildError<E> {
    /// What was asked for does not exist: an index outside the tree, or a shrinking log.
    #[error(transparent)]
    Asked(ProofError),
    /// The stored hashes could not be read.
    #[error("the stored hashes could not be read")]
    Read(#[from] ReadError<E>),
}

/// Builds the proof that leaf `index` is in the tree of the first `size` leaves.
///
/// # Errors
/// [`BuildError::Asked`] for an index outside the tree; [`BuildError::Read`] from the reader.
pub fn inclusion<R: HashReader>(reader: &R, index: u64, size: u64) -> Result<Proof, BuildError<R::Error>> {
    check_size(size).map_err(BuildError::Asked)?;
    if index >= size {
        return Err(BuildError::Asked(ProofError::OutsideTree { index, size }));
    }
    let mut ranges = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    collect(reader, ranges)
}

/// Builds the proof that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// # Errors
/// [`BuildError::Asked`] if `old` is larger than `new`; [`BuildError::Read`] from the reader.
pub fn consistency<R: HashReader>(reader: &R, old: u64, new: u64) -> Result<Proof, BuildError<R::Error>> {
    check_size(new).map_err(BuildError::Asked)?;
    if old > new {
        return Err(BuildError::Asked(ProofError::Shrank { old, new }));
    }
    if old == 0 {
        return Ok(Proof(Vec::new()));
    }
    let mut ranges = Vec::new();
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    if start != 0 {
        ranges.push(start..end); // the verifier knows the old root, but not this node of it
    }
    collect(reader, ranges)
}

/// Builds an inclusion proof over leaf hashes in memory, such as the chunks of a content.
///
/// # Errors
/// [`ProofError::OutsideTree`] for an index outside the list.
pub fn inclusion_of_leaves(leaves: &[Hash], index: u64) -> Result<Proof, ProofError> {
    let size = leaves.len() as u64;
    match inclusion(&Leaves(leaves), index, size) {
        Ok(proof) => Ok(proof),
        Err(BuildError::Asked(error)) => Err(error),
        Err(BuildError::Read(_)) => Err(ProofError::OutsideTree { index, size }),
    }
}

/// Leaf hashes in memory as a [`HashReader`]; the levels above are computed when asked for.
pub struct Leaves<'a>(pub &'a [Hash]);

impl HashReader for Leaves<'_> {
    type Error = Infallible;

    fn hashes(&self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, Infallible> {
        let width = 1_usize.checked_shl(TILE_HEIGHT * u32::from(level)).unwrap_or(usize::MAX);
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(self.0.chunks_exact(width).skip(from).take(count).map(root_of_leaves).collect())
    }
}

/// The hashes of ranges that were listed from the root downwards, in proof order.
fn collect<R: HashReader>(reader: &R, ranges: Vec<Range<u64>>) -> Result<Proof, BuildError<R::Error>> {
    let hashes = ranges.into_iter().rev().map(|range| range_root(reader, range));
    Ok(Proof(hashes.collect::<Result<_, _>>()?))
}

/// Merkle tree hash over a range of leaves that is a node of some tree: it starts at a multiple
/// of the power of two that covers its length, so its complete subtrees are aligned.
fn range_root<R: HashReader>(reader: &R, range: Range<u64>) -> Result<Hash, ReadError<R::Error>> {
    let mut peaks = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let height = (range.end - start).ilog2();
        peaks.push(subtree_root(reader, start, height)?);
        start += 1 << height;
    }
    Ok(fold_peaks(&peaks))
}

/// Root of the complete subtree of `2^height` leaves at `start`, from the tile level below it.
fn subtree_root<R: HashReader>(reader: &R, start: u64, height: u32) -> Result<Hash, ReadError<R::Error>> {
    let (level, inside) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
    let from = start >> (TILE_HEIGHT * level);
    Ok(root_of_leaves(&read(reader, level as u8, from, 1 << inside)?))
}

/// The largest power of two below `size`, for `size` of at least 2: where RFC 6962 divides.
const fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}
