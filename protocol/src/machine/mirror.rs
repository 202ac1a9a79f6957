//! The cosigner's side: a mirror cosigns what it holds durably, a witness what only grew.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;

use super::before::follows_from;
use super::catch_up::Urgency;
use super::cosign::{cosigner_name, stored_checkpoint};
use super::handover::contents_of;
use super::link::SAY_AGAIN_MS;
use super::{Machine, Peer, Step, Stop};
use crate::act::{MatterKind, Place, VerifiedAct};
use crate::id::{ActId, ContentRoot, OfficeId};
use crate::limits::{ACTS_BYTES_PER_MESSAGE_MAX, CONTENT_ALONG_BYTES_MAX, LEAVES_PER_MESSAGE_MAX};
use crate::log::checkpoint::VerifiedCheckpoint;
use crate::log::cosignature;
use crate::log::proof::{Proof, verify_consistency};
use crate::log::tree::{Head, empty_root};
use crate::message::{Message, Word};
use crate::records::{LogState, Records, Role, StoreFault, Table, key};
use crate::refusal::Refusal;
use crate::sealing::chunk::ChunkTree;

/// Acts looked at ahead for contents that are missing.
const LOOK_AHEAD: usize = 256;

/// Leaves of a log, with the small contents that they name: what a mirror would ask for next.
pub(super) struct Page {
    pub leaves: Vec<ByteVec>,
    pub contents: Vec<ByteVec>,
}

impl Page {
    /// Reads as many of these acts as one message may carry together with their small contents.
    pub fn read(records: &Records<'_>, ids: &[ActId]) -> Result<Self, StoreFault> {
        let (mut page, mut bytes) = (Self { leaves: Vec::new(), contents: Vec::new() }, 0);
        for id in ids.iter().take(LEAVES_PER_MESSAGE_MAX) {
            let act = records.expect_act(id)?;
            let mut contents = Vec::new();
            for named in contents_of(&act).into_iter().filter(|n| n.length <= CONTENT_ALONG_BYTES_MAX) {
                contents.extend(records.content_bytes(&named.root)?.map(ByteVec::from));
            }
            bytes += act.bytes().len() + contents.iter().map(|content| content.len()).sum::<usize>();
            // One act with its contents always fits: 16 KiB + 17 x 16 KiB is less than a frame.
            if bytes > ACTS_BYTES_PER_MESSAGE_MAX && !page.leaves.is_empty() {
                break;
            }
            page.leaves.push(act.bytes().to_vec().into());
            page.contents.extend(contents);
        }
        Ok(page)
    }

    /// The contents that came along, by name.
    pub fn along(&self) -> Along<'_> {
        self.contents.iter().map(|bytes| (ChunkTree::of(bytes).root(), bytes.as_slice())).collect()
    }
}

/// Contents that came along with leaves.
pub(super) type Along<'a> = BTreeMap<ContentRoot, &'a [u8]>;

/// Keeps contents of an act that came along.
pub(super) fn keep_contents(
    records: &mut Records<'_>,
    act: &VerifiedAct,
    along: &Along<'_>,
) -> Result<(), StoreFault> {
    for named in contents_of(act) {
        if let Some(bytes) = along.get(&named.root).filter(|bytes| bytes.len() as u64 == named.length) {
            records.put_content(&named.root, bytes)?;
        }
    }
    Ok(())
}

impl Machine {
    /// A head of an office that we may have to mirror.
    pub(super) fn take_head(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        note: &[u8],
        index: u64,
        page: Page,
    ) -> Result<(), Stop> {
        let checkpoint = self.verified_checkpoint(&office, note)?;
        if self.cosigns(&office, Role::Mirror).is_none() {
            return Err(Refusal::NotAuthority.into());
        }
        self.listens(step, from, office)?;
        let newest = match self.offered.get(&office) {
            Some(known) => stored_checkpoint(known)?.head().size <= checkpoint.head().size,
            None => true,
        };
        if newest {
            self.offered.insert(office, note.to_vec());
        }
        if !page.leaves.is_empty() {
            self.append_offered(step, from, office, index, page)?;
        }
        self.advance_mirror(step, from, office)
    }

    /// Leaves that were asked for.
    pub(super) fn take_leaves(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        index: u64,
        page: Page,
    ) -> Result<(), Stop> {
        if self.hosts(&office) {
            return self.take_own_leaves(step, from, office, index, page);
        }
        // Only the office itself gives leaves of its log.
        if self.cosigns(&office, Role::Mirror).is_none() || !self.link(from)?.offices.contains(&office) {
            return Err(Refusal::NotAuthority.into());
        }
        self.append_offered(step, from, office, index, page)?;
        self.link(from)?.leaves_asked.remove(&office);
        self.advance_mirror(step, from, office)
    }

    /// Appends leaves below the newest head that the office has given.
    fn append_offered(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        index: u64,
        page: Page,
    ) -> Result<(), Stop> {
        let head = self.offered.get(&office).map(|note| stored_checkpoint(note)).transpose()?;
        let below = head.map_or(0, |head| head.head().size);
        self.append_mirrored(step, from, office, index, page, below)
    }

