//! The charges of an officer: on which post to work.

use mohar_protocol::act::Holder;
use mohar_protocol::act::body::ChargeKind;
use mohar_protocol::id::{ChargeId, OfficeId, OfficerId};
use mohar_protocol::records::DeskClass;

use crate::app::names::{Named, Names};
use crate::app::reading::Reader;
use crate::app::session::Session;
use crate::app::{App, Trouble};

/// Waiting matters are counted up to here.
const WAITING_MAX: usize = 999;

/// A charge to choose.
#[derive(Debug, Clone)]
pub struct Charge {
    /// The charge.
    pub id: ChargeId,
    /// The post.
    pub post: Named,
    /// The office.
    pub office: Named,
    /// Whether it is not the officer's own post.
    pub additional: bool,
    /// Matters that wait there.
    pub waiting: usize,
}

impl App {
    /// The charges that an officer holds now, the regular one first.
    pub fn charges_of(&self, office: &OfficeId, officer: &OfficerId) -> Vec<ChargeId> {
        let registry = self.ledger.registry();
        let Ok(register) = registry.office(office) else { return Vec::new() };
        let mut own: Vec<_> = register.charges().filter(|charge| charge.officer == *officer).collect();
        own.sort_by_key(|charge| (charge.kind != ChargeKind::Full, charge.since));
        own.into_iter().map(|charge| charge.id).collect()
    }

    /// The choice among several charges. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn posts(&self, session: &Session) -> Result<Vec<Charge>, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, session.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let mut charges = Vec::new();
        for id in self.charges_of(&session.office, &session.officer) {
            let Some(charge) = names.registry().office(&session.office)?.charge(&id).cloned() else {
                continue;
            };
            let holder = Holder { office: session.office, post: charge.post };
            charges.push(Charge {
                id,
                post: names.post(&holder)?,
                office: names.office(&session.office),
                additional: charge.kind != ChargeKind::Full,
                waiting: reader.records.desk_count(
                    &holder.office,
                    &holder.post,
                    DeskClass::Desk,
                    WAITING_MAX,
                )?,
            });
        }
        Ok(charges)
    }
}
