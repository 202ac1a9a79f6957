//! `mohar office replace`: new node keys for an office whose machine is gone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use clap::ArgGroup;
use data_encoding::HEXLOWER;
use mohar_protocol::act::{Body, UnverifiedAct, VerifiedAct, body};
use mohar_protocol::ceremony::{
    self, CEREMONY_BYTES_MAX, EarlierSecret, Founding, Holding, Invitation, Login, NodeKeys, NodeSecrets,
    OfficeSecrets,
};
use mohar_protocol::codec;
use mohar_protocol::directory::{SNAPSHOT_BYTES_MAX, Snapshot};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{OfficerId, StateId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::Actor;
use mohar_protocol::registry::{Register, Registry};
use mohar_protocol::sealing::at_rest::StorageKey;
use mohar_protocol::sealing::{SealingSecret, escrow, password};
use serde_json::json;

use crate::args::code;
use crate::disk::{self, Access};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{address, clock, fingerprint, registry};

/// Serve an office again whose machine is gone: new node keys, and a new key for its administrator
///
/// Works offline, from what others hold of the office (`mohar office holding`). The act is signed with
/// the office's own recovery kit, or with keys of the office above. The kit, or that of the
/// department, also opens the sealing secrets of the burnt machine. Writes into DIR what `mohar-node`
/// needs, and office.replacement, which is to be announced at a mirror (`mohar office announce`).
///
/// Passwords are asked in this order: kit, keys above, reader's kit, new password of the administrator.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("by").required(true).args(["kit", "above_key"]))]
pub struct Replace {
    /// Data folder of the new node
    #[arg(long)]
    data: PathBuf,
    /// What another node holds of the office; give all there are
    #[arg(long, value_name = "PATH", required = true)]
    holding: Vec<PathBuf>,
    /// The state's id as it was told by telephone or on paper
    #[arg(long, value_name = "HEX", value_parser = fingerprint::parse_state)]
    state: StateId,
    /// The office's own recovery kit: signs, and opens what was sealed
    #[arg(long, value_name = "PATH")]
    kit: Option<PathBuf>,
    /// An operating key of the office above, or root keys; give as many as must sign
    #[arg(long, value_name = "PATH")]
    above_key: Vec<PathBuf>,
    /// The department's recovery kit, to open what was sealed when the office's own kit is lost
    #[arg(long, value_name = "PATH")]
    reader_kit: Option<PathBuf>,
    /// Size of the largest head that anybody has seen, if no holding shows it
    #[arg(long, value_name = "ACTS")]
    lost_to: Option<u64>,
    /// Sign-in name of the administrator who gets a new key
    #[arg(long, value_name = "NAME", value_parser = code)]
    admin_login: String,
    /// Where the node listens to other nodes: ip:port or a multiaddress
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:4001", value_parser = address::parse)]
    listen: String,
    /// Where officers' browsers reach it: ip:port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    web: SocketAddr,
    #[command(flatten)]
    passwords: PasswordArgs,
}

const EXAMPLES: &str = "\
Examples:
  A tehsil has burnt; its recovery kit was in the treasury:
    mohar office replace --data /var/lib/mohar --holding indore.holding --holding rewa.holding \\
      --state 'a1b2c3d4 ...' --kit recovery.key --admin-login asha.verma
  Its kit burnt too; the district signs, the department's kit opens:
    mohar office replace --data /var/lib/mohar --holding rewa.holding --state 'a1b2c3d4 ...' \\
      --above-key operating.key --reader-kit department.key --admin-login asha.verma";

/// The keys that people brought along.
struct Brought {
    signers: Vec<SecretKey>,
    reader: Option<SealingSecret>,
    admin: zeroize::Zeroizing<String>,
}

impl Replace {
    /// Runs the ceremony.
    ///
    /// # Errors
    /// Holdings that do not hold, keys that do not suffice, a wrong password, existing paths.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let paths = ["keys/machine.key", "keys/secrets.sealed", "founding.cbor", "node.toml"];
        // What another machine key has sealed is of no use to this one.
        disk::refuse_existing([self.data.join("store.redb").as_path()])?;
        let paths = paths.map(|path| self.data.join(path));
        let announcement = self.data.join("office.replacement");
        disk::refuse_existing(paths.iter().chain([&announcement]).map(PathBuf::as_path))?;
        let mut all = self.read_holdings()?;
        let mut best = all.swap_remove(0);
        for other in all {
            registry::join(&mut best.package, other.package);
            best.seen_to = best.seen_to.max(other.seen_to);
            best.peers.extend(other.peers);
        }
        let office = best.office;
        let known = registry::fold(self.state, &best.package)
            .hint("A holding was damaged on the way, or is of another state.")?;
        let register = known.office(&office).context("the office is not in the registry")?;
        output.talk(format!(
            "{} ({}), {}: {} of {} acts survive\noffice {}",
            register.name_en(),
            register.name_hi(),
            register.path(),
            best.held.size,
            best.seen_to.max(best.held.size),
            fingerprint::groups(&office)
        ));
        let brought = self.unlock()?;
        let mut entropy = clock::entropy()?;
        let keys = NodeKeys::generate(&mut entropy);
        let earlier = open_escrows(&best, register, brought.reader.as_ref(), output)?;
        let officer = administrator(register)?;
        let admin_key = SecretKey::from_seed(&entropy.bytes32());
        let acts = self.sign(&known, &best, &keys, &brought, officer, &admin_key)?;

        let mut package = best.package;
        let dossier = package.dossiers.iter_mut().find(|d| registry::office_of(d) == Some(office.into()));
        let dossier = dossier.context("the office is not in the registry")?;
        dossier.extend(acts.iter().map(|act| act.bytes().to_vec().into()));
        let wrapped = password::wrap_with_password(&admin_key.to_seed(), &brought.admin, &mut entropy)?;
        let login = Login { name: self.admin_login.clone(), office, officer, wrapped };
        let names: Snapshot = codec::decode(&best.names, SNAPSHOT_BYTES_MAX).unwrap_or_default();
        let invitation =
            Invitation { state: self.state, office, package: package.clone(), peers: best.peers };
        let toml = self.node_toml(&invitation);
        let founding = Founding { invitation, login, names };

        disk::make_private_dir(&self.data.join("keys"))?;
        write_secrets(&paths, office.0, &keys, earlier, &mut entropy)?;
        disk::write_new(&paths[3], toml.as_bytes(), Access::Public)?;
        disk::write_new(&announcement, &ceremony::to_file(&package), Access::Public)?;
        disk::write_new(&paths[2], &ceremony::to_file(&founding), Access::Secret)?;
        output.line(format!("replaced {office}"))?;
        output.line(format!("announcement {}", announcement.display()))?;
        output.json(&json!({
            "replaced": office, "announcement": announcement, "held": best.held.size,
            "lost_to": self.lost_to.unwrap_or(best.seen_to).max(best.held.size),
        }))?;
        output.talk(format!(
            "Next: mohar office announce {} --data <folder of a mirror's node>, then mohar-node --data {}",
            announcement.display(),
            self.data.display()
        ));
        Ok(Exit::Good)
    }

    /// All holdings, the one that holds most first.
    fn read_holdings(&self) -> Result<Vec<Holding>, Failure> {
        let mut all = Vec::new();
        for path in &self.holding {
            let bytes = disk::read(path, CEREMONY_BYTES_MAX)?;
            let holding: Holding = ceremony::from_file(&bytes)
                .with_context(|| format!("{} is no holding", path.display()))
                .hint("Take the file that `mohar office holding` wrote.")?;
            all.push(holding);
        }
        all.sort_by_key(|holding| std::cmp::Reverse(holding.held.size));
        let office = all[0].office;
        if all.iter().any(|holding| holding.office != office) {
            return Err(Failure::usage("the holdings are of different offices"));
        }
        if all[0].held.size == 0 {
            return Err(Failure::bad("no holding is that of a mirror: nothing survives in them")
                .hint("Ask the nodes that `mohar status` of the burnt office showed as mirrors."));
        }
        Ok(all)
    }

    fn unlock(&self) -> Result<Brought, Failure> {
        let mut passwords = Passwords::new(&self.passwords)?;
        let (mut signers, mut reader) = (Vec::new(), None);
        if let Some(kit) = &self.kit {
            let (key, sealing) = KeyFile::read(kit)?.open_kit(&mut passwords)?;
            signers.push(key);
            reader = Some(sealing);
        }
        for path in &self.above_key {
            signers.push(KeyFile::read(path)?.open(&mut passwords)?);
        }
        if let Some(kit) = &self.reader_kit {
            reader = Some(KeyFile::read(kit)?.open_kit(&mut passwords)?.1);
        }
        let admin = passwords.choose(&format!("the sign-in of {}", self.admin_login))?;
        Ok(Brought { signers, reader, admin })
    }

    /// The incarnation, and the administrator's new key.
    fn sign(
        &self,
        known: &Registry,
        held: &Holding,
        keys: &NodeKeys,
        brought: &Brought,
        officer: OfficerId,
        admin: &SecretKey,
    ) -> Result<Vec<VerifiedAct>, Failure> {
        let lost_to = self.lost_to.unwrap_or(held.seen_to).max(held.held.size);
        let (now, signers) = (clock::now(), &brought.signers);
        let mut acts = ceremony::incarnate(known, held.office, keys, held.held, lost_to, signers, now)
            .context("the new keys were not accepted")
            .hint("Give the office's own kit, or keys of the office above, as many as must sign.")?;
        let mut after = known.clone();
        for act in &acts {
            after.admit_act(UnverifiedAct::parse(act.bytes())?)?;
        }
        let key = signers.first().ok_or_else(|| anyhow!("no key signs"))?.clone();
        let actor = Actor { office: held.office, charge: None, key };
        let rekey = Body::RekeyOfficer(body::RekeyOfficer { officer, key: admin.public() });
        let act = ceremony::register_act(&after, &actor, &rekey, now)?;
        after
            .admit_act(UnverifiedAct::parse(act.bytes())?)
            .context("the administrator's new key was not accepted")?;
        acts.push(act);
        Ok(acts)
    }

    fn node_toml(&self, invitation: &Invitation) -> String {
        let mut text = format!(
            "# Settings of this node. Unknown keys are refused; what is not here has a default.\n\n\
             [web]\nlisten = \"{}\"\n\n[net]\nlisten = [\"{}\"]\n",
            self.web, self.listen
        );
        for peer in invitation.peers.iter().filter(|peer| !peer.addresses.is_empty()) {
            let transport = HEXLOWER.encode(&peer.transport.to_bytes());
            let addresses = peer.addresses.iter().map(|a| format!("\"{a}\"")).collect::<Vec<_>>().join(", ");
            text.push_str(&format!(
                "\n[[net.peers]]\ntransport = \"{transport}\"\naddresses = [{addresses}]\n"
            ));
        }
        text
    }
}

