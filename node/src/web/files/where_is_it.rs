//! कहाँ है: every movement, and what is proved about it.

use axum::extract::{Path, State};
use axum::response::Response;
use mohar_protocol::act::Body;
use mohar_protocol::custody::Phase;
use mohar_protocol::refusal::Refusal;

use crate::app::history::{Arrival, Step as AppStep};
use crate::clock;
use crate::web::error::Failure;
use crate::web::files::matter;
use crate::web::locale::{kind, name, place, sentence};
use crate::web::pages::frame::Here;
use crate::web::pages::where_is_it::{Moved, Step, WhereIsIt};
use crate::web::pages::words::{Ladder, Proof};
use crate::web::session::AtWork;
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// The page.
pub async fn page(
    State(web): State<Web>,
    visit: AtWork,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let id = matter(&id)?;
    let read = web.page(&visit, Here::Desk, move |app, officer| app.history(officer, &id, clock::now()));
    let (frame, history) = read.await?;
    let lang = visit.lang();
    let (number, subject) = match &history.cover {
        Ok(cover) => (cover.number.clone(), cover.subject.clone()),
        Err(refusal) => (id.short(), sentence(lang, *refusal)),
    };
    let queued = history.queued_to.as_ref().map(|office| {
        let age = crate::web::format::age(visit.t(), history.matter.since.0, frame.now);
        visit.t().b("state-queued", "office", name(lang, office), "age", age)
    });
    let frozen = (history.matter.phase == Phase::Frozen).then(|| sentence(lang, Refusal::MatterFrozen));
    let remark = queued.or(frozen);
    let mut steps: Vec<Step> = (1..).zip(&history.steps).map(|(n, one)| step(lang, n, one)).collect();
    steps.reverse();
    html(&WhereIsIt {
        frame,
        id: id.to_string(),
        kind: kind(history.matter.kind),
        number,
        subject,
        holder: place(lang, &history.holder),
        since: history.matter.since.0,
        remark,
        steps,
    })
}

fn step(lang: Lang, n: u32, step: &AppStep) -> Step {
    Step {
        n,
        verb: moved(&step.body),
        by: step.by.as_ref().map(|by| place(lang, by)),
        office: name(lang, &step.office),
        to: step.to.as_ref().map(|to| place(lang, to)),
        at: step.at.0,
        time_in_doubt: step.in_doubt,
        remark: step.remark.clone(),
        ladder: Ladder {
            mirrors: step.mirrors.and_then(|n| u32::try_from(n).ok()),
            delivered: proof(step.delivered),
            opened: proof(step.opened),
        },
        act: step.act.to_string(),
    }
}

const fn proof(arrival: Arrival) -> Proof {
    match arrival {
        Arrival::NotDue => Proof::NotDue,
        Arrival::Unknown => Proof::Unknown,
        Arrival::At(at) => Proof::At(at.0),
    }
}

const fn moved(body: &Body) -> Moved {
    match body {
        Body::Open(_) => Moved::Created,
        Body::Diarise(_) => Moved::Diarised,
        Body::Note(_) => Moved::Noted,
        Body::Attach(_) => Moved::Attached,
        Body::Mark(_) | Body::Forward(_) => Moved::Forwarded,
        Body::Cancel(_) => Moved::Recalled,
        Body::Commence(_) => Moved::HandedOn,
        Body::Handover(_) | Body::BlindHandover(_) => Moved::HandedOver,
        Body::TakeUp(_) => Moved::Reassigned,
        Body::Receive(_) => Moved::Received,
        Body::Opened(_) => Moved::Opened,
        Body::SendBack(_) => Moved::SentBack,
        Body::RequestRecall(_) => Moved::RecallAsked,
        Body::Remind(_) => Moved::Reminded,
        Body::Park(_) => Moved::Parked,
        Body::Wake(_) => Moved::Woken,
        Body::Close(_) => Moved::Closed,
        Body::Reopen(_) => Moved::Reopened,
        Body::PutInFile(_) => Moved::PutInFile,
        Body::Draft(_) => Moved::Drafted,
        Body::Approve(_) => Moved::Approved,
        Body::Issue(_) => Moved::Issued,
        _ => Moved::Unknown,
    }
}
