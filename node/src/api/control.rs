//! The control socket: the command `mohar` asks, the node answers, one JSON object a line.
//!
//! The socket lies in the data folder and belongs to the node's user alone. Whoever opens it is
//! office IT; what an administrator has to sign still takes the administrator's password.

mod bundle;
mod check;
mod hand_on;
mod hosting;
mod packet;
mod reads;
mod reassign;
mod register;
mod rejoin;
mod search;
mod status;

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use mohar_protocol::control::{LINE_BYTES_MAX, Request, Response};
use mohar_protocol::records::StoreFault;
use mohar_protocol::refusal::Refusal;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::Api;

/// Commands answered at the same time. A line may have 96 MiB, and office IT is few.
const CONNECTIONS_MAX: usize = 4;

/// Binds the socket, for the node's user only.
///
/// # Errors
/// When another node listens there, or the path is too long for a socket.
pub fn bind(path: &Path) -> anyhow::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        bail!("{}: another node answers here; stop it first", path.display());
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("{}: cannot be replaced", path.display()));
        }
        _ => {}
    }
    let hint = || format!("{}: cannot be made; is the path longer than 100 characters?", path.display());
    let listener = UnixListener::bind(path).with_context(hint)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).with_context(hint)?;
    Ok(listener)
}

/// Answers until it is dropped.
pub async fn serve(listener: UnixListener, api: Arc<Api>) -> &'static str {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return "the control socket" };
        match listener.accept().await {
            Ok((stream, _)) => {
                let api = Arc::clone(&api);
                connections.spawn(async move {
                    if let Err(error) = converse(stream, &api).await {
                        tracing::debug!(%error, "a control connection ended early");
                    }
                    drop(place);
                });
            }
            Err(error) => tracing::warn!(%error, "a control connection was not accepted"),
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: UnixStream, api: &Arc<Api>) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    loop {
        let (answer, more) = match read_line(&mut lines).await? {
            Line::End => return Ok(()),
            Line::TooLong => (failed("a line has at most 96 MiB"), false),
            Line::Is(line) => match serde_json::from_slice::<Request>(&line) {
                Ok(request) => (answer(api, request).await, true),
                Err(error) => (failed(format!("not a request: {error}")), true),
            },
        };
        let mut line = serde_json::to_vec(&answer).map_err(io::Error::other)?;
        line.push(b'\n');
        write.write_all(&line).await?;
        if !more {
            return Ok(());
        }
    }
}

enum Line {
    Is(Vec<u8>),
    TooLong,
    End,
}

async fn read_line(lines: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Line> {
    let mut line = Vec::new();
    lines.take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line).await?;
    Ok(match line.last() {
        None => Line::End,
        Some(_) if line.len() > LINE_BYTES_MAX => Line::TooLong,
        Some(_) => Line::Is(line),
    })
}

/// One question, one answer; what takes long to read runs on a thread of its own.
async fn answer(api: &Arc<Api>, request: Request) -> Response {
    let answered = match request {
        Request::Status => read(api, status::status).await,
        Request::Registry => read(api, reads::registry).await,
        Request::Holding { office } => read(api, move |api| reads::holding(api, office)).await,
        Request::Leaves { office, from, max } => {
            read(api, move |api| reads::leaves(api, office, from, max)).await
        }
        Request::Checkpoint { office } => read(api, move |api| reads::checkpoint(api, office)).await,
        Request::Bundle { matter } => read(api, move |api| bundle::bundle(api, matter)).await,
        Request::Check => read(api, check::check).await,
        Request::SearchStatus => read(api, search::status).await,
        Request::SearchRebuild => Ok(search::rebuild(api)),
        Request::Continue { by } => rejoin::go_on(api, &by).await,
        Request::Rejoin { office } => rejoin::rejoin(api, office).await,
        Request::Orphans { office } => read(api, move |api| rejoin::orphans(api, office)).await,
        Request::HandOn { by, to, matters, posts } => {
            hand_on::hand_on(api, &by, to, hand_on::Which { matters, posts }).await
        }
        Request::Held { office, after } => read(api, move |api| reassign::held(api, office, after)).await,
        Request::Reassign { acts } => reassign::reassign(api, &acts).await,
        Request::HostKeys { login } => read(api, move |api| hosting::host_keys(api, &login)).await,
        Request::Import { registry } => register::import(api, &registry).await,
        Request::AddPost { by, code, name_hi, name_en, rank, admin } => {
            register::add_post(api, &by, register::NewPost { code, name_hi, name_en, rank, admin }).await
        }
        Request::AddOfficer { by, login, password, name_hi, name_en } => {
            let officer = register::NewOfficer { login, password, name_hi, name_en };
            register::add_officer(api, &by, officer).await
        }
        Request::RekeyOfficer { by, login, password } => {
            register::rekey_officer(api, &by, &login, &password).await
        }
        Request::GiveCharge { by, login, post, kind } => {
            register::give_charge(api, &by, &login, &post, kind).await
        }
        Request::PacketExport { to } => packet::export(api, to).await,
        Request::PacketImport { packet } => packet::import(api, &packet).await,
        Request::EndCharge { by, login, post } => register::end_charge(api, &by, &login, &post).await,
    };
    answered.unwrap_or_else(|no| match no {
        No::Refused(refusal) => refusal.into(),
        No::Failed(why) => failed(why),
    })
}

async fn read<W>(api: &Arc<Api>, work: W) -> Result<Response, No>
where
    W: FnOnce(&Api) -> Result<Response, No> + Send + 'static,
{
    let api = Arc::clone(api);
    let done = tokio::task::spawn_blocking(move || work(&api)).await;
    done.map_err(|e| No::Failed(format!("the answer was not finished: {e}")))?
}

/// Why there is no answer.
enum No {
    Refused(Refusal),
    Failed(String),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreFault> for No {
    fn from(fault: StoreFault) -> Self {
        Self::Failed(crate::observe::chain(&fault))
    }
}

fn failed(why: impl Into<String>) -> Response {
    Response::Failed { why: why.into() }
}
