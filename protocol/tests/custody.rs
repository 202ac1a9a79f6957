//! The whole transition table of custody, phase by verb, and the conditions beside it. The same
//! tables stand in `spec/custody.md`; each row of both is a case here.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use mohar_protocol::act::body::{self, Ready, Reassign};
use mohar_protocol::act::{self, Body, Header, Holder, LEVEL, MatterKind, Place, UnverifiedAct, VerifiedAct};
use mohar_protocol::ceremony;
use mohar_protocol::custody::{Matter, OpenLetter, Phase, Rest};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, Commitment, ContentRoot, KeyId, MatterId, OfficerId, PostId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::limits::NUMBER_MAX;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Signer;
use mohar_protocol::sealing::{ClearRef, ContentRef};
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;

const SPEC: &str = include_str!("../spec/custody.md");
const PHASES: [&str; 6] = ["active", "queued", "in_transit", "parked", "closed", "frozen"];

/// Two offices and a file at the first post of the first one.
struct Desk {
    state: TestState,
    matter: Matter,
    from: Holder,
    to: Holder,
    /// A post of an office that takes files of the first one, and the order that says so.
    successor: Holder,
    order: ActId,
}

/// A letter in its third version, which is approved.
const APPROVED: OpenLetter = OpenLetter {
    letter: ActId([21; 32]),
    version: ActId([22; 32]),
    approval: Some(ActId([23; 32])),
    versions: 3,
};

/// A letter in its second version.
const DRAFTED: OpenLetter =
    OpenLetter { letter: ActId([24; 32]), version: ActId([25; 32]), approval: None, versions: 2 };

fn desk() -> Desk {
    let mut entropy = Entropy::from_seed([4; 32]);
    let now = Timestamp(1_750_000_000_000);
    let mut state = TestState::found(&mut entropy, now);
    state.add_office(None, "mp/indore", 2, None, &mut entropy, now);
    state.add_office(Some(0), "mp/indore/depalpur", 1, None, &mut entropy, now);
    state.add_office(None, "mp/mhow", 1, None, &mut entropy, now);
    let order = divide(&mut state, now);
    let holder = |office: usize, post: usize| Holder {
        office: state.offices[office].id,
        post: state.offices[office].posts[post].post,
    };
    let (at, from, to, successor) = (holder(0, 0), holder(0, 1), holder(1, 0), holder(2, 0));
    let matter = Matter {
        id: MatterId([1; 32]),
        kind: MatterKind::FILE,
        epoch: 0,
        number: 5,
        head: ActId([2; 32]),
        holder: at,
        phase: Phase::Active,
        generation: 1,
        opened: false,
        since: now,
        route: Vec::new(),
        came_from: Some(from),
        level: LEVEL,
        letters: vec![APPROVED, DRAFTED],
    };
    Desk { state, matter, from, to, successor, order }
}

/// The charter orders that the third office takes a part of the first one.
fn divide(state: &mut TestState, now: Timestamp) -> ActId {
    let part = body::Part { office: state.offices[2].id, children: Vec::new() };
    let (office, effective) = (state.offices[0].id, None);
    let order = body::SucceedDivide { effective, office, goes_on: true, parts: vec![part] };
    let order = Body::SucceedDivide(order);
    let acts = ceremony::give_order(&state.registry, None, &order, &state.root[..2], now).unwrap();
    for bytes in &acts {
        state.registry.admit_act(UnverifiedAct::parse(bytes).unwrap()).unwrap();
    }
    UnverifiedAct::parse(&acts[0]).unwrap().id()
}

const WRAPS: ClearRef = ClearRef { root: ContentRoot([5; 32]), length: 100 };
const CONTENT: ContentRef =
    ContentRef { root: ContentRoot([5; 32]), length: 300, commitment: Commitment([4; 32]), generation: 1 };
const FORWARD: ActId = ActId([2; 32]);

impl Desk {
    fn phase(&self, name: &str) -> Phase {
        match name {
            "active" => Phase::Active,
            "queued" => Phase::Queued { by: FORWARD, to: self.to, rest: Rest::Desk },
            "in_transit" => Phase::InTransit { from: self.from, rest: Rest::Desk },
            "parked" => Phase::Parked { until: Timestamp(9) },
            "closed" => Phase::Closed,
            _ => Phase::Frozen,
        }
    }

