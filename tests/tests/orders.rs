//! Files of an office that is lost are taken up elsewhere, with the commands that people type and real
//! daemons; an office that is alive keeps its files.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use std::fs;

use mohar_tests::processes::officer::Officer;
use mohar_tests::processes::programs::{code, good};
use mohar_tests::processes::town::{DISTRICT, HEAD, PLANS, TEHSIL, TEHSIL_2, TOWN, Town};
use mohar_tests::processes::until;

fn lies_with(officer: &Officer, id: &str) {
    until("the file lies on the desk", || {
        let desk = officer.desk("all")?;
        if desk.iter().any(|row| row.id == id) { Ok(()) } else { Err(format!("{desk:?}")) }
    });
}

/// Waits until the district knows as much as the tehsil: it mirrors its log.
fn known(town: &Town, office: usize, count: usize) -> serde_json::Value {
    let mut listed = serde_json::Value::Null;
    until("the district knows what its tehsil holds", || {
        listed = good(town.dir.path(), &format!("matter held {} --data indore", town.ids[office]));
        let held = listed["matters"].as_array().map_or(0, Vec::len);
        if held == count { Ok(()) } else { Err(format!("{listed}")) }
    });
    listed
}

#[test]
fn the_files_of_a_burnt_tehsil_are_taken_up_by_its_district() {
    let mut town = Town::running(TOWN);
    let dir = town.dir.path().to_owned();
    let (district, tehsil) = (town.head(DISTRICT), town.head(TEHSIL));
    let id = district.open_file("Boundary of two villages").unwrap();
    district.note(&id, "The tehsil is to report.").unwrap();
    district.send_to(&id, PLANS[TEHSIL].title, HEAD).unwrap();
    lies_with(&tehsil, &id);
    tehsil.note(&id, "Measured on the spot.").unwrap();
    let held = known(&town, TEHSIL, 1);
    let number = held["matters"][0]["number"].as_u64().unwrap();
    until("the district knows the last note", || {
        let now = known(&town, TEHSIL, 1)["matters"][0]["number"].as_u64().unwrap();
        let history = tehsil.history(&id)?.len() as u64;
        if now + 1 >= history { Ok(()) } else { Err(format!("{now} of {history}, {number} at first")) }
    });
    town.nodes[TEHSIL].kill();
    fs::remove_dir_all(dir.join("depalpur")).unwrap();

    let reassign = format!("matter reassign {} --to {} --data indore", town.ids[TEHSIL], town.ids[DISTRICT]);
    let (refused, said) = code(&dir, &format!("{reassign} --post nobody --all"));
    assert_eq!((refused, said.contains("reader")), (1, true), "{said}");
    let stranger =
        format!("{reassign} --post reader --all --window 0 --operating-key sanwer/keys/operating.key");
    let (refused, said) = code(&dir, &stranger);
    assert_eq!((refused, said.contains("authority.not_authority")), (1, true), "{said}");
    let (refused, said) = code(&dir, &stranger.replace("--data indore", "--data sanwer"));
    assert_eq!((refused, said.contains("mp/malwa/indore")), (1, true), "{said}");

    let ordered = good(&dir, &format!("{reassign} --post reader --all --window 0"));
    assert_eq!(ordered["ordered"].as_array().unwrap().len(), 1, "{ordered}");
    let reader = town.reader(DISTRICT);
    lies_with(&reader, &id);
    let sheet = reader.file(&id).unwrap();
    assert!(sheet.contains("The tehsil is to report."), "what the district had is readable");
    reader.note(&id, "Taken up by the district.").unwrap();
    assert_eq!(known(&town, TEHSIL, 0)["matters"].as_array().unwrap().len(), 0);
}

#[test]
fn a_tehsil_that_is_alive_contests_the_order_and_keeps_its_file() {
    let town = Town::running(TOWN);
    let dir = town.dir.path().to_owned();
    let tehsil = town.head(TEHSIL_2);
    let id = tehsil.open_file("Repair of a well").unwrap();
    known(&town, TEHSIL_2, 1);
    let reassign = format!(
        "matter reassign {} --to {} --post reader --matter {id} --data indore",
        town.ids[TEHSIL_2], town.ids[DISTRICT]
    );
    good(&dir, &reassign);
    assert_eq!(good(&dir, &reassign)["left_out"], 1, "said twice, ordered once");
    until("the district hears that the tehsil is alive", || {
        let listed = good(&dir, &format!("matter held {} --data indore", town.ids[TEHSIL_2]));
        let contested = listed["matters"][0]["order"]["contested"].clone();
        if contested == true { Ok(()) } else { Err(format!("{listed}")) }
    });
    tehsil.note(&id, "The work goes on.").unwrap();
    lies_with(&tehsil, &id);
}
