//! Show a matter: its cover, its notes and papers in the order of the chain, and what may be done
//! with it now. And one paper with its bytes.

use std::sync::Arc;

use mohar_protocol::act::{Body, MatterKind, VerifiedAct};
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::matter_text::{Cover, Issued, Note, PaperLabel};
use mohar_protocol::records::Role;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{ContentRef, Kind};
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::draft::Draft;
use crate::app::names::{Named, Names, Place};
use crate::app::reading::{PaperFacts, Past, Reader};
use crate::app::{App, Officer, Trouble, letters};

/// A clock may be so far ahead before a time is called doubtful: minutes, not hours.
const CLOCK_AHEAD_MS: u64 = 10 * 60_000;

/// A matter as its officer sees it.
#[derive(Debug, Clone)]
pub struct View {
    /// Its state.
    pub matter: Matter,
    /// Its cover; why it cannot be read, else.
    pub cover: Result<Arc<Cover>, Refusal>,
    /// What its past says.
    pub past: Arc<Past>,
    /// Who has it.
    pub holder: Place,
    /// The office to which it is queued.
    pub queued_to: Option<Named>,
    /// From where it came.
    pub came_from: Option<Place>,
    /// Signed notes, oldest first.
    pub notes: Vec<SignedNote>,
    /// Papers, in the order of their pages.
    pub papers: Vec<Paper>,
    /// The officer's own unsent note, when one may be written or is left from before.
    pub draft: Option<Draft>,
    /// Letters that are or were drafted in it, oldest first.
    pub letters: Vec<letters::Line>,
    /// What the officer may do now.
    pub may: May,
}

/// What may be done with a matter now: an offer; the ledger decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May {
    /// Note, send, attach, park, close.
    pub work: bool,
    /// Send back.
    pub send_back: bool,
    /// Take a queued dispatch back.
    pub cancel: bool,
    /// Ask for it back.
    pub request_recall: bool,
    /// Wake.
    pub wake: bool,
    /// Reopen.
    pub reopen: bool,
    /// Remind whoever has it.
    pub remind: bool,
    /// Put it into a file, or send copies: it is a dak.
    pub put_in_file: bool,
}

/// A signed note.
#[derive(Debug, Clone)]
pub struct SignedNote {
    /// The act.
    pub act: ActId,
    /// The text; why it cannot be read, else.
    pub text: Result<String, Refusal>,
    /// Who signed.
    pub by: Option<Place>,
    /// The declared time.
    pub at: Timestamp,
    /// Whether the declared time contradicts the chain or the clock.
    pub in_doubt: bool,
    /// Mirrors proved to hold it; `None` when it stands in another office's log.
    pub mirrors: Option<usize>,
    /// Of an issue, which is docketed between the notes: the letter that went out.
    pub issued: Option<Arc<Issued>>,
}

/// A paper.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The act that brought it.
    pub act: ActId,
    /// Its place among the contents of that act.
    pub index: usize,
    /// What it is; why it cannot be read, else.
    pub facts: Result<Arc<PaperFacts>, Refusal>,
}

impl Paper {
    /// Whether it is a letter that was issued or served: a text of ours, not a disk file.
    pub fn is_letter(&self) -> bool {
        self.facts.as_ref().is_ok_and(|facts| facts.label.media_type == "application/cbor")
    }
}

/// A paper with its bytes.
#[derive(Debug, Clone)]
pub struct PaperBytes {
    /// Title.
    pub title: String,
    /// Media type, pages, date.
    pub label: PaperLabel,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl App {
    /// The state of a matter that the officer may see. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn state_of(&self, officer: &Officer, id: &MatterId) -> Result<Matter, Trouble> {
        let snapshot = self.snapshot();
        Reader::new(self, &snapshot, officer.office).visible(&officer.holder(), id)
    }

