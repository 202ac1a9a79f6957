//! `mohar verify`: the audit of a log directory or a bundle, offline. The rules are in
//! `mohar_protocol::audit`; here paths are read and the report is put into words.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use mohar_protocol::audit::report::{Counts, Outcome};
use mohar_protocol::audit::{Bundle, Finding, LogDirectory, Report, Verdict, verify_bundle, verify_log};
use mohar_protocol::ceremony::{self, CEREMONY_BYTES_MAX, CeremonyFile};
use mohar_protocol::id::StateId;
use mohar_protocol::log::tile::TilePath;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;
use crate::tiles::Tiles;
use crate::{clock, disk, fingerprint, registry};

/// Verify a log directory or a bundle, offline, trusting nothing but the id of the state
///
/// Every act gets one of four verdicts: verified, not fully checkable (intact, but something that
/// would prove it is not here), failed, not checked (because something before it failed).
///
/// Exit code 0: nothing failed (with `--strict`: and nothing is missing). 1: something failed.
/// 2: could not verify, or no state id was given, so that nothing is proven to anyone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Verify {
    /// A folder that `mohar log export` wrote, or a bundle
    path: PathBuf,
    /// The state's id, from another source than what is verified
    #[arg(long, value_name = "HEX", value_parser = fingerprint::parse_state)]
    state: Option<StateId>,
    /// Exit with 2 when something is missing: contents that were withheld, what was done to a file
    /// while it was in another office
    #[arg(long)]
    strict: bool,
}

const EXAMPLES: &str = "\
Examples:
  mohar verify /media/stick/indore-log --state 'a1b2c3d4 ...'
  A bundle, of which nothing may be missing:
    mohar verify case-12.bundle --state 'a1b2c3d4 ...' --strict
  The codes of everything that failed:
    mohar verify indore-log --state a1b2... --json | jq -r '.acts[] | select(.verdict == \"failed\") | .because.code'";

/// Positions named for one kind of finding; the rest is counted.
const POSITIONS_SHOWN_MAX: usize = 8;

impl Verify {
    /// Runs the audit.
    ///
    /// # Errors
    /// A path that is neither, something missing in it, or bytes that cannot be read.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let report = if self.path.is_dir() { self.log(output)? } else { self.bundle(output)? };
        let exit = self.judge(&report);
        let mut value = serde_json::to_value(&report)?;
        value["exit_code"] = (exit as u8).into();
        value["trust_given"] = self.state.is_some().into();
        output.json(&value)?;
        show(output, &report)?;
        output.line(format!("\n{}", self.sentence(&report, exit)))?;
        if self.state.is_none() {
            output.talk("hint: compare the state id with another source and give it with `--state`.");
        }
        Ok(exit)
    }

    fn log(&self, output: Output) -> Result<Report, Failure> {
        let missing = RefCell::new(None);
        let read = |path: &str| {
            let bytes = disk::read(&self.path.join(path), CEREMONY_BYTES_MAX);
            bytes.map_err(|error| missing.replace(Some(error))).ok()
        };
        let directory = match (LogDirectory::from_files(read), missing.take()) {
            (Ok(directory), _) => directory,
            (Err(_), Some(missing)) => {
                return Err(Failure::from(missing.context("the copy of the log is not whole"))
                    .hint("Take the folder again with `mohar log export`; do not leave anything out."));
            }
            (Err(refusal), None) => {
                return Err(Failure::from(
                    anyhow!(refusal).context("the copy of the log is damaged or altered"),
                ));
            }
        };
        output.talk(format!("Verifying {} acts.", directory.leaves.len()));
        compare_tiles(&self.path, &directory, output)?;
        let trust = self.state.map_or_else(|| registry::state_of(&directory.registry), Ok)?;
        let report = verify_log(&directory, trust);
        if report.outcome < Outcome::Failed {
            // The audit takes the office's own register from its log. Others read the copy beside it.
            registry::fold(trust, &directory.registry)
                .context("the entries are good, but the registry file beside them is damaged or altered")?;
        }
        Ok(report)
    }

    fn bundle(&self, output: Output) -> Result<Report, Failure> {
        let bytes = disk::read(&self.path, CEREMONY_BYTES_MAX)?;
        if !bytes.starts_with(Bundle::FIRST_LINE.as_bytes()) {
            return Err(Failure::usage(format!("{} is neither a log nor a bundle", self.path.display()))
                .hint("Give a folder of `mohar log export`, or what `mohar bundle` wrote."));
        }
        let bundle: Bundle = ceremony::from_file(&bytes)
            .map_err(|cause| Failure::bad(format!("the bundle is damaged or altered: {cause}")))?;
        output.talk(format!("Verifying {} acts.", bundle.chain.len() + bundle.sides.len()));
        Ok(verify_bundle(&bundle, self.state.unwrap_or(bundle.state)))
    }

    fn judge(&self, report: &Report) -> Exit {
        match report.outcome {
            Outcome::Failed => Exit::Bad,
            _ if self.state.is_none() => Exit::CouldNot,
            Outcome::Gaps if self.strict => Exit::CouldNot,
            Outcome::Gaps | Outcome::Proven => Exit::Good,
        }
    }

    fn sentence(&self, report: &Report, exit: Exit) -> &'static str {
        match (exit, report.outcome) {
            (Exit::Good, Outcome::Proven) => "GOOD: everything is proven. / सही: सब सिद्ध है।",
            (Exit::Good, _) => "GOOD AS FAR AS IT GOES: nothing failed. / जितना यहाँ है, सही है।",
            (Exit::Bad, _) => "BAD: something failed. / गलत: कोई जाँच विफल रही।",
            (Exit::CouldNot, _) if self.state.is_none() => {
                "NOT PROVEN: the state id is only what the input itself says. / सिद्ध नहीं: राज्य पहचान-संख्या केवल इसी प्रति की है।"
            }
            (Exit::CouldNot, _) => {
                "NOT FULLY CHECKABLE: nothing failed, something is missing. / पूरी जाँच नहीं हो सकी; कुछ गलत नहीं मिला, पर कुछ अनुपलब्ध है।"
            }
        }
    }
}

