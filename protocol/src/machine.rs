//! The one machine that owns custody, logs and sync of the offices of a node.
//!
//! **Feed one input, drain every output, commit what the records hold pending, and only then
//! answer or send.** Several inputs may share a commit; nothing of any of them leaves before it.
//!
//! The machine keeps in memory only what it can rebuild: the fold of the registry, and what was
//! last said to whom. Everything else it reads through [`Records`]. It never reads a clock,
//! randomness, a disk or a socket.

mod acts;
mod append;
mod before;
mod branch;
mod carry;
mod catch_up;
mod content;
mod cosign;
mod dossier;
mod escrow;
mod fork;
mod handover;
mod host;
mod import;
pub mod io;
mod lineage;
mod link;
mod matter;
mod mirror;
mod news;
mod officer;
mod reassign;
mod recall;
mod receive;
pub mod remind;
mod replaced;
mod replay;
mod restore;
mod returned;
mod standing;
mod steady;
mod succession;
mod tail;
mod track;
mod wants;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

pub use self::carry::Carried;
pub use self::catch_up::Backlog;
pub use self::cosign::{cosigner_name, origin};
pub use self::host::HostSecrets;
use self::host::{Cosigner, Host};
pub use self::io::{
    Actor, Event, Input, NewContent, NewMatter, Output, Package, Peer, Receipt, Request, Ticket, Where,
};
use self::link::Link;
pub use self::matter::open_key;
use self::news::Unnamed;
pub use self::restore::Progress;
use self::standing::Rejoin;
pub use self::standing::{Mark, Memory, Standing, Why};
use self::steady::Steady;
use crate::entropy::Entropy;
use crate::hash::Hash;
use crate::id::{ActId, KeyId, Lineage, MatterId, OfficeId};
use crate::placement::placement;
use crate::records::{Records, Role, StoreFault};
use crate::refusal::Refusal;
use crate::registry::{Register, Registry};
use crate::sealing::at_rest::StorageKey;
use crate::time::Timestamp;

/// The machine. See the module's first sentence for how it is driven.
#[cfg_attr(feature = "testing", derive(Clone))]
pub struct Machine {
    storage: StorageKey,
    hosts: BTreeMap<OfficeId, Host>,
    registry: Registry,
    digests: BTreeMap<OfficeId, Hash>,
    unnamed: BTreeMap<OfficeId, Unnamed>,
    links: BTreeMap<Peer, Link>,
    grown: BTreeSet<OfficeId>,
    last_minute: Timestamp,
    steady: Steady,
    /// Who cosigns whose log, computed when first asked for and forgotten when the registry changes.
    placements: RefCell<BTreeMap<OfficeId, Vec<(OfficeId, Role)>>>,
    /// Heads of logs that we mirror, until their leaves are here; sent again after a start.
    offered: BTreeMap<OfficeId, Vec<u8>>,
    /// Who spoke over links that are gone.
    left: lineage::Left,
    /// Who spoke last for offices elsewhere: one that is new may have lost what it had cosigned.
    heard: BTreeMap<OfficeId, Lineage>,
    /// Matters that others follow to us and that we do not know so far.
    behind: BTreeSet<MatterId>,
    /// How far acts that came back have been looked through.
    returned_to: Option<(MatterId, ActId)>,
}

/// Why a step of the machine ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Fault(#[from] StoreFault),
}

/// What one step works with.
pub(crate) struct Step<'s, 'r> {
    /// What the node's clock shows: for what is declared and cosigned.
    pub now: Timestamp,
    /// Goes on whatever the clock does: for when to say something again.
    pub steady: Timestamp,
    pub entropy: &'s mut Entropy,
    pub records: &'s mut Records<'r>,
    pub outputs: &'s mut Vec<Output>,
}

impl Step<'_, '_> {
    fn send(&mut self, to: Peer, message: crate::message::Message) {
        self.outputs.push(Output::Send { to, message });
    }

