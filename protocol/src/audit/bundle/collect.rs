//! Putting a bundle together from what a node keeps. What is not at hand is left out, and the
//! verifier says so; this module never asks another node.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;

use super::{Bundle, Evidence, Placed, Shown};
use crate::act::{Body, UnverifiedAct, VerifiedAct};
use crate::hash::Hash;
use crate::id::{ActId, MatterId, OfficeId};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::proof;
use crate::machine::{Package, open_key};
use crate::placement::placement;
use crate::records::{Records, StoreFault};
use crate::refusal::Refusal;
use crate::registry::Registry;
use crate::sealing::MatterKey;
use crate::sealing::at_rest::StorageKey;
use crate::sealing::content::disclose;

/// Acts of a chain in one bundle: a file of 300 pages has about as many notings.
pub const CHAIN_MAX: usize = 16_384;

/// Side acts in one bundle: one ready for each move, and recalls.
pub const SIDES_MAX: usize = 4_096;

/// Plaintext shown in one bundle; larger papers stay commitments and are handed over apart. Half
/// of what a file of this kind may have.
pub const SHOWN_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum NotCollected {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Fault(#[from] StoreFault),
}

/// Collects the bundle of a matter. With `disclose`, every content whose key is here is shown.
///
/// # Errors
/// [`NotCollected`] when the matter is not known or too long, or the store fails.
pub fn collect(
    records: &Records<'_>,
    registry: &Registry,
    storage: &StorageKey,
    matter: MatterId,
    disclosing: bool,
) -> Result<Bundle, NotCollected> {
    let chain = acts(records, &records.chain(&matter, 0, CHAIN_MAX + 1)?)?;
    let sides = acts(records, &records.sides(&matter, SIDES_MAX + 1)?)?;
    if chain.is_empty() {
        return Err(Refusal::MatterUnknown.into());
    }
    if chain.len() > CHAIN_MAX || sides.len() > SIDES_MAX {
        return Err(Refusal::ContentTooLarge.into());
    }
    let all: Vec<&VerifiedAct> = chain.iter().chain(&sides).collect();
    let offices: BTreeSet<OfficeId> = all.iter().flat_map(|act| offices_of(act)).collect();
    let mut evidence = Vec::new();
    for office in &offices {
        evidence.extend(evidence_of(records, registry, *office, &all)?);
    }
    let contents = if disclosing { shown(records, storage, matter, &all)? } else { Vec::new() };
    let bytes = |acts: &[VerifiedAct]| acts.iter().map(|act| act.bytes().to_vec().into()).collect();
    Ok(Bundle {
        state: registry.state(),
        registry: package(records, registry, &offices)?,
        chain: bytes(&chain),
        sides: bytes(&sides),
        evidence,
        contents,
    })
}

fn acts(records: &Records<'_>, ids: &[ActId]) -> Result<Vec<VerifiedAct>, StoreFault> {
    ids.iter().map(|id| records.expect_act(id)).collect()
}

/// The offices that speak in an act, in itself or in a ready that it embeds.
fn offices_of(act: &VerifiedAct) -> Vec<OfficeId> {
    let embedded = match act.body() {
        Body::Handover(body) => Some(&body.ready),
        Body::RequestRecall(body) => Some(&body.ready),
        _ => None,
    };
    let embedded = embedded.and_then(|ready| UnverifiedAct::parse(ready).ok());
    act.header().office.into_iter().chain(embedded.and_then(|ready| ready.header().office)).collect()
}

/// Charter and dossiers of the offices, of those above them and of those that cosign for them,
/// parents first.
fn package(
    records: &Records<'_>,
    registry: &Registry,
    offices: &BTreeSet<OfficeId>,
) -> Result<Package, StoreFault> {
    let cosigners = offices.iter().flat_map(|office| placement(registry, office)).map(|(by, _)| by);
    let ordered_about = registry.orders_in_force().filter(|order| offices.contains(&order.office));
    let by_order = ordered_about.flat_map(|order| order.successors().into_iter().chain(order.giver));
    let (mut ordered, mut seen) = (Vec::new(), BTreeSet::new());
    for office in offices.iter().copied().chain(by_order).chain(cosigners) {
        with_those_above(registry, office, &mut seen, &mut ordered);
    }
    let bytes = |ids: Vec<ActId>| -> Result<Vec<ByteVec>, StoreFault> {
        ids.iter().map(|id| Ok(records.expect_act(id)?.bytes().to_vec().into())).collect()
    };
    let dossiers = ordered.iter().map(|office| bytes(records.dossier(office, 0, usize::MAX >> 1)?));
    Ok(Package { charter: bytes(records.charter()?)?, dossiers: dossiers.collect::<Result<_, _>>()? })
}

/// An office after those above it: the one that admitted it, and the one above it now.
fn with_those_above(
    registry: &Registry,
    office: OfficeId,
    seen: &mut BTreeSet<OfficeId>,
    ordered: &mut Vec<OfficeId>,
) {
    let Ok(register) = registry.office(&office) else { return };
    if seen.insert(office) {
        for above in register.first_parent().into_iter().chain(register.parent()) {
            with_those_above(registry, above, seen, ordered);
        }
        ordered.push(office);
    }
}

/// Proofs from the log of an office, own or mirrored: for its acts, and for its register acts, so
/// that the verifier can see which of them stood below.
fn evidence_of(
    records: &Records<'_>,
    registry: &Registry,
    office: OfficeId,
    acts: &[&VerifiedAct],
) -> Result<Option<Evidence>, StoreFault> {
    let Some(log) = records.log(&office)? else { return Ok(None) };
    let register = registry.office(&office).ok();
    let of_register = records.dossier(&office, 0, usize::MAX >> 1)?.into_iter();
    let of_register =
        of_register.filter(|id| register.is_some_and(|register| register.position(id).is_some()));
    // What an authority says stands in the logs of the offices that it concerns.
    let by_authority = |act: &VerifiedAct| matches!(act.body(), Body::Reassign(_) | Body::Endorse(_));
    let of_matter = acts
        .iter()
        .filter(|act| act.header().office == Some(office) || by_authority(act))
        .map(|act| act.id());
    let mut indexes: BTreeMap<u64, ActId> = BTreeMap::new();
    for id in of_matter.chain(of_register) {
        if let Some(index) = records.place(&id, &office)? {
            indexes.insert(index, id);
        }
    }
    // The newest cosigned head if it covers everything, else the newest one of all.
    let notes = [records.head(&office)?.unwrap_or_default(), log.note.clone()];
    let notes = notes.into_iter().filter_map(|note| {
        let size = SignedCheckpoint::parse(&note).ok()?.claimed().head.size;
        (size <= log.frontier.size()).then_some((size, note))
    });
    let last = indexes.keys().next_back().copied().unwrap_or(0);
    let Some((size, note)) =
        notes.reduce(|cosigned, newest| if cosigned.0 > last { cosigned } else { newest })
    else {
        return Ok(None);
    };
    let hashes = records.log_hashes(office);
    let mut places = Vec::new();
    for (index, act) in indexes.into_iter().filter(|(index, _)| *index < size) {
        let proof = proof::inclusion(&hashes, index, size)
            .map_err(|_| StoreFault::damaged("hashes of a log do not give a proof"))?;
        places.push(Placed { act, index, proof });
    }
    Ok(Some(Evidence { office, note: note.into(), places }))
}

/// Contents that can be opened with keys that are here, up to the bound.
fn shown(
    records: &Records<'_>,
    storage: &StorageKey,
    matter: MatterId,
    acts: &[&VerifiedAct],
) -> Result<Vec<Shown>, StoreFault> {
    let mut keys: BTreeMap<u32, Option<MatterKey>> = BTreeMap::new();
    let (mut shown, mut seen, mut total) = (Vec::new(), BTreeSet::new(), 0_usize);
    for reference in acts.iter().flat_map(|act| &act.header().contents) {
        let fits = usize::try_from(reference.length).is_ok_and(|length| total + length <= SHOWN_BYTES_MAX);
        if !fits || !seen.insert(reference.commitment) {
            continue;
        }
        if let std::collections::btree_map::Entry::Vacant(entry) = keys.entry(reference.generation) {
            let sealed = records.sealed_key(&matter, reference.generation)?;
            entry.insert(sealed.and_then(|sealed| open_key(storage, &sealed)));
        }
        let Some(Some(key)) = keys.get(&reference.generation) else { continue };
        let Some(ciphertext) = records.content_bytes(&reference.root)? else { continue };
        // What does not open is no evidence of anything here: it stays a commitment.
        let Ok(disclosed) = disclose(key, reference, &ciphertext) else { continue };
        total += disclosed.plaintext.len();
        let plaintext = disclosed.plaintext.to_vec().into();
        shown.push(Shown { commitment: reference.commitment, salt: Hash(disclosed.salt), plaintext });
    }
    Ok(shown)
}
