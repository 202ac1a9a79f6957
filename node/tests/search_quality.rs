//! How well searching finds: a list of what people type, with the spelling variants of Hindi, Roman
//! letters and numbers in any punctuation. Prints the score by what is different in the question.

#![allow(clippy::unwrap_used, reason = "a helper that fails is a failed test")]
#![allow(clippy::print_stdout, reason = "the score is what this test has to say")]

use std::collections::BTreeMap;

use mohar_node::search::index::{Asked, Index, Leaf, Part, Read, Text};
use mohar_node::search::query::Query;
use mohar_protocol::id::{ActId, MatterId, PostId};

const POST: PostId = PostId([1; 32]);

/// Of the questions that have an answer, so many are answered by the first row, and by some row.
const FIRST_AT_LEAST: f64 = 0.93;
const FOUND_AT_LEAST: f64 = 0.97;

#[test]
fn what_people_type_finds_what_they_mean() {
    let (index, queries) = (index(), table(include_str!("search/queries.tsv")));
    let mut kinds: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    let (mut misses, mut wrong) = (Vec::new(), Vec::new());
    for fields in &queries {
        let &[asked, wanted, kind] = fields.as_slice() else { panic!("{fields:?}") };
        let found = find(&index, asked, POST);
        if wanted == "-" {
            if !found.is_empty() {
                wrong.push(format!("{asked}: {found:?} though nothing was to be found ({kind})"));
            }
            continue;
        }
        let place = found.iter().position(|one| *one == wanted.parse::<u8>().unwrap());
        let score = kinds.entry(kind).or_default();
        score.0 += 1;
        score.1 += usize::from(place == Some(0));
        score.2 += usize::from(place.is_some());
        if place != Some(0) {
            misses.push(format!("{asked}: wanted {wanted}, found {found:?} ({kind})"));
        }
    }
    let sum = |of: fn(&(usize, usize, usize)) -> usize| kinds.values().map(of).sum::<usize>();
    let (all, first, some) = (sum(|s| s.0), sum(|s| s.1), sum(|s| s.2));
    for (kind, (all, first, some)) in &kinds {
        println!("{kind}: {first} first, {some} found, of {all}");
    }
    println!("together: {first} first, {some} found, of {all}; {} questions in the list", queries.len());
    println!("{}", [misses.join("\n"), wrong.join("\n")].join("\n"));
    assert!(all >= 100, "{all}");
    assert!(first as f64 >= FIRST_AT_LEAST * all as f64, "{first} of {all}");
    assert!(some as f64 >= FOUND_AT_LEAST * all as f64, "{some} of {all}");
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_spelling_that_was_asked_comes_first() {
    let index = index_of(&[(1, "1", "सम्बन्ध"), (2, "2", "संबंध"), (3, "3", "sambandh")]);
    assert_eq!(find(&index, "सम्बन्ध", POST), [1, 2, 3]);
    assert_eq!(find(&index, "संबंध", POST)[0], 2);
    assert_eq!(find(&index, "sambandh", POST)[0], 3);
    assert_eq!(find(&index, "sambandh", POST).len(), 3);
}

#[test]
fn words_in_different_parts_of_a_file_find_it() {
    let mut index = index_of(&[(1, "1", "सीमांकन"), (2, "2", "नामांतरण")]);
    let mut note = leaf(1, "", "");
    note.position = 9;
    let read = note.read.as_mut().unwrap();
    read.docs[0].part = Part::Note;
    "पटवारी राठौर".clone_into(&mut read.docs[0].text);
    index.take_in(&note);
    assert_eq!(find(&index, "सीमांकन राठौर", POST), [1]);
    assert!(find(&index, "नामांतरण राठौर", POST).is_empty());
}

#[test]
fn another_post_finds_nothing_and_filters_narrow() {
    let index = index();
    assert!(find(&index, "सीमांकन", PostId([2; 32])).is_empty());
    let asked = Asked { is_dak: Some(true), ..asked("सीमांकन", POST) };
    assert!(index.find(&asked, 10).is_empty());
    assert!(!index.find(&Asked { year: Some(2026), ..self::asked("सीमांकन", POST) }, 10).is_empty());
    assert!(index.find(&Asked { year: Some(2025), ..self::asked("सीमांकन", POST) }, 10).is_empty());
    assert!(index.find(&Asked { closed: Some(true), ..self::asked("सीमांकन", POST) }, 10).is_empty());
}

fn index() -> Index {
    let documents = table(include_str!("search/documents.tsv"));
    let mut index = Index::default();
    for fields in documents {
        let &[id, number, subject, sender] = fields.as_slice() else { panic!("{fields:?}") };
        index.take_in(&leaf(id.parse().unwrap(), number, &format!("{number}\n{subject}\n{sender}")));
    }
    index
}

fn index_of(documents: &[(u8, &str, &str)]) -> Index {
    let mut index = Index::default();
    for (id, number, text) in documents {
        index.take_in(&leaf(*id, number, text));
    }
    index
}

fn leaf(id: u8, number: &str, text: &str) -> Leaf {
    let act = ActId([id; 32]);
    let numbers = vec![number.to_owned()];
    let docs = vec![Text { act, place: 0, part: Part::Cover, text: text.to_owned(), numbers }];
    let matter = MatterId([id; 32]);
    let read = Read { matter, is_dak: false, year: 2026, next: 1, closed: None, posts: vec![POST], docs };
    Leaf { position: u64::from(id), act, read: Some(read) }
}

fn asked(words: &str, post: PostId) -> Asked {
    Asked { query: Query::of(words), post, is_dak: None, year: None, closed: None, through: None }
}

fn find(index: &Index, words: &str, post: PostId) -> Vec<u8> {
    index.find(&asked(words, post), 50).iter().map(|hit| hit.matter.0[0]).collect()
}

fn table(text: &str) -> Vec<Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect()
}
