//! The office log: an append-only Merkle tree (RFC 6962, SHA-256) whose signed heads, hash tiles
//! and proofs follow the C2SP formats, so that unrelated programs can check an office.
//!
//! Reading order: `tree` (hashing, growth), `proof` (what an auditor runs), `tile` (what is
//! stored and served), `note`, `checkpoint`, `cosignature` (who signed a head), `export` (one
//! proof as a text that stands alone). The normative page is `spec/office-log.md`.
//!
//! This module never stores, fetches or orders anything, and never asks what a leaf means.

pub mod checkpoint;
pub mod cosignature;
pub mod export;
pub mod note;
pub mod proof;
pub mod tile;
pub mod tree;
