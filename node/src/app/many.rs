//! One wish for many matters of the desk: each gets a signed act of its own, and each gets an answer.
//!
//! What one of them is refused stops none of the others. The same form sent again does nothing
//! twice: it is answered with what was done. Nothing is ever done to a matter that was not named.

use std::sync::Arc;

use mohar_protocol::act::Holder;
use mohar_protocol::custody::Phase;
use mohar_protocol::id::MatterId;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::desk::unless_fault;
use crate::app::operation::FormId;
use crate::app::reading::Reader;
use crate::app::send::Words;
use crate::app::{App, Officer, Trouble, blocking};

/// Matters of one form: a page of the desk.
pub const MANY_MAX: usize = 50;

/// What is to happen to each of them.
#[derive(Debug, Clone)]
pub enum Wish {
    /// Mark or forward to one post, with the same words.
    Send {
        /// The post.
        to: Holder,
        /// The words.
        words: Words,
    },
    /// Lay aside until a day.
    Park {
        /// Until when.
        until: Timestamp,
        /// `hi` or `en`.
        language: String,
        /// Why.
        reason: String,
    },
    /// Record that what was received is opened.
    Opened,
}

/// A matter of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticked {
    /// The matter.
    pub id: MatterId,
    /// Its number.
    pub number: String,
    /// Its subject; empty when it cannot be read here.
    pub subject: String,
}

/// What came of the wish for one matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The matter.
    pub of: Ticked,
    /// Done, or why not.
    pub outcome: Result<(), Refusal>,
}

impl App {
    /// What the ticked matters are called. Those that the post does not see are left out. Blocks.
    ///
    /// # Errors
    /// [`Refusal::ContentCount`] for more than [`MANY_MAX`].
    pub fn ticked(&self, officer: &Officer, ids: &[MatterId]) -> Result<Vec<Ticked>, Trouble> {
        if ids.len() > MANY_MAX {
            return Err(Refusal::ContentCount.into());
        }
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, officer.office);
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            if unless_fault(reader.visible(&officer.holder(), id))?.is_err() {
                continue;
            }
            let cover = unless_fault(reader.cover(id))?;
            let (number, subject) =
                cover.map_or_else(|_| (id.short(), String::new()), |c| (c.number.clone(), c.subject.clone()));
            all.push(Ticked { id: *id, number, subject });
        }
        Ok(all)
    }

    /// Signs one act for each matter, in the order of the list.
    ///
    /// # Errors
    /// What is wrong with the words, before anything is signed; or a fault. What a rule says to one
    /// matter is its answer.
    pub async fn many(
        self: &Arc<Self>,
        officer: &Arc<Officer>,
        form: FormId,
        ids: &[MatterId],
        wish: &Wish,
    ) -> Result<Vec<Answer>, Trouble> {
        if ids.is_empty() {
            return Err(Refusal::NothingTicked.into());
        }
        if let Wish::Send { words, to } = wish {
            words.check()?;
            self.ledger.registry().office(&to.office)?.post(&to.post).ok_or(Refusal::PostUnknown)?;
        }
        let (app, whose, list) = (Arc::clone(self), Arc::clone(officer), ids.to_vec());
        let ticked = blocking(move || app.ticked(&whose, &list)).await?;
        let mut answers = Vec::with_capacity(ticked.len());
        for of in ticked {
            let outcome = unless_fault(self.one_of_many(officer, form, of.id, wish).await)?;
            answers.push(Answer { of, outcome });
        }
        Ok(answers)
    }

    async fn one_of_many(
        self: &Arc<Self>,
        officer: &Arc<Officer>,
        form: FormId,
        id: MatterId,
        wish: &Wish,
    ) -> Result<(), Trouble> {
        match wish {
            Wish::Send { to, words } => {
                self.nothing_unsigned(officer, id).await?;
                if to.office == officer.office {
                    self.mark(officer, form, id, to.post, words).await?;
                } else {
                    self.forward(officer, form, id, *to, words).await?;
                }
            }
            Wish::Park { until, language, reason } => {
                self.park(officer, form, id, *until, language, reason).await?;
            }
            Wish::Opened => {
                let (app, whose) = (Arc::clone(self), Arc::clone(officer));
                let matter = blocking(move || app.state_of(&whose, &id)).await?;
                if !officer.holds(&matter) || matter.phase != Phase::Active {
                    return Err(Refusal::NotHolder.into());
                }
                if matter.opened {
                    return Err(Refusal::AlreadyDone.into());
                }
                self.opened(officer, &matter).await?;
            }
        }
        Ok(())
    }

    /// A note that is written and not signed would be left behind: such a matter goes by its own sheet,
    /// where the note is seen before it is signed.
    async fn nothing_unsigned(self: &Arc<Self>, officer: &Arc<Officer>, id: MatterId) -> Result<(), Trouble> {
        let (app, whose) = (Arc::clone(self), Arc::clone(officer));
        let written = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, whose.office);
            let matter = reader.visible(&whose.holder(), &id)?;
            Ok(whose.holds(&matter) && !app.draft_of(&reader.records, &whose, &id)?.is_blank())
        });
        if written.await? { Err(Refusal::NoteUnsigned.into()) } else { Ok(()) }
    }
}
