//! What an administrator changes: posts, officers, charges, and offices taken in from a file. Each
//! change is signed with the administrator's key and followed by a new directory.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use mohar_protocol::act::Body;
use mohar_protocol::act::body::{self, ChargeKind};
use mohar_protocol::ceremony::{Login, from_file};
use mohar_protocol::codec;
use mohar_protocol::control::{Credentials, Response};
use mohar_protocol::directory::{OfficerName, PostName};
use mohar_protocol::id::{ActId, ChargeId, OfficeId, PostId};
use mohar_protocol::keys::SecretKey;
use mohar_protocol::machine::{Actor, Package, Request};
use mohar_protocol::records::Kv as _;
use mohar_protocol::refusal::Refusal;
use mohar_protocol::registry::{Charge, Register};

use super::{Api, No};
use crate::clock;
use crate::ledger::names;
use crate::store::tables::LOGINS;

/// Bytes of a sign-in name, a post's code and a name of a person or post.
const LOGIN_BYTES_MAX: usize = 64;
const CODE_BYTES_MAX: usize = 64;
const NAME_BYTES_MAX: usize = 256;

/// Bytes of a sign-in row: name, two ids and an envelope of 128 bytes.
const LOGIN_ROW_BYTES_MAX: usize = 1_024;

/// A post to be made.
pub struct NewPost {
    pub code: String,
    pub name_hi: String,
    pub name_en: String,
    pub rank: u8,
    pub admin: bool,
}

/// A person to be named.
pub struct NewOfficer {
    pub login: String,
    pub password: String,
    pub name_hi: String,
    pub name_en: String,
}

/// Takes in a registry file.
pub async fn import(api: &Arc<Api>, base64: &str) -> Result<Response, No> {
    let bytes = BASE64.decode(base64.trim()).map_err(|e| No::Failed(format!("not base64: {e}")))?;
    let package: Package = from_file(&bytes).map_err(|e| No::Failed(format!("not a registry file: {e}")))?;
    let receipt = api.ledger.request(Request::Import(package)).await?;
    Ok(Response::Done { id: Some(receipt.act.to_string()) })
}

/// Makes a post.
pub async fn add_post(api: &Arc<Api>, by: &Credentials, new: NewPost) -> Result<Response, No> {
    let _turn = api.register_lock.lock().await;
    check_text(&new.code, CODE_BYTES_MAX)?;
    check_names(&new.name_hi, &new.name_en)?;
    let (admin, office) = unlock(api, by).await?;
    if post_by_code(api, office, &new.code).is_ok() {
        return Err(Refusal::AlreadyDone.into());
    }
    let change = Body::AddPost(body::AddPost { code: new.code, admin: new.admin });
    let request = Request::Register { actor: admin, change };
    let post = names::change_with(&api.ledger, office, request, move |act, names| {
        let (rank, name_hi, name_en) = (new.rank, new.name_hi, new.name_en);
        names.posts.push(PostName { post: act.into(), rank, name_hi, name_en });
        Vec::new()
    });
    Ok(done(post.await?))
}

/// Names a person, makes the key and the sign-in.
pub async fn add_officer(api: &Arc<Api>, by: &Credentials, new: NewOfficer) -> Result<Response, No> {
    let _turn = api.register_lock.lock().await;
    check_text(&new.login, LOGIN_BYTES_MAX)?;
    check_names(&new.name_hi, &new.name_en)?;
    let (admin, office) = unlock(api, by).await?;
    if login_row(api, &new.login)?.is_some() {
        return Err(Refusal::NameTaken.into());
    }
    let key = SecretKey::from_seed(&clock::entropy().bytes32());
    let wrapped = api.keyring.wrap(&key, &new.password).await?;
    let change = Body::AddOfficer(body::AddOfficer { key: key.public() });
    let request = Request::Register { actor: admin, change };
    let officer = names::change_with(&api.ledger, office, request, move |act, names| {
        let officer = act.into();
        let (name_hi, name_en) = (new.name_hi, new.name_en);
        names.officers.push(OfficerName { officer, charges: Vec::new(), name_hi, name_en });
        let login = Login { name: new.login, office, officer, wrapped };
        vec![(LOGINS, login.name.clone().into_bytes(), Some(codec::encode(&login)))]
    });
    Ok(done(officer.await?))
}

/// Gives an officer who forgot the password a new key under a new one. The old key signs nothing
/// from here on, and sessions that hold it are over.
pub async fn rekey_officer(
    api: &Arc<Api>,
    by: &Credentials,
    login: &str,
    password: &str,
) -> Result<Response, No> {
    let _turn = api.register_lock.lock().await;
    let (actor, office) = unlock(api, by).await?;
    let login = login_of(api, office, login)?;
    let key = SecretKey::from_seed(&clock::entropy().bytes32());
    let wrapped = api.keyring.wrap(&key, password).await?;
    let change = Body::RekeyOfficer(body::RekeyOfficer { officer: login.officer, key: key.public() });
    let request = Request::Register { actor, change };
    let act = names::change_with(&api.ledger, office, request, move |_, _| {
        let login = Login { wrapped, ..login };
        vec![(LOGINS, login.name.clone().into_bytes(), Some(codec::encode(&login)))]
    });
    Ok(done(act.await?))
}

