//! The transition table. One function per row group; every refusal has its own code.

use super::{Matter, Phase, ROUTE_MAX, Rest};
use crate::act::body::{Commence, Handover, Ready};
use crate::act::{Body, Header, Holder, MatterKind, Place, UnverifiedAct, VerifiedAct};
use crate::recipients::RECIPIENTS_MAX;
use crate::refusal::Refusal;
use crate::registry::{Registry, Signer};

impl Matter {
    /// The matter that an act begins.
    ///
    /// # Errors
    /// [`Refusal`] when the act begins no file and no dak, or names the wrong holder.
    pub fn begin(act: &VerifiedAct, signer: &Signer) -> Result<Self, Refusal> {
        let header = act.header();
        let kind = match act.body() {
            Body::Open(_) => MatterKind::FILE,
            Body::Diarise(_) => MatterKind::DAK,
            _ => return Err(Refusal::MatterUnknown),
        };
        let Signer::Officer { office, post, .. } = *signer else { return Err(Refusal::NotHolder) };
        let holder = Holder { office, post };
        if header.kind != kind || header.matter.is_some() || header.number != 0 || header.epoch != 0 {
            return Err(Refusal::ChainKind);
        }
        if header.holder != Some(holder) {
            return Err(Refusal::WrongHolder);
        }
        Ok(Self {
            id: act.id().into(),
            kind,
            epoch: 0,
            number: 0,
            head: act.id(),
            holder,
            phase: Phase::Active,
            generation: 1,
            opened: true,
            since: header.time,
            route: Vec::new(),
            came_from: None,
            level: header.level,
            letters: Vec::new(),
        })
    }

    /// The matter after one more act of its chain.
    ///
    /// # Errors
    /// [`Refusal`]: the act does not follow, its signer may not do this, or the phase forbids it.
    pub fn advance(&self, act: &VerifiedAct, signer: &Signer, registry: &Registry) -> Result<Self, Refusal> {
        if let (Body::TakeUp(body), Signer::Node { office }) = (act.body(), signer) {
            return self.take_up(act, body, *office, registry);
        }
        self.check_link(act.header(), self.epoch)?;
        if self.phase == Phase::Frozen {
            return Err(Refusal::MatterFrozen);
        }
        self.check_form(act)?;
        let mut next = self.clone();
        match (act.body(), signer) {
            (Body::Handover(body), Signer::Node { office }) => {
                self.by_holding_office(*office)?;
                next.hand_over(body, registry)?;
            }
            (Body::Commence(body), Signer::Node { office }) => {
                self.by_holding_office(*office)?;
                next.commence(body, registry)?;
            }
            (Body::Receive(_), Signer::Node { office }) => {
                self.by_holding_office(*office)?;
                next.receive()?;
            }
            (Body::BlindHandover(body), Signer::Node { office }) => {
                self.by_holding_office(*office)?;
                next.hand_over_blind(body.to, registry)?;
            }
            (Body::RaiseLevel(body), Signer::Node { office }) => {
                self.by_holding_office(*office)?;
                next.raise_level(body.level)?;
            }
            (body, Signer::Officer { office, post, .. }) => {
                self.by_holding_office(*office)?;
                if self.holder.post != *post {
                    return Err(Refusal::NotHolder);
                }
                next.by_officer(act, body, registry)?;
            }
            _ => return Err(Refusal::ActUnknownVerb),
        }
        if act.header().holder != Some(next.holder) {
            return Err(Refusal::WrongHolder);
        }
        if (next.holder, &next.phase) != (self.holder, &self.phase) && !matches!(act.body(), Body::Cancel(_))
        {
            next.since = act.header().time;
        }
        if let Phase::Queued { by, .. } = &mut next.phase
            && self.queued_to().is_none()
        {
            *by = act.id();
        }
        next.number = act.header().number;
        next.head = act.id();
        Ok(next)
    }

    /// Whether an act takes the place after the last one, in the given epoch.
    pub(super) fn check_link(&self, header: &Header, epoch: u32) -> Result<(), Refusal> {
        if header.matter != Some(self.id) || header.kind != self.kind || header.place != Place::Chain {
            return Err(Refusal::ChainKind);
        }
        if header.epoch != epoch {
            return Err(Refusal::ChainEpoch);
        }
        if header.number > self.number + 1 {
            return Err(Refusal::ChainGap);
        }
        if header.number <= self.number || header.previous != Some(self.head) {
            return Err(Refusal::ChainFork);
        }
        Ok(())
    }

