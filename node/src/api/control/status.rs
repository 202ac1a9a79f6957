//! How the node is: its offices and their cosigners, and the other offices of the state.

use std::collections::BTreeMap;

use mohar_protocol::control::{
    CatchingUp, CosignerStatus, OfficeStatus, OtherStatus, Response, RestoringStatus, Status,
};
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::machine::{Backlog, Progress, Standing};
use mohar_protocol::placement::placement;
use mohar_protocol::records::{Held, Records, Role, Table};
use mohar_protocol::registry::{Register, Registry};
use mohar_protocol::time::Timestamp;

use super::{Api, No};
use crate::ledger::Links;

/// Waiting files that are counted one by one; more are shown as this many.
const WAITING_MAX: usize = 100_000;

/// Acts that gave way, counted up to this number.
const ORPHANS_MAX: usize = 100_000;

/// Files that wait for an office.
#[derive(Default, Clone, Copy)]
struct Waiting {
    count: u64,
    oldest: Option<Timestamp>,
}

/// Answers [`mohar_protocol::control::Request::Status`].
pub fn status(api: &Api) -> Result<Response, No> {
    let (snapshot, registry) = (api.ledger.snapshot(), api.ledger.registry());
    let (records, hosted) = (Records::new(&snapshot), api.ledger.hosted());
    let mut offices = Vec::new();
    for register in hosted.iter().filter_map(|office| registry.office(office).ok()) {
        let (standing, up_s) = (api.ledger.standing(&register.id()), api.since.elapsed().as_secs());
        offices.push(office_status(&records, &registry, register, standing, up_s)?);
    }
    let (waiting, links) = (waiting(&records)?, api.ledger.links());
    let others = registry.offices().filter(|register| !hosted.contains(&register.id()));
    Ok(Response::Status(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        state: api.state,
        up_s: api.since.elapsed().as_secs(),
        web: format!("http://{}", api.web),
        transport: data_encoding::HEXLOWER.encode(&api.keyring.transport().to_bytes()),
        listen: api.listen.clone(),
        offices,
        others: others.map(|register| other_status(register, &links, &waiting)).collect(),
        catching_up: catching_up(&api.ledger.backlog()),
        refused_peers: api.net.refused(),
        refused_messages: api.counters.refused_messages(),
    }))
}

fn catching_up(backlog: &Backlog) -> Option<CatchingUp> {
    let Backlog { dossiers, files, acts, bytes, bytes_per_s } = *backlog;
    let seconds = backlog.seconds();
    (!backlog.is_empty()).then_some(CatchingUp { dossiers, files, acts, bytes, bytes_per_s, seconds })
}

fn office_status(
    records: &Records<'_>,
    registry: &Registry,
    register: &Register,
    standing: Standing,
    up_s: u64,
) -> Result<OfficeStatus, No> {
    let office = register.id();
    let held = records.held(&office)?;
    let cosigners = placement(registry, &office)
        .into_iter()
        .filter_map(|(by, role)| Some(cosigner_status(registry.office(&by).ok()?, role, &held)))
        .collect();
    Ok(OfficeStatus {
        office,
        path: register.path().to_owned(),
        name_hi: register.name_hi().to_owned(),
        name_en: register.name_en().to_owned(),
        log_size: records.log(&office)?.map_or(0, |log| log.signed.size()),
        standing: standing.code().to_owned(),
        why: standing.why().map(|why| why.code().to_owned()),
        hindrance: standing.may_sign().err().map(|refusal| refusal.english().to_owned()),
        orphans: records.gave_way(&office, ORPHANS_MAX)?.len() as u64,
        cosigners,
        restoring: Progress::of(records, registry, &office)?.map(|progress| restoring(&progress, up_s)),
    })
}

fn restoring(progress: &Progress, up_s: u64) -> RestoringStatus {
    let Progress { acts, acts_here, contents, contents_here, bytes, bytes_here, works } = *progress;
    // An act counts as 1 KiB, so that the figure is one for both parts.
    let (all, here) = (acts * 1024 + bytes, acts_here * 1024 + bytes_here);
    let left_s = (here > 0 && acts_here == acts).then(|| (all - here).saturating_mul(up_s.max(1)) / here);
    RestoringStatus { acts, acts_here, contents, contents_here, bytes, bytes_here, works, left_s }
}

fn cosigner_status(register: &Register, role: Role, held: &Held) -> CosignerStatus {
    let key = register.incarnation().map(|incarnation| match role {
        Role::Mirror => incarnation.mirror.id(),
        Role::Witness => incarnation.witness.id(),
    });
    let cosigned = held.by.iter().filter(|(by, r, _, _)| Some(*by) == key && *r == role);
    CosignerStatus {
        path: register.path().to_owned(),
        role: role.name().to_owned(),
        size: cosigned.map(|(_, _, size, _)| *size).max().unwrap_or(0),
    }
}

fn other_status(register: &Register, links: &Links, waiting: &BTreeMap<OfficeId, Waiting>) -> OtherStatus {
    let office = register.id();
    let since = links.linked.get(&office).or_else(|| links.lost.get(&office));
    let waiting = waiting.get(&office).copied().unwrap_or_default();
    OtherStatus {
        office,
        path: register.path().to_owned(),
        name_hi: register.name_hi().to_owned(),
        name_en: register.name_en().to_owned(),
        linked: links.linked.contains_key(&office),
        since_ms: since.map(|since| since.0),
        waiting: waiting.count,
        oldest_ms: waiting.oldest.map(|oldest| oldest.0),
    }
}

fn waiting(records: &Records<'_>) -> Result<BTreeMap<OfficeId, Waiting>, No> {
    let mut all: BTreeMap<OfficeId, Waiting> = BTreeMap::new();
    for (key, _) in records.scan_prefix(Table::QUEUED, &[], WAITING_MAX)? {
        let (Some(office), Some(matter)) = (key.first_chunk::<32>(), key.last_chunk::<32>()) else {
            continue;
        };
        let waiting = all.entry(OfficeId(*office)).or_default();
        waiting.count += 1;
        let since = records.matter(&MatterId(*matter))?.map(|matter| matter.since);
        waiting.oldest = [waiting.oldest, since].into_iter().flatten().min();
    }
    Ok(all)
}
