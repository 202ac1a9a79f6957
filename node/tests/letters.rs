//! Letters over HTTP: drafted, approved, issued, served on another post, and the outward register.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[allow(dead_code, reason = "shared with the tests of the pages")]
#[path = "daemon/browser.rs"]
mod browser;
#[allow(dead_code, reason = "shared with the tests of the daemon")]
#[path = "daemon/support.rs"]
mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mohar_node::run::Running;
use mohar_protocol::id::MatterId;
use mohar_protocol::records::Records;

use crate::browser::{Browser, CLERK, CLERK_PASSWORD, Page, office};
use crate::support::{ADMIN, PASSWORD};

fn clerk(running: &Running) -> Browser {
    let clerk = Browser::new(running);
    clerk.sign_in(CLERK, CLERK_PASSWORD);
    clerk
}

fn verbs(running: &Running, id: &str) -> Vec<&'static str> {
    let snapshot = running.ledger.snapshot();
    let records = Records::new(&snapshot);
    let id: MatterId = id.parse().unwrap();
    let chain = records.chain(&id, 0, 100).unwrap();
    let verb = |act| records.act(act).unwrap().unwrap().header().known_verb().unwrap().name();
    chain.iter().map(verb).collect()
}

/// One step of the form, with what the page before it carried along.
fn step(clerk: &Browser, action: &str, page: &Page, more: &[(&str, &str)]) -> Page {
    let (csrf, op, seen) = (page.field("csrf"), page.field("op"), page.field("seen"));
    let chosen = unescaped(&page.field("chosen"));
    let mine = [("csrf", csrf.as_str()), ("op", &op), ("seen", &seen), ("chosen", &chosen)];
    clerk.post(action, &[&mine[..], more].concat())
}

fn unescaped(text: &str) -> String {
    text.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#38;", "&").replace("&amp;", "&")
}

const WORDS: [(&str, &str); 4] =
    [("kind", "letter"), ("language", "hi"), ("subject", "भवन की मरम्मत"), ("text", "राशि स्वीकृत की जाए।")];

/// A draft to the administrator's desk, with a copy by post. Gives its address.
fn draft(clerk: &Browser, id: &str) -> String {
    let action = format!("/files/{id}/letters/new");
    let form = clerk.get(&action);
    assert!(form.status == 200 && form.has("महोदय,"), "{}", form.body);
    let found = step(clerk, &action, &form, &[&WORDS[..], &[("then", "search"), ("q", "प्रशासक")]].concat());
    let to = format!("to:{}", found.between("value=\"to:", "\""));
    let chosen = step(clerk, &action, &found, &[&WORDS[..], &[("then", &to)]].concat());
    assert!(
        chosen.has("drop-to:0") && chosen.has("राशि स्वीकृत की जाए।"),
        "what was typed stays: {}",
        chosen.body
    );
    let other = [("then", "other-copy"), ("other_name", "श्री रामलाल, ग्राम बेटमा"), ("other_mode", "2")];
    let copied = step(clerk, &action, &chosen, &[&WORDS[..], &other].concat());
    assert!(copied.has("drop-copy:0"), "{}", copied.body);
    let kept = step(clerk, &action, &copied, &[&WORDS[..], &[("then", "save")]].concat());
    assert!(kept.has("अनुमोदन शेष") && kept.has("(प्रारूप, हस्ताक्षर शेष)"), "{}", kept.body);
    format!("/files/{id}/letters/{}", kept.between(&format!("/files/{id}/letters/"), "/edit"))
}

