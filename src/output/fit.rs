//! How wide the columns of a table become, and how a text is cut to a width. All widths are terminal columns.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// What one column asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wish {
    /// Width of the name.
    pub(super) heading: usize,
    /// Width of the widest value.
    pub(super) widest: usize,
    /// Whether a value that is cut misleads, as a number does. Text may be cut.
    pub(super) rigid: bool,
}

impl Wish {
    /// The width at which nothing is cut.
    fn full(self) -> usize {
        self.heading.max(self.widest).max(1)
    }

    /// The width below which the column is of no use.
    fn least(self) -> usize {
        if self.rigid { self.widest.max(self.heading.min(LEAST_TEXT)).max(1) } else { self.full().min(LEAST_TEXT) }
    }
}

/// Text cut shorter than this says little: an event name's beginning, a date with its hour.
const LEAST_TEXT: usize = 12;

/// The frame around a column: a bar and two spaces; one more bar ends the table.
pub(super) const FRAME: usize = 3;

/// The widths of the leading columns that fit into `width`, at least one; the others are hidden, and room is
/// kept for a column that says so.
///
/// Every column gets its least, then the modest ones all they ask for, then the wide ones share the rest.
pub(super) fn widths(wishes: &[Wish], width: Option<usize>) -> Vec<usize> {
    let Some(width) = width else { return wishes.iter().map(|wish| wish.full()).collect() };
    let room = |shown: usize| {
        let mark = if shown < wishes.len() { FRAME + 1 } else { 0 };
        width.saturating_sub(shown * FRAME + 1 + mark)
    };
    let needed = |shown: usize| wishes[..shown].iter().map(|wish| wish.least()).sum::<usize>();
    let shown = (1..=wishes.len()).rev().find(|shown| needed(*shown) <= room(*shown)).unwrap_or(wishes.len().min(1));
    let mut widths: Vec<_> = wishes[..shown].iter().map(|wish| wish.least().min(room(shown).max(1))).collect();
    let mut left = room(shown).saturating_sub(widths.iter().sum());

    let mut modest_first: Vec<_> = (0..shown).collect();
    modest_first.sort_by_key(|column| wishes[*column].full());
    for (position, column) in modest_first.iter().enumerate() {
        let lacking = wishes[*column].full().saturating_sub(widths[*column]);
        let wide = shown - position;
        // Columns that ask for a little more get it; from the first that asks for too much on, all share.
        let share = if lacking <= left && wishes[*column].full() <= MODEST { left } else { left / wide };
        let granted = lacking.min(share);
        widths[*column] += granted;
        left -= granted;
    }
    widths
}

/// Columns up to this width are served before wide ones: times, names, addresses, account numbers.
const MODEST: usize = 24;

/// Whether to keep both ends of a text when it is cut: ARNs, paths and keys begin alike and differ at their end,
/// sentences and JSON do not.
pub(super) fn keeps_end(text: &str) -> bool {
    !text.contains(' ') && !text.starts_with(['{', '['])
}

/// The text within `width` columns, with `mark`, such as `…`, where something is missing.
pub(super) fn cut(text: &str, width: usize, keep_end: bool, mark: char) -> Cow<'_, str> {
    // No text takes more columns than bytes, so most need no measuring.
    if text.len() <= width || text.width() <= width {
        return Cow::Borrowed(text);
    }
    let room = width.saturating_sub(1);
    let tail = if keep_end { &text[text.len() - last(text, room / 2)..] } else { "" };
    let head = &text[..first(text, room - tail.width())];
    Cow::Owned(format!("{head}{mark}{tail}"))
}

/// Bytes of the longest beginning within `width` columns.
pub(super) fn first(text: &str, width: usize) -> usize {
    let ends = text.char_indices().map(|(start, char)| start + char.len_utf8()).take(most_letters(width));
    ends.take_while(|end| text[..*end].width() <= width).last().unwrap_or(0)
}

/// Bytes of the longest ending within `width` columns.
fn last(text: &str, width: usize) -> usize {
    let starts = text.char_indices().rev().map(|(start, _)| start).take(most_letters(width));
    starts.take_while(|start| text[*start..].width() <= width).last().map_or(0, |start| text.len() - start)
}

/// Letters that are looked at for so many columns: every beginning is measured anew, and marks without a width of
/// their own may pile up without end.
fn most_letters(width: usize) -> usize {
    width.saturating_mul(8).saturating_add(16)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(widest: usize) -> Wish {
        Wish { heading: 4, widest, rigid: false }
    }

    fn number(widest: usize) -> Wish {
        Wish { heading: 40, widest, rigid: true }
    }

    #[test]
    fn without_a_terminal_every_column_is_as_wide_as_it_asks() {
        assert_eq!(widths(&[text(2), text(500), number(3)], None), [4, 500, 40]);
    }

    #[test]
    fn modest_columns_stay_whole_and_wide_ones_share() {
        // time, name, ARN, agent: 100 − 4 × 3 − 1 = 87 to give.
        assert_eq!(widths(&[text(20), text(12), text(60), text(200)], Some(100)), [20, 12, 27, 28]);
        assert_eq!(widths(&[text(20), text(60)], Some(100)), [20, 60]);
    }

    #[test]
    fn a_number_is_never_cut_and_its_heading_may_be() {
        assert_eq!(widths(&[text(300), number(14)], Some(40)), [16, 17]);
    }

    #[test]
    fn columns_without_room_are_hidden_from_the_right() {
        assert_eq!(widths(&[text(20); 6], Some(60)).len(), 3);
        assert_eq!(widths(&[text(20); 3], Some(5)), [1]);
        assert_eq!(widths(&[], Some(80)), [0; 0]);
    }

    #[test]
    fn names_keep_both_ends_and_sentences_their_beginning() {
        let cut = |text, width| cut(text, width, keeps_end(text), '…').into_owned();
        assert_eq!(cut("arn:aws:iam::123456789012:user/alice", 17), "arn:aws:…er/alice");
        assert_eq!(cut("User is not authorized", 12), "User is not…");
        assert_eq!(cut("{\"a\":\"bcdef\"}", 6), "{\"a\":…");
        assert_eq!(cut("日本語日本語", 7), "日本…語");
        assert_eq!(cut("whole", 5), "whole");
    }

    proptest! {
        #[test]
        fn a_cut_text_is_within_its_width(text in any::<String>(), width in 1_usize..30, keep_end: bool) {
            prop_assert!(cut(&text, width, keep_end, '…').width() <= width);
        }

        #[test]
        fn columns_are_within_the_terminal(
            wishes in prop::collection::vec((1_usize..40, 0_usize..300, any::<bool>()), 1..20),
            width in 10_usize..300,
        ) {
            let wishes: Vec<_> =
                wishes.iter().map(|(heading, widest, rigid)| Wish { heading: *heading, widest: *widest, rigid: *rigid }).collect();
            let widths = widths(&wishes, Some(width));
            let mark = if widths.len() < wishes.len() { FRAME + 1 } else { 0 };
            prop_assert!(!widths.is_empty() && widths.iter().all(|column| *column > 0));
            prop_assert!(widths.iter().map(|column| column + FRAME).sum::<usize>() + 1 + mark <= width);
        }
    }
}