    fn header(&self) -> Header {
        Header {
            version: act::HEADER_VERSION,
            state: Some(self.state.id),
            office: Some(self.matter.holder.office),
            incarnation: 1,
            kind: MatterKind::FILE,
            matter: Some(self.matter.id),
            place: Place::Chain,
            epoch: self.matter.epoch,
            number: self.matter.number + 1,
            previous: Some(self.matter.head),
            verb: 0,
            charge: None,
            register: None,
            holder: Some(self.matter.holder),
            time: Timestamp(2),
            anchor: None,
            level: LEVEL,
            contents: Vec::new(),
            body: Vec::new(),
        }
    }

    fn act(&self, body: &Body, change: impl FnOnce(&mut Header)) -> VerifiedAct {
        let mut header = self.header();
        (header.verb, header.body) = {
            let (verb, bytes) = body.encode().unwrap();
            (verb.code(), bytes)
        };
        change(&mut header);
        act::sign(&header, &SecretKey::from_seed(&[6; 32])).unwrap()
    }

    /// The officer who holds the matter's post.
    fn officer(&self) -> Signer {
        let charge = self.state.offices[0].posts[0].charge;
        let Holder { office, post } = self.matter.holder;
        Signer::Officer { office, post, officer: OfficerId([3; 32]), charge, admin: false }
    }

    fn node(&self) -> Signer {
        Signer::Node { office: self.matter.holder.office }
    }

    /// The ready of the second office for the matter's head.
    fn ready(&self, change: impl FnOnce(&mut Header, &mut Ready)) -> Vec<u8> {
        let second = &self.state.offices[1];
        let register = self.state.registry.office(&second.id).unwrap().head();
        let mut header = Header {
            office: Some(second.id),
            place: Place::Side,
            number: self.matter.number,
            register: Some(register),
            ..self.header()
        };
        let mut ready = Ready {
            to: self.to,
            sealing: KeyId([7; 32]),
            level_max: LEVEL,
            valid_to_size: 1_000,
            recall: false,
            nonce: Hash([8; 32]),
        };
        change(&mut header, &mut ready);
        let (verb, bytes) = Body::Ready(ready).encode().unwrap();
        (header.verb, header.body) = (verb.code(), bytes);
        act::sign(&header, &second.keys.signing).unwrap().bytes().to_vec()
    }

    fn handover(&self, ready: Vec<u8>) -> Body {
        Body::Handover(body::Handover { ready: ready.into(), wraps: WRAPS })
    }

    fn put_in_file(&self, file: MatterId) -> Body {
        Body::PutInFile(body::PutInFile { file, attach: ActId([9; 32]) })
    }

    fn commence(&self, to: Option<Holder>, order: ActId) -> Body {
        Body::Commence(body::Commence { to, order })
    }

