//! सुरक्षा: what is proved about this office, and which others answer.

use axum::extract::State;
use axum::response::Response;
use mohar_protocol::machine::Backlog;

use crate::app::offices::{Offices, Other};
use crate::app::send::Reach;
use crate::web::error::Failure;
use crate::web::locale::{name, reach};
use crate::web::pages::frame::Here;
use crate::web::pages::office_safety::{CatchingUp, Mirror, OfficeSafety, OtherOffice, OwnOffice};
use crate::web::session::{AtWork, hindrance};
use crate::web::texts::Lang;
use crate::web::{Web, html};

/// The page.
pub async fn page(State(web): State<Web>, visit: AtWork) -> Result<Response, Failure> {
    let (frame, known) = web.page(&visit, Here::Safety, |app, officer| app.offices(&officer.office)).await?;
    let lang = visit.lang();
    let mirrors = known.mirrors.iter().map(|mirror| Mirror {
        office: name(lang, &mirror.name),
        holds: mirror.proof.map(|(size, _)| size),
        at: mirror.proof.map(|(_, second)| second.saturating_mul(1000)),
    });
    let mirrors = mirrors.collect();
    let offices = known.others.iter().map(|other| row(lang, other, frame.now)).collect();
    let catching_up = catching_up(&known.backlog);
    html(&OfficeSafety {
        own: own(lang, &known),
        catching_up,
        mirrors,
        offices,
        refused_peers: known.refused_peers,
        turned_away: known.turned_away,
        slowed: known.slowed,
        frame,
    })
}

fn catching_up(backlog: &Backlog) -> Option<CatchingUp> {
    let minutes = backlog.seconds().map(|seconds| seconds.div_ceil(60));
    let Backlog { files, acts, bytes, .. } = *backlog;
    (!backlog.is_empty()).then_some(CatchingUp { files, acts, bytes, minutes })
}

fn own(lang: Lang, known: &Offices) -> OwnOffice {
    OwnOffice {
        path: known.path.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        incarnation: known.incarnation,
        log_size: known.log_size,
        head: known.root.clone(),
        running_since: known.started.0,
        last_backup: None,
        disk_free: None,
        hindrance: hindrance(lang, known.standing),
    }
}

fn row(lang: Lang, other: &Other, now: u64) -> OtherOffice {
    OtherOffice {
        office: name(lang, &other.name),
        reach: reach(other.reach),
        last_heard: match other.reach {
            Reach::Here | Reach::Now => Some(now),
            Reach::Lost(since) => Some(since.0),
            Reach::Unknown => None,
        },
        waiting: u32::try_from(other.waiting).unwrap_or(u32::MAX),
        oldest: other.oldest.map(|oldest| oldest.0),
        log_size: other.log_size,
    }
}
