//! Many offices at once.
//!
//! - [`world`]: offices under a seeded network, clock and disk; the code that runs is the
//!   machine of `mohar-protocol`, nothing else. [`invariants`] are judged over it.
//! - `tests/simulation.rs`: as many seeds as fit the time.
//! - [`fuzz`]: every decoder and every door over any bytes; `tests/fuzz.rs` and the crate `fuzz`.
//! - [`processes`]: real daemons, real kills; `tests/processes.rs` and `tests/kill_loop.rs`.

pub mod bench;
pub mod fuzz;
pub mod invariants;
pub mod processes;
pub mod runs;
pub mod small;
pub mod world;
