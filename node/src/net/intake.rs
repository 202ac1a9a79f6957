//! What a peer has under way inside this node: frames that were read and are not dealt with yet.
//!
//! Every frame takes a share of its peer's room and of the room of all, and gives it back when the
//! commit that dealt with it stands. So a peer that floods waits for itself: before the frame of
//! another peer at most [`FRAMES_MAX`] frames of it are taken. It never reads a frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Frames of one peer under way: two round trips of eight chunks each way, and as many small ones.
const FRAMES_MAX: usize = 32;

/// Bytes of one peer under way: what it may have been asked for at once, 8 chunks of 256 KiB.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// Bytes of all peers under way: 32 of them at their bound. The others wait their turn, in order.
const ALL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The room of all peers together.
pub fn room_of_all(frame_bytes_max: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(ALL_BYTES_MAX.max(frame_bytes_max)))
}

/// The room of one peer.
pub struct Intake {
    frames: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    all: Arc<Semaphore>,
    fines: AtomicU32,
}

/// The share of one frame; given back when dropped.
pub struct Share {
    intake: Arc<Intake>,
    _room: [OwnedSemaphorePermit; 3],
}

impl Intake {
    /// An empty intake, whose shares come out of `all` too.
    pub fn new(all: &Arc<Semaphore>, frame_bytes_max: usize) -> Arc<Self> {
        Arc::new(Self {
            frames: Arc::new(Semaphore::new(FRAMES_MAX)),
            bytes: Arc::new(Semaphore::new(BYTES_MAX.max(frame_bytes_max))),
            all: Arc::clone(all),
            fines: AtomicU32::new(0),
        })
    }

    /// Waits for room for a frame of this many bytes, at most the longest frame.
    pub async fn take(self: &Arc<Self>, bytes: usize) -> Share {
        // The room of all comes last: who waits for itself must not hold what others need.
        let room = [
            permits(&self.frames, 1).await,
            permits(&self.bytes, bytes).await,
            permits(&self.all, bytes).await,
        ];
        Share { intake: Arc::clone(self), _room: room }
    }

    /// The fines since the last call.
    pub fn fines(&self) -> u32 {
        self.fines.swap(0, Ordering::Relaxed)
    }
}

impl Share {
    /// The frame was refused: its sender pays more for it than for one that was of use.
    pub fn fine(&self) {
        self.intake.fines.fetch_add(1, Ordering::Relaxed);
    }
}

async fn permits(room: &Arc<Semaphore>, count: usize) -> OwnedSemaphorePermit {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Arc::clone(room).acquire_many_owned(count).await.expect("a room is never closed")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::time::timeout;

    use super::{ALL_BYTES_MAX, BYTES_MAX, FRAMES_MAX, Intake, room_of_all};

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_peer_with_its_room_full_waits_for_itself_and_others_go_on() {
        let all = room_of_all(1024);
        let (flooder, other) = (Intake::new(&all, 1024), Intake::new(&all, 1024));
        let mut held = Vec::new();
        for _ in 0..FRAMES_MAX {
            held.push(flooder.take(1).await);
        }
        assert!(timeout(SHORT, flooder.take(1)).await.is_err(), "frames are bounded");
        let _others = other.take(1024).await;
        held.pop();
        assert!(timeout(SHORT, flooder.take(1)).await.is_ok());
        drop(held);
        let _large = flooder.take(BYTES_MAX).await;
        assert!(timeout(SHORT, flooder.take(1)).await.is_err(), "bytes are bounded");
    }

    #[tokio::test]
    async fn all_peers_together_are_bounded_and_fines_are_paid_once() {
        let all = room_of_all(1024);
        let mut held = Vec::new();
        for _ in 0..ALL_BYTES_MAX / BYTES_MAX {
            held.push(Intake::new(&all, 1024).take(BYTES_MAX).await);
        }
        let late = Intake::new(&all, 1024);
        assert!(timeout(SHORT, late.take(1)).await.is_err());
        held[0].fine();
        let fined = Arc::clone(&held[0].intake);
        held.clear();
        assert!(timeout(SHORT, late.take(1)).await.is_ok());
        assert_eq!((fined.fines(), fined.fines()), (1, 0));
    }
}
