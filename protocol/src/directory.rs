//! The directory: names of an office's posts and officers, published as a clear content so that
//! any post of any office can be addressed offline. Names stand here and never in acts.

use minicbor::{Decode, Encode};

use crate::id::{ChargeId, OfficerId, PostId};

/// Bytes of one snapshot: 500 posts and officers of 200 bytes.
pub const SNAPSHOT_BYTES_MAX: usize = 100 * 1024;

/// Names as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Snapshot {
    /// Where the node is reached: multiaddresses.
    #[n(0)]
    pub addresses: Vec<String>,
    /// Names of posts.
    #[n(1)]
    pub posts: Vec<PostName>,
    /// Names of officers.
    #[n(2)]
    pub officers: Vec<OfficerName>,
}

/// The names of a post.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PostName {
    /// The post.
    #[n(0)]
    pub post: PostId,
    /// Rough rank, lower is higher: the order in lists.
    #[n(1)]
    pub rank: u8,
    /// Hindi.
    #[n(2)]
    pub name_hi: String,
    /// English.
    #[n(3)]
    pub name_en: String,
}

/// The names of an officer and the charges in force.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OfficerName {
    /// The person.
    #[n(0)]
    pub officer: OfficerId,
    /// Charges held.
    #[n(1)]
    pub charges: Vec<ChargeId>,
    /// Hindi.
    #[n(2)]
    pub name_hi: String,
    /// English.
    #[n(3)]
    pub name_en: String,
}
