//! The report for programs: one document, or an object a line. Either way it is written as it becomes known; what stands
//! behind the chains waits in a temporary file.

use std::io::{self, Read, Seek, SeekFrom, Write};

use serde_json::{Value, json};
use tempfile::SpooledTempFile;

use super::{About, Totals};
use crate::output::escape;
use crate::verify::chain::iso;
use crate::verify::event::{Chain, ChainEnd, Digest, Event, Hole, Log, Note, Span, Unlisted};
use crate::verify::options::Options;
use crate::verify::status::Class;

/// See the file.
pub(super) struct Json {
    is_lines: bool,
    chain: Option<Chain>,
    has_chains: bool,
    /// Whether the chain has not come to its end.
    is_open: bool,
    /// The digest file that log files belong to, and whether it was written.
    digest: Option<(Value, bool)>,
    has_digests: bool,
    has_logs: bool,
    unlisted: Later,
    notes: Later,
}

const VERSION: u64 = 1;
/// What is held of a list before it goes to disk.
const HELD: usize = 1 << 20;

/// A list that is written behind others.
struct Later {
    file: SpooledTempFile,
    is_empty: bool,
}

impl Later {
    fn new() -> Self {
        Self { file: SpooledTempFile::new(HELD), is_empty: true }
    }

    fn add(&mut self, value: &Value) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.is_empty) { "" } else { "," };
        write!(self.file, "{comma}\n  {}", shown(value))
    }

    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut piece = [0; 8192];
        loop {
            match self.file.read(&mut piece)? {
                0 => return Ok(()),
                read => out.write_all(&piece[..read])?,
            }
        }
    }
}

impl Json {
    pub(super) fn new(is_lines: bool) -> Self {
        Self {
            is_lines,
            chain: None,
            has_chains: false,
            is_open: false,
            digest: None,
            has_digests: false,
            has_logs: false,
            unlisted: Later::new(),
            notes: Later::new(),
        }
    }

    pub(super) fn begin(&mut self, out: &mut impl Write, about: &About, options: &Options) -> io::Result<()> {
        let requested = json!({"start": options.start.map(iso), "end": iso(options.end)});
        let program = concat!("trailql ", env!("CARGO_PKG_VERSION"));
        if self.is_lines {
            let run = json!({
                "type": "run", "version": VERSION, "program": program, "archive": about.archive, "requested": requested,
                "verbose": about.is_verbose,
            });
            return writeln!(out, "{}", shown(&run));
        }
        let (program, archive) = (json!(program), shown(&json!(about.archive)));
        write!(
            out,
            "{{\"version\":{VERSION},\"program\":{program},\"archive\":{archive},\"requested\":{requested},\"verbose\":{},\n\"chains\":[",
            about.is_verbose
        )
    }

    pub(super) fn take(&mut self, out: &mut impl Write, event: &Event, about: &About) -> io::Result<()> {
        let is_told = |class: Class| class > Class::Ok || about.is_verbose;
        match event {
            Event::Chain(chain) => {
                if !self.is_lines {
                    let comma = if self.has_chains { "," } else { "" };
                    let head = shown(&chain_value(chain));
                    // Its members go on behind it.
                    write!(out, "{comma}\n {},\"digests\":[", head.strip_suffix('}').unwrap_or(&head))?;
                }
                (self.has_chains, self.has_digests, self.digest) = (true, false, None);
                self.is_open = true;
                self.chain = Some((**chain).clone());
            }
            Event::Digest(digest) => {
                self.close_digest(out)?;
                self.digest = Some((digest_value(digest), false));
                if is_told(digest.class) {
                    self.open_digest(out)?;
                }
            }
            Event::Log(log) if is_told(log.class) => self.log(out, log)?,
            Event::Log(_) => {}
            Event::Hole(hole) if self.is_lines => {
                let value = typed("hole", hole_value(hole), self.chain.as_ref());
                writeln!(out, "{}", shown(&value))?;
            }
            Event::Hole(_) => {}
            Event::End(end) => {
                self.close_digest(out)?;
                (self.digest, self.is_open) = (None, false);
                if !self.is_lines {
                    end_chain(out, end)?;
                }
            }
            Event::Unlisted(file) => self.later(out, "log", unlisted_value(file), true)?,
            Event::Note(note) => self.later(out, "note", note_value(note), false)?,
            Event::Closed { uri, detail } => {
                let value =
                    json!({"kind": "unreadable", "text": format!("it cannot be listed: {detail}"), "uris": [uri]});
                self.later(out, "note", value, false)?;
            }
        }
        Ok(())
    }

    /// Writes the digest file that was held back, unless it is there already.
    fn open_digest(&mut self, out: &mut impl Write) -> io::Result<()> {
        let Some((value, is_open @ false)) = &mut self.digest else { return Ok(()) };
        *is_open = true;
        if self.is_lines {
            let value = typed("digest", value.clone(), self.chain.as_ref());
            return writeln!(out, "{}", shown(&value));
        }
        let comma = if std::mem::replace(&mut self.has_digests, true) { "," } else { "" };
        let head = shown(value);
        self.has_logs = false;
        write!(out, "{comma}\n  {},\"logs\":[", head.strip_suffix('}').unwrap_or(&head))
    }

    fn close_digest(&mut self, out: &mut impl Write) -> io::Result<()> {
        match &self.digest {
            Some((_, true)) if !self.is_lines => write!(out, "]}}"),
            _ => Ok(()),
        }
    }

