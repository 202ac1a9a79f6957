//! `mohar search`: the index by which officers find files.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use mohar_protocol::control::{Request, Response, SearchStatus};
use serde_json::json;

use crate::connect::{Node, unexpected};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Time between two questions how far the node is.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Look after the index by which officers find files
///
/// It follows from what the node keeps and can be made anew at any time; nothing is lost with it.
#[derive(Debug, clap::Subcommand)]
pub enum Search {
    Status(Status),
    Rebuild(Rebuild),
}

/// Show how much the search index knows
#[derive(Debug, clap::Args)]
#[command(after_help = STATUS_EXAMPLES)]
pub struct Status {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
}

/// Make the search index anew from what the node keeps
///
/// Officers go on working, and finding in the present index, until the new one is complete.
#[derive(Debug, clap::Args)]
#[command(after_help = REBUILD_EXAMPLES)]
pub struct Rebuild {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
}

const STATUS_EXAMPLES: &str = "\
Examples:
  mohar search status --data /var/lib/mohar";

const REBUILD_EXAMPLES: &str = "\
Examples:
  mohar search rebuild --data /var/lib/mohar";

impl Search {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Status(Status { data }) => say(&ask(&mut Node::open(&data)?)?.0, output),
            Self::Rebuild(Rebuild { data }) => {
                let mut node = Node::open(&data)?;
                node.done(&Request::SearchRebuild)?;
                output.talk("The index is being made anew; the present one answers until then.");
                loop {
                    let (offices, rebuilding, fresh) = ask(&mut node)?;
                    if !rebuilding {
                        return say(&offices, output);
                    }
                    let of = offices.iter().map(|office| office.log_size).max().unwrap_or(0);
                    output.progress("acts read", fresh.min(of), of);
                    sleep(ASK_AGAIN);
                }
            }
        }
    }
}

fn ask(node: &mut Node) -> Result<(Vec<SearchStatus>, bool, u64), Failure> {
    match node.ask(&Request::SearchStatus)? {
        Response::Search { offices, rebuilding, fresh } => Ok((offices, rebuilding, fresh)),
        _ => Err(unexpected()),
    }
}

fn say(offices: &[SearchStatus], output: Output) -> Result<Exit, Failure> {
    for office in offices {
        output.line(format!(
            "{}: {} of {} acts read, {} documents, {} words, {} bytes",
            office.path, office.read, office.log_size, office.documents, office.words, office.bytes
        ))?;
        if office.begun_at > 0 {
            output.line(format!("{}: acts before {} are left out", office.path, office.begun_at))?;
        }
    }
    output.json(&json!({ "search": offices }))?;
    Ok(Exit::Good)
}
