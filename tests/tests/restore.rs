//! Real daemons: yesterday's copy over today's data, and a cloned data folder beside the original.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use std::fs;
use std::time::Duration;

use mohar_protocol::control::OfficeStatus;
use mohar_protocol::id::ActId;
use mohar_tests::processes::node::Node;
use mohar_tests::processes::officer::{Officer, Trouble};
use mohar_tests::processes::town::{DISTRICT, HEAD, PLANS, TEHSIL, TOWN, Town, copy};
use mohar_tests::processes::{until, until_within};

/// An installation that has gone is waited for 20 s before another takes its place, and links that
/// two machines break from each other need some tries.
const TAKEOVER: Duration = Duration::from_secs(150);

fn own(node: &Node) -> Result<OfficeStatus, String> {
    Ok(node.status()?.offices[0].clone())
}

/// Waits until every cosigner has the whole log.
#[track_caller]
fn until_held(node: &Node) {
    until("every cosigner has the whole log", || {
        let office = own(node)?;
        let behind = office.cosigners.iter().find(|cosigner| cosigner.size < office.log_size);
        behind.map_or(Ok(()), |behind| Err(format!("{behind:?} of {}", office.log_size)))
    });
}

#[track_caller]
fn until_stands(node: &Node, standing: &str) {
    until_within(TAKEOVER, &format!("the office is {standing}"), || {
        let office = own(node)?;
        if office.standing == standing { Ok(()) } else { Err(format!("{office:?}")) }
    });
}

fn ids(node: &Node) -> Vec<ActId> {
    node.leaves().unwrap().iter().map(mohar_protocol::act::UnverifiedAct::id).collect()
}

#[track_caller]
fn refused(answer: Result<String, Trouble>) -> String {
    match answer {
        Err(Trouble::Refused(_, code, _)) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn yesterdays_copy_over_today_loses_nothing_that_a_mirror_held() {
    let mut town = Town::running(TOWN);
    let (data, backup) = (town.nodes[TEHSIL].data.clone(), town.dir.path().join("backup"));
    let officer = town.head(TEHSIL);
    let before = officer.open_file("Opened before the backup").unwrap();
    until_held(&town.nodes[TEHSIL]);
    town.nodes[TEHSIL].stop();
    copy(&data, &backup);
    fs::remove_dir_all(backup.join("mark")).unwrap();
    town.nodes[TEHSIL].start();
    town.until_linked();

    let officer = town.head(TEHSIL);
    officer.note(&before, "Written after the backup.").unwrap();
    let after = officer.open_file("Opened after the backup").unwrap();
    officer.send_to(&before, PLANS[DISTRICT].title, HEAD).unwrap();
    let district = town.head(DISTRICT);
    until("the district has the file", || desk_has(&district, &before));
    until_held(&town.nodes[TEHSIL]);
    let signed = ids(&town.nodes[TEHSIL]);
    town.nodes[TEHSIL].stop();
    fs::rename(&data, town.dir.path().join("lost")).unwrap();
    fs::rename(&backup, &data).unwrap();

    town.nodes[TEHSIL].start();
    until_stands(&town.nodes[TEHSIL], "working");
    assert_eq!(ids(&town.nodes[TEHSIL])[..signed.len()], signed[..], "the log is the one that was signed");
    let officer = town.head(TEHSIL);
    until("the file opened after the backup is on the desk, and its cover can be read", || {
        let desk = officer.desk("all")?;
        let row = desk.iter().find(|row| row.id == after && row.text.contains("Opened after the backup"));
        row.map(drop).ok_or_else(|| format!("{desk:?}"))
    });
    until("the note that was written after the backup can be read", || {
        let sheet = officer.file(&before)?;
        if sheet.contains("Written after the backup.") { Ok(()) } else { Err("not yet".to_owned()) }
    });
    assert!(desk_has(&officer, &before).is_err(), "what was sent on is not here twice");
    officer.open_file("Opened after the restore").unwrap();
    until_held(&town.nodes[TEHSIL]);
    let status = own(&town.nodes[TEHSIL]).unwrap();
    assert_eq!(status.orphans, 0);
}

fn desk_has(officer: &Officer, id: &str) -> Result<(), String> {
    let desk = officer.desk("all")?;
    if desk.iter().any(|row| row.id == id) { Ok(()) } else { Err(format!("{desk:?}")) }
}

#[test]
fn after_a_power_cut_without_any_line_the_office_works_at_once() {
    let mut town = Town::running(TEHSIL + 1);
    town.head(TEHSIL).open_file("Before the power cut").unwrap();
    town.nodes.iter_mut().for_each(Node::kill);
    town.nodes[TEHSIL].start();
    assert_eq!(own(&town.nodes[TEHSIL]).unwrap().standing, "working");
    town.head(TEHSIL).open_file("After the power cut, nobody else in reach").unwrap();
}

#[test]
fn of_a_node_and_its_clone_at_most_one_signs_and_the_other_says_why() {
    let mut town = Town::running(TOWN);
    town.head(TEHSIL).open_file("Held by mirrors").unwrap();
    until_held(&town.nodes[TEHSIL]);
    town.nodes[TEHSIL].stop();
    let folder = town.dir.path().join("clone");
    copy(&town.nodes[TEHSIL].data, &folder);
    let web = town.move_ports(TEHSIL, &folder);
    town.nodes[TEHSIL].start();
    town.until_linked();

    let mut clone = Node::new(folder);
    clone.start();
    let beside = Officer::at(&web, &format!("asha.{}", PLANS[TEHSIL].name));
    beside.sign_in().unwrap();
    let original = town.head(TEHSIL);
    for round in 0..5 {
        let here = original.open_file(&format!("Round {round} of the original"));
        let there = beside.open_file(&format!("Round {round} of the clone"));
        assert!(here.is_err() || there.is_err(), "both signed in round {round}");
        let code = refused(if there.is_err() { there } else { here });
        assert!(code.starts_with("rejoin."), "{code}");
    }

    town.nodes[TEHSIL].stop();
    until_stands(&clone, "working");
    beside.open_file("The clone goes on, for the original is off").unwrap();
    until_held(&clone);
    town.nodes[TEHSIL].start();
    until_stands(&town.nodes[TEHSIL], "stopped");
    assert_eq!(refused(original.open_file("Too late")), "rejoin.superseded");
}
