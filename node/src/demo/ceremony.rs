//! The ceremonies, done with the command `mohar` as administrators do them: found the state, then
//! create, admit and join each office, then its posts, officers and charges.
//!
//! This file holds no rule and opens no key; it only runs commands.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, anyhow, bail, ensure};
use serde_json::Value;

use super::federation::{OFFICES, OfficePlan};
use super::folder::{Folder, Marker};
use super::nodes::Nodes;
use super::progress::Progress;

/// The command and what it works on.
pub struct Ceremony<'a> {
    mohar: PathBuf,
    folder: &'a Folder,
    nodes: &'a Nodes,
    say: &'a Progress,
}

impl<'a> Ceremony<'a> {
    /// Prepares the ceremonies.
    pub fn new(mohar: PathBuf, folder: &'a Folder, nodes: &'a Nodes, say: &'a Progress) -> Self {
        Self { mohar, folder, nodes, say }
    }

    /// Founds the state and its offices and starts each one's node.
    ///
    /// # Errors
    /// The first command that fails, with what it said.
    pub fn found(&self, marker: &mut Marker) -> anyhow::Result<()> {
        let dir = self.folder.state();
        let name = ["--name-hi", "मध्यप्रदेश (नमूना)", "--name-en", "Madhya Pradesh (demonstration)"];
        let found =
            self.mohar(&["found", "--keys", "3", "--threshold", "2", "--dir"], &[&dir], &name, marker)?;
        marker.state = text(&found, "state")?;
        self.folder.write_marker(marker)?;
        self.say.step("The state is founded: three root keys, any two of which admit a department.");
        let mut parents: Vec<(&str, String)> = Vec::new();
        for office in &OFFICES {
            let above = office.parent.and_then(|parent| parents.iter().find(|(key, _)| *key == parent));
            let id = self.create(office, above.map_or("none", |(_, id)| id), marker)?;
            self.admit(office, marker)?;
            self.mohar(
                &["join"],
                &[&self.folder.invitation(office.key)],
                &["--state", &marker.state, "--data", &path(&self.folder.office(office.key))?],
                marker,
            )?;
            self.nodes.start(self.folder, office.key, marker.ports(office.key))?;
            parents.push((office.key, id));
            self.say.step(&format!("{} is founded, admitted and runs.", office.name_en));
        }
        Ok(())
    }

    /// Gives every office its posts, officers and charges; the offices at the same time.
    ///
    /// # Errors
    /// The first command that fails, with what it said.
    pub fn staff(&self, marker: &Marker) -> anyhow::Result<()> {
        std::thread::scope(|scope| {
            let works: Vec<_> =
                OFFICES.iter().map(|office| scope.spawn(|| self.staff_one(office, marker))).collect();
            works.into_iter().try_for_each(|work| work.join().map_err(|_| anyhow!("a thread ended early"))?)
        })
    }

    fn staff_one(&self, office: &OfficePlan, marker: &Marker) -> anyhow::Result<()> {
        let data = self.folder.office(office.key);
        let run = |verb: &[&str], words: &[&str]| {
            let verb = [verb, &["--as", office.admin.login, "--data"]].concat();
            self.mohar(&verb, &[&data], words, marker).map(drop)
        };
        for post in office.posts {
            let (rank, holder) = (post.rank.to_string(), &post.holder);
            let names = ["--name-hi", post.name_hi, "--name-en", post.name_en];
            run(&["post", "add"], &[&["--code", post.code, "--rank", &rank], &names[..]].concat())?;
            if !post.additional {
                let names = ["--name-hi", holder.name_hi, "--name-en", holder.name_en];
                run(&["officer", "add"], &[&["--login", holder.login], &names[..]].concat())?;
            }
            let kind = if post.additional { "additional" } else { "full" };
            run(&["charge", "give"], &["--login", holder.login, "--post", post.code, "--kind", kind])?;
        }
        self.say.step(&format!("{}: {} posts have their officers.", office.name_en, office.posts.len()));
        Ok(())
    }