    fn log(&mut self, out: &mut impl Write, log: &Log) -> io::Result<()> {
        self.open_digest(out)?;
        let mut value = log_value(log);
        if self.is_lines {
            if let (Some((digest, _)), Value::Object(members)) = (&self.digest, &mut value) {
                members.insert("digest".to_owned(), digest["uri"].clone());
            }
            return writeln!(out, "{}", shown(&typed("log", value, None)));
        }
        let comma = if std::mem::replace(&mut self.has_logs, true) { "," } else { "" };
        write!(out, "{comma}\n   {}", shown(&value))
    }

    fn later(&mut self, out: &mut impl Write, kind: &str, value: Value, is_file: bool) -> io::Result<()> {
        if self.is_lines {
            return writeln!(out, "{}", shown(&typed(kind, value, None)));
        }
        if is_file { self.unlisted.add(&value) } else { self.notes.add(&value) }
    }

    pub(super) fn end(&mut self, out: &mut impl Write, totals: &Totals, options: &Options) -> io::Result<()> {
        let found = totals.found.map(|(first, last)| {
            let start = options.start.map_or(first, |start| start.max(first));
            json!({"start": iso(start), "end": iso(last.min(options.end))})
        });
        let summary = summary(totals);
        if self.is_lines {
            let mut summary = typed("summary", summary, None);
            summary["found"] = json!(found);
            return writeln!(out, "{summary}");
        }
        if self.is_open {
            self.close_digest(out)?;
            end_chain(out, &ChainEnd::default())?;
        }
        write!(out, "],\n\"unlisted\":[")?;
        self.unlisted.write(out)?;
        write!(out, "],\n\"notes\":[")?;
        self.notes.write(out)?;
        writeln!(out, "],\n\"found\":{},\n\"summary\":{summary}}}", json!(found))
    }
}

fn end_chain(out: &mut impl Write, end: &ChainEnd) -> io::Result<()> {
    let covered: Vec<_> = end.covered.iter().map(span_value).collect();
    let holes: Vec<_> = end.holes.iter().map(hole_value).collect();
    write!(out, "],\n  \"covered\":{},\"holes\":{}}}", Value::from(covered), Value::from(holes))
}

/// A value as JSON in which nothing steers a terminal.
fn shown(value: &Value) -> String {
    escape::json(&value.to_string()).into_owned()
}

fn typed(kind: &str, value: Value, chain: Option<&Chain>) -> Value {
    let mut typed = serde_json::Map::from_iter([("type".to_owned(), Value::from(kind))]);
    if let Value::Object(members) = value {
        typed.extend(members);
    }
    if let Some(chain) = chain {
        typed.insert("chain".to_owned(), chain_value(chain));
    }
    Value::Object(typed)
}

fn chain_value(chain: &Chain) -> Value {
    json!({
        "bucket": chain.bucket,
        "prefix": (!chain.prefix.is_empty()).then_some(&chain.prefix),
        "organization": chain.organization,
        "account": chain.account,
        "region": chain.region,
        "trail": chain.trail,
        "home_region": chain.home_region,
        "kind": chain.kind.map(|kind| kind.name()),
    })
}

fn span_value(span: &Span) -> Value {
    json!({"start": span.start.map(iso), "end": iso(span.end)})
}

fn hole_value(hole: &Hole) -> Value {
    json!({
        "start": hole.span.start.map(iso),
        "end": iso(hole.span.end),
        "reason": hole.reason.name(),
        "class": hole.class.name(),
        "estimated_digests": hole.estimated_digests,
    })
}

fn digest_value(digest: &Digest) -> Value {
    json!({
        "uri": digest.uri,
        "path": digest.path,
        "status": digest.status.name(),
        "class": digest.class.name(),
        "start": digest.span.and_then(|span| span.start).map(iso),
        "end": digest.span.map(|span| iso(span.end)),
        "authenticated": digest.is_authenticated,
        "signature_source": digest.source.name(),
        "fingerprint": digest.fingerprint,
        "previous": digest.previous,
        "detail": digest.detail,
    })
}

fn log_value(log: &Log) -> Value {
    json!({
        "uri": log.uri,
        "path": log.path,
        "status": log.status.name(),
        "class": log.class.name(),
        "expected": log.expected,
        "actual": log.actual,
        "bytes": log.bytes,
        "detail": log.detail,
    })
}

fn unlisted_value(file: &Unlisted) -> Value {
    json!({
        "uri": file.uri,
        "path": file.path,
        "status": file.status.name(),
        "class": file.class.name(),
        "reason": file.reason.map(|reason| reason.name()),
        "last_modified": iso(file.modified),
        "detail": file.detail,
    })
}

fn note_value(note: &Note) -> Value {
    json!({"kind": note.kind.name(), "text": note.text, "uris": note.uris})
}

fn summary(totals: &Totals) -> Value {
    let result = totals.result();
    let counts = |counts: Vec<(&'static str, u64)>| -> Value {
        Value::Object(counts.into_iter().map(|(name, count)| (name.to_owned(), Value::from(count))).collect())
    };
    let holes = totals.holes.iter();
    json!({
        "chains": totals.chains,
        "digests": counts(totals.digests.iter().map(|(status, count)| (status.name(), *count)).collect()),
        "backfill_digests": counts(totals.backfills.iter().map(|(status, count)| (status.name(), *count)).collect()),
        "logs": counts(totals.logs.iter().map(|(status, count)| (status.name(), *count)).collect()),
        "unchanged": totals.unchanged,
        "holes": counts(holes.map(|(reason, (count, _))| (reason.name(), *count)).collect()),
        "result": result.name(),
        "exit_code": result.code(),
    })
}
