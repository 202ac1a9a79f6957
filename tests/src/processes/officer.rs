//! An officer with a browser: pages and forms over HTTP, a cookie jar, and nothing else.
//!
//! A verb gets its form from the page that shows it, fills it in and sends it. When nobody answers,
//! the same form is sent again, as a person does who presses the button again; the page's operation
//! id must make that one act.

use std::time::{Duration, Instant};

use ureq::Agent;

use crate::processes::html::{Form, Link, between, links, text_of};
use crate::processes::{PASSWORD, PATIENCE};

/// Pause before a form is sent again.
const AGAIN: Duration = Duration::from_millis(50);

/// Names of other offices are here by then; the minute's comparison would be later.
const NAMES_COME: Duration = Duration::from_secs(10);

/// A node that takes longer for a page than this has not answered.
const PAGE_PATIENCE: Duration = Duration::from_secs(30);

/// Boundary of forms with a paper.
const BOUNDARY: &str = "----mohar-tests-boundary-7f3a9c";

/// An officer at a browser. Clones share the cookies.
#[derive(Clone)]
pub struct Officer {
    agent: Agent,
    base: String,
    /// Sign-in name.
    pub login: String,
}

/// A row of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Id of the file.
    pub id: String,
    /// The whole row in words.
    pub text: String,
}

/// What an answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Where to go on, if anywhere.
    pub location: String,
    /// The page.
    pub page: String,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The node said no: status, code, the page in words.
    Refused(u16, String, String),
    /// Nobody answered, or not in time.
    NoAnswer(String),
    /// The page does not offer it.
    NotOffered(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl From<Trouble> for String {
    fn from(trouble: Trouble) -> Self {
        trouble.to_string()
    }
}

type Done<T> = Result<T, Trouble>;

impl Officer {
    /// Someone at the sign-in page of a node (`http://127.0.0.1:8080`).
    pub fn at(base: &str, login: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PAGE_PATIENCE))
            .build();
        Self { agent: Agent::new_with_config(config), base: base.to_owned(), login: login.to_owned() }
    }

    /// Signs in, in English.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn sign_in(&self) -> Done<()> {
        self.sign_in_with(PASSWORD)
    }

    /// Signs in with a password, in English.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn sign_in_with(&self, password: &str) -> Done<()> {
        self.get("/language?to=en&back=/sign-in")?;
        let form = self.form("/sign-in?back=/desk", "/sign-in")?;
        self.send(&form.with("login", &self.login).with("password", password)).map(drop)
    }

    /// Opens a file; gives its id.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn open_file(&self, subject: &str) -> Done<String> {
        let form = self.form("/files/new", "/files/new")?;
        let done =
            self.send(&form.with("subject", subject).with("language", "en").with("urgency", "ordinary"))?;
        let id = done.location.strip_prefix("/files/").map(str::to_owned);
        id.ok_or_else(|| Trouble::NotOffered(format!("opened, but not shown: {}", done.location)))
    }

    /// Saves what was typed as the draft of the next note. It is signed when the file is sent.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn note(&self, id: &str, text: &str) -> Done<()> {
        let form = self.form(&format!("/files/{id}"), &format!("/files/{id}/draft"))?;
        self.send(&form.with("text", text)).map(drop)
    }

    /// Sends a file to the post of that name in the office of that name: marks it inside the own
    /// office, forwards it to another. Signs the draft first, if there is one.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn send_to(&self, id: &str, office: &str, post: &str) -> Done<()> {
        self.send(&self.send_form(id, office, post)?).map(drop)
    }

    /// The send sheet with its target chosen.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn send_form(&self, id: &str, office: &str, post: &str) -> Done<Form> {
        let search = crate::processes::html::encoded(&format!("{office} {post}"));
        let (sheet, start) = (format!("/files/{id}/send?q={search}"), Instant::now());
        // Names of other offices come with their directories, seconds after the link.
        let target = loop {
            let page = self.get(&sheet)?.page;
            let found = links(&page).into_iter().find(|link| {
                link.href.contains("/send?to=") && link.text.contains(office) && link.text.contains(post)
            });
            match found {
                Some(Link { href, .. }) => break href,
                None if start.elapsed() < NAMES_COME => std::thread::sleep(AGAIN),
                None => return Err(Trouble::NotOffered(format!("{post}, {office}: {}", text_of(&page)))),
            }
        };
        Ok(self.form(&target, &format!("/files/{id}/send"))?.with("urgency", "ordinary").with("wanted", ""))
    }

    /// Sends back to where it came from.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn send_back(&self, id: &str, reason: &str) -> Done<()> {
        self.act(id, "send-back", |form| form.with("reason", reason))
    }

    /// Takes back: cancels what is queued, asks for what is gone.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn recall(&self, id: &str) -> Done<()> {
        self.act(id, "recall", |form| form.with("reason", "needed here"))
    }

    /// Cancels a dispatch that still waits here.
    ///
    /// # Errors
    /// [`Trouble`]; when it does not wait any more it is not recalled.
    pub fn cancel(&self, id: &str) -> Done<()> {
        let page = self.file(id)?;
        if !page.contains("mark-wait") {
            return Err(Trouble::NotOffered("it does not wait here".to_owned()));
        }
        self.recall(id)
    }

    /// Lays aside until a day (`yyyy-mm-dd`).
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn park(&self, id: &str, until: &str) -> Done<()> {
        self.act(id, "park", |form| form.with("until", until).with("reason", "waits for the survey"))
    }

    /// Closes.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn close(&self, id: &str) -> Done<()> {
        self.act(id, "close", |form| form.with("reason", "done"))
    }

    /// Attaches a paper.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn attach(&self, id: &str, title: &str, name: &str, bytes: &[u8]) -> Done<()> {
        let at = format!("/files/{id}/attach");
        let form = self.form(&at, &at)?.with("title", title);
        let mut body = Vec::new();
        for (field, value) in &form.fields {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"paper\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat());
        self.post(&at, &format!("multipart/form-data; boundary={BOUNDARY}"), &body).and_then(good).map(drop)
    }

    /// The rows of a part of the desk: `all`, `sent`, `parked`, `closed`. The first page.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn desk(&self, tab: &str) -> Done<Vec<Row>> {
        let page = self.get(&format!("/desk/rows?tab={tab}"))?.page;
        let rows = page.split("<tr").skip(1).filter_map(|row| {
            let id = between(row, "href=\"/files/", "\"")?;
            Some(Row { id: id.to_owned(), text: text_of(row.split_once('>')?.1) })
        });
        Ok(rows.filter(|row| row.id.len() == 64).collect())
    }

    /// The page of a file.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn file(&self, id: &str) -> Done<String> {
        Ok(self.get(&format!("/files/{id}"))?.page)
    }

    /// The page that says where a file is.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn where_is(&self, id: &str) -> Done<String> {
        Ok(self.get(&format!("/files/{id}/where"))?.page)
    }

    /// The acts of a file as its history shows them, oldest first.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn history(&self, id: &str) -> Done<Vec<String>> {
        let page = self.where_is(id)?;
        let ids = page.split("<tr id=\"act-").skip(1).filter_map(|row| row.split('"').next());
        let mut acts: Vec<String> = ids.map(str::to_owned).collect();
        acts.reverse();
        Ok(acts)
    }

    /// The form of a page.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn form(&self, path: &str, action: &str) -> Done<Form> {
        Form::find(&self.get(path)?.page, action).map_err(Trouble::NotOffered)
    }

    /// A page. Asked again while nobody answers.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn get(&self, path: &str) -> Done<Answer> {
        again(|| {
            let answer = self.agent.get(format!("{}{path}", self.base)).call();
            read(answer).and_then(good)
        })
    }

    /// The bytes that an address gives.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn bytes(&self, path: &str) -> Done<Vec<u8>> {
        let no_answer = |error: ureq::Error| Trouble::NoAnswer(error.to_string());
        let mut answer = self.agent.get(format!("{}{path}", self.base)).call().map_err(no_answer)?;
        match answer.status().as_u16() {
            200 => answer.body_mut().with_config().limit(u64::MAX).read_to_vec().map_err(no_answer),
            status => Err(Trouble::Refused(status, String::new(), String::new())),
        }
    }

    /// Sends a form, and again while nobody answers: the same form, so one act.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn send(&self, form: &Form) -> Done<Answer> {
        again(|| self.send_once(form).and_then(good))
    }

    /// Sends a form once, whatever comes back.
    ///
    /// # Errors
    /// [`Trouble::NoAnswer`].
    pub fn send_once(&self, form: &Form) -> Done<Answer> {
        self.post(&form.action, "application/x-www-form-urlencoded", form.urlencoded().as_bytes())
    }

    /// Sends bytes once, whatever comes back.
    ///
    /// # Errors
    /// [`Trouble::NoAnswer`].
    pub fn post(&self, path: &str, kind: &str, body: &[u8]) -> Done<Answer> {
        let request = self.agent.post(format!("{}{path}", self.base)).header("content-type", kind);
        read(request.header("origin", &self.base).send(body))
    }

    fn act(&self, id: &str, verb: &str, fill: impl FnOnce(Form) -> Form) -> Done<()> {
        let at = format!("/files/{id}/{verb}");
        self.send(&fill(self.form(&at, &at)?)).map(drop)
    }
}

