//! `mohar log`: reading an office log, and taking a copy of it for an auditor.

pub mod export;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use data_encoding::BASE64;
use mohar_protocol::act::{SignerClass, UnverifiedAct, Verb};
use mohar_protocol::control::{Request, Response};
use mohar_protocol::id::{ActId, OfficeId};
use serde_json::json;

use crate::connect::{Node, unexpected};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;
use crate::{clock, registry};

/// Show an office log, one line for each act
///
/// Each line has the index, the time that the signer declared (IST), the verb, the first eight
/// digits of the matter, who signs (officer, node or authority), and the office that speaks.
#[derive(Debug, clap::Args)]
#[command(
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Log {
    #[command(subcommand)]
    command: Option<LogCommand>,
    #[command(flatten)]
    walk: Option<Walk>,
}

/// Other things to do with a log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    Export(export::Export),
}

/// Which acts to show.
#[derive(Debug, clap::Args)]
pub struct Walk {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
    /// Whose log; else that of the node's first office
    #[arg(long)]
    office: Option<OfficeId>,
    /// First index
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// At most so many acts
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true)]
    max: u64,
}

const EXAMPLES: &str = "\
Examples:
  mohar log --data /var/lib/mohar
  The twenty acts from index 1000 on, as JSON, one object a line:
    mohar log --data /var/lib/mohar --from 1000 --max 20 --json
  A copy of the whole log for an auditor:
    mohar log export --data /var/lib/mohar --out /media/stick/indore-log";

/// Acts asked for at a time; the node may give fewer.
const LEAVES_AT_A_TIME: usize = 256;

impl Log {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or an office it does not hold.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match (self.command, self.walk) {
            (Some(LogCommand::Export(export)), _) => export.run(output),
            (None, Some(walk)) => walk.run(output),
            (None, None) => Err(Failure::usage("no data folder was given").hint("Give `--data DIR`.")),
        }
    }
}

impl Walk {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let paths = office_paths(&mut node, &self.data)?;
        let until = self.from.saturating_add(self.max);
        let mut exit = Exit::Good;
        walk(&mut node, self.office, self.from, until, |index, _, leaf| match UnverifiedAct::parse(leaf) {
            Ok(act) => show(output, index, &act, &paths),
            Err(why) => {
                exit = Exit::Bad;
                output.line(format!("{index:>8}  this leaf is not an act: {why}"))?;
                output.json(&json!({ "index": index, "bad": why.to_string() }))?;
                Ok(())
            }
        })?;
        Ok(exit)
    }
}

/// Walks the leaves of a log up to an index, or to its end. Gives `each` the index, how many there
/// are to walk to, and the leaf.
///
/// # Errors
/// A node that does not answer, or what `each` answers.
pub fn walk(
    node: &mut Node,
    office: Option<OfficeId>,
    mut from: u64,
    until: u64,
    mut each: impl FnMut(u64, u64, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    while from < until {
        let max = usize::try_from(until - from).unwrap_or(usize::MAX).min(LEAVES_AT_A_TIME);
        let answer = node
            .ask(&Request::Leaves { office, from, max })
            .hint("`mohar status` shows the offices of this node.")?;
        let Response::Leaves { from: first, size, leaves, .. } = answer else { return Err(unexpected()) };
        if first != from || leaves.is_empty() || leaves.len() > max {
            return Ok(());
        }
        for leaf in &leaves {
            each(from, size.min(until), &BASE64.decode(leaf.as_bytes())?)?;
            from += 1;
        }
    }
    Ok(())
}

fn office_paths(node: &mut Node, data: &Path) -> Result<BTreeMap<OfficeId, String>, Failure> {
    let package = node.registry()?;
    let known = registry::fold(registry::state_of(&package)?, &package)
        .hint(&format!("The node's own registry does not hold: mohar check --data {}", data.display()))?;
    Ok(known.offices().map(|office| (office.id(), office.path().to_owned())).collect())
}

fn show(
    output: Output,
    index: u64,
    act: &UnverifiedAct,
    paths: &BTreeMap<OfficeId, String>,
) -> Result<(), Failure> {
    let header = act.header();
    let verb = header.known_verb();
    let name = verb.map_or_else(|| format!("verb {}", header.verb), |verb| verb.name().to_owned());
    let matter = header.matter.map_or(act.id(), ActId::from);
    // A charter speaks for the state, an inception for the office that it begins.
    let office = header.office.or_else(|| (verb == Some(Verb::Inception)).then(|| act.id().into()));
    let place = match office {
        Some(office) => paths.get(&office).cloned().unwrap_or_else(|| office.short()),
        None => "charter".to_owned(),
    };
    let signer = signer_name(verb, header.charge.is_some());
    let time = clock::ist(header.time);
    let matter_short = matter.short();
    output.line(format!("{index:>8}  {time}  {name:<15} {matter_short}  {signer:<9} {place}"))?;
    output.json(&json!({
        "index": index, "act": act.id(), "time_ms": header.time, "time": time, "verb": name, "matter": matter,
        "office": office, "path": place, "signer": signer,
    }))?;
    Ok(())
}

/// An officer's verb without a charge is signed with the operating key of the office.
fn signer_name(verb: Option<Verb>, has_charge: bool) -> &'static str {
    match verb.map(Verb::signer) {
        Some(SignerClass::Officer) if has_charge => "officer",
        Some(SignerClass::Officer | SignerClass::Authority) => "authority",
        Some(SignerClass::Node) => "node",
        None => "unknown",
    }
}
