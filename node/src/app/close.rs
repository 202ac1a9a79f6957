//! Close, with the category in which it is kept.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble, remark};

impl App {
    /// Close, with the category in which it is kept.
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn close(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        retention: u8,
        language: &str,
        reason: &str,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "close", &[&id.0[..], &[retention], reason.as_bytes()]);
        let contents = self.seal_for(officer, id, remark(language, reason, Vec::new())?).await?;
        self.act(officer, operation, id, Command::Close { retention }, contents).await
    }
}
