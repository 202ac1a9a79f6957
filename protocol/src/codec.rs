//! Deterministic CBOR (RFC 8949, section 4.2.1): one value has exactly one byte string.
//!
//! Values are fixed-position arrays; there are no maps with text keys. On the way in, bytes are
//! decoded, encoded again and compared, so that two offices can never hold two spellings of one
//! statement. This module never accepts what it would not itself have written.

use minicbor::{Decode, Encode};

/// Why bytes were refused at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// Longer than the bound for this kind of value.
    #[error("larger than the {max} bytes allowed here")]
    TooLarge {
        /// The bound, in bytes.
        max: usize,
    },
    /// Not CBOR, cut short, or not of the expected shape.
    #[error("malformed or cut short")]
    Malformed,
    /// Well formed, but not in the one canonical form (or followed by other bytes).
    #[error("not in canonical form")]
    NotCanonical,
}

/// Room to begin with: most rows are smaller, and a body grows twice.
const USUAL_BYTES: usize = 128;

/// Encodes a value in its one canonical form.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    encode_sized(value, USUAL_BYTES)
}

/// The same, for a value whose length is known: growing the buffer step by step cost more than writing.
fn encode_sized<T: Encode<()>>(value: &T, bytes: usize) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes);
    minicbor::encode(value, &mut encoded).expect("writing CBOR into memory cannot fail");
    encoded
}

/// Decodes a value of at most `bytes_max` bytes and refuses every form but the canonical one.
///
/// # Errors
/// [`CodecError`] names which of the three rules was broken.
pub fn decode<T>(bytes: &[u8], bytes_max: usize) -> Result<T, CodecError>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    if bytes.len() > bytes_max {
        return Err(CodecError::TooLarge { max: bytes_max });
    }
    let value: T = minicbor::decode(bytes).map_err(|_| CodecError::Malformed)?;
    if encode_sized(&value, bytes.len()) == bytes { Ok(value) } else { Err(CodecError::NotCanonical) }
}

/// Whether bytes hold so many CBOR items that the value would need many times their size: a list of
/// empty strings takes one byte for each and 24 in memory. Reads heads only and builds nothing.
///
/// At most `free` items, and one more for every `bytes_per_item` bytes, are few enough.
pub fn is_crowded(bytes: &[u8], free: usize, bytes_per_item: usize) -> bool {
    use minicbor::data::Type;
    let items_max = free + bytes.len() / bytes_per_item;
    let mut d = minicbor::Decoder::new(bytes);
    let mut items = 0;
    while let Ok(kind) = d.datatype() {
        items += 1;
        if items > items_max {
            return true;
        }
        let read = match kind {
            Type::Array => d.array().map(|_| ()),
            Type::Map => d.map().map(|_| ()),
            Type::Tag => d.tag().map(|_| ()),
            Type::Break => break, // we never write lists without a length, and refuse them
            _ => d.skip(),
        };
        if read.is_err() {
            break; // not CBOR: whoever decodes it will say so
        }
    }
    false
}

/// CBOR adapter for raw bytes (`bstr`), for use with `#[cbor(with = "crate::codec::bstr")]`.
pub mod bstr {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decoder, Encoder};

    /// Writes a byte string.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(
        value: &[u8],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.bytes(value)?.ok()
    }

    /// Reads a byte string of definite length.
    ///
    /// # Errors
    /// When the next item is anything else.
    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Vec<u8>, DecodeError> {
        Ok(d.bytes()?.to_vec())
    }
}
