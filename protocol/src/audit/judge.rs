//! What both audits ask of acts, registers and checkpoints. The rules themselves are those of
//! the living system ([`Registry`], [`UnverifiedAct`], checkpoints and cosignatures); this module
//! only counts them and turns refusals into findings. It never repairs or skips anything.

use minicbor::bytes::ByteVec;

use super::finding::Finding;
use super::report::{Check, CosignatureLine, LogLine, Tally};
use crate::act::{Body, UnverifiedAct, VerifiedAct};
use crate::id::{OfficeId, StateId};
use crate::log::checkpoint::{SignedCheckpoint, VerifiedCheckpoint};
use crate::log::cosignature::cosignatures;
use crate::log::note::{CosignerKey, LogKey};
use crate::machine::{Package, cosigner_name, origin};
use crate::records::Role;
use crate::refusal::Refusal;
use crate::registry::{Incarnation, Registry, Signer};

/// A registry in the making and the report on it.
pub(super) struct Judge {
    pub registry: Registry,
    pub tally: Tally,
}

impl Judge {
    /// Trusts a state and nothing else.
    pub fn new(trust: StateId) -> Self {
        Self { registry: Registry::new(trust), tally: Tally::new() }
    }

    /// Folds charter and dossiers, but for the office whose log itself is folded. Returns the
    /// dossiers whose office above is not there yet.
    pub fn fold(&mut self, package: &Package, except: Option<OfficeId>) -> Vec<Vec<ByteVec>> {
        for bytes in &package.charter {
            if let Err(finding) = self.fold_act(bytes) {
                self.tally.found("registry", None, finding);
            }
        }
        let others = package.dossiers.iter().filter(|dossier| {
            except.is_none() || dossier.first().and_then(|first| inception(first)).map(|(id, _)| id) != except
        });
        self.fold_dossiers(others.cloned().collect())
    }

    /// Folds dossiers, parents before children. Returns those whose parent is missing.
    pub fn fold_dossiers(&mut self, mut waiting: Vec<Vec<ByteVec>>) -> Vec<Vec<ByteVec>> {
        loop {
            let before = waiting.len();
            waiting.retain(|dossier| {
                let begins = dossier.first().and_then(|first| inception(first));
                if let Some((_, Some(parent))) = begins
                    && self.registry.office(&parent).is_err()
                {
                    return true;
                }
                let folded = dossier.iter().try_for_each(|bytes| self.fold_act(bytes));
                if let Err(finding) = folded {
                    self.tally.found("registry", begins.map(|(office, _)| office), finding);
                }
                false
            });
            if waiting.is_empty() || waiting.len() == before {
                return waiting;
            }
        }
    }

    /// Notes dossiers that could not be folded.
    pub fn report_waiting(&mut self, waiting: &[Vec<ByteVec>]) {
        for dossier in waiting {
            let office = dossier.first().and_then(|first| inception(first)).map(|(office, _)| office);
            self.tally.found("registry", office, Refusal::OfficeUnknown.into());
        }
    }

    fn fold_act(&mut self, bytes: &[u8]) -> Result<(), Finding> {
        self.tally.did(Check::Registry);
        self.registry.admit_act(UnverifiedAct::parse(bytes)?)?;
        Ok(())
    }

    /// Form, signature, right of the signer at the register it cites, and that the node that
    /// spoke was the one named by that register.
    pub fn act(&mut self, bytes: &[u8]) -> Result<(VerifiedAct, Signer), Finding> {
        self.tally.did(Check::Form);
        let act = UnverifiedAct::parse(bytes)?;
        self.tally.did(Check::Signature);
        let (act, signer) = self.registry.verify(act)?;
        if let Signer::Node { office } | Signer::Officer { office, .. } = signer {
            self.tally.did(Check::Incarnation);
            let register = self.registry.office(&office)?;
            let cited = act.header().register.ok_or(Refusal::ActHeader)?;
            let position = register.position(&cited).ok_or(Refusal::RegisterUnknown)?;
            let stood = |i: &&Incarnation| {
                register.position(&i.act).is_some_and(|at| at <= position)
                    && register.incarnation_number(i.number).is_some()
            };
            let spoke = register.incarnations().iter().rev().find(stood).map_or(0, |i| i.number);
            if act.header().incarnation != spoke {
                return Err(Refusal::IncarnationStale.into());
            }
        }
        Ok((act, signer))
    }

    /// Whether an office and all above it have been admitted.
    pub fn admitted(&self, office: &OfficeId) -> Result<(), Finding> {
        let admitted = self.registry.is_admitted(self.registry.office(office)?);
        if admitted { Ok(()) } else { Err(Refusal::OfficeNotAdmitted.into()) }
    }

