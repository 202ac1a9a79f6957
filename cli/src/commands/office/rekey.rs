//! `mohar office rekey`: new operating keys for an office.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::act::body::KeySet;
use mohar_protocol::ceremony;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;
use serde_json::json;

use crate::connect::Node;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{clock, registry};

/// Give an office a new operating key
///
/// Makes a key under a new password and has the node record it. Offices that the old key admitted
/// stay admitted and orders stay given; whatever it signs later has no effect. With --overlap the
/// old key counts too, until the next change. When the old key is lost or stolen,
/// the recovery kit signs instead, and --without names what a thief did with it.
///
/// The new password is asked first, then that of the key that signs.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Rekey {
    /// Data folder of the office's running node
    #[arg(long)]
    data: PathBuf,
    /// Id of the office, if the node hosts several
    #[arg(long)]
    office: Option<OfficeId>,
    /// The operating key file; it is written anew, and the old one kept beside it
    #[arg(long, value_name = "PATH")]
    operating_key: Option<PathBuf>,
    /// Sign with the recovery kit, because the operating key is lost or stolen
    #[arg(long, value_name = "PATH", conflicts_with = "overlap")]
    recovery_key: Option<PathBuf>,
    /// The old key counts too, until the next change
    #[arg(long)]
    overlap: bool,
    /// Id of an office, or of an order, that shall count no more; may be given several times
    #[arg(long, value_name = "HEX")]
    without: Vec<ActId>,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const EXAMPLES: &str = "\
Examples:
  The head of office hands over; the new one chooses a password of his own:
    mohar office rekey --data /var/lib/mohar
  The stick with the key is gone; somebody may have admitted an office with it:
    mohar office rekey --data /var/lib/mohar --recovery-key recovery.key --without 77c0...";

impl Rekey {
    /// Runs the command.
    ///
    /// # Errors
    /// A key that is not the office's, a wrong password, a node that does not answer.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let office = self.office(&mut node)?;
        let package = node.registry()?;
        let known = registry::fold(registry::state_of(&package)?, &package)?;
        let register = known.office(&office)?;
        let own = self.operating_key.clone();
        let path = own.unwrap_or_else(|| self.data.join("keys").join("operating.key"));
        let count = register.authority().all().count();
        let (fresh, kept) = (path.with_extension("key.new"), path.with_extension(format!("key.{count}")));
        disk::refuse_existing([fresh.as_path(), kept.as_path()])?;

        let mut entropy = clock::entropy()?;
        let mut passwords = Passwords::new(&self.passwords)?;
        let key = SecretKey::from_seed(&entropy.bytes32());
        let what = format!("operating key {} of {}", count + 1, register.name_en());
        let wrapped = KeyFile::wrap(&what, &key, None, &passwords.choose(&what)?, &mut entropy)?;
        let signing = KeyFile::read(self.recovery_key.as_ref().unwrap_or(&path))?;
        let mut keys: Vec<PublicKey> = vec![key.public()];
        if self.overlap {
            keys.push(signing.public);
        }
        let operating = KeySet { keys, threshold: 1 };
        let signing = [signing.open(&mut passwords)?];
        let acts = ceremony::rekey_office(&known, office, operating, &self.without, &signing, clock::now())
            .context("the office got no new key")
            .hint("Sign with the operating key that counts now, or with --recovery-key.")?;
        let act = UnverifiedAct::parse(&acts[0]).map_err(Refusal::from)?.id();

        // The key is on the disk before anybody hears of it.
        disk::write_new(&fresh, wrapped.to_text().as_bytes(), Access::Secret)?;
        if let Err(failure) = node.import(&Package { charter: Vec::new(), dossiers: vec![acts] }) {
            let _ = fs::remove_file(&fresh);
            return Err(failure.hint("Nothing has changed. `mohar status` says whether the office may sign."));
        }
        if path.exists() {
            fs::rename(&path, &kept).with_context(|| format!("{}: cannot be renamed", path.display()))?;
        }
        fs::rename(&fresh, &path).with_context(|| format!("{}: cannot be renamed", fresh.display()))?;
        output.line(format!("new key {act}"))?;
        output.line(format!("written {}", path.display()))?;
        output.json(&json!({ "new_key": act, "office": office, "written": path, "old": kept }))?;
        self.tell(output, &kept);
        Ok(Exit::Good)
    }

    fn tell(&self, output: Output, old: &Path) {
        output.talk(match (self.overlap, old.exists()) {
            (true, _) => format!("The old key, {}, counts too, until the next change.", old.display()),
            (false, true) => format!("The old key signs nothing any more. Remove {}.", old.display()),
            (false, false) => "The old key signs nothing any more.".to_owned(),
        });
    }

    fn office(&self, node: &mut Node) -> Result<OfficeId, Failure> {
        let hosted: Vec<OfficeId> = node.status()?.offices.iter().map(|own| own.office).collect();
        match (self.office, hosted.as_slice()) {
            (Some(office), hosted) if hosted.contains(&office) => Ok(office),
            (None, [only]) => Ok(*only),
            (Some(_), _) => Err(Failure::bad("this node does not host that office")),
            (None, _) => Err(Failure::usage("the node hosts several offices").hint("`--office` names one.")),
        }
    }
}
