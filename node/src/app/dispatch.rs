//! Dispatch: how an issued letter goes to a recipient without a node, and what came of it. Said beside
//! the file, so that the dispatch clerk needs neither the file nor its desk.

use std::sync::Arc;

use mohar_protocol::act::body::Dispatch;
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::Receipt;
use mohar_protocol::refusal::Refusal;

use crate::app::operation::FormId;
use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, blocking, remark, seal};

impl App {
    /// Says how a letter went to one recipient, with the words of the clerk: the number of the postal
    /// receipt, who took it, why it came back.
    ///
    /// # Errors
    /// [`Refusal::NotRegistry`], or why the words or the ledger said no.
    pub async fn dispatch(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        dispatch: Dispatch,
        language: &str,
        words: &str,
    ) -> Result<Receipt, Trouble> {
        if !self.is_registry(officer) {
            return Err(Refusal::NotRegistry.into());
        }
        let said = [&dispatch.line.to_be_bytes()[..], &[dispatch.mode, dispatch.state]].concat();
        let operation =
            form.operation(officer, "dispatch", &[&id.0, &dispatch.issue.0, &said, words.as_bytes()]);
        let contents = remark(language, words, Vec::new())?;
        let (app, office) = (Arc::clone(self), officer.office);
        let sealed = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, office);
            let matter = reader.records.matter(&id)?.ok_or(Refusal::MatterUnknown)?;
            if contents.is_empty() {
                return Ok(Vec::new());
            }
            let (key, generation) = reader.newest_key(&matter)?;
            contents.iter().map(|content| seal(&key, generation, content)).collect()
        });
        let contents = self.stage(sealed.await?).await?;
        self.act(officer, operation, id, Command::Dispatch(dispatch), contents).await
    }
}
