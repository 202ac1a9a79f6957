//! The four steps by which a file moves between offices: offer, ready, handover, receive. Each
//! step is repeated until the next one is seen, and each repeats harmlessly.

use super::dossier::bounded_acts;
use super::link::{INCOMING_MAX, Incoming, SAY_AGAIN_MS};
use super::{Machine, Peer, Step, Stop};
use crate::act::body::Ready;
use crate::act::{Body, Header, Holder, LEVEL, Place, UnverifiedAct, VerifiedAct, body};
use crate::custody::{Matter, Phase};
use crate::guard::{self, Guard};
use crate::hash::Hash;
use crate::id::{ActId, MatterId, OfficeId};
use crate::limits::LEAVES_PER_MESSAGE_MAX;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::proof;
use crate::message::Message;
use crate::records::{Role, Table, id32, key};
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::sealing::ClearRef;

/// A ready lapses when the sender's log has grown by this much since its offer: about a week of a
/// busy district, long before the receiver could have changed beyond recognition.
const READY_VALID_LEAVES: u64 = 10_000;

/// How long custody waits for a witness that is linked but does not answer.
const WITNESS_WAIT_MS: u64 = 2_000;

/// Matters offered to one office in one go.
const OFFERS_MAX: usize = 64;

impl Machine {
    /// Says to an office what waits for it: offers, handovers, recall requests.
    pub(super) fn offer_now(&mut self, step: &mut Step<'_, '_>, office: &OfficeId) -> Result<(), Stop> {
        if self.hosts(office) {
            return self.deliver_here(step, office);
        }
        let Some(peer) = self.peer_of(office).filter(|peer| !self.is_full(peer)) else { return Ok(()) };
        for (id, _) in step.records.towards(Table::QUEUED, office, OFFERS_MAX)? {
            let matter = self.matter(step, &id)?;
            let Some(to) = matter.queued_to() else { continue };
            if self.may_sign(&matter.holder.office).is_err() || !self.link(peer)?.may_say(id, step.steady) {
                continue;
            }
            let log_size = step.records.log(&matter.holder.office)?.map_or(0, |log| log.frontier.size());
            step.send(
                peer,
                Message::Offer {
                    matter: id,
                    kind: matter.kind,
                    head: matter.head,
                    number: matter.number,
                    to,
                    log_size,
                    level: LEVEL,
                },
            );
        }
        for (id, handover) in step.records.towards(Table::TRANSIT, office, OFFERS_MAX)? {
            let act = step.records.expect_act(&ActId(id32(&handover)?))?;
            if act.header().office.is_none_or(|office| self.may_sign(&office).is_err()) {
                continue;
            }
            if self.may_take_effect(step, &act)? && self.link(peer)?.may_say(id, step.steady) {
                self.send_handover(step, peer, &act)?;
            }
        }
        for (id, take_up) in step.records.towards(Table::RELEASED, office, OFFERS_MAX)? {
            if self.link(peer)?.may_say(id, step.steady) {
                let act = step.records.expect_act(&ActId(id32(&take_up)?))?;
                step.send(peer, Message::Branch { matter: id, acts: vec![act.bytes().to_vec().into()] });
            }
        }
        for (id, request) in step.records.towards(Table::RECALLS, office, OFFERS_MAX)? {
            if self.link(peer)?.may_say(id, step.steady) {
                let act = step.records.expect_act(&ActId(id32(&request)?))?;
                step.send(peer, Message::Side { act: act.bytes().to_vec().into() });
            }
        }
        self.say_reminders(step, peer, office, OFFERS_MAX)
    }

    /// Both offices are on this node: the four steps happen within one commit.
    fn deliver_here(&mut self, step: &mut Step<'_, '_>, office: &OfficeId) -> Result<(), Stop> {
        for (id, _) in step.records.towards(Table::QUEUED, office, OFFERS_MAX)? {
            let matter = self.matter(step, &id)?;
            let Some(to) = matter.queued_to() else { continue };
            if self.may_sign(&matter.holder.office).and(self.may_sign(&to.office)).is_err() {
                continue;
            }
            let log_size = step.records.log(&matter.holder.office)?.map_or(0, |log| log.frontier.size());
            let ready = self.new_ready(step, &matter, to, log_size, false)?;
            self.hand_over(step, &matter, &ready, to.office)?;
            self.receive_here(step, &id)?;
        }
        Ok(())
    }

