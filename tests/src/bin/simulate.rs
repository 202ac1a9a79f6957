//! Long simulations, for whoever has the time. See CONTRIBUTING.md, "Long simulations".
//!
//!   simulate --seeds 0..10000        seeds on two threads, with progress and the seeds that failed
//!   simulate --offices 550 --seeds 20    a state of the real shape
//!   simulate --hostile 3 --seeds 0..100  the same with nodes in the adversary's hands
//!   simulate --idle-day 1300         bytes per link of a day on which nobody works
//!   simulate --small 8               every interleaving of a movement, up to a depth
//!   simulate --mutations             the table of tests/figures/invariants.md

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the figures are this program's data")]

use std::process::ExitCode;

use mohar_tests::runs::long;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        Some(arguments.get(at + 1).cloned().unwrap_or_default())
    };
    let number = |name: &str| value(name).and_then(|text| text.parse::<usize>().ok());
    let seeds = value("--seeds").and_then(|text| range(&text));
    let outcome = if let Some(offices) = number("--idle-day") {
        long::idle_day(offices)
    } else if let Some(depth) = number("--small") {
        long::small(depth)
    } else if value("--mutations").is_some() {
        long::mutations()
    } else if let Some(seeds) = seeds {
        match number("--offices") {
            Some(offices) => long::real(offices, seeds),
            None => long::seeds(seeds, number("--hostile").unwrap_or(0)),
        }
    } else {
        Err("simulate --seeds A..B [--offices N | --hostile N] | --idle-day N | --small DEPTH | --mutations"
            .to_owned())
    };
    match outcome {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("{what}");
            ExitCode::FAILURE
        }
    }
}

/// `20` or `5..25`.
fn range(text: &str) -> Option<std::ops::Range<u64>> {
    match text.split_once("..") {
        Some((from, until)) => Some(from.parse().ok()?..until.parse().ok()?),
        None => Some(0..text.parse().ok()?),
    }
}
