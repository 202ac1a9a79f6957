//! What officers and administrators of an own office ask for.

use super::{Actor, Event, Machine, NewContent, NewMatter, Receipt, Step, Stop, Where};
use crate::act::{Body, Header, Holder, MatterKind, Place, VerifiedAct, body};
use crate::custody::Matter;
use crate::custody::command::Command;
use crate::directory::SNAPSHOT_BYTES_MAX;
use crate::id::{ActId, MatterId, OfficeId};
use crate::limits::CONTENTS_PER_ACT_MAX;
use crate::records::{Table, id32};
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::sealing::content::clear_reference;
use crate::sealing::{ClearRef, ContentRef, MatterKey, WrapSet, wrap};

impl Machine {
    /// Opens a file or enters a dak.
    pub(super) fn begin(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
        operation: [u8; 16],
        new: NewMatter,
    ) -> Result<Receipt, Stop> {
        if let Some(receipt) = Self::done_before(step, actor, operation)? {
            return Ok(receipt);
        }
        let post = self.post_of(actor)?;
        if self.registry.office(&actor.office)?.ended().is_some() {
            return Err(Refusal::OfficeEnded.into());
        }
        let contents = Self::keep_contents(step, new.contents)?;
        if contents.is_empty() {
            return Err(Refusal::ContentNone.into());
        }
        // The wraps are named by the act that names the matter, so they bind to the cover's
        // commitment instead of the matter's id, which does not exist yet.
        let binding = MatterId(contents[0].commitment.0);
        let wraps = self.wrap_for(step, actor.office, binding, 1, &new.key, None)?;
        let body = if new.is_dak {
            Body::Diarise(body::Diarise { wraps })
        } else {
            Body::Open(body::Open { wraps })
        };
        let header = Header {
            kind: if new.is_dak { MatterKind::DAK } else { MatterKind::FILE },
            charge: actor.charge,
            holder: Some(Holder { office: actor.office, post }),
            contents,
            ..self.header(step, actor.office)?
        };
        let act = Self::sign(header, &body, &actor.key)?;
        let matter = self.extend(step, None, &act)?;
        self.keep_key(step, matter.id, 1, &new.key);
        Ok(Self::remember(step, operation, &act))
    }

    /// Does something with a matter.
    pub(super) fn command(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
        operation: [u8; 16],
        id: MatterId,
        command: &Command,
        contents: Vec<NewContent>,
    ) -> Result<Receipt, Stop> {
        if let Some(receipt) = Self::done_before(step, actor, operation)? {
            return Ok(receipt);
        }
        self.post_of(actor)?;
        let matter = self.matter(step, &id)?;
        let needs_content = matches!(command, Command::Note | Command::Attach | Command::Draft { .. });
        if needs_content && contents.is_empty() {
            return Err(Refusal::ContentNone.into());
        }
        if *command == Command::RequestRecall {
            let contents = Self::keep_contents(step, contents)?;
            let act = self.request_recall(step, actor, &matter, contents)?;
            return Ok(Self::remember(step, operation, &act));
        }
        if *command == Command::Remind {
            if contents.iter().any(|content| content.reference.generation > matter.generation) {
                return Err(Refusal::ContentSealed.into());
            }
            let contents = Self::keep_contents(step, contents)?;
            let act = self.remind(step, actor, &matter, contents)?;
            return Ok(Self::remember(step, operation, &act));
        }
        if let Command::Forward { to } = command {
            let addressee = self.registry.office(&to.office)?;
            addressee.post(&to.post).ok_or(Refusal::PostUnknown)?;
            if addressee.ended().is_some() {
                return Err(Refusal::OfficeEnded.into());
            }
        }
        if let Command::PutInFile { file, attach } = command {
            let act = step.records.act(attach)?.ok_or(Refusal::NotAttached)?;
            if act.matter() != *file || !matches!(act.body(), Body::Attach(_)) {
                return Err(Refusal::NotAttached.into());
            }
        }
        if let Command::Dispatch(dispatch) = command {
            let contents = Self::keep_contents(step, contents)?;
            let act = self.dispatch(step, actor, &matter, dispatch, contents)?;
            return Ok(Self::remember(step, operation, &act));
        }
        let contents = Self::keep_contents(step, contents)?;
        if contents.iter().any(|content| content.generation != matter.generation) {
            return Err(Refusal::ContentSealed.into());
        }
        let (body, holder) = command.propose(&matter)?;
        let header = Header {
            charge: actor.charge,
            holder: Some(holder),
            contents,
            ..self.matter_header(step, actor.office, &matter, Place::Chain)?
        };
        let act = Self::sign(header, &body, &actor.key)?;
        let next = self.extend(step, Some(&matter), &act)?;
        if let Some(to) = next.queued_to() {
            self.offer_now(step, &to.office)?;
        }
        Ok(Self::remember(step, operation, &act))
    }

    /// Says beside a matter how a letter that this office issued in it goes to one recipient.
    fn dispatch(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
        matter: &Matter,
        dispatch: &body::Dispatch,
        contents: Vec<ContentRef>,
    ) -> Result<VerifiedAct, Stop> {
        let issue = step.records.act(&dispatch.issue)?.ok_or(Refusal::LetterUnknown)?;
        let Body::Issue(issued) = issue.body() else { return Err(Refusal::LetterUnknown.into()) };
        if issue.matter() != matter.id || issue.header().office != Some(actor.office) {
            return Err(Refusal::LetterUnknown.into());
        }
        if dispatch.line >= issued.count {
            return Err(Refusal::RecipientsMismatch.into());
        }
        let header = Header {
            charge: actor.charge,
            contents,
            ..self.matter_header(step, actor.office, matter, Place::Side)?
        };
        let act = Self::sign(header, &Body::Dispatch(dispatch.clone()), &actor.key)?;
        let signer = self.registry.signer_of(&act)?;
        matter.check_beside(&act, &signer)?;
        self.append(step, actor.office, &act)?;
        step.records.put_side(&act);
        step.event(Event::Matter(matter.id));
        Ok(act)
    }

