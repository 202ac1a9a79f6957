//! Recipients: the key of a matter, wrapped with HPKE (RFC 9180) to everyone who may read it.
//!
//! Files stay secret for thirty years, so the usual algorithm is X-Wing, in which X25519 and
//! ML-KEM-768 must both be broken; the number of the algorithm stands in every wrap and key.
//! A set also holds the key of the generation before, sealed under the new one, so that who may
//! read the present may read the past, and not the other way round.
//!
//! A set says who can open, never who may: that is decided by acts.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{X25519HkdfSha256, XWing};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

use crate::codec::{self, CodecError};
use crate::entropy::Entropy;
use crate::hash::sha256;
use crate::id::{KeyId, MatterId};
use crate::limits::WRAPS_MAX;
use crate::memo::{self, Question};
use crate::sealing::{MatterKey, SealingError, derive_key};

/// Bytes of an encoded set: 64 wraps of 1,120 + 48 + 34 + 8 bytes are 77 KiB; twice that, for
/// algorithms to come.
pub const WRAP_SET_BYTES_MAX: usize = 160 * 1024;

/// Bytes of nonce before the sealed earlier key.
const NONCE_BYTES: usize = 24;

/// How a key is wrapped. Numbers of later releases are kept and relayed, and open nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305: RFC 9180, not safe against a
    /// quantum computer. Number 1.
    X25519,
    /// X-Wing (draft-connolly-cfrg-xwing-kem-10, KEM 0x647a), HKDF-SHA256, ChaCha20Poly1305.
    /// Number 2, and the one to use.
    XWing,
}

/// A public sealing key: of an office, an officer, or a recovery desk.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingPublic {
    algorithm: Algorithm,
    bytes: Vec<u8>,
}

/// A private sealing key, kept as the 32 bytes from which it is derived.
#[cfg_attr(feature = "testing", derive(Clone))]
pub struct SealingSecret {
    seed: Zeroizing<[u8; 32]>,
    public: SealingPublic,
}

/// The key of one matter in one generation, for all who may open it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct WrapSet {
    /// The matter whose key this is.
    #[n(0)]
    pub matter: MatterId,
    /// The generation of the key, from zero.
    #[n(1)]
    pub generation: u32,
    /// The key of the generation before: a nonce of 24 bytes and 48 bytes of ciphertext.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub previous: Option<Vec<u8>>,
    /// One for each recipient, in the order of their key ids.
    #[n(3)]
    pub wraps: Vec<Wrap>,
}

/// A matter key for one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Wrap {
    /// The id of the recipient's public key.
    #[n(0)]
    pub recipient: KeyId,
    /// The number of the algorithm.
    #[n(1)]
    pub algorithm: u8,
    /// HPKE's encapsulated key.
    #[n(2)]
    #[cbor(with = "crate::codec::bstr")]
    pub enc: Vec<u8>,
    /// HPKE's ciphertext of the 32 bytes.
    #[n(3)]
    #[cbor(with = "crate::codec::bstr")]
    pub ciphertext: Vec<u8>,
}

/// Wraps the key of a matter to its recipients, each named once, in any order.
///
/// # Errors
/// [`SealingError::BadRecipients`] for none, for too many and for the same one twice;
/// [`SealingError::BadKey`] for a key to which nothing can be wrapped;
/// [`SealingError::NoPrevious`] for an earlier key of generation zero.
pub fn wrap_key(
    matter: MatterId,
    generation: u32,
    key: &MatterKey,
    previous: Option<&MatterKey>,
    recipients: &[SealingPublic],
    entropy: &mut Entropy,
) -> Result<WrapSet, SealingError> {
    if generation == 0 && previous.is_some() {
        return Err(SealingError::NoPrevious);
    }
    let previous = previous.map(|earlier| seal_previous(&matter, generation, key, earlier, entropy));
    let mut wraps = recipients
        .iter()
        .map(|recipient| wrap_to(recipient, &matter, generation, key, entropy))
        .collect::<Result<Vec<Wrap>, SealingError>>()?;
    wraps.sort_by_key(|wrap| wrap.recipient);
    let set = WrapSet { matter, generation, previous, wraps };
    if set.in_order() { Ok(set) } else { Err(BAD_RECIPIENTS) }
}

