//! Send: to whom a matter can go, and the words that go with it.

use mohar_protocol::act::{Body, Holder, VerifiedAct};
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::matter_text::Block;
use mohar_protocol::records::DeskClass;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::{Register, Registry};
use mohar_protocol::sealing::Content;
use mohar_protocol::time::Timestamp;

use crate::app::alike::alike;
use crate::app::desk::unless_fault;
use crate::app::names::{Names, Place};
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, remark};

/// Posts of other offices on one sheet: two screens.
pub const OTHERS_MAX: usize = 40;

/// Posts to which this one has sent lately, on one sheet.
const RECENT_MAX: usize = 6;

/// Dispatches looked at for them: some days of a busy desk.
const RECENT_LOOKED_AT: usize = 60;

/// Dispatches of one post that are counted: ten years of a busy desk.
const SENT_MAX: usize = 100_000;

/// Levels of the administration: the state has five.
const LEVELS_MAX: usize = 16;

/// Levels that one dispatch passes over: the manual allows four in all.
pub const SKIPPED_MAX: usize = 8;

/// Words of a search that count.
const SEARCH_WORDS_MAX: usize = 8;

/// The words that go with a matter.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// `hi` or `en`.
    pub language: String,
    /// What is wanted, as the sheet names it.
    pub wanted: String,
    /// The day by which, `yyyy-mm-dd`; may be empty.
    pub due: String,
    /// 0 to 3.
    pub urgency: u8,
    /// Remarks; may be empty.
    pub remarks: String,
}

/// To whom a matter can go.
#[derive(Debug, Clone, Default)]
pub struct Targets {
    /// Posts to which this one has sent lately, the latest first; only while nothing is searched for.
    pub recent: Vec<Target>,
    /// Posts of this office.
    pub own: Vec<Target>,
    /// Posts of the office above, and the heads of those below; only while nothing is searched for.
    pub near: Vec<Target>,
    /// Posts of other offices that match, the nearest offices first.
    pub others: Vec<Target>,
    /// Whether more match.
    pub more: bool,
    /// The one that was chosen.
    pub chosen: Option<Target>,
}

/// What to know before a matter goes to a post.
#[derive(Debug, Clone, Default)]
pub struct Onward {
    /// The post had it before, and nothing was noted or attached since it came there.
    pub again: bool,
    /// How many posts will have had it.
    pub levels: usize,
    /// Posts of this office between the two that have not seen it.
    pub skipped: Vec<Target>,
}

/// A post.
#[derive(Debug, Clone)]
pub struct Target {
    /// Office and post.
    pub holder: Holder,
    /// Names.
    pub place: Place,
    /// Whether its office answers.
    pub reach: Reach,
}

/// Whether an office answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// On this node.
    Here,
    /// Linked.
    Now,
    /// Was linked, until.
    Lost(Timestamp),
    /// Never since the start.
    Unknown,
}

