//! A secret key under a password, as a short text that can be kept on a stick or on paper:
//!
//! ```text
//! mohar/key/1
//! what: root key 1 of 3
//! public: <64 hexadecimal digits>
//! sealed: <base64>
//! sealing: <base64, only in a recovery kit>
//! ```
//!
//! It never holds a secret in the clear.

use std::path::Path;

use anyhow::{Context as _, ensure};
use data_encoding::{BASE64, HEXLOWER};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use mohar_protocol::codec;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::sealing::SealingSecret;
use mohar_protocol::sealing::password::{self, PasswordError};
use zeroize::Zeroizing;

use crate::disk;
use crate::error::{Failure, Hint as _};
use crate::password::Passwords;

const FIRST_LINE: &str = "mohar/key/1";

/// Bytes of a key file: two envelopes in base64, a key in hexadecimal and a name.
const BYTES_MAX: usize = 2048;

/// A wrapped key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    /// For people: which key it is. Not protected by anything.
    pub what: String,
    /// The public half.
    pub public: PublicKey,
    sealed: Vec<u8>,
    sealing: Option<Vec<u8>>,
}

/// A key file without the words.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Parts {
    #[n(0)]
    public: PublicKey,
    #[n(1)]
    sealed: ByteVec,
    #[n(2)]
    sealing: Option<ByteVec>,
}

impl KeyFile {
    /// Wraps a signing key, and in a recovery kit the sealing key beside it. Takes about 0.2 s
    /// for each, by design.
    ///
    /// # Errors
    /// A password that may not be set.
    pub fn wrap(
        what: &str,
        key: &SecretKey,
        sealing: Option<&SealingSecret>,
        password: &str,
        entropy: &mut Entropy,
    ) -> anyhow::Result<Self> {
        let mut wrap = |seed: Zeroizing<[u8; 32]>| password::wrap_with_password(&seed, password, entropy);
        Ok(Self {
            what: what.to_owned(),
            public: key.public(),
            sealed: wrap(key.to_seed())?,
            sealing: sealing.map(|sealing| wrap(sealing.to_seed())).transpose()?,
        })
    }

    /// Opens the signing key.
    ///
    /// # Errors
    /// A wrong password, or a key that is not the named one.
    pub fn open(&self, passwords: &mut Passwords) -> Result<SecretKey, Failure> {
        let password = passwords.ask(&self.what)?;
        let seed = password::unwrap_with_password(&self.sealed, &password)
            .with_context(|| format!("cannot open {}", self.what))
            .hint("Type the password that was chosen when this key was made.")?;
        let key = SecretKey::from_seed(&seed);
        if key.public() == self.public {
            Ok(key)
        } else {
            Err(Failure::bad("the key file names another key"))
        }
    }

    /// Opens a recovery kit: the signing key, and the key that opens contents.
    ///
    /// # Errors
    /// A wrong password, or a key file that is no recovery kit.
    pub fn open_kit(&self, passwords: &mut Passwords) -> Result<(SecretKey, SealingSecret), Failure> {
        let sealed = self.sealing.as_ref().ok_or_else(|| {
            Failure::usage(format!("{} is no recovery kit", self.what))
                .hint("Take the kit that `mohar office create` printed.")
        })?;
        let password = passwords.ask(&self.what)?;
        let open = |sealed: &[u8]| {
            password::unwrap_with_password(sealed, &password)
                .with_context(|| format!("cannot open {}", self.what))
                .hint("Type the password that was chosen when this kit was made.")
        };
        let (own, seed) = (open(&self.sealed)?, open(sealed)?);
        let key = SecretKey::from_seed(&own);
        Ok((key, SealingSecret::from_seed(mohar_protocol::ceremony::SEALING, &seed)))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// Names the path, and what is wrong with it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = String::from_utf8(disk::read(path, BYTES_MAX)?).ok();
        text.as_deref()
            .context("not text")
            .and_then(Self::parse)
            .with_context(|| format!("{} is not a key file", path.display()))
    }

    /// What the paper form holds: public key and envelopes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (sealed, sealing) = (self.sealed.clone().into(), self.sealing.clone().map(ByteVec::from));
        codec::encode(&Parts { public: self.public, sealed, sealing })
    }

    /// A key file from what the paper form holds.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_bytes(what: &str, bytes: &[u8]) -> anyhow::Result<Self> {
        let parts: Parts = codec::decode(bytes, BYTES_MAX).context("not a key")?;
        let file = Self {
            what: what.to_owned(),
            public: parts.public,
            sealed: parts.sealed.into(),
            sealing: parts.sealing.map(Vec::from),
        };
        Self::parse(&file.to_text())
    }

    /// The text form.
    pub fn to_text(&self) -> String {
        let public = HEXLOWER.encode(&self.public.to_bytes());
        let sealed = BASE64.encode(&self.sealed);
        let mut text = format!("{FIRST_LINE}\nwhat: {}\npublic: {public}\nsealed: {sealed}\n", self.what);
        if let Some(sealing) = &self.sealing {
            text.push_str(&format!("sealing: {}\n", BASE64.encode(sealing)));
        }
        text
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines();
        ensure!(lines.next() == Some(FIRST_LINE), "the first line is not {FIRST_LINE}");
        let mut field = |name: &str| lines.next().and_then(|line| line.strip_prefix(name));
        let what = field("what: ").context("there is no `what:`")?.to_owned();
        let public = field("public: ").context("there is no `public:`")?;
        let sealed = field("sealed: ").context("there is no `sealed:`")?;
        let sealing = field("sealing: ");
        let file = Self {
            what,
            public: PublicKey::from_bytes(&HEXLOWER.decode(public.as_bytes())?)?,
            sealed: BASE64.decode(sealed.as_bytes())?,
            sealing: sealing.map(|text| BASE64.decode(text.as_bytes())).transpose()?,
        };
        ensure!(file.sealed.len() <= password::ENVELOPE_BYTES_MAX, PasswordError::Malformed);
        // One spelling only: a paper copy is compared letter by letter.
        ensure!(file.to_text() == text, "there is something else in it");
        Ok(file)
    }
}
