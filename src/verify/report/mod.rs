//! Reports: what a verification found, for people and for programs, and what it comes to.

mod json;
mod text;
mod totals;

use std::io::{self, Write};

pub use totals::{Result as Outcome, Totals};

use super::event::{Chain, Event};
use super::options::Options;

/// The form of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines as the AWS CLI writes them, and more.
    #[default]
    Text,
    /// One document.
    Json,
    /// An object a line, each as soon as it is known.
    Jsonl,
}

/// What a report says of itself, and how much of the rest.
#[derive(Debug, Clone)]
pub struct About {
    /// The archive.
    pub archive: String,
    /// Whether what is valid is told, too.
    pub is_verbose: bool,
    /// Whether pending files and warnings are bad news.
    pub is_strict: bool,
}

/// A report on its way.
pub struct Report<W: Write> {
    out: W,
    format: Format,
    about: About,
    options: Options,
    totals: Totals,
    text: text::Text,
    json: json::Json,
}

impl<W: Write> Report<W> {
    /// Begins a report.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(mut out: W, format: Format, about: About, options: &Options) -> io::Result<Self> {
        let totals = Totals::default();
        let mut text = text::Text::default();
        let mut json = json::Json::new(format == Format::Jsonl);
        match format {
            Format::Text => text.begin(&mut out, &about, options)?,
            Format::Json | Format::Jsonl => json.begin(&mut out, &about, options)?,
        }
        Ok(Self { out, format, about, options: options.clone(), totals, text, json })
    }

    /// Takes a finding.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn take(&mut self, event: &Event) -> io::Result<()> {
        self.totals.take(event);
        match self.format {
            Format::Text => self.text.take(&mut self.out, event, &self.about),
            Format::Json | Format::Jsonl => self.json.take(&mut self.out, event, &self.about),
        }
    }

    /// Ends the report; the totals say how it went.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(mut self, is_interrupted: bool) -> io::Result<(W, Totals)> {
        self.totals.is_interrupted = is_interrupted;
        self.totals.is_strict = self.about.is_strict;
        match self.format {
            Format::Text => self.text.end(&mut self.out, &self.totals, &self.options)?,
            Format::Json | Format::Jsonl => self.json.end(&mut self.out, &self.totals, &self.options)?,
        }
        self.out.flush()?;
        Ok((self.out, self.totals))
    }

    /// Hands on what waits to be written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A chain in a few words.
fn chain_words(chain: &Chain) -> String {
    let kind = if chain.is_backfill() { " (backfill)" } else { "" };
    let Chain { trail, home_region, account, region, .. } = chain;
    format!("trail {trail} (home {home_region}), account {account}, region {region}{kind}")
}