    fn event(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    /// Reports a refusal and goes on: what one peer brings about must not end the work for others.
    fn tolerate(&mut self, done: Result<(), Stop>) -> Result<(), Stop> {
        match done {
            Err(Stop::Refused(refusal)) => {
                self.outputs.push(Output::Noted(refusal));
                Ok(())
            }
            other => other,
        }
    }
}

impl Machine {
    /// A machine for these offices, with the registry rebuilt from what is kept. `memory` is what
    /// the shell remembers of an office outside its records; an office that it does not name is
    /// [`Memory::Missing`].
    ///
    /// # Errors
    /// [`StoreFault`] when the records cannot be read or contradict themselves.
    pub fn start(
        registry: Registry,
        hosts: Vec<HostSecrets>,
        storage: StorageKey,
        records: &Records<'_>,
        memory: &BTreeMap<OfficeId, Memory>,
        entropy: &mut Entropy,
    ) -> Result<Self, StoreFault> {
        let mut machine = Self::new(registry, storage);
        machine.rebuild_registry(records)?;
        machine.settle_hosts(hosts, records, memory, entropy)?;
        Ok(machine)
    }

    /// A machine for offices whose records hold just what a registry has folded already: a founded
    /// state, simulated many times.
    ///
    /// # Errors
    /// As [`Machine::start`].
    #[cfg(feature = "testing")]
    pub fn start_folded(
        registry: Registry,
        hosts: Vec<HostSecrets>,
        storage: StorageKey,
        records: &Records<'_>,
        memory: &BTreeMap<OfficeId, Memory>,
        entropy: &mut Entropy,
    ) -> Result<Self, StoreFault> {
        let mut machine = Self::new(registry, storage);
        for (office, _) in records.dossiers()? {
            let register = machine.registry.office(&office);
            let register = register.map_err(|e| StoreFault::because("take over a folded registry", e))?;
            machine.digests.insert(office, register.digest());
        }
        machine.settle_hosts(hosts, records, memory, entropy)?;
        Ok(machine)
    }

    /// What the machine remembers of its peers, in entries: must stay bounded whatever they say.
    #[cfg(feature = "testing")]
    pub fn footprint(&self) -> usize {
        self.links.values().map(Link::footprint).sum()
    }

    /// What the machine remembers beside the records, for telling two states of it apart: what was
    /// said, to whom, and whether that was just now.
    #[cfg(feature = "testing")]
    pub fn memory(&self, now: Timestamp) -> String {
        let links: Vec<_> = self.links.iter().map(|(peer, link)| (peer, link.memory(now))).collect();
        let cosigners: Vec<_> = self
            .hosts
            .values()
            .flat_map(|host| &host.cosigners)
            .map(|c| (c.office, c.role, c.acked, c.sent, c.sent_at == now))
            .collect();
        format!("{links:?} {cosigners:?}")
    }

    /// The most offers that are followed for one peer.
    #[cfg(feature = "testing")]
    pub fn offers_max(&self) -> usize {
        self.links.values().map(|link| link.incoming.len()).max().unwrap_or(0)
    }

    fn settle_hosts(
        &mut self,
        hosts: Vec<HostSecrets>,
        records: &Records<'_>,
        memory: &BTreeMap<OfficeId, Memory>,
        entropy: &mut Entropy,
    ) -> Result<(), StoreFault> {
        for secrets in hosts {
            let memory = memory.get(&secrets.office).copied().unwrap_or(Memory::Missing);
            let standing = Standing::at_start(records, &secrets.office, memory)?;
            let lineage = match memory {
                Memory::Here(mark) if standing.may_sign().is_ok() => mark.lineage,
                _ => Lineage(entropy.bytes32()),
            };
            self.adopt(secrets, standing, lineage);
        }
        self.take_places(records)?;
        self.place_cosigners();
        Ok(())
    }

