//! Sessions: what the node keeps of a browser that has signed in.
//!
//! The cookie holds 32 random bytes. The node keeps their digest, and the officer's key sealed
//! under a key derived from them: so a restart signs nobody out, and a copy of the disk signs
//! nobody in. A session ends 12 hours after it began, or 2 hours after it was last used.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use mohar_protocol::ceremony::Login;
use mohar_protocol::codec;
use mohar_protocol::hash::sha256;
use mohar_protocol::id::{ChargeId, OfficeId, OfficerId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::time::Timestamp;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::app::{App, Officer, Trouble, blocking};
use crate::clock;
use crate::keyring::Keyring;
use crate::ledger::LocalRow;
use crate::store::tables;

/// A working day with overtime.
pub const SESSION_MS: u64 = 12 * 3_600_000;

/// Longer than a lunch and a meeting.
pub const IDLE_MS: u64 = 2 * 3_600_000;

/// How exactly the last use is kept: one small write in five minutes for each officer.
const SEEN_STEP_MS: u64 = 5 * 60_000;

/// Sessions looked at when one begins, to delete those that ended.
const SWEEP_MAX: usize = 2_000;

/// Bytes of a row.
const ROW_BYTES_MAX: usize = 4_096;

/// The secret that only a browser holds. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct Cookie(Zeroizing<[u8; 32]>);

/// Names a session without opening it.
pub type SessionId = [u8; 32];

/// A session as the node keeps it.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(array)]
struct Row {
    #[n(0)]
    login: String,
    #[n(1)]
    office: OfficeId,
    #[n(2)]
    officer: OfficerId,
    #[n(3)]
    charge: Option<ChargeId>,
    #[n(4)]
    began: Timestamp,
    #[n(5)]
    seen: Timestamp,
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    key: Vec<u8>,
}

/// A session in use.
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Sign-in name.
    pub login: String,
    /// The office.
    pub office: OfficeId,
    /// The person.
    pub officer: OfficerId,
    /// When it ends at the latest.
    pub ends: Timestamp,
    /// Whether the officer has another charge to change to.
    pub several: bool,
    /// The officer on a post; `None` until one was chosen.
    pub at_work: Option<Arc<Officer>>,
}

impl Cookie {
    /// A new one.
    pub fn new() -> Self {
        Self(Zeroizing::new(clock::entropy().bytes32()))
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// As 64 hexadecimal digits: for the cookie and nothing else.
    pub fn to_text(&self) -> String {
        data_encoding::HEXLOWER.encode(&*self.0)
    }

    /// The id of the session. Says nothing about the secret.
    pub fn id(&self) -> SessionId {
        sha256(&[b"mohar/session-id/1\0", &*self.0])
    }

    /// What a form of this browser must carry.
    pub fn form_token(&self) -> String {
        data_encoding::HEXLOWER.encode(&sha256(&[b"mohar/form-token/1\0", &*self.0]))
    }

    /// Whether a form carries it; takes the same time for every wrong one.
    pub fn is_form_token(&self, token: &str) -> bool {
        self.form_token().as_bytes().ct_eq(token.as_bytes()).into()
    }
}

impl Default for Cookie {
    fn default() -> Self {
        Self::new()
    }
}

impl App {
    pub(super) async fn begin_session(
        self: &Arc<Self>,
        login: &Login,
        key: &SecretKey,
        now: Timestamp,
    ) -> Result<Cookie, Trouble> {
        let charges = self.charges_of(&login.office, &login.officer);
        let cookie = Cookie::new();
        let row = Row {
            login: login.name.clone(),
            office: login.office,
            officer: login.officer,
            charge: if let [only] = charges[..] { Some(only) } else { None },
            began: now,
            seen: now,
            key: Keyring::seal_session(&cookie.0, key),
        };
        let begun = (tables::SESSIONS, cookie.id().to_vec(), Some(codec::encode(&row)));
        let with_ended = move |records: &Records<'_>| {
            let ended = sessions(records, |_, row| row.is_over(now))?;
            Ok(ended.into_iter().chain([begun]).collect())
        };
        self.ledger.change(with_ended).await?;
        Ok(cookie)
    }

