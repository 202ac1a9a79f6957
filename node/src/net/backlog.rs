//! What waits to be written to the peers, counted in bytes, so that whoever adds to it knows when
//! to stop.
//!
//! It counts and tells; it never drops, orders or writes a frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::watch;

/// Bytes charged for a frame besides its own: its place in the queue, so that empty ones count too.
const FRAME_COST: usize = 64;

/// The bytes that wait for one peer, and with them those that wait for all.
pub struct Backlog {
    bytes: watch::Sender<usize>,
    all: Arc<AtomicUsize>,
}

/// The share of one frame; given back when the frame is written or dropped.
pub struct Waiting {
    backlog: Arc<Backlog>,
    bytes: usize,
}

impl Backlog {
    /// Nothing waits. `all` is the sum over all peers.
    pub fn new(all: &Arc<AtomicUsize>) -> Arc<Self> {
        Arc::new(Self { bytes: watch::Sender::new(0), all: Arc::clone(all) })
    }

    /// A frame of this many bytes waits now.
    pub fn add(self: &Arc<Self>, frame: usize) -> Waiting {
        let bytes = frame.saturating_add(FRAME_COST);
        self.bytes.send_modify(|waiting| *waiting += bytes);
        self.all.fetch_add(bytes, Ordering::Relaxed);
        Waiting { backlog: Arc::clone(self), bytes }
    }

    /// Bytes that wait for this peer.
    pub fn bytes(&self) -> usize {
        *self.bytes.borrow()
    }

    /// Returns once at least this much waits.
    pub async fn at_least(&self, bytes: usize) {
        self.when(|waiting| waiting >= bytes).await;
    }

    /// Returns once less than this waits.
    pub async fn below(&self, bytes: usize) {
        self.when(|waiting| waiting < bytes).await;
    }

    async fn when(&self, holds: impl Fn(usize) -> bool) {
        // The sender lives as long as this does, so there is always an answer.
        let _ = self.bytes.subscribe().wait_for(|waiting| holds(*waiting)).await;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.backlog.bytes.send_modify(|waiting| *waiting -= self.bytes);
        self.backlog.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{Backlog, FRAME_COST};

    #[tokio::test]
    async fn what_waits_is_counted_for_the_peer_and_for_all_until_it_is_dropped() {
        let all = Arc::new(AtomicUsize::new(0));
        let (asha, bala) = (Backlog::new(&all), Backlog::new(&all));
        let first = asha.add(100);
        let second = bala.add(0);
        assert_eq!((asha.bytes(), bala.bytes()), (100 + FRAME_COST, FRAME_COST));
        assert_eq!(all.load(Ordering::Relaxed), 100 + 2 * FRAME_COST);
        asha.at_least(100).await;
        drop(first);
        asha.below(1).await;
        drop(second);
        assert_eq!(all.load(Ordering::Relaxed), 0);
    }
}