/// The matter key, for one of the recipients.
///
/// # Errors
/// [`SealingError::NotARecipient`] when nothing here is for this secret,
/// [`SealingError::NotOpened`] when the wrap is altered or of another matter or generation.
pub fn unwrap(set: &WrapSet, secret: &SealingSecret) -> Result<MatterKey, SealingError> {
    let id = secret.public.id();
    let algorithm = secret.public.algorithm;
    let wrap = set
        .wraps
        .iter()
        .find(|wrap| wrap.recipient == id && wrap.algorithm == algorithm.number())
        .ok_or(SealingError::NotARecipient(id))?;
    let info = info(algorithm, &set.matter, set.generation);
    let key = match algorithm {
        Algorithm::X25519 => hpke_open::<X25519HkdfSha256>(&secret.seed, &info, wrap),
        Algorithm::XWing => hpke_open::<XWing>(&secret.seed, &info, wrap),
    }?;
    as_matter_key(&key)
}

/// The key of the generation before, for who holds the key of this one.
///
/// # Errors
/// [`SealingError::NoPrevious`] or [`SealingError::NotOpened`].
pub fn open_previous(set: &WrapSet, key: &MatterKey) -> Result<MatterKey, SealingError> {
    let sealed = set.previous.as_deref().ok_or(SealingError::NoPrevious)?;
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealingError::NotOpened)?;
    let opened = previous_cipher(&set.matter, set.generation, key)
        .decrypt(&XNonce::from(*nonce), Payload::from(ciphertext))
        .map_err(|_| SealingError::NotOpened)?;
    as_matter_key(&Zeroizing::new(opened))
}

impl WrapSet {
    /// The canonical bytes: what is stored and named by [`super::content::clear_reference`].
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads a set.
    ///
    /// # Errors
    /// [`SealingError::Codec`] for bytes not in canonical form, and
    /// [`SealingError::BadRecipients`] for none, too many, or not in strict order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealingError> {
        let set: Self = codec::decode(bytes, WRAP_SET_BYTES_MAX)?;
        if !set.in_order() {
            return Err(BAD_RECIPIENTS);
        }
        let earlier_of_none = set.generation == 0 && set.previous.is_some();
        if earlier_of_none { Err(CodecError::Malformed.into()) } else { Ok(set) }
    }

    /// Whether something here is for this key.
    pub fn is_for(&self, recipient: &KeyId) -> bool {
        self.wraps.iter().any(|wrap| wrap.recipient == *recipient)
    }

    fn in_order(&self) -> bool {
        (1..=WRAPS_MAX).contains(&self.wraps.len())
            && self.wraps.is_sorted_by(|a, b| a.recipient < b.recipient)
    }
}

impl Algorithm {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        match self {
            Self::X25519 => 1,
            Self::XWing => 2,
        }
    }

    /// The algorithm of a number; `None` for those of later releases.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::X25519),
            2 => Some(Self::XWing),
            _ => None,
        }
    }
}

impl SealingPublic {
    /// Admits a key from its bytes: 32 for X25519, 1,216 for X-Wing.
    ///
    /// # Errors
    /// [`SealingError::BadKey`] for a wrong length or an ML-KEM part out of range (FIPS 203,
    /// 7.2).
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Result<Self, SealingError> {
        let admitted =
            memo::once(Question::SealingKey, &[&[algorithm.number()], bytes], || match algorithm {
                Algorithm::X25519 => parse::<<X25519HkdfSha256 as Kem>::PublicKey>(bytes).is_ok(),
                Algorithm::XWing => parse::<<XWing as Kem>::PublicKey>(bytes).is_ok(),
            });
        let key = Self { algorithm, bytes: bytes.to_vec() };
        if admitted { Ok(key) } else { Err(SealingError::BadKey) }
    }

    /// Which algorithm the key is for.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bytes of the key, without the number of its algorithm.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the number of the algorithm (one byte) and the bytes of the key.
    pub fn id(&self) -> KeyId {
        KeyId(sha256(&[&[self.algorithm.number()], &self.bytes]))
    }
}

impl SealingSecret {
    /// The key pair of 32 secret bytes (`DeriveKeyPair` of RFC 9180, of the HPKE draft for
    /// X-Wing).
    pub fn from_seed(algorithm: Algorithm, seed: &[u8; 32]) -> Self {
        let bytes = match algorithm {
            Algorithm::X25519 => X25519HkdfSha256::derive_keypair(seed).1.to_bytes().to_vec(),
            Algorithm::XWing => XWing::derive_keypair(seed).1.to_bytes().to_vec(),
        };
        Self { seed: Zeroizing::new(*seed), public: SealingPublic { algorithm, bytes } }
    }

    /// A new key pair from the generator.
    pub fn generate(algorithm: Algorithm, entropy: &mut Entropy) -> Self {
        Self::from_seed(algorithm, &Zeroizing::new(entropy.bytes32()))
    }

    /// The secret bytes, to be sealed at rest and nothing else.
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        self.seed.clone()
    }

    /// The public half.
    pub const fn public(&self) -> &SealingPublic {
        &self.public
    }
}

