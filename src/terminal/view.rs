//! How somebody wants to see answers, and what the terminal can show.

use std::env;

use super::Sink;
use crate::output::chart::Wanted;
use crate::output::{Format, Options};

/// How answers are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The form of rows.
    pub format: Format,
    /// At most this many rows of each answer. None: all.
    pub limit: Option<u64>,
    /// A chart of each answer, where the format is a table or a page.
    pub chart: Option<Wanted>,
    /// Whether a table shows values that do not fit over several lines, rather than cut.
    pub wrap: bool,
    /// The text for null. None: as the format has it.
    pub null: Option<String>,
    /// Rows that a table shows; the others are counted. None: on a terminal as many as the question makes worth
    /// showing, elsewhere all.
    pub max_rows: Option<usize>,
}

impl From<Format> for View {
    fn from(format: Format) -> Self {
        Self { format, ..Self::default() }
    }
}

impl View {
    /// Options for a result of so many columns, as far as they follow from the view and where the rows go.
    pub(super) fn options(&self, sink: &Sink, columns: usize) -> Options {
        let is_terminal = sink.is_terminal();
        let width = is_terminal.then(width).flatten();
        let elsewhere = || told().unwrap_or(WIDTH_ELSEWHERE);
        Options {
            // Every answer fits a terminal, unless it has no columns at all.
            width: width.or_else(|| self.wrap.then(elsewhere)).filter(|_| columns > 0),
            chart_width: self.chart.map(|_| width.unwrap_or_else(elsewhere)),
            max_rows: self.max_rows,
            null: self.null.clone(),
            wrap: self.wrap,
            ascii: is_terminal && !has_unicode(|name| env::var(name).ok()),
            chart: self.chart,
            continues: sink.is_begun(),
            ..Options::default()
        }
    }
}

/// Columns for what needs a width where there is no terminal.
const WIDTH_ELSEWHERE: usize = 80;

/// The columns that the environment tells.
fn told() -> Option<usize> {
    env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok())
}

/// The terminal's columns.
pub(super) fn width() -> Option<usize> {
    told().or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
}

/// Whether the terminal shows more than ASCII: it is not a dumb one, and its locale, where one is told, is UTF-8.
fn has_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    if variable("TERM").is_some_and(|term| term == "dumb") {
        return false;
    }
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_says_nothing_of_its_letters_has_unicode() {
        let check = |variables: &[(&str, &str)], expected: bool| {
            let of =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(has_unicode(of), expected, "{variables:?}");
        };
        check(&[], true);
        check(&[("LANG", "de_DE.UTF-8")], true);
        check(&[("LANG", "C.utf8"), ("LC_ALL", "")], true);
        check(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], false);
        check(&[("LANG", "de_DE.ISO-8859-1")], false);
        check(&[("LANG", "de_DE.UTF-8"), ("TERM", "dumb")], false);
    }
}
