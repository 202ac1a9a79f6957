//! Ask for a matter that was handed over to come back.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble, remark};

impl App {
    /// Ask for a matter that was handed over to come back.
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn request_recall(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        language: &str,
        reason: &str,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "request_recall", &[&id.0[..], reason.as_bytes()]);
        let contents = self.seal_for(officer, id, remark(language, reason, Vec::new())?).await?;
        self.act(officer, operation, id, Command::RequestRecall, contents).await
    }
}
