//! The outward register (जावक पंजी): what this office has issued, in the order of its issue, to whom, how
//! it goes and what is known of its arrival; the addresses that were written to before; and groups of posts.
//!
//! Letters are sealed on the disk, so the register is read into memory once after a start and follows the
//! log from there. What it says of an arrival is what an act proves; the link between nodes proves
//! itself, post and hand are proved by the clerk who says so.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use mohar_protocol::act::{Body, Holder, VerifiedAct};
use mohar_protocol::custody::Phase;
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::matter_text::{Addressee, Issued};
use mohar_protocol::records::Table;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::inward::folded;
use crate::app::letters::as_approved;
use crate::app::mail_out::{Stands, mailed};
use crate::app::names::{Named, Names, Place};
use crate::app::operation::Operation;
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble};

/// Letters of one office in memory: four years of 25 a day, at most 20 KiB each for the longest lists, 2 KiB
/// for ordinary ones. Older ones are found in their files.
pub const OUTWARD_MAX: usize = 25_000;

/// Rows that are read from the store at a time.
const READ_AT_ONCE: usize = 500;

/// Letters whose arrivals are looked up for a filter: two months of 25 a day.
const STANDING_LOOKED_AT: usize = 1_500;

/// Dispatches that are read of one matter: each recipient of the longest list is sent and comes back.
const SIDES_MAX: usize = 2_048;

/// Addresses that one form suggests: 15 KiB of page.
pub const ADDRESSES_MAX: usize = 150;

/// Posts of one group: every tehsil, and room.
pub const GROUP_MAX: usize = 500;

/// A letter in the register.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The act that issued it.
    pub issue: ActId,
    /// The file.
    pub matter: MatterId,
    /// When.
    pub at: Timestamp,
    /// What it says; why it cannot be read, else.
    pub issued: Result<Arc<Issued>, Refusal>,
}

/// The registers that were read. One for a node.
#[derive(Default)]
pub struct Registers(Mutex<BTreeMap<OfficeId, Register>>);

#[derive(Default)]
struct Register {
    /// The index in the office's log from which on nothing was read.
    next: u64,
    entries: VecDeque<Arc<Entry>>,
}

/// What of the register is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Issued on this day or later, `yyyy-mm-dd`; empty for all.
    pub from_day: String,
    /// Issued on this day or earlier.
    pub to_day: String,
    /// Number, subject or an addressee contain these words.
    pub words: String,
    /// Kind of letter.
    pub kind: Option<u8>,
    /// How somebody on its list gets it.
    pub mode: Option<u8>,
    /// Where somebody on its list stands.
    pub standing: Option<Standing>,
}

/// What has come of a letter for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Came back.
    Returned,
    /// Still to be sent: to be served, or to be given to post or messenger.
    ToSend,
    /// Waits until the office can be reached.
    Waiting,
    /// On its way.
    Sent,
    /// It is there.
    Delivered,
    /// An officer there has opened it.
    Opened,
}

/// One page of the register.
#[derive(Debug, Clone)]
pub struct Page {
    /// The rows, newest first.
    pub rows: Vec<Row>,
    /// Rows of all pages.
    pub total: usize,
    /// The page shown, from 1.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
}

/// A line of the register.
#[derive(Debug, Clone)]
pub struct Row {
    /// The letter.
    pub entry: Arc<Entry>,
    /// How many recipients stand where, in the order of [`Standing`].
    pub standings: BTreeMap<Standing, usize>,
    /// Whether the officer may open its file.
    pub may_open: bool,
}

/// A letter with every recipient.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The letter.
    pub entry: Arc<Entry>,
    /// Who signed it.
    pub by: Option<Place>,
    /// Its recipients in the order of the list.
    pub lines: Vec<Line>,
    /// Whether the officer may open its file.
    pub may_open: bool,
}

/// A recipient.
#[derive(Debug, Clone)]
pub struct Line {
    /// As the letter says it.
    pub addressee: Addressee,
    /// Whether it gets a copy.
    pub is_copy: bool,
    /// Where it stands.
    pub standing: Standing,
    /// Since when, as far as known.
    pub since: Option<Timestamp>,
    /// What the clerk said last.
    pub words: String,
    /// The dak that serves it.
    pub dak: Option<MatterId>,
}

/// Posts that are written to together.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Named,
    /// Office and post of each, with the names.
    pub posts: Vec<(Holder, Place)>,
}

