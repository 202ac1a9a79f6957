//! `mohar office divide|merge|move|close`: orders of succession, given by the authority above.

use std::path::PathBuf;

use anyhow::Context as _;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::body::{Part, SucceedClose, SucceedDivide, SucceedMerge, SucceedParent};
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::time::Timestamp;
use serde_json::json;

use super::create::parse_path;
use crate::connect::Node;
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::keyfile::KeyFile;
use crate::output::Output;
use crate::password::{PasswordArgs, Passwords};
use crate::{clock, registry};

/// Who orders, and from when on.
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
    /// The day from which it counts (Indian time); at once when left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse_day)]
    effective: Option<Timestamp>,
    #[command(flatten)]
    passwords: PasswordArgs,
}

/// Divide an office between successors
///
/// The successors are offices that were admitted before, under the same office above. Tehsils named
/// after `=` come under the successor. Without --ends the divided office goes on with what is left.
/// Its files move when its administrator says which: `mohar office hand-on`.
#[derive(Debug, clap::Args)]
#[command(after_help = DIVIDE_EXAMPLES)]
pub struct Divide {
    /// Id of the office that is divided
    office: OfficeId,
    /// A successor, and the offices below that come under it: ID or ID=ID,ID; may be given several times
    #[arg(long, required = true, value_name = "OFFICE[=OFFICE,...]", value_parser = parse_part)]
    into: Vec<Part>,
    /// The divided office ends
    #[arg(long)]
    ends: bool,
    #[command(flatten)]
    authority: Authority,
}

const DIVIDE_EXAMPLES: &str = "\
Examples:
  The division makes the tehsil Mauganj of the district Rewa a district, and gives it a tehsil:
    mohar office divide 5e0f... --into 9ab1...=77c0... --effective 2023-08-15 --data /var/lib/mohar";

/// Merge an office into another one
///
/// Both are under the same office above. The offices below and all files go to the one that stays,
/// the files by the ordinary handover, by themselves.
#[derive(Debug, clap::Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub struct Merge {
    /// Id of the office that ends
    office: OfficeId,
    /// Id of the office that takes its place
    #[arg(long, value_name = "OFFICE")]
    into: OfficeId,
    #[command(flatten)]
    authority: Authority,
}

const MERGE_EXAMPLES: &str = "\
Examples:
  mohar office merge 77c0... --into 9ab1... --data /var/lib/mohar";

/// Put an office under another one
///
/// It is said twice: by the office that gives it away and by the one that takes it, each on its own
/// machine and with the same words. It takes effect when both have said it.
#[derive(Debug, clap::Args)]
#[command(after_help = MOVE_EXAMPLES)]
pub struct Move {
    /// Id of the office that moves
    office: OfficeId,
    /// Id of the office above from then on, or `charter`
    #[arg(long, value_name = "OFFICE", value_parser = parse_above)]
    to: Above,
    /// Its path from then on
    #[arg(long, value_parser = parse_path)]
    path: String,
    #[command(flatten)]
    authority: Authority,
}

const MOVE_EXAMPLES: &str = "\
Examples:
  A tehsil moves from one district to another; at each of the two:
    mohar office move 77c0... --to 9ab1... --path mp/dewas/sonkatch --data /var/lib/mohar";

/// Close an office without an office in its place
///
/// Its files go to the office that keeps them: the one above, or another one below that.
#[derive(Debug, clap::Args)]
#[command(after_help = CLOSE_EXAMPLES)]
pub struct Close {
    /// Id of the office that ends
    office: OfficeId,
    /// Id of the office that keeps its files
    #[arg(long, value_name = "OFFICE")]
    keeper: OfficeId,
    #[command(flatten)]
    authority: Authority,
}

const CLOSE_EXAMPLES: &str = "\
Examples:
  The district closes a tehsil and keeps its files:
    mohar office close 77c0... --keeper 5e0f... --data /var/lib/mohar";

/// The office above, if it is not the charter.
type Above = Option<OfficeId>;

impl Divide {
    /// Gives the order.
    ///
    /// # Errors
    /// Those of every order: see [`Authority`].
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, into: parts, ends, authority } = self;
        let effective = authority.effective;
        let body = SucceedDivide { effective, office, goes_on: !ends, parts };
        authority.give(output, office, None, &Body::SucceedDivide(body))
    }
}

impl Merge {
    /// Gives the order.
    ///
    /// # Errors
    /// Those of every order: see [`Authority`].
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, into, authority } = self;
        let body = SucceedMerge { effective: authority.effective, office, into };
        authority.give(output, office, None, &Body::SucceedMerge(body))
    }
}

impl Move {
    /// Gives the order, or the consent to it.
    ///
    /// # Errors
    /// Those of every order: see [`Authority`].
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, to, path, authority } = self;
        let body = SucceedParent { effective: authority.effective, office, to, path };
        authority.give(output, office, Some(to), &Body::SucceedParent(body))
    }
}

