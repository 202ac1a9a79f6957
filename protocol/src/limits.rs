//! Every bound, in one place, each with the sum that led to it.

/// Bytes of a CBOR act payload. A note's text is content, so an act holds ids, hashes and a short
/// body; the largest, an incarnation with a hybrid sealing key, needs about 1.8 KiB.
pub const ACT_PAYLOAD_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a whole act: payload, signature (64), protected header (about 40) and framing (16).
/// Fits the 65,535 bytes that a C2SP entry bundle allows for one leaf.
pub const ACT_BYTES_MAX: usize = ACT_PAYLOAD_BYTES_MAX + 128;

/// The highest position in a chain: a thousand acts a second for a month. The number after it and every sum
/// of two still fits 64 bits with room to spare, whoever signed it.
pub const NUMBER_MAX: u64 = u32::MAX as u64;

/// Contents named by one act: a scan of 700 pages is one content; sixteen letters at a time.
pub const CONTENTS_PER_ACT_MAX: usize = 16;

/// Bytes of one chunk as stored and sent, tag included: one 64 kbit/s line carries it in 32 s, which is
/// what an interrupted fetch may have to repeat.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// Bytes of one content: a scan of 700 pages at 200 dpi is about 70 MB.
pub const CONTENT_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Recipients of one set of wraps: office, department recovery, readers on the route.
/// 64 x 1.2 KiB = 77 KiB.
pub const WRAPS_MAX: usize = 64;

/// Keys of one kind in a charter or an inception (k-of-n with n of at most nine people).
pub const AUTHORITY_KEYS_MAX: usize = 9;

/// Acts of earlier keys that newer ones let stand: the [`OFFICES_BELOW_MAX`] of one authority, and 100
/// orders and new keys for offices that burnt. 400 x 34 bytes = 13.6 KB, beside nine keys within one act.
pub const KEEPS_MAX: usize = OFFICES_BELOW_MAX + 100;

/// Offices of one state: 4,500 planned for the widest phase, rounded up.
pub const OFFICES_MAX: usize = 8_192;

/// Chain acts of one register: 200 posts with two changes a year for thirty years, and room. Everybody
/// keeps every register: 16,384 x 600 bytes = 10 MB at the worst for one office.
pub const REGISTER_ACTS_MAX: u64 = 16_384;

/// Bytes of a path, a code or a name in a charter or register: 85 letters of Devanagari.
pub const REGISTER_TEXT_BYTES_MAX: usize = 256;

/// Offices that one authority has admitted: a district has some dozens, the state 55 departments, a
/// department with an office in every district and division below a hundred.
pub const OFFICES_BELOW_MAX: usize = 300;

/// Cosignatures on one checkpoint: three mirrors, three witnesses, spare for changes.
pub const COSIGNATURES_MAX: usize = 16;

/// Bytes of a checkpoint note with all its signatures: 16 x 250 + 500.
pub const NOTE_BYTES_MAX: usize = 8 * 1024;

/// Bytes of one message between nodes: one chunk of content with its proof, or 256 KiB of acts.
pub const FRAME_BYTES_MAX: usize = CHUNK_BYTES + 64 * 1024;

/// Bytes of one carrier packet: a morning's files with their scans, on any stick; in base64 it fits
/// a line of the control socket.
pub const PACKET_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Leaves in one answer; with acts of about 700 bytes this stays below 256 KiB.
pub const LEAVES_PER_MESSAGE_MAX: usize = 256;

/// Bytes of acts in one answer.
pub const ACTS_BYTES_PER_MESSAGE_MAX: usize = 256 * 1024;

/// Bytes of a content that goes along with the leaf that names it, unasked: a cover, a note, a set of
/// wraps (1 to 4 KiB each). Larger ones are asked for chunk by chunk, so that a broken line repeats little.
pub const CONTENT_ALONG_BYTES_MAX: u64 = 16 * 1024;
