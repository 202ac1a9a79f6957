//! Rows of matters: state, chain, side acts, keys, desks and queues.

use std::collections::BTreeSet;

use super::{Records, StoreFault, Table, be64, id32, key};
use crate::act::VerifiedAct;
use crate::codec;
use crate::custody::{Matter, Phase};
use crate::id::{ActId, MatterId, OfficeId, PostId};
use crate::time::Timestamp;

/// Which list of a post a matter stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum DeskClass {
    /// Waits for this post.
    Desk = 0,
    /// Sent by this post, waits for the other office.
    Waiting = 1,
    /// Laid aside.
    Parked = 2,
    /// Closed at this post.
    Closed = 3,
    /// Went from this post to somewhere else.
    Sent = 4,
}

impl DeskClass {
    /// Every class.
    pub const ALL: [Self; 5] = [Self::Desk, Self::Waiting, Self::Parked, Self::Closed, Self::Sent];
}

/// One line of a post's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeskRow {
    /// The office.
    pub office: OfficeId,
    /// The post.
    pub post: PostId,
    /// The list.
    pub class: DeskClass,
    /// Since when it stands there.
    pub since: Timestamp,
    /// The matter.
    pub matter: MatterId,
}

impl DeskRow {
    pub(super) fn key(&self) -> Vec<u8> {
        key(&[&self.office.0, &self.post.0, &[self.class as u8], &self.since.0.to_be_bytes(), &self.matter.0])
    }
}

/// The lines that a matter puts on desks.
pub(super) fn desk_rows(matter: &Matter) -> BTreeSet<DeskRow> {
    let row = |office, post, class| DeskRow { office, post, class, since: matter.since, matter: matter.id };
    let class = match matter.phase {
        Phase::Active | Phase::Frozen | Phase::InTransit { .. } => DeskClass::Desk,
        Phase::Queued { .. } => DeskClass::Waiting,
        Phase::Parked { .. } => DeskClass::Parked,
        Phase::Closed => DeskClass::Closed,
    };
    let mut rows = BTreeSet::new();
    // On the way it lies on no desk: the receiver has not taken it, the sender has let it go.
    if !matches!(matter.phase, Phase::InTransit { .. }) {
        rows.insert(row(matter.holder.office, matter.holder.post, class));
    }
    for holder in matter.route.iter().chain(&matter.came_from) {
        if *holder != matter.holder {
            rows.insert(row(holder.office, holder.post, DeskClass::Sent));
        }
    }
    rows
}

