//! Real programs: from the start to the first signed act, after a clean stop and after `kill -9`,
//! with few acts and with many; and the memory of an idle node with four links.

use std::time::{Duration, Instant};

use super::catch_up::write;
use super::desk::{Desk, runtime, start};
use super::{Rows, spread};
use crate::processes::town::{DEPARTMENT, TOWN, Town};

/// Starts measured of each sort.
const STARTS: usize = 10;

/// Acts of a node with many; `MOHAR_ACTS` gives another number.
const ACTS: usize = 100_000;

/// All starts, and the memory.
pub fn run() -> Rows {
    let acts = std::env::var("MOHAR_ACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(ACTS);
    let mut town = Town::asleep(1);
    let mut rows = measure(&mut town, "few acts");
    town.nodes[DEPARTMENT].stop();
    runtime().block_on(async {
        let running = start(&town.nodes[DEPARTMENT].data).await;
        write(&Desk::of(&running, "asha.gad").await, acts).await;
        running.stop().await;
    });
    rows.extend(measure(&mut town, &format!("{acts} acts")));
    let many = town.nodes[DEPARTMENT].resident_bytes().unwrap_or(0) >> 20;
    rows.push((format!("memory of a node with {acts} acts after these starts"), format!("{many} MiB")));
    drop(town);
    let town = Town::running(TOWN);
    let memory =
        town.nodes.iter().filter_map(crate::processes::node::Node::resident_bytes).map(|bytes| bytes >> 20);
    let memory: Vec<String> = memory.map(|mib| mib.to_string()).collect();
    rows.push(("memory of idle nodes with four links each".to_owned(), format!("{} MiB", memory.join(", "))));
    rows
}

fn measure(town: &mut Town, with: &str) -> Rows {
    town.nodes[DEPARTMENT].start();
    let officer = town.head(DEPARTMENT);
    let mut sorts: [(bool, Vec<Duration>); 2] = [(false, Vec::new()), (true, Vec::new())];
    for (is_killed, took) in &mut sorts {
        for _ in 0..STARTS {
            let node = &mut town.nodes[DEPARTMENT];
            if *is_killed {
                node.kill()
            } else {
                node.stop()
            }
            let start = Instant::now();
            node.start();
            officer.open_file("First act after a start").expect("signed");
            took.push(start.elapsed());
        }
        took.sort();
    }
    let rows = sorts.iter().map(|(is_killed, took)| {
        let after = if *is_killed { "kill -9" } else { "a clean stop" };
        (format!("start to first signed act over HTTP, {with}, after {after}"), spread(took))
    });
    rows.collect()
}
