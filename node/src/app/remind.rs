//! Remind whoever has what left this post; and what this post waits for.

use std::sync::Arc;

use mohar_protocol::act::{Body, VerifiedAct};
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::Block;
use mohar_protocol::records::{DeskClass, Records, StoreFault, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::names::{Names, Place};
use crate::app::operation::FormId;
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, remark};

/// Side acts of one matter that a page reads.
const SIDES_MAX: usize = 512;

/// Dispatches of a post that are looked through: half a year of a busy desk.
const SENT_MAX: usize = 5_000;

/// What a post waits for.
#[derive(Debug, Clone)]
pub struct FollowUps {
    /// The rows of the page, the longest wait first.
    pub rows: Vec<FollowUp>,
    /// Rows of all pages.
    pub total: usize,
    /// The page shown, from 1.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
}

/// A matter that is elsewhere.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// The matter.
    pub matter: Matter,
    /// Number and subject; why they cannot be read, else.
    pub cover: Result<(String, String), Refusal>,
    /// Who has it, as far as it is known here.
    pub holder: Place,
    /// The day by which it was asked for, `yyyy-mm-dd`.
    pub due: Option<String>,
    /// Reminders from this office since it lies there.
    pub reminders: u32,
    /// When the last of them was said.
    pub last: Option<Timestamp>,
    /// Whether the other office has not shown yet that the last one arrived.
    pub on_its_way: bool,
}

/// A reminder, as its holder sees it.
#[derive(Debug, Clone)]
pub struct Reminder {
    /// Who reminds.
    pub by: Option<Place>,
    /// The declared time.
    pub at: Timestamp,
    /// The words; may be empty.
    pub words: String,
    /// The day by which, `yyyy-mm-dd`.
    pub due: Option<String>,
}

impl App {
    /// Reminds the holder, with a day and some words.
    ///
    /// # Errors
    /// What is wrong with the words, or why the ledger said no.
    pub async fn remind(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        language: &str,
        due: &str,
        words: &str,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "remind", &[&id.0, due.as_bytes(), words.as_bytes()]);
        let by = (!due.is_empty()).then(|| Block { code: Block::DUE, text: due.to_owned() });
        let contents = self.seal_for(officer, id, remark(language, words, Vec::from_iter(by))?).await?;
        self.act(officer, operation, id, Command::Remind, contents).await
    }

    /// What left this post and is not done. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn follow_ups(&self, officer: &Officer, page: usize, per_page: usize) -> Result<FollowUps, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let mut waiting = Vec::new();
        for id in sent(&reader.records, officer)? {
            let Some(matter) = reader.records.matter(&id)? else { continue };
            let is_done = matches!(matter.phase, Phase::Closed | Phase::Frozen) || officer.holds(&matter);
            if !is_done {
                waiting.push((matter.since, id));
            }
        }
        waiting.sort_unstable();
        waiting.dedup_by_key(|(_, id)| *id);
        let pages = waiting.len().div_ceil(per_page).max(1);
        let page = page.clamp(1, pages);
        let mut rows = Vec::new();
        for (_, id) in waiting.iter().skip((page - 1) * per_page).take(per_page) {
            rows.push(self.follow_up(&reader, &names, officer, id)?);
        }
        Ok(FollowUps { rows, total: waiting.len(), page, pages })
    }

    fn follow_up(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        officer: &Officer,
        id: &MatterId,
    ) -> Result<FollowUp, Trouble> {
        let matter = reader.records.matter(id)?.ok_or(Refusal::MatterUnknown)?;
        let cover = unless_fault(reader.cover(id))?;
        let ours: Vec<VerifiedAct> = sides(reader, &matter)?
            .into_iter()
            .filter(|act| is_since(act, &matter) && act.header().office == Some(officer.office))
            .collect();
        let last = ours.iter().max_by_key(|act| act.header().time);
        let on_its_way = match last {
            Some(act) => is_on_its_way(&reader.records, act)?,
            None => false,
        };
        Ok(FollowUp {
            cover: cover.map(|cover| (cover.number.clone(), cover.subject.clone())),
            holder: names.place(&matter.holder)?,
            due: reader.past(&matter)?.due().map(str::to_owned),
            reminders: u32::try_from(ours.len()).unwrap_or(u32::MAX),
            last: last.map(|act| act.header().time),
            on_its_way,
            matter,
        })
    }

    /// The reminders to the officer's post about a matter that lies there. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn reminders_of(&self, officer: &Officer, id: &MatterId) -> Result<Vec<Reminder>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let matter = reader.visible(&officer.holder(), id)?;
        let mut all = Vec::new();
        for act in reminders(&reader, &matter, officer)? {
            let said = reader.remark(id, &act)?;
            all.push(Reminder {
                by: names.signer(act.header())?,
                at: act.header().time,
                words: said.as_ref().map(|said| said.text()).unwrap_or_default(),
                due: said.as_ref().and_then(|said| said.fact(Block::DUE)).map(str::to_owned),
            });
        }
        Ok(all)
    }
}

/// Reminders to the officer's post since the matter lies there, oldest first; none about a matter that is
/// elsewhere.
pub(super) fn reminders(
    reader: &Reader<'_>,
    matter: &Matter,
    officer: &Officer,
) -> Result<Vec<VerifiedAct>, Trouble> {
    if !officer.holds(matter) || matter.phase == Phase::Closed {
        return Ok(Vec::new());
    }
    let mut acts = sides(reader, matter)?;
    acts.retain(|act| is_since(act, matter));
    acts.sort_by_key(|act| act.header().time);
    Ok(acts)
}

/// All reminders about a matter that are known here.
fn sides(reader: &Reader<'_>, matter: &Matter) -> Result<Vec<VerifiedAct>, Trouble> {
    let mut acts = Vec::new();
    for id in reader.records.sides(&matter.id, SIDES_MAX)? {
        let act = reader.records.expect_act(&id)?;
        if matches!(act.body(), Body::Remind(_)) {
            acts.push(act);
        }
    }
    Ok(acts)
}

/// Whether a reminder is about the matter as it lies now: to its holder, and not from before it came.
fn is_since(act: &VerifiedAct, matter: &Matter) -> bool {
    matches!(act.body(), Body::Remind(body) if body.to == matter.holder) && act.header().time >= matter.since
}

fn is_on_its_way(records: &Records<'_>, act: &VerifiedAct) -> Result<bool, StoreFault> {
    let Body::Remind(body) = act.body() else { return Ok(false) };
    let row = [&body.to.office.0[..], &act.id().0].concat();
    Ok(records.get(Table::REMINDERS, &row)?.is_some())
}

/// What left the post.
fn sent(records: &Records<'_>, officer: &Officer) -> Result<Vec<MatterId>, Trouble> {
    let mut all = Vec::new();
    let class = DeskClass::Sent;
    let count = records.desk_count(&officer.office, &officer.post, class, SENT_MAX * 20)?;
    let skip = count.saturating_sub(SENT_MAX);
    let rows = records.desk(&officer.office, &officer.post, class, skip, SENT_MAX)?;
    all.extend(rows.into_iter().map(|row| row.matter));
    Ok(all)
}
