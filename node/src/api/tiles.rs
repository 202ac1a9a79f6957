//! The logs kept here, own and mirrored, as C2SP `tlog-tiles` serves them. Hashes beyond the last
//! signed head are never shown.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mohar_protocol::hash::sha256;
use mohar_protocol::id::OfficeId;
use mohar_protocol::log::checkpoint::SignedCheckpoint;
use mohar_protocol::log::tile::{
    HashReader as _, TILE_WIDTH, TileKind, TilePath, encode_entries, encode_hashes,
};
use mohar_protocol::records::{Records, StoreFault};
use subtle::ConstantTimeEq as _;

use super::Api;

/// Why a tile is not given.
pub enum NoTile {
    /// There is none.
    Absent,
    /// The store failed.
    Fault(StoreFault),
}

impl From<StoreFault> for NoTile {
    fn from(fault: StoreFault) -> Self {
        Self::Fault(fault)
    }
}

impl IntoResponse for NoTile {
    fn into_response(self) -> Response {
        match self {
            Self::Absent => StatusCode::NOT_FOUND.into_response(),
            Self::Fault(fault) => {
                tracing::error!(fault = crate::observe::chain(&fault), "a tile could not be read");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The latest checkpoint of a log, with all cosignatures known here.
pub async fn checkpoint(State(api): State<Arc<Api>>, Path(office): Path<String>) -> Result<Response, NoTile> {
    let office: OfficeId = office.parse().map_err(|_| NoTile::Absent)?;
    let snapshot = api.ledger.snapshot();
    let note = latest_checkpoint(&Records::new(&snapshot), &office)?.ok_or(NoTile::Absent)?;
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, note).into_response())
}

/// A tile of hashes, or, with the auditor's token, of entries.
pub async fn tile(
    State(api): State<Arc<Api>>,
    Path((office, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, NoTile> {
    let office: OfficeId = office.parse().map_err(|_| NoTile::Absent)?;
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| NoTile::Absent)?;
    if path.kind == TileKind::Entries && !may_audit(&api, &headers) {
        return Ok((StatusCode::FORBIDDEN, "entries take the token of an auditor\n").into_response());
    }
    let bytes = tokio::task::spawn_blocking(move || {
        let snapshot = api.ledger.snapshot();
        read_tile(&Records::new(&snapshot), &office, &path)
    });
    let bytes = bytes.await.map_err(|e| StoreFault::because("read a tile", e))??;
    let caching = match (usize::from(path.width) == TILE_WIDTH, path.kind) {
        // A full tile never changes; entries are for the auditor, not for caches on the way.
        (true, TileKind::Hashes { .. }) => "public, max-age=31536000, immutable",
        (_, TileKind::Entries) => "private, no-store",
        (false, TileKind::Hashes { .. }) => "no-cache",
    };
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, caching)];
    Ok((headers, bytes).into_response())
}

/// The newest note of a log that is kept here: the cosigned one, unless its office has signed a
/// larger size since.
///
/// # Errors
/// [`StoreFault`].
pub fn latest_checkpoint(records: &Records<'_>, office: &OfficeId) -> Result<Option<Vec<u8>>, StoreFault> {
    let Some(log) = records.log(office)? else { return Ok(None) };
    let size = |note: &Vec<u8>| SignedCheckpoint::parse(note).ok().map(|signed| signed.claimed().head.size);
    let notes = [Some(log.note), records.head(office)?].into_iter().flatten();
    // Of two of one size the later wins, which is the cosigned one.
    Ok(notes.filter(|note| size(note).is_some_and(|size| size <= log.signed.size())).max_by_key(size))
}

fn read_tile(records: &Records<'_>, office: &OfficeId, path: &TilePath) -> Result<Vec<u8>, NoTile> {
    let log = records.log(office)?.ok_or(NoTile::Absent)?;
    if !path.lies_within(log.signed.size()) {
        return Err(NoTile::Absent);
    }
    let width = usize::from(path.width);
    match path.kind {
        TileKind::Hashes { level } => {
            let hashes = records.log_hashes(*office).hashes(level, path.first(), width)?;
            encode_hashes(&hashes).map_err(|_| NoTile::Absent)
        }
        TileKind::Entries => {
            let mut entries = Vec::with_capacity(width);
            for id in records.leaves(office, path.first(), width)? {
                entries.push(records.expect_act(&id)?.bytes().to_vec());
            }
            encode_entries(&entries).map_err(|_| NoTile::Absent)
        }
    }
}

/// Compares digests in constant time; without a configured token nobody may.
fn may_audit(api: &Api, headers: &HeaderMap) -> bool {
    let Some(expected) = api.audit_token_sha256 else { return false };
    let token =
        headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    token.is_some_and(|token| sha256(&[token]).ct_eq(&expected).into())
}
