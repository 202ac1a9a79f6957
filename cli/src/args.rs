//! What can be typed. The doc comments of the commands are the manual.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use mohar_protocol::act::body::{ChargeKind, Tier};

use crate::commands::{
    bundle, charge, charter, check, found, join, kit, log, matter, office, officer, packet, post, search,
    status, verify,
};
use crate::output::Output;

/// Found a state, open offices, look after nodes, and verify what they say
///
/// Data goes to stdout, talk to stderr. Exit code 0: good. 1: checked and found bad, or refused.
/// 2: could not be done or checked, or wrong usage.
#[derive(Debug, Parser)]
#[command(name = "mohar", version, after_help = EXAMPLES)]
pub struct Args {
    /// Print one JSON value on stdout instead of sentences
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples, from an empty table to a running office:
  mohar found --dir state --name-hi 'मध्यप्रदेश' --name-en 'Madhya Pradesh' --keys 3 --threshold 2
  mohar office create --data /var/lib/mohar --state-file state/charter.registry ...
  mohar office admit office.request --registry state/charter.registry --root-key state/root-1.key \\
      --root-key state/root-2.key --out indore.invitation
  mohar join indore.invitation --data /var/lib/mohar --state 'a1b2c3d4 ...'
  mohar status --data /var/lib/mohar

`mohar help <command>` has examples for every command.";

/// The commands.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "parsed once")]
pub enum Command {
    Found(found::Found),
    #[command(subcommand)]
    Charter(charter::Charter),
    #[command(subcommand)]
    Office(office::Office),
    Join(join::Join),
    #[command(subcommand)]
    Kit(kit::Kit),
    #[command(subcommand)]
    Post(post::Post),
    #[command(subcommand)]
    Officer(officer::Officer),
    #[command(subcommand)]
    Charge(charge::Charge),
    Status(status::Status),
    Log(log::Log),
    #[command(subcommand)]
    Matter(matter::Matter),
    Bundle(bundle::Bundle),
    #[command(subcommand)]
    Packet(packet::Packet),
    Verify(verify::Verify),
    Check(check::Check),
    #[command(subcommand)]
    Search(search::Search),
}

impl Args {
    /// How the caller wants to be answered.
    pub const fn output(&self) -> Output {
        Output { json: self.json, quiet: self.quiet }
    }
}

/// Name in Hindi and in English.
#[derive(Debug, Clone, ClapArgs)]
pub struct Names {
    /// Name in Hindi
    #[arg(long, value_parser = name, value_name = "NAME")]
    pub name_hi: String,
    /// Name in English
    #[arg(long, value_parser = name, value_name = "NAME")]
    pub name_en: String,
}

/// Bytes of a name, the same as the node allows: 85 letters of Devanagari.
const NAME_BYTES_MAX: usize = 256;

/// A name of something or someone.
///
/// # Errors
/// An empty one, a very long one, or one with control characters.
pub fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let good = !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.contains(char::is_control);
    if good {
        Ok(text.to_owned())
    } else {
        Err(format!("a name has 1 to {NAME_BYTES_MAX} bytes, without control characters"))
    }
}

/// Characters of a short identifier.
const CODE_CHARS_MAX: usize = 64;

/// A sign-in name or the code of a post: plain lower-case letters, digits, dot, hyphen, underscore.
///
/// # Errors
/// Anything else.
pub fn code(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let good = !text.is_empty() && text.len() <= CODE_CHARS_MAX && text.chars().all(allowed);
    let rule = || format!("1 to {CODE_CHARS_MAX} of a-z, 0-9, dot, hyphen and underscore");
    if good { Ok(text.to_owned()) } else { Err(rule()) }
}

/// Tier of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TierArg {
    /// A department of the secretariat
    Department,
    /// A division (sambhag)
    Division,
    /// A district
    District,
    /// A tehsil
    Tehsil,
    /// Anything else: directorate, sub-division, data centre
    Other,
}

impl From<TierArg> for Tier {
    fn from(tier: TierArg) -> Self {
        match tier {
            TierArg::Department => Self::Department,
            TierArg::Division => Self::Division,
            TierArg::District => Self::District,
            TierArg::Tehsil => Self::Tehsil,
            TierArg::Other => Self::Other,
        }
    }
}

/// How an officer has a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChargeArg {
    /// The regular holder
    Full,
    /// Additional charge
    Additional,
    /// Link officer, during absence
    Link,
    /// Personal assistant, within limits
    Assistant,
}

impl From<ChargeArg> for ChargeKind {
    fn from(kind: ChargeArg) -> Self {
        match kind {
            ChargeArg::Full => Self::Full,
            ChargeArg::Additional => Self::Additional,
            ChargeArg::Link => Self::Link,
            ChargeArg::Assistant => Self::Assistant,
        }
    }
}
