//! `mohar post`: the posts of an office.

use clap::Subcommand;
use mohar_protocol::control::Request;

use crate::admin::Admin;
use crate::args::{Names, code};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;

/// Make posts
#[derive(Debug, Subcommand)]
pub enum Post {
    Add(Add),
}

/// Make a post
///
/// A post holds the work; officers come and go. Its names are what other offices see.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Add {
    #[command(flatten)]
    admin: Admin,
    /// Identifier of the post, such as tehsildar
    #[arg(long, value_parser = code)]
    code: String,
    #[command(flatten)]
    names: Names,
    /// Order in lists; lower is higher
    #[arg(long, default_value_t = 100)]
    rank: u8,
    /// Its holder may change posts, officers and charges
    #[arg(long)]
    admin_post: bool,
}

const EXAMPLES: &str = "\
Examples:
  mohar post add --data /var/lib/mohar --as asha.verma --code collector \\
    --name-hi 'कलेक्टर' --name-en 'Collector' --rank 10";

impl Post {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or says no.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self::Add(Add { admin, code, names, rank, admin_post }) = self;
        admin.have_done(output, "post", |by, _| {
            let (name_hi, name_en) = (names.name_hi, names.name_en);
            Ok(Request::AddPost { by, code, name_hi, name_en, rank, admin: admin_post })
        })
    }
}
