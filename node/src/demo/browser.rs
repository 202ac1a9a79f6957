//! An officer's browser: reads the pages, fills the forms, keeps the cookies.
//!
//! It knows the pages only as a browser does: links, forms and their hidden fields. It never uses
//! another door, and never signs anything itself.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use ureq::Agent;
use ureq::http::Response;

/// Bytes of one page: a desk of 5,000 rows would have two million.
const PAGE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One request: signing in costs two tenths of a second, and twenty officers may do it at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between the parts of a form with a paper; no text of ours contains it.
const BOUNDARY: &str = "mohar-demo-7d93b1c2a4e8";

/// The browser of one officer at one office.
pub struct Browser {
    agent: Agent,
    base: String,
}

/// A paper to upload.
pub struct Upload<'a> {
    /// Its name on the disk.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What a node answered.
pub struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Browser {
    /// Opens a browser on an office's pages.
    pub fn open(web_port: u16) -> Self {
        let config = Agent::config_builder()
            .proxy(None) // a proxy of the surroundings knows nothing of this machine
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE));
        Self { agent: config.build().into(), base: format!("http://127.0.0.1:{web_port}") }
    }

    /// Signs in, and takes the post with this name if there are several.
    ///
    /// # Errors
    /// A node that does not answer, or that refuses.
    pub fn sign_in(&self, login: &str, password: &str, post: &str) -> anyhow::Result<()> {
        let page = self.get("/sign-in")?;
        let signed = self.submit(&page, "/sign-in", &[("login", login), ("password", password)], None)?;
        signed.followed().with_context(|| format!("{login} could not sign in at {}", self.base))?;
        let desk = self.get("/desk")?;
        if desk.location.as_deref() == Some("/posts") {
            let page = self.get("/posts")?;
            let charge = page.charge(post)?;
            self.submit(&page, "/posts", &[("charge", &charge)], None)?.followed()?;
        }
        Ok(())
    }

    /// Reads a page.
    ///
    /// # Errors
    /// A node that does not answer.
    pub fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("accept-language", "hi");
        Answer::of(request.call().with_context(|| format!("{}{path} does not answer", self.base))?)
    }

    /// Types words into the search field of a page.
    ///
    /// # Errors
    /// A node that does not answer.
    pub fn search(&self, path: &str, words: &str) -> anyhow::Result<Answer> {
        let request =
            self.agent.get(format!("{}{path}", self.base)).query("q", words).header("accept-language", "hi");
        Answer::of(request.call().with_context(|| format!("{}{path} does not answer", self.base))?)
    }

    /// Fills the form with this action on a page and sends it; empty `upload` for forms without one.
    ///
    /// # Errors
    /// A page without such a form, or a node that does not answer.
    pub fn submit(
        &self,
        page: &Answer,
        action: &str,
        fields: &[(&str, &str)],
        upload: Option<Upload<'_>>,
    ) -> anyhow::Result<Answer> {
        let form = page.form(action)?;
        let mut all = hidden(form)?;
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = self.agent.post(format!("{}{action}", self.base)).header("accept-language", "hi");
        let answer = if form.contains("multipart/form-data") {
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            request.header("content-type", kind).send(&multipart(&all, upload)[..])
        } else {
            request.send_form(all)
        };
        Answer::of(answer.with_context(|| format!("{}{action} does not answer", self.base))?)
    }
}

impl Answer {
    fn of(response: Response<ureq::Body>) -> anyhow::Result<Self> {
        let status = response.status().as_u16();
        let location = response.headers().get("location").and_then(|to| to.to_str().ok()).map(str::to_owned);
        let body = response.into_body().into_with_config().limit(PAGE_BYTES_MAX).read_to_string()?;
        Ok(Self { status, location, body })
    }

    /// Where a form that was taken leads.
    ///
    /// # Errors
    /// What the page says instead.
    pub fn followed(self) -> anyhow::Result<String> {
        let fault = || {
            let marks = [("<span class=\"fault\"", "</span>"), ("role=\"alert\"", "</p>"), ("<h1", "</h1>")];
            let said =
                marks.iter().find_map(|(start, end)| between(&self.body, start, end)).unwrap_or_default();
            let said = said.split_once('>').map_or(said, |(_, said)| said).trim();
            anyhow!("the page answered {}: {said}", self.status)
        };
        if !(300..400).contains(&self.status) {
            return Err(fault());
        }
        self.location.clone().ok_or_else(fault)
    }

