//! Helpers for tests of this crate and of others: a store in memory and offices with seeded keys.
//! Behind the feature `testing`; no product code uses it.

pub use crate::guard;
pub use crate::memo;

pub mod memory;
pub mod office;

pub use self::memory::MemoryStore;
pub use self::office::{TestOffice, TestState};
