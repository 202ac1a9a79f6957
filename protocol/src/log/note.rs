//! Signed notes (C2SP `signed-note`): a text, an empty line, and one line for each signature.
//!
//! A parsed [`Note`] is well formed and nothing more: signatures of unknown keys are carried
//! along unread, and only `checkpoint` and `cosignature` say whose signature holds. This module
//! never interprets the text.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::hash::sha256;
use crate::keys::{PublicKey, SecretKey, Signature};
use crate::limits::{COSIGNATURES_MAX, NOTE_BYTES_MAX};

/// Bytes of a key name. With the 110 other bytes of a cosignature line, 17 lines take at most
/// 4,046 of the 8,192 bytes of a note.
pub const NAME_BYTES_MAX: usize = 128;

/// Signature lines of one note: the log's own and its cosignatures.
pub const SIGNATURES_MAX: usize = COSIGNATURES_MAX + 1;

/// Signature type of a plain Ed25519 note signature.
pub const TYPE_ED25519: u8 = 0x01;

/// Signature type of a timestamped Ed25519 cosignature.
pub const TYPE_COSIGNATURE: u8 = 0x04;

/// A well-formed note, its signatures unverified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One signature line: `— <name> <base64(key id || signature)>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name that the signer goes by.
    pub name: KeyName,
    /// First four bytes of a hash over name, type and key: tells keys of one name apart.
    pub key_id: [u8; 4],
    /// What follows the key id, at least one byte; its layout depends on the key's type.
    pub signature: Vec<u8>,
}

/// Why bytes are not a note, or a signature on one does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Above [`NOTE_BYTES_MAX`].
    #[error("a note has at most {NOTE_BYTES_MAX} bytes")]
    TooLarge,
    /// Not UTF-8, or a control character other than the newline.
    #[error("not plain text")]
    NotText,
    /// No empty line, or nothing before or after it, or the last newline is missing.
    #[error("not a text, an empty line and signatures")]
    NotANote,
    /// A signature line that is not in the one allowed form.
    #[error("malformed signature line")]
    BadLine,
    /// A name that is empty, too long, or has a space, a plus or a control character.
    #[error("not a key name")]
    BadName,
    /// Not a verifier key of the expected type.
    #[error("not a verifier key of this type")]
    BadVerifierKey,
    /// More than [`SIGNATURES_MAX`] signature lines.
    #[error("a note has at most {SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// Two lines with one name and one key id.
    #[error("two signatures of one key")]
    DuplicateSignature,
    /// There is no signature by this key.
    #[error("not signed by {0}")]
    NotSigned(KeyName),
    /// There is one, and it is wrong.
    #[error("the signature of {0} is wrong")]
    BadSignature(KeyName),
}

impl Note {
    /// A note of this text (which ends in a newline) and these signatures.
    ///
    /// # Errors
    /// Whatever [`Note::parse`] would refuse in the bytes of this note.
    pub fn new(text: String, signatures: Vec<SignatureLine>) -> Result<Self, NoteError> {
        let note = Self { text, signatures };
        if Self::parse(note.to_string().as_bytes())? == note { Ok(note) } else { Err(NoteError::NotANote) }
    }

