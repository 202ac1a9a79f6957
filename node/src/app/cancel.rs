//! Take a queued dispatch back.

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Take a queued dispatch back.
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn cancel(&self, officer: &Officer, form: FormId, id: MatterId) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "cancel", &[&id.0[..]]);
        self.act(officer, operation, id, Command::Cancel, Vec::new()).await
    }
}
