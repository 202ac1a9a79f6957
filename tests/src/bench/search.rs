//! Finding among 1,000,000 notings of one office: how long a question takes, what the index needs.
//!
//! The notings are made up of words that follow Zipf's law, as words do; the questions are drawn from
//! the notings, spelt otherwise in part. Only the index is measured; a page adds the reading of 50 rows.

use std::time::{Duration, Instant};

use mohar_node::search::Search;
use mohar_node::search::index::{Asked, Leaf, Part, Read, Text};
use mohar_node::search::query::Query;
use mohar_protocol::entropy::Entropy;
use mohar_protocol::id::{ActId, MatterId, OfficeId, PostId};
use mohar_protocol::sealing::at_rest::StorageKey;

use super::{Rows, percentile};

/// Notings.
const NOTINGS: u32 = 1_000_000;

/// Notings of one file.
const NOTINGS_PER_FILE: u32 = 20;

/// Words of a noting: two short paragraphs.
const WORDS: usize = 50;

/// Different words: those of a large office with all its names and places.
const VOCABULARY: usize = 60_000;

/// Posts of the office; a file goes through five of them.
const POSTS: u32 = 40;

/// Questions of each sort.
const QUESTIONS: usize = 500;

/// Rows of one answer that a page needs, and those that are counted.
const HITS_MAX: usize = 1_000;

const SYLLABLES: [&str; 36] = [
    "क", "का", "कि", "ख", "ग", "गी", "च", "जा", "जि", "ट", "डी", "त", "ता", "ती", "द", "दे", "ध", "न", "ना",
    "नि", "प", "पु", "ब", "भा", "म", "मा", "य", "र", "रा", "री", "ल", "ली", "व", "वि", "स", "ह",
];

/// Draws words and notings.
struct Draw {
    entropy: Entropy,
    left: Vec<u32>,
    words: Vec<String>,
}

/// Runs it.
pub fn run() -> Rows {
    let folder = tempfile::tempdir().expect("a folder");
    let (office, mut draw) = (OfficeId([9; 32]), Draw::new());
    let search = Search::new(folder.path().join("search"), StorageKey::from_bytes([1; 32]));
    let before = resident_mib();
    let begun = Instant::now();
    let index = search.load(office).expect("an empty index");
    for n in 0..NOTINGS {
        index.take_in(&draw.leaf(n));
        if n % 64 == 63 {
            index.keep();
        }
    }
    index.keep();
    let (filled, size) = (begun.elapsed(), index.size());
    let memory = resident_mib().saturating_sub(before);
    let mut rows: Rows = vec![
        ("notings, words each, different words".into(), format!("{NOTINGS}, {WORDS}, {}", size.spellings)),
        (
            "filling, with its journal".into(),
            format!("{:.0} notings/s", f64::from(NOTINGS) / filled.as_secs_f64()),
        ),
        (
            "memory".into(),
            format!("{memory} MiB, {} bytes a noting", memory * 1024 * 1024 / u64::from(NOTINGS)),
        ),
        ("on the disk, sealed".into(), format!("{} MiB", size.bytes / 1024 / 1024)),
    ];
    let mut all = Vec::new();
    for (sort, question) in SORTS {
        let mut took = Vec::new();
        let mut found = 0;
        for _ in 0..QUESTIONS {
            let words = question(&mut draw);
            let post = PostId([u8::try_from(draw.next() % POSTS).unwrap_or(0); 32]);
            let asked = |query| Asked { query, post, is_dak: None, year: None, closed: None, through: None };
            let one = Instant::now();
            found += usize::from(!index.find(&asked(Query::of(&words)), HITS_MAX).is_empty());
            took.push(one.elapsed());
        }
        all.extend_from_slice(&took);
        took.sort();
        rows.push(((*sort).to_owned(), format!("{}; {found} of {QUESTIONS} find something", spread(&took))));
    }
    all.sort();
    rows.push(("every sort together".into(), spread(&all)));
    drop(index);
    let again = Search::new(folder.path().join("search"), StorageKey::from_bytes([1; 32]));
    let begun = Instant::now();
    let read = again.load(office).expect("the journal is whole").size();
    assert_eq!(
        (read.docs, read.position),
        (size.docs, size.position),
        "nothing is missing, nothing is there twice"
    );
    rows.push((
        "read from the disk after a start, beside the work".into(),
        format!("{:.1} s", begun.elapsed().as_secs_f64()),
    ));
    rows
}

