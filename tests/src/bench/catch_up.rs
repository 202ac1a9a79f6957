//! A mirror that was off takes in what it has missed: acts a second, beside the strict verification
//! of as many signatures on one core.

use std::time::Instant;

use super::desk::{Desk, runtime, start};
use super::{Rows, limits};
use crate::processes::town::{DEPARTMENT, DIVISION, Town};

/// Acts that were missed; `MOHAR_ACTS` gives another number.
const ACTS: usize = 100_000;

/// Writers that make them.
const WRITERS: usize = 64;

/// The catch-up.
pub fn run() -> Rows {
    let acts = std::env::var("MOHAR_ACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(ACTS);
    let (_, verify) = limits::ed25519();
    let town = Town::asleep(2);
    let (seconds, missed, cpu) = runtime().block_on(async {
        // The office above is always a mirror; which others are is the luck of the founding.
        let a_runs = start(&town.nodes[DIVISION].data).await;
        let a = Desk::of(&a_runs, "asha.malwa").await;
        write(&a, acts).await;
        let (held, size) = a.mirrored();
        assert!(held < size, "the mirror is off");
        let (start_at, cpu) = (Instant::now(), cpu_seconds());
        let b_runs = start(&town.nodes[DEPARTMENT].data).await;
        a.until_mirrored().await;
        let seconds = start_at.elapsed().as_secs_f64();
        let cpu = cpu_seconds() - cpu;
        a_runs.stop().await;
        b_runs.stop().await;
        (seconds, (size - held) as f64, cpu)
    });
    vec![
        ("acts that were missed".to_owned(), format!("{missed:.0}, in {seconds:.1} s, link included")),
        (
            "caught up".to_owned(),
            format!(
                "{:.0} acts/s; Ed25519 verify_strict {verify:.0}/s, ratio {:.2}",
                missed / seconds,
                missed / seconds / verify
            ),
        ),
        (
            "processor time, both nodes".to_owned(),
            format!("{cpu:.1} s; {:.0} acts/s and core of both together", missed / cpu),
        ),
    ]
}

/// Notes by 64 writers.
pub async fn write(desk: &Desk, acts: usize) {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let desk = desk.clone();
        tasks.spawn(async move {
            let file = desk.open().await;
            for _ in 0..acts / WRITERS {
                desk.note(&file).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("a writer ends");
    }
}

/// User and system time of this process: fields 14 and 15 of proc_pid_stat(5), in 1/100 s.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(") ").next().unwrap_or_default();
    after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