    /// Witness before effect: what moves custody waits until a witness has seen it, as long as
    /// one is linked, so that a clone of this node cannot spend the same custody twice.
    pub(super) fn may_take_effect(&self, step: &Step<'_, '_>, act: &VerifiedAct) -> Result<bool, Stop> {
        let office = act.header().office.ok_or(Refusal::ActHeader)?;
        if self.may_sign(&office).is_err() {
            return Ok(false);
        }
        let Some(index) = step.records.place(&act.id(), &office)? else { return Ok(false) };
        let witnesses = self.host(&office)?.cosigners.iter().filter(|c| c.role == Role::Witness);
        // Whoever is reached by a packet only will not answer in time.
        let linked = |peer: Peer| self.links.get(&peer).is_some_and(|link| !link.carried);
        let reachable = witnesses.clone().any(|witness| self.peer_of(&witness.office).is_some_and(linked));
        Ok(!reachable
            || step.records.held(&office)?.count(Role::Witness, index) > 0
            // Either way: a clock that was set back must not hold custody for as long.
            || step.now.0.abs_diff(act.header().time.0) > WITNESS_WAIT_MS)
    }

    /// A file is offered to one of our offices.
    pub(super) fn take_offer(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        matter: MatterId,
        level: u16,
        incoming: Incoming,
    ) -> Result<(), Stop> {
        if self.hosts(&incoming.to.office) && self.may_sign(&incoming.to.office).is_err() {
            return Ok(()); // it is offered again
        }
        let known = self.hosts(&incoming.to.office)
            && self.registry.office(&incoming.to.office)?.post(&incoming.to.post).is_some();
        let refusal = match (known, level > LEVEL) {
            (false, _) => Some(Refusal::PostUnknown),
            (true, true) => Some(Refusal::ActUnknownVerb),
            (true, false) => None,
        };
        if let Some(refusal) = refusal {
            step.send(from, Message::refused(matter.into(), refusal));
            return Err(refusal.into());
        }
        let link = self.link(from)?;
        let same = link.incoming.get(&matter).is_some_and(|known| known.head == incoming.head);
        if !same && (link.incoming.len() < INCOMING_MAX || guard::is_off(Guard::Offers)) {
            link.incoming.insert(matter, incoming);
        }
        self.drive_one(step, from, matter)
    }

    /// Does the next step for every file that a peer has offered.
    pub(super) fn drive_incoming(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let Some(link) = self.links.get(&peer) else { return Ok(()) };
        for id in link.incoming.keys().copied().collect::<Vec<_>>() {
            self.drive_one(step, peer, id)?;
        }
        Ok(())
    }

    /// Does the next step for one file that a peer has offered, if it has.
    pub(super) fn drive_one(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        id: MatterId,
    ) -> Result<(), Stop> {
        let Some(offer) = self.link(peer)?.incoming.get(&id).cloned() else { return Ok(()) };
        let driven = self.drive_offer(step, peer, id, &offer);
        if let Err(Stop::Refused(refusal)) = driven {
            // Dropped, so that it does not come up again every second; it may be offered anew.
            self.link(peer)?.incoming.remove(&id);
            step.send(peer, Message::refused(id.into(), refusal));
        }
        step.tolerate(driven)
    }

    fn drive_offer(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        id: MatterId,
        offer: &Incoming,
    ) -> Result<(), Stop> {
        if self.may_sign(&offer.to.office).is_err() {
            return Ok(());
        }
        let local = step.records.matter(&id)?;
        match local {
            Some(matter) if matter.phase == Phase::Frozen => {
                self.link(peer)?.incoming.remove(&id);
            }
            Some(matter) if matter.head == offer.head => {
                if self.has_everything(step, peer, &id)? {
                    self.promise(step, peer, &matter, offer)?;
                }
            }
            // We are further than the offer: the peer has not seen our receipt.
            Some(matter) if matter.number >= offer.number => {
                self.link(peer)?.incoming.remove(&id);
                self.send_acts(step, peer, id, offer.number)?;
            }
            local => {
                let from = local.map_or(0, |matter| matter.number + 1);
                let now = step.steady;
                let waiting = self
                    .link(peer)?
                    .incoming
                    .get_mut(&id)
                    .filter(|o| now.ms_since(o.asked_at) >= SAY_AGAIN_MS);
                if let Some(offer) = waiting {
                    offer.asked_at = now;
                    step.send(peer, Message::GetActs { matter: id, from });
                }
            }
        }
        Ok(())
    }

