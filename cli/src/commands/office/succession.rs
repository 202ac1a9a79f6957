//! `mohar office divide|merge|move|close`: orders of succession, given by the authority above.

use anyhow::Context as _;
use minicbor::bytes::ByteVec;
use mohar_protocol::act::body::{Part, SucceedClose, SucceedDivide, SucceedMerge, SucceedParent};
use mohar_protocol::act::{Body, UnverifiedAct};
use mohar_protocol::ceremony;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::time::Timestamp;
use serde_json::json;

use super::create::parse_path;
use crate::authority::{Above, Authority, KEYS_HINT};
use crate::clock;
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// Who orders, and from when on.
#[derive(Debug, clap::Args)]
pub struct Order {
    #[command(flatten)]
    authority: Authority,
    /// The day from which it counts (Indian time); at once when left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = clock::parse_day)]
    effective: Option<Timestamp>,
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
    order: Order,
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
    order: Order,
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
    order: Order,
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
    order: Order,
}

const CLOSE_EXAMPLES: &str = "\
Examples:
  The district closes a tehsil and keeps its files:
    mohar office close 77c0... --keeper 5e0f... --data /var/lib/mohar";

impl Divide {
    /// Gives the order.
    ///
    /// # Errors
    /// Those of every order: see [`Order`].
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, into: parts, ends, order } = self;
        let effective = order.effective;
        let body = SucceedDivide { effective, office, goes_on: !ends, parts };
        order.give(output, office, None, &Body::SucceedDivide(body))
    }
}

impl Merge {
    /// Gives the order.
    ///
    /// # Errors
    /// Those of every order: see [`Order`].
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, into, order } = self;
        let body = SucceedMerge { effective: order.effective, office, into };
        order.give(output, office, None, &Body::SucceedMerge(body))
    }
}

impl Move {
    /// Gives the order, or the consent to it.
    ///
    /// # Errors
    /// Those of every order: see [`Order`].
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, to, path, order } = self;
        let body = SucceedParent { effective: order.effective, office, to, path };
        order.give(output, office, Some(to), &Body::SucceedParent(body))
    }
}

impl Close {
    /// Gives the order.
    ///
    /// # Errors
    /// Those of every order: see [`Order`]; an office that still has offices below it.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        let Self { office, keeper, order } = self;
        let body = SucceedClose { effective: order.effective, office, keeper };
        order.give(output, office, None, &Body::SucceedClose(body))
    }
}

impl Order {
    /// Signs the order and gives it to the node, which passes it on. `taker` is a second office
    /// that may say the same: the one that takes.
    fn give(
        &self,
        output: Output,
        office: OfficeId,
        taker: Option<Above>,
        order: &Body,
    ) -> Result<Exit, Failure> {
        let mut giving = self.authority.begin(office, taker)?;
        check(&giving.known, office, order)?;
        let keys = self.authority.unlock(&giving)?;
        let acts = ceremony::give_order(&giving.known, giving.giver, order, &keys, clock::now())
            .context("the order was not given")
            .hint(KEYS_HINT)?;
        let id = UnverifiedAct::parse(&acts[0]).map_err(Refusal::from)?.id();
        giving.node.import(&news(giving.giver, acts))?;
        tell(output, &giving.known, office, giving.giver, id)
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
