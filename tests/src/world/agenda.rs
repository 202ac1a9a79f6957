//! What will happen, in the order of time; what falls on one moment happens as it was entered.

use std::collections::BTreeMap;

use mohar_protocol::time::Timestamp;

/// Something that will happen.
pub(super) enum Event {
    /// A frame arrives. `generation` is that of the link it was sent over.
    Deliver { from: usize, to: usize, generation: u64, frame: Vec<u8> },
    /// A node is given its tick.
    Tick(usize),
    /// An officer of a node looks at the desk.
    Officer(usize),
    /// A node that went down comes up.
    Restart(usize),
    /// Once a second, for whatever else goes on in the world.
    Second,
    /// Two nodes try to link.
    Connect(usize, usize),
    /// A cut between two nodes ends.
    Heal(usize, usize),
    /// A one-way cut ends.
    HealOneWay(usize, usize),
    /// A link breaks.
    Break(usize, usize),
}

/// Events by time.
#[derive(Default)]
pub(super) struct Agenda {
    events: BTreeMap<(Timestamp, u64), Event>,
    sequence: u64,
}

impl Agenda {
    /// Enters an event.
    pub(super) fn enter(&mut self, at: Timestamp, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }

    /// Brings what recurs back to its usual pace: within the next seconds.
    pub(super) fn bring_near(&mut self, now: Timestamp) {
        let soon = now.plus_ms(5_000);
        let is_late = |at: &Timestamp, event: &Event| {
            *at > soon && matches!(event, Event::Tick(_) | Event::Officer(_) | Event::Second)
        };
        let late: Vec<_> = self.events.extract_if(.., |(at, _), event| is_late(at, event)).collect();
        for ((at, _), event) in late {
            self.enter(now.plus_ms(at.0 % 1_000), event);
        }
    }

    /// Takes the next event out, if it falls not later than `end`.
    pub(super) fn next(&mut self, end: Timestamp) -> Option<(Timestamp, Event)> {
        let entry = self.events.first_entry().filter(|entry| entry.key().0 <= end)?;
        let ((at, _), event) = entry.remove_entry();
        Some((at, event))
    }
}
