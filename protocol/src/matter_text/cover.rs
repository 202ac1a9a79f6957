//! The cover of a file, and the diary line of a dak: who wrote, what, when it came and how it is to
//! be watched. `spec/text.md`, section 2. Never decides who may see it.

use minicbor::{Decode, Encode};

use super::{VERSION, body, check_version, content, is_language, line, required};
use crate::codec;
use crate::hash::Hash;
use crate::id::{ActId, MatterId};
use crate::limits::CONTENTS_PER_ACT_MAX;
use crate::refusal::Refusal;
use crate::sealing::{Content, Kind};

/// Characters of a subject.
pub const SUBJECT_CHARS_MAX: usize = 500;
/// Characters of a number, ours or one on paper.
pub const NUMBER_CHARS_MAX: usize = 120;
/// Characters of a sender: name, post and organisation as the letterhead gives them.
pub const SENDER_CHARS_MAX: usize = 300;
/// Characters of an address, of the list of enclosures, of a remark on a dak.
pub const DETAIL_CHARS_MAX: usize = 300;
/// Characters of an e-mail address (RFC 5321, 4.5.3.1.3, without the angle brackets).
pub const EMAIL_CHARS_MAX: usize = 254;
/// Characters of a telephone number with its signs.
pub const PHONE_CHARS_MAX: usize = 30;
/// Characters of the code of a typed case, as the office's settings name it.
pub const CASE_CODE_CHARS_MAX: usize = 32;
/// Characters of the name of a typed case.
pub const CASE_NAME_CHARS_MAX: usize = 80;
/// Disk files that one dak was entered from: each is a content beside the cover.
pub const SCANS_MAX: usize = CONTENTS_PER_ACT_MAX - 1;
/// Modes of delivery that are named; 0 is *not said*.
pub const MODE_MAX: u8 = 7;
/// Grades of classification: 0 normal, 1 confidential, 2 secret, 3 top secret.
pub const CLASSIFICATION_MAX: u8 = 3;

/// Bytes of a cover: 2,700 characters of at most 4 bytes, 15 digests of 34, and framing.
const COVER_BYTES_MAX: usize = 12 * 1024;

/// What the cover of a file or the diary line of a dak says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cover {
    /// Version of the form; [`Cover::checked`] fills it in.
    #[n(0)]
    pub version: u8,
    /// Our own number.
    #[n(1)]
    pub number: String,
    /// The number it had on paper; may be empty.
    #[n(2)]
    pub legacy_number: String,
    /// The subject.
    #[n(3)]
    pub subject: String,
    /// `hi` or `en`.
    #[n(4)]
    pub language: String,
    /// Of a dak: the letter. Not the last field: an array never ends with one that may be absent.
    #[n(5)]
    pub letter: Option<Letter>,
    /// 0 ordinary, 1 priority, 2 immediate, 3 top.
    #[n(6)]
    pub urgency: u8,
    /// 0 to [`CLASSIFICATION_MAX`].
    #[n(7)]
    pub classification: u8,
}

/// What the diary line of a dak says about the letter. Every text but `from` may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Letter {
    /// Who sent it, as written on it.
    #[n(0)]
    pub from: String,
    /// The number on it.
    #[n(1)]
    pub number: String,
    /// The date on it, `yyyy-mm-dd`; empty when it has none.
    #[n(2)]
    pub date: String,
    /// The day on which it came, `yyyy-mm-dd`.
    #[n(3)]
    pub received: String,
    /// How it came: 0 not said, 1 by hand, 2 post, 3 speed or registered post, 4 e-mail, 5 messenger,
    /// 6 fax, 7 scanner folder.
    #[n(4)]
    pub mode: u8,
    /// Address of the sender.
    #[n(5)]
    pub address: String,
    /// Telephone of the sender.
    #[n(6)]
    pub phone: String,
    /// E-mail of the sender.
    #[n(7)]
    pub email: String,
    /// Classes that are watched: the sum of the bits of [`Watch`].
    #[n(8)]
    pub watch: u8,
    /// Code of the typed case, and its name as the office wrote it then.
    #[n(9)]
    pub case: String,
    /// Name of the typed case; empty without one.
    #[n(10)]
    pub case_name: String,
    /// The day by which it is due, `yyyy-mm-dd`.
    #[n(11)]
    pub due: String,
    /// What came with it.
    #[n(12)]
    pub enclosures: String,
    /// Remarks of the diarist.
    #[n(13)]
    pub remarks: String,
    /// SHA-256 of each disk file that it was entered from, as it came.
    #[n(14)]
    pub scans: Vec<Hash>,
    /// Of a copy: the dak it was made from.
    #[n(15)]
    pub copy_of: Option<MatterId>,
    /// Of a letter that an office served over the link between nodes: the act that issued it. The proof is
    /// the second content of the dak.
    #[n(16)]
    pub issue: Option<ActId>,
    /// Why it was entered although it seems to be here already: what the officer wrote.
    #[n(17)]
    pub repeats: String,
}