impl App {
    /// One page of the register of the officer's office. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotRegistry`], [`Trouble::Fault`].
    pub fn outward(
        &self,
        officer: &Officer,
        filter: &Filter,
        page: usize,
        per_page: usize,
    ) -> Result<Page, Trouble> {
        if !self.is_registry(officer) {
            return Err(Refusal::NotRegistry.into());
        }
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let words: Vec<String> = filter.words.split_whitespace().take(8).map(folded).collect();
        let mut found = Vec::new();
        for (at, entry) in self.letters_out(&reader, &officer.office)?.into_iter().rev().enumerate() {
            if !filter.takes(&entry, &words) {
                continue;
            }
            if let Some(wanted) = filter.standing {
                let lines = if at < STANDING_LOOKED_AT { lines(&reader, &entry)? } else { Vec::new() };
                if !lines.iter().any(|line| line.standing == wanted) {
                    continue;
                }
            }
            found.push(entry);
        }
        let pages = found.len().div_ceil(per_page).max(1);
        let page = page.clamp(1, pages);
        let mut rows = Vec::new();
        for entry in found.iter().skip((page - 1) * per_page).take(per_page) {
            let mut standings = BTreeMap::new();
            for line in lines(&reader, entry)? {
                *standings.entry(line.standing).or_insert(0) += 1;
            }
            let may_open = unless_fault(reader.visible(&officer.holder(), &entry.matter))?.is_ok();
            rows.push(Row { entry: Arc::clone(entry), standings, may_open });
        }
        Ok(Page { rows, total: found.len(), page, pages })
    }

    /// One letter of the register, with every recipient. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotRegistry`] for who neither keeps the register nor sees the file;
    /// [`Refusal::LetterUnknown`].
    pub fn outward_letter(&self, officer: &Officer, issue: &ActId) -> Result<Detail, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let act = reader.records.act(issue)?.ok_or(Refusal::LetterUnknown)?;
        let ours = act.header().office == Some(officer.office) && matches!(act.body(), Body::Issue(_));
        if !ours {
            return Err(Refusal::LetterUnknown.into());
        }
        let may_open = unless_fault(reader.visible(&officer.holder(), &act.matter()))?.is_ok();
        if !may_open && !self.is_registry(officer) {
            return Err(Refusal::NotRegistry.into());
        }
        let entry = Arc::new(entry(&reader, &act)?);
        let lines = lines(&reader, &entry)?;
        Ok(Detail { by: names.signer(act.header())?, lines, entry, may_open })
    }

    /// Who was written to before without a node, the most frequent first. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn addresses(&self, officer: &Officer) -> Result<Vec<Addressee>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let mut counted: BTreeMap<String, (usize, Addressee)> = BTreeMap::new();
        for entry in self.letters_out(&reader, &officer.office)?.iter().rev() {
            let Ok(issued) = &entry.issued else { continue };
            for one in issued.letter.everybody().filter(|one| one.to.is_none()) {
                counted.entry(folded(&one.name)).or_insert((0, one.clone())).0 += 1;
            }
        }
        let mut known: Vec<_> = counted.into_values().collect();
        known.sort_by(|(a, left), (b, right)| b.cmp(a).then(left.name.cmp(&right.name)));
        Ok(known.into_iter().take(ADDRESSES_MAX).map(|(_, one)| one).collect())
    }

    /// The groups of the office's settings, with the posts of every office that is in the registry now.
    /// Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn groups(&self, officer: &Officer) -> Result<Vec<Group>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let mut groups = Vec::new();
        for group in &self.config.letters.groups {
            let mut posts = Vec::new();
            for office in names.registry().offices() {
                if office.ended().is_some() || !names.registry().is_admitted(office) {
                    continue;
                }
                for post in office.posts().filter(|post| group.posts.contains(&post.code)) {
                    let holder = Holder { office: office.id(), post: post.id };
                    if holder != officer.holder() && posts.len() < GROUP_MAX {
                        posts.push((holder, names.place(&holder)?));
                    }
                }
            }
            posts.sort_by(|(_, left), (_, right)| left.office.hi.cmp(&right.office.hi));
            let name = Named::new(&group.hi, &group.en);
            groups.push(Group { code: group.code.clone(), name, posts });
        }
        Ok(groups)
    }

    /// Everything that the office has issued, oldest first, as far as it is kept in memory.
    fn letters_out(&self, reader: &Reader<'_>, office: &OfficeId) -> Result<VecDeque<Arc<Entry>>, Trouble> {
        let mut registers = self.outward.0.lock().unwrap_or_else(PoisonError::into_inner);
        let register = registers.entry(*office).or_default();
        loop {
            let read = reader.records.issued(office, register.next, READ_AT_ONCE)?;
            for (index, id) in &read {
                let act = reader.records.expect_act(id)?;
                register.entries.push_back(Arc::new(entry(reader, &act)?));
                register.next = index + 1;
                if register.entries.len() > OUTWARD_MAX {
                    register.entries.pop_front();
                }
            }
            if read.len() < READ_AT_ONCE {
                return Ok(register.entries.clone());
            }
        }
    }
}

