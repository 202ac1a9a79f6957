//! `mohar office`: opening an office and taking it in.

pub mod admit;
pub mod announce;
pub mod create;
pub mod holding;
pub mod replace;

use clap::Subcommand;

use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Open an office, and take one in
#[derive(Debug, Subcommand)]
pub enum Office {
    Create(create::Create),
    Admit(admit::Admit),
    Announce(announce::Announce),
    Holding(holding::WriteHolding),
    Replace(replace::Replace),
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
            Self::Holding(holding) => holding.run(output),
            Self::Replace(replace) => replace.run(output),
        }
    }
}
