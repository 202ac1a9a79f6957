//! SHA-256, always under a context string, so that no digest is valid in two meanings.
//!
//! SHA-256 everywhere that an auditor or a court looks: every laptop can recompute it.

use sha2::{Digest, Sha256};

crate::id::bytes32! {
    /// A SHA-256 digest that is not an identifier: a tree node, a root, a chunk hash.
    Hash
}

/// What a digest is for. The context goes in front of the hashed bytes, followed by a zero byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Salted commitment to the plaintext of a content.
    Commitment,
    /// Rank of a node as mirror or witness of an office log (rendezvous hashing).
    Placement,
    /// Digest of what a peer holds, compared once a minute.
    Heights,
    /// Checksum of the mark of what was signed last, and the place it was made at.
    Mark,
    /// Digest of one dossier: the head of the register chain and the side acts.
    Dossier,
    /// Digest of the charter chain.
    Charter,
    /// Digest of the frames of a carrier packet.
    Packet,
    /// Fingerprint of a trace, in tests of determinism.
    Trace,
}

impl Context {
    const fn text(self) -> &'static str {
        match self {
            Self::Commitment => "mohar/commitment/1",
            Self::Placement => "mohar/placement/1",
            Self::Heights => "mohar/heights/1",
            Self::Mark => "mohar/mark/1",
            Self::Dossier => "mohar/dossier/1",
            Self::Charter => "mohar/charter/1",
            Self::Packet => "mohar/packet/1",
            Self::Trace => "mohar/trace/1",
        }
    }
}

/// SHA-256 of `context || 0x00 || parts…`.
pub fn hash(context: Context, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(context.text());
    hasher.update([0]);
    for part in parts {
        hasher.update(part);
    }
    Hash(hasher.finalize().into())
}

/// Plain SHA-256, only for formats that other specifications define (RFC 6962, COSE, key ids).
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
