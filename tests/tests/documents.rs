//! What the documents name must exist: links, paths, identifiers of the glossary, metrics of the
//! alerts. Whether what they say about it is true stays for people to judge.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold no sources of ours.
const SKIPPED: [&str; 6] = [".git", "target", "node_modules", "demo-data", "out", "__pycache__"];

/// A path in backticks is one of the repository when it begins with one of these.
const TOP: [&str; 5] = ["protocol/", "node/", "cli/", "deploy/", "tests/"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace")
}

fn paths_below(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if SKIPPED.contains(&&*name) {
            continue;
        }
        if path.is_dir() { paths_below(&path, paths) } else { paths.push(path.clone()) }
    }
}

fn all_paths() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    paths_below(&root(), &mut paths);
    paths
}

/// Every page with its text, without fenced blocks.
fn pages() -> Vec<(PathBuf, String)> {
    let pages = all_paths().into_iter().filter(|path| path.extension().is_some_and(|e| e == "md"));
    pages.map(|path| (path.clone(), without_fences(&read(&path)))).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn without_fences(text: &str) -> String {
    let is_prose = |(at, _): &(usize, &str)| at % 2 == 0;
    text.split("```").enumerate().filter(is_prose).map(|(_, part)| part).collect::<Vec<_>>().join("\n")
}

/// What stands between `open` and `close`, again and again.
fn between<'t>(text: &'t str, open: &'static str, close: char) -> impl Iterator<Item = &'t str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
}

/// The words in backticks.
fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut lost = Vec::new();
    for (page, text) in pages() {
        for link in between(&text, "](", ')') {
            let target = link.split('#').next().expect("the first part");
            let elsewhere = target.contains(':') || target.contains(' ') || target.is_empty();
            if !elsewhere && !page.parent().expect("a folder").join(target).exists() {
                lost.push(format!("{} links to {target}", page.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn every_path_in_backticks_exists() {
    let mut lost = Vec::new();
    for (page, text) in pages() {
        for word in in_backticks(&text).filter(|word| TOP.iter().any(|top| word.starts_with(top))) {
            let is_path = !word.contains([' ', '*', '<', '{', '…', '\n']);
            // From the top, from the page, or from the crate that the page belongs to.
            let exists = page.ancestors().take_while(|above| above.starts_with(root()));
            if is_path && !exists.skip(1).any(|above| above.join(word).exists()) {
                lost.push(format!("{} names {word}", page.display()));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn every_identifier_of_the_glossary_is_in_the_sources() {
    let endings = ["rs", "ftl", "html"];
    let is_source = |path: &PathBuf| path.extension().is_some_and(|e| endings.iter().any(|x| e == *x));
    // The path counts as well: templates are known by their name.
    let sources: String = all_paths()
        .into_iter()
        .filter(is_source)
        .filter(|path| !path.ends_with("tests/tests/documents.rs"))
        .map(|path| format!("{}\n{}\n", path.display(), read(&path)))
        .collect();
    let glossary = read(&root().join("GLOSSARY.md"));
    let mut named = 0;
    for row in glossary.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let code = row.trim_end_matches([' ', '|']).rsplit('|').next().expect("the last column");
        for identifier in in_backticks(code) {
            named += 1;
            assert!(has_word(&sources, identifier), "{identifier} is not in the sources: {row}");
        }
    }
    assert!(named > 60, "the glossary has been misread: {named} identifiers");
}

/// Whether a text has `word` and not only as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_inside) && !text[at + word.len()..].starts_with(is_inside))
}

#[test]
fn every_word_of_the_glossary_has_one_row() {
    let glossary = read(&root().join("GLOSSARY.md"));
    let mut known = BTreeSet::new();
    for row in glossary.lines().filter(|line| line.starts_with("| ") && !line.contains("---")) {
        let english = row.split('|').nth(2).expect("the second column").trim();
        assert!(english == "English" || known.insert(english), "{english} stands there twice");
    }
}

#[test]
fn the_architecture_says_of_every_table_whether_it_can_be_rebuilt() {
    let architecture = read(&root().join("ARCHITECTURE.md"));
    for catalogue in ["protocol/src/records/table.rs", "node/src/store/tables.rs"] {
        let text = read(&root().join(catalogue));
        let of_protocol =
            text.lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(';')?.split_once(' '));
        let of_protocol =
            of_protocol.filter(|(number, _)| number.parse::<u8>().is_ok()).map(|(_, name)| name);
        let of_node =
            between(&text, "pub const ", ':').filter(|name| text.contains(&format!("{name}: Table = ")));
        for name in of_protocol.chain(of_node).filter(|name| name.chars().all(|c| c.is_ascii_uppercase())) {
            assert!(architecture.contains(&format!("`{name}`")), "ARCHITECTURE.md does not class {name}");
        }
    }
}

#[test]
fn every_metric_of_the_alerts_is_counted() {
    let alerts = read(&root().join("deploy/monitoring/alerts.yml"));
    let counted = read(&root().join("node/src/metrics.rs")) + &read(&root().join("node/src/api/health.rs"));
    let words = alerts.split(|c: char| !c.is_alphanumeric() && c != '_');
    let metrics: BTreeSet<&str> = words.filter(|word| word.starts_with("mohar_")).collect();
    assert!(!metrics.is_empty(), "the alerts watch nothing");
    for metric in metrics {
        assert!(counted.contains(&format!("\"{metric}\"")), "{metric} is not counted");
    }
}
