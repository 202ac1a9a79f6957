//! Acts beyond an ordinary morning: one of each verb, and altered ones with the codes by which
//! they must be refused.

use mohar_protocol::act::body::{
    Approve, BlindHandover, Contest, Destroy, Destroyed, Dispatch, Draft, Endorse, Forward, Hold, Issue,
    PutInFile, RaiseLevel, Reassign, Remind, SideSignature, TakeUp,
};
use mohar_protocol::act::{Body, Header, Holder, LEVEL, Place, UnverifiedAct};
use mohar_protocol::audit::LogDirectory;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, Commitment, ContentRoot, KeyId, MatterId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::log::proof::{Leaves, Proof, inclusion};
use mohar_protocol::log::tree::leaf_hash;
use mohar_protocol::recipients::{Recipient, commit};
use mohar_protocol::sealing::ContentRef;

use crate::cases::LogCase;
use crate::forger::Forger;

const CONTENT: ContentRef =
    ContentRef { root: ContentRoot([5; 32]), length: 300, commitment: Commitment([4; 32]), generation: 1 };

/// One act of each verb that a morning does not see, on the file that stayed.
pub fn one_each(f: &Forger, log: &LogDirectory) -> Vec<Vec<u8>> {
    let here = holder(f, log);
    let node = &f.node;
    let order = order(f, log, |_| ());
    let id = UnverifiedAct::parse(&order[0]).unwrap().id();
    let contest = Body::Contest(Contest {
        order: id,
        note: log.checkpoint.clone().into(),
        index: 3,
        proof: Proof::new(vec![Hash([1; 32])]).unwrap(),
    });
    let list = [Recipient { salt: Hash([2; 32]), to: Some(f.tehsil_desk), name: String::new() }];
    let (root, count) = commit(&list);
    let taken = take_up(f, log, order.clone());
    let mut acts = vec![
        beside(f, log, node, contest),
        beside(f, log, &f.clerk, Body::Remind(Remind { to: here })),
        chain(f, log, &f.clerk, Body::Issue(Issue { approval: ActId([7; 32]), root, count }), 2),
        beside(f, log, &f.clerk, Body::Destroy(Destroy { retention: 3, item: 12 })),
        beside(f, log, node, Body::Destroyed(Destroyed { destroy: id, contents: 4 })),
        beside(f, log, &f.clerk, Body::Hold(Hold { lifts: None, ground: 0 })),
        chain(f, log, node, blind(f), 0),
        signature(f, log, "pkcs7-rsa2048-sha256", |_| ()),
        chain(f, log, node, Body::RaiseLevel(RaiseLevel { level: LEVEL + 1 }), 0),
        chain(f, log, &f.clerk, put_in(f.travelled), 0),
        chain(f, log, &f.clerk, Body::Draft(Draft { letter: None, version: 1 }), 1),
        chain(f, log, &f.clerk, Body::Approve(Approve { draft: ActId([6; 32]) }), 0),
        beside(f, log, &f.clerk, dispatch(0, 1, 0)),
        taken,
    ];
    acts.extend(order);
    acts
}

/// Into a file, by an act that attached the papers there.
fn put_in(file: MatterId) -> Body {
    Body::PutInFile(PutInFile { file, attach: ActId([8; 32]) })
}

/// By post, and that it was delivered.
fn dispatch(line: u32, mode: u8, state: u8) -> Body {
    Body::Dispatch(Dispatch { issue: ActId([8; 32]), line, mode, state })
}