/// A class of letters that is watched from above. The numbers are bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Watch {
    /// From a member of parliament or of the assembly, or a minister.
    Vip = 1,
    /// A question or an assurance of the legislative assembly.
    Assembly = 2,
    /// A case in court.
    Court = 4,
    /// An application under the Right to Information Act.
    Rti = 8,
    /// From the Chief Minister's office.
    ChiefMinister = 16,
}

impl Watch {
    /// All classes, in the order of the forms.
    pub const ALL: [Self; 5] = [Self::Vip, Self::Assembly, Self::Court, Self::Rti, Self::ChiefMinister];
    /// All bits.
    const BITS: u8 = 31;

    /// Whether a sum of bits contains the class.
    pub const fn is_in(self, bits: u8) -> bool {
        bits & self as u8 != 0
    }
}

impl Cover {
    /// A cover whose fields are checked and put into their one form.
    ///
    /// # Errors
    /// [`Refusal::TextEmpty`] without a subject or number (of a dak: sender or day of receipt), else as
    /// [`line`]; [`Refusal::ContentDamaged`] for a code outside its range or a day that is none.
    pub fn checked(self) -> Result<Self, Refusal> {
        let in_range = self.urgency <= 3 && self.classification <= CLASSIFICATION_MAX;
        if !in_range || !is_language(&self.language) {
            return Err(Refusal::ContentDamaged);
        }
        Ok(Self {
            version: VERSION,
            number: required(line(&self.number, NUMBER_CHARS_MAX)?)?,
            legacy_number: line(&self.legacy_number, NUMBER_CHARS_MAX)?,
            subject: required(line(&self.subject, SUBJECT_CHARS_MAX)?)?,
            letter: self.letter.map(Letter::checked).transpose()?,
            ..self
        })
    }

    /// The content to seal.
    pub fn to_content(&self) -> Content {
        content(Kind::Cover, codec::encode(self))
    }

    /// Reads a cover.
    ///
    /// # Errors
    /// [`Refusal::ContentDamaged`] when it is none, or not in its one form;
    /// [`Refusal::ActUnknownVerb`] when it is of a later version.
    pub fn from_content(content: &Content) -> Result<Self, Refusal> {
        let cover: Self = body(content, &[Kind::Cover], COVER_BYTES_MAX)?;
        check_version(cover.version)?;
        if cover.clone().checked() == Ok(cover.clone()) { Ok(cover) } else { Err(Refusal::ContentDamaged) }
    }
}

impl Letter {
    fn checked(self) -> Result<Self, Refusal> {
        if self.mode > MODE_MAX || self.watch & !Watch::BITS != 0 || self.scans.len() > SCANS_MAX {
            return Err(Refusal::ContentDamaged);
        }
        if self.case.is_empty() != self.case_name.is_empty() {
            return Err(Refusal::ContentDamaged);
        }
        Ok(Self {
            from: required(line(&self.from, SENDER_CHARS_MAX)?)?,
            number: line(&self.number, NUMBER_CHARS_MAX)?,
            date: day(self.date)?,
            received: required(day(self.received)?)?,
            address: line(&self.address, DETAIL_CHARS_MAX)?,
            phone: line(&self.phone, PHONE_CHARS_MAX)?,
            email: line(&self.email, EMAIL_CHARS_MAX)?,
            case: line(&self.case, CASE_CODE_CHARS_MAX)?,
            case_name: line(&self.case_name, CASE_NAME_CHARS_MAX)?,
            due: day(self.due)?,
            enclosures: line(&self.enclosures, DETAIL_CHARS_MAX)?,
            remarks: line(&self.remarks, DETAIL_CHARS_MAX)?,
            repeats: line(&self.repeats, DETAIL_CHARS_MAX)?,
            ..self
        })
    }
}

