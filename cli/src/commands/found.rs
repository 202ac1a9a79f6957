//! `mohar found`: the charter ceremony.

use std::path::PathBuf;

use anyhow::Context as _;
use mohar_protocol::ceremony;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::AUTHORITY_KEYS_MAX;
use serde_json::json;

use crate::args::Names;
use crate::disk::{self, Access};
use crate::error::Failure;
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{clock, fingerprint};

/// Found a state: make its root keys and its charter
///
/// Writes DIR/charter.registry, which everyone may have, and DIR/root-1.key, root-2.key and so
/// on, each under a password of its own. Do it once, on a machine without a network, with the
/// keepers of the keys around the table. Then give each keeper one key file on a stick, and read
/// the state id aloud: every office compares it when it joins.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Found {
    /// Folder to write to; it is made if it is not there
    #[arg(long)]
    dir: PathBuf,
    #[command(flatten)]
    names: Names,
    /// How many root keys there are
    #[arg(long, default_value_t = 3)]
    keys: usize,
    /// How many of them must sign
    #[arg(long, default_value_t = 2)]
    threshold: u8,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const EXAMPLES: &str = "\
Examples:
  Three keepers, any two of whom can admit a department; passwords are asked:
    mohar found --dir state --name-hi 'मध्यप्रदेश' --name-en 'Madhya Pradesh' --keys 3 --threshold 2
  The same unattended, one line for each key:
    mohar found --dir state --name-hi 'मध्यप्रदेश' --name-en 'Madhya Pradesh' --password-file pw.txt";

impl Found {
    /// Runs the ceremony.
    ///
    /// # Errors
    /// Impossible thresholds, existing paths, passwords that may not be set.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        self.check_numbers()?;
        let charter_path = self.dir.join("charter.registry");
        let key_paths: Vec<PathBuf> =
            (1..=self.keys).map(|n| self.dir.join(format!("root-{n}.key"))).collect();
        disk::refuse_existing(key_paths.iter().chain([&charter_path]).map(PathBuf::as_path))?;

        let mut entropy = clock::entropy()?;
        let mut passwords = Passwords::new(&self.passwords)?;
        let keys: Vec<SecretKey> = (0..self.keys).map(|_| SecretKey::from_seed(&entropy.bytes32())).collect();
        let mut wrapped = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let what = format!("root key {} of {}, {}", index + 1, self.keys, self.names.name_en);
            let password = passwords.choose(&what)?;
            wrapped.push(KeyFile::wrap(&what, key, None, &password, &mut entropy)?);
        }
        let (hi, en) = (&self.names.name_hi, &self.names.name_en);
        let (state, package) = ceremony::found_state(hi, en, &keys, self.threshold, clock::now())
            .context("the charter cannot be signed")?;

        disk::make_private_dir(&self.dir)?;
        for (path, key) in key_paths.iter().zip(&wrapped) {
            disk::write_new(path, key.to_text().as_bytes(), Access::Secret)?;
        }
        disk::write_new(&charter_path, &ceremony::to_file(&package), Access::Public)?;

        output.line(format!("state {state}"))?;
        output.line(format!("aloud {}", fingerprint::groups(&state)))?;
        output.json(&json!({
            "state": state, "aloud": fingerprint::groups(&state), "charter": charter_path, "keys": key_paths,
            "threshold": self.threshold,
        }))?;
        output.talk(format!(
            "{} is founded: {} of {} keys admit its offices.\n\
             Next: give each keeper one root-N.key and keep no copy here; write the state id down.\n\
             Then: mohar office create --state-file {}",
            self.names.name_en,
            self.threshold,
            self.keys,
            charter_path.display()
        ));
        Ok(Exit::Good)
    }

    fn check_numbers(&self) -> Result<(), Failure> {
        let possible = (1..=AUTHORITY_KEYS_MAX).contains(&self.keys)
            && (1..=self.keys).contains(&usize::from(self.threshold));
        if possible {
            return Ok(());
        }
        Err(Failure::usage(format!("{} of {} keys is not possible", self.threshold, self.keys))
            .hint(format!("There are 1 to {AUTHORITY_KEYS_MAX} keys, and at most all of them must sign.")))
    }
}
