//! `mohar charter`: the next version of the charter, with other root keys or other names.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use mohar_protocol::act::body::KeySet;
use mohar_protocol::act::{UnverifiedAct, body};
use mohar_protocol::ceremony::{self, NextCharter};
use mohar_protocol::id::ActId;
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::limits::AUTHORITY_KEYS_MAX;
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::{CharterChain, Registry};
use serde_json::json;

use crate::args::name;
use crate::connect::Node;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{clock, registry};

/// Renew the charter: other root keys, another threshold, another name
#[derive(Debug, Subcommand)]
pub enum Charter {
    Succeed(Succeed),
    Sign(Sign),
}

/// Propose the next version of the charter
///
/// Makes new root keys (--new-keys), takes over keepers who stay (--keep), and signs with the root
/// keys given. The version comes into force when as many of the old and as many of the new keys
/// have signed as each of the two versions asks for: `mohar charter sign` adds signatures, on this
/// machine or another one. Offices that were admitted stay admitted, and orders that were given
/// stay given; the proposal names them. Whatever old keys sign later has no effect.
///
/// Passwords are asked for every new key, then for the root keys that sign.
#[derive(Debug, clap::Args)]
#[command(after_help = SUCCEED_EXAMPLES)]
pub struct Succeed {
    /// Data folder of a running node, which knows the admitted offices
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder to write to; it is made if it is not there
    #[arg(long)]
    dir: PathBuf,
    /// New root keys to make
    #[arg(long, default_value_t = 0)]
    new_keys: usize,
    /// The key file of a keeper who stays; no password is asked for it. May be given several times
    #[arg(long, value_name = "PATH")]
    keep: Vec<PathBuf>,
    /// How many of the keys must sign from then on
    #[arg(long)]
    threshold: u8,
    /// Id of an office, or of an order, that stolen keys admitted or gave and that shall count no more;
    /// may be given several times
    #[arg(long, value_name = "HEX")]
    without: Vec<ActId>,
    /// Hindi name of the state, if it changes
    #[arg(long, value_parser = name, value_name = "NAME")]
    name_hi: Option<String>,
    /// English name of the state, if it changes
    #[arg(long, value_parser = name, value_name = "NAME")]
    name_en: Option<String>,
    /// A root key of the charter in force that signs the proposal now; may be given several times
    #[arg(long, required = true, value_name = "PATH")]
    root_key: Vec<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const SUCCEED_EXAMPLES: &str = "\
Examples:
  A keeper retires and another one follows; the two others stay, two of three sign:
    mohar charter succeed --data /var/lib/mohar --dir next --new-keys 1 --keep root-1.key --keep root-3.key \\
      --threshold 2 --root-key root-1.key --root-key root-3.key
  The running node then tells all others:
    mohar office announce next/charter.registry --data /var/lib/mohar";

/// Sign a proposal for the charter with further root keys
///
/// Shows what the proposal says before a password is asked, adds the signatures and writes the path
/// anew. Compare the id of the proposal aloud with the other keepers.
#[derive(Debug, clap::Args)]
#[command(after_help = SIGN_EXAMPLES)]
pub struct Sign {
    /// The registry file with the proposal
    path: PathBuf,
    /// Id of the proposal, if there are several
    #[arg(long, value_name = "HEX")]
    proposal: Option<ActId>,
    /// A root key, of the charter in force or of those that the proposal names; may be given several
    /// times
    #[arg(long, required = true, value_name = "PATH")]
    root_key: Vec<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const SIGN_EXAMPLES: &str = "\
Examples:
  mohar charter sign next/charter.registry --root-key root-3.key";

impl Charter {
    /// Runs the command.
    ///
    /// # Errors
    /// Keys that are not root keys, wrong passwords, a proposal that does not follow from the version
    /// in force.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Succeed(succeed) => succeed.run(output),
            Self::Sign(sign) => sign.run(output),
        }
    }
}

impl Succeed {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let path = self.dir.join("charter.registry");
        let mut package = Node::open(&self.data)?.registry()?;
        let known = registry::fold(registry::state_of(&package)?, &package)?;
        let first = self.first_number(&known);
        let key_paths: Vec<PathBuf> =
            (first..first + self.new_keys).map(|n| self.dir.join(format!("root-{n}.key"))).collect();
        disk::refuse_existing(key_paths.iter().chain([&path]).map(PathBuf::as_path))?;
        let kept: Vec<PublicKey> = self.keep.iter().map(|path| public(path)).collect::<Result<_, _>>()?;

        let mut entropy = clock::entropy()?;
        let mut passwords = Passwords::new(&self.passwords)?;
        let made: Vec<SecretKey> =
            (0..self.new_keys).map(|_| SecretKey::from_seed(&entropy.bytes32())).collect();
        let next = self.next(&known, &kept, &made)?;
        let mut wrapped = Vec::new();
        for (at, key) in made.iter().enumerate() {
            let what = format!("root key {}, {}", first + at, next.name_en);
            wrapped.push(KeyFile::wrap(&what, key, None, &passwords.choose(&what)?, &mut entropy)?);
        }
        // The keepers in force sign first: a proposal is one of theirs.
        let mut signing = unlock(&self.root_key, &mut passwords)?;
        signing.extend(made);
        let acts = ceremony::propose_charter(&known, next, &signing, clock::now())
            .context("the next version cannot be proposed")
            .hint(
                "Give root keys of the charter in force. `--keep` and `--new-keys` say who keeps the next.",
            )?;
        let proposal = UnverifiedAct::parse(&acts[0]).map_err(Refusal::from)?.id();
        package.charter.extend(acts);

