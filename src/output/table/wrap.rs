//! A value over several lines.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::output::fit;

/// Why a line is not the last of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) enum GoesOn {
    /// The column was too narrow.
    Narrow,
    /// The value has a line break here.
    Break,
}

/// One line of a value, and whether there is another.
pub(in crate::output) type Line<'a> = (Cow<'a, str>, Option<GoesOn>);

/// The lines of a value, none wider than `width`. A letter that is wider than that becomes a mark.
pub(in crate::output) fn lines(text: &str, width: usize) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for own in text.split('\n') {
        if let Some((_, goes_on)) = lines.last_mut() {
            *goes_on = Some(GoesOn::Break);
        }
        let mut rest = own;
        loop {
            let most = fit::first(rest, width);
            if most == rest.len() {
                break;
            }
            let end = end_of_line(&rest[..most], width);
            let line = if end > 0 { Cow::Borrowed(&rest[..end]) } else { Cow::Borrowed("?") };
            let taken = if end > 0 { end } else { rest.chars().next().map_or(rest.len(), char::len_utf8) };
            rest = &rest[taken..];
            lines.push((line, Some(GoesOn::Narrow)));
        }
        if rest.is_empty() && rest.len() < own.len() {
            // Everything was used up by the lines above.
            if let Some((_, goes_on)) = lines.last_mut() {
                *goes_on = None;
            }
        } else {
            lines.push((Cow::Borrowed(rest), None));
        }
    }
    lines
}

/// Bytes of a line, given the longest that fits: to where a word or a member of a list ends, if that is not far before.
fn end_of_line(longest: &str, width: usize) -> usize {
    let after_word = longest.rfind([' ', ',']).map(|at| at + 1);
    after_word.filter(|at| longest[..*at].width() * 2 > width).unwrap_or(longest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, width: usize, expected: &[(&str, Option<GoesOn>)]) {
        let lines = lines(text, width);
        let lines: Vec<_> = lines.iter().map(|(line, goes_on)| (line.as_ref(), *goes_on)).collect();
        assert_eq!(lines, expected, "{text}");
    }

    use GoesOn::{Break, Narrow};

    #[test]
    fn lines_end_with_words_where_there_are_any() {
        check("", 5, &[("", None)]);
        check("short", 5, &[("short", None)]);
        check("User is not authorized", 12, &[("User is not ", Some(Narrow)), ("authorized", None)]);
        check("arn:aws:iam", 4, &[("arn:", Some(Narrow)), ("aws:", Some(Narrow)), ("iam", None)]);
        check("a bcdefgh", 5, &[("a bcd", Some(Narrow)), ("efgh", None)]);
    }

    #[test]
    fn line_breaks_of_the_value_are_told_from_ours() {
        check("a\n\nbcd", 2, &[("a", Some(Break)), ("", Some(Break)), ("bc", Some(Narrow)), ("d", None)]);
    }

    #[test]
    fn wide_letters_are_not_halved() {
        check("日本語", 3, &[("日", Some(Narrow)), ("本", Some(Narrow)), ("語", None)]);
        check("a日", 1, &[("a", Some(Narrow)), ("?", None)]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_the_last_ends(text in any::<String>(), width in 1_usize..20) {
            let lines = lines(&text, width);
            prop_assert!(lines.iter().all(|(line, _)| line.width() <= width));
            prop_assert!(lines.iter().rev().skip(1).all(|(_, goes_on)| goes_on.is_some()));
            prop_assert_eq!(lines.last().map(|(_, goes_on)| *goes_on), Some(None));
        }

        #[test]
        fn nothing_is_lost(text in "[ -~\n]{0,80}", width in 1_usize..20) {
            let whole: String = lines(&text, width)
                .iter()
                .map(|(line, goes_on)| format!("{line}{}", if *goes_on == Some(Break) { "\n" } else { "" }))
                .collect();
            prop_assert_eq!(whole, text);
        }
    }
}
