//! What office IT may take away: the registry, leaves and checkpoints of the logs kept here.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::Body;
use mohar_protocol::ceremony::{Holding, PeerAddress, to_file};
use mohar_protocol::control::Response;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::machine::Package;
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;

use super::{Api, No};
use crate::api::tiles::latest_checkpoint;

/// Leaves in one answer: 1,000 x 16 KiB at the very worst, 700 KiB as a rule.
const LEAVES_MAX: usize = 1_000;

/// Acts of one dossier: an office that changes its register every day for thirty years.
const DOSSIER_ACTS_MAX: usize = 16_384;

/// Charter and dossiers, parents before children.
pub fn registry(api: &Api) -> Result<Response, No> {
    let snapshot = api.ledger.snapshot();
    let package = package(&Records::new(&snapshot))?;
    Ok(Response::Bytes { base64: BASE64.encode(to_file(&package)) })
}

/// Leaves of a log from an index on.
pub fn leaves(api: &Api, office: Option<OfficeId>, from: u64, max: usize) -> Result<Response, No> {
    let office = or_first(api, office)?;
    let snapshot = api.ledger.snapshot();
    let records = Records::new(&snapshot);
    let size = records.log(&office)?.ok_or(Refusal::OfficeUnknown)?.signed.size();
    let left = usize::try_from(size.saturating_sub(from)).unwrap_or(usize::MAX);
    let mut leaves = Vec::new();
    for id in records.leaves(&office, from, left.min(max).min(LEAVES_MAX))? {
        leaves.push(BASE64.encode(records.expect_act(&id)?.bytes()));
    }
    Ok(Response::Leaves { office, from, size, leaves })
}

/// What this node holds of an office.
pub fn holding(api: &Api, office: OfficeId) -> Result<Response, No> {
    let (snapshot, registry) = (api.ledger.snapshot(), api.ledger.registry());
    let records = Records::new(&snapshot);
    let own = api.ledger.hosted().first().and_then(|own| registry.office(own).ok());
    let transport = own.and_then(|own| own.incarnation()).map(|incarnation| incarnation.transport);
    let peers = transport.map(|transport| PeerAddress { transport, addresses: api.listen.clone() });
    let peers = peers.into_iter().collect();
    let holding = Holding::collect(&records, &registry, office, package(&records)?, peers)?;
    Ok(Response::Bytes { base64: BASE64.encode(to_file(&holding)) })
}

/// The latest checkpoint of a log.
pub fn checkpoint(api: &Api, office: Option<OfficeId>) -> Result<Response, No> {
    let office = or_first(api, office)?;
    let snapshot = api.ledger.snapshot();
    let note = latest_checkpoint(&Records::new(&snapshot), &office)?.ok_or(Refusal::OfficeUnknown)?;
    let note = String::from_utf8(note).map_err(|_| No::Failed("the checkpoint is not text".to_owned()))?;
    Ok(Response::Checkpoint { office, note })
}

fn or_first(api: &Api, office: Option<OfficeId>) -> Result<OfficeId, Refusal> {
    office.or_else(|| api.ledger.hosted().first().copied()).ok_or(Refusal::OfficeUnknown)
}

fn package(records: &Records<'_>) -> Result<Package, StoreFault> {
    let mut package = Package { charter: acts(records, &records.charter()?)?, dossiers: Vec::new() };
    let mut waiting: Vec<OfficeId> = records.dossiers()?.into_iter().map(|(office, _)| office).collect();
    let mut given: BTreeSet<OfficeId> = BTreeSet::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for office in waiting {
            let ids = records.dossier(&office, 0, DOSSIER_ACTS_MAX)?;
            let parent = parent(records, ids.first())?;
            if parent.is_none_or(|parent| given.contains(&parent)) {
                package.dossiers.push(acts(records, &ids)?);
                given.insert(office);
            } else {
                later.push(office);
            }
        }
        if later.len() == before {
            return Err(StoreFault::damaged("dossiers whose parents are missing"));
        }
        waiting = later;
    }
    Ok(package)
}

fn parent(records: &Records<'_>, inception: Option<&ActId>) -> Result<Option<OfficeId>, StoreFault> {
    let inception = inception.ok_or(StoreFault::damaged("a dossier without acts"))?;
    match records.expect_act(inception)?.body() {
        Body::Inception(body) => Ok(body.parent),
        _ => Err(StoreFault::damaged("a dossier without an inception")),
    }
}

fn acts(records: &Records<'_>, ids: &[ActId]) -> Result<Vec<ByteVec>, StoreFault> {
    ids.iter().map(|id| Ok(records.expect_act(id)?.bytes().to_vec().into())).collect()
}
