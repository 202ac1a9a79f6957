//! A node that hosts a second office beside its first: real daemons, the ceremony as people do it.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use mohar_protocol::id::OfficeId;
use mohar_tests::processes::officer::Officer;
use mohar_tests::processes::programs::{code, good};
use mohar_tests::processes::town::{DISTRICT, HEAD, PLANS, TEHSIL, Town};
use mohar_tests::processes::{judge, until};

const TITLE: &str = "Tehsil Hatod";

/// The ceremony of a tehsil that the district's node hosts; the office's id.
fn host_a_tehsil(town: &mut Town) -> OfficeId {
    let (dir, district) = (town.dir.path().to_owned(), town.ids[DISTRICT]);
    let create = format!(
        "office create --data indore --hosted --state {} --parent {district} --path mp/malwa/indore/hatod \
         --code 3543 --tier tehsil --name-hi Tehsil_Hatod --name-en Tehsil_Hatod \
         --admin-login asha.hatod --admin-name-hi आशा --admin-name-en Asha",
        town.state
    );
    let made = good(&dir, &create);
    let request = "indore/offices/hatod/office.request";
    good(&dir, &format!("office admit {request} --out hatod.invitation --data indore"));
    // An invitation that got lost is written anew: nothing is stuck.
    std::fs::remove_file(dir.join("hatod.invitation")).unwrap();
    good(&dir, &format!("office admit {request} --out hatod.invitation --data indore"));
    good(&dir, &format!("join hatod.invitation --data indore --state {}", town.state));
    town.nodes[DISTRICT].stop();
    town.nodes[DISTRICT].start();
    made["office"].as_str().unwrap().parse().unwrap()
}

#[track_caller]
fn arrives(officer: &Officer, id: &str) {
    until(&format!("{} has the file on the desk", officer.login), || {
        match officer.desk("all")?.iter().filter(|row| row.id == *id).count() {
            1 => Ok(()),
            count => Err(format!("{count} times")),
        }
    });
}

#[test]
fn a_district_hosts_a_tehsil_and_a_file_goes_between_the_two_and_to_a_third() {
    let mut town = Town::running(TEHSIL + 1);
    let office = host_a_tehsil(&mut town);
    let hosted = Officer::at(&town.webs[DISTRICT], "asha.hatod");
    hosted.sign_in().unwrap_or_else(|trouble| panic!("the hosted office signs in: {trouble}"));
    let (district, other) = (town.head(DISTRICT), town.head(TEHSIL));

    let id = hosted.open_file("Boundary of the burial ground").unwrap();
    hosted.note(&id, "The hosted tehsil proposes this.").unwrap();
    hosted.send_to(&id, PLANS[DISTRICT].title, HEAD).unwrap();
    arrives(&district, &id);
    district.note(&id, "The district asks the other tehsil.").unwrap();
    district.send_to(&id, PLANS[TEHSIL].title, HEAD).unwrap();
    // One node, and still two offices: what was written after the file had left is not shown.
    let seen = hosted.file(&id).unwrap();
    assert!(seen.contains("The hosted tehsil proposes this."));
    assert!(!seen.contains("The district asks the other tehsil."), "a former holder reads on");
    assert!(district.file(&id).unwrap().contains("The hosted tehsil proposes this."));
    arrives(&other, &id);
    other.note(&id, "The other tehsil has no objection.").unwrap();
    until("the other tehsil knows the posts of the hosted one", || {
        other.send_form(&id, TITLE, HEAD).map(drop).map_err(String::from)
    });
    other.send_to(&id, TITLE, HEAD).unwrap();
    arrives(&hosted, &id);
    until("the hosted tehsil knows the whole way", || {
        let (told, truth) = (hosted.history(&id)?, other.history(&id)?);
        if told == truth { Ok(()) } else { Err(format!("{} of {} acts", told.len(), truth.len())) }
    });

    assert!(hosted.file(&id).unwrap().contains("The district asks the other tehsil."), "its own again");

    the_second_office_is_counted_held_and_proven(&town, office);
    the_transport_key_is_shown(&town);
}

fn the_second_office_is_counted_held_and_proven(town: &Town, office: OfficeId) {
    let (node, dir) = (&town.nodes[DISTRICT], town.dir.path());
    until("both logs of the district's node are held", || {
        let status = node.status()?;
        let own: Vec<_> = status.offices.iter().map(|own| own.office).collect();
        if own != [town.ids[DISTRICT], office] {
            return Err(format!("{own:?}"));
        }
        let behind = status
            .offices
            .iter()
            .find(|own| own.cosigners.is_empty() || own.cosigners.iter().any(|by| by.size < own.log_size));
        behind.map_or(Ok(()), |behind| Err(format!("{behind:?}")))
    });
    let (exit, said) = code(dir, &format!("log export --data indore --office {office} --out hatod-log"));
    assert_eq!(exit, 0, "{said}");
    judge::verify(town, "hatod", "hatod-log").unwrap();
    let (exit, said) = code(dir, "check --data indore");
    assert_eq!(exit, 0, "{said}");
}

fn the_transport_key_is_shown(town: &Town) {
    let (exit, said) = code(town.dir.path(), "status --data indore");
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains(&format!("transport key {}", town.transports[DISTRICT])), "{said}");
}
