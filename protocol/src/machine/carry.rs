//! Carrier packets: two nodes that have no link talk through files.
//!
//! A packet is taken in as if its frames came over a link, and written as if a link had just come
//! up. Only one thing differs: a question costs a carry, so what the other side would ask for goes
//! along unasked. Everything is repeated until its answer is seen and repeats harmlessly, so packets
//! may be lost, read twice or read out of order.

use minicbor::{Decode, Encode};

use super::handover::contents_of;
use super::link::{INCOMING_MAX, Incoming, Link};
use super::mirror::Page;
use super::{Machine, Output, Peer, Step, Stop};
use crate::act::Holder;
use crate::id::{ActId, MatterId, OfficeId};
use crate::limits::{CONTENT_ALONG_BYTES_MAX, PACKET_BYTES_MAX};
use crate::message::{HEIGHTS_MAX, Message};
use crate::packet::Packet;
use crate::records::{Held, Role, StoreFault, Table, id32, key};
use crate::refusal::Refusal;
use crate::sealing::ClearRef;
use crate::sealing::chunk::chunk_count;
use crate::time::Timestamp;

/// Matters that one packet tracks, in pages of what a link asks about in a minute.
const TRACK_PAGES_MAX: usize = 64;

/// Room kept in a packet for what is small: handovers, sides, cosignatures, heights.
const ROOM_BYTES: usize = 4 * 1024 * 1024;

/// What came of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The office at the other end.
    pub other: OfficeId,
    /// Frames for it: answers to a packet, or what a new packet says.
    pub frames: Vec<Vec<u8>>,
    /// Frames that were taken in.
    pub taken: u64,
    /// Refused frames, by reason.
    pub refused: Vec<Refusal>,
    /// Frames that want something done at the other end; with none, nothing has to be carried.
    pub owed: u64,
    /// The new packet; empty when one was taken in.
    pub packet: Vec<u8>,
}

/// An offer that came by packet: what a link's memory would hold.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Row {
    #[n(0)]
    head: ActId,
    #[n(1)]
    number: u64,
    #[n(2)]
    to: Holder,
    #[n(3)]
    log_size: u64,
}

impl Machine {
    /// Takes in a packet. What it asks for comes back as frames for the next packet.
    pub(super) fn carry(&mut self, step: &mut Step<'_, '_>, bytes: &[u8]) -> Result<Carried, Stop> {
        let packet = Packet::parse(bytes)?;
        let header = *packet.header();
        if header.state != self.registry.state() {
            return Err(Refusal::ActOtherState.into());
        }
        if !self.hosts(&header.to) || self.hosts(&header.from) {
            return Err(Refusal::PacketNotHere.into());
        }
        let peer = self.carrier_peer(&header.from)?;
        let incarnation = self.registry.office(&header.from)?.incarnation();
        let signing = incarnation.ok_or(Refusal::IncarnationUnknown)?.signing;
        let frames = packet.frames(&signing)?;
        let (mut taken, mut refused) = (0, Vec::new());
        let answers = self.over_carrier(step, peer, |machine, step| {
            machine.remember_offers(step, peer)?;
            let mark = step.outputs.len();
            for frame in frames {
                match machine.frame(step, peer, frame) {
                    Ok(()) => taken += 1,
                    Err(Stop::Refused(refusal)) => refused.push(refusal),
                    Err(fault) => return Err(fault),
                }
            }
            // What was asked while the packet was read may have come later in it.
            drop_questions(step, mark, peer);
            machine.ask_over_carrier(step, peer)?;
            machine.keep_offers(step, peer)
        })?;
        let owed = owed(&answers);
        Ok(Carried { other: header.from, frames: answers, taken, refused, owed, packet: Vec::new() })
    }

    /// Writes a packet for an office: what is owed to it or may be missing there, after `answers`.
    pub(super) fn pack(
        &mut self,
        step: &mut Step<'_, '_>,
        to: OfficeId,
        answers: Vec<Vec<u8>>,
    ) -> Result<Carried, Stop> {
        if self.hosts(&to) {
            return Err(Refusal::PacketNotHere.into());
        }
        let peer = self.carrier_peer(&to)?;
        let from = self.hosted().into_iter().next().ok_or(Refusal::OfficeUnknown)?;
        let said =
            self.over_carrier(step, peer, |machine, step| machine.say_everything(step, peer, &answers))?;
        // Nothing is taken from whoever has not greeted: the greeting comes before the answers.
        let mut frames = vec![self.hello().to_frame()];
        for frame in answers.into_iter().chain(said) {
            if !frames.contains(&frame) {
                frames.push(frame);
            }
        }
        let key = self.host(&from)?.secrets.signing.clone();
        let packet = Packet::write(self.registry.state(), from, to, step.now, &frames, &key);
        let owed = owed(&frames);
        Ok(Carried { other: to, frames, taken: 0, refused: Vec::new(), owed, packet })
    }

    /// The node of an admitted office: nobody else is listened to.
    fn carrier_peer(&self, office: &OfficeId) -> Result<Peer, Refusal> {
        let register = self.registry.office(office)?;
        if !self.registry.is_admitted(register) {
            return Err(Refusal::OfficeNotAdmitted);
        }
        self.transport(office).ok_or(Refusal::IncarnationUnknown)
    }

