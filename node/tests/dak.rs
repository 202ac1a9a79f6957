//! Dak over HTTP: diarising, repeats, the tray and its watched folder, the register, copies, files.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "shared with the tests of the pages")]
#[path = "daemon/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the daemon")]
#[path = "daemon/support.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, SystemTime};

use mohar_node::run::Running;
use mohar_protocol::custody::Phase;
use mohar_protocol::id::MatterId;
use mohar_protocol::records::Records;

use crate::browser::{Browser, CLERK, CLERK_PASSWORD, Page, office, urlencoded};
use crate::support::{ADMIN, PASSWORD};

const PDF: &[u8] = b"%PDF-1.4\n<< /Type /Pages /Count 3 >>\n%%EOF\n";
const PNG: &[u8] = include_bytes!("../src/demo/papers/culvert-sketch.png");

const LETTER: [(&str, &str); 6] = [
    ("from", "थाना प्रभारी, देपालपुर"),
    ("subject", "धरना की अनुमति"),
    ("received", "2026-11-20"),
    ("letter_number", "जा.क्र. 42/2026"),
    ("letter_date", "2026-11-19"),
    ("watch-vip", "on"),
];

fn clerk(running: &Running) -> Browser {
    let clerk = Browser::new(running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    clerk
}

/// Diarises with the fields of the letter and some more, which come first.
fn diarise(clerk: &Browser, more: &[(&str, &str)]) -> Page {
    let rest = LETTER.iter().filter(|(name, _)| !more.iter().any(|(known, _)| known == name));
    let fields: Vec<(&str, &str)> = more.iter().chain(rest).copied().collect();
    clerk.submit("/dak/new", "/dak/new", &fields)
}

fn id_of(page: &Page) -> String {
    assert_eq!(page.status, 200, "{}", page.body);
    page.between("data-file=\"", "\"")
}

fn inward(name: &str, value: &str) -> String {
    format!("/dak/inward?{}", String::from_utf8(urlencoded(&[(name, value)])).unwrap())
}

/// A disk file that nobody writes to any more.
fn write_long_ago(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(60);
    std::fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
}

fn phase(running: &Running, id: &str) -> Phase {
    let snapshot = running.ledger.snapshot();
    let id: MatterId = id.parse().unwrap();
    Records::new(&snapshot).matter(&id).unwrap().unwrap().phase
}

#[tokio::test(flavor = "multi_thread")]
async fn three_fields_are_enough_and_everything_else_is_kept() {
    let (_office, running) = office(81).await;
    let clerk = clerk(&running);
    let short = clerk.submit(
        "/dak/new",
        "/dak/new",
        &[("from", "रामलाल"), ("subject", "आवेदन"), ("received", "2026-11-20")],
    );
    assert!(short.has("आवक 1/"), "{}", short.body);
    let full =
        diarise(&clerk, &[("case", "dharna"), ("phone", "0731-2445566"), ("classification", "confidential")]);
    for said in
        ["आवक 2/", "जा.क्र. 42/2026", "19/11/2026", "सांसद", "धरना-प्रदर्शन की अनुमति", "गोपनीय", "0731-2445566"]
    {
        assert!(full.has(said), "{said}: {}", full.body);
    }
    assert!(full.has("25/11/2026"), "three working days after a Friday: {}", full.body);
    let slip = clerk.get(&format!("/files/{}/slip", id_of(&full)));
    assert!(slip.has("पावती") && slip.has("आवक 2/") && slip.has("श्री रमेश पटेल"), "{}", slip.body);
    let wrong = diarise(&clerk, &[("subject", ""), ("remarks", "रखा हुआ"), ("due", "31/02")]);
    assert!(
        wrong.status == 422 && wrong.has("रखा हुआ") && wrong.has("subject-fault") && wrong.has("due-fault")
    );
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_is_here_already_is_shown_and_needs_a_reason() {
    let (_office, running) = office(82).await;
    let clerk = clerk(&running);
    id_of(&diarise(&clerk, &[]));
    let again = [("from", "थाना प्रभारी देपालपुर"), ("letter_number", "जा क्र 42-2026")];
    let repeated = diarise(&clerk, &again);
    assert!(
        repeated.status == 422 && repeated.has("आवक 1/") && repeated.has("name=\"repeats\""),
        "{}",
        repeated.body
    );
    let other = diarise(&clerk, &[("letter_number", "43/2026")]);
    assert!(other.has("आवक 2/"), "another number is another letter: {}", other.body);
    let reason = diarise(&clerk, &[again[0], again[1], ("repeats", "संलग्नक के साथ पुनः प्राप्त")]);
    assert!(reason.has("आवक 3/") && reason.has("संलग्नक के साथ पुनः प्राप्त"), "{}", reason.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_scan_is_known_again_and_the_paper_of_a_refused_form_is_kept() {
    let (_office, running) = office(83).await;
    let clerk = clerk(&running);
    let first = clerk.upload("/dak/new", "/dak/new", &LETTER, "a.png", PNG);
    let id = id_of(&first);
    let paper = clerk.get(&format!("/files/{id}/papers/1"));
    assert!(
        paper.body.starts_with("%PDF-") && paper.headers.contains("application/pdf"),
        "pictures become PDF"
    );

    let fields =
        [("from", "कोई और"), ("subject", "कुछ और"), ("received", "2026-11-21"), ("letter_number", "7")];
    let repeated = clerk.upload("/dak/new", "/dak/new", &fields, "b.png", PNG);
    assert!(repeated.status == 422 && repeated.has("वही स्कैन"), "{}", repeated.body);
    let (item, digest) = (repeated.field("item"), repeated.field("digest"));
    let held = clerk.get(&format!("/dak/tray/{item}/papers/1"));
    assert!(held.headers.contains("image/png"), "{}", held.headers);
    let admin = Browser::new(&running);
    admin.sign_in(ADMIN, PASSWORD);
    assert_eq!(
        admin.get(&format!("/dak/tray/{item}/papers/1")).status,
        404,
        "an unfinished form is nobody else's"
    );

    let (csrf, op) = (repeated.field("csrf"), repeated.field("op"));
    let mine =
        [("csrf", csrf.as_str()), ("op", &op), ("item", &item), ("digest", &digest), ("repeats", "अलग पत्र")];
    let form = [&mine[..], &fields].concat();
    let done = clerk.post("/dak/new", &form);
    assert!(done.has("आवक 2/") && done.has("<iframe"), "{}", done.body);
    let twice = clerk.post("/dak/new", &form);
    assert_eq!(id_of(&twice), id_of(&done), "the same form again is the same letter");
    assert_eq!(clerk.get(&format!("/dak/tray/{item}/papers/1")).status, 404, "it is out of the tray");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_fills_the_tray_and_the_tray_is_worked_off_one_after_the_other() {
    let (office, running) = office(84).await;
    let code = running.ledger.registry().office(&office.id).unwrap().code().replace('/', "-");
    running.stop().await;
    let watch = tempfile::tempdir().unwrap();
    let folder = watch.path().join(&code);
    std::fs::create_dir_all(folder.join("new")).unwrap();
    let settings = office.data.path().join("node.toml");
    let before = std::fs::read_to_string(&settings).unwrap_or_default();
    std::fs::write(&settings, format!("{before}\n[dak]\nwatch = {:?}\n", watch.path())).unwrap();
    let running = office.start().await;
    let clerk = clerk(&running);
    // More of what cannot be taken than one look takes in, all of it before the letters by name.
    for n in 0..45 {
        write_long_ago(&folder.join(format!("0-{n}.exe")), b"MZ\x90\0");
    }
    let mail = "From: SP Office <sp@example.org>\r\nSubject: Verification\r\nDate: Fri, 20 Nov 2026 10:30:00 +0530\r\n\r\nPlease verify.\r\n";
    for (name, bytes) in
        [("1.pdf", PDF), ("2.exe", b"MZ\x90\0"), ("new/3", mail.as_bytes()), ("4.pdf.part", PDF)]
    {
        write_long_ago(&folder.join(name), bytes);
    }
    let tray = clerk.get("/dak/tray");
    assert!(tray.has("1.pdf") && tray.has("SP Office"), "{}", tray.body);
    assert!(tray.has("2.exe") && tray.has("PDF, JPEG, PNG"), "what cannot be taken is named: {}", tray.body);
    assert!(!tray.has("4.pdf"), "what is still written is left alone");
    assert!(
        !folder.join("1.pdf").exists() && folder.join("2.exe").exists() && !folder.join("new/3").exists()
    );

    let form = clerk.get(&format!("/dak/new?item={}", tray.between("/dak/new?item=", "\"")));
    let (csrf, op) = (form.field("csrf"), form.field("op"));
    let (item, digest) = (form.field("item"), form.field("digest"));
    let mine = [("csrf", csrf.as_str()), ("op", &op), ("item", &item), ("digest", &digest), ("then", "next")];
    let next = clerk.post("/dak/new", &[&mine[..], &LETTER].concat());
    assert!(
        next.has("आवक 1/") && next.has("value=\"Verification\"") || next.has(">Verification<"),
        "{}",
        next.body
    );
    assert!(next.has("value=\"2026-11-20\""), "the day of the mail is suggested");
    let discarded = clerk.submit(
        &format!("/dak/tray/{}/discard", next.field("item")),
        &format!("/dak/tray/{}/discard", next.field("item")),
        &[],
    );
    assert!(discarded.has("ट्रे खाली है"), "{}", discarded.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_lists_filters_and_hides_what_is_classified() {
    let (_office, running) = office(85).await;
    let clerk = clerk(&running);
    diarise(&clerk, &[]);
    diarise(
        &clerk,
        &[("from", "कलेक्टर"), ("letter_number", "9"), ("received", "2026-11-21"), ("case", "character")],
    );
    diarise(&clerk, &[("subject", "छिपा हुआ"), ("letter_number", "10"), ("classification", "secret")]);
    let all = clerk.get("/dak/inward");
    assert!(all.has("3 प्रविष्टियाँ") && all.has("छिपा हुआ"), "its own diarist sees it: {}", all.body);
    let admin = Browser::new(&running);
    admin.sign_in(ADMIN, PASSWORD);
    let others = admin.get("/dak/inward");
    assert!(others.has("आवक 3/") && others.has("(गुप्त)") && !others.has("छिपा हुआ"), "{}", others.body);
    assert!(!admin.get(&inward("words", "छिपा")).has("आवक 3/"), "nor is it found by its words");
    assert!(clerk.get(&inward("words", "कलेक्टर")).has("1 प्रविष्टि"));
    assert!(clerk.get("/dak/inward?from_day=2026-11-21").has("1 प्रविष्टि"));
    assert!(clerk.get("/dak/inward?case=character").has("1 प्रविष्टि"));
    assert!(clerk.get("/dak/inward?watch=court").has("कोई प्रविष्टि नहीं मिली"));
    assert!(clerk.get("/dak/inward?standing=here&page=7").has("3 प्रविष्टियाँ"));
    assert!(clerk.get("/desk?only=watched").has("आवक 2/"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dak_is_put_into_a_file_with_its_papers_and_reopened() {
    let (_office, running) = office(86).await;
    let clerk = clerk(&running);
    let dak = id_of(&clerk.upload("/dak/new", "/dak/new", &LETTER, "a.pdf", PDF));
    let sheet = format!("/files/{dak}/put-in-file");
    let file = clerk.submit(
        &format!("/files/new?dak={dak}"),
        "/files/new",
        &[("subject", "धरना 2026"), ("language", "hi"), ("dak", &dak)],
    );
    assert!(file.has("नस्ती में रखें") && file.has(" checked"), "the new file is chosen: {}", file.body);
    let id = file.between("name=\"file\" value=\"", "\"");
    let copied = clerk.submit(&sheet, &sheet, &[("file", &id), ("then", "copy")]);
    assert!(copied.has("प्रति नस्ती") && phase(&running, &dak) == Phase::Active, "{}", copied.body);
    let put = clerk.submit(&sheet, &sheet, &[("file", &id), ("then", "put")]);
    assert!(put.status == 200 && put.has("में रखी गई"), "{}", put.body);
    assert_eq!(phase(&running, &dak), Phase::Closed);
    let shown = clerk.get(&format!("/files/{id}"));
    assert!(shown.has("आवक 1/") && shown.has("पृ.4-6/प"), "its pages are numbered on: {}", shown.body);
    assert!(clerk.get(&format!("/files/{dak}/where")).has("नस्ती में रखी गई"));
    assert!(clerk.get("/dak/inward?standing=closed").has("1 प्रविष्टि"));
    let itself =
        clerk.submit(&format!("/files/{dak}/reopen"), &format!("/files/{dak}/reopen"), &[("reason", "पुनः")]);
    assert_eq!((itself.status, phase(&running, &dak)), (200, Phase::Active));
    let refused = clerk.submit(&sheet, &sheet, &[("file", &dak)]);
    assert!(refused.status == 422 && refused.has("उसी में नहीं"), "{}", refused.body);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_go_to_many_and_the_original_stays() {
    let (_office, running) = office(87).await;
    let clerk = clerk(&running);
    let dak = id_of(&clerk.upload("/dak/new", "/dak/new", &LETTER, "a.pdf", PDF));
    let sheet = format!("/files/{dak}/copies");
    let page = clerk.get(&sheet);
    let to = page.between("name=\"to-", "\"");
    let none = clerk.submit(&sheet, &sheet, &[("then", "send")]);
    assert_eq!(none.status, 422, "{}", none.body);
    let (csrf, op) = (page.field("csrf"), page.field("op"));
    let name = format!("to-{to}");
    let form = [("csrf", csrf.as_str()), ("op", &op), ("then", "send"), (&name, "on"), ("remarks", "सूचनार्थ")];
    let sent = clerk.post(&sheet, &form);
    assert!(sent.has("1 प्रति भेजी गई"), "{}", sent.body);
    clerk.post(&sheet, &form);
    assert_eq!(phase(&running, &dak), Phase::Active);
    let admin = Browser::new(&running);
    admin.sign_in(ADMIN, PASSWORD);
    let desk = admin.get("/desk");
    assert_eq!(desk.body.matches("c-subject\"><div><a").count(), 1, "sent twice, copied once: {}", desk.body);
    let copy = admin.get(&format!("/files/{}", desk.between("c-subject\"><div><a href=\"/files/", "\"")));
    assert!(copy.has("प्रति-1") && copy.has("<iframe") && copy.has("जा.क्र. 42/2026"), "{}", copy.body);
    running.stop().await;
}
