//! What the demonstration says while it works, on standard error, with the seconds that passed.

use std::io::{self, Write as _};

use mohar_node::clock::Stopwatch;

/// Says how far it is.
pub struct Progress(Stopwatch);

impl Progress {
    /// Begins to count.
    pub fn start() -> Self {
        Self(Stopwatch::start())
    }

    /// A line about what is done.
    pub fn step(&self, text: &str) {
        // Whoever closed stderr does not want to know.
        let _ = writeln!(io::stderr().lock(), "[{:5.1} s] {text}", self.0.elapsed().as_secs_f32());
    }
}
