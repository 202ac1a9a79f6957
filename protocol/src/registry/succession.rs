//! Offices divide, merge, come under another office and end, by order of the authority above them.
//!
//! An order stands in the register of the office that gives it (or beside the charter), so it needs
//! nothing of the office that it is about, which may have burnt down. What the orders lead to is
//! computed anew from all of them whenever one is added: registers may be folded in any sequence,
//! and the result is the same. Nothing here reads a clock: a dated order waits for a `commence`.

use std::sync::Arc;

use super::{Register, Registry};
use crate::act::body::{CHILDREN_MAX, PARTS_MAX, Part};
use crate::act::{Body, VerifiedAct};
use crate::id::{ActId, OfficeId};
use crate::limits::REGISTER_TEXT_BYTES_MAX;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Orders of one authority: three a year for thirty years, with room in its dossier for the
/// endorsements of each.
const ORDERS_PER_GIVER_MAX: usize = 100;

/// What an order changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The office is divided.
    Divide {
        /// Whether it goes on with what is left.
        goes_on: bool,
        /// What each successor takes.
        parts: Vec<Part>,
    },
    /// The office becomes part of another one.
    Merge {
        /// Which one.
        into: OfficeId,
    },
    /// The office comes under another one.
    Move {
        /// Which one; the charter when absent.
        to: Option<OfficeId>,
        /// Its path from then on.
        path: String,
    },
    /// The office ends.
    Close {
        /// Who keeps its files.
        keeper: OfficeId,
    },
}

/// An order of succession.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The act.
    pub act: ActId,
    /// The office that gives it; the charter when absent.
    pub giver: Option<OfficeId>,
    /// The day from which it counts; at once when absent.
    pub effective: Option<Timestamp>,
    /// The office that it is about.
    pub office: OfficeId,
    /// What changes.
    pub change: Change,
    /// The position of the giver's register (or the charter) at which it was given, and the time
    /// that the giver declared: the sequence of one giver's orders, whatever way they came.
    given: (u64, Timestamp),
}

/// What the orders in force have made of an office.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Succession {
    pub parent: Option<Option<OfficeId>>,
    pub path: Option<String>,
    pub ended: Option<ActId>,
    pub successors: Vec<(ActId, OfficeId)>,
}

impl Order {
    /// The order that an act gives, if it is one.
    fn of(act: &VerifiedAct) -> Option<Self> {
        let (effective, office, change) = match act.body() {
            Body::SucceedDivide(body) => {
                let change = Change::Divide { goes_on: body.goes_on, parts: body.parts.clone() };
                (body.effective, body.office, change)
            }
            Body::SucceedMerge(body) => (body.effective, body.office, Change::Merge { into: body.into }),
            Body::SucceedParent(body) => {
                (body.effective, body.office, Change::Move { to: body.to, path: body.path.clone() })
            }
            Body::SucceedClose(body) => (body.effective, body.office, Change::Close { keeper: body.keeper }),
            _ => return None,
        };
        let given = (act.header().number, act.header().time);
        Some(Self { act: act.id(), giver: act.header().office, effective, office, change, given })
    }

    /// The offices that take files under this order.
    pub fn successors(&self) -> Vec<OfficeId> {
        match &self.change {
            Change::Divide { parts, .. } => parts.iter().map(|part| part.office).collect(),
            Change::Merge { into } => vec![*into],
            Change::Close { keeper } => vec![*keeper],
            Change::Move { .. } => Vec::new(),
        }
    }

    /// Whether the office ends with it.
    pub const fn ends(&self) -> bool {
        match self.change {
            Change::Divide { goes_on, .. } => !goes_on,
            Change::Merge { .. } | Change::Close { .. } => true,
            Change::Move { .. } => false,
        }
    }

    fn is_sound(&self) -> bool {
        match &self.change {
            Change::Divide { parts, .. } => {
                (1..=PARTS_MAX).contains(&parts.len())
                    && parts.iter().all(|part| part.children.len() <= CHILDREN_MAX)
            }
            Change::Move { path, .. } => path.len() <= REGISTER_TEXT_BYTES_MAX,
            _ => true,
        }
    }
}

