//! The tray: what came in and is not diarised yet. Scans and mails of a watched folder, uploads, and
//! the paper of a form that has to be corrected first.
//!
//! A disk file of the watched folder is copied, sealed and flushed before it is removed there, and is
//! known again by its digest; so a power cut loses none and doubles none. Nothing is diarised here.

use std::fs;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mail_parser::mailbox::mbox::MessageIterator;
use minicbor::{Decode, Encode};
use mohar_protocol::codec;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::OfficerId;
use mohar_protocol::records::StoreFault;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::at_rest;
use mohar_protocol::time::Timestamp;

use crate::app::attach::{Paper, PaperKind};
use crate::app::diarise::Papers;
use crate::app::inward::digest;
use crate::app::mail::{self, Mail};
use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};
use crate::clock;

/// Disk files of the watched folder that one look takes in: a page must not wait for hundreds.
const TAKEN_AT_ONCE: usize = 40;

/// Disk files that one look cannot take and names: those behind them are taken all the same.
const NAMED_AT_ONCE: usize = 100;

/// Disk files of the watched folder that one look sees.
const SEEN_MAX: usize = 2_000;

/// A disk file that was written to within this time is still being written.
const QUIET: Duration = Duration::from_secs(3);

/// Bytes of a head: a name of 200 characters, sender and subject of 400.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// Characters of a name that are kept.
const NAME_CHARS_MAX: usize = 200;

/// What is known of an item without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Head {
    /// The name of the disk file.
    #[n(0)]
    pub name: String,
    /// When it was taken in.
    #[n(1)]
    pub at: Timestamp,
    /// Its bytes.
    #[n(2)]
    pub bytes: u64,
    /// Its digest.
    #[n(3)]
    pub digest: Hash,
    /// Whether it is a mail.
    #[n(4)]
    pub is_mail: bool,
    /// Of a mail: the sender.
    #[n(5)]
    pub from: String,
    /// Of a mail: the subject.
    #[n(6)]
    pub subject: String,
    /// Whose unfinished form it belongs to; of nobody else it is seen.
    #[n(7)]
    pub of: Option<OfficerId>,
}

/// An item with its id.
#[derive(Debug, Clone)]
pub struct Item {
    /// The id in addresses.
    pub id: String,
    /// What is known of it.
    pub head: Head,
}

/// The tray as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Oldest first.
    pub items: Vec<Item>,
    /// Disk files of the watched folder that cannot be taken, and why.
    pub not_taken: Vec<(String, Refusal)>,
}

/// An item that was read.
pub struct Opened {
    /// What is known of it.
    pub head: Head,
    /// What it says, if it is a mail; else its paper alone.
    pub mail: Mail,
}

impl App {
    /// Whether the officer's post sees the register and the tray.
    pub fn is_registry(&self, officer: &Officer) -> bool {
        let posts = &self.config.dak.registry_posts;
        let registry = self.ledger.registry();
        let post = registry.office(&officer.office).ok().and_then(|register| register.post(&officer.post));
        posts.is_empty() || post.is_some_and(|post| posts.contains(&post.code))
    }

