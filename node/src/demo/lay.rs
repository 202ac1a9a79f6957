//! Lays the work on the desks: officers sign in and do each step through the pages.
//!
//! Several matters go on at the same time, the steps of one in their order. What has to arrive at
//! another office is awaited there, on the desk, as its officer would.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use mohar_node::clock::Stopwatch;

use super::browser::{Browser, Upload};
use super::federation::{OfficePlan, PostPlan, place};
use super::folder::Marker;
use super::progress::Progress;
use super::work::{Kind, Matter, Paper, Park, Send, Step, Work, dated, iso, paper};

/// Matters at one time: enough to use two cores while others wait for the way between offices.
const AT_ONCE: usize = 4;

/// How long something may be on its way before the demonstration gives up.
const ARRIVAL: Duration = Duration::from_secs(60);

/// Between two looks at a desk.
const LOOK: Duration = Duration::from_millis(150);

/// The officers' browsers, each opened and signed in when it is first needed.
pub struct Browsers<'a> {
    marker: &'a Marker,
    open: Mutex<BTreeMap<String, Arc<OnceLock<Browser>>>>,
}

/// A matter on its way.
struct Journey<'a> {
    browsers: &'a Browsers<'a>,
    id: String,
    /// Who has it; the last is who has it now.
    held: Vec<String>,
}

/// Lays all of it.
///
/// # Errors
/// The first step that fails, and of which matter.
pub fn lay(marker: &Marker, work: &Work, say: &Progress) -> anyhow::Result<()> {
    let browsers = Browsers::new(marker);
    let (next, laid) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let worker = || {
            while let Some(matter) = work.matter.get(next.fetch_add(1, Ordering::Relaxed)) {
                Journey::make(&browsers, matter)
                    .with_context(|| format!("{} ({})", matter.subject, matter.at))?;
                let laid = laid.fetch_add(1, Ordering::Relaxed) + 1;
                if laid.is_multiple_of(5) {
                    say.step(&format!("{laid} of {} files and dak are on their desks.", work.matter.len()));
                }
            }
            Ok(())
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("a thread ended early"))?)
    })
}

impl<'a> Browsers<'a> {
    /// None is open yet.
    pub fn new(marker: &'a Marker) -> Self {
        Self { marker, open: Mutex::default() }
    }

    /// Lets the holder of a post work.
    ///
    /// # Errors
    /// When there is no such post, the officer cannot sign in, or the work fails.
    pub fn with<T>(&self, at: &str, work: impl FnOnce(&Browser) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let (office, post) = place(at).with_context(|| format!("{at} is no post"))?;
        let slot = Arc::clone(
            self.open.lock().unwrap_or_else(PoisonError::into_inner).entry(at.to_owned()).or_default(),
        );
        if let Some(browser) = slot.get() {
            return work(browser);
        }
        let browser = Browser::open(self.marker.ports(office.key).web);
        browser.sign_in(post.holder.login, &self.marker.password, post.name_hi)?;
        // Two workers may both have signed in; one of the sessions is used from now on.
        work(slot.get_or_init(|| browser))
    }
}

impl<'a> Journey<'a> {
    fn make(browsers: &'a Browsers<'a>, matter: &Matter) -> anyhow::Result<()> {
        let id = browsers.with(&matter.at, |browser| begin(browser, matter))?;
        let mut journey = Self { browsers, id, held: vec![matter.at.clone()] };
        for (index, step) in matter.step.iter().enumerate() {
            journey.take(step).with_context(|| format!("step {} at {}", index + 1, journey.now()))?;
        }
        Ok(())
    }

    fn take(&mut self, step: &Step) -> anyhow::Result<()> {
        let file = format!("/files/{}", self.id);
        match step {
            Step::Note(text) => self.submit(&file, &format!("{file}/draft"), &[("text", &dated(text))]),
            Step::Paper(paper) => self.attach(paper),
            Step::Send(send) => self.send(send),
            Step::Park(Park { days, reason }) => {
                let action = format!("{file}/park");
                self.submit(&action, &action, &[("until", &iso(*days)), ("reason", reason)])
            }
            Step::Close(reason) => {
                let action = format!("{file}/close");
                self.submit(&action, &action, &[("retention", "c5"), ("reason", reason)])
            }
            Step::SendBack(reason) => {
                let action = format!("{file}/send-back");
                self.look(&file)?;
                self.submit(&action, &action, &[("reason", reason)])?;
                let before = self.held.iter().rev().nth(1).context("it has been nowhere else")?.clone();
                self.arrive(before)
            }
        }
    }

    fn attach(&self, one: &Paper) -> anyhow::Result<()> {
        let (name, bytes) = paper(one.text.as_deref(), one.embedded.as_deref())?.context("an empty paper")?;
        let action = format!("/files/{}/attach", self.id);
        self.browsers.with(self.now(), |browser| {
            let page = browser.get(&action)?;
            let fields = [("title", one.title.as_str()), ("paper_date", &iso(one.date))];
            let upload = Upload { name: &name, bytes: &bytes };
            browser.submit(&page, &action, &fields, Some(upload))?.followed().map(drop)
        })
    }

