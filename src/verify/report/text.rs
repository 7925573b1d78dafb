//! The report for people, with the AWS CLI's lines, so that scripts which read those go on working.

use std::io::{self, Write};

use super::{About, Totals, chain_words};
use crate::output::escape::terminal;
use crate::verify::chain::iso;
use crate::verify::event::{Chain, Digest, Event, Hole, Log, Note, Span, Unlisted};
use crate::verify::options::{Options, Reading};
use crate::verify::status::{Class, DigestStatus, HoleReason, LogStatus};

/// See the file.
#[derive(Debug, Default)]
pub(super) struct Text {
    chain: Chain,
    /// The chain that was named last.
    named: Option<Chain>,
    /// Gaps of the account and region at hand, each with its chain and how many log files are found in it: those are
    /// told behind the chains.
    gaps: Vec<(Chain, Hole, u64)>,
    /// Whether log files that no digest file lists are looked for.
    has_unlisted: bool,
}

impl Text {
    pub(super) fn begin(&mut self, out: &mut impl Write, about: &About, options: &Options) -> io::Result<()> {
        let archive = terminal(&about.archive);
        self.has_unlisted = options.unlisted && options.reading == Reading::Whole;
        match options.start {
            Some(start) => {
                writeln!(out, "Validating log files in {archive} between {} and {}\n", iso(start), iso(options.end))
            }
            None => writeln!(out, "Validating log files in {archive} up to {}\n", iso(options.end)),
        }
    }

    pub(super) fn take(&mut self, out: &mut impl Write, event: &Event, about: &About) -> io::Result<()> {
        let is_told = |class: Class| class > Class::Ok || about.is_verbose;
        match event {
            Event::Chain(chain) => {
                if (&self.chain.prefix, &self.chain.account, &self.chain.region)
                    != (&chain.prefix, &chain.account, &chain.region)
                {
                    self.tell_gaps(out)?;
                }
                self.chain = (**chain).clone();
            }
            Event::Digest(digest) if is_told(digest.class) => {
                self.head(out)?;
                digest_lines(out, digest)?;
            }
            Event::Log(log) if is_told(log.class) => {
                self.head(out)?;
                line(out, "Log file", &log.uri, &log_words(log), log.detail.as_deref())?;
            }
            Event::Hole(hole) if hole.reason == HoleReason::Gap && self.has_unlisted => {
                self.gaps.push((self.chain.clone(), (**hole).clone(), 0));
            }
            Event::Hole(hole) if hole.class > Class::Ok => {
                self.head(out)?;
                writeln!(out, "{}", hole_words(hole, 0))?;
            }
            Event::End(_) => {}
            Event::Unlisted(file) => {
                for (_, hole, logs) in &mut self.gaps {
                    let is_within = hole.span.start <= Some(file.delivered) && file.delivered < hole.span.end;
                    *logs += u64::from(is_within && file.status == LogStatus::Uncovered);
                }
                line(out, "Log file", &file.uri, unlisted_words(file), file.detail.as_deref())?;
            }
            Event::Closed { uri, detail } => line(out, "Folder", uri, "UNREADABLE", Some(detail))?,
            Event::Note(note) => {
                self.head(out)?;
                note_lines(out, note)?;
            }
            Event::Digest(_) | Event::Log(_) | Event::Hole(_) => {}
        }
        Ok(())
    }

    /// The line of a chain, before the first of its own.
    fn head(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.named.as_ref() == Some(&self.chain) {
            return Ok(());
        }
        self.head_of(out, self.chain.clone())
    }

    fn head_of(&mut self, out: &mut impl Write, chain: Chain) -> io::Result<()> {
        if chain.kind.is_none() || self.named.as_ref() == Some(&chain) {
            return Ok(());
        }
        if self.named.is_some() {
            writeln!(out)?;
        }
        writeln!(out, "Chain\t{}", terminal(&chain_words(&chain)))?;
        self.named = Some(chain);
        Ok(())
    }

    fn tell_gaps(&mut self, out: &mut impl Write) -> io::Result<()> {
        for (chain, hole, logs) in std::mem::take(&mut self.gaps) {
            self.head_of(out, chain)?;
            writeln!(out, "{}", hole_words(&hole, logs))?;
        }
        Ok(())
    }