    /// The act of a verb that would be right in the phase that allows it.
    fn usual(&self, verb: &str) -> (VerifiedAct, Signer) {
        let other = self.state.offices[0].posts[1].post;
        let office = self.matter.holder.office;
        let (body, holder, signer) = match verb {
            "note" => (Body::Note(body::Note {}), None, self.officer()),
            "attach" => (Body::Attach(body::Attach {}), None, self.officer()),
            "mark" => {
                let to = Holder { office, post: other };
                (Body::Mark(body::Mark { to: other }), Some(to), self.officer())
            }
            "forward" => (Body::Forward(body::Forward { to: self.to }), None, self.officer()),
            "cancel" => (Body::Cancel(body::Cancel { forward: FORWARD }), None, self.officer()),
            "commence" => (self.commence(Some(self.successor), self.order), None, self.node()),
            "handover" => (self.handover(self.ready(|_, _| ())), Some(self.to), self.node()),
            "receive" => {
                let receive = body::Receive { witnessed: None, wraps: WRAPS };
                (Body::Receive(receive), None, self.node())
            }
            "opened" => (Body::Opened(body::Opened {}), None, self.officer()),
            "send_back" => {
                (Body::SendBack(body::SendBack { to: self.from }), Some(self.from), self.officer())
            }
            "park" => (Body::Park(body::Park { until: Timestamp(9) }), None, self.officer()),
            "wake" => (Body::Wake(body::Wake {}), None, self.officer()),
            "close" => (Body::Close(body::Close { retention: 1 }), None, self.officer()),
            "put_in_file" => (self.put_in_file(MatterId([9; 32])), None, self.officer()),
            "reopen" => (Body::Reopen(body::Reopen {}), None, self.officer()),
            "issue" => {
                let act = self.act(&issue(APPROVED.approval.unwrap(), 2), |header| {
                    header.contents = vec![CONTENT; 2];
                });
                return (act, self.officer());
            }
            "draft" => {
                return (self.act(&draft(None, 1), |header| header.contents = vec![CONTENT]), self.officer());
            }
            "approve" => (approve(DRAFTED.version), None, self.officer()),
            "blind_handover" => {
                let blind = body::BlindHandover { to: self.to, sealing: KeyId([7; 32]), wraps: WRAPS };
                (Body::BlindHandover(blind), Some(self.to), self.node())
            }
            "raise_level" => (Body::RaiseLevel(body::RaiseLevel { level: LEVEL + 1 }), None, self.node()),
            "take_up" => return (self.take_up(|_, _| (), |_, _| ()), self.node_of(1)),
            other => unreachable!("{other}"),
        };
        let act = self.act(&body, |header| header.holder = holder.or(header.holder));
        (act, signer)
    }

    fn node_of(&self, office: usize) -> Signer {
        Signer::Node { office: self.state.offices[office].id }
    }

    /// The order of the charter's keepers that the second office take the matter up, and its
    /// endorsements, each by one of the keys.
    fn order(&self, keys: &[SecretKey], change: impl FnOnce(&mut Header, &mut Reassign)) -> Vec<Vec<u8>> {
        let mut header = Header {
            office: None,
            incarnation: 0,
            place: Place::Side,
            number: self.matter.number,
            previous: Some(self.matter.head),
            ..self.header()
        };
        let from = self.matter.holder.office;
        let mut order = Reassign { from, to: self.to, epoch: self.matter.epoch + 1, window: 96 };
        change(&mut header, &mut order);
        let sign = |header: &Header, body: Body, key: &SecretKey| {
            let (verb, bytes) = body.encode().unwrap();
            act::sign(&Header { verb: verb.code(), body: bytes, ..header.clone() }, key).unwrap()
        };
        let first = sign(&header, Body::Reassign(order), &keys[0]);
        let endorse = |key: &SecretKey| sign(&header, Body::Endorse(body::Endorse { act: first.id() }), key);
        let rest = keys[1..].iter().map(|key| endorse(key).bytes().to_vec());
        [first.bytes().to_vec()].into_iter().chain(rest).collect()
    }

    /// The second office takes the matter up, by an order that may be changed first.
    fn take_up(
        &self,
        order: impl FnOnce(&mut Header, &mut Reassign),
        change: impl FnOnce(&mut Header, &mut Vec<Vec<u8>>),
    ) -> VerifiedAct {
        let mut acts = self.order(&self.state.root[..2], order);
        let mut header = Header {
            office: Some(self.to.office),
            epoch: self.matter.epoch + 1,
            holder: Some(self.to),
            ..self.header()
        };
        change(&mut header, &mut acts);
        let mut acts = acts.into_iter().map(minicbor::bytes::ByteVec::from);
        let order = acts.next().unwrap();
        let body = Body::TakeUp(body::TakeUp { order, endorsements: acts.collect(), wraps: WRAPS });
        let (verb, bytes) = body.encode().unwrap();
        (header.verb, header.body) = (verb.code(), bytes);
        act::sign(&header, &self.state.offices[1].keys.signing).unwrap()
    }

    fn advance(&self, act: &VerifiedAct, signer: &Signer) -> Result<Matter, Refusal> {
        self.matter.advance(act, signer, &self.state.registry)
    }
}

