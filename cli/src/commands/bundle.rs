//! `mohar bundle`: one matter with its proofs, to be handed to someone outside.

use std::path::PathBuf;

use mohar_protocol::control::Request;
use mohar_protocol::id::MatterId;
use serde_json::json;

use crate::connect::Node;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// Write the bundle of one matter: its acts, registers and proofs, for an auditor or a court
///
/// Contents stay sealed. Whoever has the bundle and the state id can verify it without a network,
/// with `mohar verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Bundle {
    /// The matter: 64 hexadecimal digits, as its page shows them
    matter: MatterId,
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// Where to write the bundle
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  mohar bundle 3f0a... --data /var/lib/mohar --out case-12.bundle
  mohar verify case-12.bundle --state 'a1b2c3d4 ...'";

impl Bundle {
    /// Runs the command.
    ///
    /// # Errors
    /// An existing path, a node that does not answer, or a matter it does not hold.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        disk::refuse_existing([self.out.as_path()])?;
        let bytes = Node::open(&self.data)?
            .bytes(&Request::Bundle { matter: self.matter })
            .hint("The matter must be in an office of this node; its page shows the id.")?;
        disk::write_new(&self.out, &bytes, Access::Public)?;
        output.line(format!("bundle {}", self.out.display()))?;
        output.json(&json!({ "bundle": self.out, "matter": self.matter, "bytes": bytes.len() }))?;
        output.talk("Next: mohar verify, on any machine, with the state id from another source.");
        Ok(Exit::Good)
    }
}
