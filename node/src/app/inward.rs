//! The inward register (आवक पंजी): what this office has diarised or was served, in the order of it, with
//! who has it now; what a new letter seems to repeat; and the senders that wrote before.
//!
//! Covers are sealed on the disk, so the register is read into memory once after a start and follows
//! the log from there. It never decides whether a letter is entered twice: it says what it found, and
//! an officer decides.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use mohar_protocol::act::Holder;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::matter_text::{Cover, Letter, Watch};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::names::{Names, Place};
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble};

/// Entries of one office in memory: four years of 50 a day, at most 1 KiB each. Older ones are found
/// by their numbers and on the desks.
pub const INWARD_MAX: usize = 50_000;

/// Rows that are read from the store at a time.
const READ_AT_ONCE: usize = 1_000;

/// Letters looked back on for senders: half a year of 50 a day.
const SENDERS_LOOKED_AT: usize = 6_000;

/// Senders that one form suggests: 15 KiB of page.
pub const SENDERS_MAX: usize = 150;

/// Letters that a new one seems to repeat, as many as a form can show.
pub const REPEATS_MAX: usize = 5;

/// A dak in the register.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The matter.
    pub matter: MatterId,
    /// When it was diarised.
    pub at: Timestamp,
    /// What it says; why it cannot be read, else.
    pub cover: Result<Arc<Cover>, Refusal>,
}

/// The registers that were read. One for a node.
#[derive(Default)]
pub struct Registers(Mutex<BTreeMap<OfficeId, Register>>);

#[derive(Default)]
struct Register {
    /// The index in the office's log from which on nothing was read.
    next: u64,
    entries: VecDeque<Arc<Entry>>,
    known: BTreeSet<MatterId>,
}

/// What of the register is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Received on this day or later, `yyyy-mm-dd`; empty for all.
    pub from_day: String,
    /// Received on this day or earlier.
    pub to_day: String,
    /// Sender, subject or number contain these words.
    pub words: String,
    /// Of a watched class.
    pub watch: Option<Watch>,
    /// Of a typed case.
    pub case: String,
    /// Where it stands.
    pub standing: Option<Standing>,
}

/// Where a dak stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Somebody of this office has it.
    Here,
    /// Another office has it, or it is on the way there.
    Away,
    /// Disposed of.
    Closed,
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
    /// The dak.
    pub entry: Arc<Entry>,
    /// Who has it.
    pub holder: Place,
    /// Where it stands.
    pub standing: Standing,
    /// Whether the officer may see it: else a classified one is a number and nothing more.
    pub may_open: bool,
}

/// A letter that a new one seems to repeat.
#[derive(Debug, Clone)]
pub struct Repeat {
    /// The earlier one.
    pub entry: Arc<Entry>,
    /// Whether it was entered from the same disk file; else number, sender and date agree.
    pub same_bytes: bool,
}

