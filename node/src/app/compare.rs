//! Two versions of a text, word by word. The comparison itself is the library's (Myers); this only cuts
//! it into lines for the page.

use similar::{ChangeTag, TextDiff};

/// A piece of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Same(String),
    /// Only in the newer one.
    Added(String),
    /// Only in the older one.
    Removed(String),
}

/// The differences, line by line; words that changed alike stand together.
pub fn by_words(old: &str, new: &str) -> Vec<Vec<Piece>> {
    let diff = TextDiff::from_words(old, new);
    let mut lines = vec![Vec::new()];
    for change in diff.iter_all_changes() {
        let mut parts = change.value().split('\n');
        if let Some(first) = parts.next() {
            push(&mut lines, change.tag(), first);
        }
        for part in parts {
            // A line break that is gone does not break the lines of the newer text.
            if change.tag() != ChangeTag::Delete {
                lines.push(Vec::new());
            }
            push(&mut lines, change.tag(), part);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn push(lines: &mut [Vec<Piece>], tag: ChangeTag, text: &str) {
    let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) else { return };
    match (tag, line.last_mut()) {
        (ChangeTag::Equal, Some(Piece::Same(last)))
        | (ChangeTag::Insert, Some(Piece::Added(last)))
        | (ChangeTag::Delete, Some(Piece::Removed(last))) => last.push_str(text),
        (ChangeTag::Equal, _) => line.push(Piece::Same(text.to_owned())),
        (ChangeTag::Insert, _) => line.push(Piece::Added(text.to_owned())),
        (ChangeTag::Delete, _) => line.push(Piece::Removed(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, by_words};

    #[test]
    fn a_word_that_changed_is_found_and_lines_stay_lines() {
        let lines = by_words("राशि स्वीकृत की जाए।\nधन्यवाद", "राशि अस्वीकृत की जाए।\nधन्यवाद");
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0][0], Piece::Same("राशि ".to_owned()));
        assert!(lines[0].contains(&Piece::Removed("स्वीकृत".to_owned())), "{lines:?}");
        assert!(lines[0].contains(&Piece::Added("अस्वीकृत".to_owned())), "{lines:?}");
        assert_eq!(lines[1], [Piece::Same("धन्यवाद".to_owned())]);
    }

    #[test]
    fn equal_texts_differ_in_nothing() {
        assert_eq!(
            by_words("एक\nदो", "एक\nदो"),
            [[Piece::Same("एक".to_owned())], [Piece::Same("दो".to_owned())]]
        );
    }
}
