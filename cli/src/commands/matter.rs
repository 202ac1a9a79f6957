//! `mohar matter`: files and daks of an office that cannot hand them over any more.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use data_encoding::BASE64;
use mohar_protocol::act::body::REASSIGN_WINDOW_MAX;
use mohar_protocol::act::{Holder, UnverifiedAct};
use mohar_protocol::ceremony;
use mohar_protocol::control::{HeldMatter, OpenOrder, Request, Response};
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;
use mohar_protocol::time::Timestamp;
use serde_json::json;

use crate::args::code;
use crate::authority::{Authority, KEYS_HINT};
use crate::clock;
use crate::connect::{Node, unexpected};
use crate::error::{Failure, Hint as _};
use crate::exit::Exit;
use crate::output::Output;

/// List the files of an office, and have them taken up elsewhere when the office is lost
#[derive(Debug, Subcommand)]
pub enum Matter {
    Held(Held),
    Reassign(Reassign),
}

/// List the files and daks that an office holds, as far as this node knows
///
/// From the node's own files and from the logs that it mirrors. What no other office has seen is not
/// among them. An order that is not carried out yet is shown with its file.
#[derive(Debug, clap::Args)]
#[command(after_help = HELD_EXAMPLES)]
pub struct Held {
    /// Id of the office
    office: OfficeId,
    /// Data folder of the running node that is asked
    #[arg(long)]
    data: PathBuf,
}

const HELD_EXAMPLES: &str = "\
Examples:
  What the tehsil had when it burnt down, as its district knows it:
    mohar matter held 77c0... --data /var/lib/mohar";

/// Order that another office takes up the files of an office that is lost
///
/// The office above orders it, with its operating key; above a department, the keepers of the
/// charter. As long as the window is open the office can contest it by showing that it is alive:
/// then nothing is taken from it. Afterwards the other office takes the files up by itself, in a new
/// epoch. Whatever the lost office signs later has no effect. Files that are under such an order
/// already are left out; to say it again does no harm.
#[derive(Debug, clap::Args)]
#[command(after_help = REASSIGN_EXAMPLES)]
pub struct Reassign {
    /// Id of the office that is lost
    office: OfficeId,
    /// Id of the office that takes the files up
    #[arg(long, value_name = "OFFICE")]
    to: OfficeId,
    /// Code of the post there that gets them
    #[arg(long, value_name = "CODE", value_parser = code)]
    post: String,
    /// A file or dak; may be given several times
    #[arg(long = "matter", value_name = "MATTER", required_unless_present = "all")]
    matters: Vec<MatterId>,
    /// All that the office holds, as far as this node knows
    #[arg(long, conflicts_with = "matters")]
    all: bool,
    /// Time anchors that must pass in the log of the other office, one every 15 minutes: 96 are a day
    #[arg(long, value_name = "ANCHORS", default_value_t = 96, value_parser = clap::value_parser!(u32).range(..=i64::from(REASSIGN_WINDOW_MAX)))]
    window: u32,
    #[command(flatten)]
    authority: Authority,
}

const REASSIGN_EXAMPLES: &str = "\
Examples:
  The district has all files of a tehsil that burnt down taken up by its own reader, after a day:
    mohar matter reassign 77c0... --to 5e0f... --post reader --all --data /var/lib/mohar
  One urgent file, at once; the tehsil cannot contest it:
    mohar matter reassign 77c0... --to 5e0f... --post reader --matter 3d11... --window 0 \\
      --data /var/lib/mohar";

impl Matter {
    /// Runs the command.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run(self, output: Output) -> Result<Exit, Failure> {
        match self {
            Self::Held(held) => held.run(output),
            Self::Reassign(reassign) => reassign.run(output),
        }
    }
}

impl Held {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let matters = held(&mut Node::open(&self.data)?, self.office, output)?;
        let now = clock::now();
        for held in &matters {
            let age = clock::age(Timestamp(held.time_ms), now);
            let order = held.order.as_ref().map_or_else(String::new, told);
            output.line(format!("{} act {}, {age} ago{order}", held.matter, held.number))?;
        }
        output.talk(format!("{} files and daks", matters.len()));
        output.json(&json!({ "office": self.office, "matters": matters }))?;
        Ok(Exit::Good)
    }
}