    /// Does something as if the peer were linked, and gives back what would have been sent to it.
    /// A link that stands is put aside meanwhile.
    fn over_carrier(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        work: impl FnOnce(&mut Self, &mut Step<'_, '_>) -> Result<(), Stop>,
    ) -> Result<Vec<Vec<u8>>, Stop> {
        let offices = self.registry.offices_of_transport(&peer.0);
        let live = self.links.remove(&peer);
        let carrier = Link { offices: offices.clone(), carried: true, ..Link::default() };
        self.links.insert(peer, carrier);
        self.forget_sent(&offices);
        let mark = step.outputs.len();
        let done = work(self, step);
        self.links.remove(&peer);
        if let Some(live) = live {
            self.links.insert(peer, live);
        }
        self.forget_sent(&offices);
        done?;
        let mut frames = Vec::new();
        let tail = step.outputs.split_off(mark);
        for output in tail {
            match output {
                Output::Send { to, message } if to == peer => frames.push(message.to_frame()),
                other => step.outputs.push(other),
            }
        }
        Ok(frames)
    }

    /// Everything that a new link would lead to, with what would be asked for.
    fn say_everything(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        answers: &[Vec<u8>],
    ) -> Result<(), Stop> {
        let said: usize = answers.iter().map(Vec::len).sum();
        let mut room = PACKET_BYTES_MAX.saturating_sub(said + ROOM_BYTES);
        self.send_charter(step, peer, 0)?;
        self.ask_peer(step, peer)?;
        self.give_own_dossiers(step, peer, &mut room)?;
        self.remember_offers(step, peer)?;
        let offices = self.link(peer)?.offices.clone();
        for office in &offices {
            self.offer_now(step, office)?;
            self.give_offered(step, peer, office, &mut room)?;
        }
        self.send_heads(step)?;
        self.give_logs(step, peer, &mut room)?;
        for _ in 0..TRACK_PAGES_MAX {
            self.track(step, peer)?;
            if self.link(peer)?.tracked_to.is_none() {
                break;
            }
        }
        self.spread_orders(step)?;
        self.spread_forks(step)?;
        self.ask_over_carrier(step, peer)?;
        self.give_heights(step, peer);
        Ok(())
    }

    /// Asks for what is missing, all at once.
    fn ask_over_carrier(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let link = self.link(peer)?;
        link.wants.ask_anew();
        link.leaves_asked.clear();
        link.said.clear();
        for pursued in link.pursued.values_mut() {
            pursued.asked_at = None;
        }
        for incoming in link.incoming.values_mut() {
            incoming.asked_at = Timestamp(0);
        }
        self.drive_incoming(step, peer)?;
        self.ask_own_tails(step, peer)?;
        self.advance_mirrors(step, peer)?;
        self.ask_dossiers(step, peer)?;
        self.fetch(step, peer)
    }

    /// Dossiers of the own offices and of those above them, with the names.
    fn give_own_dossiers(&self, step: &mut Step<'_, '_>, peer: Peer, room: &mut usize) -> Result<(), Stop> {
        let mut offices: Vec<OfficeId> = Vec::new();
        for own in self.hosted() {
            let line: Vec<_> = self.registry.line_above(&own).map(|register| register.id()).collect();
            offices.extend(line.into_iter().rev());
        }
        offices.dedup();
        for office in offices {
            self.send_dossier(step, peer, office, 0)?;
            let names = self.registry.office(&office)?.directory();
            if let Some((_, names)) = names {
                give_content(step, peer, &names, room)?;
            }
        }
        Ok(())
    }

    /// The digests of all dossiers, so that the other side can ask for what differs.
    fn give_heights(&self, step: &mut Step<'_, '_>, peer: Peer) {
        let number = |office: &OfficeId| self.registry.office(office).map_or(0, |r| r.number());
        let all: Vec<_> = self.digests.iter().map(|(o, digest)| (*o, number(o), *digest)).collect();
        for heights in all.chunks(HEIGHTS_MAX) {
            step.send(peer, Message::DossierHeights { heights: heights.to_vec() });
        }
    }

    /// Acts and contents of what waits for an office. What the office signed after has been there.
    fn give_offered(
        &self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: &OfficeId,
        room: &mut usize,
    ) -> Result<(), Stop> {
        for (id, _) in step.records.towards(Table::QUEUED, office, INCOMING_MAX)? {
            let chain = step.records.chain(&id, 0, usize::MAX >> 1)?;
            let mut acts = Vec::with_capacity(chain.len());
            for act in &chain {
                acts.push(step.records.expect_act(act)?);
            }
            let been_there = acts.iter().rposition(|act| act.header().office == Some(*office));
            for page in (0..chain.len()).step_by(crate::limits::LEAVES_PER_MESSAGE_MAX) {
                self.send_acts(step, peer, id, page as u64)?;
            }
            for act in &acts[been_there.map_or(0, |at| at + 1)..] {
                for content in contents_of(act) {
                    give_content(step, peer, &content, room)?;
                }
            }
        }
        Ok(())
    }

