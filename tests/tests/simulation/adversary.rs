//! Nodes in the adversary's hands, beside all other faults; promises are judged among the honest.

use mohar_tests::runs::{Plan, judge};

/// Seeds tried with one and with several hostile nodes.
const SEEDS: u64 = 6;

fn honest_promises_hold(hostile: usize) {
    for seed in 0..super::setting("MOHAR_SIM_HOSTILE_SEEDS", SEEDS) {
        let mut world = Plan::draw(50_000 + seed).begin(None);
        let nodes = world.nodes.len();
        world.take_over((0..nodes).rev().take(hostile).collect());
        let broken = judge(&mut world);
        assert!(broken.is_empty(), "seed {}, {hostile} hostile: {broken:#?}", world.seed);
    }
}

#[test]
fn one_hostile_node_breaks_no_promise_between_the_honest() {
    honest_promises_hold(1);
}

#[test]
fn hostile_mirrors_and_witnesses_in_numbers_break_no_promise_between_the_honest() {
    honest_promises_hold(4);
}
