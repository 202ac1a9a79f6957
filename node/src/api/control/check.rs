//! Computes anew what is derived and compares it with what is kept: every matter from its acts,
//! with every signature, and every hash of every log from its leaves.

use mohar_protocol::act::UnverifiedAct;
use mohar_protocol::control::Response;
use mohar_protocol::custody::Matter;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, MatterId, OfficeId};
use mohar_protocol::log::tile::{HashReader, recheck};
use mohar_protocol::log::tree::leaf_hash;
use mohar_protocol::records::{Kv, Records, Row, StoreFault, Table};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Registry;

use super::{Api, No};

/// Rows read at one time.
const PAGE: usize = 4_096;

/// Differences told; one is reason enough to restore.
const DIFFERENCES_MAX: usize = 20;

/// Answers [`mohar_protocol::control::Request::Check`].
pub fn check(api: &Api) -> Result<Response, No> {
    let (snapshot, registry) = (api.ledger.snapshot(), api.ledger.registry());
    let mut check = Check {
        kv: &snapshot,
        records: Records::new(&snapshot),
        registry: &registry,
        differences: Vec::new(),
    };
    let matters = check.matters()?;
    let logs = check.logs()?;
    if check.differences.is_empty() {
        tracing::info!(matters, logs, "checked: everything adds up");
        return Ok(Response::Done { id: None });
    }
    let shown = check.differences.len().min(DIFFERENCES_MAX);
    tracing::error!(differences = check.differences.len(), "checked: what is kept does not add up");
    Err(No::Failed(format!(
        "what is kept does not add up ({} differences): {}; stop the node and restore the data folder",
        check.differences.len(),
        check.differences[..shown].join("; ")
    )))
}

struct Check<'a> {
    kv: &'a dyn Kv,
    records: Records<'a>,
    registry: &'a Registry,
    differences: Vec<String>,
}

impl Check<'_> {
    /// Compares every matter; returns how many there are.
    fn matters(&mut self) -> Result<usize, StoreFault> {
        let mut count = 0;
        let mut last: Option<Vec<u8>> = None;
        while let Some(page) = self.page(Table::MATTERS, last.as_deref())? {
            for (key, _) in &page {
                count += 1;
                self.matter(MatterId(id(key)?))?;
            }
            last = page.into_iter().next_back().map(|(key, _)| key);
        }
        Ok(count)
    }

    fn matter(&mut self, id: MatterId) -> Result<(), StoreFault> {
        let kept = self.records.matter(&id)?;
        let ids = self.records.chain(&id, 0, usize::MAX >> 1)?;
        match self.fold(&ids)? {
            Ok(computed) if computed == kept => {}
            Ok(_) => {
                self.differences.push(format!("matter {}: another state than its acts give", id.short()))
            }
            Err(refusal) => {
                self.differences.push(format!(
                    "matter {}: its acts are refused, {}",
                    id.short(),
                    refusal.code()
                ));
            }
        }
        Ok(())
    }

    /// The state that a chain leads to; the refusal when it leads nowhere.
    fn fold(&self, ids: &[ActId]) -> Result<Result<Option<Matter>, Refusal>, StoreFault> {
        let mut matter: Option<Matter> = None;
        for id in ids {
            let bytes = self.records.get(Table::ACTS, &id.0)?;
            let bytes = bytes.ok_or(StoreFault::damaged("an act that is referred to is missing"))?;
            let next = UnverifiedAct::parse(&bytes)
                .map_err(Refusal::from)
                .and_then(|act| self.registry.verify(act))
                .and_then(|(act, signer)| match &matter {
                    Some(matter) => matter.advance(&act, &signer, self.registry),
                    None => Matter::begin(&act, &signer),
                });
            match next {
                Ok(next) => matter = Some(next),
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        Ok(Ok(matter))
    }

    /// Compares every log; returns how many there are.
    fn logs(&mut self) -> Result<usize, StoreFault> {
        let mut count = 0;
        let mut last: Option<Vec<u8>> = None;
        while let Some(page) = self.page(Table::LOGS, last.as_deref())? {
            for (key, _) in &page {
                count += 1;
                self.log(OfficeId(id(key)?))?;
            }
            last = page.into_iter().next_back().map(|(key, _)| key);
        }
        Ok(count)
    }

    fn log(&mut self, office: OfficeId) -> Result<(), StoreFault> {
        let Some(log) = self.records.log(&office)? else { return Ok(()) };
        let stored = recheck(&log.frontier, 0, &self.records.log_hashes(office));
        let leaves = recheck(&log.frontier, 0, &FromLeaves { records: &self.records, office });
        for error in [stored.err(), leaves.err()].into_iter().flatten() {
            self.differences.push(format!("log of office {}: {error}", office.short()));
        }
        Ok(())
    }

    /// The rows after a key; `None` after the last.
    fn page(&self, table: Table, after: Option<&[u8]>) -> Result<Option<Vec<Row>>, StoreFault> {
        // The first key after another one is that key with a zero byte at its end.
        let from = after.map_or_else(Vec::new, |key| [key, &[0]].concat());
        let page = self.kv.scan(table, &from, &[0xff; 40], PAGE)?;
        Ok(Some(page).filter(|page| !page.is_empty()))
    }
}

/// Level 0 from the leaves themselves, so that a damaged act is found as well.
struct FromLeaves<'a, 'b> {
    records: &'a Records<'b>,
    office: OfficeId,
}

impl HashReader for FromLeaves<'_, '_> {
    type Error = StoreFault;

    fn hashes(&self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, StoreFault> {
        if level > 0 {
            return self.records.log_hashes(self.office).hashes(level, from, count);
        }
        let ids = self.records.leaves(&self.office, from, count)?;
        let hash = |id: &ActId| {
            let bytes = self.records.get(Table::ACTS, &id.0)?;
            bytes.map(|bytes| leaf_hash(&bytes)).ok_or(StoreFault::damaged("the act of a leaf is missing"))
        };
        ids.iter().map(hash).collect()
    }
}

fn id(key: &[u8]) -> Result<[u8; 32], StoreFault> {
    key.try_into().map_err(|_| StoreFault::damaged("an id in a key"))
}