    /// Whether the page was shown and contains a text.
    pub fn shows(&self, text: &str) -> bool {
        self.status == 200 && self.body.contains(text)
    }

    /// Where the link of a post on a send sheet leads; both names must be exactly those.
    pub fn target(&self, post: &str, office: &str) -> Option<String> {
        let label = format!("<b><bdi>{post}</bdi></b>, <bdi>{office}</bdi>");
        let before = &self.body[..self.body.find(&label)?];
        let link = &before[before.rfind("href=\"")? + 6..];
        Some(link[..link.find('"')?].replace("&amp;", "&"))
    }

    fn charge(&self, post: &str) -> anyhow::Result<String> {
        let label = format!("<b><bdi>{post}</bdi></b>");
        let at = self.body.find(&label).with_context(|| format!("{post} is not among the posts"))?;
        let before = &self.body[..at];
        let button = before.rfind("name=\"charge\"").map(|at| &before[at..]).unwrap_or_default();
        Ok(between(button, "value=\"", "\"").context("a charge without a value")?.to_owned())
    }

    fn form(&self, action: &str) -> anyhow::Result<&str> {
        let start = self.body.find(&format!("action=\"{action}\""));
        let form =
            start.map(|start| &self.body[start..]).and_then(|form| Some(&form[..form.find("</form>")?]));
        form.with_context(|| format!("the page has no form {action} (it answered {})", self.status))
    }
}

/// The hidden fields of a form.
fn hidden(form: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut fields = Vec::new();
    for field in form.split("<input type=\"hidden\" ").skip(1) {
        let tag = field.split('>').next().unwrap_or_default();
        let (Some(name), Some(value)) = (between(tag, "name=\"", "\""), between(tag, "value=\"", "\""))
        else {
            bail!("a hidden field without name or value: {tag}");
        };
        // Tokens, ids and versions have no characters that a page would have to escape.
        ensure!(!value.contains('&'), "the hidden field {name} is escaped");
        fields.push((name.to_owned(), value.to_owned()));
    }
    Ok(fields)
}

/// A form as RFC 7578 writes it.
fn multipart(fields: &[(String, String)], upload: Option<Upload<'_>>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    // A browser sends the field without a paper, too.
    let Upload { name, bytes } = upload.unwrap_or(Upload { name: "", bytes: b"" });
    let name = name.replace(['"', '\r', '\n', '\\'], "_");
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"paper\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let text = &text[text.find(start)? + start.len()..];
    Some(&text[..text.find(end)?])
}

#[cfg(test)]
mod tests {
    use super::{Answer, Upload, hidden, multipart};

    fn page(body: &str) -> Answer {
        Answer { status: 200, location: None, body: body.to_owned() }
    }

    #[test]
    fn only_the_hidden_fields_of_the_wanted_form_are_taken() {
        let page = page(
            "<form action=\"/a\"><input type=\"hidden\" name=\"csrf\" value=\"1\"></form>\
             <form action=\"/b\"><input type=\"hidden\" name=\"csrf\" value=\"2\"><input name=\"x\" value=\"3\"></form>",
        );
        let fields = hidden(page.form("/b").unwrap()).unwrap();
        assert_eq!(fields, [("csrf".to_owned(), "2".to_owned())]);
        assert!(page.form("/c").is_err());
    }

    #[test]
    fn a_target_is_taken_only_when_post_and_office_are_those() {
        let row = |to: &str, post: &str| {
            format!(
                "<a href=\"/files/1/send?to={to}&amp;q=x\"><span><b><bdi>{post}</bdi></b>, <bdi>तहसील</bdi>"
            )
        };
        let page = page(&(row("7", "नायब तहसीलदार") + &row("8", "तहसीलदार")));
        assert_eq!(page.target("तहसीलदार", "तहसील").as_deref(), Some("/files/1/send?to=8&q=x"));
        assert_eq!(page.target("तहसीलदार", "जिला"), None);
    }

    #[test]
    fn a_paper_cannot_leave_its_part_of_the_form() {
        let upload = Upload { name: "a\"\r\nb.txt", bytes: b"text" };
        let body = String::from_utf8(multipart(&[], Some(upload))).unwrap();
        assert!(body.contains("filename=\"a___b.txt\""), "{body}");
    }
}
