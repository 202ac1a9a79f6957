//! Registry files (`mohar/registry/1`): reading, folding and joining them. Whatever is folded
//! here was verified up to the charter of the state that the caller named.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use minicbor::bytes::ByteVec;
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony::{self, CEREMONY_BYTES_MAX};
use mohar_protocol::id::{ActId, OfficeId, StateId};
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;

use crate::disk;

/// Reads a registry file. Nothing in it is verified yet.
///
/// # Errors
/// Names the path, and what is wrong with it.
pub fn read(path: &Path) -> anyhow::Result<Package> {
    let bytes = disk::read(path, CEREMONY_BYTES_MAX)?;
    ceremony::from_file(&bytes).with_context(|| format!("{} is not a registry file", path.display()))
}

/// The state that a package claims to be of: the id of its first charter act.
///
/// # Errors
/// When there is no charter.
pub fn state_of(package: &Package) -> anyhow::Result<StateId> {
    let first = package.charter.first().ok_or_else(|| anyhow!("there is no charter in it"))?;
    Ok(UnverifiedAct::parse(first).map_err(Refusal::from)?.id().into())
}

/// Verifies and folds a package under a state. Dossiers may stand before those of their parents.
///
/// # Errors
/// The first [`Refusal`], with the place of the act that caused it.
pub fn fold(state: StateId, package: &Package) -> anyhow::Result<Registry> {
    let mut registry = Registry::new(state);
    take(&mut registry, &package.charter).context("the charter does not hold")?;
    if registry.charter().in_force().is_none() {
        return Err(anyhow!(Refusal::ThresholdNotMet).context("the charter is not in force"));
    }
    let mut waiting: Vec<&Vec<ByteVec>> = package.dossiers.iter().collect();
    while !waiting.is_empty() {
        let knows_parent = |dossier: &&Vec<ByteVec>| {
            parent_of(dossier).is_none_or(|parent| registry.office(&parent).is_ok())
        };
        let (ready, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(knows_parent);
        if ready.is_empty() {
            return Err(anyhow!(Refusal::OfficeUnknown).context("the office above is not in the registry"));
        }
        for dossier in ready {
            let name = || office_of(dossier).map_or_else(|| "?".to_owned(), |id| id.short());
            take(&mut registry, dossier)
                .with_context(|| format!("the dossier of office {} does not hold", name()))?;
        }
        waiting = later;
    }
    Ok(registry)
}

fn take(registry: &mut Registry, acts: &[ByteVec]) -> anyhow::Result<()> {
    for (index, bytes) in acts.iter().enumerate() {
        let act = UnverifiedAct::parse(bytes).map_err(Refusal::from);
        act.and_then(|act| registry.admit_act(act)).with_context(|| format!("act {} in it", index + 1))?;
    }
    Ok(())
}

/// Adds the dossiers of `other` that `package` does not have. A longer dossier replaces a shorter
/// one: a dossier only grows.
pub fn join(package: &mut Package, other: Package) {
    for dossier in other.dossiers {
        let Some(office) = office_of(&dossier) else { continue };
        match package.dossiers.iter_mut().find(|known| office_of(known) == Some(office)) {
            Some(known) if known.len() < dossier.len() => *known = dossier,
            Some(_) => {}
            None => package.dossiers.push(dossier),
        }
    }
}

/// The office a dossier claims to be of.
pub fn office_of(dossier: &[ByteVec]) -> Option<ActId> {
    UnverifiedAct::parse(dossier.first()?).ok().map(|act| act.id())
}

/// The office above the one that a dossier claims to be of.
fn parent_of(dossier: &[ByteVec]) -> Option<OfficeId> {
    match UnverifiedAct::parse(dossier.first()?).ok()?.body() {
        Body::Inception(inception) => inception.parent,
        _ => None,
    }
}
