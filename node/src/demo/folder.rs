//! The folder of the demonstration: where everything lies, and how far the first start came.
//!
//! A marker file says that the folder is ours. Without it nothing in a folder is ever removed.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use mohar_node::clock;
use serde::{Deserialize, Serialize};

use super::federation::OFFICES;
use super::nodes;

/// The marker's name.
const MARKER: &str = "mohar-demo.json";

/// Bytes of a path of a socket (`sun_path` of Linux has 108, the last one ends it).
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// The first port of the pages, and how far below it the nodes talk.
pub const BASE_PORT: u16 = 8181;
const P2P_BELOW: u16 = 4000;

/// What the marker says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// Whether the first start has come to its end.
    pub ready: bool,
    /// Port of the first office's pages.
    pub base_port: u16,
    /// The password of every sign-in and key.
    pub password: String,
    /// The state's id; empty before the state is founded.
    pub state: String,
}

/// The folder.
pub struct Folder {
    root: PathBuf,
}

/// Where an office is reached.
#[derive(Clone, Copy)]
pub struct Ports {
    /// Its pages.
    pub web: u16,
    /// Its node.
    pub p2p: u16,
}

impl Folder {
    /// Takes up what is there, or prepares a new folder. Says what it does.
    ///
    /// # Errors
    /// A folder that is not ours, offices that still run, another base port than before.
    pub fn open(
        root: &Path,
        fresh: bool,
        base_port: Option<u16>,
        say: impl Fn(&str),
    ) -> anyhow::Result<(Self, Marker)> {
        let root = std::path::absolute(root)?;
        let folder = Self { root };
        folder.check_paths()?;
        let marker = folder.read_marker()?;
        if marker.is_some() {
            folder.check_nothing_runs()?;
        }
        match marker {
            Some(marker) if marker.ready && !fresh => {
                if let Some(asked) = base_port.filter(|asked| *asked != marker.base_port) {
                    let was = marker.base_port;
                    bail!(
                        "this folder was founded with --base-port {was}; leave {asked} out, or begin anew with --fresh"
                    );
                }
                return Ok((folder, marker));
            }
            Some(marker) => {
                say(if marker.ready {
                    "Beginning anew."
                } else {
                    "An earlier first start was interrupted; beginning anew."
                });
                fs::remove_dir_all(&folder.root).with_context(|| folder.root.display().to_string())?;
            }
            None => folder.check_empty()?,
        }
        fs::create_dir_all(folder.root.join("logs")).with_context(|| folder.root.display().to_string())?;
        let base_port = base_port.unwrap_or(BASE_PORT);
        let marker = Marker { ready: false, base_port, password: new_password(), state: String::new() };
        folder.write_marker(&marker)?;
        Ok((folder, marker))
    }

    /// Records how far the first start came.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write_marker(&self, marker: &Marker) -> anyhow::Result<()> {
        let path = self.root.join(MARKER);
        let new = path.with_extension("new");
        fs::write(&new, serde_json::to_string_pretty(marker)?).with_context(|| new.display().to_string())?;
        fs::rename(&new, &path).with_context(|| path.display().to_string())
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the charter ceremony wrote.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// The data folder of an office.
    pub fn office(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// The invitation of an office.
    pub fn invitation(&self, key: &str) -> PathBuf {
        self.root.join(format!("{key}.invitation"))
    }

    /// The log of an office's node.
    pub fn log(&self, key: &str) -> PathBuf {
        self.root.join("logs").join(format!("{key}.log"))
    }

    /// Where the process id of an office's node is written.
    pub fn pid(&self, key: &str) -> PathBuf {
        self.root.join("logs").join(format!("{key}.pid"))
    }

    fn read_marker(&self) -> anyhow::Result<Option<Marker>> {
        let path = self.root.join(MARKER);
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            text => {
                let text = text.with_context(|| path.display().to_string())?;
                let marker = serde_json::from_str(&text);
                Ok(Some(
                    marker.with_context(|| {
                        format!("{} is damaged; remove the folder by hand", path.display())
                    })?,
                ))
            }
        }
    }

