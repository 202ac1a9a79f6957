//! Checkpoints (C2SP `tlog-checkpoint`): the head of a log as a signed note.
//!
//! A [`SignedCheckpoint`] is what came over the wire; only [`SignedCheckpoint::verify`] makes a
//! [`VerifiedCheckpoint`] of it, and only that can be cosigned or relied on. This module never
//! says whether two checkpoints agree with each other: that takes a consistency proof.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::{Decode, Encode};

use crate::hash::Hash;
use crate::keys::SecretKey;
use crate::log::note::{KeyName, LogKey, Note, NoteError};
use crate::log::tree::{Head, SIZE_MAX, empty_root};

/// What a log says about itself in one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's identity; also the name of the key that signs.
    pub origin: KeyName,
    /// Number of leaves and hash over them.
    pub head: Head,
    /// Further lines, covered by every signature and otherwise opaque. Normally none.
    pub extensions: Vec<String>,
}

/// Why a checkpoint was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a note, or not signed as it should be.
    #[error("the signed note was refused")]
    Note(#[from] NoteError),
    /// Fewer than three lines, an empty line, or a control character.
    #[error("a checkpoint has at least three lines, none of them empty")]
    BadLines,
    /// An origin that no key can be named after.
    #[error("not an origin")]
    BadOrigin,
    /// Not a decimal number without leading zeros, or above the largest size.
    #[error("not a tree size")]
    BadSize,
    /// Not the base64 of 32 bytes.
    #[error("not a root hash")]
    BadRoot,
    /// Size zero with another root than SHA-256 of nothing.
    #[error("not the root of an empty tree")]
    WrongEmptyRoot,
    /// The checkpoint is of another log than the key.
    #[error("a checkpoint of {0}, not of this log")]
    WrongOrigin(KeyName),
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    pub const fn new(origin: KeyName, head: Head) -> Self {
        Self { origin, head, extensions: Vec::new() }
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> String {
        let root = BASE64.encode(self.head.root.0);
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.head.size);
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads a text in its one allowed spelling.
    ///
    /// # Errors
    /// [`CheckpointError`] names the line that was refused.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text.strip_suffix('\n').ok_or(CheckpointError::BadLines)?;
        let lines: Vec<&str> = body.split('\n').collect();
        let refused = |line: &&str| line.is_empty() || line.bytes().any(|byte| byte < 0x20);
        if lines.iter().any(refused) {
            return Err(CheckpointError::BadLines);
        }
        let [origin, size, root, extensions @ ..] = lines.as_slice() else {
            return Err(CheckpointError::BadLines);
        };
        let origin = origin.parse().map_err(|_| CheckpointError::BadOrigin)?;
        let size = parse_number(size).filter(|size| *size <= SIZE_MAX);
        let head = Head { size: size.ok_or(CheckpointError::BadSize)?, root: parse_root(root)? };
        if head.size == 0 && head.root != empty_root() {
            return Err(CheckpointError::WrongEmptyRoot);
        }
        Ok(Self { origin, head, extensions: extensions.iter().map(ToString::to_string).collect() })
    }

    /// Signs with the log's key, under the origin as key name.
    ///
    /// Callers run [`recheck`](crate::log::tile::recheck) first and never sign twice for a size.
    ///
    /// # Errors
    /// Those of [`Checkpoint::parse`], for values that have no text form.
    pub fn sign(self, secret: &SecretKey) -> Result<VerifiedCheckpoint, CheckpointError> {
        let text = self.text();
        if Self::parse(&text)? != self {
            return Err(CheckpointError::BadLines);
        }
        let line = LogKey::sign(&text, self.origin.clone(), secret);
        let note = Note::new(text, vec![line])?;
        Ok(VerifiedCheckpoint(SignedCheckpoint { note, checkpoint: self }))
    }
}

/// A checkpoint whose signatures nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: Note,
    checkpoint: Checkpoint,
}

/// A checkpoint that carries a valid signature of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint(SignedCheckpoint);

impl SignedCheckpoint {
    /// Reads a note and the checkpoint in it.
    ///
    /// # Errors
    /// [`CheckpointError`] for everything but signatures.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { note, checkpoint })
    }

    /// What the note claims: enough to look up the key, not to be relied on.
    pub const fn claimed(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note with all its signatures.
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The bytes of the note, as served and exchanged.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_string().into_bytes()
    }

    /// Checks the log's own signature.
    ///
    /// # Errors
    /// [`CheckpointError::WrongOrigin`], or [`CheckpointError::Note`] for the signature.
    pub fn verify(self, log: &LogKey) -> Result<VerifiedCheckpoint, CheckpointError> {
        if self.checkpoint.origin != *log.name() {
            return Err(CheckpointError::WrongOrigin(self.checkpoint.origin));
        }
        log.verify(&self.note)?;
        Ok(VerifiedCheckpoint(self))
    }
}

impl SignedCheckpoint {
    /// Takes back a checkpoint that this node verified before it stored it.
    pub(crate) fn verified_before(self) -> VerifiedCheckpoint {
        VerifiedCheckpoint(self)
    }
}

impl VerifiedCheckpoint {
    /// What the log signed.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.0.checkpoint
    }

    /// Size and root.
    pub const fn head(&self) -> &Head {
        &self.0.checkpoint.head
    }

    /// The note with all its signatures; the log's own is verified, the others are not.
    pub const fn note(&self) -> &Note {
        &self.0.note
    }

    /// The bytes of the note, as served and exchanged.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }

    /// Back to what can be sent: whoever receives it verifies again.
    pub fn into_signed(self) -> SignedCheckpoint {
        self.0
    }

    /// The same text with other signatures; callers keep the log's own line.
    pub(crate) fn replace_note(&mut self, note: Note) {
        self.0.note = note;
    }
}

/// On the wire: one byte string, the note.
impl<C> Encode<C> for SignedCheckpoint {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.to_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SignedCheckpoint {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.bytes()?).map_err(|_| minicbor::decode::Error::message("bad checkpoint"))
    }
}

/// A decimal number as C2SP writes it: ASCII digits, no sign, no leading zero except `0` itself.
pub(crate) fn parse_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash as C2SP writes it: standard base64 with padding, 44 characters.
pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
    let bytes = BASE64.decode(text).ok()?;
    Some(Hash(bytes.try_into().ok()?))
}

fn parse_root(text: &str) -> Result<Hash, CheckpointError> {
    parse_hash(text).ok_or(CheckpointError::BadRoot)
}