    fn send(&mut self, send: &Send) -> anyhow::Result<()> {
        let (office, post) = place(&send.to).with_context(|| format!("{} is no post", send.to))?;
        let action = format!("/files/{}/send", self.id);
        self.look(&format!("/files/{}", self.id))?;
        self.browsers.with(self.now(), |browser| {
            let sheet = self.find(browser, &action, office, post)?;
            let page = browser.get(&sheet)?;
            let due = send.due.map(iso).unwrap_or_default();
            let fields = [
                ("wanted", send.wanted.as_str()),
                ("due", &due),
                ("urgency", &send.urgency),
                ("remarks", &send.remarks),
            ];
            browser.submit(&page, &action, &fields, None)?.followed().map(drop)
        })?;
        self.arrive(send.to.clone())
    }

    /// Looks for a post of an office on the send sheet; the names of a new office take a moment to
    /// come to the others.
    fn find(
        &self,
        browser: &Browser,
        action: &str,
        office: &OfficePlan,
        post: &PostPlan,
    ) -> anyhow::Result<String> {
        let watch = Stopwatch::start();
        let words = format!("{} {}", office.name_hi, post.name_hi);
        loop {
            let page = browser.search(action, &words)?;
            if let Some(link) = page.target(post.name_hi, office.name_hi) {
                return Ok(link);
            }
            if watch.elapsed() > ARRIVAL {
                bail!("{}, {} cannot be chosen on the send sheet", post.name_hi, office.name_hi);
            }
            sleep(LOOK);
        }
    }

    /// Waits until it stands on the next desk.
    fn arrive(&mut self, next: String) -> anyhow::Result<()> {
        let link = format!("/files/{}", self.id);
        let watch = Stopwatch::start();
        self.browsers.with(&next, |browser| {
            while !browser.get("/desk/rows?tab=all")?.shows(&link) {
                if watch.elapsed() > ARRIVAL {
                    bail!("it has not arrived at {next} after {} s", ARRIVAL.as_secs());
                }
                sleep(LOOK);
            }
            Ok(())
        })?;
        self.held.push(next);
        Ok(())
    }

    /// The holder opens the file, as everyone does before sending it on.
    fn look(&self, file: &str) -> anyhow::Result<()> {
        self.browsers.with(self.now(), |browser| browser.get(file).map(drop))
    }

    fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        self.browsers.with(self.now(), |browser| {
            let page = browser.get(page)?;
            browser.submit(&page, action, fields, None)?.followed().map(drop)
        })
    }

    fn now(&self) -> &str {
        self.held.last().map_or("", String::as_str)
    }
}

/// Opens the file or diarises the dak; its id.
fn begin(browser: &Browser, matter: &Matter) -> anyhow::Result<String> {
    let leads = match matter.kind {
        Kind::File => {
            let fields = [
                ("subject", matter.subject.as_str()),
                ("legacy_number", &matter.legacy_number),
                ("language", "hi"),
                ("urgency", &matter.urgency),
            ];
            let page = browser.get("/files/new")?;
            browser.submit(&page, "/files/new", &fields, None)?
        }
        Kind::Dak => {
            let paper = paper(matter.text.as_deref(), matter.embedded.as_deref())?;
            let upload = paper.as_ref().map(|(name, bytes)| Upload { name, bytes });
            let dak = Dak {
                from: &matter.from,
                subject: &matter.subject,
                date: &iso(matter.date),
                letter_number: &matter.letter_number,
                urgency: &matter.urgency,
            };
            return diarise(browser, &dak, upload);
        }
    };
    id_of(&leads.followed()?)
}

/// What the diary form asks.
pub struct Dak<'a> {
    /// Sender.
    pub from: &'a str,
    /// Subject.
    pub subject: &'a str,
    /// Date on the letter, `yyyy-mm-dd`.
    pub date: &'a str,
    /// Number on the letter.
    pub letter_number: &'a str,
    /// As the form names it.
    pub urgency: &'a str,
}

/// Diarises a letter; its id.
///
/// # Errors
/// What the page says instead.
pub fn diarise(browser: &Browser, dak: &Dak<'_>, paper: Option<Upload<'_>>) -> anyhow::Result<String> {
    let fields = [
        ("from", dak.from),
        ("subject", dak.subject),
        ("letter_date", dak.date),
        ("letter_number", dak.letter_number),
        ("urgency", dak.urgency),
        ("then", "open"),
    ];
    let page = browser.get("/dak/new")?;
    id_of(&browser.submit(&page, "/dak/new", &fields, paper)?.followed()?)
}

fn id_of(leads: &str) -> anyhow::Result<String> {
    leads.strip_prefix("/files/").map(str::to_owned).with_context(|| format!("the form leads to {leads}"))
}