/// A day in its one form, or nothing. Whether the calendar has it is for whoever shows it.
pub(super) fn day(text: String) -> Result<String, Refusal> {
    let is_day = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_day || text.is_empty() { Ok(text) } else { Err(Refusal::ContentDamaged) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{Cover, Letter, SCANS_MAX, SUBJECT_CHARS_MAX, Watch};
    use crate::codec;
    use crate::hash::Hash;
    use crate::matter_text::content;
    use crate::refusal::Refusal;
    use crate::sealing::Kind;

    fn cover(subject: &str) -> Cover {
        Cover {
            number: "DEP/1/2026".to_owned(),
            subject: subject.to_owned(),
            language: "hi".to_owned(),
            ..Cover::default()
        }
    }

    fn dak(change: impl FnOnce(&mut Letter)) -> Cover {
        let mut letter = Letter {
            from: "थाना प्रभारी, देपालपुर".to_owned(),
            received: "2026-11-22".to_owned(),
            ..Letter::default()
        };
        change(&mut letter);
        Cover { letter: Some(letter), ..cover("धरना की अनुमति") }
    }

    #[test]
    fn a_cover_comes_back_as_it_was() {
        let cover = cover(" सामुदायिक भवन ").checked().unwrap();
        assert_eq!(cover.subject, "सामुदायिक भवन");
        assert_eq!(Cover::from_content(&cover.to_content()).unwrap(), cover);
    }

    #[test]
    fn a_dak_comes_back_with_everything_that_was_said() {
        let dak = dak(|letter| {
            letter.number = "जा.क्र. 118/2026".to_owned();
            letter.date = "2026-11-20".to_owned();
            letter.watch = Watch::Vip as u8 + Watch::Rti as u8;
            (letter.case, letter.case_name) = ("dharna".to_owned(), "धरना-प्रदर्शन की अनुमति".to_owned());
            letter.scans = vec![Hash([7; 32]); SCANS_MAX];
        });
        let dak = dak.checked().unwrap();
        assert_eq!(Cover::from_content(&dak.to_content()).unwrap(), dak);
        assert!(Watch::Rti.is_in(dak.letter.as_ref().unwrap().watch));
        assert!(!Watch::Court.is_in(dak.letter.unwrap().watch));
    }

    #[test]
    fn a_dak_needs_a_sender_and_a_day_of_receipt() {
        assert_eq!(dak(|letter| letter.from.clear()).checked(), Err(Refusal::TextEmpty));
        assert_eq!(dak(|letter| letter.received.clear()).checked(), Err(Refusal::TextEmpty));
    }

    #[test]
    fn codes_outside_their_range_and_days_that_are_none_are_refused() {
        for change in [
            (|letter| letter.mode = 8) as fn(&mut Letter),
            |letter| letter.watch = 32,
            |letter| letter.date = "20/11/2026".to_owned(),
            |letter| letter.due = "2026-11-2".to_owned(),
            |letter| letter.case = "dharna".to_owned(),
            |letter| letter.scans = vec![Hash([7; 32]); SCANS_MAX + 1],
        ] {
            assert_eq!(dak(change).checked(), Err(Refusal::ContentDamaged));
        }
        let secret = Cover { classification: 4, ..cover("विषय") };
        assert_eq!(secret.checked(), Err(Refusal::ContentDamaged));
    }

    #[test]
    fn a_cover_in_another_form_is_refused() {
        let mut noted = cover("विषय").checked().unwrap().to_content();
        noted.kind = Kind::Note;
        assert_eq!(Cover::from_content(&noted), Err(Refusal::ContentDamaged));
        let spaced = codec::encode(&Cover { version: 1, ..cover(" विषय ") });
        assert_eq!(Cover::from_content(&content(Kind::Cover, spaced)), Err(Refusal::ContentDamaged));
        let later = codec::encode(&Cover { version: 2, ..cover("विषय") });
        assert_eq!(Cover::from_content(&content(Kind::Cover, later)), Err(Refusal::ActUnknownVerb));
    }

    #[test]
    fn what_nobody_sees_is_refused_in_a_cover() {
        assert_eq!(cover("आदेश\u{200B} दिनांक").checked(), Err(Refusal::TextInvisible));
    }

    #[test]
    fn a_subject_is_needed_and_bounded() {
        assert_eq!(cover(" ").checked(), Err(Refusal::TextEmpty));
        assert!(cover(&"क".repeat(SUBJECT_CHARS_MAX)).checked().is_ok());
        assert_eq!(cover(&"क".repeat(SUBJECT_CHARS_MAX + 1)).checked(), Err(Refusal::TextTooLong));
        assert_eq!(cover(&"क".repeat(100_000)).checked(), Err(Refusal::TextTooLong));
    }
}
