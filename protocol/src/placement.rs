//! Who keeps and who witnesses an office log: a function of the registry, so that every node
//! computes the same without asking.
//!
//! Mirrors: the office above, and a foreign one. Witnesses: two, as far away in the
//! administrative graph as there are offices (at least one foreign to the district, where there
//! is one). Ranks come from rendezvous hashing, so a new office moves few logs. An office whose
//! node has never run counts only where no other has run either.

use crate::hash::{Context, hash};
use crate::id::OfficeId;
use crate::records::Role;
use crate::registry::{Register, Registry};

/// Mirrors of a log.
const MIRRORS: usize = 2;
/// Witnesses of a log.
const WITNESSES: usize = 2;

/// The offices that cosign a log, with their role.
pub fn placement(registry: &Registry, office: &OfficeId) -> Vec<(OfficeId, Role)> {
    let Ok(register) = registry.office(office) else { return Vec::new() };
    let mut cosigners: Vec<(OfficeId, Role)> = Vec::new();
    let mirrors = ranked(registry, register, Role::Mirror);
    let above = register.parent().filter(|parent| mirrors.contains(parent));
    let foreign = mirrors.into_iter().filter(|mirror| Some(*mirror) != above);
    cosigners.extend(above.into_iter().chain(foreign).take(MIRRORS).map(|mirror| (mirror, Role::Mirror)));
    let witnesses = ranked(registry, register, Role::Witness).into_iter().take(WITNESSES);
    cosigners.extend(witnesses.map(|witness| (witness, Role::Witness)));
    cosigners
}

/// Admitted offices on other machines, the most foreign first.
fn ranked(registry: &Registry, register: &Register, role: Role) -> Vec<OfficeId> {
    let machine = register.incarnation().map(|incarnation| incarnation.transport);
    let mut others: Vec<&Register> = registry
        .offices()
        .filter(|other| other.id() != register.id() && other.ended().is_none() && registry.is_admitted(other))
        .filter(|other| other.incarnation().is_some_and(|i| Some(i.transport) != machine))
        .collect();
    if others.iter().any(|other| other.has_run()) {
        others.retain(|other| other.has_run());
    }
    let own = line(registry, &register.id());
    let mut candidates: Vec<_> = others
        .into_iter()
        .map(|other| {
            let rank = hash(Context::Placement, &[&[role as u8], &register.id().0, &other.id().0]);
            (shared_steps(&own, &line(registry, &other.id())), rank, other.id())
        })
        .collect();
    candidates.sort_unstable();
    candidates.into_iter().map(|(_, _, id)| id).collect()
}

/// The offices above an office, from the topmost down to itself. Who admitted whom is signed; a path is
/// what an office says of itself, and could put it far from everybody.
fn line(registry: &Registry, office: &OfficeId) -> Vec<OfficeId> {
    let mut line: Vec<OfficeId> = registry.line_above(office).map(Register::id).collect();
    line.reverse();
    line
}

/// How many offices two lines have in common, from the top down.
fn shared_steps(a: &[OfficeId], b: &[OfficeId]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
