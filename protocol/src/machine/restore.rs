//! An office is served again from its mirrors: leaves, what they follow from, and small contents are
//! fetched, played back, and only then does the new incarnation speak. Papers follow while it works.
//!
//! Nothing here is remembered but where it stood: after a restart everything is looked at again, and
//! what is here is not fetched twice. This module never signs for an office that is not whole.

use std::collections::BTreeSet;

use super::before::follows_from;
use super::catch_up::Urgency;
use super::mirror::Page;
use super::{Event, Machine, Output, Peer, Standing, Step, Stop, Why};
use crate::act::{Body, MatterKind, Place};
use crate::id::{ActId, OfficeId};
use crate::log::tree::Head;
use crate::records::{LogState, Records, SMALL_CONTENT_BYTES_MAX, StoreFault, Table, key};
use crate::refusal::Refusal;
use crate::registry::Registry;

/// Leaves looked at, or played back, in one step: with 1 ms for a key that is 2 s at the very worst.
const LEAVES_PER_STEP: usize = 2_048;

/// A mirror that brought nothing new for this long gives way to the next one: longer than an
/// unanswered chunk is waited for.
const PATIENCE_MS: u64 = 40_000;

/// How far the restoring of an office is, in memory.
#[derive(Debug, Default)]
#[cfg_attr(feature = "testing", derive(Clone))]
pub(super) struct Restoring {
    source: Option<(Peer, u64)>,
    refused: BTreeSet<Peer>,
    checked_to: u64,
    replayed_to: u64,
}

/// How much of a restored office there is, and how much of it is here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Leaves of the log that survive.
    pub acts: u64,
    /// Those that are here.
    pub acts_here: u64,
    /// Contents that the leaves here name.
    pub contents: u64,
    /// Those that are here.
    pub contents_here: u64,
    /// Bytes of these contents.
    pub bytes: u64,
    /// Bytes of those that are here.
    pub bytes_here: u64,
    /// Whether the office works already.
    pub works: bool,
}

impl Progress {
    /// How far an office is whose node was replaced; none when nothing is outstanding.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn of(
        records: &Records<'_>,
        registry: &Registry,
        office: &OfficeId,
    ) -> Result<Option<Self>, StoreFault> {
        let Some(present) = registry.office(office).ok().and_then(|r| r.incarnation()) else {
            return Ok(None);
        };
        let works = present.number == 1 || records.place(&present.act, office)?.is_some();
        let log = records.log(office)?.unwrap_or_else(LogState::empty);
        if works && log.contents_to >= present.start.size {
            return Ok(None);
        }
        let acts_here = log.frontier.size().min(present.start.size);
        let mut progress = Self { acts: present.start.size, acts_here, works, ..Self::default() };
        for id in records.leaves(office, 0, usize::try_from(acts_here).unwrap_or(usize::MAX))? {
            for content in super::handover::contents_of(&records.expect_act(&id)?) {
                progress.contents += 1;
                progress.bytes += content.length;
                if records.has_content(&content.root)? {
                    progress.contents_here += 1;
                    progress.bytes_here += content.length;
                }
            }
        }
        Ok(Some(progress))
    }
}

impl Machine {
    /// Does the next step for every office that is being restored.
    pub(super) fn restore_all(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for office in self.hosted() {
            self.restore(step, office)?;
        }
        Ok(())
    }

    /// Leaves, then what they follow from and small contents, then the play-back, then a question to
    /// all others, then work; papers after that.
    pub(super) fn restore(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let Some(start) = self.restoring_from(&office)? else { return self.fetch_rest(step, office) };
        let here = step.records.log(&office)?.map_or(0, |log| log.frontier.size());
        if here < start.size {
            return self.ask_for_leaves(step, office, here);
        }
        let whole = self.look_for_acts(step, office, start)? && self.replay(step, office, start)?;
        // Cosigners say whether this very incarnation has spoken before: from a disk that is lost too.
        if whole { self.ask_from_now(step, office, Why::Restored) } else { Ok(()) }
    }

    fn restoring_from(&self, office: &OfficeId) -> Result<Option<Head>, Refusal> {
        if self.host(office)?.standing != Standing::Restoring {
            return Ok(None);
        }
        Ok(self.registry.office(office)?.incarnation().map(|present| present.start))
    }

    fn restoring(&mut self, office: &OfficeId) -> Result<&mut Restoring, Refusal> {
        self.hosts.get_mut(office).map(|host| &mut host.restoring).ok_or(Refusal::OfficeUnknown)
    }

    /// Whom to ask: the mirror that answers, or everybody who has not brought something wrong.
    fn sources(&self, step: &Step<'_, '_>, office: &OfficeId) -> Vec<Peer> {
        let linked = || self.links.iter().filter(|(_, link)| !link.offices.is_empty()).map(|(peer, _)| *peer);
        let Some(restoring) = self.hosts.get(office).map(|host| &host.restoring) else {
            return Vec::new();
        };
        match restoring.source {
            Some((peer, at))
                if step.steady.0.saturating_sub(at) < PATIENCE_MS && linked().any(|p| p == peer) =>
            {
                vec![peer]
            }
            _ => linked().filter(|peer| !restoring.refused.contains(peer)).collect(),
        }
    }

    fn ask_for_leaves(&mut self, step: &mut Step<'_, '_>, office: OfficeId, from: u64) -> Result<(), Stop> {
        for peer in self.sources(step, &office) {
            self.ask_leaves(step, peer, office, from)?;
        }
        Ok(())
    }