    /// What waits to be diarised, after a look into the watched folder. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn tray(&self, officer: &Officer) -> Result<Shown, Trouble> {
        let mut items = self.items(officer)?;
        let not_taken = self.take_in(officer, &items)?;
        items = self.items(officer)?;
        let sees_all = self.is_registry(officer);
        items.retain(|item| match item.head.of {
            Some(of) => of == officer.officer,
            None => sees_all,
        });
        items.sort_by(|a, b| (a.head.at, &a.head.name).cmp(&(b.head.at, &b.head.name)));
        Ok(Shown { items, not_taken: if sees_all { not_taken } else { Vec::new() } })
    }

    /// Keeps the paper of a form that has to be corrected, for this officer. Blocks.
    ///
    /// # Errors
    /// [`Refusal::UploadKind`] and the like when it is no paper, or [`Trouble::Fault`].
    pub fn hold(&self, officer: &Officer, name: &str, bytes: &[u8]) -> Result<String, Trouble> {
        self.keep(officer, name, bytes, Some(officer.officer))
    }

    /// Puts an upload into the tray, a mailbox as its mails. Blocks.
    ///
    /// # Errors
    /// As [`App::hold`].
    pub fn put_in_tray(&self, officer: &Officer, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        for (name, bytes) in mails_of(name, bytes) {
            self.keep(officer, &name, &bytes, None)?;
        }
        Ok(())
    }

    /// One item with what is in it. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotInTray`] when it is not there, or not for this officer.
    pub fn tray_item(&self, officer: &Officer, id: &str) -> Result<Opened, Trouble> {
        let missing = || Trouble::from(Refusal::NotInTray);
        let id = FormId::parse(id).ok_or_else(missing)?.to_text();
        let office = officer.office.to_string();
        let (head, body) = self.tray.get(&office, &id)?.ok_or_else(missing)?;
        let head = self.head(&office, &id, &head)?;
        if head.of.is_some_and(|of| of != officer.officer)
            || (head.of.is_none() && !self.is_registry(officer))
        {
            return Err(missing());
        }
        let body = at_rest::open(self.ledger.storage_key(), &context(&office, &id, "body"), &body)
            .map_err(|e| StoreFault::because("open what came in", e))?;
        let mail = if head.is_mail { mail::read(&body, &head.name) } else { None };
        let alone = || {
            let title = head.name.chars().take(60).collect();
            Mail { papers: vec![Paper { title, date: None, bytes: body.to_vec() }], ..Mail::default() }
        };
        let mail = mail.unwrap_or_else(alone);
        Ok(Opened { head, mail })
    }

    /// Takes an item out of the tray, once it is diarised or thrown away. Blocks.
    ///
    /// # Errors
    /// As [`App::tray_item`].
    pub fn take_out(&self, officer: &Officer, id: &str) -> Result<(), Trouble> {
        self.tray_item(officer, id)?;
        Ok(self.tray.remove(&officer.office.to_string(), id)?)
    }

    fn items(&self, officer: &Officer) -> Result<Vec<Item>, Trouble> {
        let office = officer.office.to_string();
        let heads = self.tray.heads(&office)?.into_iter();
        let mut items = Vec::new();
        for (id, sealed) in heads {
            match self.head(&office, &id, &sealed) {
                Ok(head) => items.push(Item { id, head }),
                // One that a bad sector or a copied folder has spoilt must not close the whole tray.
                Err(fault) => {
                    tracing::warn!(cause = %fault, item = id, "an item of the tray cannot be opened")
                }
            }
        }
        Ok(items)
    }

    fn head(&self, office: &str, id: &str, sealed: &[u8]) -> Result<Head, StoreFault> {
        let plain = at_rest::open(self.ledger.storage_key(), &context(office, id, "head"), sealed)
            .map_err(|e| StoreFault::because("open what came in", e))?;
        codec::decode(&plain, HEAD_BYTES_MAX).map_err(|e| StoreFault::because("read what came in", e))
    }

    fn keep(
        &self,
        officer: &Officer,
        name: &str,
        bytes: &[u8],
        of: Option<OfficerId>,
    ) -> Result<String, Trouble> {
        let mail = if mail::is_mail(name) { mail::read(bytes, name) } else { None };
        if mail.is_none() {
            PaperKind::of(bytes)?;
        }
        let clean = |c: &char| !c.is_control();
        let head = Head {
            name: name.chars().filter(clean).take(NAME_CHARS_MAX).collect(),
            at: clock::now(),
            bytes: bytes.len() as u64,
            digest: digest(bytes),
            is_mail: mail.is_some(),
            from: mail.as_ref().map_or_else(String::new, |mail| mail.from.clone()),
            subject: mail.map_or_else(String::new, |mail| mail.subject),
            of,
        };
        let (office, id) = (officer.office.to_string(), FormId::new().to_text());
        let seal = |part: &str, plain: &[u8]| {
            at_rest::seal(
                self.ledger.storage_key(),
                &context(&office, &id, part),
                plain,
                &mut clock::entropy(),
            )
        };
        self.tray.put(&office, &id, &seal("head", &codec::encode(&head)), &seal("body", bytes))?;
        Ok(id)
    }

    /// Takes what lies in the watched folder; says what cannot be taken.
    fn take_in(&self, officer: &Officer, known: &[Item]) -> Result<Vec<(String, Refusal)>, Trouble> {
        let registry = self.ledger.registry();
        let code = registry.office(&officer.office)?.code();
        let Some(watch) = &self.config.dak.watch else { return Ok(Vec::new()) };
        let folder = below(watch, code);
        let _one_at_a_time = self.taking_in.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (mut taken, mut not_taken) = (0, Vec::new());
        for path in lying_in(&folder) {
            if taken == TAKEN_AT_ONCE || not_taken.len() == NAMED_AT_ONCE {
                break;
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            match self.take_one(officer, known, &path, &name) {
                Ok(()) => taken += 1,
                Err(Trouble::Refused(refusal)) => not_taken.push((name, refusal)),
                Err(fault) => return Err(fault),
            }
        }
        Ok(not_taken)
    }

    fn take_one(&self, officer: &Officer, known: &[Item], path: &Path, name: &str) -> Result<(), Trouble> {
        let about = fs::symlink_metadata(path).map_err(|_| Refusal::UploadBroken)?;
        if about.len() > self.upload_bytes_max() {
            return Err(Refusal::ContentTooLarge.into());
        }
        let bytes = fs::read(path).map_err(|_| Refusal::UploadBroken)?;
        // Programs that deliver mail (Maildir) give no ending.
        let in_maildir = path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "new");
        let name = if in_maildir { format!("{name}.eml") } else { name.to_owned() };
        for (name, bytes) in mails_of(&name, &bytes) {
            let digest = digest(&bytes);
            if !known.iter().any(|item| item.head.of.is_none() && item.head.digest == digest) {
                self.keep(officer, &name, &bytes, None)?;
            }
        }
        // Kept and flushed. If it cannot be removed it is known again by its digest.
        fs::remove_file(path).map_err(|_| Refusal::ReadOnly)?;
        Ok(())
    }
}