fn told(order: &OpenOrder) -> String {
    let how = match order {
        OpenOrder { contested: true, .. } => "contested, the office is alive".to_owned(),
        OpenOrder { anchors, window, .. } => format!("{anchors} of {window} anchors have passed here"),
    };
    format!(", ordered to {} by {}: {how}", order.to, order.act)
}

/// All of it, page by page.
fn held(node: &mut Node, office: OfficeId, output: Output) -> Result<Vec<HeldMatter>, Failure> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let Response::Held { matters, more } = node.ask(&Request::Held { office, after })? else {
            return Err(unexpected());
        };
        all.extend(matters);
        if more.is_none() {
            return Ok(all);
        }
        after = more;
        output.talk(format!("{} so far", all.len()));
    }
}

impl Reassign {
    fn run(self, output: Output) -> Result<Exit, Failure> {
        let mut giving = self.authority.begin(self.office, None)?;
        let to = self.new_holder(&giving.known)?;
        let held = held(&mut giving.node, self.office, output)?;
        let wanted = self.choose(held)?;
        let keys = self.authority.unlock(&giving)?;
        let (mut ordered, mut left_out) = (Vec::new(), 0);
        for held in &wanted {
            if held.order.as_ref().is_some_and(|order| !order.contested && order.to == to.office) {
                left_out += 1;
                continue;
            }
            let acts = self.order(&giving.known, held, to, &keys)?;
            let act = giving.node.done(&Request::Reassign { acts })?;
            let act = act.context("the node did not say which order it took in")?;
            output.line(format!("{} order {act}", held.matter))?;
            ordered.push(json!({ "matter": held.matter, "order": act }));
        }
        output.talk(format!(
            "{} ordered, {left_out} were under such an order. `mohar matter held {}` shows what is not taken up yet.",
            ordered.len(),
            self.office
        ));
        output.json(
            &json!({ "office": self.office, "to": to.office, "ordered": ordered, "left_out": left_out }),
        )?;
        Ok(Exit::Good)
    }

    fn new_holder(&self, known: &Registry) -> Result<Holder, Failure> {
        let register = known.office(&self.to).context("the other office is not known here")?;
        let post = register.posts().find(|post| post.code == self.post).ok_or_else(|| {
            let codes: Vec<&str> = register.posts().map(|post| post.code.as_str()).collect();
            Failure::bad(format!("{} has no post {}", register.path(), self.post))
                .hint(format!("Its posts: {}.", codes.join(", ")))
        })?;
        Ok(Holder { office: self.to, post: post.id })
    }

    fn choose(&self, held: Vec<HeldMatter>) -> Result<Vec<HeldMatter>, Failure> {
        if self.all {
            return Ok(held);
        }
        let missing = self.matters.iter().find(|wanted| !held.iter().any(|held| held.matter == **wanted));
        if let Some(missing) = missing {
            return Err(Failure::bad(format!(
                "{missing} is not held by this office, as far as is known here"
            ))
            .hint("`mohar matter held` lists what is."));
        }
        Ok(held.into_iter().filter(|held| self.matters.contains(&held.matter)).collect())
    }

    /// The acts of one order, in base64.
    fn order(
        &self,
        known: &Registry,
        held: &HeldMatter,
        to: Holder,
        keys: &[SecretKey],
    ) -> Result<Vec<String>, Failure> {
        let last = BASE64.decode(held.last.as_bytes()).context("the node's answer is not base64")?;
        let last = UnverifiedAct::parse(&last).map_err(Refusal::from)?;
        let (named, _) = known.verify(last).context("the last act that is known of the file")?;
        let acts = ceremony::reassign(known, &named, to, self.window, keys, clock::now())
            .context("the order was not given")
            .hint(KEYS_HINT)?;
        Ok(acts.iter().map(|act| BASE64.encode(act)).collect())
    }
}
