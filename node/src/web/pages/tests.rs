//! Renders every sample of every page in both languages.

use askama::Template;

use super::confirm::{Confirm, Verb};
use super::desk::{Desk, DeskRows};
use super::diarise::Diarise;
use super::entry::{ChoosePost, SignIn};
use super::file::{FileView, Note, Notes, Preview};
use super::frame::{Banner, Frame, Lamp, SAMPLE_NOW};
use super::intake::OpenFile;
use super::inward::{Inward, Slip};
use super::letters::{IssueSheet, Kind, LetterForm, LetterPage, LetterPaper};
use super::many::{Many, ManyDone};
use super::office_safety::OfficeSafety;
use super::outward::{Outward, OutwardLetter};
use super::people::People;
use super::problem::{Problem, Sort};
use super::put_in_file::{Copies, PutInFile};
use super::search::Search;
use super::send::SendSheet;
use super::settings::{Help, Settings};
use super::tray::{Discard, TrayPage};
use super::waiting::Waiting;
use super::where_is_it::WhereIsIt;
use super::words::Place;
use crate::web::texts::Lang;

/// Whole pages by name.
fn pages(lang: Lang) -> Vec<(String, String)> {
    let mut all: Vec<(String, askama::Result<String>)> = vec![
        ("sign_in".to_owned(), SignIn::sample(lang).render()),
        ("choose_post".to_owned(), ChoosePost::sample(lang).render()),
        ("desk".to_owned(), Desk::sample(lang).render()),
        ("desk_empty".to_owned(), Desk::sample_empty(lang).render()),
        ("open_file".to_owned(), OpenFile::sample(lang).render()),
        ("diarise".to_owned(), Diarise::sample(lang).render()),
        ("diarise_repeated".to_owned(), Diarise::sample_repeated(lang).render()),
        ("tray".to_owned(), TrayPage::sample(lang).render()),
        ("tray_empty".to_owned(), TrayPage::sample_empty(lang).render()),
        ("tray_discard".to_owned(), Discard::sample(lang).render()),
        ("inward".to_owned(), Inward::sample(lang).render()),
        ("inward_empty".to_owned(), Inward::sample_empty(lang).render()),
        ("put_in_file".to_owned(), PutInFile::sample(lang).render()),
        ("copies".to_owned(), Copies::sample(lang).render()),
        ("search".to_owned(), Search::sample(lang).render()),
        ("search_new".to_owned(), Search::sample_new(lang).render()),
        ("search_empty".to_owned(), Search::sample_empty(lang).render()),
        ("slip".to_owned(), Slip::sample(lang).render()),
        ("outward".to_owned(), Outward::sample(lang).render()),
        ("outward_empty".to_owned(), Outward::sample_empty(lang).render()),
        ("outward_letter".to_owned(), OutwardLetter::sample(lang).render()),
        ("letter_form".to_owned(), LetterForm::sample(lang).render()),
        ("letter".to_owned(), LetterPage::sample(lang).render()),
        ("letter_issued".to_owned(), LetterPage::sample_issued(lang).render()),
        ("issue".to_owned(), IssueSheet::sample(lang).render()),
        ("file".to_owned(), FileView::sample(lang).render()),
        ("file_elsewhere".to_owned(), FileView::sample_elsewhere(lang).render()),
        ("file_new".to_owned(), FileView::sample_new(lang).render()),
        ("send".to_owned(), SendSheet::sample(lang).render()),
        ("send_choosing".to_owned(), SendSheet::sample_choosing(lang).render()),
        ("where_is_it".to_owned(), WhereIsIt::sample(lang).render()),
        ("office_safety".to_owned(), OfficeSafety::sample(lang).render()),
        ("settings".to_owned(), Settings::sample(lang).render()),
        ("many".to_owned(), Many::sample(lang).render()),
        ("many_park".to_owned(), Many::sample_park(lang).render()),
        ("many_done".to_owned(), ManyDone::sample(lang).render()),
        ("people".to_owned(), People::sample(lang).render()),
        ("waiting".to_owned(), Waiting::sample(lang).render()),
        ("help".to_owned(), Help::sample(lang).render()),
    ];
    for kind in Kind::ALL {
        all.push((format!("letter_{}", kind.code()), LetterPaper::sample(lang, kind).render()));
    }
    for verb in Verb::ALL {
        all.push((format!("confirm_{}", verb.path()), Confirm::sample(lang, verb).render()));
    }
    for sort in Sort::ALL {
        all.push((format!("problem_{sort:?}"), Problem::sample(lang, sort).render()));
    }
    all.into_iter().map(|(name, html)| (name, html.expect("a sample renders"))).collect()
}

