//! What came in and is not diarised yet: `tray/<office>/<id>.head` and `.body`, both sealed by the
//! caller. A head is written after its body and removed before it, so an item that is listed is whole.
//!
//! Nothing here knows what is in an item, and nothing here is ever changed in place.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use mohar_protocol::records::StoreFault;

/// Items of one office: a week of an office whose clerk is ill, at 50 a day, and a mailbox of years.
pub const ITEMS_MAX: usize = 1_000;

/// The folder of what came in.
pub struct Tray {
    folder: PathBuf,
}

impl Tray {
    /// The tray in a folder, which is made with the first item.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Keeps an item; durable when this returns.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn put(&self, office: &str, id: &str, head: &[u8], body: &[u8]) -> Result<(), StoreFault> {
        let folder = self.folder.join(office);
        let write = || {
            fs::create_dir_all(&folder)?;
            write_durably(&folder, &format!("{id}.body"), body)?;
            write_durably(&folder, &format!("{id}.head"), head)?;
            File::open(&folder)?.sync_all()
        };
        write().map_err(|e| StoreFault::because("keep what came in", e))
    }

    /// The heads of an office with their ids, at most [`ITEMS_MAX`].
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn heads(&self, office: &str) -> Result<Vec<(String, Vec<u8>)>, StoreFault> {
        let read = || {
            let mut heads = Vec::new();
            for entry in fs::read_dir(self.folder.join(office))? {
                let path = entry?.path();
                let stem = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned);
                let is_head = path.extension().is_some_and(|end| end == "head");
                let Some(id) = stem.filter(|_| is_head) else { continue };
                match fs::read(&path) {
                    Ok(head) => heads.push((id, head)),
                    Err(gone) if gone.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
                if heads.len() >= ITEMS_MAX {
                    break;
                }
            }
            Ok(heads)
        };
        none_if_missing(read()).map(Option::unwrap_or_default)
    }

    /// Head and body of an item; `None` when it is not there (any more).
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn get(&self, office: &str, id: &str) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreFault> {
        let path = |end: &str| self.folder.join(office).join(format!("{id}.{end}"));
        none_if_missing(fs::read(path("head")).and_then(|head| Ok((head, fs::read(path("body"))?))))
    }

    /// Forgets an item.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn remove(&self, office: &str, id: &str) -> Result<(), StoreFault> {
        for end in ["head", "body"] {
            none_if_missing(fs::remove_file(self.folder.join(office).join(format!("{id}.{end}"))))?;
        }
        Ok(())
    }
}

fn write_durably(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (part, whole) = (folder.join(format!("{name}.part")), folder.join(name));
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(part, whole)
}

fn none_if_missing<T>(result: io::Result<T>) -> Result<Option<T>, StoreFault> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreFault::because("read what came in", error)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::Tray;

    #[test]
    fn an_item_is_there_whole_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let tray = Tray::new(folder.path().join("tray"));
        assert!(tray.heads("a").unwrap().is_empty());
        tray.put("a", "01", b"head", b"body").unwrap();
        assert_eq!(tray.heads("a").unwrap(), [("01".to_owned(), b"head".to_vec())]);
        assert_eq!(tray.get("a", "01").unwrap(), Some((b"head".to_vec(), b"body".to_vec())));
        assert!(tray.get("b", "01").unwrap().is_none());
        tray.remove("a", "01").unwrap();
        tray.remove("a", "01").unwrap();
        assert!(tray.heads("a").unwrap().is_empty());
    }
}
