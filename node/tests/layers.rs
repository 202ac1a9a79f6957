//! Reads the `use` lines of the daemon and fails on an arrow that points up, and on a clock or a
//! source of randomness outside `clock.rs`.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

/// Top to bottom. A module may use those of later lines, never of its own line or above.
const LAYERS: &[&[&str]] = &[
    &["main", "bin"],
    &["shutdown"],
    &["run"],
    &["http"],
    &["api", "demo", "jobs", "web"],
    &["app"],
    &["ledger"],
    &["keyring", "mark", "search", "store"],
    &["net"],
    &["observe"],
    &["clock", "config", "metrics"],
];

#[test]
fn no_module_uses_one_above_it() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let own = module_of(&path);
        let Some(rank) = rank(&own) else {
            faults.push(format!("{}: module {own} has no layer", path.display()));
            continue;
        };
        for used in used_modules(&text).into_iter().filter(|used| *used != own) {
            match self::rank(&used) {
                None => faults.push(format!("{}: uses {used}, which has no layer", path.display())),
                Some(other) if other <= rank => {
                    faults.push(format!("{}: {own} must not use {used}", path.display()));
                }
                Some(_) => {}
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_modules_are_listed_from_top_to_bottom() {
    let lib = fs::read_to_string(root().join("lib.rs")).unwrap();
    let listed: Vec<_> = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let ranks: Vec<_> =
        listed.iter().map(|m| rank(m).unwrap_or_else(|| panic!("{m} has no layer"))).collect();
    assert!(ranks.is_sorted(), "{listed:?}");
}

#[test]
fn only_the_clock_reads_time_and_randomness() {
    for (path, text) in sources() {
        // The network and timers measure their own patience, with jitter, and tell nobody.
        let text = code(&text).replace("tokio::time::Instant::now", "");
        if path.ends_with("src/clock.rs") || module_of(&path) == "net" {
            continue;
        }
        let words =
            ["SystemTime::now", "Instant::now", "getrandom::", "Timestamp::now", "Zoned::now", "OsRng"];
        for word in words {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

fn rank(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module at the top of the crate that a source belongs to.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Modules named after `crate::` or `mohar_node::`.
fn used_modules(text: &str) -> Vec<String> {
    let code = code(text);
    let mut used = Vec::new();
    for opening in ["crate::", "mohar_node::"] {
        for (at, _) in code.match_indices(opening) {
            if !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                used.extend(names_at(&code[at + opening.len()..]));
            }
        }
    }
    used
}

/// The name at the start, or all names of a braced list.
fn names_at(rest: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    match rest.strip_prefix('{') {
        Some(list) => {
            let list = list.split_once('}').map_or(list, |(list, _)| list);
            list.split(',').map(name).filter(|name: &String| !name.is_empty()).collect()
        }
        None => vec![name(rest)],
    }
}

/// The text without comment lines.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources() -> Vec<(PathBuf, String)> {
    let (mut folders, mut found) = (vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("src/lib.rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}
