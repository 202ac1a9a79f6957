//! Which nodes to call: those of the settings and the invitation, and every admitted office whose
//! directory says where it is. The network keeps trying by itself; this only names addresses.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mohar_protocol::ceremony::PeerAddress;
use mohar_protocol::codec;
use mohar_protocol::directory::{SNAPSHOT_BYTES_MAX, Snapshot};
use mohar_protocol::id::OfficeId;
use mohar_protocol::placement::placement;
use mohar_protocol::records::{Records, Table};
use mohar_protocol::registry::{Register, Registry};
use tokio::sync::{mpsc, watch};

use crate::config::PeerConfig;
use crate::ledger::Ledger;
use crate::net::{NetCommand, PeerKey};

/// Nodes that are kept linked at one time: cosigners of a log, the offices files go to, and room.
const PEERS_MAX: usize = 64;

/// A directory's content arrives some time after the act that names it; this is how late its
/// addresses may be used.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Rows of waiting files looked at: more wait for the same offices.
const QUEUED_ROWS_MAX: usize = 4_096;

type Addresses = BTreeMap<PeerKey, Vec<String>>;

/// Nodes that are known without any directory.
#[derive(Debug, Clone, Default)]
pub struct Known(Addresses);

impl Known {
    /// Those of the settings, which come first, and those of the invitations.
    pub fn new<'a>(settings: &[PeerConfig], invited: impl IntoIterator<Item = &'a PeerAddress>) -> Self {
        let mut known = Addresses::new();
        let settings = settings.iter().map(|peer| (PeerKey(peer.transport), &peer.addresses));
        let invited = invited.into_iter().map(|peer| (PeerKey(peer.transport.to_bytes()), &peer.addresses));
        for (peer, addresses) in settings.chain(invited) {
            extend(&mut known, peer, addresses);
        }
        Self(known)
    }
}

/// Tells the network whom to call, whenever that changes. `admitted` are the peers that the network
/// admits by now.
pub async fn run(
    ledger: Ledger,
    commands: mpsc::Sender<NetCommand>,
    known: Known,
    mut admitted: watch::Receiver<Vec<PeerKey>>,
) -> &'static str {
    let mut told = Addresses::new();
    loop {
        let now: BTreeSet<PeerKey> = admitted.borrow_and_update().iter().copied().collect();
        let wanted = wanted(&ledger, &known, &now);
        for (peer, addresses) in wanted.iter().filter(|(peer, addresses)| told.get(peer) != Some(addresses)) {
            let dial = NetCommand::Dial { peer: *peer, addresses: addresses.clone() };
            if commands.send(dial).await.is_err() {
                return NAME;
            }
        }
        told = wanted;
        // Nothing may change any more while directories are still on their way.
        if let Ok(Err(_)) = tokio::time::timeout(LOOK_AGAIN, admitted.changed()).await {
            return NAME;
        }
    }
}

const NAME: &str = "the calls to other nodes";

/// Admitted nodes with known addresses, at most [`PEERS_MAX`], the most needed first.
fn wanted(ledger: &Ledger, known: &Known, admitted: &BTreeSet<PeerKey>) -> Addresses {
    let (hosted, registry) = (ledger.hosted(), ledger.registry());
    let snapshot = ledger.snapshot();
    let records = Records::new(&snapshot);
    let mut wanted = Addresses::new();
    for office in in_order_of_need(&registry, &hosted, &records) {
        let Ok(register) = registry.office(&office) else { continue };
        let Some(incarnation) = register.incarnation() else { continue };
        let peer = PeerKey(incarnation.transport.to_bytes());
        if !admitted.contains(&peer) {
            continue;
        }
        if wanted.len() >= PEERS_MAX && !wanted.contains_key(&peer) {
            break;
        }
        for addresses in [known.0.get(&peer), directory(&records, register).as_ref()].into_iter().flatten() {
            extend(&mut wanted, peer, addresses);
        }
    }
    wanted
}

/// Other machines' offices: cosigners of the own logs, then those that files wait for, then the rest.
fn in_order_of_need(registry: &Registry, hosted: &[OfficeId], records: &Records<'_>) -> Vec<OfficeId> {
    let own: Vec<_> = hosted.iter().filter_map(|office| transport(registry, office)).collect();
    let cosigners = hosted.iter().flat_map(|office| placement(registry, office)).map(|(office, _)| office);
    let queued = records.scan_prefix(Table::QUEUED, &[], QUEUED_ROWS_MAX).unwrap_or_default();
    let queued = queued.into_iter().filter_map(|(key, _)| Some(OfficeId(*key.first_chunk::<32>()?)));
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    for office in cosigners.chain(queued).chain(registry.offices().map(Register::id)) {
        let elsewhere = transport(registry, &office).is_some_and(|transport| !own.contains(&transport));
        if elsewhere && seen.insert(office) {
            order.push(office);
        }
    }
    order
}

fn transport(registry: &Registry, office: &OfficeId) -> Option<[u8; 32]> {
    Some(registry.office(office).ok()?.incarnation()?.transport.to_bytes())
}

/// Addresses in an office's published directory, if its content is here.
fn directory(records: &Records<'_>, register: &Register) -> Option<Vec<String>> {
    let (_, snapshot) = register.directory()?;
    let bytes = records.content_bytes(&snapshot.root).ok()??;
    Some(codec::decode::<Snapshot>(&bytes, SNAPSHOT_BYTES_MAX).ok()?.addresses)
}

fn extend(all: &mut Addresses, peer: PeerKey, addresses: &[String]) {
    let known = all.entry(peer).or_default();
    for address in addresses {
        if !known.contains(address) {
            known.push(address.clone());
        }
    }
}
