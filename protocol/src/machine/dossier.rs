//! The registry on the wire: everyone keeps the charter chain and every office's dossier, copied
//! in the order in which the office itself wrote it.

use minicbor::bytes::ByteVec;

use super::handover::contents_of;
use super::{Event, Machine, Output, Package, Peer, Receipt, Step, Stop};
use crate::act::{Body, UnverifiedAct, VerifiedAct};
use crate::codec;
use crate::hash::{Context, Hash, hash};
use crate::id::{ActId, OfficeId};
use crate::limits::{ACTS_BYTES_PER_MESSAGE_MAX, LEAVES_PER_MESSAGE_MAX};
use crate::message::{HEIGHTS_MAX, Message};
use crate::records::{Records, StoreFault};
use crate::refusal::Refusal;

impl Machine {
    /// Folds charter and dossiers as they are kept. Parents may stand after their children, so
    /// offices whose parent is not there yet are taken up again.
    pub(super) fn rebuild_registry(&mut self, records: &Records<'_>) -> Result<(), StoreFault> {
        for id in records.charter()? {
            self.refold(&records.expect_act(&id)?)?;
        }
        let mut waiting = records.dossiers()?;
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for (office, length) in waiting {
                let ids = records.dossier(&office, 0, usize::MAX >> 1)?;
                let acts: Vec<_> = ids.iter().map(|id| records.expect_act(id)).collect::<Result<_, _>>()?;
                let parent = match acts.first().map(VerifiedAct::body) {
                    Some(Body::Inception(inception)) => inception.parent,
                    _ => return Err(StoreFault::damaged("a dossier without an inception")),
                };
                if parent.is_some_and(|parent| self.registry.office(&parent).is_err()) {
                    later.push((office, length));
                    continue;
                }
                for act in &acts {
                    self.refold(act)?;
                }
                self.lengths.insert(office, length);
            }
            if later.len() == before {
                return Err(StoreFault::damaged("dossiers whose parents are missing"));
            }
            waiting = later;
        }
        Ok(())
    }

    fn refold(&mut self, act: &VerifiedAct) -> Result<(), StoreFault> {
        let signer = self.registry.signer_of(act).map_err(|e| StoreFault::because("fold the registry", e))?;
        self.registry.apply(act, &signer).map_err(|e| StoreFault::because("fold the registry", e))
    }

    /// Takes in charters and dossiers from a file. An own office whose log is still empty begins
    /// its log with them.
    pub(super) fn import(&mut self, step: &mut Step<'_, '_>, package: &Package) -> Result<Receipt, Stop> {
        let mut last = Err(Refusal::AlreadyDone);
        for bytes in &package.charter {
            if let Some(act) = self.fold_new(bytes)? {
                let position = self.registry.charter().acts().len() as u64 - 1;
                step.records.put_charter(position, &act);
                last = Ok(Receipt { act: act.id(), matter: act.matter() });
            }
        }
        for dossier in &package.dossiers {
            last = self.import_dossier(step, dossier)?.map_or(last, Ok);
        }
        self.registry_changed(step);
        self.lay_escrows(step)?;
        Ok(last?)
    }

    /// Takes in one dossier; the last act that was new.
    fn import_dossier(
        &mut self,
        step: &mut Step<'_, '_>,
        dossier: &[ByteVec],
    ) -> Result<Option<Receipt>, Stop> {
        let mut new = Vec::new();
        for bytes in dossier {
            let act = UnverifiedAct::parse(bytes).map_err(Refusal::from)?;
            let office = OfficeId::from(act.header().matter.map_or_else(|| act.id(), ActId::from));
            let (before, own) = (self.incarnation_number(&office), self.is_own_voice(&office));
            self.check_continues(step, &act)?;
            let Some(act) = self.fold_new(bytes)? else { continue };
            self.keep_dossier(step, office, &act);
            if self.incarnation_number(&office) > before.max(1) {
                self.follow_incarnation(step, office, before)?;
                // New keys for a node at work (a rotation): there is nothing to fetch.
                if own && self.speaks(&office) == Err(Refusal::Restoring) {
                    self.begin_again(step, office)?;
                }
            }
            new.push((office, act));
        }
        // An own office's log starts with its dossier; a parent also logs the admissions it gave.
        for (office, act) in &new {
            for log in [Some(*office), act.header().office].into_iter().flatten() {
                if self.speaks(&log).is_ok() && step.records.place(&act.id(), &log)?.is_none() {
                    self.append(step, log, act)?;
                }
            }
        }
        Ok(new.pop().map(|(_, act)| Receipt { act: act.id(), matter: act.matter() }))
    }

    fn incarnation_number(&self, office: &OfficeId) -> u32 {
        self.registry.office(office).ok().and_then(|r| r.incarnation()).map_or(0, |i| i.number)
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

    /// Verifies and folds an act; `None` when it was folded before.
    fn fold_new(&mut self, bytes: &[u8]) -> Result<Option<VerifiedAct>, Refusal> {
        match self.registry.admit_act(UnverifiedAct::parse(bytes)?) {
            Ok(act) => Ok(Some(act)),
            Err(Refusal::AlreadyDone) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    /// Adds an act to a dossier that was folded already.
    pub(super) fn keep_dossier(&mut self, step: &mut Step<'_, '_>, office: OfficeId, act: &VerifiedAct) {
        let length = self.lengths.entry(office).or_insert(0);
        step.records.put_dossier(&office, *length, act);
        *length += 1;
        if self.hosts(&office) {
            let message = Message::Dossier {
                office,
                from: self.lengths[&office] - 1,
                acts: vec![act.bytes().to_vec().into()],
            };
            for peer in self.links.keys() {
                step.outputs.push(Output::Send { to: *peer, message: message.clone() });
            }
        }
        step.event(Event::Register(office));
    }

    fn registry_changed(&mut self, step: &mut Step<'_, '_>) {
        self.place_cosigners();
        step.outputs.push(Output::Admit(self.admitted_peers()));
        let peers: Vec<Peer> = self.links.keys().copied().collect();
        for peer in peers {
            let offices = self.registry.offices_of_transport(&peer.0);
            if let Some(link) = self.links.get_mut(&peer) {
                link.offices = offices;
            }
        }
    }

    fn heights_digest(&self) -> Hash {
        let heights: Vec<(OfficeId, u64)> = self.lengths.iter().map(|(o, n)| (*o, *n)).collect();
        hash(Context::Heights, &[&codec::encode(&heights)])
    }

    pub(super) fn compare(&self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let charter = self.registry.charter().acts().len() as u64;
        step.send(peer, Message::Heights { charter, dossiers: self.heights_digest() });
        Ok(())
    }

    pub(super) fn heights(
        &self,
        step: &mut Step<'_, '_>,
        from: Peer,
        charter: u64,
        dossiers: Hash,
    ) -> Result<(), Stop> {
        let own = self.registry.charter().acts().len() as u64;
        if charter > own {
            step.send(from, Message::GetCharter { from: own });
        }
        if dossiers != self.heights_digest() {
            let all: Vec<(OfficeId, u64)> = self.lengths.iter().map(|(o, n)| (*o, *n)).collect();
            for heights in all.chunks(HEIGHTS_MAX) {
                step.send(from, Message::DossierHeights { heights: heights.to_vec() });
            }
        }
        Ok(())
    }

    /// The peer's lengths: what it lacks is sent, what we lack is asked for.
    pub(super) fn dossier_heights(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        heights: &[(OfficeId, u64)],
    ) -> Result<(), Stop> {
        for (office, theirs) in heights {
            let ours = self.lengths.get(office).copied().unwrap_or(0);
            if *theirs > ours {
                step.send(from, Message::GetDossier { office: *office, from: ours });
            }
        }
        let missing: Vec<(OfficeId, u64)> = self
            .lengths
            .iter()
            .map(|(office, ours)| {
                (*office, *ours, heights.iter().find(|(o, _)| o == office).map_or(0, |(_, n)| *n))
            })
            .filter(|(_, ours, theirs)| ours > theirs)
            .map(|(office, _, theirs)| (office, theirs))
            .collect();
        for (office, theirs) in missing.into_iter().take(64) {
            self.send_dossier(step, from, office, theirs)?;
        }
        Ok(())
    }

    pub(super) fn send_charter(&self, step: &mut Step<'_, '_>, to: Peer, from: u64) -> Result<(), Stop> {
        let ids = step.records.charter()?;
        let ids = ids.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default();
        let acts = bounded_acts(step.records, ids)?;
        if !acts.is_empty() {
            step.send(to, Message::Charter { from, acts });
        }
        Ok(())
    }

    pub(super) fn take_charter(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        from: u64,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        if from > self.registry.charter().acts().len() as u64 {
            return Err(Refusal::ChainGap.into());
        }
        for bytes in acts {
            if let Some(act) = self.fold_new(bytes)? {
                let position = self.registry.charter().acts().len() as u64 - 1;
                step.records.put_charter(position, &act);
            }
        }
        self.registry_changed(step);
        self.compare(step, peer)
    }

    pub(super) fn send_dossier(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        office: OfficeId,
        from: u64,
    ) -> Result<(), Stop> {
        let ids = step.records.dossier(&office, from, LEAVES_PER_MESSAGE_MAX)?;
        let acts = bounded_acts(step.records, &ids)?;
        if !acts.is_empty() {
            step.send(to, Message::Dossier { office, from, acts });
        }
        Ok(())
    }

    pub(super) fn take_dossier(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        from: u64,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        // Only the office itself writes its dossier: what comes back to it is an echo.
        if self.hosts(&office) {
            return Ok(());
        }
        let ours = self.lengths.get(&office).copied().unwrap_or(0);
        if from > ours {
            step.send(peer, Message::GetDossier { office, from: ours });
            return Ok(());
        }
        let skip = usize::try_from(ours - from).unwrap_or(usize::MAX);
        let mut changed = false;
        for bytes in acts.iter().skip(skip) {
            let act = UnverifiedAct::parse(bytes).map_err(Refusal::from)?;
            let of_office = act.header().matter.map_or_else(|| act.id(), ActId::from) == ActId::from(office);
            if !of_office {
                return Err(Refusal::ChainKind.into());
            }
            let changes = !matches!(act.body(), Body::Directory(_) | Body::Escrow(_));
            let before = self.incarnation_number(&office);
            let act = match self.registry.admit_act(act) {
                Ok(act) => act,
                Err(Refusal::AlreadyDone) => continue,
                Err(refusal) => return Err(refusal.into()),
            };
            self.keep_dossier(step, office, &act);
            if self.incarnation_number(&office) > before.max(1) {
                self.follow_incarnation(step, office, before)?;
            }
            for reference in contents_of(&act) {
                self.want(step, peer, reference.root, reference.length)?;
            }
            changed |= changes;
        }
        if changed {
            self.registry_changed(step);
        }
        if acts.len() >= LEAVES_PER_MESSAGE_MAX {
            step.send(peer, Message::GetDossier { office, from: self.lengths[&office] });
        }
        self.drive_incoming(step, peer)
    }
}

/// The bytes of acts, as many as one message may carry.
pub(super) fn bounded_acts(records: &Records<'_>, ids: &[ActId]) -> Result<Vec<ByteVec>, StoreFault> {
    let mut acts: Vec<ByteVec> = Vec::new();
    let mut bytes = 0;
    for id in ids.iter().take(LEAVES_PER_MESSAGE_MAX) {
        let act = records.expect_act(id)?;
        bytes += act.bytes().len();
        if bytes > ACTS_BYTES_PER_MESSAGE_MAX {
            break;
        }
        acts.push(act.bytes().to_vec().into());
    }
    Ok(acts)
}
