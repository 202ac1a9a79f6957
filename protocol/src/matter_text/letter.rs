//! Letters that go out: the text of a draft, the letter as it was issued, and what a recipient is served
//! over the link between nodes, with the proof of it. `spec/text.md`, section 5. Never decides who may
//! approve or issue.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use super::cover::{DETAIL_CHARS_MAX, EMAIL_CHARS_MAX, day};
use super::{NUMBER_CHARS_MAX, SENDER_CHARS_MAX, SUBJECT_CHARS_MAX, TITLE_CHARS_MAX};
use super::{VERSION, body, check_version, content, is_language, line, required};
use crate::act::body::DISPATCH_MODE_MAX;
use crate::act::{Body, Holder, UnverifiedAct, VerifiedAct};
use crate::codec;
use crate::hash::Hash;
use crate::log::proof::Proof;
use crate::recipients::{self, Recipient};
use crate::refusal::Refusal;
use crate::registry::{Registry, Signer};
use crate::sealing::content::{Disclosed, open_disclosed};
use crate::sealing::{Content, Kind};

/// Kinds of letters: 0 letter, 1 demi-official letter, 2 memorandum, 3 order, 4 circular,
/// 5 notification, 6 unofficial note.
pub const LETTER_KIND_MAX: u8 = 6;
/// Characters of a salutation.
pub const SALUTATION_CHARS_MAX: usize = 80;
/// Paragraphs of a letter.
pub const PARAGRAPHS_MAX: usize = 300;
/// Bytes of the paragraphs of a letter: ten printed pages of Devanagari.
pub const LETTER_BYTES_MAX: usize = 64 * 1024;
/// Addressees and copies of one letter: every collector (55) and every tehsildar (424), rounded up.
pub const ADDRESSEES_MAX: usize = 512;

/// Bytes of a letter: its paragraphs, 512 addressees of at most 700 letters of three bytes, and the rest.
const BODY_BYTES_MAX: usize = LETTER_BYTES_MAX + ADDRESSEES_MAX * 2_200 + 16 * 1024;

/// What a letter says. Every text but subject and paragraphs may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LetterText {
    /// Version of the form; [`LetterText::checked`] fills it in.
    #[n(0)]
    pub version: u8,
    /// 0 to [`LETTER_KIND_MAX`].
    #[n(1)]
    pub kind: u8,
    /// `hi` or `en`.
    #[n(2)]
    pub language: String,
    /// The subject.
    #[n(3)]
    pub subject: String,
    /// What it refers to.
    #[n(4)]
    pub reference: String,
    /// How it addresses the reader.
    #[n(5)]
    pub salutation: String,
    /// The paragraphs.
    #[n(6)]
    pub paragraphs: Vec<String>,
    /// The words above the signature.
    #[n(7)]
    pub closing: String,
    /// What goes with it.
    #[n(8)]
    pub enclosures: String,
    /// To whom it is written.
    #[n(9)]
    pub to: Vec<Addressee>,
    /// Who gets a copy, under a number of its own.
    #[n(10)]
    pub copies: Vec<Addressee>,
}

/// To whom a letter or a copy goes, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(array)]
#[serde(default)]
pub struct Addressee {
    /// Office and post, when it goes over the link between nodes.
    #[n(0)]
    #[serde(with = "holder_text")]
    pub to: Option<Holder>,
    /// Name and address as the letter says it.
    #[n(1)]
    pub name: String,
    /// The name of the group as which it stands in the letter; empty when it stands by itself.
    #[n(2)]
    pub group: String,
    /// E-mail address; may be empty.
    #[n(3)]
    pub email: String,
    /// 0 between nodes, else as [`crate::act::body::Dispatch`].
    #[n(4)]
    pub mode: u8,
}

/// A letter as it was issued: the approved text, unchanged, with what the issue adds to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Issued {
    /// Version of the form.
    #[n(0)]
    pub version: u8,
    /// Its number in the outward series of the office.
    #[n(1)]
    pub number: String,
    /// The day, `yyyy-mm-dd`.
    #[n(2)]
    pub date: String,
    /// The number of the endorsement under which copies go; empty without copies.
    #[n(3)]
    pub endorsement: String,
    /// The office, as the heading names it.
    #[n(4)]
    pub office: String,
    /// Who signed it; empty when no name was published.
    #[n(5)]
    pub person: String,
    /// On which post.
    #[n(6)]
    pub post: String,
    /// The text that was approved.
    #[n(7)]
    pub letter: LetterText,
}

/// What one recipient is served: the letter, disclosed, and everything that binds it to the act that
/// issued it and the recipient to its list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Delivery {
    #[n(0)]
    version: u8,
    /// The act that issued it, whole.
    #[n(1)]
    act: ByteVec,
    /// The salt of its first content.
    #[n(2)]
    salt: Hash,
    /// The plaintext of its first content.
    #[n(3)]
    plaintext: ByteVec,
    /// The recipient's place in the list.
    #[n(4)]
    index: u32,
    /// The recipient's line.
    #[n(5)]
    line: Recipient,
    /// That the line stands there.
    #[n(6)]
    proof: Proof,
}

