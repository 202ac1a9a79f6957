//! Recall after handover: a request that the holder's node grants by itself while nobody has
//! opened the file, by an ordinary handover back.

use super::handover::key_of;
use super::{Actor, Event, Machine, Peer, Step, Stop};
use crate::act::body::RequestRecall;
use crate::act::{Body, Header, Holder, Place, UnverifiedAct, VerifiedAct, body};
use crate::custody::{Matter, Phase};
use crate::id::{ActId, OfficeId};
use crate::message::Message;
use crate::records::Table;
use crate::refusal::Refusal;
use crate::sealing::ContentRef;

/// Side acts of one matter that are looked through.
const SIDES_MAX: usize = 4_096;

/// Recall requests that are kept for one matter: a file is sent and asked back a few times in its life.
const REQUESTS_MAX: usize = 64;

impl Machine {
    /// Asks the office that has the file to give it back.
    pub(super) fn request_recall(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
        matter: &Matter,
        contents: Vec<ContentRef>,
    ) -> Result<VerifiedAct, Stop> {
        let ours =
            matter.came_from.filter(|from| from.office == actor.office).ok_or(Refusal::NotRecallable)?;
        if matter.is_held_by(&actor.office) || matter.opened {
            return Err(Refusal::NotRecallable.into());
        }
        if self.post_of_charge(actor)? != ours.post {
            return Err(Refusal::NotHolder.into());
        }
        let at_handover = self.at_handover(step, matter)?;
        let ready = self.new_ready(step, &at_handover, ours, u64::MAX, true)?;
        let header = Header {
            charge: actor.charge,
            contents,
            ..self.matter_header(step, actor.office, &at_handover, Place::Side)?
        };
        let body = Body::RequestRecall(body::RequestRecall { ready: ready.bytes().to_vec().into() });
        let act = Self::sign(header, &body, &actor.key)?;
        self.append(step, actor.office, &act)?;
        step.records.put_side(&act);
        step.records.put(Table::RECALLS, key_of(&matter.holder.office, &matter.id), act.id().0.to_vec());
        step.event(Event::Matter(matter.id));
        if self.hosts(&matter.holder.office) {
            let Body::RequestRecall(request) = act.body() else { return Err(Refusal::NotRecallable.into()) };
            self.take_recall(step, None, &act, request, ours)?;
            step.records.delete(Table::RECALLS, key_of(&matter.holder.office, &matter.id));
            return Ok(act);
        }
        if let Some(peer) = self.peer_of(&matter.holder.office) {
            self.link(peer)?.said.remove(&matter.id);
        }
        self.offer_now(step, &matter.holder.office)?;
        Ok(act)
    }

    fn post_of_charge(&self, actor: &Actor) -> Result<crate::id::PostId, Refusal> {
        let register = self.registry.office(&actor.office)?;
        let charge =
            actor.charge.and_then(|charge| register.charge(&charge)).ok_or(Refusal::ChargeUnknown)?;
        Ok(charge.post)
    }

    /// The matter as it stood right after the handover, which is what a recall names.
    fn at_handover(&self, step: &Step<'_, '_>, matter: &Matter) -> Result<Matter, Stop> {
        let handover = match matter.phase {
            Phase::InTransit { .. } => matter.head,
            _ => {
                let head = step.records.expect_act(&matter.head)?;
                if !matches!(head.body(), Body::Receive(_)) {
                    return Err(Refusal::NotRecallable.into());
                }
                head.header().previous.ok_or(Refusal::NotRecallable)?
            }
        };
        let number = step.records.expect_act(&handover)?.header().number;
        Ok(Matter { head: handover, number, ..matter.clone() })
    }

    /// A former holder asks for a file back.
    pub(super) fn take_recall(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Option<Peer>,
        act: &VerifiedAct,
        request: &RequestRecall,
        by: Holder,
    ) -> Result<(), Stop> {
        let matter = self.matter(step, &act.matter())?;
        if self.may_sign(&matter.holder.office).is_err() || matches!(matter.phase, Phase::InTransit { .. }) {
            // Not received yet, or gone on its way: the request is repeated until it is answered.
            return Ok(());
        }
        // Whoever has never had the file gets no answer; from whom it came long ago, a refusal.
        if matter.came_from != Some(by) && !matter.route.contains(&by) {
            return Err(Refusal::NotRecallable.into());
        }
        let sides = step.records.sides(&matter.id, SIDES_MAX)?;
        if !sides.contains(&act.id()) && self.requests(step, &sides)? >= REQUESTS_MAX {
            return Err(Refusal::NotRecallable.into());
        }
        step.records.put_side(act);
        let ready = UnverifiedAct::parse(&request.ready).map_err(Refusal::from)?;
        let (ready, _) = self.registry.verify(ready)?;
        let Body::Ready(promise) = ready.body() else { return Err(Refusal::ReadyMismatch.into()) };
        let nothing_since = ready.header().number.checked_add(1) == Some(matter.number);
        let came_from_there = matter.came_from == Some(by);
        let unopened = came_from_there && !matter.opened && matter.phase == Phase::Active && nothing_since;
        if unopened && self.is_good_promise(&ready) {
            let back_to = promise.to.office;
            self.hand_over(step, &matter, &ready, back_to)?;
            if self.hosts(&back_to) {
                return self.receive_here(step, &matter.id);
            }
            return self.offer_now(step, &back_to);
        }
        self.refuse_recall(step, from, &matter, act.id())
    }

    /// Says, once, that it is too late; repeats the same act when asked again.
    fn refuse_recall(
        &mut self,
        step: &mut Step<'_, '_>,
        to: Option<Peer>,
        matter: &Matter,
        request: ActId,
    ) -> Result<(), Stop> {
        for id in step.records.sides(&matter.id, SIDES_MAX)? {
            let act = step.records.expect_act(&id)?;
            if matches!(act.body(), Body::RefuseRecall(refusal) if refusal.request == request) {
                if let Some(to) = to {
                    step.send(to, Message::Side { act: act.bytes().to_vec().into() });
                }
                return Ok(());
            }
        }
        let office = matter.holder.office;
        let header = self.matter_header(step, office, matter, Place::Side)?;
        let act = self.sign_as_node(header, &Body::RefuseRecall(body::RefuseRecall { request }))?;
        self.append(step, office, &act)?;
        step.records.put_side(&act);
        step.event(Event::Matter(matter.id));
        if let Some(to) = to {
            step.send(to, Message::Side { act: act.bytes().to_vec().into() });
        }
        Ok(())
    }

    fn requests(&self, step: &Step<'_, '_>, sides: &[ActId]) -> Result<usize, Stop> {
        let mut count = 0;
        for side in sides {
            count += usize::from(matches!(step.records.expect_act(side)?.body(), Body::RequestRecall(_)));
        }
        Ok(count)
    }

    /// The holder refuses. Kept only as the answer to what was asked of it.
    pub(super) fn recall_answered(
        &self,
        step: &mut Step<'_, '_>,
        refusal: &VerifiedAct,
        by: OfficeId,
        request: ActId,
    ) -> Result<(), Stop> {
        let matter = refusal.matter();
        let asked = step.records.get(Table::RECALLS, &key_of(&by, &matter))?;
        if asked.as_deref() == Some(request.0.as_slice()) {
            step.records.put_side(refusal);
            step.records.delete(Table::RECALLS, key_of(&by, &matter));
            step.event(Event::Matter(matter));
        }
        Ok(())
    }
}