/// What the rules for these verbs refuse, rightly signed and at the end of the log.
pub fn later_forged() -> Vec<LogCase> {
    fn push(f: &Forger, log: &mut LogDirectory, act: Vec<u8>) {
        log.leaves.push(act);
        f.sign_again(log);
    }
    vec![
        ("an issue without a list", "content.none", |f, log| {
            push(
                f,
                log,
                chain(
                    f,
                    log,
                    &f.clerk,
                    Body::Issue(Issue { approval: ActId([7; 32]), root: Hash([1; 32]), count: 1 }),
                    1,
                ),
            );
        }),
        ("an issue to nobody", "custody.recipients", |f, log| {
            push(
                f,
                log,
                chain(
                    f,
                    log,
                    &f.clerk,
                    Body::Issue(Issue { approval: ActId([7; 32]), root: Hash([1; 32]), count: 0 }),
                    2,
                ),
            );
        }),
        ("an issue of what was not approved", "letter.not_approved", |f, log| {
            let issue = Issue { approval: ActId([7; 32]), root: Hash([1; 32]), count: 1 };
            push(f, log, chain(f, log, &f.clerk, Body::Issue(issue), 2));
        }),
        ("a draft without a text", "content.count", |f, log| {
            push(f, log, chain(f, log, &f.clerk, Body::Draft(Draft { letter: None, version: 1 }), 0));
        }),
        ("an approval of no draft", "letter.changed", |f, log| {
            push(f, log, chain(f, log, &f.clerk, Body::Approve(Approve { draft: ActId([6; 32]) }), 0));
        }),
        ("a dispatch in no way that is known", "act.header", |f, log| {
            push(f, log, beside(f, log, &f.clerk, dispatch(0, 7, 0)));
        }),
        ("a dispatch to nobody on any list", "custody.recipients", |f, log| {
            push(f, log, beside(f, log, &f.clerk, dispatch(4_096, 1, 0)));
        }),
        ("a level that was not raised", "chain.level", |f, log| {
            let note = f.next_on_stayed(log, &f.clerk, |header, _| header.level = 0);
            push(f, log, note);
        }),
        ("a level that is raised to what it was", "custody.already_done", |f, log| {
            push(f, log, chain(f, log, &f.node, Body::RaiseLevel(RaiseLevel { level: LEVEL }), 0));
        }),
        ("a blind handover of a file that was never forwarded", "custody.not_queued", |f, log| {
            push(f, log, chain(f, log, &f.node, blind(f), 0));
        }),
        ("a blind handover to another office than the addressee", "custody.wrong_holder", |f, log| {
            let to = Holder { office: f.far, post: f.tehsil_desk.post };
            let forward = f.next_on_stayed(log, &f.clerk, |_, body| *body = Body::Forward(Forward { to }));
            log.leaves.push(forward);
            push(f, log, chain(f, log, &f.node, blind(f), 0));
        }),
        ("a reminder to someone who does not have the file", "custody.wrong_holder", |f, log| {
            let to = f.tehsil_desk;
            push(f, log, beside(f, log, &f.clerk, Body::Remind(Remind { to })));
        }),
        ("a hold on no ground", "act.header", |f, log| {
            push(f, log, beside(f, log, &f.clerk, Body::Hold(Hold { lifts: None, ground: 4 })));
        }),
        ("a side signature over another act", "act.header", |f, log| {
            let other = ActId([9; 32]);
            push(f, log, signature(f, log, "pkcs7-rsa2048-sha256", |header| header.previous = Some(other)));
        }),
        ("a side signature without its certificates", "content.count", |f, log| {
            push(f, log, signature(f, log, "pkcs7-rsa2048-sha256", |header| header.contents.truncate(1)));
        }),
        ("a side signature of no scheme", "input.empty", |f, log| {
            push(f, log, signature(f, log, "", |_| ()));
        }),
    ]
}