/// A letter that is proved to be what was issued, for whom it says.
#[derive(Debug, Clone)]
pub struct Proved {
    /// The letter.
    pub issued: Issued,
    /// The act that issued it.
    pub act: VerifiedAct,
    /// The recipient.
    pub to: Option<Holder>,
    /// The recipient's place in the list.
    pub index: u32,
}

impl LetterText {
    /// The letter with its fields checked and put into their one form.
    ///
    /// # Errors
    /// [`Refusal::TextEmpty`] without subject or text, [`Refusal::ContentCount`] for too many
    /// addressees, [`Refusal::ContentDamaged`] for a code outside its range, else as [`line`].
    pub fn checked(self) -> Result<Self, Refusal> {
        if self.kind > LETTER_KIND_MAX || !is_language(&self.language) {
            return Err(Refusal::ContentDamaged);
        }
        if self.to.len() + self.copies.len() > ADDRESSEES_MAX {
            return Err(Refusal::ContentCount);
        }
        if self.paragraphs.is_empty() {
            return Err(Refusal::TextEmpty);
        }
        if self.paragraphs.len() > PARAGRAPHS_MAX {
            return Err(Refusal::TextTooLong);
        }
        let paragraph = |text: &String| line(text, LETTER_BYTES_MAX).and_then(required);
        let paragraphs: Vec<String> = self.paragraphs.iter().map(paragraph).collect::<Result<_, _>>()?;
        // Counted in their one form: the letter is read by the bound by which it was written.
        if paragraphs.iter().map(String::len).sum::<usize>() > LETTER_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        let all =
            |list: Vec<Addressee>| list.into_iter().map(Addressee::checked).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            version: VERSION,
            subject: required(line(&self.subject, SUBJECT_CHARS_MAX)?)?,
            reference: line(&self.reference, DETAIL_CHARS_MAX)?,
            salutation: line(&self.salutation, SALUTATION_CHARS_MAX)?,
            paragraphs,
            closing: line(&self.closing, DETAIL_CHARS_MAX)?,
            enclosures: line(&self.enclosures, DETAIL_CHARS_MAX)?,
            to: all(self.to)?,
            copies: all(self.copies)?,
            ..self
        })
    }

    /// Paragraphs from what was typed: one for each line that is not blank.
    pub fn paragraphs_of(text: &str) -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// Everybody to whom it goes: addressees, then copies, in the order of the list of recipients.
    pub fn everybody(&self) -> impl Iterator<Item = &Addressee> {
        self.to.iter().chain(&self.copies)
    }

    /// The list of recipients, each with a salt of its own.
    pub fn recipients(&self, mut salt: impl FnMut() -> Hash) -> Vec<Recipient> {
        let line = |one: &Addressee| Recipient { salt: salt(), to: one.to, name: one.name.clone() };
        self.everybody().map(line).collect()
    }

    /// The content to seal.
    pub fn to_content(&self) -> Content {
        content(Kind::Draft, codec::encode(self))
    }

    /// Reads a draft.
    ///
    /// # Errors
    /// As [`super::Cover::from_content`].
    pub fn from_content(content: &Content) -> Result<Self, Refusal> {
        let letter: Self = body(content, &[Kind::Draft], BODY_BYTES_MAX)?;
        check_version(letter.version)?;
        letter.in_its_form()
    }

    fn in_its_form(self) -> Result<Self, Refusal> {
        if self.clone().checked() == Ok(self.clone()) { Ok(self) } else { Err(Refusal::ContentDamaged) }
    }
}

impl Addressee {
    fn checked(self) -> Result<Self, Refusal> {
        if self.mode > DISPATCH_MODE_MAX || (self.mode == 0) != self.to.is_some() {
            return Err(Refusal::ContentDamaged);
        }
        Ok(Self {
            name: required(line(&self.name, SENDER_CHARS_MAX)?)?,
            group: line(&self.group, TITLE_CHARS_MAX)?,
            email: line(&self.email, EMAIL_CHARS_MAX)?,
            ..self
        })
    }
}

