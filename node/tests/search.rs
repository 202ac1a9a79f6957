//! Finding over HTTP: who finds what, and what a crash, a lost index and an order to make it anew leave.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "shared with the tests of the pages")]
#[path = "daemon/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the daemon")]
#[path = "daemon/support.rs"]
mod support;

use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Instant;

use mohar_node::run::Running;
use mohar_protocol::control::{Request, Response, SearchStatus};

use crate::browser::{Browser, CLERK, CLERK_PASSWORD, Page, office, urlencoded};
use crate::support::{ADMIN, Office, PASSWORD, PATIENCE, State};

/// A page of which `pdftotext` gives the words.
const PDF: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>endobj\n\
4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n5 0 obj<</Length 44>>stream\n\
BT /F 12 Tf 50 700 Td (culvert estimate) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

const QUESTIONS: [&str; 9] =
    ["सीमांकन", "seemankan", "1/2026", "थाना", "राठौर", "देपालपुर", "पटवारी प्रतिवेदन", "culvert", "प्रशासक"];

#[tokio::test(flavor = "multi_thread")]
async fn numbers_subjects_senders_notes_posts_and_papers_are_found() {
    let (office, running) = office(101).await;
    let clerk = sign_in(&running, CLERK, CLERK_PASSWORD);
    let file = clerk.open_file("ग्राम गवली में सीमांकन");
    send_with_note(&clerk, &file, "पटवारी राठौर के प्रतिवेदन अनुसार <b>मौका</b> देखा गया।");
    let dak = diarise(&clerk, "धरना की अनुमति", "normal");
    until_read(&office).await;

    let number = clerk.get(&format!("/files/{file}")).between("</span> <bdi>", "</bdi>");
    for words in
        [number.as_str(), &number.replace('/', "-"), "सीमाङ्कन", "seemankan", "पटवारी", "राठौर", "प्रशासक"]
    {
        let page = find(&clerk, words);
        assert!(page.has(&format!("/files/{file}\"")), "{words}: {}", page.body);
    }
    let page = find(&clerk, "राठौर");
    assert!(page.has("<mark>राठौर</mark>"), "{}", page.body);
    assert!(!page.has("<b>मौका") && page.has("मौका"), "what was typed is no markup: {}", page.body);
    assert!(find(&clerk, "थाना देपालपुर").has(&format!("/files/{dak}\"")));
    assert!(find(&clerk, "42-2026").has(&format!("/files/{dak}\"")), "the number on the letter");
    let narrowed = clerk.get("/search?q=seemankan&kind=dak");
    assert!(narrowed.status == 200 && !narrowed.has(&file), "{}", narrowed.body);
    assert!(clerk.get("/search").has("seemankan"), "an empty page teaches");
    if PathBuf::from("/usr/bin/pdftotext").exists() {
        assert!(find(&clerk, "culvert").has(&format!("/files/{dak}\"")), "the text of a paper");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_posts_confidential_letter_is_not_found_and_a_secret_one_by_nobody() {
    let (office, running) = office(102).await;
    let clerk = sign_in(&running, CLERK, CLERK_PASSWORD);
    let admin = sign_in(&running, ADMIN, PASSWORD);
    let confidential = diarise(&clerk, "गोपनीय जाँच प्रतिवेदन", "confidential");
    let secret = diarise(&clerk, "गुप्त जाँच प्रतिवेदन", "secret");
    let ordinary = diarise(&clerk, "साधारण जाँच प्रतिवेदन", "normal");
    until_read(&office).await;
    for words in ["जाँच", "प्रतिवेदन", "thana", "42/2026", "सहायक"] {
        let (mine, theirs) = (find(&clerk, words), find(&admin, words));
        assert!(mine.has(&confidential) && mine.has(&ordinary), "{words}: {}", mine.body);
        for page in [&mine, &theirs] {
            assert!(!page.has(&secret), "{words}: what is secret stays out of the index");
        }
        for one in [&confidential, &ordinary] {
            assert!(!theirs.has(one), "{words}: it never came to that post");
        }
        assert!(theirs.has("कुछ नहीं मिला"), "{words}: not even a count: {}", theirs.body);
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marked_file_is_found_by_the_post_it_went_to_with_its_past() {
    let (office, running) = office(103).await;
    let clerk = sign_in(&running, CLERK, CLERK_PASSWORD);
    let admin = sign_in(&running, ADMIN, PASSWORD);
    let file = clerk.open_file("नहर की सफाई");
    until_read(&office).await;
    assert!(!find(&admin, "नहर").has(&file));
    send_with_note(&clerk, &file, "मौके का निरीक्षण किया गया।");
    until_read(&office).await;
    for browser in [&admin, &clerk] {
        assert!(find(browser, "नहर").has(&file) && find(browser, "निरीक्षण").has(&file));
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_made_anew_or_cut_by_a_crash_answers_the_same() {
    let (office, running) = office(104).await;
    let clerk = sign_in(&running, CLERK, CLERK_PASSWORD);
    for n in 0..4 {
        let file = clerk.open_file(&format!("ग्राम {n} में सीमांकन"));
        send_with_note(&clerk, &file, &format!("पटवारी राठौर का प्रतिवेदन {n}"));
        diarise_numbered(&clerk, "धरना की अनुमति", "normal", &format!("{}/2026", 50 + n));
    }
    let before = until_read(&office).await;
    let answers: Vec<Vec<String>> = QUESTIONS.iter().map(|words| ids(&find(&clerk, words))).collect();
    assert!(answers[0].len() == 4 && answers[3].len() == 4, "{answers:?}");

    assert!(matches!(office.ask(&Request::SearchRebuild).await, Response::Done { .. }));
    let anew = until_read(&office).await;
    assert_eq!((anew.documents, anew.words, anew.read), (before.documents, before.words, before.read));
    assert_eq!(answers, QUESTIONS.map(|words| ids(&find(&clerk, words))), "made anew");
    running.stop().await;

    let path = journal(&office);
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(whole.len() as u64, anew.bytes);
    for word in ["सीमांकन", "राठौर", "धरना"] {
        let found = whole.windows(word.len()).any(|bytes| bytes == word.as_bytes());
        assert!(!found, "{word} is readable on the disk");
    }
    let mut clerk = clerk;
    // Between the commit of an act and its entry, in the middle of an entry, before any, and not at all.
    for cut in [whole.len(), whole.len() - 1, whole.len() * 2 / 3, whole.len() / 3, 3, 0] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let running = office.start().await;
        clerk = clerk.moved(&running);
        let after = until_read(&office).await;
        assert!(after.documents == before.documents && after.read >= before.read, "cut at {cut}: {after:?}");
        assert_eq!(answers, QUESTIONS.map(|words| ids(&find(&clerk, words))), "cut at {cut}");
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_killed_while_it_reads_misses_nothing_and_reads_nothing_twice() {
    let office = State::found(105).office("mp/gad", Vec::new());
    let mut opened = Vec::new();
    for round in 0..4 {
        let (mut node, browser) = spawn(&office).await;
        for n in 0..6 {
            opened.push(browser.open_file(&format!("नहर की सफाई {round} {n}")));
        }
        // The last acts are committed; how far the index is nobody knows.
        node.kill().unwrap();
        node.wait().unwrap();
    }
    let (mut node, browser) = spawn(&office).await;
    let after = until_read(&office).await;
    let mut found = ids(&find(&browser, "नहर"));
    assert!(matches!(office.ask(&Request::SearchRebuild).await, Response::Done { .. }));
    let anew = until_read(&office).await;
    assert_eq!((after.documents, after.words), (anew.documents, anew.words));
    assert_eq!(found, ids(&find(&browser, "नहर")));
    found.sort();
    opened.sort();
    assert_eq!(found, opened);
    node.kill().unwrap();
    node.wait().unwrap();
}

/// The real program, with its administrator signed in.
async fn spawn(office: &Office) -> (Child, Browser) {
    let _ = std::fs::remove_file(mohar_node::run::control_path(office.data.path()));
    let program = Command::new(env!("CARGO_BIN_EXE_mohar-node"))
        .args(["--data".as_ref(), office.data.path().as_os_str()])
        .spawn();
    let begun = Instant::now();
    while tokio::net::UnixStream::connect(mohar_node::run::control_path(office.data.path())).await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "the node does not start");
        tokio::task::yield_now().await;
    }
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build();
    let base = office.status().await.web;
    let browser = Browser { agent: ureq::Agent::new_with_config(config), base };
    browser.sign_in(ADMIN, PASSWORD);
    (program.unwrap(), browser)
}

fn sign_in(running: &Running, login: &str, password: &str) -> Browser {
    let browser = Browser::new(running);
    browser.sign_in(login, password);
    browser
}

fn find(browser: &Browser, words: &str) -> Page {
    let page = browser.get(&format!("/search?{}", String::from_utf8(urlencoded(&[("q", words)])).unwrap()));
    assert_eq!(page.status, 200, "{words}: {}", page.body);
    page
}

/// The matters of a page, in its order.
fn ids(page: &Page) -> Vec<String> {
    let links = page.body.split("<a href=\"/files/").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|id| id.len() == 64).map(str::to_owned).collect()
}

fn diarise(clerk: &Browser, subject: &str, classification: &str) -> String {
    diarise_numbered(clerk, subject, classification, "जा.क्र. 42/2026")
}

fn diarise_numbered(clerk: &Browser, subject: &str, classification: &str, number: &str) -> String {
    let fields = [
        ("from", "थाना प्रभारी, देपालपुर"),
        ("subject", subject),
        ("received", "2026-11-20"),
        ("letter_number", number),
        ("classification", classification),
        ("repeats", "अलग पत्र"),
    ];
    // Another byte at the end makes it another scan.
    let pdf = format!("{PDF}% {subject} {number}\n");
    let page = clerk.upload("/dak/new", "/dak/new", &fields, "letter.pdf", pdf.as_bytes());
    assert_eq!(page.status, 200, "{}", page.body);
    page.between("data-file=\"", "\"")
}

/// Writes a note and marks the file to the other post.
fn send_with_note(browser: &Browser, id: &str, note: &str) {
    let page = browser.get(&format!("/files/{id}"));
    assert_eq!(browser.put_draft(id, &page.field("csrf"), note, 0).status, 200);
    let sheet = browser.get(&format!("/files/{id}/send"));
    let to = sheet.between("/send?to=", "&").replace("%2E", ".");
    let form = format!("/files/{id}/send?to={to}");
    let sent = browser.submit(
        &form,
        &format!("/files/{id}/send"),
        &[("to", &to), ("wanted", "orders"), ("version", "1")],
    );
    assert_eq!(sent.status, 200, "{}", sent.body);
}

/// Waits until the index has read the whole log and no new one is being made.
async fn until_read(office: &Office) -> SearchStatus {
    let begun = Instant::now();
    loop {
        let Response::Search { offices, rebuilding, .. } = office.ask(&Request::SearchStatus).await else {
            panic!()
        };
        if !rebuilding && offices[0].read == offices[0].log_size {
            return offices[0].clone();
        }
        assert!(begun.elapsed() < PATIENCE, "{offices:?}");
        tokio::task::yield_now().await;
    }
}

fn journal(office: &Office) -> PathBuf {
    office.data.path().join("search").join(format!("{}.journal", office.id))
}
