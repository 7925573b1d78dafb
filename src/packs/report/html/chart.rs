//! The timeline: findings per stretch of time, a bar for each, stacked by level.
//!
//! Colours are the page's; everything written here is a number, a time or a level's name.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::super::{Findings, LEVELS, Level};
use super::moment;
use crate::output::summary::human_count;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// Stretches of time that read well. Beyond them, the last is doubled.
const WIDTHS: &[i64] = &[
    60 * SECOND,
    5 * 60 * SECOND,
    15 * 60 * SECOND,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY,
];
const MOST_BARS: i64 = 60;
/// Bars there is room for at least, so that a few are not as wide as a barn door.
const LEAST_BARS: i64 = 16;
/// 1970-01-05, a Monday: weeks begin there.
const MONDAY: i64 = 4 * DAY;

/// The drawing, in units of its own.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 24.0;
const TOP: f64 = 8.0;

type Counts = [u64; LEVELS.len()];

/// The chart, or a sentence when there is nothing to draw.
pub(super) fn svg(findings: &Findings) -> String {
    let times = findings.list.iter().filter_map(|finding| Some((findings.event(finding).time?, finding.about.level)));
    let times: Vec<(i64, Level)> = times.filter(|(time, _)| !moment(*time, "%Y").is_empty()).collect();
    match (times.iter().map(|(time, _)| *time).min(), times.iter().map(|(time, _)| *time).max()) {
        (Some(first), Some(last)) => draw(&times, first, last),
        _ => "<p class=\"quiet\">There is no finding with a time.</p>".to_owned(),
    }
}

/// The width of bars, and where the first begins.
fn scale(first: i64, last: i64) -> (i64, i64) {
    let mut widths = WIDTHS.iter().copied().chain(std::iter::successors(Some(728 * DAY), |width| width.checked_mul(2)));
    let start = |width: i64| {
        let shift = if width >= 7 * DAY { MONDAY } else { 0 };
        first.saturating_sub(shift).div_euclid(width).saturating_mul(width).saturating_add(shift)
    };
    let bars = |width: i64| last.saturating_sub(start(width)) / width;
    let width = widths.find(|width| bars(*width) < MOST_BARS).unwrap_or(i64::MAX);
    (width, start(width))
}

/// The distance between lines of the grid: 1, 2 or 5 and zeros, at most four of them.
fn step(most: u64) -> u64 {
    let powers = std::iter::successors(Some(1_u64), |power| power.checked_mul(10));
    powers
        .flat_map(|power| [1, 2, 5].map(|digit| power.saturating_mul(digit)))
        .find(|step| most.div_ceil(*step) <= 4)
        .unwrap_or(u64::MAX)
}

fn draw(times: &[(i64, Level)], first: i64, last: i64) -> String {
    let (width, start) = scale(first, last);
    let mut bars: BTreeMap<i64, Counts> = BTreeMap::new();
    for (time, level) in times {
        bars.entry(time.saturating_sub(start) / width).or_default()[*level as usize] += 1;
    }
    let count = (last.saturating_sub(start) / width + 1).max(LEAST_BARS);
    let most = bars.values().map(|counts| counts.iter().sum()).max().unwrap_or(1);
    let step = step(most);
    let top = most.div_ceil(step).saturating_mul(step);
    let (bar, unit) = ((WIDTH - LEFT) / count as f64, (HEIGHT - BOTTOM - TOP) / top as f64);
    let mut out = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Findings over time, {} to {}, at most {most} \
         in {}\">\n",
        moment(first, "%Y-%m-%d %H:%M"),
        moment(last, "%Y-%m-%d %H:%M"),
        span(width),
    );
    let floor = HEIGHT - BOTTOM;
    for line in 0..=top / step {
        let (value, y) = (line * step, floor - (line * step) as f64 * unit);
        let _ = write!(out, "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        let (x, y) = (LEFT - 6.0, y + 4.0);
        let _ = writeln!(out, "<text class=\"y\" x=\"{x}\" y=\"{y:.1}\">{}</text>", human_count(value));
    }
    for (number, counts) in &bars {
        let from = start.saturating_add(number.saturating_mul(width));
        let x = LEFT + *number as f64 * bar;
        let _ = write!(out, "<g><title>{}</title>", told(from, width, counts));
        let _ = write!(
            out,
            "<rect class=\"room\" x=\"{x:.1}\" y=\"{TOP}\" width=\"{bar:.1}\" height=\"{:.1}\"/>",
            floor - TOP
        );
        let mut y = floor;
        for (level, name) in LEVELS.iter().rev() {
            let height = counts[*level as usize] as f64 * unit;
            if height > 0.0 {
                y -= height;
                let (x, width) = (x + bar * 0.1, bar * 0.8);
                let _ = write!(
                    out,
                    "<rect class=\"{name}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
                );
            }
        }
        out.push_str("</g>\n");
    }
    // As many labels as have room.
    let every = (count / 8).max(1);
    let format = if width < DAY { "%m-%d %H:%M" } else { "%Y-%m-%d" };
    for number in (0..count).step_by(usize::try_from(every).unwrap_or(usize::MAX)) {
        let x = LEFT + number as f64 * bar;
        if x > WIDTH - 70.0 {
            break;
        }
        let (mark, label) = (floor + 4.0, floor + 17.0);
        let time = moment(start.saturating_add(number.saturating_mul(width)), format);
        let _ = write!(out, "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{floor}\" y2=\"{mark}\"/>");
        let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{label}\">{time}</text>");
    }
    let _ = writeln!(out, "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{floor}\" y2=\"{floor}\"/>\n</svg>");
    let _ = write!(out, "<figcaption>Findings per {}, by the time of their last event, UTC</figcaption>", span(width));
    out
}

