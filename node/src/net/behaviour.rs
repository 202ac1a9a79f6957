//! The libp2p swarm of this node: which parts it has and how they are bounded.
//!
//! It holds no state of ours and never decides who is admitted.

use std::time::Duration;

use libp2p::identity::{Keypair, PublicKey};
use libp2p::swarm::NetworkBehaviour;
use libp2p::{Swarm, SwarmBuilder, identify, noise, ping, tcp, yamux};
use libp2p_allow_block_list::AllowedPeers;
use libp2p_connection_limits::ConnectionLimits;

use super::{NetConfig, NetError, callers};

/// Strangers who may be in the middle of a handshake, from all addresses. Each costs one key agreement
/// and about 20 KiB for at most [`HANDSHAKE_PATIENCE`]: 2.5 MiB.
const PENDING_INCOMING_MAX: u32 = 128;

/// Time for TCP, Noise and Yamux: four round trips of the slowest line.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);

/// Our own dials in progress: `dial::IN_FLIGHT_MAX` and as many again for dials by libp2p itself.
const PENDING_OUTGOING_MAX: u32 = 64;

/// All connections. A state-wide mirror talks to about 500 offices, twice that when dials cross.
const ESTABLISHED_MAX: u32 = 1024;

/// Connections with one peer: two when both dial at once, the others for predecessors whose close
/// still waits for a dead line (the kernel gives up only after about 15 minutes).
const ESTABLISHED_PER_PEER_MAX: u32 = 8;

/// Streams on one connection: one of ours each way, probes, identify, and room for the old ones.
const STREAMS_MAX: usize = 32;

/// The parts of the swarm, asked in this order whether a connection may stay. `sync` comes last: it
/// keeps a little memory for every connection it is asked about and must not be asked by strangers.
#[derive(NetworkBehaviour)]
pub struct Behaviour {
    pub admitted: libp2p_allow_block_list::Behaviour<AllowedPeers>,
    callers: callers::Behaviour,
    limits: libp2p_connection_limits::Behaviour,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    pub sync: libp2p_stream::Behaviour,
}

impl Behaviour {
    fn new(key: &PublicKey, config: &NetConfig) -> Self {
        let limits = ConnectionLimits::default()
            .with_max_pending_incoming(Some(PENDING_INCOMING_MAX))
            .with_max_pending_outgoing(Some(PENDING_OUTGOING_MAX))
            .with_max_established(Some(ESTABLISHED_MAX))
            .with_max_established_per_peer(Some(ESTABLISHED_PER_PEER_MAX));
        let ping = ping::Config::new().with_interval(config.ping_every).with_timeout(config.ping_patience);
        // Addresses come from the registry alone, so none are told, asked for or remembered.
        let identify = identify::Config::new("/mohar/1".to_owned(), key.clone())
            .with_hide_listen_addrs(true)
            .with_cache_size(0);
        Self {
            admitted: libp2p_allow_block_list::Behaviour::default(),
            callers: callers::Behaviour::default(),
            limits: libp2p_connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::new(ping),
            identify: identify::Behaviour::new(identify),
            sync: libp2p_stream::Behaviour::new(),
        }
    }
}

/// Builds the swarm: TCP with Noise and Yamux, QUIC as well when the feature is on.
///
/// # Errors
///
/// When the Noise keys cannot be derived.
pub fn build(keypair: Keypair, config: &NetConfig) -> Result<Swarm<Behaviour>, NetError> {
    let builder = SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, multiplexer)
        .map_err(|error| NetError::Transport(error.to_string()))?;
    #[cfg(feature = "quic")]
    let builder = builder.with_quic();
    let swarm = builder
        .with_behaviour(|keypair| Behaviour::new(&keypair.public(), config))
        .expect("the closure cannot fail: its result is not a Result")
        .with_swarm_config(|swarm| {
            swarm
                // A quiet link is a good link; the probes find the dead ones.
                .with_idle_connection_timeout(Duration::MAX)
                .with_max_negotiating_inbound_streams(STREAMS_MAX)
        })
        .with_connection_timeout(HANDSHAKE_PATIENCE)
        .build();
    Ok(swarm)
}

fn multiplexer() -> yamux::Config {
    let mut config = yamux::Config::default();
    config.set_max_num_streams(STREAMS_MAX);
    config
}
