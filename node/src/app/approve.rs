//! Approve a version of a letter: exactly that one, by the hash of all that was signed in it.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Approves the version that the officer has seen.
    ///
    /// # Errors
    /// [`mohar_protocol::refusal::Refusal::LetterChanged`] when it is not the newest any more, or why the ledger said no.
    pub async fn approve(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        draft: ActId,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "approve", &[&id.0, &draft.0]);
        self.act(officer, operation, id, Command::Approve { draft }, Vec::new()).await
    }
}
