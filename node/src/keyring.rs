//! Keys of the machine and of its officers: where they come from, and for how long they are open.
//!
//! The machine's key opens `keys/secrets.sealed`; an officer's key lies under the officer's
//! password, and during a session under a secret that only the officer's browser holds, so that
//! neither a copy of the disk nor a restart gives it to anyone else.
//!
//! Never writes an opened key, never logs one, and never says how nearly right a password was.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mohar_protocol::ceremony::{HOSTED_KEYS_BYTES_MAX, HostedKeys, Login, NodeSecrets};
use mohar_protocol::id::OfficeId;
use mohar_protocol::keys::{PublicKey, SecretKey};
use mohar_protocol::machine::HostSecrets;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::at_rest::{self, StorageKey};
use mohar_protocol::sealing::password::{unwrap_with_password, wrap_with_password};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::clock;

/// Passwords tried at the same time: 2 x 19 MiB of Argon2 memory, and one core stays free.
const PASSWORDS_AT_ONCE: usize = 2;

/// Passwords waiting to be tried; a twentieth officer at ten o'clock waits two seconds.
const PASSWORDS_WAITING_MAX: usize = 20;

/// Bytes of `secrets.sealed`: 32 offices of 120 bytes, rounded up.
const SECRETS_BYTES_MAX: u64 = 64 * 1024;

/// Context under which an officer's key is sealed for a session.
const SESSION_CONTEXT: &str = "mohar/session-key/1";

/// The secrets of this node.
pub struct Keyring {
    secrets: NodeSecrets,
    hosted: Vec<(OfficeId, HostedKeys)>,
    storage: StorageKey,
    passwords: Semaphore,
    waiting: Semaphore,
}

/// Why the node's own keys could not be opened. Says which disk file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// A disk file cannot be read.
    #[error("{path}: cannot be read; run `mohar join` for this data folder, or restore its keys")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        cause: io::Error,
    },
    /// Others than the node's user may read a key.
    #[error("{path}: others may read this key; run `chmod 600` on it and start again")]
    TooOpen {
        /// Which.
        path: PathBuf,
    },
    /// Not 32 bytes, or far too long.
    #[error("{path}: has not the length of a key file; restore it from the backup")]
    BadLength {
        /// Which.
        path: PathBuf,
    },
    /// The machine's key does not open the secrets.
    #[error("{path}: does not open with the machine key at {machine}; the two belong to different nodes")]
    NotOpened {
        /// The sealed secrets.
        path: PathBuf,
        /// The key that was tried.
        machine: PathBuf,
    },
    /// The keys of an office that is hosted beside the first one were sealed by another node.
    #[error("{path}: does not open; the node of this data folder did not make these keys")]
    NotOurs {
        /// Which.
        path: PathBuf,
    },
}

