//! Movement and the desk over HTTP: many at once, sending on, returning, reminders, people.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "shared with the tests of the pages")]
#[path = "daemon/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the daemon")]
#[path = "daemon/support.rs"]
mod support;

use mohar_node::run::Running;
use mohar_protocol::id::MatterId;
use mohar_protocol::records::Records;

use crate::browser::{Browser, CLERK, CLERK_PASSWORD, Page, office, two_offices};
use crate::support::{ADMIN, PASSWORD, State, until};

fn verbs(running: &Running, id: &str) -> Vec<&'static str> {
    let snapshot = running.ledger.snapshot();
    let records = Records::new(&snapshot);
    let id: MatterId = id.parse().unwrap();
    let chain = records.chain(&id, 0, 100).unwrap();
    chain.iter().map(|act| records.act(act).unwrap().unwrap().header().known_verb().unwrap().name()).collect()
}

fn signed_in(running: &Running, login: &str, password: &str) -> Browser {
    let browser = Browser::new(running);
    assert_eq!(browser.sign_in(login, password).status, 200);
    browser
}

/// Makes a post and an officer on it with the pages of the administrator.
fn appoint(admin: &Browser, code: &str, rank: &str) {
    let post = [("what", "post"), ("code", code), ("rank", rank), ("post_hi", code), ("post_en", code)];
    assert_eq!(admin.submit("/people", "/people", &post).status, 200);
    let officer = [
        ("what", "officer"),
        ("login", code),
        ("password", "twelve brown desks"),
        ("officer_hi", "नया अधिकारी"),
        ("officer_en", "New Officer"),
    ];
    assert_eq!(admin.submit("/people", "/people", &officer).status, 200);
}

