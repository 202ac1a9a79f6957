//! Take a queued dispatch back.

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::{FormId, Operation};
use crate::app::{App, Officer, Trouble};

impl App {
    /// Take a queued dispatch back. The reason is not kept: it is part of the form, see
    /// [`take_back_operation`].
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn cancel(
        &self,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        reason: &str,
    ) -> Result<Receipt, Trouble> {
        let operation = take_back_operation(form, officer, id, reason);
        self.act(officer, operation, id, Command::Cancel, Vec::new()).await
    }
}

/// One form cancels what still waits here, and asks for what is gone. Sent again after the file has
/// moved, it is answered with what was done the first time, whichever of the two that was.
pub(super) fn take_back_operation(form: FormId, officer: &Officer, id: MatterId, reason: &str) -> Operation {
    form.operation(officer, "take_back", &[&id.0[..], reason.as_bytes()])
}
