//! Orders of succession at the node of an office: bringing them into force when their day has
//! come, and handing the files of an office that ended to its successor.
//!
//! Files move by the ordinary handover. This module only queues them, a few at a time; whatever
//! interrupts it, the next second goes on. It never takes back what an officer has queued elsewhere.

use super::{Machine, Output, Receipt, Step, Stop};
use crate::act::{Body, Header, Holder, Place, body};
use crate::custody::{Matter, Phase};
use crate::id::{ActId, MatterId, OfficeId, PostId};
use crate::records::DeskClass;
use crate::refusal::Refusal;
use crate::registry::{Register, Signer};

/// Files queued for a successor in one second and office: a hundred thousand take a working day,
/// and officers are not kept waiting.
const HANDED_ON_MAX: usize = 8;

impl Machine {
    /// Does what orders ask of the own offices.
    pub(super) fn succeed(&mut self, step: &mut Step<'_, '_>) -> Result<(), Stop> {
        for office in self.signing() {
            match self.succeed_at(step, office) {
                // What stands in the way of one office is no reason to leave the rest undone.
                Err(Stop::Refused(refusal)) => step.outputs.push(Output::Noted(refusal)),
                done => done?,
            }
        }
        Ok(())
    }

    fn succeed_at(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        if self.registry.office(&office).is_err() || self.may_sign(&office).is_err() {
            return Ok(());
        }
        for order in self.registry.orders_due(&office, step.now) {
            self.commence_order(step, office, order)?;
        }
        self.hand_on_all(step, office)
    }

    fn commence_order(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        order: ActId,
    ) -> Result<(), Stop> {
        let register = self.registry.office(&office)?;
        let header = Header {
            matter: Some(ActId::from(office).into()),
            number: register.number() + 1,
            previous: Some(register.head()),
            ..self.header(step, office)?
        };
        let act = self.sign_as_node(header, &Body::Commence(body::Commence { to: None, order }))?;
        self.take_in(step, office, &act, &Signer::Node { office })?;
        self.append(step, office, &act)?;
        self.pass_on_news(step, office, vec![act.bytes().to_vec().into()], None);
        self.registry_changed(step);
        Ok(())
    }

    /// An office that ended with one office in its place hands everything on by itself. Where there
    /// are several, an administrator says which file goes where.
    fn hand_on_all(&mut self, step: &mut Step<'_, '_>, office: OfficeId) -> Result<(), Stop> {
        let register = self.registry.office(&office)?;
        let Some(order) = register.ended().filter(|order| register.commenced(order).is_some()) else {
            return Ok(());
        };
        // Earlier orders may have named successors too; what ended the office decides.
        let mut takers = register.successors().iter().filter(|(by, _)| *by == order).map(|(_, to)| *to);
        let (Some(to), None) = (takers.next(), takers.next()) else { return Ok(()) };
        let posts: Vec<PostId> = register.posts().map(|post| post.id).collect();
        let mut left = HANDED_ON_MAX;
        for post in posts {
            for class in [DeskClass::Desk, DeskClass::Parked, DeskClass::Closed] {
                for row in step.records.desk(&office, &post, class, 0, left)? {
                    let matter = self.matter(step, &row.matter)?;
                    if matter.phase != Phase::Frozen {
                        self.hand_on_matter(step, &matter, order, to)?;
                        left -= 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Queues one file for a successor, as an administrator of the office asked.
    pub(super) fn hand_on(
        &mut self,
        step: &mut Step<'_, '_>,
        office: OfficeId,
        to: OfficeId,
        id: MatterId,
    ) -> Result<Receipt, Stop> {
        self.host(&office)?;
        let matter = self.matter(step, &id)?;
        if !matter.is_held_by(&office) {
            return Err(Refusal::NotHolderOffice.into());
        }
        let successors = self.registry.office(&office)?.successors();
        let order = successors.iter().rev().find(|(_, successor)| *successor == to);
        let order = order.ok_or(Refusal::NotSuccessor)?.0;
        self.hand_on_matter(step, &matter, order, to)
    }

    fn hand_on_matter(
        &mut self,
        step: &mut Step<'_, '_>,
        matter: &Matter,
        order: ActId,
        to: OfficeId,
    ) -> Result<Receipt, Stop> {
        let (from, successor) = (self.registry.office(&matter.holder.office)?, self.registry.office(&to)?);
        let post = same_post(from, matter.holder.post, successor).ok_or(Refusal::PostUnknown)?;
        let body = body::Commence { to: Some(Holder { office: to, post }), order };
        let header = self.matter_header(step, matter.holder.office, matter, Place::Chain)?;
        let act = self.sign_as_node(header, &Body::Commence(body))?;
        self.extend(step, Some(matter), &act)?;
        self.offer_now(step, &to)?;
        Ok(Receipt { act: act.id(), matter: act.matter() })
    }
}

/// The post of a successor that has the same code; else its administrator's.
fn same_post(from: &Register, post: PostId, successor: &Register) -> Option<PostId> {
    let code = from.post(&post).map(|post| post.code.as_str());
    let same = successor.posts().find(|post| Some(post.code.as_str()) == code);
    same.or_else(|| successor.posts().find(|post| post.admin)).map(|post| post.id)
}
