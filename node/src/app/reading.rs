//! Reading matters: what a post may see, keys, covers, and facts worth remembering.
//!
//! Contents never change under their root, and a matter's past never changes under its head, so
//! what was decrypted once is remembered in memory, bounded, and gone with the process. What
//! cannot be opened is said so with its reason; nothing is shown in its place.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use mohar_protocol::act::{Body, Holder, VerifiedAct};
use mohar_protocol::custody::Matter;
use mohar_protocol::id::{ActId, ContentRoot, MatterId, OfficeId};
use mohar_protocol::machine::open_key;
use mohar_protocol::matter_text::{Block, Cover, Note, PaperLabel};
use mohar_protocol::records::Records;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::content::Disclosed;
use mohar_protocol::sealing::{Content, ContentRef, Kind, MatterKey, content};

use crate::app::{App, Trouble};
use crate::store::Snapshot;

/// Acts of one chain that a page reads: a file of 64 offices with 60 notes each.
pub const CHAIN_MAX: usize = 4_096;

/// Entries of each memory: covers of 2 KiB for 4,096 matters are 8 MiB.
const REMEMBERED_MAX: usize = 4_096;

/// One look at the store, with the keys it needed.
pub struct Reader<'a> {
    app: &'a App,
    /// For whom it looks.
    office: OfficeId,
    /// The rows.
    pub records: Records<'a>,
    keys: RefCell<BTreeMap<(MatterId, u32), MatterKey>>,
    /// Of matters: the last generation of the key that the office may use.
    last_generations: RefCell<BTreeMap<MatterId, u32>>,
}

/// What a matter's past says about its present; right for one head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The remark with which it came to where it is: what is wanted, until when, how urgent.
    pub remark: Option<Note>,
    /// How often it was sent back.
    pub returned: u32,
    /// Whether its last act belongs to newer software.
    pub needs_newer: bool,
    /// Every post that held it.
    pub holders: Vec<Holder>,
}

/// What a paper is, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperFacts {
    /// Title.
    pub title: String,
    /// Media type, pages, date.
    pub label: PaperLabel,
    /// Bytes of the body.
    pub bytes: u64,
}

/// What was read before.
#[derive(Default)]
pub struct Facts {
    covers: Memory<(MatterId, ContentRoot), Arc<Cover>>,
    papers: Memory<(MatterId, ContentRoot), Arc<PaperFacts>>,
    pasts: Memory<(ActId, OfficeId), Arc<Past>>,
}

struct Memory<K, V>(Mutex<std::collections::HashMap<K, V>>);

impl<'a> Reader<'a> {
    /// Looks at a snapshot for an office.
    pub fn new(app: &'a App, snapshot: &'a Snapshot, office: OfficeId) -> Self {
        let records = Records::new(snapshot);
        Self { app, office, records, keys: RefCell::default(), last_generations: RefCell::default() }
    }

    /// For whom it looks.
    pub const fn office(&self) -> OfficeId {
        self.office
    }

    /// A matter that a post may see: one that it holds, held, or is about to get. For anyone else
    /// there is no such matter.
    ///
    /// # Errors
    /// [`Refusal::MatterUnknown`].
    pub fn visible(&self, whose: &Holder, id: &MatterId) -> Result<Matter, Trouble> {
        let matter = self.records.matter(id)?.ok_or(Refusal::MatterUnknown)?;
        let near =
            matter.holder == *whose || matter.came_from == Some(*whose) || matter.route.contains(whose);
        if near || self.past(&matter)?.holders.contains(whose) {
            Ok(matter)
        } else {
            Err(Refusal::MatterUnknown.into())
        }
    }

