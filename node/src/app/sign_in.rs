//! Sign in, sign out: a password of this office, nothing from outside.
//!
//! A wrong password, an unknown name and an officer without a charge cost the same time, and the
//! first two get the same answer. After five failures each further one doubles the wait for the name,
//! and after fifty for the computer they come from, never for anybody else. The password is never
//! kept, logged or shown.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
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

/// Failures from one address before it slows down: a proxy, and behind it twenty officers, each mistyping.
const FREE_FAILURES_FROM: u32 = 50;

/// The first wait; it doubles with each further failure.
const FIRST_WAIT_MS: u64 = 1_000;

/// The longest wait of one name: someone who attacks it cannot lock its owner out for the day.
const LONGEST_WAIT_MS: u64 = 15 * 60_000;

/// The longest wait of an address: everybody else behind it must get to work.
const LONGEST_WAIT_FROM_MS: u64 = 5_000;

/// After this time without a failure the count starts anew.
const FORGET_MS: u64 = 60 * 60_000;

/// Names, and addresses, of which failures are counted: far more than a node has officers.
const COUNTED_MAX: usize = 10_000;

/// Failures counted in memory; a restart forgets them, and takes longer than the first waits.
pub struct Attempts {
    counted: Mutex<Counted>,
    /// What a password of an unknown name is tried on, so that it takes as long.
    decoy: Login,
}

#[derive(Default)]
struct Counted {
    names: HashMap<String, Failures>,
    addresses: HashMap<IpAddr, Failures>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl App {
    /// Checks a password that came from an address and begins a session. Gives the secret for the cookie.
    ///
    /// # Errors
    /// [`Refusal::SignInFailed`], [`Refusal::SignInTooMany`], [`Refusal::SignInNoCharge`].
    pub async fn sign_in(
        self: &Arc<Self>,
        name: &str,
        password: &str,
        from: IpAddr,
    ) -> Result<Cookie, Trouble> {
        let name = line(name, LOGIN_CHARS_MAX).map_err(|_| Refusal::SignInFailed)?;
        let now = clock::now();
        self.attempts.admit(&name, from, now)?;
        let login = self.login(&name).await?;
        let unlocked = self.keyring.unlock(login.as_ref().unwrap_or(&self.attempts.decoy), password).await;
        let (login, key) = match (login, unlocked) {
            (Some(login), Ok(key)) if self.is_current(&login, &key) => (login, key),
            (_, Err(Refusal::Busy)) => return Err(Refusal::Busy.into()),
            _ => return Err(Refusal::SignInFailed.into()),
        };
        self.attempts.succeeded(&name, from);
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
    pub(super) fn admit(&self, name: &str, from: IpAddr, now: Timestamp) -> Result<(), Refusal> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let Counted { names, addresses } = &mut *counted;
        let (name, from) = (name.to_owned(), network(from));
        let of_name = names.get(&name).copied().unwrap_or_default();
        let of_address = addresses.get(&from).copied().unwrap_or_default();
        if of_name.must_wait(now, FREE_FAILURES, LONGEST_WAIT_MS)
            || of_address.must_wait(now, FREE_FAILURES_FROM, LONGEST_WAIT_FROM_MS)
        {
            return Err(Refusal::SignInTooMany);
        }
        count(names, name, now);
        count(addresses, from, now);
        Ok(())
    }

    pub(super) fn succeeded(&self, name: &str, from: IpAddr) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.names.remove(name);
        if let Some(failures) = counted.addresses.get_mut(&network(from)) {
            failures.count = failures.count.saturating_sub(1);
        }
    }
}

fn count<K: Eq + Hash>(all: &mut HashMap<K, Failures>, key: K, now: Timestamp) {
    if all.len() >= COUNTED_MAX {
        all.retain(|_, failures| now.ms_since(failures.last) < LONGEST_WAIT_MS);
    }
    let known = all.get(&key).copied().unwrap_or_default();
    if all.len() < COUNTED_MAX || known.count > 0 {
        all.insert(key, known.one_more(now));
    }
}

/// What one computer cannot change at will: its IPv4 address, or the first half of an IPv6 address.
fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(from) => Ipv6Addr::from_bits(from.to_bits() >> 64 << 64).into(),
        from => from,
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
    use std::net::{IpAddr, Ipv4Addr};

    use mohar_protocol::refusal::Refusal;
    use mohar_protocol::time::Timestamp;

    use super::{Attempts, FREE_FAILURES, FREE_FAILURES_FROM, LONGEST_WAIT_MS, network};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 8));

    #[test]
    fn after_five_failures_the_wait_doubles_and_success_ends_it() {
        let attempts = Attempts::default();
        let mut now = Timestamp(1_000_000_000);
        for _ in 0..FREE_FAILURES {
            assert_eq!(attempts.admit("asha", HERE, now), Ok(()));
        }
        for wait in [1_000, 2_000, 4_000] {
            assert_eq!(attempts.admit("asha", HERE, now.plus_ms(wait - 1)), Err(Refusal::SignInTooMany));
            now = now.plus_ms(wait);
            assert_eq!(attempts.admit("asha", HERE, now), Ok(()));
        }
        assert_eq!(attempts.admit("ravi", HERE, now), Ok(()), "others are not kept waiting");
        attempts.succeeded("asha", HERE);
        assert_eq!(attempts.admit("asha", HERE, now), Ok(()));
    }

    #[test]
    fn nobody_is_locked_out_for_longer_than_the_bound() {
        let attempts = Attempts::default();
        let mut now = Timestamp(1_000_000_000);
        for _ in 0..40 {
            let _ = attempts.admit("asha", HERE, now);
            now = now.plus_ms(LONGEST_WAIT_MS);
        }
        assert_eq!(attempts.admit("asha", HERE, now), Ok(()));
    }

    #[test]
    fn a_computer_that_tries_every_name_slows_down_itself_and_nobody_else() {
        let attempts = Attempts::default();
        let now = Timestamp(1_000_000_000);
        for at in 0..FREE_FAILURES_FROM {
            assert_eq!(attempts.admit(&format!("guess{at}"), HERE, now), Ok(()));
        }
        assert_eq!(attempts.admit("one-more", HERE, now), Err(Refusal::SignInTooMany));
        assert_eq!(attempts.admit("ravi", THERE, now), Ok(()));
    }

    #[test]
    fn an_address_of_the_same_line_is_no_other_computer() {
        let [one, two, other] =
            ["2001:db8::1", "2001:db8::ffff:2", "2001:db8:1::1"].map(|a| a.parse().unwrap());
        assert_eq!(network(one), network(two));
        assert_ne!(network(one), network(other));
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), HERE);
    }
}
