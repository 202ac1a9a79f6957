//! What went wrong, for a person who can do something about it: the operation that failed, its
//! causes, and a hint on a line of its own.

use std::io;

use mohar_protocol::refusal::Refusal;
use serde_json::json;

use crate::connect::{NodeFailed, NodeRefused};
use crate::exit::Exit;
use crate::output::complain;

/// Why a command ended without its result.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    cause: anyhow::Error,
    hint: Option<String>,
}

/// What sort of failure it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something was checked and is not what it should be.
    Bad,
    /// Something could not be done.
    CouldNot,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(cause: E) -> Self {
        let cause = cause.into();
        let refused = cause.chain().any(|e| e.is::<Refusal>() || e.is::<NodeRefused>());
        Self { kind: if refused { Kind::Bad } else { Kind::CouldNot }, cause, hint: None }
    }
}

impl Failure {
    /// Something was checked and found bad.
    pub fn bad(what: impl Into<String>) -> Self {
        Self { kind: Kind::Bad, cause: anyhow::Error::msg(what.into()), hint: None }
    }

    /// Something cannot be done as asked.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { kind: Kind::CouldNot, cause: anyhow::Error::msg(what.into()), hint: None }
    }

    /// Adds what the person can do now.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same failure as something found bad, when it was the node that failed: for checks, whose
    /// fault is their finding.
    #[must_use]
    pub fn of_node_is_bad(mut self) -> Self {
        if self.cause.is::<NodeFailed>() {
            self.kind = Kind::Bad;
        }
        self
    }

    /// Whether the refusal has this code.
    pub fn is_refusal(&self, refusal: Refusal) -> bool {
        self.codes().0 == Some(refusal.code())
    }

    /// Tells the person, or the program, and says how the command ends. A reader who has seen
    /// enough and closed the pipe is not a failure.
    pub fn report(&self, as_json: bool) -> Exit {
        let closed = |e: &(dyn std::error::Error + 'static)| {
            e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
        };
        if self.cause.chain().any(closed) {
            return Exit::Good;
        }
        if as_json {
            complain(&self.to_json().to_string());
        } else {
            self.tell();
        }
        match self.kind {
            Kind::Bad => Exit::Bad,
            Kind::CouldNot => Exit::CouldNot,
        }
    }

    fn tell(&self) {
        complain(&format!("error: {}", self.cause));
        for cause in self.cause.chain().skip(1) {
            complain(&format!("  because: {cause}"));
        }
        if let (_, Some(hindi)) = self.codes() {
            complain(&format!("  {hindi}"));
        }
        if let Some(hint) = &self.hint {
            complain(&format!("hint: {hint}"));
        }
    }

    fn to_json(&self) -> serde_json::Value {
        let kind = if self.kind == Kind::Bad { "bad" } else { "could_not" };
        let causes: Vec<String> = self.cause.chain().skip(1).map(ToString::to_string).collect();
        let (code, hindi) = self.codes();
        json!({ "error": {
            "kind": kind, "message": self.cause.to_string(), "causes": causes,
            "code": code, "hindi": hindi, "hint": self.hint,
        }})
    }

    /// Code and Hindi sentence of the refusal among the causes, if there is one.
    fn codes(&self) -> (Option<&str>, Option<&str>) {
        for cause in self.cause.chain() {
            if let Some(refusal) = cause.downcast_ref::<Refusal>() {
                return (Some(refusal.code()), Some(refusal.hindi()));
            }
            if let Some(refused) = cause.downcast_ref::<NodeRefused>() {
                return (Some(&refused.code), Some(&refused.hindi));
            }
        }
        (None, None)
    }
}

/// Adds a hint to whatever went wrong.
pub trait Hint<T> {
    /// What the person can do now.
    ///
    /// # Errors
    /// The failure, with the hint.
    fn hint(self, hint: &str) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> Hint<T> for Result<T, E> {
    fn hint(self, hint: &str) -> Result<T, Failure> {
        self.map_err(|error| {
            let failure: Failure = error.into();
            if failure.hint.is_some() { failure } else { failure.hint(hint) }
        })
    }
}
