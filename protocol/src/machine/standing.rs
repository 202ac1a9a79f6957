//! Whether a hosted office may sign: the rejoin barrier.
//!
//! A store cannot know from its own content what was signed from another copy of it. So a small
//! mark of the newest signed head is kept outside every backup, with the identity of the disk. If
//! the mark is there and fits, the office works at once: a power cut stops nobody. Otherwise it
//! asks everybody it is linked with for its own newest head, takes back what it lacks
//! (`machine/tail.rs`), and works again when at least one cosigner has answered and nobody knows
//! more than it does. While it asks it answers readers and cosigns for others, and signs nothing.
//!
//! This module never judges another office's log.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use super::{Actor, Cosigner, Event, Host, Machine, Output, Peer, Receipt, Step, Stop};
use crate::act::{Body, Header, LEVEL, VerifiedAct, body};
use crate::guard::{self, Guard};
use crate::hash::Hash;
use crate::id::{ActId, Lineage, OfficeId};
use crate::message::{Message, VERSION, Word};
use crate::records::{LogState, Records, Role, StoreFault};
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::time::Timestamp;

/// Whoever did not answer is asked again after this time.
const ASK_AGAIN_MS: u64 = 5_000;

/// After the first cosigner's answer the other links are waited for this long.
const ANSWERS_WAIT_MS: u64 = 10_000;

/// Own acts that nothing is known of, about which an office asks in the life of a process. More than
/// that is the work of a thief with its key, and must not keep it from working.
const ASKED_ABOUT_MAX: usize = 256;

/// What was signed last, as kept outside the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Mark {
    /// Leaves under the newest signed head.
    #[n(0)]
    pub size: u64,
    /// Its root.
    #[n(1)]
    pub root: Hash,
    /// The incarnation that signed it.
    #[n(2)]
    pub incarnation: u32,
    /// The installation that signed it.
    #[n(3)]
    pub lineage: Lineage,
}

/// What the shell remembers of an office besides its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// Nothing.
    Missing,
    /// A mark, made by another machine or for another disk.
    Elsewhere,
    /// A mark of this machine and this disk.
    Here(Mark),
}

/// Whether an office may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Working,
    /// It may not, until cosigners have said what was signed before.
    Asking(Why),
    /// It may not, until everything is here that its new incarnation goes on from.
    Restoring,
    /// It may, because its head of office said so; nobody could be asked.
    Continuing,
    /// It may not, until people decide.
    Stopped(Why),
}

/// Why an office does not simply work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There is a log and no mark.
    NoMark,
    /// The mark is of another machine or disk.
    Elsewhere,
    /// The store holds less than the mark says was signed, or something else.
    BehindMark,
    /// A cosigner knows more of the log than this store.
    Ahead,
    /// A cosigner knows another log.
    Contradicted,
    /// Another installation is at work with the same key.
    Twin,
    /// Office IT asked for it.
    Requested,
    /// Another installation took over.
    Superseded,
    /// A newer incarnation speaks for the office.
    Replaced,
    /// What a new incarnation goes on from has come back from mirrors.
    Restored,
}

impl Standing {
    /// Stable word for status and pages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Asking(_) => "asking",
            Self::Restoring => "restoring",
            Self::Continuing => "continuing",
            Self::Stopped(_) => "stopped",
        }
    }

    /// Why, unless it works.
    pub const fn why(self) -> Option<Why> {
        match self {
            Self::Working | Self::Continuing | Self::Restoring => None,
            Self::Asking(why) | Self::Stopped(why) => Some(why),
        }
    }

    /// Whether acts may be signed.
    ///
    /// # Errors
    /// The [`Refusal`] that says what is awaited and what to do.
    pub const fn may_sign(self) -> Result<(), Refusal> {
        match self {
            Self::Working | Self::Continuing => Ok(()),
            Self::Asking(Why::Twin) => Err(Refusal::RejoinTwin),
            Self::Restoring => Err(Refusal::Restoring),
            Self::Stopped(Why::Replaced) => Err(Refusal::IncarnationStale),
            Self::Stopped(_) => Err(Refusal::RejoinSuperseded),
            Self::Asking(_) => Err(Refusal::RejoinAsking),
        }
    }
}

