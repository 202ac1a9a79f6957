//! Rows of office logs: leaves, tile hashes, heads, cosignatures, dossiers.

use minicbor::{Decode, Encode};

use super::{Records, StoreFault, Table, be64, id32, key};
use crate::act::{Body, MatterKind, Place, VerifiedAct};
use crate::codec;
use crate::hash::Hash;
use crate::id::{ActId, KeyId, MatterId, OfficeId};
use crate::log::tile::HashReader;
use crate::log::tree::Frontier;

/// A log as it is kept here, own or mirrored.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct LogState {
    /// Everything appended.
    #[n(0)]
    pub frontier: Frontier,
    /// The part that adds up to a root its office signed. In our own log: the last checkpoint.
    #[n(1)]
    pub signed: Frontier,
    /// Leaves below this index have all their contents here.
    #[n(2)]
    pub contents_to: u64,
    /// The log's own latest checkpoint, as a note; empty before the first.
    #[n(3)]
    #[cbor(with = "crate::codec::bstr")]
    pub note: Vec<u8>,
}

impl LogState {
    /// A log without leaves.
    pub fn empty() -> Self {
        Self { frontier: Frontier::empty(), signed: Frontier::empty(), contents_to: 0, note: Vec::new() }
    }
}

/// In which role a node cosigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Has the bytes.
    #[n(0)]
    Mirror,
    /// Has seen the head.
    #[n(1)]
    Witness,
}

impl Role {
    /// The last part of the cosigner's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mirror => "mirror",
            Self::Witness => "witness",
        }
    }
}

/// Who has cosigned how much of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Held {
    /// Cosigning office's node key, role, size and the second of the cosignature.
    #[n(0)]
    pub by: Vec<(KeyId, Role, u64, u64)>,
}

impl Held {
    /// How many cosigners of a role have a log of more than `index` leaves.
    pub fn count(&self, role: Role, index: u64) -> usize {
        self.by.iter().filter(|(_, r, size, _)| *r == role && *size > index).count()
    }

    /// Notes a cosignature; an older one than known changes nothing.
    pub fn note(&mut self, key: KeyId, role: Role, size: u64, second: u64) {
        match self.by.iter_mut().find(|(k, r, _, _)| *k == key && *r == role) {
            Some(known) if known.2 < size => *known = (key, role, size, second),
            Some(_) => {}
            None => self.by.push((key, role, size, second)),
        }
    }
}

// Classes of acts in a dossier: their order in the rows is an order in which they can be folded.
const INCEPTION: u8 = 0;
/// Admissions, which a stranger has to see first.
const PROPOSAL: u8 = 1;
const CHAIN: u8 = 2;
/// Orders of succession, whose keys the chain may have named.
const ORDER: u8 = 3;
const ENDORSEMENT: u8 = 4;
const OTHER: u8 = 5;

fn dossier_key(office: &OfficeId, act: &VerifiedAct) -> Vec<u8> {
    let class = match act.body() {
        Body::Inception(_) => INCEPTION,
        Body::Admit(_) => PROPOSAL,
        Body::SucceedDivide(_) | Body::SucceedMerge(_) | Body::SucceedParent(_) | Body::SucceedClose(_) => {
            ORDER
        }
        Body::Endorse(_) => ENDORSEMENT,
        _ if act.header().place == Place::Chain => CHAIN,
        _ => OTHER,
    };
    match class {
        CHAIN => key(&[&office.0, &[class], &act.header().number.to_be_bytes()]),
        _ => key(&[&office.0, &[class], &act.id().0]),
    }
}

/// Reads the tile hashes of one log.
pub struct LogHashes<'a, 'b> {
    records: &'a Records<'b>,
    office: OfficeId,
}

impl HashReader for LogHashes<'_, '_> {
    type Error = StoreFault;

    fn hashes(&self, level: u8, from: u64, count: usize) -> Result<Vec<Hash>, StoreFault> {
        let prefix = key(&[&self.office.0, &[level]]);
        let end = from.checked_add(count as u64).ok_or(StoreFault::damaged("a tile index"))?;
        let rows = self.records.scan(
            Table::HASHES,
            &key(&[&prefix, &from.to_be_bytes()]),
            &key(&[&prefix, &end.to_be_bytes()]),
            count,
        )?;
        if rows.len() != count {
            return Err(StoreFault::damaged("a tile hash is missing"));
        }
        rows.into_iter().map(|(_, hash)| Ok(Hash(id32(&hash)?))).collect()
    }
}

