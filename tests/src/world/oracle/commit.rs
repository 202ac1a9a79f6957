//! What the oracle looks at in a commit: only the rows that it writes.

use mohar_protocol::act::{Body, MatterKind, Place, UnverifiedAct};
use mohar_protocol::codec;
use mohar_protocol::custody::Matter;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::machine::Machine;
use mohar_protocol::records::{LogState, Role, Table, Writes};
use mohar_protocol::time::Timestamp;

use super::{Fact, Oracle};
use crate::world::disk::Disk;

/// A commit of a node.
pub struct Committed<'a> {
    /// The node.
    pub node: usize,
    /// When, in the time of the world.
    pub now: Timestamp,
    /// Its offices.
    pub hosted: &'a [OfficeId],
    /// Whether it is in the adversary's hands.
    pub hostile: bool,
    /// Requests of officers that were fed under this commit.
    pub requests: usize,
}

impl Oracle {
    /// Looks at a commit that is about to become durable.
    pub fn commit(&mut self, about: &Committed<'_>, machine: Option<&Machine>, writes: &Writes) {
        let mut officers = 0;
        for ((table, key), value) in &writes.rows {
            let Some(value) = value else { continue };
            match *table {
                Table::ACTS => officers += u32::from(self.see_act(about, key, value)),
                Table::LEAVES if !about.hostile => self.see_leaf(about, key, value),
                Table::LOGS if !about.hostile => self.see_head(about, machine, key, value),
                Table::COSIGNED if !about.hostile => self.see_cosigned(about, key, value),
                _ => {}
            }
        }
        if officers > 0 && about.requests == 0 && !about.hostile {
            self.broken(4, format!("node {} made {officers} acts of officers unasked", about.node));
        }
        if !about.hostile {
            self.see_matters(about, writes);
        }
    }

    /// Counts again what a node claims, after its disk was exchanged.
    pub fn recount(&mut self, node: usize, disk: &Disk, hosted: &[OfficeId]) {
        for claims in self.claims.values_mut() {
            claims.remove(&node);
        }
        for (_, value) in disk.rows(Table::MATTERS) {
            if let Ok(matter) = codec::decode::<Matter>(value, usize::MAX) {
                self.see_matter(node, hosted, &matter);
            }
        }
    }

    /// Whether the act is an officer's, of this node, and new.
    fn see_act(&mut self, about: &Committed<'_>, key: &[u8], value: &[u8]) -> bool {
        let Ok(id) = key.try_into().map(ActId) else { return false };
        if self.acts.contains_key(&id) {
            return false;
        }
        let Ok(act) = UnverifiedAct::parse(value) else {
            self.broken(5, format!("node {} keeps bytes that are no act", about.node));
            return false;
        };
        let header = act.header();
        let honest = header.office.filter(|office| self.trusts(office));
        let own = header.office.is_some_and(|office| about.hosted.contains(&office));
        if about.hostile && honest.is_some() && !own {
            return false;
        }
        self.remember(about.now, about.node, &act);
        if let Some(office) = honest {
            if !own {
                self.broken(4, format!("node {} has {id:?}, which its office never committed", about.node));
            }
            if !self.has_key(&office, act.key()) {
                self.broken(9, format!("node {} took {id:?}, signed with a stranger's key", about.node));
            }
            self.see_signed(&act);
        }
        let of_matter = [MatterKind::FILE, MatterKind::DAK].contains(&header.kind);
        own && of_matter && header.charge.is_some()
    }

    fn remember(&mut self, born: Timestamp, at: usize, act: &UnverifiedAct) {
        let (office, anchor) = (act.header().office, act.header().anchor);
        self.acts.insert(act.id(), Fact { born, at, office, key: act.key(), anchor });
    }

    /// Takes the acts of a founded disk for known.
    pub(super) fn founded(&mut self, disk: &Disk) {
        for (_, value) in disk.rows(Table::ACTS) {
            if let Ok(act) = UnverifiedAct::parse(value)
                && !self.acts.contains_key(&act.id())
            {
                self.remember(crate::world::START, 0, &act);
                self.see_signed(&act);
            }
        }
    }