    /// The number of a matter, else its short id. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn number_of(&self, officer: &Officer, id: &MatterId) -> Result<String, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        reader.visible(&officer.holder(), id)?;
        Ok(unless_fault(reader.cover(id))?.map_or_else(|_| id.short(), |cover| cover.number.clone()))
    }

    /// Number and subject of a matter that can be read. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`], or why its cover cannot be read.
    pub fn cover_words(&self, officer: &Officer, id: &MatterId) -> Result<(String, String), Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        reader.visible(&officer.holder(), id)?;
        let cover = reader.cover(id)?;
        Ok((cover.number.clone(), cover.subject.clone()))
    }

    /// A matter. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn show(&self, officer: &Officer, id: &MatterId, now: Timestamp) -> Result<View, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let matter = reader.visible(&officer.holder(), id)?;
        let chain = reader.chain(id)?;
        let may = may(officer, &matter);
        let draft = self.draft_of(&reader.records, officer, id)?;
        let draft = (may.work || !draft.text.is_empty()).then_some(draft);
        Ok(View {
            cover: unless_fault(reader.cover(id))?,
            past: reader.past(&matter)?,
            holder: names.place(&matter.holder)?,
            queued_to: matter.queued_to().map(|to| names.office(&to.office)),
            came_from: matter.came_from.map(|from| names.place(&from)).transpose()?,
            notes: self.notes(&reader, &names, id, &chain, now)?,
            papers: papers(&reader, id, &chain)?,
            letters: letters::lines(&reader, &matter, &chain)?,
            draft,
            may,
            matter,
        })
    }

    /// One paper, by its act and its place there. Blocks, and decrypts the whole of it.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`], or why it cannot be read.
    pub fn paper(
        &self,
        officer: &Officer,
        id: &MatterId,
        act: &ActId,
        index: usize,
    ) -> Result<PaperBytes, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        reader.visible(&officer.holder(), id)?;
        let act = reader.records.act(act)?.filter(|act| act.matter() == *id).ok_or(Refusal::MatterUnknown)?;
        let reference = paper_references(&act).get(index).copied().ok_or(Refusal::ContentNone)?;
        let content = reader.open(id, &reference)?;
        if content.kind != Kind::Paper {
            return Err(Refusal::ContentNone.into());
        }
        let label = PaperLabel::of(&content.media_type);
        Ok(PaperBytes { title: content.name, label, bytes: content.body })
    }

    fn notes(
        &self,
        reader: &Reader<'_>,
        names: &Names<'_, '_>,
        id: &MatterId,
        chain: &[VerifiedAct],
        now: Timestamp,
    ) -> Result<Vec<SignedNote>, Trouble> {
        let mut notes = Vec::new();
        let mut before = Timestamp(0);
        for act in chain {
            let at = act.header().time;
            if matches!(act.body(), Body::Note(_)) {
                let reference = act.header().contents.first().ok_or(Refusal::ContentNone);
                let text = reference
                    .map_err(Trouble::from)
                    .and_then(|reference| Ok(Note::from_content(&reader.open(id, reference)?)?.text()));
                notes.push(SignedNote {
                    act: act.id(),
                    text: unless_fault(text)?,
                    by: names.signer(act.header())?,
                    at,
                    in_doubt: is_in_doubt(at, before, now),
                    mirrors: self.mirrors_of(reader, act)?,
                    issued: None,
                });
            }
            if matches!(act.body(), Body::Issue(_)) {
                let issued = unless_fault(letters::as_approved(reader, id, act))?;
                notes.push(SignedNote {
                    act: act.id(),
                    // One paragraph; whoever shows it puts it into words.
                    text: issued.as_ref().map(|issued| issued.number.clone()).map_err(|refusal| *refusal),
                    by: names.signer(act.header())?,
                    at,
                    in_doubt: is_in_doubt(at, before, now),
                    mirrors: self.mirrors_of(reader, act)?,
                    issued: issued.ok().map(Arc::new),
                });
            }
            before = at;
        }
        Ok(notes)
    }

    /// How many mirrors are proved to hold an act of an own office; `None` for acts of others.
    pub(super) fn mirrors_of(
        &self,
        reader: &Reader<'_>,
        act: &VerifiedAct,
    ) -> Result<Option<usize>, Trouble> {
        let Some(office) = act.header().office.filter(|office| self.ledger.hosted().contains(office)) else {
            return Ok(None);
        };
        let Some(index) = reader.records.place(&act.id(), &office)? else { return Ok(None) };
        Ok(Some(reader.records.held(&office)?.count(Role::Mirror, index)))
    }
}

/// Whether a declared time contradicts the act before it or this node's clock.
pub(super) const fn is_in_doubt(at: Timestamp, before: Timestamp, now: Timestamp) -> bool {
    at.0 < before.0 || at.ms_since(now) > CLOCK_AHEAD_MS
}

fn papers(reader: &Reader<'_>, id: &MatterId, chain: &[VerifiedAct]) -> Result<Vec<Paper>, Trouble> {
    let mut papers = Vec::new();
    for act in chain {
        for (index, reference) in paper_references(act).iter().enumerate() {
            let facts = unless_fault(reader.paper(id, reference))?;
            papers.push(Paper { act: act.id(), index, facts });
        }
    }
    Ok(papers)
}

/// The papers of an act: what follows the cover, or everything that was attached.
pub(super) fn paper_references(act: &VerifiedAct) -> &[ContentRef] {
    let contents = &act.header().contents;
    match act.body() {
        Body::Open(_) | Body::Diarise(_) => contents.get(1..).unwrap_or_default(),
        Body::Attach(_) => contents,
        // The letter; behind it stands the list of recipients, which is no paper.
        Body::Issue(_) => contents.get(..1).unwrap_or_default(),
        _ => &[],
    }
}

fn may(officer: &Officer, matter: &Matter) -> May {
    let holds = officer.holds(matter);
    let work = holds && matter.phase == Phase::Active;
    let left_us = matter.came_from == Some(officer.holder()) && !matter.is_held_by(&officer.office);
    let underway = matches!(matter.phase, Phase::InTransit { .. } | Phase::Active);
    May {
        work,
        send_back: work && matter.came_from.is_some(),
        cancel: holds && matches!(matter.phase, Phase::Queued { .. }),
        request_recall: left_us && underway && !matter.opened,
        wake: holds && matches!(matter.phase, Phase::Parked { .. }),
        reopen: holds && matter.phase == Phase::Closed,
        remind: !holds && !matches!(matter.phase, Phase::Closed | Phase::Frozen),
        put_in_file: work && matter.kind == MatterKind::DAK,
    }
}