impl Opened {
    /// What a letter is entered from.
    pub fn into_papers(self) -> Papers {
        Papers { papers: self.mail.papers, scans: vec![self.head.digest] }
    }
}

/// The mails of a mailbox, or the one disk file that it is.
fn mails_of(name: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    if !name.to_ascii_lowercase().ends_with(".mbox") {
        return vec![(name.to_owned(), bytes.to_vec())];
    }
    let mails = MessageIterator::new(BufReader::new(Cursor::new(bytes))).filter_map(Result::ok);
    let named = mails.take(crate::store::tray::ITEMS_MAX).enumerate();
    named.map(|(at, mail)| (format!("{name}-{}.eml", at + 1), mail.unwrap_contents())).collect()
}

/// The folder of an office: its code, in which everything that could lead elsewhere is a hyphen.
fn below(watch: &Path, code: &str) -> PathBuf {
    let harmless = |c: char| !matches!(c, '/' | '\\' | '.') && !c.is_control() && !c.is_whitespace();
    watch.join(code.chars().map(|c| if harmless(c) { c } else { '-' }).collect::<String>())
}

/// The disk files that lie in a folder and its `new`, oldest name first, and are no longer written to.
fn lying_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [folder.to_owned(), folder.join("new")] {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()).take(SEEN_MAX) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let unfinished = [".part", ".tmp", ".filepart"].iter().any(|end| name.ends_with(end));
            let Ok(about) = fs::symlink_metadata(&path) else { continue };
            let age = about.modified().ok().and_then(age_of);
            if about.is_file() && !name.starts_with('.') && !unfinished && age.is_some_and(|age| age >= QUIET)
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// How long ago a disk file was written, by the machine's clock.
fn age_of(at: SystemTime) -> Option<Duration> {
    let at = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Duration::from_millis(clock::now().0).saturating_sub(at))
}

/// An item opens only in its own place.
fn context(office: &str, id: &str, part: &str) -> String {
    format!("mohar/tray/1/{office}/{id}/{part}")
}