/// Puts an officer on a post.
pub async fn give_charge(
    api: &Arc<Api>,
    by: &Credentials,
    login: &str,
    code: &str,
    kind: ChargeKind,
) -> Result<Response, No> {
    let _turn = api.register_lock.lock().await;
    let (admin, office) = unlock(api, by).await?;
    let (login, post) = (login_of(api, office, login)?, post_by_code(api, office, code)?);
    if charge_of(api, &login, post).is_ok() {
        return Err(Refusal::AlreadyDone.into());
    }
    let change = Body::GiveCharge(body::GiveCharge { post, officer: login.officer, kind });
    let give = |charge, officer: &mut OfficerName| officer.charges.push(charge);
    Ok(done(change_charge(api, admin, &login, change, give).await?))
}

/// Takes an officer off a post.
pub async fn end_charge(api: &Arc<Api>, by: &Credentials, login: &str, code: &str) -> Result<Response, No> {
    let _turn = api.register_lock.lock().await;
    let (admin, office) = unlock(api, by).await?;
    let (login, post) = (login_of(api, office, login)?, post_by_code(api, office, code)?);
    let charge = charge_of(api, &login, post)?;
    let change = Body::EndCharge(body::EndCharge { charge });
    let take = move |_, officer: &mut OfficerName| officer.charges.retain(|held| *held != charge);
    change_charge(api, admin, &login, change, take).await?;
    Ok(done(charge))
}

/// The administrator as an actor, and the office.
pub(super) async fn unlock(api: &Arc<Api>, by: &Credentials) -> Result<(Actor, OfficeId), No> {
    let login = login_row(api, &by.login)?.ok_or(Refusal::SignInFailed)?;
    let key = api.keyring.unlock(&login, &by.password).await?;
    let registry = api.ledger.registry();
    let register = registry.office(&login.office)?;
    let is_admin = |charge: &&Charge| {
        charge.officer == login.officer && register.post(&charge.post).is_some_and(|post| post.admin)
    };
    let charge = register.charges().find(is_admin).ok_or(Refusal::NotAdmin)?.id;
    Ok((Actor { office: login.office, charge: Some(charge), key }, login.office))
}

/// Signs a change of an officer's charges and changes the officer's name row with it.
async fn change_charge(
    api: &Arc<Api>,
    actor: Actor,
    login: &Login,
    change: Body,
    tell: impl FnOnce(ChargeId, &mut OfficerName) + Send + 'static,
) -> Result<ActId, Refusal> {
    let officer = login.officer;
    names::change_with(&api.ledger, login.office, Request::Register { actor, change }, move |act, names| {
        if let Some(name) = names.officers.iter_mut().find(|name| name.officer == officer) {
            tell(act.into(), name);
        }
        Vec::new()
    })
    .await
}

pub(super) fn login_row(api: &Api, name: &str) -> Result<Option<Login>, No> {
    let Some(row) = api.ledger.snapshot().get(LOGINS, name.as_bytes())? else { return Ok(None) };
    let login = codec::decode(&row, LOGIN_ROW_BYTES_MAX);
    login.map(Some).map_err(|e| No::Failed(format!("a sign-in row is damaged: {e}")))
}

/// A sign-in of this office: an administrator does not reach into another one on the same node.
fn login_of(api: &Api, office: OfficeId, name: &str) -> Result<Login, No> {
    let login = login_row(api, name)?.filter(|login| login.office == office);
    Ok(login.ok_or(Refusal::OfficerUnknown)?)
}

pub(super) fn post_by_code(api: &Api, office: OfficeId, code: &str) -> Result<PostId, Refusal> {
    let registry = api.ledger.registry();
    let post = registry.office(&office)?.posts().find(|post| post.code == code).map(|post| post.id);
    post.ok_or(Refusal::PostUnknown)
}

fn charge_of(api: &Api, login: &Login, post: PostId) -> Result<ChargeId, Refusal> {
    let registry = api.ledger.registry();
    let find = |register: &Register| {
        register.charges().find(|c| c.officer == login.officer && c.post == post).map(|charge| charge.id)
    };
    find(registry.office(&login.office)?).ok_or(Refusal::ChargeUnknown)
}

fn check_names(name_hi: &str, name_en: &str) -> Result<(), Refusal> {
    check_text(name_hi, NAME_BYTES_MAX)?;
    check_text(name_en, NAME_BYTES_MAX)
}

fn check_text(text: &str, bytes_max: usize) -> Result<(), Refusal> {
    match text.len() {
        _ if text.trim().is_empty() => Err(Refusal::TextEmpty),
        length if length > bytes_max => Err(Refusal::TextTooLong),
        _ if text.chars().any(char::is_control) || text.trim() != text => Err(Refusal::TextInvisible),
        _ => Ok(()),
    }
}

fn done(id: impl Into<ActId>) -> Response {
    Response::Done { id: Some(id.into().to_string()) }
}
