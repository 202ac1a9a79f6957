//! Charters and dossiers from a disk file: an invitation, a renewal, new keys. What concerns an own office
//! is logged as well. Never takes in what would not also be taken from a link.

use std::collections::BTreeMap;

use minicbor::bytes::ByteVec;

use super::dossier::office_of;
use super::{Machine, Package, Receipt, Standing, Step, Stop, Why};
use crate::act::{Body, UnverifiedAct};
use crate::id::{ActId, OfficeId};
use crate::refusal::Refusal;

impl Machine {
    /// Takes in charters and dossiers from a file. An own office whose log is still empty begins
    /// its log with them.
    pub(super) fn import(&mut self, step: &mut Step<'_, '_>, package: &Package) -> Result<Receipt, Stop> {
        for (office, host) in &self.hosts {
            // What would be logged and is not, is logged by a new incarnation when it begins.
            if !matches!(host.standing, Standing::Restoring | Standing::Stopped(Why::Replaced)) {
                self.may_sign(office)?;
            }
        }
        let mut last = Err(Refusal::AlreadyDone);
        for bytes in &package.charter {
            if let Some(act) = self.fold_charter(step, bytes)? {
                last = Ok(Receipt { act: act.id(), matter: act.matter() });
            }
        }
        if last.is_ok() {
            self.compare_all(step)?;
        }
        for dossier in &package.dossiers {
            last = self.import_dossier(step, dossier)?.map_or(last, Ok);
        }
        self.registry_changed(step);
        Ok(last?)
    }

    /// Takes in one dossier; the last act that was new.
    fn import_dossier(
        &mut self,
        step: &mut Step<'_, '_>,
        dossier: &[ByteVec],
    ) -> Result<Option<Receipt>, Stop> {
        let (mut last, mut new, mut news) = (None, Vec::new(), BTreeMap::<OfficeId, Vec<ByteVec>>::new());
        for bytes in dossier {
            let act = UnverifiedAct::parse(bytes).map_err(Refusal::from)?;
            let (office, own) = (office_of(&act), self.is_own_voice(&office_of(&act)));
            self.check_continues(step, &act)?;
            let id = act.id();
            let Some(act) = self.fold_dossier(step, office, act)? else {
                last = self.begin_log(step, office, id)?.or(last);
                continue;
            };
            // New keys for a node at work (a rotation): there is nothing to fetch.
            if own && self.may_sign(&office) == Err(Refusal::Restoring) {
                self.begin_again(step, office)?;
            }
            if let Body::Directory(body) = act.body()
                && !step.records.has_content(&body.snapshot.root)?
            {
                self.seek_names_of(office, body.snapshot, None);
            } else {
                news.entry(office).or_default().push(act.bytes().to_vec().into());
            }
            new.push((office, act));
        }
        // An own office's log starts with its dossier; a parent also logs the admissions it gave.
        for (office, act) in &new {
            for log in [Some(*office), act.header().office].into_iter().flatten() {
                if self.may_sign(&log).is_ok() && step.records.place(&act.id(), &log)?.is_none() {
                    self.append(step, log, act)?;
                }
            }
        }
        for (office, acts) in news {
            self.pass_on_news(step, office, acts, None);
        }
        Ok(new.pop().map(|(_, act)| Receipt { act: act.id(), matter: act.matter() }).or(last))
    }

    /// The dossier of an office may have come from others before this node began to host it. Its
    /// log then begins with what the invitation holds. An office that has run has a log already.
    fn begin_log(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        id: ActId,
    ) -> Result<Option<Receipt>, Stop> {
        let begins = self.may_sign(&office).is_ok()
            && self.registry.office(&office).is_ok_and(|known| !known.has_run() && known.keeps(&id))
            && step.records.place(&id, &office)?.is_none();
        if !begins {
            return Ok(None);
        }
        let act = step.records.expect_act(&id)?;
        self.append(step, office, &act)?;
        Ok(Some(Receipt { act: id, matter: act.matter() }))
    }

    /// New node keys for a node at work go on from the very end of its log; when it has grown since,
    /// they are to be signed again.
    fn check_continues(&self, step: &Step<'_, '_>, act: &UnverifiedAct) -> Result<(), Stop> {
        if let (Body::Incarnate(body), Some(office)) = (act.body(), act.header().office)
            && self.is_own_voice(&office)
            && self.has_spare(&office, &body.signing)
            && step.records.log(&office)?.is_some_and(|log| log.frontier.head() != body.start)
        {
            return Err(Refusal::RegisterStale.into());
        }
        Ok(())
    }
}
