//! `mohar office continue`, `rejoin` and `orphans`: what people decide about an office that does
//! not know what it has signed.

use std::path::PathBuf;

use mohar_protocol::control::{Orphan, Request, Response};
use mohar_protocol::id::OfficeId;
use mohar_protocol::time::Timestamp;

use crate::admin::Admin;
use crate::clock;
use crate::connect::{Node, unexpected};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// Let an office go on although no mirror and no witness can be asked
///
/// For an office without a line whose node was restored or moved. The head of office answers for
/// it: should something have been signed that the node does not know, it is signed twice, and the
/// files concerned will be frozen. Every act that follows is marked until a witness has seen it. With
/// a line this is refused, because the node then goes on by itself.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTINUE_EXAMPLES)]
pub struct Continue {
    #[command(flatten)]
    admin: Admin,
}

const CONTINUE_EXAMPLES: &str = "\
Examples:
  mohar office continue --data /var/lib/mohar --as asha.verma";

/// Say that this installation of an office is the right one
///
/// For a node that has stopped signing because another machine works, or worked, with the key of
/// its office. Switch that machine off first. This node then asks its mirrors and witnesses what was
/// signed, takes back what it lacks, and goes on.
#[derive(Debug, clap::Args)]
#[command(after_help = REJOIN_EXAMPLES)]
pub struct Rejoin {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// The office, when the node hosts several
    #[arg(long, value_name = "ID")]
    office: Option<OfficeId>,
}

const REJOIN_EXAMPLES: &str = "\
Examples:
  mohar office rejoin --data /var/lib/mohar";

/// List acts that had to give way to the log that mirrors and witnesses hold
///
/// They were signed here and seen by nobody else before this machine was restored, or while another
/// one worked with the same key. Nothing of them is lost; who wrote them may write them again.
#[derive(Debug, clap::Args)]
#[command(after_help = ORPHANS_EXAMPLES)]
pub struct Orphans {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// The office, when the node hosts several
    #[arg(long, value_name = "ID")]
    office: Option<OfficeId>,
}

const ORPHANS_EXAMPLES: &str = "\
Examples:
  mohar office orphans --data /var/lib/mohar
  The signed bytes of each, for the record:
    mohar office orphans --data /var/lib/mohar --json | jq -r '.orphans[].base64'";

impl Continue {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or says no.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let done = "the office goes on unwitnessed, by act";
        self.admin.have_done(output, done, |by, _| Ok(Request::Continue { by }))
    }
}

impl Rejoin {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or says no.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        node.done(&Request::Rejoin { office: self.office })
            .hint("`mohar status` shows the offices of this node and whether they may sign.")?;
        output.line("the office asks its mirrors and witnesses; `mohar status` shows when it works")?;
        output.json(&serde_json::json!({ "rejoin": "asked" }))?;
        Ok(Exit::Good)
    }
}

impl Orphans {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let Response::Orphans { office, orphans } = node.ask(&Request::Orphans { office: self.office })?
        else {
            return Err(unexpected());
        };
        if orphans.is_empty() {
            output.line("nothing had to give way")?;
        }
        let now = clock::now();
        for Orphan { index, act, matter, verb, time_ms, .. } in &orphans {
            let age = clock::age(Timestamp(*time_ms), now);
            output.line(format!("{verb}, {age} ago, file {matter}, act {act}, was entry {index}"))?;
        }
        output.json(&serde_json::json!({ "office": office, "orphans": orphans }))?;
        Ok(Exit::Good)
    }
}
