//! The registry on the wire: everyone keeps the charter chain and every office's dossier. A dossier
//! is a chain and a set of side acts, so it says the same whatever way and in whatever order its
//! acts came. What is compared is digests; what is new is passed on at once (`news`).
use minicbor::bytes::ByteVec;

use super::link::Pursued;
use super::wants::ASK_AGAIN_MS;
use super::{Event, Machine, Output, Peer, Step, Stop};
use crate::act::{Body, Place, UnverifiedAct, VerifiedAct};
use crate::codec;
use crate::hash::{Context, Hash, hash};
use crate::id::{ActId, OfficeId};
use crate::limits::{ACTS_BYTES_PER_MESSAGE_MAX, LEAVES_PER_MESSAGE_MAX, OFFICES_MAX};
use crate::message::{HEIGHTS_MAX, Message};
use crate::records::{Records, StoreFault};
use crate::refusal::Refusal;
use crate::registry::{Register, Signer};

/// Dossiers being fetched over one link: 16 x 256 KiB = 4 MiB at the very most.
const DOSSIERS_AT_ONCE: usize = 16;

/// Dossiers asked for in one carrier packet: of some 8 KiB each, 8 MiB.
const CARRIED_AT_ONCE: usize = 1_024;

/// Side acts in one dossier: an admission, a directory, and endorsements by 27 keys for the few acts
/// of authority in thirty years.
const SIDES_MAX: usize = 256;