/// The sealing secrets of the machines before, from whatever holding has them.
fn open_escrows(
    held: &Holding,
    register: &Register,
    reader: Option<&SealingSecret>,
    output: Output,
) -> Result<Vec<EarlierSecret>, Failure> {
    let Some(reader) = reader else {
        output.talk("No kit opens what was sealed: the new node will hold contents that it cannot read.");
        return Ok(Vec::new());
    };
    let mut opened = Vec::new();
    for (number, bytes) in &held.escrows {
        let Some(incarnation) = register.incarnation_number(*number) else { continue };
        if let Ok(secret) = escrow::open(bytes, held.office, *number, &incarnation.sealing, reader) {
            opened.push(EarlierSecret { seed: *secret.to_seed() });
        }
    }
    if opened.is_empty() {
        return Err(Failure::bad("the kit opens none of the sealing secrets in the holding")
            .hint("Take the kit of the office itself, or that of its department."));
    }
    Ok(opened)
}

/// The officer who holds the administrator's post.
fn administrator(register: &Register) -> Result<OfficerId, Failure> {
    let is_admin = |post| register.post(post).is_some_and(|post| post.admin);
    let charge = register.charges().find(|charge| is_admin(&charge.post));
    Ok(charge.context("nobody holds the administrator's post")?.officer)
}

fn write_secrets(
    paths: &[PathBuf; 4],
    office: [u8; 32],
    keys: &NodeKeys,
    earlier: Vec<EarlierSecret>,
    entropy: &mut Entropy,
) -> anyhow::Result<()> {
    let machine = StorageKey::generate(entropy);
    let hosted =
        OfficeSecrets { office, signing: *keys.signing.to_seed(), sealing: *keys.sealing.to_seed(), earlier };
    let secrets = NodeSecrets {
        transport: *keys.transport.to_seed(),
        storage: *StorageKey::generate(entropy).expose(),
        offices: vec![hosted],
    };
    let write = |path: &Path, bytes: &[u8]| disk::write_new(path, bytes, Access::Secret);
    write(&paths[0], machine.expose())?;
    write(&paths[1], &secrets.seal(&machine, entropy))
}