impl Registry {
    /// Orders that are in force and have had their effect.
    pub fn orders_in_force(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| self.effects.contains(&order.act))
    }

    /// Orders of an office that enough of its keys have signed.
    pub fn orders_given_by(&self, office: OfficeId) -> impl Iterator<Item = ActId> {
        let given = move |order: &&Order| order.giver == Some(office) && self.is_signed(order);
        self.orders.iter().filter(given).map(|order| order.act)
    }

    /// The order that an act gives, if it may be taken up.
    ///
    /// # Errors
    /// [`Refusal::NotAuthority`] beyond the bounds of an order and of its giver.
    pub(super) fn order_of(&self, act: &VerifiedAct) -> Result<Option<Order>, Refusal> {
        let Some(order) = Order::of(act) else { return Ok(None) };
        let given = self.orders.iter().filter(|known| known.giver == order.giver).count();
        if order.is_sound() && given < ORDERS_PER_GIVER_MAX {
            Ok(Some(order))
        } else {
            Err(Refusal::NotAuthority)
        }
    }

    /// Takes up an order that was folded into its giver's register or the charter.
    pub(super) fn take_order(&mut self, order: Order) {
        self.orders.push(order);
        self.orders.sort_by_key(|order| (order.giver, order.given, order.act));
        self.settle_orders();
    }

    /// Whether files of an office may go to another one under an order.
    ///
    /// # Errors
    /// [`Refusal::NotSuccessor`].
    pub fn check_successor(&self, order: ActId, from: OfficeId, to: OfficeId) -> Result<(), Refusal> {
        let fits = |order: &&Order| order.office == from && order.successors().contains(&to);
        let known = self.orders_in_force().find(|known| known.act == order).filter(fits);
        known.map(drop).ok_or(Refusal::NotSuccessor)
    }

    /// Orders that the node of an office has to bring into force now: about the office itself, and
    /// dated ones that it gave.
    pub fn orders_due(&self, office: &OfficeId, now: Timestamp) -> Vec<ActId> {
        let Ok(register) = self.office(office) else { return Vec::new() };
        let concerns = |order: &&Order| {
            let dated_own = order.giver == Some(*office) && order.effective.is_some();
            (order.office == *office || dated_own) && register.commenced(&order.act).is_none()
        };
        let is_due = |order: &&Order| {
            order.effective.is_none_or(|day| day <= now)
                && (self.effects.contains(&order.act) || self.would_apply(order))
        };
        self.orders.iter().filter(concerns).filter(is_due).map(|order| order.act).collect()
    }

    /// Computes what the orders have made of the offices. An order takes effect when it is in force
    /// and its giver is above the office at that point; the first such one of all goes first.
    pub(super) fn settle_orders(&mut self) {
        for office in std::mem::take(&mut self.touched) {
            if let Some(register) = self.offices.get_mut(&office) {
                Arc::make_mut(register).succession = Succession::default();
            }
        }
        self.effects.clear();
        let mut spent: Vec<ActId> = Vec::new();
        while let Some(order) = self.next_order(&spent) {
            spent.push(order.act);
            spent.extend(self.consent_to(&order, &spent));
            self.effects.insert(order.act);
            self.apply_order(&order);
        }
    }

    fn next_order(&self, spent: &[ActId]) -> Option<Order> {
        let open = |order: &&Order| !spent.contains(&order.act) && self.has_commenced(order);
        let mut open = self.orders.iter().filter(open);
        open.find(|order| self.fits(order) && self.has_consent(order, spent)).cloned()
    }

    /// Whether an order would take effect once it has commenced.
    fn would_apply(&self, order: &Order) -> bool {
        let spent: Vec<ActId> = self.effects.iter().copied().collect();
        self.is_signed(order) && self.fits(order) && self.has_consent(order, &spent)
    }

    fn is_signed(&self, order: &Order) -> bool {
        match order.giver {
            None => self.charter.is_ordered(&order.act),
            Some(giver) => self.office(&giver).is_ok_and(|register| register.is_in_force(&order.act)),
        }
    }

    fn has_commenced(&self, order: &Order) -> bool {
        let by = |office: OfficeId| {
            self.office(&office).is_ok_and(|register| register.commenced(&order.act).is_some())
        };
        let dated = order.effective.is_some();
        self.is_signed(order) && (!dated || by(order.office) || order.giver.is_some_and(by))
    }

    /// The giver is above the office and above everyone whom the order gives something to.
    fn fits(&self, order: &Order) -> bool {
        let below_giver = |office: &OfficeId| {
            self.office(office).is_ok_and(|r| r.parent() == order.giver && r.ended().is_none())
        };
        if !below_giver(&order.office) {
            return false;
        }
        let successors = order.successors();
        let takes = |office: &OfficeId| *office != order.office && below_giver(office);
        match &order.change {
            Change::Divide { .. } | Change::Merge { .. } => successors.iter().all(takes),
            Change::Close { keeper } => Some(*keeper) == order.giver || takes(keeper),
            Change::Move { to, .. } => *to != order.giver && self.may_take(order.office, *to),
        }
    }

    /// A new parent is known, goes on, and is not below the office itself.
    fn may_take(&self, office: OfficeId, to: Option<OfficeId>) -> bool {
        to.is_none_or(|to| {
            self.office(&to).is_ok_and(|register| register.ended().is_none())
                && self.line_above(&to).all(|above| above.id() != office)
        })
    }

    fn has_consent(&self, order: &Order, spent: &[ActId]) -> bool {
        !matches!(order.change, Change::Move { .. }) || self.consent_to(order, spent).is_some()
    }

    /// The same move, said by the new parent.
    fn consent_to(&self, order: &Order, spent: &[ActId]) -> Option<ActId> {
        let Change::Move { to, .. } = &order.change else { return None };
        let same = |other: &&Order| {
            other.giver == *to
                && (other.office, &other.change) == (order.office, &order.change)
                && !spent.contains(&other.act)
                && self.is_signed(other)
        };
        self.orders.iter().find(same).map(|consent| consent.act)
    }

    fn apply_order(&mut self, order: &Order) {
        match &order.change {
            Change::Divide { parts, .. } => {
                for part in parts {
                    self.take_children(order.office, part.office, &part.children);
                }
            }
            Change::Merge { into } => {
                let below = |register: &&Register| register.parent() == Some(order.office);
                let children: Vec<_> = self.offices().filter(below).map(Register::id).collect();
                self.take_children(order.office, *into, &children);
            }
            Change::Move { to, path } => {
                self.repath(order.office, path);
                self.change_succession(order.office, |succession| succession.parent = Some(*to));
            }
            Change::Close { .. } => {}
        }
        let successors = order.successors().into_iter().map(|office| (order.act, office));
        let ended = order.ends().then_some(order.act);
        self.change_succession(order.office, |succession| {
            succession.successors.extend(successors);
            succession.ended = ended.or(succession.ended);
        });
    }

    /// Children of an office come under its successor; their paths follow.
    fn take_children(&mut self, from: OfficeId, to: OfficeId, children: &[OfficeId]) {
        let path_of = |office: &OfficeId| self.offices.get(office).map(|r| r.path().to_owned());
        let (Some(old), Some(new)) = (path_of(&from), path_of(&to)) else { return };
        for child in children {
            let Some(register) = self.offices.get(child) else { continue };
            if register.parent() != Some(from) {
                continue;
            }
            if let Some(path) = below(register.path(), &old, &new) {
                self.repath(*child, &path);
            }
            self.change_succession(*child, |succession| succession.parent = Some(Some(to)));
        }
    }

    /// Gives an office a path; the paths of the offices below it follow.
    fn repath(&mut self, office: OfficeId, path: &str) {
        let Some(old) = self.offices.get(&office).map(|register| register.path().to_owned()) else { return };
        let is_below = |id: &OfficeId| self.line_above(id).any(|above| above.id() == office);
        let mut moved: Vec<(OfficeId, String)> = vec![(office, path.to_owned())];
        for register in self.offices() {
            if let Some(path) = below(register.path(), &old, path)
                && is_below(&register.id())
            {
                moved.push((register.id(), path));
            }
        }
        for (office, path) in moved {
            self.change_succession(office, |succession| succession.path = Some(path));
        }
    }

    fn change_succession(&mut self, office: OfficeId, change: impl FnOnce(&mut Succession)) {
        if let Some(register) = self.offices.get_mut(&office) {
            change(&mut Arc::make_mut(register).succession);
            self.touched.insert(office);
        }
    }
}

/// A path below `old`, put below `new`.
fn below(path: &str, old: &str, new: &str) -> Option<String> {
    let rest = path.strip_prefix(old)?.strip_prefix('/')?;
    Some(format!("{new}/{rest}"))
}
