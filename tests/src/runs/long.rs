//! What the command `simulate` does: many seeds, many offices, long idleness, and the tables of it.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::{Plan, judge, seeds_to_catch};
use crate::invariants::NAMES;
use crate::small::{Budget, explore};
use crate::world::founding::{Founding, Graph, real as found_real};
use crate::world::oracle::Violation;
use crate::world::{Mutation, World, WorldFaults};

/// Threads that run seeds.
const THREADS: usize = 2;

/// Seeds after which progress is told.
const PROGRESS: u64 = 50;

/// Seeds tried to catch a mutation.
const CATCH_MAX: u64 = 200;

/// What may go wrong in a state of the real size: everything, but each thing seldom.
const REAL_FAULTS: WorldFaults = WorldFaults {
    crash_before_commit: 1,
    crash_after_commit: 1,
    frame_lost: 5,
    frame_twice: 5,
    frame_late: 2,
    link_breaks: 1,
    cut: 500,
    cut_one_way: 300,
    flapping: 200,
    disk_full: 1,
    clock_jump: 100,
    clock_stuck: 50,
    ..WorldFaults::NONE
};

/// Runs seeds on two threads.
///
/// # Errors
/// The seeds that failed, and how.
pub fn seeds(seeds: Range<u64>, hostile: usize) -> Result<String, String> {
    run_all(seeds, &|seed| {
        let mut world = Plan::draw(seed).begin(None);
        let nodes = world.nodes.len();
        if hostile > 0 {
            world.take_over((0..nodes).rev().take(hostile.min(nodes - 2)).collect());
        }
        let broken = judge(&mut world);
        (world, broken)
    })
}

/// Runs seeds of a state of the real shape.
///
/// # Errors
/// The seeds that failed, and how.
pub fn real(offices: usize, seeds: Range<u64>) -> Result<String, String> {
    let begun = Instant::now();
    let founding = Arc::new(found_real(Graph::of(offices), None));
    progress(&format!("{offices} offices founded in {} s", begun.elapsed().as_secs()));
    run_all(seeds, &|seed| {
        let mut world = World::begin(seed, &founding, REAL_FAULTS, None);
        let broken = judge(&mut world);
        (world, broken)
    })
}

type Run<'a> = &'a (dyn Fn(u64) -> (World, Vec<Violation>) + Sync);

fn run_all(seeds: Range<u64>, run: Run<'_>) -> Result<String, String> {
    let (begun, count) = (Instant::now(), seeds.end.saturating_sub(seeds.start));
    let (next, done) = (AtomicU64::new(seeds.start), AtomicU64::new(0));
    let (acts, crashes, commits) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    let (world, broken) = run(seed);
                    acts.fetch_add(world.oracle.acknowledged.len() as u64, Ordering::Relaxed);
                    crashes.fetch_add(world.oracle.crashes, Ordering::Relaxed);
                    commits.fetch_add(world.commits, Ordering::Relaxed);
                    if let Some(first) = broken.first() {
                        let what = format!("seed {seed}: invariant {}: {}", first.invariant, first.what);
                        progress(&what);
                        failures.lock().expect("no panic while held").push(what);
                    }
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if done.is_multiple_of(PROGRESS) {
                        progress(&format!("{done} of {count} seeds, {} s", begun.elapsed().as_secs()));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no panic while held");
    let (acts, crashes, commits) = (acts.into_inner(), crashes.into_inner(), commits.into_inner());
    let summary = format!(
        "{count} seeds, {acts} acknowledged acts, {commits} commits, {crashes} crashes, {} failed, {:.1} s",
        failures.len(),
        begun.elapsed().as_secs_f64()
    );
    if failures.is_empty() { Ok(summary) } else { Err(format!("{}\n{summary}", failures.join("\n"))) }
}

/// Every interleaving up to a depth.
///
/// # Errors
/// The paths that break a promise.
pub fn small(depth: usize) -> Result<String, String> {
    let begun = Instant::now();
    let found = explore(depth, Budget { wishes: 3, crashes: 1, losses: 1, minutes: 1 }, 64);
    let seconds = begun.elapsed().as_secs_f64();
    let report = format!(
        "depth {depth}: {} states {:?}, {} steps, {} settled, {seconds:.1} s",
        found.states, found.by_depth, found.steps, found.settled
    );
    if found.broken.is_empty() { Ok(report) } else { Err(format!("{report}\n{}", found.broken.join("\n"))) }
}

/// The table of invariants and of the guards whose absence was noticed.
///
/// # Errors
/// The mutations that went unnoticed.
pub fn mutations() -> Result<String, String> {
    let mut table =
        "| # | invariant | guard switched off | seeds to catch it |\n|---|---|---|---|\n".to_owned();
    let mut unnoticed = Vec::new();
    for mutation in Mutation::ALL {
        let caught = seeds_to_catch(*mutation, CATCH_MAX);
        if caught.is_none() {
            unnoticed.push(format!("{mutation:?}"));
        }
        let seeds = caught.map_or_else(|| format!("not in {CATCH_MAX}"), |seeds| seeds.to_string());
        let name = NAMES[usize::from(mutation.invariant()) - 1];
        let number = mutation.invariant();
        let line = format!("| {number} | {name} | `{mutation:?}`: {} | {seeds} |", mutation.text());
        progress(&line);
        writeln!(table, "{line}").expect("writing to a text cannot fail");
    }
    if unnoticed.is_empty() { Ok(table) } else { Err(format!("{table}\nunnoticed: {unnoticed:?}")) }
}

/// Bytes per link of a day on which nobody works, at a tehsil, a district and a department.
///
/// # Errors
/// When the state is too small to have each of them.
pub fn idle_day(offices: usize) -> Result<String, String> {
    let graph = Graph::of(offices);
    let (department, division) = (1, 1 + graph.departments);
    let district = division + graph.divisions;
    let tehsil = district + graph.districts;
    if tehsil + graph.districts >= offices {
        return Err("so few offices have no tehsil".to_owned());
    }
    // One line of the state, from the top down to two tehsils of one district, and a second department.
    let sample = [0, department, department + 1, division, district, tehsil, tehsil + graph.districts];
    let founding = Arc::new(found_real(graph, Some(&sample)));
    let mut world = World::begin(1, &founding, WorldFaults::NONE, None);
    world.rest();
    world.run(30 * 60_000);
    let before = carried(&world, &founding);
    world.run(86_400_000);
    let after = carried(&world, &founding);
    let names = ["state", "department", "department", "division", "district", "tehsil", "tehsil"];
    let mut table = "| link | bytes sent and received in a day |\n|---|---|\n".to_owned();
    for ((a, b), bytes) in after {
        let day = bytes - before.iter().find(|(link, _)| *link == (a, b)).map_or(0, |(_, bytes)| *bytes);
        writeln!(table, "| {} - {} | {day} |", names[a], names[b]).expect("writing to a text cannot fail");
    }
    Ok(table)
}

fn carried(world: &World, founding: &Founding) -> Vec<((usize, usize), u64)> {
    let both = |(a, b): &(usize, usize)| ((*a, *b), world.carried(*a, *b) + world.carried(*b, *a));
    founding.links.iter().map(both).collect()
}

#[allow(clippy::print_stderr, reason = "progress of a command that runs for hours")]
fn progress(what: &str) {
    eprintln!("{what}");
}
