//! The bundle of one matter: its chain, what was said beside it, the registers it relied on, the
//! proofs that the acts stand in the logs of their offices, and as much of the contents as is
//! disclosed. One file, to be checked offline.
//!
//! Authority in a bundle is *vouched*: the offices could have left out a later register act. Only
//! a whole log makes it complete. This module never includes a key or a ciphertext.

mod collect;

use std::collections::{BTreeMap, BTreeSet};

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

pub use self::collect::{NotCollected, collect};
use super::finding::Finding;
use super::judge::Judge;
use super::report::{ActLine, Authority, Check, ContentLine, Report, Subject, Verdict};
use crate::act::{Body, MatterKind, Place, UnverifiedAct, VerifiedAct};
use crate::ceremony::CeremonyFile;
use crate::custody::Matter;
use crate::hash::Hash;
use crate::id::{ActId, Commitment, OfficeId, StateId};
use crate::log::proof::{Proof, verify_inclusion};
use crate::log::tree::leaf_hash;
use crate::machine::Package;
use crate::refusal::Refusal;
use crate::registry::Signer;
use crate::sealing::content::open_disclosed;

/// One matter with everything needed to check it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Bundle {
    /// The state, for finding the right trust; never trusted itself.
    #[n(0)]
    pub state: StateId,
    /// Charter and dossiers of the offices concerned.
    #[n(1)]
    pub registry: Package,
    /// The matter's chain from its first act.
    #[n(2)]
    pub chain: Vec<ByteVec>,
    /// Side acts of the matter.
    #[n(3)]
    pub sides: Vec<ByteVec>,
    /// Proofs, one entry for each log at hand.
    #[n(4)]
    pub evidence: Vec<Evidence>,
    /// Contents that are shown; the others stay commitments.
    #[n(5)]
    pub contents: Vec<Shown>,
}

impl CeremonyFile for Bundle {
    const FIRST_LINE: &'static str = "mohar/bundle/1";
}

/// What proves that acts stand in the log of an office.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Evidence {
    /// The office whose log it is.
    #[n(0)]
    pub office: OfficeId,
    /// A checkpoint of that log, with its cosignatures.
    #[n(1)]
    pub note: ByteVec,
    /// The proofs, in the order of the indexes.
    #[n(2)]
    pub places: Vec<Placed>,
}

/// The place of one act.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Placed {
    /// The act: one of the chain, a side act, or a register act of the office.
    #[n(0)]
    pub act: ActId,
    /// Its index.
    #[n(1)]
    pub index: u64,
    /// Inclusion under the checkpoint.
    #[n(2)]
    pub proof: Proof,
}

/// A content in the clear, with the salt of its commitment.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Shown {
    /// What an act committed to.
    #[n(0)]
    pub commitment: Commitment,
    /// The salt.
    #[n(1)]
    pub salt: Hash,
    /// CBOR of the [`crate::sealing::Content`].
    #[n(2)]
    pub plaintext: ByteVec,
}

/// Verifies a bundle against one trusted state.
pub fn verify_bundle(bundle: &Bundle, trust: StateId) -> Report {
    let mut judge = Judge::new(trust);
    if bundle.state != trust {
        judge.tally.found("state", None, Refusal::ActOtherState.into());
    }
    let waiting = judge.fold(&bundle.registry, None);
    judge.report_waiting(&waiting);
    let places = judge.places(bundle);
    let mut reading = Reading { judge, places, matter: None, known: BTreeSet::new(), broken: false };
    for (position, bytes) in (0..).zip(&bundle.chain) {
        reading.chain_act(position, bytes);
    }
    for (position, bytes) in (bundle.chain.len() as u64..).zip(&bundle.sides) {
        reading.side_act(position, bytes);
    }
    let mut judge = reading.judge;
    judge.contents(bundle);
    let matter = bundle.chain.first().and_then(|first| UnverifiedAct::parse(first).ok());
    let matter = matter.map(|first| first.id().into());
    judge.tally.finish(Subject::Bundle(matter), trust, Authority::Vouched)
}

