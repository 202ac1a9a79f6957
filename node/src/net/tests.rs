//! The network shell over loopback: real sockets, ports chosen by the system.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join;
use libp2p::identity::Keypair;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Net, NetCommand, NetConfig, NetError, NetEvent, PeerKey, start};

/// No test waits longer for one thing. The slowest needs two backoffs.
const PATIENCE: Duration = Duration::from_secs(30);

const FRAME_BYTES_MAX: usize = 64 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn two_admitted_peers_exchange_ten_thousand_frames_in_order_both_ways() {
    let (mut asha, mut bala) = linked().await;
    let (to_bala, to_asha) = (asha.sender(), bala.sender());
    let (asha_key, bala_key) = (asha.key, bala.key);
    let send_all = |sender: tokio::sync::mpsc::Sender<NetCommand>, peer| async move {
        for number in 0..10_000_u32 {
            let frame = number.to_be_bytes().repeat(1 + number as usize % 40);
            sender.send(NetCommand::Send { peer, frame }).await.unwrap();
        }
    };
    tokio::spawn(send_all(to_bala, bala_key));
    tokio::spawn(send_all(to_asha, asha_key));
    join(receive_all(&mut asha, bala_key), receive_all(&mut bala, asha_key)).await;
}

async fn receive_all(node: &mut Node, from: PeerKey) {
    for number in 0..10_000_u32 {
        let bytes = number.to_be_bytes().repeat(1 + number as usize % 40);
        assert_eq!(node.next().await, NetEvent::Frame { peer: from, bytes });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_peer_is_refused_and_counted_and_never_connected() {
    let mut asha = Node::start(1).await;
    let mut stranger = Node::start(9).await;
    stranger.admit(&[asha.key]).await;
    stranger.dial(&asha).await;
    // The stranger calls again after its backoff, so the count proves that no call got through.
    while asha.net.counters.refused() < 2 {
        let NetEvent::Refused { total } = asha.next().await else { panic!("a stranger got in") };
        assert!(total <= asha.net.counters.refused());
    }
    assert!(stranger.net.events.try_recv().is_err(), "refused is not connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_call_each_other_at_once_get_one_link() {
    for round in 0..5 {
        let mut asha = Node::start(10 + 2 * round).await;
        let mut bala = Node::start(11 + 2 * round).await;
        asha.admit(&[bala.key]).await;
        bala.admit(&[asha.key]).await;
        join(asha.dial(&bala), bala.dial(&asha)).await;
        // One Connected on each side, and the link that was reported is the one that works.
        assert_eq!(asha.next().await, NetEvent::Connected(bala.key));
        assert_eq!(bala.next().await, NetEvent::Connected(asha.key));
        for _ in 0..3 {
            asha.send(&bala, b"ping").await;
            assert_eq!(bala.next().await, NetEvent::Frame { peer: asha.key, bytes: b"ping".to_vec() });
            bala.send(&asha, b"").await;
            assert_eq!(asha.next().await, NetEvent::Frame { peer: bala.key, bytes: Vec::new() });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_peer_is_reached_again_without_being_asked() {
    let (mut asha, bala) = linked().await;
    let (address, key) = (bala.address.clone(), bala.key);
    bala.kill().await;
    assert_eq!(asha.next().await, NetEvent::Disconnected(key));
    let mut bala = Node::start_at(2, &address).await;
    bala.admit(&[asha.key]).await;
    assert_eq!(asha.next().await, NetEvent::Connected(key));
    assert_eq!(bala.next().await, NetEvent::Connected(asha.key));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_above_the_bound_ends_the_link_and_is_counted() {
    let asha_config = NetConfig { frame_bytes_max: 2 * FRAME_BYTES_MAX, ..config(1, LOOPBACK) };
    let mut asha = Node::start_with(1, asha_config).await;
    let mut bala = Node::start(2).await;
    link(&mut asha, &mut bala).await;
    asha.send(&bala, &vec![7; FRAME_BYTES_MAX]).await;
    let NetEvent::Frame { bytes, .. } = bala.next().await else { panic!("the bound itself is allowed") };
    assert_eq!(bytes.len(), FRAME_BYTES_MAX);
    asha.send(&bala, &vec![7; FRAME_BYTES_MAX + 1]).await;
    assert_eq!(bala.next().await, NetEvent::Disconnected(asha.key));
    assert_eq!(asha.next().await, NetEvent::Disconnected(bala.key));
    assert_eq!(bala.next().await, NetEvent::Connected(asha.key), "only the link was at fault");
    assert_eq!(bala.net.counters.oversize(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_does_not_read_loses_its_link_and_a_third_peer_notices_nothing() {
    let mut asha = Node::start(1).await;
    let lazy_config = NetConfig { events_max: 4, ..config(2, LOOPBACK) };
    let mut lazy = Node::start_with(2, lazy_config).await;
    let mut chitra = Node::start(3).await;
    link(&mut asha, &mut lazy).await;
    asha.admit(&[lazy.key, chitra.key]).await;
    chitra.admit(&[asha.key]).await;
    asha.dial(&chitra).await;
    assert_eq!(asha.next().await, NetEvent::Connected(chitra.key));
    assert_eq!(chitra.next().await, NetEvent::Connected(asha.key));
    let mut sent = 0_u32;
    while asha.net.counters.overflowed() == 0 {
        asha.send(&lazy, &vec![0; FRAME_BYTES_MAX]).await;
        asha.send(&chitra, &sent.to_be_bytes()).await;
        let bytes = sent.to_be_bytes().to_vec();
        assert_eq!(chitra.next().await, NetEvent::Frame { peer: asha.key, bytes });
        sent += 1;
        assert!(sent < 100_000, "nothing bounds what waits for a peer that does not read");
    }
    assert_eq!(asha.next().await, NetEvent::Disconnected(lazy.key));
    asha.send(&chitra, b"still here").await;
    assert_eq!(chitra.next().await, NetEvent::Frame { peer: asha.key, bytes: b"still here".to_vec() });
    lazy.until(&NetEvent::Disconnected(asha.key)).await;
    lazy.until(&NetEvent::Connected(asha.key)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_reads_slowly_is_told_to_be_full_and_to_have_room_again_and_nothing_is_lost() {
    let mut asha = Node::start(1).await;
    let lazy_config = NetConfig { events_max: 1, ..config(2, LOOPBACK) };
    let mut lazy = Node::start_with(2, lazy_config).await;
    link(&mut asha, &mut lazy).await;
    let mut sent = 0_u32;
    let full = NetEvent::Full(lazy.key);
    // One at a time until the shell says to stop: what a careful sender does.
    while timeout(Duration::from_millis(5), asha.net.events.recv())
        .await
        .map(|told| told.unwrap().event)
        .as_ref()
        != Ok(&full)
    {
        let mut frame = vec![0; FRAME_BYTES_MAX];
        frame[..4].copy_from_slice(&sent.to_be_bytes());
        asha.send(&lazy, &frame).await;
        sent += 1;
        assert!(sent < 10_000, "nobody said stop");
    }
    for number in 0..sent {
        let NetEvent::Frame { bytes, .. } = lazy.next().await else { panic!("not a frame") };
        assert_eq!(bytes[..4], number.to_be_bytes());
    }
    assert_eq!(asha.next_of_all().await, NetEvent::Room(lazy.key));
    assert_eq!(asha.net.counters.overflowed(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_not_dealt_with_keep_their_sender_waiting_and_nobody_else() {
    let mut hub = Node::start(1).await;
    let (mut flooder, mut other) = (Node::start(2).await, Node::start(3).await);
    link(&mut flooder, &mut hub).await;
    hub.admit(&[flooder.key, other.key]).await;
    other.admit(&[hub.key]).await;
    other.dial(&hub).await;
    assert_eq!(hub.next().await, NetEvent::Connected(other.key));
    assert_eq!(other.next().await, NetEvent::Connected(hub.key));
    for _ in 0..1_000 {
        flooder.send(&hub, b"flood").await;
    }
    other.send(&hub, b"please").await;
    // Every share is kept, as if the loop never came to deal with a frame.
    let (mut kept, mut before) = (Vec::new(), 0);
    let please = NetEvent::Frame { peer: other.key, bytes: b"please".to_vec() };
    loop {
        let told = timeout(PATIENCE, hub.net.events.recv()).await.expect("it never came").unwrap();
        kept.push(told.share);
        if told.event == please {
            break;
        }
        before += 1;
    }
    assert!(before <= 32, "{before} frames of the flooder were taken first");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_never_say_who_they_are_do_not_keep_a_peer_out() {
    let mut asha = Node::start(1).await;
    let port: u16 = asha.address.rsplit('/').next().unwrap().parse().unwrap();
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.extend(TcpStream::connect(("127.0.0.1", port)).await);
    }
    let mut bala = Node::start(2).await;
    asha.admit(&[bala.key]).await;
    bala.admit(&[asha.key]).await;
    // All from one address; the silent ones lose their places after the patience for handshakes.
    bala.dial(&asha).await;
    assert_eq!(bala.next().await, NetEvent::Connected(asha.key));
    assert_eq!(asha.next().await, NetEvent::Connected(bala.key));
    assert!(asha.net.counters.turned_away() > 0 && asha.net.counters.broken_off() > 0);
    drop(silent);
}

/// With `cargo test -p mohar-node --features quic`.
#[cfg(feature = "quic")]
#[tokio::test(flavor = "multi_thread")]
async fn peers_talk_over_quic_and_a_stranger_is_refused_there_too() {
    const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
    let mut asha = Node::start_at(1, QUIC).await;
    let mut bala = Node::start_at(2, QUIC).await;
    assert!(asha.address.contains("/quic-v1"));
    link(&mut asha, &mut bala).await;
    for number in 0..100_u8 {
        asha.send(&bala, &vec![number; FRAME_BYTES_MAX]).await;
        let NetEvent::Frame { bytes, .. } = bala.next().await else { panic!("not a frame") };
        assert_eq!(bytes, vec![number; FRAME_BYTES_MAX]);
    }
    let stranger = Node::start_at(9, QUIC).await;
    stranger.admit(&[asha.key]).await;
    stranger.dial(&asha).await;
    assert!(matches!(asha.next().await, NetEvent::Refused { .. }));
    let key = bala.key;
    bala.kill().await;
    asha.until(&NetEvent::Disconnected(key)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_stands_still_ends_the_link_before_its_queue_is_full() {
    let asha_config = NetConfig {
        queue_bytes_max: 1024 * FRAME_BYTES_MAX,
        write_patience: Duration::from_millis(500),
        ..config(1, LOOPBACK)
    };
    let mut asha = Node::start_with(1, asha_config).await;
    let lazy_config = NetConfig { events_max: 1, ..config(2, LOOPBACK) };
    let mut lazy = Node::start_with(2, lazy_config).await;
    link(&mut asha, &mut lazy).await;
    for _ in 0..512 {
        asha.send(&lazy, &vec![0; FRAME_BYTES_MAX]).await;
    }
    assert_eq!(asha.next().await, NetEvent::Disconnected(lazy.key));
    assert_eq!(asha.net.counters.overflowed(), 0);
    lazy.until(&NetEvent::Disconnected(asha.key)).await;
    lazy.until(&NetEvent::Connected(asha.key)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_no_longer_admitted_is_disconnected_and_stays_out() {
    let (mut asha, mut bala) = linked().await;
    bala.admit(&[]).await;
    assert_eq!(bala.next().await, NetEvent::Disconnected(asha.key));
    assert_eq!(asha.next().await, NetEvent::Disconnected(bala.key));
    assert!(matches!(bala.next().await, NetEvent::Refused { .. }), "asha calls again in vain");
    bala.admit(&[asha.key]).await;
    bala.until(&NetEvent::Connected(asha.key)).await;
    assert_eq!(asha.next().await, NetEvent::Connected(bala.key));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_falls_silent_is_noticed_on_both_sides() {
    let quick = |seed| NetConfig {
        ping_every: Duration::from_millis(100),
        ping_patience: Duration::from_millis(200),
        ..config(seed, LOOPBACK)
    };
    let mut asha = Node::start_with(1, quick(1)).await;
    let mut bala = Node::start_with(2, quick(2)).await;
    let line = Line::to(&bala).await;
    asha.admit(&[bala.key]).await;
    bala.admit(&[asha.key]).await;
    asha.dial_at(bala.key, &line.address).await;
    assert_eq!(asha.next().await, NetEvent::Connected(bala.key));
    assert_eq!(bala.next().await, NetEvent::Connected(asha.key));
    line.open.store(false, Ordering::SeqCst);
    assert_eq!(asha.next().await, NetEvent::Disconnected(bala.key));
    assert_eq!(bala.next().await, NetEvent::Disconnected(asha.key));
    line.open.store(true, Ordering::SeqCst);
    assert_eq!(asha.next().await, NetEvent::Connected(bala.key));
    assert_eq!(bala.next().await, NetEvent::Connected(asha.key));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listen_address_that_is_nonsense_or_not_ours_is_an_error() {
    assert!(matches!(start(config(1, "nonsense")), Err(NetError::Address(_))));
    // RFC 5737: an address that no machine has.
    let elsewhere = start(config(1, "/ip4/192.0.2.1/tcp/0"));
    assert!(matches!(elsewhere, Err(NetError::Listen { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_peers_and_a_hub_that_call_each_other_at_once_are_all_linked() {
    let mut hub = Node::start(100).await;
    let mut offices = Vec::new();
    for seed in 101..141 {
        offices.push(Node::start(seed).await);
    }
    let keys: Vec<PeerKey> = offices.iter().map(|office| office.key).collect();
    hub.admit(&keys).await;
    for office in &offices {
        office.admit(&[hub.key]).await;
        join(office.dial(&hub), hub.dial(office)).await;
    }
    let mut linked = HashSet::new();
    while linked.len() < offices.len() {
        match hub.next().await {
            NetEvent::Connected(key) => linked.insert(key),
            NetEvent::Disconnected(key) => linked.remove(&key),
            other => panic!("unexpected {other:?}"),
        };
    }
    for office in &mut offices {
        hub.send(office, b"head").await;
        office.until(&NetEvent::Frame { peer: hub.key, bytes: b"head".to_vec() }).await;
    }
}

const LOOPBACK: &str = "/ip4/127.0.0.1/tcp/0";

fn config(seed: u8, listen: &str) -> NetConfig {
    let config = NetConfig::new(vec![listen.to_owned()], Zeroizing::new([seed; 32]), FRAME_BYTES_MAX);
    NetConfig { queue_bytes_max: 64 * FRAME_BYTES_MAX, ..config }
}

/// A running node and where to find it.
struct Node {
    net: Net,
    key: PeerKey,
    address: String,
}

impl Node {
    async fn start(seed: u8) -> Self {
        Self::start_with(seed, config(seed, LOOPBACK)).await
    }

    async fn start_at(seed: u8, address: &str) -> Self {
        Self::start_with(seed, config(seed, address)).await
    }

    async fn start_with(seed: u8, config: NetConfig) -> Self {
        let pair = Keypair::ed25519_from_bytes([seed; 32]).unwrap();
        let key = PeerKey(pair.public().try_into_ed25519().unwrap().to_bytes());
        let mut net = start(config).unwrap();
        let Some(NetEvent::Listening(address)) = net.events.recv().await.map(|told| told.event) else {
            panic!("not listening")
        };
        Self { net, key, address }
    }

    async fn kill(self) {
        self.net.stop.send(()).unwrap();
        self.net.task.await.unwrap();
    }

    /// What happens next; that much or little waits is not told, for tests send what they like.
    async fn next(&mut self) -> NetEvent {
        loop {
            match self.next_of_all().await {
                NetEvent::Full(_) | NetEvent::Room(_) => {}
                event => return event,
            }
        }
    }

    async fn next_of_all(&mut self) -> NetEvent {
        timeout(PATIENCE, self.net.events.recv()).await.expect("nothing happened").unwrap().event
    }

    async fn until(&mut self, wanted: &NetEvent) {
        while self.next().await != *wanted {}
    }

    fn sender(&self) -> tokio::sync::mpsc::Sender<NetCommand> {
        self.net.commands.clone()
    }

    async fn admit(&self, peers: &[PeerKey]) {
        self.net.commands.send(NetCommand::Admit(peers.to_vec())).await.unwrap();
    }

    async fn dial(&self, other: &Self) {
        self.dial_at(other.key, &other.address).await;
    }

    async fn dial_at(&self, peer: PeerKey, address: &str) {
        let addresses = vec![address.to_owned()];
        self.net.commands.send(NetCommand::Dial { peer, addresses }).await.unwrap();
    }

    async fn send(&self, other: &Self, frame: &[u8]) {
        let command = NetCommand::Send { peer: other.key, frame: frame.to_vec() };
        self.net.commands.send(command).await.unwrap();
    }
}

async fn linked() -> (Node, Node) {
    let (mut asha, mut bala) = (Node::start(1).await, Node::start(2).await);
    link(&mut asha, &mut bala).await;
    (asha, bala)
}

/// Makes the first call the second.
async fn link(asha: &mut Node, bala: &mut Node) {
    bala.admit(&[asha.key]).await;
    asha.admit(&[bala.key]).await;
    asha.dial(bala).await;
    assert_eq!(asha.next().await, NetEvent::Connected(bala.key));
    assert_eq!(bala.next().await, NetEvent::Connected(asha.key));
}

/// A line that can fall silent: while it is not open it swallows every byte and closes nothing.
struct Line {
    address: String,
    open: Arc<AtomicBool>,
}

impl Line {
    async fn to(node: &Node) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let target: u16 = node.address.rsplit('/').next().unwrap().parse().unwrap();
        let open = Arc::new(AtomicBool::new(true));
        let switch = Arc::clone(&open);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                tokio::spawn(pump(near_in, far_out, Arc::clone(&switch)));
                tokio::spawn(pump(far_in, near_out, Arc::clone(&switch)));
            }
        });
        Self { address: format!("/ip4/127.0.0.1/tcp/{port}"), open }
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, open: Arc<AtomicBool>) {
    let mut buffer = vec![0; 16 * 1024];
    let mut broken = false;
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        broken |= !open.load(Ordering::SeqCst);
        if !broken && to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    if broken {
        // The other side must find out by itself.
        std::future::pending::<()>().await;
    }
}
