//! The network shell: moves opaque frames between admitted peers.
//!
//! One task owns the libp2p swarm and the list of links; every link is one task with one stream in
//! each direction, so a slow peer waits alone. Everything comes in and goes out over two bounded
//! channels:
//!
//! ```text
//! wiring --NetCommand--> Shell (swarm.rs) --queue--> link.rs --stream--> peer
//! wiring <---------------- NetEvent ---------------- link.rs <--stream-- peer
//! ```
//!
//! Nobody waits for a slow peer and no peer waits for a fast one: what waits to be written is bounded
//! in bytes and told ([`NetEvent::Full`]), what was read takes a share of its peer's room until it is
//! dealt with ([`Told`]), and whoever has not said who it is is bounded by address. Memory, at the
//! worst: 64 MiB read and not dealt with, 128 MiB not written, and for each link 512 KiB of buffers.
//!
//! Frames may be lost when a link breaks, never reordered or repeated within one link. Whoever uses
//! this module repairs from heights after the next `Connected`.
//!
//! It never looks inside a frame, never decides who is admitted, and never writes to disk.

mod backlog;
mod behaviour;
mod callers;
mod dial;
mod frames;
mod guard;
mod intake;
mod link;
mod swarm;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use libp2p::PeerId;
use libp2p::identity::{DecodingError, PublicKey, ed25519};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

pub use self::intake::Share;

/// Commands waiting for the shell. A full channel makes the sender wait.
const COMMANDS_MAX: usize = 1024;

/// Starts the network: binds the listeners, then runs in a task of its own until it is stopped.
///
/// Must be called within a tokio runtime.
///
/// # Errors
///
/// A seed or address that cannot be used, or a listener that cannot be bound.
pub fn start(config: NetConfig) -> Result<Net, NetError> {
    let (commands, commands_in) = mpsc::channel(COMMANDS_MAX);
    let (events_out, events) = mpsc::channel(config.events_max.max(1));
    let (stop, stopped) = oneshot::channel();
    let counters = Arc::new(Counters::default());
    let shell = swarm::Shell::new(config, events_out, Arc::clone(&counters))?;
    let task = tokio::spawn(shell.run(commands_in, stopped));
    Ok(Net { commands, events, counters, task, stop })
}

/// A running network shell.
pub struct Net {
    /// Where to ask. When every sender is dropped the network stops.
    pub commands: mpsc::Sender<NetCommand>,
    /// What happened. Left unread, the links stop reading from their sockets.
    pub events: mpsc::Receiver<Told>,
    /// Totals since the start, for the health page.
    pub counters: Arc<Counters>,
    /// Ends after `stop`; ending earlier is a defect.
    pub task: JoinHandle<()>,
    /// Sent or dropped, it ends the network and closes every link without further events.
    pub stop: oneshot::Sender<()>,
}

/// What the network needs to know before it starts.
pub struct NetConfig {
    /// Addresses to listen on, as multiaddr text, for example `/ip4/0.0.0.0/tcp/7700`. libp2p sets
    /// `SO_REUSEPORT`, so a second daemon of the same user on the same port is not an error here.
    pub listen: Vec<String>,
    /// Seed of the Ed25519 transport key (RFC 8032, section 5.1.5). Wiped after use.
    pub transport_seed: Zeroizing<[u8; 32]>,
    /// Longest frame in bytes, both ways. A peer that announces a longer one is disconnected.
    pub frame_bytes_max: usize,
    /// Bytes that may wait for one peer. More, and the link is dropped: whoever sends did not heed
    /// [`NetEvent::Full`]. At least one frame.
    pub queue_bytes_max: usize,
    /// Bytes that may wait for all peers. More, and the link with the longest queue is dropped.
    pub all_queues_bytes_max: usize,
    /// Events that may wait for the wiring. Times `frame_bytes_max` this bounds the memory it holds.
    pub events_max: usize,
    /// How often an idle connection is probed. See [`NetConfig::new`].
    pub ping_every: Duration,
    /// How long a probe may stay unanswered. See [`NetConfig::new`].
    pub ping_patience: Duration,
    /// How long a write, or the reading of a frame begun, may stand still before its link is dropped.
    pub write_patience: Duration,
}

impl NetConfig {
    /// A configuration with the usual bounds.
    ///
    /// libp2p forgives the first failed probe and gives the second 10 s to open its stream, so a dead
    /// line is noticed after at most 10 + 5 + 10 + 10 = 35 s, about 30 s on average. A probe and its
    /// answer are about 280 bytes on the wire; both sides probing every 10 s makes 5 MB a day.
    #[must_use]
    pub fn new(listen: Vec<String>, transport_seed: Zeroizing<[u8; 32]>, frame_bytes_max: usize) -> Self {
        Self {
            listen,
            transport_seed,
            frame_bytes_max,
            // A registry of 500 offices, told to a new one in answer to one frame, has about 10 MiB.
            queue_bytes_max: 32 * 1024 * 1024,
            all_queues_bytes_max: 128 * 1024 * 1024,
            events_max: 256,
            ping_every: Duration::from_secs(10),
            ping_patience: Duration::from_secs(5),
            // Yamux lets half of its window of 256 KiB go before the peer grants more: 128 KiB on a line of
            // 64 kbit/s that eight links share take 128 s. A dead line is noticed by the probes long before.
            write_patience: Duration::from_secs(150),
        }
    }
}

