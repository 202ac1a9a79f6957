//! Work that nobody asked for: calling other nodes, publishing where this one is reached, keeping the
//! search index up.
//! Jobs only watch and ask; they never change what is kept except through the ledger.

pub mod announce;
pub mod dial;
pub mod index;
