//! The programs under test, built by the test itself in its own profile, and the command line run
//! as people run it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use crate::processes::PASSWORD;

/// A folder with both programs that takes the place of a build.
const VARIABLE: &str = "MOHAR_BIN_DIR";

/// Where the programs are.
pub struct Programs {
    /// The command line.
    pub mohar: PathBuf,
    /// The daemon.
    pub node: PathBuf,
    /// A folder of the build for what is kept between test programs.
    pub kept: PathBuf,
}

/// The programs, built once for each test program.
pub static PROGRAMS: LazyLock<Programs> = LazyLock::new(build);

fn build() -> Programs {
    let own = std::env::current_exe().expect("a program knows where it is");
    // target/<profile>/deps/<test>, or target/<profile>/<bin>
    let profile = own.ancestors().skip(1).find(|folder| !folder.ends_with("deps"));
    let profile = profile.expect("a test lies in a folder of its profile").to_owned();
    let programs = std::env::var_os(VARIABLE).map_or_else(|| profile.clone(), PathBuf::from);
    if std::env::var_os(VARIABLE).is_none() {
        let name = profile.file_name().and_then(|name| name.to_str()).unwrap_or("debug");
        let name = if name == "debug" { "dev" } else { name };
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The whole workspace, as every other build of it: other selections mean other features, and
        // then half of the libraries twice.
        cargo.args(["build", "--quiet", "--profile", name, "--workspace", "--bins"]);
        cargo.arg("--target-dir").arg(profile.parent().expect("a profile lies in a target folder"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(cargo.status().expect("cargo runs").success(), "the programs under test do not build");
    }
    let kept = profile.parent().unwrap_or(&profile).join("tmp");
    Programs { mohar: programs.join("mohar"), node: programs.join("mohar-node"), kept }
}

/// Runs `mohar` in a folder. Words are split at blanks; an underscore is a blank inside a word.
pub fn mohar(folder: &Path, words: &str) -> Output {
    let mut command = Command::new(&PROGRAMS.mohar);
    command.current_dir(folder).env("MOHAR_PASSWORD", PASSWORD);
    command.args(words.split_whitespace().map(|word| word.replace('_', " ")));
    command.output().expect("mohar runs")
}

/// Runs `mohar --json` and gives its value.
///
/// # Panics
/// When it does not end with 0.
#[track_caller]
pub fn good(folder: &Path, words: &str) -> serde_json::Value {
    let answer = mohar(folder, &format!("--json {words}"));
    let talk = String::from_utf8_lossy(&answer.stderr);
    assert_eq!(answer.status.code(), Some(0), "mohar {words}: {talk}");
    serde_json::from_slice(&answer.stdout).expect("one JSON value")
}

/// Runs `mohar` and gives its exit code and all that it said.
pub fn code(folder: &Path, words: &str) -> (i32, String) {
    let answer = mohar(folder, words);
    let said = [answer.stdout, answer.stderr].concat();
    (answer.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}