/// Proven places: of an act in a log its index, and of an office's register which position was
/// recorded at which index.
#[derive(Default)]
struct Places {
    indexes: BTreeMap<(ActId, OfficeId), u64>,
    registers: BTreeMap<OfficeId, Vec<(u64, u64)>>,
}

impl Judge {
    /// Verifies all checkpoints and inclusion proofs.
    fn places(&mut self, bundle: &Bundle) -> Places {
        let acts = bundle.chain.iter().chain(&bundle.sides).chain(bundle.registry.dossiers.iter().flatten());
        let leaves: BTreeMap<ActId, Hash> = acts
            .filter_map(|bytes| Some((UnverifiedAct::parse(bytes).ok()?.id(), leaf_hash(bytes))))
            .collect();
        let mut places = Places::default();
        for evidence in &bundle.evidence {
            let found = self.evidence(evidence, &leaves, &mut places);
            if let Err(finding) = found {
                self.tally.found("evidence", Some(evidence.office), finding);
            }
        }
        places
    }

    fn evidence(
        &mut self,
        evidence: &Evidence,
        leaves: &BTreeMap<ActId, Hash>,
        places: &mut Places,
    ) -> Result<(), Finding> {
        let office = evidence.office;
        let checkpoint = self.checkpoint(office, &evidence.note)?;
        let mut taken = BTreeSet::new();
        for placed in &evidence.places {
            self.tally.did(Check::Inclusion);
            let leaf = leaves.get(&placed.act).ok_or(Finding::EvidenceStray)?;
            verify_inclusion(*leaf, placed.index, checkpoint.head(), &placed.proof)
                .map_err(|_| Refusal::LogProofInvalid)?;
            let again = places.indexes.insert((placed.act, office), placed.index).is_some();
            if again || !taken.insert(placed.index) {
                return Err(Finding::EvidenceTwo);
            }
            if let Some(position) = self.registry.office(&office)?.position(&placed.act) {
                places.registers.entry(office).or_default().push((position, placed.index));
            }
        }
        Ok(())
    }

    /// Compares disclosed contents with the commitments in the acts that were verified.
    fn contents(&mut self, bundle: &Bundle) {
        let mut shown: BTreeMap<Commitment, &Shown> =
            bundle.contents.iter().map(|content| (content.commitment, content)).collect();
        let acts = bundle.chain.iter().chain(&bundle.sides);
        for act in acts.filter_map(|bytes| UnverifiedAct::parse(bytes).ok()) {
            for reference in &act.header().contents {
                let verdict = match shown.get(&reference.commitment) {
                    None => Verdict::NotFullyCheckable(Finding::Withheld),
                    Some(content) => {
                        self.tally.did(Check::Content);
                        match open_disclosed(&reference.commitment, &content.salt.0, &content.plaintext) {
                            Ok(_) => Verdict::Verified,
                            Err(_) => Verdict::Failed(Finding::Commitment),
                        }
                    }
                };
                let line = ContentLine { act: Some(act.id()), commitment: reference.commitment, verdict };
                self.tally.contents.push(line);
            }
        }
        for line in &self.tally.contents {
            shown.remove(&line.commitment);
        }
        for commitment in shown.into_keys() {
            let verdict = Verdict::Failed(Finding::ContentStray);
            self.tally.contents.push(ContentLine { act: None, commitment, verdict });
        }
    }
}

/// The walk over the acts of the matter.
struct Reading {
    judge: Judge,
    places: Places,
    matter: Option<Matter>,
    known: BTreeSet<ActId>,
    broken: bool,
}

