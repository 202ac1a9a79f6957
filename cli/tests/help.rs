//! Every command explains itself: `--help` exits 0, on stdout, with examples, and without talk.

use std::process::{Command, Output};

/// Every command, as it is typed.
const COMMANDS: &[&str] = &[
    "",
    "found",
    "charter succeed",
    "charter sign",
    "office create",
    "office admit",
    "office announce",
    "office divide",
    "office merge",
    "office move",
    "office close",
    "office hand-on",
    "office rekey",
    "office continue",
    "office rejoin",
    "office orphans",
    "join",
    "kit print",
    "kit read",
    "kit rehearse",
    "post add",
    "officer add",
    "officer rekey",
    "charge give",
    "charge end",
    "status",
    "log",
    "log export",
    "matter held",
    "matter reassign",
    "bundle",
    "packet export",
    "packet import",
    "verify",
    "check",
    "search status",
    "search rebuild",
];

fn mohar(words: &str, last: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mohar"));
    command.args(words.split_whitespace()).args(last.split_whitespace()).env_remove("MOHAR_PASSWORD");
    command.output().expect("the command runs")
}

#[test]
fn the_help_of_every_command_goes_to_stdout_with_examples_and_exits_0() {
    for command in COMMANDS {
        let answer = mohar(command, "--help");
        let text = String::from_utf8(answer.stdout).expect("UTF-8");
        assert_eq!(answer.status.code(), Some(0), "{command}");
        assert!(answer.stderr.is_empty(), "{command} talks");
        assert!(text.contains("Examples"), "{command} has no examples");
        assert!(text.contains("Usage: mohar"), "{command} has no usage");
    }
}

#[test]
fn the_first_line_of_every_help_says_what_it_does_without_a_full_stop() {
    for command in COMMANDS {
        let text = String::from_utf8(mohar(command, "--help").stdout).expect("UTF-8");
        let first = text.lines().next().unwrap_or_default();
        assert!(!first.is_empty() && !first.ends_with('.'), "{command}: {first:?}");
    }
}

#[test]
fn the_version_goes_to_stdout() {
    let answer = mohar("", "--version");
    assert_eq!(answer.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&answer.stdout).starts_with("mohar "));
}

#[test]
fn wrong_usage_exits_2_and_says_nothing_on_stdout() {
    for words in ["", "fund", "found", "join", "verify", "log", "office admit x --out y"] {
        let answer = mohar(words, "");
        assert_eq!(answer.status.code(), Some(2), "{words:?}");
        assert!(answer.stdout.is_empty(), "{words:?}");
        assert!(!answer.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn every_command_has_a_manual_page_that_names_it() {
    for command in COMMANDS.iter().filter(|command| !command.is_empty()) {
        let page = command.replace(' ', "-");
        let path = format!("{}/manual/{page}.md", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert!(text.starts_with(&format!("# mohar {command}\n")), "{path}");
        assert!(text.contains(&format!("$ mohar {command} ")), "{path} has no example");
    }
}

#[test]
fn a_node_that_does_not_run_is_named_with_a_hint_and_exit_code_2() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().display().to_string();
    for command in ["status", "check", "log"] {
        let answer = mohar(command, &format!("--data {data}"));
        let talk = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert_eq!(answer.status.code(), Some(2), "{command}");
        assert!(talk.contains("no node answers at"), "{command}: {talk}");
        assert!(talk.lines().any(|line| line.starts_with("hint: ")), "{command}: {talk}");
    }
}

#[test]
fn an_error_is_one_json_line_when_json_was_asked_for() {
    let answer = mohar("status", "--data /nowhere --json");
    let error: serde_json::Value = serde_json::from_slice(&answer.stderr).expect("one JSON value");
    assert_eq!(error["error"]["kind"], "could_not");
    assert!(error["error"]["hint"].is_string());
}
