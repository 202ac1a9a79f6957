//! Sign the note that was written.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::Note;
use mohar_protocol::records::Records;
use mohar_protocol::sealing::Kind;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble, blocking, draft};

/// What came of signing a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// Nothing was written.
    Nothing,
    /// It is a note now.
    Note(Receipt),
    /// It is not the text that the officer saw, so it was not signed.
    Changed,
}

impl App {
    /// Signs the officer's draft as a note, if anything is written in it. `seen` is the version
    /// that the officer was shown: nobody signs what another tab has written meanwhile.
    ///
    /// # Errors
    /// What is wrong with the text, or why the ledger said no; the draft stays.
    pub async fn sign_draft(
        self: &Arc<Self>,
        officer: &Officer,
        id: MatterId,
        language: &str,
        seen: u64,
    ) -> Result<Signed, Trouble> {
        let (app, row) = (Arc::clone(self), draft::key(officer, &id));
        let draft = blocking(move || {
            let snapshot = app.snapshot();
            app.draft(&Records::new(&snapshot), &row)
        });
        let draft = draft.await?;
        if draft.is_blank() {
            return Ok(Signed::Nothing);
        }
        if draft.version != seen {
            return Ok(Signed::Changed);
        }
        let note = Note::of_text(language, &draft.text)?;
        // One version of a draft is signed once, whichever form asks for it, and also when the node
        // stopped between signing it and forgetting it.
        let words = [&id.0[..], &draft.version.to_be_bytes(), draft.text.as_bytes()];
        let operation = FormId::FIXED.operation(officer, "note", &words);
        let contents = self.seal_for(officer, id, vec![note.to_content(Kind::Note)]).await?;
        let receipt = self.act(officer, operation, id, Command::Note, contents).await?;
        self.forget_draft(officer, id, draft.version).await?;
        Ok(Signed::Note(receipt))
    }
}
