//! What an officer has chosen for every computer of this node: the method of typing Hindi.
//!
//! Kept by the officer, not by the browser, because many officers share one computer. It never
//! has to do with rights, and is never part of an act.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use mohar_protocol::codec;
use mohar_protocol::id::OfficerId;
use mohar_protocol::records::{Records, StoreFault};

use crate::app::session::Session;
use crate::app::{App, Officer, Trouble, blocking};
use crate::store::tables;

/// Bytes of a row: the longest code and framing.
const ROW_BYTES_MAX: usize = 64;

/// How an officer types Hindi.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// InScript (IS 13194, IS 16350).
    Inscript,
    /// Remington GAIL, every letter in the order of its sound.
    Gail,
    /// Remington GAIL in the order of a typewriter.
    Typewriter,
    /// By sound, in Roman letters.
    Phonetic,
    /// With what is installed on the computer.
    System,
}

/// The row of an officer.
#[derive(Debug, Default, Encode, Decode)]
#[cbor(array)]
struct Row {
    /// Empty when nothing was chosen.
    #[n(0)]
    typing: String,
    /// Whether the first visit is over.
    #[n(1)]
    toured: bool,
}

impl Typing {
    /// All methods, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Inscript, Self::Gail, Self::Typewriter, Self::Phonetic, Self::System];

    /// The word in forms, rows and pages.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inscript => "inscript",
            Self::Gail => "gail",
            Self::Typewriter => "typewriter",
            Self::Phonetic => "phonetic",
            Self::System => "system",
        }
    }

    /// Reads the word of a form or row.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|typing| typing.code() == code)
    }
}

impl App {
    /// Keeps how the officer types Hindi.
    ///
    /// # Errors
    /// [`mohar_protocol::refusal::Refusal::Busy`], or a fault of the store.
    pub async fn keep_typing(self: &Arc<Self>, session: &Session, typing: Typing) -> Result<(), Trouble> {
        self.keep_settings(session.officer, |row| row.typing = typing.code().to_owned()).await
    }

    /// Keeps that the officer has seen the cards of the first visit.
    ///
    /// # Errors
    /// As [`App::keep_typing`].
    pub async fn keep_toured(self: &Arc<Self>, session: &Session) -> Result<(), Trouble> {
        self.keep_settings(session.officer, |row| row.toured = true).await
    }

    /// Whether the officer has seen the cards of the first visit. Blocks.
    ///
    /// # Errors
    /// [`Trouble::Fault`].
    pub fn has_toured(&self, officer: &Officer) -> Result<bool, Trouble> {
        let snapshot = self.snapshot();
        Ok(settings_of(&Records::new(&snapshot), &officer.officer)?.toured)
    }

    /// How the officer types Hindi; `None` when nothing was chosen yet.
    pub(super) fn typing_of(records: &Records<'_>, officer: &OfficerId) -> Result<Option<Typing>, Trouble> {
        Ok(Typing::from_code(&settings_of(records, officer)?.typing))
    }

    async fn keep_settings(
        self: &Arc<Self>,
        officer: OfficerId,
        change: impl FnOnce(&mut Row),
    ) -> Result<(), Trouble> {
        let app = Arc::clone(self);
        let mut row = blocking(move || {
            let snapshot = app.snapshot();
            settings_of(&Records::new(&snapshot), &officer)
        })
        .await?;
        change(&mut row);
        Ok(self.ledger.write(vec![(tables::SETTINGS, officer.0.to_vec(), Some(codec::encode(&row)))]).await?)
    }
}

fn settings_of(records: &Records<'_>, officer: &OfficerId) -> Result<Row, Trouble> {
    let Some(bytes) = records.get(tables::SETTINGS, &officer.0)? else { return Ok(Row::default()) };
    Ok(codec::decode(&bytes, ROW_BYTES_MAX).map_err(|e| StoreFault::because("read settings", e))?)
}
