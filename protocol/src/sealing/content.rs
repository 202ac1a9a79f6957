//! What is sealed: a noting, a paper, a draft, with its name and its type, and the reference by
//! which a signed act names it.
//!
//! A reference binds the signer three ways: to the ciphertext (root), so that copies can be
//! checked without a key; to the plaintext (salted commitment), so that the signer cannot show
//! two readings of one ciphertext; and to the generation of the matter key. It shows nobody the
//! plaintext, not even to one who guesses it, since the salt lies inside the ciphertext.

use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::codec;
use crate::entropy::Entropy;
use crate::hash::{Context, hash};
use crate::id::{Commitment, ContentRoot};
use crate::limits::CONTENT_BYTES_MAX;
use crate::sealing::chunk::ChunkTree;
use crate::sealing::{MatterKey, SealingError, derive_key, stream};

/// Bytes of a media type: RFC 6838 allows 127 on each side of the slash.
pub const MEDIA_TYPE_BYTES_MAX: usize = 255;

/// Bytes of a name: what file systems allow, 85 letters of Devanagari.
pub const NAME_BYTES_MAX: usize = 255;

/// Bytes of a body: the largest content, less the step of the padding at that size (2^22, which
/// also has room for 1,024 tags of 16 bytes), less 1 KiB for frame, type and name.
pub const BODY_BYTES_MAX: usize = CONTENT_BYTES_MAX as usize - (1 << 22) - 1024;

/// Bytes of the frame inside a ciphertext before the plaintext: salt and length.
const FRAME_BYTES: usize = 32 + 8;

/// The shortest padded frame. A one-line noting and a page of 200 bytes look the same.
const PADDED_BYTES_MIN: usize = 256;

/// What a content is. Kinds of later releases are kept and relayed as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Subject, names and classification of a matter: what its cover says.
    Cover,
    /// A noting: the reasoning on the left side of a file.
    Note,
    /// A paper of the correspondence side: a scan, a PDF, a letter received.
    Paper,
    /// A draft for approval.
    Draft,
    /// A short remark on a movement.
    Remark,
    /// Names of posts and people of an office.
    Directory,
    /// A letter as it was issued.
    Letter,
    /// An issued letter as it is served on one recipient, with its proof.
    Delivery,
    /// A kind that this release does not know.
    Other(u8),
}

/// A content in the clear.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Content {
    /// What it is.
    #[n(0)]
    pub kind: Kind,
    /// Media type of the body (RFC 6838), at most [`MEDIA_TYPE_BYTES_MAX`].
    #[n(1)]
    pub media_type: String,
    /// A name for people, at most [`NAME_BYTES_MAX`]; may be empty; never a path.
    #[n(2)]
    pub name: String,
    /// The bytes, at most [`BODY_BYTES_MAX`].
    #[n(3)]
    #[cbor(with = "crate::codec::bstr")]
    pub body: Vec<u8>,
}

/// How a signed act names a sealed content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub struct ContentRef {
    /// RFC 6962 root over the ciphertext in chunks of 256 KiB.
    #[n(0)]
    pub root: ContentRoot,
    /// Length of the ciphertext in bytes.
    #[n(1)]
    pub length: u64,
    /// Salted digest of the plaintext.
    #[n(2)]
    pub commitment: Commitment,
    /// Generation of the matter key under which it is sealed.
    #[n(3)]
    pub generation: u32,
}

/// How an act names bytes that every node of the federation may read: a directory snapshot, a
/// set of wraps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub struct ClearRef {
    /// RFC 6962 root over the bytes in chunks of 256 KiB.
    #[n(0)]
    pub root: ContentRoot,
    /// Length in bytes.
    #[n(1)]
    pub length: u64,
}

/// A content after sealing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What the act signs.
    pub reference: ContentRef,
    /// What is stored and replicated.
    pub ciphertext: Vec<u8>,
}

/// Seals a content under the key of its matter. Sealing twice gives two unlike ciphertexts.
///
/// # Errors
/// [`SealingError::TooLarge`] when a part of the content exceeds its bound.
pub fn seal(
    key: &MatterKey,
    generation: u32,
    content: &Content,
    entropy: &mut Entropy,
) -> Result<Sealed, SealingError> {
    content.check_bounds()?;
    let salt = Zeroizing::new(entropy.bytes32());
    let plaintext = Zeroizing::new(codec::encode(content));
    let commitment = commit(&salt, &plaintext);
    let content_key = content_key(key, &commitment, generation);
    let ciphertext = stream::seal(&content_key, &frame(&salt, &plaintext));
    let tree = ChunkTree::of(&ciphertext);
    let reference = ContentRef { root: tree.root(), length: tree.length(), commitment, generation };
    Ok(Sealed { reference, ciphertext })
}

