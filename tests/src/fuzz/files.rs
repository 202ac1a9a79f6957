//! Files that people carry: ceremonies, bundles, log directories.

use minicbor::{Decode, Encode};
use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::audit::bundle::{Bundle, verify_bundle};
use mohar_protocol::audit::log_directory::{CHECKPOINT_PATH, LogDirectory, REGISTRY_PATH, verify_log};
use mohar_protocol::ceremony::{
    CeremonyFile, Founding, Invitation, OfficeRequest, admit, from_file, to_file,
};
use mohar_protocol::id::StateId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::Package;
use mohar_protocol::registry::Registry;
use mohar_protocol::time::Timestamp;

/// A registry is its bytes; its acts are folded or refused, also when they come twice.
pub fn a_registry_is_written_back_and_folds(bytes: &[u8]) {
    let Some(package) = same_file::<Package>(bytes) else { return };
    let mut registry = Registry::new(state_of(&package));
    for act in package.charter.iter().chain(package.dossiers.iter().flatten()) {
        let Ok(act) = UnverifiedAct::parse(act) else { continue };
        if registry.admit_act(act.clone()).is_ok() {
            assert!(registry.admit_act(act).is_err(), "one act was folded twice");
        }
    }
}

/// A request is its bytes, and is admitted or refused without a panic.
pub fn an_office_request_is_written_back_as_it_was_read(bytes: &[u8]) {
    let Some(request) = same_file::<OfficeRequest>(bytes) else { return };
    let registry = Registry::new(request.state);
    assert!(admit(&registry, &request, &[SecretKey::from_seed(&[1; 32])], Timestamp(0)).is_err());
    assert!(admit(&registry, &request, &[], Timestamp(0)).is_err());
}

/// An invitation is its bytes.
pub fn an_invitation_is_written_back_as_it_was_read(bytes: &[u8]) {
    same_file::<Invitation>(bytes);
}

/// A founding is its bytes.
pub fn a_founding_is_written_back_as_it_was_read(bytes: &[u8]) {
    same_file::<Founding>(bytes);
}

/// A bundle is its bytes, and gets a verdict on every act.
pub fn a_bundle_is_written_back_and_judged(bytes: &[u8]) {
    let Some(bundle) = same_file::<Bundle>(bytes) else { return };
    let report = verify_bundle(&bundle, bundle.state);
    assert_eq!(report.acts.len(), bundle.chain.len() + bundle.sides.len(), "a line for every act");
    let other = verify_bundle(&bundle, StateId([0; 32]));
    assert!(bundle.state == StateId([0; 32]) || !other.codes().is_empty(), "another state found no fault");
}

/// Input: the checkpoint, the registry and the entry bundle, each behind its length in three
/// bytes. What can be read is judged, act by act, and written back.
pub fn a_log_directory_is_read_and_judged(bytes: &[u8]) {
    let mut rest = bytes;
    let mut next = || {
        let (length, tail) = rest.split_first_chunk::<3>()?;
        let length = u32::from_be_bytes([0, length[0], length[1], length[2]]) as usize;
        let (part, tail) = tail.split_at_checked(length)?;
        rest = tail;
        Some(part.to_vec())
    };
    let (checkpoint, registry, entries) = (next(), next(), next());
    let read = |path: &str| match path {
        CHECKPOINT_PATH => checkpoint.clone(),
        REGISTRY_PATH => registry.clone(),
        _ => entries.clone(),
    };
    let Ok(directory) = LogDirectory::from_files(read) else { return };
    let report = verify_log(&directory, state_of(&directory.registry));
    assert_eq!(report.acts.len(), directory.leaves.len(), "a line for every leaf");
    let files = directory.to_files().expect("entries that were read can be written");
    let find = |path: &str| files.iter().find(|(name, _)| name == path).map(|(_, bytes)| bytes.clone());
    assert_eq!(LogDirectory::from_files(find).as_ref(), Ok(&directory));
}

fn same_file<T>(bytes: &[u8]) -> Option<T>
where
    T: CeremonyFile + Encode<()> + for<'b> Decode<'b, ()>,
{
    let value: T = from_file(bytes).ok()?;
    assert_eq!(to_file(&value), bytes, "another spelling was taken");
    Some(value)
}

/// The state that a registry claims to be of: an auditor would have it from elsewhere.
fn state_of(package: &Package) -> StateId {
    let first = package.charter.first().and_then(|bytes| UnverifiedAct::parse(bytes).ok());
    first.map_or(StateId([0; 32]), |act| act.id().into())
}