/// A wish of the wiring. None of them is answered directly; the effects arrive as [`NetEvent`]s.
#[derive(Debug)]
pub enum NetCommand {
    /// The whole allow list. It replaces the old one; a peer no longer named is disconnected and no
    /// longer dialled. A key that is not a point on the curve is skipped.
    Admit(Vec<PeerKey>),
    /// Reach an admitted peer at these multiaddr texts and keep trying, 1 s to 60 s apart, as long
    /// as it stays admitted, also after a link broke. Said again, it replaces the addresses.
    Dial {
        /// Whom to reach.
        peer: PeerKey,
        /// Where; at most sixteen are kept, text that is no multiaddr is skipped.
        addresses: Vec<String>,
    },
    /// Queue one frame. Without a link it is dropped.
    Send {
        /// To whom.
        peer: PeerKey,
        /// At most `frame_bytes_max` bytes; a longer one is dropped and logged as a defect.
        frame: Vec<u8>,
    },
}

/// What happened, as the wiring gets it.
pub struct Told {
    /// What.
    pub event: NetEvent,
    /// Of a frame: its share of the peer's room, to be dropped when the frame was dealt with.
    pub share: Option<Share>,
}

impl From<NetEvent> for Told {
    fn from(event: NetEvent) -> Self {
        Self { event, share: None }
    }
}

/// What happened. For one peer the order is always `Connected`, its `Frame`s, `Disconnected`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetEvent {
    /// A listener is bound to this multiaddr.
    Listening(String),
    /// The peer has accepted our stream and we have accepted its stream.
    Connected(PeerKey),
    /// The link is gone. Exactly one for each `Connected`.
    Disconnected(PeerKey),
    /// One frame, in the order it was sent.
    Frame {
        /// From whom; proven by the transport handshake.
        peer: PeerKey,
        /// The bytes, unread.
        bytes: Vec<u8>,
    },
    /// Much waits for the peer: what needs not be said now should wait for `Room`.
    Full(PeerKey),
    /// Little waits for the peer.
    Room(PeerKey),
    /// Unknown peers were refused. Several refusals may be reported as one.
    Refused {
        /// How many since the start.
        total: u64,
    },
}

/// Why the network could not start.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// The text is not a multiaddr.
    #[error("the listen address {0:?} is not a multiaddr")]
    Address(String),
    /// The address is not ours, another program's, or of an unsupported kind.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as configured.
        address: String,
        /// What the operating system said.
        source: libp2p::TransportError<std::io::Error>,
    },
    /// The secure transport could not be set up.
    #[error("cannot set up the transport: {0}")]
    Transport(String),
}

/// Totals since the start.
#[derive(Debug, Default)]
pub struct Counters {
    refused: AtomicU64,
    oversize: AtomicU64,
    overflowed: AtomicU64,
    turned_away: AtomicU64,
    broken_off: AtomicU64,
    slowed: AtomicU64,
}

impl Counters {
    /// Connections of unknown peers that were refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Links dropped because the peer announced a frame above the bound.
    #[must_use]
    pub fn oversize(&self) -> u64 {
        self.oversize.load(Ordering::Relaxed)
    }

    /// Calls closed unheard, because too many came from one address or in all.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    /// Calls that broke off in the handshake, or did not end it in time.
    #[must_use]
    pub fn broken_off(&self) -> u64 {
        self.broken_off.load(Ordering::Relaxed)
    }

    /// Times that a peer was read more slowly, because it sent too much or did not take its answers.
    #[must_use]
    pub fn slowed(&self) -> u64 {
        self.slowed.load(Ordering::Relaxed)
    }

    /// Links dropped because the peer did not take its frames and its queue was full.
    #[must_use]
    pub fn overflowed(&self) -> u64 {
        self.overflowed.load(Ordering::Relaxed)
    }
}

/// A peer, known by the 32 bytes of its Ed25519 transport key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerKey(pub [u8; 32]);

impl PeerKey {
    /// The name libp2p gives this key, or an error when the bytes are not a point on the curve.
    fn to_peer_id(self) -> Result<PeerId, DecodingError> {
        let key = ed25519::PublicKey::try_from_bytes(&self.0)?;
        Ok(PublicKey::from(key).to_peer_id())
    }
}

/// The first four bytes in hexadecimal: enough to tell peers apart in a log, too little to use.
impl fmt::Display for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0[..4]))
    }
}

impl fmt::Debug for PeerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerKey({self})")
    }
}
