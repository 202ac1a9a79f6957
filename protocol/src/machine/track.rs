//! Where is it: former holders learn what happened next, pushed when it happens and compared
//! once a minute, so that a lost hint costs a minute.

use super::{Machine, Output, Peer, Step, Stop};
use crate::act::VerifiedAct;
use crate::custody::Matter;
use crate::id::MatterId;
use crate::message::Message;
use crate::refusal::Refusal;

/// Matters compared with one peer in one go; the next go takes the next ones.
/// 128 x 44 bytes a minute = 8 MB a day at the very most, when that many are on their way.
const TRACKED_MAX: usize = 128;

/// Matters that others know more of, remembered at a time; the next minute names them again.
const BEHIND_MAX: usize = 1_024;

/// Matters answered in one go.
const ANSWERED_MAX: usize = 64;

impl Machine {
    /// Gives a new chain act to linked offices on the route.
    pub(super) fn pass_on(
        &self,
        step: &mut Step<'_, '_>,
        matter: &Matter,
        act: &VerifiedAct,
        except: Option<Peer>,
    ) {
        let former = matter.offices().into_iter().filter(|office| *office != matter.holder.office);
        for office in former {
            let wanted = |peer: &Peer| Some(*peer) != except && !self.is_full(peer);
            let Some(peer) = self.peer_of(&office).filter(wanted) else {
                continue;
            };
            let message = Message::Acts {
                matter: matter.id,
                from: act.header().number,
                acts: vec![act.bytes().to_vec().into()],
            };
            step.outputs.push(Output::Send { to: peer, message });
        }
    }

    /// Asks a peer what it knows beyond us of matters that were here. Closed ones are asked about
    /// too: they may have been reopened.
    pub(super) fn track(&mut self, step: &mut Step<'_, '_>, peer: Peer) -> Result<(), Stop> {
        let after = self.link(peer)?.tracked_to;
        let followed = step.records.followed(after, TRACKED_MAX)?;
        self.link(peer)?.tracked_to = followed.last().copied().filter(|_| followed.len() == TRACKED_MAX);
        let mut heights: Vec<(MatterId, u32, u64)> = Vec::new();
        for id in followed {
            let matter = self.matter(step, &id)?;
            let theirs = &self.link(peer)?.offices;
            if matter.offices().into_iter().any(|office| theirs.contains(&office)) {
                heights.push((id, matter.epoch, matter.number));
            }
        }
        if !heights.is_empty() {
            step.send(peer, Message::Track { heights });
        }
        Ok(())
    }

    /// A former holder has followed a matter further than we know it, as after a restore.
    fn ask_behind(&mut self, step: &mut Step<'_, '_>, from: Peer, matter: MatterId, number: u64) {
        if self.behind.len() < BEHIND_MAX {
            self.behind.insert(matter);
            step.send(from, Message::GetActs { matter, from: number });
        }
    }

    /// Answers with what we know beyond the peer, and asks for what it knows beyond us.
    pub(super) fn answer_track(
        &mut self,
        step: &mut Step<'_, '_>,
        from: Peer,
        heights: &[(MatterId, u32, u64)],
    ) -> Result<(), Stop> {
        let mut answered = 0;
        for (id, epoch, theirs) in heights {
            let known = step.records.matter(id)?;
            let here = known.as_ref().map(|matter| (matter.epoch, matter.number));
            if here.is_none_or(|here| here < (*epoch, *theirs)) {
                self.ask_behind(step, from, *id, here.map_or(0, |(_, number)| number + 1));
            }
            let Some(matter) = known else { continue };
            if *epoch >= matter.epoch {
                self.release_known(step, from, id)?;
            }
            if (matter.epoch, matter.number) > (*epoch, *theirs) && answered < ANSWERED_MAX {
                answered += 1;
                let first = match matter.epoch == *epoch {
                    true => theirs + 1,
                    false => Self::first_after_epoch(step, &matter, *epoch)?,
                };
                match self.send_acts(step, from, *id, first) {
                    Err(Stop::Refused(Refusal::NotHolder)) | Ok(()) => {}
                    Err(stop) => return Err(stop),
                }
            }
        }
        Ok(())
    }
}
