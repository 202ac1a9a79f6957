//! COSE_Sign1 (RFC 9052, section 4.2) in the single form that acts use: tag 18, protected header
//! `{1: -8, 4: kid}`, empty unprotected map, attached payload, external AAD `mohar/act/1`.

use minicbor::Encoder;
use minicbor::data::Tag;

use super::ActError;
use crate::hash::sha256;
use crate::id::{ActId, KeyId};
use crate::keys::{SecretKey, Signature};

/// Binds a signature to acts of this protocol: a key can never be tricked into signing one by
/// being asked to sign something else.
const EXTERNAL_AAD: &[u8] = b"mohar/act/1";

/// COSE_Sign1 tag.
const TAG: u64 = 18;

/// COSE algorithm EdDSA. Not the newer identifier -19, which the auditors' tools do not know yet.
const ALGORITHM: i8 = -8;

/// Bytes around a payload: headers of at most 9 bytes, key id, AAD or signature.
const ENVELOPE_BYTES: usize = 160;

/// The parts of a message, before anything is verified.
pub(super) struct Envelope<'a> {
    pub key: KeyId,
    pub payload: &'a [u8],
    pub signature: Signature,
}

/// Takes a message apart; refuses any other spelling of the same message.
pub(super) fn parse(bytes: &[u8]) -> Result<Envelope<'_>, ActError> {
    let envelope = read(bytes).map_err(|_| ActError::Cose)?;
    if write(envelope.key, envelope.payload, &envelope.signature) == bytes {
        Ok(envelope)
    } else {
        Err(ActError::Cose)
    }
}

fn read(bytes: &[u8]) -> Result<Envelope<'_>, minicbor::decode::Error> {
    let error = minicbor::decode::Error::message;
    let mut d = minicbor::Decoder::new(bytes);
    if d.tag()? != Tag::new(TAG) || d.array()? != Some(4) {
        return Err(error("not a COSE_Sign1"));
    }
    let protected = d.bytes()?;
    // map(2), 1: -8, 4: bytes(32)
    let kid =
        protected.strip_prefix(&[0xa2, 0x01, 0x27, 0x04, 0x58, 0x20]).ok_or_else(|| error("alg, kid"))?;
    let key = KeyId(kid.try_into().map_err(|_| error("kid"))?);
    if d.map()? != Some(0) {
        return Err(error("unprotected header"));
    }
    let payload = d.bytes()?;
    let signature = d.bytes()?.try_into().map_err(|_| error("signature"))?;
    if d.position() == bytes.len() {
        Ok(Envelope { key, payload, signature })
    } else {
        Err(error("trailing bytes"))
    }
}

/// Signs a payload.
pub(super) fn sign(payload: &[u8], key: &SecretKey) -> Vec<u8> {
    let id = key.public().id();
    write(id, payload, &key.sign(&sig_structure(id, payload)))
}

/// The id of the act with this payload and key.
pub(super) fn act_id(key: KeyId, payload: &[u8]) -> ActId {
    ActId(sha256(&[&sig_structure(key, payload)]))
}

/// `["Signature1", protected, external_aad, payload]`: what is signed and hashed.
pub(super) fn sig_structure(key: KeyId, payload: &[u8]) -> Vec<u8> {
    in_memory(payload.len() + ENVELOPE_BYTES, |e| {
        e.array(4)?.str("Signature1")?.bytes(&protected(key))?.bytes(EXTERNAL_AAD)?.bytes(payload)?;
        Ok(())
    })
}

fn write(key: KeyId, payload: &[u8], signature: &Signature) -> Vec<u8> {
    in_memory(payload.len() + ENVELOPE_BYTES, |e| {
        e.tag(Tag::new(TAG))?.array(4)?.bytes(&protected(key))?;
        e.map(0)?.bytes(payload)?.bytes(signature)?;
        Ok(())
    })
}

fn protected(key: KeyId) -> Vec<u8> {
    in_memory(ENVELOPE_BYTES, |e| {
        e.map(2)?.u8(1)?.i8(ALGORITHM)?.u8(4)?.bytes(key.as_bytes())?;
        Ok(())
    })
}

type Writing = Result<(), minicbor::encode::Error<core::convert::Infallible>>;

fn in_memory(bytes: usize, fill: impl FnOnce(&mut Encoder<Vec<u8>>) -> Writing) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::with_capacity(bytes));
    fill(&mut encoder).expect("writing CBOR into memory cannot fail");
    encoder.into_writer()
}