    /// The acts of a matter's chain, in order.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn chain(&self, id: &MatterId) -> Result<Vec<VerifiedAct>, Trouble> {
        let ids = self.records.chain(id, 0, CHAIN_MAX)?;
        Ok(ids.iter().map(|id| self.records.expect_act(id)).collect::<Result<_, _>>()?)
    }

    /// Opens a content of a matter.
    ///
    /// # Errors
    /// [`Refusal::ContentSealed`], [`Refusal::ContentMissing`] or [`Refusal::ContentDamaged`]: why
    /// it cannot be read here, to be shown in its place.
    pub fn open(&self, matter: &MatterId, reference: &ContentRef) -> Result<Content, Trouble> {
        self.may_open(matter, reference)?;
        let key = self.key(matter, reference.generation)?;
        let bytes = self.records.content_bytes(&reference.root)?.ok_or(Refusal::ContentMissing)?;
        Ok(content::open(&key, reference, &bytes).map_err(|_| Refusal::ContentDamaged)?)
    }

    /// A content with the salt under which it was signed, to be shown to somebody without its key.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn disclosed(&self, matter: &MatterId, reference: &ContentRef) -> Result<Disclosed, Trouble> {
        self.may_open(matter, reference)?;
        let key = self.key(matter, reference.generation)?;
        let bytes = self.records.content_bytes(&reference.root)?.ok_or(Refusal::ContentMissing)?;
        Ok(content::disclose(&key, reference, &bytes).map_err(|_| Refusal::ContentDamaged)?)
    }

    /// The newest key of a matter that this node holds, with its generation.
    ///
    /// # Errors
    /// [`Refusal::ContentSealed`].
    pub fn newest_key(&self, matter: &Matter) -> Result<(MatterKey, u32), Trouble> {
        for generation in (1..=matter.generation).rev() {
            match self.key(&matter.id, generation) {
                Ok(key) => return Ok((key, generation)),
                Err(Trouble::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(Refusal::ContentSealed.into())
    }

    /// The cover of a matter.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn cover(&self, id: &MatterId) -> Result<Arc<Cover>, Trouble> {
        let first = self.records.expect_act(&ActId::from(*id))?;
        let reference = first.header().contents.first().ok_or(Refusal::ContentNone)?;
        self.may_open(id, reference)?;
        self.app.facts.covers.get_or((*id, reference.root), || {
            let cover = Cover::from_content(&self.open(id, reference)?)?;
            Ok(Arc::new(cover))
        })
    }

    /// What a paper is.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn paper(&self, id: &MatterId, reference: &ContentRef) -> Result<Arc<PaperFacts>, Trouble> {
        self.may_open(id, reference)?;
        self.app.facts.papers.get_or((*id, reference.root), || {
            let content = self.open(id, reference)?;
            let label = PaperLabel::of(&content.media_type);
            Ok(Arc::new(PaperFacts { title: content.name, label, bytes: content.body.len() as u64 }))
        })
    }

    /// What a matter's past says.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn past(&self, matter: &Matter) -> Result<Arc<Past>, Trouble> {
        self.app.facts.pasts.get_or((matter.head, self.office), || {
            let mut past = Past::default();
            for act in self.chain(&matter.id)? {
                past.holders.extend(act.header().holder.filter(|holder| !past.holders.contains(holder)));
                past.needs_newer = matches!(act.body(), Body::Unknown);
                match act.body() {
                    Body::SendBack(_) => past.returned += 1,
                    Body::Mark(_) | Body::Forward(_) => {}
                    _ => continue,
                }
                past.remark = self.remark(&matter.id, &act)?;
            }
            Ok(Arc::new(past))
        })
    }

    /// The remark that belongs to an act, if there is one and it can be read.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn remark(&self, id: &MatterId, act: &VerifiedAct) -> Result<Option<Note>, Trouble> {
        for reference in &act.header().contents {
            match self.open(id, reference) {
                Ok(content) if content.kind == Kind::Remark => return Ok(Note::from_content(&content).ok()),
                Err(Trouble::Fault(fault)) => return Err(fault.into()),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Whether the office may open a content. Where several offices share a node, the node has keys
    /// of each of them: one that has given a matter away reads nothing that was written later.
    fn may_open(&self, matter: &MatterId, reference: &ContentRef) -> Result<(), Trouble> {
        let shared = self.app.ledger.hosted().len() > 1;
        if shared && reference.generation > self.last_generation(matter)? {
            return Err(Refusal::ContentSealed.into());
        }
        Ok(())
    }

    fn last_generation(&self, id: &MatterId) -> Result<u32, Trouble> {
        if let Some(known) = self.last_generations.borrow().get(id) {
            return Ok(*known);
        }
        let (mut generation, mut last) = (0, 0);
        for act in self.chain(id)? {
            let begins =
                matches!(act.body(), Body::Open(_) | Body::Diarise(_) | Body::Receive(_) | Body::TakeUp(_));
            generation += u32::from(begins);
            if act.header().holder.is_some_and(|holder| holder.office == self.office) {
                last = generation;
            }
        }
        self.last_generations.borrow_mut().insert(*id, last);
        Ok(last)
    }

    fn key(&self, matter: &MatterId, generation: u32) -> Result<MatterKey, Trouble> {
        if let Some(key) = self.keys.borrow().get(&(*matter, generation)) {
            return Ok(key.clone());
        }
        let sealed = self.records.sealed_key(matter, generation)?.ok_or(Refusal::ContentSealed)?;
        let key = open_key(self.app.ledger.storage_key(), &sealed).ok_or(Refusal::ContentSealed)?;
        self.keys.borrow_mut().insert((*matter, generation), key.clone());
        Ok(key)
    }
}

impl Past {
    /// How urgent the sender said it is, else what the cover says.
    pub fn urgency(&self, cover: Option<&Cover>) -> u8 {
        let said = self.remark.as_ref().and_then(|remark| remark.fact(Block::URGENCY)?.parse().ok());
        said.unwrap_or_else(|| cover.map_or(0, |cover| cover.urgency)).min(3)
    }

    /// What is wanted, as the sheet names it.
    pub fn wanted(&self) -> Option<&str> {
        self.remark.as_ref().and_then(|remark| remark.fact(Block::WANTED))
    }

    /// The day by which it is due, `yyyy-mm-dd`.
    pub fn due(&self) -> Option<&str> {
        self.remark.as_ref().and_then(|remark| remark.fact(Block::DUE))
    }
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// What is remembered, else what is read now. Refusals are not remembered: a content that is
    /// missing may arrive.
    fn get_or(&self, key: K, read: impl FnOnce() -> Result<V, Trouble>) -> Result<V, Trouble> {
        if let Some(known) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let value = read()?;
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(key, value.clone());
        Ok(value)
    }
}

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
