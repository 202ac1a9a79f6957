//! Orders of reassignment: taken in, told to those concerned, contested by an office that lives,
//! and carried out by the office that they name when nobody contested. No clock decides: the
//! window is counted in time anchors of the new office's log.

use std::collections::BTreeSet;

use minicbor::bytes::ByteVec;

use super::branch::Way;
use super::link::COMPARE_MS;
use super::{Event, Machine, Output, Peer, Receipt, Step, Stop};
use crate::act::body::Contest;
use crate::act::{Body, Header, Place, VerifiedAct};
use crate::custody::order::Order;
use crate::custody::{Matter, Phase};
use crate::id::{ActId, MatterId, OfficeId};
use crate::limits::AUTHORITY_KEYS_MAX;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature::cosignatures;
use crate::log::proof;
use crate::log::tree::leaf_hash;
use crate::message::Message;
use crate::records::{OrderState, Role, StoreFault, Table};
use crate::refusal::Refusal;
use crate::sealing::MatterKey;

/// Orders driven in one go; a whole office that burnt down is reassigned in several.
const ORDERS_MAX: usize = 256;

/// Open orders of one authority that are taken in: the files of a district that burnt down.
const ORDERS_PER_GIVER_MAX: usize = 4_096;

/// Open orders in all: four such districts at one time.
const ORDERS_OPEN_MAX: usize = 4 * ORDERS_PER_GIVER_MAX;

/// Side acts of one matter that are looked through.
const SIDES_MAX: usize = 4_096;

impl Machine {
    /// Takes an order in: from the office above through its own node, or from a peer.
    pub(super) fn take_order(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Option<Peer>,
        acts: &[ByteVec],
    ) -> Result<Receipt, Stop> {
        let (first, rest) = acts.split_first().ok_or(Refusal::OrderMismatch)?;
        if acts.len() > AUTHORITY_KEYS_MAX {
            return Err(Refusal::OrderMismatch.into());
        }
        if let Some(peer) = from {
            self.verify_or_ask(step, peer, first)?;
        }
        let order = Order::read(first, rest.iter().map(|act| act.as_slice()), &self.registry)?;
        let to = order.body.to;
        self.registry.office(&to.office)?.post(&to.post).ok_or(Refusal::PostUnknown)?;
        let (matter, id) = (order.act.matter(), order.act.id());
        let receipt = Receipt { act: id, matter };
        if let Some(state) = step.records.matter(&matter)?.filter(|m| m.epoch >= order.body.epoch) {
            return self.say_done(step, from, &state, &order);
        }
        if let Some(known) = step.records.order(&matter, &id)? {
            if let (Some(peer), true) = (from, known.contested) {
                self.say_contested(step, peer, &matter, &id)?;
            }
            return Ok(receipt);
        }
        order.check_keys_in_force(&self.registry)?;
        let concerned = [order.act.header().office, Some(order.body.from), Some(to.office)];
        let ours: BTreeSet<OfficeId> = concerned.into_iter().flatten().filter(|o| self.hosts(o)).collect();
        if ours.is_empty() {
            return Err(Refusal::OfficeUnknown.into());
        }
        for office in &ours {
            self.may_sign(office)?;
        }
        let giver = order.act.header().office;
        let open = step.records.orders(None, ORDERS_OPEN_MAX)?;
        let of_giver = open.iter().filter(|(.., state)| state.giver == giver).count();
        if open.len() >= ORDERS_OPEN_MAX || of_giver >= ORDERS_PER_GIVER_MAX {
            return Err(Refusal::Busy.into());
        }
        for act in [&order.act].into_iter().chain(&order.endorsements) {
            for office in &ours {
                if step.records.place(&act.id(), office)?.is_none() {
                    self.append(step, *office, act)?;
                }
            }
            step.records.put_side(act);
        }
        step.records.put_order(&matter, &id, OrderState { giver, ..OrderState::default() });
        step.event(Event::Matter(matter));
        self.spread_order(step, &order, false)?;
        if let (true, Some(head)) = (self.hosts(&to.office), order.act.header().previous) {
            self.ask_branch(step, &order, head)?;
        }
        self.drive_orders(step, Some(&matter))?;
        Ok(receipt)
    }

