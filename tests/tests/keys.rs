//! Keys change, with the commands that people type and real daemons: the charter's root keys, and
//! the key of an officer who forgot the password.

#![allow(clippy::unwrap_used, reason = "a helper that fails is the test that fails")]

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::ceremony::from_file;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::machine::Package;
use mohar_tests::processes::node::Node;
use mohar_tests::processes::officer::Officer;
use mohar_tests::processes::programs::{code, good};
use mohar_tests::processes::town::{DEPARTMENT, DISTRICT, HEAD, PLANS, TEHSIL, Town};
use mohar_tests::processes::until;

/// Acts of the charter that a node holds.
fn charter(node: &Node) -> Result<usize, String> {
    let Response::Bytes { base64 } = node.ask(&Request::Registry)? else { return Err("no registry".into()) };
    let bytes = BASE64.decode(&base64).map_err(|e| e.to_string())?;
    Ok(from_file::<Package>(&bytes).map_err(|e| e.to_string())?.charter.len())
}

fn request_of_a_department(dir: &Path, state: &str) {
    good(
        dir,
        &format!(
            "office create --data revenue --state {state} --parent none --path mp/revenue --code REV \
             --tier department --name-hi राजस्व --name-en Revenue --admin-login asha.revenue \
             --admin-name-hi आशा --admin-name-en Asha --listen 127.0.0.1:4999 --web 127.0.0.1:8999"
        ),
    );
}

#[test]
fn a_keeper_changes_and_the_old_keys_admit_nobody_any_more() {
    let mut town = Town::running(TEHSIL + 1);
    let dir = town.dir.path().to_owned();
    let before = charter(&town.nodes[TEHSIL]).unwrap();
    // One tehsil is off while the charter changes.
    town.nodes[TEHSIL].stop();
    let proposed = good(
        &dir,
        "charter succeed --data gad --dir next --new-keys 1 --keep state/root-1.key --keep state/root-3.key \
         --threshold 2 --root-key state/root-1.key",
    );
    assert_eq!(proposed["in_force"], false, "one of two old keys has signed");
    let (refused, said) = code(&dir, "charter sign next/charter.registry --root-key gad/keys/operating.key");
    assert_eq!((refused, said.contains("authority.not_authority")), (1, true), "{said}");
    let signed = good(&dir, "charter sign next/charter.registry --root-key state/root-3.key");
    assert_eq!((signed["in_force"].clone(), signed["version"].clone()), (true.into(), 1.into()));
    good(&dir, "office announce next/charter.registry --data gad");
    town.nodes[TEHSIL].start();
    for node in &town.nodes {
        until("every node has the new charter", || {
            let now = charter(node)?;
            if now > before { Ok(()) } else { Err(format!("{now} acts")) }
        });
    }
    // An old file takes nothing back.
    let _ = code(&dir, "office announce state/charter.registry --data gad");
    assert!(charter(&town.nodes[DEPARTMENT]).unwrap() > before);

    request_of_a_department(&dir, &town.state);
    let admit =
        "office admit revenue/office.request --out revenue.invitation --registry next/charter.registry";
    let (refused, said) =
        code(&dir, &format!("{admit} --root-key state/root-2.key --root-key state/root-1.key"));
    assert_eq!(refused, 1, "{said}");
    good(&dir, &format!("{admit} --root-key next/root-4.key --root-key state/root-1.key"));
    good(&dir, "office announce revenue.invitation --data gad");

    // Everybody is who they were: a restart folds it all again, and a file goes its way.
    town.nodes[DISTRICT].stop();
    town.nodes[DISTRICT].start();
    town.until_linked();
    let (tehsil, district) = (town.head(TEHSIL), town.head(DISTRICT));
    let id = tehsil.open_file("Sent under the new charter").unwrap();
    tehsil.send_to(&id, PLANS[DISTRICT].title, HEAD).unwrap();
    until("the file arrives", || {
        let desk = district.desk("all")?;
        if desk.iter().any(|row| row.id == id) { Ok(()) } else { Err(format!("{desk:?}")) }
    });
}