fn approve(clerk: &Browser, letter: &str) -> Page {
    let version = clerk.get(letter).field("version");
    clerk.submit(letter, &format!("{letter}/approve"), &[("version", &version)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_drafted_approved_issued_and_served() {
    let (_office, running) = office(91).await;
    let clerk = clerk(&running);
    let id = clerk.open_file("सामुदायिक भवन");
    let letter = draft(&clerk, &id);
    let early = clerk.get(&format!("{letter}/issue"));
    assert!(early.status != 200 && early.has("letter.not_approved"), "{}", early.body);
    let approved = approve(&clerk, &letter);
    assert!(approved.has("अनुमोदित"), "{}", approved.body);

    // A change needs a new approval.
    let edit = format!("{letter}/edit");
    let form = clerk.get(&edit);
    let other = [WORDS[0], WORDS[1], WORDS[2], ("text", "राशि अस्वीकृत की जाए।"), ("then", "save")];
    let changed = step(&clerk, &edit, &form, &other);
    assert!(changed.has("अनुमोदन शेष") && changed.has("रूप 2"), "{}", changed.body);
    let stale = step(&clerk, &edit, &form, &[&other[..4], &[("text", "और कुछ"), ("then", "save")]].concat());
    assert!(stale.status == 422, "{}", stale.body);
    let compared = clerk.get(&format!("{letter}?version=2&with=1"));
    assert!(compared.has("<del>") && compared.has("<ins>"), "{}", compared.body);
    approve(&clerk, &letter);

    let sheet = clerk.get(&format!("{letter}/issue"));
    assert!(sheet.has("…/") && sheet.has("श्री रामलाल") && sheet.has("अस्वीकृत"), "{}", sheet.body);
    let (csrf, op, approval) = (sheet.field("csrf"), sheet.field("op"), sheet.field("approval"));
    let fields = [("csrf", csrf.as_str()), ("op", &op), ("approval", &approval)];
    let issued = clerk.post(&format!("{letter}/issue"), &fields);
    assert!(issued.status == 200 && issued.has("जारी हुआ"), "{}", issued.body);
    assert!(issued.has("जारी किया गया") && issued.has("पृ.1/प"), "it is docketed: {}", issued.body);
    assert!(
        issued.has("letter-paper") && issued.has("पृ. क्रमांक"),
        "and lies among the papers: {}",
        issued.body
    );
    clerk.post(&format!("{letter}/issue"), &fields);
    assert_eq!(
        verbs(&running, &id),
        ["open", "draft", "approve", "draft", "approve", "issue"],
        "issued once"
    );
    let paper = clerk.get(&format!("/files/{id}/papers/1"));
    assert!(paper.has("letter-paper") && paper.has("राशि अस्वीकृत की जाए।"), "{}", paper.body);

    let admin = Browser::new(&running);
    admin.sign_in(ADMIN, PASSWORD);
    let desk = admin.get("/desk");
    assert_eq!(desk.body.matches("title=\"भवन की मरम्मत\"").count(), 1, "served once: {}", desk.body);
    let served = admin.get(&format!("/files/{}", desk.between("c-subject\"><div><a href=\"/files/", "\"")));
    assert!(served.has("प्राप्तकर्ता सूची से सत्यापित") && served.has("राशि अस्वीकृत की जाए।"), "{}", served.body);
    assert!(
        !clerk.get("/dak/inward").has("भवन की मरम्मत"),
        "what goes out does not stand in the inward register"
    );
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_says_what_came_of_a_letter() {
    let (office, running) = office(92).await;
    let browser = clerk(&running);
    let id = browser.open_file("सामुदायिक भवन");
    for n in 1..=2 {
        let letter = draft(&browser, &id);
        approve(&browser, &letter);
        let approval = browser.get(&format!("{letter}/issue")).field("approval");
        let issued = browser.submit(
            &format!("{letter}/issue"),
            &format!("{letter}/issue"),
            &[("approval", &approval)],
        );
        assert!(issued.has("जारी हुआ"), "{n}: {}", issued.body);
    }
    running.stop().await;
    let running = office.start().await;
    let browser = clerk(&running);
    let register = browser.get("/dak/outward");
    let year = register.between("<bdi>3/", "</bdi>");
    assert!(register.has(&format!("<bdi>1/{year}")) && !register.has("<bdi>5/"), "{}", register.body);
    assert!(
        register.has("2 प्रविष्टियाँ") && register.has("भेजना शेष 1") && register.has("पहुँचा 1"),
        "{}",
        register.body
    );
    let url = format!("/dak/outward/{}", register.between("/dak/outward/", "\""));
    let page =
        browser.submit(&url, &url, &[("line", "1"), ("mode", "3"), ("state", "2"), ("words", "घर बंद मिला")]);
    assert!(page.has("वापस आया") && page.has("घर बंद मिला"), "{}", page.body);
    assert!(browser.get("/dak/outward?standing=returned").has("1 प्रविष्टि"));
    assert!(browser.get("/dak/outward?standing=to-send&mode=2").has("1 प्रविष्टि"));
    assert!(browser.get("/dak/outward?kind=order").has("कोई पत्र नहीं मिला"));
    let wrong = browser.submit(&url, &url, &[("line", "7"), ("mode", "3"), ("state", "1")]);
    assert_eq!(wrong.status, 422, "{}", wrong.body);
    running.stop().await;
}

/// A relay that puts the first mail off and takes the second one: what it was told, line by line.
fn relay() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, told) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let heard = Arc::clone(&told);
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let Ok(stream) = stream else { return };
            // A client that goes away in the middle has said what it said.
            let _ = serve_mail(stream, n > 0, &heard);
        }
    });
    (address, told)
}