impl App {
    /// The posts that match a search, and the one chosen. Blocks.
    ///
    /// # Errors
    /// [`Refusal::PostUnknown`] when the chosen post does not exist.
    pub fn targets(&self, officer: &Officer, q: &str, chosen: Option<Holder>) -> Result<Targets, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let words: Vec<String> = q.split_whitespace().take(SEARCH_WORDS_MAX).map(alike).collect();
        let mut targets = Targets {
            chosen: chosen.map(|holder| self.target(&names, holder)).transpose()?,
            ..Targets::default()
        };
        if targets.chosen.is_some() {
            return Ok(targets);
        }
        let register = names.registry().office(&officer.office)?;
        targets.own = self.matching(&names, register, &words)?;
        targets.own.retain(|target| target.holder != officer.holder());
        if words.is_empty() {
            targets.recent = self.recent(&reader, &names, officer)?;
            targets.near = self.above_and_below(&names, register)?;
        } else {
            self.search_others(&names, register, &words, &mut targets)?;
        }
        Ok(targets)
    }

    /// Posts of other offices that match, the nearest offices first.
    fn search_others(
        &self,
        names: &Names<'_, '_>,
        own: &Register,
        words: &[String],
        targets: &mut Targets,
    ) -> Result<(), Trouble> {
        let registry = names.registry();
        let mut offices: Vec<&Register> =
            registry.offices().filter(|other| other.id() != own.id() && is_open(registry, other)).collect();
        let line = line_of(registry, own);
        offices.sort_by_cached_key(|other| (steps(registry, &line, other), other.path().to_owned()));
        for register in offices {
            targets.others.extend(self.matching(names, register, words)?);
            if targets.others.len() > OTHERS_MAX {
                targets.others.truncate(OTHERS_MAX);
                targets.more = true;
                break;
            }
        }
        Ok(())
    }

    /// To whom this post has sent lately: where each of its last dispatches went from here.
    fn recent(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        officer: &Officer,
    ) -> Result<Vec<Target>, Trouble> {
        let whose = officer.holder();
        let mut lines = Vec::new();
        for class in [DeskClass::Waiting, DeskClass::Sent] {
            let count = reader.records.desk_count(&whose.office, &whose.post, class, SENT_MAX)?;
            let skip = count.saturating_sub(RECENT_LOOKED_AT);
            lines.extend(reader.records.desk(&whose.office, &whose.post, class, skip, RECENT_LOOKED_AT)?);
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.since));
        let mut found: Vec<Target> = Vec::new();
        for line in lines {
            let Some(matter) = reader.records.matter(&line.matter)? else { continue };
            let after = matter.route.iter().position(|holder| *holder == whose).map(|at| at + 1);
            let next = after.and_then(|at| matter.route.get(at).copied());
            let to = matter.queued_to().or(next).unwrap_or(matter.holder);
            let is_known = to == whose || found.iter().any(|known| known.holder == to);
            if !is_known && let Ok(target) = unless_fault(self.target(names, to))? {
                found.push(target);
            }
            if found.len() == RECENT_MAX {
                break;
            }
        }
        Ok(found)
    }

    /// The own line of the administration: the posts of the office above, the head of each below.
    fn above_and_below(&self, names: &Names<'_, '_>, own: &Register) -> Result<Vec<Target>, Trouble> {
        let registry = names.registry();
        let mut near = Vec::new();
        if let Some(above) = own.parent().and_then(|parent| registry.office(&parent).ok()) {
            near = self.matching(names, above, &[])?;
        }
        for below in registry.offices().filter(|office| office.parent() == Some(own.id())) {
            if is_open(registry, below) {
                near.extend(self.matching(names, below, &[])?.into_iter().next());
            }
            if near.len() >= OTHERS_MAX {
                break;
            }
        }
        near.truncate(OTHERS_MAX);
        Ok(near)
    }

    /// What to know before a matter goes to a post. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn onward(&self, officer: &Officer, id: &MatterId, to: Holder) -> Result<Onward, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let matter = reader.visible(&officer.holder(), id)?;
        let past = reader.past(&matter)?;
        let mut skipped = Vec::new();
        if to.office == officer.office {
            let (above, below) = (names.rank(&to)?, names.rank(&officer.holder())?);
            for post in names.registry().office(&to.office)?.posts() {
                let holder = Holder { office: to.office, post: post.id };
                let rank = names.rank(&holder)?;
                if above < rank && rank < below && !past.holders.contains(&holder) {
                    skipped.push((rank, self.target(&names, holder)?));
                }
            }
        }
        skipped.sort_by_key(|(rank, _)| *rank);
        skipped.truncate(SKIPPED_MAX);
        Ok(Onward {
            again: was_there_for_nothing(&reader.chain(id)?, to),
            levels: past.holders.len() + usize::from(!past.holders.contains(&to)),
            skipped: skipped.into_iter().map(|(_, target)| target).collect(),
        })
    }

    /// Whether an office answers.
    pub fn reach(&self, office: &OfficeId) -> Reach {
        let links = self.ledger.links();
        if self.ledger.hosted().contains(office) {
            Reach::Here
        } else if links.linked.contains_key(office) {
            Reach::Now
        } else {
            links.lost.get(office).map_or(Reach::Unknown, |since| Reach::Lost(*since))
        }
    }

    fn matching(
        &self,
        names: &Names<'_, '_>,
        register: &Register,
        words: &[String],
    ) -> Result<Vec<Target>, Trouble> {
        let mut found = Vec::new();
        for post in register.posts() {
            let holder = Holder { office: register.id(), post: post.id };
            let target = self.target(names, holder)?;
            let text = alike(&searchable(&target.place, register.path(), &post.code));
            if words.iter().all(|word| text.contains(word)) {
                found.push((names.rank(&holder)?, target));
            }
        }
        found.sort_by(|(a, left), (b, right)| (a, &left.place.post.hi).cmp(&(b, &right.place.post.hi)));
        Ok(found.into_iter().map(|(_, target)| target).collect())
    }

    fn target(&self, names: &Names<'_, '_>, holder: Holder) -> Result<Target, Trouble> {
        names.registry().office(&holder.office)?.post(&holder.post).ok_or(Refusal::PostUnknown)?;
        Ok(Target { holder, place: names.place(&holder)?, reach: self.reach(&holder.office) })
    }
}