impl core::fmt::Debug for SealingPublic {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SealingPublic({:?}, {})", self.algorithm, self.id().short())
    }
}

impl core::fmt::Debug for SealingSecret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SealingSecret(of {})", self.public.id().short())
    }
}

impl<C> Encode<C> for SealingPublic {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?.u8(self.algorithm.number())?.bytes(&self.bytes)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SealingPublic {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bad = minicbor::decode::Error::message;
        if d.array()? != Some(2) {
            return Err(bad("a sealing key is a number and bytes"));
        }
        let algorithm = Algorithm::from_number(d.u8()?).ok_or_else(|| bad("unknown algorithm"))?;
        Self::from_bytes(algorithm, d.bytes()?).map_err(|_| bad("bad sealing key"))
    }
}

const BAD_RECIPIENTS: SealingError = SealingError::BadRecipients { max: WRAPS_MAX };

fn wrap_to(
    recipient: &SealingPublic,
    matter: &MatterId,
    generation: u32,
    key: &MatterKey,
    entropy: &mut Entropy,
) -> Result<Wrap, SealingError> {
    let info = info(recipient.algorithm, matter, generation);
    let (enc, ciphertext) = match recipient.algorithm {
        Algorithm::X25519 => hpke_seal::<X25519HkdfSha256>(&recipient.bytes, &info, key, entropy),
        Algorithm::XWing => hpke_seal::<XWing>(&recipient.bytes, &info, key, entropy),
    }?;
    let algorithm = recipient.algorithm.number();
    Ok(Wrap { recipient: recipient.id(), algorithm, enc, ciphertext })
}

/// HPKE in base mode with an empty AAD: what a wrap is for stands in `info`.
fn hpke_seal<K: Kem>(
    recipient: &[u8],
    info: &[u8],
    key: &MatterKey,
    entropy: &mut Entropy,
) -> Result<(Vec<u8>, Vec<u8>), SealingError> {
    let recipient = parse::<K::PublicKey>(recipient)?;
    let (enc, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, K>(
        &OpModeS::Base,
        &recipient,
        info,
        key.expose(),
        b"",
        entropy.rng(),
    )
    .map_err(|_| SealingError::BadKey)?;
    Ok((enc.to_bytes().to_vec(), ciphertext))
}

fn hpke_open<K: Kem>(seed: &[u8; 32], info: &[u8], wrap: &Wrap) -> Result<Zeroizing<Vec<u8>>, SealingError> {
    let (secret, _) = K::derive_keypair(seed);
    let enc = K::EncappedKey::from_bytes(&wrap.enc).map_err(|_| SealingError::NotOpened)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, K>(
        &OpModeR::Base,
        &secret,
        &enc,
        info,
        &wrap.ciphertext,
        b"",
    )
    .map(Zeroizing::new)
    .map_err(|_| SealingError::NotOpened)
}

fn parse<T: Deserializable>(bytes: &[u8]) -> Result<T, SealingError> {
    T::from_bytes(bytes).map_err(|_| SealingError::BadKey)
}

fn info(algorithm: Algorithm, matter: &MatterId, generation: u32) -> Vec<u8> {
    let mut info = b"mohar/wrap/1".to_vec();
    info.push(algorithm.number());
    info.extend_from_slice(matter.as_bytes());
    info.extend_from_slice(&generation.to_be_bytes());
    info
}

fn seal_previous(
    matter: &MatterId,
    generation: u32,
    key: &MatterKey,
    earlier: &MatterKey,
    entropy: &mut Entropy,
) -> Vec<u8> {
    let random = entropy.bytes32();
    let nonce: &[u8; NONCE_BYTES] = random.first_chunk().expect("24 is less than 32");
    let ciphertext = previous_cipher(matter, generation, key)
        .encrypt(&XNonce::from(*nonce), Payload::from(&earlier.expose()[..]))
        .expect("32 bytes are within what ChaCha20 can encrypt");
    [&nonce[..], &ciphertext].concat()
}

/// The matter and the generation are in the derivation, so a sealed key fits one place only.
fn previous_cipher(matter: &MatterId, generation: u32, key: &MatterKey) -> XChaCha20Poly1305 {
    let info: [&[u8]; 2] = [b"mohar/previous/1", &generation.to_be_bytes()];
    let derived = derive_key(key.expose(), matter.as_bytes(), &info);
    XChaCha20Poly1305::new((&*derived).into())
}

fn as_matter_key(bytes: &Zeroizing<Vec<u8>>) -> Result<MatterKey, SealingError> {
    let bytes = bytes.as_slice().try_into().map_err(|_| SealingError::NotOpened)?;
    Ok(MatterKey::from_bytes(bytes))
}
