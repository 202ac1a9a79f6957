//! Joins the network to the ledger: two pumps between two pairs of bounded channels. Neither side
//! knows the other; only here are peers of the protocol and keys of the network the same bytes.

use std::time::Duration;

use anyhow::Context as _;
use mohar_protocol::machine::{Input, Output, Peer};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::ledger::{FromPeer, Toll};
use crate::net::{NetCommand, NetEvent, PeerKey, Share, Told};

/// A listener that is not bound after this time will not be: binding takes no waiting.
const BIND_PATIENCE: Duration = Duration::from_secs(10);

/// What the pumps let others know.
pub struct Wired {
    /// Addresses that the network listens on.
    pub listening: watch::Receiver<Vec<String>>,
    /// Peers that the network has been told to admit.
    pub admitted: watch::Receiver<Vec<PeerKey>>,
}

/// Starts both pumps.
pub fn join(
    parts: &mut JoinSet<&'static str>,
    events: mpsc::Receiver<Told>,
    commands: mpsc::Sender<NetCommand>,
    inputs: mpsc::Sender<FromPeer>,
    outputs: mpsc::Receiver<Output>,
) -> Wired {
    let (listening_out, listening) = watch::channel(Vec::new());
    let (admitted_out, admitted) = watch::channel(Vec::new());
    parts.spawn(inwards(events, inputs, listening_out));
    parts.spawn(outwards(outputs, commands, admitted_out));
    Wired { listening, admitted }
}

/// Waits until every listener is bound and returns the addresses.
pub async fn bound(
    listening: &mut watch::Receiver<Vec<String>>,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let all = listening.wait_for(|addresses| addresses.len() >= count);
    let addresses = tokio::time::timeout(BIND_PATIENCE, all).await;
    let addresses = addresses.context("a listener of [net] listen is not bound; is the port taken?")?;
    Ok(addresses.context("the network ended")?.clone())
}

/// What a frame costs its sender is kept by the network and known by the ledger.
impl Toll for Share {
    fn refused(&self) {
        self.fine();
    }
}

async fn inwards(
    mut events: mpsc::Receiver<Told>,
    inputs: mpsc::Sender<FromPeer>,
    listening: watch::Sender<Vec<String>>,
) -> &'static str {
    while let Some(Told { event, share }) = events.recv().await {
        let input = match event {
            NetEvent::Connected(peer) => Input::Connected(Peer(peer.0)),
            NetEvent::Disconnected(peer) => Input::Disconnected(Peer(peer.0)),
            NetEvent::Frame { peer, bytes } => Input::Frame { from: Peer(peer.0), bytes },
            NetEvent::Full(peer) => Input::Full(Peer(peer.0)),
            NetEvent::Room(peer) => Input::Room(Peer(peer.0)),
            NetEvent::Listening(address) => {
                listening.send_modify(|addresses| addresses.push(address));
                continue;
            }
            NetEvent::Refused { total } => {
                tracing::debug!(total, "unknown peers were refused");
                continue;
            }
        };
        let toll = share.map(|share| Box::new(share) as Box<dyn Toll>);
        if inputs.send(FromPeer { input, toll }).await.is_err() {
            break;
        }
    }
    "the way in from the network"
}

async fn outwards(
    mut outputs: mpsc::Receiver<Output>,
    commands: mpsc::Sender<NetCommand>,
    admitted: watch::Sender<Vec<PeerKey>>,
) -> &'static str {
    while let Some(output) = outputs.recv().await {
        let sent = match output {
            Output::Send { to, message } => {
                commands.send(NetCommand::Send { peer: PeerKey(to.0), frame: message.to_frame() }).await
            }
            Output::Admit(peers) => {
                let peers: Vec<_> = peers.into_iter().map(|peer| PeerKey(peer.0)).collect();
                let sent = commands.send(NetCommand::Admit(peers.clone())).await;
                // Only now: a call to a peer that is not admitted yet would be dropped.
                admitted.send_replace(peers);
                sent
            }
            Output::Answer { .. }
            | Output::Carried { .. }
            | Output::Event(_)
            | Output::Noted(_)
            | Output::Mark { .. } => Ok(()),
        };
        if sent.is_err() {
            break;
        }
    }
    "the way out to the network"
}
