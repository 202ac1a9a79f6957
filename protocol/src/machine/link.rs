//! Links to other nodes: greeting, the minute's comparison, and what was last said, so that
//! nothing is said twice in a breath. A link's memory is lost with the link and needs no more.

use std::collections::BTreeMap;

use super::catch_up::Meter;
use super::mirror::Page;
use super::news::Given;
use super::wants::Wants;
use super::{Event, Machine, Output, Peer, Step, Stop};
use crate::hash::Hash;
use crate::id::{ActId, ContentRoot, Lineage, MatterId, OfficeId};
use crate::message::{HEIGHTS_MAX, Message};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Every link compares heights this often; a lost hint costs this much.
pub(super) const COMPARE_MS: u64 = 60_000;

/// What was offered and not answered is said again after this time.
pub(super) const SAY_AGAIN_MS: u64 = 5_000;

/// Offers being fetched from one peer at a time; the others are offered again later.
/// 64 files x 300 acts x 700 bytes = 13 MB.
pub(super) const INCOMING_MAX: usize = 64;

/// Matters remembered as "said lately" per link.
const SAID_MAX: usize = 4_096;

/// An offer whose acts or contents are being fetched.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    pub head: crate::id::ActId,
    pub number: u64,
    pub to: crate::act::Holder,
    pub log_size: u64,
    pub asked_at: Timestamp,
    /// Acts of the chain below this number are here with all their contents.
    pub complete_to: u64,
}

/// A dossier that a peer has and that differs from ours; the digest, if the peer has said it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pursued {
    pub digest: Option<Hash>,
    pub asked_at: Option<Timestamp>,
}

/// A usable link.
#[derive(Debug, Default)]
#[cfg_attr(feature = "testing", derive(Clone))]
pub(super) struct Link {
    pub offices: Vec<OfficeId>,
    pub level_max: u16,
    pub incoming: BTreeMap<MatterId, Incoming>,
    pub wants: Wants,
    pub said: BTreeMap<MatterId, Timestamp>,
    pub leaves_asked: BTreeMap<OfficeId, Timestamp>,
    pub before_asked: BTreeMap<ActId, Timestamp>,
    pub lineages: BTreeMap<OfficeId, Lineage>,
    pub tracked_to: Option<MatterId>,
    /// Much waits to be sent: nothing is said that was not asked for.
    pub full: bool,
    pub pursued: BTreeMap<OfficeId, Pursued>,
    pub given: Given,
    pub meter: Meter,
    /// Not a link but a packet: a question costs a carry.
    pub carried: bool,
}

impl Link {
    /// Entries remembered.
    #[cfg(feature = "testing")]
    pub fn footprint(&self) -> usize {
        let questions = self.leaves_asked.len() + self.pursued.len();
        self.incoming.len() + self.wants.footprint() + self.said.len() + questions
    }

    /// What is remembered, with each time as "just now" or "before".
    #[cfg(feature = "testing")]
    pub fn memory(&self, now: Timestamp) -> String {
        let incoming: Vec<_> =
            self.incoming.iter().map(|(id, offer)| (id, offer.head, offer.asked_at == now)).collect();
        let said: Vec<_> = self.said.iter().map(|(id, at)| (id, *at == now)).collect();
        let leaves: Vec<_> = self.leaves_asked.iter().map(|(id, at)| (id, *at == now)).collect();
        format!("{incoming:?} {said:?} {leaves:?} {}", self.wants.memory(now))
    }

    /// Whether to say something about a matter now; notes that it was said.
    pub fn may_say(&mut self, matter: MatterId, now: Timestamp) -> bool {
        if self.said.get(&matter).is_some_and(|at| now.ms_since(*at) < SAY_AGAIN_MS) {
            return false;
        }
        if self.said.len() >= SAID_MAX {
            self.said.clear();
        }
        self.said.insert(matter, now);
        true
    }
}

impl Machine {
    pub(super) fn connected(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let offices = self.registry.offices_of_transport(&peer.0);
        if offices.is_empty() {
            return Err(Refusal::OfficeNotAdmitted.into());
        }
        self.links.insert(peer, Link { offices: offices.clone(), ..Link::default() });
        step.send(peer, self.hello());
        self.compare(step, peer)?;
        self.ask_peer(step, peer)?;
        self.forget_sent(&offices);
        for office in &offices {
            self.offer_now(step, office)?;
        }
        self.send_heads(step)?;
        self.track(step, peer)?;
        self.spread_orders(step)?;
        self.spread_forks(step)?;
        self.seek_names(step)?;
        step.event(Event::Links);
        Ok(())
    }

    /// Once a second: repeat what was not answered; once a minute: compare heights.
    pub(super) fn tick(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        let peers: Vec<Peer> = self.links.keys().copied().collect();
        for peer in &peers {
            let served = self.serve(step, *peer);
            step.tolerate(served)?;
        }
        self.tick_standing(step)?;
        self.find_returned(step)?;
        let restored = self.restore_all(step);
        step.tolerate(restored)?;
        self.succeed(step)?;
        self.seek_names(step)?;
        self.send_heads(step)?;
        if step.steady.ms_since(self.last_minute) >= COMPARE_MS {
            self.last_minute = step.steady;
            self.behind.clear();
            for peer in peers.into_iter().filter(|peer| !self.is_full(peer)).collect::<Vec<_>>() {
                step.send(peer, self.hello());
                self.compare(step, peer)?;
                let tracked = self.track(step, peer);
                step.tolerate(tracked)?;
            }
            self.anchor_logs(step)?;
            self.lay_escrows(step)?;
            self.drive_orders(step, None)?;
            self.spread_orders(step)?;
            self.spread_forks(step)?;
        }
        Ok(())
    }