    /// A checkpoint of this office, signed by a node that speaks or spoke for it; its
    /// cosignatures go into the report with the size for which they hold.
    pub fn checkpoint(&mut self, office: OfficeId, note: &[u8]) -> Result<VerifiedCheckpoint, Finding> {
        self.tally.did(Check::Checkpoint);
        let checkpoint = read_checkpoint(&self.registry, &office, note)?;
        let cosignatures = self.cosignatures(office, &checkpoint);
        let head = checkpoint.head();
        self.tally.logs.push(LogLine { office, size: head.size, root: head.root, cosignatures });
        Ok(checkpoint)
    }

    fn cosignatures(&mut self, of: OfficeId, checkpoint: &VerifiedCheckpoint) -> Vec<CosignatureLine> {
        let mut lines = Vec::new();
        for line in checkpoint.note().signatures() {
            let Some((by, role)) = named_cosigner(line.name.as_str()) else { continue };
            let Ok(register) = self.registry.office(&by) else { continue };
            self.tally.did(Check::Cosignature);
            let key = register.incarnations().iter().rev().map(|i| cosigner_key(&by, role, i));
            let key = key.into_iter().find(|key| key.id() == line.key_id);
            let Some(key) = key.filter(|_| by != of) else {
                self.tally.found("checkpoint", Some(by), Finding::CosignerUnknown);
                continue;
            };
            match cosignatures(checkpoint, &[key]).ok().and_then(|seen| seen.first().map(|s| s.time_s)) {
                Some(time_s) => lines.push(CosignatureLine::new(by, role, time_s)),
                None => self.tally.found("checkpoint", Some(by), Finding::Cosignature),
            }
        }
        if lines.is_empty() {
            self.tally.found("checkpoint", Some(of), Finding::Uncosigned);
        }
        lines
    }
}

/// Reads a checkpoint of an office that one of its incarnations signed.
pub(super) fn read_checkpoint(
    registry: &Registry,
    office: &OfficeId,
    note: &[u8],
) -> Result<VerifiedCheckpoint, Finding> {
    let signed = SignedCheckpoint::parse(note).map_err(|_| Refusal::CheckpointUnreadable)?;
    if signed.claimed().origin != origin(office) {
        return Err(Finding::CheckpointForeign);
    }
    let register = registry.office(office)?;
    let size = signed.claimed().head.size;
    // A head that was given up later was right when it was signed; old anchors hold such heads.
    let keys = register.incarnations().iter().rev().filter(|i| register.may_have_signed(i, size));
    let mut keys = keys.map(|i| LogKey::new(origin(office), i.signing));
    keys.find_map(|key| signed.clone().verify(&key).ok()).ok_or(Refusal::CheckpointSignature.into())
}

/// When the cosigners of a checkpoint had seen it, at the earliest: the latest of the times that
/// hold, in seconds; `None` without a cosignature of an office known here.
pub(super) fn seen_at(registry: &Registry, checkpoint: &VerifiedCheckpoint) -> Option<u64> {
    let lines = checkpoint.note().signatures().iter();
    let keys = lines.filter_map(|line| {
        let (by, role) = named_cosigner(line.name.as_str())?;
        Some(cosigner_key(&by, role, registry.office(&by).ok()?.incarnation()?))
    });
    let seen = keys.filter_map(|key| Some(cosignatures(checkpoint, &[key]).ok()?.first()?.time_s));
    seen.max()
}

fn cosigner_key(by: &OfficeId, role: Role, incarnation: &Incarnation) -> CosignerKey {
    let public = match role {
        Role::Mirror => incarnation.mirror,
        Role::Witness => incarnation.witness,
    };
    CosignerKey::new(cosigner_name(by, role), public)
}

/// Takes `mohar/<office>/<role>` apart.
fn named_cosigner(name: &str) -> Option<(OfficeId, Role)> {
    let (office, role) = name.strip_prefix("mohar/")?.split_once('/')?;
    let role = [Role::Mirror, Role::Witness].into_iter().find(|known| known.name() == role)?;
    Some((office.parse().ok()?, role))
}

/// The office that an inception begins, and the one above it. Nothing is verified.
pub(super) fn inception(bytes: &[u8]) -> Option<(OfficeId, Option<OfficeId>)> {
    let act = UnverifiedAct::parse(bytes).ok()?;
    match act.body() {
        Body::Inception(body) => Some((act.id().into(), body.parent)),
        _ => None,
    }
}
