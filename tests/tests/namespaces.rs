//! Eight real offices on networks of the kernel, in storms. As root; `tests/namespaces` runs it.

#![expect(clippy::print_stderr, reason = "the figures are the result")]

use std::time::Duration;

use mohar_tests::bench::machine;
use mohar_tests::processes::{networks, storms};

/// Settings from the environment, as `tests/namespaces` makes them.
fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
#[ignore = "changes networks, as root; `tests/namespaces` runs it"]
fn work_goes_on_in_every_weather_and_nothing_is_lost_or_doubled() {
    let rounds = usize::try_from(given("MOHAR_ROUNDS", 1)).unwrap();
    let quiet = Duration::from_secs(given("MOHAR_QUIET_SECONDS", 20));
    let each = Duration::from_secs(given("MOHAR_STORM_SECONDS", 5));
    let weather = storms::run(quiet, rounds, each, given("MOHAR_SEED", u64::from(std::process::id())));
    let Ok(path) = std::env::var("MOHAR_FIGURES") else { return eprintln!("{weather}") };
    std::fs::write(path, format!("{}\n\n| what | figure |\n|---|---|\n{weather}", machine())).unwrap();
}

#[test]
#[ignore = "asks the kernel, as root; `tests/namespaces` runs it"]
fn this_machine_can_have_networks_of_its_own() {
    networks::possible().unwrap();
}