    fn create(&self, office: &OfficePlan, parent: &str, marker: &Marker) -> anyhow::Result<String> {
        let ports = marker.ports(office.key);
        let (listen, web) = (format!("127.0.0.1:{}", ports.p2p), format!("127.0.0.1:{}", ports.web));
        let charter = path(&self.folder.state().join("charter.registry"))?;
        let admin = &office.admin;
        let words = [
            ["--state-file", &charter],
            ["--parent", parent],
            ["--path", office.path],
            ["--code", office.code],
            ["--tier", office.tier],
            ["--name-hi", office.name_hi],
            ["--name-en", office.name_en],
            ["--admin-login", admin.login],
            ["--admin-name-hi", admin.name_hi],
            ["--admin-name-en", admin.name_en],
            ["--listen", &listen],
            ["--web", &web],
        ];
        let data = self.folder.office(office.key);
        let created = self.mohar(&["office", "create", "--data"], &[&data], words.as_flattened(), marker)?;
        text(&created, "office")
    }

    /// By two of the three root keys, or by the office above on its own machine. The offices above
    /// that one are told as well.
    fn admit(&self, office: &OfficePlan, marker: &Marker) -> anyhow::Result<()> {
        let request = self.folder.office(office.key).join("office.request");
        let mut words = vec!["--out".to_owned(), path(&self.folder.invitation(office.key))?];
        match office.parent {
            None => {
                let state = self.folder.state();
                for (option, name) in [
                    ("--registry", "charter.registry"),
                    ("--root-key", "root-1.key"),
                    ("--root-key", "root-3.key"),
                ] {
                    words.extend([option.to_owned(), path(&state.join(name))?]);
                }
            }
            Some(parent) => {
                words.extend(["--data".to_owned(), path(&self.folder.office(parent))?]);
                for known in
                    OFFICES.iter().take_while(|one| one.key != office.key).filter(|one| one.key != parent)
                {
                    words.extend(["--known".to_owned(), path(&self.folder.office(known.key))?]);
                }
            }
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.mohar(&["office", "admit"], &[&request], &words, marker).map(drop)
    }

    /// Runs a command and gives what it printed.
    fn mohar(
        &self,
        verb: &[&str],
        paths: &[&Path],
        words: &[&str],
        marker: &Marker,
    ) -> anyhow::Result<Value> {
        // One line for each key: the administrator's and the new officer's are the same here.
        let passwords = format!("{0}\n{0}\n{0}\n", marker.password);
        let mut command = Command::new(&self.mohar);
        command.args(verb).args(paths).args(words).args(["--json", "--quiet"]);
        let ran = command.env("MOHAR_PASSWORD", passwords).stdin(Stdio::null()).output();
        let ran = ran.with_context(|| format!("{} cannot be run", self.mohar.display()))?;
        if !ran.status.success() {
            bail!(
                "`mohar {}` ended with {}: {}",
                verb.join(" "),
                ran.status,
                String::from_utf8_lossy(&ran.stderr).trim()
            );
        }
        serde_json::from_slice(&ran.stdout)
            .with_context(|| format!("`mohar {}` printed no JSON", verb.join(" ")))
    }
}

/// Programs of this project, beside the demonstration. Under cargo they are built first, so that an
/// old one is never shown; that takes a second when nothing has changed. No package is named, as in
/// the alias `cargo demo`: then one set of features serves every program, and no library is built twice.
///
/// # Errors
/// When one is not there and cannot be built.
pub fn programs<const N: usize>(names: [&str; N], say: &Progress) -> anyhow::Result<[PathBuf; N]> {
    let own = std::env::current_exe().context("where is this program?")?;
    let paths = names.map(|name| own.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION));
    let complete = || paths.iter().all(|path| path.is_file());
    let cargo = std::env::var_os("CARGO");
    if complete() && cargo.is_none() {
        return Ok(paths);
    }
    if !complete() {
        say.step("Building the programs; the first time this takes some minutes.");
    }
    let release = own.parent().and_then(Path::file_name) == Some(OsStr::new("release"));
    let mut build = Command::new(cargo.unwrap_or_else(|| "cargo".into()));
    build.arg("build").args(release.then_some("--release"));
    build.args(names.iter().flat_map(|name| ["--bin", name]));
    // `cargo run` says these of the package that it runs. ring's build script reads the same names, would
    // run again for their sake, and everything that needs it would be built a second time. Not all of it
    // is found: the network and the node are still built twice on the first start.
    let of_this_run = |name: &OsStr| {
        name.to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| of_this_run(name)) {
        build.env_remove(name);
    }
    let status = build.stdout(Stdio::null()).status().context("cargo, to build the programs")?;
    ensure!(status.success() && complete(), "they could not be built; try `cargo build --workspace`");
    Ok(paths)
}

fn path(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).with_context(|| format!("{} is not UTF-8", path.display()))
}

fn text(value: &Value, name: &str) -> anyhow::Result<String> {
    value[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in what was printed"))
}
