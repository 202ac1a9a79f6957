//! Chunks of large contents as disk files: `contents/<2 hex>/<root hex>/<index>`.
//!
//! A chunk is written under another name, flushed, renamed, and its folders are flushed by
//! [`Unflushed::flush`]: a name that exists always holds the whole chunk. Nothing here is ever
//! changed in place or deleted.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use mohar_protocol::hash::Hash;
use mohar_protocol::id::ContentRoot;
use mohar_protocol::limits::CHUNK_BYTES;
use mohar_protocol::log::tree::leaf_hash;
use mohar_protocol::records::StoreFault;

/// The folder of large chunks.
pub struct Contents {
    folder: PathBuf,
}

/// Folders that got a new name and are not flushed. Whoever writes has its own: what another writer
/// is flushing is not durable for this one yet.
#[derive(Default)]
pub struct Unflushed(BTreeSet<PathBuf>);

impl Contents {
    /// Opens the folder, made when missing.
    ///
    /// # Errors
    /// [`StoreFault`] when the disk refuses.
    pub fn open(folder: &Path) -> Result<Self, StoreFault> {
        fs::create_dir_all(folder).map_err(|e| StoreFault::because("make the folder of contents", e))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Writes one chunk; durable after [`Unflushed::flush`].
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn write(
        &self,
        root: &ContentRoot,
        index: u64,
        bytes: &[u8],
        unflushed: &mut Unflushed,
    ) -> Result<(), StoreFault> {
        let folder =
            self.try_write(root, index, bytes).map_err(|e| StoreFault::because("write a chunk", e))?;
        unflushed.0.extend(folder.ancestors().take(3).map(Path::to_owned));
        Ok(())
    }

    /// Writes all chunks of a ciphertext, makes them durable and returns their hashes.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn stage(&self, root: &ContentRoot, ciphertext: &[u8]) -> Result<Vec<Hash>, StoreFault> {
        let (mut hashes, mut unflushed) = (Vec::new(), Unflushed::default());
        for (index, chunk) in (0u64..).zip(ciphertext.chunks(CHUNK_BYTES)) {
            self.write(root, index, chunk, &mut unflushed)?;
            hashes.push(leaf_hash(chunk));
        }
        unflushed.flush()?;
        Ok(hashes)
    }

    /// One chunk, if it is here.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn read(&self, root: &ContentRoot, index: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        match fs::read(self.folder_of(root).join(index.to_string())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreFault::because("read a chunk", error)),
        }
    }

    fn folder_of(&self, root: &ContentRoot) -> PathBuf {
        let name = root.to_string();
        self.folder.join(&name[..2]).join(name)
    }

    fn try_write(&self, root: &ContentRoot, index: u64, bytes: &[u8]) -> io::Result<PathBuf> {
        let folder = self.folder_of(root);
        fs::create_dir_all(&folder)?;
        let (half, whole) = (folder.join(format!("{index}.part")), folder.join(index.to_string()));
        let mut file = File::create(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&half, &whole)?;
        Ok(folder)
    }
}

impl Unflushed {
    /// Flushes them: what was written is durable when this returns.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn flush(self) -> Result<(), StoreFault> {
        // The longest path first: a folder's content before its own name.
        for folder in self.0.iter().rev() {
            let flushed = File::open(folder).and_then(|folder| folder.sync_all());
            flushed.map_err(|e| StoreFault::because("flush a folder of contents", e))?;
        }
        Ok(())
    }
}
