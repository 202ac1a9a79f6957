//! One long plaintext as ChaCha20-Poly1305 chunks in the STREAM construction (Hoang, Reyhanitabar,
//! Rogaway and Vizár, 2015): the nonce is the number of the chunk and whether it is the last, so
//! that chunks cannot be cut off, added, exchanged or repeated.
//!
//! A key given here encrypts one plaintext and no other: the nonces start at zero every time.

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce, Tag};
use zeroize::Zeroizing;

use crate::limits::CHUNK_BYTES;
use crate::sealing::SealingError;

/// Bytes that a Poly1305 tag adds to a chunk.
pub const TAG_BYTES: usize = 16;

/// Plaintext bytes in a full chunk, so that tag and ciphertext together fill [`CHUNK_BYTES`].
pub const PLAIN_BYTES: usize = CHUNK_BYTES - TAG_BYTES;

/// Encrypts. An empty plaintext becomes one chunk that holds only a tag.
pub fn seal(key: &[u8; 32], plaintext: &[u8]) -> Vec<u8> {
    let cipher = ChaCha20Poly1305::new(key.into());
    let count = plaintext.len().div_ceil(PLAIN_BYTES).max(1);
    let mut sealed = Vec::with_capacity(plaintext.len() + count * TAG_BYTES);
    for index in 0..count {
        let start = index * PLAIN_BYTES;
        let end = plaintext.len().min(start + PLAIN_BYTES);
        let at = sealed.len();
        sealed.extend_from_slice(&plaintext[start..end]);
        let tag = cipher
            .encrypt_inout_detached(&nonce(index, index + 1 == count), b"", (&mut sealed[at..]).into())
            .expect("a chunk is far below the 256 GiB that ChaCha20 can encrypt");
        sealed.extend_from_slice(&tag);
    }
    sealed
}

/// Decrypts, or says no; nothing of a refused ciphertext is given out.
pub fn open(key: &[u8; 32], ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let cipher = ChaCha20Poly1305::new(key.into());
    let count = ciphertext.len().div_ceil(CHUNK_BYTES);
    let mut plaintext = Zeroizing::new(Vec::with_capacity(ciphertext.len()));
    for (index, chunk) in ciphertext.chunks(CHUNK_BYTES).enumerate() {
        let (body, tag) = chunk.split_last_chunk::<TAG_BYTES>().ok_or(SealingError::NotOpened)?;
        let at = plaintext.len();
        plaintext.extend_from_slice(body);
        let nonce = nonce(index, index + 1 == count);
        cipher
            .decrypt_inout_detached(&nonce, b"", (&mut plaintext[at..]).into(), &Tag::from(*tag))
            .map_err(|_| SealingError::NotOpened)?;
    }
    if count == 0 { Err(SealingError::NotOpened) } else { Ok(plaintext) }
}

/// Eleven bytes of chunk number, big-endian, and one byte that is 1 for the last chunk.
fn nonce(index: usize, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&(index as u64).to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::{PLAIN_BYTES, TAG_BYTES, open, seal};
    use crate::limits::CHUNK_BYTES;
    use crate::sealing::SealingError;

    const KEY: [u8; 32] = [7; 32];

    fn plaintext(length: usize) -> Vec<u8> {
        (0..length).map(|i| (i % 251) as u8).collect()
    }

    #[test]
    fn every_length_around_a_chunk_border_comes_back() {
        for length in [0, 1, PLAIN_BYTES - 1, PLAIN_BYTES, PLAIN_BYTES + 1, CHUNK_BYTES, 3 * PLAIN_BYTES] {
            let sealed = seal(&KEY, &plaintext(length));
            let chunks = length.div_ceil(PLAIN_BYTES).max(1);
            assert_eq!(sealed.len(), length + chunks * TAG_BYTES);
            assert_eq!(*open(&KEY, &sealed).unwrap(), plaintext(length));
        }
    }

    #[test]
    fn a_stream_cut_at_a_chunk_border_is_refused() {
        let sealed = seal(&KEY, &plaintext(3 * PLAIN_BYTES));
        for chunks in 0..3 {
            assert_eq!(open(&KEY, &sealed[..chunks * CHUNK_BYTES]), Err(SealingError::NotOpened));
        }
    }

    #[test]
    fn exchanged_repeated_and_added_chunks_are_refused() {
        let sealed = seal(&KEY, &plaintext(3 * PLAIN_BYTES));
        let (a, rest) = sealed.split_at(CHUNK_BYTES);
        let (b, c) = rest.split_at(CHUNK_BYTES);
        for altered in [[b, a, c].concat(), [a, a, b, c].concat(), [a, b, c, c].concat(), [a, c].concat()] {
            assert_eq!(open(&KEY, &altered), Err(SealingError::NotOpened));
        }
    }
}
