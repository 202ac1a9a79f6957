//! The owner's side of cosigning: heads go to mirrors, then, once a mirror holds the bytes, to
//! witnesses.

use super::mirror::Page;
use super::{Cosigner, Event, Machine, Peer, Standing, Step, Stop, Why};
use crate::act::{Body, body};
use crate::guard::{self, Guard};
use crate::id::OfficeId;
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint, VerifiedCheckpoint};
use crate::log::cosignature;
use crate::log::note::{CosignerKey, KeyName, LogKey};
use crate::log::proof::{self};
use crate::log::tile::recheck;
use crate::message::Message;
use crate::records::{LogState, Role, StoreFault, Table, id32};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// A head that was sent and not answered is sent again after this time.
const SEND_AGAIN_MS: u64 = 10_000;

/// A log that grew gets a time anchor at most this often.
const ANCHOR_MS: u64 = 15 * 60_000;

/// The origin line of an office's log.
pub fn origin(office: &OfficeId) -> KeyName {
    format!("mohar/{office}").parse().expect("hexadecimal digits and a slash make a key name")
}

/// A checkpoint that was verified before it was stored.
pub(super) fn stored_checkpoint(note: &[u8]) -> Result<VerifiedCheckpoint, StoreFault> {
    let signed = SignedCheckpoint::parse(note).map_err(|e| StoreFault::because("read a checkpoint", e))?;
    Ok(signed.verified_before())
}

/// The name of a cosigner in a role.
pub fn cosigner_name(office: &OfficeId, role: Role) -> KeyName {
    format!("mohar/{office}/{}", role.name()).parse().expect("hexadecimal digits and words make a key name")
}

impl Machine {
    /// Signs the heads of logs that grew. The shell commits right after.
    pub(super) fn settle(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        self.mark_after_start(step)?;
        for office in std::mem::take(&mut self.grown) {
            if self.may_sign(&office).is_err() {
                continue;
            }
            let mut log = step.records.log(&office)?.ok_or(StoreFault::damaged("an own log is gone"))?;
            // One flipped bit must be found before it is signed, never after.
            if !guard::is_off(Guard::Recheck) {
                recheck(&log.frontier, log.signed.size(), &step.records.log_hashes(office))
                    .map_err(|_| StoreFault::damaged("an own log does not add up to its head"))?;
            }
            let checkpoint = Checkpoint::new(origin(&office), log.frontier.head())
                .sign(&self.host(&office)?.secrets.signing)
                .map_err(|e| StoreFault::because("sign a checkpoint", e))?;
            log.note = checkpoint.to_bytes();
            log.signed = log.frontier.clone();
            step.records.put_log(&office, &log);
            self.mark(step, office, &log)?;
        }
        self.send_heads(step)
    }

    /// Sends to each cosigner what it does not have, one question at a time.
    pub(super) fn send_heads(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for office in self.hosted() {
            if self.standing(&office) != Some(Standing::Working) {
                continue;
            }
            let due = self.due_cosigners(step, &office)?;
            if due.is_empty() {
                continue;
            }
            let Some(log) = step.records.log(&office)? else { continue };
            // No head that anybody could ask about is newer than the one that was signed last.
            for (at, cosigner, peer) in due.into_iter().filter(|(_, c, _)| c.acked < log.signed.size()) {
                let sent = match cosigner.role {
                    Role::Mirror => Self::send_head(step, peer, office, &log, &cosigner)?,
                    Role::Witness => Self::ask_witness(step, peer, office, &cosigner)?,
                };
                if let (Some(size), Some(host)) = (sent, self.hosts.get_mut(&office)) {
                    host.cosigners[at].sent = size;
                    host.cosigners[at].sent_at = step.steady;
                }
            }
        }
        Ok(())
    }

    /// Cosigners of an own log that are linked and have answered, or had time to; with their places.
    fn due_cosigners(
        &self,
        step: &Step<'_, '_>,
        office: &OfficeId,
    ) -> Result<Vec<(usize, Cosigner, Peer)>, Refusal> {
        let cosigners = self.host(office)?.cosigners.iter().enumerate();
        let due =
            cosigners.filter(|(_, c)| c.sent <= c.acked || step.steady.ms_since(c.sent_at) >= SEND_AGAIN_MS);
        let linked = due.filter_map(|(at, c)| Some((at, *c, self.peer_of(&c.office)?)));
        Ok(linked.filter(|(_, _, peer)| !self.is_full(peer)).collect())
    }

    fn send_head(
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        log: &LogState,
        to: &Cosigner,
    ) -> Result<Option<u64>, Stop> {
        let size = log.signed.size();
        // To a cosigner whose size is known the new leaves go along; others ask for theirs.
        let known = to.acked > 0;
        let ids = if known {
            step.records.leaves(&office, to.acked, crate::limits::LEAVES_PER_MESSAGE_MAX)?
        } else {
            Vec::new()
        };
        let fresh = usize::try_from(size - to.acked).unwrap_or(usize::MAX);
        let Page { leaves, contents } = Page::read(step.records, &ids[..ids.len().min(fresh)])?;
        let (note, from) = (log.note.clone().into(), to.acked);
        step.send(peer, Message::Head { office, note, from, leaves, contents });
        Ok(Some(size))
    }