    /// Rules of the act itself, whatever the phase. What this software cannot read it does not judge.
    fn check_form(&self, act: &VerifiedAct) -> Result<(), Refusal> {
        let header = act.header();
        match act.body() {
            Body::Unknown => Ok(()),
            _ if header.level != self.level => Err(Refusal::ChainLevel),
            Body::Issue(_) if header.contents.len() < 2 => Err(Refusal::ContentNone),
            Body::Issue(body) if body.count == 0 || body.count > RECIPIENTS_MAX => {
                Err(Refusal::RecipientsMismatch)
            }
            Body::Draft(_) if header.contents.len() != 1 => Err(Refusal::ContentCount),
            _ => Ok(()),
        }
    }

    fn by_holding_office(&self, office: crate::id::OfficeId) -> Result<(), Refusal> {
        if self.is_held_by(&office) { Ok(()) } else { Err(Refusal::NotHolderOffice) }
    }

    fn by_officer(&mut self, act: &VerifiedAct, body: &Body, registry: &Registry) -> Result<(), Refusal> {
        match body {
            Body::Cancel(body) => return self.cancel(body.forward),
            Body::Wake(_) => {
                return self.leave(|phase| matches!(phase, Phase::Parked { .. }), Refusal::NotParked);
            }
            Body::Reopen(_) => return self.leave(|phase| *phase == Phase::Closed, Refusal::NotClosed),
            _ => self.must_be_active()?,
        }
        match body {
            Body::Note(_) | Body::Attach(_) => {}
            Body::Draft(body) => self.draft(act.id(), body)?,
            Body::Approve(body) => self.approve(act.id(), body.draft)?,
            Body::Issue(body) => self.issue(body.approval)?,
            Body::Mark(body) => self.mark(body.to, registry)?,
            Body::Forward(body) => self.queue(body.to)?,
            Body::SendBack(body) => self.send_back(body.to)?,
            Body::Opened(_) if self.opened => return Err(Refusal::AlreadyOpened),
            Body::Opened(_) => self.opened = true,
            Body::Park(body) => self.phase = Phase::Parked { until: body.until },
            Body::Close(_) => self.phase = Phase::Closed,
            Body::PutInFile(body) if body.file == self.id => return Err(Refusal::SameFile),
            Body::PutInFile(_) => self.phase = Phase::Closed,
            _ => return Err(Refusal::ActUnknownVerb),
        }
        Ok(())
    }