    /// Leaves and contents that mirrors at the other end do not have.
    fn give_logs(&self, step: &mut Step<'_, '_>, peer: Peer, room: &mut usize) -> Result<(), Stop> {
        for office in self.hosted() {
            let Some(log) = step.records.log(&office)? else { continue };
            let Some(from) = self.mirrored_to(&office, peer, &step.records.held(&office)?) else { continue };
            let below = usize::try_from(log.signed.size().saturating_sub(from)).unwrap_or(usize::MAX);
            let ids = step.records.leaves(&office, from, below)?;
            let mut at = 0;
            while at < ids.len() && *room > 0 {
                let Page { leaves, contents } = Page::read(step.records, &ids[at..])?;
                let bytes: usize = leaves.iter().chain(&contents).map(|bytes| bytes.len()).sum();
                let (count, from) = (leaves.len(), from + at as u64);
                step.send(peer, Message::Leaves { office, from, leaves, contents });
                *room = room.saturating_sub(bytes);
                at += count.max(1);
            }
            // After all leaves: a mirror wants contents when the leaves add up to the head.
            for id in &ids[..at.min(ids.len())] {
                let named = contents_of(&step.records.expect_act(id)?);
                for content in named.iter().filter(|content| content.length > CONTENT_ALONG_BYTES_MAX) {
                    give_content(step, peer, content, room)?;
                }
            }
        }
        Ok(())
    }

    /// How far the mirror at the other end has cosigned an own log; none if there is no mirror.
    fn mirrored_to(&self, office: &OfficeId, peer: Peer, held: &Held) -> Option<u64> {
        let theirs = &self.links.get(&peer)?.offices;
        let placed = self.placement_of(office);
        let mirror = placed.iter().find(|(by, role)| *role == Role::Mirror && theirs.contains(by))?;
        let key = self.registry.office(&mirror.0).ok()?.incarnation()?.mirror.id();
        let known = held.by.iter().find(|(by, role, ..)| *by == key && *role == Role::Mirror);
        Some(known.map_or(0, |(_, _, size, _)| *size))
    }

    /// Offers that came by packet before and are not done.
    fn remember_offers(&mut self, step: &Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        for (place, row) in step.records.scan_prefix(Table::CARRIED, &peer.0, INCOMING_MAX)? {
            let matter = MatterId(id32(&place[32..])?);
            let row: Row = crate::codec::decode(&row, 1_024)
                .map_err(|e| StoreFault::because("read a carried offer", e))?;
            let Row { head, number, to, log_size } = row;
            let incoming = Incoming { head, number, to, log_size, asked_at: Timestamp(0), complete_to: 0 };
            self.link(peer)?.incoming.insert(matter, incoming);
        }
        Ok(())
    }

    fn keep_offers(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        for (place, _) in step.records.scan_prefix(Table::CARRIED, &peer.0, INCOMING_MAX)? {
            step.records.delete(Table::CARRIED, place);
        }
        for (matter, offer) in &self.link(peer)?.incoming {
            let Incoming { head, number, to, log_size, .. } = offer.clone();
            let row = Row { head, number, to, log_size };
            step.records.put(Table::CARRIED, key(&[&peer.0, &matter.0]), crate::codec::encode(&row));
        }
        Ok(())
    }
}

/// Frames that are more than a greeting and what everyone keeps of everyone.
fn owed(frames: &[Vec<u8>]) -> u64 {
    let greets = |message: &Message| {
        matches!(
            message,
            Message::Hello { .. }
                | Message::Charter { .. }
                | Message::Dossier { .. }
                | Message::DossierHeights { .. }
                | Message::Chunk { .. }
                | Message::Track { .. }
        )
    };
    let read = |frame: &Vec<u8>| Message::from_frame(frame).ok();
    frames.iter().filter_map(read).filter(|message| !greets(message)).count() as u64
}

/// Puts all chunks of a content into the packet, if it is here and there is room.
fn give_content(
    step: &mut Step<'_, '_>,
    peer: Peer,
    content: &ClearRef,
    room: &mut usize,
) -> Result<(), Stop> {
    let bytes = usize::try_from(content.length).unwrap_or(usize::MAX);
    if bytes > *room || !step.records.has_content(&content.root)? {
        return Ok(());
    }
    *room -= bytes;
    for index in 0..chunk_count(content.length) {
        Machine::give_chunk(step, peer, content.root, content.length, index)?;
    }
    Ok(())
}

/// Takes back questions that were asked of a peer.
fn drop_questions(step: &mut Step<'_, '_>, mark: usize, peer: Peer) {
    let tail = step.outputs.split_off(mark);
    step.outputs.extend(tail.into_iter().filter(|output| {
        let asks = |message: &Message| {
            matches!(
                message,
                Message::GetDossier { .. }
                    | Message::GetLeaves { .. }
                    | Message::GetChunk { .. }
                    | Message::GetActs { .. }
            )
        };
        !matches!(output, Output::Send { to, message } if *to == peer && asks(message))
    }));
}