impl Keyring {
    /// Opens the keys of a data folder. The machine's key is taken from the systemd credentials
    /// (`$CREDENTIALS_DIRECTORY/machine.key`) when there, else from `keys/machine.key`. `beside`
    /// are the offices that it hosts beside the first one, with the paths of their keys.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub fn open(data: &Path, beside: &[(OfficeId, PathBuf)]) -> Result<Self, KeyringError> {
        let machine_path = machine_key_path(data);
        let machine = StorageKey::from_bytes(*read_machine_key(&machine_path)?);
        let path = data.join("keys").join("secrets.sealed");
        let sealed = read_bounded(&path, SECRETS_BYTES_MAX)?;
        let secrets = NodeSecrets::open(&machine, &sealed)
            .map_err(|_| KeyringError::NotOpened { path, machine: machine_path })?;
        let storage = StorageKey::from_bytes(secrets.storage);
        let open = |(office, path): &(OfficeId, PathBuf)| {
            let sealed = read_bounded(path, HOSTED_KEYS_BYTES_MAX as u64)?;
            let keys = HostedKeys::open(&storage, &sealed);
            keys.map(|keys| (*office, keys)).map_err(|_| KeyringError::NotOurs { path: path.clone() })
        };
        Ok(Self {
            hosted: beside.iter().map(open).collect::<Result<_, _>>()?,
            secrets,
            storage,
            passwords: Semaphore::new(PASSWORDS_AT_ONCE),
            waiting: Semaphore::new(PASSWORDS_WAITING_MAX),
        })
    }

    /// Secrets of the hosted offices, for the machine; the node's first office first.
    pub fn hosts(&self) -> Vec<HostSecrets> {
        let beside = self.hosted.iter().map(|(office, keys)| keys.host(*office));
        self.secrets.hosts().into_iter().chain(beside).collect()
    }

    /// The node's identity on the network.
    pub fn transport(&self) -> PublicKey {
        SecretKey::from_seed(&self.secrets.transport).public()
    }

    /// Opens what this node keeps at rest.
    pub const fn storage(&self) -> &StorageKey {
        &self.storage
    }

    /// Opens the search indexes of this node. Whoever has it opens nothing else.
    pub fn search_key(&self) -> StorageKey {
        let key = SecretKey::from_seed(&self.secrets.storage).derive("mohar/search/1");
        StorageKey::from_bytes(*key.to_seed())
    }

    /// Seed of the node's identity on the network.
    pub fn transport_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.secrets.transport)
    }

    /// An officer's key, opened with the officer's password.
    ///
    /// # Errors
    /// [`Refusal::SignInFailed`] for a wrong password; [`Refusal::Busy`] when too many try.
    pub async fn unlock(self: &Arc<Self>, login: &Login, password: &str) -> Result<SecretKey, Refusal> {
        let (wrapped, password) = (login.wrapped.clone(), Zeroizing::new(password.to_owned()));
        self.slowly(move || {
            let seed = unwrap_with_password(&wrapped, &password).map_err(|_| Refusal::SignInFailed)?;
            Ok(SecretKey::from_seed(&seed))
        })
        .await
    }

    /// Puts an officer's key under a password.
    ///
    /// # Errors
    /// [`Refusal::PasswordRule`]; [`Refusal::Busy`] when too many try.
    pub async fn wrap(self: &Arc<Self>, key: &SecretKey, password: &str) -> Result<Vec<u8>, Refusal> {
        let (seed, password) = (key.to_seed(), Zeroizing::new(password.to_owned()));
        self.slowly(move || {
            wrap_with_password(&seed, &password, &mut clock::entropy()).map_err(|_| Refusal::PasswordRule)
        })
        .await
    }

    /// Seals an officer's key under the secret of a session's cookie.
    pub fn seal_session(cookie: &[u8; 32], key: &SecretKey) -> Vec<u8> {
        at_rest::seal(&session_key(cookie), SESSION_CONTEXT, key.to_seed().as_slice(), &mut clock::entropy())
    }

    /// Opens the officer's key of a session.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`] when the cookie is not the one of this session.
    pub fn open_session(cookie: &[u8; 32], sealed: &[u8]) -> Result<SecretKey, Refusal> {
        let seed = at_rest::open(&session_key(cookie), SESSION_CONTEXT, sealed);
        let seed = seed.map_err(|_| Refusal::SessionEnded)?;
        let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| Refusal::SessionEnded)?;
        Ok(SecretKey::from_seed(seed))
    }

    /// Runs the work of one password on a thread of its own, a bounded number at a time.
    async fn slowly<T, W>(self: &Arc<Self>, work: W) -> Result<T, Refusal>
    where
        T: Send + 'static,
        W: FnOnce() -> Result<T, Refusal> + Send + 'static,
    {
        let _place = self.waiting.try_acquire().map_err(|_| Refusal::Busy)?;
        let _turn = self.passwords.acquire().await.map_err(|_| Refusal::Busy)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Refusal::Busy)?
    }
}

/// The cookie's secret itself never seals anything.
fn session_key(cookie: &[u8; 32]) -> StorageKey {
    StorageKey::from_bytes(*SecretKey::from_seed(cookie).derive("mohar/session/1").to_seed())
}

fn machine_key_path(data: &Path) -> PathBuf {
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|folder| Path::new(&folder).join("machine.key"))
        .filter(|path| path.exists());
    credential.unwrap_or_else(|| data.join("keys").join("machine.key"))
}

fn read_machine_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
    let bytes = Zeroizing::new(read_bounded(path, 32)?);
    let key = <[u8; 32]>::try_from(bytes.as_slice());
    key.map(Zeroizing::new).map_err(|_| KeyringError::BadLength { path: path.to_owned() })
}

fn read_bounded(path: &Path, bytes_max: u64) -> Result<Vec<u8>, KeyringError> {
    let unreadable = |cause| KeyringError::Unreadable { path: path.to_owned(), cause };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.len() > bytes_max {
        return Err(KeyringError::BadLength { path: path.to_owned() });
    }
    // The service manager guards its credentials folder itself; its access list shows as a group bit.
    let is_credential =
        std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|folder| path.starts_with(folder));
    if metadata.mode() & 0o077 != 0 && !is_credential {
        return Err(KeyringError::TooOpen { path: path.to_owned() });
    }
    fs::read(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use mohar_protocol::keys::SecretKey;
    use mohar_protocol::refusal::Refusal;

    use super::Keyring;

    #[test]
    fn a_session_opens_with_its_own_cookie_only() {
        let key = SecretKey::from_seed(&[1; 32]);
        let mut sealed = Keyring::seal_session(&[2; 32], &key);
        let opened = Keyring::open_session(&[2; 32], &sealed).unwrap();
        assert_eq!(opened.public(), key.public());
        assert_eq!(Keyring::open_session(&[3; 32], &sealed).unwrap_err(), Refusal::SessionEnded);
        sealed[30] ^= 1;
        assert_eq!(Keyring::open_session(&[2; 32], &sealed).unwrap_err(), Refusal::SessionEnded);
    }
}
