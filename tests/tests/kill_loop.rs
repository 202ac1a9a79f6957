//! Five real offices at work while every node is killed in turn.

#![expect(clippy::print_stderr, reason = "the figures are the result")]

use mohar_tests::processes::kill_loop;

/// Kills and seed from the environment, as `tests/kill-loop` sets them.
fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn no_acknowledged_act_is_lost_or_doubled_in_20_kills() {
    let figures = kill_loop::run(20, given("MOHAR_SEED", u64::from(std::process::id())));
    eprintln!("{figures}");
}

#[test]
#[ignore = "minutes; `tests/kill-loop` runs it and writes down its figures"]
fn no_acknowledged_act_is_lost_or_doubled_in_many_kills() {
    let kills = usize::try_from(given("MOHAR_KILLS", 200)).unwrap();
    let figures = kill_loop::run(kills, given("MOHAR_SEED", u64::from(std::process::id())));
    let Ok(path) = std::env::var("MOHAR_FIGURES") else { return eprintln!("{figures}") };
    std::fs::write(path, figures.to_string()).unwrap();
}
