//! Frames on a stream: a length of four bytes, big-endian, then that many bytes.
//!
//! It never interprets what it carries and never trusts an announced length with memory.

use std::io;
use std::time::Duration;

use futures::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::guard::Pulse;

/// Memory given to a frame before its first byte has arrived. More follows as the bytes do.
const FIRST_ALLOCATION: usize = 64 * 1024;

/// Bytes that have to be gone within the patience: a line of 64 kbit/s that eight links share carries
/// 16 KiB of one of them in 16 s.
const PIECE_BYTES: usize = 16 * 1024;

/// Why no further frame can be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The peer announced more than the bound.
    #[error("a frame of {announced} bytes is above the bound of {bound}")]
    Oversize {
        /// What the peer announced.
        announced: usize,
        /// What is allowed.
        bound: usize,
    },
    /// The stream failed or ended inside a frame.
    #[error("the stream failed: {0}")]
    Stream(#[from] io::Error),
}

/// Reads one frame of at most `bound` bytes; `None` when the peer ended the stream between frames.
/// A frame may be long in coming, but once begun it may not stand still for `patience`.
///
/// # Errors
///
/// See [`FrameError`]. The stream is useless afterwards.
pub async fn read<R>(
    stream: &mut R,
    bound: usize,
    patience: Duration,
    pulse: &Pulse,
) -> Result<Option<Vec<u8>>, FrameError>
where
    R: AsyncBufRead + Unpin,
{
    if stream.fill_buf().await?.is_empty() {
        return Ok(None);
    }
    let mut header = [0; 4];
    timeout(patience, stream.read_exact(&mut header)).await.map_err(io::Error::from)??;
    let announced = usize::try_from(u32::from_be_bytes(header)).unwrap_or(usize::MAX);
    if announced > bound {
        return Err(FrameError::Oversize { announced, bound });
    }
    let mut frame = Vec::with_capacity(announced.min(FIRST_ALLOCATION));
    while frame.len() < announced {
        let available = timeout(patience, stream.fill_buf()).await.map_err(io::Error::from)??;
        if available.is_empty() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let taken = available.len().min(announced - frame.len());
        frame.extend_from_slice(&available[..taken]);
        stream.consume_unpin(taken);
        pulse.beat();
    }
    Ok(Some(frame))
}

/// Appends one frame with its length. Returns `false`, and appends nothing, above `u32::MAX` bytes.
#[must_use]
pub fn append(buffer: &mut Vec<u8>, frame: &[u8]) -> bool {
    let Ok(length) = u32::try_from(frame.len()) else {
        return false;
    };
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(frame);
    true
}

/// Writes and flushes everything, piece by piece: a stream with a large window takes a whole frame at once,
/// and whether its bytes move shows only in how it gets rid of them.
///
/// `patience` is for standing still, not for the whole: 1 MiB takes two minutes on a line of 8 KiB/s
/// and that line is alive.
///
/// # Errors
///
/// What the stream says, or `TimedOut` when nothing moved for `patience`.
pub async fn write<W>(stream: &mut W, bytes: &[u8], patience: Duration, pulse: &Pulse) -> io::Result<()>
where
    W: AsyncWrite + Unpin,
{
    for mut piece in bytes.chunks(PIECE_BYTES) {
        while !piece.is_empty() {
            let written = timeout(patience, stream.write(piece)).await??;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            piece = &piece[written..];
            pulse.beat();
        }
        timeout(patience, stream.flush()).await??;
        pulse.beat();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use futures::AsyncWrite;
    use tokio::time::{Sleep, sleep};

    use super::{Pulse, write};

    /// Takes everything at once, as a stream with a large window does, and is rid of 1 KiB in 4 ms.
    #[derive(Default)]
    struct SlowLine {
        waiting: usize,
        rid_of_it: Option<Pin<Box<Sleep>>>,
    }

    impl AsyncWrite for SlowLine {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.waiting += bytes.len();
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            let time = Duration::from_micros(4 * self.waiting as u64);
            let rid_of_it = self.rid_of_it.get_or_insert_with(|| Box::pin(sleep(time)));
            std::task::ready!(rid_of_it.as_mut().poll(context));
            (self.waiting, self.rid_of_it) = (0, None);
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn a_line_that_takes_a_frame_at_once_and_carries_it_slowly_does_not_stand_still() {
        let patience = Duration::from_millis(500);
        let frame = vec![7; 256 * 1024];
        write(&mut SlowLine::default(), &frame, patience, &Pulse::new())
            .await
            .expect("it moves all the time");
    }
}
