//! One leaf's proof as a text that stands alone (C2SP `tlog-proof`, version 1): the index, the
//! inclusion proof and the checkpoint with its cosignatures. Suffix of such blobs: `.tlog-proof`.
//!
//! This module never contains the leaf: whoever checks has the act, and hashes it.

use core::fmt;
use core::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::hash::Hash;
use crate::limits::{ACT_BYTES_MAX, NOTE_BYTES_MAX};
use crate::log::checkpoint::{
    CheckpointError, SignedCheckpoint, VerifiedCheckpoint, parse_hash, parse_number,
};
use crate::log::note::LogKey;
use crate::log::proof::{PROOF_HASHES_MAX, Proof, ProofError, verify_inclusion};

/// Bytes of the extra data: room for one act.
pub const EXTRA_BYTES_MAX: usize = ACT_BYTES_MAX;

/// Bytes of the whole text: checkpoint, 45 for each hash, extra data in base64, 64 for the rest.
pub const EXPORT_BYTES_MAX: usize =
    NOTE_BYTES_MAX + 45 * PROOF_HASHES_MAX + EXTRA_BYTES_MAX.div_ceil(3) * 4 + 64;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof to be handed to someone outside. Nothing in it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedProof {
    /// Data beside the proof that nobody signed; absent when empty.
    pub extra: Vec<u8>,
    /// Index of the leaf, from zero.
    pub index: u64,
    /// From the leaf to the root of the checkpoint.
    pub proof: Proof,
    /// The checkpoint, as the log served it.
    pub checkpoint: SignedCheckpoint,
}

/// Why an exported proof was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Above [`EXPORT_BYTES_MAX`], or extra data above [`EXTRA_BYTES_MAX`].
    #[error("larger than an exported proof may be")]
    TooLarge,
    /// Not in the one allowed form.
    #[error("not a tlog-proof of version 1")]
    Malformed,
    /// The checkpoint inside was refused.
    #[error("the checkpoint was refused")]
    Checkpoint(#[from] CheckpointError),
    /// The inclusion proof was refused.
    #[error("the inclusion proof was refused")]
    Proof(#[from] ProofError),
}

impl ExportedProof {
    /// Checks the log's signature and that `leaf` (a leaf hash) is where the proof says.
    ///
    /// Cosignatures are for the caller: see
    /// [`cosignatures`](crate::log::cosignature::cosignatures) on what this returns.
    ///
    /// # Errors
    /// [`ExportError::Checkpoint`] or [`ExportError::Proof`].
    pub fn verify(&self, leaf: Hash, log: &LogKey) -> Result<VerifiedCheckpoint, ExportError> {
        let checkpoint = self.checkpoint.clone().verify(log)?;
        verify_inclusion(leaf, self.index, checkpoint.head(), &self.proof)?;
        Ok(checkpoint)
    }

    /// Reads a text in its one allowed spelling.
    ///
    /// # Errors
    /// [`ExportError`], for everything but signatures and hashes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ExportError> {
        if bytes.len() > EXPORT_BYTES_MAX {
            return Err(ExportError::TooLarge);
        }
        let text = core::str::from_utf8(bytes).map_err(|_| ExportError::Malformed)?;
        let (front, checkpoint) = text.split_once("\n\n").ok_or(ExportError::Malformed)?;
        let exported = parse_front(front, SignedCheckpoint::parse(checkpoint.as_bytes())?)?;
        if exported.extra.len() > EXTRA_BYTES_MAX {
            return Err(ExportError::TooLarge);
        }
        // One comparison instead of a rule for every spelling: an empty extra line, for instance.
        if exported.to_string() == text { Ok(exported) } else { Err(ExportError::Malformed) }
    }
}

fn parse_front(front: &str, checkpoint: SignedCheckpoint) -> Result<ExportedProof, ExportError> {
    let mut lines = front.split('\n').peekable();
    if lines.next() != Some(FIRST_LINE) {
        return Err(ExportError::Malformed);
    }
    let extra = lines.next_if(|line| line.starts_with("extra "));
    let extra = BASE64.decode(extra.map_or("", |line| &line["extra ".len()..]));
    let extra = extra.map_err(|_| ExportError::Malformed)?;
    let index = lines.next().and_then(|line| line.strip_prefix("index "));
    let index = index.and_then(parse_number).ok_or(ExportError::Malformed)?;
    let hashes: Option<Vec<Hash>> = lines.map(parse_hash).collect();
    let proof = Proof::new(hashes.ok_or(ExportError::Malformed)?)?;
    Ok(ExportedProof { extra, index, proof, checkpoint })
}

impl fmt::Display for ExportedProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", BASE64.encode(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in self.proof.hashes() {
            writeln!(f, "{}", BASE64.encode(hash.0))?;
        }
        f.write_char('\n')?;
        write!(f, "{}", self.checkpoint.note())
    }
}