    fn new(registry: Registry, storage: StorageKey) -> Self {
        Self {
            storage,
            hosts: BTreeMap::new(),
            registry,
            digests: BTreeMap::new(),
            unnamed: BTreeMap::new(),
            links: BTreeMap::new(),
            grown: BTreeSet::new(),
            last_minute: Timestamp(0),
            steady: Steady::default(),
            placements: RefCell::default(),
            offered: BTreeMap::new(),
            left: lineage::Left::new(),
            heard: BTreeMap::new(),
            behind: BTreeSet::new(),
            returned_to: None,
        }
    }

    /// The registry, for whoever has to show names or find keys.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The offices of this node.
    pub fn hosted(&self) -> Vec<OfficeId> {
        self.hosts.keys().copied().collect()
    }

    /// Peers of which offices are linked, with those offices.
    pub fn linked(&self) -> impl Iterator<Item = (Peer, &[OfficeId])> {
        self.links.iter().map(|(peer, link)| (*peer, link.offices.as_slice()))
    }

    /// Takes one input. Outputs are appended; writes stay pending in `records`.
    ///
    /// # Errors
    /// [`StoreFault`]: the process must stop, and nothing of this step may be committed.
    pub fn step(
        &mut self,
        now: Timestamp,
        entropy: &mut Entropy,
        records: &mut Records<'_>,
        input: Input,
        outputs: &mut Vec<Output>,
    ) -> Result<(), StoreFault> {
        let steady = self.steady.goes_on(now, matches!(input, Input::Tick));
        let mut step = Step { now, steady, entropy, records, outputs };
        let step = &mut step;
        let done = match input {
            Input::Tick => self.tick(step),
            Input::Connected(peer) => self.connected(step, peer),
            Input::Disconnected(peer) => {
                self.remember_left(&peer, step.steady);
                self.forget_answers(&peer);
                self.links.remove(&peer);
                self.ask_others_for_names(peer);
                step.event(Event::Links);
                Ok(())
            }
            Input::Full(peer) => {
                self.links.entry(peer).and_modify(|link| link.full = true);
                Ok(())
            }
            Input::Room(peer) => self.room(step, peer),
            Input::Frame { from, bytes } => self.frame(step, from, &bytes),
            Input::Request { ticket, request: request @ (Request::Carry(_) | Request::Pack { .. }) } => {
                let answer = match self.carrier(step, request) {
                    Ok(carried) => Ok(carried),
                    Err(Stop::Refused(refusal)) => Err(refusal),
                    Err(Stop::Fault(fault)) => return Err(fault),
                };
                step.outputs.push(Output::Carried { ticket, answer });
                Ok(())
            }
            Input::Request { ticket, request } => {
                let answer = match self.request(step, request) {
                    Ok(receipt) => Ok(receipt),
                    Err(Stop::Refused(refusal)) => Err(refusal),
                    Err(Stop::Fault(fault)) => return Err(fault),
                };
                step.outputs.push(Output::Answer { ticket, answer });
                Ok(())
            }
            Input::Settle => self.settle(step),
        };
        match done {
            // A peer's mistake ends with the step; it is reported, and the link goes on.
            Err(Stop::Refused(refusal)) => {
                step.outputs.push(Output::Noted(refusal));
                Ok(())
            }
            Err(Stop::Fault(fault)) => Err(fault),
            Ok(()) => Ok(()),
        }
    }

    fn request(&mut self, step: &mut Step<'_, '_>, request: Request) -> Result<Receipt, Stop> {
        let signs = match &request {
            Request::Begin { actor, .. } | Request::Act { actor, .. } | Request::Register { actor, .. } => {
                Some(&actor.office)
            }
            Request::Publish { office, .. } | Request::HandOn { office, .. } => Some(office),
            Request::Import(_)
            | Request::Reassign(_)
            | Request::Carry(_)
            | Request::Pack { .. }
            | Request::Continue { .. }
            | Request::Rejoin { .. } => None,
        };
        if let Some(office) = signs {
            self.may_sign(office)?;
        }
        match request {
            Request::Begin { actor, operation, matter } => self.begin(step, &actor, operation, matter),
            Request::Act { actor, operation, matter, command, contents } => {
                self.command(step, &actor, operation, matter, &command, contents)
            }
            Request::Register { actor, change } => self.change_register(step, &actor, &change),
            Request::Publish { office, snapshot } => self.publish_directory(step, office, &snapshot),
            Request::Import(package) => {
                let taken = self.import(step, &package);
                // What was folded before something was refused counts all the same.
                self.registry_changed(step);
                taken
            }
            Request::Continue { actor } => self.continue_unwitnessed(step, &actor),
            Request::Rejoin { office } => self.rejoin(step, office),
            Request::HandOn { office, to, matter } => self.hand_on(step, office, to, matter),
            Request::Reassign(acts) => self.take_order(step, None, &acts),
            Request::Carry(_) | Request::Pack { .. } => Err(Refusal::PacketNotHere.into()),
        }
    }