fn phase_name(phase: &Phase) -> &'static str {
    match phase {
        Phase::Active => "active",
        Phase::Queued { .. } => "queued",
        Phase::InTransit { .. } => "in_transit",
        Phase::Parked { .. } => "parked",
        Phase::Closed => "closed",
        Phase::Frozen => "frozen",
    }
}

fn draft(letter: Option<ActId>, version: u32) -> Body {
    Body::Draft(body::Draft { letter, version })
}

fn approve(draft: ActId) -> Body {
    Body::Approve(body::Approve { draft })
}

fn issue(approval: ActId, count: u32) -> Body {
    Body::Issue(body::Issue { approval, root: Hash([3; 32]), count })
}

/// The rows of a table in the specification, cells without backticks.
fn table(heading: &str) -> Vec<Vec<String>> {
    let after = SPEC.split_once(heading).unwrap().1;
    let lines =
        after.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| {
        line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>()
    };
    lines.map(cells).filter(|row| !row[0].starts_with("--")).collect()
}

#[test]
fn every_phase_takes_or_refuses_every_verb_as_the_specification_says() {
    let rows = table("## 3. Transitions");
    assert_eq!(rows[0][1..], PHASES);
    let verbs: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    let chain = mohar_protocol::act::Verb::ALL.iter().filter(|verb| {
        verb.kinds().contains(&MatterKind::FILE) && verb.place() == Place::Chain && verb.name() != "open"
    });
    assert_eq!(verbs, chain.map(|verb| verb.name()).collect::<Vec<_>>(), "every verb has a row");
    let mut different = Vec::new();
    for row in &rows[1..] {
        for (name, expected) in PHASES.iter().zip(&row[1..]) {
            let mut desk = desk();
            desk.matter.phase = desk.phase(name);
            let (act, signer) = desk.usual(&row[0]);
            let got = match desk.advance(&act, &signer) {
                Ok(next) => phase_name(&next.phase).to_owned(),
                Err(refusal) => refusal.code().to_owned(),
            };
            if got != *expected {
                different.push(format!("{} when {name}: {got}, not {expected}", row[0]));
            }
        }
    }
    assert!(different.is_empty(), "{different:#?}");
}

