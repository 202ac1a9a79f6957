//! Passwords: typed without echo, or given by a path or the environment for unattended use.
//! They are wiped from memory after use and never printed.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mohar_protocol::sealing::password;
use zeroize::Zeroizing;

use crate::disk;
use crate::error::{Failure, Hint as _};

/// Instead of typing.
const VARIABLE: &str = "MOHAR_PASSWORD";

/// Bytes of a password file: nine root keys, each with a password of 128 four-byte characters.
const FILE_BYTES_MAX: usize = 8 * 1024;

/// Where passwords come from.
#[derive(Debug, clap::Args)]
pub struct PasswordArgs {
    /// Read passwords from this path (`-` is stdin): one line each, in the order in which they
    /// would be asked, or one line for all of them. Instead, MOHAR_PASSWORD may hold the same.
    #[arg(long, value_name = "PATH")]
    pub password_file: Option<PathBuf>,
}

/// Gives one password after the other.
pub struct Passwords {
    given: Option<Vec<Zeroizing<String>>>,
    asked: usize,
}

impl Passwords {
    /// Takes the path, else the environment, else the terminal.
    ///
    /// # Errors
    /// When the path cannot be read or is empty.
    pub fn new(args: &PasswordArgs) -> Result<Self, Failure> {
        let text = match (&args.password_file, std::env::var(VARIABLE)) {
            (Some(path), _) => Some(Zeroizing::new(read(path)?)),
            (None, Ok(text)) => Some(Zeroizing::new(text)),
            (None, Err(_)) => None,
        };
        let given: Option<Vec<_>> =
            text.map(|text| text.lines().map(|line| Zeroizing::new(line.to_owned())).collect());
        if given.as_ref().is_some_and(Vec::is_empty) {
            return Err(Failure::usage("no password was given").hint("Write one line for each key."));
        }
        Ok(Self { given, asked: 0 })
    }

    /// The password of something that exists.
    ///
    /// # Errors
    /// When there is neither a given one nor a terminal.
    pub fn ask(&mut self, what: &str) -> Result<Zeroizing<String>, Failure> {
        self.next_given().unwrap_or_else(|| type_in(&format!("Password of {what}: ")))
    }

    /// A password for something new: checked, and typed twice.
    ///
    /// # Errors
    /// A password that may not be set, or two that differ.
    pub fn choose(&mut self, what: &str) -> Result<Zeroizing<String>, Failure> {
        let chosen = match self.next_given() {
            Some(given) => given?,
            None => {
                let first = type_in(&format!("New password for {what}: "))?;
                if type_in("The same again: ")? != first {
                    return Err(Failure::usage("the two passwords differ"));
                }
                first
            }
        };
        password::check_password(&chosen)
            .with_context(|| format!("the password for {what} cannot be used"))
            .hint("Take 8 to 128 characters; a sentence of a few words is best.")?;
        Ok(chosen)
    }

    /// Whether one given password stands for all that are asked.
    pub fn is_one_for_all(&self) -> bool {
        self.given.as_ref().is_some_and(|given| given.len() == 1)
    }

    fn next_given(&mut self) -> Option<Result<Zeroizing<String>, Failure>> {
        let given = self.given.as_ref()?;
        let at = if given.len() == 1 { 0 } else { self.asked };
        self.asked += 1;
        let too_few = || Failure::usage(format!("only {} passwords were given", given.len()));
        Some(given.get(at).cloned().ok_or_else(too_few))
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(FILE_BYTES_MAX as u64).read_to_end(&mut bytes)?;
        bytes
    } else {
        disk::read(path, FILE_BYTES_MAX)?
    };
    String::from_utf8(bytes).context("the password file is not text")
}

fn type_in(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .context("there is no terminal to type the password into")
        .hint("Give `--password-file PATH`, or set MOHAR_PASSWORD.")
}
