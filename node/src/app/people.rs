//! Posts, officers and charges, as the administrator of an office keeps them: every change is an act in
//! the office's own register, signed with the administrator's own key. Nobody outside is asked.
//!
//! Nothing here moves a file: work lies at posts, and stays there when people change.

use std::collections::BTreeMap;
use std::sync::Arc;

use mohar_protocol::act::body::{self, ChargeKind};
use mohar_protocol::act::{Body, Holder};
use mohar_protocol::ceremony::Login;
use mohar_protocol::codec;
use mohar_protocol::directory::{OfficerName, PostName, Snapshot};
use mohar_protocol::id::{ActId, ChargeId, OfficerId, PostId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::Request;
use mohar_protocol::records::Records;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::{Charge, Register};

use crate::app::names::{Named, Names};
use crate::app::{App, Officer, Trouble};
use crate::clock;
use crate::ledger::{LocalRow, names};
use crate::store::tables::LOGINS;

/// Bytes of a sign-in name and of the code of a post.
const CODE_BYTES_MAX: usize = 64;

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 256;

/// Who is where in an office.
#[derive(Debug, Clone)]
pub struct People {
    /// Posts, the highest rank first.
    pub posts: Vec<PostLine>,
    /// Officers, by name.
    pub officers: Vec<OfficerLine>,
}

/// A post with those who hold it.
#[derive(Debug, Clone)]
pub struct PostLine {
    /// The post.
    pub id: PostId,
    /// Its name.
    pub name: Named,
    /// Its code.
    pub code: String,
    /// Its rank, lower is higher.
    pub rank: u8,
    /// Whether its holder keeps the register.
    pub admin: bool,
    /// Charges, the regular one first.
    pub charges: Vec<ChargeLine>,
}

/// A charge in force.
#[derive(Debug, Clone)]
pub struct ChargeLine {
    /// The charge.
    pub id: ChargeId,
    /// Who holds it.
    pub officer: Named,
    /// How.
    pub kind: ChargeKind,
}

/// A person.
#[derive(Debug, Clone)]
pub struct OfficerLine {
    /// The person.
    pub id: OfficerId,
    /// The name.
    pub name: Named,
    /// Posts held, with how.
    pub posts: Vec<(Named, ChargeKind)>,
}

/// A post to be made.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Identifier such as `tehsildar`.
    pub code: String,
    /// Name, Hindi.
    pub name_hi: String,
    /// Name, English.
    pub name_en: String,
    /// Rank, lower is higher.
    pub rank: u8,
    /// Whether its holder keeps the register.
    pub admin: bool,
}

/// A person to be named.
#[derive(Clone)]
pub struct NewOfficer {
    /// Sign-in name.
    pub login: String,
    /// First password.
    pub password: String,
    /// Name, Hindi.
    pub name_hi: String,
    /// Name, English.
    pub name_en: String,
}

impl App {
    /// Whether the officer's post keeps the register.
    pub fn is_admin(&self, officer: &Officer) -> bool {
        let registry = self.ledger.registry();
        let register = registry.office(&officer.office).ok();
        register.and_then(|register| register.post(&officer.post)).is_some_and(|post| post.admin)
    }

    /// Who is where. Blocks.
    ///
    /// # Errors
    /// [`Refusal::NotAdmin`].
    pub fn people(&self, officer: &Officer) -> Result<People, Trouble> {
        self.must_be_admin(officer)?;
        let snapshot = self.snapshot();
        let records = Records::new(&snapshot);
        let names = Names::new(self.ledger.registry(), &records);
        let register = names.registry().office(&officer.office)?;
        let named = |id: &OfficerId| -> Result<Named, Trouble> {
            Ok(names.officer(&officer.office, id)?.unwrap_or_else(|| Named::same(&id.short())))
        };
        let mut held: BTreeMap<OfficerId, Vec<(Named, ChargeKind)>> = BTreeMap::new();
        let mut posts = Vec::new();
        for post in register.posts() {
            let holder = Holder { office: officer.office, post: post.id };
            let name = names.post(&holder)?;
            let mut charges: Vec<&Charge> = register.charges().filter(|one| one.post == post.id).collect();
            charges.sort_by_key(|charge| (charge.kind as u8, charge.since));
            let mut lines = Vec::new();
            for charge in charges {
                held.entry(charge.officer).or_default().push((name.clone(), charge.kind));
                lines.push(ChargeLine { id: charge.id, officer: named(&charge.officer)?, kind: charge.kind });
            }
            let (rank, code) = (names.rank(&holder)?, post.code.clone());
            posts.push(PostLine { id: post.id, name, code, rank, admin: post.admin, charges: lines });
        }
        posts.sort_by(|a, b| (a.rank, &a.name.hi).cmp(&(b.rank, &b.name.hi)));
        let mut officers = Vec::new();
        for id in register.officers() {
            officers.push(OfficerLine { id, name: named(&id)?, posts: held.remove(&id).unwrap_or_default() });
        }
        officers.sort_by(|a, b| a.name.hi.cmp(&b.name.hi));
        Ok(People { posts, officers })
    }

