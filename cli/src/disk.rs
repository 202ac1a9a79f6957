//! Reading and writing paths: bounded on the way in, durable on the way out, and never over
//! something that is there already unless the caller says so.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::Context as _;

use crate::error::Failure;

/// Who may read what is written.
#[derive(Debug, Clone, Copy)]
pub enum Access {
    /// Everyone on the machine (mode 0644).
    Public,
    /// Only the owner (mode 0600).
    Secret,
}

/// Refuses to go on when one of the paths exists: ceremonies never write over anything.
///
/// # Errors
/// Names the first path that exists.
pub fn refuse_existing<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    for path in paths {
        if path.symlink_metadata().is_ok() {
            return Err(Failure::usage(format!("{} exists and is not written over", path.display()))
                .hint("Choose an empty folder, or move what is there to a safe place first."));
        }
    }
    Ok(())
}

/// Makes a folder that only its owner may enter, with the folders above it.
///
/// # Errors
/// Those of the file system.
pub fn make_private_dir(path: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Writes a path that does not exist yet, durably.
///
/// # Errors
/// Those of the file system; an existing path is one.
pub fn write_new(path: &Path, bytes: &[u8], access: Access) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        let mut out = OpenOptions::new().write(true).create_new(true).mode(access.mode()).open(path)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        sync_parent(path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Writes a path anew: whoever reads it meanwhile sees the old or the new bytes, never half.
///
/// # Errors
/// Those of the file system.
pub fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);
    let write = || -> io::Result<()> {
        let mut out = File::create(beside)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(beside, path)?;
        sync_parent(path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a path of at most `bytes_max` bytes.
///
/// # Errors
/// Those of the file system, or a path that is larger.
pub fn read(path: &Path, bytes_max: usize) -> anyhow::Result<Vec<u8>> {
    let read = || -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(bytes_max as u64 + 1).read_to_end(&mut bytes)?;
        anyhow::ensure!(bytes.len() <= bytes_max, "larger than the {bytes_max} bytes allowed here");
        Ok(bytes)
    };
    read().with_context(|| format!("cannot read {}", path.display()))
}

impl Access {
    const fn mode(self) -> u32 {
        match self {
            Self::Public => 0o644,
            Self::Secret => 0o600,
        }
    }
}

/// A new name is durable only when its folder is.
fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(parent)?.sync_all()
}
