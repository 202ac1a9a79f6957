//! What goes on in a world beside ordinary work: faults of clocks and disks, an adversary, a guard
//! that was switched off, somebody who restores a backup. One of them, one path.

use super::World;

/// Something that goes on in a world. It is asked once a second and may do anything with the world;
/// whatever it does by chance it draws from the world's own generator, so that a seed repeats it.
pub trait Happening {
    /// A second has passed.
    fn second(&mut self, world: &mut World);

    /// Faults end now. What was broken must be made whole, so that everything can arrive.
    fn heal(&mut self, _world: &mut World) {}
}

impl World {
    /// Adds something that goes on from now.
    pub fn goes_on(&mut self, happening: impl Happening + 'static) {
        self.happenings.push(Box::new(happening));
    }

    /// Asks everything that goes on. What is added meanwhile is asked from the next second.
    pub(super) fn every_happening(&mut self, ask: impl Fn(&mut dyn Happening, &mut Self)) {
        let mut going_on = std::mem::take(&mut self.happenings);
        for happening in &mut going_on {
            ask(happening.as_mut(), self);
        }
        going_on.append(&mut self.happenings);
        self.happenings = going_on;
    }
}
