//! Take up again what was laid aside.

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Take up again what was laid aside.
    ///
    /// # Errors
    /// Why the ledger said no.
    pub async fn wake(&self, officer: &Officer, form: FormId, id: MatterId) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "wake", &[&id.0[..]]);
        self.act(officer, operation, id, Command::Wake, Vec::new()).await
    }
}
