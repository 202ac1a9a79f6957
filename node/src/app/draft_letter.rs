//! Draft a letter, or its next version. A version that was kept is never changed: the next one stands
//! beside it, and undoes an approval.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::LetterText;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Keeps a version. `on` is the letter and the number of versions that the officer has seen; absent
    /// for a new letter.
    ///
    /// # Errors
    /// What is wrong with the text; [`mohar_protocol::refusal::Refusal::LetterChanged`] when another version was kept
    /// meanwhile; or why the ledger said no.
    pub async fn draft_letter(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        on: Option<(ActId, u32)>,
        text: LetterText,
    ) -> Result<Receipt, Trouble> {
        let content = text.checked()?.to_content();
        let letter = on.map(|(letter, _)| letter);
        let version = on.map_or(1, |(_, seen)| seen.saturating_add(1));
        let named = letter.map_or_else(Vec::new, |letter| letter.0.to_vec());
        let words = [&id.0[..], &named, &version.to_be_bytes(), &content.body];
        let operation = form.operation(officer, "draft", &words);
        let contents = self.seal_for(officer, id, vec![content]).await?;
        self.act(officer, operation, id, Command::Draft { letter, version }, contents).await
    }
}