    /// Adds a fact to the register of an own office.
    pub(super) fn change_register(
        &mut self,
        step: &mut Step<'_, '_>,
        actor: &Actor,
        change: &Body,
    ) -> Result<Receipt, Stop> {
        let register = self.registry.office(&actor.office)?;
        let header = Header {
            matter: Some(ActId::from(actor.office).into()),
            number: register.number() + 1,
            previous: Some(register.head()),
            charge: actor.charge,
            ..self.header(step, actor.office)?
        };
        if matches!(change, Body::Incarnate(_)) {
            return Err(Refusal::NotAuthority.into()); // signed offline, and imported
        }
        let act = Self::sign(header, change, &actor.key)?;
        let signer = self.registry.signer_of(&act)?;
        self.take_in(step, actor.office, &act, &signer)?;
        self.append(step, actor.office, &act)?;
        self.pass_on_news(step, actor.office, vec![act.bytes().to_vec().into()], None);
        Ok(Receipt { act: act.id(), matter: act.matter() })
    }

    /// Publishes names.
    pub(super) fn publish_directory(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        snapshot: &[u8],
    ) -> Result<Receipt, Stop> {
        if snapshot.len() > SNAPSHOT_BYTES_MAX {
            return Err(Refusal::ContentTooLarge.into());
        }
        let reference = Self::keep_clear(step, snapshot)?;
        let register = self.registry.office(&office)?;
        let header = self.beside_register(step, office)?;
        let directory = body::Directory { sequence: register.next_directory(), snapshot: reference };
        let act = self.sign_as_node(header, &Body::Directory(directory))?;
        self.take_in(step, office, &act, &Signer::Node { office })?;
        self.append(step, office, &act)?;
        self.pass_on_news(step, office, vec![act.bytes().to_vec().into()], None);
        Ok(Receipt { act: act.id(), matter: act.matter() })
    }

    /// The post under whose charge the actor acts, if the charge counts and the key is theirs.
    pub(super) fn post_of(&self, actor: &Actor) -> Result<crate::id::PostId, Refusal> {
        self.host(&actor.office)?;
        let register = self.registry.office(&actor.office)?;
        let charge =
            register.charge(&actor.charge.ok_or(Refusal::ChargeUnknown)?).ok_or(Refusal::ChargeUnknown)?;
        if charge.until.is_some() {
            return Err(Refusal::ChargeEnded);
        }
        Ok(charge.post)
    }

    /// The answer to an operation that was done before.
    fn done_before(step: &Step<'_, '_>, actor: &Actor, operation: [u8; 16]) -> Result<Option<Receipt>, Stop> {
        let Some(row) = step.records.get(Table::OPERATIONS, &operation)? else { return Ok(None) };
        let act = step.records.expect_act(&ActId(id32(&row)?))?;
        // What had to give way to the log that others hold was not done.
        if step.records.place(&act.id(), &actor.office)?.is_none() {
            return Ok(None);
        }
        Ok(Some(Receipt { act: act.id(), matter: act.matter() }))
    }

    fn remember(step: &mut Step<'_, '_>, operation: [u8; 16], act: &VerifiedAct) -> Receipt {
        step.records.put(Table::OPERATIONS, operation.to_vec(), act.id().0.to_vec());
        Receipt { act: act.id(), matter: act.matter() }
    }

    fn keep_contents(step: &mut Step<'_, '_>, contents: Vec<NewContent>) -> Result<Vec<ContentRef>, Stop> {
        if contents.len() > CONTENTS_PER_ACT_MAX {
            return Err(Refusal::ContentCount.into());
        }
        let mut references = Vec::with_capacity(contents.len());
        for content in contents {
            let reference = content.reference;
            match content.ciphertext {
                Where::Here(bytes) => step.records.put_content(&reference.root, &bytes)?,
                Where::Staged(hashes) => {
                    step.records.put_staged(&reference.root, reference.length, &hashes)?
                }
            }
            references.push(reference);
        }
        Ok(references)
    }

    /// Keeps bytes that everyone may read.
    pub(super) fn keep_clear(step: &mut Step<'_, '_>, bytes: &[u8]) -> Result<ClearRef, Stop> {
        let reference = clear_reference(bytes).map_err(|_| Refusal::ContentTooLarge)?;
        step.records.put_content(&reference.root, bytes)?;
        Ok(reference)
    }

    /// Wraps a matter key to an office and to the recovery keys above it.
    pub(super) fn wrap_for(
        &self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        matter: MatterId,
        generation: u32,
        key: &MatterKey,
        previous: Option<&MatterKey>,
    ) -> Result<ClearRef, Stop> {
        let sealing =
            &self.registry.office(&office)?.incarnation().ok_or(Refusal::IncarnationUnknown)?.sealing;
        let mut recipients = self.registry.recovery_sealing(&office);
        if !recipients.contains(sealing) {
            recipients.push(sealing.clone());
        }
        let set: WrapSet = wrap::wrap_key(matter, generation, key, previous, &recipients, step.entropy)
            .map_err(|_| Refusal::ContentSealed)?;
        Self::keep_clear(step, &set.to_bytes())
    }
}
