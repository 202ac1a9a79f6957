//! Starts a node from its settings, part after part, and stops it in the opposite order.
//!
//! Store, keys, ledger, network, first start, control socket, pages: each needs only those before
//! it. This file decides nothing else.

mod founding;
mod wire;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use mohar_protocol::limits::FRAME_BYTES_MAX;
use mohar_protocol::registry::Registry;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use self::founding::Foundings;
use crate::api::{self, Api};
use crate::app::App;
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::http;
use crate::jobs;
use crate::keyring::Keyring;
use crate::ledger::{self, Ends, Ledger, Turning};
use crate::mark::Marks;
use crate::metrics::Counters;
use crate::net;
use crate::store::Store;

/// A node that runs.
pub struct Running {
    /// Where the pages are served.
    pub web: SocketAddr,
    /// Where other nodes reach it.
    pub listen: Vec<String>,
    /// The loop.
    pub ledger: Ledger,
    /// The keys.
    pub keyring: Arc<Keyring>,
    // Dropped in this order: what feeds the loop before the loop.
    parts: JoinSet<&'static str>,
    stop_net: oneshot::Sender<()>,
    indexing: jobs::index::Indexing,
    turning: Turning,
}

/// Starts a node.
///
/// # Errors
/// Whatever is wrong with settings, keys, store, addresses or the founding file, with the next step.
pub async fn start(config: Config) -> anyhow::Result<Running> {
    let config = Arc::new(config);
    let foundings = Foundings::read(&config.data)?;
    let state = foundings.first.invitation.state;
    let keyring = Arc::new(Keyring::open(&config.data, &foundings.keys_beside())?);
    foundings.check(&keyring)?;
    let store = Store::open(&config.data, usize::from(config.store.cache_mib) << 20).with_context(|| {
        format!("{}: the store cannot be opened; is another node running on it?", config.data.display())
    })?;
    let hosted: Vec<_> = keyring.hosts().iter().map(|host| host.office).collect();
    let memory = Marks::open(&config.mark_folder(), &Store::path(&config.data), &hosted)?;
    let counters = Arc::new(Counters::default());
    let registry = Registry::new(state);
    let (ledger, Ends { turning, inputs, outputs }) =
        ledger::start(store, Arc::clone(&keyring), registry, memory, Arc::clone(&counters))
            .context("what is kept cannot be read; restore the data folder from the backup")?;
    for founding in foundings.all() {
        founding::import(founding, &ledger).await?;
    }

    let net = net::start(net::NetConfig::new(
        config.net.listen.clone(),
        keyring.transport_seed(),
        FRAME_BYTES_MAX,
    ))?;
    let mut parts = JoinSet::new();
    let net_counters = Arc::clone(&net.counters);
    let (commands, stop_net) = (net.commands, net.stop);
    let wire::Wired { mut listening, admitted } =
        wire::join(&mut parts, net.events, commands.clone(), inputs, outputs);
    parts.spawn(async {
        let _ = net.task.await;
        "network"
    });
    let listen = wire::bound(&mut listening, config.net.listen.len()).await?;
    parts.spawn(jobs::announce::run(ledger.clone(), config.net.announce.clone(), listening));
    let invited = foundings.all().flat_map(|founding| &founding.invitation.peers);
    let known = jobs::dial::Known::new(&config.net.peers, invited);
    parts.spawn(jobs::dial::run(ledger.clone(), commands, known, admitted));

    let app = App::new(ledger.clone(), Arc::clone(&keyring), Arc::clone(&config), Arc::clone(&net_counters));
    let (search, app) = (Arc::clone(app.search()), Arc::new(app));
    let indexing = jobs::index::start(Arc::clone(&app), Arc::clone(&search))?;
    parts.spawn(jobs::index::run(ledger.clone(), indexing.waker()));
    let listener = http::bind(config.web.listen).await?;
    let web = listener.local_addr()?;
    let api = Arc::new(Api {
        ledger: ledger.clone(),
        keyring: Arc::clone(&keyring),
        search,
        state,
        counters,
        net: net_counters,
        since: Stopwatch::start(),
        web,
        listen: listen.clone(),
        audit_token_sha256: config.api.audit_token_sha256,
        register_lock: tokio::sync::Mutex::new(()),
    });
    let control = api::control::bind(&control_path(&config.data))?;
    parts.spawn(api::control::serve(control, Arc::clone(&api)));
    parts.spawn(http::serve(listener, app, api));
    tracing::info!(%web, ?listen, offices = ledger.hosted().len(), "the node is ready");
    Ok(Running { web, listen, ledger, keyring, parts, stop_net, indexing, turning })
}

/// The control socket of a data folder.
pub fn control_path(data: &Path) -> std::path::PathBuf {
    data.join("control.sock")
}

impl Running {
    /// Returns when a part of the node has ended by itself, with its name. That is a fault.
    pub async fn failed(&mut self) -> &'static str {
        match self.parts.join_next().await {
            Some(Ok(part)) => part,
            Some(Err(_)) => "a part that panicked",
            None => "every part",
        }
    }

    /// Stops taking requests, then ends the loop after its last commit. What was answered is durable.
    pub async fn stop(self) {
        let Self { mut parts, stop_net, indexing, turning, .. } = self;
        parts.shutdown().await;
        drop(stop_net);
        // Waits for the commit at hand, so on a thread that may wait.
        let _ = tokio::task::spawn_blocking(move || drop((indexing, turning))).await;
        tracing::info!("the node has stopped");
    }
}

/// Where `mohar join` leaves the founding file of a data folder.
pub fn founding_path(data: &Path) -> std::path::PathBuf {
    data.join(founding::FILE)
}
