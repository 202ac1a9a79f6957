//! `mohar kit`: keys on paper, and the rehearsal of the worst day.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use mohar_protocol::registry::Register;
use serde_json::json;

use crate::connect::Node;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::kit::{self, PAPER_BYTES_MAX};
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::registry;

/// Put a key file on paper, read it from paper, and rehearse the recovery kit
#[derive(Debug, Subcommand)]
pub enum Kit {
    Print(Print),
    Read(Read),
    Rehearse(Rehearse),
}

/// Print a key file in lines that can be typed in again
///
/// For the recovery kit, and for every other key file. Each line ends with check digits. What is
/// printed opens nothing without the password.
#[derive(Debug, clap::Args)]
#[command(after_help = PRINT_EXAMPLES)]
pub struct Print {
    /// The key file
    path: PathBuf,
}

const PRINT_EXAMPLES: &str = "\
Examples:
  mohar kit print /var/lib/mohar/keys/recovery.key | lp";

/// Make a key file from what was typed from paper
///
/// A line that was not copied right is named.
#[derive(Debug, clap::Args)]
#[command(after_help = READ_EXAMPLES)]
pub struct Read {
    /// What was typed
    paper: PathBuf,
    /// Where to write the key file
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

const READ_EXAMPLES: &str = "\
Examples:
  mohar kit read typed.txt --out recovery.key";

/// Open the recovery kit without using it
///
/// Shows that kit and password belong together, and that they are those of an office that the node
/// knows. Changes nothing. Do it once a year, with the envelope from the other building, and seal it
/// again.
#[derive(Debug, clap::Args)]
#[command(after_help = REHEARSE_EXAMPLES)]
pub struct Rehearse {
    /// The kit, as a key file
    path: PathBuf,
    /// Data folder of a running node that knows the office
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const REHEARSE_EXAMPLES: &str = "\
Examples:
  mohar kit read typed.txt --out /run/user/1000/recovery.key
  mohar kit rehearse /run/user/1000/recovery.key --data /var/lib/mohar";

impl Kit {
    /// Runs the command.
    ///
    /// # Errors
    /// A path of another kind, digits that were not copied right, a wrong password, a kit that is of
    /// no office.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Print(print) => print.run(output),
            Self::Read(read) => read.run(output),
            Self::Rehearse(rehearse) => rehearse.run(output),
        }
    }
}

impl Print {
    fn run(&self, output: Output) -> Result<Exit, Failure> {
        let paper = kit::to_paper(&KeyFile::read(&self.path)?);
        output.line(paper.trim_end())?;
        output.json(&json!({ "paper": paper }))?;
        Ok(Exit::Good)
    }
}

impl Read {
    fn run(&self, output: Output) -> Result<Exit, Failure> {
        disk::refuse_existing([self.out.as_path()])?;
        let text = String::from_utf8(disk::read(&self.paper, PAPER_BYTES_MAX)?).context("not text")?;
        let file = kit::from_paper(&text).map_err(|error| {
            Failure::bad(format!("{error:#}")).hint("Compare with the paper, digit by digit.")
        })?;
        disk::write_new(&self.out, file.to_text().as_bytes(), Access::Secret)?;
        output.line(format!("written {}", self.out.display()))?;
        output.json(&json!({ "written": self.out, "what": file.what }))?;
        Ok(Exit::Good)
    }
}

impl Rehearse {
    fn run(&self, output: Output) -> Result<Exit, Failure> {
        let file = KeyFile::read(&self.path)?;
        let package = Node::open(&self.data)?.registry()?;
        let known = registry::fold(registry::state_of(&package)?, &package)?;
        let is_its = |office: &&Register| office.recovery().get(file.public.id()).is_some();
        let office = known
            .offices()
            .find(is_its)
            .context("no office that this node knows has this recovery kit")
            .hint("Take the kit that was printed when the office began, and a node of the same state.")?;
        let (key, sealing) = file.open_kit(&mut Passwords::new(&self.passwords)?)?;
        if key.public() != file.public {
            return Err(Failure::bad("the kit names another key"));
        }
        if sealing.public() != office.recovery_sealing() {
            return Err(Failure::bad("the kit signs for the office and does not open its contents"));
        }
        output.line(format!("opens {} {}", office.path(), office.id()))?;
        output.json(&json!({ "opens": office.id(), "path": office.path() }))?;
        output
            .talk("Kit and password belong together. Seal the envelope again, and remove the key file here.");
        Ok(Exit::Good)
    }
}