        disk::make_private_dir(&self.dir)?;
        for (path, key) in key_paths.iter().zip(&wrapped) {
            disk::write_new(path, key.to_text().as_bytes(), Access::Secret)?;
        }
        disk::write_new(&path, &ceremony::to_file(&package), Access::Public)?;
        tell(output, &path, &package, proposal)
    }

    /// Number of the first new key file: people count on from the keys that there were.
    fn first_number(&self, known: &Registry) -> usize {
        known.charter().roots().all().map(|set| set.keys.len()).max().unwrap_or(0) + 1
    }

    fn next(&self, known: &Registry, kept: &[PublicKey], made: &[SecretKey]) -> Result<NextCharter, Failure> {
        let keys: Vec<PublicKey> = kept.iter().copied().chain(made.iter().map(SecretKey::public)).collect();
        let root = KeySet { keys, threshold: self.threshold };
        if !root.is_sound() {
            let count = root.keys.len();
            return Err(Failure::usage(format!("{} of {count} keys is not possible", self.threshold)).hint(
                format!("There are 1 to {AUTHORITY_KEYS_MAX} different keys, and at most all must sign."),
            ));
        }
        let (hi, en) = known.charter().names().context("there is no charter in force")?;
        Ok(NextCharter {
            name_hi: self.name_hi.clone().unwrap_or_else(|| hi.to_owned()),
            name_en: self.name_en.clone().unwrap_or_else(|| en.to_owned()),
            root,
            without: self.without.clone(),
        })
    }
}

impl Sign {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut package = registry::read(&self.path)?;
        let known = registry::fold(registry::state_of(&package)?, &package)?;
        let (proposal, next) = self.choose(known.charter())?;
        show(output, &known, proposal, next);
        let keys = unlock(&self.root_key, &mut Passwords::new(&self.passwords)?)?;
        let acts = ceremony::endorse_charter(&known, proposal, &keys, clock::now())
            .context("the proposal was not signed")
            .hint("Root keys sign: those of the charter in force, and those that the proposal names.")?;
        if acts.is_empty() {
            return Err(Failure::bad("these keys have signed this proposal already"));
        }
        package.charter.extend(acts);
        disk::replace(&self.path, &ceremony::to_file(&package))?;
        tell(output, &self.path, &package, proposal)
    }

    fn choose<'a>(&self, charter: &'a CharterChain) -> Result<(ActId, &'a body::Charter), Failure> {
        let open: Vec<_> = charter.proposals().collect();
        let wanted = match (self.proposal, open.as_slice()) {
            (Some(wanted), open) => open.iter().find(|(id, _)| *id == wanted),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        wanted.copied().ok_or_else(|| {
            let ids: Vec<String> = open.iter().map(|(id, _)| id.to_string()).collect();
            Failure::bad(format!("{} proposals are open in {}", ids.len(), self.path.display()))
                .hint(format!("`--proposal` names one: {}", ids.join(" ")))
        })
    }
}

/// What a keeper signs, before the password is asked.
fn show(output: Output, known: &Registry, proposal: ActId, next: &body::Charter) {
    let charter = known.charter();
    let in_force: Vec<_> = charter.in_force().map(|root| root.keys.clone()).unwrap_or_default();
    let stay = next.root.keys.iter().filter(|key| in_force.contains(key)).count();
    output.talk(format!(
        "{} ({}), version {}: {} of {} keys must sign; {stay} keys stay, {} are new, {} go.\n\
         {} offices and orders of earlier keys go on counting.\nproposal {}",
        next.name_en,
        next.name_hi,
        charter.version().unwrap_or(0) + 1,
        next.root.threshold,
        next.root.keys.len(),
        next.root.keys.len() - stay,
        in_force.len() - stay,
        next.keeps.len(),
        crate::fingerprint::groups(&proposal),
    ));
}

fn tell(output: Output, path: &Path, package: &Package, proposal: ActId) -> Result<Exit, Failure> {
    let known = registry::fold(registry::state_of(package)?, package)?;
    let charter = known.charter();
    let in_force = charter.head() == Some(proposal);
    output.line(format!("proposal {proposal}"))?;
    output.line(format!("in force {}", if in_force { "yes" } else { "no" }))?;
    output.json(&json!({
        "proposal": proposal, "in_force": in_force, "version": charter.version(),
        "signed": charter.signers(&proposal).map_or(0, <[_]>::len), "registry": path,
    }))?;
    if in_force {
        output.talk(format!(
            "The version is in force. Next: mohar office announce {} --data DIR of a running node.\n\
             Give each keeper one root-N.key and keep no copy; keys that went are destroyed.",
            path.display()
        ));
    } else {
        output.talk(format!("Not enough keys have signed yet: mohar charter sign {}", path.display()));
    }
    Ok(Exit::Good)
}

fn public(path: &Path) -> anyhow::Result<PublicKey> {
    Ok(KeyFile::read(path)?.public)
}

fn unlock(paths: &[PathBuf], passwords: &mut Passwords) -> Result<Vec<SecretKey>, Failure> {
    paths.iter().map(|path| KeyFile::read(path)?.open(passwords)).collect()
}
