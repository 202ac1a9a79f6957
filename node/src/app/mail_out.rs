//! Letters that go out by e-mail: what waits, its text, and what the relay said.
//!
//! A row waits in a table of this node from the issue on, so a restart loses none; it is tried with
//! growing pauses until the relay takes it, refuses it for good, or the tries are used up. The
//! message id is that of the recipient's line, so what went twice after a power cut is known as one.
//! What is written here proves nothing: who wants proof records it in the register.

use minicbor::{Decode, Encode};
use mohar_protocol::codec;
use mohar_protocol::id::{ActId, OfficeId};
use mohar_protocol::matter_text::Issued;
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;

use crate::app::letters::as_approved;
use crate::app::reading::Reader;
use crate::app::{App, Trouble};
use crate::clock;
use crate::store::tables;

/// The first pause; each is twice the one before.
const PAUSE_FIRST_MS: u64 = 5_000;

/// The longest pause: six hours.
const PAUSE_MAX_MS: u64 = 6 * 3_600_000;

/// Tries: thirteen in the first eleven hours, and seventeen more in four days, as mail relays do it.
pub const TRIES_MAX: u32 = 30;

/// Rows that are looked at for one round: a circular to every office.
const ROWS_MAX: usize = 1_000;

/// Mails of one round.
const ROUND_MAX: usize = 20;

/// Bytes of a row.
const ROW_BYTES_MAX: usize = 256;

/// What is known of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Mailed {
    /// The office that issued the letter.
    #[n(0)]
    pub office: OfficeId,
    /// How often it was tried.
    #[n(1)]
    pub tries: u32,
    /// When it is tried next; of a finished one, when it ended.
    #[n(2)]
    pub at: Timestamp,
    /// What the relay said last (RFC 5321, 4.2); 0 when it could not be reached.
    #[n(3)]
    pub code: u16,
    /// Where it stands.
    #[n(4)]
    pub stands: Stands,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Stands {
    /// To be tried.
    #[n(0)]
    Waiting,
    /// The relay has taken it.
    #[n(1)]
    Taken,
    /// Refused for good, or given up.
    #[n(2)]
    Failed,
}

/// A mail to be sent now.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its row.
    pub key: Vec<u8>,
    /// What is known of it.
    pub mailed: Mailed,
    /// The address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Its message id, without the domain.
    pub id: String,
}

impl App {
    /// Puts the recipients of a letter that get it by e-mail into the queue, each once.
    pub(super) async fn queue_mails(
        &self,
        office: OfficeId,
        issue: &ActId,
        issued: &Issued,
    ) -> Result<(), Trouble> {
        if self.config.letters.smtp.is_none() {
            return Ok(());
        }
        let mut rows = Vec::new();
        {
            let snapshot = self.snapshot();
            let records = Records::new(&snapshot);
            for (line, one) in (0_u32..).zip(issued.letter.everybody()) {
                let key = key(issue, line);
                if one.mode == 4 && !one.email.is_empty() && records.get(tables::MAILS, &key)?.is_none() {
                    let now = clock::now();
                    let mailed = Mailed { office, tries: 0, at: now, code: 0, stands: Stands::Waiting };
                    rows.push((tables::MAILS, key, Some(codec::encode(&mailed))));
                }
            }
        }
        if rows.is_empty() { Ok(()) } else { Ok(self.ledger.write(rows).await?) }
    }

