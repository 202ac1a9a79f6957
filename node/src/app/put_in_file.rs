//! Put a dak into a file: its papers are attached there, and the dak is closed with the proof of it. Or
//! copy the papers only, and the dak stays where it is.
//!
//! Two acts in two chains: the attachment first, so that no dak is ever closed whose papers are nowhere.
//! After a power cut between them the same form does the rest and attaches nothing twice.

use std::sync::Arc;

use mohar_protocol::act::Body;
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::{Cover, TITLE_CHARS_MAX};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{Content, Kind};

use crate::app::desk::{List, Only, unless_fault};
use crate::app::inward::folded;
use crate::app::letters::with_proof;
use crate::app::operation::FormId;
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, blocking, remark};

/// Files that one sheet offers.
pub const FILES_MAX: usize = 50;

/// Files that are looked through.
const LOOKED_AT: usize = 2_000;

/// A file into which a dak can be put.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The file.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// Its subject.
    pub subject: String,
}

impl App {
    /// Attaches the papers of a dak to a file, and closes the dak. Gives the number of the file.
    ///
    /// # Errors
    /// Why the ledger said no; both matters must be held.
    pub async fn put_in_file(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        dak: MatterId,
        file: MatterId,
        language: &str,
    ) -> Result<(Receipt, String), Trouble> {
        let (attached, number) = self.copy_to_file(officer, form, dak, file).await?;
        let operation = form.operation(officer, "put_in_file", &[&dak.0, &file.0]);
        let words = remark(language, &number, Vec::new())?;
        let contents = self.seal_for(officer, dak, words).await?;
        let command = Command::PutInFile { file, attach: attached.act };
        Ok((self.act(officer, operation, dak, command, contents).await?, number))
    }

    /// Attaches the papers of a matter to a file. Gives the number of the file.
    ///
    /// # Errors
    /// Why the ledger said no; the file must be held.
    pub async fn copy_to_file(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        from: MatterId,
        file: MatterId,
    ) -> Result<(Receipt, String), Trouble> {
        if from == file {
            return Err(Refusal::SameFile.into());
        }
        let (app, whose) = (Arc::clone(self), officer.holder());
        let read = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, whose.office);
            let matter = reader.visible(&whose, &from)?;
            let into = reader.visible(&whose, &file)?;
            // Looked at before anything is attached: a dak that cannot be closed stays as it is.
            if into.holder != whose || into.phase != Phase::Active {
                return Err(Refusal::NotHolder.into());
            }
            let number =
                unless_fault(reader.cover(&file))?.map_or_else(|_| file.short(), |c| c.number.clone());
            Ok((papers(&reader, &matter)?, number))
        });
        let (papers, number) = read.await?;
        let operation = form.operation(officer, "copy_to_file", &[&from.0, &file.0]);
        let contents = self.seal_for(officer, file, papers).await?;
        Ok((self.act(officer, operation, file, Command::Attach, contents).await?, number))
    }

    /// The files on the officer's desk that match some words, newest first. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn files_to_put_in(&self, officer: &Officer, words: &str) -> Result<Vec<Choice>, Trouble> {
        let words: Vec<String> = words.split_whitespace().take(8).map(folded).collect();
        let desk = self.desk(officer, List::Files, Only::Everything, 1, LOOKED_AT)?;
        let mut found = Vec::new();
        for row in desk.rows.into_iter().rev() {
            let Ok((number, subject)) = row.cover else { continue };
            let text = folded(&format!("{number} {subject}"));
            if row.matter.phase == Phase::Active && words.iter().all(|word| text.contains(word)) {
                found.push(Choice { id: row.matter.id, number, subject });
            }
            if found.len() >= FILES_MAX {
                break;
            }
        }
        Ok(found)
    }
}

/// The papers of a matter under the number of the matter; of one that came on paper only, its line in
/// the diary, so that the file has a page to refer to.
pub(super) fn papers(reader: &Reader<'_>, matter: &Matter) -> Result<Vec<Content>, Trouble> {
    let cover = reader.cover(&matter.id)?;
    let mut papers = Vec::new();
    for act in reader.chain(&matter.id)? {
        for reference in crate::app::show::paper_references(&act) {
            if matches!(act.body(), Body::Issue(_)) {
                papers.push(with_proof(reader, &matter.id, &act)?);
                continue;
            }
            let mut paper = reader.open(&matter.id, reference)?;
            if matches!(act.body(), Body::Diarise(_)) {
                paper.name = titled(&cover.number, &paper.name);
            }
            papers.push(paper);
        }
    }
    if papers.is_empty() {
        papers.push(Content {
            kind: Kind::Paper,
            media_type: "text/plain; pages=1".to_owned(),
            name: titled(&cover.number, ""),
            body: diary_line(&cover).into_bytes(),
        });
    }
    if papers.len() > mohar_protocol::limits::CONTENTS_PER_ACT_MAX {
        return Err(Refusal::ContentCount.into());
    }
    Ok(papers)
}

fn titled(number: &str, name: &str) -> String {
    let title = if name.is_empty() { number.to_owned() } else { format!("{number}: {name}") };
    title.chars().take(TITLE_CHARS_MAX).collect()
}

fn diary_line(cover: &Cover) -> String {
    let letter = cover.letter.clone().unwrap_or_default();
    let lines = [
        cover.number.clone(),
        letter.received,
        letter.from,
        letter.number,
        letter.date,
        cover.subject.clone(),
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