impl App {
    /// One page of the register of the officer's office. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn inward(
        &self,
        officer: &Officer,
        filter: &Filter,
        page: usize,
        per_page: usize,
    ) -> Result<Page, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let words: Vec<String> = filter.words.split_whitespace().take(8).map(folded).collect();
        let mut found = Vec::new();
        for entry in self.entries(&reader, &officer.office)?.into_iter().rev() {
            if !filter.takes(&entry, &words) {
                continue;
            }
            if filter.standing.is_none() || filter.standing == Some(standing(&reader, officer, &entry)?.1) {
                found.push(entry);
            }
        }
        let pages = found.len().div_ceil(per_page).max(1);
        let page = page.clamp(1, pages);
        let shown = found.iter().skip((page - 1) * per_page).take(per_page);
        let rows = shown.map(|entry| row(&reader, &names, officer, entry)).collect::<Result<_, _>>()?;
        Ok(Page { rows, total: found.len(), page, pages })
    }

    /// The letters that a new one seems to repeat, newest first. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn repeats(&self, officer: &Officer, letter: &Letter, subject: &str) -> Result<Vec<Repeat>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let mut found = Vec::new();
        for entry in self.entries(&reader, &officer.office)?.into_iter().rev() {
            let Some((cover, known)) = entry.read() else { continue };
            if known.copy_of.is_some() {
                continue;
            }
            let same_bytes = known.scans.iter().any(|scan| letter.scans.contains(scan));
            if same_bytes || is_same_letter(letter, subject, known, &cover.subject) {
                found.push(Repeat { entry: Arc::clone(&entry), same_bytes });
            }
            if found.len() >= REPEATS_MAX {
                break;
            }
        }
        Ok(found)
    }

    /// The number under which a disk file was diarised, if it was. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn number_of_scan(&self, officer: &Officer, scan: &Hash) -> Result<Option<String>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let entries = self.entries(&reader, &officer.office)?;
        let found = entries.iter().rev().filter_map(|entry| entry.read());
        Ok(found
            .filter(|(_, letter)| letter.scans.contains(scan))
            .map(|(cover, _)| cover.number.clone())
            .next())
    }

    /// Who wrote to this office before, the most frequent first. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn senders(&self, officer: &Officer) -> Result<Vec<String>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let mut counted: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for entry in self.entries(&reader, &officer.office)?.iter().rev().take(SENDERS_LOOKED_AT) {
            if let Some((cover, letter)) = entry.read()
                && cover.classification == 0
            {
                let known = counted.entry(folded(&letter.from)).or_insert((0, letter.from.clone()));
                known.0 += 1;
            }
        }
        let mut senders: Vec<_> = counted.into_values().collect();
        senders.sort_by(|(a, left), (b, right)| b.cmp(a).then(left.cmp(right)));
        Ok(senders.into_iter().take(SENDERS_MAX).map(|(_, sender)| sender).collect())
    }

    /// Everything that the office has diarised, oldest first, as far as it is kept in memory.
    fn entries(&self, reader: &Reader<'_>, office: &OfficeId) -> Result<VecDeque<Arc<Entry>>, Trouble> {
        let mut registers = self.registers.0.lock().unwrap_or_else(PoisonError::into_inner);
        let register = registers.entry(*office).or_default();
        loop {
            let read = reader.records.diarised(office, register.next, READ_AT_ONCE)?;
            for (index, id) in &read {
                register.next = index + 1;
                let act = reader.records.expect_act(&ActId::from(*id))?;
                let cover = unless_fault(reader.cover(id))?;
                let entry = Entry { matter: *id, at: act.header().time, cover };
                // What this office serves on others goes out; of what others have begun only a letter that
                // they serve comes in here. What came back is entered already.
                let ours = act.header().office == Some(*office);
                if ours == entry.is_served() || !register.known.insert(*id) {
                    continue;
                }
                register.entries.push_back(Arc::new(entry));
                if register.entries.len() > INWARD_MAX
                    && let Some(oldest) = register.entries.pop_front()
                {
                    register.known.remove(&oldest.matter);
                }
            }
            if read.len() < READ_AT_ONCE {
                return Ok(register.entries.clone());
            }
        }
    }
}

impl Entry {
    /// Cover and letter, when they can be read.
    pub fn read(&self) -> Option<(&Cover, &Letter)> {
        let cover = self.cover.as_deref().ok()?;
        Some((cover, cover.letter.as_ref()?))
    }

    /// Whether it is a letter that an office issued and served, and no copy that was made of one.
    fn is_served(&self) -> bool {
        self.read().is_some_and(|(_, letter)| letter.issue.is_some() && letter.copy_of.is_none())
    }
}

impl Filter {
    fn takes(&self, entry: &Entry, words: &[String]) -> bool {
        let Some((cover, letter)) = entry.read() else { return *self == Self::default() };
        let text = || {
            folded(
                &[&cover.number, &cover.subject, &letter.from, &letter.number].map(String::as_str).join(" "),
            )
        };
        (self.from_day.is_empty() || letter.received >= self.from_day)
            && (self.to_day.is_empty() || letter.received <= self.to_day)
            && self.watch.is_none_or(|watch| watch.is_in(letter.watch))
            && (self.case.is_empty() || self.case == letter.case)
            && (words.is_empty() || {
                let text = text();
                // What nobody may read in the list is not found by its words either.
                cover.classification == 0 && words.iter().all(|word| text.contains(word))
            })
    }
}

fn row(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    officer: &Officer,
    entry: &Arc<Entry>,
) -> Result<Row, Trouble> {
    let (holder, standing) = standing(reader, officer, entry)?;
    let may_open = unless_fault(reader.visible(&officer.holder(), &entry.matter))?.is_ok();
    Ok(Row { entry: Arc::clone(entry), holder: names.place(&holder)?, standing, may_open })
}

