//! Everything that is tampered with: a name, the code by which it must be refused, and how.

use minicbor::bytes::ByteVec;
use mohar_protocol::act::body::{self, Handover, Receive};
use mohar_protocol::act::{Body, Header, Holder, MatterKind, Place, UnverifiedAct, Verb};
use mohar_protocol::audit::{Bundle, LogDirectory};
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, Commitment, StateId};
use mohar_protocol::records::Role;

use crate::forger::{Forger, flip, raw, rename_cosigner};
use crate::town::{DISTRICT, FAR, last_entry};

/// One tampered log and the code by which it must be refused.
pub type LogCase = (&'static str, &'static str, fn(&Forger, &mut LogDirectory));

/// One tampered bundle and the code by which it must be refused.
pub type BundleCase = (&'static str, &'static str, fn(&Forger, &mut Bundle));

/// Bytes changed in one leaf; the office signs the log again, so that only the act tells.
pub fn bytes_tampered() -> Vec<LogCase> {
    fn note(forger: &Forger, log: &mut LogDirectory, change: impl FnOnce(&mut Vec<u8>)) {
        let at = forger.find(log, Verb::Note, 0);
        change(&mut log.leaves[at]);
        forger.sign_again(log);
    }
    fn payload(forger: &Forger, log: &mut LogDirectory, change: impl FnOnce(&mut Vec<u8>)) {
        let (mut payload, key) = forger.note_payload(log);
        change(&mut payload);
        note(forger, log, |act| *act = raw(&payload, key));
    }
    vec![
        ("a flipped byte of the payload", "act.signature", |f, log| {
            note(f, log, |act| {
                let previous = UnverifiedAct::parse(act).unwrap().header().previous.unwrap();
                flip(act, &previous.0);
            });
        }),
        ("a flipped byte of the signature", "act.signature", |f, log| {
            note(f, log, |act| *act.last_mut().unwrap() ^= 1);
        }),
        ("a flipped byte of the algorithm", "act.not_cose", |f, log| {
            note(f, log, |act| act[6] ^= 1);
        }),
        ("a flipped byte of the key id", "act.other_key", |f, log| {
            note(f, log, |act| act[12] ^= 1);
        }),
        ("a trailing byte", "act.not_cose", |f, log| note(f, log, |act| act.push(0))),
        ("a truncated act", "act.not_cose", |f, log| {
            note(f, log, |act| act.truncate(act.len() - 1));
        }),
        ("an empty leaf", "act.not_cose", |f, log| note(f, log, Vec::clear)),
        ("an act beyond the bound", "act.too_large", |f, log| {
            note(f, log, |act| act.resize(20_000, 0));
        }),
        ("an integer that is not minimal", "act.not_canonical", |f, log| {
            payload(f, log, |payload| {
                assert_eq!(payload[..2], [0x93, 0x01]);
                payload.splice(1..2, [0x18, 0x01]);
            });
        }),
        ("an array of indefinite length", "act.not_canonical", |f, log| {
            payload(f, log, |payload| {
                payload[0] = 0x9f;
                payload.push(0xff);
            });
        }),
        ("bytes behind the payload", "act.not_canonical", |f, log| {
            payload(f, log, |payload| payload.push(0))
        }),
        ("a payload cut short", "act.unreadable", |f, log| {
            payload(f, log, |payload| payload.truncate(payload.len() - 1));
        }),
        ("an unknown header version", "act.version", |f, log| payload(f, log, |payload| payload[1] = 2)),
    ]
}