    /// Whether a peer has more to read than it should be sent.
    pub(super) fn is_full(&self, peer: &Peer) -> bool {
        self.links.get(peer).is_some_and(|link| link.full)
    }

    /// A peer took what was waiting for it: what was held back is said now.
    pub(super) fn room(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let Ok(link) = self.link(peer) else { return Ok(()) };
        link.full = false;
        for office in link.offices.clone() {
            self.offer_now(step, &office)?;
        }
        self.send_heads(step)
    }

    /// What one peer is due every second.
    fn serve(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        for office in self.link(peer)?.offices.clone() {
            self.offer_now(step, &office)?;
        }
        self.drive_incoming(step, peer)?;
        self.ask_dossiers(step, peer)?;
        self.fetch(step, peer)?;
        self.link(peer)?.meter.tick(step.steady);
        Ok(())
    }

    /// Reads a frame and does what it asks. Whatever a peer says, the worst is a refusal.
    pub(super) fn frame(&mut self, step: &mut Step<'_, '_>, from: Peer, bytes: &[u8]) -> Result<(), Stop> {
        // A link whose node was replaced speaks for nobody any more.
        if self.links.get(&from).is_none_or(|link| link.offices.is_empty()) {
            return Err(Refusal::OfficeNotAdmitted.into());
        }
        self.link(from)?.meter.note(bytes.len());
        let message = Message::from_frame(bytes).map_err(|_| Refusal::ActUnreadable)?;
        match message {
            Message::Hello { level_max, offices, .. } => self.take_lineages(step, from, level_max, &offices),
            Message::AskHead { office, claim } => self.answer_ask_head(step, from, office, claim),
            Message::HeadKnown { office, word, note } => {
                self.take_head_known(step, from, office, word, &note)
            }
            Message::Tail { office, from: index, leaves, note, proof, contents } => {
                let page = Page { leaves, contents };
                self.take_tail(step, from, office, index, page, &note, &proof)
            }
            Message::Heights { charter, dossiers } => self.heights(step, from, charter, dossiers),
            Message::GetCharter { from: position } => self.send_charter(step, from, position),
            Message::Charter { from: position, acts } => self.take_charter(step, from, position, &acts),
            Message::DossierHeights { heights } => self.dossier_heights(step, from, &heights),
            Message::GetDossier { office, from: position } => self.send_dossier(step, from, office, position),
            Message::Dossier { office, acts } => self.take_dossier(step, from, office, &acts),
            Message::Head { office, note, from: index, leaves, contents } => {
                self.take_head(step, from, office, &note, index, Page { leaves, contents })
            }
            Message::GetLeaves { office, from: index } => self.send_leaves(step, from, office, index),
            Message::Leaves { office, from: index, leaves, contents } => {
                self.take_leaves(step, from, office, index, Page { leaves, contents })
            }
            Message::AddCheckpoint { office, old_size, proof, note } => {
                self.add_checkpoint(step, from, office, old_size, &proof, &note)
            }
            Message::Cosigned { office, by, role, size, note } => {
                self.take_cosignature(step, office, by, role, size, &note)
            }
            Message::Stale { office, by, size } => self.take_stale(step, from, office, by, size),
            Message::GetChunk { root, length, index } => self.send_chunk(step, from, root, length, index),
            Message::Chunk { root, length, index, bytes, proof } => {
                self.take_chunk(step, from, root, length, index, &bytes, &proof)
            }
            Message::Offer { matter, kind: _, head, number, to, log_size, level } => {
                let incoming =
                    Incoming { head, number, to, log_size, asked_at: Timestamp(0), complete_to: 0 };
                self.take_offer(step, from, matter, level, incoming)
            }
            Message::GetActs { matter, from: number } => self.send_acts(step, from, matter, number),
            Message::Acts { matter, from: _, acts } => self.take_acts(step, from, matter, &acts),
            Message::Side { act } => self.take_side(step, from, &act),
            Message::Handover { act, wraps, note, index, proof } => {
                self.take_handover(step, from, &act, &wraps, &note, index, &proof)
            }
            Message::Track { heights } => {
                self.answer_track(step, from, &heights[..heights.len().min(HEIGHTS_MAX)])
            }
            Message::GetBefore { office, act } => self.send_before(step, from, office, act),
            Message::Before { office, acts } => self.take_before(step, from, office, &acts),
            Message::Order { acts } => self.take_order(step, Some(from), &acts).map(drop),
            Message::Fork { previous, first, second } => {
                self.take_fork(step, from, [&previous, &first, &second])
            }
            Message::GetBranch { matter, head, order } => self.send_branch(step, from, matter, head, &order),
            Message::Branch { matter, acts } => self.take_branch(step, from, matter, &acts),
            Message::Refused { about, code } => {
                if Refusal::from_code(&code) == Some(Refusal::ContentMissing) {
                    self.link(from)?.wants.refused(ContentRoot(about.0));
                    self.not_there(step, from, ContentRoot(about.0));
                }
                step.outputs.extend(Refusal::from_code(&code).map(Output::Noted));
                Ok(())
            }
        }
    }

    pub(super) fn link(&mut self, peer: Peer) -> Result<&mut Link, Refusal> {
        self.links.get_mut(&peer).ok_or(Refusal::OfficeNotAdmitted)
    }
}