    /// Appends leaves below a size after verifying each act, and keeps the contents that came along;
    /// whether the leaves add up is checked under the head.
    pub(super) fn append_mirrored(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        index: u64,
        page: Page,
        below: u64,
    ) -> Result<(), Stop> {
        let along = page.along();
        let mut log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        let Some(skip) = log.frontier.size().checked_sub(index) else { return Ok(()) };
        for bytes in page.leaves.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)) {
            if log.frontier.size() >= below {
                break;
            }
            let verified = self.verify_or_ask(step, from, bytes);
            match verified {
                Ok((act, _)) => {
                    step.records.append_leaf(&office, &mut log, &act);
                    keep_contents(step.records, &act, &along)?;
                    if act.header().place == Place::Chain && act.header().kind != MatterKind::REGISTER {
                        self.seen(step, &act)?;
                    }
                }
                Err(stop) => {
                    step.records.put_log(&office, &log);
                    return Err(stop);
                }
            }
        }
        step.records.put_log(&office, &log);
        Ok(())
    }

    /// Contents arrived: whichever mirrored log of this peer waited for them may go on.
    pub(super) fn advance_mirrors(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        for office in self.link(peer)?.offices.clone() {
            if self.cosigns(&office, Role::Mirror).is_some() {
                self.advance_mirror(step, peer, office)?;
            }
        }
        Ok(())
    }

    /// The next step of mirroring a log: leaves, root, contents, cosignature.
    pub(super) fn advance_mirror(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
    ) -> Result<(), Stop> {
        let Some(note) = self.offered.get(&office).cloned() else { return Ok(()) };
        let checkpoint = stored_checkpoint(&note)?;
        let head = *checkpoint.head();
        let mut log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        let signed = log.signed.head();
        if head.size < signed.size || (head.size == signed.size && head.root != signed.root) {
            self.offered.remove(&office);
            return self.contradict(step, peer, office, &checkpoint);
        }
        if log.frontier.size() < head.size {
            return self.ask_leaves(step, peer, office, log.frontier.size());
        }
        if log.frontier.head() != head {
            // Leaves that no signed head covers yet may be those of an installation that is gone.
            let clean = log.frontier.size() > head.size || signed.size == 0;
            step.records.truncate_log(&office, &mut log)?;
            step.records.put_log(&office, &log);
            if clean {
                return self.ask_leaves(step, peer, office, log.frontier.size());
            }
            self.offered.remove(&office);
            return self.contradict(step, peer, office, &checkpoint);
        }
        log.signed = log.frontier.clone();
        log.note = note.clone();
        let known = step.records.head(&office)?.map(|known| stored_checkpoint(&known)).transpose()?;
        if known.is_none_or(|known| known.head().size < head.size) {
            step.records.put_head(&office, note);
        }
        let complete = self.look_for_contents(step, peer, office, &mut log)?;
        step.records.put_log(&office, &log);
        if complete {
            self.offered.remove(&office);
            self.cosign(step, peer, office, Role::Mirror, &checkpoint)?;
        }
        Ok(())
    }

    /// A head that does not fit what is held here: kept as evidence, and its office is told what is
    /// held, so that it can look whether it is the one that is wrong.
    fn contradict(
        &self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        checkpoint: &VerifiedCheckpoint,
    ) -> Result<(), Stop> {
        let head = checkpoint.head();
        let held = step.records.log(&office)?.map_or(0, |log| log.signed.size());
        let older = held >= head.size && step.records.frontier_at(&office, head.size)?.root() == head.root;
        self.say_head_known(step, peer, office, Word::Heard)?;
        if older {
            // True, but behind: nothing contradicts, and the office is told how far it had come.
            return Ok(());
        }
        step.records.put(Table::EVIDENCE, key(&[&office.0, &head.size.to_be_bytes()]), checkpoint.to_bytes());
        Err(Refusal::LogRootMismatch.into())
    }

    pub(super) fn ask_leaves(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        from: u64,
    ) -> Result<(), Stop> {
        let now = step.steady;
        let link = self.link(peer)?;
        if link.leaves_asked.get(&office).is_some_and(|at| now.ms_since(*at) < SAY_AGAIN_MS) {
            return Ok(());
        }
        link.leaves_asked.insert(office, now);
        step.send(peer, Message::GetLeaves { office, from });
        Ok(())
    }

    /// Moves the mark below which all contents are here; asks for what is missing above it.
    pub(super) fn look_for_contents(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        log: &mut LogState,
    ) -> Result<bool, Stop> {
        let mut gap = false;
        loop {
            let ahead = step.records.leaves(&office, log.contents_to, LOOK_AHEAD)?;
            let full = ahead.len() == LOOK_AHEAD;
            for id in ahead {
                let act = step.records.expect_act(&id)?;
                for reference in contents_of(&act) {
                    gap |= !self.want(step, peer, reference.root, reference.length, Urgency::Mirrored)?;
                }
                if let Some(length_max) = follows_from(&act) {
                    gap |= !self.has_before(step, peer, office, &act, length_max)?;
                }
                if !gap {
                    log.contents_to += 1;
                }
            }
            if gap || !full {
                break;
            }
        }
        Ok(!gap && log.contents_to == log.signed.size())
    }

    /// Gives leaves of an own log to one of its mirrors.
    pub(super) fn send_leaves(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        office: OfficeId,
        from: u64,
    ) -> Result<(), Stop> {
        self.may_have_copies(to, office)?;
        if !self.hosts(&office) {
            // The office itself asks for what it lacks.
            return self.send_tail(step, to, office, from);
        }
        let signed = step.records.log(&office)?.map_or(0, |log| log.signed.size());
        let count =
            usize::try_from(signed.saturating_sub(from)).unwrap_or(usize::MAX).min(LEAVES_PER_MESSAGE_MAX);
        let ids = step.records.leaves(&office, from, count)?;
        let Page { leaves, contents } = Page::read(step.records, &ids)?;
        if !leaves.is_empty() {
            step.send(to, Message::Leaves { office, from, leaves, contents });
        }
        Ok(())
    }

    /// Leaves of an own log are given to its mirrors, those of a mirrored log to its own office: after
    /// a fire.
    pub(super) fn may_have_copies(&self, to: Peer, office: OfficeId) -> Result<(), Refusal> {
        let theirs = self.links.get(&to).map(|link| link.offices.as_slice()).unwrap_or_default();
        let may = match self.hosts.get(&office) {
            Some(host) => host.cosigners.iter().any(|c| c.role == Role::Mirror && theirs.contains(&c.office)),
            None => theirs.contains(&office),
        };
        if may { Ok(()) } else { Err(Refusal::NotAuthority) }
    }

    /// A head for us to witness (C2SP tlog-witness).
    pub(super) fn add_checkpoint(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        old_size: u64,
        proof: &Proof,
        note: &[u8],
    ) -> Result<(), Stop> {
        let by = self.cosigns(&office, Role::Witness).ok_or(Refusal::NotAuthority)?;
        let checkpoint = self.verified_checkpoint(&office, note)?;
        self.listens(step, from, office)?;
        let held = cosignature::cosignatures(&checkpoint, &self.cosigner_keys(&office, Role::Mirror));
        if held.map_err(|_| Refusal::CheckpointSignature)?.is_empty() {
            return Err(Refusal::CheckpointSignature.into());
        }
        let (size, root) = step.records.cosigned(&office, Role::Witness)?.unwrap_or((0, empty_root()));
        if old_size != size {
            step.send(from, Message::Stale { office, by, size });
            return Ok(());
        }
        let old = Head { size, root };
        if verify_consistency(&old, checkpoint.head(), proof).is_err() {
            let place = key(&[&office.0, &checkpoint.head().size.to_be_bytes()]);
            step.records.put(Table::EVIDENCE, place, note.to_vec());
            self.say_head_known(step, from, office, Word::Heard)?;
            return Err(Refusal::LogForked.into());
        }
        // A cosigned head is worth keeping for everyone: as a time anchor, and as evidence.
        let known = step.records.head(&office)?.map(|known| stored_checkpoint(&known)).transpose()?;
        if known.is_none_or(|known| known.head().size <= checkpoint.head().size) {
            step.records.put_head(&office, note.to_vec());
        }
        self.cosign(step, from, office, Role::Witness, &checkpoint)
    }

    /// Notes what is cosigned, then cosigns; the commit stands between the two on the wire.
    fn cosign(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        office: OfficeId,
        role: Role,
        checkpoint: &VerifiedCheckpoint,
    ) -> Result<(), Stop> {
        let by = self.cosigns(&office, role).ok_or(Refusal::NotAuthority)?;
        let head = *checkpoint.head();
        if let Some((size, root)) = step.records.cosigned(&office, role)? {
            let goes_back = size > head.size || (size == head.size && root != head.root);
            if goes_back {
                return Err(Refusal::LogForked.into());
            }
        }
        step.records.put_cosigned(&office, role, head.size, head.root);
        let host = self.host(&by)?;
        let secret = if role == Role::Mirror { &host.mirror } else { &host.witness };
        let line = cosignature::cosign(checkpoint, cosigner_name(&by, role), secret, step.now);
        let mut cosigned = checkpoint.clone();
        let own_key = crate::log::note::CosignerKey::new(cosigner_name(&by, role), secret.public());
        cosignature::merge(&mut cosigned, &own_key, line).map_err(|_| Refusal::CheckpointUnreadable)?;
        step.send(
            to,
            Message::Cosigned { office, by, role, size: head.size, note: cosigned.to_bytes().into() },
        );
        Ok(())
    }

    /// Which of our offices cosigns a log in a role.
    pub(super) fn cosigns(&self, office: &OfficeId, role: Role) -> Option<OfficeId> {
        if self.hosts(office) {
            return None;
        }
        let cosigners = self.placement_of(office);
        cosigners.into_iter().find(|(by, r)| *r == role && self.hosts(by)).map(|(by, _)| by)
    }
}
