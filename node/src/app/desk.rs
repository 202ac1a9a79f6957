//! My desk: the lists of a post, with covers opened on the fly.

use mohar_protocol::act::MatterKind;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::MatterId;
use mohar_protocol::matter_text::Cover;
use mohar_protocol::records::{DeskClass, DeskRow};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::names::{Named, Names, Place};
use crate::app::numbers::indian_day;
use crate::app::reading::{Past, Reader};
use crate::app::remind::reminders;
use crate::app::{App, Officer, Trouble};
use crate::clock;

/// Rows of one list that are counted and sorted into dak and files: a post that is ten times
/// fuller than the fullest that was heard of.
const LIST_MAX: usize = 5_000;

/// The lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Everything that waits for this post.
    All,
    /// Dak that waits.
    Dak,
    /// Files that wait.
    Files,
    /// Sent, and on the way.
    Sent,
    /// Laid aside.
    Parked,
    /// Closed here.
    Closed,
}

/// What of a list is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Only {
    /// Everything.
    #[default]
    Everything,
    /// What is due today or was before.
    Due,
    /// What is more urgent than ordinary.
    Urgent,
    /// Letters of a watched class or a typed case.
    Watched,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Desk {
    /// How many each list has, in the order of [`List::ALL`].
    pub counts: [usize; 6],
    /// The rows of the page.
    pub rows: Vec<Row>,
    /// The page shown, from 1.
    pub page: usize,
    /// Pages, at least 1.
    pub pages: usize,
}

/// A matter on a list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The matter.
    pub matter: Matter,
    /// Number and subject; why they cannot be read, else.
    pub cover: Result<(String, String), Refusal>,
    /// Who sent it here.
    pub from: Option<Place>,
    /// Since when it stands on this list.
    pub since: Timestamp,
    /// The day by which it is due, `yyyy-mm-dd`.
    pub due: Option<String>,
    /// 0 to 3.
    pub urgency: u8,
    /// How often it was sent back.
    pub returned: u32,
    /// Whether the officer has begun a note on it.
    pub has_draft: bool,
    /// Whether its last act needs newer software.
    pub needs_newer: bool,
    /// Who has it now.
    pub holder: Place,
    /// Whether that is another post.
    pub is_elsewhere: bool,
    /// The office to which it is queued.
    pub queued_to: Option<Named>,
    /// What is wanted, as the sheet of the sender named it; empty when nothing was said.
    pub wanted: String,
    /// Reminders to this post since the matter lies here.
    pub reminders: u32,
    /// Of a dak: its watched classes, as [`mohar_protocol::matter_text::Letter::watch`] has them.
    pub watch: u8,
    /// Of a dak: the name of its typed case; may be empty.
    pub case: String,
}

impl List {
    /// All, in the order of the tabs.
    pub const ALL: [Self; 6] = [Self::All, Self::Dak, Self::Files, Self::Sent, Self::Parked, Self::Closed];

    const fn classes(self) -> &'static [DeskClass] {
        match self {
            // What was parked is back on the desk from its day on.
            Self::All | Self::Dak | Self::Files => &[DeskClass::Desk, DeskClass::Parked],
            Self::Sent => &[DeskClass::Waiting, DeskClass::Sent],
            Self::Parked => &[DeskClass::Parked],
            Self::Closed => &[DeskClass::Closed],
        }
    }

    /// Work stands with the oldest first, what is done with the newest first.
    const fn newest_first(self) -> bool {
        matches!(self, Self::Sent | Self::Closed)
    }
}

impl App {
    /// One page of a list, of `per_page` rows. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn desk(
        &self,
        officer: &Officer,
        list: List,
        only: Only,
        page: usize,
        per_page: usize,
    ) -> Result<Desk, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let mut counts = [0; 6];
        let mut wanted = Vec::new();
        for (count, one) in counts.iter_mut().zip(List::ALL) {
            let lines = lines(&reader, officer, one)?;
            *count = lines.len();
            if one == list {
                wanted = lines;
            }
        }
        if only != Only::Everything {
            let mut kept = Vec::with_capacity(wanted.len());
            for line in wanted {
                if only.takes(&reader, &line)? {
                    kept.push(line);
                }
            }
            wanted = kept;
        }
        let pages = wanted.len().div_ceil(per_page).max(1);
        let page = page.clamp(1, pages);
        let shown = wanted.iter().skip((page - 1) * per_page).take(per_page);
        let rows = shown.map(|line| self.row(&reader, &names, officer, line)).collect::<Result<_, _>>()?;
        Ok(Desk { counts, rows, page, pages })
    }

    /// The matter that lies under another on the officer's desk, and its place from 0: where to go on
    /// once that one is done with. The one above when it is the last. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn next_on_desk(
        &self,
        officer: &Officer,
        id: &MatterId,
    ) -> Result<Option<(MatterId, usize)>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let lines = lines(&reader, officer, List::All)?;
        let Some(at) = lines.iter().position(|line| line.matter == *id) else { return Ok(None) };
        // When this one is gone, the one below takes its place.
        let next = lines.get(at + 1).map(|line| (line.matter, at));
        Ok(next.or_else(|| Some((lines.get(at.checked_sub(1)?)?.matter, at - 1))))
    }

    fn row(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        officer: &Officer,
        line: &DeskRow,
    ) -> Result<Row, Trouble> {
        let matter = reader.records.matter(&line.matter)?.ok_or(Refusal::MatterUnknown)?;
        let cover = unless_fault(reader.cover(&matter.id))?;
        let past = reader.past(&matter)?;
        Ok(Row {
            // Of a file that is elsewhere the last sender is of no interest: where it is, is.
            from: matter
                .came_from
                .filter(|_| officer.holds(&matter))
                .map(|from| names.place(&from))
                .transpose()?,
            since: line.since,
            due: due_day(&past, cover.as_deref().ok()).map(str::to_owned),
            watch: cover
                .as_ref()
                .ok()
                .and_then(|cover| cover.letter.as_ref())
                .map_or(0, |letter| letter.watch),
            case: cover
                .as_ref()
                .ok()
                .and_then(|cover| cover.letter.as_ref())
                .map_or_else(String::new, |letter| letter.case_name.clone()),
            urgency: past.urgency(cover.as_deref().ok()),
            wanted: past.wanted().filter(|_| officer.holds(&matter)).unwrap_or_default().to_owned(),
            reminders: count(&reminders(reader, &matter, officer)?),
            returned: past.returned,
            has_draft: !self.draft_of(&reader.records, officer, &matter.id)?.is_blank(),
            needs_newer: past.needs_newer,
            holder: names.place(&matter.holder)?,
            is_elsewhere: !officer.holds(&matter),
            queued_to: matter.queued_to().map(|to| names.office(&to.office)),
            cover: cover.map(|cover| (cover.number.clone(), cover.subject.clone())),
            matter,
        })
    }
}

