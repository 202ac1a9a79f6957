//! Seeds and more seeds. `MOHAR_SIM_SECONDS` says how long (default 20), never fewer than
//! `MOHAR_SIM_SEEDS_MIN` seeds (default 8); `MOHAR_SIM_SEED=n` repeats one run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mohar_tests::runs::run;

use super::setting;

#[test]
fn every_promise_holds_under_faults_for_every_seed() {
    if let Ok(seed) = std::env::var("MOHAR_SIM_SEED") {
        let (world, judged) = run(seed.parse().expect("a number"), None);
        eprintln!(
            "acknowledged {} of {}, crashes {}, flips {}, stopped {:?}, refused {:?}, noted {:?}",
            world.oracle.acknowledged.len(),
            world.oracle.asked,
            world.oracle.crashes,
            world.oracle.flips,
            world.oracle.stopped,
            world.oracle.refused,
            world.oracle.noted
        );
        assert!(judged.is_empty(), "{judged:#?}");
        return;
    }
    let until = Instant::now() + Duration::from_secs(setting("MOHAR_SIM_SECONDS", 20));
    let at_least = setting("MOHAR_SIM_SEEDS_MIN", 8);
    let first = setting("MOHAR_SIM_FIRST_SEED", 0);
    let (next, acts, crashes) = (AtomicU64::new(first), AtomicU64::new(0), AtomicU64::new(0));
    let failures = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed - first >= at_least && Instant::now() >= until {
                        break;
                    }
                    let (world, judged) = run(seed, None);
                    acts.fetch_add(world.oracle.acknowledged.len() as u64, Ordering::Relaxed);
                    crashes.fetch_add(world.oracle.crashes, Ordering::Relaxed);
                    if let Some(first) = judged.first() {
                        let what = format!("seed {seed}: invariant {}: {}", first.invariant, first.what);
                        eprintln!("{what}");
                        failures.lock().expect("no panic while held").push(what);
                    }
                }
            });
        }
    });
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let seeds = next.into_inner() - first - workers;
    eprintln!(
        "simulation: {seeds} seeds, {} acknowledged acts, {} crashes",
        acts.into_inner(),
        crashes.into_inner()
    );
    let failures = failures.into_inner().expect("no panic while held");
    assert!(
        failures.is_empty(),
        "{} seeds failed, such as: {}",
        failures.len(),
        failures[..failures.len().min(5)].join("\n")
    );
}

#[test]
fn two_runs_of_one_seed_give_the_same_trace() {
    for seed in 0..setting("MOHAR_SIM_TWICE", 3) {
        let (one, two) = (run(seed, None).0, run(seed, None).0);
        assert_eq!(one.trace(), two.trace(), "seed {seed}");
        assert_eq!(one.oracle.acknowledged, two.oracle.acknowledged, "seed {seed}");
    }
}
