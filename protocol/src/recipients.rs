//! The recipients of an issued letter: a salted list that is sealed content, and the RFC 6962 root
//! over it that the `issue` act signs. A recipient can be shown its own line without the others.
//! See `spec/custody.md`, section 8. This module never says whether a letter arrived.

use minicbor::{Decode, Encode};

use crate::act::Holder;
use crate::codec::{self, CodecError};
use crate::hash::Hash;
use crate::log::proof::{Proof, ProofError, inclusion_of_leaves, verify_inclusion};
use crate::log::tree::{Frontier, Head, leaf_hash};

/// Recipients of one letter: all offices of a state (1,300) and as many persons, rounded up.
pub const RECIPIENTS_MAX: u32 = 4_096;

/// Bytes of a list: 4,096 lines of 32 bytes salt, 70 bytes holder and 410 bytes name = 2 MiB.
pub const RECIPIENTS_BYTES_MAX: usize = 2 * 1024 * 1024;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Recipient {
    /// Random, so that a line cannot be guessed from its hash.
    #[n(0)]
    pub salt: Hash,
    /// Office and post, when the recipient has one.
    #[n(1)]
    pub to: Option<Holder>,
    /// Name and address as the letter says it; empty for an office.
    #[n(2)]
    pub name: String,
}

/// The body of the content that holds a list.
pub fn to_bytes(list: &[Recipient]) -> Vec<u8> {
    codec::encode(&list.to_vec())
}

/// Reads a list.
///
/// # Errors
/// [`CodecError`] when it is none or too long.
pub fn from_bytes(bytes: &[u8]) -> Result<Vec<Recipient>, CodecError> {
    let list: Vec<Recipient> = codec::decode(bytes, RECIPIENTS_BYTES_MAX)?;
    let max = RECIPIENTS_MAX as usize;
    if list.len() > max { Err(CodecError::TooLarge { max }) } else { Ok(list) }
}

/// What an `issue` act signs of a list: root and count.
pub fn commit(list: &[Recipient]) -> (Hash, u32) {
    let root = Frontier::of_leaves(&leaves(list)).root();
    (root, u32::try_from(list.len()).unwrap_or(u32::MAX))
}

/// The proof that the line at `index` stands in a list.
///
/// # Errors
/// [`ProofError`] when there is no such line.
pub fn prove(list: &[Recipient], index: u64) -> Result<Proof, ProofError> {
    inclusion_of_leaves(&leaves(list), index)
}

/// Checks that a recipient was on the list that an act signed.
///
/// # Errors
/// [`ProofError`] when the proof does not lead to the root.
pub fn verify(line: &Recipient, index: u64, root: Hash, count: u32, proof: &Proof) -> Result<(), ProofError> {
    verify_inclusion(leaf(line), index, &Head { size: count.into(), root }, proof)
}

fn leaves(list: &[Recipient]) -> Vec<Hash> {
    list.iter().map(leaf).collect()
}

fn leaf(line: &Recipient) -> Hash {
    leaf_hash(&codec::encode(line))
}
