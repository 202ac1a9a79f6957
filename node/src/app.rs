//! What an officer can say: one module for each verb or screen, in the officer's words.
//!
//! A use case takes checked input, asks the ledger, and returns plain values with names in both
//! languages; it knows no HTML and no HTTP. Reading use cases work on one snapshot and block, so
//! callers run them off the event loop; acting ones wait for the commit.
//!
//! Nothing here decides who may hold a file: that is the machine's. Nothing here keeps a password.

pub mod alike;
pub mod attach;
pub mod bundle;
pub mod cancel;
pub mod change_password;
pub mod close;
pub mod copies;
pub mod desk;
pub mod diarise;
pub mod draft;
pub mod forward;
pub mod history;
pub mod inward;
pub mod mail;
pub mod many;
pub mod mark;
pub mod names;
pub mod note;
pub mod numbers;
pub mod offices;
pub mod open;
pub mod opened;
pub mod operation;
pub mod park;
pub mod people;
pub mod picture;
pub mod posts;
pub mod put_in_file;
pub mod reading;
pub mod remind;
pub mod reopen;
pub mod request_recall;
pub mod search;
pub mod send;
pub mod send_back;
pub mod session;
pub mod settings;
pub mod show;
pub mod sign_in;
pub mod surroundings;
pub mod tray;
pub mod wake;

use std::sync::Arc;

use mohar_protocol::custody::Matter;
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::{ChargeId, MatterId, OfficeId, OfficerId, PostId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::{Actor, NewContent, Receipt, Request};
use mohar_protocol::matter_text::{Block, Note};
use mohar_protocol::records::StoreFault;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::content::Sealed;
use mohar_protocol::sealing::{Content, Kind, MatterKey, content};
use mohar_protocol::time::Timestamp;

use crate::app::operation::Operation;
use crate::app::reading::{Facts, Reader};
use crate::clock;
use crate::config::{Calendar, Config};
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::net;
use crate::search::Search;
use crate::store::Snapshot;
use crate::store::tray::Tray;

/// The officers' side of a node. One for each process.
pub struct App {
    ledger: Ledger,
    keyring: Arc<Keyring>,
    facts: Facts,
    attempts: sign_in::Attempts,
    drafts: draft::Locks,
    numbers: tokio::sync::Mutex<()>,
    registers: inward::Registers,
    people: tokio::sync::Mutex<()>,
    tray: Tray,
    search: Arc<Search>,
    taking_in: std::sync::Mutex<()>,
    started: Timestamp,
    config: Arc<Config>,
    net: Arc<net::Counters>,
}

/// An officer at work on one post. The key is wiped when this is dropped.
pub struct Officer {
    /// Sign-in name.
    pub login: String,
    /// The office.
    pub office: OfficeId,
    /// The person.
    pub officer: OfficerId,
    /// The charge.
    pub charge: ChargeId,
    /// The post that the charge gives.
    pub post: PostId,
    /// Signs in the officer's name.
    pub key: SecretKey,
}

/// Why something was not done: a rule said no, or the store failed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Fault(#[from] StoreFault),
}

impl App {
    /// The use cases of a running node.
    pub fn new(ledger: Ledger, keyring: Arc<Keyring>, config: Arc<Config>, net: Arc<net::Counters>) -> Self {
        let search = Search::new(config.data.join("search"), keyring.search_key());
        Self {
            ledger,
            keyring,
            search: Arc::new(search),
            facts: Facts::default(),
            attempts: sign_in::Attempts::default(),
            drafts: draft::Locks::default(),
            numbers: tokio::sync::Mutex::new(()),
            registers: inward::Registers::default(),
            people: tokio::sync::Mutex::new(()),
            tray: Tray::new(config.data.join("tray")),
            taking_in: std::sync::Mutex::new(()),
            started: clock::now(),
            config,
            net,
        }
    }

    /// The ledger, for what follows its events.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The days on which the office works.
    pub fn calendar(&self) -> &Calendar {
        &self.config.calendar.days
    }

    /// The search indexes, for what feeds and asks about them.
    pub const fn search(&self) -> &Arc<Search> {
        &self.search
    }

    /// Bytes of one upload.
    pub fn upload_bytes_max(&self) -> u64 {
        u64::from(self.config.web.upload_mib) << 20
    }

    fn snapshot(&self) -> Snapshot {
        self.ledger.snapshot()
    }

    /// Asks for an act on a matter.
    async fn act(
        &self,
        officer: &Officer,
        operation: Operation,
        matter: MatterId,
        command: Command,
        contents: Vec<NewContent>,
    ) -> Result<Receipt, Trouble> {
        let actor = officer.actor();
        let request = Request::Act { actor, operation: operation.0, matter, command, contents };
        Ok(self.ledger.request(request).await?)
    }

    /// Seals contents for a matter under its present key, off the event loop.
    async fn seal_for(
        self: &Arc<Self>,
        officer: &Officer,
        id: MatterId,
        contents: Vec<Content>,
    ) -> Result<Vec<NewContent>, Trouble> {
        let (app, whose) = (Arc::clone(self), officer.holder());
        let sealed = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, whose.office);
            let matter = reader.visible(&whose, &id)?;
            if contents.is_empty() {
                return Ok(Vec::new());
            }
            let (key, generation) = reader.newest_key(&matter)?;
            contents.iter().map(|content| seal(&key, generation, content)).collect()
        });
        self.stage(sealed.await?).await
    }

    async fn stage(&self, sealed: Vec<Sealed>) -> Result<Vec<NewContent>, Trouble> {
        let mut staged = Vec::with_capacity(sealed.len());
        for one in sealed {
            staged.push(self.ledger.stage(one).await?);
        }
        Ok(staged)
    }
}

fn seal(key: &MatterKey, generation: u32, what: &Content) -> Result<Sealed, Trouble> {
    let sealed = content::seal(key, generation, what, &mut clock::entropy());
    Ok(sealed.map_err(|_| Refusal::ContentTooLarge)?)
}

impl Officer {
    /// The office and post that the officer acts for.
    pub const fn holder(&self) -> mohar_protocol::act::Holder {
        mohar_protocol::act::Holder { office: self.office, post: self.post }
    }

    /// Whether the officer's post holds a matter.
    pub fn holds(&self, matter: &Matter) -> bool {
        matter.holder == self.holder()
    }

    fn actor(&self) -> Actor {
        Actor { office: self.office, charge: Some(self.charge), key: self.key.clone() }
    }
}

/// A remark as a content, if there is anything in it.
fn remark(language: &str, text: &str, facts: Vec<Block>) -> Result<Vec<Content>, Refusal> {
    let remark = Note::remark(language, text, facts)?;
    Ok(if remark.blocks.is_empty() { Vec::new() } else { vec![remark.to_content(Kind::Remark)] })
}

/// Runs work that reads disks or computes for long on a thread that may wait.
///
/// # Errors
/// Those of the work.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(ended) => Err(StoreFault::because("finish a reading", ended).into()),
    }
}
