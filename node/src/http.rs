//! The listener of the node: the officers' pages and the doors for machines under one address.
//! It binds, merges and serves; what is answered is decided by `web` and `api`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;

use crate::api::{self, Api};
use crate::app::App;
use crate::web;

/// Binds the listener of the pages.
///
/// # Errors
/// When the address is not ours or taken, with the next step.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let hint = || format!("cannot serve pages on {address}; choose another [web] listen in node.toml");
    TcpListener::bind(address).await.with_context(hint)
}

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, app: App, api: Arc<Api>) -> &'static str {
    let router = Router::new().merge(api::router(api)).merge(web::router(app));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    if let Err(error) = axum::serve(listener, service).await {
        tracing::error!(%error, "the pages are no longer served");
    }
    "the pages"
}