/// What the rules of reassignment refuse, in the same way.
pub fn orders_forged() -> Vec<LogCase> {
    fn push(f: &Forger, log: &mut LogDirectory, act: Vec<u8>) {
        log.leaves.push(act);
        f.sign_again(log);
    }
    vec![
        ("a taking up without an order", "act.not_cose", |f, log| {
            push(f, log, take_up(f, log, vec![Vec::new()]));
        }),
        ("an order that lacks a signature", "authority.threshold", |f, log| {
            let order = order(f, log, |_| ());
            push(f, log, take_up(f, log, order[..1].to_vec()));
        }),
        ("an order that one key signed twice", "authority.threshold", |f, log| {
            let mut order = order(f, log, |_| ());
            order[1] = f.forge(&order[1], &f.root[0], |_, _| ());
            push(f, log, take_up(f, log, order));
        }),
        ("an order by the keys of the office itself", "authority.not_authority", |f, log| {
            let mut order = order(f, log, |_| ());
            order[0] = f.forge(&order[0], &f.operating, |_, _| ());
            push(f, log, take_up(f, log, order));
        }),
        ("an order of another file", "custody.order_mismatch", |f, log| {
            let mut acts = order(f, log, |_| ());
            for act in &mut acts {
                *act = f.forge(act, &f.root[0], |header, _| header.matter = Some(f.travelled));
            }
            let id = UnverifiedAct::parse(&acts[0]).unwrap().id();
            acts[1] = f.forge(&acts[1], &f.root[1], |_, body| *body = Body::Endorse(Endorse { act: id }));
            push(f, log, take_up(f, log, acts));
        }),
        ("an order that skips an epoch", "custody.order_mismatch", |f, log| {
            push(f, log, take_up(f, log, order(f, log, |order| order.epoch += 1)));
        }),
        ("a taking up of the old epoch", "chain.epoch", |f, log| {
            let order = order(f, log, |_| ());
            let act = take_up(f, log, order.clone());
            log.leaves.extend(order);
            push(f, log, f.forge(&act, &f.node, |header, _| header.epoch = 0));
        }),
        ("a taking up by an order that the office did not log", "custody.order_open", |f, log| {
            push(f, log, take_up(f, log, order(f, log, |_| ())));
        }),
        ("a taking up before the window is over", "custody.order_open", |f, log| {
            let order = order(f, log, |order| order.window = 1);
            let act = take_up(f, log, order.clone());
            log.leaves.extend(order);
            push(f, log, act);
        }),
        ("a taking up of what was contested", "custody.order_contested", |f, log| {
            let order = order(f, log, |_| ());
            let (act, contest) = (take_up(f, log, order.clone()), order[0].clone());
            log.leaves.extend(order);
            f.sign_again(log);
            let contest = contested(f, log, &contest, log.leaves.len() as u64 - 2);
            log.leaves.push(contest);
            push(f, log, act);
        }),
        ("a contest whose checkpoint does not hold the order", "log.proof_invalid", |f, log| {
            let order = order(f, log, |_| ());
            let first = order[0].clone();
            log.leaves.extend(order);
            f.sign_again(log);
            push(f, log, contested(f, log, &first, 5));
        }),
    ]
}

fn holder(f: &Forger, log: &LogDirectory) -> Holder {
    UnverifiedAct::parse(&f.last_of_stayed(log)).unwrap().header().holder.unwrap()
}

fn blind(f: &Forger) -> Body {
    Body::BlindHandover(BlindHandover { to: f.tehsil_desk, sealing: KeyId([7; 32]), wraps: f.wraps })
}

/// The office contests an order, with the proof of the leaf at an index of its log as it stands.
fn contested(f: &Forger, log: &LogDirectory, order: &[u8], index: u64) -> Vec<u8> {
    let hashes: Vec<Hash> = log.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let proof = inclusion(&Leaves(&hashes), index, hashes.len() as u64).unwrap();
    let order = UnverifiedAct::parse(order).unwrap().id();
    let contest = Contest { order, note: log.checkpoint.clone().into(), index, proof };
    beside(f, log, &f.node, Body::Contest(contest))
}

/// The next act of the chain, with so many contents.
fn chain(f: &Forger, log: &LogDirectory, key: &SecretKey, what: Body, contents: usize) -> Vec<u8> {
    f.next_on_stayed(log, key, |header, body| {
        if key.public().id() == f.node.public().id() {
            header.charge = None;
        }
        if let Body::BlindHandover(blind) = &what {
            header.holder = Some(blind.to);
        }
        header.contents = vec![CONTENT; contents];
        *body = what;
    })
}