impl Records<'_> {
    /// The state of a matter.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn matter(&self, id: &MatterId) -> Result<Option<Matter>, StoreFault> {
        self.get_value(Table::MATTERS, &id.0, "read a matter")
    }

    /// Keeps the state of a matter and brings the rows derived from it in line. `hosted` are the
    /// offices of this node: queues and followings are theirs only.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn put_matter(&mut self, matter: &Matter, hosted: &[OfficeId]) -> Result<(), StoreFault> {
        let old = self.matter(&matter.id)?;
        let (before, after) = (old.as_ref().map(desk_rows).unwrap_or_default(), desk_rows(matter));
        for row in before.difference(&after) {
            self.delete(Table::DESKS, row.key());
        }
        for row in after.difference(&before).filter(|row| hosted.contains(&row.office)) {
            self.put(Table::DESKS, row.key(), Vec::new());
        }
        let queued =
            |m: &Matter| m.queued_to().filter(|_| hosted.contains(&m.holder.office)).map(|to| to.office);
        self.move_row(Table::QUEUED, old.as_ref().and_then(queued), queued(matter), matter, Vec::new());
        let transit = |m: &Matter| match m.phase {
            Phase::InTransit { from, .. } if hosted.contains(&from.office) => Some(m.holder.office),
            _ => None,
        };
        self.move_row(
            Table::TRANSIT,
            old.as_ref().and_then(transit),
            transit(matter),
            matter,
            matter.head.0.to_vec(),
        );
        let follows = !hosted.contains(&matter.holder.office)
            && matter.route.iter().any(|holder| hosted.contains(&holder.office));
        if follows {
            self.put(Table::FOLLOWED, matter.id.0.to_vec(), Vec::new());
        } else {
            self.delete(Table::FOLLOWED, matter.id.0.to_vec());
        }
        self.put(Table::MATTERS, matter.id.0.to_vec(), codec::encode(matter));
        Ok(())
    }

    fn move_row(
        &mut self,
        table: Table,
        old: Option<OfficeId>,
        new: Option<OfficeId>,
        matter: &Matter,
        value: Vec<u8>,
    ) {
        if let Some(old) = old.filter(|old| new != Some(*old)) {
            self.delete(table, key(&[&old.0, &matter.id.0]));
        }
        if let Some(new) = new {
            self.put(table, key(&[&new.0, &matter.id.0]), value);
        }
    }

    /// Keeps one more act of a matter's chain.
    pub fn put_chain(&mut self, act: &VerifiedAct) {
        let number = act.header().number.to_be_bytes();
        self.put(Table::CHAINS, key(&[&act.matter().0, &number]), act.id().0.to_vec());
        self.put_act(act);
    }

    /// Chain acts of a matter from a number on, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn chain(&self, matter: &MatterId, from: u64, max: usize) -> Result<Vec<ActId>, StoreFault> {
        let until = key(&[&matter.0, &u64::MAX.to_be_bytes()]);
        let rows = self.scan(Table::CHAINS, &key(&[&matter.0, &from.to_be_bytes()]), &until, max)?;
        rows.into_iter().map(|(_, id)| Ok(ActId(id32(&id)?))).collect()
    }

    /// The chain act at a number.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn chain_at(&self, matter: &MatterId, number: u64) -> Result<Option<ActId>, StoreFault> {
        Ok(self.chain(matter, number, 1)?.first().copied().filter(|_| {
            self.get(Table::CHAINS, &key(&[&matter.0, &number.to_be_bytes()])).is_ok_and(|row| row.is_some())
        }))
    }

    /// Keeps a side act.
    pub fn put_side(&mut self, act: &VerifiedAct) {
        self.put(Table::SIDES, key(&[&act.matter().0, &act.id().0]), Vec::new());
        self.put_act(act);
    }

    /// Side acts of a matter, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn sides(&self, matter: &MatterId, max: usize) -> Result<Vec<ActId>, StoreFault> {
        let rows = self.scan_prefix(Table::SIDES, &matter.0, max)?;
        rows.into_iter().map(|(key, _)| Ok(ActId(id32(&key[32..])?))).collect()
    }

    /// The matter key of a generation, as sealed at rest.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn sealed_key(&self, matter: &MatterId, generation: u32) -> Result<Option<Vec<u8>>, StoreFault> {
        self.get(Table::KEYS, &key(&[&matter.0, &generation.to_be_bytes()]))
    }

    /// Keeps a matter key, sealed at rest.
    pub fn put_sealed_key(&mut self, matter: &MatterId, generation: u32, sealed: Vec<u8>) {
        self.put(Table::KEYS, key(&[&matter.0, &generation.to_be_bytes()]), sealed);
    }

    /// Lines of a post's list, oldest first, after the line given, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn desk(
        &self,
        office: &OfficeId,
        post: &PostId,
        class: DeskClass,
        skip: usize,
        max: usize,
    ) -> Result<Vec<DeskRow>, StoreFault> {
        let prefix = key(&[&office.0, &post.0, &[class as u8]]);
        let rows = self.scan_prefix(Table::DESKS, &prefix, skip.saturating_add(max))?;
        let read = |(key, _): (Vec<u8>, Vec<u8>)| {
            let (office, post) = (OfficeId(id32(&key[..32])?), PostId(id32(&key[32..64])?));
            let (since, matter) = (Timestamp(be64(&key[65..73])?), MatterId(id32(&key[73..])?));
            Ok(DeskRow { office, post, class, since, matter })
        };
        rows.into_iter().skip(skip).map(read).collect()
    }

    /// How many lines a list has, counted up to `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn desk_count(
        &self,
        office: &OfficeId,
        post: &PostId,
        class: DeskClass,
        max: usize,
    ) -> Result<usize, StoreFault> {
        Ok(self.scan_prefix(Table::DESKS, &key(&[&office.0, &post.0, &[class as u8]]), max)?.len())
    }

    /// Matters in one of the tables that are keyed by the other office, with the value.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn towards(
        &self,
        table: Table,
        office: &OfficeId,
        max: usize,
    ) -> Result<Vec<(MatterId, Vec<u8>)>, StoreFault> {
        let rows = self.scan_prefix(table, &office.0, max)?;
        rows.into_iter().map(|(key, value)| Ok((MatterId(id32(&key[32..])?), value))).collect()
    }

    /// Matters that were here and are elsewhere, after the one given, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn followed(&self, after: Option<MatterId>, max: usize) -> Result<Vec<MatterId>, StoreFault> {
        let from = after.map_or_else(Vec::new, |matter| key(&[&matter.0, &[0]]));
        let rows = self.scan(Table::FOLLOWED, &from, &[0xff; 33], max)?;
        rows.into_iter().map(|(key, _)| Ok(MatterId(id32(&key)?))).collect()
    }
}
