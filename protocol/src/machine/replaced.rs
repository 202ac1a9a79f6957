//! New incarnations: which keys of an own office speak now, and going back, once, where an act of
//! authority gave leaves up.

use super::restore::Restoring;
use super::{Event, Host, HostSecrets, Machine, Standing, Step, Stop, Why, cosigning};
use crate::id::{Lineage, OfficeId};
use crate::keys::PublicKey;
use crate::log::checkpoint::SignedCheckpoint;
use crate::records::{Records, Role, StoreFault, Table};
use crate::refusal::Refusal;
use crate::registry::Incarnation;

impl Machine {
    /// The own offices for which this node may sign.
    pub(super) fn signing(&self) -> Vec<OfficeId> {
        self.hosts.keys().copied().filter(|office| self.may_sign(office).is_ok()).collect()
    }

    /// Whether the incarnation in force is this node, at work.
    pub(super) fn is_own_voice(&self, office: &OfficeId) -> bool {
        let present = self.registry.office(office).ok().and_then(|r| r.incarnation());
        let keys = self.host(office).ok().map(|host| host.secrets.signing.public());
        self.may_sign(office).is_ok() && present.is_some_and(|present| Some(present.signing) == keys)
    }

    /// Whether keys for an incarnation that is to come are at hand.
    pub(super) fn has_spare(&self, office: &OfficeId, signing: &PublicKey) -> bool {
        self.host(office).is_ok_and(|host| host.spare.iter().any(|s| s.signing.public() == *signing))
    }

    /// Keeps secrets of an office: of a new host, else of one that may speak next.
    pub(super) fn adopt(&mut self, secrets: HostSecrets, standing: Standing, lineage: Lineage) {
        match self.hosts.get_mut(&secrets.office) {
            Some(host) => host.spare.push(secrets),
            None => {
                self.hosts.insert(secrets.office, Host::new(secrets, standing, lineage));
            }
        }
    }

    /// Finds out, for every own office, whether this node has the keys of the incarnation in force,
    /// and whether that incarnation has begun to speak.
    pub(super) fn take_places(&mut self, records: &Records<'_>) -> Result<(), StoreFault> {
        for (office, host) in &mut self.hosts {
            let Some(present) = self.registry.office(office).ok().and_then(|r| r.incarnation()) else {
                continue;
            };
            if host.secrets.signing.public() != present.signing {
                let next = host.spare.iter().position(|s| s.signing.public() == present.signing);
                let Some(at) = next else {
                    host.standing = Standing::Stopped(Why::Replaced);
                    continue;
                };
                let next = host.spare.swap_remove(at);
                host.spare.push(std::mem::replace(&mut host.secrets, next));
                host.mirror = HostSecrets::mirror(&host.secrets.signing);
                host.witness = HostSecrets::witness(&host.secrets.signing);
            }
            let began = present.number == 1 || records.place(&present.act, office)?.is_some();
            match (host.standing, began) {
                (Standing::Restoring, false) | (Standing::Asking(Why::Restored), _) => {}
                (_, false) => {
                    host.standing = Standing::Restoring;
                    host.restoring = Restoring::default();
                }
                (Standing::Restoring | Standing::Stopped(Why::Replaced), true) => {
                    host.standing = Standing::Working;
                }
                (_, true) => {}
            }
        }
        Ok(())
    }

    /// Follows a new incarnation of an office: where leaves were given up, what is kept of its log
    /// and what was cosigned go back to its start; proofs by former keys no longer count.
    pub(super) fn follow_incarnation(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        before: u32,
    ) -> Result<(), Stop> {
        let Some(present) = self.registry.office(&office)?.incarnation().cloned() else { return Ok(()) };
        if present.number == before {
            return Ok(());
        }
        self.take_places(step.records)?;
        if self.hosts(&office) {
            step.event(Event::Standing(office));
        } else {
            // Whoever spoke under the former keys is no twin of the new node.
            step.records.delete(Table::LINEAGES, office.0.to_vec());
            self.left.remove(&office);
            Self::go_back(step, &office, &present)?;
        }
        for role in [Role::Mirror, Role::Witness] {
            if let Some((size, _)) = step.records.cosigned(&office, role)?
                && size > present.start.size
                && present.gives_up(size)
            {
                step.records.put_cosigned(&office, role, present.start.size, present.start.root);
            }
        }
        self.forget_former_keys(step)?;
        Ok(())
    }

    /// Takes a mirrored log, and the head known of it, back to the start of an incarnation.
    fn go_back(step: &mut Step<'_, '_>, office: &OfficeId, present: &Incarnation) -> Result<(), Stop> {
        let start = present.start;
        if let Some(head) = step.records.head(office)? {
            let size = SignedCheckpoint::parse(&head).map(|note| note.claimed().head.size);
            if size.is_ok_and(|size| size > start.size && present.gives_up(size)) {
                step.records.delete(Table::HEADS, office.0.to_vec());
            }
        }
        let Some(mut log) = step.records.log(office)? else { return Ok(()) };
        let size = log.frontier.size();
        if size <= start.size || !present.gives_up(size) {
            return Ok(());
        }
        if step.records.frontier_at(office, start.size)?.root() != start.root {
            return Err(Refusal::LogForked.into());
        }
        step.records.orphan_leaves(office, &mut log, start.size)?;
        step.records.put_log(office, &log);
        Ok(())
    }

    /// Cosignatures of a node that was replaced prove nothing about what its office holds now.
    fn forget_former_keys(&self, step: &mut Step<'_, '_>) -> Result<(), StoreFault> {
        let registers = || self.registry.offices();
        for office in self.hosted() {
            let mut held = step.records.held(&office)?;
            let before = held.by.len();
            held.by.retain(|(key, role, _, _)| registers().any(|r| cosigning(r, *role) == Some(*key)));
            if held.by.len() != before {
                step.records.put_held(&office, &held);
            }
        }
        Ok(())
    }
}
