//! One run of a world: work under faults, judged all the time and looked over now and then; then
//! faults end, and everything has to arrive.

pub mod long;

use mohar_protocol::entropy::Entropy;

use crate::invariants::{ALWAYS, HEALED, check};
use crate::world::newer::NewerRelease;
use crate::world::oracle::Violation;
use crate::world::{Mutation, World, WorldFaults};

/// The rounds of work and the time of each: three times half a minute.
const ROUNDS: usize = 3;
const ROUND_MS: u64 = 30_000;

/// What a seed stands for.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// Offices.
    pub offices: usize,
    /// What may go wrong.
    pub faults: WorldFaults,
    /// Whether one office runs a newer release.
    pub newer: bool,
}

impl Plan {
    /// Draws a plan from a seed: five to twenty offices, and some of the faults.
    pub fn draw(seed: u64) -> Self {
        let mut start = [7; 32];
        start[..8].copy_from_slice(&seed.to_be_bytes());
        let mut rng = Entropy::from_seed(start);
        let offices = 5 + (rng.next_u64() % 16) as usize;
        let faults = WorldFaults::draw(&mut rng);
        Self { seed, offices, faults, newer: rng.next_u64().is_multiple_of(3) }
    }

    /// The world at its beginning.
    pub fn begin(&self, mutation: Option<Mutation>) -> World {
        let mut world = World::found(self.seed, self.offices, self.faults, mutation);
        if self.newer || mutation == Some(Mutation::RelayDropsUnknown) {
            world.goes_on(NewerRelease { node: 0 });
        }
        world
    }
}

/// Runs a seed. What was broken comes with the world in which it was.
pub fn run(seed: u64, mutation: Option<Mutation>) -> (World, Vec<Violation>) {
    let mut world = Plan::draw(seed).begin(mutation);
    let broken = judge(&mut world);
    (world, broken)
}

/// Lets a world work and heal, and judges it. Ends early when something is broken.
pub fn judge(world: &mut World) -> Vec<Violation> {
    for _ in 0..ROUNDS {
        world.run(ROUND_MS);
        world.sleep_through_outage();
        let broken = check(world, ALWAYS);
        if !broken.is_empty() {
            return broken;
        }
    }
    world.heal();
    let mut broken = check(world, ALWAYS);
    broken.extend(check(world, HEALED));
    broken
}

/// Runs seeds with a guard switched off until the promise it keeps is seen broken.
pub fn seeds_to_catch(mutation: Mutation, seeds_max: u64) -> Option<u64> {
    let caught = |seed: &u64| {
        let (_, broken) = run(1_000 + seed, Some(mutation));
        broken.iter().any(|violation| violation.invariant == mutation.invariant())
    };
    (0..seeds_max).find(caught).map(|seed| seed + 1)
}