impl Why {
    /// Stable word for status and logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoMark => "no_mark",
            Self::Elsewhere => "elsewhere",
            Self::BehindMark => "behind_mark",
            Self::Ahead => "ahead",
            Self::Contradicted => "contradicted",
            Self::Twin => "twin",
            Self::Requested => "requested",
            Self::Superseded => "superseded",
            Self::Replaced => "replaced",
            Self::Restored => "restored",
        }
    }
}

/// What has been heard since the office began to ask. Lost with the process and asked again.
#[derive(Debug, Default, Clone)]
pub(super) struct Rejoin {
    /// The people of the office have decided that this installation takes over.
    claim: bool,
    /// Leaves below are the same here and at the cosigners.
    pub base: Option<u64>,
    answers: BTreeMap<Peer, Answer>,
    first_answer: Option<Timestamp>,
    asked_at: Timestamp,
}

impl Rejoin {
    /// Whether a peer has said a head that is not one of a beginning of what is here.
    pub(super) fn lacks_what_is_at(&self, peer: &Peer) -> bool {
        self.answers.get(peer).is_some_and(|answer| !answer.fits && !answer.twin)
    }
}

/// What one peer said.
#[derive(Debug, Clone, Copy)]
struct Answer {
    /// It cosigns the log and listens to this installation.
    counts: bool,
    /// Another installation is at work.
    twin: bool,
    /// What it knows is part of what is here.
    fits: bool,
}

impl Standing {
    /// What an office begins with.
    pub(super) fn at_start(
        records: &Records<'_>,
        office: &OfficeId,
        memory: Memory,
    ) -> Result<Self, StoreFault> {
        let log = records.log(office)?.unwrap_or_else(LogState::empty);
        let size = log.frontier.size();
        if guard::is_off(Guard::Rejoin) {
            return Ok(Self::Working);
        }
        Ok(match memory {
            Memory::Missing if size == 0 => Self::Working,
            Memory::Missing => Self::Asking(Why::NoMark),
            Memory::Elsewhere => Self::Asking(Why::Elsewhere),
            // Damage is no restored copy: the node ends with it before it signs a head (`machine/cosign.rs`).
            Memory::Here(_) if records.frontier_at(office, size)?.root() != log.frontier.root() => {
                Self::Working
            }
            Memory::Here(mark)
                if mark.size > size || records.frontier_at(office, mark.size)?.root() != mark.root =>
            {
                Self::Asking(Why::BehindMark)
            }
            Memory::Here(_) if continues(records, office, &log)? => Self::Continuing,
            Memory::Here(_) => Self::Working,
        })
    }
}

