//! Forward to a post of another office: queued here until that office is ready.

use std::sync::Arc;

use mohar_protocol::act::Holder;
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::send::Words;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Forwards to a post, with the words for its holder.
    ///
    /// # Errors
    /// Why the words or the ledger said no.
    pub async fn forward(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        to: Holder,
        words: &Words,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "forward", &words.with(&[&id.0, &to.office.0, &to.post.0]));
        let contents = self.seal_for(officer, id, words.remark()?).await?;
        self.act(officer, operation, id, Command::Forward { to }, contents).await
    }
}
