//! One link: a task that lives from the first connection with a peer until the link breaks.
//!
//! Each side opens one stream and writes on it; each side reads the stream it accepted. The acceptor
//! answers a stream with one byte, because an opened stream proves nothing: a peer that refuses us
//! looks connected for some milliseconds, and an accepted stream can still be dropped unseen.
//!
//! A link never reconnects. It reports how it ended and the shell decides.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::io::BufReader;
use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::{PeerId, Stream, StreamProtocol};
use libp2p_stream::Control;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info};

use super::backlog::{Backlog, Waiting};
use super::frames::{self, FrameError};
use super::guard::{Pulse, RateGuard};
use super::intake::Intake;
use super::{Counters, NetEvent, PeerKey, Told};

/// The protocol of the streams.
pub const PROTOCOL: StreamProtocol = StreamProtocol::new("/mohar/sync/1");

/// The byte by which an acceptor says that it holds the stream.
const READY: u8 = 1;

/// Both streams must stand within this time. Ten round trips of the slowest line.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);

/// Two things make a stream fail at once although the peer is well: libp2p opens it on a random
/// connection, maybe one that is just closing; and libp2p-stream holds a single stream for the shell
/// of the peer, so of several that arrive in the same moment it drops all but one. So we try again,
/// each time after one more pause: eight tries within 1.4 s.
const OPEN_TRIES: u32 = 8;
const OPEN_PAUSE: Duration = Duration::from_millis(50);

/// What is read or written in one go: enough to make the cost of a system call small.
const BUFFER_BYTES: usize = 64 * 1024;

/// With this much waiting for a peer nobody should begin to say more: a minute of a line of
/// 64 kbit/s. With half of it there is room again.
pub const FULL_BYTES: usize = 512 * 1024;

/// With this much waiting, the answers that the peer asked for included (2 MiB of chunks, and the
/// leaves and acts of some questions), it does not take what it asks for.
const UNTAKEN_BYTES: usize = 4 * 1024 * 1024;

/// How long its next question waits then. Not for ever: if both sides did that, neither would move.
const UNTAKEN_PAUSE: Duration = Duration::from_secs(1);

/// A frame waiting to be written, with its share of what waits, returned when it is written.
pub struct Queued {
    /// The frame without its length.
    pub frame: Vec<u8>,
    /// Returned on drop.
    pub share: Waiting,
}

/// Everything a link needs.
pub struct Link {
    /// The peer as the wiring knows it.
    pub peer: PeerKey,
    /// The peer as libp2p knows it.
    pub id: PeerId,
    /// Opens our stream.
    pub control: Control,
    /// Brings the peer's stream.
    pub inbound: oneshot::Receiver<Stream>,
    /// Frames to write. Not bounded by number; see [`Backlog`].
    pub queue: mpsc::UnboundedReceiver<Queued>,
    /// What waits to be written, in bytes.
    pub backlog: Arc<Backlog>,
    /// What was read and is not dealt with.
    pub intake: Arc<Intake>,
    /// Where to report.
    pub events: mpsc::Sender<Told>,
    /// Totals.
    pub counters: Arc<Counters>,
    /// Told when bytes move.
    pub pulse: Arc<Pulse>,
    /// Sent or dropped, it ends the link.
    pub stop: oneshot::Receiver<()>,
    /// Longest frame in bytes.
    pub frame_bytes_max: usize,
    /// How long a write, or a frame begun, may stand still.
    pub write_patience: Duration,
}

/// How a link ended.
pub struct Ended {
    /// How long both streams stood.
    pub held: Duration,
    /// Why.
    pub why: Why,
}

/// Why a link ended.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// The shell asked for it.
    #[error("it was stopped")]
    Stopped,
    /// The streams did not come to stand. A peer that does not admit us looks like this.
    #[error("the streams were not accepted")]
    NotAccepted,
    /// The peer ended its stream.
    #[error("the peer ended it")]
    PeerLeft,
    /// Reading failed.
    #[error(transparent)]
    Read(#[from] FrameError),
    /// Writing failed or stood still.
    #[error("writing failed: {0}")]
    Write(io::Error),
    /// Nobody reads our events any more.
    #[error("nobody listens")]
    Unheard,
}

/// Runs the link to its end. Sends `Connected` once both streams stand, and then `Disconnected`.
pub async fn run(mut link: Link) -> Ended {
    let standing = tokio::select! {
        biased;
        _ = &mut link.stop => return Ended { held: Duration::ZERO, why: Why::Stopped },
        standing = timeout(HANDSHAKE_PATIENCE, shake_hands(link.id, &mut link.control, &mut link.inbound)) => standing,
    };
    let (outbound, inbound) = match standing {
        Ok(Ok(streams)) => streams,
        Ok(Err(error)) => {
            debug!(peer = %link.peer, %error, "handshake failed");
            return Ended { held: Duration::ZERO, why: Why::NotAccepted };
        }
        Err(_) => {
            return Ended { held: Duration::ZERO, why: Why::NotAccepted };
        }
    };
    let since = Instant::now();
    if link.events.send(NetEvent::Connected(link.peer).into()).await.is_err() {
        return Ended { held: Duration::ZERO, why: Why::Unheard };
    }
    info!(peer = %link.peer, "connected");
    let reading = Reading {
        peer: link.peer,
        events: &link.events,
        intake: &link.intake,
        backlog: &link.backlog,
        counters: &link.counters,
        pulse: &link.pulse,
        frame_bytes_max: link.frame_bytes_max,
        patience: link.write_patience,
    };
    let why = tokio::select! {
        biased;
        _ = &mut link.stop => Why::Stopped,
        error = write(outbound, &mut link.queue, link.write_patience, &link.pulse) => Why::Write(error),
        Unheard = tell(&link.backlog, &link.events, link.peer) => Why::Unheard,
        why = read(inbound, &reading) => why,
    };
    info!(peer = %link.peer, reason = %why, "disconnected");
    // A failure means that nobody listens any more, and then nobody waits for this either.
    let _ = link.events.send(NetEvent::Disconnected(link.peer).into()).await;
    Ended { held: since.elapsed(), why }
}

