//! Signed, durable acts a second through the daemon's ledger, beside redb alone in the same run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::desk::{Desk, runtime, start};
use super::{MEASURE, Rows, limits, percentile};
use crate::processes::town::Town;

/// One writer, then 64.
pub fn run() -> Rows {
    let dir = tempfile::tempdir().expect("a folder");
    let (flushes, _) = limits::fdatasync(dir.path());
    let (single, group) = (limits::redb(dir.path(), 1, true), limits::redb(dir.path(), 64, true));
    let mut rows = vec![("fdatasync in this run".to_owned(), format!("{flushes:.0}/s"))];
    for (writers, limit) in [(1, single), (64, group)] {
        let town = Town::asleep(1);
        let (rate, micros, per_commit) = runtime().block_on(write(&town, writers));
        rows.push((
            format!("signed durable acts, {writers} writers"),
            format!(
                "{rate:.0}/s; redb alone {limit:.0}/s, ratio {:.2}; commit {micros:.0} µs of {per_commit:.1} acts",
                rate / limit
            ),
        ));
    }
    rows
}

/// Acts a second, microseconds of a commit, acts in a commit.
async fn write(town: &Town, writers: usize) -> (f64, f64, f64) {
    let running = start(&town.nodes[0].data).await;
    let desk = Desk::of(&running, "asha.gad").await;
    let done = Arc::new(AtomicU64::new(0));
    let mut files = Vec::new();
    for _ in 0..writers {
        files.push(desk.open().await);
    }
    let counters = running.ledger.counters();
    let (commits, micros) = (counters.commits.get(), counters.commit_micros.get());
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for file in files {
        let (desk, done) = (desk.clone(), Arc::clone(&done));
        tasks.spawn(async move {
            let mut took = Vec::new();
            while start.elapsed() < MEASURE {
                let one = Instant::now();
                desk.note(&file).await;
                took.push(one.elapsed());
                done.fetch_add(1, Ordering::Relaxed);
            }
            took.sort();
            percentile(&took, 0.5)
        });
    }
    while tasks.join_next().await.is_some() {}
    let (acts, seconds) = (done.load(Ordering::Relaxed) as f64, start.elapsed().as_secs_f64());
    let commits = (counters.commits.get() - commits) as f64;
    let micros = (counters.commit_micros.get() - micros) as f64 / commits;
    running.stop().await;
    (acts / seconds, micros, acts / commits)
}