impl<'b> Records<'b> {
    /// A log, own or mirrored.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn log(&self, office: &OfficeId) -> Result<Option<LogState>, StoreFault> {
        self.get_value(Table::LOGS, &office.0, "read a log")
    }

    /// Keeps the state of a log.
    pub fn put_log(&mut self, office: &OfficeId, log: &LogState) {
        self.put(Table::LOGS, office.0.to_vec(), codec::encode(log));
    }

    /// The tile hashes of a log.
    pub const fn log_hashes(&self, office: OfficeId) -> LogHashes<'_, 'b> {
        LogHashes { records: self, office }
    }

    /// Appends an act to a log and returns its index.
    pub fn append_leaf(&mut self, office: &OfficeId, log: &mut LogState, act: &VerifiedAct) -> u64 {
        let index = log.frontier.size();
        let leaf = crate::log::tree::leaf_hash(act.bytes());
        for (at, hash) in log.frontier.append(leaf) {
            self.put(Table::HASHES, key(&[&office.0, &[at.level], &at.index.to_be_bytes()]), hash.0.to_vec());
        }
        self.put(Table::LEAVES, key(&[&office.0, &index.to_be_bytes()]), act.id().0.to_vec());
        self.put(Table::PLACES, key(&[&act.id().0, &office.0]), index.to_be_bytes().to_vec());
        let received = matches!(act.body(), Body::Receive(_)) && act.header().kind == MatterKind::DAK;
        if received || matches!(act.body(), Body::Diarise(_)) {
            self.put(Table::DIARISED, key(&[&office.0, &index.to_be_bytes()]), act.matter().0.to_vec());
        }
        if matches!(act.body(), Body::Issue(_)) {
            self.put(Table::ISSUED, key(&[&office.0, &index.to_be_bytes()]), act.id().0.to_vec());
        }
        self.put_act(act);
        index
    }

    /// The daks that were diarised at an index of a log or after it, with their indexes, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn diarised(
        &self,
        office: &OfficeId,
        from: u64,
        max: usize,
    ) -> Result<Vec<(u64, MatterId)>, StoreFault> {
        let until = key(&[&office.0, &u64::MAX.to_be_bytes()]);
        let rows = self.scan(Table::DIARISED, &key(&[&office.0, &from.to_be_bytes()]), &until, max)?;
        rows.into_iter().map(|(key, id)| Ok((be64(&key[32..])?, MatterId(id32(&id)?)))).collect()
    }

    /// The letters that were issued at an index of a log or after it, with their indexes, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn issued(&self, office: &OfficeId, from: u64, max: usize) -> Result<Vec<(u64, ActId)>, StoreFault> {
        let until = key(&[&office.0, &u64::MAX.to_be_bytes()]);
        let rows = self.scan(Table::ISSUED, &key(&[&office.0, &from.to_be_bytes()]), &until, max)?;
        rows.into_iter().map(|(key, id)| Ok((be64(&key[32..])?, ActId(id32(&id)?)))).collect()
    }

    /// Takes back leaves that did not add up: everything from `size` on.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn truncate_log(&mut self, office: &OfficeId, log: &mut LogState) -> Result<(), StoreFault> {
        for (index, act) in self.leaves(office, log.signed.size(), usize::MAX >> 1)?.into_iter().enumerate() {
            let index = log.signed.size() + index as u64;
            self.delete(Table::LEAVES, key(&[&office.0, &index.to_be_bytes()]));
            self.delete(Table::PLACES, key(&[&act.0, &office.0]));
            self.delete(Table::DIARISED, key(&[&office.0, &index.to_be_bytes()]));
            self.delete(Table::ISSUED, key(&[&office.0, &index.to_be_bytes()]));
        }
        log.frontier = log.signed.clone();
        Ok(())
    }

    /// Act ids of a log from an index on, at most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn leaves(&self, office: &OfficeId, from: u64, max: usize) -> Result<Vec<ActId>, StoreFault> {
        let until = key(&[&office.0, &u64::MAX.to_be_bytes()]);
        let rows = self.scan(Table::LEAVES, &key(&[&office.0, &from.to_be_bytes()]), &until, max)?;
        rows.into_iter().map(|(_, id)| Ok(ActId(id32(&id)?))).collect()
    }

    /// Where an act stands in a log.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn place(&self, act: &ActId, office: &OfficeId) -> Result<Option<u64>, StoreFault> {
        self.get(Table::PLACES, &key(&[&act.0, &office.0]))?.map(|index| be64(&index)).transpose()
    }

    /// The latest checkpoint note of an office that is known here.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn head(&self, office: &OfficeId) -> Result<Option<Vec<u8>>, StoreFault> {
        self.get(Table::HEADS, &office.0)
    }

    /// Keeps the latest checkpoint note of an office.
    pub fn put_head(&mut self, office: &OfficeId, note: Vec<u8>) {
        self.put(Table::HEADS, office.0.to_vec(), note);
    }

    /// The latest checkpoint note of an own log with a witness's line.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn witnessed_head(&self, office: &OfficeId) -> Result<Option<Vec<u8>>, StoreFault> {
        self.get(Table::WITNESSED, &office.0)
    }

    /// Keeps the latest checkpoint note with a witness's line.
    pub fn put_witnessed_head(&mut self, office: &OfficeId, note: Vec<u8>) {
        self.put(Table::WITNESSED, office.0.to_vec(), note);
    }

    /// Size and root that this node last cosigned for an office in a role.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn cosigned(&self, office: &OfficeId, role: Role) -> Result<Option<(u64, Hash)>, StoreFault> {
        self.get_value(Table::COSIGNED, &key(&[&office.0, &[role as u8]]), "read a cosigned size")
    }

    /// Notes what is about to be cosigned. Committed before the cosignature leaves.
    pub fn put_cosigned(&mut self, office: &OfficeId, role: Role, size: u64, root: Hash) {
        self.put(Table::COSIGNED, key(&[&office.0, &[role as u8]]), codec::encode(&(size, root)));
    }

    /// Who has cosigned how much of an office's log.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn held(&self, office: &OfficeId) -> Result<Held, StoreFault> {
        Ok(self.get_value(Table::HELD, &office.0, "read cosigners")?.unwrap_or_default())
    }

    /// Keeps who has cosigned how much.
    pub fn put_held(&mut self, office: &OfficeId, held: &Held) {
        self.put(Table::HELD, office.0.to_vec(), codec::encode(held));
    }

    /// Acts of an office's dossier in canonical order: inception, admissions, chain, orders, endorsements,
    /// other side acts. Chain acts below the number `from` are left out. At most `max`.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn dossier(&self, office: &OfficeId, from: u64, max: usize) -> Result<Vec<ActId>, StoreFault> {
        let row = |class: u8| key(&[&office.0, &[class]]);
        let chain = key(&[&row(CHAIN), &from.max(1).to_be_bytes()]);
        let mut ids = Vec::new();
        let inception = if from == 0 { row(INCEPTION) } else { row(PROPOSAL) };
        for (from, until) in [(inception, row(CHAIN)), (chain, row(OTHER + 1))] {
            let rows = self.scan(Table::DOSSIERS, &from, &until, max - ids.len())?;
            for (_, id) in rows {
                ids.push(ActId(id32(&id)?));
            }
        }
        Ok(ids)
    }

    /// Adds an act to an office's dossier.
    pub fn put_dossier(&mut self, office: &OfficeId, act: &VerifiedAct) {
        self.put(Table::DOSSIERS, dossier_key(office, act), act.id().0.to_vec());
        self.put_act(act);
    }

    /// Takes a directory out of a dossier, because a newer one has replaced it. The act stays.
    pub fn drop_directory(&mut self, office: &OfficeId, act: &ActId) {
        self.delete(Table::DOSSIERS, key(&[&office.0, &[OTHER], &act.0]));
    }

    /// Takes an act that had to give way out of its office's dossier. The act stays.
    pub fn drop_dossier(&mut self, office: &OfficeId, act: &VerifiedAct) {
        self.delete(Table::DOSSIERS, dossier_key(office, act));
    }

    /// Offices that have a dossier here, with its length.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn dossiers(&self) -> Result<Vec<(OfficeId, u64)>, StoreFault> {
        let mut lengths: Vec<(OfficeId, u64)> = Vec::new();
        for (key, _) in self.scan_prefix(Table::DOSSIERS, &[], usize::MAX >> 1)? {
            let office = OfficeId(id32(&key[..32])?);
            match lengths.last_mut() {
                Some((last, count)) if *last == office => *count += 1,
                _ => lengths.push((office, 1)),
            }
        }
        Ok(lengths)
    }

    /// Acts of the charter chain, in order.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn charter(&self) -> Result<Vec<ActId>, StoreFault> {
        let rows = self.scan_prefix(Table::CHARTER, &[], 4096)?;
        rows.into_iter().map(|(_, id)| Ok(ActId(id32(&id)?))).collect()
    }

    /// Keeps the charter chain: these acts in this order, `newest` among them.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn put_charter(&mut self, acts: &[ActId], newest: &VerifiedAct) -> Result<(), StoreFault> {
        self.put_act(newest);
        let known = self.charter()?;
        for (position, act) in (0u64..).zip(acts) {
            if known.get(position as usize) != Some(act) {
                self.put(Table::CHARTER, position.to_be_bytes().to_vec(), act.0.to_vec());
            }
        }
        for position in acts.len()..known.len() {
            self.delete(Table::CHARTER, (position as u64).to_be_bytes().to_vec());
        }
        Ok(())
    }
}
