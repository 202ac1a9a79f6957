//! Forms with a paper: read piece by piece, bounded, the fields kept whatever becomes of the paper.

use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Request};
use mohar_protocol::refusal::Refusal;

use crate::web::error::Failure;
use crate::web::form::{Fields, Room};

/// Bytes of one field that is not the paper.
const FIELD_BYTES_MAX: usize = 64 * 1024;

/// A paper that is too large is read on for so many times its bound, so that the fields after it
/// are not lost; then the browser is told no.
const OVERRUN: u64 = 4;

/// The paper of a form.
pub enum Upload {
    /// None was chosen.
    None,
    /// Its bytes.
    Paper(Vec<u8>),
    /// Larger than the node takes.
    TooLarge,
}

impl Upload {
    /// The bytes, if a paper was chosen.
    ///
    /// # Errors
    /// [`Refusal::ContentTooLarge`].
    pub fn bytes(self) -> Result<Option<Vec<u8>>, Refusal> {
        match self {
            Self::None => Ok(None),
            Self::Paper(bytes) => Ok(Some(bytes)),
            Self::TooLarge => Err(Refusal::ContentTooLarge),
        }
    }
}

/// Reads a form of type `multipart/form-data`. Without `room` it has a turn of its own, of which there are few.
///
/// # Errors
/// [`Refusal::UploadBroken`] when it breaks off, [`Refusal::ContentTooLarge`] when it never ends,
/// [`Refusal::Busy`] when there is no room.
pub async fn read(
    request: Request,
    bytes_max: u64,
    mut room: Option<&mut Room<'_>>,
) -> Result<(Fields, Upload), Failure> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Refusal::UploadBroken)?;
    let (mut fields, mut upload) = (Fields::default(), Upload::None);
    while let Some(field) = parts.next_field().await.map_err(|_| Refusal::UploadBroken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            let chosen = field.file_name().is_some_and(|name| !name.is_empty());
            let paper = paper(field, bytes_max, room.as_deref_mut()).await?;
            let empty = matches!(&paper, Upload::Paper(bytes) if bytes.is_empty());
            if chosen || !empty {
                upload = paper;
            }
        } else {
            fields.add(name, text(field, room.as_deref_mut()).await?)?;
        }
    }
    Ok((fields, upload))
}

async fn paper(
    mut field: Field<'_>,
    bytes_max: u64,
    mut room: Option<&mut Room<'_>>,
) -> Result<Upload, Refusal> {
    let (mut bytes, mut length) = (Vec::new(), 0_u64);
    while let Some(piece) = field.chunk().await.map_err(|_| Refusal::UploadBroken)? {
        length += piece.len() as u64;
        if length > bytes_max.saturating_mul(OVERRUN) {
            return Err(Refusal::ContentTooLarge);
        }
        if length > bytes_max {
            bytes = Vec::new();
        } else {
            take(&mut room, piece.len()).await?;
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(if length > bytes_max { Upload::TooLarge } else { Upload::Paper(bytes) })
}

async fn text(mut field: Field<'_>, mut room: Option<&mut Room<'_>>) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| Refusal::UploadBroken)? {
        if bytes.len() + piece.len() > FIELD_BYTES_MAX {
            return Err(Refusal::TextTooLong);
        }
        take(&mut room, piece.len()).await?;
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Refusal::TextInvisible)
}

async fn take(room: &mut Option<&mut Room<'_>>, bytes: usize) -> Result<(), Refusal> {
    match room {
        Some(room) => room.take(bytes).await,
        None => Ok(()),
    }
}
