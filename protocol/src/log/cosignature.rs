//! Cosignatures (C2SP `tlog-cosignature`, version 1): what a mirror or a witness puts under a
//! checkpoint of another office, with the time at which it did.
//!
//! What a cosignature means depends on the role of its key: a witness saw the log only grow, a
//! mirror also holds the bytes. This module never decides whether to cosign: the caller has
//! checked consistency, and durability, before it calls [`cosign`].

use crate::keys::{PublicKey, SecretKey, Signature};
use crate::log::checkpoint::VerifiedCheckpoint;
use crate::log::note::{CosignerKey, KeyName, LogKey, Note, NoteError, SIGNATURES_MAX, SignatureLine};
use crate::time::Timestamp;

/// A cosignature that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The cosigner's name.
    pub name: KeyName,
    /// The cosigner's key.
    pub public: PublicKey,
    /// When it cosigned by its own clock, in seconds since 1970.
    pub time_s: u64,
}

/// Cosigns a checkpoint at `now` (whole seconds count) with `secret` under `name`.
///
/// C2SP version 1 does not sign the name, so one key belongs to one cosigner with one role.
pub fn cosign(
    checkpoint: &VerifiedCheckpoint,
    name: KeyName,
    secret: &SecretKey,
    now: Timestamp,
) -> SignatureLine {
    let time_s = now.seconds();
    let signature = secret.sign(message(checkpoint.note(), time_s).as_bytes());
    let bytes = [time_s.to_be_bytes().as_slice(), &signature].concat();
    CosignerKey::new(name, secret.public()).line(bytes)
}

/// The verified cosignatures of known cosigners, in the order of `known`, one for each key.
///
/// Lines of unknown keys are passed over. A key that is known under two names counts once.
///
/// # Errors
/// [`NoteError::BadSignature`] when the line of a known cosigner is wrong: such a note was
/// tampered with and is to be refused as a whole.
pub fn cosignatures(
    checkpoint: &VerifiedCheckpoint,
    known: &[CosignerKey],
) -> Result<Vec<Cosignature>, NoteError> {
    let mut found: Vec<Cosignature> = Vec::new();
    for key in known {
        if found.iter().any(|other| other.public == key.public()) {
            continue;
        }
        if let Some(line) = checkpoint.note().line_of(key) {
            found.push(verify(checkpoint.note(), key, line)?);
        }
    }
    Ok(found)
}

/// Adds a cosignature to a checkpoint after verifying it; the earlier of two by one key stays,
/// because the first cosignature is the evidence of *not after*.
///
/// # Errors
/// [`NoteError::NotSigned`] for a line of another key, [`NoteError::BadSignature`] for a wrong
/// one, [`NoteError::TooManySignatures`] when the note is full (see [`keep_known`]).
pub fn merge(
    checkpoint: &mut VerifiedCheckpoint,
    key: &CosignerKey,
    line: SignatureLine,
) -> Result<Cosignature, NoteError> {
    if line.name != *key.name() || line.key_id != key.id() {
        return Err(NoteError::NotSigned(key.name().clone()));
    }
    let note = checkpoint.note();
    let new = verify(note, key, &line)?;
    let mut lines = note.signatures().to_vec();
    match lines.iter().position(|other| other.same_key(&line)) {
        Some(at) => match verify(note, key, &lines[at]) {
            Ok(present) if present.time_s <= new.time_s => return Ok(present),
            _ => lines[at] = line, // later than the new one, or never valid
        },
        None if lines.len() == SIGNATURES_MAX => return Err(NoteError::TooManySignatures),
        None => lines.push(line),
    }
    let merged = note.with_signatures(lines)?;
    checkpoint.replace_note(merged);
    Ok(new)
}

/// Drops every line but the log's own and the valid ones of `known`, so that lines of strangers
/// cannot fill a note.
///
/// # Errors
/// [`NoteError::NotSigned`] or [`NoteError::BadSignature`] if `log` is not the key that signed.
pub fn keep_known(
    checkpoint: &mut VerifiedCheckpoint,
    log: &LogKey,
    known: &[CosignerKey],
) -> Result<(), NoteError> {
    let note = checkpoint.note();
    log.verify(note)?;
    let own = note.line_of(log);
    let is_valid = |line: &SignatureLine| known.iter().any(|key| verify(note, key, line).is_ok());
    let lines = note.signatures().iter().filter(|line| own == Some(*line) || is_valid(line));
    let kept = note.with_signatures(lines.cloned().collect())?;
    checkpoint.replace_note(kept);
    Ok(())
}

/// Checks one line: the name and id of the key, eight bytes of time, 64 bytes of signature.
fn verify(note: &Note, key: &CosignerKey, line: &SignatureLine) -> Result<Cosignature, NoteError> {
    let wrong = || NoteError::BadSignature(key.name().clone());
    if line.name != *key.name() || line.key_id != key.id() {
        return Err(wrong());
    }
    let (time, signature) = line.signature.split_first_chunk::<8>().ok_or_else(wrong)?;
    let signature = <&Signature>::try_from(signature).map_err(|_| wrong())?;
    let time_s = u64::from_be_bytes(*time);
    if time_s > i64::MAX as u64 || !key.public().verify(message(note, time_s).as_bytes(), signature) {
        return Err(wrong());
    }
    Ok(Cosignature { name: key.name().clone(), public: key.public(), time_s })
}

/// What a cosigner signs: two lines, then the text of the note with all its lines.
fn message(note: &Note, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{}", note.text())
}
