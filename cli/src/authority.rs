//! Who orders something about an office: the office above it, or the keepers of the charter, with the
//! keys that sign. Never decides whether they suffice; that is `mohar_protocol::registry`.

use std::path::PathBuf;

use anyhow::Context as _;
use mohar_protocol::id::OfficeId;
use mohar_protocol::keys::SecretKey;
use mohar_protocol::registry::Registry;

use crate::connect::Node;
use crate::error::Failure;
use crate::keyfile::KeyFile;
use crate::password::{PasswordArgs, Passwords};
use crate::registry;

/// The office above, if it is not the charter.
pub type Above = Option<OfficeId>;

/// What to say when the keys did not suffice.
pub const KEYS_HINT: &str = "Give the operating key of the office above, or as many root keys as must sign.";

/// Where to order, and the keys.
#[derive(Debug, clap::Args)]
pub struct Authority {
    /// Data folder of the running node of the office that orders; with root keys, of any office
    #[arg(long)]
    data: PathBuf,
    /// The operating key of the office that orders, if it is not in DIR/keys/operating.key; give as
    /// many as must sign
    #[arg(long, value_name = "PATH")]
    operating_key: Vec<PathBuf>,
    /// Where the charter is above: a root key; give as many as must sign
    #[arg(long, value_name = "PATH", conflicts_with = "operating_key")]
    root_key: Vec<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArgs,
}

/// An order that is being given.
pub struct Giving {
    /// The node that takes it in.
    pub node: Node,
    /// What that node knows of the state.
    pub known: Registry,
    /// The office above that orders; none for the charter.
    pub giver: Above,
}

impl Authority {
    /// Asks the node who is above `office`. `taker` is a second one that may order the same.
    ///
    /// # Errors
    /// A node that does not answer, or where the office above does not live.
    pub fn begin(&self, office: OfficeId, taker: Option<Above>) -> Result<Giving, Failure> {
        let mut node = Node::open(&self.data)?;
        let package = node.registry()?;
        let known = registry::fold(registry::state_of(&package)?, &package)?;
        let hosted: Vec<OfficeId> = node.status()?.offices.iter().map(|own| own.office).collect();
        let giver = self.giver(&known, office, taker, &hosted)?;
        Ok(Giving { node, known, giver })
    }

    /// The keys of the giver: those named, or that among the node's own which is the giver's.
    ///
    /// # Errors
    /// A key file that cannot be read, a wrong password.
    pub fn unlock(&self, giving: &Giving) -> Result<Vec<SecretKey>, Failure> {
        let mut passwords = Passwords::new(&self.passwords)?;
        let named = if giving.giver.is_none() { &self.root_key } else { &self.operating_key };
        let mut files = Vec::new();
        for path in named {
            files.push(KeyFile::read(path)?);
        }
        if let (true, Some(giver)) = (named.is_empty(), giving.giver) {
            let register = giving.known.office(&giver)?;
            let own = self.own_keys()?;
            let is_giver = |file: &KeyFile| register.operating().get(file.public.id()).is_some();
            files.extend(own.into_iter().find(is_giver));
        }
        files.iter().map(|file| file.open(&mut passwords)).collect()
    }

    /// Who of those that may order it does so here.
    fn giver(
        &self,
        known: &Registry,
        office: OfficeId,
        taker: Option<Above>,
        hosted: &[OfficeId],
    ) -> Result<Above, Failure> {
        let above = known.office(&office).context("this office is not known here")?.parent();
        let mut may = [Some(above), taker].into_iter().flatten();
        let here = |giver: &Above| match giver {
            None => !self.root_key.is_empty(),
            Some(giver) => self.root_key.is_empty() && hosted.contains(giver),
        };
        let paths = |giver: Above| match giver.and_then(|giver| known.office(&giver).ok()) {
            Some(register) => register.path().to_owned(),
            None => "the charter, with --root-key".to_owned(),
        };
        let wanted: Vec<String> = may.clone().map(paths).collect();
        may.find(here).ok_or_else(|| {
            Failure::bad("this is not for an office of this node to order")
                .hint(format!("It is for {}.", wanted.join(" and for ")))
        })
    }

    fn own_keys(&self) -> Result<Vec<KeyFile>, Failure> {
        let mut folders = vec![self.data.clone()];
        if let Ok(beside) = std::fs::read_dir(self.data.join("offices")) {
            folders.extend(beside.flatten().map(|entry| entry.path()));
        }
        let paths = folders.into_iter().map(|folder| folder.join("keys").join("operating.key"));
        let mut files = Vec::new();
        for path in paths.filter(|path| path.exists()) {
            files.push(KeyFile::read(&path)?);
        }
        Ok(files)
    }
}