    fn must_be_active(&self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Active => Ok(()),
            Phase::Queued { .. } => Err(Refusal::IsQueued),
            Phase::InTransit { .. } => Err(Refusal::InTransit),
            Phase::Parked { .. } => Err(Refusal::IsParked),
            Phase::Closed => Err(Refusal::IsClosed),
            Phase::Frozen => Err(Refusal::MatterFrozen),
        }
    }

    fn leave(&mut self, expected: fn(&Phase) -> bool, otherwise: Refusal) -> Result<(), Refusal> {
        if !expected(&self.phase) {
            return Err(otherwise);
        }
        self.phase = Phase::Active;
        Ok(())
    }

    fn cancel(&mut self, forward: crate::id::ActId) -> Result<(), Refusal> {
        match self.phase {
            Phase::Queued { by, rest, .. } if by == forward => {
                self.phase = rest.into();
                Ok(())
            }
            _ => Err(Refusal::NotQueued),
        }
    }

    fn mark(&mut self, to: crate::id::PostId, registry: &Registry) -> Result<(), Refusal> {
        if to == self.holder.post {
            return Err(Refusal::SamePost);
        }
        registry.office(&self.holder.office)?.post(&to).ok_or(Refusal::PostUnknown)?;
        self.move_to(Holder { office: self.holder.office, post: to });
        Ok(())
    }

    fn send_back(&mut self, to: Holder) -> Result<(), Refusal> {
        if self.came_from.ok_or(Refusal::NoWayBack)? != to {
            return Err(Refusal::WrongHolder);
        }
        if to.office == self.holder.office {
            self.move_to(to);
            Ok(())
        } else {
            self.queue(to)
        }
    }

    fn queue(&mut self, to: Holder) -> Result<(), Refusal> {
        if to.office == self.holder.office {
            return Err(Refusal::SameOffice);
        }
        // `advance` fills in the act once the new state is known to be right.
        self.phase = Phase::Queued { by: self.head, to, rest: Rest::Desk };
        Ok(())
    }

    /// The office has a successor: the file waits for it as if an officer had sent it, and will lie
    /// there as it lay here.
    fn commence(&mut self, body: &Commence, registry: &Registry) -> Result<(), Refusal> {
        let rest = match self.phase {
            Phase::Active => Rest::Desk,
            Phase::Parked { until } => Rest::Parked { until },
            Phase::Closed => Rest::Closed,
            _ => return self.must_be_active(),
        };
        let to = body.to.ok_or(Refusal::ChainKind)?;
        registry.check_successor(body.order, self.holder.office, to.office)?;
        registry.office(&to.office)?.post(&to.post).ok_or(Refusal::PostUnknown)?;
        self.phase = Phase::Queued { by: self.head, to, rest };
        Ok(())
    }

    /// Custody moves to the office whose embedded `ready` fits.
    fn hand_over(&mut self, body: &Handover, registry: &Registry) -> Result<(), Refusal> {
        let (header, ready) = read_ready(&body.ready, registry)?;
        let fits = match self.phase {
            Phase::Queued { to, .. } => to == ready.to && !ready.recall && header.previous == Some(self.head),
            // The way back of a recall: the ready names the handover that brought the file here,
            // and nobody has opened it since (`receive` is the only act after that handover).
            Phase::Active => {
                ready.recall
                    && !self.opened
                    && self.came_from == Some(ready.to)
                    && header.number.checked_add(1) == Some(self.number)
            }
            _ => return Err(Refusal::NotQueued),
        };
        if !fits || header.matter != Some(self.id) {
            return Err(Refusal::ReadyMismatch);
        }
        self.leave_for(ready.to);
        Ok(())
    }

    /// Custody moves to the addressee without a promise: the stick or the letter is on its way.
    fn hand_over_blind(&mut self, to: Holder, registry: &Registry) -> Result<(), Refusal> {
        if self.queued_to().ok_or(Refusal::NotQueued)? != to {
            return Err(Refusal::WrongHolder);
        }
        registry.office(&to.office)?.post(&to.post).ok_or(Refusal::PostUnknown)?;
        self.leave_for(to);
        Ok(())
    }

    fn leave_for(&mut self, to: Holder) {
        let from = self.holder;
        let rest = if let Phase::Queued { rest, .. } = self.phase { rest } else { Rest::Desk };
        self.move_to(to);
        self.opened = false;
        self.phase = Phase::InTransit { from, rest };
    }

    fn raise_level(&mut self, level: u16) -> Result<(), Refusal> {
        self.must_be_active()?;
        if level <= self.level {
            return Err(Refusal::AlreadyDone);
        }
        self.level = level;
        Ok(())
    }

    fn receive(&mut self) -> Result<(), Refusal> {
        let Phase::InTransit { rest, .. } = self.phase else { return Err(Refusal::NotInTransit) };
        self.phase = rest.into();
        self.generation += 1;
        Ok(())
    }

    /// Changes the holder and remembers where it was.
    pub(super) fn move_to(&mut self, to: Holder) {
        let from = self.holder;
        self.route.retain(|holder| *holder != from && *holder != to);
        self.route.push(from);
        if self.route.len() > ROUTE_MAX {
            self.route.remove(0);
        }
        self.came_from = Some(from);
        self.holder = to;
    }
}

/// Reads an embedded `ready` and checks that the node of the addressed office signed it.
///
/// # Errors
/// [`Refusal::ReadyMismatch`] for anything that is not such an act.
pub(crate) fn read_ready(bytes: &[u8], registry: &Registry) -> Result<(Header, Ready), Refusal> {
    let (act, signer) = registry.verify(UnverifiedAct::parse(bytes)?)?;
    match (act.body(), signer) {
        (Body::Ready(ready), Signer::Node { office }) if ready.to.office == office => {
            Ok((act.header().clone(), ready.clone()))
        }
        _ => Err(Refusal::ReadyMismatch),
    }
}
