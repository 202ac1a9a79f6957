//! News of the registry: what an office has changed is passed on at once to whoever is linked, and
//! the names that a directory act announces are fetched from whoever has them.
//!
//! An act is passed on when it is taken in, which happens once: so it goes to each link at most
//! once, never back to where it came from, and an echo ends where it is known already. A directory
//! is passed on when its names are here, so that whoever hears of it can have them. What is lost or
//! beyond the bound comes with the minute's comparison.

use minicbor::bytes::ByteVec;

use super::catch_up::Urgency;
use super::{Event, Machine, Output, Peer, Step, Stop};
use crate::id::{ContentRoot, OfficeId};
use crate::message::Message;
use crate::records::StoreFault;
use crate::sealing::ClearRef;
use crate::time::Timestamp;

/// News passed on over one link in a minute: a day of transfers in a state of 4,500 offices has some
/// 20 register changes in its busiest minute.
const NEWS_PER_MINUTE_MAX: u32 = 64;

/// Directories whose names are being fetched at one time: 16 x 100 KiB.
const NAMES_AT_ONCE: usize = 16;

/// Whoever did not send the names by then is not waited for: longer than 100 KiB take at 64 kbit/s.
const NAMES_AGAIN_MS: u64 = 30_000;

/// Whoever said not to have them is passed over; the next one is asked after this time.
const NAMES_ELSEWHERE_MS: u64 = 500;

/// A directory that is known by its act while its names are not here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unnamed {
    snapshot: ClearRef,
    came_from: Option<Peer>,
    asked: Option<Peer>,
    again_at: Timestamp,
}

/// How much news a link was given in the minute that began then.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Given {
    since: Timestamp,
    count: u32,
}

impl Given {
    fn may_give(&mut self, now: Timestamp) -> bool {
        if now.ms_since(self.since) >= super::link::COMPARE_MS {
            *self = Self { since: now, count: 0 };
        }
        self.count += 1;
        self.count <= NEWS_PER_MINUTE_MAX
    }
}

impl Machine {
    /// Passes acts of a dossier on that were not known here before.
    pub(super) fn pass_on_news(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        acts: Vec<ByteVec>,
        came_from: Option<Peer>,
    ) {
        if acts.is_empty() {
            return;
        }
        for (peer, link) in self.links.iter_mut().filter(|(peer, _)| Some(**peer) != came_from) {
            // The office's own node wrote it.
            if !link.offices.contains(&office) && link.given.may_give(step.steady) {
                let message = Message::Dossier { office, acts: acts.clone() };
                step.outputs.push(Output::Send { to: *peer, message });
            }
        }
    }

    /// Notes that the names of an office are wanted, and who told of them.
    pub(super) fn seek_names_of(&mut self, office: OfficeId, snapshot: ClearRef, came_from: Option<Peer>) {
        let unnamed = Unnamed { snapshot, came_from, asked: None, again_at: Timestamp(0) };
        self.unnamed.insert(office, unnamed);
    }

    /// Asks for names: the office's own node first, then one linked node after the other.
    pub(super) fn seek_names(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        self.forget_named(step)?;
        let asked = self.unnamed.values().filter(|unnamed| unnamed.again_at > step.steady).count();
        let mut due: Vec<(OfficeId, Unnamed)> =
            self.unnamed.iter().map(|(o, u)| (*o, *u)).filter(|(_, u)| u.again_at <= step.steady).collect();
        // Who waits longest comes first, so that names which nobody has do not keep others from coming.
        due.sort_unstable_by_key(|(_, unnamed)| unnamed.again_at);
        due.truncate(NAMES_AT_ONCE.saturating_sub(asked));
        for (office, unnamed) in due {
            let Some(peer) = self.next_to_ask(&office, &unnamed) else { break };
            if let Some(before) = unnamed.asked.filter(|before| *before != peer) {
                self.want_no_more(before, &unnamed.snapshot.root);
            }
            let again_at = step.steady.plus_ms(NAMES_AGAIN_MS);
            self.unnamed.insert(office, Unnamed { asked: Some(peer), again_at, ..unnamed });
            self.want(step, peer, unnamed.snapshot.root, unnamed.snapshot.length, Urgency::Names)?;
        }
        Ok(())
    }

    /// Names that have arrived: now that they can be had here, the directory is passed on.
    fn forget_named(&mut self, step: &mut Step<'_, '_>) -> Result<(), StoreFault> {
        let mut named = Vec::new();
        for (office, unnamed) in &self.unnamed {
            if unnamed.asked.is_some() && step.records.has_content(&unnamed.snapshot.root)? {
                named.push((*office, unnamed.came_from));
            }
        }
        for (office, came_from) in named {
            self.unnamed.remove(&office);
            step.event(Event::Register(office));
            let directory = self.registry.office(&office).ok().and_then(|register| register.directory());
            if let Some((act, _)) = directory {
                let act = step.records.expect_act(&act)?;
                self.pass_on_news(step, office, vec![act.bytes().to_vec().into()], came_from);
            }
        }
        Ok(())
    }

    /// The office's own node, else who told of them, then one link after the other.
    fn next_to_ask(&self, office: &OfficeId, unnamed: &Unnamed) -> Option<Peer> {
        let mut links = self.links.keys().copied();
        let told = unnamed.came_from.filter(|peer| self.links.contains_key(peer));
        match unnamed.asked {
            None => self.peer_of(office).or(told).or_else(|| links.next()),
            Some(asked) => links.clone().find(|peer| *peer > asked).or_else(|| links.next()),
        }
    }

    /// A peer does not have a content. For names somebody else is asked; other contents are asked
    /// for again when their time has come.
    pub(super) fn not_there(&mut self, step: &mut Step<'_, '_>, peer: Peer, root: ContentRoot) {
        let asked = |unnamed: &&mut Unnamed| unnamed.snapshot.root == root && unnamed.asked == Some(peer);
        let Some(unnamed) = self.unnamed.values_mut().find(asked) else { return };
        unnamed.again_at = step.steady.plus_ms(NAMES_ELSEWHERE_MS);
        self.want_no_more(peer, &root);
    }

    fn want_no_more(&mut self, peer: Peer, root: &ContentRoot) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.wants.forget(*root);
        }
    }

    /// Whoever was asked over a link that is gone will not answer.
    pub(super) fn ask_others_for_names(&mut self, gone: Peer) {
        for unnamed in self.unnamed.values_mut().filter(|unnamed| unnamed.asked == Some(gone)) {
            unnamed.again_at = Timestamp(0);
        }
    }
}
