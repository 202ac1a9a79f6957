//! Sign in, sign out: a password of this office, nothing from outside.
//!
//! A wrong password, an unknown name and an officer without a charge cost the same time, and the
//! first two get the same answer. After five failures each further one doubles the wait, for the
//! name and for the node as a whole. The password is never kept, logged or shown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mohar_protocol::ceremony::Login;
use mohar_protocol::codec;
use mohar_protocol::id::{OfficeId, OfficerId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::matter_text::line;
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::password::wrap_with_password;
use mohar_protocol::time::Timestamp;

use crate::app::session::Cookie;
use crate::app::{App, Trouble, blocking};
use crate::clock;
use crate::store::tables;

/// Characters of a sign-in name.
const LOGIN_CHARS_MAX: usize = 64;

/// Failures of one name before anybody waits: mistyped passwords of a Monday morning.
const FREE_FAILURES: u32 = 5;

/// Failures of all names before the whole node slows down: twenty officers, each mistyping.
const FREE_FAILURES_TOTAL: u32 = 50;

/// The first wait; it doubles with each further failure.
const FIRST_WAIT_MS: u64 = 1_000;

/// The longest wait of one name: someone who attacks it cannot lock its owner out for the day.
const LONGEST_WAIT_MS: u64 = 15 * 60_000;

/// The longest wait of the whole node: everybody else must get to work.
const LONGEST_WAIT_TOTAL_MS: u64 = 5_000;

/// After this time without a failure the count starts anew.
const FORGET_MS: u64 = 60 * 60_000;

/// Names of which failures are counted: far more than a node has officers.
const NAMES_MAX: usize = 10_000;

/// Failures counted in memory; a restart forgets them, and takes longer than the first waits.
pub struct Attempts {
    counted: Mutex<Counted>,
    /// What a password of an unknown name is tried on, so that it takes as long.
    decoy: Login,
}

#[derive(Default)]
struct Counted {
    names: HashMap<String, Failures>,
    total: Failures,
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl App {
    /// Checks a password and begins a session. Gives the secret for the cookie.
    ///
    /// # Errors
    /// [`Refusal::SignInFailed`], [`Refusal::SignInTooMany`], [`Refusal::SignInNoCharge`].
    pub async fn sign_in(self: &Arc<Self>, name: &str, password: &str) -> Result<Cookie, Trouble> {
        let name = line(name, LOGIN_CHARS_MAX).map_err(|_| Refusal::SignInFailed)?;
        let now = clock::now();
        self.attempts.admit(&name, now)?;
        let login = self.login(&name).await?;
        let unlocked = self.keyring.unlock(login.as_ref().unwrap_or(&self.attempts.decoy), password).await;
        let (login, key) = match (login, unlocked) {
            (Some(login), Ok(key)) if self.is_current(&login, &key) => (login, key),
            (_, Err(Refusal::Busy)) => return Err(Refusal::Busy.into()),
            _ => return Err(Refusal::SignInFailed.into()),
        };
        self.attempts.succeeded(&name);
        if self.charges_of(&login.office, &login.officer).is_empty() {
            return Err(Refusal::SignInNoCharge.into());
        }
        self.begin_session(&login, &key, now).await
    }

    /// The row of a sign-in name.
    pub(super) async fn login(self: &Arc<Self>, name: &str) -> Result<Option<Login>, Trouble> {
        let (app, key) = (Arc::clone(self), name.as_bytes().to_vec());
        blocking(move || {
            let snapshot = app.snapshot();
            let Some(bytes) = Records::new(&snapshot).get(tables::LOGINS, &key)? else { return Ok(None) };
            let login = codec::decode(&bytes, 4_096);
            Ok(Some(login.map_err(|e| StoreFault::because("read a sign-in", e))?))
        })
        .await
    }

    /// Whether a key is the one that the register names now.
    fn is_current(&self, login: &Login, key: &SecretKey) -> bool {
        let registry = self.ledger.registry();
        let register = registry.office(&login.office);
        register.is_ok_and(|register| register.officer_key(&login.officer) == Some(&key.public()))
    }
}

impl Attempts {
    /// Counts an attempt as failed until [`Attempts::succeeded`] takes it back: attempts that run
    /// at the same time are counted too.
    pub(super) fn admit(&self, name: &str, now: Timestamp) -> Result<(), Refusal> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = counted.names.get(name).copied().unwrap_or_default();
        let waits = known.must_wait(now, FREE_FAILURES, LONGEST_WAIT_MS)
            || counted.total.must_wait(now, FREE_FAILURES_TOTAL, LONGEST_WAIT_TOTAL_MS);
        if waits {
            return Err(Refusal::SignInTooMany);
        }
        if counted.names.len() >= NAMES_MAX {
            counted.names.retain(|_, failures| now.ms_since(failures.last) < LONGEST_WAIT_MS);
        }
        if counted.names.len() < NAMES_MAX || known.count > 0 {
            counted.names.insert(name.to_owned(), known.one_more(now));
        }
        counted.total = counted.total.one_more(now);
        Ok(())
    }

    pub(super) fn succeeded(&self, name: &str) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.names.remove(name);
        counted.total.count = counted.total.count.saturating_sub(1);
    }
}

