//! The offices as child processes: started, watched, and stopped as a service manager would.
//!
//! Each is `mohar-node --data DIR` in a process group of its own, so that Ctrl-C reaches the
//! demonstration alone, which then stops them in order. It never starts again what has died: that
//! is for the person who watches.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, bail};
use mohar_node::clock::Stopwatch;

use super::browser::Browser;
use super::folder::{Folder, Ports};

/// A node that has not answered by then will not.
const START: Duration = Duration::from_secs(60);

/// How long the nodes get to end their last commits before they are killed.
const STOP: Duration = Duration::from_secs(20);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Lines of a log that are shown when its node did not start.
const LOG_LINES: usize = 8;

/// All children.
pub struct Nodes {
    daemon: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    closed: bool,
    running: Vec<Running>,
}

struct Running {
    key: &'static str,
    child: Child,
    ended: bool,
}

/// A child that has ended by itself.
pub struct Ended {
    /// Which office.
    pub key: &'static str,
    /// How.
    pub status: ExitStatus,
}

impl Nodes {
    /// No children yet.
    pub fn new(daemon: PathBuf) -> Self {
        Self { daemon, inner: Mutex::default() }
    }

    /// The program that is started.
    pub fn daemon(&self) -> &Path {
        &self.daemon
    }

    /// Starts an office and waits until it answers.
    ///
    /// # Errors
    /// A program that cannot be started, or one that ends or stays silent.
    pub fn start(&self, folder: &Folder, key: &'static str, ports: Ports) -> anyhow::Result<()> {
        self.spawn(folder, key)?;
        let browser = Browser::open(ports.web);
        let watch = Stopwatch::start();
        while !browser.get("/healthz").is_ok_and(|answer| answer.shows("ok")) {
            let log = folder.log(key);
            if let Some(status) = self.status(key)? {
                bail!("{key} did not start ({status}); {} ends with:\n{}", log.display(), tail(&log));
            }
            if watch.elapsed() > START {
                bail!("{key} does not answer after {} s; look into {}", START.as_secs(), log.display());
            }
            sleep(LOOK);
        }
        Ok(())
    }

    fn spawn(&self, folder: &Folder, key: &'static str) -> anyhow::Result<()> {
        let log = folder.log(key);
        let log = File::options()
            .append(true)
            .create(true)
            .open(&log)
            .with_context(|| log.display().to_string())?;
        let mut command = Command::new(&self.daemon);
        command.arg("--data").arg(folder.office(key)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.process_group(0).env_remove("NOTIFY_SOCKET");
        let mut inner = self.lock();
        if inner.closed {
            bail!("the demonstration is being stopped");
        }
        let child =
            command.spawn().with_context(|| format!("{} cannot be started", self.daemon.display()))?;
        // Only for the sentence of the next start, should this process be killed.
        let _ = std::fs::write(folder.pid(key), format!("{}\n", child.id()));
        inner.running.push(Running { key, child, ended: false });
        Ok(())
    }

    /// The process of an office.
    pub fn pid(&self, key: &str) -> Option<u32> {
        self.lock().running.iter().find(|one| one.key == key).map(|one| one.child.id())
    }

    /// Those that have ended since the last look.
    pub fn ended(&self) -> Vec<Ended> {
        let mut ended = Vec::new();
        for one in self.lock().running.iter_mut().filter(|one| !one.ended) {
            if let Ok(Some(status)) = one.child.try_wait() {
                one.ended = true;
                ended.push(Ended { key: one.key, status });
            }
        }
        ended
    }

    /// Asks all to stop, waits, and kills what does not. Nothing can be started afterwards.
    pub fn stop(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        for one in &mut inner.running {
            if matches!(one.child.try_wait(), Ok(None)) {
                terminate(one.child.id());
            }
        }
        let watch = Stopwatch::start();
        for one in &mut inner.running {
            while watch.elapsed() < STOP && matches!(one.child.try_wait(), Ok(None)) {
                sleep(LOOK);
            }
            // For one that has ended already both do nothing.
            let _ = one.child.kill();
            let _ = one.child.wait();
        }
    }

    fn status(&self, key: &str) -> anyhow::Result<Option<ExitStatus>> {
        let mut inner = self.lock();
        let one = inner.running.iter_mut().find(|one| one.key == key).context("was just started")?;
        Ok(one.child.try_wait()?)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a node of an earlier demonstration still runs on a data folder.
pub fn is_running(data: &Path) -> bool {
    UnixStream::connect(data.join("control.sock")).is_ok()
}

/// The standard library can only kill; the shell of every POSIX system can also ask.
fn terminate(pid: u32) {
    let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\" 2>/dev/null", &pid.to_string()]).status();
    // Without a shell the child is killed when its time is over.
    drop(asked);
}

fn tail(log: &Path) -> String {
    let text =
        std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}
