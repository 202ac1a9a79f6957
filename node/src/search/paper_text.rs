//! The text of a paper, for the index alone: `pdftotext` of poppler, where it is installed.
//!
//! It runs as a child with bounds on time, memory and output; the paper goes in and the text comes out
//! through pipes, so nothing of it touches the disk. What it gives is read by a machine: it never
//! gets into a note, a signature or an amount.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use crate::clock::Stopwatch;

/// Papers above this are not read: a scan of 200 pages has no text, and a text of that size no reader.
const PAPER_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bytes of text that are taken: some 150 printed pages of Hindi.
const TEXT_BYTES_MAX: u64 = 1024 * 1024;

/// How long one paper may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is asked whether to stop.
const LOOK: Duration = Duration::from_millis(50);

/// 512 MiB of memory and 20 s of processor time (`ulimit` of POSIX sh), and everyone else first. Where the service
/// manager forbids to set limits, those of time and output remain.
const SHELL: &str =
    "ulimit -v 524288 2>/dev/null; ulimit -t 20 2>/dev/null; exec nice -n 15 pdftotext -q -enc UTF-8 - -";

/// The text of a PDF; empty when it has none, when it cannot be read within the bounds, and when
/// there is no `pdftotext`.
pub fn of_pdf(bytes: &[u8], is_stopping: impl Fn() -> bool) -> String {
    if bytes.len() > PAPER_BYTES_MAX || !bytes.starts_with(b"%PDF-") {
        return String::new();
    }
    let child = Command::new("/bin/sh")
        .args(["-c", SHELL])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    child.map_or_else(|_| String::new(), |child| talk(child, bytes, is_stopping))
}

fn talk(mut child: Child, bytes: &[u8], is_stopping: impl Fn() -> bool) -> String {
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (said, heard) = channel();
    let text = std::thread::scope(|threads| {
        threads.spawn(move || {
            // A child that ends before it has read everything breaks the pipe; that is its business.
            let _ = stdin.map(|mut stdin| stdin.write_all(bytes));
        });
        threads.spawn(move || {
            let mut text = Vec::new();
            let _ = stdout.map(|stdout| stdout.take(TEXT_BYTES_MAX).read_to_end(&mut text));
            let _ = said.send(text);
        });
        let watch = Stopwatch::start();
        let text = loop {
            match heard.recv_timeout(LOOK) {
                Ok(text) => break text,
                Err(RecvTimeoutError::Timeout) if watch.elapsed() < PATIENCE && !is_stopping() => {}
                Err(_) => break Vec::new(),
            }
        };
        // Ends the pipes too, so that both threads end.
        let _ = child.kill();
        text
    });
    let _ = child.wait();
    String::from_utf8_lossy(&text).into_owned()
}