    /// The order was carried out, or overtaken: whoever repeats it is shown the act that did it.
    fn say_done(
        &self,
        step: &mut Step<'_, '_>,
        from: Option<Peer>,
        matter: &Matter,
        order: &Order,
    ) -> Result<Receipt, Stop> {
        let number = Self::first_after_epoch(step, matter, order.body.epoch - 1)?;
        if let (Some(peer), Some(act)) = (from, step.records.chain_at(&matter.id, number)?) {
            let act = step.records.expect_act(&act)?;
            step.send(peer, Message::Branch { matter: matter.id, acts: vec![act.bytes().to_vec().into()] });
        }
        Err(Refusal::AlreadyDone.into())
    }

    /// Tells everyone concerned of orders that are not carried out yet, or how they were contested.
    pub(super) fn spread_orders(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for (matter, id, state) in self.orders_now(step, None)? {
            let Some(order) = self.stored_order(step, &matter, &id)? else { continue };
            self.spread_order(step, &order, state.contested)?;
        }
        Ok(())
    }

    fn spread_order(&mut self, step: &mut Step<'_, '_>, order: &Order, contested: bool) -> Result<(), Stop> {
        let (matter, id) = (order.act.matter(), order.act.id());
        let concerned = [order.act.header().office, Some(order.body.from), Some(order.body.to.office)];
        for office in concerned.into_iter().flatten().filter(|office| !self.hosts(office)).collect::<Vec<_>>()
        {
            let Some(peer) = self.peer_of(&office) else { continue };
            if !self.link(peer)?.may_say(MatterId(id.0), step.steady) {
                continue;
            }
            if contested {
                self.say_contested(step, peer, &matter, &id)?;
            } else {
                step.send(peer, Message::Order { acts: order.to_acts() });
            }
        }
        Ok(())
    }

    /// Open orders of one matter, or as many of all as are driven in one go; the next ones a minute later.
    fn orders_now(
        &self,
        step: &Step<'_, '_>,
        of: Option<&MatterId>,
    ) -> Result<Vec<(MatterId, ActId, OrderState)>, StoreFault> {
        let mut orders = step.records.orders(of, ORDERS_OPEN_MAX)?;
        let pages = orders.len().div_ceil(ORDERS_MAX).max(1);
        let minute = usize::try_from(step.steady.0 / COMPARE_MS).unwrap_or_default();
        orders.drain(..(minute % pages) * ORDERS_MAX);
        orders.truncate(ORDERS_MAX);
        Ok(orders)
    }

    /// Does the next step for every order, or for those of one matter: contest it, or take the
    /// matter up.
    pub(super) fn drive_orders(
        &mut self,
        step: &mut Step<'_, '_>,
        of: Option<&MatterId>,
    ) -> Result<(), Stop> {
        for (matter, id, state) in self.orders_now(step, of)? {
            if state.contested {
                continue;
            }
            let Some(order) = self.stored_order(step, &matter, &id)? else { continue };
            let done = self.drive_order(step, &order, state);
            match done {
                Err(Stop::Refused(refusal)) => step.outputs.push(Output::Noted(refusal)),
                done => done?,
            }
        }
        Ok(())
    }

    fn drive_order(&mut self, step: &mut Step<'_, '_>, order: &Order, state: OrderState) -> Result<(), Stop> {
        if self.may_sign(&order.body.from).is_ok() && self.contest(step, order)? {
            return Ok(());
        }
        if self.may_sign(&order.body.to.office).is_ok() { self.take_up(step, order, state) } else { Ok(()) }
    }

    /// The order with its endorsements, as kept; none if its authority has changed since.
    fn stored_order(
        &self,
        step: &Step<'_, '_>,
        matter: &MatterId,
        id: &ActId,
    ) -> Result<Option<Order>, StoreFault> {
        let act = step.records.expect_act(id)?;
        let mut endorsements = Vec::new();
        for side in step.records.sides(matter, SIDES_MAX)? {
            let side = step.records.expect_act(&side)?;
            if matches!(side.body(), Body::Endorse(body) if body.act == *id) {
                endorsements.push(side);
            }
        }
        Ok(Order::read(act.bytes(), endorsements.iter().map(VerifiedAct::bytes), &self.registry).ok())
    }

