//! Rows that a restored or cloned disk needs: who speaks for an office, acts that came back from
//! others, acts that had to give way, and taking leaves of an own log off again.

use minicbor::{Decode, Encode};

use super::{LogState, Records, StoreFault, Table, id32, key};
use crate::act::VerifiedAct;
use crate::custody::Matter;
use crate::id::{ActId, Lineage, MatterId, OfficeId};
use crate::log::tile::frontier_at;
use crate::log::tree::Frontier;

/// Installations remembered as having been replaced. An office that was restored sixteen times
/// forgets the first, whose disk is long gone.
const RETIRED_MAX: usize = 16;

/// Which installation speaks for an office, and which did before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Lineages {
    /// The one that is listened to.
    #[n(0)]
    pub current: Lineage,
    /// Those that are not any more, latest last.
    #[n(1)]
    pub retired: Vec<Lineage>,
}

impl Lineages {
    /// The first installation that was heard.
    pub const fn first(current: Lineage) -> Self {
        Self { current, retired: Vec::new() }
    }

    /// Another one takes over.
    #[must_use]
    pub fn succeeded_by(mut self, next: Lineage) -> Self {
        self.retired.retain(|old| *old != next);
        self.retired.push(self.current);
        if self.retired.len() > RETIRED_MAX {
            self.retired.remove(0);
        }
        Self { current: next, retired: self.retired }
    }
}

impl Records<'_> {
    /// Which installation speaks for an office that this node cosigns.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn lineages(&self, office: &OfficeId) -> Result<Option<Lineages>, StoreFault> {
        self.get_value(Table::LINEAGES, &office.0, "read who speaks for an office")
    }

    /// Keeps which installation speaks for an office.
    pub fn put_lineages(&mut self, office: &OfficeId, lineages: &Lineages) {
        self.put(Table::LINEAGES, office.0.to_vec(), crate::codec::encode(lineages));
    }

    /// The frontier of a log when it was `size` leaves long.
    ///
    /// # Errors
    /// [`StoreFault`] when the log is shorter.
    pub fn frontier_at(&self, office: &OfficeId, size: u64) -> Result<Frontier, StoreFault> {
        frontier_at(&self.log_hashes(*office), size)
            .map_err(|_| StoreFault::damaged("hashes of a log below its size"))
    }

    /// Takes the leaves from `size` on off a log, own or mirrored, and keeps them as orphans: their
    /// bytes stay, their place is gone. Returns them in log order.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn orphan_leaves(
        &mut self,
        office: &OfficeId,
        log: &mut LogState,
        size: u64,
    ) -> Result<Vec<VerifiedAct>, StoreFault> {
        let ids = self.leaves(office, size, usize::MAX >> 1)?;
        let mut orphans = Vec::with_capacity(ids.len());
        for (index, id) in (size..).zip(ids) {
            self.delete(Table::LEAVES, key(&[&office.0, &index.to_be_bytes()]));
            self.delete(Table::PLACES, key(&[&id.0, &office.0]));
            self.delete(Table::DIARISED, key(&[&office.0, &index.to_be_bytes()]));
            self.delete(Table::ISSUED, key(&[&office.0, &index.to_be_bytes()]));
            self.put(Table::ORPHANS, key(&[&office.0, &id.0]), index.to_be_bytes().to_vec());
            orphans.push(self.expect_act(&id)?);
        }
        log.frontier = self.frontier_at(office, size)?;
        log.contents_to = log.contents_to.min(size);
        if log.signed.size() > size {
            log.signed = log.frontier.clone();
            log.note.clear();
        }
        Ok(orphans)
    }

    /// Whether an act of an office gave way.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn is_orphan(&self, office: &OfficeId, act: &ActId) -> Result<bool, StoreFault> {
        Ok(self.get(Table::ORPHANS, &key(&[&office.0, &act.0]))?.is_some())
    }

    /// Acts of an office that gave way, with the index they had, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn gave_way(&self, office: &OfficeId, max: usize) -> Result<Vec<(u64, ActId)>, StoreFault> {
        let rows = self.scan_prefix(Table::ORPHANS, &office.0, max)?;
        let read = |(key, index): (Vec<u8>, Vec<u8>)| Ok((super::be64(&index)?, ActId(id32(&key[32..])?)));
        let mut orphans: Vec<_> = rows.into_iter().map(read).collect::<Result<_, StoreFault>>()?;
        orphans.sort_unstable();
        Ok(orphans)
    }

    /// Takes acts from a number on off a matter's chain; they stay as acts.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn cut_chain(&mut self, matter: &MatterId, number: u64) -> Result<(), StoreFault> {
        let count = self.chain(matter, number, usize::MAX >> 1)?.len() as u64;
        for number in number..number + count {
            self.delete(Table::CHAINS, key(&[&matter.0, &number.to_be_bytes()]));
        }
        Ok(())
    }

    /// Forgets a matter that no act begins any more, with every derived row.
    pub fn remove_matter(&mut self, matter: &Matter) {
        let to = matter.queued_to().map_or(matter.holder.office, |to| to.office);
        for (table, office) in [(Table::QUEUED, to), (Table::TRANSIT, matter.holder.office)] {
            self.delete(table, key(&[&office.0, &matter.id.0]));
        }
        for row in super::matters::desk_rows(matter) {
            self.delete(Table::DESKS, row.key());
        }
        self.delete(Table::FOLLOWED, matter.id.0.to_vec());
        self.delete(Table::MATTERS, matter.id.0.to_vec());
    }

    /// Notes an own act that came back from others and still lacks something.
    pub fn put_returned(&mut self, matter: &MatterId, act: &ActId) {
        self.put(Table::RETURNED, key(&[&matter.0, &act.0]), Vec::new());
    }

    /// The act lacks nothing any more.
    pub fn settle_returned(&mut self, matter: &MatterId, act: &ActId) {
        self.delete(Table::RETURNED, key(&[&matter.0, &act.0]));
    }

    /// Acts that came back and still lack something, after a row, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn returned(
        &self,
        after: Option<(MatterId, ActId)>,
        max: usize,
    ) -> Result<Vec<(MatterId, ActId)>, StoreFault> {
        let from = after.map_or_else(Vec::new, |(matter, act)| key(&[&matter.0, &act.0, &[0]]));
        let rows = self.scan(Table::RETURNED, &from, &[0xff; 65], max)?;
        rows.into_iter().map(|(key, _)| Ok((MatterId(id32(&key[..32])?), ActId(id32(&key[32..])?)))).collect()
    }

    /// Whether an act of a matter came back and still lacks something.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn is_returning(&self, matter: &MatterId) -> Result<bool, StoreFault> {
        Ok(!self.scan_prefix(Table::RETURNED, &matter.0, 1)?.is_empty())
    }
}