    /// The mails whose time has come. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn mails_due(&self) -> Result<Vec<Mail>, Trouble> {
        let (snapshot, now) = (self.snapshot(), clock::now());
        let records = Records::new(&snapshot);
        let mut due = Vec::new();
        for (key, row) in records.scan_prefix(tables::MAILS, &[], ROWS_MAX)? {
            let mailed = read(&row)?;
            if mailed.stands != Stands::Waiting || mailed.at > now || due.len() >= ROUND_MAX {
                continue;
            }
            match self.mail(&snapshot, &key, mailed) {
                Ok(mail) => due.push(mail),
                // What cannot be read now is looked at again in the next round.
                Err(Trouble::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(due)
    }

    /// Keeps what came of a try: the code of the relay, 250 when it took the mail.
    ///
    /// # Errors
    /// [`Refusal::Busy`], or a fault of the store.
    pub async fn mail_tried(&self, mail: &Mail, code: u16) -> Result<(), Trouble> {
        let mailed = after(&mail.mailed, code, clock::now());
        let row = (tables::MAILS, mail.key.clone(), Some(codec::encode(&mailed)));
        Ok(self.ledger.write(vec![row]).await?)
    }

    fn mail(&self, snapshot: &crate::store::Snapshot, key: &[u8], mailed: Mailed) -> Result<Mail, Trouble> {
        let reader = Reader::new(self, snapshot, mailed.office);
        let (issue, line) = key.split_at_checked(32).ok_or(Refusal::LetterUnknown)?;
        let issue = ActId(issue.try_into().map_err(|_| Refusal::LetterUnknown)?);
        let line = u32::from_be_bytes(line.try_into().map_err(|_| Refusal::LetterUnknown)?);
        let act = reader.records.act(&issue)?.ok_or(Refusal::LetterUnknown)?;
        let issued = as_approved(&reader, &act.matter(), &act)?;
        let to = issued.letter.everybody().nth(line as usize).ok_or(Refusal::LetterUnknown)?;
        let is_copy = line as usize >= issued.letter.to.len();
        Ok(Mail {
            key: key.to_vec(),
            mailed,
            to: to.email.clone(),
            subject: format!(
                "{}: {}",
                if is_copy { &issued.endorsement } else { &issued.number },
                issued.letter.subject
            ),
            text: text(&issued, is_copy),
            id: format!("{issue}.{line}"),
        })
    }
}

/// What is known of the mail of one recipient.
pub(super) fn mailed(records: &Records<'_>, issue: &ActId, line: u32) -> Result<Option<Mailed>, StoreFault> {
    records.get(tables::MAILS, &key(issue, line))?.map(|row| read(&row)).transpose()
}

fn key(issue: &ActId, line: u32) -> Vec<u8> {
    [&issue.0[..], &line.to_be_bytes()].concat()
}

fn read(row: &[u8]) -> Result<Mailed, StoreFault> {
    codec::decode(row, ROW_BYTES_MAX).map_err(|e| StoreFault::because("read a mail", e))
}

/// The row after a try.
fn after(mailed: &Mailed, code: u16, now: Timestamp) -> Mailed {
    let tries = mailed.tries.saturating_add(1);
    let stands = match code {
        200..300 => Stands::Taken,
        500.. => Stands::Failed,
        _ if tries >= TRIES_MAX => Stands::Failed,
        _ => Stands::Waiting,
    };
    let pause = PAUSE_FIRST_MS.saturating_mul(1 << mailed.tries.min(20)).min(PAUSE_MAX_MS);
    let at = if stands == Stands::Waiting { Timestamp(now.0.saturating_add(pause)) } else { now };
    Mailed { tries, at, code, stands, ..mailed.clone() }
}

/// The letter as plain text, in its own language.
fn text(issued: &Issued, is_copy: bool) -> String {
    let letter = &issued.letter;
    let [number, endorsement, date, subject, reference] = if letter.language == "en" {
        ["No.", "Endt. No.", "Date", "Subject:", "Reference:"]
    } else {
        ["क्रमांक", "पृ. क्रमांक", "दिनांक", "विषय:", "संदर्भ:"]
    };
    let mut lines =
        vec![issued.office.clone(), format!("{number} {}   {date} {}", issued.number, issued.date)];
    if is_copy {
        lines.push(format!("{endorsement} {}   {date} {}", issued.endorsement, issued.date));
    }
    lines.push(format!("{subject} {}", letter.subject));
    if !letter.reference.is_empty() {
        lines.push(format!("{reference} {}", letter.reference));
    }
    lines.push(letter.salutation.clone());
    lines.extend(letter.paragraphs.iter().cloned());
    lines.extend([letter.closing.clone(), issued.person.clone(), issued.post.clone()]);
    lines.retain(|line| !line.is_empty());
    lines.join("\n\n")
}

#[cfg(test)]
mod tests {
    use mohar_protocol::id::OfficeId;
    use mohar_protocol::time::Timestamp;

    use super::{Mailed, Stands, TRIES_MAX, after};

    fn waiting(tries: u32) -> Mailed {
        Mailed { office: OfficeId([1; 32]), tries, at: Timestamp(0), code: 0, stands: Stands::Waiting }
    }

    #[test]
    fn a_relay_that_takes_it_ends_it_and_one_that_refuses_it_for_good_too() {
        assert_eq!(after(&waiting(3), 250, Timestamp(9)).stands, Stands::Taken);
        assert_eq!(after(&waiting(0), 550, Timestamp(9)).stands, Stands::Failed);
    }

    #[test]
    fn a_relay_that_is_busy_or_gone_is_tried_again_with_growing_pauses_and_not_for_ever() {
        let (first, later) = (after(&waiting(0), 0, Timestamp(0)), after(&waiting(9), 451, Timestamp(0)));
        assert_eq!((first.stands, first.at, first.tries), (Stands::Waiting, Timestamp(5_000), 1));
        assert!(later.at > first.at && after(&waiting(28), 451, Timestamp(0)).at == Timestamp(6 * 3_600_000));
        assert_eq!(after(&waiting(TRIES_MAX - 1), 451, Timestamp(0)).stands, Stands::Failed);
    }
}
