//! Mark to another post of this office.

use std::sync::Arc;

use mohar_protocol::custody::command::Command;
use mohar_protocol::id::{MatterId, PostId};
use mohar_protocol::machine::Receipt;

use crate::app::operation::FormId;
use crate::app::send::Words;
use crate::app::{App, Officer, Trouble};

impl App {
    /// Marks to a post, with the words for its holder.
    ///
    /// # Errors
    /// Why the words or the ledger said no.
    pub async fn mark(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        to: PostId,
        words: &Words,
    ) -> Result<Receipt, Trouble> {
        let operation = form.operation(officer, "mark", &words.with(&[&id.0, &to.0]));
        let contents = self.seal_for(officer, id, words.remark()?).await?;
        self.act(officer, operation, id, Command::Mark { to }, contents).await
    }
}
