//! Founded states to begin worlds with. Founding costs more than running (keys, and every node
//! verifies every dossier), so a state is founded once for each shape and shared by many seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use mohar_protocol::entropy::Entropy;
use mohar_protocol::machine::{Input, Machine, Request, Ticket};
use mohar_protocol::records::{Records, Table};
use mohar_protocol::registry::Registry;
use mohar_protocol::testing::{TestState, memo};

use super::START;
use super::disk::rows::Rows;
use super::disk::{Commit, Disk};
use super::driver::storage_key;

mod graph;

pub use self::graph::{Graph, real};

/// Different small states of each size.
pub const SHAPES: u64 = 4;

/// A node as it begins.
pub struct First {
    /// Its disk after it took in the dossiers of the state.
    pub disk: Disk,
    /// Indexes of its offices.
    pub offices: Vec<usize>,
}

/// A state, founded.
pub struct Founding {
    /// The state, with all secrets.
    pub state: TestState,
    /// Its nodes.
    pub nodes: Vec<First>,
    /// Pairs of nodes that link, the lower number first.
    pub links: Vec<(usize, usize)>,
    /// Nodes that each node links with.
    pub neighbours: Vec<Vec<usize>>,
    is_link: BTreeSet<(usize, usize)>,
}

impl Founding {
    /// Whether two nodes link.
    pub fn is_link(&self, a: usize, b: usize) -> bool {
        self.is_link.contains(&(a.min(b), a.max(b)))
    }

    /// Takes dossiers in at every node. `links` says who links with whom.
    pub fn settle(state: TestState, hosting: Vec<Vec<usize>>, links: BTreeSet<(usize, usize)>) -> Self {
        let mut shared: Option<Rows> = None;
        let mut nodes = Vec::new();
        for (node, offices) in hosting.into_iter().enumerate() {
            let disk = import(&state, node, &offices, shared.as_ref());
            if shared.is_none() {
                shared = Some(common(&disk));
            }
            nodes.push(First { disk, offices });
        }
        let mut neighbours = vec![Vec::new(); nodes.len()];
        for (a, b) in &links {
            neighbours[*a].push(*b);
            neighbours[*b].push(*a);
        }
        Self { state, nodes, links: links.iter().copied().collect(), neighbours, is_link: links }
    }
}

/// A small state in which everybody links with everybody. `shape` is one of [`SHAPES`].
pub fn small(offices: usize, shape: u64) -> Arc<Founding> {
    static KNOWN: OnceLock<Mutex<BTreeMap<(usize, u64), Arc<Founding>>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().expect("founding does not panic");
    Arc::clone(known.entry((offices, shape)).or_insert_with(|| Arc::new(found_small(offices, shape))))
}

/// Three offices, each on its own node: one above, two below.
pub fn three() -> Arc<Founding> {
    static KNOWN: OnceLock<Arc<Founding>> = OnceLock::new();
    Arc::clone(KNOWN.get_or_init(|| {
        let mut rng = Entropy::from_seed([3; 32]);
        let mut state = TestState::found(&mut rng, START);
        for (parent, path) in [(None, "mp/gad"), (Some(0), "mp/gad/a"), (Some(0), "mp/gad/b")] {
            state.add_office(parent, path, 1, None, &mut rng, START);
        }
        let links = BTreeSet::from([(0, 1), (0, 2), (1, 2)]);
        Arc::new(Founding::settle(state, vec![vec![0], vec![1], vec![2]], links))
    }))
}

fn found_small(offices: usize, shape: u64) -> Founding {
    let mut start = [11; 32];
    start[..8].copy_from_slice(&shape.to_be_bytes());
    start[8..16].copy_from_slice(&(offices as u64).to_be_bytes());
    let mut rng = Entropy::from_seed(start);
    let mut state = TestState::found(&mut rng, START);
    let mut hosting: Vec<Vec<usize>> = Vec::new();
    for index in 0..offices {
        let parent = (index > 0).then(|| (rng.next_u64() as usize) % index.min(4));
        let path = match parent {
            None => "mp/gad".to_owned(),
            Some(parent) => format!("{}/o{index}", state.offices[parent].path),
        };
        // One office in six has no machine of its own and lives on its parent's.
        let host = parent.filter(|_| rng.next_u64().is_multiple_of(6));
        let host = host.and_then(|parent| hosting.iter().position(|offices| offices.contains(&parent)));
        let transport = host.map(|node| state.offices[hosting[node][0]].keys.transport.clone());
        state.add_office(parent, &path, 2, transport, &mut rng, START);
        match host {
            Some(node) => hosting[node].push(index),
            None => hosting.push(vec![index]),
        }
    }
    let nodes = hosting.len();
    let links = (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (a, b))).collect();
    Founding::settle(state, hosting, links)
}

/// The disk of a node that has taken in all dossiers.
fn import(state: &TestState, node: usize, offices: &[usize], shared: Option<&Rows>) -> Disk {
    memo::remember();
    let hosts = offices.iter().map(|office| state.offices[*office].host()).collect();
    let (empty, mut disk) = (Disk::default(), shared.map_or_else(Disk::default, Disk::over));
    let (registry, records) = (Registry::new(state.id), Records::new(&empty));
    let (memory, mut lineages) = (BTreeMap::new(), Entropy::from_seed([node as u8; 32]));
    let mut machine = Machine::start(registry, hosts, storage_key(node), &records, &memory, &mut lineages)
        .expect("an empty disk is sound");
    let mut records = Records::new(&disk);
    let mut entropy = Entropy::from_seed([node as u8; 32]);
    let request = Input::Request { ticket: Ticket(0), request: Request::Import(state.package()) };
    for input in [request, Input::Settle] {
        machine
            .step(START, &mut entropy, &mut records, input, &mut Vec::new())
            .expect("a disk in memory does not fail");
    }
    let writes = records.into_writes();
    disk.commit(writes, Commit::Durable, 0);
    disk.forget_recent();
    disk
}

/// What every node keeps alike.
fn common(disk: &Disk) -> Rows {
    let mut rows = Rows::default();
    for table in [Table::ACTS, Table::DOSSIERS, Table::CHARTER] {
        for (key, value) in disk.rows(table) {
            rows.set(table, key.to_vec(), Some(value.to_vec()));
        }
    }
    rows.flattened()
}