/// The hash tiles in the folder are not needed for the audit, but others rely on them.
fn compare_tiles(folder: &Path, directory: &LogDirectory, output: Output) -> Result<(), Failure> {
    let compare = |tile: TilePath, bytes: &[u8]| {
        let path = folder.join(tile.to_string());
        if path.exists() && disk::read(&path, bytes.len())? != bytes {
            let what = format!("{tile} is not the tile of these entries");
            return Err(anyhow!(Refusal::LogRootMismatch).context(what).into());
        }
        Ok(())
    };
    let mut tiles = Tiles::new(compare);
    let all = directory.leaves.len() as u64;
    for (index, leaf) in (1..).zip(&directory.leaves) {
        tiles.append(leaf).hint("The folder was damaged or altered; take it again.")?;
        output.progress("leaves hashed", index, all);
    }
    tiles.finish().hint("The folder was damaged or altered; take it again.")?;
    Ok(())
}

fn show(output: Output, report: &Report) -> Result<(), Failure> {
    let kind = serde_json::to_value(report.subject).context("the report has a subject")?;
    let text = |key: &str| kind[key].as_str().unwrap_or("unknown").to_owned();
    output.line(format!("{} {}", text("kind"), text("id")))?;
    output.line(format!("state {}", fingerprint::groups(&report.trust)))?;
    let authority = serde_json::to_value(report.authority)?;
    output.line(format!("authority {}", authority.as_str().unwrap_or("unknown")))?;
    show_counts(output, "acts", &report.acts_counted)?;
    show_counts(output, "contents", &report.contents_counted)?;
    for log in &report.logs {
        output.line(format!(
            "\ncheckpoint of {}: {} acts, root {}",
            log.office.short(),
            log.size,
            log.root
        ))?;
        for line in &log.cosignatures {
            let time = clock::ist(Timestamp(line.time_s.saturating_mul(1000)));
            output.line(format!("  cosigned by {} as {} on {time}", line.by.short(), line.role))?;
        }
    }
    output.line("\nchecks performed")?;
    for check in &report.checks {
        output.line(format!("  {:>8}  {} / {}", check.times, check.english, check.hindi))?;
    }
    show_findings(output, report)
}

fn show_counts(output: Output, what: &str, counts: &Counts) -> Result<(), Failure> {
    let Counts { all, verified, not_fully_checkable, failed, not_checked } = counts;
    output.line(format!(
        "{what} {all}: {verified} verified, {not_fully_checkable} not fully checkable, {failed} failed, \
         {not_checked} not checked"
    ))?;
    Ok(())
}

/// One line for each kind of finding, with where it was found.
fn show_findings(output: Output, report: &Report) -> Result<(), Failure> {
    let mut found: BTreeMap<(&str, Finding), Vec<String>> = BTreeMap::new();
    for line in &report.findings {
        let office = line.office.map(|office| format!(" of {}", office.short())).unwrap_or_default();
        found.entry(("found", line.finding)).or_default().push(format!("{}{office}", line.about));
    }
    for line in &report.acts {
        let place = || format!("act {}", line.position);
        note(&mut found, line.verdict, place());
        for notice in &line.notices {
            found.entry(("notice", *notice)).or_default().push(place());
        }
    }
    for line in &report.contents {
        let act = line.act.map_or_else(|| "no act".to_owned(), |act| format!("act {}", act.short()));
        note(&mut found, line.verdict, format!("content of {act}"));
    }
    output.line(if found.is_empty() { "\nfindings: none" } else { "\nfindings" })?;
    for ((kind, finding), places) in &found {
        output.line(format!("  {kind}: {} {}", finding.code(), finding.english()))?;
        output.line(format!("    {}", finding.hindi()))?;
        let shown = places.iter().take(POSITIONS_SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ");
        let more = places.len().saturating_sub(POSITIONS_SHOWN_MAX);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        output.line(format!("    at {shown}{rest}"))?;
    }
    Ok(())
}

fn note(found: &mut BTreeMap<(&'static str, Finding), Vec<String>>, verdict: Verdict, place: String) {
    let (kind, finding) = match verdict {
        Verdict::Failed(finding) => ("failed", finding),
        Verdict::NotFullyCheckable(finding) => ("not fully checkable", finding),
        Verdict::Verified | Verdict::NotChecked => return,
    };
    found.entry((kind, finding)).or_default().push(place);
}
