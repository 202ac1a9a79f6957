//! Names for ids: offices from the registry, posts and people from the directories that offices
//! publish. A name that is not known is shown as the code, never guessed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use mohar_protocol::act::body::ChargeKind;
use mohar_protocol::act::{Header, Holder};
use mohar_protocol::codec;
use mohar_protocol::directory::{SNAPSHOT_BYTES_MAX, Snapshot};
use mohar_protocol::id::{OfficeId, OfficerId, PostId};
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::registry::{Charge, Registry};

use crate::store::tables;

/// A name in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Hindi.
    pub hi: String,
    /// English.
    pub en: String,
}

/// A post of an office, with the person on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The post.
    pub post: Named,
    /// The office.
    pub office: Named,
    /// The person, when known.
    pub person: Option<Named>,
}

/// Looks names up at one moment. Directories are read once each.
pub struct Names<'a, 'b> {
    registry: Arc<Registry>,
    records: &'a Records<'b>,
    read: RefCell<BTreeMap<OfficeId, Rc<Snapshot>>>,
}

impl Named {
    /// The same text in both languages.
    pub fn same(text: &str) -> Self {
        Self { hi: text.to_owned(), en: text.to_owned() }
    }

    /// Two texts; an empty one is replaced by the other.
    pub fn new(hi: &str, en: &str) -> Self {
        let or = |a: &str, b: &str| if a.trim().is_empty() { b.to_owned() } else { a.to_owned() };
        Self { hi: or(hi, en), en: or(en, hi) }
    }
}

impl<'a, 'b> Names<'a, 'b> {
    /// Names as they stand.
    pub fn new(registry: Arc<Registry>, records: &'a Records<'b>) -> Self {
        Self { registry, records, read: RefCell::default() }
    }

    /// The registry behind the names.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The name of an office.
    pub fn office(&self, office: &OfficeId) -> Named {
        self.registry
            .office(office)
            .map_or_else(|_| Named::same(&office.short()), |r| Named::new(r.name_hi(), r.name_en()))
    }

    /// The name of a post.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn post(&self, holder: &Holder) -> Result<Named, StoreFault> {
        let directory = self.directory(&holder.office)?;
        if let Some(name) = directory.posts.iter().find(|name| name.post == holder.post) {
            return Ok(Named::new(&name.name_hi, &name.name_en));
        }
        let post = self.registry.office(&holder.office).ok().and_then(|register| register.post(&holder.post));
        Ok(Named::same(&post.map_or_else(|| holder.post.short(), |post| post.code.clone())))
    }

    /// The rank of a post in lists, lower is higher.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn rank(&self, holder: &Holder) -> Result<u8, StoreFault> {
        let directory = self.directory(&holder.office)?;
        Ok(directory.posts.iter().find(|name| name.post == holder.post).map_or(u8::MAX, |name| name.rank))
    }

    /// The name of an officer, if it was published.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn officer(&self, office: &OfficeId, officer: &OfficerId) -> Result<Option<Named>, StoreFault> {
        let directory = self.directory(office)?;
        let name = directory.officers.iter().find(|name| name.officer == *officer);
        Ok(name.map(|name| Named::new(&name.name_hi, &name.name_en)))
    }

    /// A post with its present holder.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn place(&self, holder: &Holder) -> Result<Place, StoreFault> {
        let person = match self.charge_on(holder) {
            Some(officer) => self.officer(&holder.office, &officer)?,
            None => None,
        };
        Ok(Place { post: self.post(holder)?, office: self.office(&holder.office), person })
    }

    /// The post and the person that signed an act; `None` for acts of nodes and authorities.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn signer(&self, header: &Header) -> Result<Option<Place>, StoreFault> {
        let Some((office, charge)) = header.office.zip(header.charge) else { return Ok(None) };
        let Ok(register) = self.registry.office(&office) else { return Ok(None) };
        let Some(charge) = register.charge(&charge) else {
            let nobody = Place { post: Named::same("?"), office: self.office(&office), person: None };
            return Ok(Some(nobody));
        };
        let holder = Holder { office, post: charge.post };
        let person = self.officer(&office, &charge.officer)?;
        Ok(Some(Place { post: self.post(&holder)?, office: self.office(&office), person }))
    }

    /// The officer on a post: the regular holder before any other.
    fn charge_on(&self, holder: &Holder) -> Option<OfficerId> {
        let register = self.registry.office(&holder.office).ok()?;
        let order = |charge: &&Charge| match charge.kind {
            ChargeKind::Full => 0,
            ChargeKind::Additional => 1,
            ChargeKind::Link => 2,
            ChargeKind::Assistant => 3,
        };
        register
            .charges()
            .filter(|charge| charge.post == holder.post)
            .min_by_key(order)
            .map(|charge| charge.officer)
    }

    /// The directory of an office: what it published, or what this node will publish next.
    fn directory(&self, office: &OfficeId) -> Result<Rc<Snapshot>, StoreFault> {
        if let Some(read) = self.read.borrow().get(office) {
            return Ok(Rc::clone(read));
        }
        let own = self.records.get(tables::NAMES, &office.0)?;
        let bytes = match own {
            Some(bytes) => Some(bytes),
            None => match self.registry.office(office).ok().and_then(|register| register.directory()) {
                Some((_, reference)) => self.records.content_bytes(&reference.root)?,
                None => None,
            },
        };
        // A directory that cannot be read is one without names: codes are shown then.
        let directory = bytes.and_then(|bytes| codec::decode(&bytes, SNAPSHOT_BYTES_MAX).ok());
        let directory = Rc::new(directory.unwrap_or_default());
        self.read.borrow_mut().insert(*office, Rc::clone(&directory));
        Ok(directory)
    }
}

/// A post of an office, as forms name it: `<office>.<post>`.
pub fn holder_from_text(text: &str) -> Option<Holder> {
    let (office, post) = text.split_once('.')?;
    Some(Holder { office: office.parse::<OfficeId>().ok()?, post: post.parse::<PostId>().ok()? })
}

/// The opposite of [`holder_from_text`].
pub fn holder_to_text(holder: &Holder) -> String {
    format!("{}.{}", holder.office, holder.post)
}
