//! Benchmarks with their limits beside them, in one run: `bench [NAME ...]`, all when none is named.
//! Prints one Markdown table for each; `bench all > tests/figures/bench.md` keeps them.

#![allow(clippy::print_stdout, reason = "the figures are this program's data")]

use mohar_tests::bench::{self, Benchmark};

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|name| name != "all" && name != "--").collect();
    let all: &[(&str, Benchmark)] = &[
        ("limits", bench::limits::run),
        ("acts", bench::acts::run),
        ("mirror", bench::mirror::run),
        ("catch-up", bench::catch_up::run),
        ("starts", bench::starts::run),
        ("search", bench::search::run),
    ];
    println!("{}", bench::machine());
    for (name, run) in all.iter().filter(|(name, _)| asked.is_empty() || asked.iter().any(|one| one == name))
    {
        println!("\n## {name}\n\n| what | figure |\n|---|---|");
        for (what, figure) in run() {
            println!("| {what} | {figure} |");
        }
    }
}
