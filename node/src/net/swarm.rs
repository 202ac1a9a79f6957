//! The shell: the one task that owns the swarm, the allow list, the links and the calls to make.
//!
//! It only decides and hands on. Whatever may wait (a stream, a full channel) waits in the task of a
//! link, so that no peer can hold up another. It never reads a frame.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use libp2p::identity::Keypair;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, ListenError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Stream, Swarm, ping};
use libp2p_allow_block_list::NotAllowed;
use libp2p_connection_limits::Exceeded;
use libp2p_stream::{Control, IncomingStreams};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tracing::{debug, error, info, warn};

use super::backlog::Backlog;
use super::behaviour::{self, Behaviour, BehaviourEvent};
use super::callers::TurnedAway;
use super::dial::Dialer;
use super::frames::FrameError;
use super::guard::Pulse;
use super::intake::{self, Intake};
use super::link::{self, Ended, Link, Queued, Why};
use super::{Counters, NetCommand, NetConfig, NetError, NetEvent, PeerKey, Told};

/// Addresses kept for one peer: an office has one or two lines, each with a name and two numbers.
const ADDRESSES_MAX: usize = 16;

/// Listener reports waiting for the wiring; interfaces that come and go must not fill memory.
const NOTICES_MAX: usize = 64;

/// The state of the network.
pub struct Shell {
    swarm: Swarm<Behaviour>,
    control: Control,
    incoming: IncomingStreams,
    ids: HashMap<PeerKey, PeerId>,
    keys: HashMap<PeerId, PeerKey>,
    peers: HashMap<PeerId, Peer>,
    links: JoinSet<(PeerId, Ended)>,
    dialer: Dialer,
    events: mpsc::Sender<Told>,
    /// Bytes that wait to be written, for all peers together.
    waiting: Arc<AtomicUsize>,
    /// Room for what was read and is not dealt with, for all peers together.
    room: Arc<Semaphore>,
    listening: VecDeque<String>,
    refused_told: u64,
    counters: Arc<Counters>,
    config: NetConfig,
}

/// A peer with a connection or a link.
#[derive(Default)]
struct Peer {
    /// Connections we have not asked to close. One that closes may take minutes to be gone.
    live: HashSet<ConnectionId>,
    /// The running link; also one that is stopped and still has to deliver `Disconnected`.
    link: Option<Handle>,
}

/// The shell's ends of a link's channels.
struct Handle {
    queue: mpsc::UnboundedSender<Queued>,
    backlog: Arc<Backlog>,
    inbound: Option<oneshot::Sender<Stream>>,
    stop: Option<oneshot::Sender<()>>,
    pulse: Arc<Pulse>,
}

impl Shell {
    /// Builds the swarm and binds its listeners.
    ///
    /// # Errors
    ///
    /// See [`NetError`].
    pub fn new(
        mut config: NetConfig,
        events: mpsc::Sender<Told>,
        counters: Arc<Counters>,
    ) -> Result<Self, NetError> {
        let keypair = Keypair::ed25519_from_bytes(config.transport_seed.as_mut_slice())
            .map_err(|error| NetError::Transport(error.to_string()))?;
        let mut swarm = behaviour::build(keypair, &config)?;
        for address in &config.listen {
            let parsed: Multiaddr = address.parse().map_err(|_| NetError::Address(address.clone()))?;
            swarm
                .listen_on(parsed)
                .map_err(|source| NetError::Listen { address: address.clone(), source })?;
        }
        let mut control = swarm.behaviour().sync.new_control();
        let incoming = control.accept(link::PROTOCOL).expect("a new behaviour has no protocol registered");
        Ok(Self {
            swarm,
            control,
            incoming,
            ids: HashMap::new(),
            keys: HashMap::new(),
            peers: HashMap::new(),
            links: JoinSet::new(),
            dialer: Dialer::default(),
            events,
            waiting: Arc::default(),
            room: intake::room_of_all(config.frame_bytes_max),
            listening: VecDeque::new(),
            refused_told: 0,
            counters,
            config,
        })
    }

