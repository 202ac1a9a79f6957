//! Open again what was closed, with the reason.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble, remark};

impl App {
    /// Open again what was closed, with the reason.
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn reopen(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        language: &str,
        reason: &str,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "reopen", &[&id.0[..], reason.as_bytes()]);
        let contents = self.seal_for(officer, id, remark(language, reason, Vec::new())?).await?;
        self.act(officer, operation, id, Command::Reopen, contents).await
    }
}
