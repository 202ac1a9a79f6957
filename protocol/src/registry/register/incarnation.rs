//! Incarnations of an office: which machine speaks for it, from which place of its log on, and by
//! whose word. Never judges a log: that is the audit's and the machine's.

use super::Register;
use crate::act::body::Incarnate;
use crate::id::ActId;
use crate::keys::PublicKey;
use crate::log::tree::Head;
use crate::refusal::Refusal;
use crate::registry::authority::Authority;
use crate::sealing::SealingPublic;

/// The machine that speaks for an office.
#[derive(Debug, Clone)]
pub struct Incarnation {
    /// The act that named it.
    pub act: ActId,
    /// Counts from 1.
    pub number: u32,
    /// Signs node acts and checkpoints.
    pub signing: PublicKey,
    /// Identity on the network.
    pub transport: PublicKey,
    /// Cosigns as a mirror.
    pub mirror: PublicKey,
    /// Cosigns as a witness.
    pub witness: PublicKey,
    /// Receives wrapped matter keys.
    pub sealing: SealingPublic,
    /// The head of the office log from which it goes on.
    pub start: Head,
    /// The largest size of the log that anybody had seen; above the start, the rest is given up.
    pub lost_to: u64,
    /// Whether enough keys have signed it. Once in force it stays so.
    pub in_force: bool,
}

impl Incarnation {
    /// Whether a head of this size, signed by an earlier incarnation, is void.
    pub fn voids(&self, size: u64) -> bool {
        self.in_force && size > self.start.size
    }

    /// Whether leaves beyond the start, seen by somebody up to this size, were given up by authority.
    pub const fn gives_up(&self, size: u64) -> bool {
        self.lost_to > self.start.size && size <= self.lost_to
    }
}

impl Register {
    /// The incarnation in force: the last whose threshold was reached.
    pub fn incarnation(&self) -> Option<&Incarnation> {
        self.incarnations.iter().rev().find(|incarnation| incarnation.in_force)
    }

    /// The incarnation with this number, current or past.
    pub fn incarnation_number(&self, number: u32) -> Option<&Incarnation> {
        self.incarnations.iter().find(|i| i.number == number && i.in_force)
    }

    /// The incarnation that signs heads of this size: the last that starts below it. Heads of an
    /// earlier one above that are void.
    pub fn incarnation_of_head(&self, size: u64) -> Option<&Incarnation> {
        self.incarnations.iter().rev().find(|i| i.in_force && (i.start.size < size || i.number == 1))
    }

    /// Whether an incarnation may once have signed a head of this size: before a later one started, or
    /// what a later one has given up.
    pub fn may_have_signed(&self, incarnation: &Incarnation, size: u64) -> bool {
        let mut later = self.incarnations.iter().filter(|later| later.number > incarnation.number);
        incarnation.in_force && later.all(|later| !later.voids(size) || later.gives_up(size))
    }

    /// All incarnations, in order.
    pub fn incarnations(&self) -> &[Incarnation] {
        &self.incarnations
    }

    /// Numbers follow each other. The first starts an empty log; unless it gives leaves up no later
    /// one starts before the one in force.
    pub(super) fn check_incarnation(&self, body: &Incarnate) -> Result<(), Refusal> {
        if body.number != self.incarnations.last().map_or(1, |last| last.number + 1) {
            return Err(Refusal::IncarnationStale);
        }
        let starts = self.incarnation().map_or(0, |present| present.start.size);
        let sound = match body.number {
            1 => body.start == Head::empty() && body.lost_to == 0,
            _ => {
                body.lost_to > body.start.size
                    || (body.lost_to == body.start.size && body.start.size >= starts)
            }
        };
        if sound { Ok(()) } else { Err(Refusal::IncarnationStart) }
    }

    /// Puts incarnations in force that enough keys have signed: operating or recovery keys of the
    /// office, or the keys above it that may admit it. Once in force, always.
    pub(in crate::registry) fn settle(&mut self, above: Option<&Authority>) {
        for at in 0..self.incarnations.len() {
            let act = self.incarnations[at].act;
            let by_above = above
                .zip(self.proposals.get(&act))
                .is_some_and(|(above, signers)| above.stands(&act, signers));
            self.incarnations[at].in_force |= by_above || self.is_in_force(&act);
        }
    }

    /// What counts only because the office above said so: chain acts of its keys, and incarnations that
    /// the office's own keys did not bring into force.
    pub fn said_by_above(&self) -> impl Iterator<Item = ActId> {
        let incarnations = self.incarnations.iter().filter(|i| i.in_force).map(|i| i.act);
        let endorsed = incarnations.filter(|act| !self.from_above.contains(act) && !self.is_in_force(act));
        self.from_above.iter().copied().chain(endorsed)
    }
}
