//! `mohar office`: opening an office, taking it in, what becomes of it, and deciding about a restored one.

pub mod admit;
pub mod announce;
pub mod create;
pub mod hand_on;
pub mod holding;
pub mod rejoin;
pub mod rekey;
pub mod replace;
pub mod succession;

use clap::Subcommand;

use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Open an office, take one in, divide, merge, move, close, and decide about a restored one
#[derive(Debug, Subcommand)]
pub enum Office {
    Create(create::Create),
    Admit(admit::Admit),
    Announce(announce::Announce),
    Holding(holding::WriteHolding),
    Replace(replace::Replace),
    Divide(succession::Divide),
    Merge(succession::Merge),
    Move(succession::Move),
    Close(succession::Close),
    HandOn(hand_on::HandOn),
    Rekey(rekey::Rekey),
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
            Self::Holding(holding) => holding.run(output),
            Self::Replace(replace) => replace.run(output),
            Self::Divide(divide) => divide.run(output),
            Self::Merge(merge) => merge.run(output),
            Self::Move(moved) => moved.run(output),
            Self::Close(close) => close.run(output),
            Self::HandOn(hand_on) => hand_on.run(output),
            Self::Rekey(rekey) => rekey.run(output),
            Self::Continue(decision) => decision.run(output),
            Self::Rejoin(decision) => decision.run(output),
            Self::Orphans(orphans) => orphans.run(output),
        }
    }
}
