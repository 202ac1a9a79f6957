//! Copies of a dak to many, and of a file's last note to the levels it passes over: each is a dak of its own that
//! says of which it is a copy, and goes its own way. The original stays where it is: two posts never hold one letter.

use std::sync::Arc;

use mohar_protocol::act::{Body, Holder, MatterKind};
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{MatterId, PostId};
use mohar_protocol::matter_text::{Cover, Letter, Note};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::{Content, Kind};

use crate::app::desk::unless_fault;
use crate::app::names::Names;
use crate::app::numbers::indian_day;
use crate::app::operation::FormId;
use crate::app::put_in_file::papers;
use crate::app::reading::Reader;
use crate::app::send::{SKIPPED_MAX, Words};
use crate::app::{App, Officer, Trouble, blocking};
use crate::clock;

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

    /// Sends a copy for information to posts of this office that a file has passed over: a dak that names
    /// the file, with the last note as its paper. Gives how many went.
    ///
    /// # Errors
    /// As [`App::send_copies`].
    pub async fn inform(
        self: &Arc<Self>,
        officer: &Officer,
        form: FormId,
        id: MatterId,
        posts: &[PostId],
        language: &str,
    ) -> Result<usize, Trouble> {
        if posts.len() > SKIPPED_MAX {
            return Err(Refusal::ContentCount.into());
        }
        let (app, whose) = (Arc::clone(self), officer.holder());
        let read = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, whose.office);
            let names = Names::new(app.ledger.registry(), &reader.records);
            let matter = reader.visible(&whose, &id)?;
            let cover = reader.cover(&id)?;
            let note = last_note(&reader, &matter, &cover.number)?;
            Ok((cover, note, names.post(&whose)?, names.office(&whose.office)))
        });
        let (cover, note, post, office) = read.await?;
        let from = if language == "hi" { [post.hi, office.hi] } else { [post.en, office.en] }.join(", ");
        let words =
            Words { language: language.to_owned(), wanted: "information".to_owned(), ..Words::default() };
        for to in posts {
            let operation = form.operation(officer, "inform", &[&id.0, &to.0]);
            let copied = match self.done_before(officer.office, &operation)? {
                Some((receipt, _)) => receipt,
                None => {
                    let number = self.next_copy_number(&id, &cover.number).await?;
                    let letter = Letter {
                        from: from.clone(),
                        received: indian_day(clock::now()),
                        copy_of: Some(id),
                        ..Letter::default()
                    };
                    let copy = Cover { number, letter: Some(letter), ..Cover::clone(&cover) };
                    self.begin_as(officer, operation, true, copy.checked()?, note.clone()).await?
                }
            };
            self.mark(officer, form, copied.matter, *to, &words).await?;
        }
        Ok(posts.len())
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

/// The last note that can be read, as a paper.
fn last_note(reader: &Reader<'_>, matter: &Matter, number: &str) -> Result<Vec<Content>, Trouble> {
    for act in reader.chain(&matter.id)?.iter().rev().filter(|act| matches!(act.body(), Body::Note(_))) {
        let Some(reference) = act.header().contents.first() else { continue };
        let Ok(note) = unless_fault(reader.open(&matter.id, reference))? else { continue };
        let text = Note::from_content(&note)?.text();
        let (kind, name) = (Kind::Paper, number.to_owned());
        let media_type = "text/plain; pages=1".to_owned();
        return Ok(vec![Content { kind, media_type, name, body: text.into_bytes() }]);
    }
    Ok(Vec::new())
}

fn copy_of(cover: &Cover, id: MatterId, number: String) -> Cover {
    let letter = cover.letter.clone().unwrap_or_default();
    // Of a copy's copy the first original is named.
    let copy_of = letter.copy_of.or(Some(id));
    Cover { number, letter: Some(Letter { copy_of, ..letter }), ..cover.clone() }
}
