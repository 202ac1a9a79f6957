//! `admin.login`: the first administrator's sign-in row and names, kept on the office's machine
//! from `mohar office create` until `mohar join`. The key in it is under a password.

use minicbor::{Decode, Encode};
use mohar_protocol::ceremony::{CeremonyFile, Login};
use mohar_protocol::directory::Snapshot;

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct AdminLogin {
    /// The sign-in row.
    #[n(0)]
    pub login: Login,
    /// Names of the first post and officer, and where the node is reached.
    #[n(1)]
    pub names: Snapshot,
}

impl CeremonyFile for AdminLogin {
    const FIRST_LINE: &'static str = "mohar/admin-login/1";
}