    pub(super) fn end(&mut self, out: &mut impl Write, totals: &Totals, options: &Options) -> io::Result<()> {
        self.tell_gaps(out)?;
        writeln!(out)?;
        if totals.is_interrupted {
            writeln!(out, "INTERRUPTED: what follows is what was verified so far")?;
        }
        match options.start {
            Some(start) => writeln!(out, "Results requested for {} to {}", iso(start), iso(options.end))?,
            None => writeln!(out, "Results requested for everything up to {}", iso(options.end))?,
        }
        match totals.found {
            _ if !totals.has_digests() => writeln!(out, "No digests found")?,
            None => writeln!(out, "No valid digests found in range")?,
            Some((first, last)) => {
                let start = options.start.map_or(first, |start| start.max(first));
                writeln!(out, "Results found for {} to {}:", iso(start), iso(last.min(options.end)))?;
            }
        }
        let mut lines = Vec::new();
        lines.extend(digest_counts(&totals.digests, "digest files"));
        lines.extend(digest_counts(&totals.backfills, "backfill digest files"));
        lines.extend(log_counts(totals));
        lines.extend(odd_counts(totals));
        if totals.unchanged > 0 {
            let all: u64 = totals.logs.values().sum();
            lines.push(format!("{} of {all} log files unchanged since the last check", totals.unchanged));
        }
        lines.extend(hole_counts(totals));
        if !lines.is_empty() {
            writeln!(out)?;
        }
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

fn digest_lines(out: &mut impl Write, digest: &Digest) -> io::Result<()> {
    let kind = if digest.is_backfill { "(backfill) Digest file" } else { "Digest file" };
    if digest.status == DigestStatus::Orphan {
        line(out, kind, &digest.uri, "valid", None)?;
        return writeln!(out, "Warning\t{kind}\t{}\tnot linked by the next digest", terminal(&digest.uri));
    }
    line(out, kind, &digest.uri, &digest_words(digest), digest.detail.as_deref())
}

fn line(out: &mut impl Write, kind: &str, uri: &str, words: &str, detail: Option<&str>) -> io::Result<()> {
    write!(out, "{kind}\t{}\t{}", terminal(uri), terminal(words))?;
    match detail {
        Some(detail) => writeln!(out, "\t{}", terminal(detail)),
        None => writeln!(out),
    }
}

/// The AWS CLI's words, and others where it has none.
fn digest_words(digest: &Digest) -> String {
    let fingerprint = digest.fingerprint.as_deref().unwrap_or_default();
    match digest.status {
        DigestStatus::Valid | DigestStatus::Orphan => "valid".to_owned(),
        DigestStatus::SignatureInvalid => "INVALID: signature verification failed".to_owned(),
        DigestStatus::Malformed => "INVALID: invalid format".to_owned(),
        DigestStatus::Missing => "INVALID: not found".to_owned(),
        DigestStatus::Moved => "INVALID: has been moved from its original location".to_owned(),
        DigestStatus::KeyNotFound => {
            format!("INVALID: public key not found in region {} for fingerprint {fingerprint}", digest.home_region)
        }
        DigestStatus::KeyUnusable => format!("INVALID: Unable to load PKCS #1 key with fingerprint {fingerprint}"),
        DigestStatus::ChainBroken => "INVALID: the link to the previous digest does not hold".to_owned(),
        DigestStatus::Unverified => "UNVERIFIED: no signature known (newest digest, no metadata)".to_owned(),
        DigestStatus::Unreadable => "UNREADABLE".to_owned(),
    }
}

fn log_words(log: &Log) -> String {
    match log.status {
        LogStatus::Valid => "valid".to_owned(),
        LogStatus::Unverified => "UNVERIFIED: its digest file is not authenticated".to_owned(),
        LogStatus::Unreadable => "UNREADABLE".to_owned(),
        _ => format!("INVALID: {}", log.words),
    }
}

fn unlisted_words(file: &Unlisted) -> &'static str {
    match (file.status, file.reason) {
        (LogStatus::Pending, _) => "PENDING: newer than the newest digest",
        (LogStatus::Uncovered, Some(HoleReason::Gap)) => "UNCOVERED: validation was off",
        (LogStatus::Uncovered, Some(HoleReason::Missing)) => "UNCOVERED: digest files are missing",
        (LogStatus::Uncovered, Some(HoleReason::Invalid)) => "UNCOVERED: digest files are invalid",
        (LogStatus::Uncovered, Some(HoleReason::BeforeFirst)) => "UNCOVERED: before the first digest",
        (LogStatus::Uncovered, Some(HoleReason::AfterLast)) => "UNCOVERED: after the last digest",
        (LogStatus::Uncovered, None) => "UNCOVERED: no digest vouches for its time",
        _ => "UNLISTED: no digest lists this file",
    }
}

fn hole_words(hole: &Hole, logs: u64) -> String {
    let Hole { span, reason, estimated_digests, .. } = hole;
    let missing = match estimated_digests {
        1 => "1 digest file".to_owned(),
        count => format!("{count} digest files"),
    };
    let when = match span.start {
        Some(start) => format!("between {} and {} ({})", iso(start), iso(span.end), length(span)),
        None => format!("before {}", iso(span.end)),
    };
    match reason {
        HoleReason::Gap => {
            let logs = match logs {
                0 => String::new(),
                1 => ", 1 log file uncovered".to_owned(),
                logs => format!(", {logs} log files uncovered"),
            };
            format!("No digests were made {when}: {}{logs}", reason.words())
        }
        HoleReason::Missing | HoleReason::Invalid => format!("No valid digest {when}: {missing} missing or invalid"),
        HoleReason::BeforeFirst | HoleReason::AfterLast => format!("No digest {when}: {}", reason.words()),
    }
}

/// `2h 30m`
fn length(span: &Span) -> String {
    duration(span.length().unwrap_or_default())
}

fn duration(length: chrono::Duration) -> String {
    // Seconds tell nothing of hours.
    let seconds = u64::try_from(length.num_seconds()).unwrap_or_default();
    let rounded = if seconds >= 3600 { seconds / 60 * 60 } else { seconds };
    humantime::format_duration(std::time::Duration::from_secs(rounded)).to_string()
}

fn note_lines(out: &mut impl Write, note: &Note) -> io::Result<()> {
    let text = terminal(&note.text);
    match note.uris.as_slice() {
        [] => writeln!(out, "Note\t{text}"),
        uris => {
            let uris: Vec<_> = uris.iter().map(|uri| terminal(uri)).collect();
            writeln!(out, "Note\t{}\t{text}", uris.join("\t"))
        }
    }
}

/// `11/12 digest files valid, 1/12 digest files INVALID`
fn digest_counts(counts: &std::collections::BTreeMap<DigestStatus, u64>, name: &str) -> Option<String> {
    let total: u64 = counts.values().sum();
    let sum = |which: fn(DigestStatus) -> bool| -> u64 {
        counts.iter().filter(|(status, _)| which(**status)).map(|(_, count)| count).sum()
    };
    let valid = sum(|status| matches!(status, DigestStatus::Valid | DigestStatus::Orphan));
    let unverified = sum(|status| status == DigestStatus::Unverified);
    let unreadable = sum(|status| status == DigestStatus::Unreadable);
    let others =
        [("INVALID", total - valid - unverified - unreadable), ("UNVERIFIED", unverified), ("UNREADABLE", unreadable)];
    (total > 0).then(|| ratios(total, valid, name, &others))
}

fn log_counts(totals: &Totals) -> Option<String> {
    let count = |status: LogStatus| totals.logs.get(&status).copied().unwrap_or_default();
    let invalid = [LogStatus::Modified, LogStatus::Malformed, LogStatus::Missing].into_iter().map(count).sum::<u64>();
    let (valid, unreadable) = (count(LogStatus::Valid), count(LogStatus::Unreadable));
    let total = valid + invalid + unreadable;
    (total > 0).then(|| ratios(total, valid, "log files", &[("INVALID", invalid), ("UNREADABLE", unreadable)]))
}

fn ratios(total: u64, valid: u64, name: &str, others: &[(&str, u64)]) -> String {
    let mut line = format!("{valid}/{total} {name} valid");
    for (words, count) in others.iter().filter(|(_, count)| *count > 0) {
        line += &format!(", {count}/{total} {name} {words}");
    }
    line
}

/// `1 log file UNLISTED, 3 UNCOVERED, 2 PENDING`
fn odd_counts(totals: &Totals) -> Option<String> {
    let odd = [
        (LogStatus::Unlisted, "UNLISTED"),
        (LogStatus::Uncovered, "UNCOVERED"),
        (LogStatus::Pending, "PENDING"),
        (LogStatus::Unverified, "UNVERIFIED"),
    ];
    let counts = odd.iter().filter_map(|(status, words)| Some((totals.logs.get(status).copied()?, words)));
    let parts = counts.enumerate().map(|(at, (count, words))| match (at, count) {
        (0, 1) => format!("1 log file {words}"),
        (0, count) => format!("{count} log files {words}"),
        (_, count) => format!("{count} {words}"),
    });
    let line = parts.collect::<Vec<_>>().join(", ");
    (!line.is_empty()).then_some(line)
}

/// `1 gap (3h), 1 hole (2h)`
fn hole_counts(totals: &Totals) -> Option<String> {
    let sum = |is_gap: bool| {
        let of = totals.holes.iter().filter(|(reason, _)| (**reason == HoleReason::Gap) == is_gap);
        of.fold((0, chrono::Duration::zero()), |(count, length), (_, (more, longer))| (count + more, length + *longer))
    };
    let words = |(count, length): (u64, chrono::Duration), one: &str| {
        (count > 0).then(|| format!("{count} {one}{} ({})", if count == 1 { "" } else { "s" }, duration(length)))
    };
    let parts: Vec<_> = [words(sum(true), "gap"), words(sum(false), "hole")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