/// Opens our stream and accepts the peer's, in whatever order the two sides come to it.
async fn shake_hands(
    peer: PeerId,
    control: &mut Control,
    inbound: &mut oneshot::Receiver<Stream>,
) -> io::Result<(Stream, Stream)> {
    let accept = async {
        let mut stream = inbound.await.map_err(io::Error::other)?;
        stream.write_all(&[READY]).await?;
        stream.flush().await?;
        Ok(stream)
    };
    futures::future::try_join(open(peer, control), accept).await
}

/// Opens our stream and waits until the peer holds it.
async fn open(peer: PeerId, control: &mut Control) -> io::Result<Stream> {
    let mut tries = 1;
    loop {
        match open_once(peer, control).await {
            Err(_) if tries < OPEN_TRIES => sleep(OPEN_PAUSE * tries).await,
            outcome => return outcome,
        }
        tries += 1;
    }
}

async fn open_once(peer: PeerId, control: &mut Control) -> io::Result<Stream> {
    let opened = control.open_stream(peer, PROTOCOL).await;
    let mut stream = opened.map_err(io::Error::other)?;
    let mut answer = [0];
    stream.read_exact(&mut answer).await?;
    if answer == [READY] { Ok(stream) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// What reading needs of the link.
struct Reading<'a> {
    peer: PeerKey,
    events: &'a mpsc::Sender<Told>,
    intake: &'a Arc<Intake>,
    backlog: &'a Backlog,
    counters: &'a Counters,
    pulse: &'a Pulse,
    frame_bytes_max: usize,
    patience: Duration,
}

/// Reads frames until the stream ends. A peer that sends faster than it may, or than it takes what it
/// asked for, is read more slowly; the stream's own flow control tells it.
async fn read(stream: Stream, link: &Reading<'_>) -> Why {
    let mut stream = BufReader::with_capacity(BUFFER_BYTES, stream);
    let mut guard = RateGuard::new(Instant::now());
    loop {
        let frame = frames::read(&mut stream, link.frame_bytes_max, link.patience, link.pulse).await;
        let bytes = match frame {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Why::PeerLeft,
            Err(error) => return Why::Read(error),
        };
        let share = link.intake.take(bytes.len()).await;
        let pause = guard.charge(bytes.len(), link.intake.fines(), Instant::now());
        let event = NetEvent::Frame { peer: link.peer, bytes };
        if link.events.send(Told { event, share: Some(share) }).await.is_err() {
            return Why::Unheard;
        }
        if !pause.is_zero() {
            debug!(peer = %link.peer, ?pause, "read more slowly: it sends too much");
            link.counters.slowed.fetch_add(1, Ordering::Relaxed);
            sleep(pause).await;
        }
        if link.backlog.bytes() >= UNTAKEN_BYTES {
            debug!(peer = %link.peer, "read more slowly: it does not take what it asked for");
            link.counters.slowed.fetch_add(1, Ordering::Relaxed);
            // Whether it took something or the pause is over is the same to us.
            let _ = timeout(UNTAKEN_PAUSE, link.backlog.below(UNTAKEN_BYTES)).await;
        }
    }
}

/// Nobody hears the events any more.
struct Unheard;

/// Says when much waits for the peer, and when little does.
async fn tell(backlog: &Backlog, events: &mpsc::Sender<Told>, peer: PeerKey) -> Unheard {
    loop {
        backlog.at_least(FULL_BYTES).await;
        if events.send(NetEvent::Full(peer).into()).await.is_err() {
            return Unheard;
        }
        backlog.below(FULL_BYTES / 2).await;
        if events.send(NetEvent::Room(peer).into()).await.is_err() {
            return Unheard;
        }
    }
}

/// Writes what is queued, several small frames at a time, until the stream fails.
async fn write(
    mut stream: Stream,
    queue: &mut mpsc::UnboundedReceiver<Queued>,
    patience: Duration,
    pulse: &Pulse,
) -> io::Error {
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let mut shares = Vec::new();
    // The shell holds the other end of the queue until it has stopped this link.
    while let Some(first) = queue.recv().await {
        let mut next = Some(first);
        while let Some(Queued { frame, share }) = next {
            if frames::append(&mut buffer, &frame) {
                shares.push(share);
            }
            next = if buffer.len() < BUFFER_BYTES { queue.try_recv().ok() } else { None };
        }
        if let Err(error) = frames::write(&mut stream, &buffer, patience, pulse).await {
            return error;
        }
        buffer.clear();
        shares.clear();
        buffer.shrink_to(BUFFER_BYTES);
    }
    io::ErrorKind::BrokenPipe.into()
}
