//! Doors for machines: health, metrics, tiles of the logs, and the control socket of the command.
//!
//! Nothing here shows a page or a content. Log entries name people and times, so they take a
//! token; tiles and checkpoints are hashes, which tell nothing.

pub mod control;
pub mod health;
pub mod tiles;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use mohar_protocol::id::StateId;

use crate::clock::Stopwatch;
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::metrics::Counters;
use crate::net;
use crate::search::Search;

/// What the doors work with.
pub struct Api {
    /// The loop.
    pub ledger: Ledger,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// The search indexes.
    pub search: Arc<Search>,
    /// The state that the node trusts.
    pub state: StateId,
    /// Totals of the loop.
    pub counters: Arc<Counters>,
    /// Totals of the network.
    pub net: Arc<net::Counters>,
    /// Since the start.
    pub since: Stopwatch,
    /// Where the pages are.
    pub web: SocketAddr,
    /// Where other nodes reach it.
    pub listen: Vec<String>,
    /// SHA-256 of the auditor's token.
    pub audit_token_sha256: Option<[u8; 32]>,
    /// One change of a register at a time: names are looked up, then used.
    pub register_lock: tokio::sync::Mutex<()>,
}

/// The routes under the address of the pages.
pub fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/healthz", get(health::health))
        .route("/metrics", get(health::metrics))
        .route("/log/{office}/checkpoint", get(tiles::checkpoint))
        .route("/log/{office}/tile/{*path}", get(tiles::tile))
        .with_state(api)
}