    /// A witness is asked only about heads that a mirror holds.
    fn ask_witness(
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        to: &Cosigner,
    ) -> Result<Option<u64>, Stop> {
        let Some(note) = step.records.head(&office)? else { return Ok(None) };
        let held = SignedCheckpoint::parse(&note).map_err(|_| StoreFault::damaged("an own head"))?;
        let size = held.claimed().head.size;
        if to.acked >= size {
            return Ok(None);
        }
        let proof = proof::consistency(&step.records.log_hashes(office), to.acked, size)
            .map_err(|_| StoreFault::damaged("hashes of an own log"))?;
        step.send(peer, Message::AddCheckpoint { office, old_size: to.acked, proof, note: note.into() });
        Ok(Some(size))
    }

    /// What was sent over a link that is gone may not have arrived.
    pub(super) fn forget_sent(&mut self, offices: &[OfficeId]) {
        for cosigner in self.hosts.values_mut().flat_map(|host| &mut host.cosigners) {
            if offices.contains(&cosigner.office) {
                cosigner.sent = 0;
                cosigner.sent_at = Timestamp(0);
            }
        }
    }

    /// A cosignature of an own log arrived.
    pub(super) fn take_cosignature(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        by: OfficeId,
        role: Role,
        size: u64,
        note: &[u8],
    ) -> Result<(), Stop> {
        self.host(&office)?;
        if !self.placement_of(&office).contains(&(by, role)) {
            return Err(Refusal::NotAuthority.into());
        }
        let key = self.cosigner_key(&by, role)?;
        let checkpoint = self.verified_checkpoint(&office, note)?;
        let head = *checkpoint.head();
        let line = checkpoint.note().line_of(&key).cloned().ok_or(Refusal::CheckpointSignature)?;
        let seen = cosignature::cosignatures(&checkpoint, std::slice::from_ref(&key))
            .map_err(|_| Refusal::CheckpointSignature)?;
        let (Some(seen), true) = (seen.first(), head.size == size) else {
            return Err(Refusal::CheckpointSignature.into());
        };
        if self.standing(&office) != Some(Standing::Working) {
            return Ok(());
        }
        let log = step.records.log(&office)?.unwrap_or_else(LogState::empty);
        if size > log.signed.size() {
            return self.ask_from_now(step, office, Why::Ahead);
        }
        if step.records.frontier_at(&office, size)?.root() != head.root {
            return self.ask_from_now(step, office, Why::Contradicted);
        }
        let mut held = step.records.held(&office)?;
        held.note(key.public().id(), role, size, seen.time_s);
        step.records.put_held(&office, &held);
        if role == Role::Witness {
            self.keep_witnessed(step, &office, &checkpoint)?;
        }
        self.merge_head(step, &office, &checkpoint, &key, line)?;
        for cosigner in self.hosts.get_mut(&office).into_iter().flat_map(|host| &mut host.cosigners) {
            if cosigner.office == by && cosigner.role == role {
                cosigner.acked = cosigner.acked.max(size);
            }
        }
        step.event(Event::Held(office));
        self.send_heads(step)?;
        if role == Role::Witness {
            self.drive_all(step)?;
        }
        Ok(())
    }

    /// What waited for a witness may take effect now.
    pub(super) fn drive_all(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        let links: Vec<(Peer, Vec<OfficeId>)> =
            self.linked().map(|(peer, offices)| (peer, offices.to_vec())).collect();
        for (peer, offices) in links {
            for office in offices {
                self.offer_now(step, &office)?;
            }
            self.drive_incoming(step, peer)?;
        }
        Ok(())
    }

    /// Keeps the newest head that a witness has seen: what a handover cites. A newer head that only
    /// a mirror has cosigned yet must not push it aside.
    fn keep_witnessed(
        &self,
        step: &mut Step<'_, '_>,
        office: &OfficeId,
        checkpoint: &VerifiedCheckpoint,
    ) -> Result<(), Stop> {
        let known = step.records.witnessed_head(office)?;
        let known = known.map(|note| stored_checkpoint(&note)).transpose()?;
        if known.is_none_or(|known| known.head().size < checkpoint.head().size) {
            step.records.put_witnessed_head(office, checkpoint.to_bytes());
        }
        Ok(())
    }

