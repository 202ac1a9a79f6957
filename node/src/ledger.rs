//! The one loop that owns the machine: take an input, step, commit, write the mark, and only then
//! answer or send.
//!
//! Everything that changes what the node keeps goes through here, on one thread. Officers' requests
//! are taken before peers' frames. Inputs that wait together share one commit. When the store
//! fails the process ends: a node that goes on after a failed commit would sign what it may not
//! have.
//!
//! This module knows neither sockets nor pages; peers' words come and go as inputs and outputs of
//! the protocol, over two bounded channels that the wiring joins to the network.

pub mod names;
mod turn;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::{
    Backlog, Carried, Event, Input, Machine, Memory, NewContent, Output, Receipt, Request, Standing, Where,
    Why,
};
use mohar_protocol::records::{Records, SMALL_CONTENT_BYTES_MAX, StoreFault, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::content::Sealed;
use mohar_protocol::time::Timestamp;
use tokio::sync::{Mutex, broadcast, mpsc, oneshot, watch};

use self::turn::Turn;
use crate::clock::{self, Stopwatch};
use crate::keyring::Keyring;
use crate::mark::Marks;
use crate::metrics::Counters;
use crate::observe;
use crate::store::{Snapshot, Store};

/// Requests that may wait. One commit takes 256, so a full queue is two commits long.
const REQUESTS_MAX: usize = 512;

/// Inputs of peers that may wait. Their bytes are bounded where they are read.
const PEER_INPUTS_MAX: usize = 256;

/// Outputs that may wait for the network, which takes them as fast as memory copies.
const OUTPUTS_MAX: usize = 1024;

/// Events that a slow screen may lag behind before it is told to look again.
const EVENTS_MAX: usize = 1024;

/// Rows of this node alone: table, key, value or deletion.
pub type LocalRow = (Table, Vec<u8>, Option<Vec<u8>>);

/// The way to the loop. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    requests: mpsc::Sender<Asked>,
    store: Store,
    keyring: Arc<Keyring>,
    hosted: Arc<[OfficeId]>,
    counters: Arc<Counters>,
    events: broadcast::Sender<Event>,
    registry: watch::Receiver<Arc<Registry>>,
    links: watch::Receiver<Arc<Links>>,
    standings: watch::Receiver<Arc<Standings>>,
    backlog: watch::Receiver<Backlog>,
    names: Arc<Mutex<()>>,
}

/// The ends that the wiring joins to the network.
pub struct Ends {
    /// What peers say and do. Left full, the network stops reading.
    pub inputs: mpsc::Sender<FromPeer>,
    /// [`Output::Send`] and [`Output::Admit`], in order, each after its commit.
    pub outputs: mpsc::Receiver<Output>,
    /// Keeps the loop running.
    pub turning: Turning,
}

/// An input of a peer, and what it owes for it.
pub struct FromPeer {
    /// What it said or did.
    pub input: Input,
    /// Dropped once the commit stands that dealt with the input.
    pub toll: Option<Box<dyn Toll>>,
}

/// What a peer pays for an input with: room while the input is under way, and more when it was no use.
pub trait Toll: Send {
    /// The machine refused it.
    fn refused(&self);
}