    fn carrier(&mut self, step: &mut Step<'_, '_>, request: Request) -> Result<Carried, Stop> {
        match request {
            Request::Carry(bytes) => self.carry(step, &bytes),
            Request::Pack { to, answers } => self.pack(step, to, answers),
            _ => Err(Refusal::PacketNotHere.into()),
        }
    }

    /// Whether the node hosts an office.
    fn hosts(&self, office: &OfficeId) -> bool {
        self.hosts.contains_key(office)
    }

    fn host(&self, office: &OfficeId) -> Result<&Host, Refusal> {
        self.hosts.get(office).ok_or(Refusal::OfficeUnknown)
    }

    /// Who cosigns the log of an office.
    fn placement_of(&self, office: &OfficeId) -> Vec<(OfficeId, Role)> {
        let mut known = self.placements.borrow_mut();
        known.entry(*office).or_insert_with(|| placement(&self.registry, office)).clone()
    }

    /// The peer that is linked and hosts an office.
    fn peer_of(&self, office: &OfficeId) -> Option<Peer> {
        self.links.iter().find(|(_, link)| link.offices.contains(office)).map(|(peer, _)| *peer)
    }

    /// Whether the registry admits a peer.
    pub fn admits(&self, peer: &Peer) -> bool {
        let offices = self.registry.offices_of_transport(&peer.0);
        !offices.is_empty() && !offices.iter().any(|office| self.hosts(office))
    }

    /// Peers that the registry admits: what the transport's allow list must be.
    pub fn admitted_peers(&self) -> Vec<Peer> {
        let own: Vec<_> = self.hosts.keys().filter_map(|o| self.transport(o)).collect();
        let all = self.registry.offices().filter(|register| self.registry.is_admitted(register));
        let mut peers: Vec<Peer> = all.filter_map(|register| self.transport(&register.id())).collect();
        peers.retain(|peer| !own.contains(peer));
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    fn transport(&self, office: &OfficeId) -> Option<Peer> {
        Some(Peer(self.registry.office(office).ok()?.incarnation()?.transport.to_bytes()))
    }

    /// Computes anew who cosigns the own logs; what they are known to have stays known.
    fn place_cosigners(&mut self) {
        self.placements.borrow_mut().clear();
        for (office, host) in &mut self.hosts {
            let known = std::mem::take(&mut host.cosigners);
            for (cosigner, role) in placement(&self.registry, office) {
                let Ok(key) = self.registry.office(&cosigner).map(|register| cosigning(register, role))
                else {
                    continue;
                };
                let Some(key) = key else { continue };
                // A new node of a cosigner starts anew: what the one before held is its own to prove.
                let old = known.iter().find(|k| (k.office, k.role, k.key) == (cosigner, role, key));
                host.cosigners.push(old.copied().unwrap_or(Cosigner {
                    office: cosigner,
                    role,
                    key,
                    acked: 0,
                    sent: 0,
                    sent_at: Timestamp(0),
                }));
            }
        }
    }
}

/// The id of the key with which an office cosigns now.
fn cosigning(register: &Register, role: Role) -> Option<KeyId> {
    let incarnation = register.incarnation()?;
    Some(match role {
        Role::Mirror => incarnation.mirror.id(),
        Role::Witness => incarnation.witness.id(),
    })
}