impl Filter {
    fn takes(&self, entry: &Entry, words: &[String]) -> bool {
        let Ok(issued) = &entry.issued else { return *self == Self::default() };
        let text = || {
            let mut text = format!("{} {} {}", issued.number, issued.endorsement, issued.letter.subject);
            for one in issued.letter.everybody() {
                text.push_str(&one.name);
                text.push_str(&one.group);
            }
            folded(&text)
        };
        (self.from_day.is_empty() || issued.date >= self.from_day)
            && (self.to_day.is_empty() || issued.date <= self.to_day)
            && self.kind.is_none_or(|kind| kind == issued.letter.kind)
            && self.mode.is_none_or(|mode| issued.letter.everybody().any(|one| one.mode == mode))
            && (words.is_empty() || {
                let text = text();
                words.iter().all(|word| text.contains(word))
            })
    }
}

fn entry(reader: &Reader<'_>, act: &VerifiedAct) -> Result<Entry, Trouble> {
    let matter = act.matter();
    let issued = unless_fault(as_approved(reader, &matter, act))?.map(Arc::new);
    Ok(Entry { issue: act.id(), matter, at: act.header().time, issued })
}

/// The recipients of a letter, with what has come of each.
fn lines(reader: &Reader<'_>, entry: &Entry) -> Result<Vec<Line>, Trouble> {
    let Ok(issued) = &entry.issued else { return Ok(Vec::new()) };
    let said = if issued.letter.everybody().any(|one| one.to.is_none()) {
        dispatches(reader, entry)?
    } else {
        BTreeMap::new()
    };
    let mut lines = Vec::new();
    for (index, addressee) in (0..).zip(issued.letter.everybody()) {
        let mut line = Line {
            addressee: addressee.clone(),
            is_copy: index as usize >= issued.letter.to.len(),
            standing: Standing::ToSend,
            since: None,
            words: String::new(),
            dak: None,
        };
        if let Some(to) = addressee.to {
            over_the_link(reader, &entry.issue, index, to, &mut line)?;
        } else if let Some(act) = said.get(&index) {
            line.standing = state_of(act);
            line.since = Some(act.header().time);
            line.words = reader.remark(&entry.matter, act)?.map(|said| said.text()).unwrap_or_default();
        } else if let Some(mailed) = mailed(&reader.records, &entry.issue, index)? {
            line.standing = match mailed.stands {
                Stands::Waiting => Standing::Waiting,
                Stands::Taken => Standing::Sent,
                Stands::Failed => Standing::Returned,
            };
            line.since = Some(mailed.at).filter(|_| mailed.stands != Stands::Waiting);
            line.words = if mailed.tries > 0 {
                format!("SMTP {} ({})", mailed.code, mailed.tries)
            } else {
                String::new()
            };
        }
        lines.push(line);
    }
    Ok(lines)
}

/// What the dak that serves a recipient proves.
fn over_the_link(
    reader: &Reader<'_>,
    issue: &ActId,
    index: u32,
    to: Holder,
    line: &mut Line,
) -> Result<(), Trouble> {
    let operation = Operation::of_line(issue, index);
    let Some(row) = reader.records.get(Table::OPERATIONS, &operation.0)? else { return Ok(()) };
    let Ok(id) = <[u8; 32]>::try_from(row) else { return Ok(()) };
    let dak = MatterId::from(ActId(id));
    let Some(matter) = reader.records.matter(&dak)? else { return Ok(()) };
    line.dak = Some(dak);
    line.since = Some(matter.since);
    let gone = matter.holder.office != reader.office();
    line.standing = match matter.phase {
        Phase::InTransit { .. } => Standing::Sent,
        Phase::Queued { .. } if !gone => Standing::Waiting,
        _ if gone && matter.opened => Standing::Opened,
        _ if gone || matter.holder == to || matter.number > 0 => Standing::Delivered,
        _ => Standing::ToSend,
    };
    Ok(())
}

/// What was said last of each recipient of a letter.
fn dispatches(reader: &Reader<'_>, entry: &Entry) -> Result<BTreeMap<u32, VerifiedAct>, Trouble> {
    let mut last: BTreeMap<u32, VerifiedAct> = BTreeMap::new();
    for side in reader.records.sides(&entry.matter, SIDES_MAX)? {
        let act = reader.records.expect_act(&side)?;
        let Body::Dispatch(body) = act.body() else { continue };
        if body.issue != entry.issue {
            continue;
        }
        let known = last.get(&body.line);
        // Of one office's acts the later in its log counts: times are declared, places are not.
        let place = |act: &VerifiedAct| reader.records.place(&act.id(), &reader.office());
        if known.map(place).transpose()?.flatten() < place(&act)? {
            last.insert(body.line, act);
        }
    }
    Ok(last)
}

fn state_of(act: &VerifiedAct) -> Standing {
    match act.body() {
        Body::Dispatch(body) if body.state == 0 => Standing::Sent,
        Body::Dispatch(body) if body.state == 1 => Standing::Delivered,
        _ => Standing::Returned,
    }
}