/// Leaves, checkpoint and registry changed; acts left as they are.
pub fn logs_tampered() -> Vec<LogCase> {
    vec![
        ("a dropped leaf", "audit.log_size", |_, log| drop(log.leaves.pop())),
        ("a dropped leaf, signed again", "chain.gap", |f, log| {
            let at = f.find(log, Verb::Mark, 0);
            log.leaves.remove(at);
            f.sign_again(log);
        }),
        ("a dropped register act, signed again", "authority.register_unknown", |f, log| {
            let at = f.find(log, Verb::EndCharge, 0);
            log.leaves.remove(at);
            f.sign_again(log);
        }),
        ("reordered leaves", "log.root_mismatch", |_, log| log.leaves.swap(18, 23)),
        ("reordered leaves, signed again", "chain.gap", |f, log| {
            let at = f.find(log, Verb::Mark, 0);
            log.leaves.swap(at, at - 1);
            f.sign_again(log);
        }),
        ("a duplicated leaf", "audit.log_twice", |f, log| {
            let again = log.leaves[f.find(log, Verb::Note, 0)].clone();
            log.leaves.push(again);
            f.sign_again(log);
        }),
        ("no leaves", "audit.log_empty", |_, log| log.leaves.clear()),
        ("a log without its beginning", "audit.log_begin", |f, log| {
            log.leaves.remove(0);
            f.sign_again(log);
        }),
        ("a leaf that was signed anew", "log.root_mismatch", |f, log| {
            let at = f.find(log, Verb::Note, 0);
            log.leaves[at] = f.forge(&log.leaves[at], &f.clerk, |header, _| header.time.0 -= 86_400_000);
        }),
        ("a leaf of another office", "audit.log_foreign", |f, log| {
            log.leaves.push(f.tehsil.leaves[f.find(&f.tehsil, Verb::Opened, 0)].clone());
            f.sign_again(log);
        }),
        ("the checkpoint of another office", "audit.checkpoint_foreign", |f, log| {
            log.checkpoint.clone_from(&f.tehsil.checkpoint);
        }),
        ("an older checkpoint", "audit.log_size", |f, log| {
            let mut older = log.clone();
            older.leaves.truncate(20);
            f.sign_again(&mut older);
            log.checkpoint = older.checkpoint;
        }),
        ("a checkpoint over another log", "log.root_mismatch", |f, log| {
            let mut other = log.clone();
            other.leaves.swap(18, 23);
            f.sign_again(&mut other);
            log.checkpoint = other.checkpoint;
        }),
        ("an edited checkpoint", "log.checkpoint_signature", |_, log| {
            let text = String::from_utf8(log.checkpoint.clone()).unwrap();
            let size = text.lines().nth(1).unwrap();
            let smaller = (size.parse::<u64>().unwrap() - 1).to_string();
            log.checkpoint = text.replacen(&format!("\n{size}\n"), &format!("\n{smaller}\n"), 1).into_bytes();
        }),
        ("a checkpoint signed by another node", "log.checkpoint_signature", |f, log| {
            f.sign_again_with(log, &f.far_node);
        }),
        ("a checkpoint that is none", "log.checkpoint_unreadable", |_, log| log.checkpoint.truncate(40)),
        ("a forged cosignature", "audit.cosignature", |_, log| {
            rename_cosigner(&mut log.checkpoint, |line| {
                if let Some(last) = line.signature.last_mut() {
                    *last ^= 1;
                }
            });
        }),
        ("a witness renamed to a mirror", "audit.cosigner_unknown", |_, log| {
            rename_cosigner(&mut log.checkpoint, |line| {
                let (office, _) = line.name.as_str().rsplit_once('/').unwrap();
                line.name = format!("{office}/{}", Role::Mirror.name()).parse().unwrap();
            });
        }),
        ("a witness's line under the mirror's name and key id", "audit.cosignature", |f, log| {
            f.pass_witness_for_mirror(&mut log.checkpoint);
        }),
        ("a charter that lacks an endorsement", "authority.not_authority", |_, log| {
            log.registry.charter.pop();
        }),
        ("an admission that lacks an endorsement", "authority.office_not_admitted", |f, log| {
            let at = f.find(log, Verb::Endorse, 0);
            log.leaves.remove(at);
            f.sign_again(log);
        }),
        ("a forged admission", "authority.not_authority", |f, log| {
            let at = f.find(log, Verb::Admit, 0);
            log.leaves[at] = f.forge(&log.leaves[at], &f.operating, |_, _| ());
            f.sign_again(log);
        }),
        ("an admission by the wrong parent", "authority.not_authority", |f, log| {
            let at = f.find(log, Verb::Admit, 0);
            let far = f.far;
            log.leaves[at] =
                f.forge(&log.leaves[at], &f.far_operating, |header, _| header.office = Some(far));
            f.sign_again(log);
        }),
        ("another register in the registry file", "audit.register_two", |f, log| {
            let last = last_entry(&mut log.registry.dossiers[DISTRICT]);
            *last = f.forge(last, &f.admin, |header, _| header.time.0 += 1).into();
        }),
        ("a dossier that is not authorised", "authority.not_authority", |f, log| {
            let admission = &mut log.registry.dossiers[FAR][1];
            *admission = f.forge(admission, &f.operating, |_, _| ()).into();
        }),
        ("a register entry written by another office", "authority.not_authority", |f, log| {
            let last = f.find(log, Verb::GiveCharge, 4);
            let id = UnverifiedAct::parse(&log.leaves[last]).unwrap().id();
            let post = Body::AddPost(body::AddPost { code: "spy".to_owned(), admin: true });
            let spy = f.forge(&log.leaves[last], &f.far_operating, |header, new| {
                *new = post;
                header.number += 1;
                header.previous = Some(id);
                header.register = Some(id);
                header.charge = None;
                header.office = Some(f.far);
            });
            log.leaves.push(spy);
            f.sign_again(log);
        }),
    ]
}