/// What happens with a changed act, signer or matter, by the words of the specification.
fn conditions() -> BTreeMap<&'static str, String> {
    let base = desk();
    let code = |desk: &Desk, act: VerifiedAct, signer: Signer| match desk.advance(&act, &signer) {
        Ok(next) => phase_name(&next.phase).to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    };
    let note = Body::Note(body::Note {});
    let noted = |change: fn(&mut Header)| code(&base, base.act(&note, change), base.officer());
    let by = |signer: Signer| code(&base, base.act(&note, |_| ()), signer);
    let said = |body: Body| code(&base, base.act(&body, |_| ()), base.officer());
    let drafted = |letter: Option<ActId>, version: u32| {
        code(
            &base,
            base.act(&draft(letter, version), |header| header.contents = vec![CONTENT]),
            base.officer(),
        )
    };
    let with = |change: fn(&mut Desk), verb: &str| {
        let mut desk = desk();
        change(&mut desk);
        let (act, signer) = desk.usual(verb);
        code(&desk, act, signer)
    };
    let queued = |make: fn(&Desk) -> Vec<u8>| {
        let mut desk = desk();
        desk.matter.phase = desk.phase("queued");
        let act = desk.act(&desk.handover(make(&desk)), |header| header.holder = Some(desk.to));
        code(&desk, act, desk.node())
    };
    let mine = base.matter.holder;
    BTreeMap::from([
        ("another matter", noted(|header| header.matter = Some(MatterId([9; 32])))),
        ("another kind", noted(|header| header.kind = MatterKind::DAK)),
        ("another epoch", noted(|header| header.epoch = 1)),
        ("a number too high", noted(|header| header.number += 1)),
        ("a number that is taken", noted(|header| header.number -= 1)),
        ("another previous act", noted(|header| header.previous = Some(ActId([9; 32])))),
        ("a holder other than the resulting one", noted(|header| header.holder = None)),
        (
            "an officer of another post",
            by(Signer::Officer {
                office: mine.office,
                post: PostId([9; 32]),
                officer: OfficerId([3; 32]),
                charge: base.state.offices[0].posts[1].charge,
                admin: true,
            }),
        ),
        (
            "an officer of another office",
            by(Signer::Officer {
                office: base.to.office,
                post: base.to.post,
                officer: OfficerId([3; 32]),
                charge: base.state.offices[1].posts[0].charge,
                admin: false,
            }),
        ),
        ("a node where an officer must sign", by(base.node())),
        ("mark to the same post", said(Body::Mark(body::Mark { to: mine.post }))),
        ("mark to a post that is not there", said(Body::Mark(body::Mark { to: PostId([9; 32]) }))),
        ("forward inside the office", said(Body::Forward(body::Forward { to: base.from }))),
        (
            "cancel of another forward",
            with(
                |desk| {
                    desk.matter.phase = Phase::Queued { by: ActId([9; 32]), to: desk.to, rest: Rest::Desk }
                },
                "cancel",
            ),
        ),
        ("send_back to someone else", said(Body::SendBack(body::SendBack { to: base.to }))),
        ("send_back of what came from nobody", with(|desk| desk.matter.came_from = None, "send_back")),
        ("put_in_file into itself", said(base.put_in_file(base.matter.id))),
        ("approve of a version that is not the newest", said(approve(DRAFTED.letter))),
        ("approve a second time", said(approve(APPROVED.version))),
        ("draft on a version that is not the newest", drafted(Some(DRAFTED.letter), 2)),
        ("draft of a letter that is not there", drafted(Some(ActId([9; 32])), 2)),
        ("draft: a first version that says it is another", drafted(None, 2)),
        ("opened a second time", with(|desk| desk.matter.opened = true, "opened")),
        (
            "receive signed by the node of another office",
            code(
                &Desk { matter: Matter { phase: base.phase("in_transit"), ..base.matter.clone() }, ..desk() },
                base.usual("receive").0,
                Signer::Node { office: base.to.office },
            ),
        ),
        (
            "handover: ready for another head",
            queued(|desk| desk.ready(|header, _| header.previous = Some(ActId([9; 32])))),
        ),
        (
            "handover: ready for another matter",
            queued(|desk| desk.ready(|header, _| header.matter = Some(MatterId([9; 32])))),
        ),
        (
            "handover: ready of an office that is not the addressee",
            queued(|desk| desk.ready(|_, ready| ready.to = desk.from)),
        ),
        (
            "handover: ready of another post of the addressee",
            queued(|desk| desk.ready(|_, ready| ready.to.post = PostId([9; 32]))),
        ),
        (
            "handover: ready with a wrong signature",
            queued(|desk| {
                let mut ready = desk.ready(|_, _| ());
                *ready.last_mut().unwrap() ^= 1;
                ready
            }),
        ),
        (
            "handover: ready for a recall of a queued file",
            queued(|desk| desk.ready(|_, ready| ready.recall = true)),
        ),
    ])
}

fn conditions_of_recall() -> BTreeMap<&'static str, String> {
    // A file that came from the second office, was received and is asked back.
    let recalled = |change: fn(&mut Matter), make: fn(&Desk) -> Vec<u8>| {
        let mut desk = desk();
        desk.matter.came_from = Some(desk.to);
        change(&mut desk.matter);
        let act = desk.act(&desk.handover(make(&desk)), |header| header.holder = Some(desk.to));
        match desk.advance(&act, &desk.node()) {
            Ok(next) => phase_name(&next.phase).to_owned(),
            Err(refusal) => refusal.code().to_owned(),
        }
    };
    let recall_ready = |desk: &Desk| {
        desk.ready(|header, ready| {
            header.number -= 1;
            header.previous = Some(ActId([9; 32]));
            ready.recall = true;
        })
    };
    BTreeMap::from([
        ("recall: unopened, nothing after receive", recalled(|_| (), recall_ready)),
        ("recall: opened already", recalled(|matter| matter.opened = true, recall_ready)),
        (
            "recall: more than receive since the handover",
            recalled(
                |matter| matter.number += 1,
                |desk| {
                    desk.ready(|header, ready| {
                        header.number -= 2;
                        ready.recall = true;
                    })
                },
            ),
        ),
        (
            "recall: by an office it did not come from",
            recalled(|matter| matter.came_from = None, recall_ready),
        ),
    ])
}

