//! Hands files to the successor of an office: which ones, an administrator of the office says.

use std::collections::BTreeSet;
use std::sync::Arc;

use mohar_protocol::control::{Credentials, Response};
use mohar_protocol::id::{MatterId, OfficeId};
use mohar_protocol::machine::Request;
use mohar_protocol::records::{DeskClass, Records};
use mohar_protocol::refusal::Refusal;

use super::register::{post_by_code, unlock};
use super::{Api, No};

/// Files named by one command: more are handed on by saying it again.
const MATTERS_MAX: usize = 10_000;

/// What is handed on: files by id, and all that lies with these posts.
pub struct Which {
    pub matters: Vec<MatterId>,
    pub posts: Vec<String>,
}

/// Answers [`mohar_protocol::control::Request::HandOn`] with the number of files that were queued.
pub async fn hand_on(api: &Arc<Api>, by: &Credentials, to: OfficeId, which: Which) -> Result<Response, No> {
    let (_, office) = unlock(api, by).await?;
    let mut queued = 0;
    for matter in listed(api, office, which)? {
        match api.ledger.request(Request::HandOn { office, to, matter }).await {
            Ok(_) => queued += 1,
            // On its way, or gone: somebody, or this command before, has seen to it.
            Err(Refusal::IsQueued | Refusal::InTransit | Refusal::NotHolderOffice) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Ok(Response::Done { id: Some(queued.to_string()) })
}

fn listed(api: &Api, office: OfficeId, which: Which) -> Result<BTreeSet<MatterId>, No> {
    let mut matters: BTreeSet<MatterId> = which.matters.into_iter().collect();
    let snapshot = api.ledger.snapshot();
    let records = Records::new(&snapshot);
    for code in &which.posts {
        let post = post_by_code(api, office, code)?;
        for class in [DeskClass::Desk, DeskClass::Parked, DeskClass::Closed] {
            let rows = records.desk(&office, &post, class, 0, MATTERS_MAX)?;
            matters.extend(rows.into_iter().map(|row| row.matter));
        }
    }
    Ok(matters)
}