impl Words {
    /// Whether the words can be taken, before anything is signed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), Refusal> {
        self.remark().map(|_| ())
    }

    /// The remark to seal.
    pub(super) fn remark(&self) -> Result<Vec<Content>, Refusal> {
        let facts = [
            (Block::WANTED, self.wanted.clone()),
            (Block::DUE, self.due.clone()),
            (Block::URGENCY, self.urgency.to_string()),
        ];
        let facts = facts.into_iter().filter(|(_, text)| !text.is_empty());
        remark(&self.language, &self.remarks, facts.map(|(code, text)| Block { code, text }).collect())
    }

    /// The words, behind what else makes an operation.
    pub(super) fn with<'a>(&'a self, first: &[&'a [u8]]) -> Vec<&'a [u8]> {
        let words = [&self.wanted, &self.due, &self.remarks].map(|word| word.as_bytes());
        [first, &words, &[std::slice::from_ref(&self.urgency)]].concat()
    }
}

fn searchable(place: &Place, path: &str, code: &str) -> String {
    let person = place.person.as_ref();
    let parts = [
        place.post.hi.as_str(),
        &place.post.en,
        &place.office.hi,
        &place.office.en,
        person.map_or("", |person| &person.hi),
        person.map_or("", |person| &person.en),
        path,
        code,
    ];
    parts.join(" ")
}

/// Whether a post had a matter, and nothing was noted or attached since it came there last.
fn was_there_for_nothing(chain: &[VerifiedAct], to: Holder) -> bool {
    let last = chain.iter().rposition(|act| act.header().holder == Some(to));
    let adds = |act: &VerifiedAct| matches!(act.body(), Body::Note(_) | Body::Attach(_) | Body::Issue(_));
    last.is_some_and(|last| {
        let before = chain[..last].iter().rposition(|act| act.header().holder != Some(to));
        !chain[before.map_or(0, |at| at + 1)..].iter().any(adds)
    })
}

/// Whether an office can be sent to.
fn is_open(registry: &Registry, office: &Register) -> bool {
    office.ended().is_none() && registry.is_admitted(office)
}

/// An office and those above it, upwards.
fn line_of(registry: &Registry, office: &Register) -> Vec<OfficeId> {
    let mut line = vec![office.id()];
    let mut above = office.parent();
    while let Some(parent) = above.filter(|parent| !line.contains(parent) && line.len() < LEVELS_MAX) {
        line.push(parent);
        above = registry.office(&parent).ok().and_then(Register::parent);
    }
    line
}

/// Steps through the administration from an office, whose line is given, to another one.
fn steps(registry: &Registry, line: &[OfficeId], other: &Register) -> usize {
    let theirs = line_of(registry, other);
    let meet = theirs
        .iter()
        .enumerate()
        .find_map(|(down, office)| line.iter().position(|ours| ours == office).map(|up| up + down));
    meet.unwrap_or(line.len() + theirs.len())
}
