//! Draws a table line after line.

use std::fmt::Write as _;
use std::iter::repeat_n;

use anstyle::{AnsiColor, Effects, Style};
use unicode_width::UnicodeWidthStr;

use super::Shown;
use super::wrap::{self, GoesOn};
use crate::output::fit;
use crate::output::{Palette, Tone};

/// The strokes of a box, and the marks in it.
pub(super) struct Strokes {
    /// Left corner, crossing and right corner of the rule above, between and below.
    rules: [[char; 3]; 3],
    line: char,
    bar: char,
    /// What stands for what is not shown.
    pub(super) more: char,
    /// Where a line goes on because the column is narrow, and because the value has a line break.
    goes_on: [char; 2],
}

/// Light lines.
pub(super) const UNICODE: Strokes = Strokes {
    rules: [['┌', '┬', '┐'], ['├', '┼', '┤'], ['└', '┴', '┘']],
    line: '─',
    bar: '│',
    more: '…',
    goes_on: ['…', '↵'],
};

/// For terminals that have nothing but ASCII; the marks are psql's.
pub(super) const ASCII: Strokes = Strokes { rules: [['+'; 3]; 3], line: '-', bar: '|', more: '~', goes_on: ['.', '+'] };

/// Which rule of a box.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Above everything.
    Top,
    /// Below the heading, and between rows.
    Inner,
    /// Below everything.
    Bottom,
}

/// Draws line after line.
pub(super) struct Pen {
    /// What it draws with.
    pub(super) strokes: &'static Strokes,
    /// Whether columns are hidden, which a last column of `…` says.
    pub(super) hidden: bool,
    /// Whether values go on in the next line where they do not fit.
    pub(super) wrap: bool,
    /// Its colours, if any.
    pub(super) palette: Palette,
    /// Values cut so far.
    pub(super) cut: u64,
    /// The lines being drawn.
    pub(super) text: String,
}

impl Pen {
    /// A rule with its left, inner and right corners.
    pub(super) fn rule(&mut self, widths: &[usize], place: Rule) -> &str {
        let [left, inner, right] = self.strokes.rules[place as usize];
        let rule = self.palette.rule;
        self.text.clear();
        let _ = write!(self.text, "{rule}");
        let mark = self.hidden.then_some(&1);
        for (index, width) in widths.iter().chain(mark).enumerate() {
            self.text.push(if index == 0 { left } else { inner });
            self.text.extend(repeat_n(self.strokes.line, width + 2));
        }
        self.text.push(right);
        let _ = writeln!(self.text, "{rule:#}");
        &self.text
    }

    /// One row of values, each with its style and whether it stands to the right.
    pub(super) fn row<'a>(&mut self, widths: &[usize], values: impl Iterator<Item = (&'a Shown, Style, bool)>) -> &str {
        let (dim, rule) = (self.palette.null, self.palette.rule);
        let mut cells = Vec::with_capacity(widths.len());
        for (width, (value, style, right)) in widths.iter().zip(values) {
            let lines = if self.wrap {
                self.cut += u64::from(value.cut);
                wrap::lines(&value.text, *width)
            } else {
                let text = fit::cut(&value.text, *width, value.keeps_end, self.strokes.more);
                self.cut += u64::from(value.cut || text != value.text);
                vec![(text, None)]
            };
            cells.push((*width, style, right, lines));
        }
        self.text.clear();
        let height = cells.iter().map(|(.., lines)| lines.len()).max().unwrap_or(1);
        let Strokes { bar, more, goes_on, .. } = self.strokes;
        for number in 0..height {
            for (width, style, right, lines) in &cells {
                let (text, next) = lines.get(number).map_or(("", None), |(text, next)| (text.as_ref(), *next));
                let pad = width.saturating_sub(text.width());
                // Not the padding of `write!`, which ends at 65,535 columns.
                let (before, after) = if *right { (pad, 0) } else { (0, pad) };
                let _ = write!(self.text, "{rule}{bar}{rule:#} ");
                self.text.extend(repeat_n(' ', before));
                // A blank has nothing to set off.
                let style = if text.is_empty() { Style::new() } else { *style };
                let _ = write!(self.text, "{style}{text}{style:#}");
                self.text.extend(repeat_n(' ', after));
                let _ = match next {
                    None => self.text.write_char(' '),
                    Some(GoesOn::Narrow) => write!(self.text, "{dim}{}{dim:#}", goes_on[0]),
                    Some(GoesOn::Break) => write!(self.text, "{dim}{}{dim:#}", goes_on[1]),
                };
            }
            if self.hidden {
                let _ = write!(self.text, "{rule}{bar}{rule:#} {more} ");
            }
            let _ = writeln!(self.text, "{rule}{bar}{rule:#}");
        }
        &self.text
    }
}

/// The style of a tone, in colours that are told apart on dark and on light ground.
pub(super) fn loud(tone: Tone) -> Style {
    let in_color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    match tone {
        Tone::Alarm => in_color(AnsiColor::Red).effects(Effects::BOLD | Effects::INVERT),
        Tone::Bad => in_color(AnsiColor::Red).effects(Effects::BOLD),
        Tone::Warning => in_color(AnsiColor::Yellow),
        Tone::Notice => in_color(AnsiColor::Cyan),
        Tone::Quiet => Style::new().effects(Effects::DIMMED),
    }
}
