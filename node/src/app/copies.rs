//! Copies of a dak to many: each is a dak of its own that says of which it is a copy, and goes its own
//! way. The original stays where it is: two posts never hold one letter.

use std::sync::Arc;

use mohar_protocol::act::{Holder, MatterKind};
use mohar_protocol::id::MatterId;
use mohar_protocol::matter_text::{Cover, Letter};
use mohar_protocol::refusal::Refusal;

use crate::app::operation::FormId;
use crate::app::put_in_file::papers;
use crate::app::reading::Reader;
use crate::app::send::Words;
use crate::app::{App, Officer, Trouble, blocking};

/// Copies of one form: every branch of a large collectorate.
pub const COPIES_MAX: usize = 40;

impl App {
    /// Makes a copy for each post and sends it there. Gives how many went.
    ///
    /// # Errors
    /// Why the words or the ledger said no. What was sent before that is sent; the same form sends the
    /// rest and nothing twice.
    pub async fn send_copies(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        to: &[Holder],
        words: &Words,
    ) -> Result<usize, Trouble> {
        words.check()?;
        if to.is_empty() {
            return Err(Refusal::RecipientsMismatch.into());
        }
        if to.len() > COPIES_MAX {
            return Err(Refusal::ContentCount.into());
        }
        for one in to {
            let registry = self.ledger.registry();
            registry.office(&one.office)?.post(&one.post).ok_or(Refusal::PostUnknown)?;
        }
        let (app, whose) = (Arc::clone(self), officer.holder());
        let read = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, whose.office);
            let matter = reader.visible(&whose, &id)?;
            if matter.kind != MatterKind::DAK {
                return Err(Refusal::ChainKind.into());
            }
            if matter.holder != whose {
                return Err(Refusal::NotHolder.into());
            }
            Ok((reader.cover(&id)?, papers(&reader, &matter)?))
        });
        let (cover, papers) = read.await?;
        for one in to {
            let operation = form.operation(officer, "copy", &[&id.0, &one.office.0, &one.post.0]);
            let copied = match self.done_before(officer.office, &operation)? {
                Some((receipt, _)) => receipt,
                None => {
                    let number = self.next_copy_number(&id, &cover.number).await?;
                    let copy = copy_of(&cover, id, number);
                    self.begin_as(officer, operation, true, copy.checked()?, papers.clone()).await?
                }
            };
            self.send_copy(officer, form, copied.matter, *one, words).await?;
        }
        Ok(to.len())
    }

    async fn send_copy(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        copy: MatterId,
        to: Holder,
        words: &Words,
    ) -> Result<(), Trouble> {
        if to == officer.holder() {
            return Ok(());
        }
        if to.office == officer.office {
            self.mark(officer, form, copy, to.post, words).await?;
        } else {
            self.forward(officer, form, copy, to, words).await?;
        }
        Ok(())
    }
}

fn copy_of(cover: &Cover, id: MatterId, number: String) -> Cover {
    let letter = cover.letter.clone().unwrap_or_default();
    // Of a copy's copy the first original is named.
    let copy_of = letter.copy_of.or(Some(id));
    Cover { number, letter: Some(Letter { copy_of, ..letter }), ..cover.clone() }
}
