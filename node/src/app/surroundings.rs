//! What stands around every page: who is signed in, what is proved about safety, and the one root
//! cause when something is wrong. Nothing is called safe that no cosignature proves.

use mohar_protocol::id::OfficeId;
use mohar_protocol::machine::Standing;
use mohar_protocol::records::{DeskClass, Role, Table};
use mohar_protocol::time::Timestamp;

use crate::app::names::{Named, Names};
use crate::app::reading::Reader;
use crate::app::session::Session;
use crate::app::settings::Typing;
use crate::app::{App, Officer, Trouble};

/// Movements counted.
const WAITING_MAX: usize = 999;

/// Around a page.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The office.
    pub office: Named,
    /// The officer.
    pub name: Named,
    /// The post, if one was chosen.
    pub post: Named,
    /// Whether the post sees the tray and the inward register.
    pub registry: bool,
    /// Whether the post keeps the register of posts and officers.
    pub admin: bool,
    /// What is proved.
    pub safety: Safety,
    /// How the officer types Hindi, if that was chosen.
    pub typing: Option<Typing>,
    /// Since when no other office can be reached, and how many movements wait for that.
    pub alone: Option<(Timestamp, usize)>,
    /// Whether the office may sign.
    pub standing: Standing,
}

/// What is proved about the office's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// So many mirrors hold everything.
    Held(usize),
    /// Mirrors have cosigned before, but not the latest.
    RecordedHere,
    /// Movements of this post wait, the oldest since.
    Waiting(usize, Timestamp),
    /// No mirror ever cosigned.
    Unknown,
}

impl App {
    /// The names of the offices that greet before anyone has signed in.
    pub fn own_offices(&self) -> Named {
        let (registry, hosted) = (self.ledger.registry(), self.ledger.hosted());
        let own: Vec<_> = hosted.iter().filter_map(|office| registry.office(office).ok()).collect();
        let join = |names: Vec<&str>| names.join(" · ");
        let hindi = join(own.iter().map(|register| register.name_hi()).collect());
        Named::new(&hindi, &join(own.iter().map(|register| register.name_en()).collect()))
    }

    /// What stands around a page of a session. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn surroundings(&self, session: &Session) -> Result<Surroundings, Trouble> {
        let snapshot = self.snapshot();
        let reader = Reader::new(self, &snapshot, session.office);
        let names = Names::new(self.ledger.registry(), &reader.records);
        let name = names.officer(&session.office, &session.officer)?;
        let post = match &session.at_work {
            Some(officer) => names.post(&officer.holder())?,
            None => Named::default(),
        };
        Ok(Surroundings {
            office: names.office(&session.office),
            name: name.unwrap_or_else(|| Named::same(&session.login)),
            post,
            registry: session.at_work.as_deref().is_some_and(|officer| self.is_registry(officer)),
            admin: session.at_work.as_deref().is_some_and(|officer| self.is_admin(officer)),
            typing: Self::typing_of(&reader.records, &session.officer)?,
            safety: Self::safety(&reader, &session.office, session.at_work.as_deref())?,
            alone: self.alone(&reader, &session.office)?,
            standing: self.ledger.standing(&session.office),
        })
    }

    fn safety(reader: &Reader<'_>, office: &OfficeId, officer: Option<&Officer>) -> Result<Safety, Trouble> {
        if let Some(officer) = officer {
            let (class, post) = (DeskClass::Waiting, &officer.post);
            if let Some(oldest) = reader.records.desk(office, post, class, 0, 1)?.first() {
                let count = reader.records.desk_count(office, post, class, WAITING_MAX)?;
                return Ok(Safety::Waiting(count, oldest.since));
            }
        }
        let held = reader.records.held(office)?;
        let size = reader.records.log(office)?.map_or(0, |log| log.frontier.size());
        let mirrors = held.count(Role::Mirror, size.saturating_sub(1));
        let ever = held.by.iter().any(|(_, role, _, _)| *role == Role::Mirror);
        Ok(match (mirrors, ever) {
            (0, true) => Safety::RecordedHere,
            (0, false) => Safety::Unknown,
            (mirrors, _) => Safety::Held(mirrors),
        })
    }

    /// The one root cause: not a single other office answers. A node without others is not alone.
    fn alone(&self, reader: &Reader<'_>, office: &OfficeId) -> Result<Option<(Timestamp, usize)>, Trouble> {
        let (links, registry, hosted) = (self.ledger.links(), self.ledger.registry(), self.ledger.hosted());
        let others: Vec<OfficeId> = registry
            .offices()
            .filter(|register| registry.is_admitted(register) && !hosted.contains(&register.id()))
            .map(mohar_protocol::registry::Register::id)
            .collect();
        if others.is_empty() || others.iter().any(|other| links.linked.contains_key(other)) {
            return Ok(None);
        }
        let since = links.lost.values().max().copied().unwrap_or(self.started);
        let mut waiting = 0;
        for other in &others {
            for (id, _) in reader.records.towards(Table::QUEUED, other, WAITING_MAX)? {
                let ours = reader.records.matter(&id)?.is_some_and(|matter| matter.is_held_by(office));
                waiting += usize::from(ours);
            }
        }
        Ok(Some((since, waiting)))
    }
}
