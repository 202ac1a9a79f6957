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

/// Writes and flushes everything.
///
/// `patience` is for standing still, not for the whole: 1 MiB takes two minutes on a line of 8 KiB/s
/// and that line is alive.
///
/// # Errors
///
/// What the stream says, or `TimedOut` when nothing moved for `patience`.
pub async fn write<W>(stream: &mut W, mut bytes: &[u8], patience: Duration, pulse: &Pulse) -> io::Result<()>
where
    W: AsyncWrite + Unpin,
{
    while !bytes.is_empty() {
        let written = timeout(patience, stream.write(bytes)).await??;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        pulse.beat();
    }
    timeout(patience, stream.flush()).await?
}
