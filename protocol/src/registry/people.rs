//! Posts and charges of an office, as its register gives them. Never says who may sign what: that is
//! [`crate::registry::Registry::verify`].

use crate::act::body::ChargeKind;
use crate::id::{ChargeId, OfficerId, PostId};

/// A post.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Identifier such as `tehsildar`.
    pub code: String,
    /// Whether its holder may change the register.
    pub admin: bool,
}

/// A charge, from one position of the register to another.
#[derive(Debug, Clone)]
pub struct Charge {
    /// Its id.
    pub id: ChargeId,
    /// The post.
    pub post: PostId,
    /// The person.
    pub officer: OfficerId,
    /// How the post is held.
    pub kind: ChargeKind,
    /// First register position at which it counts.
    pub since: u64,
    /// First register position at which it no longer counts.
    pub until: Option<u64>,
}
