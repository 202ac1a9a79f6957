//! Where words go: data to stdout, talk to stderr. Nothing here colours anything, so that what
//! is read in a terminal, a log and a screen reader is the same.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

/// How the caller wants to be answered.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// One JSON value on stdout instead of sentences.
    pub json: bool,
    /// No talk on stderr.
    pub quiet: bool,
}

impl Output {
    /// Writes one line of data, unless JSON was asked for.
    ///
    /// # Errors
    /// Those of stdout; a closed pipe is one.
    pub fn line(&self, text: impl AsRef<str>) -> io::Result<()> {
        if self.json { Ok(()) } else { writeln!(io::stdout().lock(), "{}", harmless(text.as_ref())) }
    }

    /// Writes one line of JSON, if JSON was asked for.
    ///
    /// # Errors
    /// Those of stdout.
    pub fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        if self.json {
            let mut line = serde_json::to_vec(value)?;
            line.push(b'\n');
            io::stdout().lock().write_all(&line)?;
        }
        Ok(())
    }

    /// Says something to the person at the terminal.
    pub fn talk(&self, text: impl AsRef<str>) {
        if !self.quiet {
            complain(text.as_ref());
        }
    }

    /// Says how far a long work is, on one line that is written over; only to a terminal.
    pub fn progress(&self, what: &str, done: u64, of: u64) {
        let mut stderr = io::stderr().lock();
        if !self.quiet && stderr.is_terminal() {
            let end = if done >= of { "\n" } else { "" };
            // Whoever closed stderr does not want to know.
            let _ = write!(stderr, "\r{what}: {done} of {of}{end}");
        }
    }
}

/// Writes a line to stderr whatever was asked for: errors are never silent.
pub fn complain(text: &str) {
    // There is nobody left to tell when stderr is gone.
    let _ = writeln!(io::stderr().lock(), "{}", harmless(text));
}

/// Names come from other offices: a control character in one must not steer this terminal.
fn harmless(text: &str) -> String {
    let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_escape_sequence_in_a_name_does_not_reach_the_terminal() {
        assert_eq!(super::harmless("Indore\u{1b}[2J\nnext"), "Indore\u{fffd}[2J\nnext");
    }
}