/// A sort of question.
type Sort = fn(&mut Draw) -> String;

const SORTS: &[(&str, Sort)] = &[
    ("two words", |draw| format!("{} {}", draw.word(), draw.word())),
    ("three words, one in another spelling", |draw| {
        let other = draw.word().replace('ी', "ि").replace('न', "ण");
        format!("{} {} {other}", draw.word(), draw.word())
    }),
    ("one frequent word", |draw| draw.frequent()),
    ("two frequent words", |draw| format!("{} {}", draw.frequent(), draw.frequent())),
    ("the beginning of a word", |draw| draw.word().chars().take(4).collect()),
    ("Roman letters", |draw| {
        let word = draw.word();
        mohar_node::search::sound::sound(&word)
    }),
    ("a number", |draw| format!("क्र./{}/2026", draw.next() % NOTINGS)),
    ("a word that is nowhere", |draw| format!("{}ङङ", draw.word())),
];

impl Draw {
    fn new() -> Self {
        let mut draw = Self { entropy: Entropy::from_seed([7; 32]), left: Vec::new(), words: Vec::new() };
        let mut words = std::collections::BTreeSet::new();
        while words.len() < VOCABULARY {
            let syllables = 2 + draw.next() % 3;
            let word =
                (0..syllables).map(|_| SYLLABLES[draw.next() as usize % SYLLABLES.len()]).collect::<String>();
            if words.insert(word.clone()) {
                draw.words.push(word);
            }
        }
        draw
    }

    fn next(&mut self) -> u32 {
        if self.left.is_empty() {
            let bytes = self.entropy.bytes32();
            self.left.extend(bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)));
        }
        self.left.pop().unwrap_or(0)
    }

    /// A word as often as Zipf's law has it.
    fn word(&mut self) -> String {
        let part = f64::from(self.next()) / f64::from(u32::MAX);
        let rank = (VOCABULARY as f64).powf(part) as usize;
        self.words[rank.saturating_sub(1).min(VOCABULARY - 1)].clone()
    }

    /// One of the hundred most frequent words.
    fn frequent(&mut self) -> String {
        let rank = self.next() as usize % 100;
        self.words[rank].clone()
    }

    fn leaf(&mut self, n: u32) -> Leaf {
        let file = n / NOTINGS_PER_FILE;
        let mut text: String = (0..WORDS).map(|_| self.word() + " ").collect();
        let first = n % NOTINGS_PER_FILE == 0;
        let numbers = if first { vec![format!("IND/{file}/2026")] } else { Vec::new() };
        if first {
            text.push_str(&numbers[0]);
        }
        let part = if first { Part::Cover } else { Part::Note };
        let mut act = [0; 32];
        act[..4].copy_from_slice(&n.to_be_bytes());
        let mut matter = [1; 32];
        matter[..4].copy_from_slice(&file.to_be_bytes());
        let posts =
            (0..5).map(|step| PostId([u8::try_from((file + step * 7) % POSTS).unwrap_or(0); 32])).collect();
        let docs = vec![Text { act: ActId(act), place: 0, part, text, numbers }];
        let next = u64::from(n % NOTINGS_PER_FILE) + 1;
        let read =
            Read { matter: MatterId(matter), is_dak: false, year: 2026, next, closed: None, posts, docs };
        Leaf { position: u64::from(n) + 1, act: ActId(act), read: Some(read) }
    }
}

fn spread(sorted: &[Duration]) -> String {
    let ms = |part| percentile(sorted, part).as_secs_f64() * 1e3;
    format!("p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms", ms(0.5), ms(0.95), ms(0.99))
}

/// Memory of this process that is in use, from `/proc/self/status`.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
