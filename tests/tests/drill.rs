//! An office burns and is served again from its mirrors: real daemons, the ceremony as people do it.

#![expect(clippy::print_stderr, reason = "the figures are the result")]

use mohar_tests::processes::drill::{Plan, run};

#[test]
fn a_burnt_office_is_served_again_from_its_mirrors() {
    eprintln!("{}", run(Plan { acts: 240, papers: 4, paper_bytes: 1_000_000, foreign: false }));
}

#[test]
fn the_only_copy_may_be_foreign_and_the_departments_key_the_only_reader() {
    eprintln!("{}", run(Plan { acts: 120, papers: 2, paper_bytes: 1_000_000, foreign: true }));
}

/// `acts papers paper_bytes foreign`, as `tests/drill` sets them.
#[test]
#[ignore = "minutes; `tests/drill` runs it and writes down its figures"]
fn the_drill_of_a_big_office() {
    let given = std::env::var("MOHAR_DRILL").unwrap_or_else(|_| "1000 50 1000000 0".to_owned());
    let numbers: Vec<usize> = given.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [acts, papers, paper_bytes, foreign] = numbers[..] else { panic!("four numbers: {given}") };
    let figures = run(Plan { acts, papers, paper_bytes, foreign: foreign > 0 });
    let Ok(path) = std::env::var("MOHAR_FIGURES") else { return eprintln!("{figures}") };
    std::fs::write(path, format!("{figures}\n")).unwrap();
}