/// The running loop. Dropped, it ends after the commit at hand, and the store is free again.
pub struct Turning {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Turning {
    fn drop(&mut self) {
        drop(self.stop.take());
        // One commit at most; a panic in the loop has ended the process already.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Which offices are reachable, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// Offices whose node is linked.
    pub linked: BTreeMap<OfficeId, Timestamp>,
    /// Offices whose node was linked since the start and is not now.
    pub lost: BTreeMap<OfficeId, Timestamp>,
}

/// Rows that follow from what is kept at the moment of the commit.
type Change = Box<dyn FnOnce(&Records<'_>) -> Result<Vec<LocalRow>, StoreFault> + Send>;

/// Whether each hosted office may sign.
pub type Standings = BTreeMap<OfficeId, Standing>;

/// What else belongs into the commit of a request that is done.
type Along = Box<dyn FnOnce(&Receipt) -> Vec<LocalRow> + Send>;

/// Something that is answered after the commit.
enum Asked {
    Request(Box<Request>, Along, oneshot::Sender<Result<Receipt, Refusal>>),
    Change(Change, oneshot::Sender<Result<(), Refusal>>),
    Carry(Box<Request>, oneshot::Sender<Result<Carried, Refusal>>),
}

/// Starts the loop for the offices of the keyring. `registry` is empty and trusts one state.
///
/// # Errors
/// [`StoreFault`] when what is kept cannot be read or contradicts itself.
pub fn start(
    store: Store,
    keyring: Arc<Keyring>,
    registry: Registry,
    (marks, memory): (Marks, BTreeMap<OfficeId, Memory>),
    counters: Arc<Counters>,
) -> Result<(Ledger, Ends), StoreFault> {
    let snapshot = store.snapshot();
    let records = Records::new(&snapshot);
    let hosts = keyring.hosts();
    let hosted = hosts.iter().map(|host| host.office).collect();
    let (storage, mut entropy) = (keyring.storage().clone(), clock::entropy());
    let machine = Machine::start(registry, hosts, storage, &records, &memory, &mut entropy)?;
    let (requests, requests_in) = mpsc::channel(REQUESTS_MAX);
    let (inputs, inputs_in) = mpsc::channel(PEER_INPUTS_MAX);
    let (outputs_out, outputs) = mpsc::channel(OUTPUTS_MAX);
    let (stop, stopped) = oneshot::channel();
    let events = broadcast::Sender::new(EVENTS_MAX);
    let (registry_out, registry) = watch::channel(Arc::new(machine.registry().clone()));
    let (links_out, links) = watch::channel(Arc::new(Links::default()));
    let (standings_out, standings) = watch::channel(Arc::new(turn::standings(&machine)));
    let (backlog_out, backlog) = watch::channel(Backlog::default());
    let ledger = Ledger {
        requests,
        store: store.clone(),
        keyring,
        hosted,
        counters: Arc::clone(&counters),
        events: events.clone(),
        registry,
        links,
        standings,
        backlog,
        names: Arc::default(),
    };
    let turn = Turn {
        machine,
        store,
        counters,
        requests: requests_in,
        inputs: inputs_in,
        outputs: outputs_out,
        events,
        registry: registry_out,
        links: links_out,
        standings: standings_out,
        marks,
        flushed: Stopwatch::start(),
        backlog: backlog_out,
    };
    let thread = std::thread::Builder::new()
        .name("ledger".to_owned())
        .spawn(move || turn.run(stopped))
        .map_err(|e| StoreFault::because("start the thread of the ledger", e))?;
    let turning = Turning { stop: Some(stop), thread: Some(thread) };
    Ok((ledger, Ends { inputs, outputs, turning }))
}

impl Ledger {
    /// Asks for something and waits until the answer is durable.
    ///
    /// # Errors
    /// The [`Refusal`]; [`Refusal::Busy`] when too many wait or the node is stopping.
    pub async fn request(&self, request: Request) -> Result<Receipt, Refusal> {
        self.request_with(request, |_| Vec::new()).await
    }

    /// The same, with rows of this node alone in the same commit: both are durable, or neither.
    ///
    /// # Errors
    /// As [`Ledger::request`]; no row is written then.
    pub async fn request_with(
        &self,
        request: Request,
        along: impl FnOnce(&Receipt) -> Vec<LocalRow> + Send + 'static,
    ) -> Result<Receipt, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.ask(Asked::Request(Box::new(request), Box::new(along), answer))?;
        answered.await.unwrap_or(Err(Refusal::Busy))
    }

    /// Takes in or writes a carrier packet ([`Request::Carry`], [`Request::Pack`]).
    ///
    /// # Errors
    /// The [`Refusal`]; [`Refusal::Busy`] when too many wait or the node is stopping.
    pub async fn carry(&self, request: Request) -> Result<Carried, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.ask(Asked::Carry(Box::new(request), answer))?;
        answered.await.unwrap_or(Err(Refusal::Busy))
    }

