//! Charts in a terminal.

pub(super) mod bars;
mod canvas;
pub(super) mod lines;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Color, Effects, Style};
use unicode_width::UnicodeWidthStr;

use super::super::fit;
use super::super::table::wrap;
use super::Look;

/// The narrowest terminal a chart is made for; on a narrower one it runs over.
const NARROWEST: usize = 20;

/// Marks of series, one column wide; without colours they tell them apart.
const MARKS: [char; 9] = ['●', '▲', '■', '◆', '○', '△', '□', '◇', '·'];
const ASCII_MARKS: [char; 9] = ['*', '+', 'o', 'x', '#', '@', '%', '&', '.'];
/// What bars of series are made of.
const FILLS: [char; 8] = ['█', '▓', '▒', '░', '■', '▪', '▬', '▮'];
const ASCII_FILLS: [char; 8] = ['#', '=', '-', '+', 'o', '*', '%', '.'];
const COLORS: [AnsiColor; 8] = [
    AnsiColor::Cyan,
    AnsiColor::Yellow,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::Red,
    AnsiColor::BrightCyan,
    AnsiColor::BrightYellow,
];

impl Look {
    fn width(self) -> usize {
        self.width.max(NARROWEST)
    }

    fn mark(self, series: usize) -> char {
        let marks = if self.ascii { ASCII_MARKS } else { MARKS };
        marks[series % marks.len()]
    }

    fn fill(self, series: usize) -> char {
        let fills = if self.ascii { ASCII_FILLS } else { FILLS };
        // Colours tell series apart better than the grain of a bar.
        if self.color && !self.ascii { FILLS[0] } else { fills[series % fills.len()] }
    }

    /// The colour of a series, where there are colours.
    fn style(self, series: usize) -> Style {
        match COLORS.get(series) {
            _ if !self.color => Style::new(),
            Some(color) => Style::new().fg_color(Some(Color::from(*color))),
            None => Style::new().effects(Effects::DIMMED),
        }
    }

    fn effect(self, effect: Effects) -> Style {
        if self.color { Style::new().effects(effect) } else { Style::new() }
    }

    /// The text with our own signs as the terminal has them.
    fn known(self, text: &str) -> String {
        if self.ascii { text.replace(['·', '–'], "-") } else { text.to_owned() }
    }

    /// The text within so many columns.
    fn cut(self, text: &str, width: usize) -> String {
        let text = self.known(text);
        fit::cut(&text, width, fit::keeps_end(&text), if self.ascii { '~' } else { '…' }).into_owned()
    }
}

/// A heading in bold.
fn title(text: &str, look: Look) -> String {
    let bold = look.effect(Effects::BOLD);
    format!("{bold}{}{bold:#}\n", look.cut(text, look.width()))
}

/// A remark in the background, on lines that fit.
fn remark(text: &str, look: Look) -> String {
    let dim = look.effect(Effects::DIMMED);
    let text = look.known(text);
    let lines = wrap::lines(&text, look.width()).into_iter();
    lines.map(|(line, _)| format!("{dim}{}{dim:#}\n", line.trim_end())).collect()
}

/// The names of series, each with its sign, on lines that fit.
fn legend(names: &[&str], sign: impl Fn(usize) -> char, look: Look) -> String {
    let width = look.width();
    let (mut out, mut used) = (String::new(), 0);
    for (series, name) in names.iter().enumerate() {
        let name = look.cut(name, (width - 2).min(40));
        let needed = name.width() + 2;
        if used > 0 && used + 3 + needed > width {
            out.push('\n');
            used = 0;
        }
        let gap = if used > 0 { "   " } else { "" };
        let style = look.style(series);
        let _ = write!(out, "{gap}{style}{}{style:#} {name}", sign(series));
        used += gap.len() + needed;
    }
    out.push('\n');
    out
}