    /// Serves until `stop` is sent or dropped, or one end of the channels is gone.
    ///
    /// The swarm comes first in line: a connection must be known before the streams it carries.
    pub async fn run(mut self, mut commands: mpsc::Receiver<NetCommand>, mut stop: oneshot::Receiver<()>) {
        let events = self.events.clone();
        loop {
            let due = self.dialer.next_due();
            let has_notice = self.has_notice();
            tokio::select! {
                biased;
                _ = &mut stop => return,
                event = self.swarm.select_next_some() => self.on_swarm(event),
                Some((peer, stream)) = self.incoming.next() => self.on_stream(peer, stream),
                Some(joined) = self.links.join_next() => {
                    let (peer, ended) = joined.expect("a link neither panics nor is aborted");
                    self.on_link_ended(peer, ended);
                }
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.dial_due(),
                permit = events.reserve(), if has_notice => {
                    let Ok(permit) = permit else { return };
                    if let Some(notice) = self.next_notice() {
                        permit.send(notice.into());
                    }
                }
                command = commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => return,
                },
            }
        }
    }

    fn on_command(&mut self, command: NetCommand) {
        match command {
            NetCommand::Admit(list) => self.admit(list),
            NetCommand::Dial { peer, addresses } => self.want(peer, &addresses),
            NetCommand::Send { peer, frame } => self.send(peer, frame),
        }
    }

    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, .. } => {
                self.peers.entry(peer_id).or_default().live.insert(connection_id);
                self.dialer.connected(&peer_id);
                self.link_up(peer_id);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, .. } => {
                self.on_closed(peer_id, connection_id)
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer_id), error, .. } => {
                debug!(peer = %self.name(&peer_id), %error, "call failed");
                self.dialer.failed(&peer_id, Instant::now());
            }
            SwarmEvent::IncomingConnectionError { error, send_back_addr, .. } => {
                self.on_call_refused(&error, &send_back_addr);
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                debug!(%address, "listening");
                if self.listening.len() < NOTICES_MAX {
                    self.listening.push_back(address.to_string());
                }
            }
            SwarmEvent::ListenerError { error, .. } => warn!(%error, "a listener failed to accept"),
            SwarmEvent::ListenerClosed { .. } => error!("a listener is gone"),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(event)) => self.on_ping(event),
            _ => {}
        }
    }

    /// A call that did not become a connection: of a stranger, one of too many, or one that broke off.
    fn on_call_refused(&self, error: &ListenError, from: &Multiaddr) {
        let counter = match error {
            ListenError::Denied { cause } if cause.downcast_ref::<NotAllowed>().is_some() => {
                &self.counters.refused
            }
            ListenError::Denied { cause }
                if cause.downcast_ref::<TurnedAway>().is_some()
                    || cause.downcast_ref::<Exceeded>().is_some() =>
            {
                &self.counters.turned_away
            }
            _ => &self.counters.broken_off,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        debug!(address = %from, %error, "a call was refused or broke off");
    }

    /// A silent probe means a dead line, unless bytes moved while it waited behind them.
    fn on_ping(&mut self, event: ping::Event) {
        let Err(ping::Failure::Timeout | ping::Failure::Other { .. }) = event.result else {
            return;
        };
        let Some(peer) = self.peers.get(&event.peer).filter(|peer| peer.live.contains(&event.connection))
        else {
            return;
        };
        let patience = self.config.ping_every + self.config.ping_patience;
        if peer.link.as_ref().is_some_and(|link| link.pulse.quiet_for() < patience) {
            return;
        }
        debug!(peer = %self.name(&event.peer), "no answer to probes");
        self.break_link(event.peer);
    }

    fn on_closed(&mut self, id: PeerId, connection: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let was_live = peer.live.remove(&connection);
        // Which of two connections carried the streams is not known, so both sides begin anew. With
        // none left, a link that stands ends by itself, but a stream that never came never will.
        let unborn = peer.link.as_ref().is_some_and(|link| link.inbound.is_some());
        if was_live && (!peer.live.is_empty() || unborn) {
            self.break_link(id);
        }
        self.settle(id, Duration::ZERO);
    }

    fn on_stream(&mut self, id: PeerId, stream: Stream) {
        let Some(link) = self.peers.get_mut(&id).and_then(|peer| peer.link.as_mut()) else {
            return; // The stream of a connection we are closing.
        };
        if link.stop.is_none() {
            return; // The peer came back too early and will try again.
        }
        match link.inbound.take() {
            // A failure means that the link is ending, and then its streams end as well.
            Some(inbound) => drop(inbound.send(stream)),
            // The peer has lost the link we still believe in.
            None => self.break_link(id),
        }
    }

    fn on_link_ended(&mut self, id: PeerId, ended: Ended) {
        if let Why::Read(FrameError::Oversize { announced, bound }) = ended.why {
            self.counters.oversize.fetch_add(1, Ordering::Relaxed);
            warn!(peer = %self.name(&id), announced, bound, "frame above the bound");
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let stopped = peer.link.take().is_some_and(|link| link.stop.is_none());
        if stopped && !peer.live.is_empty() {
            // The peer came back while the old link was delivering its last event.
            self.link_up(id);
            return;
        }
        self.break_link(id);
        self.settle(id, ended.held);
    }

    /// Starts a link unless one is running.
    fn link_up(&mut self, id: PeerId) {
        let (Some(key), Some(peer)) = (self.keys.get(&id), self.peers.get_mut(&id)) else {
            return;
        };
        if peer.link.is_some() {
            return;
        }
        let (queue, queue_out) = mpsc::unbounded_channel();
        let (inbound, inbound_out) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let pulse = Arc::new(Pulse::new());
        let backlog = Backlog::new(&self.waiting);
        self.links.spawn({
            let link = Link {
                peer: *key,
                id,
                control: self.control.clone(),
                inbound: inbound_out,
                queue: queue_out,
                backlog: Arc::clone(&backlog),
                intake: Intake::new(&self.room, self.config.frame_bytes_max),
                events: self.events.clone(),
                counters: Arc::clone(&self.counters),
                pulse: Arc::clone(&pulse),
                stop: stopped,
                frame_bytes_max: self.config.frame_bytes_max,
                write_patience: self.config.write_patience,
            };
            async move { (id, link::run(link).await) }
        });
        peer.link = Some(Handle { queue, backlog, inbound: Some(inbound), stop: Some(stop), pulse });
    }

    /// Ends the link of this peer and every connection with it.
    fn break_link(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.live.clear();
            if let Some(link) = &mut peer.link {
                link.stop = None;
            }
        }
        // A failure means that nothing is connected.
        let _ = self.swarm.disconnect_peer_id(id);
    }

    /// Once a peer has neither link nor connection, forgets it and plans the next call.
    fn settle(&mut self, id: PeerId, held: Duration) {
        if self.peers.get(&id).is_some_and(|peer| peer.live.is_empty() && peer.link.is_none()) {
            self.peers.remove(&id);
            self.dialer.lost(&id, held, Instant::now());
        }
    }

    fn admit(&mut self, list: Vec<PeerKey>) {
        let mut ids = HashMap::with_capacity(list.len());
        for key in list {
            match key.to_peer_id() {
                Ok(id) if id == *self.swarm.local_peer_id() => {}
                Ok(id) => {
                    self.keys.insert(id, key);
                    self.swarm.behaviour_mut().admitted.allow_peer(id);
                    ids.insert(key, id);
                }
                Err(_) => warn!(peer = %key, "not a transport key; not admitted"),
            }
        }
        let old = std::mem::replace(&mut self.ids, ids);
        for (key, id) in old {
            if !self.ids.contains_key(&key) {
                info!(peer = %key, "no longer admitted");
                self.swarm.behaviour_mut().admitted.disallow_peer(id);
                self.dialer.forget(&id);
                self.break_link(id);
                self.keys.remove(&id);
            }
        }
    }

    fn want(&mut self, key: PeerKey, addresses: &[String]) {
        let Some(id) = self.ids.get(&key).copied() else {
            warn!(peer = %key, "not admitted; not called");
            return;
        };
        let parsed: Vec<Multiaddr> =
            addresses.iter().filter_map(|text| text.parse().ok()).take(ADDRESSES_MAX).collect();
        if parsed.len() < addresses.len() {
            warn!(peer = %key, skipped = addresses.len() - parsed.len(), "addresses skipped");
        }
        let linked = self.peers.contains_key(&id);
        self.dialer.want(id, parsed, linked, Instant::now());
    }

    fn dial_due(&mut self) {
        while let Some((id, addresses)) = self.dialer.take_due(Instant::now()) {
            // A fresh port: two peers that call each other between their listening ports at the same
            // moment would get one TCP connection on which both believe to be the caller.
            let call = DialOpts::peer_id(id)
                .condition(PeerCondition::NotDialing)
                .addresses(addresses)
                .allocate_new_port()
                .build();
            if let Err(error) = self.swarm.dial(call) {
                debug!(peer = %self.name(&id), %error, "call not made");
                self.dialer.failed(&id, Instant::now());
            }
        }
    }

    fn send(&mut self, key: PeerKey, frame: Vec<u8>) {
        if frame.len() > self.config.frame_bytes_max {
            error!(peer = %key, bytes = frame.len(), "our own frame is above the bound; dropped");
            return;
        }
        let Some(id) = self.ids.get(&key).copied() else {
            return;
        };
        let Some(link) = self.peers.get(&id).and_then(|peer| peer.link.as_ref()) else {
            return;
        };
        if link.stop.is_none() {
            return;
        }
        let full = link.backlog.bytes().saturating_add(frame.len()) > self.config.queue_bytes_max;
        if full {
            self.drop_overflowed(id);
            return;
        }
        let share = link.backlog.add(frame.len());
        // A failure means that the link is ending, and its frames with it.
        let _ = link.queue.send(Queued { frame, share });
        if self.waiting.load(Ordering::Relaxed) > self.config.all_queues_bytes_max {
            self.drop_longest();
        }
    }

    /// Drops the link for which most waits, unless one that is ending already makes enough room.
    fn drop_longest(&mut self) {
        let live =
            |peer: &Peer| peer.link.as_ref().filter(|l| l.stop.is_some()).map_or(0, |l| l.backlog.bytes());
        let all: usize = self.peers.values().map(live).sum();
        let longest = self.peers.iter().max_by_key(|(_, peer)| live(peer)).map(|(id, _)| *id);
        if let Some(id) = longest.filter(|_| all > self.config.all_queues_bytes_max) {
            self.drop_overflowed(id);
        }
    }

    /// Nobody stopped adding to what waits for this peer, or too much waits for all: memory is finite.
    fn drop_overflowed(&mut self, id: PeerId) {
        self.counters.overflowed.fetch_add(1, Ordering::Relaxed);
        warn!(peer = %self.name(&id), "the peer does not take its frames; link dropped");
        self.break_link(id);
    }

    fn has_notice(&self) -> bool {
        !self.listening.is_empty() || self.counters.refused() != self.refused_told
    }

    fn next_notice(&mut self) -> Option<NetEvent> {
        if let Some(address) = self.listening.pop_front() {
            return Some(NetEvent::Listening(address));
        }
        let total = self.counters.refused();
        let told = std::mem::replace(&mut self.refused_told, total);
        (total != told).then_some(NetEvent::Refused { total })
    }

    /// The name of a peer in logs. A stranger has none.
    fn name(&self, id: &PeerId) -> String {
        self.keys.get(id).map_or_else(|| "unknown".to_owned(), PeerKey::to_string)
    }
}
