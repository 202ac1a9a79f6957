//! An office is cut off for weeks and catches up over a slow line that breaks twice: real daemons.

#![expect(clippy::print_stderr, reason = "the figures are the result")]

use mohar_tests::processes::absence::{Plan, run};

#[test]
fn after_an_absence_everything_comes_once_over_a_slow_line_that_breaks_twice() {
    eprintln!("{}", run(Plan { acts: 90, papers: 1, paper_bytes: 50_000, sent: 5, kbit_per_s: 512 }));
}

/// `acts papers paper_bytes sent kbit_per_s`, as `tests/absence` sets them.
#[test]
#[ignore = "half an hour; `tests/absence` runs it and writes down its figures"]
fn three_weeks_and_a_line_of_64_kbit() {
    let given = std::env::var("MOHAR_ABSENCE").unwrap_or_else(|_| "300 2 100000 10 64".to_owned());
    let numbers: Vec<usize> = given.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [acts, papers, paper_bytes, sent, kbit_per_s] = numbers[..] else { panic!("five numbers: {given}") };
    let kbit_per_s = u64::try_from(kbit_per_s).unwrap();
    let figures = run(Plan { acts, papers, paper_bytes, sent, kbit_per_s });
    let Ok(path) = std::env::var("MOHAR_FIGURES") else { return eprintln!("{figures}") };
    std::fs::write(path, format!("{figures}\n")).unwrap();
}