fn fragments(lang: Lang) -> Vec<(String, String)> {
    let rows = DeskRows::sample(lang).render().expect("the rows render");
    let notes = Notes::sample(lang).render().expect("the notes render");
    let preview = Preview::sample(lang).render().expect("the preview renders");
    vec![("rows".to_owned(), rows), ("notes".to_owned(), notes), ("preview".to_owned(), preview)]
}

#[test]
fn every_page_speaks_both_languages_without_gaps() {
    for lang in Lang::ALL {
        for (name, html) in pages(lang).into_iter().chain(fragments(lang)) {
            for gap in ["{", "⟦", "</script><", "style=\"", "onclick"] {
                assert!(!html.contains(gap), "{name} in {} has {gap}", lang.code());
            }
        }
        for (name, html) in pages(lang) {
            assert!(html.contains(&format!("<html lang=\"{}\">", lang.code())), "{name}");
            assert!(html.contains("<main id=\"content\""), "{name}");
            assert_eq!(html.matches("<h1").count(), 1, "{name} has one heading of the first level");
        }
    }
}

#[test]
fn every_form_that_acts_is_protected() {
    for (name, html) in pages(Lang::Hi) {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if !form.contains("method=\"post\"") {
                assert!(form.contains("method=\"get\""), "{name}");
                continue;
            }
            for field in ["name=\"csrf\"", "name=\"op\""] {
                assert_eq!(form.matches(field).count(), 1, "{name} lacks {field}");
            }
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, html) in pages(Lang::En) {
        for opening in ["<input id=\"", "<textarea id=\"", "<select id=\""] {
            for rest in html.split(opening).skip(1) {
                let id = rest.split('"').next().unwrap_or_default();
                assert!(html.contains(&format!("<label for=\"{id}\"")), "{name}: {id}");
            }
        }
    }
}