fn serve_mail(mut stream: TcpStream, takes: bool, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"220 relay\r\n")?;
    let mut in_text = false;
    for line in lines {
        let line = line?;
        let answer: &[u8] = match line.as_str() {
            "." => {
                in_text = false;
                if takes { b"250 taken\r\n" } else { b"451 later\r\n" }
            }
            _ if in_text => b"",
            "DATA" => {
                in_text = true;
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 good\r\n",
        };
        heard.lock().unwrap().push(line);
        stream.write_all(answer)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_that_is_put_off_waits_and_goes_after_a_restart() {
    let (office, running) = office(93).await;
    running.stop().await;
    let (address, told) = relay();
    let settings = office.data.path().join("node.toml");
    let before = std::fs::read_to_string(&settings).unwrap_or_default();
    let smtp = format!("{before}\n[letters.smtp]\nrelay = \"{address}\"\nfrom = \"office@example.org\"\n");
    std::fs::write(&settings, smtp).unwrap();
    let running = office.start().await;
    let browser = clerk(&running);
    let id = browser.open_file("सामुदायिक भवन");
    let action = format!("/files/{id}/letters/new");
    let form = browser.get(&action);
    let other = [
        ("then", "other-to"),
        ("other_name", "अधीक्षक"),
        ("other_email", "sp@example.net"),
        ("other_mode", "4"),
    ];
    let chosen = step(&browser, &action, &form, &[&WORDS[..], &other].concat());
    let kept = step(&browser, &action, &chosen, &[&WORDS[..], &[("then", "save")]].concat());
    let letter = format!("/files/{id}/letters/{}", kept.between(&format!("/files/{id}/letters/"), "/edit"));
    approve(&browser, &letter);
    let sheet = format!("{letter}/issue");
    let approval = browser.get(&sheet).field("approval");
    assert!(browser.submit(&sheet, &sheet, &[("approval", &approval)]).has("जारी हुआ"));
    let shows = |browser: &Browser, text: &str| {
        let register = browser.get("/dak/outward");
        browser.get(&format!("/dak/outward/{}", register.between("/dak/outward/", "\""))).has(text)
    };
    let wait = |browser: &Browser, text: &str| {
        let since = Instant::now();
        while !shows(browser, text) {
            assert!(since.elapsed() < Duration::from_secs(60), "{text}: {:?}", told.lock().unwrap());
            tokio::task::block_in_place(|| std::thread::sleep(Duration::from_millis(100)));
        }
    };
    wait(&browser, "SMTP 451 (1)");
    running.stop().await;
    let running = office.start().await;
    let browser = clerk(&running);
    wait(&browser, "SMTP 250 (2)");
    assert!(shows(&browser, "भेजा गया"));
    let told = told.lock().unwrap().clone();
    let ids: Vec<&String> = told.iter().filter(|line| line.starts_with("Message-ID")).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "what goes twice is known as one: {told:?}");
    assert!(told.iter().any(|line| line.contains("sp@example.net")), "{told:?}");
    running.stop().await;
}