impl Only {
    fn takes(self, reader: &Reader<'_>, line: &DeskRow) -> Result<bool, Trouble> {
        let Some(matter) = reader.records.matter(&line.matter)? else { return Ok(false) };
        let cover = unless_fault(reader.cover(&matter.id))?.ok();
        let past = reader.past(&matter)?;
        let letter = cover.as_ref().and_then(|cover| cover.letter.as_ref());
        Ok(match self {
            Self::Everything => true,
            Self::Due => {
                due_day(&past, cover.as_deref()).is_some_and(|day| *day <= *indian_day(clock::now()))
            }
            Self::Urgent => past.urgency(cover.as_deref()) > 0,
            Self::Watched => letter.is_some_and(|letter| letter.watch != 0 || !letter.case.is_empty()),
        })
    }
}

/// The day by which a matter is due: what was said when it was sent here, else what its letter says.
pub(super) fn due_day<'a>(past: &'a Past, cover: Option<&'a Cover>) -> Option<&'a str> {
    let of_letter = || cover?.letter.as_ref().map(|letter| letter.due.as_str());
    past.due().or_else(of_letter).filter(|day| !day.is_empty())
}

fn count<T>(all: &[T]) -> u32 {
    u32::try_from(all.len()).unwrap_or(u32::MAX)
}

/// What a rule refused is a value to be shown; a fault ends the page.
pub fn unless_fault<T>(result: Result<T, Trouble>) -> Result<Result<T, Refusal>, Trouble> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Trouble::Refused(refusal)) => Ok(Err(refusal)),
        Err(fault) => Err(fault),
    }
}

/// The parked lines whose day has come.
fn due(reader: &Reader<'_>, lines: Vec<DeskRow>) -> Result<Vec<DeskRow>, Trouble> {
    let now = clock::now();
    let mut due = Vec::new();
    for line in lines {
        let phase = reader.records.matter(&line.matter)?.map(|matter| matter.phase);
        if matches!(phase, Some(Phase::Parked { until }) if until <= now) {
            due.push(line);
        }
    }
    Ok(due)
}

/// The lines of a list in order.
fn lines(reader: &Reader<'_>, officer: &Officer, list: List) -> Result<Vec<DeskRow>, Trouble> {
    let mut lines = Vec::new();
    for class in list.classes() {
        let count = reader.records.desk_count(&officer.office, &officer.post, *class, LIST_MAX * 20)?;
        let skip = if list.newest_first() { count.saturating_sub(LIST_MAX) } else { 0 };
        let mut found = reader.records.desk(&officer.office, &officer.post, *class, skip, LIST_MAX)?;
        if *class == DeskClass::Parked && list != List::Parked {
            found = due(reader, found)?;
        }
        lines.extend(found);
    }
    let kind = match list {
        List::Dak => Some(MatterKind::DAK),
        List::Files => Some(MatterKind::FILE),
        _ => None,
    };
    if let Some(kind) = kind {
        let is = |id: &MatterId| Ok::<_, Trouble>(reader.records.matter(id)?.is_some_and(|m| m.kind == kind));
        let mut kept = Vec::with_capacity(lines.len());
        for line in lines {
            if is(&line.matter)? {
                kept.push(line);
            }
        }
        lines = kept;
    }
    lines.sort_by_key(|line| line.since);
    if list.newest_first() {
        lines.reverse();
    }
    // A file that went out and came back through this post stands once.
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|line| seen.insert(line.matter));
    Ok(lines)
}

impl Row {
    /// Whether it has come in and nobody here has opened it yet.
    pub fn is_unread(&self) -> bool {
        !self.is_elsewhere && !self.matter.opened && self.matter.phase == Phase::Active
    }
}