impl Issued {
    /// The letter with its fields checked and put into their one form.
    ///
    /// # Errors
    /// As [`LetterText::checked`]; [`Refusal::TextEmpty`] without number, day, office or post, and where
    /// copies and the number of the endorsement are not both there.
    pub fn checked(self) -> Result<Self, Refusal> {
        if self.endorsement.is_empty() != self.letter.copies.is_empty() {
            return Err(Refusal::TextEmpty);
        }
        Ok(Self {
            version: VERSION,
            number: required(line(&self.number, NUMBER_CHARS_MAX)?)?,
            date: required(day(self.date)?)?,
            endorsement: line(&self.endorsement, NUMBER_CHARS_MAX)?,
            office: required(line(&self.office, SENDER_CHARS_MAX)?)?,
            person: line(&self.person, SENDER_CHARS_MAX)?,
            post: required(line(&self.post, SENDER_CHARS_MAX)?)?,
            letter: self.letter.checked()?,
        })
    }

    /// The content to seal; its name is the title under which it stands among the papers.
    pub fn to_content(&self) -> Content {
        let title = format!("{} {}", self.number, self.letter.subject);
        let name = title.chars().take(TITLE_CHARS_MAX).collect();
        Content { name, ..content(Kind::Letter, codec::encode(self)) }
    }

    /// Reads an issued letter.
    ///
    /// # Errors
    /// As [`super::Cover::from_content`].
    pub fn from_content(content: &Content) -> Result<Self, Refusal> {
        let issued: Self = body(content, &[Kind::Letter], BODY_BYTES_MAX)?;
        check_version(issued.version)?;
        if issued.clone().checked() == Ok(issued.clone()) { Ok(issued) } else { Err(Refusal::ContentDamaged) }
    }
}

impl Delivery {
    /// What the recipient at a place of the list is served.
    ///
    /// # Errors
    /// [`Refusal::RecipientsMismatch`] when the list has no such place.
    pub fn new(
        act: &VerifiedAct,
        letter: &Disclosed,
        list: &[Recipient],
        index: u32,
    ) -> Result<Self, Refusal> {
        let line = list.get(index as usize).ok_or(Refusal::RecipientsMismatch)?;
        let proof = recipients::prove(list, index.into()).map_err(|_| Refusal::RecipientsMismatch)?;
        Ok(Self {
            version: VERSION,
            act: act.bytes().to_vec().into(),
            salt: Hash(letter.salt),
            plaintext: letter.plaintext.to_vec().into(),
            index,
            line: line.clone(),
            proof,
        })
    }

    /// The content to seal, second in the dak that serves the letter.
    pub fn to_content(&self, name: String) -> Content {
        Content { name, ..content(Kind::Delivery, codec::encode(self)) }
    }

    /// Reads a delivery.
    ///
    /// # Errors
    /// As [`super::Cover::from_content`].
    pub fn from_content(content: &Content) -> Result<Self, Refusal> {
        let bytes_max = BODY_BYTES_MAX + crate::limits::ACT_BYTES_MAX + 8 * 1024;
        let delivery: Self = body(content, &[Kind::Delivery], bytes_max)?;
        check_version(delivery.version)?;
        Ok(delivery)
    }

    /// Proves that the letter is what an officer of the office signed and issued, and that the recipient
    /// stands on its list.
    ///
    /// # Errors
    /// What is wrong with the act; [`Refusal::LetterNotAsIssued`] when it issues another letter;
    /// [`Refusal::RecipientsMismatch`] when the line is not on its list, or not in the letter.
    pub fn prove(&self, registry: &Registry) -> Result<Proved, Refusal> {
        let (act, signer) = registry.verify(UnverifiedAct::parse(&self.act)?)?;
        let (Body::Issue(issue), Signer::Officer { .. }) = (act.body(), signer) else {
            return Err(Refusal::LetterNotAsIssued);
        };
        let first = act.header().contents.first().ok_or(Refusal::LetterNotAsIssued)?;
        let content = open_disclosed(&first.commitment, &self.salt.0, &self.plaintext)
            .map_err(|_| Refusal::LetterNotAsIssued)?;
        let issued = Issued::from_content(&content)?;
        recipients::verify(&self.line, self.index.into(), issue.root, issue.count, &self.proof)
            .map_err(|_| Refusal::RecipientsMismatch)?;
        let said = issued.letter.everybody().nth(self.index as usize);
        if said.is_none_or(|said| said.to != self.line.to || said.name != self.line.name) {
            return Err(Refusal::RecipientsMismatch);
        }
        Ok(Proved { issued, to: self.line.to, index: self.index, act })
    }
}

/// Office and post as forms carry them: `<office>.<post>`, or nothing.
mod holder_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::act::Holder;

    pub fn serialize<S: Serializer>(to: &Option<Holder>, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&to.map(|to| format!("{}.{}", to.office, to.post)).unwrap_or_default())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Holder>, D::Error> {
        let text = String::deserialize(d)?;
        if text.is_empty() {
            return Ok(None);
        }
        let read = || {
            let (office, post) = text.split_once('.')?;
            Some(Holder { office: office.parse().ok()?, post: post.parse().ok()? })
        };
        read().map(Some).ok_or_else(|| D::Error::custom("an office and a post are expected here"))
    }
}
