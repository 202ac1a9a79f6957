//! A browser that keeps cookies, follows redirections and reads forms; and an office with a clerk.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_node::run::Running;
use mohar_protocol::act::body::ChargeKind;
use mohar_protocol::ceremony::to_file;
use mohar_protocol::control::{Credentials, Request, Response};
use mohar_protocol::machine::Package;

use crate::support::{ADMIN, Office, PASSWORD, State, until};

pub const CLERK: &str = "ramesh";
pub const CLERK_PASSWORD: &str = "eleven blue files";

/// A browser: keeps cookies, follows redirections, reads forms.
pub struct Browser {
    pub agent: ureq::Agent,
    pub base: String,
}

#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

impl Browser {
    pub fn new(running: &Running) -> Self {
        // A refusal may close the connection before the body was read; a browser then opens a new one.
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).max_idle_connections(0).build();
        Self { agent: ureq::Agent::new_with_config(config), base: format!("http://{}", running.web) }
    }

    /// The same browser after the node has started anew, perhaps on another port.
    pub fn moved(self, running: &Running) -> Self {
        Self { base: format!("http://{}", running.web), ..self }
    }

    pub fn get(&self, path: &str) -> Page {
        let call = || self.agent.get(format!("{}{path}", self.base)).call().unwrap();
        page(tokio::task::block_in_place(call))
    }

    pub fn send(&self, path: &str, kind: &str, body: Vec<u8>, headers: &[(&str, &str)]) -> Page {
        let mut request = self.agent.post(format!("{}{path}", self.base)).content_type(kind);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        page(tokio::task::block_in_place(|| request.send(&body[..]).unwrap()))
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(path, "application/x-www-form-urlencoded", urlencoded(fields), &[])
    }

    /// Fills in the form of a page and sends it.
    pub fn submit(&self, form: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(form);
        assert_eq!(page.status, 200, "{form}: {}", page.body);
        let (csrf, op) = (page.field("csrf"), page.field("op"));
        self.post(path, &[&[("csrf", csrf.as_str()), ("op", op.as_str())], fields].concat())
    }

    pub fn put_draft(&self, id: &str, csrf: &str, text: &str, version: u64) -> Page {
        let body = serde_json::json!({ "text": text, "version": version }).to_string();
        let request = self.agent.put(format!("{}/files/{id}/draft", self.base));
        let request = request.content_type("application/json").header("x-csrf-token", csrf);
        page(tokio::task::block_in_place(|| request.send(&body).unwrap()))
    }

    pub fn upload(&self, form: &str, path: &str, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Page {
        let page = self.get(form);
        let (csrf, op) = (page.field("csrf"), page.field("op"));
        let mut body = Vec::new();
        for (field, value) in [&[("csrf", csrf.as_str()), ("op", op.as_str())], fields].concat() {
            let head =
                format!("--edge\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"paper\"; filename=\"{name}\"\r\ncontent-type: application/pdf\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        self.send(path, "multipart/form-data; boundary=edge", body, &[])
    }

    pub fn sign_in(&self, login: &str, password: &str) -> Page {
        self.submit("/sign-in", "/sign-in", &[("login", login), ("password", password), ("back", "/desk")])
    }

    /// Opens a file and gives its id.
    pub fn open_file(&self, subject: &str) -> String {
        let page = self.submit(
            "/files/new",
            "/files/new",
            &[("subject", subject), ("language", "hi"), ("urgency", "ordinary")],
        );
        assert_eq!(page.status, 200, "{}", page.body);
        page.between("data-file=\"", "\"")
    }
}

impl Page {
    pub fn field(&self, name: &str) -> String {
        self.between(&format!("name=\"{name}\" value=\""), "\"")
    }

    pub fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) =
            self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split_once(after).unwrap().0.to_owned()
    }

    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

pub fn page(mut response: ureq::http::Response<ureq::Body>) -> Page {
    let headers = response.headers().iter();
    let headers = headers.map(|(k, v)| format!("{k}: {}\n", v.to_str().unwrap())).collect();
    let bytes = response.body_mut().read_to_vec().unwrap();
    Page { status: response.status().as_u16(), headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

pub fn urlencoded(fields: &[(&str, &str)]) -> Vec<u8> {
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

/// An office with an administrator and a clerk.
pub async fn office(seed: u8) -> (Office, Running) {
    let office = State::found(seed).office("mp/gad", Vec::new());
    let running = office.start().await;
    let by = || Credentials { login: ADMIN.into(), password: PASSWORD.into() };
    let post = Request::AddPost {
        by: by(),
        code: "clerk".into(),
        name_hi: "सहायक ग्रेड-2".into(),
        name_en: "Assistant Grade II".into(),
        rank: 5,
        admin: false,
    };
    let officer = Request::AddOfficer {
        by: by(),
        login: CLERK.into(),
        password: CLERK_PASSWORD.into(),
        name_hi: "श्री रमेश पटेल".into(),
        name_en: "Shri Ramesh Patel".into(),
    };
    let charge =
        Request::GiveCharge { by: by(), login: CLERK.into(), post: "clerk".into(), kind: ChargeKind::Full };
    for request in [post, officer, charge] {
        let answer = office.ask(&request).await;
        assert!(matches!(answer, Response::Done { .. }), "{answer:?}");
    }
    (office, running)
}

/// Two offices of one state on two nodes, linked.
pub async fn two_offices(state: &mut State) -> (Office, Running, Office, Running) {
    let elder = state.office("mp/gad", Vec::new());
    let elder_runs = elder.start().await;
    let younger = state.office("mp/pwd", vec![elder.peer(&elder_runs)]);
    let younger_runs = younger.start().await;
    let package = Package { charter: Vec::new(), dossiers: vec![younger.dossier.clone()] };
    let import = Request::Import { registry: BASE64.encode(to_file(&package)) };
    assert!(matches!(elder.ask(&import).await, Response::Done { .. }));
    for (runs, other) in [(&elder_runs, &younger), (&younger_runs, &elder)] {
        until("the other's directory is here", &runs.ledger, || {
            runs.ledger.links().linked.contains_key(&other.id)
                && runs
                    .ledger
                    .registry()
                    .office(&other.id)
                    .is_ok_and(|register| register.directory().is_some())
        })
        .await;
    }
    (elder, elder_runs, younger, younger_runs)
}
