//! `mohar charge`: who is on which post.

use clap::Subcommand;
use mohar_protocol::control::Request;

use crate::admin::Admin;
use crate::args::{ChargeArg, code};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Put officers on posts, and take them off
#[derive(Debug, Subcommand)]
pub enum Charge {
    Give(Give),
    End(End),
}

/// Put an officer on a post
#[derive(Debug, clap::Args)]
#[command(after_help = GIVE_EXAMPLES)]
pub struct Give {
    #[command(flatten)]
    admin: Admin,
    /// Sign-in name of the officer
    #[arg(long, value_name = "NAME", value_parser = code)]
    login: String,
    /// Identifier of the post
    #[arg(long, value_name = "CODE", value_parser = code)]
    post: String,
    /// How the officer has the post
    #[arg(long, default_value = "full")]
    kind: ChargeArg,
}

const GIVE_EXAMPLES: &str = "\
Examples:
  mohar charge give --data /var/lib/mohar --as asha.verma --login ravi.patel --post collector
  Additional charge of a second post:
    mohar charge give --data /var/lib/mohar --as asha.verma --login ravi.patel --post adm --kind additional";

/// Take an officer off a post
///
/// What the officer signed before stays valid; what is signed later is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = END_EXAMPLES)]
pub struct End {
    #[command(flatten)]
    admin: Admin,
    /// Sign-in name of the officer
    #[arg(long, value_name = "NAME", value_parser = code)]
    login: String,
    /// Identifier of the post
    #[arg(long, value_name = "CODE", value_parser = code)]
    post: String,
}

const END_EXAMPLES: &str = "\
Examples:
  mohar charge end --data /var/lib/mohar --as asha.verma --login ravi.patel --post collector";

impl Charge {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or says no.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Give(Give { admin, login, post, kind }) => {
                admin.have_done(output, "charge given", |by, _| {
                    Ok(Request::GiveCharge { by, login, post, kind: kind.into() })
                })
            }
            Self::End(End { admin, login, post }) => {
                admin.have_done(output, "charge ended", |by, _| Ok(Request::EndCharge { by, login, post }))
            }
        }
    }
}
