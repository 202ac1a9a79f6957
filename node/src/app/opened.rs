//! Record that a received matter was opened: once, by its holder, and only then.

use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::refusal::Refusal;

use crate::app::operation::FormId;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Records the first opening after a receipt. Anything else records nothing.
    ///
    /// # Errors
    /// [`Refusal::Busy`] or a fault; a page must not show as opened what is not recorded.
    pub async fn opened(&self, officer: &Officer, matter: &Matter) -> Result<(), Trouble> {
        if matter.opened || matter.phase != Phase::Active || !officer.holds(matter) {
            return Ok(());
        }
        let operation = FormId::FIXED.operation(officer, "opened", &[&matter.head.0]);
        match self.act(officer, operation, matter.id, Command::Opened, Vec::new()).await {
            // Two tabs, or a recall that was faster: the page that follows shows what came of it.
            Ok(_) | Err(Trouble::Refused(Refusal::AlreadyOpened | Refusal::NotHolderOffice)) => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }
}
