//! Safety: facts of this office, who mirrors it, and which other offices answer.

use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::{Backlog, Standing};
use mohar_protocol::placement::placement;
use mohar_protocol::records::{Role, Table};
use mohar_protocol::time::Timestamp;

use crate::app::names::{Named, Names};
use crate::app::reading::Reader;
use crate::app::send::Reach;
use crate::app::{App, Trouble};

/// Offices on the page: those with waiting matters come first.
const OFFICES_MAX: usize = 200;

/// Waiting matters counted for one office.
const WAITING_MAX: usize = 999;

/// What is known.
#[derive(Debug, Clone)]
pub struct Offices {
    /// Path of the own office.
    pub path: String,
    /// Which incarnation speaks for it.
    pub incarnation: u32,
    /// Acts in its log.
    pub log_size: u64,
    /// Root of its log.
    pub root: String,
    /// Since when the node runs.
    pub started: Timestamp,
    /// Whether it may sign.
    pub standing: Standing,
    /// Who mirrors it.
    pub mirrors: Vec<Mirror>,
    /// Other offices.
    pub others: Vec<Other>,
    /// What is still to come from others.
    pub backlog: Backlog,
    /// Connections of unknown nodes refused since the start.
    pub refused_peers: u64,
    /// Connections, of nodes and of browsers, turned away since the start because there were too many.
    pub turned_away: u64,
    /// Times that a node was slowed down since the start, because it sent more than it may.
    pub slowed: u64,
}

/// A mirror of the own log.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// Its office.
    pub name: Named,
    /// The size that its latest cosignature proves, and the second of that; `None` if none is known.
    pub proof: Option<(u64, u64)>,
}

/// Another office.
#[derive(Debug, Clone)]
pub struct Other {
    /// Its name.
    pub name: Named,
    /// Whether it answers.
    pub reach: Reach,
    /// Matters that wait for it.
    pub waiting: usize,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// The size of its log as known here.
    pub log_size: Option<u64>,
}

impl App {
    /// The safety page of an office. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn offices(&self, own: &OfficeId) -> Result<Offices, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, *own);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let register = names.registry().office(own)?;
        let log = reader.records.log(own)?;
        let (log_size, root) =
            log.map_or((0, String::new()), |log| (log.frontier.size(), log.frontier.root().short()));
        let mut others = Vec::new();
        for other in names.registry().offices() {
            if other.id() != *own && names.registry().is_admitted(other) {
                others.push(self.other(&reader, &names, &other.id())?);
            }
        }
        others.sort_by_key(|other| (std::cmp::Reverse(other.waiting), other.name.hi.clone()));
        others.truncate(OFFICES_MAX);
        Ok(Offices {
            path: register.path().to_owned(),
            incarnation: register.incarnation().map_or(0, |incarnation| incarnation.number),
            log_size,
            root,
            standing: self.ledger.standing(own),
            started: self.started,
            mirrors: mirrors(&reader, &names, own)?,
            others,
            backlog: self.ledger.backlog(),
            refused_peers: self.net.refused(),
            turned_away: self.net.turned_away() + self.ledger.counters().http_turned_away.get(),
            slowed: self.net.slowed(),
        })
    }

    fn other(&self, reader: &Reader<'_>, names: &Names<'_, '_>, office: &OfficeId) -> Result<Other, Trouble> {
        let waiting = reader.records.towards(Table::QUEUED, office, WAITING_MAX)?;
        let mut oldest = None;
        for (id, _) in &waiting {
            let since = reader.records.matter(id)?.map(|matter| matter.since);
            oldest = [oldest, since].into_iter().flatten().min();
        }
        let head = reader.records.head(office)?;
        Ok(Other {
            name: names.office(office),
            reach: self.reach(office),
            waiting: waiting.len(),
            oldest,
            log_size: head.and_then(|note| size_of_note(&note)),
        })
    }
}

fn mirrors(reader: &Reader<'_>, names: &Names<'_, '_>, own: &OfficeId) -> Result<Vec<Mirror>, Trouble> {
    let held = reader.records.held(own)?;
    let placed = placement(names.registry(), own).into_iter().filter(|(_, role)| *role == Role::Mirror);
    let mirror = |(office, _): (OfficeId, Role)| {
        let key = names.registry().office(&office).ok().and_then(|r| r.incarnation()).map(|i| i.mirror.id());
        let proof = held.by.iter().find(|(by, role, _, _)| Some(*by) == key && *role == Role::Mirror);
        Mirror { name: names.office(&office), proof: proof.map(|(_, _, size, second)| (*size, *second)) }
    };
    Ok(placed.map(mirror).collect())
}

/// The second line of a checkpoint (C2SP tlog-checkpoint) is its size.
fn size_of_note(note: &[u8]) -> Option<u64> {
    std::str::from_utf8(note).ok()?.lines().nth(1)?.parse().ok()
}
