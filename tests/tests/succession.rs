//! A district is divided as in 2023: the division orders it, a tehsil comes under the new district,
//! and the files that belong there go by the ordinary handover. Real daemons.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use mohar_protocol::id::OfficeId;
use mohar_tests::processes::officer::Officer;
use mohar_tests::processes::programs::{code, good};
use mohar_tests::processes::town::{DISTRICT, DIVISION, HEAD, PLANS, READER, TEHSIL, Town};
use mohar_tests::processes::{judge, until};

/// The new district, hosted by the node of the division.
fn begin_the_new_district(town: &mut Town) -> OfficeId {
    let (dir, division) = (town.dir.path().to_owned(), town.ids[DIVISION]);
    let create = format!(
        "office create --data malwa --hosted --state {} --parent {division} --path mp/malwa/mhow --code 3544 \
         --tier district --name-hi District_Mhow --name-en District_Mhow --admin-login asha.mhow \
         --admin-name-hi आशा --admin-name-en Asha",
        town.state
    );
    let made = good(&dir, &create);
    good(&dir, "office admit malwa/offices/mhow/office.request --out mhow.invitation --data malwa");
    good(&dir, &format!("join mhow.invitation --data malwa --state {}", town.state));
    town.nodes[DIVISION].stop();
    town.nodes[DIVISION].start();
    made["office"].as_str().unwrap().parse().unwrap()
}

#[track_caller]
fn lies(officer: &Officer, list: &str, id: &str) {
    until(&format!("{} has the file in {list}", officer.login), || {
        match officer.desk(list)?.iter().filter(|row| row.id == *id).count() {
            1 => Ok(()),
            count => Err(format!("{count} times")),
        }
    });
}

fn paths_of(town: &Town, node: usize) -> Result<Vec<String>, String> {
    let status = town.nodes[node].status()?;
    let own = status.offices.iter().map(|own| own.path.clone());
    Ok(own.chain(status.others.iter().map(|other| other.path.clone())).collect())
}

#[test]
fn a_district_is_divided_with_its_files_and_at_last_merged() {
    let mut town = Town::running(TEHSIL + 1);
    let new = begin_the_new_district(&mut town);
    let mhow = Officer::at(&town.webs[DIVISION], "asha.mhow");
    mhow.sign_in().unwrap_or_else(|trouble| panic!("the new district signs in: {trouble}"));
    let (district, tehsil) = (town.head(DISTRICT), town.head(TEHSIL));
    let dir = town.dir.path().to_owned();

    let stays = district.open_file("Stays in Indore").unwrap();
    let goes = district.open_file("Survey of Mhow").unwrap();
    district.note(&goes, "Said before the division.").unwrap();
    district.send_to(&goes, PLANS[DISTRICT].title, READER).unwrap();
    let closed = district.open_file("Closed file of Mhow").unwrap();
    district.close(&closed).unwrap();

    let (old, below) = (town.ids[DISTRICT], town.ids[TEHSIL]);
    let (exit, said) = code(&dir, &format!("office divide {old} --into {new} --data depalpur"));
    assert_eq!(exit, 1, "only the office above orders: {said}");
    good(&dir, &format!("office divide {old} --into {new}={below} --effective 2023-08-15 --data malwa"));
    for node in [DISTRICT, TEHSIL, DIVISION] {
        until("the tehsil is under the new district", || {
            let paths = paths_of(&town, node)?;
            let is_there = paths.iter().any(|path| path == "mp/malwa/mhow/depalpur");
            if is_there { Ok(()) } else { Err(format!("{paths:?}")) }
        });
    }

    std::fs::write(dir.join("list"), format!("{goes}\n{closed}\n")).unwrap();
    let hand_on = format!("office hand-on --data indore --as asha.indore --to {new} --list list");
    assert_eq!(good(&dir, &hand_on)["id"], "2");
    lies(&mhow, "all", &goes);
    lies(&mhow, "closed", &closed);
    assert_eq!(good(&dir, &hand_on)["id"], "0", "said twice, done once");
    lies(&district, "all", &stays);
    assert!(mhow.file(&goes).unwrap().contains("Said before the division."));
    mhow.note(&goes, "The new district goes on with it.").unwrap();
    mhow.send_to(&goes, PLANS[TEHSIL].title, HEAD).unwrap();
    lies(&tehsil, "all", &goes);

    // A year later the old district becomes part of the new one: the rest goes by itself.
    good(&dir, &format!("office merge {old} --into {new} --data malwa"));
    lies(&mhow, "all", &stays);
    until("the old district opens nothing any more", || match district.open_file("Too late") {
        Ok(id) => Err(format!("{id} was opened")),
        Err(_) => Ok(()),
    });
    every_log_is_proven(&town, new);
}

fn every_log_is_proven(town: &Town, new: OfficeId) {
    let dir = town.dir.path();
    for (at, name) in [(DISTRICT, "indore"), (DIVISION, "malwa"), (TEHSIL, "depalpur")] {
        let (exit, said) = code(dir, &format!("check --data {name}"));
        assert_eq!(exit, 0, "{said}");
        let office = town.ids[at];
        let (exit, said) = code(dir, &format!("log export --data {name} --office {office} --out {name}-log"));
        assert_eq!(exit, 0, "{said}");
        judge::verify(town, name, &format!("{name}-log")).unwrap();
    }
    let (exit, said) = code(dir, &format!("log export --data malwa --office {new} --out mhow-log"));
    assert_eq!(exit, 0, "{said}");
    judge::verify(town, "mhow", "mhow-log").unwrap();
}
