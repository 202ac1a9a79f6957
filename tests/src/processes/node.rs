//! One daemon: started, killed, asked over its control socket.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::control::{Request, Response, Status};

use crate::processes::programs::PROGRAMS;
use crate::processes::{PATIENCE, until};

/// How often a start looks whether the program has ended instead.
const LOOK: Duration = Duration::from_millis(50);

/// The daemon of one data folder. Killed when dropped.
pub struct Node {
    /// The data folder.
    pub data: PathBuf,
    /// Words before the program's own, such as `ip netns exec <name>`; none for the network of all.
    pub within: Vec<String>,
    child: Option<Child>,
}

impl Node {
    /// A node that is not running yet.
    pub const fn new(data: PathBuf) -> Self {
        Self { data, within: Vec::new(), child: None }
    }

    /// Starts the program and waits until it says that it is ready; gives the time that took.
    ///
    /// # Panics
    /// When it ends instead, with the end of its log.
    pub fn start(&mut self) -> Duration {
        assert!(self.child.is_none(), "{} runs already", self.data.display());
        let socket = self.data.join("notify.sock");
        let _ = fs::remove_file(&socket);
        let notified = UnixDatagram::bind(&socket).expect("a socket in the data folder");
        notified.set_read_timeout(Some(LOOK)).expect("a timeout");
        let start = Instant::now();
        let mut child = self.command().env("NOTIFY_SOCKET", &socket).spawn().expect("mohar-node starts");
        let mut message = [0; 64];
        while let Err(error) = notified.recv(&mut message) {
            assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
            let ended = child.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "mohar-node ended ({ended:?}): {}", self.log_tail());
            assert!(start.elapsed() < PATIENCE, "mohar-node is not ready: {}", self.log_tail());
        }
        let took = start.elapsed();
        self.child = Some(child);
        took
    }

    /// Starts the program where it must refuse, and gives its exit code and its words.
    pub fn start_in_vain(&self) -> (Option<i32>, String) {
        let _ = fs::remove_file(self.log_path());
        let ended = self.command().spawn().expect("mohar-node starts").wait().expect("it ends");
        (ended.code(), self.log_tail())
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Gone already is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Waits until the program has ended by itself; gives its exit code.
    ///
    /// # Panics
    /// When it does not.
    pub fn until_ended(&mut self) -> Option<i32> {
        let ended = self.child.take().map(|mut child| {
            until("the node has ended", || match child.try_wait() {
                Ok(Some(ended)) => Ok(ended),
                other => Err(format!("{other:?}")),
            })
        });
        ended.and_then(|ended| ended.code())
    }

    /// Asks the program to stop and waits for it.
    ///
    /// # Panics
    /// When it does not end with 0.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(asked.expect("kill runs").success(), "the node was gone: {}", self.log_tail());
        let ended = child.wait().expect("it ends");
        assert!(ended.success(), "asked to stop, the node ended with {ended}: {}", self.log_tail());
    }

    /// Whether the program is still the one that was started.
    pub fn is_alive(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// Process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Bytes of memory that the program has in use (`VmRSS` of proc(5)).
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    }

    /// One line to the control socket, one back.
    ///
    /// # Errors
    /// In words, when nobody answers.
    pub fn say(&self, line: &str) -> Result<Response, String> {
        let talk = || {
            let mut stream = UnixStream::connect(self.data.join("control.sock"))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(format!("{line}\n").as_bytes())?;
            let mut answer = String::new();
            BufReader::new(stream).read_line(&mut answer)?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = talk().map_err(|error| format!("{}: {error}", self.data.display()))?;
        serde_json::from_str(&answer).map_err(|error| format!("{error}: {answer}"))
    }

    /// Asks the control socket.
    ///
    /// # Errors
    /// As [`Node::say`].
    pub fn ask(&self, request: &Request) -> Result<Response, String> {
        self.say(&serde_json::to_string(request).expect("a request is JSON"))
    }

    /// How the node is.
    ///
    /// # Errors
    /// In words, when it does not say.
    pub fn status(&self) -> Result<Status, String> {
        match self.ask(&Request::Status)? {
            Response::Status(status) => Ok(status),
            other => Err(format!("{other:?}")),
        }
    }

    /// Every act in the log of its first office, in order.
    ///
    /// # Errors
    /// In words, when it does not say or what it says is no act.
    pub fn leaves(&self) -> Result<Vec<UnverifiedAct>, String> {
        let mut acts = Vec::new();
        loop {
            let request = Request::Leaves { office: None, from: acts.len() as u64, max: 1_000 };
            let Response::Leaves { size, leaves, .. } = self.ask(&request)? else {
                return Err("no leaves".to_owned());
            };
            for leaf in &leaves {
                let bytes = BASE64.decode(leaf.as_bytes()).map_err(|error| error.to_string())?;
                acts.push(UnverifiedAct::parse(&bytes).map_err(|error| error.to_string())?);
            }
            if acts.len() as u64 >= size || leaves.is_empty() {
                return Ok(acts);
            }
        }
    }

    /// Everything that the daemon has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    fn log_path(&self) -> PathBuf {
        // Beside the data: a full disk must not keep a node from saying so.
        self.data.with_extension("log")
    }

    fn command(&self) -> Command {
        let log = open_log(&self.log_path());
        let words = self.within.iter().map(OsStr::new).chain([PROGRAMS.node.as_os_str()]);
        let mut command = Command::new(words.clone().next().expect("the program at least"));
        command.args(words.skip(1)).arg("--data").arg(&self.data).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(log).env_remove("NOTIFY_SOCKET");
        command
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn open_log(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("a log beside the data folder")
}
