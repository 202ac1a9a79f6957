//! The cosigner's side of the rejoin barrier: which installation of an office is listened to, and
//! what is known of its log.
//!
//! First come stays: while the installation that is listened to is linked, or was a moment ago,
//! no other takes its place, except by the word of the office's own people. One that was replaced
//! is never listened to again. This module never decides what a log contains.

use super::mirror::Page;
use super::{Machine, Peer, Step, Stop};
use crate::id::{Lineage, OfficeId};
use crate::limits::LEAVES_PER_MESSAGE_MAX;
use crate::log::proof;
use crate::message::{Message, Word};
use crate::records::{Lineages, Role, StoreFault};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// An installation whose link broke is taken to be alive for this long: two machines with one key
/// break each other's links, and each comes back within some seconds.
const ALIVE_MS: u64 = 20_000;

/// The installation that was heard last over a link that is gone.
pub(super) type Left = std::collections::BTreeMap<OfficeId, (Lineage, Timestamp)>;

impl Machine {
    /// A peer says which installations it is.
    pub(super) fn take_lineages(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        level_max: u16,
        offices: &[(OfficeId, Lineage)],
    ) -> Result<(), Stop> {
        let link = self.link(from)?;
        link.level_max = level_max;
        // Which offices the peer hosts is the registry's word, not the peer's; it may come later.
        link.lineages = offices.iter().copied().collect();
        let own: Vec<_> = offices.iter().filter(|(office, _)| link.offices.contains(office)).collect();
        for (office, lineage) in own.into_iter().copied() {
            if self.heard.insert(office, lineage).is_some_and(|before| before != lineage) {
                self.forget_held(step, office)?;
            }
        }
        Ok(())
    }

    /// A cosigner runs from another disk than before: what it once said to hold is asked again.
    fn forget_held(&mut self, step: &mut Step<'_, '_>, by: OfficeId) -> Result<(), Stop> {
        let keys: Vec<_> = [Role::Mirror, Role::Witness]
            .iter()
            .filter_map(|role| Some(self.cosigner_key(&by, *role).ok()?.public().id()))
            .collect();
        for (office, host) in &mut self.hosts {
            let mut held = step.records.held(office)?;
            held.by.retain(|(key, ..)| !keys.contains(key));
            step.records.put_held(office, &held);
            for cosigner in host.cosigners.iter_mut().filter(|cosigner| cosigner.office == by) {
                (cosigner.acked, cosigner.sent) = (0, 0);
            }
        }
        self.send_heads(step)
    }

    /// A link is gone; who spoke over it may come back.
    pub(super) fn remember_left(&mut self, peer: &Peer, now: Timestamp) {
        let Some(link) = self.links.get(peer) else { return };
        for office in &link.offices {
            if let Some(lineage) = link.lineages.get(office) {
                self.left.insert(*office, (*lineage, now));
            }
        }
    }

    /// Whether a head of this office is listened to over this link. If not, the peer is told.
    pub(super) fn listens(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
    ) -> Result<(), Stop> {
        match self.word_for(step, from, office, false)? {
            Word::Heard | Word::Stranger => Ok(()),
            word @ (Word::Twin | Word::Retired) => {
                self.say_head_known(step, from, office, word)?;
                Err(Refusal::RejoinSuperseded.into())
            }
        }
    }

    /// Who is listened to; a newcomer takes the place of one that is gone.
    fn word_for(
        &self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        claim: bool,
    ) -> Result<Word, Stop> {
        let link = self.links.get(&from).ok_or(Refusal::OfficeNotAdmitted)?;
        if !link.offices.contains(&office) {
            return Err(Refusal::NotAuthority.into());
        }
        let told = *link.lineages.get(&office).ok_or(Refusal::PeerNotGreeted)?;
        let Some(known) = step.records.lineages(&office)? else {
            step.records.put_lineages(&office, &Lineages::first(told));
            return Ok(Word::Heard);
        };
        if known.current == told {
            return Ok(Word::Heard);
        }
        if known.retired.contains(&told) {
            return Ok(Word::Retired);
        }
        let speaks = |link: &super::Link| link.lineages.get(&office) == Some(&known.current);
        let linked = self.links.values().any(|link| link.offices.contains(&office) && speaks(link));
        let left = self
            .left
            .get(&office)
            .is_some_and(|(lineage, at)| *lineage == known.current && step.steady.ms_since(*at) < ALIVE_MS);
        if (linked || left) && !claim {
            return Ok(Word::Twin);
        }
        step.records.put_lineages(&office, &known.succeeded_by(told));
        Ok(Word::Heard)
    }

    /// An office asks for what is known of its own log.
    pub(super) fn answer_ask_head(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        office: OfficeId,
        claim: bool,
    ) -> Result<(), Stop> {
        if !self.link(from)?.offices.contains(&office) {
            return Err(Refusal::NotAuthority.into());
        }
        let cosigns = [Role::Mirror, Role::Witness].iter().any(|role| self.cosigns(&office, *role).is_some());
        let word = if cosigns { self.word_for(step, from, office, claim)? } else { Word::Stranger };
        if word == Word::Heard {
            self.offered.remove(&office);
        }
        self.say_head_known(step, from, office, word)
    }

    /// Tells an office the newest of its heads that is known here.
    pub(super) fn say_head_known(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        office: OfficeId,
        word: Word,
    ) -> Result<(), Stop> {
        let cosigned = step.records.head(&office)?;
        let mirrored = step.records.log(&office)?.map(|log| log.note).filter(|note| !note.is_empty());
        let mut newest: Option<(u64, Vec<u8>)> = None;
        for note in [mirrored, cosigned].into_iter().flatten() {
            let size = super::cosign::stored_checkpoint(&note)?.head().size;
            if newest.as_ref().is_none_or(|(known, _)| *known < size) {
                newest = Some((size, note));
            }
        }
        let note = newest.map(|(_, note)| note).unwrap_or_default();
        step.send(to, Message::HeadKnown { office, word, note: note.into() });
        Ok(())
    }

    /// Gives an office leaves of its own log, with the proof that they belong there.
    pub(super) fn send_tail(
        &self,
        step: &mut Step<'_, '_>,
        to: Peer,
        office: OfficeId,
        from: u64,
    ) -> Result<(), Stop> {
        let Some(log) = step.records.log(&office)? else { return Err(Refusal::OfficeUnknown.into()) };
        let size = log.signed.size();
        let count = usize::try_from(size.saturating_sub(from)).unwrap_or(usize::MAX);
        let ids = step.records.leaves(&office, from, count.min(LEAVES_PER_MESSAGE_MAX))?;
        let Page { leaves, contents } = Page::read(step.records, &ids)?;
        if leaves.is_empty() {
            return Ok(());
        }
        let end = from + leaves.len() as u64;
        let proof = proof::consistency(&step.records.log_hashes(office), end, size)
            .map_err(|_| StoreFault::damaged("hashes of a mirrored log"))?;
        step.send(to, Message::Tail { office, from, leaves, note: log.note.into(), proof, contents });
        Ok(())
    }
}
