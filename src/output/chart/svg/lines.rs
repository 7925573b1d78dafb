//! Numbers over time in a page: columns for one series of amounts, else lines.

use std::fmt::Write as _;

use super::super::scale::Scale;
use super::super::series::Series;
use super::super::text::lines::shares;
use super::super::time_axis;
use super::{LETTER, WIDTH, begin, told};

const HEIGHT: f64 = 260.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;
/// Columns that are wider than a hair.
const MOST_COLUMNS: usize = 300;
/// Times that say their numbers when they are pointed at.
const MOST_TOLD: usize = 600;
/// Points of a line that are marked.
const MOST_MARKED: usize = 60;

/// Draws the series.
pub(super) fn draw(series: &Series) -> String {
    let scale = Scale::of(series.numbers(), 5);
    let ticks = scale.ticks();
    let letters = ticks.iter().map(|(_, text)| text.len()).max().unwrap_or(1);
    let left = letters as f64 * LETTER + 14.0;
    let floor = HEIGHT - BOTTOM;
    let y = |number: f64| floor - scale.place(number) * (floor - TOP);
    let count = series.times.len();
    let in_columns = series.stands_in_columns() && count <= MOST_COLUMNS;
    let room = WIDTH - left - 12.0;
    // A column takes the whole of its stretch, a point has it on both sides.
    let stretch = if in_columns { room / count.max(16) as f64 } else { room / (count.max(2) - 1) as f64 };
    let shares = shares(&series.times);
    let x = |place: usize| match shares.get(place) {
        _ if in_columns => left + stretch * (place as f64 + 0.5),
        share => left + share.copied().unwrap_or(0.0) * room,
    };
    let mut out = begin(HEIGHT, &series.title);
    for (number, label) in &ticks {
        let y = y(*number);
        let _ = write!(out, "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        let _ = writeln!(out, "<text class=\"y\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>", left - 6.0, y + 4.0);
    }
    if count <= MOST_TOLD {
        for (place, time) in series.times.iter().enumerate() {
            let named = series.lines.iter().map(|line| (line.name.as_str(), line.values[place]));
            let words = told(&time_axis::range(*time, *time), named, series.lines.len() == 1);
            let from = (x(place) - stretch / 2.0).max(left);
            let _ = writeln!(
                out,
                "<g><title>{words}</title><rect class=\"room\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/></g>",
                stretch.min(WIDTH - from),
                floor - TOP
            );
        }
    }
    for (number, line) in series.lines.iter().enumerate().rev() {
        let points = line.values.iter().enumerate().map(|(place, value)| (x(place), value.map(y)));
        if in_columns {
            for (x, top) in points.filter_map(|(x, y)| Some((x, y?))).filter(|(_, y)| *y < floor) {
                let (wide, high) = (stretch * 0.84, (floor - top).max(0.5));
                let _ = writeln!(
                    out,
                    "<rect class=\"s{number}\" x=\"{:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"{high:.1}\"/>",
                    x - wide / 2.0
                );
            }
            continue;
        }
        let points: Vec<_> = points.collect();
        let mut path = String::new();
        let mut is_down = false;
        for (place, (x, y)) in points.iter().enumerate() {
            let Some(y) = y else {
                is_down = false;
                continue;
            };
            let _ = write!(path, "{}{x:.1} {y:.1}", if is_down { "L" } else { "M" });
            let is_alone = !is_down && points.get(place + 1).is_none_or(|(_, next)| next.is_none());
            if is_alone || points.len() <= MOST_MARKED {
                let _ = writeln!(out, "<circle class=\"s{number}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.4\"/>");
            }
            is_down = true;
        }
        let _ = writeln!(out, "<path class=\"s{number}\" d=\"{path}\"/>");
    }
    axis(series, &mut out, &x, floor);
    let _ =
        writeln!(out, "<line class=\"axis\" x1=\"{left:.1}\" x2=\"{WIDTH}\" y1=\"{floor}\" y2=\"{floor}\"/>\n</svg>");
    out
}

/// The ticks of the times.
fn axis(series: &Series, out: &mut String, x: &impl Fn(usize) -> f64, floor: f64) {
    let (Some(first), Some(last)) = (series.times.first(), series.times.last()) else { return };
    for (time, label) in time_axis::ticks(*first, *last, 9) {
        let after = series.times.partition_point(|known| *known < time);
        let place = match (after.checked_sub(1), series.times.get(after)) {
            (_, Some(known)) if *known == time => x(after),
            (Some(before), Some(known)) => {
                let from = series.times[before];
                x(before) + (time - from) as f64 / (known - from) as f64 * (x(after) - x(before))
            }
            _ => continue,
        };
        let half = label.len() as f64 * LETTER / 2.0;
        let middle = place.clamp(half, WIDTH - half);
        let _ = write!(
            out,
            "<line class=\"axis\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{floor}\" y2=\"{}\"/>",
            floor + 4.0
        );
        let _ = writeln!(out, "<text class=\"middle\" x=\"{middle:.1}\" y=\"{}\">{label}</text>", floor + 17.0);
    }
}