    /// Says *ready*, once per head, and says it again when asked again; one that has lapsed is replaced.
    fn promise(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        matter: &Matter,
        offer: &Incoming,
    ) -> Result<(), Stop> {
        // Whoever offers is not always who has it: the chain says whom it waits for.
        if matter.queued_to() != Some(offer.to) {
            return Err(Refusal::ReadyMismatch.into());
        }
        let said = step.records.get(Table::READIES, &matter.head.0)?;
        let said = said.map(|id| step.records.expect_act(&ActId(id32(&id)?))).transpose()?;
        let stands = |act: &VerifiedAct| matches!(act.body(), Body::Ready(ready) if offer.log_size <= ready.valid_to_size);
        // A promise of an earlier incarnation names a key that nothing may be wrapped to any more.
        let act = match said.filter(|ready| stands(ready) && self.is_good_promise(ready)) {
            Some(ready) => ready,
            None => {
                let ready = self.new_ready(step, matter, offer.to, offer.log_size, false)?;
                step.records.put(Table::READIES, matter.head.0.to_vec(), ready.id().0.to_vec());
                ready
            }
        };
        if self.may_take_effect(step, &act)? && self.link(peer)?.may_say(matter.id, step.steady) {
            step.send(peer, Message::Side { act: act.bytes().to_vec().into() });
        }
        Ok(())
    }

    /// Whether a ready is of the node that speaks for its office now, and names its present key.
    pub(super) fn is_good_promise(&self, ready: &VerifiedAct) -> bool {
        let Body::Ready(promise) = ready.body() else { return false };
        let present = self.registry.office(&promise.to.office).ok().and_then(|r| r.incarnation());
        present.is_some_and(|i| i.number == ready.header().incarnation && i.sealing.id() == promise.sealing)
    }

    /// Signs and logs a promise to receive.
    pub(super) fn new_ready(
        &mut self,
        step: &mut Step<'_, '_>,
        matter: &Matter,
        to: crate::act::Holder,
        log_size: u64,
        recall: bool,
    ) -> Result<VerifiedAct, Stop> {
        let sealing = self.host(&to.office)?.secrets.sealing.public().id();
        let header = self.matter_header(step, to.office, matter, Place::Side)?;
        let body = Body::Ready(Ready {
            to,
            sealing,
            level_max: LEVEL,
            valid_to_size: log_size.saturating_add(READY_VALID_LEAVES),
            recall,
            nonce: Hash(step.entropy.bytes32()),
        });
        let ready = self.sign_as_node(header, &body)?;
        self.append(step, to.office, &ready)?;
        step.records.put_side(&ready);
        Ok(ready)
    }

    /// A side act arrived.
    pub(super) fn take_side(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        bytes: &[u8],
    ) -> Result<(), Stop> {
        let (act, signer) = self.verify_or_ask(step, from, bytes)?;
        match (act.body(), signer) {
            (Body::Ready(ready), Signer::Node { office }) if ready.to.office == office => {
                let matter = self.matter(step, &act.matter())?;
                let log_size = step.records.log(&matter.holder.office)?.map_or(0, |log| log.frontier.size());
                let holder = matter.holder.office;
                if self.may_sign(&holder).is_err() || matter.queued_to() != Some(ready.to) {
                    return Ok(());
                }
                if log_size > ready.valid_to_size {
                    return Err(Refusal::ReadyLapsed.into());
                }
                if !self.is_good_promise(&act) {
                    return Err(Refusal::IncarnationStale.into());
                }
                step.records.put_side(&act);
                self.hand_over(step, &matter, &act, ready.to.office)?;
                self.offer_now(step, &ready.to.office)
            }
            (Body::RequestRecall(request), Signer::Officer { office, post, .. }) => {
                self.take_recall(step, Some(from), &act, request, Holder { office, post })
            }
            (Body::Remind(body), signer @ Signer::Officer { .. }) => {
                self.take_reminder(step, from, &act, &signer, body.to)
            }
            (Body::Contest(contest), Signer::Node { office }) => {
                self.take_contest(step, &act, contest, office)
            }
            (Body::RefuseRecall(refusal), Signer::Node { office }) => {
                self.recall_answered(step, &act, office, refusal.request)
            }
            _ => Err(Refusal::ActUnknownVerb.into()),
        }
    }

    /// Records the handover. From here custody is the receiver's.
    pub(super) fn hand_over(
        &mut self,
        step: &mut Step<'_, '_>,
        matter: &Matter,
        ready: &VerifiedAct,
        to: OfficeId,
    ) -> Result<(), Stop> {
        let from = matter.holder.office;
        let newest = self.key(step, &matter.id, matter.generation)?;
        let previous = match matter.generation {
            0 | 1 => None,
            generation => self.key(step, &matter.id, generation - 1).ok(),
        };
        let wraps = self.wrap_for(step, to, matter.id, matter.generation, &newest, previous.as_ref())?;
        let Body::Ready(promise) = ready.body() else { return Err(Refusal::ReadyMismatch.into()) };
        let header =
            Header { holder: Some(promise.to), ..self.matter_header(step, from, matter, Place::Chain)? };
        let body = Body::Handover(body::Handover { ready: ready.bytes().to_vec().into(), wraps });
        let act = self.sign_as_node(header, &body)?;
        self.extend(step, Some(matter), &act)?;
        if let Some(peer) = self.peer_of(&to) {
            self.link(peer)?.said.remove(&matter.id);
        }
        Ok(())
    }

