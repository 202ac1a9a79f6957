//! What must hold when all work has ended and everything has arrived: judged from the logs of all
//! offices, the pages of all offices, and the programs' own checks.

use std::collections::{BTreeMap, BTreeSet};

use mohar_protocol::act::{Place, UnverifiedAct, Verb};
use mohar_protocol::id::{ActId, MatterId, OfficeId};

use crate::processes::officer::Officer;
use crate::processes::programs::code;
use crate::processes::town::{PLANS, Town};

/// The acts of all offices on files.
pub struct Logs {
    /// Each chain in order.
    pub chains: BTreeMap<MatterId, Vec<UnverifiedAct>>,
    /// Acts beside the chains.
    pub sides: BTreeMap<MatterId, Vec<UnverifiedAct>>,
    /// Leaves of all logs, those of the registers included.
    pub leaves: usize,
}

impl Logs {
    /// Reads the logs of all nodes.
    ///
    /// # Errors
    /// In words: a node that does not answer, or an act that stands in a log twice.
    pub fn read(town: &Town) -> Result<Self, String> {
        let mut logs = Self { chains: BTreeMap::new(), sides: BTreeMap::new(), leaves: 0 };
        let mut seen: BTreeSet<ActId> = BTreeSet::new();
        for (node, plan) in town.nodes.iter().zip(&PLANS) {
            for act in node.leaves()? {
                logs.leaves += 1;
                // Acts about offices stand in the logs of both, such as an admission.
                if act.header().holder.is_none() {
                    continue;
                }
                if !seen.insert(act.id()) {
                    return Err(format!("{}: act {:?} stands in the logs twice", plan.name, act.id()));
                }
                let matter = act.header().matter.unwrap_or_else(|| act.id().into());
                let acts = match act.header().place {
                    Place::Chain => &mut logs.chains,
                    Place::Side => &mut logs.sides,
                };
                acts.entry(matter).or_default().push(act);
            }
        }
        for chain in logs.chains.values_mut() {
            chain.sort_by_key(|act| act.header().number);
        }
        Ok(logs)
    }

    /// How many acts of these verbs a matter has.
    pub fn count(&self, matter: &MatterId, verbs: &[Verb]) -> usize {
        let all = [self.chains.get(matter), self.sides.get(matter)];
        let all = all.into_iter().flatten().flatten();
        all.filter(|act| act.header().known_verb().is_some_and(|verb| verbs.contains(&verb))).count()
    }

    /// Every chain is whole, without a second successor anywhere, and has come to rest: nothing is
    /// queued or travels.
    ///
    /// # Errors
    /// The first that is not, in words.
    pub fn check_chains(&self) -> Result<(), String> {
        for (matter, chain) in &self.chains {
            let mut previous = None;
            for (number, act) in (0..).zip(chain) {
                if (act.header().number, act.header().previous) != (number, previous) {
                    return Err(format!("{matter:?}: act {number} does not follow: {}", tell(chain)));
                }
                previous = Some(act.id());
            }
            let last = chain.last().and_then(|act| act.header().known_verb());
            if matches!(last, Some(Verb::Forward | Verb::Handover)) {
                return Err(format!("{matter:?} has not arrived: {}", tell(chain)));
            }
        }
        Ok(())
    }

    /// Who holds a matter after its last act.
    pub fn holder(&self, matter: &MatterId) -> Option<OfficeId> {
        Some(self.chains.get(matter)?.last()?.header().holder?.office)
    }

    /// The offices that spoke in a matter.
    pub fn visited(&self, matter: &MatterId) -> BTreeSet<OfficeId> {
        self.chains.get(matter).into_iter().flatten().filter_map(|act| act.header().office).collect()
    }
}

/// Every office that has had a file tells its history to the last act, as the logs have it.
///
/// # Errors
/// Who tells what differently.
pub fn check_histories(town: &Town, logs: &Logs, officers: &[Vec<Officer>]) -> Result<usize, String> {
    let mut compared = 0;
    for (matter, chain) in &logs.chains {
        let truth: Vec<String> = chain.iter().map(|act| act.id().to_string()).collect();
        for (at, office) in town.ids.iter().enumerate() {
            if !logs.visited(matter).contains(office) {
                continue;
            }
            let told: Vec<String> = tellers(&officers[at], &matter.to_string())?;
            let told: Vec<&String> = told.iter().filter(|act| truth.contains(act)).collect();
            if told != truth.iter().collect::<Vec<_>>() {
                return Err(format!(
                    "{}: {matter:?}: tells {} of {} acts: {}",
                    PLANS[at].name,
                    told.len(),
                    truth.len(),
                    tell(chain)
                ));
            }
            compared += 1;
        }
    }
    Ok(compared)
}

/// The history of a file as the first officer of an office sees it who may.
fn tellers(officers: &[Officer], matter: &str) -> Result<Vec<String>, String> {
    let mut last = Err("nobody".to_owned());
    for officer in officers {
        last = officer.history(matter).map_err(String::from);
        if last.is_ok() {
            break;
        }
    }
    last
}

/// Every node finds nothing in its own check; every exported log is proven by `mohar verify`.
///
/// # Errors
/// Which is not, with what was said.
pub fn check_programs(town: &Town) -> Result<(), String> {
    for plan in PLANS.iter().take(town.nodes.len()) {
        let name = plan.name;
        let out = format!("{name}-log");
        for words in [format!("check --data {name}"), format!("log export --data {name} --out {out}")] {
            let (exit, said) = code(town.dir.path(), &words);
            if exit != 0 {
                return Err(format!("mohar {words} ended with {exit}: {said}"));
            }
        }
        verify(town, name, &out)?;
    }
    Ok(())
}

/// An exported log is proven by `mohar verify`. One log cannot tell what a file met in other
/// offices (`audit.elsewhere`): that, and nothing else, may be missing.
///
/// # Errors
/// What was said.
pub fn verify(town: &Town, name: &str, out: &str) -> Result<(), String> {
    let (exit, said) = code(town.dir.path(), &format!("verify {out} --state {}", town.state));
    let missing = said.lines().filter(|line| line.contains("not fully checkable: "));
    let elsewhere_only = missing.clone().all(|line| line.contains("audit.elsewhere")) && missing.count() == 1;
    if exit == 0 || (exit == 2 && elsewhere_only) { Ok(()) } else { Err(format!("{name}: {exit}: {said}")) }
}

/// Nothing waits anywhere, and every log is held to its last act by its mirrors and witnesses.
///
/// # Errors
/// What is not so yet.
pub fn is_settled(town: &Town) -> Result<(), String> {
    for node in &town.nodes {
        let status = node.status()?;
        let own = &status.offices[0];
        if let Some(other) = status.others.iter().find(|other| !other.linked || other.waiting > 0) {
            return Err(format!("{}: {other:?}", own.path));
        }
        if let Some(behind) = own.cosigners.iter().find(|cosigner| cosigner.size < own.log_size) {
            return Err(format!("{} has {} acts, {behind:?}", own.path, own.log_size));
        }
    }
    Ok(())
}

fn tell(chain: &[UnverifiedAct]) -> String {
    let acts = chain.iter().map(|act| {
        let verb = act.header().known_verb().map_or("?", Verb::name);
        format!("{} {verb}", act.header().number)
    });
    acts.collect::<Vec<_>>().join(", ")
}