    /// Keeps the newest cosigned head, with all its lines. A witness's line alone does not start
    /// a new head: a mirror's comes first.
    fn merge_head(
        &self,
        step: &mut Step<'_, '_>,
        office: &OfficeId,
        checkpoint: &VerifiedCheckpoint,
        key: &CosignerKey,
        line: crate::log::note::SignatureLine,
    ) -> Result<(), Stop> {
        let known = step.records.head(office)?;
        let known = known.map(|note| stored_checkpoint(&note)).transpose()?;
        let size = checkpoint.head().size;
        let merged = match known {
            Some(known) if known.head().size > size => return Ok(()),
            Some(mut known) if known.head().size == size => {
                cosignature::merge(&mut known, key, line).map_err(|_| Refusal::CheckpointSignature)?;
                known
            }
            _ => checkpoint.clone(),
        };
        step.records.put_head(office, merged.to_bytes());
        Ok(())
    }

    /// The cosigner has another size than we thought. A larger one than ours counts only with a head
    /// that we signed, which is asked for.
    pub(super) fn take_stale(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        by: OfficeId,
        size: u64,
    ) -> Result<(), Stop> {
        self.host(&office)?;
        if !self.link(from)?.offices.contains(&by) || !self.is_cosigner(&from, &office, Role::Witness) {
            return Err(Refusal::NotAuthority.into());
        }
        let known = step.records.log(&office)?.map_or(0, |log| log.signed.size());
        if size > known {
            step.send(from, Message::AskHead { office, claim: false });
            return Ok(());
        }
        for cosigner in self.hosts.get_mut(&office).into_iter().flat_map(|host| &mut host.cosigners) {
            if cosigner.office == by && cosigner.role == Role::Witness {
                cosigner.acked = size;
                cosigner.sent = size;
            }
        }
        self.send_heads(step)
    }

    /// Logs cosigned heads as time anchors: what follows is not older than they are.
    pub(super) fn anchor_logs(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for office in self.signing() {
            let (anchor, at) = {
                let host = self.host(&office)?;
                (host.anchor, host.anchored_at)
            };
            if step.steady.ms_since(at) < ANCHOR_MS {
                continue;
            }
            // A log that ends in an anchor has nothing new to be anchored.
            let size = step.records.log(&office)?.map_or(0, |log| log.frontier.size());
            let last = step.records.leaves(&office, size.saturating_sub(1), 1)?;
            let waits = self.order_waits(step, &office)?;
            if !waits && anchor.is_some() && last.first() == anchor.as_ref() {
                continue;
            }
            let Some((owner, note)) = self.cosigned_head(step, office)? else { continue };
            let header = self.beside_register(step, office)?;
            let body = Body::Anchor(body::Anchor { office: owner, note: note.into() });
            let act = self.sign_as_node(header, &body)?;
            self.append(step, office, &act)?;
            self.count_anchor(step, &office)?;
            if let Some(host) = self.hosts.get_mut(&office) {
                host.anchor = Some(act.id());
                host.anchored_at = step.steady;
            }
        }
        Ok(())
    }

    /// A head that somebody elsewhere has cosigned: of another machine's office, or of the own log,
    /// which says as much. Not every office is a witness; one that is none would have no time otherwise.
    fn cosigned_head(&self, step: &Step<'_, '_>, own: OfficeId) -> Result<Option<(OfficeId, Vec<u8>)>, Stop> {
        for (key, note) in step.records.scan_prefix(Table::HEADS, &[], 256)? {
            let office = OfficeId(id32(&key)?);
            let cosigned =
                SignedCheckpoint::parse(&note).is_ok_and(|head| head.note().signatures().len() > 1);
            if !self.hosts(&office) && cosigned {
                return Ok(Some((office, note)));
            }
        }
        Ok(step.records.witnessed_head(&own)?.map(|note| (own, note)))
    }

    /// Reads a note as a checkpoint of an office, signed by the incarnation that speaks at its size.
    pub(super) fn verified_checkpoint(
        &self,
        office: &OfficeId,
        note: &[u8],
    ) -> Result<VerifiedCheckpoint, Refusal> {
        let signed = SignedCheckpoint::parse(note).map_err(|_| Refusal::CheckpointUnreadable)?;
        let register = self.registry.office(office)?;
        let size = signed.claimed().head.size;
        let incarnation = register.incarnation_of_head(size).ok_or(Refusal::IncarnationUnknown)?;
        let key = LogKey::new(origin(office), incarnation.signing);
        signed.verify(&key).map_err(|_| Refusal::CheckpointSignature)
    }

    pub(super) fn cosigner_key(&self, by: &OfficeId, role: Role) -> Result<CosignerKey, Refusal> {
        let incarnation = self.registry.office(by)?.incarnation().ok_or(Refusal::IncarnationUnknown)?;
        let public = match role {
            Role::Mirror => incarnation.mirror,
            Role::Witness => incarnation.witness,
        };
        Ok(CosignerKey::new(cosigner_name(by, role), public))
    }

    /// Keys of the offices that cosign a log in a role.
    pub(super) fn cosigner_keys(&self, office: &OfficeId, role: Role) -> Vec<CosignerKey> {
        self.placement_of(office)
            .into_iter()
            .filter(|(_, r)| *r == role)
            .filter_map(|(by, role)| self.cosigner_key(&by, role).ok())
            .collect()
    }
}
