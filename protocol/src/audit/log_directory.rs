//! The audit of a whole office log: what an auditor does with a copy of it, weeks later and
//! offline. Everything is recomputed from the leaves; authority is judged by the register as it
//! stood below each of them. This module never reads a disk: files come through a closure.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;

use super::finding::Finding;
use super::judge::{Judge, inception, read_checkpoint, seen_at};
use super::matters::{Matters, Trouble};
use super::report::{ActLine, Authority, Check, Report, Subject, Verdict};
use crate::act::body::{Contest, TakeUp};
use crate::act::{Body, Header, MatterKind, Place, UnverifiedAct, VerifiedAct};
use crate::ceremony;
use crate::custody;
use crate::custody::order::Order;
use crate::hash::Hash;
use crate::id::{ActId, MatterId, OfficeId, StateId};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::note::LogKey;
use crate::log::proof::verify_inclusion;
use crate::log::tile::{TILE_WIDTH, TileKind, TilePath, decode_entries, encode_entries};
use crate::log::tree::{Frontier, leaf_hash};
use crate::machine::{Package, origin};
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::time::Timestamp;

/// Path of the registry file beside the C2SP paths of the log.
pub const REGISTRY_PATH: &str = "registry.mohar";

/// Path of the checkpoint (C2SP `tlog-tiles`).
pub const CHECKPOINT_PATH: &str = "checkpoint";

/// Leaves of one audited log: the 250,000 of a large district in ten years, with room. At 700
/// bytes each they take 2.8 GB of memory; above that an auditor cuts the log at a checkpoint.
pub const LEAVES_MAX: u64 = 4_000_000;

/// A whole office log as an auditor has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirectory {
    /// The checkpoint note with its cosignatures.
    pub checkpoint: Vec<u8>,
    /// The leaves, in order.
    pub leaves: Vec<Vec<u8>>,
    /// Charter and dossiers of the offices concerned.
    pub registry: Package,
}