    /// Makes a post.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDone`] when the code is taken; what is wrong with the words; [`Refusal::NotAdmin`].
    pub async fn add_post(self: &Arc<Self>, officer: &Officer, new: NewPost) -> Result<ActId, Trouble> {
        let _turn = self.people.lock().await;
        self.must_be_admin(officer)?;
        for (text, bytes_max) in
            [(&new.code, CODE_BYTES_MAX), (&new.name_hi, NAME_BYTES_MAX), (&new.name_en, NAME_BYTES_MAX)]
        {
            check_text(text, bytes_max)?;
        }
        let registry = self.ledger.registry();
        if registry.office(&officer.office)?.posts().any(|post| post.code == new.code) {
            return Err(Refusal::AlreadyDone.into());
        }
        let change = Body::AddPost(body::AddPost { code: new.code, admin: new.admin });
        let (rank, name_hi, name_en) = (new.rank, new.name_hi, new.name_en);
        self.change_people(officer, change, move |act, names| {
            names.posts.push(PostName { post: act.into(), rank, name_hi, name_en });
            Vec::new()
        })
        .await
    }

    /// Names a person, with a new key under a first password.
    ///
    /// # Errors
    /// [`Refusal::NameTaken`], [`Refusal::PasswordRule`], what is wrong with the words, [`Refusal::NotAdmin`].
    pub async fn add_officer(self: &Arc<Self>, officer: &Officer, new: NewOfficer) -> Result<ActId, Trouble> {
        let _turn = self.people.lock().await;
        self.must_be_admin(officer)?;
        for (text, bytes_max) in
            [(&new.login, CODE_BYTES_MAX), (&new.name_hi, NAME_BYTES_MAX), (&new.name_en, NAME_BYTES_MAX)]
        {
            check_text(text, bytes_max)?;
        }
        if self.login(&new.login).await?.is_some() {
            return Err(Refusal::NameTaken.into());
        }
        let key = SecretKey::from_seed(&clock::entropy().bytes32());
        let wrapped = self.keyring.wrap(&key, &new.password).await?;
        let change = Body::AddOfficer(body::AddOfficer { key: key.public() });
        let office = officer.office;
        self.change_people(officer, change, move |act, names| {
            let (officer, name_hi, name_en) = (act.into(), new.name_hi, new.name_en);
            names.officers.push(OfficerName { officer, charges: Vec::new(), name_hi, name_en });
            let login = Login { name: new.login, office, officer, wrapped };
            vec![(LOGINS, login.name.clone().into_bytes(), Some(codec::encode(&login)))]
        })
        .await
    }

    /// Puts an officer on a post.
    ///
    /// # Errors
    /// [`Refusal::AlreadyDone`] when the officer is on it, [`Refusal::NotAdmin`].
    pub async fn give_charge(
        self: &Arc<Self>,
        officer: &Officer,
        whom: OfficerId,
        post: PostId,
        kind: ChargeKind,
    ) -> Result<ActId, Trouble> {
        let _turn = self.people.lock().await;
        self.must_be_admin(officer)?;
        let registry = self.ledger.registry();
        if registry.office(&officer.office)?.charges().any(|one| one.post == post && one.officer == whom) {
            return Err(Refusal::AlreadyDone.into());
        }
        let change = Body::GiveCharge(body::GiveCharge { post, officer: whom, kind });
        self.change_people(officer, change, move |act, names| {
            if let Some(name) = names.officers.iter_mut().find(|name| name.officer == whom) {
                name.charges.push(act.into());
            }
            Vec::new()
        })
        .await
    }