    /// One act for each place of a chain, one ready for each head.
    fn see_signed(&mut self, act: &UnverifiedAct) {
        let header = act.header();
        let Some(office) = header.office else { return };
        let id = act.id();
        let matter = header.matter.unwrap_or_else(|| MatterId::from(id));
        if header.place == Place::Chain {
            let place = (matter, header.epoch, header.number);
            let known = *self.places.entry(place).or_insert(id);
            if known != id {
                self.broken(7, format!("{known:?} and {id:?} both stand at {} of {matter:?}", header.number));
            }
        }
        if let (Body::Ready(ready), Some(head)) = (act.body(), header.previous)
            && !ready.recall
        {
            let known = *self.readies.entry((office, head)).or_insert(id);
            if known != id {
                self.broken(7, format!("{office:?} said ready twice for {head:?}"));
            }
        }
    }

    /// A leaf of an own log never changes.
    fn see_leaf(&mut self, about: &Committed<'_>, key: &[u8], value: &[u8]) {
        let Some((office, index)) = office_and_number(key) else { return };
        let Ok(id) = value.try_into().map(ActId) else { return };
        if !about.hosted.contains(&office) {
            return;
        }
        let known = *self.leaves.entry((office, index)).or_insert(id);
        if known != id {
            self.broken(5, format!("leaf {index} of {office:?} was {known:?} and is {id:?}"));
        }
    }

    /// For each size of an own log one root is signed.
    fn see_head(&mut self, about: &Committed<'_>, machine: Option<&Machine>, key: &[u8], value: &[u8]) {
        let Ok(office) = key.try_into().map(OfficeId) else { return };
        let Ok(log) = codec::decode::<LogState>(value, usize::MAX) else { return };
        let Ok(note) = SignedCheckpoint::parse(&log.note) else { return };
        if !about.hosted.contains(&office) {
            return;
        }
        let register = machine.and_then(|machine| machine.registry().office(&office).ok());
        let incarnation = register.and_then(|register| register.incarnation()).map_or(0, |i| i.number);
        let head = note.claimed().head;
        let known = *self.heads.entry((office, incarnation, head.size)).or_insert(head.root);
        if known != head.root {
            self.broken(7, format!("{office:?} signed two heads of size {}", head.size));
        }
    }

    /// No cosigner goes back, or sideways.
    fn see_cosigned(&mut self, about: &Committed<'_>, key: &[u8], value: &[u8]) {
        let (Some(office), Some(role)) = (key.first_chunk::<32>(), key.get(32)) else { return };
        let (office, role) =
            (OfficeId(*office), if *role == Role::Mirror as u8 { Role::Mirror } else { Role::Witness });
        let Ok((size, root)) = codec::decode::<(u64, Hash)>(value, usize::MAX) else { return };
        let known = self.cosigned.insert((about.node, office, role), (size, root));
        if let Some((before, before_root)) = known
            && (size < before || size == before && root != before_root)
        {
            let node = about.node;
            self.broken(
                6,
                format!("node {node} cosigned {office:?} as {role:?} back from {before} to {size}"),
            );
        }
    }

    fn see_matters(&mut self, about: &Committed<'_>, writes: &Writes) {
        let rows = writes.rows.iter().filter(|((table, _), _)| *table == Table::MATTERS);
        let mut seen = Vec::new();
        for (_, value) in rows {
            let Some(Ok(matter)) = value.as_ref().map(|v| codec::decode::<Matter>(v, usize::MAX)) else {
                continue;
            };
            self.see_matter(about.node, about.hosted, &matter);
            seen.push(matter.id);
        }
        for matter in seen {
            self.judge_custody(&matter);
        }
    }
}

fn office_and_number(key: &[u8]) -> Option<(OfficeId, u64)> {
    let (office, number) = key.split_first_chunk::<32>()?;
    Some((OfficeId(*office), u64::from_be_bytes(number.try_into().ok()?)))
}