    /// Takes the matter up when its acts are here and the window is over; asks for what is missing.
    fn take_up(&mut self, step: &mut Step<'_, '_>, order: &Order, waited: OrderState) -> Result<(), Stop> {
        let (id, named) = (order.act.matter(), order.act.header());
        let head = named.previous.ok_or(Refusal::OrderMismatch)?;
        let state = match self.way_to(step, &id, head)? {
            Way::Lacks(wanted) => return self.ask_branch(step, order, wanted),
            Way::Whole(base, acts) => self.fold(base, &acts)?.ok_or(Refusal::MatterUnknown)?,
        };
        if waited.anchors < order.body.window {
            return Ok(());
        }
        // The authority may not have heard that the file had left the old office in good order.
        let forked = step.records.fork(&id, named.epoch)?.is_some();
        if !forked && self.furthest(step, &state)?.holder.office != order.body.from {
            return Err(Refusal::OrderMismatch.into());
        }
        let office = order.body.to.office;
        // Where the old keys never came to this office, the recovery key opens the contents.
        let previous = self.key(step, &id, state.generation).ok();
        let (generation, key) = (state.generation + 1, MatterKey::generate(step.entropy));
        let wraps = self.wrap_for(step, office, id, generation, &key, previous.as_ref())?;
        let header = Header {
            epoch: order.body.epoch,
            holder: Some(order.body.to),
            ..self.matter_header(step, office, &state, Place::Chain)?
        };
        let act = self.sign_as_node(header, &Body::TakeUp(order.take_up(wraps)))?;
        // Whoever had the file asks the offices that it knows of, and may not know the new one.
        let former: Vec<OfficeId> = state.offices().into_iter().filter(|o| !self.hosts(o)).collect();
        // What cannot follow must not reach the log.
        self.fold(Some(state), std::slice::from_ref(&act))?;
        self.keep_key(step, id, generation, &key);
        self.append(step, office, &act)?;
        for office in former {
            step.records.put_released(&office, &id, &act.id());
        }
        self.follow_branch(step, None, &act)
    }

    /// A taking up of our own came back from a mirror: the old office is told again.
    pub(super) fn release_again(&self, step: &mut Step<'_, '_>, act: &VerifiedAct) -> Result<(), Stop> {
        let Body::TakeUp(body) = act.body() else { return Ok(()) };
        let endorsements = body.endorsements.iter().map(|act| act.as_slice());
        let order = Order::read(&body.order, endorsements, &self.registry)?;
        if !self.hosts(&order.body.from) {
            step.records.put_released(&order.body.from, &act.matter(), &act.id());
        }
        Ok(())
    }

    fn ask_branch(&mut self, step: &mut Step<'_, '_>, order: &Order, head: ActId) -> Result<(), Stop> {
        let peers: Vec<Peer> = self.links.keys().copied().collect();
        for peer in peers {
            // Not more often than an offer is repeated.
            if self.link(peer)?.may_say(MatterId(head.0), step.steady) {
                let order_bytes = order.act.bytes().to_vec().into();
                step.send(peer, Message::GetBranch { matter: order.act.matter(), head, order: order_bytes });
            }
        }
        Ok(())
    }

    /// An own office is to lose a matter although it is alive: says so, once a witness has cosigned
    /// a head of its log that contains the order. Returns whether it did.
    fn contest(&mut self, step: &mut Step<'_, '_>, order: &Order) -> Result<bool, Stop> {
        let (office, id) = (order.body.from, order.act.matter());
        let Some(matter) = step.records.matter(&id)?.filter(|m| m.phase != Phase::Frozen) else {
            return Ok(false);
        };
        let Some(index) = step.records.place(&order.act.id(), &office)? else { return Ok(false) };
        let Some(note) = step.records.witnessed_head(&office)? else { return Ok(false) };
        let size = SignedCheckpoint::parse(&note)
            .map_err(|_| StoreFault::damaged("an own head"))?
            .claimed()
            .head
            .size;
        if size <= index || self.hosts(&order.body.to.office) && office == order.body.to.office {
            return Ok(false);
        }
        let proof = proof::inclusion(&step.records.log_hashes(office), index, size)
            .map_err(|_| StoreFault::damaged("hashes of an own log"))?;
        let header = self.matter_header(step, office, &matter, Place::Side)?;
        let body = Contest { order: order.act.id(), note: note.into(), index, proof };
        let act = self.sign_as_node(header, &Body::Contest(body))?;
        self.append(step, office, &act)?;
        step.records.put_side(&act);
        self.mark_contested(step, order, &act)?;
        self.spread_order(step, order, true)?;
        Ok(true)
    }

