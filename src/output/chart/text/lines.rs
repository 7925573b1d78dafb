//! Numbers over time in a terminal: columns for one series of amounts, else lines.

use std::fmt::Write as _;

use anstyle::Effects;
use unicode_width::UnicodeWidthStr;

use super::super::Look;
use super::super::scale::Scale;
use super::super::series::Series;
use super::super::time_axis;
use super::canvas::{Canvas, Grain};

/// Steps on the axis of numbers, and rows of a step.
const MOST_STEPS: usize = 5;
const MOST_ROWS: usize = 15;
/// Terminal columns of one column at most.
const WIDEST: usize = 6;

/// Eighths of a cell, from the bottom.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws the series.
pub(in super::super) fn draw(series: &Series, look: Look) -> String {
    let scale = Scale::of(series.numbers(), MOST_STEPS);
    let rows = scale.steps * (MOST_ROWS / scale.steps).max(1);
    let ticks = scale.ticks();
    let margin = ticks.iter().map(|(_, text)| text.width()).max().unwrap_or(1);
    // The numbers, a blank and the axis stand to the left.
    let room = look.width().saturating_sub(margin + 2).max(4);
    let (drawn, places) = if series.stands_in_columns() && series.times.len() <= room {
        columns(series, &scale, rows, room, look)
    } else {
        lines(series, &scale, rows, room, look)
    };
    let dim = look.effect(Effects::DIMMED);
    let [bar, tick, corner] = if look.ascii { ['|', '+', '+'] } else { ['│', '┤', '┼'] };
    let mut out = super::title(&series.title, look);
    for (row, text) in drawn.iter().enumerate() {
        // The tick of a number is at the upper edge of the row.
        let step = rows - row;
        let number = step.is_multiple_of(rows / scale.steps).then(|| &ticks[step / (rows / scale.steps)].1);
        let (label, axis) = number.map_or(("", bar), |text| (text, tick));
        let _ = writeln!(out, "{dim}{label:>margin$} {axis}{dim:#}{text}");
    }
    let (axis, labels) = axis(series, room, &places, look);
    let _ = writeln!(out, "{dim}{:>margin$} {corner}{axis}{dim:#}", ticks[0].1);
    let _ = writeln!(out, "{dim}{:margin$}  {labels}{dim:#}", "");
    if series.lines.len() > 1 {
        let names: Vec<_> = series.lines.iter().map(|line| line.name.as_str()).collect();
        out += &super::legend(&names, |number| look.mark(number), look);
    }
    out + &super::remark(&series.caption(), look)
}

/// The rows of a canvas with columns, and for each time the cell it stands at.
fn columns(series: &Series, scale: &Scale, rows: usize, room: usize, look: Look) -> (Vec<String>, Vec<usize>) {
    let count = series.times.len();
    let wide = (room / count.max(1)).clamp(1, WIDEST);
    // Wide columns are set apart.
    let filled = if wide > 2 { wide - 1 } else { wide };
    let Some(line) = series.lines.first() else { return (Vec::new(), Vec::new()) };
    let eighths: Vec<usize> = line
        .values
        .iter()
        .map(|value| {
            let value = value.unwrap_or(0.0);
            let eighths = (scale.place(value) * (rows * 8) as f64).round() as usize;
            // A little is not nothing.
            if value > 0.0 { eighths.max(1) } else { eighths }
        })
        .collect();
    let style = look.style(0);
    let draw = |row: usize| {
        let below = (rows - 1 - row) * 8;
        let mut text = String::new();
        for height in &eighths {
            let part = height.saturating_sub(below).min(8);
            // One sign for all: a cell is filled where at least half of it is, or where nothing is below.
            let is_filled = part >= 4 || (part > 0 && row + 1 == rows);
            let sign = if look.ascii { if is_filled { '#' } else { ' ' } } else { EIGHTHS[part] };
            text.extend(std::iter::repeat_n(sign, filled).chain(std::iter::repeat_n(' ', wide - filled)));
        }
        let text = text.trim_end();
        if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
    };
    let places = (0..count).map(|number| number * wide + (filled - 1) / 2).collect();
    ((0..rows).map(draw).collect(), places)
}