fn conditions_of_commence() -> BTreeMap<&'static str, String> {
    let desk = desk();
    let said = |to, order| match desk.advance(&desk.act(&desk.commence(to, order), |_| ()), &desk.node()) {
        Ok(next) => phase_name(&next.phase).to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    };
    let nowhere = Holder { post: PostId([9; 32]), ..desk.successor };
    BTreeMap::from([
        ("commence: to an office that is no successor", said(Some(desk.to), desk.order)),
        ("commence: under an order that is not in force", said(Some(desk.successor), ActId([9; 32]))),
        ("commence: to a post that is not there", said(Some(nowhere), desk.order)),
        ("commence: to nobody", said(None, desk.order)),
    ])
}

#[test]
fn what_goes_to_a_successor_arrives_as_it_lay() {
    for name in ["active", "parked", "closed"] {
        let mut desk = desk();
        let lay = desk.phase(name);
        desk.matter.phase = lay.clone();
        let (act, signer) = desk.usual("commence");
        let queued = desk.advance(&act, &signer).unwrap();
        let cancel = Body::Cancel(body::Cancel { forward: act.id() });
        desk.matter = queued;
        let back = desk.act(&cancel, |_| ());
        assert_eq!(desk.advance(&back, &desk.officer()).unwrap().phase, lay, "cancelled, it lies as before");

        let rest = match desk.matter.phase {
            Phase::Queued { rest, .. } => rest,
            _ => unreachable!("it is queued"),
        };
        desk.matter.phase = Phase::InTransit { from: desk.matter.holder, rest };
        let (act, signer) = desk.usual("receive");
        assert_eq!(desk.advance(&act, &signer).unwrap().phase, lay, "{name}");
    }
}

/// The same for what came after the four steps: letters, levels, orders.
fn later_conditions() -> BTreeMap<&'static str, String> {
    let base = desk();
    let code = |desk: &Desk, act: VerifiedAct, signer: Signer| match desk.advance(&act, &signer) {
        Ok(next) => phase_name(&next.phase).to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    };
    let noted =
        |change: fn(&mut Header)| code(&base, base.act(&Body::Note(body::Note {}), change), base.officer());
    let with = |change: fn(&mut Desk), verb: &str| {
        let mut desk = desk();
        change(&mut desk);
        let (act, signer) = desk.usual(verb);
        code(&desk, act, signer)
    };
    let taken = |order: fn(&mut Header, &mut Reassign), change: fn(&mut Header, &mut Vec<Vec<u8>>)| {
        code(&base, base.take_up(order, change), base.node_of(1))
    };
    let issued = |count: u32, contents: usize| {
        let act = base.act(&issue(APPROVED.approval.unwrap(), count), |header| {
            header.contents = vec![CONTENT; contents]
        });
        code(&base, act, base.officer())
    };
    let mine = base.matter.holder;
    BTreeMap::from([
        ("another level than the matter's", noted(|header| header.level = 0)),
        ("issue without a list of recipients", issued(1, 1)),
        ("issue to nobody", issued(0, 2)),
        ("issue without an approval", {
            let issue = issue(DRAFTED.version, 2);
            code(&base, base.act(&issue, |header| header.contents = vec![CONTENT; 2]), base.officer())
        }),
        ("draft without a text", code(&base, base.act(&draft(None, 1), |_| ()), base.officer())),
        (
            "blind_handover to an office that is not the addressee",
            with(
                |desk| desk.matter.phase = Phase::Queued { by: FORWARD, to: desk.from, rest: Rest::Desk },
                "blind_handover",
            ),
        ),
        (
            "raise_level to the level it has",
            code(&base, base.act(&Body::RaiseLevel(body::RaiseLevel { level: LEVEL }), |_| ()), base.node()),
        ),
        ("take_up in the same epoch", taken(|_, _| (), |header, _| header.epoch = 0)),
        ("take_up: order with too few signatures", taken(|_, _| (), |_, acts| drop(acts.pop()))),
        (
            "take_up: order of another matter",
            taken(|header, _| header.matter = Some(MatterId([9; 32])), |_, _| ()),
        ),
        (
            "take_up: order that names another act",
            taken(|header, _| header.previous = Some(ActId([9; 32])), |_, _| ()),
        ),
        ("take_up: order that skips an epoch", taken(|_, order| order.epoch += 1, |_, _| ())),
        ("take_up: order for another office", taken(|_, order| order.to.office = order.from, |_, _| ())),
        (
            "take_up: order of a window beyond the bound",
            taken(|_, order| order.window = 1_000_000, |_, _| ()),
        ),
        ("take_up: order against an office that does not hold it", {
            // The keys of the first office are above the second one, not above the holder.
            let mut desk = desk();
            let keys = vec![desk.state.offices[0].keys.operating.clone()];
            let second = desk.to;
            let order = desk.order(&keys, |header, order| {
                header.office = Some(mine.office);
                (header.holder, order.from) = (Some(second), second.office);
            });
            desk.matter.came_from = None;
            let act = desk.take_up(|_, _| (), |_, acts| *acts = order);
            code(&desk, act, desk.node_of(1))
        }),
        ("take_up: order by keys that are not above the holder", {
            let keys = vec![base.state.offices[1].keys.operating.clone()];
            let order = base.order(&keys, |_, _| ());
            code(&base, base.take_up(|_, _| (), |_, acts| *acts = order), base.node_of(1))
        }),
    ])
}

