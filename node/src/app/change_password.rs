//! Change the password: the same key under a new one. The register does not change, so no
//! administrator is needed and nothing is published.

use std::net::IpAddr;
use std::sync::Arc;

use mohar_protocol::ceremony::Login;
use mohar_protocol::codec;
use mohar_protocol::refusal::Refusal;

use crate::app::session::Session;
use crate::app::{App, Trouble};
use crate::clock;
use crate::store::tables;

impl App {
    /// Puts the officer's key under a new password, asked for from an address, and ends the officer's other sessions.
    ///
    /// # Errors
    /// [`Refusal::SignInFailed`] when the old password is wrong, [`Refusal::SignInTooMany`] after
    /// many tries, [`Refusal::PasswordRule`].
    pub async fn change_password(
        self: &Arc<Self>,
        session: &Session,
        old: &str,
        new: &str,
        from: IpAddr,
    ) -> Result<(), Trouble> {
        self.attempts.admit(&session.login, from, clock::now())?;
        let login = self.login(&session.login).await?.ok_or(Refusal::SignInFailed)?;
        let key = self.keyring.unlock(&login, old).await?;
        self.attempts.succeeded(&session.login, from);
        let wrapped = self.keyring.wrap(&key, new).await?;
        let row = codec::encode(&Login { wrapped, ..login });
        self.ledger.write(vec![(tables::LOGINS, session.login.as_bytes().to_vec(), Some(row))]).await?;
        self.end_other_sessions(session).await
    }
}