impl Close {
    /// Gives the order.
    ///
    /// # Errors
    /// Those of every order: see [`Authority`]; an office that still has offices below it.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, keeper, authority } = self;
        let body = SucceedClose { effective: authority.effective, office, keeper };
        authority.give(output, office, None, &Body::SucceedClose(body))
    }
}

impl Authority {
    /// Signs the order and gives it to the node, which passes it on. `taker` is a second office
    /// that may say the same: the one that takes.
    fn give(
        &self,
        output: Output,
        office: OfficeId,
        taker: Option<Above>,
        order: &Body,
    ) -> Result<Exit, Failure> {
        let mut node = Node::open(&self.data)?;
        let package = node.registry()?;
        let known = registry::fold(registry::state_of(&package)?, &package)?;
        let hosted: Vec<OfficeId> = node.status()?.offices.iter().map(|own| own.office).collect();
        let giver = self.giver(&known, office, taker, &hosted)?;
        check(&known, office, order)?;
        let keys = self.unlock(&known, giver)?;
        let acts = ceremony::give_order(&known, giver, order, &keys, clock::now())
            .context("the order was not given")
            .hint("Give the operating key of the office above, or as many root keys as must sign.")?;
        let id = UnverifiedAct::parse(&acts[0]).map_err(Refusal::from)?.id();
        node.import(&news(giver, acts))?;
        tell(output, &known, office, giver, id)
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

    /// The keys of the giver: those named, or that among the node's own which is the giver's.
    fn unlock(&self, known: &Registry, giver: Above) -> Result<Vec<SecretKey>, Failure> {
        let mut passwords = Passwords::new(&self.passwords)?;
        let named = if giver.is_none() { &self.root_key } else { &self.operating_key };
        let mut files = Vec::new();
        for path in named {
            files.push(KeyFile::read(path)?);
        }
        if let (true, Some(giver)) = (named.is_empty(), giver) {
            let register = known.office(&giver)?;
            let own = self.own_keys()?;
            let is_giver = |file: &KeyFile| register.operating().get(file.public.id()).is_some();
            files.extend(own.into_iter().find(is_giver));
        }
        files.iter().map(|file| file.open(&mut passwords)).collect()
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

/// What the rules would leave without effect is not given.
fn check(known: &Registry, office: OfficeId, order: &Body) -> Result<(), Failure> {
    let register = known.office(&office)?;
    if register.ended().is_some() {
        return Err(Refusal::OfficeEnded.into());
    }
    let takers: Vec<OfficeId> = match order {
        Body::SucceedDivide(body) => body.parts.iter().map(|part| part.office).collect(),
        Body::SucceedMerge(body) => vec![body.into],
        _ => Vec::new(),
    };
    for taker in takers {
        let taker = known.office(&taker).context("a successor is not known here")?;
        if taker.id() == office || taker.parent() != register.parent() || taker.ended().is_some() {
            return Err(Failure::bad(format!("{} cannot be a successor", taker.path()))
                .hint("A successor is another office under the same office above; move it there first."));
        }
    }
    let below = known.offices().find(|other| other.parent() == Some(office) && other.ended().is_none());
    match (order, below) {
        (Body::SucceedClose(_), Some(below)) => {
            Err(Failure::bad(format!("{} is still below it", below.path()))
                .hint("Move, merge or close the offices below first."))
        }
        _ => Ok(()),
    }
}

/// The acts as the giver's node takes them in.
fn news(giver: Above, acts: Vec<ByteVec>) -> Package {
    match giver {
        None => Package { charter: acts, dossiers: Vec::new() },
        Some(_) => Package { charter: Vec::new(), dossiers: vec![acts] },
    }
}

fn tell(
    output: Output,
    known: &Registry,
    office: OfficeId,
    giver: Above,
    order: ActId,
) -> Result<Exit, Failure> {
    let path = known.office(&office)?.path();
    output.line(format!("order {order}"))?;
    output.line(format!("about {path}"))?;
    output.json(&json!({ "order": order, "office": office, "path": path, "giver": giver }))?;
    output.talk("It travels to all nodes by itself. `mohar status` shows paths as they are.");
    Ok(Exit::Good)
}

fn parse_part(text: &str) -> Result<Part, String> {
    let (office, children) = text.split_once('=').unwrap_or((text, ""));
    let id = |text: &str| text.parse::<OfficeId>().map_err(|_| format!("not the id of an office: {text}"));
    let children = children.split(',').filter(|child| !child.is_empty()).map(id);
    Ok(Part { office: id(office)?, children: children.collect::<Result<_, _>>()? })
}

fn parse_above(text: &str) -> Result<Above, String> {
    if text == "charter" {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| "expected the id of an office, or `charter`".to_owned())
}
