//! `mohar status`: how a node is, and what waits for whom.

use std::path::PathBuf;

use mohar_protocol::control::{CatchingUp, OfficeStatus, OtherStatus, RestoringStatus, Status as NodeStatus};
use mohar_protocol::time::Timestamp;

use crate::clock;
use crate::connect::Node;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Show how a node is: its offices, who holds copies, which offices are out of reach
///
/// Says in words what a colour would say, so that it reads the same everywhere.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Status {
    /// Data folder of the running node
    #[arg(long)]
    data: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  mohar status --data /var/lib/mohar
  Paths of the offices that are out of reach:
    mohar status --data /var/lib/mohar --json | jq -r '.others[] | select(.linked | not) | .path'";

impl Status {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let status = Node::open(&self.data)?.status()?;
        output.json(&status)?;
        let now = clock::now();
        output.line(node_line(&status, now))?;
        output.line(format!("state {}", status.state))?;
        output.line(format!("officers' pages {}", status.web))?;
        output.line(format!("transport key {}", status.transport))?;
        output.line(format!("other nodes reach it at {}", or_nothing(&status.listen.join(", "))))?;
        for office in &status.offices {
            show_office(output, office)?;
        }
        if let Some(missing) = &status.catching_up {
            output.line(catching_up(missing))?;
        }
        output.line(format!("\nother offices: {}", status.others.len()))?;
        for other in &status.others {
            output.line(other_line(other, now))?;
        }
        output.line(format!("\nrefused unknown peers: {}", status.refused_peers))?;
        for (code, count) in &status.refused_messages {
            output.line(format!("refused messages, {code}: {count}"))?;
        }
        Ok(Exit::Good)
    }
}

fn node_line(status: &NodeStatus, now: Timestamp) -> String {
    let started = Timestamp(now.0.saturating_sub(status.up_s.saturating_mul(1000)));
    format!("mohar-node {}, up {}", status.version, clock::age(started, now))
}

fn show_office(output: Output, office: &OfficeStatus) -> Result<(), Failure> {
    let OfficeStatus { path, name_hi, name_en, log_size, .. } = office;
    output.line(format!("\noffice {path}: {name_en} ({name_hi})"))?;
    output.line(format!("  id {}", office.office))?;
    output.line(format!("  acts in its log: {log_size}"))?;
    if let Some(restoring) = &office.restoring {
        output.line(restoring_line(restoring))?;
    }
    if let Some(hindrance) = &office.hindrance {
        let why = office.why.as_deref().unwrap_or(&office.standing);
        output.line(format!("  MAY NOT SIGN ({why}): {hindrance}"))?;
    }
    if office.standing == "continuing" {
        output.line("  goes on unwitnessed, by decision of its head of office")?;
    }
    if office.orphans > 0 {
        output
            .line(format!("  acts that had to give way: {}; see `mohar office orphans`", office.orphans))?;
    }
    if office.cosigners.is_empty() {
        output.line("  nobody else holds a copy yet")?;
    }
    for cosigner in &office.cosigners {
        let behind = match log_size.saturating_sub(cosigner.size) {
            0 => "up to date".to_owned(),
            behind => format!("{behind} acts behind"),
        };
        output.line(format!("  {} {}: {} acts, {behind}", cosigner.role, cosigner.path, cosigner.size))?;
    }
    Ok(())
}

fn restoring_line(restoring: &RestoringStatus) -> String {
    let RestoringStatus { acts, acts_here, contents, contents_here, bytes, bytes_here, works, left_s } =
        restoring;
    let works = if *works { "officers can work" } else { "officers cannot work yet" };
    let left = left_s.map(|left| format!(", about {left} s left")).unwrap_or_default();
    format!(
        "  being fetched from its mirrors: {acts_here} of {acts} acts, {contents_here} of {contents} contents, \
         {} of {} MiB{left}; {works}",
        bytes_here >> 20,
        bytes >> 20
    )
}

/// How much is still to come, and how long it takes.
fn catching_up(missing: &CatchingUp) -> String {
    let CatchingUp { dossiers, files, acts, bytes, bytes_per_s, seconds } = missing;
    let takes = match seconds {
        Some(seconds) => format!("about {} min at {bytes_per_s} bytes/s", seconds.div_ceil(60)),
        None => "nothing arrives at present".to_owned(),
    };
    format!(
        "\ncatching up: {files} files for this node, {dossiers} registers, {acts} acts of mirrored logs, \
         about {} KiB; {takes}",
        bytes.div_ceil(1024)
    )
}

fn other_line(other: &OtherStatus, now: Timestamp) -> String {
    let age = |ms: u64| clock::age(Timestamp(ms), now);
    let since = other.since_ms.map(|ms| format!(" for {}", age(ms))).unwrap_or_default();
    let reach = if other.linked { "linked" } else { "out of reach" };
    let waiting = match (other.waiting, other.oldest_ms) {
        (0, _) => "nothing waits".to_owned(),
        (1, Some(ms)) => format!("1 file waits, for {}", age(ms)),
        (count, Some(ms)) => format!("{count} files wait, the oldest for {}", age(ms)),
        (count, None) => format!("files that wait: {count}"),
    };
    format!("  {}: {reach}{since}, {waiting}", other.path)
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "no address" } else { text }
}

#[cfg(test)]
mod tests {
    use mohar_protocol::control::OtherStatus;
    use mohar_protocol::id::OfficeId;
    use mohar_protocol::time::Timestamp;

    #[test]
    fn what_is_missing_is_said_with_how_long_it_takes() {
        let missing = |seconds| mohar_protocol::control::CatchingUp {
            dossiers: 2,
            files: 3,
            acts: 1_200,
            bytes: 4_194_304,
            bytes_per_s: 8_000,
            seconds,
        };
        let line = super::catching_up(&missing(Some(524)));
        assert!(line.contains("3 files") && line.contains("about 4096 KiB; about 9 min"), "{line}");
        assert!(super::catching_up(&missing(None)).ends_with("nothing arrives at present"));
    }

    #[test]
    fn an_office_out_of_reach_is_named_with_its_age_and_what_waits() {
        let other = OtherStatus {
            office: OfficeId([7; 32]),
            path: "mp/indore/depalpur".to_owned(),
            name_hi: "देपालपुर".to_owned(),
            name_en: "Depalpur".to_owned(),
            linked: false,
            since_ms: Some(0),
            waiting: 2,
            oldest_ms: Some(60_000),
        };
        let line = super::other_line(&other, Timestamp(7_260_000));
        assert_eq!(line, "  mp/indore/depalpur: out of reach for 2 h, 2 files wait, the oldest for 2 h");
    }
}
