//! An officer at a node in this process, who acts without pages in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mohar_node::clock;
use mohar_node::config::Config;
use mohar_node::ledger::Ledger;
use mohar_node::run::{self, Running};
use mohar_node::store::tables::LOGINS;
use mohar_protocol::act::Holder;
use mohar_protocol::ceremony::Login;
use mohar_protocol::codec;
use mohar_protocol::custody::command::Command;
use mohar_protocol::id::{ChargeId, MatterId, OfficeId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::{Actor, NewMatter, Receipt, Request};
use mohar_protocol::matter_text::{Cover, Note};
use mohar_protocol::records::{Kv as _, Records, Role};
use mohar_protocol::sealing::{Kind, MatterKey, content};

use crate::processes::PASSWORD;

/// Bytes of a note's text: a paragraph.
const NOTE_BYTES: usize = 800;

/// How long a mirror may take.
const HOLDING: Duration = Duration::from_secs(180);

/// An officer with an unlocked key.
#[derive(Clone)]
pub struct Desk {
    /// The node.
    pub ledger: Ledger,
    /// The office.
    pub office: OfficeId,
    /// Office and post.
    pub holder: Holder,
    charge: ChargeId,
    key: Arc<SecretKey>,
}

/// A file with its key.
pub struct OpenFile {
    /// The file.
    pub id: MatterId,
    key: MatterKey,
}

/// Starts the node of a data folder in this process.
pub async fn start(data: &Path) -> Running {
    let config = Config::load(data).expect("settings");
    run::start(config).await.expect("the node starts")
}

impl Desk {
    /// Signs in.
    pub async fn of(running: &Running, login: &str) -> Self {
        let row =
            running.ledger.snapshot().get(LOGINS, login.as_bytes()).expect("readable").expect("a sign-in");
        let login: Login = codec::decode(&row, row.len()).expect("a sign-in");
        let key = running.keyring.unlock(&login, PASSWORD).await.expect("the password opens it");
        let registry = running.ledger.registry();
        let register = registry.office(&login.office).expect("the own office");
        let charge = register.charges().find(|charge| charge.officer == login.officer).expect("a charge");
        let holder = Holder { office: login.office, post: charge.post };
        Self {
            ledger: running.ledger.clone(),
            office: login.office,
            holder,
            charge: charge.id,
            key: Arc::new(key),
        }
    }

    /// Opens a file.
    pub async fn open(&self) -> OpenFile {
        let cover = Cover {
            number: "1".into(),
            subject: "Measured".into(),
            language: "en".into(),
            ..Cover::default()
        };
        let cover = cover.checked().expect("a cover").to_content();
        let key = MatterKey::generate(&mut clock::entropy());
        let sealed = content::seal(&key, 1, &cover, &mut clock::entropy()).expect("sealed");
        let contents = vec![self.ledger.stage(sealed).await.expect("staged")];
        let matter = NewMatter { is_dak: false, key: key.clone(), contents };
        let request = Request::Begin { actor: self.actor(), operation: operation(), matter };
        OpenFile { id: self.ledger.request(request).await.expect("opened").matter, key }
    }

    /// Signs a note of about 1 KB sealed.
    pub async fn note(&self, file: &OpenFile) -> Receipt {
        let note = Note::of_text("en", &"noting ".repeat(NOTE_BYTES / 7)).expect("a note");
        let sealed =
            content::seal(&file.key, 1, &note.to_content(Kind::Note), &mut clock::entropy()).expect("sealed");
        let contents = vec![self.ledger.stage(sealed).await.expect("staged")];
        self.act(file.id, Command::Note, contents).await
    }

    /// Forwards to another office.
    pub async fn forward(&self, file: &OpenFile, to: Holder) -> Receipt {
        self.act(file.id, Command::Forward { to }, Vec::new()).await
    }

    /// How many leaves of the own log some mirror holds, and how many there are.
    pub fn mirrored(&self) -> (u64, u64) {
        let snapshot = self.ledger.snapshot();
        let records = Records::new(&snapshot);
        let size = records.log(&self.office).expect("readable").expect("a log").signed.size();
        let held = records.held(&self.office).expect("readable");
        let mirrors = held.by.iter().filter(|(_, role, _, _)| *role == Role::Mirror);
        (mirrors.map(|(_, _, size, _)| *size).max().unwrap_or(0), size)
    }

    /// Waits until a mirror holds the whole log.
    ///
    /// # Panics
    /// After [`HOLDING`].
    pub async fn until_mirrored(&self) {
        let mut events = self.ledger.events();
        let wait = async {
            while self.is_behind() {
                let _ = events.recv().await;
            }
        };
        assert!(
            tokio::time::timeout(HOLDING, wait).await.is_ok(),
            "of the log is held: {:?}",
            self.mirrored()
        );
    }

    fn is_behind(&self) -> bool {
        let (held, size) = self.mirrored();
        held < size
    }

    async fn act(
        &self,
        matter: MatterId,
        command: Command,
        contents: Vec<mohar_protocol::machine::NewContent>,
    ) -> Receipt {
        let request = Request::Act { actor: self.actor(), operation: operation(), matter, command, contents };
        self.ledger.request(request).await.expect("acted")
    }

    fn actor(&self) -> Actor {
        Actor { office: self.office, charge: Some(self.charge), key: (*self.key).clone() }
    }
}

fn operation() -> [u8; 16] {
    *clock::entropy().bytes32().first_chunk().expect("16 is less than 32")
}

/// A runtime as the daemon has it.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}