/// Opens a content and checks everything its reference says about it.
///
/// # Errors
/// [`SealingError`] names the first check that failed; the order is length, root, tags, padding,
/// commitment, form.
pub fn open(key: &MatterKey, reference: &ContentRef, ciphertext: &[u8]) -> Result<Content, SealingError> {
    let disclosed = disclose(key, reference, ciphertext)?;
    open_disclosed(&reference.commitment, &disclosed.salt, &disclosed.plaintext)
}

/// What shows one content to someone who holds no key: with these two, anyone can recompute the
/// commitment that was signed.
pub struct Disclosed {
    /// The 32 random bytes that were committed to with the plaintext.
    pub salt: [u8; 32],
    /// CBOR of the [`Content`].
    pub plaintext: Zeroizing<Vec<u8>>,
}

/// Takes salt and plaintext out of a ciphertext, for an auditor.
///
/// # Errors
/// As [`open`], up to the commitment.
pub fn disclose(
    key: &MatterKey,
    reference: &ContentRef,
    ciphertext: &[u8],
) -> Result<Disclosed, SealingError> {
    check_clear(&ClearRef { root: reference.root, length: reference.length }, ciphertext)?;
    let content_key = content_key(key, &reference.commitment, reference.generation);
    let framed = stream::open(&content_key, ciphertext)?;
    let (salt, plaintext) = unframe(&framed)?;
    if commit(salt, plaintext) != reference.commitment {
        return Err(SealingError::WrongCommitment);
    }
    Ok(Disclosed { salt: *salt, plaintext: Zeroizing::new(plaintext.to_vec()) })
}

/// Reads a disclosed content and checks it against the commitment that was signed.
///
/// # Errors
/// [`SealingError::WrongCommitment`], then form and bounds.
pub fn open_disclosed(
    commitment: &Commitment,
    salt: &[u8; 32],
    plaintext: &[u8],
) -> Result<Content, SealingError> {
    if commit(salt, plaintext) != *commitment {
        return Err(SealingError::WrongCommitment);
    }
    let content: Content = codec::decode(plaintext, plaintext.len())?;
    content.check_bounds()?;
    Ok(content)
}

/// The reference of bytes that are not sealed.
///
/// # Errors
/// [`SealingError::TooLarge`] beyond [`CONTENT_BYTES_MAX`].
pub fn clear_reference(bytes: &[u8]) -> Result<ClearRef, SealingError> {
    if bytes.len() as u64 > CONTENT_BYTES_MAX {
        return Err(SealingError::TooLarge { max: CONTENT_BYTES_MAX });
    }
    let tree = ChunkTree::of(bytes);
    Ok(ClearRef { root: tree.root(), length: tree.length() })
}

/// Checks bytes against their reference.
///
/// # Errors
/// [`SealingError::TooLarge`], [`SealingError::WrongLength`] or [`SealingError::WrongRoot`].
pub fn check_clear(reference: &ClearRef, bytes: &[u8]) -> Result<(), SealingError> {
    if reference.length != bytes.len() as u64 {
        return Err(SealingError::WrongLength);
    }
    let same = clear_reference(bytes)?.root == reference.root;
    if same { Ok(()) } else { Err(SealingError::WrongRoot) }
}

impl Content {
    fn check_bounds(&self) -> Result<(), SealingError> {
        let parts = [
            (self.media_type.len(), MEDIA_TYPE_BYTES_MAX),
            (self.name.len(), NAME_BYTES_MAX),
            (self.body.len(), BODY_BYTES_MAX),
        ];
        match parts.into_iter().find(|(length, max)| length > max) {
            Some((_, max)) => Err(SealingError::TooLarge { max: max as u64 }),
            None => Ok(()),
        }
    }
}

impl core::fmt::Debug for Content {
    /// Kind and size only: names and text of a file do not belong into logs.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Content({:?}, {} bytes)", self.kind, self.body.len())
    }
}

impl From<u8> for Kind {
    fn from(number: u8) -> Self {
        match number {
            0 => Self::Cover,
            1 => Self::Note,
            2 => Self::Paper,
            3 => Self::Draft,
            4 => Self::Remark,
            5 => Self::Directory,
            6 => Self::Letter,
            7 => Self::Delivery,
            other => Self::Other(other),
        }
    }
}

