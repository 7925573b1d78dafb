//! Bars in a terminal: label, bar, number.

use std::fmt::Write as _;
use std::iter::repeat_n;

use unicode_width::UnicodeWidthStr;

use super::super::Look;
use super::super::bars::Bars;
use super::super::scale::full;

/// Parts of a cell from the left, in eighths.
const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const WIDEST_LABEL: usize = 40;
const WIDEST_NUMBER: usize = 24;

/// Draws the bars.
pub(in super::super) fn draw(bars: &Bars, look: Look) -> String {
    let width = look.width();
    let number = |value: Option<f64>| look.cut(&full(value), WIDEST_NUMBER.min(width / 3));
    let numbers = bars.rows.iter().flat_map(|(_, values)| values).map(|value| number(*value).width());
    let numbers = numbers.max().unwrap_or(1);
    let most_label = WIDEST_LABEL.min(width * 2 / 5);
    let labels: Vec<String> = bars.rows.iter().map(|(label, _)| look.cut(label, most_label)).collect();
    let margin = labels.iter().map(|label| label.width()).max().unwrap_or(1);
    let room = width.saturating_sub(margin + numbers + 2).max(2);
    let (low, high) = bars.range();
    // Cells to the left of zero. Halves are taken, since differences of the largest numbers have no end.
    let share = |value: f64| (value / 2.0) / (high / 2.0 - low / 2.0);
    let most_left = if high > 0.0 { room - 1 } else { room };
    let left = if low < 0.0 { ((share(-low) * room as f64).round() as usize).clamp(1, most_left) } else { 0 };
    let right = room - left;
    let is_group = bars.series.len() > 1;
    let mut out = super::title(&bars.title, look);
    for (position, ((_, values), label)) in bars.rows.iter().zip(&labels).enumerate() {
        if is_group && position > 0 {
            out.push('\n');
        }
        for (series, value) in values.iter().enumerate() {
            let label = if series == 0 { label } else { "" };
            let (mut before, mut after) = (String::new(), String::new());
            let finite = value.filter(|value| value.is_finite()).unwrap_or(0.0);
            if finite < 0.0 {
                let cells = (((finite / low) * left as f64).round() as usize).clamp(1, left);
                before.extend(repeat_n(look.fill(series), cells));
            } else if finite > 0.0 {
                after = bar(finite / high, right, look, series);
            }
            let style = look.style(series);
            let blank = margin - label.width() + 1 + left - before.width();
            let _ = write!(out, "{label}{:blank$}", "");
            if !before.is_empty() || !after.is_empty() {
                let _ = write!(out, "{style}{before}{after}{style:#}");
            }
            // A number to the right of where the bar ends; of one to the left of zero, right of zero.
            let gap = if after.is_empty() && left == 0 { "" } else { " " };
            let _ = writeln!(out, "{gap}{}", number(*value));
        }
    }
    if is_group {
        let names: Vec<_> = bars.series.iter().map(String::as_str).collect();
        out.push('\n');
        out += &super::legend(&names, |series| look.fill(series), look);
    }
    for text in bars.remarks() {
        out += &super::remark(&text, look);
    }
    out
}

/// A bar of this share of so many cells, never nothing.
fn bar(share: f64, cells: usize, look: Look, series: usize) -> String {
    let eighths = ((share * (cells * 8) as f64).round() as usize).clamp(1, (cells * 8).max(1));
    let fill = look.fill(series);
    if fill != EIGHTHS[8] {
        return repeat_n(fill, (eighths / 8).max(1)).collect();
    }
    let (whole, part) = (eighths / 8, eighths % 8);
    repeat_n(fill, whole).chain((part > 0).then_some(EIGHTHS[part])).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Float64Array, StringArray};
    use datafusion::arrow::record_batch::RecordBatch;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::super::series::tests::of;
    use super::*;

    const PLAIN: Look = Look { width: 50, color: false, ascii: false };

    fn check(rows: &[(&str, &[Option<f64>])], look: Look) -> String {
        let names: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0)));
        let mut columns = vec![("name".to_owned(), names)];
        for number in 0..rows.first().map_or(1, |row| row.1.len()) {
            let values: Float64Array = rows.iter().map(|row| row.1[number]).collect();
            columns.push((format!("n{number}"), Arc::new(values)));
        }
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        let rows = of(&RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length"));
        Bars::of(&rows).map_or_else(|why| why.to_string(), |bars| draw(&bars, look))
    }

    #[test]
    fn bars_are_as_long_as_their_numbers() {
        let rows: &[(&str, &[Option<f64>])] =
            &[("ConsoleLogin", &[Some(80.0)]), ("GetObject", &[Some(10.0)]), ("None", &[Some(0.0)]), ("NULL", &[None])];
        assert_snapshot!(check(rows, PLAIN), @"
        n0 by name
        ConsoleLogin ████████████████████████████████ 80
        GetObject    ████ 10
        None         0
        NULL         NULL
        ");
        assert_snapshot!(check(rows, Look { ascii: true, width: 20, ..PLAIN }), @"
        n0 by name
        Cons~gin ###### 80
        GetO~ect # 10
        None     0
        NULL     NULL
        ");
    }

    #[test]
    fn negative_numbers_go_to_the_left() {
        let rows: &[(&str, &[Option<f64>])] =
            &[("up", &[Some(3.0)]), ("down", &[Some(-1.5)]), ("odd", &[Some(f64::NAN)])];
        assert_snapshot!(check(rows, Look { width: 40, ..PLAIN }), @"
        n0 by name
        up             ████████████████████ 3
        down ██████████ -1.5
        odd             NaN
        ");
    }

    #[test]
    fn several_numbers_of_a_row_make_a_group() {
        let rows: &[(&str, &[Option<f64>])] = &[("a", &[Some(3.0), Some(1.0)]), ("b", &[Some(2.0), Some(4.0)])];
        assert_snapshot!(check(rows, Look { width: 30, ..PLAIN }), @"
        n0, n1 by name
        a ███████████████████▌ 3
          ▓▓▓▓▓▓ 1

        b █████████████ 2
          ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ 4

        █ n0   ▓ n1
        ");
    }

    #[test]
    fn bars_that_are_too_many_are_counted() {
        let rows: Vec<(&str, &[Option<f64>])> = (0..53).map(|_| ("x", [Some(1.0)].as_slice())).collect();
        assert!(check(&rows, PLAIN).ends_with("3 more rows are not drawn\n"));
    }

    #[test]
    fn rows_without_numbers_are_no_chart() {
        assert_eq!(check(&[("a", &[None])], PLAIN), "no row has a number to chart");
    }

    proptest! {
        #[test]
        fn lines_fit_the_terminal(
            rows in prop::collection::vec((".{0,60}", prop::option::of(any::<f64>()), prop::option::of(any::<f64>())), 1..9),
            width in 20_usize..100,
            color: bool,
            ascii: bool,
        ) {
            let values: Vec<_> = rows.iter().map(|(name, one, other)| (name, [*one, *other])).collect();
            let rows: Vec<_> = values.iter().map(|(name, values)| (name.as_str(), values.as_slice())).collect();
            for line in check(&rows, Look { width, color, ascii }).lines() {
                let line = anstream::adapter::strip_str(line).to_string();
                prop_assert!(line.width() <= width.max(28), "{}", line);
                prop_assert!(!line.contains(super::super::super::super::escape::steers));
            }
        }
    }
}
