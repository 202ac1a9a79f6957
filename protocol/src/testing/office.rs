//! A state and offices with seeded keys, founded by the same ceremonies as real ones.

use minicbor::bytes::ByteVec;

use crate::act::body::{self, ChargeKind, Tier};
use crate::act::{Body, UnverifiedAct};
use crate::ceremony::{self, NewOffice, OfficeKeys, OfficeRequest};
use crate::entropy::Entropy;
use crate::id::{ActId, ChargeId, OfficeId, PostId, StateId};
use crate::keys::SecretKey;
use crate::machine::{Actor, HostSecrets, Package};
use crate::registry::Registry;
use crate::sealing::SealingSecret;
use crate::time::Timestamp;

/// A post with the officer who holds it.
#[derive(Clone)]
pub struct TestPost {
    /// The post.
    pub post: PostId,
    /// The charge.
    pub charge: ChargeId,
    /// The officer's key.
    pub key: SecretKey,
}

/// An office with all its secrets.
#[derive(Clone)]
pub struct TestOffice {
    /// The office.
    pub id: OfficeId,
    /// Its path.
    pub path: String,
    /// Its keys.
    pub keys: OfficeKeys,
    /// Key of the first administrator.
    pub admin: SecretKey,
    /// The first administrator's charge.
    pub admin_charge: ChargeId,
    /// Posts for ordinary work, filled by whoever sets the office up.
    pub posts: Vec<TestPost>,
    /// Its dossier, with the admission.
    pub dossier: Vec<ByteVec>,
}

impl TestOffice {
    /// What the machine is started with.
    pub fn host(&self) -> HostSecrets {
        HostSecrets {
            office: self.id,
            signing: self.keys.signing.clone(),
            sealing: SealingSecret::from_seed(ceremony::SEALING, &self.keys.sealing.to_seed()),
            earlier: Vec::new(),
        }
    }

    /// Acts in the name of the officer of a post.
    pub fn actor(&self, post: usize) -> Actor {
        let post = &self.posts[post];
        Actor { office: self.id, charge: Some(post.charge), key: post.key.clone() }
    }

    /// Acts in the name of the first administrator.
    pub fn admin(&self) -> Actor {
        Actor { office: self.id, charge: Some(self.admin_charge), key: self.admin.clone() }
    }
}

/// A founded state.
#[derive(Clone)]
pub struct TestState {
    /// Its id.
    pub id: StateId,
    /// Root keys, two of three needed.
    pub root: Vec<SecretKey>,
    /// The fold of everything below.
    pub registry: Registry,
    /// Charter acts.
    pub charter: Vec<ByteVec>,
    /// Offices, parents first.
    pub offices: Vec<TestOffice>,
}

impl TestState {
    /// Founds a state.
    pub fn found(entropy: &mut Entropy, now: Timestamp) -> Self {
        let root: Vec<SecretKey> = (0..3).map(|_| SecretKey::from_seed(&entropy.bytes32())).collect();
        let (id, package) =
            ceremony::found_state("मध्यप्रदेश", "Madhya Pradesh", &root, 2, now).expect("short names");
        let mut registry = Registry::new(id);
        for bytes in &package.charter {
            registry.admit_act(UnverifiedAct::parse(bytes).expect("an act")).expect("a charter act");
        }
        Self { id, root, registry, charter: package.charter, offices: Vec::new() }
    }

    /// Founds and admits an office with `posts` posts, each with an officer. With a `transport`
    /// key it is hosted by the node that has this key.
    pub fn add_office(
        &mut self,
        parent: Option<usize>,
        path: &str,
        posts: usize,
        transport: Option<SecretKey>,
        entropy: &mut Entropy,
        now: Timestamp,
    ) -> usize {
        let mut keys = OfficeKeys::generate(entropy);
        keys.transport = transport.unwrap_or(keys.transport);
        let admin = SecretKey::from_seed(&entropy.bytes32());
        let new = NewOffice {
            parent: parent.map(|at| self.offices[at].id),
            path: path.to_owned(),
            code: format!("T{}", self.offices.len()),
            tier: Tier::Other,
            name_hi: format!("कार्यालय {path}"),
            name_en: format!("Office {path}"),
        };
        let beginning =
            ceremony::begin_office(self.id, &new, &keys, admin.public(), now, entropy).expect("short names");
        let acts = beginning.acts.iter().map(|act| act.bytes().to_vec().into()).collect();
        let request = OfficeRequest { state: self.id, acts, addresses: Vec::new() };
        let authority: Vec<SecretKey> = match parent {
            Some(at) => vec![self.offices[at].keys.operating.clone()],
            None => self.root[..2].to_vec(),
        };
        let dossier = ceremony::admit(&self.registry, &request, &authority, now).expect("a sound admission");
        for bytes in &dossier {
            self.registry.admit_act(UnverifiedAct::parse(bytes).expect("an act")).expect("a dossier act");
        }
        let admin_charge = ActId(beginning.acts[4].id().0).into();
        let mut office = TestOffice {
            id: beginning.office,
            path: path.to_owned(),
            keys,
            admin,
            admin_charge,
            posts: Vec::new(),
            dossier,
        };
        for index in 0..posts {
            office.add_post(&mut self.registry, &format!("post_{index}"), entropy, now);
        }
        self.offices.push(office);
        self.offices.len() - 1
    }

    /// Charter and all dossiers.
    pub fn package(&self) -> Package {
        Package {
            charter: self.charter.clone(),
            dossiers: self.offices.iter().map(|office| office.dossier.clone()).collect(),
        }
    }
}

impl TestOffice {
    /// Adds a post and an officer who holds it, signed by the administrator.
    fn add_post(&mut self, registry: &mut Registry, code: &str, entropy: &mut Entropy, now: Timestamp) {
        let key = SecretKey::from_seed(&entropy.bytes32());
        let post = self.register(
            registry,
            &Body::AddPost(body::AddPost { code: code.to_owned(), admin: false }),
            now,
        );
        let officer = self.register(registry, &Body::AddOfficer(body::AddOfficer { key: key.public() }), now);
        let give = body::GiveCharge { post: post.into(), officer: officer.into(), kind: ChargeKind::Full };
        let charge = self.register(registry, &Body::GiveCharge(give), now);
        self.posts.push(TestPost { post: post.into(), charge: charge.into(), key });
    }

    /// Signs one more act of the office's register as its administrator.
    pub fn register(&mut self, registry: &mut Registry, change: &Body, now: Timestamp) -> ActId {
        let act =
            ceremony::register_act(registry, &self.admin(), change, now).expect("an administrator's act");
        registry.admit_act(UnverifiedAct::parse(act.bytes()).expect("an act")).expect("a register act");
        self.dossier.push(act.bytes().to_vec().into());
        act.id()
    }
}