impl Reading {
    fn chain_act(&mut self, position: u64, bytes: &[u8]) {
        let line = match self.judge.act(bytes) {
            Err(finding) => {
                self.broken = true;
                ActLine::unread(position, Verdict::Failed(finding))
            }
            Ok((act, signer)) => {
                let mut found = self.place(&act);
                let after_failure = self.broken;
                if !after_failure {
                    found.extend(self.follow(position, &act, &signer).err());
                }
                let mut line = ActLine::of(position, &act, &found);
                if after_failure && !matches!(line.verdict, Verdict::Failed(_)) {
                    line.verdict = Verdict::NotChecked;
                }
                line
            }
        };
        self.judge.tally.acts.push(line);
    }

    /// The act's place in its chain, and whether whoever acted held the matter.
    fn follow(&mut self, position: u64, act: &VerifiedAct, signer: &Signer) -> Result<(), Finding> {
        self.judge.tally.did(Check::Link);
        self.judge.tally.did(Check::Custody);
        self.known.insert(act.id());
        let next = match &self.matter {
            None if position == 0 => Matter::begin(act, signer),
            None => Err(Refusal::ChainGap),
            Some(matter) => matter.advance(act, signer, &self.judge.registry),
        };
        match next {
            Ok(next) => self.matter = Some(next),
            Err(refusal) => {
                self.broken = true;
                return Err(refusal.into());
            }
        }
        match act.body() {
            Body::Receive(receive) if receive.witnessed.is_none() => Err(Finding::Unwitnessed),
            Body::Handover(_) => {
                act.header().holder.map_or(Ok(()), |holder| self.judge.admitted(&holder.office))
            }
            _ => Ok(()),
        }
    }

    fn side_act(&mut self, position: u64, bytes: &[u8]) {
        let line = match self.judge.act(bytes) {
            Err(finding) => ActLine::unread(position, Verdict::Failed(finding)),
            Ok((act, signer)) => {
                let mut found = self.place(&act);
                let header = act.header();
                self.judge.tally.did(Check::Link);
                let beside = self.matter.as_ref().map(|matter| matter.check_beside(&act, &signer));
                if header.place != Place::Side || header.kind == MatterKind::REGISTER {
                    found.push(Refusal::ChainKind.into());
                } else if header.matter != self.matter.as_ref().map(|matter| matter.id) {
                    found.push(Finding::ReadyStray);
                } else if !header.previous.is_some_and(|named| self.known.contains(&named)) {
                    found.push(Refusal::ChainGap.into());
                } else if let Some(Err(refusal)) = beside {
                    found.push(refusal.into());
                }
                ActLine::of(position, &act, &found)
            }
        };
        self.judge.tally.acts.push(line);
    }

    /// What the act's place in the log of its office says: that it is there, and that the register
    /// it cites was the newest below it, as far as the bundle shows.
    fn place(&mut self, act: &VerifiedAct) -> Vec<Finding> {
        let header = act.header();
        if matches!(act.body(), Body::Reassign(_) | Body::Endorse(_)) {
            // What an authority says stands in the log of any office that it concerns.
            let is_placed = self.places.indexes.keys().any(|(placed, _)| *placed == act.id());
            return if is_placed { Vec::new() } else { vec![Finding::NoEvidence] };
        }
        let Some(office) = header.office else { return vec![Refusal::ActHeader.into()] };
        let mut found: Vec<Finding> = self.judge.admitted(&office).err().into_iter().collect();
        self.judge.tally.did(Check::Register);
        match self.places.indexes.get(&(act.id(), office)) {
            None => found.push(Finding::NoEvidence),
            Some(index) => {
                let register = self.judge.registry.office(&office).ok();
                let cited = register.zip(header.register).and_then(|(r, head)| r.position(&head));
                for (position, at) in self.places.registers.get(&office).into_iter().flatten() {
                    match cited {
                        Some(cited) if *position > cited && at < index => found.push(Finding::RegisterOlder),
                        Some(cited) if *position <= cited && at > index => found.push(Finding::RegisterLater),
                        _ => {}
                    }
                }
            }
        }
        found
    }
}