    /// Takes an officer off a post.
    ///
    /// # Errors
    /// [`Refusal::ChargeUnknown`], [`Refusal::LastAdmin`], [`Refusal::NotAdmin`].
    pub async fn end_charge(self: &Arc<Self>, officer: &Officer, charge: ChargeId) -> Result<(), Trouble> {
        let _turn = self.people.lock().await;
        self.must_be_admin(officer)?;
        self.end_one(officer, charge).await
    }

    /// Ends every charge of an officer who retires, is transferred or suspended. Gives how many. Each is an
    /// act of its own; what lies at the posts stays there.
    ///
    /// # Errors
    /// As [`App::end_charge`]; what was ended before that is ended.
    pub async fn end_all_charges(
        self: &Arc<Self>,
        officer: &Officer,
        whom: OfficerId,
    ) -> Result<usize, Trouble> {
        let _turn = self.people.lock().await;
        self.must_be_admin(officer)?;
        let registry = self.ledger.registry();
        let register = registry.office(&officer.office)?;
        let all: Vec<ChargeId> =
            register.charges().filter(|one| one.officer == whom).map(|one| one.id).collect();
        if all.is_empty() {
            return Err(Refusal::AlreadyDone.into());
        }
        // Nothing is ended when the last of them could not be.
        let gone = |charge: &Charge| all.contains(&charge.id);
        keeps_an_admin(register, gone)?;
        for charge in &all {
            self.end_one(officer, *charge).await?;
        }
        Ok(all.len())
    }

    async fn end_one(self: &Arc<Self>, officer: &Officer, charge: ChargeId) -> Result<(), Trouble> {
        let registry = self.ledger.registry();
        let register = registry.office(&officer.office)?;
        let known = register.charge(&charge).ok_or(Refusal::ChargeUnknown)?;
        if known.until.is_some() {
            return Err(Refusal::AlreadyDone.into());
        }
        keeps_an_admin(register, |one| one.id == charge)?;
        let whom = known.officer;
        let change = Body::EndCharge(body::EndCharge { charge });
        self.change_people(officer, change, move |_, names| {
            if let Some(name) = names.officers.iter_mut().find(|name| name.officer == whom) {
                name.charges.retain(|held| *held != charge);
            }
            Vec::new()
        })
        .await?;
        Ok(())
    }

    fn must_be_admin(&self, officer: &Officer) -> Result<(), Refusal> {
        if self.is_admin(officer) { Ok(()) } else { Err(Refusal::NotAdmin) }
    }

    async fn change_people(
        &self,
        officer: &Officer,
        change: Body,
        tell: impl FnOnce(ActId, &mut Snapshot) -> Vec<LocalRow> + Send + 'static,
    ) -> Result<ActId, Trouble> {
        let request = Request::Register { actor: officer.actor(), change };
        Ok(names::change_with(&self.ledger, officer.office, request, tell).await?)
    }
}

/// An office without anybody who may keep its register could not be helped but by its operating keys.
fn keeps_an_admin(register: &Register, gone: impl Fn(&Charge) -> bool) -> Result<(), Refusal> {
    let is_admin = |charge: &&Charge| register.post(&charge.post).is_some_and(|post| post.admin);
    let mut admins = register.charges().filter(is_admin);
    if admins.any(|charge| !gone(charge)) { Ok(()) } else { Err(Refusal::LastAdmin) }
}

fn check_text(text: &str, bytes_max: usize) -> Result<(), Refusal> {
    match text.len() {
        _ if text.trim().is_empty() => Err(Refusal::TextEmpty),
        length if length > bytes_max => Err(Refusal::TextTooLong),
        _ if text.chars().any(char::is_control) || text.trim() != text => Err(Refusal::TextInvisible),
        _ => Ok(()),
    }
}
