//! Open a file.

use std::sync::Arc;

use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::machine::{NewMatter, Receipt, Request};
use mohar_protocol::matter_text::Cover;
use mohar_protocol::records::{StoreFault, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{Content, MatterKey};

use crate::app::desk::unless_fault;
use crate::app::numbers::Series;
use crate::app::operation::{FormId, Operation};
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, blocking, seal};
use crate::clock;
use crate::config::HeadConfig;

/// What the officer says about a new file.
#[derive(Debug, Clone, Default)]
pub struct NewFile {
    /// The subject.
    pub subject: String,
    /// The number it had on paper; may be empty.
    pub legacy_number: String,
    /// `hi` or `en`.
    pub language: String,
    /// 0 to 3.
    pub urgency: u8,
    /// 0 to 3.
    pub classification: u8,
    /// The code of a head; may be empty.
    pub head: String,
}

impl App {
    /// Opens a file. Gives the receipt and the number it got.
    ///
    /// # Errors
    /// What is wrong with the words, or why the ledger said no.
    pub async fn open(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        new: NewFile,
    ) -> Result<(Receipt, String), Trouble> {
        if !new.head.is_empty() && !self.heads().iter().any(|head| head.code == new.head) {
            return Err(Refusal::HeadUnknown.into());
        }
        let words = [
            new.subject.as_bytes(),
            new.legacy_number.as_bytes(),
            new.language.as_bytes(),
            &[new.urgency, new.classification],
            new.head.as_bytes(),
        ];
        let operation = form.operation(officer, "open", &words);
        let cover = Cover {
            number: "…".to_owned(),
            subject: new.subject,
            legacy_number: new.legacy_number,
            language: new.language,
            urgency: new.urgency,
            classification: new.classification,
            ..Cover::default()
        };
        self.begin(officer, operation, Series::Files { head: &new.head }, cover.checked()?, Vec::new()).await
    }

    /// The heads under which files are opened.
    pub fn heads(&self) -> &[HeadConfig] {
        &self.config.files.heads
    }

    /// What an operation has begun already, with its number: a form that was sent twice takes no second
    /// number and gets the first answer.
    pub(super) fn done_before(
        &self,
        office: OfficeId,
        operation: &Operation,
    ) -> Result<Option<(Receipt, String)>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, office);
        let Some(row) = reader.records.get(Table::OPERATIONS, &operation.0)? else { return Ok(None) };
        let act = ActId(row.try_into().map_err(|_| StoreFault::damaged("an operation"))?);
        let matter = reader.records.expect_act(&act)?.matter();
        let number =
            unless_fault(reader.cover(&matter))?.map_or_else(|_| matter.short(), |c| c.number.clone());
        Ok(Some((Receipt { act, matter }, number)))
    }

    /// Gives a number, seals the cover and the papers, and begins the matter.
    pub(super) async fn begin(
        self: &Arc<Self>,
        officer: &Officer,
        operation: Operation,
        series: Series<'_>,
        cover: Cover,
        papers: Vec<Content>,
    ) -> Result<(Receipt, String), Trouble> {
        if let Some(done) = self.done_before(officer.office, &operation)? {
            return Ok(done);
        }
        let number = self.next_number(&officer.office, series, clock::now()).await?;
        let cover = Cover { number: number.clone(), ..cover }.checked()?;
        let is_dak = series == Series::Dak;
        Ok((self.begin_as(officer, operation, is_dak, cover, papers).await?, number))
    }

    /// Seals the cover, which has its number, and the papers, and begins the matter.
    pub(super) async fn begin_as(
        self: &Arc<Self>,
        officer: &Officer,
        operation: Operation,
        is_dak: bool,
        cover: Cover,
        papers: Vec<Content>,
    ) -> Result<Receipt, Trouble> {
        let (key, sealed) = blocking(move || {
            let key = MatterKey::generate(&mut clock::entropy());
            let contents = [vec![cover.to_content()], papers].concat();
            let sealed = contents.iter().map(|content| seal(&key, 1, content)).collect::<Result<_, _>>()?;
            Ok((key, sealed))
        })
        .await?;
        let matter = NewMatter { is_dak, key, contents: self.stage(sealed).await? };
        let request = Request::Begin { actor: officer.actor(), operation: operation.0, matter };
        Ok(self.ledger.request(request).await?)
    }
}