#[test]
fn ids_are_unique_on_a_page() {
    for (name, html) in pages(Lang::Hi) {
        let mut ids: Vec<&str> =
            html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let hostile = "<script>alert(1)</script>\" onx=\"\u{202E}fdp.exe";
    let mut desk = Desk::sample(Lang::Hi);
    desk.frame.office = hostile.to_owned();
    desk.frame.path = hostile.to_owned();
    for row in &mut desk.rows {
        row.subject = hostile.to_owned();
        row.from = Some(Place::sample(hostile, hostile, hostile));
    }
    let mut file = FileView::sample(Lang::En);
    let by = Place::sample(hostile, hostile, hostile);
    file.sheet.notes = vec![Note::new("ab".to_owned(), 1, 1, hostile, by, SAMPLE_NOW)];
    file.phrases = vec![hostile.to_owned()];
    file.papers[1].title = hostile.to_owned();
    if let Some(draft) = &mut file.draft {
        draft.text = format!("</textarea>{hostile}");
    }
    let mut search = Search::sample(Lang::Hi);
    search.asked.words = hostile.to_owned();
    for piece in &mut search.rows[0].snippet {
        piece.text = hostile.to_owned();
    }
    for html in [desk.render(), file.render(), search.render()] {
        let html = html.expect("hostile text renders");
        assert!(!html.contains("<script>alert"), "markup obeyed");
        assert!(!html.contains("\" onx=\""), "attribute left");
        assert!(!html.contains('\u{202E}'), "text reordered");
        assert_eq!(html.matches("</textarea>").count(), html.matches("<textarea").count());
    }
}

#[test]
fn references_lead_to_papers_that_exist() {
    let html = FileView::sample(Lang::Hi).render().expect("the sample renders");
    assert!(
        html.contains("href=\"/files/00000001?paper=2&#38;at=5#papers\">पृ.5/प</a>")
            || html.contains("href=\"/files/00000001?paper=2&amp;at=5#papers\">पृ.5/प</a>"),
        "{html}"
    );
    assert!(!html.contains("at=99"), "a page that is not there is no link");
    assert!(html.contains("#page=3"), "page 4 of the papers is the third page of its document");
}

#[test]
fn only_allowed_acts_are_offered() {
    let html = FileView::sample_elsewhere(Lang::Hi).render().expect("the sample renders");
    assert!(html.contains("/files/00000001/recall"));
    assert!(
        html.contains("id=\"kept\"") && !html.contains("id=\"note\""),
        "unsent words are shown, not written on"
    );
    for path in ["/send\"", "/close\"", "/park\"", "/draft\""] {
        assert!(!html.contains(&format!("/files/00000001{path}")), "{path}");
    }
}

#[test]
fn the_lamp_is_green_only_with_proof() {
    for lamp in [Lamp::RecordedHere, Lamp::Waiting { n: 1, since: 0 }, Lamp::Unknown, Lamp::Fault] {
        assert_ne!(lamp.class(), "lamp-good");
    }
    assert_eq!(Lamp::Held { mirrors: 1 }.class(), "lamp-good");
}

#[test]
fn a_waiting_row_names_its_target_and_age() {
    let html = DeskRows::sample(Lang::Hi).render().expect("the rows render");
    assert!(html.contains("प्रतीक्षा में (3 घंटे): कलेक्टर कार्यालय इन्दौर"), "{html}");
}

#[test]
fn banners_name_the_cause_and_what_to_do() {
    let t = Frame::sample(Lang::Hi).t;
    let banners = [
        Banner::OfficesUnreachable { since: SAMPLE_NOW, waiting: 0 },
        Banner::NotSigning { why: "लाइन जाँचें।".to_owned() },
        Banner::Unwitnessed,
        Banner::ReadOnly { cause: "डिस्क 97% भरी".to_owned() },
        Banner::Planned { at: SAMPLE_NOW, minutes: 1 },
    ];
    for banner in banners {
        let text = banner.text(t, SAMPLE_NOW);
        assert!(!text.contains('{') && !text.contains('⟦'), "{text}");
    }
}

/// A first visit to the desk, compressed, without fonts, must stay within 100 KB; uncompressed
/// bytes are a stricter bound and need no compressor here.
#[test]
fn the_first_visit_is_small() {
    let html = Desk::sample(Lang::Hi).render().expect("the desk renders");
    let bytes = |name: &str| super::assets::find(name).map_or(0, |asset| asset.bytes.len());
    let first = html.len() + bytes("pages.css") + bytes("pages.js");
    assert!(bytes("pages.css") > 0 && bytes("pages.js") > 0, "assets are built");
    assert!(first < 100 * 1024, "{first} bytes");
    let writing = first + bytes("writing.js");
    assert!(
        bytes("writing.js") > 0 && writing < 160 * 1024,
        "{writing} bytes, kept by the browser from then on"
    );
    let fonts = ["noto-deva-400", "noto-deva-700", "noto-latin-400", "noto-latin-700"];
    let fonts: usize = fonts.iter().map(|name| bytes(&format!("{name}.woff2"))).sum();
    assert!(fonts <= 130 * 1024, "{fonts} bytes of fonts");
}

/// Writes all pages for a look at them in a browser:
/// `cargo test -p mohar-node dump_pages -- --ignored`, then open `target/pages-hi/desk.html`.
#[test]
#[ignore = "writes files for the eye"]
fn dump_pages() {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "../target".to_owned());
    for lang in Lang::ALL {
        let dir = std::path::Path::new(&target).join(format!("pages-{}", lang.code()));
        std::fs::create_dir_all(dir.join("assets")).expect("the target directory is ours");
        for asset in super::assets::all() {
            let bytes = match asset.name {
                "pages.css" => {
                    String::from_utf8_lossy(asset.bytes).replace("url(\"/assets/", "url(\"").into_bytes()
                }
                _ => asset.bytes.to_vec(),
            };
            std::fs::write(dir.join("assets").join(asset.name), bytes).expect("written");
        }
        for (name, html) in pages(lang) {
            let html = html.replace("\"/assets/", "\"assets/");
            std::fs::write(dir.join(format!("{name}.html")), html).expect("written");
        }
    }
}
