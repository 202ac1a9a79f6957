//! The letters of a matter: drafts with their versions and approvals, and what was issued or served.
//! Shown as far as they can be read; nothing here approves or issues.

use std::collections::BTreeMap;

use mohar_protocol::act::{Body, VerifiedAct};
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::matter_text::{Delivery, Issued, LetterText};
use mohar_protocol::recipients;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::Content;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::names::{Named, Names, Place};
use crate::app::reading::Reader;
use crate::app::show::paper_references;
use crate::app::{App, Officer, Trouble};

/// A letter of a matter, for a list.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its first version, by which it is named.
    pub letter: ActId,
    /// What it is about; why it cannot be read, else.
    pub subject: Result<String, Refusal>,
    /// Versions.
    pub versions: u32,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Drafted.
    Drafted,
    /// Approved as it is.
    Approved,
    /// Issued, by this act.
    Issued(ActId),
    /// Given up for newer drafts: see [`mohar_protocol::custody::LETTERS_MAX`].
    Forgotten,
}

/// Who said something, and when.
#[derive(Debug, Clone)]
pub struct Said {
    /// The act.
    pub act: ActId,
    /// Who.
    pub by: Option<Place>,
    /// When, as declared.
    pub at: Timestamp,
}

/// A version of a letter.
#[derive(Debug, Clone)]
pub struct Version {
    /// Who wrote it, and when.
    pub said: Said,
    /// What it says; why it cannot be read, else.
    pub text: Result<LetterText, Refusal>,
    /// Its approval.
    pub approval: Option<Said>,
}

/// A letter with everything that was said about it.
#[derive(Debug, Clone)]
pub struct View {
    /// Number and subject of the matter.
    pub cover: Result<(String, String), Refusal>,
    /// Its first version.
    pub letter: ActId,
    /// Oldest first; at least one.
    pub versions: Vec<Version>,
    /// Where it stands.
    pub stage: Stage,
    /// Whether the officer may change, approve and issue it now.
    pub may: bool,
}

/// A letter that went out, or came in over the link between nodes, with what is proved about it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The letter.
    pub issued: Issued,
    /// The act that issued it.
    pub act: ActId,
    /// The office that issued it.
    pub office: Named,
    /// Who signed it.
    pub by: Option<Place>,
    /// When, as declared.
    pub at: Timestamp,
    /// Whether it came from another office, or another post, and was proved with its recipient.
    pub served: bool,
}

/// The acts about letters in one chain.
#[derive(Default)]
struct Told<'a> {
    /// Versions by letter, oldest first; letters in the order of their first versions.
    letters: Vec<(ActId, Vec<&'a VerifiedAct>)>,
    /// Approvals by version.
    approvals: BTreeMap<ActId, &'a VerifiedAct>,
    /// Issues by approval.
    issues: BTreeMap<ActId, ActId>,
}

impl App {
    /// A letter that is or was drafted in a matter. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`], [`Refusal::LetterUnknown`].
    pub fn letter_view(&self, officer: &Officer, id: &MatterId, letter: &ActId) -> Result<View, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let matter = reader.visible(&officer.holder(), id)?;
        let chain = reader.chain(id)?;
        let told = Told::of(&chain);
        let known = told.letters.iter().find(|(first, _)| first == letter);
        let (_, acts) = known.ok_or(Refusal::LetterUnknown)?;
        let mut versions = Vec::with_capacity(acts.len());
        for act in acts {
            let approval = told.approvals.get(&act.id());
            versions.push(Version {
                said: said(&names, act)?,
                text: unless_fault(draft_text(&reader, id, act))?,
                approval: approval.map(|act| said(&names, act)).transpose()?,
            });
        }
        let cover = unless_fault(reader.cover(id))?;
        let stage = told.stage(&matter, letter);
        let open = matches!(stage, Stage::Drafted | Stage::Approved);
        Ok(View {
            cover: cover.map(|cover| (cover.number.clone(), cover.subject.clone())),
            letter: *letter,
            versions,
            stage,
            may: open && officer.holds(&matter) && matter.phase == Phase::Active,
        })
    }

    /// A letter among the papers of a matter: issued there, served by the dak, or put into it from one.
    /// Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`], or why it cannot be read or believed.
    pub fn issued_letter(
        &self,
        officer: &Officer,
        id: &MatterId,
        act: &ActId,
        index: usize,
    ) -> Result<Shown, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        reader.visible(&officer.holder(), id)?;
        let act = reader.records.act(act)?.filter(|act| act.matter() == *id).ok_or(Refusal::MatterUnknown)?;
        let names = Names::new(self.ledger.registry(), &reader.records);
        if matches!(act.body(), Body::Issue(_)) {
            return shown(&names, as_approved(&reader, id, &act)?, &act, false);
        }
        let reference = paper_references(&act).get(index).copied().ok_or(Refusal::ContentNone)?;
        let proved = Delivery::from_content(&reader.open(id, &reference)?)?.prove(names.registry())?;
        if matches!(act.body(), Body::Diarise(_)) {
            // What the diary line says is what was proved, or the line is not believed either.
            let cover = reader.cover(id)?;
            if cover.letter.as_ref().and_then(|letter| letter.issue) != Some(proved.act.id()) {
                return Err(Refusal::LetterNotAsIssued.into());
            }
        }
        shown(&names, proved.issued, &proved.act, true)
    }

    /// The name of the state, as its charter has it.
    pub fn state_name(&self) -> Named {
        let registry = self.ledger.registry();
        registry.charter().names().map_or_else(Named::default, |(hi, en)| Named::new(hi, en))
    }

    /// The name of an office.
    pub fn office_name(&self, office: &OfficeId) -> Named {
        let registry = self.ledger.registry();
        let register = registry.office(office);
        register.map_or_else(|_| Named::default(), |office| Named::new(office.name_hi(), office.name_en()))
    }
}

