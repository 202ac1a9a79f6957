//! Real daemons of five offices: work, a killed district, and bad input at every door.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use mohar_node::net::{NetCommand, NetConfig, PeerKey};
use mohar_protocol::control::Response;
use mohar_tests::processes::judge;
use mohar_tests::processes::officer::{Officer, Trouble};
use mohar_tests::processes::programs::code;
use mohar_tests::processes::town::{
    DEPARTMENT, DISTRICT, DIVISION, HEAD, PLANS, READER, TEHSIL, TEHSIL_2, TOWN, Town,
};
use mohar_tests::processes::until;
use zeroize::Zeroizing;

/// Waits until a file lies on an officer's desk, once.
#[track_caller]
fn arrives(officer: &Officer, id: &str) {
    until(&format!("{} has the file on the desk", officer.login), || {
        let desk = officer.desk("all")?;
        match desk.iter().filter(|row| row.id == *id).count() {
            1 => Ok(()),
            count => Err(format!("{count} times among {desk:?}")),
        }
    });
}

fn is_on_desk(officer: &Officer, id: &str) -> bool {
    officer.desk("all").unwrap().iter().any(|row| row.id == id)
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Trouble>) -> String {
    match answer {
        Err(Trouble::Refused(_, code, _)) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_the_tehsil_reaches_district_and_department_and_comes_back() {
    let town = Town::running(TOWN);
    let (tehsil, district, department) = (town.head(TEHSIL), town.head(DISTRICT), town.head(DEPARTMENT));
    let id = tehsil.open_file("Mutation of survey number 112").unwrap();
    let way = [
        (&tehsil, DISTRICT, &district, "The tehsil proposes this."),
        (&district, DEPARTMENT, &department, "The district recommends this."),
        (&department, DISTRICT, &district, "The department approves this."),
        (&district, TEHSIL, &tehsil, "The tehsil is to comply."),
    ];
    for (from, office, to, text) in way {
        from.note(&id, text).unwrap();
        from.send_to(&id, PLANS[office].title, HEAD).unwrap();
        arrives(to, &id);
    }
    let sheet = tehsil.file(&id).unwrap();
    for text in [
        "The tehsil proposes this.",
        "The district recommends this.",
        "The department approves this.",
        "The tehsil is to comply.",
    ] {
        assert_eq!(sheet.matches(text).count(), 1, "{text}");
    }
    for former in [&district, &department] {
        until("former holders know the whole way", || {
            let (told, truth) = (former.history(&id)?, tehsil.history(&id)?);
            if told == truth { Ok(()) } else { Err(format!("{} of {} acts", told.len(), truth.len())) }
        });
        let here = former.where_is(&id).unwrap();
        assert!(here.contains(PLANS[TEHSIL].title), "it says where the file is");
        assert!(!is_on_desk(former, &id));
    }
    every_log_is_proven_and_a_flipped_byte_is_found(&town);
}

/// Part of the test above, for it has the logs to do it with.
fn every_log_is_proven_and_a_flipped_byte_is_found(town: &Town) {
    for plan in &PLANS[..TOWN] {
        let (name, state) = (plan.name, &town.state);
        let (exit, said) = code(town.dir.path(), &format!("log export --data {name} --out {name}-log"));
        assert_eq!(exit, 0, "{said}");
        judge::verify(town, name, &format!("{name}-log")).unwrap();
        let tiles = town.dir.path().join(format!("{name}-log/tile/entries"));
        let tile = find(&tiles).expect("an entry bundle");
        let mut bytes = std::fs::read(&tile).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&tile, bytes).unwrap();
        let (exit, said) = code(town.dir.path(), &format!("verify {name}-log --state {state}"));
        assert_eq!(exit, 1, "{said}");
    }
}

fn find(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let mut entries = std::fs::read_dir(folder).ok()?.flatten();
    entries.find_map(|entry| if entry.path().is_dir() { find(&entry.path()) } else { Some(entry.path()) })
}

#[test]
fn every_office_can_address_every_post_of_every_other_one() {
    let town = Town::running(TOWN);
    for (at, plan) in PLANS.iter().take(TOWN).enumerate() {
        let head = town.head(at);
        let id = head.open_file("To whom it may concern").unwrap();
        for other in PLANS[..TOWN].iter().filter(|other| other.name != plan.name) {
            for post in [HEAD, READER] {
                head.send_form(&id, other.title, post).unwrap();
            }
        }
    }
}

#[test]
fn without_its_district_everyone_works_on_and_what_is_meant_for_it_arrives_by_itself_later() {
    let mut town = Town::running(TOWN);
    let (tehsil, other) = (town.head(TEHSIL), town.head(TEHSIL_2));
    let (division, department) = (town.head(DIVISION), town.head(DEPARTMENT));
    let district = town.head(DISTRICT);
    town.nodes[DISTRICT].kill();

    // Signing in and marking inside need nobody else.
    let (reader, title) = (town.reader(TEHSIL), PLANS[TEHSIL].title);
    let inside = tehsil.open_file("Leave of the patwari").unwrap();
    tehsil.note(&inside, "May be sanctioned.").unwrap();
    tehsil.send_to(&inside, title, READER).unwrap();
    arrives(&reader, &inside);

    // The others go on exchanging among themselves.
    for (from, to, office) in [
        (&tehsil, &department, DEPARTMENT),
        (&tehsil, &other, TEHSIL_2),
        (&division, &tehsil, TEHSIL),
        (&department, &division, DIVISION),
    ] {
        let id = from.open_file("Sent past the district").unwrap();
        from.note(&id, "Please see.").unwrap();
        from.send_to(&id, PLANS[office].title, HEAD).unwrap();
        arrives(to, &id);
    }

    // What is meant for the district waits, and says so.
    let meant = tehsil.open_file("Meant for the district").unwrap();
    tehsil.note(&meant, "For orders.").unwrap();
    tehsil.send_to(&meant, PLANS[DISTRICT].title, HEAD).unwrap();
    let says = format!("waiting for {},", PLANS[DISTRICT].title);
    let page = mohar_tests::processes::html::text_of(&tehsil.file(&meant).unwrap());
    assert!(page.contains(&says), "{page}");
    until("the status counts it", || {
        let status = town.nodes[TEHSIL].status()?;
        let district = status.others.iter().find(|other| other.office == town.ids[DISTRICT]);
        let district = district.ok_or("the district is not known")?;
        let waits = district.waiting == 1 && district.oldest_ms.is_some() && !district.linked;
        if waits { Ok(()) } else { Err(format!("{district:?}")) }
    });

    // After the restart it arrives by itself, once, and nobody signs in again.
    town.nodes[DISTRICT].start();
    arrives(&district, &meant);
    until("the sender sees that it has arrived", || {
        let page = mohar_tests::processes::html::text_of(&tehsil.file(&meant)?);
        if page.contains(&says) { Err(page) } else { Ok(()) }
    });
    let receives = |node: &mohar_tests::processes::node::Node| {
        let of_file = |act: &&mohar_protocol::act::UnverifiedAct| {
            act.header().matter.is_some_and(|matter| matter.to_string() == meant)
                && act.header().known_verb() == Some(mohar_protocol::act::Verb::Receive)
        };
        node.leaves().unwrap().iter().filter(of_file).count()
    };
    assert_eq!(receives(&town.nodes[DISTRICT]), 1);
}

#[test]
fn a_killed_node_asks_no_signed_in_officer_to_sign_in_again_and_keeps_what_was_typed() {
    let mut town = Town::running(1);
    let officer = town.head(DEPARTMENT);
    let id = officer.open_file("Half written").unwrap();
    officer.note(&id, "The first half of a sentence").unwrap();
    town.nodes[DEPARTMENT].kill();
    town.nodes[DEPARTMENT].start();
    assert!(officer.file(&id).unwrap().contains("The first half of a sentence"));
    officer.send_to(&id, PLANS[DEPARTMENT].title, READER).unwrap();
    arrives(&town.reader(DEPARTMENT), &id);
}

#[test]
fn the_same_form_sent_twice_is_one_act() {
    let town = Town::running(1);
    let officer = town.head(DEPARTMENT);
    let form = officer.form("/files/new", "/files/new").unwrap();
    let form = form.with("subject", "Once").with("language", "en").with("urgency", "ordinary");
    let first = officer.send(&form).unwrap().location;
    assert_eq!(officer.send(&form).unwrap().location, first);
    let id = first.strip_prefix("/files/").unwrap().to_owned();
    officer.note(&id, "Seen.").unwrap();
    let form = officer.send_form(&id, PLANS[DEPARTMENT].title, READER).unwrap();
    let before = town.nodes[DEPARTMENT].leaves().unwrap().len();
    officer.send(&form).unwrap();
    officer.send(&form).unwrap();
    assert_eq!(town.nodes[DEPARTMENT].leaves().unwrap().len(), before + 2, "a note and a mark");
}

#[test]
fn a_file_is_cancelled_parked_sent_back_and_closed() {
    let mut town = Town::running(2);
    let (department, division) = (town.head(DEPARTMENT), town.head(DIVISION));
    let reader = town.reader(DEPARTMENT);
    let id = department.open_file("Round trip").unwrap();
    department.attach(&id, "Letter", "letter.txt", "Dear Sir, a letter.".as_bytes()).unwrap();
    town.nodes[DIVISION].kill();
    department.note(&id, "For the division.").unwrap();
    department.send_to(&id, PLANS[DIVISION].title, HEAD).unwrap();
    department.cancel(&id).unwrap();
    assert!(is_on_desk(&department, &id));
    town.nodes[DIVISION].start();
    department.send_to(&id, PLANS[DIVISION].title, HEAD).unwrap();
    arrives(&division, &id);
    division.send_back(&id, "Wrong division.").unwrap();
    arrives(&department, &id);
    department.park(&id, "2099-01-31").unwrap();
    assert!(department.desk("parked").unwrap().iter().any(|row| row.id == id));
    let wake = department.form(&format!("/files/{id}"), &format!("/files/{id}/wake")).unwrap();
    department.send(&wake).unwrap();
    department.close(&id).unwrap();
    assert!(department.desk("closed").unwrap().iter().any(|row| row.id == id));
    assert!(!is_on_desk(&reader, &id));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_peer_is_refused_and_counted() {
    let town = tokio::task::spawn_blocking(|| Town::running(1)).await.unwrap();
    let listen = town.nodes[DEPARTMENT].status().unwrap().listen;
    let department = data_encoding::HEXLOWER.decode(town.transports[DEPARTMENT].as_bytes()).unwrap();
    let department = PeerKey(department.try_into().unwrap());
    let stranger = NetConfig::new(Vec::new(), Zeroizing::new([7; 32]), 64 * 1024);
    let mut stranger = mohar_node::net::start(stranger).unwrap();
    stranger.commands.send(NetCommand::Admit(vec![department])).await.unwrap();
    stranger.commands.send(NetCommand::Dial { peer: department, addresses: listen }).await.unwrap();
    let refused = tokio::task::spawn_blocking(move || {
        until("the stranger is counted", || {
            let status = town.nodes[DEPARTMENT].status()?;
            if status.refused_peers > 0 { Ok(()) } else { Err(format!("{status:?}")) }
        });
    });
    refused.await.unwrap();
    assert!(stranger.events.try_recv().is_err(), "the stranger never had a link");
}

#[test]
fn settings_that_are_wrong_are_refused_with_the_line_and_no_panic() {
    let town = Town::asleep(1);
    let toml = town.nodes[DEPARTMENT].data.join("node.toml");
    let whole = std::fs::read_to_string(&toml).unwrap();
    for (bad, says) in [
        ("[web]\nlisten = 3\n".to_owned(), "line 2"),
        (format!("{whole}[net]\n"), "duplicate"),
        ("[nett]\n".to_owned(), "nett"),
        ("\u{0}\u{1}".to_owned(), "line 1"),
        ("[web]\nlisten = \"10.255.255.1:1\"\n".to_owned(), "10.255.255.1"),
    ] {
        std::fs::write(&toml, &bad).unwrap();
        let (exit, said) = town.nodes[DEPARTMENT].start_in_vain();
        assert!(exit.is_some_and(|code| code != 0), "{bad:?}: {exit:?}");
        assert!(said.contains(says) && !said.contains("panicked"), "{bad:?}: {said}");
    }
}

#[test]
fn lines_that_are_no_questions_are_answered_and_the_node_goes_on() {
    let mut town = Town::running(1);
    for line in ["", "{", "null", "{\"ask\":\"burn\"}", "\u{0}", "{\"ask\":\"import\",\"registry\":\"%%%\"}"]
    {
        let answer = town.nodes[DEPARTMENT].say(line).unwrap();
        assert!(matches!(answer, Response::Failed { .. }), "{line:?}: {answer:?}");
    }
    sound(&mut town);
}

#[test]
fn a_broken_invitation_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let state = "a".repeat(64);
    for broken in ["", "mohar/invitation/1\n", "mohar/invitation/1\n\u{ff}\u{ff}", "something else"] {
        std::fs::write(dir.path().join("x.invitation"), broken).unwrap();
        let (exit, said) = code(dir.path(), &format!("join x.invitation --data x --state {state}"));
        assert!(matches!(exit, 1 | 2), "{broken:?}: {exit}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn papers_that_are_not_what_they_say_are_refused_with_a_code() {
    let mut town = Town::running(1);
    let officer = town.head(DEPARTMENT);
    let id = officer.open_file("Papers").unwrap();
    let before = town.nodes[DEPARTMENT].leaves().unwrap().len();
    let program = [b"MZ\x90\x00".as_slice(), &[0; 500]].concat();
    for (name, bytes) in [
        ("letter.pdf", program.as_slice()),
        ("letter.pdf", b"<html><script>alert(1)</script></html>"),
        ("../../etc/passwd", &[0xff; 300]),
        ("empty.pdf", b""),
    ] {
        let Err(Trouble::Refused(status, _, words)) = officer.attach(&id, "Letter", name, bytes) else {
            panic!("{name} of {} bytes was taken", bytes.len())
        };
        assert!((400..500).contains(&status) && !words.is_empty(), "{name}: {status} {words}");
    }
    let large = vec![b'a'; 26 << 20];
    assert!(officer.attach(&id, "Letter", "large.txt", &large).is_err(), "26 MiB");
    let at = format!("/files/{id}/attach");
    let broken = officer.post(&at, "multipart/form-data; boundary=x", b"--x\r\nno end").unwrap();
    assert!((400..500).contains(&broken.status), "{broken:?}");
    assert_eq!(town.nodes[DEPARTMENT].leaves().unwrap().len(), before, "nothing was signed");
    sound(&mut town);
}

#[test]
fn forms_that_are_too_large_forged_or_unsigned_are_refused_with_a_code() {
    let mut town = Town::running(1);
    let officer = town.head(DEPARTMENT);
    let id = officer.open_file("Forms").unwrap();
    let form = officer.form(&format!("/files/{id}"), &format!("/files/{id}/draft")).unwrap();
    let huge = form.clone().with("text", &"a".repeat(600 * 1024));
    assert!((400..500).contains(&officer.send_once(&huge).unwrap().status));
    let long = form.clone().with("text", &"a".repeat(70 * 1024));
    assert_eq!(refused(officer.send(&long)), "input.too_long");
    let forged = form.clone().with("csrf", &"0".repeat(64));
    assert_eq!(refused(officer.send(&forged)), "form.forged");
    let stranger = Officer::at(&town.webs[DEPARTMENT], "nobody");
    assert!(stranger.send(&form).is_err(), "without a session nothing is done");
    assert!(stranger.sign_in().is_err(), "nobody is not an officer");
    for path in ["/files/zz", "/files/../../etc/passwd", "/files/%00", &format!("/files/{}", "0".repeat(64))]
    {
        assert!(matches!(officer.get(path), Err(Trouble::Refused(400..=499, ..))), "{path}");
    }
    sound(&mut town);
}

/// The node lives, has not panicked, and finds nothing wrong with itself.
#[track_caller]
fn sound(town: &mut Town) {
    let (exit, said) = code(town.dir.path(), "check --data gad");
    assert_eq!(exit, 0, "{said}");
    assert!(town.nodes[DEPARTMENT].is_alive());
    let log = town.nodes[DEPARTMENT].log();
    assert!(!log.contains("panicked"), "{log}");
}
