//! What the node counts. Numbers only: no office, no person, no file can be told from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use mohar_protocol::refusal::Refusal;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds to it.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How far it is.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Totals since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Commits.
    pub commits: Count,
    /// Inputs that the machine took.
    pub inputs: Count,
    /// Requests of officers and administrators that were answered with yes.
    pub requests_done: Count,
    /// Requests that were refused.
    pub requests_refused: Count,
    /// Requests turned away because too many waited.
    pub requests_busy: Count,
    /// Microseconds spent in commits.
    pub commit_micros: Count,
    /// Frames of peers.
    pub frames: Count,
    /// Connections of browsers.
    pub http_connections: Count,
    /// Connections closed unheard, because there was no room.
    pub http_turned_away: Count,
    /// Pages refused, because there was room only for saving and signing.
    pub http_crowded: Count,
    /// Requests that did not come to their end in time.
    pub http_timeouts: Count,
    refused_messages: Mutex<BTreeMap<Refusal, u64>>,
}

impl Counters {
    /// A peer's message was refused.
    pub fn refuse_message(&self, refusal: Refusal) {
        *self.refused_messages.lock().unwrap_or_else(PoisonError::into_inner).entry(refusal).or_default() +=
            1;
    }

    /// Peers' messages refused, by code.
    pub fn refused_messages(&self) -> BTreeMap<String, u64> {
        let refused = self.refused_messages.lock().unwrap_or_else(PoisonError::into_inner);
        refused.iter().map(|(refusal, count)| (refusal.code().to_owned(), *count)).collect()
    }

    /// All totals in the text format of Prometheus, version 0.0.4.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        line(&mut text, "mohar_commits_total", "Commits to the store.", self.commits.get());
        line(&mut text, "mohar_inputs_total", "Inputs taken by the machine.", self.inputs.get());
        line(&mut text, "mohar_requests_done_total", "Requests done.", self.requests_done.get());
        line(&mut text, "mohar_requests_refused_total", "Requests refused.", self.requests_refused.get());
        line(&mut text, "mohar_requests_busy_total", "Requests turned away.", self.requests_busy.get());
        line(&mut text, "mohar_commit_micros_total", "Microseconds in commits.", self.commit_micros.get());
        line(&mut text, "mohar_frames_total", "Frames of peers.", self.frames.get());
        let http = &self.http_connections;
        line(&mut text, "mohar_http_connections_total", "Connections of browsers.", http.get());
        let away = &self.http_turned_away;
        line(&mut text, "mohar_http_turned_away_total", "Connections closed for want of room.", away.get());
        line(&mut text, "mohar_http_crowded_total", "Pages refused in a crowd.", self.http_crowded.get());
        line(
            &mut text,
            "mohar_http_timeouts_total",
            "Requests that took too long.",
            self.http_timeouts.get(),
        );
        let name = "mohar_refused_messages_total";
        let _ = writeln!(text, "# HELP {name} Messages of peers refused.\n# TYPE {name} counter");
        for (code, count) in self.refused_messages() {
            let _ = writeln!(text, "{name}{{code=\"{code}\"}} {count}");
        }
        text
    }
}

/// One value that may fall, with its help text.
pub fn gauge(text: &mut String, name: &str, help: &str, value: u64) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}

/// One counter with its help text.
pub fn line(text: &mut String, name: &str, help: &str, value: u64) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}");
}

#[cfg(test)]
mod tests {
    use mohar_protocol::refusal::Refusal;

    use super::Counters;

    #[test]
    fn refused_messages_are_counted_by_code() {
        let counters = Counters::default();
        counters.refuse_message(Refusal::ChainFork);
        counters.refuse_message(Refusal::ChainFork);
        assert_eq!(counters.refused_messages()["chain.fork"], 2);
        assert!(counters.to_text().contains("mohar_refused_messages_total{code=\"chain.fork\"} 2\n"));
    }
}