impl Failures {
    fn must_wait(self, now: Timestamp, free: u32, longest_ms: u64) -> bool {
        let Some(beyond) = self.count.checked_sub(free) else { return false };
        let wait = FIRST_WAIT_MS.saturating_mul(1 << beyond.min(30)).min(longest_ms);
        now.ms_since(self.last) < wait
    }

    fn one_more(self, now: Timestamp) -> Self {
        let count = if now.ms_since(self.last) > FORGET_MS { 0 } else { self.count };
        Self { count: count.saturating_add(1), last: now }
    }
}

impl Default for Attempts {
    fn default() -> Self {
        let mut entropy = clock::entropy();
        let (secret, password) = (entropy.bytes32(), data_encoding::HEXLOWER.encode(&entropy.bytes32()));
        let wrapped = wrap_with_password(&secret, &password, &mut entropy)
            .expect("64 hexadecimal digits are an admissible password");
        let decoy =
            Login { name: String::new(), office: OfficeId([0; 32]), officer: OfficerId([0; 32]), wrapped };
        Self { counted: Mutex::default(), decoy }
    }
}

#[cfg(test)]
mod tests {
    use mohar_protocol::refusal::Refusal;
    use mohar_protocol::time::Timestamp;

    use super::{Attempts, FREE_FAILURES, LONGEST_WAIT_MS};

    #[test]
    fn after_five_failures_the_wait_doubles_and_success_ends_it() {
        let attempts = Attempts::default();
        let mut now = Timestamp(1_000_000_000);
        for _ in 0..FREE_FAILURES {
            assert_eq!(attempts.admit("asha", now), Ok(()));
        }
        for wait in [1_000, 2_000, 4_000] {
            assert_eq!(attempts.admit("asha", now.plus_ms(wait - 1)), Err(Refusal::SignInTooMany));
            now = now.plus_ms(wait);
            assert_eq!(attempts.admit("asha", now), Ok(()));
        }
        assert_eq!(attempts.admit("ravi", now), Ok(()), "others are not kept waiting");
        attempts.succeeded("asha");
        assert_eq!(attempts.admit("asha", now), Ok(()));
    }

    #[test]
    fn nobody_is_locked_out_for_longer_than_the_bound() {
        let attempts = Attempts::default();
        let mut now = Timestamp(1_000_000_000);
        for _ in 0..40 {
            let _ = attempts.admit("asha", now);
            now = now.plus_ms(LONGEST_WAIT_MS);
        }
        assert_eq!(attempts.admit("asha", now), Ok(()));
    }
}