/// What a bar says when it is pointed at.
fn told(from: i64, width: i64, counts: &Counts) -> String {
    let named = LEVELS.iter().rev().filter(|(level, _)| counts[*level as usize] > 0);
    let named = named.map(|(level, name)| format!("{} {name}", human_count(counts[*level as usize])));
    let to = from.saturating_add(width);
    let (from, to) = match width {
        ..DAY => (moment(from, "%Y-%m-%d %H:%M"), moment(to, "%H:%M")),
        DAY => (moment(from, "%Y-%m-%d"), String::new()),
        _ => (moment(from, "%Y-%m-%d"), moment(to.saturating_sub(1), "%Y-%m-%d")),
    };
    let dash = if to.is_empty() { "" } else { " – " };
    format!("{from}{dash}{to}: {}", named.collect::<Vec<_>>().join(", "))
}

/// A stretch of time in words.
fn span(width: i64) -> String {
    let (count, unit) = match width {
        ..HOUR => (width / (60 * SECOND), "minute"),
        HOUR..DAY => (width / HOUR, "hour"),
        _ if width % (7 * DAY) == 0 => (width / (7 * DAY), "week"),
        _ => (width / DAY, "day"),
    };
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn bars_are_wide_enough_to_be_few_and_begin_at_round_times() {
        let check = |last: i64, width: i64, start: i64| assert_eq!(scale(sample::TEN, last), (width, start), "{last}");
        check(sample::TEN, 60 * SECOND, sample::TEN);
        check(sample::TEN + HOUR, 5 * 60 * SECOND, sample::TEN);
        check(sample::TEN + 2 * DAY, HOUR, sample::TEN);
        check(sample::TEN + 59 * DAY, DAY, sample::TEN - 10 * HOUR);
        // 2026-03-01 is a Sunday, six days after a Monday.
        check(sample::TEN + 300 * DAY, 7 * DAY, sample::TEN - 10 * HOUR - 6 * DAY);
    }

    #[test]
    fn times_at_the_ends_of_the_world_are_drawn() {
        let (width, start) = scale(i64::MIN, i64::MAX);
        assert!(width > 0 && start <= 0);
        let far = 253_402_300_799_000;
        let text = draw(&[(0, Level::Low), (far, Level::High)], 0, far);
        assert!(text.matches("<g>").count() == 2, "{text}");
    }

    #[test]
    fn lines_of_the_grid_have_round_numbers() {
        for (most, expected) in [(1, 1), (4, 1), (5, 2), (8, 2), (9, 5), (21, 10), (1_234, 500), (u64::MAX, u64::MAX)] {
            assert!(step(most) <= expected, "{most}");
            assert!(most.div_ceil(step(most)) <= 4, "{most}");
        }
        assert_eq!([step(1), step(5), step(9), step(21)], [1, 2, 5, 10]);
    }

    #[test]
    fn a_bar_says_when_and_how_many_of_which_level() {
        let (findings, _) = sample::findings();
        let text = svg(&findings);
        assert!(text.contains("<title>2026-03-01 10:00 – 10:05: 1 high</title>"), "{text}");
        assert!(text.contains("<title>2026-03-01 11:00 – 11:05: 1 low</title>"), "{text}");
        assert!(text.contains("Findings per 5 minutes"), "{text}");
        assert_eq!((span(DAY), span(2 * DAY), span(14 * DAY)), ("day".into(), "2 days".into(), "2 weeks".into()));
    }

    #[test]
    fn nothing_found_is_said() {
        assert!(svg(&Findings::default()).contains("no finding with a time"));
    }
}
