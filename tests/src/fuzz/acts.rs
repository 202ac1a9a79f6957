//! Acts, their bodies, and the one spelling of every value.

use mohar_protocol::act::{self, Body, Header, Holder, MatterKind, Place, UnverifiedAct, Verb};
use mohar_protocol::codec::{self, CodecError};
use mohar_protocol::id::{ActId, KeyId};
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::limits::{ACT_BYTES_MAX, ACT_PAYLOAD_BYTES_MAX};
use mohar_protocol::time::Timestamp;

/// What parses comes back byte for byte once its key has signed it, has the id of its
/// `Sig_structure`, and is never taken for the word of another key.
pub fn an_act_reads_back_and_names_one_key(bytes: &[u8]) {
    let Ok(act) = UnverifiedAct::parse(bytes) else { return };
    assert!(bytes.len() <= ACT_BYTES_MAX, "longer than an act may be");
    let signed = act::sig_structure(bytes).expect("an act has what was signed");
    assert_eq!(
        act.id(),
        ActId(mohar_protocol::hash::sha256(&[&signed])),
        "the id is that of what was signed"
    );
    let header = codec::encode(act.header());
    assert!(signed.ends_with(&header), "the header is the end of what was signed");
    if let Some((verb, body)) = act.body().encode() {
        assert_eq!(act.header().known_verb(), Some(verb));
        assert_eq!(act.header().body, body);
    }
    let stranger = SecretKey::from_seed(&[9; 32]);
    if act.key() != stranger.public().id() {
        assert!(act.clone().verify(&stranger.public()).is_err(), "another key verified it");
        let again = act::sign(act.header(), &stranger).expect("a header that was read can be signed");
        assert_ne!(again.id(), act.id(), "the id covers who signed");
        assert_eq!(again.header(), act.header());
    }
}

/// A signed act keeps the body that was signed, whatever the verb; a body of a known verb is the
/// only spelling of what it says.
pub fn a_body_of_any_verb_is_kept_as_it_was_signed(bytes: &[u8]) {
    let Some((code, body)) = bytes.split_first_chunk::<2>() else { return };
    let header = Header { verb: u16::from_be_bytes(*code), body: body.to_vec(), ..blank() };
    let Ok(signed) = act::sign(&header, &SecretKey::from_seed(&[7; 32])) else { return };
    assert_eq!(signed.header(), &header);
    match signed.body().encode() {
        Some((verb, again)) => {
            assert_eq!(Verb::from_code(header.verb), Some(verb));
            assert_eq!(again, body, "a body has one spelling");
        }
        None => assert_eq!((signed.body(), Verb::from_code(header.verb)), (&Body::Unknown, None)),
    }
    let read = UnverifiedAct::parse(signed.bytes()).expect("what was signed can be read");
    assert!(read.verify(&SecretKey::from_seed(&[7; 32]).public()).is_ok());
}

/// The reader takes a value only in the spelling that the writer gives it.
pub fn a_value_has_one_spelling(bytes: &[u8]) {
    one_spelling::<Header>(bytes);
    one_spelling::<Option<Holder>>(bytes);
    one_spelling::<Vec<(KeyId, u64)>>(bytes);
    one_spelling::<PublicKey>(bytes);
    one_spelling::<mohar_protocol::sealing::ContentRef>(bytes);
    one_spelling::<mohar_protocol::sealing::ClearRef>(bytes);
    one_spelling::<mohar_protocol::custody::Matter>(bytes);
    one_spelling::<mohar_protocol::records::LogState>(bytes);
    one_spelling::<mohar_protocol::records::Held>(bytes);
}

/// Text of an id is its bytes, and nothing else is an id.
pub fn an_id_is_64_digits(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    match text.parse::<ActId>() {
        Ok(id) => assert_eq!(id.to_string(), text.to_ascii_lowercase()),
        Err(_) => {
            assert!(text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()), "{text}");
        }
    }
}

/// Decodes and checks that encoding gives the same bytes again.
pub(super) fn one_spelling<T>(bytes: &[u8]) -> Option<T>
where
    T: minicbor::Encode<()> + for<'b> minicbor::Decode<'b, ()>,
{
    match codec::decode::<T>(bytes, ACT_PAYLOAD_BYTES_MAX * 4) {
        Ok(value) => {
            assert_eq!(codec::encode(&value), bytes, "another spelling was taken");
            Some(value)
        }
        Err(CodecError::TooLarge { .. } | CodecError::Malformed | CodecError::NotCanonical) => None,
    }
}

fn blank() -> Header {
    Header {
        version: act::HEADER_VERSION,
        state: None,
        office: None,
        incarnation: 0,
        kind: MatterKind::FILE,
        matter: None,
        place: Place::Chain,
        epoch: 0,
        number: 0,
        previous: None,
        verb: 0,
        charge: None,
        register: None,
        holder: None,
        time: Timestamp(0),
        anchor: None,
        level: act::LEVEL,
        contents: Vec::new(),
        body: Vec::new(),
    }
}
