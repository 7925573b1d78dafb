//! Bars in a page: label, bar, number.

use std::fmt::Write as _;

use super::super::super::html::text;
use super::super::bars::Bars;
use super::super::scale::{Scale, full};
use super::{LETTER, WIDTH, begin, told};
use crate::output::fit;

/// A bar, and what is between two rows.
const BAR: f64 = 16.0;
const GAP: f64 = 7.0;
const BOTTOM: f64 = 20.0;
/// Letters of a label that there is room for.
const MOST_LABEL: usize = 44;

/// Draws the bars.
pub(super) fn draw(bars: &Bars) -> String {
    let labels: Vec<String> = bars
        .rows
        .iter()
        .map(|(label, _)| fit::cut(label, MOST_LABEL, fit::keeps_end(label), '…').into_owned())
        .collect();
    let letters = labels.iter().map(|label| unicode_width::UnicodeWidthStr::width(label.as_str())).max().unwrap_or(1);
    let left = letters as f64 * LETTER + 14.0;
    let numbers = bars.rows.iter().flat_map(|(_, numbers)| numbers);
    let widest = numbers.clone().map(|number| full(*number).len()).max().unwrap_or(1);
    let room = (WIDTH - left - widest as f64 * LETTER - 12.0).max(80.0);
    let scale = Scale::of(numbers.flatten().copied(), 8);
    let x = |number: f64| left + scale.place(number) * room;
    let row = BAR * bars.series.len() as f64 + GAP;
    let floor = row * bars.rows.len() as f64;
    let mut out = begin(floor + BOTTOM, &bars.title);
    for (number, label) in scale.ticks() {
        let x = x(number);
        let _ = write!(out, "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{floor:.1}\"/>");
        let _ = writeln!(out, "<text class=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{label}</text>", floor + 14.0);
    }
    let zero = x(0.0);
    for (position, ((whole, numbers), label)) in bars.rows.iter().zip(&labels).enumerate() {
        let top = position as f64 * row + GAP / 2.0;
        let named = bars.series.iter().map(String::as_str).zip(numbers.iter().copied());
        let _ = write!(out, "<g><title>{}</title>", told(whole, named, bars.series.len() == 1));
        let _ = write!(
            out,
            "<rect class=\"room\" x=\"0\" y=\"{:.1}\" width=\"{WIDTH}\" height=\"{row:.1}\"/>",
            top - GAP / 2.0
        );
        let middle = top + BAR * bars.series.len() as f64 / 2.0 + 4.0;
        let _ = write!(out, "<text class=\"y name\" x=\"{:.1}\" y=\"{middle:.1}\">{}</text>", left - 8.0, text(label));
        for (series, number) in numbers.iter().enumerate() {
            let y = top + BAR * series as f64;
            let finite = number.filter(|number| number.is_finite());
            let end = finite.map_or(zero, x);
            if finite.is_some_and(|number| number != 0.0) {
                let (from, width) = (zero.min(end), (end - zero).abs().max(1.0));
                let _ = write!(
                    out,
                    "<rect class=\"s{series}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>",
                    y + 1.0,
                    BAR - 2.0
                );
            }
            let _ = write!(
                out,
                "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                zero.max(end) + 6.0,
                y + BAR / 2.0 + 4.0,
                full(*number)
            );
        }
        out.push_str("</g>\n");
    }
    let _ =
        writeln!(out, "<line class=\"axis\" x1=\"{zero:.1}\" x2=\"{zero:.1}\" y1=\"0\" y2=\"{floor:.1}\"/>\n</svg>");
    out
}
