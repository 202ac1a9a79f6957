//! Two real nodes that never had a link move a file by packets in a folder.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use mohar_tests::processes::html::text_of;
use mohar_tests::processes::officer::Officer;
use mohar_tests::processes::programs::{code, good};
use mohar_tests::processes::town::{DEPARTMENT, DIVISION, HEAD, PLANS, Town};

/// A town whose two nodes publish an address that leads nowhere, and know no other.
fn apart() -> Town {
    let mut town = Town::asleep(2);
    for node in &town.nodes {
        let path = node.data.join("node.toml");
        let toml = fs::read_to_string(&path).unwrap();
        let alone = toml.split("[[net.peers]]").next().unwrap();
        // A network for documentation (RFC 5737): nobody answers there.
        fs::write(&path, format!("{alone}announce = [\"/ip4/192.0.2.1/tcp/1\"]\n")).unwrap();
    }
    for node in &mut town.nodes {
        node.start();
    }
    town
}

fn has(officer: &Officer, id: &str) -> bool {
    officer.desk("all").unwrap().iter().any(|row| row.id == id)
}

/// Takes in what lies in the folder; how many messages were taken, and whether there is an answer.
fn import(town: &Town, at: usize) -> serde_json::Value {
    good(town.dir.path(), &format!("packet import --data {} stick", PLANS[at].name))
}

#[test]
fn a_file_reaches_the_other_office_in_a_folder_and_is_worked_on_there() {
    let town = apart();
    let stick = town.dir.path().join("stick");
    fs::create_dir(&stick).unwrap();
    let (department, division) = (town.head(DEPARTMENT), town.head(DIVISION));
    let id = department.open_file("Carried by hand").unwrap();
    department.attach(&id, "Letter", "letter.txt", "Dear Sir, a letter.".repeat(20_000).as_bytes()).unwrap();
    department.note(&id, "Please see the letter.").unwrap();
    department.send_to(&id, PLANS[DIVISION].title, HEAD).unwrap();

    let first = good(town.dir.path(), "packet export --data gad --for mp/malwa stick");
    assert!(first["owed"].as_u64().unwrap() > 0, "{first}");
    let carries = [DIVISION, DEPARTMENT, DIVISION, DEPARTMENT];
    for (carry, at) in carries.into_iter().enumerate() {
        assert_eq!(has(&division, &id), carry > 2, "before carry {carry}");
        let said = import(&town, at);
        assert!(said[0]["not_taken"].as_object().is_none_or(|codes| codes.is_empty()), "{said}");
    }
    assert!(division.file(&id).unwrap().contains("Please see the letter."));
    let page = text_of(&department.file(&id).unwrap());
    assert!(!page.contains("waiting for"), "{page}");
    division.note(&id, "Seen, thank you.").unwrap();

    // The whole stick again, at both ends, and a packet that the mail program spoilt.
    for at in [DEPARTMENT, DIVISION] {
        import(&town, at);
    }
    let path = stick.join("spoilt.packet");
    let packet = fs::read(first["packet"].as_str().map(|path| town.dir.path().join(path)).unwrap()).unwrap();
    fs::write(&path, &packet[..packet.len() / 2]).unwrap();
    let (exit, said) = code(town.dir.path(), "packet import --data malwa stick");
    assert_eq!(exit, 1, "{said}");
    assert!(said.contains("packet.damaged"), "{said}");
    assert_eq!(code(town.dir.path(), "check --data malwa").0, 0);
    for node in &town.nodes {
        let status = node.status().unwrap();
        assert!(status.others.iter().all(|other| !other.linked && other.since_ms.is_none()), "never linked");
    }
}
