//! Letters: an approval binds one version, an issue binds the approval, and a recipient is served what
//! was issued or is told that it was not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use mohar_protocol::act::body::{self, Issue};
use mohar_protocol::act::{self, Body, Header, Holder, LEVEL, MatterKind, Place, VerifiedAct};
use mohar_protocol::codec;
use mohar_protocol::custody::{LETTERS_MAX, Matter, Phase};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::hash::Hash;
use mohar_protocol::id::{ActId, MatterId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::matter_text::{Addressee, Delivery, Issued, LetterText};
use mohar_protocol::recipients::{Recipient, commit};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::Signer;
use mohar_protocol::sealing::content::{disclose, seal};
use mohar_protocol::sealing::{ContentRef, MatterKey};
use mohar_protocol::testing::TestState;
use mohar_protocol::time::Timestamp;

struct Desk {
    state: TestState,
    matter: Matter,
    content: ContentRef,
}

fn desk() -> Desk {
    let (mut entropy, now) = (Entropy::from_seed([51; 32]), Timestamp(1_700_000_000_000));
    let mut state = TestState::found(&mut entropy, now);
    state.add_office(None, "mp/indore", 2, None, &mut entropy, now);
    state.add_office(Some(0), "mp/indore/depalpur", 1, None, &mut entropy, now);
    let holder = Holder { office: state.offices[0].id, post: state.offices[0].posts[0].post };
    let matter = Matter {
        id: MatterId([1; 32]),
        kind: MatterKind::FILE,
        epoch: 0,
        number: 5,
        head: ActId([2; 32]),
        holder,
        phase: Phase::Active,
        generation: 1,
        opened: true,
        since: now,
        route: Vec::new(),
        came_from: None,
        level: LEVEL,
        letters: Vec::new(),
    };
    let key = MatterKey::from_bytes([3; 32]);
    let content = seal(&key, 1, &text(&state, "पहला").to_content(), &mut entropy).unwrap().reference;
    Desk { state, matter, content }
}

fn text(state: &TestState, words: &str) -> LetterText {
    let there = &state.offices[1];
    let collector = Addressee {
        to: Some(Holder { office: there.id, post: there.posts[0].post }),
        name: "तहसीलदार, देपालपुर".to_owned(),
        ..Addressee::default()
    };
    let citizen = Addressee {
        name: "श्री रामलाल, ग्राम बेटमा".to_owned(), mode: 2, ..Addressee::default()
    };
    let letter = LetterText {
        language: "hi".to_owned(),
        subject: "सामुदायिक भवन".to_owned(),
        paragraphs: LetterText::paragraphs_of(words),
        to: vec![collector],
        copies: vec![citizen],
        ..LetterText::default()
    };
    letter.checked().unwrap()
}

impl Desk {
    fn sign(&self, body: &Body, contents: Vec<ContentRef>) -> VerifiedAct {
        let (verb, bytes) = body.encode().unwrap();
        let post = &self.state.offices[0].posts[0];
        let header = Header {
            version: act::HEADER_VERSION,
            state: Some(self.state.id),
            office: Some(self.matter.holder.office),
            incarnation: 1,
            kind: MatterKind::FILE,
            matter: Some(self.matter.id),
            place: Place::Chain,
            epoch: 0,
            number: self.matter.number + 1,
            previous: Some(self.matter.head),
            verb: verb.code(),
            charge: Some(post.charge),
            register: self.state.registry.office(&self.matter.holder.office).ok().map(|office| office.head()),
            holder: Some(self.matter.holder),
            time: Timestamp(1_700_000_000_001),
            anchor: None,
            level: LEVEL,
            contents,
            body: bytes,
        };
        act::sign(&header, &post.key).unwrap()
    }

    /// Does it if the rules allow it. Gives the act.
    fn say(&mut self, body: &Body, contents: usize) -> Result<ActId, Refusal> {
        let act = self.sign(body, vec![self.content; contents]);
        let signer = self.state.registry.signer_of(&act)?;
        self.matter = self.matter.advance(&act, &signer, &self.state.registry)?;
        Ok(act.id())
    }

    fn draft(&mut self, letter: Option<ActId>, version: u32) -> Result<ActId, Refusal> {
        self.say(&Body::Draft(body::Draft { letter, version }), 1)
    }

    fn approve(&mut self, draft: ActId) -> Result<ActId, Refusal> {
        self.say(&Body::Approve(body::Approve { draft }), 0)
    }

    fn issue(&mut self, approval: ActId) -> Result<ActId, Refusal> {
        self.say(&Body::Issue(Issue { approval, root: Hash([4; 32]), count: 2 }), 2)
    }
}

#[test]
fn a_draft_that_was_not_approved_is_not_issued() {
    let mut desk = desk();
    let first = desk.draft(None, 1).unwrap();
    assert_eq!(desk.issue(first), Err(Refusal::LetterNotApproved));
}

#[test]
fn a_new_version_undoes_the_approval() {
    let mut desk = desk();
    let first = desk.draft(None, 1).unwrap();
    let approval = desk.approve(first).unwrap();
    let second = desk.draft(Some(first), 2).unwrap();
    assert_eq!(desk.issue(approval), Err(Refusal::LetterNotApproved), "changed after the approval");
    assert_eq!(desk.approve(first), Err(Refusal::LetterChanged), "an old version");
    let approval = desk.approve(second).unwrap();
    assert_eq!(desk.approve(second), Err(Refusal::AlreadyDone));
    desk.issue(approval).unwrap();
    assert_eq!(desk.issue(approval), Err(Refusal::LetterNotApproved), "issued once");
    assert_eq!(desk.draft(Some(first), 3), Err(Refusal::LetterUnknown), "it is a draft no more");
}

#[test]
fn who_has_not_seen_the_newest_version_changes_nothing() {
    let mut desk = desk();
    let first = desk.draft(None, 1).unwrap();
    desk.draft(Some(first), 2).unwrap();
    assert_eq!(desk.draft(Some(first), 2), Err(Refusal::LetterChanged));
}

#[test]
fn the_earliest_draft_gives_way_when_there_are_too_many() {
    let mut desk = desk();
    let first = desk.draft(None, 1).unwrap();
    for _ in 0..LETTERS_MAX {
        desk.draft(None, 1).unwrap();
    }
    assert_eq!(desk.matter.letters.len(), LETTERS_MAX);
    assert_eq!(desk.approve(first), Err(Refusal::LetterChanged));
}

/// An issued letter, its act, and the list.
fn issued(
    desk: &Desk,
    words: &str,
) -> (VerifiedAct, mohar_protocol::sealing::content::Disclosed, Vec<Recipient>) {
    let mut entropy = Entropy::from_seed([52; 32]);
    let letter = Issued {
        number: "12/IND/2026".to_owned(),
        date: "2026-11-23".to_owned(),
        endorsement: "13/IND/2026".to_owned(),
        office: "कलेक्टर कार्यालय इन्दौर".to_owned(),
        post: "कलेक्टर".to_owned(),
        letter: text(&desk.state, words),
        ..Issued::default()
    };
    let letter = letter.checked().unwrap();
    let list = letter.letter.recipients(|| Hash(entropy.bytes32()));
    let (root, count) = commit(&list);
    let key = MatterKey::from_bytes([3; 32]);
    let sealed = seal(&key, 1, &letter.to_content(), &mut entropy).unwrap();
    let issue = Body::Issue(Issue { approval: ActId([9; 32]), root, count });
    let act = desk.sign(&issue, vec![sealed.reference; 2]);
    (act, disclose(&key, &sealed.reference, &sealed.ciphertext).unwrap(), list)
}

#[test]
fn a_recipient_is_served_what_was_issued() {
    let desk = desk();
    let (act, letter, list) = issued(&desk, "कृपया देखें।");
    for index in 0..2 {
        let delivery = Delivery::new(&act, &letter, &list, index).unwrap();
        let read = Delivery::from_content(&delivery.to_content("12".to_owned())).unwrap();
        let proved = read.prove(&desk.state.registry).unwrap();
        assert_eq!((proved.act.id(), proved.to), (act.id(), list[index as usize].to));
        assert_eq!(proved.issued.letter.paragraphs, ["कृपया देखें।"]);
    }
    assert!(Delivery::new(&act, &letter, &list, 2).is_err());
}

#[test]
fn another_letter_another_line_and_another_act_are_known() {
    let desk = desk();
    let (act, letter, list) = issued(&desk, "कृपया देखें।");
    let (other, changed, _) = issued(&desk, "राशि स्वीकृत।");
    let prove = |delivery: Delivery| delivery.prove(&desk.state.registry).map(|_| ()).unwrap_err();
    assert_eq!(prove(Delivery::new(&act, &changed, &list, 0).unwrap()), Refusal::LetterNotAsIssued);
    assert_eq!(prove(Delivery::new(&other, &letter, &list, 0).unwrap()), Refusal::LetterNotAsIssued);
    let mut longer = list.clone();
    longer[0].name = "कोई और".to_owned();
    assert_eq!(prove(Delivery::new(&act, &letter, &longer, 0).unwrap()), Refusal::RecipientsMismatch);
    let note = desk.sign(&Body::Note(body::Note {}), vec![desk.content]);
    assert_eq!(prove(Delivery::new(&note, &letter, &list, 0).unwrap()), Refusal::LetterNotAsIssued);
    let stranger = act::sign(act.header(), &SecretKey::from_seed(&[6; 32])).unwrap();
    assert_eq!(prove(Delivery::new(&stranger, &letter, &list, 0).unwrap()), Refusal::ActOtherKey);
}

#[test]
fn a_letter_in_another_form_is_refused() {
    let desk = desk();
    let good = text(&desk.state, "एक\n\nदो");
    assert_eq!(good.paragraphs, ["एक", "दो"]);
    assert_eq!(LetterText::from_content(&good.to_content()).unwrap(), good);
    for (change, refusal) in [
        ((|letter| letter.subject.clear()) as fn(&mut LetterText), Refusal::TextEmpty),
        (|letter| letter.paragraphs.clear(), Refusal::TextEmpty),
        (|letter| letter.kind = 7, Refusal::ContentDamaged),
        (|letter| letter.to[0].mode = 1, Refusal::ContentDamaged),
        (|letter| letter.copies[0].mode = 0, Refusal::ContentDamaged),
        (|letter| letter.salutation = "क".repeat(81), Refusal::TextTooLong),
        // 65,534 bytes as typed, twice as many in the one form of the text.
        (|letter| letter.paragraphs[0] = "\u{0958}".repeat(21_844), Refusal::TextTooLong),
        (|letter| letter.paragraphs[0].push('\u{200B}'), Refusal::TextInvisible),
        (|letter| letter.to = vec![letter.to[0].clone(); 513], Refusal::ContentCount),
    ] {
        let mut letter = good.clone();
        change(&mut letter);
        assert_eq!(letter.clone().checked(), Err(refusal), "{letter:?}");
        let mut content = good.to_content();
        content.body = codec::encode(&letter);
        assert_eq!(LetterText::from_content(&content), Err(Refusal::ContentDamaged));
    }
    assert!(matches!(desk.state.registry.signer_of(&issued(&desk, "एक").0), Ok(Signer::Officer { .. })));
}