/// Acts that were never done, rightly signed by whoever could sign them, at the end of the log.
pub fn acts_forged() -> Vec<LogCase> {
    /// One more act on the file that stayed.
    fn stayed(f: &Forger, log: &mut LogDirectory, change: impl FnOnce(&mut Header, &mut Body)) {
        let act = f.next_on_stayed(log, &f.clerk, change);
        log.leaves.push(act);
        f.sign_again(log);
    }
    vec![
        ("an act moved into another file", "chain.fork", |f, log| {
            let matter = f.travelled;
            stayed(f, log, |header, _| header.matter = Some(matter));
        }),
        ("an act of another state", "act.other_state", |f, log| {
            stayed(f, log, |header, _| header.state = Some(StateId([7; 32])));
        }),
        ("an act in the name of another office", "authority.register_unknown", |f, log| {
            let far = f.far;
            stayed(f, log, |header, _| header.office = Some(far));
        }),
        ("a wrong key", "act.other_key", |f, log| {
            let act = f.next_on_stayed(log, &f.far_node, |_, _| ());
            log.leaves.push(act);
            f.sign_again(log);
        }),
        ("an ended charge", "authority.charge_ended", |f, log| {
            let ended = f.ended.charge;
            let act = f.next_on_stayed(log, &f.ended.key, |header, _| header.charge = ended);
            log.leaves.push(act);
            f.sign_again(log);
        }),
        ("an ended charge behind a stale register", "audit.register_older", |f, log| {
            let (ended, before) = (f.ended.charge, f.register_before_end(log));
            let act = f.next_on_stayed(log, &f.ended.key, |header, _| {
                header.charge = ended;
                header.register = Some(before);
            });
            log.leaves.push(act);
            f.sign_again(log);
        }),
        ("an officer of another office", "authority.charge_unknown", |f, log| {
            let charge = f.tehsil_officer.charge;
            let act = f.next_on_stayed(log, &f.tehsil_officer.key, |header, _| header.charge = charge);
            log.leaves.push(act);
            f.sign_again(log);
        }),
        ("an officer without the file", "custody.not_holder", |f, log| {
            let charge = f.clerk_charge;
            stayed(f, log, |header, _| header.charge = Some(charge));
        }),
        ("a node that does not speak for the office", "authority.incarnation_stale", |f, log| {
            stayed(f, log, |header, _| header.incarnation = 0);
        }),
        ("two successors of one act", "chain.fork", |f, log| {
            let rival = f.next_on_stayed(log, &f.clerk, |header, _| header.time.0 += 1);
            stayed(f, log, |_, _| ());
            log.leaves.push(rival);
            f.sign_again(log);
        }),
        ("a wrong epoch", "chain.epoch", |f, log| stayed(f, log, |header, _| header.epoch = 1)),
        ("a skipped number", "chain.gap", |f, log| stayed(f, log, |header, _| header.number += 1)),
        ("a wrong holder", "custody.wrong_holder", |f, log| {
            let far = f.far;
            stayed(f, log, |header, _| header.holder.as_mut().unwrap().office = far);
        }),
        ("a side act as a link of the chain", "act.header", |f, log| {
            stayed(f, log, |header, _| header.place = Place::Side);
        }),
        ("a verb of another kind of matter", "chain.kind", |f, log| {
            stayed(f, log, |header, _| header.kind = MatterKind::REGISTER);
        }),
        ("a file woken that was not parked", "custody.not_parked", |f, log| {
            stayed(f, log, |_, body| *body = Body::Wake(body::Wake {}));
        }),
        ("a time anchor that is not there", "audit.anchor", |f, log| {
            stayed(f, log, |header, _| header.anchor = header.previous);
        }),
        ("a handover of a file that was never forwarded", "custody.ready_mismatch", |f, log| {
            let ready = f.ready_of(log, |_, _| ());
            f.push_handover(log, ready);
        }),
        ("a handover without a ready", "act.not_cose", |f, log| {
            f.queue_stayed(log);
            f.push_handover(log, Vec::new());
        }),
        ("a ready by another office", "custody.ready_mismatch", |f, log| {
            f.queue_stayed(log);
            let ready = f.forge(&f.ready_of(log, |_, _| ()), &f.far_node, |header, _| {
                header.office = Some(f.far);
                header.register = Some(f.far_register);
            });
            f.push_handover(log, ready);
        }),
        ("a ready for another head", "custody.ready_mismatch", |f, log| {
            f.queue_stayed(log);
            let ready = f.ready_of(log, |header, _| header.previous = Some(ActId([1; 32])));
            f.push_handover(log, ready);
        }),
        ("a ready for another file", "audit.ready_stray", |f, log| {
            f.queue_stayed(log);
            let travelled = f.travelled;
            let ready = f.ready_of(log, |header, _| header.matter = Some(travelled));
            f.push_handover(log, ready);
        }),
        ("a ready that has lapsed", "custody.ready_lapsed", |f, log| {
            f.queue_stayed(log);
            let ready = f.ready_of(log, |_, ready| ready.valid_to_size = 5);
            f.push_handover(log, ready);
        }),
        ("a receive by an office that has the file", "custody.not_in_transit", |f, log| {
            let node = f.node.clone();
            let act = f.next_on_stayed(log, &node, |header, body| {
                header.charge = None;
                *body = f.a_receive();
            });
            log.leaves.push(act);
            f.sign_again(log);
        }),
        ("a note after the file has left", "custody.not_holder_office", |f, log| {
            let charge = UnverifiedAct::parse(&f.last_of_stayed(log)).unwrap().header().charge;
            f.queue_stayed(log);
            let ready = f.ready_of(log, |_, _| ());
            f.push_handover(log, ready);
            stayed(f, log, |header, body| {
                header.charge = charge;
                *body = Body::Note(body::Note {});
            });
        }),
        ("a file that comes back without a receive", "chain.gap", |f, log| {
            let at = f.find(log, Verb::Receive, 0);
            log.leaves.remove(at);
            f.sign_again(log);
        }),
        ("a note while the file is queued", "custody.queued", |f, log| {
            f.queue_stayed(log);
            stayed(f, log, |_, body| *body = Body::Note(body::Note {}));
        }),
    ]
}

