//! Diarise a letter that came in, with its scan if there is one.

use std::sync::Arc;

use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::Cover;
use mohar_protocol::sealing::Content;

use crate::app::attach::Paper;
use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};

/// What the officer says about a letter.
#[derive(Debug, Clone, Default)]
pub struct NewDak {
    /// Who sent it.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The date on it, `yyyy-mm-dd`.
    pub date: String,
    /// The number on it; may be empty.
    pub letter_number: String,
    /// `hi` or `en`.
    pub language: String,
    /// 0 to 3.
    pub urgency: u8,
}

impl App {
    /// Diarises a letter. Gives the receipt and the inward number.
    ///
    /// # Errors
    /// What is wrong with the words or the paper, or why the ledger said no.
    pub async fn diarise(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        new: NewDak,
        paper: Option<Paper>,
    ) -> Result<(Receipt, String), Trouble> {
        let bytes = paper.as_ref().map_or(&[][..], |paper| &paper.bytes);
        let words = [&new.from, &new.subject, &new.date, &new.letter_number].map(|word| word.as_bytes());
        let urgency = [new.urgency];
        let words = [&words[..], &[&urgency, bytes]].concat();
        let operation = form.operation(officer, "diarise", &words);
        let cover = Cover {
            number: "…".to_owned(),
            subject: new.subject.clone(),
            language: new.language,
            urgency: new.urgency,
            from: new.from,
            letter_number: new.letter_number,
            letter_date: day_month_year(&new.date),
            ..Cover::default()
        };
        let papers: Vec<Content> = paper
            .into_iter()
            .map(|paper| Paper { date: Some(new.date.clone()), ..paper }.into_content())
            .collect::<Result<_, _>>()?;
        self.begin(officer, operation, true, cover.checked()?, papers).await
    }
}

/// `2026-11-22` as `22/11/2026`; anything else as it is.
fn day_month_year(date: &str) -> String {
    match date.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => date.to_owned(),
    }
}
