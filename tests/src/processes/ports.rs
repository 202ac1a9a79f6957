//! Ports for the nodes of one test: from a bounded range below the ephemeral ports, found free.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

/// Below 32768, where Linux takes the near ends of outgoing connections from.
const FIRST: u16 = 20_000;

/// 10,000 ports: hundreds of towns.
const COUNT: u16 = 10_000;

static TAKEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port that nobody listens on, and that no other town of this process was given.
///
/// # Panics
/// When the whole range is taken.
pub fn free() -> u16 {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    // Test programs that run at the same time begin at different places.
    let start = (std::process::id() % u32::from(COUNT / 100)) as u16 * 100;
    let candidates = (0..COUNT).map(|step| FIRST + (start + step) % COUNT);
    let port = candidates
        .filter(|port| !taken.contains(port))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    let port = port.expect("one of 10,000 ports is free");
    taken.insert(port);
    port
}
