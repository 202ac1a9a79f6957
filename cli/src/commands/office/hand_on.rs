//! `mohar office hand-on`: the files of an office go to its successor.

use std::path::PathBuf;

use anyhow::Context as _;
use mohar_protocol::control::Request;
use mohar_protocol::id::{MatterId, OfficeId};

use crate::admin::Admin;
use crate::args::code;
use crate::disk;
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// Queue files for a successor of the office
///
/// For an office that was divided: its administrator says which files go where, by a list or by
/// post. They go by the ordinary handover and arrive as they lay: on the desk, parked or closed. To
/// say it twice does no harm. The files of an office that was merged or closed go by themselves.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct HandOn {
    #[command(flatten)]
    admin: Admin,
    /// Id of the successor
    #[arg(long, value_name = "OFFICE")]
    to: OfficeId,
    /// A list of files, one id a line, as they stand in the address of a file's page
    #[arg(long, value_name = "PATH", required_unless_present = "post")]
    list: Option<PathBuf>,
    /// A post whose files all go; may be given several times
    #[arg(long, value_name = "CODE", value_parser = code)]
    post: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  mohar office hand-on --data /var/lib/mohar --as meena.joshi --to 9ab1... --list mauganj.txt
  Everything of one section:
    mohar office hand-on --data /var/lib/mohar --as meena.joshi --to 9ab1... --post land-records";

/// Bytes of a list: ten thousand ids of 64 digits and a line end.
const LIST_BYTES_MAX: usize = 10_000 * 66;

impl HandOn {
    /// Runs the command.
    ///
    /// # Errors
    /// A list that cannot be read, a node that does not answer, or says no.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { admin, to, list, post: posts } = self;
        let matters = list.map(|path| read_list(&path)).transpose()?.unwrap_or_default();
        admin.have_done(output, "files queued:", |by, _| Ok(Request::HandOn { by, to, matters, posts }))
    }
}

fn read_list(path: &std::path::Path) -> Result<Vec<MatterId>, Failure> {
    let text = String::from_utf8(disk::read(path, LIST_BYTES_MAX)?).context("the list is not text")?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let id = |line: &str| {
        let id = line.parse::<MatterId>();
        id.map_err(|_| Failure::bad(format!("not the id of a file: {line}")))
            .hint("Take the 64 hexadecimal digits from the address of the file's page.")
    };
    lines.map(id).collect()
}
