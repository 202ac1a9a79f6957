//! The text of a note as paragraphs, with its references to pages and paragraphs found.
//!
//! Officers write `पृ.34/प` for page 34 of the papers, `पृ.3/टी` for page 3 of the notes and
//! `कंडिका 4` for a paragraph; in English `p.34/c`, `p.3/n` and `para 4`. Only the display is made
//! here: the signed text is kept as it is, and no markup in it is ever obeyed.

/// One numbered paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Para {
    /// Its number in the whole file.
    pub number: u32,
    /// Its text in pieces.
    pub pieces: Vec<Piece>,
}

/// A piece of a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as written.
    Text(String),
    /// A reference to a page of the papers.
    PaperPage {
        /// The page.
        page: u32,
        /// As written.
        label: String,
    },
    /// A reference to a page of the notes.
    NotePage {
        /// The page.
        page: u32,
        /// As written.
        label: String,
    },
    /// A reference to a paragraph.
    Para {
        /// The paragraph.
        number: u32,
        /// As written.
        label: String,
    },
}

impl Piece {
    /// The piece as it stands in the signed text.
    pub fn as_written(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::PaperPage { label, .. } | Self::NotePage { label, .. } | Self::Para { label, .. } => label,
        }
    }
}

/// Splits a note into paragraphs, one for each line that is not blank.
pub fn paragraphs(text: &str, first: u32) -> Vec<Para> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .zip(first..)
        .map(|(line, number)| Para { number, pieces: pieces(line) })
        .collect()
}

const PAGE_WORDS: [&str; 6] = ["पृष्ठ", "पृ.", "पृ", "page", "p.", "P."];
const PARA_WORDS: [&str; 7] = ["कंडिका", "कण्डिका", "कं.", "पैरा", "paragraph", "para", "Para"];
const PAPER_SIDES: [&str; 3] = ["प", "c", "C"];
const NOTE_SIDES: [&str; 4] = ["टीप", "टी", "n", "N"];
/// Six digits: no office file has a million pages, and the number always fits.
const MAX_DIGITS: usize = 6;

fn pieces(line: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut rest = line;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let reference = if before.is_some_and(joins) { None } else { reference(rest) };
        let taken = match reference {
            Some((piece, taken)) => {
                if !plain.is_empty() {
                    found.push(Piece::Text(std::mem::take(&mut plain)));
                }
                found.push(piece);
                taken
            }
            None => {
                plain.push(c);
                c.len_utf8()
            }
        };
        before = rest[..taken].chars().next_back();
        rest = &rest[taken..];
    }
    if !plain.is_empty() {
        found.push(Piece::Text(plain));
    }
    found
}

/// A reference at the start of `text`, and how many bytes it takes.
fn reference(text: &str) -> Option<(Piece, usize)> {
    page_reference(text).or_else(|| para_reference(text))
}

fn page_reference(text: &str) -> Option<(Piece, usize)> {
    let word = PAGE_WORDS.into_iter().find(|word| text.starts_with(word)).unwrap_or_default();
    let after_word = text[word.len()..].trim_start_matches(' ');
    let (page, after_number) = number(after_word)?;
    let side = after_number.strip_prefix('/')?;
    let taken = |end: &str| text.len() - end.len();
    for (sides, papers) in [(&NOTE_SIDES[..], false), (&PAPER_SIDES[..], true)] {
        for name in sides {
            let Some(end) = side.strip_prefix(name) else { continue };
            if end.chars().next().is_some_and(joins) {
                continue;
            }
            let label = text[..taken(end)].to_owned();
            let piece =
                if papers { Piece::PaperPage { page, label } } else { Piece::NotePage { page, label } };
            return Some((piece, taken(end)));
        }
    }
    None
}

fn para_reference(text: &str) -> Option<(Piece, usize)> {
    let word = PARA_WORDS.into_iter().find(|word| text.starts_with(word))?;
    let (number, end) = number(text[word.len()..].trim_start_matches(' '))?;
    if end.chars().next().is_some_and(joins) {
        return None;
    }
    let taken = text.len() - end.len();
    Some((Piece::Para { number, label: text[..taken].to_owned() }, taken))
}

/// A number in ASCII or Devanagari digits, and what follows it.
fn number(text: &str) -> Option<(u32, &str)> {
    let mut value = 0;
    let mut length = 0;
    for (count, c) in text.chars().enumerate() {
        let Some(digit) = digit(c) else { break };
        if count == MAX_DIGITS {
            return None;
        }
        value = value * 10 + digit;
        length += c.len_utf8();
    }
    (length > 0).then(|| (value, &text[length..]))
}

fn digit(c: char) -> Option<u32> {
    match c {
        '०'..='९' => Some(u32::from(c) - u32::from('०')),
        _ => c.to_digit(10),
    }
}

/// Whether a character would make a reference part of a longer word or number.
///
/// `char::is_alphanumeric` is false for the virama and other marks, so the block is tested whole,
/// without danda and double danda, which end a sentence.
fn joins(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{0900}'..='\u{0963}' | '\u{0966}'..='\u{097F}' | '\u{200C}' | '\u{200D}')
        || matches!(c, '/' | '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::{Piece, paragraphs, pieces};

    fn only_reference(line: &str) -> Option<Piece> {
        pieces(line).into_iter().find(|piece| !matches!(piece, Piece::Text(_)))
    }

    #[test]
    fn pages_of_papers_are_found_as_officers_write_them() {
        for label in ["पृ.34/प", "पृ. 34/प", "पृष्ठ ३४/प", "p.34/c", "34/c"] {
            let found = only_reference(&format!("कृपया {label} देखें"));
            assert_eq!(found, Some(Piece::PaperPage { page: 34, label: label.to_owned() }));
        }
    }

    #[test]
    fn pages_of_notes_and_paragraphs_are_found() {
        let note = Piece::NotePage { page: 3, label: "पृ.3/टी".to_owned() };
        assert_eq!(only_reference("पृ.3/टी।"), Some(note));
        let para = Piece::Para { number: 4, label: "कंडिका 4".to_owned() };
        assert_eq!(only_reference("उपरोक्त कंडिका 4 अनुसार"), Some(para));
    }

    #[test]
    fn numbers_of_files_are_not_references() {
        for line in ["2210/शा-3/2025", "34/पत्र", "34/प/2025", "एफ 11-13/प", "1234567/प", "c/34"]
        {
            assert_eq!(only_reference(line), None, "{line}");
        }
    }

    #[test]
    fn nothing_of_a_line_is_lost() {
        let line = "<b>देखें</b> पृ.34/प, कंडिका 2 व पृ.1/टी। समाप्त";
        let found = pieces(line);
        let joined: String = found.iter().map(Piece::as_written).collect();
        assert_eq!(joined, line);
    }

    #[test]
    fn paragraphs_are_numbered_on() {
        let numbers: Vec<u32> = paragraphs("एक\n\n  \nदो\r\nतीन", 7).iter().map(|para| para.number).collect();
        assert_eq!(numbers, [7, 8, 9]);
    }
}
