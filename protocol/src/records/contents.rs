//! Rows of contents: which chunks are here. Small contents live in the rows themselves, so that
//! a note costs no second disk flush; large ones live outside, by root.

use minicbor::{Decode, Encode};

use super::{Records, StoreFault, Table, be64, id32, key};
use crate::hash::Hash;
use crate::id::ContentRoot;
use crate::log::tree::leaf_hash;
use crate::sealing::chunk;

/// Contents up to this length are kept in the rows. A long note is 10 KiB, a set of wraps 5 KiB;
/// a scanned page is more than 64 KiB.
pub const SMALL_CONTENT_BYTES_MAX: u64 = 64 * 1024;

/// What is known of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ContentState {
    /// Ciphertext length in bytes.
    #[n(0)]
    pub length: u64,
    /// Chunks that are here.
    #[n(1)]
    pub chunks: u64,
}

impl ContentState {
    /// Whether every chunk is here.
    pub fn is_complete(&self) -> bool {
        self.chunks == chunk::chunk_count(self.length)
    }
}

/// A chunk that is kept outside the rows.
#[derive(Debug, Clone)]
pub struct LargeChunk {
    /// Root of its content.
    pub root: ContentRoot,
    /// Index.
    pub index: u64,
    /// The ciphertext.
    pub bytes: Vec<u8>,
}

impl Records<'_> {
    /// What is known of a content.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn content(&self, root: &ContentRoot) -> Result<Option<ContentState>, StoreFault> {
        self.get_value(Table::CONTENTS, &root.0, "read a content state")
    }

    /// Whether the whole content is here.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn has_content(&self, root: &ContentRoot) -> Result<bool, StoreFault> {
        Ok(self.content(root)?.is_some_and(|state| state.is_complete()))
    }

    /// Whether one chunk is here.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn has_chunk(&self, root: &ContentRoot, index: u64) -> Result<bool, StoreFault> {
        Ok(self.get(Table::CHUNKS, &key(&[&root.0, &index.to_be_bytes()]))?.is_some())
    }

    /// Keeps one chunk that was verified against the root. A chunk that is here already changes
    /// nothing.
    ///
    /// A Merkle root does not bind the number of its leaves, so a chunk can be shown in another
    /// place than its own, under another length: what came under one length never counts under
    /// another. Of two lengths the newer is tried; under a wrong one some place can never be filled.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn put_chunk(
        &mut self,
        root: &ContentRoot,
        length: u64,
        index: u64,
        bytes: &[u8],
    ) -> Result<(), StoreFault> {
        match self.content(root)? {
            Some(state) if state.is_complete() => return Ok(()),
            Some(state) if state.length != length => self.forget_content(root)?,
            _ => {}
        }
        if self.has_chunk(root, index)? {
            return Ok(());
        }
        let mut row = leaf_hash(bytes).0.to_vec();
        if length <= SMALL_CONTENT_BYTES_MAX {
            row.extend_from_slice(bytes);
        } else {
            self.pending.chunks.push(LargeChunk { root: *root, index, bytes: bytes.to_vec() });
        }
        self.put(Table::CHUNKS, key(&[&root.0, &index.to_be_bytes()]), row);
        let mut state = self.content(root)?.unwrap_or(ContentState { length, chunks: 0 });
        state.chunks += 1;
        self.put(Table::CONTENTS, root.0.to_vec(), crate::codec::encode(&state));
        Ok(())
    }

    fn forget_content(&mut self, root: &ContentRoot) -> Result<(), StoreFault> {
        for (row, _) in self.scan_prefix(Table::CHUNKS, &root.0, usize::MAX >> 1)? {
            self.delete(Table::CHUNKS, row);
        }
        self.delete(Table::CONTENTS, root.0.to_vec());
        self.pending.chunks.retain(|chunk| chunk.root != *root);
        Ok(())
    }

    /// Keeps a whole content of which the root is known to be right.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn put_content(&mut self, root: &ContentRoot, bytes: &[u8]) -> Result<(), StoreFault> {
        let length = bytes.len() as u64;
        for index in 0..chunk::chunk_count(length) {
            let range = chunk::chunk_range(length, index).ok_or(StoreFault::damaged("a chunk index"))?;
            let (start, end) = (range.start as usize, range.end as usize);
            self.put_chunk(root, length, index, &bytes[start..end])?;
        }
        Ok(())
    }

    /// Notes a content whose ciphertext the shell has made durable already, by its chunk hashes.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn put_staged(&mut self, root: &ContentRoot, length: u64, hashes: &[Hash]) -> Result<(), StoreFault> {
        self.forget_content(root)?;
        for (index, hash) in (0u64..).zip(hashes) {
            self.put(Table::CHUNKS, key(&[&root.0, &index.to_be_bytes()]), hash.0.to_vec());
        }
        let state = ContentState { length, chunks: hashes.len() as u64 };
        self.put(Table::CONTENTS, root.0.to_vec(), crate::codec::encode(&state));
        Ok(())
    }

    /// One chunk.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn chunk(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        let Some(row) = self.get(Table::CHUNKS, &key(&[&root.0, &index.to_be_bytes()]))? else {
            return Ok(None);
        };
        if row.len() > 32 {
            return Ok(Some(row[32..].to_vec()));
        }
        if let Some(pending) = self.pending.chunks.iter().find(|c| c.root == *root && c.index == index) {
            return Ok(Some(pending.bytes.clone()));
        }
        self.kv.large_chunk(root, index)
    }

    /// Hashes of all chunks of a complete content, in order: what a chunk's proof is built from.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn chunk_hashes(&self, root: &ContentRoot) -> Result<Vec<Hash>, StoreFault> {
        let rows = self.scan_prefix(Table::CHUNKS, &root.0, usize::MAX >> 1)?;
        rows.iter()
            .map(|(_, row)| Ok(Hash(id32(row.get(..32).ok_or(StoreFault::damaged("a chunk row"))?)?)))
            .collect()
    }

    /// A whole content, if it is all here.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn content_bytes(&self, root: &ContentRoot) -> Result<Option<Vec<u8>>, StoreFault> {
        let Some(state) = self.content(root)?.filter(ContentState::is_complete) else { return Ok(None) };
        let mut bytes = Vec::new();
        for index in 0..chunk::chunk_count(state.length) {
            let chunk = self.chunk(root, index)?;
            bytes.extend(chunk.ok_or(StoreFault::damaged("a chunk that was here is gone"))?);
        }
        Ok(Some(bytes))
    }

    /// The indexes of chunks that are missing, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn missing_chunks(
        &self,
        root: &ContentRoot,
        length: u64,
        max: usize,
    ) -> Result<Vec<u64>, StoreFault> {
        let state = self.content(root)?;
        if state.is_some_and(|state| state.is_complete()) {
            return Ok(Vec::new());
        }
        // What came under another length may lie in another place: it does not count.
        let rows = match state.filter(|state| state.length == length) {
            Some(_) => self.scan_prefix(Table::CHUNKS, &root.0, usize::MAX >> 1)?,
            None => Vec::new(),
        };
        let here: std::collections::BTreeSet<u64> =
            rows.iter().filter_map(|(key, _)| be64(key).ok()).collect();
        Ok((0..chunk::chunk_count(length)).filter(|index| !here.contains(index)).take(max).collect())
    }
}
