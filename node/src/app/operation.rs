//! Operation ids: what makes a form that is sent twice one act.
//!
//! A page carries 16 random bytes. What the ledger remembers is a digest of them with who asked,
//! for which verb and with which words: the same form again is answered with the first act, and a
//! form that was changed after "back" is a new one. Nobody can name another officer's operation.

use mohar_protocol::hash::sha256;
use mohar_protocol::id::ActId;

use crate::app::Officer;
use crate::clock;

/// What the ledger remembers an act by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation(pub [u8; 16]);

/// The random bytes of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormId([u8; 16]);

impl FormId {
    /// For what can happen only once, whichever page asks for it.
    pub const FIXED: Self = Self([0; 16]);

    /// A new one.
    pub fn new() -> Self {
        Self(first16(clock::entropy().bytes32()))
    }

    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// As 32 hexadecimal digits.
    pub fn to_text(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The operation of an officer who asks for `verb` with these words.
    pub fn operation(self, officer: &Officer, verb: &str, words: &[&[u8]]) -> Operation {
        let mut parts: Vec<&[u8]> =
            vec![b"mohar/operation/1\0", &self.0, &officer.officer.0, verb.as_bytes()];
        let lengths: Vec<[u8; 8]> = words.iter().map(|word| (word.len() as u64).to_be_bytes()).collect();
        for (length, word) in lengths.iter().zip(words) {
            parts.extend([&length[..], word]);
        }
        Operation(first16(sha256(&parts)))
    }
}

impl Operation {
    /// Serving one recipient of an issued letter: once, whoever does it.
    pub fn of_line(issue: &ActId, line: u32) -> Self {
        Self(first16(sha256(&[b"mohar/operation/line/1\0", &issue.0, &line.to_be_bytes()])))
    }
}

impl Default for FormId {
    fn default() -> Self {
        Self::new()
    }
}

fn first16(bytes: [u8; 32]) -> [u8; 16] {
    *bytes.first_chunk().expect("16 is less than 32")
}
