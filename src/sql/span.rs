//! From sqlparser's lines and columns to byte offsets, here and nowhere else.

use datafusion::sql::sqlparser::tokenizer;

use crate::diag::Span;

/// The byte offset of a line and column, both counted from 1, columns in characters.
pub(super) fn offset(text: &str, line: u64, column: u64) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match text[start..].find('\n') {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let skip = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    text[start..].char_indices().nth(skip).map_or(text.len(), |(at, _)| start + at)
}

/// A span of sqlparser's; none where it knows no place.
pub(super) fn convert(text: &str, span: tokenizer::Span) -> Option<Span> {
    if span.start.line == 0 {
        return None;
    }
    let start = offset(text, span.start.line, span.start.column);
    let end = offset(text, span.end.line, span.end.column).max(start);
    Some(Span::new(start, end))
}

/// The word, or the single character, that begins at `start`.
pub(super) fn word_at(text: &str, start: usize) -> Span {
    let rest = text.get(start..).unwrap_or_default();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let length = match rest.chars().next() {
        Some(first) if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
        None => 0,
    };
    Span::new(start, start + length)
}

/// The first place where `word` stands by itself, in any case.
pub(super) fn find_word(text: &str, word: &str) -> Option<Span> {
    let is_inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.char_indices().map(|(at, _)| at).find_map(|at| {
        let found = text.get(at..at + word.len()).filter(|found| found.eq_ignore_ascii_case(word))?;
        let span = Span::new(at, at + found.len());
        let stands = !is_inside(text[..at].chars().next_back()) && !is_inside(text[span.end..].chars().next());
        stands.then_some(span)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_become_bytes() {
        let text = "select\n  näme from x";
        assert_eq!(offset(text, 2, 3), 9);
        assert_eq!(&text[word_at(text, 9).range()], "näme");
        assert_eq!(&text[word_at(text, offset(text, 2, 8)).range()], "from");
        assert_eq!(offset(text, 9, 9), text.len());
    }
}
