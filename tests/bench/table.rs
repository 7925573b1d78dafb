//! The figures as Markdown.

use std::fmt::Write as _;

use crate::Line;
use crate::archive::Archive;
use crate::floor::Floor;
use crate::measure::Samples;
use crate::queries::Limit;

/// One line each for the floors and the queries, then what went wrong.
pub(crate) fn render(archive: &Archive, floors: &[(Floor, Samples)], lines: &[Line]) -> String {
    let unit = floors[0].1.seconds();
    let mut text = format!(
        "{} log files, {:.0} MB. The unit of the ratios is the first line.\n\n\
         | what | seconds | ratio | limit | peak MB | DuckDB seconds | DuckDB / trailql |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        archive.files,
        archive.bytes as f64 / MB
    );
    for (floor, samples) in floors {
        let row = Row { name: floor.name(), limit: None, samples, peer: &Samples::default() };
        text.push_str(&row.render(unit));
    }
    for line in lines {
        let row = Row { name: line.name, limit: line.limit, samples: &line.samples, peer: &line.duckdb_samples };
        text.push_str(&row.render(unit));
    }
    let samples = lines.iter().flat_map(|line| [&line.samples, &line.duckdb_samples]);
    for failure in floors.iter().map(|(_, samples)| samples).chain(samples).filter_map(Samples::failure) {
        let _ = write!(text, "\nFAILED: {failure}");
    }
    text
}

struct Row<'a> {
    name: &'a str,
    limit: Option<Limit>,
    samples: &'a Samples,
    peer: &'a Samples,
}

impl Row<'_> {
    fn render(&self, unit: Option<f64>) -> String {
        let seconds = self.samples.seconds();
        let ratio = seconds.zip(unit).map(|(seconds, unit)| seconds / unit);
        let (limit, is_over) = match self.limit {
            None => (String::new(), false),
            Some(Limit::Ratio(most)) => (format!("≤ {most}"), ratio.is_none_or(|ratio| ratio > most)),
            Some(Limit::Seconds(most)) => (format!("≤ {most} s"), seconds.is_none_or(|seconds| seconds > most)),
        };
        let peak = self.samples.peak().map(|bytes| bytes as f64 / MB);
        let is_fat = peak.is_some_and(|peak| peak > PEAK_MB);
        let peer = self.peer.seconds();
        let times = peer.zip(seconds).map(|(peer, seconds)| peer / seconds);
        format!(
            "| {} | {} | {} | {limit} | {} | {} | {} |\n",
            self.name,
            figure(seconds, 3, false),
            figure(ratio, 2, is_over),
            figure(peak, 0, is_fat),
            figure(peer, 1, false),
            figure(times, 1, false),
        )
    }
}

/// A figure with so many decimals; bold and marked when it is over its limit.
fn figure(value: Option<f64>, decimals: usize, is_over: bool) -> String {
    match value {
        None => if is_over { "**none** ✗" } else { "" }.to_owned(),
        Some(value) if is_over => format!("**{value:.decimals$}** ✗"),
        Some(value) => format!("{value:.decimals$}"),
    }
}

const MB: f64 = 1e6;
/// The most memory that any query may hold.
const PEAK_MB: f64 = 300.0;
