//! From the moment at which A is asked to the moment at which B holds the act durably and says so,
//! and from a forward to its receipt: two nodes in one process, over loopback TCP.

use std::time::Instant;

use mohar_protocol::custody::Phase;
use mohar_protocol::records::Records;

use super::desk::{Desk, runtime, start};
use super::{Rows, limits, spread};
use crate::processes::town::{DEPARTMENT, DIVISION, TOWN, Town};

/// Acts measured.
const ACTS: usize = 300;

/// Handovers measured.
const HANDOVERS: usize = 100;

/// Both latencies.
pub fn run() -> Rows {
    let dir = tempfile::tempdir().expect("a folder");
    let (_, flushes) = limits::fdatasync(dir.path());
    let town = Town::asleep(TOWN);
    let (mut told, mut held, mut received) = (Vec::new(), Vec::new(), Vec::new());
    runtime().block_on(async {
        let mut nodes = Vec::new();
        for node in &town.nodes {
            nodes.push(start(&node.data).await);
        }
        let a = Desk::of(&nodes[DEPARTMENT], "asha.gad").await;
        let b = Desk::of(&nodes[DIVISION], "asha.malwa").await;
        let file = a.open().await;
        a.until_mirrored().await;
        for _ in 0..ACTS {
            let start = Instant::now();
            a.note(&file).await;
            told.push(start.elapsed());
            a.until_mirrored().await;
            held.push(start.elapsed());
        }
        for _ in 0..HANDOVERS {
            let file = a.open().await;
            a.until_mirrored().await;
            let mut events = b.ledger.events();
            let start = Instant::now();
            a.forward(&file, b.holder).await;
            let is_here = || {
                let snapshot = b.ledger.snapshot();
                let matter = Records::new(&snapshot).matter(&file.id).expect("readable");
                matter.is_some_and(|matter| matter.holder == b.holder && matter.phase == Phase::Active)
            };
            while !is_here() {
                let _ = events.recv().await;
            }
            received.push(start.elapsed());
        }
        for node in nodes {
            node.stop().await;
        }
    });
    for all in [&mut told, &mut held, &mut received] {
        all.sort();
    }
    vec![
        ("fdatasync in this run".to_owned(), spread(&flushes)),
        ("an act, until its officer is answered".to_owned(), spread(&told)),
        ("an act, until the first mirror has said that it holds it".to_owned(), spread(&held)),
        ("a forward, until the other office has received it".to_owned(), spread(&received)),
    ]
}
