//! Talking to a running node over its control socket, `<data>/control.sock`: one JSON object a
//! line, one answer a line (see `mohar_protocol::control`).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use data_encoding::BASE64;
use mohar_protocol::ceremony;
use mohar_protocol::control::{LINE_BYTES_MAX, Request, Response, Status};
use mohar_protocol::machine::Package;
use mohar_protocol::refusal::Refusal;

use crate::error::{Failure, Hint as _};

/// How long one answer may take: a check of a million acts on a slow disk.
const ANSWER_S_MAX: u64 = 15 * 60;

/// A node that listens.
pub struct Node {
    stream: BufReader<UnixStream>,
    data: PathBuf,
}

/// The node understood, and said no.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the node refused: {english} ({code})")]
pub struct NodeRefused {
    /// Stable code.
    pub code: String,
    /// Hindi.
    pub hindi: String,
    english: String,
}

/// The node understood, and could not do it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the node says: {0}")]
pub struct NodeFailed(String);

impl Node {
    /// Opens the socket of the node that runs on this data folder.
    ///
    /// # Errors
    /// When there is none, or this user may not open it.
    pub fn open(data: &Path) -> Result<Self, Failure> {
        let socket = data.join("control.sock");
        let stream = UnixStream::connect(&socket)
            .with_context(|| format!("no node answers at {}", socket.display()))
            .hint(&format!(
                "Start it with `mohar-node --data {}`, and run this as the same user.",
                data.display()
            ))?;
        stream.set_read_timeout(Some(Duration::from_secs(ANSWER_S_MAX)))?;
        Ok(Self { stream: BufReader::new(stream), data: data.to_owned() })
    }

    /// Asks, and gives back every answer but a refusal or a fault.
    ///
    /// # Errors
    /// [`NodeRefused`] among the causes when the node said no.
    pub fn ask(&mut self, request: &Request) -> Result<Response, Failure> {
        let context = || format!("the node at {} did not answer", self.data.display());
        let mut line = zeroize::Zeroizing::new(serde_json::to_vec(request)?);
        line.push(b'\n');
        self.stream.get_mut().write_all(&line).with_context(context)?;
        let mut answer = Vec::new();
        let mut bounded = (&mut self.stream).take(LINE_BYTES_MAX as u64);
        bounded.read_until(b'\n', &mut answer).with_context(|| "the connection to the node broke")?;
        if answer.is_empty() {
            return Err(anyhow!("the node closed the connection without an answer").into());
        }
        match serde_json::from_slice(&answer).context("the node's answer cannot be read")? {
            Response::Refused { code, hindi, english } => Err(NodeRefused { code, hindi, english }.into()),
            Response::Failed { why } => Err(NodeFailed(why).into()),
            answer => Ok(answer),
        }
    }

    /// How the node is.
    ///
    /// # Errors
    /// As [`Node::ask`].
    pub fn status(&mut self) -> Result<Status, Failure> {
        match self.ask(&Request::Status)? {
            Response::Status(status) => Ok(status),
            _ => Err(unexpected()),
        }
    }

    /// Charter and dossiers that the node knows.
    ///
    /// # Errors
    /// As [`Node::ask`], or when the answer is not a registry.
    pub fn registry(&mut self) -> Result<Package, Failure> {
        Ok(ceremony::from_file(&self.bytes(&Request::Registry)?).context("the node's registry")?)
    }

    /// Bytes that the node sends in base64.
    ///
    /// # Errors
    /// As [`Node::ask`].
    pub fn bytes(&mut self, request: &Request) -> Result<Vec<u8>, Failure> {
        match self.ask(request)? {
            Response::Bytes { base64 } => {
                Ok(BASE64.decode(base64.as_bytes()).context("the node's answer is not base64")?)
            }
            _ => Err(unexpected()),
        }
    }

    /// Gives the node a registry file; to know it already is fine.
    ///
    /// # Errors
    /// As [`Node::ask`].
    pub fn import(&mut self, package: &Package) -> Result<(), Failure> {
        let registry = BASE64.encode(&ceremony::to_file(package));
        match self.ask(&Request::Import { registry }) {
            Err(failure) if failure.is_refusal(Refusal::AlreadyDone) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    /// Asks for something to be done; the id of what was made.
    ///
    /// # Errors
    /// As [`Node::ask`].
    pub fn done(&mut self, request: &Request) -> Result<Option<String>, Failure> {
        match self.ask(request)? {
            Response::Done { id } => Ok(id),
            _ => Err(unexpected()),
        }
    }
}

/// The node answered another question: the two are of different releases.
pub fn unexpected() -> Failure {
    Failure::usage("the node gave an answer of another kind")
        .hint("`mohar` and `mohar-node` may be of different releases; compare `--version`.")
}
