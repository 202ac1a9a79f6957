//! Whatever peers say, what a machine remembers of them and what it keeps as evidence stays bounded.

use mohar_protocol::records::Table;

use super::Broken;
use crate::world::World;

/// Entries remembered for one link: 64 offers, 4,096 contents wanted, 8 asked for, 4,096 things said, and
/// two questions for each office.
const PER_LINK_MAX: usize = 64 + 4_096 + 8 + 4_096;

/// Kept proofs of forks and lies, on one node.
const EVIDENCE_MAX: usize = 1_024;

/// Offers under way from one peer, which weigh most: each may fetch a whole file.
const OFFERS_MAX: usize = 64;

/// Checks the rule.
///
/// # Errors
/// The node that remembers too much.
pub fn check(world: &World) -> Broken {
    for (at, node) in world.honest() {
        let Some(machine) = &node.machine else { continue };
        let bound = machine.linked().count() * (PER_LINK_MAX + 2 * world.state.offices.len());
        if machine.footprint() > bound {
            return Err(format!("node {at} remembers {} things of its peers", machine.footprint()));
        }
        if machine.offers_max() > OFFERS_MAX {
            return Err(format!("node {at} follows {} offers of one peer", machine.offers_max()));
        }
        let evidence = node.store.rows(Table::EVIDENCE).count();
        if evidence > EVIDENCE_MAX {
            return Err(format!("node {at} keeps {evidence} proofs of lies"));
        }
    }
    Ok(())
}
