//! Where is it: every movement, with who, when, and what is proved about it.

use mohar_protocol::act::{Body, Holder, VerifiedAct};
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::matter_text::Cover;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::names::{Named, Names, Place};
use crate::app::reading::Reader;
use crate::app::show::is_in_doubt;
use crate::app::{App, Officer, Trouble};

/// Side acts that a page reads.
const SIDES_MAX: usize = 512;

/// The movements of a matter.
#[derive(Debug, Clone)]
pub struct History {
    /// Its state.
    pub matter: Matter,
    /// Its cover; why it cannot be read, else.
    pub cover: Result<std::sync::Arc<Cover>, Refusal>,
    /// Who has it.
    pub holder: Place,
    /// The office to which it is queued.
    pub queued_to: Option<Named>,
    /// Oldest first.
    pub steps: Vec<Step>,
}

/// One movement.
#[derive(Debug, Clone)]
pub struct Step {
    /// The act.
    pub act: ActId,
    /// What was said.
    pub body: Body,
    /// Who signed; `None` for a node.
    pub by: Option<Place>,
    /// The office that speaks.
    pub office: Named,
    /// To whom it goes.
    pub to: Option<Place>,
    /// The declared time.
    pub at: Timestamp,
    /// Whether the declared time contradicts the chain or the clock.
    pub in_doubt: bool,
    /// The remark or reason.
    pub remark: Option<String>,
    /// Mirrors proved to hold it; `None` when it stands in another office's log.
    pub mirrors: Option<usize>,
    /// Whether the other office has received it.
    pub delivered: Arrival,
    /// Whether an officer there has opened it.
    pub opened: Arrival,
}

/// What is proved about an arrival elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing has to arrive anywhere.
    NotDue,
    /// No proof is here.
    Unknown,
    /// Proved, with the declared time.
    At(Timestamp),
}

impl App {
    /// The movements of a matter. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn history(&self, officer: &Officer, id: &MatterId, now: Timestamp) -> Result<History, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let matter = reader.visible(&officer.holder(), id)?;
        let chain = reader.chain(id)?;
        let mut steps = Vec::new();
        for (at, act) in chain.iter().enumerate() {
            let before = at.checked_sub(1).map_or(Timestamp(0), |at| chain[at].header().time);
            let mut step = self.step(&reader, &names, id, act)?;
            step.in_doubt = is_in_doubt(step.at, before, now);
            (step.delivered, step.opened) = arrivals(act, &chain[at + 1..]);
            steps.push(step);
        }
        for side in reader.records.sides(id, SIDES_MAX)? {
            let act = reader.records.expect_act(&side)?;
            if matches!(act.body(), Body::RequestRecall(_) | Body::RefuseRecall(_) | Body::Remind(_)) {
                steps.push(self.step(&reader, &names, id, &act)?);
            }
        }
        steps.sort_by_key(|step| step.at);
        Ok(History {
            cover: unless_fault(reader.cover(id))?,
            holder: names.place(&matter.holder)?,
            queued_to: matter.queued_to().map(|to| names.office(&to.office)),
            steps,
            matter,
        })
    }

    fn step(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        id: &MatterId,
        act: &VerifiedAct,
    ) -> Result<Step, Trouble> {
        let header = act.header();
        let remark = reader.remark(id, act)?.map(|remark| remark.text()).filter(|text| !text.is_empty());
        Ok(Step {
            act: act.id(),
            body: act.body().clone(),
            by: names.signer(header)?,
            office: header.office.map_or_else(Named::default, |office| names.office(&office)),
            to: addressee(act).map(|to| names.place(&to)).transpose()?,
            at: header.time,
            in_doubt: false,
            remark,
            mirrors: self.mirrors_of(reader, act)?,
            delivered: Arrival::NotDue,
            opened: Arrival::NotDue,
        })
    }
}

fn addressee(act: &VerifiedAct) -> Option<Holder> {
    match act.body() {
        Body::Mark(body) => Some(Holder { office: act.header().office?, post: body.to }),
        Body::Forward(body) => Some(body.to),
        Body::SendBack(body) => Some(body.to),
        Body::Remind(body) => Some(body.to),
        Body::Commence(body) => body.to,
        Body::Handover(_) | Body::BlindHandover(_) | Body::TakeUp(_) => act.header().holder,
        _ => None,
    }
}

/// What the acts after a dispatch prove about its arrival. Nothing is due once it was cancelled.
fn arrivals(act: &VerifiedAct, later: &[VerifiedAct]) -> (Arrival, Arrival) {
    let Some(to) = addressee(act).filter(|to| act.header().office != Some(to.office)) else {
        return (Arrival::NotDue, Arrival::NotDue);
    };
    let (mut delivered, mut opened) = (Arrival::Unknown, Arrival::Unknown);
    let mut handed_over = matches!(act.body(), Body::Handover(_));
    for next in later {
        let there = next.header().office == Some(to.office);
        match next.body() {
            Body::Cancel(_) if !handed_over => return (Arrival::NotDue, Arrival::NotDue),
            Body::Handover(_) if handed_over => break,
            Body::Handover(_) => handed_over = true,
            Body::Receive(_) if there => delivered = Arrival::At(next.header().time),
            Body::Opened(_) if there => opened = Arrival::At(next.header().time),
            _ => {}
        }
    }
    (delivered, opened)
}
