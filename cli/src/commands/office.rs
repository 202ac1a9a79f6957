//! `mohar office`: opening an office, taking it in, and deciding about one that was restored.

pub mod admit;
pub mod announce;
pub mod create;
pub mod rejoin;

use clap::Subcommand;

use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Open an office, take one in, and decide about a restored one
#[derive(Debug, Subcommand)]
pub enum Office {
    Create(create::Create),
    Admit(admit::Admit),
    Announce(announce::Announce),
    Continue(rejoin::Continue),
    Rejoin(rejoin::Rejoin),
    Orphans(rejoin::Orphans),
}

impl Office {
    /// Runs the command.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Create(create) => create.run(output),
            Self::Admit(admit) => admit.run(output),
            Self::Announce(announce) => announce.run(output),
            Self::Continue(decision) => decision.run(output),
            Self::Rejoin(decision) => decision.run(output),
            Self::Orphans(orphans) => orphans.run(output),
        }
    }
}