    /// The session of a cookie. Notes now and then that it is in use.
    ///
    /// # Errors
    /// [`Refusal::SessionEnded`].
    pub async fn session(self: &Arc<Self>, cookie: &Cookie) -> Result<Session, Trouble> {
        let (app, id) = (Arc::clone(self), cookie.id());
        let row = blocking(move || app.session_row(&id)).await?;
        let now = clock::now();
        if row.is_over(now) {
            return Err(Refusal::SessionEnded.into());
        }
        let key = Keyring::open_session(&cookie.0, &row.key)?;
        let registry = self.ledger.registry();
        let present = registry.office(&row.office).ok().and_then(|office| office.officer_key(&row.officer));
        if present != Some(&key.public()) {
            // The officer has a new key since: whoever sits here has the old password.
            return Err(Refusal::SessionEnded.into());
        }
        if now.ms_since(row.seen) > SEEN_STEP_MS {
            let app = Arc::clone(self);
            // Nobody waits for it; when it fails, the next page tries again.
            tokio::spawn(async move { app.change_session(id, move |row| Row { seen: now, ..row }).await });
        }
        Ok(self.at_work(id, row, key))
    }

    fn at_work(&self, id: SessionId, row: Row, key: SecretKey) -> Session {
        let registry = self.ledger.registry();
        let charges = self.charges_of(&row.office, &row.officer);
        let chosen = row.charge.filter(|charge| charges.contains(charge));
        let charge = registry.office(&row.office).ok().and_then(|register| register.charge(&chosen?));
        let at_work = charge.map(|charge| {
            Arc::new(Officer {
                login: row.login.clone(),
                office: row.office,
                officer: row.officer,
                charge: charge.id,
                post: charge.post,
                key,
            })
        });
        Session {
            id,
            login: row.login,
            office: row.office,
            officer: row.officer,
            ends: row.began.plus_ms(SESSION_MS),
            several: charges.len() > 1,
            at_work,
        }
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`Refusal::Busy`]: it goes on.
    pub async fn sign_out(&self, id: SessionId) -> Result<(), Trouble> {
        Ok(self.ledger.write(vec![(tables::SESSIONS, id.to_vec(), None)]).await?)
    }

    /// Chooses the charge under which a session acts.
    ///
    /// # Errors
    /// [`Refusal::ChargeUnknown`] when it is not, or no longer, the officer's.
    pub async fn choose_charge(self: &Arc<Self>, session: &Session, charge: ChargeId) -> Result<(), Trouble> {
        if !self.charges_of(&session.office, &session.officer).contains(&charge) {
            return Err(Refusal::ChargeUnknown.into());
        }
        Ok(self.change_session(session.id, move |row| Row { charge: Some(charge), ..row }).await?)
    }

    /// Ends all sessions of an officer but one.
    pub(super) async fn end_other_sessions(self: &Arc<Self>, session: &Session) -> Result<(), Trouble> {
        let (keep, officer) = (session.id, session.officer);
        let others =
            move |records: &Records<'_>| sessions(records, |id, row| *id != keep && row.officer == officer);
        Ok(self.ledger.change(others).await?)
    }

    /// Changes a session if it still is one: what ended meanwhile does not come back.
    async fn change_session(
        &self,
        id: SessionId,
        change: impl FnOnce(Row) -> Row + Send + 'static,
    ) -> Result<(), Refusal> {
        let changed = move |records: &Records<'_>| {
            let row = records.get(tables::SESSIONS, &id)?.and_then(|bytes| Row::read(&bytes).ok());
            let changed = row.map(|row| codec::encode(&change(row)));
            Ok(changed.map(|row| (tables::SESSIONS, id.to_vec(), Some(row))).into_iter().collect())
        };
        self.ledger.change(changed).await
    }

    fn session_row(&self, id: &SessionId) -> Result<Row, Trouble> {
        let snapshot = self.snapshot();
        let bytes = Records::new(&snapshot).get(tables::SESSIONS, id)?.ok_or(Refusal::SessionEnded)?;
        Ok(Row::read(&bytes)?)
    }
}

/// Deletions of the sessions that match.
fn sessions(
    records: &Records<'_>,
    matches: impl Fn(&SessionId, &Row) -> bool,
) -> Result<Vec<LocalRow>, StoreFault> {
    let all = records.scan_prefix(tables::SESSIONS, &[], SWEEP_MAX)?;
    let gone = all.into_iter().filter(|(id, bytes)| {
        let id = SessionId::try_from(id.as_slice()).ok();
        id.zip(Row::read(bytes).ok()).is_some_and(|(id, row)| matches(&id, &row))
    });
    Ok(gone.map(|(id, _)| (tables::SESSIONS, id, None)).collect())
}

impl Row {
    fn read(bytes: &[u8]) -> Result<Self, StoreFault> {
        codec::decode(bytes, ROW_BYTES_MAX).map_err(|e| StoreFault::because("read a session", e))
    }

    const fn is_over(&self, now: Timestamp) -> bool {
        now.ms_since(self.began) > SESSION_MS || now.ms_since(self.seen) > IDLE_MS + SEEN_STEP_MS
    }
}