    /// Writes rows of this node alone; durable when it returns.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many wait or the node is stopping.
    pub async fn write(&self, rows: Vec<LocalRow>) -> Result<(), Refusal> {
        self.change(|_| Ok(rows)).await
    }

    /// Writes rows that follow from what is kept: nothing comes between the reading and the writing.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when too many wait or the node is stopping. A fault of `change` ends the process.
    pub async fn change(
        &self,
        change: impl FnOnce(&Records<'_>) -> Result<Vec<LocalRow>, StoreFault> + Send + 'static,
    ) -> Result<(), Refusal> {
        let (answer, answered) = oneshot::channel();
        self.ask(Asked::Change(Box::new(change), answer))?;
        answered.await.unwrap_or(Err(Refusal::Busy))
    }

    /// Prepares a sealed content for a request: a small one goes along, a large one is made durable
    /// first, on a thread of its own.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when the node is stopping.
    pub async fn stage(&self, sealed: Sealed) -> Result<NewContent, Refusal> {
        let Sealed { reference, ciphertext } = sealed;
        if reference.length <= SMALL_CONTENT_BYTES_MAX {
            return Ok(NewContent { reference, ciphertext: Where::Here(ciphertext) });
        }
        let (store, root) = (self.store.clone(), reference.root);
        let staged = tokio::task::spawn_blocking(move || store.stage(&root, &ciphertext)).await;
        match staged.map_err(|_| Refusal::Busy)? {
            Ok(hashes) => Ok(NewContent { reference, ciphertext: Where::Staged(hashes) }),
            Err(fault) => end_process(&fault),
        }
    }

    /// The last commit.
    pub fn snapshot(&self) -> Snapshot {
        self.store.snapshot()
    }

    /// The registry as of the last commit.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry.borrow())
    }

    /// The registry, for whoever waits for a change.
    pub fn watch_registry(&self) -> watch::Receiver<Arc<Registry>> {
        self.registry.clone()
    }

    /// Which offices are reachable.
    pub fn links(&self) -> Arc<Links> {
        Arc::clone(&self.links.borrow())
    }

    /// Whether an office may sign; an office that is not hosted may not.
    pub fn standing(&self, office: &OfficeId) -> Standing {
        let standing = self.standings.borrow().get(office).copied();
        standing.unwrap_or(Standing::Stopped(Why::Replaced))
    }

    /// Whether the hosted offices may sign, for whoever waits for a change.
    pub fn watch_standings(&self) -> watch::Receiver<Arc<Standings>> {
        self.standings.clone()
    }

    /// What is known to be still to come from others.
    pub fn backlog(&self) -> Backlog {
        *self.backlog.borrow()
    }

    /// What changes from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// The offices of this node, its first one first.
    pub fn hosted(&self) -> Vec<OfficeId> {
        self.hosted.to_vec()
    }

    /// Opens what this node keeps at rest.
    pub fn storage_key(&self) -> &StorageKey {
        self.keyring.storage()
    }

    /// Totals since the start.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.counters)
    }

    fn ask(&self, asked: Asked) -> Result<(), Refusal> {
        self.requests.try_send(asked).map_err(|_| {
            self.counters.requests_busy.add(1);
            Refusal::Busy
        })
    }
}

/// Exit code after a fault of the store (`EX_SOFTWARE` of sysexits): systemd starts the node again,
/// and the start checks what is kept.
pub const EXIT_STORE_FAULT: i32 = 70;

/// Ends the process at once: nothing may be signed, answered or sent after a fault of the store.
pub fn end_process(fault: &StoreFault) -> ! {
    tracing::error!(
        fault = observe::chain(fault),
        "the store failed; the node stops so that nothing is lost"
    );
    std::process::exit(EXIT_STORE_FAULT)
}