    /// Leaves of an own log came back from a mirror.
    pub(super) fn take_own_leaves(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        index: u64,
        page: Page,
    ) -> Result<(), Stop> {
        let start = self.restoring_from(&office)?.ok_or(Refusal::NotAuthority)?;
        self.append_mirrored(step, from, office, index, page, start.size)?;
        self.link(from)?.leaves_asked.remove(&office);
        let now = step.steady.0;
        let mut log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        if log.frontier.size() == start.size && log.frontier.root() != start.root {
            let place = key(&[&office.0, &start.size.to_be_bytes()]);
            step.records.put(Table::EVIDENCE, place, from.0.to_vec());
            step.records.truncate_log(&office, &mut log)?;
            step.records.put_log(&office, &log);
            let restoring = self.restoring(&office)?;
            restoring.source = None;
            restoring.refused.insert(from);
            return Err(Refusal::LogRootMismatch.into());
        }
        self.restoring(&office)?.source = Some((from, now));
        step.event(Event::Restored(office));
        self.restore(step, office)
    }

    /// Whether every act that the leaves follow from, and every small content, is here.
    fn look_for_acts(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        start: Head,
    ) -> Result<bool, Stop> {
        let from = self.restoring(&office)?.checked_to;
        if from >= start.size {
            return Ok(true);
        }
        let peer = self.sources(step, &office).first().copied();
        let (mut at, mut gap) = (from, false);
        for id in step.records.leaves(&office, from, LEAVES_PER_STEP)? {
            let act = step.records.expect_act(&id)?;
            for content in super::handover::contents_of(&act) {
                if content.length > SMALL_CONTENT_BYTES_MAX || step.records.has_content(&content.root)? {
                    continue;
                }
                gap = true;
                if let Some(peer) = peer {
                    self.want(step, peer, content.root, content.length, Urgency::Addressed)?;
                }
            }
            if let Some(length_max) = follows_from(&act) {
                let length_max = length_max.min(SMALL_CONTENT_BYTES_MAX);
                gap |= match peer {
                    Some(peer) => !self.has_before(step, peer, office, &act, length_max)?,
                    None => true,
                };
            }
            at += u64::from(!gap);
        }
        let now = step.steady.0;
        let restoring = self.restoring(&office)?;
        if at > from {
            restoring.checked_to = at;
            restoring.source = peer.map(|peer| (peer, now));
            step.event(Event::Restored(office));
        }
        Ok(at >= start.size)
    }

    /// Plays leaves back; whether all of them were.
    fn replay(&mut self, step: &mut Step<'_, '_>, office: OfficeId, start: Head) -> Result<bool, Stop> {
        let from = self.restoring(&office)?.replayed_to;
        let left = usize::try_from(start.size.saturating_sub(from)).unwrap_or(usize::MAX);
        let ids = step.records.leaves(&office, from, left.min(LEAVES_PER_STEP))?;
        for id in &ids {
            match self.replay_leaf(step, office, id) {
                Err(Stop::Refused(refusal)) => step.outputs.push(Output::Noted(refusal)),
                done => done?,
            }
        }
        let restoring = self.restoring(&office)?;
        restoring.replayed_to += ids.len() as u64;
        Ok(restoring.replayed_to >= start.size)
    }

    /// Begins to speak as a new incarnation, unless its log says that it has.
    pub(super) fn begin_if_new(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let present = self.registry.office(&office)?.incarnation();
        let Some((number, act)) = present.map(|present| (present.number, present.act)) else {
            return Ok(());
        };
        let began = number == 1 || step.records.place(&act, &office)?.is_some();
        if began { Ok(()) } else { self.begin_again(step, office) }
    }

    /// Logs register entries that the surviving leaves lack, the incarnation among them, and speaks.
    pub(super) fn begin_again(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let mut log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        for id in step.records.dossier(&office, 0, usize::MAX >> 1)? {
            let act = step.records.expect_act(&id)?;
            let entry = act.header().kind == MatterKind::REGISTER
                && ActId::from(act.matter()) == office.into()
                && (act.header().place == Place::Chain || matches!(act.body(), Body::Endorse(_)));
            if entry && step.records.place(&id, &office)?.is_none() {
                step.records.append_leaf(&office, &mut log, &act);
            }
        }
        step.records.put_log(&office, &log);
        self.grown.insert(office);
        if let Some(host) = self.hosts.get_mut(&office) {
            host.standing = Standing::Working;
            host.restoring = Restoring::default();
        }
        step.event(Event::Restored(office));
        step.event(Event::Register(office));
        self.lay_escrows(step)?;
        let linked: Vec<OfficeId> = self.linked().flat_map(|(_, offices)| offices.to_vec()).collect();
        for other in linked {
            self.offer_now(step, &other)?;
        }
        Ok(())
    }

    /// Papers of an office that works again.
    fn fetch_rest(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let start =
            self.registry.office(&office).ok().and_then(|r| r.incarnation()).map_or(0, |i| i.start.size);
        if start == 0 || self.may_sign(&office).is_err() {
            return Ok(());
        }
        let Some(mut log) = step.records.log(&office)?.filter(|log| log.contents_to < start) else {
            return Ok(());
        };
        // One mirror after the other, so that a content which one has lost comes from the next.
        let peers = self.sources(step, &office);
        let Some(peer) = peers.get((step.steady.0 / PATIENCE_MS) as usize % peers.len().max(1)).copied()
        else {
            return Ok(());
        };
        let before = log.contents_to;
        self.look_for_contents(step, peer, office, &mut log)?;
        if log.contents_to > before {
            step.records.put_log(&office, &log);
            step.event(Event::Restored(office));
        }
        Ok(())
    }
}
