//! Contents in pieces: each chunk of [`CHUNK_BYTES`] is a leaf of an RFC 6962 tree, so that a
//! receiver checks every piece on arrival, from any sender, and an interrupted fetch goes on
//! where it stopped.
//!
//! Works on bytes as they lie on disk, sealed or clear, and never needs a key.

use core::ops::Range;

use crate::hash::Hash;
use crate::id::ContentRoot;
use crate::limits::{CHUNK_BYTES, CONTENT_BYTES_MAX};
use crate::log::proof::{Proof, inclusion_of_leaves, verify_inclusion};
use crate::log::tree::{Head, leaf_hash, root_of_leaves};

/// Why a chunk was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// The content has no chunk of this number, or is longer than a content may be.
    #[error("no such chunk")]
    NoSuchChunk,
    /// A chunk has exactly one possible length.
    #[error("the chunk is not as long as it must be")]
    WrongLength,
    /// The bytes or the proof do not lead to the root.
    #[error("the chunk does not belong to this content")]
    NotIncluded,
}

/// The leaves of a content. Who serves chunks keeps this (32 bytes for each 256 KiB) instead of
/// hashing the content again for every question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkTree {
    length: u64,
    leaves: Vec<Hash>,
}

impl ChunkTree {
    /// Hashes all chunks of a content.
    pub fn of(bytes: &[u8]) -> Self {
        let leaves = bytes.chunks(CHUNK_BYTES).map(leaf_hash).collect();
        Self { length: bytes.len() as u64, leaves }
    }

    /// The root over all chunks; of an empty content the hash of nothing (RFC 6962, 2.1).
    pub fn root(&self) -> ContentRoot {
        ContentRoot(root_of_leaves(&self.leaves).0)
    }

    /// The length of the content in bytes.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The audit path of one chunk, nearest sibling first; `None` if there is no such chunk.
    pub fn proof(&self, index: u64) -> Option<Proof> {
        inclusion_of_leaves(&self.leaves, index).ok()
    }
}

/// Chunks in a content of `length` bytes; an empty content has none.
pub const fn chunk_count(length: u64) -> u64 {
    length.div_ceil(CHUNK_BYTES as u64)
}

/// Where chunk `index` lies in a content of `length` bytes.
pub fn chunk_range(length: u64, index: u64) -> Option<Range<u64>> {
    let start = index.checked_mul(CHUNK_BYTES as u64).filter(|start| *start < length)?;
    Some(start..length.min(start.saturating_add(CHUNK_BYTES as u64)))
}

/// One chunk and its proof, from a content that is wholly at hand.
pub fn chunk_with_proof(bytes: &[u8], index: u64) -> Option<(&[u8], Proof)> {
    let proof = ChunkTree::of(bytes).proof(index)?;
    let chunk = bytes.chunks(CHUNK_BYTES).nth(usize::try_from(index).ok()?)?;
    Some((chunk, proof))
}

/// Checks one chunk of the content with this root and length.
///
/// # Errors
/// [`ChunkError`]; a chunk that passes is the right one, whoever sent it.
pub fn verify_chunk(
    root: &ContentRoot,
    length: u64,
    index: u64,
    bytes: &[u8],
    proof: &Proof,
) -> Result<(), ChunkError> {
    if length > CONTENT_BYTES_MAX {
        return Err(ChunkError::NoSuchChunk);
    }
    let range = chunk_range(length, index).ok_or(ChunkError::NoSuchChunk)?;
    if bytes.len() as u64 != range.end - range.start {
        return Err(ChunkError::WrongLength);
    }
    let head = Head { size: chunk_count(length), root: Hash(root.0) };
    verify_inclusion(leaf_hash(bytes), index, &head, proof).map_err(|_| ChunkError::NotIncluded)
}
