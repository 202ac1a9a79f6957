//! `mohar office holding`: what a node holds of another office, for the ceremony after a fire.

use std::path::PathBuf;

use anyhow::Context as _;
use mohar_protocol::ceremony::{self, Holding};
use mohar_protocol::control::Request;
use mohar_protocol::id::OfficeId;
use serde_json::json;

use crate::connect::Node;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// Write down what this node holds of an office that has burnt
///
/// Run it on every machine that may have mirrored or witnessed the office, and carry the files to the
/// ceremony (`mohar office replace`). Nothing in them can be read without a recovery kit.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct WriteHolding {
    /// Id of the office that has burnt
    office: OfficeId,
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// Where to write the file
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  mohar office holding 5e0f... --data /var/lib/mohar --out depalpur.holding";

impl WriteHolding {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or a path that exists.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        disk::refuse_existing([self.out.as_path()])?;
        let bytes = Node::open(&self.data)?.bytes(&Request::Holding { office: self.office })?;
        let holding: Holding = ceremony::from_file(&bytes)
            .context("the node's answer is no holding")
            .hint("`mohar` and `mohar-node` may be of different releases; compare `--version`.")?;
        disk::write_new(&self.out, &bytes, Access::Public)?;
        output.line(format!("held {} acts, with all their contents", holding.held.size))?;
        output.line(format!("seen {} acts", holding.seen_to))?;
        output.line(format!("escrows {}", holding.escrows.len()))?;
        output.json(&json!({
            "office": holding.office, "held": holding.held.size, "seen_to": holding.seen_to,
            "escrows": holding.escrows.len(), "holding": self.out,
        }))?;
        Ok(Exit::Good)
    }
}
