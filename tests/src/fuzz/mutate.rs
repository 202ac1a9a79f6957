//! Seeded changes of an input: bytes as a bad line or disk would change them, and CBOR as an
//! attacker would, who keeps every item canonical and changes what it says.

use mohar_protocol::entropy::Entropy;

/// Byte strings inside byte strings that are opened as CBOR: payload, body, an act inside a body,
/// and its payload and body.
const DEPTH_MAX: usize = 6;

/// Numbers at which arithmetic goes wrong.
const EDGES: [u64; 12] = [
    0,
    1,
    23,
    24,
    255,
    256,
    65_535,
    u32::MAX as u64,
    u32::MAX as u64 + 1,
    i64::MAX as u64,
    u64::MAX - 1,
    u64::MAX,
];

/// One to four changes, of at most `bytes_max` bytes.
pub fn mutate(input: &[u8], other: &[u8], bytes_max: usize, entropy: &mut Entropy) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=below(entropy, 4) {
        bytes = match below(entropy, 2) {
            0 => change_cbor(&bytes, entropy, DEPTH_MAX).unwrap_or(bytes),
            _ => change_bytes(bytes, other, entropy),
        };
    }
    bytes.truncate(bytes_max);
    bytes
}

/// One item of CBOR without what follows it: its major type, the number in its head, and the bytes
/// of a string.
#[derive(Clone)]
struct Item {
    major: u8,
    number: u64,
    content: Vec<u8>,
}

/// Changes one item of canonical CBOR; `None` when the input is something else. A first line, as
/// ceremony files have it, stays.
pub fn change_cbor(bytes: &[u8], entropy: &mut Entropy, depth: usize) -> Option<Vec<u8>> {
    let at = if bytes.starts_with(b"mohar/") { bytes.iter().position(|byte| *byte == b'\n')? + 1 } else { 0 };
    let (line, rest) = bytes.split_at(at);
    let mut items = items(rest)?;
    let chosen = choose(&items, entropy);
    let item = &mut items[chosen];
    match (item.major, below(entropy, 4)) {
        (2, _) => {
            let opened = (depth > 0).then(|| change_cbor(&item.content, entropy, depth - 1)).flatten();
            item.content = opened.unwrap_or_else(|| change_bytes(item.content.clone(), b"", entropy));
        }
        (3, _) => {
            let text = change_bytes(item.content.clone(), "क".as_bytes(), entropy);
            item.content = String::from_utf8(text).unwrap_or_else(|_| "\u{202e}".to_owned()).into_bytes();
        }
        (4 | 5, 0) => item.number ^= 1,
        (4 | 5, _) => item.number = item.number.saturating_add(1),
        (_, 0) => drop(items.remove(chosen)),
        (_, 1) => {
            let copy = item.clone();
            items.insert(chosen, copy);
        }
        _ => *item = Item { major: 0, number: EDGES[below(entropy, EDGES.len())], content: Vec::new() },
    }
    Some([line, &items.iter().flat_map(Item::bytes).collect::<Vec<u8>>()].concat())
}

/// At least two items of definite length and nothing behind them.
fn items(mut rest: &[u8]) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    while let Some((head, tail)) = rest.split_first() {
        let (major, short) = (head >> 5, head & 0x1f);
        let width = match short {
            0..=23 => 0,
            24..=27 => 1 << (short - 24),
            _ => return None,
        };
        let (number, tail) = tail.split_at_checked(width)?;
        let number = number.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        let number = if width == 0 { short.into() } else { number };
        let length = if matches!(major, 2 | 3) { usize::try_from(number).ok()? } else { 0 };
        let (content, tail) = tail.split_at_checked(length)?;
        items.push(Item { major, number, content: content.to_vec() });
        rest = tail;
    }
    (items.len() > 1).then_some(items)
}

impl Item {
    /// The item in its shortest form, whatever it was read in.
    fn bytes(&self) -> Vec<u8> {
        let number = if matches!(self.major, 2 | 3) { self.content.len() as u64 } else { self.number };
        let wide = number.to_be_bytes();
        let (short, width) = match number {
            0..=23 => (number as u8, 0),
            24..=0xff => (24, 1),
            0x100..=0xffff => (25, 2),
            0x1_0000..=0xffff_ffff => (26, 4),
            _ => (27, 8),
        };
        [&[self.major << 5 | short], &wide[8 - width..], &self.content].concat()
    }
}

/// Half of the time a byte string that holds CBOR itself, if there is one: what is signed lies deep.
fn choose(items: &[Item], entropy: &mut Entropy) -> usize {
    let holds_cbor = |item: &Item| {
        item.major == 2
            && matches!(item.content.first(), Some(0x80..=0x9f | 0xd2))
            && self::items(&item.content).is_some()
    };
    let deep: Vec<usize> = (0..items.len()).filter(|at| holds_cbor(&items[*at])).collect();
    if deep.is_empty() || below(entropy, 2) == 0 {
        return below(entropy, items.len());
    }
    deep[below(entropy, deep.len())]
}

/// Flips, overwrites, cuts out, doubles, inserts, cuts off, or continues with another input.
fn change_bytes(mut bytes: Vec<u8>, other: &[u8], entropy: &mut Entropy) -> Vec<u8> {
    if bytes.is_empty() {
        return vec![entropy.next_u64() as u8; 1 + below(entropy, 4)];
    }
    let at = below(entropy, bytes.len());
    let length = 1 + below(entropy, 8.min(bytes.len() - at));
    match below(entropy, 8) {
        0 | 1 => bytes[at] ^= 1 << below(entropy, 8),
        2 => bytes[at..at + length].fill([0, 0xff, 0x7f, 0x80, b'0', b'\n'][below(entropy, 6)]),
        3 => drop(bytes.drain(at..at + length)),
        4 => {
            let copy = bytes[at..at + length].to_vec();
            bytes.splice(at..at, copy);
        }
        5 => {
            let number = EDGES[below(entropy, EDGES.len())].to_be_bytes();
            bytes.splice(at..at + length, number[8 - length..].iter().copied());
        }
        6 => bytes.truncate(at),
        _ => {
            let from = below(entropy, other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
    }
    bytes
}

fn below(entropy: &mut Entropy, bound: usize) -> usize {
    (entropy.next_u64() % bound.max(1) as u64) as usize
}