/// The rows of a canvas with lines, and for each time the cell it stands at.
fn lines(series: &Series, scale: &Scale, rows: usize, room: usize, look: Look) -> (Vec<String>, Vec<usize>) {
    let are_told_by_color = look.color || series.lines.len() == 1;
    let grain = if are_told_by_color && !look.ascii { Grain::Braille } else { Grain::Mark };
    let mut canvas = Canvas::new(grain, room, rows);
    let shares = shares(&series.times);
    // The largest series lies on top.
    for (number, line) in series.lines.iter().enumerate().rev() {
        let mut before = None;
        for (x, value) in shares.iter().zip(&line.values) {
            let point = value.map(|value| canvas.place(*x, scale.place(value)));
            if let Some(point) = point {
                canvas.line(before.unwrap_or(point), point, number);
            }
            before = point;
        }
    }
    let places = shares.iter().map(|share| (share * (room - 1) as f64).round() as usize).collect();
    ((0..rows).map(|row| canvas.row(row, look)).collect(), places)
}

/// Where each time lies between the first, 0, and the last, 1.
pub(in super::super) fn shares(times: &[i64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    let length = (last - first) as f64;
    times.iter().map(|time| if length > 0.0 { (time - first) as f64 / length } else { 0.5 }).collect()
}

/// The line below, with ticks, and the texts of the ticks.
fn axis(series: &Series, room: usize, places: &[usize], look: Look) -> (String, String) {
    let (Some(first), Some(last)) = (series.times.first(), series.times.last()) else {
        return (String::new(), String::new());
    };
    let [line, tick] = if look.ascii { ['-', '+'] } else { ['─', '┬'] };
    let (mut axis, mut labels) = (vec![line; room], String::new());
    // A label takes some eight columns, and three between.
    for (time, text) in time_axis::ticks(*first, *last, (room / 11).max(2)) {
        let after = series.times.partition_point(|known| *known < time);
        let place = match (after.checked_sub(1), series.times.get(after)) {
            (_, Some(known)) if *known == time => places[after],
            (Some(before), Some(known)) => {
                let (from, to) = (series.times[before], *known);
                let share = (time - from) as f64 / (to - from) as f64;
                places[before] + (share * (places[after] - places[before]) as f64).round() as usize
            }
            _ => continue,
        };
        let (width, used) = (text.width(), labels.width());
        let start = place.saturating_sub(width / 2).min(room.saturating_sub(width));
        if place >= room || (used > 0 && start < used + 2) || width > room {
            continue;
        }
        axis[place] = tick;
        labels.extend(std::iter::repeat_n(' ', start - used));
        labels.push_str(&text);
    }
    (axis.into_iter().collect(), labels)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::super::super::series::tests::{MIDNIGHT, counts};
    use super::super::super::time_axis::HOUR;
    use super::*;

    const PLAIN: Look = Look { width: 60, color: false, ascii: false };

    fn check(rows: &[(i64, Option<&str>, i64)], look: Look) -> String {
        draw(&Series::of(&counts(rows)).expect("times and numbers"), look)
    }

    #[test]
    fn one_series_of_counts_stands_in_columns() {
        let rows = [(MIDNIGHT, None, 5), (MIDNIGHT + HOUR, None, 10), (MIDNIGHT + 3 * HOUR, None, 1)];
        assert_snapshot!(check(&rows, PLAIN), @"
        count(*)
        10 ┤      █████
           │      █████
           │      █████
         8 ┤      █████
           │      █████
           │      █████
         6 ┤      █████
           │▄▄▄▄▄ █████
           │█████ █████
         4 ┤█████ █████
           │█████ █████
           │█████ █████
         2 ┤█████ █████
           │█████ █████       ▄▄▄▄▄
           │█████ █████       █████
         0 ┼──┬───────────┬─────────────────────────────────────────
            10 Jul      02:00
        10 Jul 2023 00:00 – 03:00 UTC, per hour
        ");
        assert_snapshot!(check(&rows, Look { ascii: true, width: 30, ..PLAIN }), @"
        count(*)
        10 +      #####
           |      #####
           |      #####
         8 +      #####
           |      #####
           |      #####
         6 +      #####
           |##### #####
           |##### #####
         4 +##### #####
           |##### #####
           |##### #####
         2 +##### #####
           |##### #####       #####
           |##### #####       #####
         0 +--+-----------+-----------
            10 Jul      02:00
        10 Jul 2023 00:00 - 03:00 UTC,
         per hour
        ");
    }

    #[test]
    fn series_are_told_apart_by_marks_or_colours() {
        let rows: Vec<_> = (0..12)
            .flat_map(|hour| {
                let time = MIDNIGHT + 2 * hour * HOUR;
                [(time, Some("us-east-1"), 10 * hour), (time, Some("eu-west-1"), 60 - 5 * hour)]
            })
            .collect();
        assert_snapshot!(check(&rows, PLAIN), @"
        count(*) by region
        150 ┤
            │
            │
            │
            │                                                    ●●●
        100 ┤                                               ●●●●●
            │                                          ●●●●●
            │                                ●●●●●●●●●●
            │▲▲▲                         ●●●●
            │   ▲▲▲▲▲▲▲▲▲▲          ●●●●●
         50 ┤             ▲▲▲▲▲●●●●●
            │             ●●●●●     ▲▲▲▲▲▲▲▲▲
            │        ●●●●●                   ▲▲▲▲▲▲▲▲▲▲
            │   ●●●●●                                  ▲▲▲▲▲▲▲▲▲▲
            │●●●                                                 ▲▲▲
          0 ┼┬──────────────┬─────────────┬──────────────┬──────────
             10 Jul       06:00         12:00          18:00
        ● us-east-1   ▲ eu-west-1
        10 Jul 2023 00:00 – 22:00 UTC, per 2 hours
        ");
        let colored = check(&rows, Look { color: true, ..PLAIN });
        assert!(colored.contains("\x1b[36m●\x1b[0m us-east-1   \x1b[33m▲\x1b[0m eu-west-1"), "{colored}");
        let text = check(&rows, Look { ascii: true, ..PLAIN });
        assert!(text.is_ascii(), "{text}");
    }

    #[test]
    fn one_point_is_drawn() {
        assert_snapshot!(check(&[(MIDNIGHT, None, 7)], Look { width: 30, ..PLAIN }), @"
        count(*)
        8 ┤
          │▄▄▄▄▄
          │█████
        6 ┤█████
          │█████
          │█████
        4 ┤█████
          │█████
          │█████
        2 ┤█████
          │█████
          │█████
        0 ┼──┬────────────────────────
           10 Jul
        10 Jul 2023 UTC
        ");
    }

    #[test]
    fn thousands_of_points_fit() {
        let rows: Vec<_> = (0..5_000).map(|hour| (MIDNIGHT + hour * HOUR, None, hour % 700)).collect();
        let text = check(&rows, PLAIN);
        assert!(text.lines().all(|line| line.width() <= 60), "{text}");
    }

    proptest! {
        #[test]
        fn lines_fit_the_terminal(
            rows in prop::collection::vec(
                (any::<i32>(), prop::option::of(prop::sample::select(vec!["a", "日本 · \u{301}", "wide wide wide wide wide"])), any::<i64>()),
                1..30,
            ),
            width in 20_usize..100,
            color: bool,
            ascii: bool,
            hours: bool,
        ) {
            let rows: Vec<_> = rows
                .iter()
                .map(|(time, label, count)| (i64::from(*time) / 100 * if hours { HOUR / 100 } else { 1 }, *label, *count))
                .collect();
            let text = check(&rows, Look { width, color, ascii });
            for line in text.lines() {
                let line = anstream::adapter::strip_str(line).to_string();
                prop_assert!(line.width() <= width, "{}", text);
            }
        }
    }
}