    fn check_empty(&self) -> anyhow::Result<()> {
        let is_empty = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == ErrorKind::NotFound => true,
            entries => entries.with_context(|| self.root.display().to_string())?.next().is_none(),
        };
        ensure!(is_empty, "{} holds something else; name another folder with --data", self.root.display());
        Ok(())
    }

    fn check_nothing_runs(&self) -> anyhow::Result<()> {
        for office in &OFFICES {
            if nodes::is_running(&self.office(office.key)) {
                let pid = fs::read_to_string(self.pid(office.key)).unwrap_or_else(|_| "PID".to_owned());
                bail!("{} still runs from an earlier start; stop it with: kill {}", office.key, pid.trim());
            }
        }
        Ok(())
    }

    fn check_paths(&self) -> anyhow::Result<()> {
        let longest =
            OFFICES.iter().map(|office| self.office(office.key).join("control.sock").as_os_str().len()).max();
        let fits = longest.unwrap_or_default() <= SOCKET_PATH_BYTES_MAX;
        ensure!(
            fits,
            "{} is too long a path for sockets; name a shorter one with --data",
            self.root.display()
        );
        Ok(())
    }
}

impl Marker {
    /// The ports of an office.
    pub fn ports(&self, key: &str) -> Ports {
        let index = OFFICES.iter().position(|office| office.key == key).unwrap_or_default();
        let web = self.base_port.saturating_add(u16::try_from(index).unwrap_or_default());
        Ports { web, p2p: web.saturating_sub(P2P_BELOW) }
    }

    /// Makes sure that no other program has one of the ports.
    ///
    /// # Errors
    /// Which port is taken.
    pub fn check_ports(&self) -> anyhow::Result<()> {
        for office in &OFFICES {
            let Ports { web, p2p } = self.ports(office.key);
            for port in [web, p2p] {
                let free = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
                ensure!(
                    free,
                    "port {port} is taken by another program; end that program, or take other ports with \
                     --base-port N --fresh (pages at N to N+4, nodes {P2P_BELOW} below)"
                );
            }
        }
        Ok(())
    }
}

/// A password that is easy to type and different in every folder: 16 × 16 × 9000 are two million,
/// enough behind loopback and the waits after failures.
fn new_password() -> String {
    const RIVERS: [&str; 16] = [
        "narmada",
        "shipra",
        "chambal",
        "betwa",
        "tapti",
        "tawa",
        "sindh",
        "ken",
        "son",
        "wainganga",
        "sakkar",
        "parbati",
        "gambhir",
        "kunwari",
        "dhasan",
        "hiran",
    ];
    const TREES: [&str; 16] = [
        "sagaun", "mahua", "tendu", "palash", "neem", "peepal", "bargad", "aam", "imli", "amla", "kadam",
        "arjun", "sheesham", "babul", "semal", "harra",
    ];
    let bytes = clock::entropy().bytes32();
    let digits = 1000 + u16::from_le_bytes([bytes[2], bytes[3]]) % 9000;
    format!("{}-{}-{digits}", RIVERS[usize::from(bytes[0] % 16)], TREES[usize::from(bytes[1] % 16)])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Folder, Marker};

    fn open(root: &Path, fresh: bool, port: Option<u16>) -> anyhow::Result<(Folder, Marker)> {
        Folder::open(root, fresh, port, |_| ())
    }

    #[test]
    fn a_folder_that_is_not_ours_is_never_touched() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
        assert!(open(dir.path(), false, None).is_err());
        assert!(open(dir.path(), true, None).is_err());
        assert!(dir.path().join("thesis.txt").exists());
    }

    #[test]
    fn an_interrupted_first_start_begins_anew_and_a_finished_one_is_taken_up() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("demo");
        let (folder, marker) = open(&root, false, None).unwrap();
        std::fs::write(root.join("half"), "x").unwrap();
        let (_, second) = open(&root, false, None).unwrap();
        assert!(!root.join("half").exists());
        folder.write_marker(&Marker { ready: true, ..second.clone() }).unwrap();
        let (_, third) = open(&root, false, None).unwrap();
        assert_eq!(third.password, second.password);
        assert!(open(&root, false, Some(9000)).is_err());
        assert!(marker.password.len() >= 8);
        let (_, fresh) = open(&root, true, Some(9000)).unwrap();
        assert_eq!(
            (fresh.ready, fresh.ports("division").web, fresh.ports("division").p2p),
            (false, 9001, 5001)
        );
    }
}
