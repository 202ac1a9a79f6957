//! Issue a letter that was approved: number, signature, and the way to every office on its list.
//!
//! The number comes first and is durable, then the one act that counts, then the daks that serve it. A
//! power cut leaves a gap in the numbers, or recipients that are not served yet: the register shows them,
//! and serving goes on where it stopped. No number and no recipient is ever used twice.

use std::sync::Arc;

use mohar_protocol::act::{Body, Holder, VerifiedAct};
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::machine::Receipt;
use mohar_protocol::matter_text::{Addressee, Cover, Delivery, Issued, Letter, LetterText};
use mohar_protocol::recipients::{self, Recipient};
use mohar_protocol::records::{Records, StoreFault, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::content::Disclosed;
use mohar_protocol::sealing::{Content, Kind};

use crate::app::letters::{as_approved, draft_text};
use crate::app::names::{Named, Names};
use crate::app::numbers::indian_day;
use crate::app::operation::{FormId, Operation};
use crate::app::reading::Reader;
use crate::app::send::Words;
use crate::app::{App, Officer, Trouble, blocking};
use crate::clock;

/// A letter that was issued, as far as serving needs it.
struct Served {
    act: VerifiedAct,
    issued: Issued,
    disclosed: Disclosed,
    list: Vec<Recipient>,
}

impl App {
    /// Issues the letter that was approved by an act, and serves it. Gives the number.
    ///
    /// # Errors
    /// [`Refusal::LetterNotApproved`] when that approval stands no more, [`Refusal::RecipientsMismatch`]
    /// when nobody is on the list, or why the ledger said no.
    pub async fn issue(
        self: &Arc<Self>,
        officer: &Officer,
        id: MatterId,
        approval: ActId,
    ) -> Result<(Receipt, String), Trouble> {
        // An approval is used once, whichever form asks for it.
        let operation = FormId::FIXED.operation(officer, "issue", &[&id.0, &approval.0]);
        let (app, whose) = (Arc::clone(self), officer.holder());
        let read = blocking(move || match app.issued_before(&operation)? {
            Some(receipt) => Ok((Some(receipt), None)),
            None => Ok((None, Some(app.to_issue(&whose, &id, &approval)?))),
        });
        let receipt = match read.await? {
            (Some(receipt), _) => receipt,
            (None, Some(issued)) => self.sign_issue(officer, operation, id, approval, issued).await?,
            (None, None) => return Err(Refusal::LetterUnknown.into()),
        };
        let number = self.serve(officer, id, receipt.act).await?;
        Ok((receipt, number))
    }

    /// Serves an issued letter to the offices on its list that were not served yet. Gives its number.
    ///
    /// # Errors
    /// [`Refusal::LetterUnknown`] for what this office has not issued, or why the ledger said no; who was
    /// served before that, was.
    pub async fn serve(
        self: &Arc<Self>,
        officer: &Officer,
        id: MatterId,
        issue: ActId,
    ) -> Result<String, Trouble> {
        let (app, office) = (Arc::clone(self), officer.office);
        let served = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, office);
            let act = reader.records.act(&issue)?.ok_or(Refusal::LetterUnknown)?;
            if act.matter() != id || act.header().office != Some(office) {
                return Err(Refusal::LetterUnknown.into());
            }
            let issued = as_approved(&reader, &id, &act)?;
            let [letter, list, ..] = &act.header().contents[..] else {
                return Err(Refusal::ContentNone.into());
            };
            let disclosed = reader.disclosed(&id, letter)?;
            let list =
                recipients::from_bytes(&reader.open(&id, list)?.body).map_err(|_| Refusal::ContentDamaged)?;
            Ok(Served { act, issued, disclosed, list })
        });
        let served = served.await?;
        for (index, one) in (0..).zip(served.issued.letter.everybody()) {
            if let Some(to) = one.to {
                self.serve_one(officer, &served, index, to).await?;
            }
        }
        self.queue_mails(officer.office, &served.act.id(), &served.issued).await?;
        Ok(served.issued.number)
    }

    async fn sign_issue(
        self: &Arc<Self>,
        officer: &Officer,
        operation: Operation,
        id: MatterId,
        approval: ActId,
        issued: Issued,
    ) -> Result<Receipt, Trouble> {
        let copies = !issued.letter.copies.is_empty();
        let numbers = self.next_letter_numbers(&officer.office, if copies { 2 } else { 1 }).await?;
        let mut numbers = numbers.into_iter();
        let issued = Issued {
            number: numbers.next().unwrap_or_default(),
            endorsement: numbers.next().unwrap_or_default(),
            ..issued
        };
        let issued = issued.checked()?;
        let list = issued.letter.recipients(|| Hash(clock::entropy().bytes32()));
        let (root, count) = recipients::commit(&list);
        let list = Content {
            kind: Kind::Letter,
            media_type: "application/cbor".to_owned(),
            name: String::new(),
            body: recipients::to_bytes(&list),
        };
        let contents = self.seal_for(officer, id, vec![issued.to_content(), list]).await?;
        self.act(officer, operation, id, Command::Issue { approval, root, count }, contents).await
    }

    /// One dak for one recipient, begun once and sent once.
    async fn serve_one(
        self: &Arc<Self>,
        officer: &Officer,
        served: &Served,
        index: u32,
        to: Holder,
    ) -> Result<(), Trouble> {
        let operation = Operation::of_line(&served.act.id(), index);
        let dak = match self.done_before(officer.office, &operation)? {
            Some((receipt, _)) => receipt.matter,
            None => {
                let delivery = Delivery::new(&served.act, &served.disclosed, &served.list, index)?;
                let cover = cover(&served.issued, &served.act, index)?;
                let delivery = delivery.to_content(cover.number.clone());
                self.begin_as(officer, operation, true, cover, vec![delivery]).await?.matter
            }
        };
        let (app, mine) = (Arc::clone(self), officer.holder());
        let here = blocking(move || {
            let snapshot = app.snapshot();
            let matter = Records::new(&snapshot).matter(&dak)?;
            Ok(matter.is_some_and(|matter| is_still_here(&matter, &mine)))
        });
        if !here.await? || to == mine {
            return Ok(());
        }
        let is_copy = index as usize >= served.issued.letter.to.len();
        let words = Words {
            language: served.issued.letter.language.clone(),
            wanted: if is_copy { "information" } else { "action" }.to_owned(),
            ..Words::default()
        };
        if to.office == officer.office {
            self.mark(officer, FormId::FIXED, dak, to.post, &words).await?;
        } else {
            self.forward(officer, FormId::FIXED, dak, to, &words).await?;
        }
        Ok(())
    }

    fn issued_before(&self, operation: &Operation) -> Result<Option<Receipt>, Trouble> {
        let snapshot = self.snapshot();
        let records = Records::new(&snapshot);
        let Some(row) = records.get(Table::OPERATIONS, &operation.0)? else { return Ok(None) };
        let act = ActId(row.try_into().map_err(|_| StoreFault::damaged("an operation"))?);
        Ok(Some(Receipt { act, matter: records.expect_act(&act)?.matter() }))
    }

    /// The letter as it will be issued, without its numbers.
    fn to_issue(&self, whose: &Holder, id: &MatterId, approval: &ActId) -> Result<Issued, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, whose.office);
        let matter = reader.visible(whose, id)?;
        if matter.holder != *whose || matter.phase != Phase::Active {
            return Err(Refusal::NotHolder.into());
        }
        let open = matter.letters.iter().find(|open| open.approval == Some(*approval));
        let version = open.ok_or(Refusal::LetterNotApproved)?.version;
        let letter = draft_text(&reader, id, &reader.records.expect_act(&version)?)?;
        self.can_be_served(&letter)?;
        let names = Names::new(self.ledger.registry(), &reader.records);
        let place = names.place(whose)?;
        let word = |named: &Named| if letter.language == "en" { named.en.clone() } else { named.hi.clone() };
        Ok(Issued {
            date: indian_day(clock::now()),
            office: word(&place.office),
            person: place.person.as_ref().map(word).unwrap_or_default(),
            post: word(&place.post),
            letter,
            ..Issued::default()
        })
    }

    /// Nothing is issued that cannot go where it says.
    fn can_be_served(&self, letter: &LetterText) -> Result<(), Refusal> {
        if letter.everybody().next().is_none() {
            return Err(Refusal::RecipientsMismatch);
        }
        let registry = self.ledger.registry();
        for to in letter.everybody().filter_map(|one: &Addressee| one.to) {
            let office = registry.office(&to.office)?;
            if office.ended().is_some() {
                return Err(Refusal::OfficeEnded);
            }
            office.post(&to.post).ok_or(Refusal::PostUnknown)?;
        }
        Ok(())
    }
}

/// Begun here, and not sent on yet.
fn is_still_here(matter: &Matter, mine: &Holder) -> bool {
    matter.holder == *mine && matter.phase == Phase::Active && matter.number == 0
}

/// The diary line of what is served: who wrote, and which act issued it.
fn cover(issued: &Issued, act: &VerifiedAct, index: u32) -> Result<Cover, Refusal> {
    debug_assert!(matches!(act.body(), Body::Issue(_)));
    let is_copy = index as usize >= issued.letter.to.len();
    let number = if is_copy { &issued.endorsement } else { &issued.number };
    let from = [issued.post.as_str(), &issued.office].join(", ");
    let letter = Letter {
        from: from.chars().take(mohar_protocol::matter_text::SENDER_CHARS_MAX).collect(),
        number: number.clone(),
        date: issued.date.clone(),
        received: issued.date.clone(),
        enclosures: issued.letter.enclosures.clone(),
        issue: Some(act.id()),
        ..Letter::default()
    };
    let cover = Cover {
        number: number.clone(),
        subject: issued.letter.subject.clone(),
        language: issued.letter.language.clone(),
        letter: Some(letter),
        ..Cover::default()
    };
    cover.checked()
}
