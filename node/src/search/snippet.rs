//! The piece of a text in which the words stand that were looked for, cut into what is meant and what
//! is around it. Never marks anything up: that is the page's.

use super::query::Query;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As it is written.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// Characters before the first word that is meant.
const BEFORE_CHARS: usize = 50;

/// The whole text in pieces.
pub fn whole(query: &Query, text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in query.places(text) {
        if place.start < from {
            continue;
        }
        push(&mut pieces, &text[from..place.start], false);
        push(&mut pieces, &text[place.clone()], true);
        from = place.end;
    }
    push(&mut pieces, &text[from..], false);
    pieces
}

/// The part of a long text around the first place that is meant, of about `chars` characters, on one
/// line. `None` when nothing in it is meant.
pub fn around(query: &Query, text: &str, chars: usize) -> Option<Vec<Piece>> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = query.places(&text).first()?.start;
    let before: Vec<usize> = text[..first].char_indices().map(|(at, _)| at).collect();
    let from = before.len().checked_sub(BEFORE_CHARS).map_or(0, |n| before[n]);
    let from =
        if from == 0 { 0 } else { text[from..first].find(' ').map_or(first, |space| from + space + 1) };
    let mut until = text[from..].char_indices().nth(chars).map_or(text.len(), |(at, _)| from + at);
    if until < text.len() {
        until = text[first..until].rfind(' ').map_or(until, |space| first + space);
    }
    let mut pieces = whole(query, &text[from..until]);
    if from > 0 {
        pieces.insert(0, Piece { text: "… ".to_owned(), hit: false });
    }
    if until < text.len() {
        pieces.push(Piece { text: " …".to_owned(), hit: false });
    }
    Some(pieces)
}

fn push(pieces: &mut Vec<Piece>, text: &str, hit: bool) {
    if !text.is_empty() {
        pieces.push(Piece { text: text.to_owned(), hit });
    }
}

#[cfg(test)]
mod tests {
    use super::{around, whole};
    use crate::search::query::Query;

    #[test]
    fn what_is_meant_is_marked_and_nothing_is_lost() {
        let text = "भूमि के सीमांकन हेतु आवेदन, सीमाङ्कन शुल्क";
        let pieces = whole(&Query::of("सीमांकन"), text);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
        let hits: Vec<&str> =
            pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.as_str()).collect();
        assert_eq!(hits, ["सीमांकन", "सीमाङ्कन"]);
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let text = format!("{} सीमांकन {}", "पहले ".repeat(60), "बाद ".repeat(90));
        let pieces = around(&Query::of("seemankan"), &text, 120)
            .map(|pieces| pieces.iter().map(|piece| piece.text.clone()).collect::<String>());
        let shown = pieces.unwrap_or_default();
        assert!(
            shown.starts_with("… पहले") && shown.ends_with("बाद …") && shown.contains("सीमांकन"),
            "{shown}"
        );
        assert!(around(&Query::of("अन्य"), &text, 120).is_none());
    }
}