#[test]
fn every_condition_is_kept_as_the_specification_says() {
    let rows = table("## 4. Conditions");
    let expected: BTreeMap<&str, String> =
        rows[1..].iter().map(|row| (row[0].as_str(), row[1].clone())).collect();
    let mut got = conditions();
    got.extend(conditions_of_recall());
    got.extend(conditions_of_commence());
    got.extend(later_conditions());
    assert_eq!(got, expected, "{got:#?}");
}

#[test]
fn a_file_begins_on_the_desk_of_whoever_opened_it() {
    let desk = desk();
    let open = Body::Open(body::Open { wraps: WRAPS });
    let begin = |header: &mut Header| {
        (header.matter, header.number, header.previous) = (None, 0, None);
    };
    let act = desk.act(&open, begin);
    let matter = Matter::begin(&act, &desk.officer()).unwrap();
    assert_eq!((matter.holder, matter.phase, matter.number), (desk.matter.holder, Phase::Active, 0));
    assert_eq!(Matter::begin(&act, &desk.node()), Err(Refusal::NotHolder));
    let as_dak = desk.act(&open, |header| {
        begin(header);
        header.kind = MatterKind::DAK;
    });
    assert_eq!(Matter::begin(&as_dak, &desk.officer()), Err(Refusal::ChainKind));
    let elsewhere = desk.act(&open, |header| {
        begin(header);
        header.holder = Some(desk.to);
    });
    assert_eq!(Matter::begin(&elsewhere, &desk.officer()), Err(Refusal::WrongHolder));
    let note = desk.act(&Body::Note(body::Note {}), begin);
    assert_eq!(Matter::begin(&note, &desk.officer()), Err(Refusal::MatterUnknown));
}

#[test]
fn the_route_remembers_each_office_once() {
    let mut desk = desk();
    desk.matter.phase = desk.phase("queued");
    let (act, signer) = desk.usual("handover");
    let gone = desk.advance(&act, &signer).unwrap();
    assert_eq!((gone.holder, gone.route.as_slice()), (desk.to, [desk.matter.holder].as_slice()));
    assert_eq!((gone.came_from, gone.opened), (Some(desk.matter.holder), false));
    assert_eq!(gone.phase, Phase::InTransit { from: desk.matter.holder, rest: Rest::Desk });
}

#[test]
fn a_ready_that_names_the_last_number_there_is_fits_nothing() {
    let mut desk = desk();
    desk.matter.came_from = Some(desk.to);
    let ready = desk.ready(|header, ready| {
        header.number = NUMBER_MAX;
        ready.recall = true;
    });
    let act = desk.act(&desk.handover(ready), |header| header.holder = Some(desk.to));
    assert_eq!(desk.advance(&act, &desk.node()), Err(Refusal::ReadyMismatch));
}
