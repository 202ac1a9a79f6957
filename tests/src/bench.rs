//! Benchmarks. Each gives rows of what was measured, and measures beside it what limits it: the
//! disk, the store, the signature. Ratios within one run count; absolute times are the machine's.

pub mod acts;
pub mod catch_up;
pub mod desk;
pub mod limits;
pub mod mirror;
pub mod search;
pub mod starts;

use std::time::{Duration, Instant};

/// What was measured, and the figure.
pub type Rows = Vec<(String, String)>;

/// A benchmark.
pub type Benchmark = fn() -> Rows;

/// How long one figure is measured.
pub const MEASURE: Duration = Duration::from_secs(5);

/// Repeats until the time is over; gives how often each second, and every duration, sorted.
pub fn repeat(mut work: impl FnMut()) -> (f64, Vec<Duration>) {
    let (start, mut took) = (Instant::now(), Vec::new());
    while start.elapsed() < MEASURE {
        let one = Instant::now();
        work();
        took.push(one.elapsed());
    }
    let rate = took.len() as f64 / start.elapsed().as_secs_f64();
    took.sort();
    (rate, took)
}

/// The duration below which this part of sorted ones lies.
pub fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// p50 and p99 in words.
pub fn spread(sorted: &[Duration]) -> String {
    let ms = |part| percentile(sorted, part).as_secs_f64() * 1e3;
    format!("p50 {:.2} ms, p99 {:.2} ms ({} measured)", ms(0.5), ms(0.99), sorted.len())
}

/// The machine, for the head of a report.
pub fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let today = std::process::Command::new("date").arg("+%d/%m/%Y").output();
    let today = today.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
    let profile = if cfg!(debug_assertions) { "debug (figures mean nothing)" } else { "release" };
    format!(
        "{today}, {}, {cores} cores, profile {profile}, folder {}",
        model.unwrap_or("?"),
        std::env::temp_dir().display()
    )
}
