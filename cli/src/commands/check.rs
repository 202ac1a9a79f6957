//! `mohar check`: does what a node keeps add up?

use std::path::PathBuf;

use mohar_protocol::control::Request;
use serde_json::json;

use crate::connect::Node;
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// Have a running node recompute what it keeps, and compare
///
/// The node folds its registry, logs and desks again from the acts and compares the result with
/// what it shows. It goes on working meanwhile.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Check {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  mohar check --data /var/lib/mohar && echo all is well";

impl Check {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or found something.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        output.talk("The node is checking; this can take minutes.");
        node.done(&Request::Check)
            .map_err(Failure::of_node_is_bad)
            .hint("Copy the data folder as it is before anything else, then restore it from the backup.")?;
        output.line("good: what is kept is what the acts say")?;
        output.json(&json!({ "check": "good" }))?;
        Ok(Exit::Good)
    }
}
