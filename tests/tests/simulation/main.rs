//! The simulator: seeds and more seeds ([`promises`]), guards switched off ([`mutations`]), every
//! interleaving of a small world ([`small_scope`]), a crash at every commit ([`crashes`]), nodes in the
//! adversary's hands ([`adversary`]).

#![expect(clippy::print_stderr, reason = "the figures are the result")]

mod adversary;
mod crashes;
mod mutations;
mod promises;
mod small_scope;

/// A number from the environment.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}
