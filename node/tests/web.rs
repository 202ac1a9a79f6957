//! The officers' pages of a started node, asked by a browser that keeps cookies.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "shared with the tests of dak")]
#[path = "daemon/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the daemon")]
#[path = "daemon/support.rs"]
mod support;

use mohar_node::run::Running;
use mohar_protocol::control::{Request, Response};
use mohar_protocol::custody::Phase;
use mohar_protocol::id::MatterId;
use mohar_protocol::records::Records;

use crate::browser::{Browser, CLERK, CLERK_PASSWORD, office, two_offices, urlencoded};
use crate::support::{ADMIN, PASSWORD, State};

fn verbs(running: &Running, id: &str) -> Vec<&'static str> {
    let snapshot = running.ledger.snapshot();
    let records = Records::new(&snapshot);
    let id: MatterId = id.parse().unwrap();
    let chain = records.chain(&id, 0, 100).unwrap();
    let verb = |act| records.act(act).unwrap().unwrap().header().known_verb().unwrap().name();
    chain.iter().map(verb).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let (_office, running) = office(41).await;
    let browser = Browser::new(&running);
    let wrong = browser.sign_in(CLERK, "not the password");
    let unknown = browser.sign_in("nobody", "not the password");
    assert_eq!((wrong.status, unknown.status), (401, 401));
    for page in [&wrong, &unknown] {
        assert!(page.has("लॉग इन नाम या पासवर्ड सही नहीं है।"), "{}", page.body);
        assert!(!page.has("not the password"));
    }
    assert!(browser.get("/desk").has("action=\"/sign-in\""), "nobody is signed in");
    let desk = browser.sign_in(CLERK, CLERK_PASSWORD);
    assert_eq!(desk.status, 200);
    assert!(desk.has("श्री रमेश पटेल"), "{}", desk.body);
    let out = browser.submit("/desk", "/sign-out", &[]);
    assert!(out.has("action=\"/sign-in\""));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_failures_a_name_waits() {
    let (_office, running) = office(42).await;
    let browser = Browser::new(&running);
    for _ in 0..5 {
        assert_eq!(browser.sign_in(CLERK, "not the password").status, 401);
    }
    assert_eq!(browser.sign_in(CLERK, CLERK_PASSWORD).status, 429, "even the right one has to wait");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_its_token_or_from_another_site_is_refused() {
    let (_office, running) = office(43).await;
    let browser = Browser::new(&running);
    browser.sign_in(CLERK, CLERK_PASSWORD);
    let form = browser.get("/files/new");
    let (csrf, op) = (form.field("csrf"), form.field("op"));
    let subject = ("subject", "भवन की मरम्मत");
    let foreign = "0".repeat(64);
    for (csrf, op) in [("", op.as_str()), (foreign.as_str(), op.as_str()), (csrf.as_str(), "")] {
        let refused = browser.post("/files/new", &[("csrf", csrf), ("op", op), subject]);
        assert_eq!(refused.status, 403);
        assert!(refused.has("form.forged") && refused.has("भवन की मरम्मत"), "{}", refused.body);
    }
    let body = urlencoded(&[("csrf", csrf.as_str()), ("op", op.as_str()), subject]);
    for header in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        let kind = "application/x-www-form-urlencoded";
        assert_eq!(browser.send("/files/new", kind, body.clone(), &[header]).status, 403);
    }
    assert!(!browser.get("/desk").has("भवन की मरम्मत"), "nothing was recorded");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_opened_noted_and_marked_between_two_posts() {
    let (office, running) = office(44).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let id = clerk.open_file("सामुदायिक भवन हेतु राशि");
    let file = clerk.get(&format!("/files/{id}"));
    assert!(file.has("सामुदायिक भवन हेतु राशि") && file.has("/1/2"), "{}", file.body);

    let saved = clerk.put_draft(&id, &file.field("csrf"), "प्रस्ताव से सहमत।\nआदेशार्थ प्रस्तुत।", 0);
    assert_eq!(saved.status, 200, "{}", saved.body);
    let sheet = clerk.get(&format!("/files/{id}/send"));
    assert!(sheet.has("प्रस्ताव से सहमत।") && sheet.has("प्रशासक"), "{}", sheet.body);
    let to = sheet.between("/send?to=", "&");
    let to = to.replace("%2E", ".");
    let form = format!("/files/{id}/send?to={to}");
    let fields = [
        ("to", to.as_str()),
        ("wanted", "orders"),
        ("urgency", "top"),
        ("due", "2030-01-15"),
        ("remarks", "कृपया देखें"),
    ];
    let changed = clerk.submit(&form, &format!("/files/{id}/send"), &fields);
    assert_eq!(changed.status, 409, "a note that was not seen is not signed");
    assert_eq!(verbs(&running, &id), ["open"]);
    let fields = [&fields[..], &[("version", "1")]].concat();
    assert_eq!(clerk.get(&form).field("version"), "1");
    let desk = clerk.submit(&form, &format!("/files/{id}/send"), &fields);
    assert_eq!(desk.status, 200, "{}", desk.body);
    assert!(desk.has("सामुदायिक") || desk.has("banner-good"), "{}", desk.body);
    assert_eq!(verbs(&running, &id), ["open", "note", "mark"]);

    let admin = Browser::new(&running);
    admin.sign_in(ADMIN, PASSWORD);
    let desk = admin.get("/desk?lang=en");
    assert!(desk.has("सामुदायिक भवन हेतु राशि") && desk.has("15/01/2030"), "{}", desk.body);
    let file = admin.get(&format!("/files/{id}"));
    assert!(file.has("प्रस्ताव से सहमत।") && file.has("para-2") && file.has("श्री रमेश पटेल"), "{}", file.body);
    let history = admin.get(&format!("/files/{id}/where?lang=en"));
    assert!(
        history.has("कृपया देखें") && history.has("Note signed") && history.has("Forwarded"),
        "{}",
        history.body
    );

    let back = [("reason", "प्राक्कलन संलग्न करें")];
    let sent_back = admin.submit(&format!("/files/{id}/send-back"), &format!("/files/{id}/send-back"), &back);
    assert_eq!(sent_back.status, 200, "{}", sent_back.body);
    assert_eq!(clerk.get("/desk?lang=en").body.matches("returned once").count(), 1);
    for (sheet, fields) in [
        ("park", &[("until", "2099-01-01"), ("reason", "प्रतीक्षा")][..]),
        ("close", &[("retention", "c5"), ("reason", "")][..]),
        ("reopen", &[("reason", "पुनः")][..]),
    ] {
        let done = clerk.submit(&format!("/files/{id}/{sheet}"), &format!("/files/{id}/{sheet}"), fields);
        assert_eq!(done.status, 200, "{sheet}: {}", done.body);
        if sheet == "park" {
            assert_eq!(clerk.submit(&format!("/files/{id}"), &format!("/files/{id}/wake"), &[]).status, 200);
        }
    }
    let all = ["open", "note", "mark", "send_back", "park", "wake", "close", "reopen"];
    assert_eq!(verbs(&running, &id), all);
    assert!(matches!(office.ask(&Request::Check).await, Response::Done { .. }));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_gives_one_act() {
    let (_office, running) = office(45).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let form = clerk.get("/files/new");
    let (csrf, op) = (form.field("csrf"), form.field("op"));
    let fields =
        [("csrf", csrf.as_str()), ("op", op.as_str()), ("subject", "दो बार दबाया"), ("language", "hi")];
    let first = clerk.post("/files/new", &fields).between("data-file=\"", "\"");
    let again = clerk.post("/files/new", &fields).between("data-file=\"", "\"");
    assert_eq!(first, again);
    let other =
        [("csrf", csrf.as_str()), ("op", op.as_str()), ("subject", "बदला हुआ विषय"), ("language", "hi")];
    assert_ne!(
        clerk.post("/files/new", &other).between("data-file=\"", "\""),
        first,
        "other words are another file"
    );

    let sheet = clerk.get(&format!("/files/{first}/send"));
    let to = sheet.between("/send?to=", "&").replace("%2E", ".");
    let sheet = clerk.get(&format!("/files/{first}/send?to={to}"));
    let fields = [
        ("csrf", sheet.field("csrf")),
        ("op", sheet.field("op")),
        ("to", to),
        ("wanted", "orders".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        let sent = clerk.post(&format!("/files/{first}/send"), &fields);
        assert_eq!(sent.status, 200, "{}", sent.body);
    }
    assert_eq!(verbs(&running, &first), ["open", "mark"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_write_one_note_meet_a_conflict_and_lose_nothing() {
    let (_office, running) = office(46).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let id = clerk.open_file("दो टैब");
    let csrf = clerk.get(&format!("/files/{id}")).field("csrf");
    let saved = clerk.put_draft(&id, &csrf, "पहला टैब", 0);
    assert!(saved.status == 200 && saved.has("\"version\":1"), "{}", saved.body);
    let conflict = clerk.put_draft(&id, &csrf, "दूसरा टैब", 0);
    assert_eq!(conflict.status, 409);
    assert!(conflict.has("पहला टैब") && conflict.has("\"version\":1"), "{}", conflict.body);
    assert_eq!(clerk.put_draft(&id, &csrf, "दूसरा टैब", 1).status, 200);
    assert_eq!(clerk.put_draft(&id, "", "x", 2).status, 403, "without the token of the session");
    assert_eq!(clerk.put_draft(&id, &csrf, "a\u{202E}b", 2).status, 422);
    let stranger = Browser::new(&running);
    stranger.sign_in(ADMIN, PASSWORD);
    let csrf = stranger.get("/desk").field("csrf");
    assert_eq!(stranger.put_draft(&id, &csrf, "x", 0).status, 404, "not this post's file");
    assert_eq!(stranger.get(&format!("/files/{id}")).status, 404);
    assert!(clerk.get(&format!("/files/{id}")).has("दूसरा टैब"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_uploads_are_refused_with_sentence_and_code_and_good_ones_are_shown() {
    let (_office, running) = office(47).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let fields = [
        ("from", "थाना प्रभारी"),
        ("subject", "अनुमति"),
        ("letter_date", "2026-11-20"),
        ("urgency", "priority"),
    ];
    for (name, bytes) in [
        ("a.pdf", &b"MZ\x90\x00program"[..]),
        ("a.pdf", b"<html><script>alert(1)</script>"),
        ("a.pdf", b"%PDF-1.7 cut"),
    ] {
        let refused = clerk.upload("/dak/new", "/dak/new", &fields, name, bytes);
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(
            refused.has("थाना प्रभारी") && refused.has("2026-11-20"),
            "what was typed stays: {}",
            refused.body
        );
        assert!(refused.has("PDF, JPEG, PNG") || refused.has("पुनः स्कैन"), "{}", refused.body);
    }
    let pdf = b"%PDF-1.4\n<< /Type /Pages /Count 3 >>\n%%EOF\n";
    let file = clerk.upload("/dak/new", "/dak/new", &fields, "letter.pdf", pdf);
    assert_eq!(file.status, 200, "{}", file.body);
    let id = file.between("data-file=\"", "\"");
    assert!(file.has("<iframe") && file.has("पृ.1-3/प") && file.has("आवक 1/"), "{}", file.body);
    let paper = clerk.get(&format!("/files/{id}/papers/1"));
    assert_eq!((paper.status, paper.body.as_bytes()), (200, &pdf[..]));
    assert!(paper.headers.contains("content-type: application/pdf"), "{}", paper.headers);

    let attach = format!("/files/{id}/attach");
    let large = vec![b'a'; 200_000];
    let attached = clerk.upload(&attach, &attach, &[("title", "गणना")], "x", &large);
    assert_eq!(attached.status, 200, "{}", attached.body);
    let text = clerk.get(&format!("/files/{id}?paper=2"));
    assert!(text.has(&"a".repeat(200_000)) && text.has("पृ.4/प"));
    let paper = clerk.get(&format!("/files/{id}/papers/2"));
    assert!(paper.headers.contains("sandbox") && paper.headers.contains("text/plain"), "{}", paper.headers);
    let refused = clerk.upload(&attach, &attach, &[("title", "रखा हुआ शीर्षक")], "x", b"PK\x03\x04");
    assert!(refused.status == 422 && refused.has("रखा हुआ शीर्षक"), "{}", refused.body);
    assert_eq!(verbs(&running, &id), ["diarise", "attach"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_survives_a_restart_of_the_node_and_a_copied_disk_opens_none() {
    let (office, running) = office(48).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let id = clerk.open_file("पुनः आरम्भ");
    running.stop().await;
    let running = office.start().await;
    let clerk = clerk.moved(&running);
    let file = clerk.get(&format!("/files/{id}"));
    assert!(file.status == 200 && file.has("पुनः आरम्भ"), "{}", file.body);
    let second = clerk.open_file("दूसरी नस्ती");
    assert!(clerk.get(&format!("/files/{second}")).has("/2/2"), "the series goes on");
    assert_eq!(Browser::new(&running).get("/desk").field("back"), "/desk", "others are asked to sign in");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_answers_in_both_languages_with_strict_headers() {
    let (_office, running) = office(49).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let id = clerk.open_file("सभी पृष्ठ");
    let mut paths: Vec<String> = [
        "/desk",
        "/desk?tab=sent",
        "/desk?tab=dak&page=9",
        "/files/new",
        "/dak/new",
        "/safety",
        "/settings",
        "/help",
        "/posts",
        "/sign-in",
    ]
    .map(str::to_owned)
    .to_vec();
    for sheet in ["", "/send", "/attach", "/send-back", "/recall", "/park", "/close", "/reopen", "/where"] {
        paths.push(format!("/files/{id}{sheet}"));
    }
    for path in paths {
        for lang in ["hi", "en"] {
            let mark = if path.contains('?') { '&' } else { '?' };
            let page = clerk.get(&format!("{path}{mark}lang={lang}"));
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert!(page.has(&format!("<html lang=\"{lang}\">")), "{path}");
            assert!(!page.has("⟦"), "{path}");
            for header in [
                "content-security-policy: default-src 'self'",
                "frame-ancestors 'none'",
                "x-content-type-options: nosniff",
                "referrer-policy: same-origin",
                "cache-control: no-store",
                "cross-origin-opener-policy: same-origin",
                "cross-origin-resource-policy: same-origin",
            ] {
                assert!(page.headers.contains(header), "{path} lacks {header}: {}", page.headers);
            }
        }
    }
    assert_eq!(clerk.get("/desk/rows?tab=all").status, 200);
    assert_eq!(clerk.get(&format!("/files/{id}/notes")).status, 200);
    assert_eq!(clerk.get("/files/zz").status, 404);
    assert_eq!(clerk.get("/nothing").status, 404);
    let asset = clerk.get("/assets/pages.css");
    assert!(asset.status == 200 && asset.headers.contains("immutable"));
    let english = clerk.get("/language?to=en&back=/help");
    assert!(english.has("<html lang=\"en\">") && clerk.get("/desk").has("<html lang=\"en\">"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_opens_and_the_old_one_does_not() {
    let (_office, running) = office(50).await;
    let (clerk, other) = (Browser::new(&running), Browser::new(&running));
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    other.sign_in(CLERK, CLERK_PASSWORD);
    let change = |old: &str, new: &str| {
        clerk.submit("/settings", "/settings/password", &[("old", old), ("new", new), ("again", new)])
    };
    assert_eq!(change("wrong password", "twelve new chairs").status, 422);
    assert_eq!(change(CLERK_PASSWORD, "short").status, 422);
    assert_eq!(change(CLERK_PASSWORD, "twelve new chairs").status, 200);
    assert!(other.get("/desk").has("action=\"/sign-in\""), "other sessions ended");
    assert_eq!(other.sign_in(CLERK, CLERK_PASSWORD).status, 401);
    assert_eq!(other.sign_in(CLERK, "twelve new chairs").status, 200);
    let id = clerk.open_file("वही कुंजी");
    assert_eq!(verbs(&running, &id), ["open"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_hindi_is_typed_goes_with_the_officer_to_every_browser() {
    let (_office, running) = office(56).await;
    let (clerk, other) = (Browser::new(&running), Browser::new(&running));
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    assert!(clerk.get("/desk").has("data-method=\"inscript\" data-start=\"en\""), "nothing was chosen");
    let choose = |typing: &str| {
        clerk.submit("/settings", "/settings", &[("language", "hi"), ("typing", typing), ("shortcuts", "on")])
    };
    assert_eq!(choose("typewriter").status, 200);
    assert_eq!(choose("nonsense").status, 200, "an unknown method changes nothing");
    other.sign_in(CLERK, CLERK_PASSWORD);
    assert!(other.get("/desk").has("data-method=\"typewriter\" data-start=\"hi\""));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pasted_is_kept_as_a_paper_of_the_file_it_opens() {
    let (_office, running) = office(57).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let form = [
        ("subject", "आर्थिक सहायता"),
        ("language", "hi"),
        ("urgency", "ordinary"),
        ("pasted", "vkfFkZd lgk;rk"),
    ];
    let page = clerk.submit("/files/new", "/files/new", &form);
    assert_eq!(page.status, 200);
    assert!(page.has("चिपकाया गया मूल पाठ (कृतिदेव)"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_head_counts_its_files_and_one_that_is_not_in_the_list_is_refused() {
    let (office, running) = office(71).await;
    running.stop().await;
    let settings = office.data.path().join("node.toml");
    let before = std::fs::read_to_string(&settings).unwrap_or_default();
    let heads = "\n[[files.heads]]\ncode = \"अ-6\"\nhi = \"नामान्तरण\"\nen = \"Mutation\"\n";
    std::fs::write(&settings, before + heads).unwrap();
    let running = office.start().await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let open = |head: &str| {
        let form = [
            ("subject", "नामान्तरण प्रकरण"),
            ("language", "hi"),
            ("urgency", "ordinary"),
            ("classification", "confidential"),
            ("head", head),
        ];
        clerk.submit("/files/new", "/files/new", &form)
    };
    assert!(clerk.get("/files/new").has("नामान्तरण (अ-6)"));
    for (head, number) in [("अ-6", "/अ-6/1/"), ("", "/1/"), ("अ-6", "/अ-6/2/")] {
        let page = open(head);
        assert!(page.status == 200 && page.has(number), "{head}: {}", page.body);
    }
    let page = open("आ-7");
    assert!(page.status == 422 && page.has("input.head"), "{}: {}", page.status, page.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_desk_is_told_when_it_is_stale_and_a_fifth_tab_is_refused() {
    let (_office, running) = office(51).await;
    let clerk = Browser::new(&running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    let stream = || {
        let answer =
            tokio::task::block_in_place(|| clerk.agent.get(format!("{}/events", clerk.base)).call().unwrap());
        (answer.status().as_u16(), answer.into_body().into_reader())
    };
    let mut streams: Vec<_> = (0..4).map(|_| stream()).collect();
    assert!(streams.iter().all(|(status, _)| *status == 200));
    assert_eq!(stream().0, 429);
    clerk.open_file("नई नस्ती");
    let mut line = [0; 12];
    tokio::task::block_in_place(|| std::io::Read::read_exact(&mut streams[0].1, &mut line).unwrap());
    assert!(line.starts_with(b"data: "), "{:?}", String::from_utf8_lossy(&line));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_travels_to_another_office_is_opened_once_and_comes_back() {
    let mut state = State::found(52);
    let (elder, elder_runs, younger, younger_runs) = two_offices(&mut state).await;
    let (ours, theirs) = (Browser::new(&elder_runs), Browser::new(&younger_runs));
    ours.sign_in(ADMIN, PASSWORD);
    theirs.sign_in(ADMIN, PASSWORD);
    let id = ours.open_file("दूसरे कार्यालय को");
    let matter: MatterId = id.parse().unwrap();
    let sheet = ours.get(&format!("/files/{id}/send?q=pwd"));
    let to = sheet.between("/send?to=", "&").replace("%2E", ".");
    let sent = ours.submit(
        &format!("/files/{id}/send?to={to}"),
        &format!("/files/{id}/send"),
        &[("to", &to), ("wanted", "opinion"), ("version", "0")],
    );
    assert_eq!(sent.status, 200, "{}", sent.body);
    let holder = |runs: &Running| {
        let snapshot = runs.ledger.snapshot();
        Records::new(&snapshot).matter(&matter).unwrap().map(|m| (m.holder.office, m.phase == Phase::Active))
    };
    support::until("the file is received", &younger_runs.ledger, || {
        holder(&younger_runs) == Some((younger.id, true))
    })
    .await;
    let desk = theirs.get("/desk?lang=en");
    assert!(desk.has("दूसरे कार्यालय को") && desk.has("class=\"unread\""), "{}", desk.body);
    assert!(!verbs(&younger_runs, &id).contains(&"opened"), "a look at the desk opens nothing");
    for _ in 0..2 {
        assert_eq!(theirs.get(&format!("/files/{id}")).status, 200);
    }
    assert_eq!(verbs(&younger_runs, &id), ["open", "forward", "handover", "receive", "opened"]);
    support::until("the opening is known at the sender", &elder_runs.ledger, || {
        verbs(&elder_runs, &id).contains(&"opened")
    })
    .await;
    let history = ours.get(&format!("/files/{id}/where?lang=en"));
    assert!(
        history.has("received by the office") && history.has("Opened by the officer"),
        "{}",
        history.body
    );
    assert_eq!(ours.get(&format!("/files/{id}/send")).status, 409, "it is not here any more");
    let back = format!("/files/{id}/send-back");
    assert_eq!(theirs.submit(&back, &back, &[("reason", "अभिमत दिया")]).status, 200);
    support::until("it is back", &elder_runs.ledger, || holder(&elder_runs) == Some((elder.id, true))).await;
    assert!(ours.get("/desk").has("दूसरे कार्यालय को"));
    younger_runs.stop().await;
    elder_runs.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_an_office_that_cannot_be_reached_is_shown_and_can_be_taken_back() {
    let mut state = State::found(53);
    let (_elder, elder_runs, _younger, younger_runs) = two_offices(&mut state).await;
    let ours = Browser::new(&elder_runs);
    ours.sign_in(ADMIN, PASSWORD);
    younger_runs.stop().await;
    support::until("the loss is seen", &elder_runs.ledger, || !elder_runs.ledger.links().lost.is_empty())
        .await;
    let id = ours.open_file("प्रतीक्षा में");
    let sheet = ours.get(&format!("/files/{id}/send?q=pwd"));
    let to = sheet.between("/send?to=", "&").replace("%2E", ".");
    let form = format!("/files/{id}/send?to={to}");
    assert!(ours.get(&format!("{form}&lang=en")).has("cannot be reached now"));
    let sent = ours.submit(&form, &format!("/files/{id}/send"), &[("to", &to), ("version", "0")]);
    assert_eq!(sent.status, 200, "{}", sent.body);
    let desk = ours.get("/desk?tab=sent&lang=en");
    assert!(desk.has("waiting for Office mp/pwd") && desk.has("1 dispatch is waiting"), "{}", desk.body);
    let recall = format!("/files/{id}/recall");
    // The answer may be lost: the same form sent again, now that nothing waits, finds it done.
    let page = ours.get(&recall);
    let (csrf, op) = (page.field("csrf"), page.field("op"));
    for _ in 0..2 {
        let taken = ours.post(&recall, &[("csrf", &csrf), ("op", &op), ("reason", "")]);
        assert_eq!(taken.status, 200, "{}", taken.body);
    }
    assert_eq!(verbs(&elder_runs, &id), ["open", "forward", "cancel"]);
    assert!(ours.get("/desk").has("प्रतीक्षा में"));
    elder_runs.stop().await;
}
