//! Diarise a letter that came in, with its papers if there are any.

use std::sync::Arc;

use mohar_protocol::codec;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::{Cover, Letter};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::Content;

use crate::app::attach::Paper;
use crate::app::inward::digest;
use crate::app::numbers::Series;
use crate::app::operation::FormId;
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, blocking};
use crate::config::CaseConfig;

/// What the officer says about a letter.
#[derive(Debug, Clone, Default)]
pub struct NewDak {
    /// The subject.
    pub subject: String,
    /// `hi` or `en`.
    pub language: String,
    /// 0 to 3.
    pub urgency: u8,
    /// 0 normal, 1 confidential, 2 secret, 3 top secret.
    pub classification: u8,
    /// The letter. Its case is named by its code only, and the day it is due may be left to the case.
    pub letter: Letter,
}

/// What a letter was entered from.
#[derive(Default)]
pub struct Papers {
    /// The papers, in order.
    pub papers: Vec<Paper>,
    /// Digests of the disk files as they came.
    pub scans: Vec<Hash>,
}

impl Papers {
    /// One upload.
    pub fn of(paper: Paper) -> Self {
        Self { scans: vec![digest(&paper.bytes)], papers: vec![paper] }
    }
}

impl App {
    /// Diarises a letter. Gives the receipt and the inward number.
    ///
    /// # Errors
    /// What is wrong with the words or the papers, or why the ledger said no.
    pub async fn diarise(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        new: NewDak,
        papers: Papers,
    ) -> Result<(Receipt, String), Trouble> {
        let date = new.letter.date.clone();
        let cover = self.cover_of(new, &papers)?;
        // The digests in the cover stand for the papers; the rest of the words is the cover itself.
        let operation = form.operation(officer, "diarise", &[&codec::encode(&cover)]);
        if let Some(done) = self.done_before(officer.office, &operation)? {
            return Ok(done);
        }
        if papers.papers.is_empty() && !papers.scans.is_empty() {
            return Err(Refusal::NotInTray.into());
        }
        let dated = (!date.is_empty()).then_some(date);
        let contents = blocking(move || {
            let papers = papers.papers.into_iter();
            let dated = |paper: Paper| Paper { date: paper.date.clone().or_else(|| dated.clone()), ..paper };
            Ok(papers.map(|paper| dated(paper).into_content()).collect::<Result<Vec<Content>, Refusal>>()?)
        });
        self.begin(officer, operation, Series::Dak, cover, contents.await?).await
    }

    /// Whether this very form has diarised this letter already.
    ///
    /// # Errors
    /// What is wrong with the words, or a fault of the store.
    pub async fn was_diarised(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        new: &NewDak,
        papers: &Papers,
    ) -> Result<bool, Trouble> {
        let cover = self.cover_of(new.clone(), papers)?;
        let operation = form.operation(officer, "diarise", &[&codec::encode(&cover)]);
        let (app, office) = (Arc::clone(self), officer.office);
        blocking(move || Ok(app.done_before(office, &operation)?.is_some())).await
    }

    /// The letter of a dak that the officer may see. Blocks.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`] also for a file, which has no letter.
    pub fn letter(&self, officer: &Officer, id: &MatterId) -> Result<Letter, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        reader.visible(&officer.holder(), id)?;
        Ok(reader.cover(id)?.letter.clone().ok_or(Refusal::MatterUnknown)?)
    }

    /// The cover of a letter before it has its number.
    ///
    /// # Errors
    /// What is wrong with the words.
    pub fn cover_of(&self, new: NewDak, papers: &Papers) -> Result<Cover, Refusal> {
        let mut letter = Letter { scans: papers.scans.clone(), ..new.letter };
        if let Some(case) = self.case(&letter.case) {
            letter.case_name.clone_from(&case.hi);
            if letter.due.is_empty() {
                letter.due = self.calendar().after(&letter.received, case.working_days).unwrap_or_default();
            }
        } else {
            letter.case.clear();
        }
        let cover = Cover {
            number: "…".to_owned(),
            subject: new.subject,
            language: new.language,
            urgency: new.urgency,
            classification: new.classification,
            letter: Some(letter),
            ..Cover::default()
        };
        cover.checked()
    }

    /// The typed case of a code, as the office has set it.
    pub fn case(&self, code: &str) -> Option<&CaseConfig> {
        self.config.dak.cases.iter().find(|case| case.code == code)
    }

    /// The typed cases of the office.
    pub fn cases(&self) -> &[CaseConfig] {
        &self.config.dak.cases
    }
}
