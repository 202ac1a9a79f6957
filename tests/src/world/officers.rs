//! Officers at work: they open files, write notes, mark, forward, take back, park and close, as
//! the seed says, on what lies on their desks.

use mohar_protocol::act::Holder;
use mohar_protocol::custody::command::Command;
use mohar_protocol::custody::{Matter, Phase};
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::MatterId;
use mohar_protocol::machine::{NewContent, NewMatter, Request, Where, open_key};
use mohar_protocol::records::{DeskClass, Records};
use mohar_protocol::sealing::{Content, Kind, MatterKey, content};

use super::driver::storage_key;
use super::{Mutation, World};

/// Stands in every note: it must be found on no disk.
pub const MARKER: &str = "गोपनीय टीप क्रमांक";

impl World {
    pub(super) fn officers_work(&mut self, node: usize) {
        if self.nodes[node].machine.is_none() {
            return;
        }
        let offices = &self.nodes[node].offices;
        let office = offices[(self.rng.next_u64() % offices.len() as u64) as usize];
        let post = (self.rng.next_u64() % self.state.offices[office].posts.len() as u64) as usize;
        let dice = self.rng.next_u64() % 100;
        let request =
            if dice < 15 { self.open_file(office, post) } else { self.act_on_desk(node, office, post) };
        if let Some(request) = request {
            self.ask(node, request);
        }
    }

    fn open_file(&mut self, office: usize, post: usize) -> Option<Request> {
        let mut entropy = Entropy::from_seed(self.rng.bytes32());
        let key = MatterKey::generate(&mut entropy);
        let contents = vec![seal(&key, 1, Kind::Cover, "आवरण", &mut entropy)];
        let matter = NewMatter { is_dak: self.rng.next_u64().is_multiple_of(4), key, contents };
        let actor = self.state.offices[office].actor(post);
        Some(Request::Begin { actor, operation: self.operation(), matter })
    }

    fn operation(&mut self) -> [u8; 16] {
        let mut operation = [0; 16];
        operation.copy_from_slice(&self.rng.bytes32()[..16]);
        operation
    }

    fn act_on_desk(&mut self, node: usize, index: usize, post: usize) -> Option<Request> {
        let (office, post_id) = (self.state.offices[index].id, self.state.offices[index].posts[post].post);
        let classes = [
            DeskClass::Desk,
            DeskClass::Desk,
            DeskClass::Desk,
            DeskClass::Waiting,
            DeskClass::Parked,
            DeskClass::Closed,
            DeskClass::Sent,
        ];
        let class = classes[(self.rng.next_u64() % classes.len() as u64) as usize];
        let rows =
            Records::new(self.nodes[node].store.as_written()).desk(&office, &post_id, class, 0, 64).ok()?;
        if rows.is_empty() {
            return None;
        }
        let row = rows[(self.rng.next_u64() % rows.len() as u64) as usize];
        let matter = Records::new(self.nodes[node].store.as_written()).matter(&row.matter).ok()??;
        let command = self.choose(index, &matter)?;
        let contents = match command {
            Command::Note => vec![self.seal_for(node, &matter, Kind::Note, 1)?],
            // A scan of a few chunks, kept outside the rows.
            Command::Attach => vec![self.seal_for(node, &matter, Kind::Paper, 12_000)?],
            _ => Vec::new(),
        };
        let actor = self.state.offices[index].actor(post);
        Some(Request::Act { actor, operation: self.operation(), matter: matter.id, command, contents })
    }

    fn choose(&mut self, index: usize, matter: &Matter) -> Option<Command> {
        let office = self.state.offices[index].id;
        if !matter.is_held_by(&office) {
            // One in four reminds; no dice, so that the seeds go on meaning what they meant.
            let reminds = matter.number.is_multiple_of(4);
            return Some(if reminds { Command::Remind } else { Command::RequestRecall });
        }
        let dice = self.rng.next_u64() % 100;
        Some(match &matter.phase {
            Phase::Queued { .. } if dice < 20 => Command::Cancel,
            Phase::Queued { .. } => return None,
            Phase::Parked { .. } => Command::Wake,
            Phase::Closed => Command::Reopen,
            Phase::Active if !matter.opened && dice < 50 => Command::Opened,
            Phase::Active => match dice {
                0..=39 => Command::Note,
                40..=69 => Command::Forward { to: self.somewhere(index)? },
                70..=79 => Command::Mark {
                    to: self.state.offices[index].posts
                        [dice as usize % self.state.offices[index].posts.len()]
                    .post,
                },
                80..=87 => Command::SendBack,
                88..=93 => Command::Park { until: self.now.plus_ms(86_400_000) },
                94..=96 => Command::Close { retention: 1 },
                _ => Command::Attach,
            },
            Phase::InTransit { .. } | Phase::Frozen => return None,
        })
    }

    fn somewhere(&mut self, from: usize) -> Option<Holder> {
        // An office on a node that this one links with, or on this one.
        let host = self.host_of(from);
        let neighbours = &self.founding.neighbours[host];
        let at = (self.rng.next_u64() % (neighbours.len() as u64 + 1)) as usize;
        let offices = &self.nodes[neighbours.get(at).copied().unwrap_or(host)].offices;
        let to = offices[(self.rng.next_u64() % offices.len() as u64) as usize];
        let post = (self.rng.next_u64() % self.state.offices[to].posts.len() as u64) as usize;
        (to != from).then(|| Holder {
            office: self.state.offices[to].id,
            post: self.state.offices[to].posts[post].post,
        })
    }

    /// Seals a note for a matter, if this node has its key.
    fn seal_for(&mut self, node: usize, matter: &Matter, kind: Kind, lines: usize) -> Option<NewContent> {
        let key = self.matter_key(node, &matter.id, matter.generation)?;
        let mut entropy = Entropy::from_seed(self.rng.bytes32());
        let mut content = seal(&key, matter.generation, kind, &MARKER.repeat(lines), &mut entropy);
        if self.mutation == Some(Mutation::NotesInTheClear) {
            content.ciphertext = Where::Here(MARKER.repeat(lines).into_bytes());
        }
        Some(content)
    }

    /// The key of a matter, as the node keeps it.
    pub fn matter_key(&self, node: usize, matter: &MatterId, generation: u32) -> Option<MatterKey> {
        let storage = storage_key(node);
        let sealed =
            Records::new(self.nodes[node].store.as_written()).sealed_key(matter, generation).ok()??;
        open_key(&storage, &sealed)
    }
}

/// Seals a text as a content of a matter.
pub fn seal(key: &MatterKey, generation: u32, kind: Kind, text: &str, entropy: &mut Entropy) -> NewContent {
    let body = format!("{text} {}", entropy.next_u64()).into_bytes();
    let content = Content { kind, media_type: "text/plain".to_owned(), name: String::new(), body };
    let sealed = content::seal(key, generation, &content, entropy).expect("a short note");
    NewContent { reference: sealed.reference, ciphertext: Where::Here(sealed.ciphertext) }
}