impl LogDirectory {
    /// Reads a log from its files: the checkpoint, the registry and the entry bundles.
    ///
    /// # Errors
    /// [`Refusal`] when a file is missing or is not what its name says.
    pub fn from_files(read: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, Refusal> {
        let checkpoint = read(CHECKPOINT_PATH).ok_or(Refusal::CheckpointUnreadable)?;
        let claimed = SignedCheckpoint::parse(&checkpoint).map_err(|_| Refusal::CheckpointUnreadable)?;
        let size = claimed.claimed().head.size;
        if size > LEAVES_MAX {
            return Err(Refusal::ContentTooLarge);
        }
        let mut leaves = Vec::new();
        for path in entry_paths(size) {
            let bytes = read(&path.to_string()).ok_or(Refusal::LogRootMismatch)?;
            let entries = decode_entries(&bytes, path.width.into()).map_err(|_| Refusal::ActUnreadable)?;
            leaves.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
        let registry = read(REGISTRY_PATH).ok_or(Refusal::OfficeUnknown)?;
        let registry = ceremony::from_file(&registry).map_err(|_| Refusal::ActUnreadable)?;
        Ok(Self { checkpoint, leaves, registry })
    }

    /// The files of a log, by path.
    ///
    /// # Errors
    /// [`Refusal::ActTooLarge`] when a leaf does not fit into an entry bundle.
    pub fn to_files(&self) -> Result<Vec<(String, Vec<u8>)>, Refusal> {
        let mut files = vec![
            (CHECKPOINT_PATH.to_owned(), self.checkpoint.clone()),
            (REGISTRY_PATH.to_owned(), ceremony::to_file(&self.registry)),
        ];
        for (path, entries) in entry_paths(self.leaves.len() as u64).zip(self.leaves.chunks(TILE_WIDTH)) {
            let bytes = encode_entries(entries).map_err(|_| Refusal::ActTooLarge)?;
            files.push((path.to_string(), bytes));
        }
        Ok(files)
    }
}

fn entry_paths(size: u64) -> impl Iterator<Item = TilePath> {
    let width = TILE_WIDTH as u64;
    (0..size.div_ceil(width)).map(move |tile| TilePath {
        kind: TileKind::Entries,
        tile,
        width: (size - tile * width).min(width) as u16,
    })
}

/// Verifies a whole office log against one trusted state.
pub fn verify_log(directory: &LogDirectory, trust: StateId) -> Report {
    let office = directory.leaves.first().and_then(|leaf| inception(leaf)).map(|(office, _)| office);
    let mut judge = Judge::new(trust);
    let waiting = judge.fold(&directory.registry, office);
    let Some(office) = office else {
        let finding = if directory.leaves.is_empty() { Finding::LogEmpty } else { Finding::LogBegin };
        judge.tally.found("log", None, finding);
        judge.report_waiting(&waiting);
        let unread = |position| ActLine::unread(position, Verdict::NotChecked);
        judge.tally.acts = (0..directory.leaves.len() as u64).map(unread).collect();
        return judge.tally.finish(Subject::Log(None), trust, Authority::Complete);
    };
    let mut walk = Walk::new(judge, office, waiting);
    for (index, leaf) in (0..).zip(&directory.leaves) {
        walk.leaf(index, leaf);
    }
    walk.end(directory);
    walk.judge.tally.finish(Subject::Log(Some(office)), trust, Authority::Complete)
}

/// An order of reassignment that stands in the log.
struct LoggedOrder {
    leaf: Hash,
    /// Time anchors that stood below it.
    anchored: u64,
    contested: bool,
}

/// A walk over the leaves, in order; the registry holds what stands below the next one.
struct Walk {
    judge: Judge,
    office: OfficeId,
    waiting: Vec<Vec<ByteVec>>,
    seen: BTreeSet<ActId>,
    anchors: BTreeMap<ActId, Option<u64>>,
    places: BTreeSet<(MatterId, u32, u64)>,
    orders: BTreeMap<ActId, LoggedOrder>,
    anchored: u64,
    matters: Matters,
    time: Timestamp,
    /// Hashes of the leaves so far.
    hashes: Vec<Hash>,
    /// Leaves from here on are register entries of the office itself.
    others_to: u64,
}

impl Walk {
    fn new(judge: Judge, office: OfficeId, waiting: Vec<Vec<ByteVec>>) -> Self {
        Self {
            judge,
            office,
            waiting,
            seen: BTreeSet::new(),
            anchors: BTreeMap::new(),
            places: BTreeSet::new(),
            orders: BTreeMap::new(),
            anchored: 0,
            matters: Matters::default(),
            time: Timestamp(0),
            hashes: Vec::new(),
            others_to: 0,
        }
    }

    fn leaf(&mut self, index: u64, bytes: &[u8]) {
        let line = match self.judge.act(bytes) {
            Err(finding) => {
                let unread = ActLine::unread(index, Verdict::Failed(finding));
                // Whoever it is said to be from helps to find it; nothing of it is proven.
                let header = UnverifiedAct::parse(bytes).ok().map(|act| act.header().clone());
                ActLine { office: header.and_then(|header| header.office), ..unread }
            }
            Ok((act, signer)) => {
                let mut found = Vec::new();
                let after_failure = self.judge_place(index, &act, &signer, &mut found);
                let mut line = ActLine::of(index, &act, &found);
                if after_failure && !matches!(line.verdict, Verdict::Failed(_)) {
                    line.verdict = Verdict::NotChecked;
                }
                line
            }
        };
        self.hashes.push(leaf_hash(bytes));
        self.judge.tally.acts.push(line);
    }

    /// Everything about an act that depends on where it stands. Returns whether its matter broke
    /// before it.
    fn judge_place(
        &mut self,
        index: u64,
        act: &VerifiedAct,
        signer: &Signer,
        found: &mut Vec<Finding>,
    ) -> bool {
        let header = act.header();
        self.judge.tally.did(Check::Once);
        if !self.seen.insert(act.id()) {
            found.push(Finding::LogTwice);
            return false;
        }
        if !self.belongs(act) {
            found.push(Finding::LogForeign);
            return false;
        }
        if (header.kind, header.place) != (MatterKind::REGISTER, Place::Chain) {
            self.others_to = index + 1;
        }
        found.extend(self.register_below(header).err());
        self.judge_time(header, found);
        match (header.kind, header.place) {
            (MatterKind::REGISTER, _) => {
                found.extend(self.judge_register(index, act, signer).err());
                false
            }
            (MatterKind::FILE | MatterKind::DAK, Place::Chain) => {
                found.extend(self.judge_chain(index, act).err());
                self.judge.tally.did(Check::Custody);
                match self.matters.take(act, signer, &self.judge.registry, self.office) {
                    Ok(()) => false,
                    Err(Trouble::Found(finding)) => {
                        found.push(finding);
                        false
                    }
                    Err(Trouble::AfterFailure) => true,
                }
            }
            (MatterKind::FILE | MatterKind::DAK, Place::Side) => {
                found.extend(self.judge_side(act).err());
                false
            }
            _ => {
                let known = header.known_verb().is_some();
                found.push(if known { Finding::LogForeign } else { Refusal::ActUnknownVerb.into() });
                false
            }
        }
    }

    /// Whether an act belongs into this log: what the office said, and what was said to take it in.
    fn belongs(&self, act: &VerifiedAct) -> bool {
        let own_register =
            act.header().kind == MatterKind::REGISTER && ActId::from(act.matter()) == self.office.into();
        // An order concerns the office that loses a file and the one that takes it up, not only the
        // one that gave it; so do its endorsements, and what the losing office says against it.
        let of_order = match act.body() {
            Body::Reassign(body) => body.from == self.office || body.to.office == self.office,
            Body::Endorse(body) => self.orders.contains_key(&body.act),
            Body::Contest(body) => self.orders.contains_key(&body.order),
            _ => false,
        };
        act.header().office == Some(self.office) || own_register || of_order
    }

    /// An act must cite the newest register entry below it: an older one proves that the office
    /// knew better, a later one that the log was put together afterwards.
    fn register_below(&mut self, header: &Header) -> Result<(), Finding> {
        let (Some(cited), true) = (header.register, header.office == Some(self.office)) else {
            return Ok(());
        };
        self.judge.tally.did(Check::Register);
        let register = self.judge.registry.office(&self.office)?;
        match register.position(&cited) {
            _ if cited == register.head() => Ok(()),
            Some(_) => Err(Finding::RegisterOlder),
            None => Err(Finding::RegisterLater),
        }
    }

    fn judge_time(&mut self, header: &Header, found: &mut Vec<Finding>) {
        if header.office.is_some() && header.office != Some(self.office) {
            return; // the word of another office, with that office's clock and anchor
        }
        self.judge.tally.did(Check::Time);
        if header.time < self.time {
            found.push(Finding::TimeBackwards);
        }
        self.time = header.time;
        let Some(anchor) = header.anchor else { return };
        self.judge.tally.did(Check::Anchor);
        match self.anchors.get(&anchor) {
            None => found.push(Finding::Anchor),
            Some(Some(seconds)) if header.time.seconds() < *seconds => found.push(Finding::TimeBeforeAnchor),
            Some(_) => {}
        }
    }

    fn judge_register(&mut self, index: u64, act: &VerifiedAct, signer: &Signer) -> Result<(), Finding> {
        if let Body::Anchor(anchor) = act.body() {
            self.judge.tally.did(Check::Anchor);
            let checkpoint = read_checkpoint(&self.judge.registry, &anchor.office, &anchor.note)?;
            self.anchors.insert(act.id(), seen_at(&self.judge.registry, &checkpoint));
            self.anchored += 1;
        }
        if ActId::from(act.matter()) != self.office.into() {
            return Ok(()); // an admission that this office gave: it is in the dossier of the other
        }
        self.judge.tally.did(Check::Link);
        self.judge_start(index, act)?;
        self.judge.registry.apply(act, signer)?;
        if index == 0 {
            let waiting = std::mem::take(&mut self.waiting);
            self.waiting = self.judge.fold_dossiers(waiting);
        }
        if *act.body() == Body::Unknown { Err(Refusal::ActUnknownVerb.into()) } else { Ok(()) }
    }

    /// A later incarnation starts where its act says: from there to the act itself the log holds
    /// nothing but register entries that were logged again, and below it what the act says survived.
    fn judge_start(&mut self, index: u64, act: &VerifiedAct) -> Result<(), Finding> {
        let Body::Incarnate(body) = act.body() else { return Ok(()) };
        let root_of = |size: u64| Frontier::of_leaves(&self.hashes[..size as usize]).root();
        let starts = body.start.size >= self.others_to && body.start.size <= index;
        let fits = body.number == 1 || (starts && root_of(body.start.size) == body.start.root);
        if fits { Ok(()) } else { Err(Refusal::IncarnationStart.into()) }
    }

    fn judge_chain(&mut self, index: u64, act: &VerifiedAct) -> Result<(), Finding> {
        let header = act.header();
        self.judge.tally.did(Check::Link);
        if !self.places.insert((act.matter(), header.epoch, header.number)) {
            return Err(Refusal::ChainFork.into());
        }
        match act.body() {
            Body::Handover(handover) => {
                let (named, ready) = custody::read_ready(&handover.ready, &self.judge.registry)?;
                if named.matter != Some(act.matter()) {
                    return Err(Finding::ReadyStray);
                }
                self.judge.admitted(&ready.to.office)?;
                if index > ready.valid_to_size { Err(Refusal::ReadyLapsed.into()) } else { Ok(()) }
            }
            Body::Receive(receive) if receive.witnessed.is_none() => Err(Finding::Unwitnessed),
            Body::TakeUp(body) => self.judge_take_up(act, body),
            _ => Ok(()),
        }
    }

    /// A taking up: by an order that holds, stands in this log, waited its window and was not
    /// contested meanwhile.
    fn judge_take_up(&self, act: &VerifiedAct, body: &TakeUp) -> Result<(), Finding> {
        let endorsements = body.endorsements.iter().map(|act| act.as_slice());
        let order = Order::read(&body.order, endorsements, &self.judge.registry)?;
        if order.act.matter() != act.matter() || order.body.to.office != self.office {
            return Err(Refusal::OrderMismatch.into());
        }
        match self.orders.get(&order.act.id()) {
            Some(logged) if logged.contested => Err(Refusal::OrderContested.into()),
            Some(logged) if self.anchored - logged.anchored >= u64::from(order.body.window) => Ok(()),
            _ => Err(Refusal::OrderOpen.into()),
        }
    }

    /// A contest: the checkpoint that it embeds is of its office and contains the order.
    fn judge_contest(&mut self, act: &VerifiedAct, contest: &Contest) -> Result<(), Finding> {
        let by = act.header().office.ok_or(Refusal::ActHeader)?;
        let checkpoint = read_checkpoint(&self.judge.registry, &by, &contest.note)?;
        let logged = self.orders.get_mut(&contest.order).ok_or(Refusal::OrderMismatch)?;
        verify_inclusion(logged.leaf, contest.index, checkpoint.head(), &contest.proof)
            .map_err(|_| Refusal::LogProofInvalid)?;
        logged.contested = true;
        Ok(())
    }

    /// A side act of a matter: what it embeds must be this office's own word.
    fn judge_side(&mut self, act: &VerifiedAct) -> Result<(), Finding> {
        custody::beside::check_form(act)?;
        match act.body() {
            Body::Ready(ready) if ready.to.office != self.office => Err(Finding::ReadyStray),
            Body::RequestRecall(request) => {
                let (named, ready) = custody::read_ready(&request.ready, &self.judge.registry)?;
                let fits = ready.to.office == self.office && named.matter == Some(act.matter());
                if fits { Ok(()) } else { Err(Finding::ReadyStray) }
            }
            Body::Reassign(_) => {
                let leaf = leaf_hash(act.bytes());
                let order = LoggedOrder { leaf, anchored: self.anchored, contested: false };
                self.orders.insert(act.id(), order);
                Ok(())
            }
            Body::Contest(contest) => self.judge_contest(act, contest),
            Body::Unknown => Err(Refusal::ActUnknownVerb.into()),
            _ => Ok(()),
        }
    }

    /// What can be said only about the log as a whole.
    fn end(&mut self, directory: &LogDirectory) {
        let office = self.office;
        let waiting = std::mem::take(&mut self.waiting);
        self.judge.report_waiting(&waiting);
        if let Err(finding) = self.judge.admitted(&office) {
            self.judge.tally.found("registry", Some(office), finding);
        }
        if self.registry_differs(&directory.registry) {
            self.judge.tally.found("registry", Some(office), Finding::RegisterTwo);
        }
        let checkpoint = match self.judge.checkpoint(office, &directory.checkpoint) {
            Ok(checkpoint) => checkpoint,
            Err(finding) => return self.judge.tally.found("checkpoint", Some(office), finding),
        };
        let register = self.judge.registry.office(&office).ok();
        let newest = register.and_then(|register| register.incarnation());
        let newest = newest.map(|incarnation| LogKey::new(origin(&office), incarnation.signing));
        if newest.is_none_or(|key| key.verify(checkpoint.note()).is_err()) {
            self.judge.tally.found("checkpoint", Some(office), Refusal::IncarnationStale.into());
        }
        self.judge.tally.did(Check::Root);
        let hashes = &self.hashes;
        if checkpoint.head().size != hashes.len() as u64 {
            self.judge.tally.found("checkpoint", Some(office), Finding::LogSize);
        } else if Frontier::of_leaves(hashes).root() != checkpoint.head().root {
            self.judge.tally.found("checkpoint", Some(office), Refusal::LogRootMismatch.into());
        }
    }

    /// Whether the dossier that came along contradicts the register in the log. It may be longer
    /// (fetched later) or shorter, but of the same acts.
    fn registry_differs(&self, package: &Package) -> bool {
        let Ok(register) = self.judge.registry.office(&self.office) else { return false };
        let of_office = |dossier: &&Vec<ByteVec>| {
            dossier.first().and_then(|first| inception(first)).is_some_and(|(id, _)| id == self.office)
        };
        let acts = package.dossiers.iter().filter(of_office).flatten();
        acts.filter_map(|bytes| UnverifiedAct::parse(bytes).ok())
            .filter(|act| act.header().place == Place::Chain && act.header().number <= register.number())
            .any(|act| register.position(&act.id()) != Some(act.header().number))
    }
}
