//! Rows of what stands beside a chain: acts that mirrors know, rivals and orphans; forks; orders.

use std::collections::BTreeSet;

use minicbor::{Decode, Encode};

use super::{Records, StoreFault, Table, id32, key};
use crate::act::VerifiedAct;
use crate::codec;
use crate::id::{ActId, MatterId, OfficeId};

/// Acts kept beside one chain: as long as the longest chain that a bundle may hold.
pub const BRANCH_MAX: usize = 16_384;

/// An order of reassignment that this node has to do with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OrderState {
    /// Time anchors that the new office has logged since it logged the order.
    #[n(0)]
    pub anchors: u32,
    /// The old office has shown that it is alive.
    #[n(1)]
    pub contested: bool,
    /// The authority that gave it; none when it was the charter.
    #[n(2)]
    pub giver: Option<OfficeId>,
}

/// Two acts that cannot both stand in one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Fork {
    /// The one with the smaller id.
    #[n(0)]
    pub first: ActId,
    /// The other.
    #[n(1)]
    pub second: ActId,
}

impl Records<'_> {
    /// Keeps a chain act that is not, or not yet, part of the chain here.
    pub fn put_branch(&mut self, act: &VerifiedAct) {
        self.put(Table::BRANCHES, branch_key(act), Vec::new());
        self.put_act(act);
    }

    /// Forgets that an act stands beside its chain: it has become part of it.
    pub fn delete_branch(&mut self, act: &VerifiedAct) {
        self.delete(Table::BRANCHES, branch_key(act));
    }

    /// Whether an act is kept beside its chain.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn is_branch(&self, act: &VerifiedAct) -> Result<bool, StoreFault> {
        Ok(self.get(Table::BRANCHES, &branch_key(act))?.is_some())
    }

    /// Acts kept beside a chain from a number on, in the order of numbers, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn branches(&self, matter: &MatterId, from: u64, max: usize) -> Result<Vec<ActId>, StoreFault> {
        let until = key(&[&matter.0, &[0xff; 41]]);
        let rows = self.scan(Table::BRANCHES, &key(&[&matter.0, &from.to_be_bytes()]), &until, max)?;
        rows.into_iter().map(|(key, _)| Ok(ActId(id32(&key[40..])?))).collect()
    }

    /// Acts kept beside a chain at one number.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn branches_at(&self, matter: &MatterId, number: u64) -> Result<Vec<ActId>, StoreFault> {
        let rows =
            self.scan_prefix(Table::BRANCHES, &key(&[&matter.0, &number.to_be_bytes()]), BRANCH_MAX)?;
        rows.into_iter().map(|(key, _)| Ok(ActId(id32(&key[40..])?))).collect()
    }

    /// The orphan branch of a matter: acts of an epoch that is over and that its chain left out.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn orphans(&self, matter: &MatterId) -> Result<Vec<VerifiedAct>, StoreFault> {
        let Some(state) = self.matter(matter)? else { return Ok(Vec::new()) };
        let mut orphans = Vec::new();
        for id in self.branches(matter, 0, BRANCH_MAX)? {
            let act = self.expect_act(&id)?;
            let is_past = act.header().epoch < state.epoch;
            if is_past && self.chain_at(matter, act.header().number)? != Some(id) {
                orphans.push(act);
            }
        }
        Ok(orphans)
    }

    /// The last act that this node knows of a matter, in its chain or in a log that is mirrored
    /// here: what an order of reassignment names. Of two at one number the one in the chain.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn last_known(&self, matter: &MatterId) -> Result<Option<VerifiedAct>, StoreFault> {
        let head = self.matter(matter)?.map(|state| self.expect_act(&state.head)).transpose()?;
        let mut last = head;
        for id in self.branches(matter, 0, BRANCH_MAX)? {
            let act = self.expect_act(&id)?;
            let at = |act: &VerifiedAct| (act.header().epoch, act.header().number);
            if last.as_ref().is_none_or(|last| at(last) < at(&act)) {
                last = Some(act);
            }
        }
        Ok(last)
    }

    /// Matters that this node knows of, from its own chains or from a log that is mirrored here, in the
    /// order of their ids: those after `after`, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn known_matters(&self, after: Option<&MatterId>, max: usize) -> Result<Vec<MatterId>, StoreFault> {
        let from = after.map_or_else(Vec::new, after_matter);
        let mut known = BTreeSet::new();
        for (row, _) in self.scan(Table::MATTERS, &from, &[0xff; 33], max)? {
            known.insert(MatterId(id32(&row)?));
        }
        // A matter has many rows here: each look finds the first one of the next matter.
        let mut from = from;
        for _ in 0..max {
            let Some((row, _)) = self.scan(Table::BRANCHES, &from, &[0xff; 73], 1)?.pop() else { break };
            let matter = MatterId(id32(&row[..32])?);
            from = after_matter(&matter);
            known.insert(matter);
        }
        Ok(known.into_iter().take(max).collect())
    }

    /// The state of an order that this node has to do with.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn order(&self, matter: &MatterId, order: &ActId) -> Result<Option<OrderState>, StoreFault> {
        self.get_value(Table::ORDERS, &key(&[&matter.0, &order.0]), "read an order")
    }

    /// Keeps the state of an order.
    pub fn put_order(&mut self, matter: &MatterId, order: &ActId, state: OrderState) {
        self.put(Table::ORDERS, key(&[&matter.0, &order.0]), codec::encode(&state));
    }

    /// Forgets an order that is done with. The acts stay.
    pub fn delete_order(&mut self, matter: &MatterId, order: &ActId) {
        self.delete(Table::ORDERS, key(&[&matter.0, &order.0]));
    }

    /// Orders that this node has to do with, of one matter or of all, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn orders(
        &self,
        matter: Option<&MatterId>,
        max: usize,
    ) -> Result<Vec<(MatterId, ActId, OrderState)>, StoreFault> {
        let prefix = matter.map_or(&[][..], |matter| &matter.0);
        let read = |(key, value): (Vec<u8>, Vec<u8>)| {
            let state =
                codec::decode(&value, usize::MAX).map_err(|e| StoreFault::because("read an order", e))?;
            Ok((MatterId(id32(&key[..32])?), ActId(id32(&key[32..])?), state))
        };
        self.scan_prefix(Table::ORDERS, prefix, max)?.into_iter().map(read).collect()
    }

    /// The proof that a matter was forked in an epoch.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn fork(&self, matter: &MatterId, epoch: u32) -> Result<Option<Fork>, StoreFault> {
        self.get_value(Table::FORKS, &key(&[&matter.0, &epoch.to_be_bytes()]), "read a fork proof")
    }

    /// Keeps the proof that a matter was forked in an epoch.
    pub fn put_fork(&mut self, matter: &MatterId, epoch: u32, fork: Fork) {
        self.put(Table::FORKS, key(&[&matter.0, &epoch.to_be_bytes()]), codec::encode(&fork));
    }

    /// All proofs of forks, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn forks(&self, max: usize) -> Result<Vec<(MatterId, Fork)>, StoreFault> {
        let read = |(key, value): (Vec<u8>, Vec<u8>)| {
            let fork =
                codec::decode(&value, usize::MAX).map_err(|e| StoreFault::because("read a fork", e))?;
            Ok((MatterId(id32(&key[..32])?), fork))
        };
        self.scan_prefix(Table::FORKS, &[], max)?.into_iter().map(read).collect()
    }

    /// Takes an act out of the chain; it is kept beside it.
    pub fn displace(&mut self, act: &VerifiedAct) {
        self.delete(Table::CHAINS, key(&[&act.matter().0, &act.header().number.to_be_bytes()]));
        self.put_branch(act);
    }

    /// Notes that an office that had a matter has to be told that it was taken up elsewhere.
    pub fn put_released(&mut self, office: &OfficeId, matter: &MatterId, take_up: &ActId) {
        self.put(Table::RELEASED, key(&[&office.0, &matter.0]), take_up.0.to_vec());
    }

    /// The office knows.
    pub fn delete_released(&mut self, office: &OfficeId, matter: &MatterId) {
        self.delete(Table::RELEASED, key(&[&office.0, &matter.0]));
    }
}

/// Above every row of a matter, below every row of the next one.
fn after_matter(matter: &MatterId) -> Vec<u8> {
    key(&[&matter.0, &[0xff; 41]])
}

fn branch_key(act: &VerifiedAct) -> Vec<u8> {
    key(&[&act.matter().0, &act.header().number.to_be_bytes(), &act.id().0])
}
