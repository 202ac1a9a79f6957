//! Carrier packets: what one node would say to another over a link, as a file that a person carries
//! on a stick or sends by mail (`spec/packet.md`).
//!
//! A packet is a bounded sequence of frames (`message`), bound by a digest and a signature to the
//! office that wrote it and the office that it is for. The signature says who talks, as the
//! handshake of a link does; what the frames say proves itself, as always. Nothing in a packet is
//! readable beyond what mirrors may see, and this module never looks into a frame.

use minicbor::{Decode, Encode};

use crate::codec;
use crate::hash::{Context, Hash, hash};
use crate::id::{OfficeId, StateId};
use crate::keys::{PublicKey, SecretKey, Signature};
use crate::limits::{FRAME_BYTES_MAX, PACKET_BYTES_MAX};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// First line of every packet.
const FIRST_LINE: &[u8] = b"mohar/packet/1\n";

/// Bytes of a header: three ids, a digest and three numbers are 170.
const HEADER_BYTES_MAX: usize = 256;

/// What a packet says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Header {
    /// The state.
    #[n(0)]
    pub state: StateId,
    /// Who wrote it.
    #[n(1)]
    pub from: OfficeId,
    /// Whom it is for.
    #[n(2)]
    pub to: OfficeId,
    /// When, by the writer's clock; for people, no rule looks at it.
    #[n(3)]
    pub time: Timestamp,
    /// How many frames follow.
    #[n(4)]
    pub frames: u64,
    /// Digest of everything after the signature.
    #[n(5)]
    pub digest: Hash,
}

/// A packet that was read and adds up; whether its signature holds is asked with the writer's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    header: Header,
    signature: Signature,
    frames: Vec<Vec<u8>>,
}

impl Packet {
    /// Writes a packet. Frames beyond the bound are left out; how many went in is in the header of
    /// what [`Packet::parse`] gives back.
    pub fn write(
        state: StateId,
        from: OfficeId,
        to: OfficeId,
        time: Timestamp,
        frames: &[Vec<u8>],
        key: &SecretKey,
    ) -> Vec<u8> {
        let (mut body, mut count) = (Vec::new(), 0);
        for frame in frames {
            let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
            if body.len() + 4 + frame.len() > PACKET_BYTES_MAX - 2 * HEADER_BYTES_MAX {
                break;
            }
            body.extend_from_slice(&length.to_be_bytes());
            body.extend_from_slice(frame);
            count += 1;
        }
        let digest = hash(Context::Packet, &[&body]);
        let header = codec::encode(&Header { state, from, to, time, frames: count, digest });
        let signature = key.sign(&signed(&header));
        [FIRST_LINE, &(header.len() as u16).to_be_bytes(), &header, &signature, &body].concat()
    }

    /// Reads a packet.
    ///
    /// # Errors
    /// [`Refusal::PacketTooLarge`]; [`Refusal::PacketUnreadable`] for another kind of file or one cut
    /// short in front; [`Refusal::PacketDamaged`] when what follows does not add up.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > PACKET_BYTES_MAX {
            return Err(Refusal::PacketTooLarge);
        }
        let rest = bytes.strip_prefix(FIRST_LINE).ok_or(Refusal::PacketUnreadable)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(Refusal::PacketUnreadable)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (header, rest) = rest.split_at_checked(length).ok_or(Refusal::PacketUnreadable)?;
        let header: Header =
            codec::decode(header, HEADER_BYTES_MAX).map_err(|_| Refusal::PacketUnreadable)?;
        let (signature, body) = rest.split_first_chunk::<64>().ok_or(Refusal::PacketUnreadable)?;
        if hash(Context::Packet, &[body]) != header.digest {
            return Err(Refusal::PacketDamaged);
        }
        let frames = split(body).ok_or(Refusal::PacketDamaged)?;
        if frames.len() as u64 != header.frames {
            return Err(Refusal::PacketDamaged);
        }
        Ok(Self { header, signature: *signature, frames })
    }

    /// What it says of itself.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Its frames, once the signature holds.
    ///
    /// # Errors
    /// [`Refusal::PacketSignature`].
    pub fn frames(&self, key: &PublicKey) -> Result<&[Vec<u8>], Refusal> {
        if key.verify(&signed(&codec::encode(&self.header)), &self.signature) {
            Ok(&self.frames)
        } else {
            Err(Refusal::PacketSignature)
        }
    }
}

/// What is signed: the digest in the header stands for the frames.
fn signed(header: &[u8]) -> Vec<u8> {
    [FIRST_LINE, header].concat()
}

/// Frames with their lengths in front, to the last byte.
fn split(mut body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut frames = Vec::new();
    while !body.is_empty() {
        let (length, rest) = body.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (frame, rest) = rest.split_at_checked(length).filter(|_| length <= FRAME_BYTES_MAX)?;
        frames.push(frame.to_vec());
        body = rest;
    }
    Some(frames)
}