impl Machine {
    /// Folds charter and dossiers as they are kept. Parents may stand after their children, so
    /// offices whose parent is not there yet are taken up again.
    pub(super) fn rebuild_registry(&mut self, records: &Records<'_>) -> Result<(), StoreFault> {
        for id in records.charter()? {
            self.refold(&records.expect_act(&id)?)?;
        }
        let mut waiting: Vec<OfficeId> = records.dossiers()?.into_iter().map(|(office, _)| office).collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for office in waiting {
                let ids = records.dossier(&office, 0, usize::MAX >> 1)?;
                let acts: Vec<_> = ids.iter().map(|id| records.expect_act(id)).collect::<Result<_, _>>()?;
                let parent = match acts.first().map(VerifiedAct::body) {
                    Some(Body::Inception(inception)) => inception.parent,
                    _ => return Err(StoreFault::damaged("a dossier without an inception")),
                };
                if parent.is_some_and(|parent| self.registry.office(&parent).is_err()) {
                    later.push(office);
                    continue;
                }
                for act in &acts {
                    self.refold(act)?;
                }
                let register = self.registry.office(&office);
                let register = register.map_err(|e| StoreFault::because("fold the registry", e))?;
                self.digests.insert(office, register.digest());
                if let Some((_, snapshot)) = register.directory()
                    && !records.has_content(&snapshot.root)?
                {
                    self.seek_names_of(office, snapshot, None);
                }
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

    fn incarnation_number(&self, office: &OfficeId) -> u32 {
        self.registry.office(office).ok().and_then(|r| r.incarnation()).map_or(0, |i| i.number)
    }

    /// Verifies, folds and keeps an act of the charter chain; `None` when it was folded before.
    pub(super) fn fold_charter(
        &mut self,
        step: &mut Step<'_, '_>,
        bytes: &[u8],
    ) -> Result<Option<VerifiedAct>, Stop> {
        match self.registry.admit_act(UnverifiedAct::parse(bytes).map_err(Refusal::from)?) {
            Ok(act) => {
                step.records.put_charter(self.registry.charter().acts(), &act)?;
                Ok(Some(act))
            }
            Err(Refusal::AlreadyDone) => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Verifies, folds and keeps an act of a dossier; `None` when there is nothing new in it.
    pub(super) fn fold_dossier(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: UnverifiedAct,
    ) -> Result<Option<VerifiedAct>, Stop> {
        let (act, signer) = self.registry.verify(act)?;
        match self.take_in(step, office, &act, &signer) {
            Ok(true) => Ok(Some(act)),
            Ok(false) | Err(Stop::Refused(Refusal::AlreadyDone)) => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    /// Folds a verified act into the dossier of an office and keeps it. Returns whether the dossier
    /// holds it: a directory older than the one known is not held.
    pub(super) fn take_in(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        act: &VerifiedAct,
        signer: &Signer,
    ) -> Result<bool, Stop> {
        let known = self.registry.office(&office);
        let replaced = known.as_ref().ok().and_then(|register| register.directory());
        let full = known.is_ok_and(|register| register.side_count() >= SIDES_MAX);
        let grows = act.header().place == Place::Side && !matches!(act.body(), Body::Directory(_));
        if full && grows {
            return Err(Refusal::Busy.into());
        }
        let before = self.incarnation_number(&office);
        self.registry.apply(act, signer)?;
        let register = self.registry.office(&office)?;
        if !register.keeps(&act.id()) {
            return Ok(false);
        }
        step.records.put_dossier(&office, act);
        self.digests.insert(office, register.digest());
        if let (Body::Directory(_), Some((old, _))) = (act.body(), replaced) {
            step.records.drop_directory(&office, &old);
        }
        step.event(Event::Register(office));
        if self.incarnation_number(&office) > before.max(1) {
            self.follow_incarnation(step, office, before)?;
        }
        Ok(true)
    }

    pub(super) fn registry_changed(&mut self, step: &mut Step<'_, '_>) {
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
        let digests: Vec<(OfficeId, Hash)> = self.digests.iter().map(|(o, d)| (*o, *d)).collect();
        hash(Context::Heights, &[&codec::encode(&digests)])
    }

    pub(super) fn compare(&self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let charter = self.registry.charter().digest();
        step.send(peer, Message::Heights { charter, dossiers: self.heights_digest() });
        Ok(())
    }

    /// The charter has changed: nobody waits for the minute.
    pub(super) fn compare_all(&self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        self.links.keys().try_for_each(|link| self.compare(step, *link))
    }

    pub(super) fn heights(
        &self,
        step: &mut Step<'_, '_>,
        from: Peer,
        charter: Hash,
        dossiers: Hash,
    ) -> Result<(), Stop> {
        if charter != self.registry.charter().digest() {
            step.send(from, Message::GetCharter { from: 0 });
        }
        if dossiers != self.heights_digest() {
            let number = |office: &OfficeId| self.registry.office(office).map_or(0, |r| r.number());
            let all: Vec<_> = self.digests.iter().map(|(o, digest)| (*o, number(o), *digest)).collect();
            for heights in all.chunks(HEIGHTS_MAX) {
                step.send(from, Message::DossierHeights { heights: heights.to_vec() });
            }
        }
        Ok(())
    }

    /// What the peer holds: what differs is asked for, unless the peer is behind. It has our list
    /// too and asks for itself.
    pub(super) fn dossier_heights(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        heights: &[(OfficeId, u64, Hash)],
    ) -> Result<(), Stop> {
        for (office, number, digest) in heights {
            let ours = self.registry.office(office).map_or(0, |register| register.number());
            if self.digests.get(office) != Some(digest) && *number >= ours {
                self.note_difference(from, *office, Some(*digest))?;
            }
        }
        self.ask_dossiers(step, from)
    }

    /// Asks a peer for a dossier, or for the rest of it.
    pub(super) fn pursue(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        digest: Option<Hash>,
    ) -> Result<(), Stop> {
        self.note_difference(peer, office, digest)?;
        self.ask_dossiers(step, peer)
    }

    fn note_difference(&mut self, peer: Peer, office: OfficeId, digest: Option<Hash>) -> Result<(), Stop> {
        // Only the office itself writes its dossier.
        if self.hosts(&office) {
            return Ok(());
        }
        let pursued = &mut self.link(peer)?.pursued;
        if pursued.len() < OFFICES_MAX {
            pursued.entry(office).or_insert(Pursued { digest, asked_at: None }).digest = digest;
        }
        Ok(())
    }

    /// Asks for dossiers, a few at a time, so that a thin line is not filled with answers that are
    /// asked for again meanwhile.
    pub(super) fn ask_dossiers(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let now = step.steady;
        let Some(link) = self.links.get_mut(&peer) else { return Ok(()) };
        let waits = |p: &Pursued| p.asked_at.is_some_and(|at| now.ms_since(at) < ASK_AGAIN_MS);
        let at_once = if link.carried { CARRIED_AT_ONCE } else { DOSSIERS_AT_ONCE };
        let free = at_once.saturating_sub(link.pursued.values().filter(|p| waits(p)).count());
        for (office, pursued) in link.pursued.iter_mut().filter(|(_, p)| !waits(p)).take(free) {
            pursued.asked_at = Some(now);
            let from = self.registry.office(office).map_or(0, |register| register.number() + 1);
            step.outputs
                .push(Output::Send { to: peer, message: Message::GetDossier { office: *office, from } });
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

    /// Acts of the charter, as the peer holds them. Whatever is sound in them is taken; the first
    /// refusal is reported in the end.
    pub(super) fn take_charter(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        from: u64,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        let (mut refused, mut anything) = (None, false);
        for bytes in acts {
            match self.fold_charter(step, bytes) {
                Ok(act) => anything |= act.is_some(),
                Err(Stop::Refused(refusal)) => refused = refused.or(Some(refusal)),
                Err(fault) => return Err(fault),
            }
        }
        if anything {
            self.registry_changed(step);
            self.compare_all(step)?;
        }
        if !acts.is_empty() {
            step.send(peer, Message::GetCharter { from: from.saturating_add(acts.len() as u64) });
        }
        refused.map_or(Ok(()), |refusal| Err(refusal.into()))
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
            step.send(to, Message::Dossier { office, acts });
        }
        Ok(())
    }

    /// Acts of a dossier, asked for or passed on. Whatever is sound in them is taken; the first
    /// refusal is reported in the end.
    pub(super) fn take_dossier(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        // Only the office itself writes its dossier: what comes back to it is an echo.
        if self.hosts(&office) {
            return Ok(());
        }
        if self.registry.office(&office).is_err() {
            self.check_new_office(step, peer, office, acts)?;
        }
        let has_run = self.registry.office(&office).is_ok_and(Register::has_run);
        let (mut news, mut refused, mut anything) = (Vec::new(), None, false);
        for bytes in acts {
            let parsed = UnverifiedAct::parse(bytes).map_err(Refusal::from);
            let of_it = parsed
                .and_then(|act| if office_of(&act) == office { Ok(act) } else { Err(Refusal::ChainKind) });
            match of_it.map_err(Stop::from).and_then(|act| self.fold_dossier(step, office, act)) {
                Ok(Some(act)) => {
                    anything = true;
                    match act.body() {
                        Body::Directory(body) => self.seek_names_of(office, body.snapshot, Some(peer)),
                        _ => news.push(bytes.clone()),
                    }
                }
                Ok(None) => {}
                Err(Stop::Refused(refusal)) => refused = refused.or(Some(refusal)),
                Err(fault) => return Err(fault),
            }
        }
        // The first directory says that the office's node runs, which counts for placement.
        let runs_now = !has_run && self.registry.office(&office).is_ok_and(Register::has_run);
        if !news.is_empty() || runs_now {
            self.registry_changed(step);
        }
        self.pass_on_news(step, office, news, Some(peer));
        self.note_answer(peer, office, anything, refused)?;
        self.ask_dossiers(step, peer)?;
        self.seek_names(step)?;
        self.drive_incoming(step, peer)?;
        refused.map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    /// Goes on with a dossier that is being fetched while there is something new in it.
    fn note_answer(
        &mut self,
        peer: Peer,
        office: OfficeId,
        anything: bool,
        refused: Option<Refusal>,
    ) -> Result<(), Stop> {
        let ours = self.digests.get(&office).copied();
        let pursued = &mut self.link(peer)?.pursued;
        match pursued.get_mut(&office) {
            Some(known) if known.digest.is_none_or(|digest| Some(digest) == ours) || !anything => {
                pursued.remove(&office);
            }
            Some(known) => known.asked_at = None,
            // Passed on, and something before it is not here.
            None if refused == Some(Refusal::ChainGap) => self.note_difference(peer, office, None)?,
            None => {}
        }
        Ok(())
    }

    /// An office that was not known is taken up only below a known parent and together with an
    /// admission by it: nobody can fill the registry with offices of his own making.
    fn check_new_office(
        &mut self,
        step: &mut Step<'_, '_>,
        peer: Peer,
        office: OfficeId,
        acts: &[ByteVec],
    ) -> Result<(), Stop> {
        let first =
            UnverifiedAct::parse(acts.first().ok_or(Refusal::OfficeUnknown)?).map_err(Refusal::from)?;
        let Body::Inception(inception) = first.body().clone() else {
            self.pursue(step, peer, office, None)?;
            return Err(Refusal::OfficeUnknown.into());
        };
        if office_of(&first) != office {
            return Err(Refusal::ChainKind.into());
        }
        self.registry.verify(first)?;
        if let Some(parent) = inception.parent.filter(|parent| self.registry.office(parent).is_err()) {
            self.pursue(step, peer, parent, None)?;
            self.note_difference(peer, office, None)?;
            // Asked for again as soon as the parent is here.
            if let Some(pursued) = self.link(peer)?.pursued.get_mut(&office) {
                pursued.asked_at = None;
            }
            return Err(Refusal::OfficeUnknown.into());
        }
        let admits = |bytes: &ByteVec| {
            let act = UnverifiedAct::parse(bytes).ok()?;
            let of_it = matches!(act.body(), Body::Admit(body) if body.office == office);
            let by_parent = act.header().office == inception.parent;
            (of_it && by_parent).then(|| self.registry.verify(act).ok()).flatten()
        };
        if acts.iter().any(|bytes| admits(bytes).is_some()) {
            Ok(())
        } else {
            self.link(peer)?.pursued.remove(&office);
            Err(Refusal::OfficeNotAdmitted.into())
        }
    }
}

/// The office whose dossier an act belongs to.
pub(super) fn office_of(act: &UnverifiedAct) -> OfficeId {
    act.header().matter.map_or_else(|| act.id(), ActId::from).into()
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