/// An act beside the last one of the chain.
fn beside(f: &Forger, log: &LogDirectory, key: &SecretKey, what: Body) -> Vec<u8> {
    let node = key.public().id() == f.node.public().id();
    let last = f.last_of_stayed(log);
    let id = UnverifiedAct::parse(&last).unwrap().id();
    f.forge(&last, key, |header, body| {
        header.charge = header.charge.filter(|_| !node);
        (header.place, header.previous) = (Place::Side, Some(id));
        header.contents.clear();
        *body = what;
    })
}

fn signature(f: &Forger, log: &LogDirectory, algorithm: &str, change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let act = UnverifiedAct::parse(&f.last_of_stayed(log)).unwrap().id();
    let body = Body::SideSignature(SideSignature { act, algorithm: algorithm.to_owned() });
    let signed = beside(f, log, &f.clerk, body);
    f.forge(&signed, &f.clerk, |header, _| {
        header.contents = vec![CONTENT; 2];
        change(header);
    })
}

/// The order of the charter's keepers that the office take its own file up at another post: the
/// proposal and the endorsement of the second key.
fn order(f: &Forger, log: &LogDirectory, change: impl FnOnce(&mut Reassign)) -> Vec<Vec<u8>> {
    let here = holder(f, log);
    let to = Holder { office: f.office, post: f.other_post };
    let mut reassign = Reassign { from: f.office, to, epoch: 1, window: 0 };
    assert_ne!(here, to);
    change(&mut reassign);
    let template = beside(f, log, &f.clerk, Body::Reassign(reassign));
    let by = |key: &SecretKey, act: &[u8], body: Option<Body>| {
        f.forge(act, key, |header, old| {
            (header.office, header.incarnation) = (None, 0);
            (header.charge, header.register, header.anchor) = (None, None, None);
            *old = body.unwrap_or_else(|| old.clone());
        })
    };
    let first = by(&f.root[0], &template, None);
    let act = UnverifiedAct::parse(&first).unwrap().id();
    let second = by(&f.root[1], &first, Some(Body::Endorse(Endorse { act })));
    vec![first, second]
}

fn take_up(f: &Forger, log: &LogDirectory, order: Vec<Vec<u8>>) -> Vec<u8> {
    let mut acts = order.into_iter().map(minicbor::bytes::ByteVec::from);
    let order = acts.next().unwrap();
    let body = Body::TakeUp(TakeUp { order, endorsements: acts.collect(), wraps: f.wraps });
    f.next_on_stayed(log, &f.node, |header, old| {
        (header.charge, header.epoch) = (None, 1);
        header.holder = Some(Holder { office: f.office, post: f.other_post });
        header.contents.clear();
        *old = body;
    })
}

/// The tehsil takes up a closed file of the district after its last act, by so many signatures.
pub fn taken_from(f: &Forger, last: &[u8], signatures: usize) -> Vec<u8> {
    let named = UnverifiedAct::parse(last).unwrap();
    let reassign = Reassign { from: f.office, to: f.tehsil_desk, epoch: 1, window: 96 };
    let by = |key: &SecretKey, what: Body| {
        f.forge(last, key, |header, body| {
            (header.office, header.incarnation) = (None, 0);
            (header.charge, header.register, header.anchor) = (None, None, None);
            (header.place, header.previous) = (Place::Side, Some(named.id()));
            *body = what;
        })
    };
    let mut acts = vec![by(&f.root[0], Body::Reassign(reassign))];
    let act = UnverifiedAct::parse(&acts[0]).unwrap().id();
    acts.extend(f.root[1..signatures].iter().map(|key| by(key, Body::Endorse(Endorse { act }))));
    let mut acts = acts.into_iter().map(minicbor::bytes::ByteVec::from);
    let order = acts.next().unwrap();
    f.forge(last, &f.tehsil_node, |header, body| {
        header.office = Some(f.tehsil_desk.office);
        (header.charge, header.register, header.anchor) = (None, Some(f.tehsil_register), None);
        (header.epoch, header.number) = (1, header.number + 1);
        (header.previous, header.holder) = (Some(named.id()), Some(f.tehsil_desk));
        *body = Body::TakeUp(TakeUp { order, endorsements: acts.collect(), wraps: f.wraps });
    })
}