/// The value of the option with a text, in a select.
fn option(page: &Page, select: &str, text: &str) -> String {
    let select = page.between(&format!("<select id=\"{select}\""), "</select>");
    let (before, _) = select.split_once(text).unwrap_or_else(|| panic!("no {text} in {select}"));
    before.rsplit_once("value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

fn give(admin: &Browser, officer: &str, post: &str, kind: &str) -> Page {
    let page = admin.get("/people?lang=en");
    let (officer, post) = (option(&page, "officer", officer), option(&page, "post", post));
    let fields = [("what", "give"), ("officer", &officer), ("post", &post), ("kind", kind)];
    admin.submit("/people", "/people", &fields)
}

/// The first post that the sheet of many offers.
fn first_post(sheet: &Page) -> String {
    sheet.between("type=\"radio\" name=\"to\" value=\"", "\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_rows_are_sent_each_with_its_own_act_and_each_gets_its_answer() {
    let (_office, running) = office(151).await;
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    let ids: Vec<String> = ["पहली", "दूसरी", "तीसरी"].iter().map(|one| clerk.open_file(one)).collect();
    let csrf = clerk.get(&format!("/files/{}", ids[1])).field("csrf");
    assert_eq!(clerk.put_draft(&ids[1], &csrf, "अधूरी टीप", 0).status, 200);
    let desk = clerk.get("/desk");
    assert!(desk.has(&format!("name=\"m-{}\"", ids[0])) && desk.has("value=\"opened\""), "{}", desk.body);

    let names: Vec<String> = ids.iter().map(|id| format!("m-{id}")).collect();
    let ticks: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "on")).collect();
    let sheet = clerk.submit("/desk", "/desk/many", &[&[("what", "send")], &ticks[..]].concat());
    assert!(sheet.status == 200 && sheet.has("तीसरी") && sheet.has("हस्ताक्षर अलग होंगे"), "{}", sheet.body);
    let (csrf, op, to) = (sheet.field("csrf"), sheet.field("op"), first_post(&sheet));
    let fields = [
        &[("csrf", csrf.as_str()), ("op", &op), ("what", "send"), ("then", "sign"), ("to", &to)][..],
        &[("wanted", "orders"), ("due", "2030-01-15"), ("remarks", "आदेशार्थ")],
        &ticks[..],
    ]
    .concat();
    for _ in 0..2 {
        let done = clerk.post("/desk/many", &fields);
        assert_eq!(done.status, 200, "{}", done.body);
        assert!(done.has("2 प्रकरणों पर कार्यवाही हुई।") && done.has("1 प्रकरण पर नहीं हुई"), "{}", done.body);
        assert!(done.has("टीप लिखी है, जिस पर हस्ताक्षर शेष हैं"), "{}", done.body);
    }
    assert_eq!(verbs(&running, &ids[0]), ["open", "mark"]);
    assert_eq!(verbs(&running, &ids[1]), ["open"]);
    assert_eq!(verbs(&running, &ids[2]), ["open", "mark"]);
    let admin = signed_in(&running, ADMIN, PASSWORD);
    let desk = admin.get("/desk");
    assert!(desk.has("पहली") && desk.has("15/01/2030") && desk.has("आदेशार्थ"), "{}", desk.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ticked_rows_are_parked_together_and_nothing_ticked_or_foreign_is_refused() {
    let (_office, running) = office(152).await;
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    let admin = signed_in(&running, ADMIN, PASSWORD);
    let (own, foreign) = (clerk.open_file("मेरी"), admin.open_file("दूसरे की"));
    let nothing = clerk.submit("/desk", "/desk/many", &[("what", "park")]);
    assert!(nothing.status == 422 && nothing.has("कोई पंक्ति नहीं चुनी गई"), "{}", nothing.body);
    let (own_tick, foreign_tick) = (format!("m-{own}"), format!("m-{foreign}"));
    let ticks = [(own_tick.as_str(), "on"), (&foreign_tick, "on")];
    let park = |more: &[(&str, &str)]| {
        let fields = [&[("what", "park"), ("then", "sign")], more, &ticks[..]].concat();
        clerk.submit("/desk", "/desk/many", &fields)
    };
    for wrong in [&[("until", ""), ("reason", "प्रतीक्षा")][..], &[("until", "2099-01-01"), ("reason", " ")]]
    {
        let again = park(wrong);
        assert!(again.status == 422 && again.has(&own_tick), "{}", again.body);
    }
    let done = park(&[("until", "2099-01-01"), ("reason", "प्रतीक्षा")]);
    assert!(done.has("1 प्रकरण पर कार्यवाही हुई।") && !done.has("दूसरे की"), "{}", done.body);
    assert_eq!(verbs(&running, &own), ["open", "park"]);
    assert_eq!(verbs(&running, &foreign), ["open"]);
    let opened = clerk.submit("/desk", "/desk/many", &[("what", "opened"), (&own_tick, "on")]);
    assert!(opened.has("1 प्रकरण पर नहीं हुई"), "a parked file is not received: {}", opened.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_goes_round_for_nothing_is_warned_of_and_passed_over_levels_get_a_copy() {
    let (_office, running) = office(153).await;
    let admin = signed_in(&running, ADMIN, PASSWORD);
    appoint(&admin, "chief", "1");
    appoint(&admin, "middle", "3");
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    let id = clerk.open_file("घूमती नस्ती");
    let find = |browser: &Browser, post: &str| {
        let sheet = browser.get(&format!("/files/{id}/send?q={post}"));
        sheet.between("/send?to=", "&").replace("%2E", ".")
    };
    let (chief, path) = (find(&clerk, "chief"), format!("/files/{id}/send"));
    let sheet = clerk.get(&format!("{path}?to={chief}"));
    assert!(sheet.has("name=\"copy-") && !sheet.has("पहले जा चुका है"), "{}", sheet.body);
    let copy = format!("copy-{}", sheet.between("name=\"copy-", "\""));
    let csrf = clerk.get(&format!("/files/{id}")).field("csrf");
    assert_eq!(clerk.put_draft(&id, &csrf, "सीधे प्रस्तुत।", 0).status, 200);
    let fields = [("to", chief.as_str()), ("version", "1"), (&copy, "on")];
    let sent = clerk.submit(&format!("{path}?to={chief}"), &path, &fields);
    assert!(sent.status == 200 && sent.has("सूचनार्थ प्रति भेजी गई"), "{}", sent.body);
    assert_eq!(verbs(&running, &id), ["open", "note", "mark"]);

    assert_eq!(give(&admin, "New Officer", "middle", "full").status, 200);
    let page = admin.get("/people?lang=en");
    assert!(page.has("middle"), "{}", page.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_press_signs_the_note_and_returns_the_file_and_a_second_round_is_warned_of() {
    let (_office, running) = office(154).await;
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    let admin = signed_in(&running, ADMIN, PASSWORD);
    let id = clerk.open_file("वापसी");
    let path = format!("/files/{id}/send");
    let to = clerk.get(&path).between("/send?to=", "&").replace("%2E", ".");
    let send = || {
        let fields = [("to", to.as_str()), ("version", "0")];
        clerk.submit(&format!("{path}?to={to}"), &path, &fields)
    };
    assert_eq!(send().status, 200);
    let file = format!("/files/{id}");
    let without =
        admin.submit(&file, &format!("{file}/draft?then=send-back"), &[("text", ""), ("version", "0")]);
    assert!(without.has("name=\"reason\""), "without a note the reason is asked for: {}", without.body);
    let with = [("text", "प्राक्कलन संलग्न करें।"), ("version", "1")];
    let back = admin.submit(&file, &format!("{file}/draft?then=send-back"), &with);
    assert!(back.status == 200 && back.has("वापस की गई"), "{}", back.body);
    assert_eq!(verbs(&running, &id), ["open", "mark", "note", "send_back"]);
    let sheet = clerk.get(&format!("{path}?to={to}"));
    assert!(!sheet.has("पहले जा चुका है"), "a note was written: {}", sheet.body);
    assert_eq!(send().status, 200);
    let other = clerk.open_file("एक और");
    assert!(clerk.get(&format!("/files/{other}/send")).has("हाल में जिन्हें भेजा"));
    let nothing =
        admin.submit(&format!("{file}/send-back"), &format!("{file}/send-back"), &[("reason", "x")]);
    assert_eq!(nothing.status, 200);
    let sheet = clerk.get(&format!("{path}?to={to}"));
    assert!(sheet.has("पहले जा चुका है"), "it was there for nothing: {}", sheet.body);
    let kept = [("text", "हस्ताक्षर, यहीं।"), ("version", "0")];
    let signed = clerk.submit(&file, &format!("{file}/draft?then=sign"), &kept);
    assert!(signed.has("टीप पर हस्ताक्षर हुए"), "{}", signed.body);
    assert_eq!(verbs(&running, &id).last(), Some(&"note"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_reaches_the_holder_at_another_office_and_moves_nothing() {
    let mut state = State::found(155);
    let (_elder, elder_runs, _younger, younger_runs) = two_offices(&mut state).await;
    let ours = signed_in(&elder_runs, ADMIN, PASSWORD);
    let theirs = signed_in(&younger_runs, ADMIN, PASSWORD);
    let id = ours.open_file("प्रतिवेदन");
    assert!(ours.get(&format!("/files/{id}/remind")).status == 200);
    let own = ours.submit(&format!("/files/{id}/remind"), &format!("/files/{id}/remind"), &[("reason", "")]);
    assert_eq!(own.status, 409, "nobody reminds himself: {}", own.body);
    let path = format!("/files/{id}/send");
    let to = ours.get(&format!("{path}?q=pwd")).between("/send?to=", "&").replace("%2E", ".");
    let sent = ours.submit(&format!("{path}?to={to}"), &path, &[("to", &to), ("version", "0")]);
    assert_eq!(sent.status, 200);
    let opened = |runs: &Running| verbs(runs, &id).contains(&"receive");
    until("it is received", &younger_runs.ledger, || opened(&younger_runs)).await;
    until("the receipt is known", &elder_runs.ledger, || opened(&elder_runs)).await;
    assert!(ours.get("/waiting").has("प्रतिवेदन"));
    let before = verbs(&younger_runs, &id);
    let sheet = format!("/files/{id}/remind");
    let words = [("reason", "कृपया आज ही भेजें।"), ("until", "2030-02-01")];
    let said = ours.submit(&sheet, &sheet, &words);
    assert!(said.status == 200 && said.has("1 स्मरण"), "{}", said.body);
    until("it is said back", &elder_runs.ledger, || !ours.get("/waiting").has("मार्ग में")).await;
    let desk = theirs.get("/desk");
    assert!(desk.has("1 स्मरण"), "{}", desk.body);
    assert_eq!(verbs(&younger_runs, &id), before, "a look at the desk, and nothing moved");
    let file = theirs.get(&format!("/files/{id}"));
    assert!(file.has("कृपया आज ही भेजें।") && file.has("01/02/2030"), "{}", file.body);
    assert!(ours.get(&format!("/files/{id}/where?lang=en")).has("Reminded"));
    younger_runs.stop().await;
    elder_runs.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_makes_posts_and_officers_and_gives_and_ends_charges_alone() {
    let (_office, running) = office(156).await;
    let admin = signed_in(&running, ADMIN, PASSWORD);
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    assert_eq!(clerk.get("/people").status, 403, "only for the administrator");
    assert!(!clerk.get("/desk").has("href=\"/people\""));
    appoint(&admin, "reader", "4");
    let twice = [("what", "post"), ("code", "reader"), ("rank", "4"), ("post_hi", "क"), ("post_en", "r")];
    let again = admin.submit("/people", "/people", &twice);
    assert!(again.status == 422 && again.has("value=\"reader\""), "{}", again.body);
    assert_eq!(Browser::new(&running).sign_in("reader", "twelve brown desks").status, 403, "no charge yet");
    assert_eq!(give(&admin, "New Officer", "reader", "full").status, 200);
    assert_eq!(give(&admin, "New Officer", "Assistant Grade II", "additional").status, 200);
    assert_eq!(give(&admin, "New Officer", "reader", "link").status, 422, "one charge is enough");
    let new = Browser::new(&running);
    let posts = new.sign_in("reader", "twelve brown desks");
    assert!(
        posts.status == 200 && posts.has("name=\"charge\""),
        "two charges to choose from: {}",
        posts.body
    );
    let page = admin.get("/people?lang=en");
    assert!(page.has("Additional charge"), "{}", page.body);
    let person = option(&page, "officer", "New Officer");
    let retired = admin.submit("/people", "/people", &[("what", "retire"), ("officer", &person)]);
    assert!(retired.status == 200, "{}", retired.body);
    assert_eq!(Browser::new(&running).sign_in("reader", "twelve brown desks").status, 403);

    let page = admin.get("/people?lang=en");
    let (before, _) = page.body.split_once(", Administrator\"").unwrap_or_else(|| panic!("{}", page.body));
    let charge = before.rsplit_once("name=\"charge\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let last = admin.submit("/people", "/people", &[("what", "end"), ("charge", charge)]);
    assert!(last.status == 422 && last.has("अंतिम प्रभार"), "{}", last.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_is_handed_over_on_a_file_that_both_sign_at_the_post() {
    let (_office, running) = office(158).await;
    let admin = signed_in(&running, ADMIN, PASSWORD);
    appoint(&admin, "successor", "6");
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    clerk.open_file("सीमांकन प्रकरण");
    let file = clerk.submit("/settings", "/settings/hand-over", &[]);
    assert!(file.status == 200 && file.has("प्रभार हस्तांतरण") && file.has("सीमांकन प्रकरण"), "{}", file.body);
    let id = file.between("data-file=\"", "\"");
    let (text, version) = (file.between("aria-describedby=\"saved\">", "</textarea>"), file.field("version"));
    let sign = |browser: &Browser, text: &str, version: &str| {
        let fields = [("text", text), ("version", version)];
        browser.submit(&format!("/files/{id}"), &format!("/files/{id}/draft?then=sign"), &fields)
    };
    assert!(sign(&clerk, &text, &version).has("टीप पर हस्ताक्षर हुए"));
    assert_eq!(give(&admin, "New Officer", "Assistant Grade II", "full").status, 200);
    let successor = signed_in(&running, "successor", "twelve brown desks");
    assert!(successor.get("/desk").has("प्रभार हस्तांतरण"));
    assert!(sign(&successor, "प्रभार ग्रहण किया।", "0").has("टीप पर हस्ताक्षर हुए"));
    assert_eq!(verbs(&running, &id), ["open", "note", "note"]);
    let both = successor.get(&format!("/files/{id}"));
    assert!(both.has("श्री रमेश पटेल") && both.has("नया अधिकारी"), "{}", both.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cards_of_the_first_visit_go_when_they_were_read_and_come_again_when_asked() {
    let (_office, running) = office(157).await;
    let clerk = signed_in(&running, CLERK, CLERK_PASSWORD);
    assert!(clerk.get("/desk").has("action=\"/desk/toured\""));
    assert_eq!(clerk.submit("/desk", "/desk/toured", &[]).status, 200);
    assert!(!clerk.get("/desk").has("action=\"/desk/toured\""));
    assert!(clerk.get("/desk?tour=1").has("action=\"/desk/toured\""));
    let id = clerk.open_file("झलक");
    let look = clerk.get(&format!("/files/{id}/preview"));
    assert!(look.status == 200 && look.has("झलक"), "{}", look.body);
    running.stop().await;
}
