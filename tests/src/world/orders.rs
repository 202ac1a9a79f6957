//! Offices that die for good, and the offices above them that have their files taken up elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use mohar_protocol::act::Holder;
use mohar_protocol::ceremony;
use mohar_protocol::codec;
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::machine::Request;
use mohar_protocol::records::{Records, Table};

use super::World;

impl World {
    /// A node burns down with everything on its disk; it never comes back.
    pub fn burn(&mut self, node: usize) {
        self.nodes[node].lost = true;
        self.crash(node);
    }

    /// A node that may be lost: the offices above all of its offices live elsewhere, so that somebody
    /// is left to give orders, and it is not the one in which the root office lives.
    pub fn expendable(&self) -> Option<usize> {
        (1..self.nodes.len()).rev().find(|node| {
            self.nodes[*node].offices.iter().all(|office| {
                let above = self.state.registry.office(&self.state.offices[*office].id);
                let above = above.ok().and_then(|register| register.parent());
                above.is_some_and(|above| !self.is_hosted(*node, &above))
            })
        })
    }

    /// Whether an office lived on a node that burnt down.
    pub fn is_lost(&self, office: &OfficeId) -> bool {
        (0..self.nodes.len()).any(|node| self.nodes[node].lost && self.is_hosted(node, office))
    }

    /// The offices above order everything that the dead ones held to be taken up at the post of an
    /// office that lives. Returns which matters were ordered; one whose node is down orders nothing.
    pub fn reassign_all(&mut self, window: u32) -> BTreeSet<MatterId> {
        let mut ordered = BTreeSet::new();
        for node in 0..self.nodes.len() {
            if self.nodes[node].machine.is_none() {
                continue;
            }
            for (above, child) in self.lost_below(node) {
                for (matter, named) in self.known_at(node, &child) {
                    if self.is_whole(named) && ordered.insert(matter) {
                        self.order(node, above, named, window);
                    }
                }
            }
        }
        ordered
    }

    /// Dead offices whose office above lives on a node, with the index of that one.
    fn lost_below(&self, node: usize) -> Vec<(usize, OfficeId)> {
        let offices = self.state.offices.iter().map(|office| office.id);
        let dead: Vec<OfficeId> = offices.filter(|office| self.is_lost(office)).collect();
        let above = |child: &OfficeId| self.state.registry.office(child).ok()?.parent();
        let here = &self.nodes[node].offices;
        dead.into_iter()
            .filter_map(|child| {
                let parent = above(&child)?;
                let at = here.iter().copied().find(|at| self.state.offices[*at].id == parent)?;
                Some((at, child))
            })
            .collect()
    }

    /// Matters that a node knows to be held by an office, with the last act it knows of each.
    fn known_at(&self, node: usize, office: &OfficeId) -> Vec<(MatterId, ActId)> {
        let store = &self.nodes[node].store;
        let records = Records::new(store.as_written());
        let rows = store.rows(Table::MATTERS).chain(store.rows(Table::BRANCHES));
        let matters: BTreeSet<MatterId> =
            rows.filter_map(|(key, _)| key.first_chunk::<32>().copied().map(MatterId)).collect();
        let held = |id: MatterId| {
            let last = records.last_known(&id).expect("memory")?;
            // A second order beside an open one would be a second answer to one question.
            let open = !records.orders(Some(&id), 1).expect("memory").is_empty();
            (last.header().holder?.office == *office && !open).then(|| (id, last.id()))
        };
        matters.into_iter().filter_map(held).collect()
    }

    /// Whether the living together have every act up to this one. What no mirror had received when
    /// the office burnt down is gone, and with it what followed.
    fn is_whole(&self, named: ActId) -> bool {
        let mut wanted = Some(named);
        while let Some(act) = wanted {
            let living = self.nodes.iter().filter(|node| !node.lost);
            let mut kept = living.filter_map(|node| Records::new(node.store.as_written()).act(&act).ok()?);
            let Some(act) = kept.next() else { return false };
            wanted = act.header().previous;
        }
        true
    }

    /// How a matter stands at every living node, for a failing run.
    pub fn tell(&self, matter: &MatterId) -> String {
        let tell = |(at, node): (usize, &super::Node)| {
            let records = Records::new(node.store.as_written());
            let known = records.matter(matter).ok()?.map(|m| (m.epoch, m.number, m.holder, m.phase));
            let orders = records.orders(Some(matter), 9).ok()?;
            let last = records.last_known(matter).ok()?.map(|act| (act.header().number, act.id()));
            Some(format!("\n  node {at}: {known:?}, last {last:?}, orders {orders:?}"))
        };
        self.nodes.iter().enumerate().filter(|(_, node)| !node.lost).filter_map(tell).collect()
    }

    fn order(&mut self, node: usize, above: usize, named: ActId, window: u32) {
        let alive: Vec<usize> =
            (0..self.state.offices.len()).filter(|at| !self.is_lost(&self.state.offices[*at].id)).collect();
        let to = alive[(self.rng.next_u64() % alive.len() as u64) as usize];
        let to = Holder { office: self.state.offices[to].id, post: self.state.offices[to].posts[0].post };
        let named = Records::new(self.nodes[node].store.as_written())
            .expect_act(&named)
            .expect("an act that is kept");
        let keys = [self.state.offices[above].keys.operating.clone()];
        let acts = ceremony::reassign(&self.state.registry, &named, to, window, &keys, self.now);
        let acts = acts.expect("an order by the keys above");
        self.ask(node, Request::Reassign(acts));
    }

    /// What a dead office holds, as far as the living know: the matters that wait for an order. Who
    /// knows a matter furthest counts: an office that was only offered it remembers it as it was then.
    pub fn held_by_the_lost(&self) -> BTreeSet<MatterId> {
        let mut newest: BTreeMap<MatterId, ((u32, u64), OfficeId)> = BTreeMap::new();
        for node in self.nodes.iter().filter(|node| !node.lost) {
            for (_, value) in node.store.rows(Table::MATTERS) {
                let matter: Matter = codec::decode(value, usize::MAX).expect("a row of ours");
                let told = ((matter.epoch, matter.number), matter.holder.office);
                let known = newest.entry(matter.id).or_insert(told);
                if known.0 < told.0 {
                    *known = told;
                }
            }
        }
        let held = newest.into_iter().filter(|(_, (_, holder))| self.is_lost(holder));
        held.map(|(matter, _)| matter).collect()
    }
}