    /// Reads a note in its one allowed spelling.
    ///
    /// # Errors
    /// [`NoteError`], for everything but the two about verification.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLarge);
        }
        let note = core::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::NotText);
        }
        // The last empty line counts, because the text may contain empty lines.
        let at = note.rfind("\n\n").ok_or(NoteError::NotANote)?;
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NotANote)?;
        let mut signatures: Vec<SignatureLine> = Vec::new();
        for line in lines.split('\n') {
            let line: SignatureLine = line.parse()?;
            if signatures.len() == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            if signatures.iter().any(|other| other.same_key(&line)) {
                return Err(NoteError::DuplicateSignature);
            }
            signatures.push(line);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The signed text, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signature lines, known or not, verified or not.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The signature line of a key, if there is one. Not verified.
    pub fn line_of<const TYPE: u8>(&self, key: &VerifierKey<TYPE>) -> Option<&SignatureLine> {
        self.signatures.iter().find(|line| line.name == key.name && line.key_id == key.id())
    }

    /// The same text with other signatures.
    pub(crate) fn with_signatures(&self, signatures: Vec<SignatureLine>) -> Result<Self, NoteError> {
        Self::new(self.text.clone(), signatures)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignatureLine {
    /// Whether two lines claim to be by the same key.
    pub fn same_key(&self, other: &Self) -> bool {
        self.name == other.name && self.key_id == other.key_id
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        write!(f, "\u{2014} {} {}", self.name, BASE64.encode(bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteError;

    fn from_str(line: &str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix("\u{2014} ").ok_or(NoteError::BadLine)?;
        let (name, encoded) = rest.split_once(' ').ok_or(NoteError::BadLine)?;
        // Canonical padding and zero trailing bits are required by this engine.
        let bytes = BASE64.decode(encoded).map_err(|_| NoteError::BadLine)?;
        let (key_id, signature) = bytes.split_first_chunk().ok_or(NoteError::BadLine)?;
        if signature.is_empty() {
            return Err(NoteError::BadLine);
        }
        Ok(Self { name: name.parse()?, key_id: *key_id, signature: signature.to_vec() })
    }
}

/// The name of a key: not empty, without spaces, plus or control characters.
///
/// By custom a URL without its scheme, such as `mp.gov.example/indore`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = NoteError;

    fn from_str(name: &str) -> Result<Self, NoteError> {
        let refused = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        let good = !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.contains(refused);
        if good { Ok(Self(name.to_owned())) } else { Err(NoteError::BadName) }
    }
}

/// A named public key of one signature type: whom a verifier believes.
///
/// Its text form is the C2SP verifier key, `<name>+<key id in hex>+<base64(type || key)>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey<const TYPE: u8> {
    name: KeyName,
    public: PublicKey,
}

/// The key with which a log signs its own checkpoints.
pub type LogKey = VerifierKey<TYPE_ED25519>;

/// The key of a mirror or a witness.
pub type CosignerKey = VerifierKey<TYPE_COSIGNATURE>;

impl<const TYPE: u8> VerifierKey<TYPE> {
    /// Gives a public key a name.
    pub const fn new(name: KeyName, public: PublicKey) -> Self {
        Self { name, public }
    }

    /// The name in its signature lines.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key itself.
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// `SHA-256(name || 0x0A || type || key)[..4]`.
    pub fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.0.as_bytes(), b"\n", &[TYPE], &self.public.to_bytes()]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// A line of this key around signature bytes made elsewhere.
    pub(crate) fn line(&self, signature: Vec<u8>) -> SignatureLine {
        SignatureLine { name: self.name.clone(), key_id: self.id(), signature }
    }
}

impl LogKey {
    /// Signs a text with `secret` under `name`.
    pub fn sign(text: &str, name: KeyName, secret: &SecretKey) -> SignatureLine {
        Self::new(name, secret.public()).line(secret.sign(text.as_bytes()).to_vec())
    }

    /// Checks that this key signed the text of a note.
    ///
    /// # Errors
    /// [`NoteError::NotSigned`] without a line of this key, else [`NoteError::BadSignature`].
    pub fn verify(&self, note: &Note) -> Result<(), NoteError> {
        let line = note.line_of(self).ok_or_else(|| NoteError::NotSigned(self.name.clone()))?;
        let signature = <&Signature>::try_from(line.signature.as_slice());
        let good = signature.is_ok_and(|bytes| self.public.verify(note.text.as_bytes(), bytes));
        if good { Ok(()) } else { Err(NoteError::BadSignature(self.name.clone())) }
    }
}

impl<const TYPE: u8> fmt::Display for VerifierKey<TYPE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = data_encoding::HEXLOWER.encode(&self.id());
        let key = [[TYPE].as_slice(), &self.public.to_bytes()].concat();
        write!(f, "{}+{id}+{}", self.name, BASE64.encode(key))
    }
}

impl<const TYPE: u8> FromStr for VerifierKey<TYPE> {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+'); // base64 may contain a plus, the two before may not
        let (name, _id, key) = (parts.next(), parts.next(), parts.next());
        let key = BASE64.decode(key.ok_or(NoteError::BadVerifierKey)?);
        let key = key.map_err(|_| NoteError::BadVerifierKey)?;
        let public = PublicKey::from_bytes(key.get(1..).unwrap_or_default());
        let public = public.map_err(|_| NoteError::BadVerifierKey)?;
        let verifier = Self::new(name.unwrap_or_default().parse()?, public);
        // Writing it again compares the type and the key id as well.
        if verifier.to_string() == text { Ok(verifier) } else { Err(NoteError::BadVerifierKey) }
    }
}
