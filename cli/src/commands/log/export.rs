//! `mohar log export`: a log directory in the layout of C2SP `tlog-tiles`, to be verified without
//! us. What is written is recomputed first; a log that does not add up is not given a checkpoint.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use mohar_protocol::audit::log_directory::{CHECKPOINT_PATH, REGISTRY_PATH};
use mohar_protocol::ceremony;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::id::{OfficeId, StateId};
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::tile::TilePath;
use mohar_protocol::refusal::Refusal;
use serde_json::json;

use crate::connect::{Node, unexpected};
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;
use crate::tiles::Tiles;
use crate::{fingerprint, registry};

/// Copy a whole log into a folder: checkpoint, tiles, entries, registry, and how to verify it
///
/// The layout is C2SP tlog-tiles, so that tools which are not ours can check it too. Entries say
/// who sent what to whom and when, never what is written in it: hand the copy to auditors only.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// Folder to write; it must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Whose log; else that of the node's first office
    #[arg(long)]
    office: Option<OfficeId>,
}

const EXAMPLES: &str = "\
Examples:
  mohar log export --data /var/lib/mohar --out /media/stick/indore-log
  mohar verify /media/stick/indore-log --state 'a1b2c3d4 ...'";

const README: &str = include_str!("export_readme.txt");

impl Export {
    /// Runs the command.
    ///
    /// # Errors
    /// An existing folder, a node that does not answer, or a log that does not add up.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        disk::refuse_existing([self.out.as_path()])?;
        let mut node = Node::open(&self.data)?;
        let (office, note) = checkpoint(&mut node, self.office)?;
        let signed =
            SignedCheckpoint::parse(note.as_bytes()).context("the node's checkpoint cannot be read")?;
        let head = signed.claimed().head;
        let package = node.registry()?;
        let state = registry::state_of(&package)?;

        let mut tiles = Tiles::new(|tile, bytes| write_tile(&self.out, tile, bytes));
        super::walk(&mut node, Some(office), 0, head.size, |index, of, leaf| {
            tiles.append(leaf)?;
            output.progress("acts copied", index + 1, of);
            Ok(())
        })?;
        if tiles.finish()? != head {
            return Err(Failure::from(anyhow!(Refusal::LogRootMismatch).context("the log was not exported"))
                .hint("Run `mohar check`; keep the data folder and what was copied as they are."));
        }
        disk::write_new(&self.out.join(REGISTRY_PATH), &ceremony::to_file(&package), Access::Public)?;
        disk::write_new(
            &self.out.join("README"),
            readme(state, office, head.size).as_bytes(),
            Access::Public,
        )?;
        // Last, so that a copy that was cut short has no head.
        disk::write_new(&self.out.join(CHECKPOINT_PATH), note.as_bytes(), Access::Public)?;

        output.line(format!("log {} of office {office}, {} acts", self.out.display(), head.size))?;
        output.json(&json!({
            "log": self.out, "office": office, "state": state, "size": head.size, "root": head.root,
        }))?;
        output.talk(format!(
            "Next: mohar verify {} --state '{}'",
            self.out.display(),
            fingerprint::groups(&state)
        ));
        Ok(Exit::Good)
    }
}

fn checkpoint(node: &mut Node, office: Option<OfficeId>) -> Result<(OfficeId, String), Failure> {
    match node.ask(&Request::Checkpoint { office }).hint("`mohar status` shows the offices of this node.")? {
        Response::Checkpoint { office, note } => Ok((office, note)),
        _ => Err(unexpected()),
    }
}

fn readme(state: StateId, office: OfficeId, size: u64) -> String {
    README
        .replace("{state}", &fingerprint::groups(&state))
        .replace("{office}", &office.to_string())
        .replace("{size}", &size.to_string())
}

/// Writes one tile below a folder.
fn write_tile(out: &Path, tile: TilePath, bytes: &[u8]) -> Result<(), Failure> {
    let path = out.join(tile.to_string());
    let parent = path.parent().context("a tile lies in a folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make the folder {}", parent.display()))?;
    Ok(disk::write_new(&path, bytes, Access::Public)?)
}
