//! A slow line: TCP connections that share so many bytes a second in each direction, and that can be cut.
//! For kernels without shaping, and for tests without rights. Bytes are counted, never lost.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep_until};

/// A packet of Ethernet: what one connection sends before it is another one's turn.
const PIECE_BYTES: usize = 1_460;

/// What the line's own ends may hold: a modem has no megabytes of memory.
const BUFFER_BYTES: u32 = 4 * 1024;

/// The line, until it is dropped.
pub struct SlowLine {
    runtime: Option<Runtime>,
    up: Arc<Direction>,
    down: Arc<Direction>,
    whole: watch::Sender<bool>,
}

/// One direction of the line.
struct Direction {
    nanos_per_byte: u64,
    free_at: Mutex<Instant>,
    carried: AtomicU64,
}

impl SlowLine {
    /// A line of so many kbit/s in each direction, not cut.
    ///
    /// # Panics
    /// When there is no thread for it.
    pub fn new(kbit_per_s: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let direction = || {
            let free_at = Mutex::new(Instant::now());
            let nanos_per_byte = 8_000_000 / kbit_per_s;
            Arc::new(Direction { nanos_per_byte, free_at, carried: AtomicU64::new(0) })
        };
        let (up, down, whole) = (direction(), direction(), watch::Sender::new(true));
        Self { runtime: Some(runtime.expect("a runtime")), up, down, whole }
    }

    /// Carries what comes to `near` on to `far`, which is *up*, and back, which is *down*.
    ///
    /// # Panics
    /// When nobody can listen there.
    pub fn carry(&self, near: u16, far: u16) {
        let runtime = self.runtime.as_ref().expect("until dropped");
        let [near, far] = [near, far].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let (up, down, whole) = (Arc::clone(&self.up), Arc::clone(&self.down), self.whole.subscribe());
        let _in_runtime = runtime.enter();
        let socket = end();
        socket.bind(near).expect("an address of this machine");
        let listener = socket.listen(16).expect("an address of this machine");
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (up, down, whole) = (Arc::clone(&up), Arc::clone(&down), whole.clone());
                tokio::spawn(carry(stream, far, up, down, whole));
            }
        });
    }

    /// Cuts it: connections end, and new ones find nobody.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Mends it.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// Bytes carried up and down so far.
    pub fn carried(&self) -> (u64, u64) {
        (self.up.carried.load(Ordering::Relaxed), self.down.carried.load(Ordering::Relaxed))
    }
}

impl Drop for SlowLine {
    fn drop(&mut self) {
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

fn end() -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(BUFFER_BYTES).expect("a small buffer");
    socket.set_send_buffer_size(BUFFER_BYTES).expect("a small buffer");
    socket
}

async fn carry(
    near: TcpStream,
    far: SocketAddr,
    up: Arc<Direction>,
    down: Arc<Direction>,
    mut whole: watch::Receiver<bool>,
) {
    if !*whole.borrow_and_update() {
        return;
    }
    let Ok(far) = end().connect(far).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    // When one direction ends the other has nothing left to carry.
    tokio::select! {
        () = pump(near_in, far_out, &up) => {}
        () = pump(far_in, near_out, &down) => {}
        _ = whole.changed() => {}
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, direction: &Direction) {
    let mut piece = [0; PIECE_BYTES];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        direction.take_turn(length as u64).await;
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}

impl Direction {
    /// Waits until so many bytes have gone over the line; connections wait in the order of their coming.
    async fn take_turn(&self, length: u64) {
        let mut free_at = self.free_at.lock().await;
        let gone = (*free_at).max(Instant::now()) + Duration::from_nanos(length * self.nanos_per_byte);
        *free_at = gone;
        self.carried.fetch_add(length, Ordering::Relaxed);
        drop(free_at);
        sleep_until(gone).await;
    }
}
