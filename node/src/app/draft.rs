//! The unsent note of an officer on a matter: saved every second while it is written, sealed at
//! rest, seen by nobody else, gone once it is signed.
//!
//! Every saved version has a number. Who saves names the version on which the text was written; if
//! another one was saved meanwhile, nothing is overwritten and both texts are shown.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use mohar_protocol::codec;
use mohar_protocol::id::MatterId;
use mohar_protocol::matter_text::{NOTE_BYTES_MAX, lines};
use mohar_protocol::records::{Records, StoreFault};
use mohar_protocol::refusal::Refusal;
use mohar_protocol::sealing::at_rest;
use mohar_protocol::time::Timestamp;
use tokio::sync::Mutex;

use crate::app::reading::Reader;
use crate::app::{App, Officer, Trouble, blocking};
use crate::clock;
use crate::store::tables;

/// Locks for drafts: so many officers save at the same moment without waiting for each other.
const LOCKS: usize = 64;

/// One lock for each of [`LOCKS`] shares of all drafts, so that two tabs cannot both win.
pub struct Locks([Mutex<()>; LOCKS]);

/// A draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Draft {
    /// Counts from 1; 0 before the first save.
    #[n(0)]
    pub version: u64,
    /// When it was saved.
    #[n(1)]
    pub saved: Timestamp,
    /// The text as typed.
    #[n(2)]
    pub text: String,
}

/// What came of a save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// Kept, under this version.
    Kept(Draft),
    /// Not kept: this one was saved meanwhile.
    Conflict(Draft),
}

impl App {
    /// Saves a draft that was written on top of `version`.
    ///
    /// # Errors
    /// [`Refusal::TextTooLong`], [`Refusal::TextInvisible`], or that the matter is not there.
    pub async fn save_draft(
        self: &Arc<Self>,
        officer: &Officer,
        id: MatterId,
        text: &str,
        version: u64,
    ) -> Result<Saved, Trouble> {
        // What would be refused at signing is refused while it can still be corrected; the text is
        // kept as typed, because cursors jump when an editor gets other text back.
        lines(text, NOTE_BYTES_MAX)?;
        if text.len() > 2 * NOTE_BYTES_MAX {
            return Err(Refusal::TextTooLong.into());
        }
        let key = key(officer, &id);
        let _one_at_a_time = self.drafts.of(&key).lock().await;
        let (app, whose, row) = (Arc::clone(self), officer.holder(), key.clone());
        let known = blocking(move || {
            let snapshot = app.snapshot();
            let reader = Reader::new(&app, &snapshot, whose.office);
            reader.visible(&whose, &id)?;
            app.draft(&reader.records, &row)
        });
        let known = known.await?;
        if known.version != version && known.text != text {
            return Ok(Saved::Conflict(known));
        }
        let draft =
            Draft { version: known.version.saturating_add(1), saved: clock::now(), text: text.to_owned() };
        let plain = zeroize::Zeroizing::new(codec::encode(&draft));
        let sealed = at_rest::seal(self.ledger.storage_key(), &context(&key), &plain, &mut clock::entropy());
        self.ledger.write(vec![(tables::DRAFTS, key, Some(sealed))]).await?;
        Ok(Saved::Kept(draft))
    }

    /// The officer's draft on a matter; an empty one if there is none.
    pub(super) fn draft_of(
        &self,
        records: &Records<'_>,
        officer: &Officer,
        id: &MatterId,
    ) -> Result<Draft, Trouble> {
        self.draft(records, &key(officer, id))
    }

    /// Forgets a draft that was signed, unless it was changed since.
    pub(super) async fn forget_draft(
        self: &Arc<Self>,
        officer: &Officer,
        id: MatterId,
        version: u64,
    ) -> Result<(), Trouble> {
        let key = key(officer, &id);
        let _one_at_a_time = self.drafts.of(&key).lock().await;
        let (app, row) = (Arc::clone(self), key.clone());
        let known = blocking(move || {
            let snapshot = app.snapshot();
            app.draft(&Records::new(&snapshot), &row)
        });
        if known.await?.version != version {
            return Ok(());
        }
        // An empty draft with the next version stays: a tab that still shows the signed text must
        // meet a conflict, not an empty place.
        let draft = Draft { version: version.saturating_add(1), saved: clock::now(), text: String::new() };
        let plain = codec::encode(&draft);
        let sealed = at_rest::seal(self.ledger.storage_key(), &context(&key), &plain, &mut clock::entropy());
        Ok(self.ledger.write(vec![(tables::DRAFTS, key, Some(sealed))]).await?)
    }

    pub(super) fn draft(&self, records: &Records<'_>, key: &[u8]) -> Result<Draft, Trouble> {
        let Some(sealed) = records.get(tables::DRAFTS, key)? else { return Ok(Draft::default()) };
        let plain = at_rest::open(self.ledger.storage_key(), &context(key), &sealed)
            .map_err(|e| StoreFault::because("open a draft", e))?;
        Ok(codec::decode(&plain, plain.len()).map_err(|e| StoreFault::because("read a draft", e))?)
    }
}

impl Draft {
    /// Whether nothing is written.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

impl Locks {
    fn of(&self, key: &[u8]) -> &Mutex<()> {
        // The matter's id is a digest, so its last byte is as good as random.
        let share = key.last().copied().map_or(0, usize::from);
        &self.0[share % LOCKS]
    }
}

impl Default for Locks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

pub(super) fn key(officer: &Officer, id: &MatterId) -> Vec<u8> {
    [officer.officer.0, officer.post.0, id.0].concat()
}

/// A draft opens only in its own row.
fn context(key: &[u8]) -> String {
    format!("mohar/draft/1/{}", data_encoding::HEXLOWER.encode(key))
}