impl From<Kind> for u8 {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Cover => 0,
            Kind::Note => 1,
            Kind::Paper => 2,
            Kind::Draft => 3,
            Kind::Remark => 4,
            Kind::Directory => 5,
            Kind::Letter => 6,
            Kind::Delivery => 7,
            Kind::Other(other) => other,
        }
    }
}

impl<C> Encode<C> for Kind {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(u8::from(*self))?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Kind {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.u8().map(Self::from)
    }
}

fn commit(salt: &[u8; 32], plaintext: &[u8]) -> Commitment {
    Commitment(hash(Context::Commitment, &[salt, plaintext]).0)
}

/// Depends on salt and plaintext through the commitment, so that even a generator that repeats
/// itself does not encrypt two plaintexts under one key.
fn content_key(key: &MatterKey, commitment: &Commitment, generation: u32) -> Zeroizing<[u8; 32]> {
    let info: [&[u8]; 2] = [b"mohar/content/1", &generation.to_be_bytes()];
    derive_key(key.expose(), commitment.as_bytes(), &info)
}

/// Salt, length, plaintext, zeros.
fn frame(salt: &[u8; 32], plaintext: &[u8]) -> Zeroizing<Vec<u8>> {
    let padded = padded_length(FRAME_BYTES + plaintext.len());
    let mut framed = Zeroizing::new(Vec::with_capacity(padded));
    framed.extend_from_slice(salt);
    framed.extend_from_slice(&(plaintext.len() as u64).to_be_bytes());
    framed.extend_from_slice(plaintext);
    framed.resize(padded, 0);
    framed
}

/// The salt and the plaintext of a frame in its one form.
fn unframe(framed: &[u8]) -> Result<(&[u8; 32], &[u8]), SealingError> {
    let (salt, rest) = framed.split_first_chunk::<32>().ok_or(SealingError::BadPadding)?;
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(SealingError::BadPadding)?;
    let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| SealingError::BadPadding)?;
    let (plaintext, padding) = rest.split_at_checked(length).ok_or(SealingError::BadPadding)?;
    let exact = framed.len() == padded_length(FRAME_BYTES + length);
    if exact && padding.iter().all(|byte| *byte == 0) {
        Ok((salt, plaintext))
    } else {
        Err(SealingError::BadPadding)
    }
}

/// PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", 2019) with a floor:
/// the length keeps as many significant bits as its exponent has, so at most 12 % is added and
/// only the order of magnitude shows.
fn padded_length(length: usize) -> usize {
    let length = length.max(PADDED_BYTES_MIN);
    let exponent = length.ilog2();
    let kept_bits = exponent.ilog2() + 1;
    length.next_multiple_of(1 << (exponent - kept_bits))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{
        BODY_BYTES_MAX, FRAME_BYTES, MEDIA_TYPE_BYTES_MAX, NAME_BYTES_MAX, frame, padded_length, unframe,
    };
    use crate::limits::CONTENT_BYTES_MAX;
    use crate::sealing::{SealingError, stream};

    #[test]
    fn the_length_is_padded_by_at_most_one_eighth() {
        for (length, padded) in
            [(0, 256), (256, 256), (257, 272), (9_000, 9_216), (262_144, 262_144), (262_145, 270_336)]
        {
            assert_eq!(padded_length(length), padded);
        }
        for length in 256..70_000 {
            let padded = padded_length(length);
            assert!(padded >= length && (padded - length) * 8 < length);
            assert_eq!(padded_length(padded), padded, "padding is stable");
        }
    }

    #[test]
    fn the_largest_body_fits_into_the_largest_content() {
        let plaintext = BODY_BYTES_MAX + MEDIA_TYPE_BYTES_MAX + NAME_BYTES_MAX + 16;
        let padded = padded_length(FRAME_BYTES + plaintext);
        let sealed = padded + padded.div_ceil(stream::PLAIN_BYTES) * stream::TAG_BYTES;
        assert!(sealed as u64 <= CONTENT_BYTES_MAX);
    }

    #[test]
    fn padding_in_another_form_is_refused() {
        let good = frame(&[1; 32], b"text");
        assert_eq!(unframe(&good), Ok((&[1; 32], &b"text"[..])));
        let mut dirty = good.clone();
        *dirty.last_mut().unwrap() = 1;
        let longer = [&good[..], &[0; 16]].concat();
        let mut beyond = good.clone();
        beyond[32..40].copy_from_slice(&u64::MAX.to_be_bytes());
        for bad in [&dirty[..], &longer, &beyond, &good[..39], &good[..255], &[]] {
            assert_eq!(unframe(bad), Err(SealingError::BadPadding));
        }
    }
}