#[test]
fn who_forgot_the_password_gets_a_new_key_and_the_old_one_is_signed_out() {
    let mut town = Town::asleep(1);
    town.nodes[DEPARTMENT].start();
    let dir = town.dir.path().to_owned();
    let before = town.reader(DEPARTMENT);
    let file = before.open_file("Before the password was forgotten").unwrap();
    fs::write(dir.join("new"), "another long password\n").unwrap();
    let rekey = "officer rekey --data gad --as asha.gad --login ravi.gad --first-password-file new";
    good(&dir, rekey);

    assert!(before.open_file("With the old key").is_err(), "the old session is over");
    let officer = Officer::at(&town.webs[DEPARTMENT], "ravi.gad");
    assert!(officer.sign_in().is_err(), "the old password opens nothing");
    officer.sign_in_with("another long password").unwrap();
    assert!(officer.desk("all").unwrap().iter().any(|row| row.id == file), "the desk is the same");
    officer.note(&file, "Signed with the new key.").unwrap();
    officer.open_file("Opened with the new key").unwrap();

    let by_reader = "officer rekey --data gad --as ravi.gad --login asha.gad --first-password-file new";
    let output = mohar_tests::processes::programs::mohar(&dir, by_reader);
    assert_eq!(output.status.code(), Some(1), "only an administrator may");
    let (refused, said) = code(&dir, &rekey.replace("ravi.gad", "nobody.gad"));
    assert_eq!((refused, said.contains("authority.officer_unknown")), (1, true), "{said}");
    assert_eq!(good(&dir, "check --data gad")["check"], "good");
}

#[test]
fn the_recovery_kit_is_rehearsed_from_paper_and_another_one_is_noticed() {
    let mut town = Town::asleep(2);
    town.nodes[DEPARTMENT].start();
    let dir = town.dir.path().to_owned();
    let paper = good(&dir, "kit print gad/keys/recovery.key")["paper"].as_str().unwrap().to_owned();
    fs::write(dir.join("typed"), paper).unwrap();
    fs::remove_file(dir.join("gad/keys/recovery.key")).unwrap();
    good(&dir, "kit read typed --out kit.key");
    let rehearsed = good(&dir, "kit rehearse kit.key --data gad");
    assert_eq!(rehearsed["path"], PLANS[DEPARTMENT].path);

    fs::write(dir.join("wrong"), "not that password\n").unwrap();
    let (refused, said) = code(&dir, "kit rehearse kit.key --data gad --password-file wrong");
    assert_eq!((refused, said.contains("cannot open")), (2, true), "{said}");
    let (refused, said) = code(&dir, "kit rehearse gad/keys/operating.key --data gad");
    assert_eq!((refused, said.contains("no office")), (2, true), "{said}");
}

#[test]
fn an_office_with_a_new_operating_key_admits_with_that_one_only() {
    let mut town = Town::asleep(TEHSIL + 1);
    town.nodes.iter_mut().for_each(|node| {
        node.start();
    });
    let dir = town.dir.path().to_owned();
    good(&dir, "office rekey --data indore");
    let create = format!(
        "office create --data hatod --state {} --parent {} --path mp/malwa/indore/hatod --code 3543 --tier tehsil \
         --name-hi हातोद --name-en Hatod --admin-login asha.hatod --admin-name-hi आशा --admin-name-en Asha \
         --listen 127.0.0.1:4998 --web 127.0.0.1:8998",
        town.state, town.ids[DISTRICT]
    );
    good(&dir, &create);
    let admit = "office admit hatod/office.request --out hatod.invitation --data indore";
    let (refused, said) = code(&dir, &format!("{admit} --operating-key indore/keys/operating.key.1"));
    assert_eq!(refused, 1, "{said}");
    good(&dir, admit);
    // Whoever was admitted before, still is, and a restart folds it all again.
    town.nodes[DISTRICT].stop();
    town.nodes[DISTRICT].start();
    town.until_linked();
    let (refused, said) = code(&dir, "office rekey --data indore --recovery-key depalpur/keys/recovery.key");
    assert_eq!((refused, said.contains("authority.not_authority")), (1, true), "{said}");
    good(&dir, "office rekey --data indore --recovery-key indore/keys/recovery.key");
    town.until_linked();
}