/// Whether the part of a log that nobody has cosigned holds the word of the head of office.
fn continues(records: &Records<'_>, office: &OfficeId, log: &LogState) -> Result<bool, StoreFault> {
    let held = records.held(office)?;
    let seen = held.by.iter().map(|(_, _, size, _)| *size).max().unwrap_or(0);
    if seen >= log.frontier.size() {
        return Ok(false);
    }
    for id in records.leaves(office, seen, usize::MAX >> 1)? {
        if matches!(records.expect_act(&id)?.body(), Body::ContinueUnwitnessed(_)) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Machine {
    /// Whether a hosted office may sign; none for other offices.
    pub fn standing(&self, office: &OfficeId) -> Option<Standing> {
        self.hosts.get(office).map(|host| host.standing)
    }

    /// Whether a hosted office may sign acts and heads now.
    pub(super) fn may_sign(&self, office: &OfficeId) -> Result<(), Refusal> {
        self.host(office)?.standing.may_sign()
    }

    /// Hosted offices that speak only after they have been answered.
    pub(super) fn asking(&self) -> Vec<OfficeId> {
        let asks = |host: &&Host| matches!(host.standing, Standing::Asking(_) | Standing::Continuing);
        self.hosts.values().filter(asks).map(|host| host.secrets.office).collect()
    }

    pub(super) fn hello(&self) -> Message {
        let offices = self.hosts.iter().map(|(office, host)| (*office, host.lineage)).collect();
        Message::Hello { version: VERSION, level_max: LEVEL, offices }
    }

    /// The mark of the newest signed head.
    pub(super) fn mark(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        log: &LogState,
    ) -> Result<(), Stop> {
        let incarnation = self.registry.office(&office).ok().and_then(|register| register.incarnation());
        let mark = Mark {
            size: log.signed.size(),
            root: log.signed.root(),
            incarnation: incarnation.map_or(0, |incarnation| incarnation.number),
            lineage: self.host(&office)?.lineage,
        };
        step.outputs.push(Output::Mark { office, mark });
        if let Some(host) = self.hosts.get_mut(&office) {
            host.marked = true;
        }
        Ok(())
    }

    /// After a start, before anything leaves: a process that ended between a commit and its mark has
    /// left a mark that an older copy of the disk would fit, although cosigners are told of the rest now.
    pub(super) fn mark_after_start(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        let unmarked = |host: &&Host| !host.marked && host.standing.may_sign().is_ok();
        let offices: Vec<OfficeId> =
            self.hosts.values().filter(unmarked).map(|host| host.secrets.office).collect();
        for office in offices {
            if let Some(log) = step.records.log(&office)?.filter(|log| !log.note.is_empty()) {
                self.mark(step, office, &log)?;
            }
        }
        Ok(())
    }

    /// The office stops signing and asks. A contradiction makes it another installation, so that
    /// cosigners can tell it from a twin that goes on.
    pub(super) fn ask_from_now(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        why: Why,
    ) -> Result<(), Stop> {
        let Some(host) = self.hosts.get_mut(&office).filter(|_| !guard::is_off(Guard::Rejoin)) else {
            return Ok(());
        };
        let silent = matches!(host.standing, Standing::Stopped(_));
        // What is being restored asks when that is done.
        let restores = host.standing == Standing::Restoring && why != Why::Restored;
        if silent || restores || host.standing == Standing::Asking(why) {
            return Ok(());
        }
        host.standing = Standing::Asking(why);
        if why == Why::Twin {
            step.event(Event::Standing(office));
            return Ok(());
        }
        host.rejoin = Rejoin { claim: why == Why::Requested, ..Rejoin::default() };
        host.lineage = Lineage(step.entropy.bytes32());
        step.event(Event::Standing(office));
        let hello = self.hello();
        for peer in self.links.keys() {
            step.send(*peer, hello.clone());
        }
        self.ask_links(step, office)
    }

    /// An act of our own that we know nothing of: another copy of this disk has signed it, and nobody
    /// has said so yet. The office asks before it judges; for each such act once, so that one that no
    /// mirror holds is judged when it comes again. Whether it asks.
    pub(super) fn ask_about(&mut self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<bool, Stop> {
        let (id, office) = (act.id(), act.header().office);
        let Some((office, host)) = office.and_then(|office| Some((office, self.hosts.get_mut(&office)?)))
        else {
            return Ok(false);
        };
        let known = step.records.place(&id, &office)?.is_some() || step.records.is_orphan(&office, &id)?;
        if known || host.asked_about.len() >= ASKED_ABOUT_MAX || !host.asked_about.insert(id) {
            return Ok(false);
        }
        self.ask_from_now(step, office, Why::Ahead)?;
        Ok(self.may_sign(&office).is_err())
    }

    fn stop(&mut self, step: &mut Step<'_, '_>, office: OfficeId, why: Why) {
        if let Some(host) = self.hosts.get_mut(&office).filter(|host| host.standing != Standing::Stopped(why))
        {
            host.standing = Standing::Stopped(why);
            step.event(Event::Standing(office));
        }
    }

    /// Asks a new link.
    pub(super) fn ask_peer(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        for office in self.asking() {
            // What the peer has of our files comes before its answer, for a link keeps the order.
            self.track_held(step, peer, &office)?;
            let claim = self.host(&office)?.rejoin.claim;
            step.send(peer, Message::AskHead { office, claim });
        }
        Ok(())
    }

    fn ask_links(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let now = step.steady;
        let Some(host) = self.hosts.get_mut(&office) else { return Ok(()) };
        host.rejoin.asked_at = now;
        let sure = |answer: &&Answer| answer.fits && !answer.twin;
        let answered: Vec<Peer> =
            host.rejoin.answers.iter().filter(|(_, a)| sure(a)).map(|(peer, _)| *peer).collect();
        let claim = host.rejoin.claim;
        let peers: Vec<Peer> = self.links.keys().copied().filter(|peer| !answered.contains(peer)).collect();
        for peer in peers {
            self.track_held(step, peer, &office)?;
            step.send(peer, Message::AskHead { office, claim });
        }
        Ok(())
    }

    /// Once a second: asks again, and looks whether enough has been heard.
    pub(super) fn tick_standing(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for office in self.asking() {
            if step.steady.ms_since(self.host(&office)?.rejoin.asked_at) >= ASK_AGAIN_MS {
                self.ask_links(step, office)?;
            }
            self.work_if_answered(step, office)?;
        }
        Ok(())
    }

    /// A link is gone, and with it what was heard over it.
    pub(super) fn forget_answers(&mut self, peer: &Peer) {
        for host in self.hosts.values_mut() {
            host.rejoin.answers.remove(peer);
        }
    }

    /// A peer says what it knows of an own log.
    pub(super) fn take_head_known(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        word: Word,
        note: &[u8],
    ) -> Result<(), Stop> {
        let standing = self.host(&office)?.standing;
        if matches!(standing, Standing::Stopped(_) | Standing::Restoring) {
            return Ok(());
        }
        let theirs = self.link(from)?.offices.clone();
        let cosigns = self.host(&office)?.cosigners.iter().any(|c| theirs.contains(&c.office));
        if cosigns && word == Word::Retired && !guard::is_off(Guard::Rejoin) {
            self.stop(step, office, Why::Superseded);
            return Ok(());
        }
        let twin = cosigns && word == Word::Twin;
        if twin {
            self.ask_from_now(step, office, Why::Twin)?;
        }
        let mut fits = true;
        if !note.is_empty() {
            let head = *self.verified_checkpoint(&office, note)?.head();
            let log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
            let ahead = head.size > log.frontier.size();
            fits = !ahead && step.records.frontier_at(&office, head.size)?.root() == head.root;
            if !fits && standing.may_sign().is_ok() {
                self.ask_from_now(step, office, if ahead { Why::Ahead } else { Why::Contradicted })?;
            }
        }
        let now = step.steady;
        if let Some(host) = self.hosts.get_mut(&office).filter(|host| host.standing != Standing::Working) {
            let counts = cosigns && word == Word::Heard;
            host.rejoin.answers.insert(from, Answer { counts, twin, fits });
            if counts {
                host.rejoin.first_answer.get_or_insert(now);
            }
        }
        if !fits && !twin {
            self.ask_tail(step, from, office)?;
        }
        self.work_if_answered(step, office)
    }

    /// Works again once the cosigners have answered, nobody knows more, and no twin is at work.
    pub(super) fn work_if_answered(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let host = self.host(&office)?;
        if !matches!(host.standing, Standing::Asking(_) | Standing::Continuing) {
            return Ok(());
        }
        let rejoin = &host.rejoin;
        let clear = rejoin.answers.values().all(|answer| answer.fits && !answer.twin);
        let counted = rejoin.answers.values().any(|answer| answer.counts);
        // Whoever is missing may be the one who holds the newest leaves. Only people can say not to wait.
        // They have, where an act of authority names what survives: a mirror may have burnt too.
        let decided = matches!(host.standing, Standing::Continuing | Standing::Asking(Why::Restored));
        let complete = decided || self.every_mirror(host, |answer| answer.counts);
        let waited = rejoin.first_answer.is_some_and(|at| step.steady.ms_since(at) >= ANSWERS_WAIT_MS);
        let everyone = self.links.keys().all(|peer| rejoin.answers.contains_key(peer));
        if !clear || !counted || !complete || !(everyone || waited) {
            return Ok(());
        }
        if let Some(host) = self.hosts.get_mut(&office) {
            host.standing = Standing::Working;
            host.rejoin = Rejoin::default();
        }
        self.begin_if_new(step, office)?;
        let log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        if log.frontier.size() > log.signed.size() || log.note.is_empty() {
            self.grown.insert(office);
        }
        self.mark(step, office, &log)?;
        step.event(Event::Standing(office));
        self.log_returned(step)?;
        self.send_heads(step)?;
        self.drive_all(step)
    }

    /// Whether there is such an answer from every mirror of an own log.
    fn every_mirror(&self, host: &Host, such: impl Fn(&Answer) -> bool) -> bool {
        let mirrors = host.cosigners.iter().filter(|cosigner| cosigner.role == Role::Mirror);
        let mut answers = mirrors.map(|mirror| self.answer_of(host, &mirror.office));
        answers.all(|answer| answer.is_some_and(&such))
    }

    /// What a linked office has said of an own log.
    fn answer_of<'a>(&self, host: &'a Host, cosigner: &OfficeId) -> Option<&'a Answer> {
        host.rejoin.answers.get(&self.peer_of(cosigner)?)
    }

    /// The head of office goes on although not every mirror can be asked. Every act that follows stands
    /// behind this one in the log, until the first head that a cosigner has seen.
    pub(super) fn continue_unwitnessed(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
    ) -> Result<Receipt, Stop> {
        let office = actor.office;
        let host = self.host(&office)?;
        match host.standing {
            Standing::Asking(Why::Twin) | Standing::Stopped(_) => host.standing.may_sign()?,
            // A new incarnation begins with its own act, which cosigners have to see.
            Standing::Restoring | Standing::Asking(Why::Restored) => return Err(Refusal::Restoring.into()),
            Standing::Asking(_) => {}
            Standing::Working | Standing::Continuing => return Err(Refusal::RejoinNotNeeded.into()),
        }
        let linked = |cosigner: &&Cosigner| self.peer_of(&cosigner.office).is_some();
        let is_clear = |answer: &Answer| answer.fits && !answer.twin;
        let mut asked = host.cosigners.iter().filter(linked);
        // Whoever can be asked is heard first.
        let heard = asked.all(|c| self.answer_of(host, &c.office).is_some_and(is_clear));
        let mut mirrors = host.cosigners.iter().filter(|cosigner| cosigner.role == Role::Mirror);
        let missing = host.cosigners.is_empty() || mirrors.any(|mirror| !linked(&mirror));
        if !heard || !missing {
            return Err(Refusal::RejoinLinked.into());
        }
        let header = Header { charge: actor.charge, ..self.beside_register(step, office)? };
        let head = step.records.log(&office)?.unwrap_or_else(LogState::empty).frontier.head();
        let body = Body::ContinueUnwitnessed(body::ContinueUnwitnessed { size: head.size, root: head.root });
        let act = Self::sign(header, &body, &actor.key)?;
        if !matches!(self.registry.signer_of(&act)?, Signer::Officer { admin: true, .. }) {
            return Err(Refusal::NotAdmin.into());
        }
        if let Some(host) = self.hosts.get_mut(&office) {
            host.standing = Standing::Continuing;
        }
        self.append(step, office, &act)?;
        step.event(Event::Standing(office));
        Ok(Receipt { act: act.id(), matter: act.matter() })
    }

    /// Office IT has decided that this installation is the right one.
    pub(super) fn rejoin(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<Receipt, Stop> {
        let host = self.hosts.get_mut(&office).ok_or(Refusal::OfficeUnknown)?;
        match host.standing {
            Standing::Working | Standing::Continuing => return Err(Refusal::RejoinNotNeeded.into()),
            Standing::Stopped(Why::Replaced) => return Err(Refusal::IncarnationStale.into()),
            Standing::Restoring => return Err(Refusal::Restoring.into()),
            Standing::Asking(_) | Standing::Stopped(_) => host.standing = Standing::Asking(Why::NoMark),
        }
        self.ask_from_now(step, office, Why::Requested)?;
        Ok(Receipt { act: office.into(), matter: ActId::from(office).into() })
    }

    /// Whether an answer of this role from this peer may be counted as one of a cosigner.
    pub(super) fn is_cosigner(&self, peer: &Peer, office: &OfficeId, role: Role) -> bool {
        let theirs = self.links.get(peer).map(|link| link.offices.as_slice()).unwrap_or_default();
        self.hosts
            .get(office)
            .is_some_and(|host| host.cosigners.iter().any(|c| c.role == role && theirs.contains(&c.office)))
    }
}