    /// The old office contests an order.
    pub(super) fn take_contest(
        &mut self,
        step: &mut Step<'_, '_>,
        act: &VerifiedAct,
        contest: &Contest,
        by: OfficeId,
    ) -> Result<(), Stop> {
        let id = act.matter();
        let Some(state) = step.records.order(&id, &contest.order)? else { return Ok(()) };
        let Some(order) = self.stored_order(step, &id, &contest.order)? else { return Ok(()) };
        let frozen = step.records.matter(&id)?.is_some_and(|matter| matter.phase == Phase::Frozen);
        if state.contested || frozen {
            return Ok(());
        }
        if by != order.body.from {
            return Err(Refusal::NotAuthority.into());
        }
        for office in order.act.header().office.into_iter().chain([order.body.to.office]) {
            if self.hosts(&office) {
                self.may_sign(&office)?;
            }
        }
        let checkpoint = self.verified_checkpoint(&by, &contest.note)?;
        let witnesses = self.cosigner_keys(&by, Role::Witness);
        let seen = cosignatures(&checkpoint, &witnesses).map_err(|_| Refusal::CheckpointSignature)?;
        if seen.is_empty() {
            return Err(Refusal::CheckpointSignature.into());
        }
        let leaf = leaf_hash(order.act.bytes());
        proof::verify_inclusion(leaf, contest.index, checkpoint.head(), &contest.proof)
            .map_err(|_| Refusal::LogProofInvalid)?;
        step.records.put_side(act);
        self.mark_contested(step, &order, act)
    }

    /// Notes a contest here, and in the logs of the offices that would have acted on the order.
    fn mark_contested(
        &mut self,
        step: &mut Step<'_, '_>,
        order: &Order,
        contest: &VerifiedAct,
    ) -> Result<(), Stop> {
        let id = order.act.matter();
        let mut state = step.records.order(&id, &order.act.id())?.unwrap_or_default();
        state.contested = true;
        step.records.put_order(&id, &order.act.id(), state);
        for office in [order.act.header().office, Some(order.body.to.office)].into_iter().flatten() {
            if self.hosts(&office) && step.records.place(&contest.id(), &office)?.is_none() {
                self.append(step, office, contest)?;
            }
        }
        step.event(Event::Matter(id));
        Ok(())
    }

    fn say_contested(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        matter: &MatterId,
        order: &ActId,
    ) -> Result<(), Stop> {
        for side in step.records.sides(matter, SIDES_MAX)? {
            let side = step.records.expect_act(&side)?;
            if matches!(side.body(), Body::Contest(contest) if contest.order == *order) {
                step.send(to, Message::Side { act: side.bytes().to_vec().into() });
                return Ok(());
            }
        }
        Ok(())
    }

    /// Orders that a matter's epoch has overtaken are done with.
    pub(super) fn end_orders(&self, step: &mut Step<'_, '_>, matter: &Matter) -> Result<(), Stop> {
        for (id, order, _) in step.records.orders(Some(&matter.id), ORDERS_OPEN_MAX)? {
            let act = step.records.expect_act(&order)?;
            if matches!(act.body(), Body::Reassign(body) if body.epoch <= matter.epoch) {
                step.records.delete_order(&id, &order);
            }
        }
        Ok(())
    }

    /// Whether an order waits for anchors of an own office.
    pub(super) fn order_waits(&self, step: &Step<'_, '_>, office: &OfficeId) -> Result<bool, Stop> {
        Ok(!self.waiting_for(step, office)?.is_empty())
    }

    /// An own office has logged one more time anchor.
    pub(super) fn count_anchor(&self, step: &mut Step<'_, '_>, office: &OfficeId) -> Result<(), Stop> {
        for (matter, order, mut state) in self.waiting_for(step, office)? {
            state.anchors = state.anchors.saturating_add(1);
            step.records.put_order(&matter, &order, state);
        }
        Ok(())
    }

    fn waiting_for(
        &self,
        step: &Step<'_, '_>,
        office: &OfficeId,
    ) -> Result<Vec<(MatterId, ActId, OrderState)>, Stop> {
        let mut waiting = Vec::new();
        for (matter, order, state) in step.records.orders(None, ORDERS_OPEN_MAX)? {
            let act = step.records.expect_act(&order)?;
            let ours = matches!(act.body(), Body::Reassign(body) if body.to.office == *office);
            if ours && !state.contested {
                waiting.push((matter, order, state));
            }
        }
        Ok(waiting)
    }

    /// A peer that follows a matter in its present epoch knows that it was taken from it.
    pub(super) fn release_known(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        matter: &MatterId,
    ) -> Result<(), Stop> {
        for office in self.link(from)?.offices.clone() {
            if step.records.get(Table::RELEASED, &[&office.0[..], &matter.0].concat())?.is_some() {
                step.records.delete_released(&office, matter);
            }
        }
        Ok(())
    }
}