pub fn bundles_tampered() -> Vec<BundleCase> {
    vec![
        ("another state", "act.other_state", |_, bundle| bundle.state = StateId([7; 32])),
        ("a changed content", "audit.commitment", |_, bundle| {
            *bundle.contents[0].plaintext.last_mut().unwrap() ^= 1;
        }),
        ("a changed salt", "audit.commitment", |_, bundle| bundle.contents[0].salt = Hash([0; 32])),
        ("the content of another note", "audit.commitment", |_, bundle| {
            bundle.contents[1].plaintext = bundle.contents[0].plaintext.clone();
        }),
        ("a content nobody signed", "audit.content_stray", |_, bundle| {
            let mut stray = bundle.contents[0].clone();
            stray.commitment = Commitment([7; 32]);
            bundle.contents.push(stray);
        }),
        ("the proof of another leaf", "log.proof_invalid", |_, bundle| {
            bundle.evidence[0].places[0].proof = bundle.evidence[0].places[1].proof.clone();
        }),
        ("another index", "log.proof_invalid", |_, bundle| bundle.evidence[0].places[0].index += 1),
        ("a proof for an act that is not there", "audit.evidence_stray", |_, bundle| {
            bundle.evidence[0].places[0].act = ActId([7; 32]);
        }),
        ("a proof that is given twice", "audit.evidence_two", |_, bundle| {
            let again = bundle.evidence[0].places[0].clone();
            bundle.evidence[0].places.push(again);
        }),
        ("proofs under the checkpoint of another office", "audit.checkpoint_foreign", |_, bundle| {
            bundle.evidence[0].office = bundle.evidence[1].office;
        }),
        ("a dropped act", "chain.gap", |_, bundle| drop(bundle.chain.remove(3))),
        ("reordered acts", "chain.gap", |_, bundle| bundle.chain.swap(1, 2)),
        ("an act twice", "chain.fork", |_, bundle| {
            let again = bundle.chain[1].clone();
            bundle.chain.insert(2, again);
        }),
        ("a flipped byte", "act.signature", |_, bundle| *bundle.chain[4].last_mut().unwrap() ^= 1),
        ("a missing dossier", "authority.office_unknown", |f, bundle| {
            let office = |dossier: &Vec<ByteVec>| UnverifiedAct::parse(&dossier[0]).unwrap().id();
            bundle.registry.dossiers.retain(|dossier| office(dossier) != f.tehsil_desk.office.into());
        }),
        ("a receive by the wrong office", "custody.not_holder_office", |f, bundle| {
            let at = 6;
            bundle.chain[at] = f
                .forge(&bundle.chain[at], &f.far_node, |header, _| {
                    header.office = Some(f.far);
                    header.register = Some(f.far_register);
                })
                .into();
        }),
        ("a side act of another file", "audit.ready_stray", |f, bundle| {
            let own = |act: &ByteVec| UnverifiedAct::parse(act).unwrap().key() == f.node.public().id();
            let at = bundle.sides.iter().position(own).unwrap();
            bundle.sides[at] = f
                .forge(&bundle.sides[at], &f.node, |header, _| {
                    header.matter = Some(f.stayed);
                })
                .into();
        }),
        ("a chain act among the side acts", "chain.kind", |_, bundle| {
            bundle.sides.push(bundle.chain[1].clone());
        }),
        ("a stale register that the proofs give away", "audit.register_older", |f, bundle| {
            f.prove_stale(bundle);
        }),
        ("an office whose admission lacks a signature", "authority.office_not_admitted", |_, bundle| {
            for dossier in &mut bundle.registry.dossiers {
                dossier.retain(|act| !matches!(UnverifiedAct::parse(act).unwrap().body(), Body::Endorse(_)));
            }
        }),
    ]
}

/// Bodies that the cases above build by hand.
impl Forger {
    fn push_handover(&self, log: &mut LogDirectory, ready: Vec<u8>) {
        let to: Holder = self.tehsil_desk;
        let node = self.node.clone();
        let act = self.next_on_stayed(log, &node, |header, body| {
            header.charge = None;
            header.holder = Some(to);
            *body = Body::Handover(Handover { ready: ready.into(), wraps: self.wraps });
        });
        log.leaves.push(act);
        self.sign_again(log);
    }

    fn a_receive(&self) -> Body {
        Body::Receive(Receive { witnessed: None, wraps: self.wraps })
    }
}
