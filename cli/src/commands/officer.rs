//! `mohar officer`: the people of an office.

use std::path::PathBuf;

use clap::Subcommand;
use mohar_protocol::control::Request;

use crate::admin::Admin;
use crate::args::{Names, code};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};

/// Name officers, and give them new keys
#[derive(Debug, Subcommand)]
pub enum Officer {
    Add(Add),
    Rekey(Rekey),
}

/// Name an officer and make the sign-in
///
/// The officer gets a signing key under the first password. Give the password by hand, and let the
/// officer change it at the first sign-in. Without a charge (see `mohar charge give`) the officer
/// can do nothing yet.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Add {
    #[command(flatten)]
    admin: Admin,
    /// Sign-in name of the officer
    #[arg(long, value_name = "NAME", value_parser = code)]
    login: String,
    #[command(flatten)]
    names: Names,
    /// Read the officer's first password from this path; else it is asked, or is the second line
    /// of --password-file
    #[arg(long, value_name = "PATH")]
    first_password_file: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  mohar officer add --data /var/lib/mohar --as asha.verma --login ravi.patel \\
    --name-hi 'रवि पटेल' --name-en 'Ravi Patel'
  Unattended:
    mohar officer add ... --password-file admin.txt --first-password-file ravi.txt";

/// Give an officer who forgot the password a new key
///
/// The new key lies under a first password; give it by hand, and let the officer change it. What the
/// officer signed before stays valid. The old key signs nothing any more, and whoever is signed in
/// with it is signed out. Do the same when somebody else may know the password.
#[derive(Debug, clap::Args)]
#[command(after_help = REKEY_EXAMPLES)]
pub struct Rekey {
    #[command(flatten)]
    admin: Admin,
    /// Sign-in name of the officer
    #[arg(long, value_name = "NAME", value_parser = code)]
    login: String,
    /// Read the officer's first password from this path; else it is asked, or is the second line
    /// of --password-file
    #[arg(long, value_name = "PATH")]
    first_password_file: Option<PathBuf>,
}

const REKEY_EXAMPLES: &str = "\
Examples:
  mohar officer rekey --data /var/lib/mohar --as asha.verma --login ravi.patel";

impl Officer {
    /// Runs the command.
    ///
    /// # Errors
    /// A node that does not answer, or says no.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Add(Add { admin, login, names, first_password_file }) => {
                admin.have_done(output, "officer", |by, passwords| {
                    let password = first_password(&login, first_password_file, passwords)?;
                    let (name_hi, name_en) = (names.name_hi, names.name_en);
                    Ok(Request::AddOfficer { by, login, password, name_hi, name_en })
                })
            }
            Self::Rekey(Rekey { admin, login, first_password_file }) => {
                admin.have_done(output, "new key", |by, passwords| {
                    let password = first_password(&login, first_password_file, passwords)?;
                    Ok(Request::RekeyOfficer { by, login, password })
                })
            }
        }
    }
}

fn first_password(login: &str, path: Option<PathBuf>, passwords: &mut Passwords) -> Result<String, Failure> {
    let what = format!("the sign-in of {login}");
    let password = match path {
        Some(path) => Passwords::new(&PasswordArgs { password_file: Some(path) })?.choose(&what)?,
        None if passwords.is_one_for_all() => return Err(one_password_for_two(login)),
        None => passwords.choose(&what)?,
    };
    Ok(password.to_string())
}

/// One given password would quietly make the administrator's password the officer's.
fn one_password_for_two(login: &str) -> Failure {
    Failure::usage(format!("no first password was given for {login}"))
        .hint("Give `--first-password-file`, or a second line after the administrator's password.")
}
