//! Letters of a matter until they are issued: versions, and the approval that binds one of them.
//!
//! An approval names a version by its act, so by the hash of everything that was signed in it. A new
//! version undoes it, and an issue names the approval: nothing goes out that was not approved as it is.
//! This module never reads a letter.

use super::{LETTERS_MAX, Matter, OpenLetter};
use crate::act::body::Draft;
use crate::id::ActId;
use crate::refusal::Refusal;

impl Matter {
    /// A first version, or the next one.
    pub(super) fn draft(&mut self, act: ActId, body: &Draft) -> Result<(), Refusal> {
        let Some(first) = body.letter else {
            if body.version != 1 {
                return Err(Refusal::LetterChanged);
            }
            if self.letters.len() >= LETTERS_MAX {
                self.letters.remove(0);
            }
            self.letters.push(OpenLetter { letter: act, version: act, approval: None, versions: 1 });
            return Ok(());
        };
        let known = self.letters.iter_mut().find(|open| open.letter == first);
        let open = known.ok_or(Refusal::LetterUnknown)?;
        // Who writes on top of a version that he has not seen is told so.
        if open.versions.checked_add(1) != Some(body.version) {
            return Err(Refusal::LetterChanged);
        }
        *open = OpenLetter { version: act, approval: None, versions: body.version, ..*open };
        Ok(())
    }

    /// The newest version of a letter may go out.
    pub(super) fn approve(&mut self, act: ActId, version: ActId) -> Result<(), Refusal> {
        let open = self.letters.iter_mut().find(|open| open.version == version);
        let open = open.ok_or(Refusal::LetterChanged)?;
        if open.approval.is_some() {
            return Err(Refusal::AlreadyDone);
        }
        open.approval = Some(act);
        Ok(())
    }

    /// A letter goes out as it was approved; it is then no draft any more.
    pub(super) fn issue(&mut self, approval: ActId) -> Result<(), Refusal> {
        let at = self.letters.iter().position(|open| open.approval == Some(approval));
        self.letters.remove(at.ok_or(Refusal::LetterNotApproved)?);
        Ok(())
    }

    /// A letter that is drafted and not issued, by its first version.
    pub fn open_letter(&self, letter: &ActId) -> Option<&OpenLetter> {
        self.letters.iter().find(|open| open.letter == *letter)
    }
}