impl Trouble {
    /// The code of a refusal.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(_, code, _) => code,
            Self::NoAnswer(_) | Self::NotOffered(_) => "",
        }
    }
}

/// Asks until somebody answers. A node that is too busy has not done anything and is asked again.
fn again<T>(mut ask: impl FnMut() -> Done<T>) -> Done<T> {
    let start = Instant::now();
    loop {
        match ask() {
            Err(Trouble::NoAnswer(_)) if start.elapsed() < PATIENCE => {}
            Err(Trouble::Refused(503, ..)) if start.elapsed() < PATIENCE => {}
            answer => return answer,
        }
        std::thread::sleep(AGAIN);
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Done<Answer> {
    let no_answer = |error: &dyn std::error::Error| Trouble::NoAnswer(error.to_string());
    let mut answer = answer.map_err(|error| no_answer(&error))?;
    let location = answer.headers().get("location").and_then(|to| to.to_str().ok()).unwrap_or_default();
    let (location, status) = (location.to_owned(), answer.status().as_u16());
    let page = answer.body_mut().read_to_vec().map_err(|error| no_answer(&error))?;
    Ok(Answer { status, location, page: String::from_utf8_lossy(&page).into_owned() })
}

fn good(answer: Answer) -> Done<Answer> {
    if answer.status < 400 && !answer.location.starts_with("/sign-in?") {
        return Ok(answer);
    }
    let code = between(&answer.page, "<code>", "</code>").unwrap_or_default().to_owned();
    let words = between(&answer.page, "<main", "</main>")
        .map(|main| text_of(main.split_once('>').map_or("", |x| x.1)));
    Err(Trouble::Refused(answer.status, code, words.unwrap_or(answer.location)))
}
