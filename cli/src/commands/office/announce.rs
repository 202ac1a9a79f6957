//! `mohar office announce`: telling running nodes about an office that was admitted.

use std::path::PathBuf;

use anyhow::Context as _;
use mohar_protocol::ceremony::{self, CEREMONY_BYTES_MAX, Invitation};
use mohar_protocol::machine::Package;
use serde_json::json;

use crate::connect::Node;
use crate::disk;
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;
use crate::registry;

/// Tell running nodes about the offices in an invitation or a registry file
///
/// Nodes learn of new offices from each other. This is for those that cannot yet: the first nodes
/// of a state, and nodes that were off when an office above them was admitted. To tell a node what
/// it knows already does no harm.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Announce {
    /// An invitation or a registry file
    path: PathBuf,
    /// Data folder of a running node; may be given several times
    #[arg(long, required = true)]
    data: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  The second department has been admitted; tell the node of the first:
    mohar office announce revenue.invitation --data /var/lib/mohar";

impl Announce {
    /// Runs the command.
    ///
    /// # Errors
    /// A path of another kind, acts that do not hold, a node that does not answer.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let package = self.read()?;
        let state = registry::state_of(&package)?;
        registry::fold(state, &package)?;
        for data in &self.data {
            Node::open(data)?.import(&package)?;
            output.line(format!("told {}", data.display()))?;
        }
        output.json(&json!({ "told": self.data, "offices": package.dossiers.len() }))?;
        Ok(Exit::Good)
    }

    fn read(&self) -> Result<Package, Failure> {
        let bytes = disk::read(&self.path, CEREMONY_BYTES_MAX)?;
        let invitation = ceremony::from_file::<Invitation>(&bytes).map(|invitation| invitation.package);
        invitation
            .or_else(|_| ceremony::from_file::<Package>(&bytes))
            .with_context(|| format!("{} is neither an invitation nor a registry file", self.path.display()))
            .hint("Take the file that `mohar office admit` or `mohar found` wrote.")
    }
}