    fn send_handover(&self, step: &mut Step<'_, '_>, peer: Peer, act: &VerifiedAct) -> Result<(), Stop> {
        let office = act.header().office.ok_or(Refusal::ActHeader)?;
        let Body::Handover(body) = act.body() else { return Err(Refusal::NotInTransit.into()) };
        let wraps = step.records.content_bytes(&body.wraps.root)?.ok_or(Refusal::ContentMissing)?;
        let index = step.records.place(&act.id(), &office)?.ok_or(Refusal::MatterUnknown)?;
        // The head that a witness has seen where it covers the act, else the best there is.
        let witnessed = step.records.witnessed_head(&office)?.unwrap_or_default();
        let cosigned = step.records.head(&office)?.unwrap_or_default();
        let newest = step.records.log(&office)?.map(|log| log.note).unwrap_or_default();
        let covering = [witnessed, cosigned, newest].into_iter().find_map(|note| {
            let size = SignedCheckpoint::parse(&note).ok()?.claimed().head.size;
            (size > index).then_some((note, size))
        });
        let Some((note, size)) = covering else { return Ok(()) };
        let proof = proof::inclusion(&step.records.log_hashes(office), index, size)
            .map_err(|_| crate::records::StoreFault::damaged("hashes of an own log"))?;
        step.send(
            peer,
            Message::Handover {
                act: act.bytes().to_vec().into(),
                wraps: wraps.into(),
                note: note.into(),
                index,
                proof,
            },
        );
        Ok(())
    }

    /// Gives acts of a matter to a peer that has to do with it.
    pub(super) fn send_acts(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        id: MatterId,
        from: u64,
    ) -> Result<(), Stop> {
        let matter = self.matter(step, &id)?;
        let theirs = self.links.get(&to).map(|link| link.offices.as_slice()).unwrap_or_default();
        let concerned = matter.queued_to().map(|to| to.office).into_iter().chain(matter.offices());
        if !concerned.into_iter().any(|office| theirs.contains(&office)) {
            return Err(Refusal::NotHolder.into());
        }
        let ids = step.records.chain(&id, from, LEAVES_PER_MESSAGE_MAX)?;
        let acts = bounded_acts(step.records, &ids)?;
        if !acts.is_empty() {
            step.send(to, Message::Acts { matter: id, from, acts });
        }
        Ok(())
    }

    /// Verifies an act; when the registry lacks what it relies on, asks the peer for it.
    pub(super) fn verify_or_ask(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        bytes: &[u8],
    ) -> Result<(VerifiedAct, Signer), Stop> {
        let act = UnverifiedAct::parse(bytes).map_err(Refusal::from)?;
        let office = act.header().office;
        match self.registry.verify(act) {
            Err(
                refusal @ (Refusal::OfficeUnknown
                | Refusal::RegisterUnknown
                | Refusal::ChargeUnknown
                | Refusal::IncarnationUnknown),
            ) => {
                if let Some(office) = office {
                    self.pursue(step, peer, office, None)?;
                }
                Err(refusal.into())
            }
            verified => Ok(verified?),
        }
    }
}

/// Every ciphertext and clear content that an act names.
pub(super) fn contents_of(act: &VerifiedAct) -> Vec<ClearRef> {
    let sealed = act.header().contents.iter().map(|c| ClearRef { root: c.root, length: c.length });
    let clear = match act.body() {
        Body::Open(body) => Some(body.wraps),
        Body::Diarise(body) => Some(body.wraps),
        Body::Handover(body) => Some(body.wraps),
        Body::BlindHandover(body) => Some(body.wraps),
        Body::Receive(body) => Some(body.wraps),
        Body::TakeUp(body) => Some(body.wraps),
        Body::Directory(body) => Some(body.snapshot),
        Body::Escrow(body) => Some(body.wraps),
        _ => None,
    };
    sealed.chain(clear).collect()
}

pub(super) fn key_of(office: &OfficeId, matter: &MatterId) -> Vec<u8> {
    key(&[&office.0, &matter.0])
}