fn standing(reader: &Reader<'_>, officer: &Officer, entry: &Entry) -> Result<(Holder, Standing), Trouble> {
    let matter: Matter = reader.records.matter(&entry.matter)?.ok_or(Refusal::MatterUnknown)?;
    let standing = match matter.phase {
        Phase::Closed => Standing::Closed,
        Phase::InTransit { .. } => Standing::Away,
        _ if matter.is_held_by(&officer.office) => Standing::Here,
        _ => Standing::Away,
    };
    Ok((matter.holder, standing))
}

/// Whether two letters are the same by what is written on them. Without a number, sender, date and
/// subject must agree.
fn is_same_letter(new: &Letter, subject: &str, known: &Letter, known_subject: &str) -> bool {
    let same_sender = folded(&new.from) == folded(&known.from);
    let dates_differ = !new.date.is_empty() && !known.date.is_empty() && new.date != known.date;
    if !same_sender || dates_differ {
        return false;
    }
    let (number, known_number) = (folded(&new.number), folded(&known.number));
    match (number.is_empty(), known_number.is_empty()) {
        (false, false) => number == known_number,
        (true, true) => !new.date.is_empty() && folded(subject) == folded(known_subject),
        _ => false,
    }
}

/// A text as it is compared: letters alike however they were typed, Devanagari digits as others, and
/// nothing of the signs between which clerks do not agree (`118/2026`, `118 / 2026`, `118-2026`).
pub fn folded(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let is_sign = |c: &char| c.is_whitespace() || matches!(c, '.' | ',' | '/' | '-' | '(' | ')' | ':');
    let digit = |c: char| match c {
        '०'..='९' => char::from_u32(u32::from(c) - u32::from('०') + u32::from('0')).unwrap_or(c),
        c => c,
    };
    let text = text.nfc().map(digit).filter(|c| !is_sign(c));
    text.filter(|c| !matches!(c, '\u{200C}' | '\u{200D}')).flat_map(char::to_lowercase).collect()
}

/// The digest by which the same disk file is known again.
pub fn digest(bytes: &[u8]) -> Hash {
    Hash(mohar_protocol::hash::sha256(&[bytes]))
}

#[cfg(test)]
mod tests {
    use mohar_protocol::matter_text::Letter;

    use super::{folded, is_same_letter};

    fn letter(from: &str, number: &str, date: &str) -> Letter {
        let own = str::to_owned;
        Letter { from: own(from), number: own(number), date: own(date), ..Letter::default() }
    }

    #[test]
    fn numbers_are_the_same_however_clerks_write_them() {
        assert_eq!(folded("क्र. 118 / 2026"), folded("क्र 118-2026"));
        assert_eq!(folded("११८/२०२६"), folded("118/2026"));
        assert_eq!(folded("SDM Office"), folded("sdm  office"));
        assert_ne!(folded("118/2026"), folded("119/2026"));
    }

    #[test]
    fn the_same_number_from_the_same_sender_repeats_unless_the_dates_differ() {
        let known = letter("तहसीलदार, देपालपुर", "118/2026", "2026-11-20");
        let same = |new: &Letter| is_same_letter(new, "अन्य", &known, "विषय");
        assert!(same(&letter("तहसीलदार देपालपुर", "118 / 2026", "2026-11-20")));
        assert!(same(&letter("तहसीलदार देपालपुर", "118/2026", "")));
        assert!(!same(&letter("तहसीलदार देपालपुर", "118/2026", "2026-11-21")));
        assert!(!same(&letter("थाना प्रभारी", "118/2026", "2026-11-20")));
        assert!(!same(&letter("तहसीलदार देपालपुर", "", "2026-11-20")));
    }

    #[test]
    fn a_letter_without_a_number_repeats_by_sender_date_and_subject() {
        let known = letter("रामलाल", "", "2026-11-20");
        assert!(is_same_letter(&letter("रामलाल", "", "2026-11-20"), "शिकायत", &known, "शिकायत "));
        assert!(!is_same_letter(&letter("रामलाल", "", "2026-11-20"), "आवेदन", &known, "शिकायत"));
        assert!(!is_same_letter(&letter("रामलाल", "", ""), "शिकायत", &known, "शिकायत"));
    }
}
