//! Lay aside until a day, with the reason.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::time::Timestamp;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble, remark};

impl App {
    /// Lay aside until a day, with the reason.
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn park(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        until: Timestamp,
        language: &str,
        reason: &str,
    ) -> Result<Receipt, Trouble> {
        let operation =
            form.operation(officer, "park", &[&id.0[..], &until.0.to_be_bytes(), reason.as_bytes()]);
        let contents = self.seal_for(officer, id, remark(language, reason, Vec::new())?).await?;
        self.act(officer, operation, id, Command::Park { until }, contents).await
    }
}