/// The letters of a matter, oldest first.
pub(super) fn lines(
    reader: &Reader<'_>,
    matter: &Matter,
    chain: &[VerifiedAct],
) -> Result<Vec<Line>, Trouble> {
    let told = Told::of(chain);
    let mut lines = Vec::with_capacity(told.letters.len());
    for (letter, acts) in &told.letters {
        let newest = acts.last().ok_or(Refusal::LetterUnknown)?;
        let text = unless_fault(draft_text(reader, &matter.id, newest))?;
        lines.push(Line {
            letter: *letter,
            subject: text.map(|text| text.subject),
            versions: u32::try_from(acts.len()).unwrap_or(u32::MAX),
            stage: told.stage(matter, letter),
        });
    }
    Ok(lines)
}

/// The text of a version.
pub(super) fn draft_text(
    reader: &Reader<'_>,
    id: &MatterId,
    act: &VerifiedAct,
) -> Result<LetterText, Trouble> {
    let reference = act.header().contents.first().ok_or(Refusal::ContentNone)?;
    Ok(LetterText::from_content(&reader.open(id, reference)?)?)
}

/// An issued letter, if its text is the one that was approved. Whoever can read both compares them; the
/// fold of the chain sees hashes only.
pub(super) fn as_approved(reader: &Reader<'_>, id: &MatterId, act: &VerifiedAct) -> Result<Issued, Trouble> {
    let Body::Issue(issue) = act.body() else { return Err(Refusal::LetterUnknown.into()) };
    let reference = act.header().contents.first().ok_or(Refusal::ContentNone)?;
    let issued = Issued::from_content(&reader.open(id, reference)?)?;
    let approval = reader.records.expect_act(&issue.approval)?;
    let Body::Approve(approve) = approval.body() else { return Err(Refusal::LetterNotAsIssued.into()) };
    let draft = reader.records.expect_act(&approve.draft)?;
    match draft_text(reader, id, &draft) {
        Ok(text) if text != issued.letter => Err(Refusal::LetterNotAsIssued.into()),
        // A draft of an earlier office may be sealed to us: the signature stands without it.
        Ok(_) | Err(Trouble::Refused(Refusal::ContentSealed | Refusal::ContentMissing)) => Ok(issued),
        Err(trouble) => Err(trouble),
    }
}

fn said(names: &Names<'_, '_>, act: &VerifiedAct) -> Result<Said, Trouble> {
    Ok(Said { act: act.id(), by: names.signer(act.header())?, at: act.header().time })
}

fn shown(names: &Names<'_, '_>, issued: Issued, act: &VerifiedAct, served: bool) -> Result<Shown, Trouble> {
    let office = act.header().office.ok_or(Refusal::OfficeUnknown)?;
    Ok(Shown {
        issued,
        act: act.id(),
        office: names.office(&office),
        by: names.signer(act.header())?,
        at: act.header().time,
        served,
    })
}

impl<'a> Told<'a> {
    fn of(chain: &'a [VerifiedAct]) -> Self {
        let mut told = Self::default();
        for act in chain {
            match act.body() {
                Body::Draft(body) => match body.letter {
                    None => told.letters.push((act.id(), vec![act])),
                    Some(letter) => {
                        let known = told.letters.iter_mut().find(|(first, _)| *first == letter);
                        if let Some((_, versions)) = known {
                            versions.push(act);
                        }
                    }
                },
                Body::Approve(body) => _ = told.approvals.insert(body.draft, act),
                Body::Issue(body) => _ = told.issues.insert(body.approval, act.id()),
                _ => {}
            }
        }
        told
    }

    fn stage(&self, matter: &Matter, letter: &ActId) -> Stage {
        if let Some(open) = matter.open_letter(letter) {
            return if open.approval.is_some() { Stage::Approved } else { Stage::Drafted };
        }
        let versions = self.letters.iter().find(|(first, _)| first == letter).map(|(_, acts)| acts);
        let issue = versions.into_iter().flatten().rev().find_map(|version| {
            let approval = self.approvals.get(&version.id())?;
            self.issues.get(&approval.id())
        });
        issue.map_or(Stage::Forgotten, |issue| Stage::Issued(*issue))
    }
}

/// An issued letter with its proof, to be put into another matter.
pub(super) fn with_proof(reader: &Reader<'_>, id: &MatterId, act: &VerifiedAct) -> Result<Content, Trouble> {
    let issued = as_approved(reader, id, act)?;
    let [letter, list, ..] = &act.header().contents[..] else { return Err(Refusal::ContentNone.into()) };
    let list = recipients::from_bytes(&reader.open(id, list)?.body).map_err(|_| Refusal::ContentDamaged)?;
    let delivery = Delivery::new(act, &reader.disclosed(id, letter)?, &list, 0)?;
    Ok(delivery.to_content(issued.to_content().name))
}
