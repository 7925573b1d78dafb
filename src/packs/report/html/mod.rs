//! One page of HTML that needs nothing beside itself: no network, no server.
//!
//! What comes from a log is data in the page and becomes text there, never markup; a policy in the page's head lets
//! nothing run or load but the style and the script that are ours.

mod chart;
mod data;

use std::io::Write;

use chrono::{DateTime, Utc};

use super::super::{Findings, LEVELS};
use super::{Context, time, totals, unwritten, written};
use crate::output::html::{policy, text};
use crate::output::summary::human_count;
use crate::session::Error;

/// The page, with `@@name@@` where something belongs.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = crate::output::html::page_style!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes findings as a page.
///
/// # Errors
/// When it cannot be written, or a record that was found cannot be read back.
pub fn write(findings: &Findings, context: &Context, out: &mut impl Write) -> Result<(), Error> {
    for (place, part) in PAGE.split("@@").enumerate() {
        let text = match part {
            _ if place % 2 == 0 => part.to_owned(),
            "policy" => policy(SCRIPT, STYLE),
            "style" => STYLE.to_owned(),
            "script" => SCRIPT.to_owned(),
            "archives" => text(&context.archives.join(", ")),
            "facts" => facts(findings, context),
            "levels" => levels(findings),
            "chart" => chart::svg(findings),
            "notices" => notices(findings, context),
            "data" => {
                data::write(findings, out)?;
                continue;
            }
            unknown => return Err(Error::Bug(format!("the page has no part `{unknown}`"))),
        };
        out.write_all(text.as_bytes()).map_err(unwritten)?;
    }
    Ok(())
}

fn facts(findings: &Findings, context: &Context) -> String {
    let outcome = &context.outcome;
    let count = |count: u64, one: &str| format!("{} {one}{}", human_count(count), if count == 1 { "" } else { "s" });
    let events = || findings.list.iter().flat_map(|finding| findings.events(finding));
    let first = events().min_by_key(|event| event.time.unwrap_or(i64::MAX)).and_then(time);
    let last = events().max_by_key(|event| event.time).and_then(time);
    let mut read = format!("{} in {}", count(outcome.records, "record"), count(outcome.files_read, "log file"));
    if outcome.files_pruned > 0 {
        read = format!("{read}, {} pruned", human_count(outcome.files_pruned));
    }
    let failed = outcome.failed.len() as u64;
    if failed > 0 {
        read = format!("{read}, {} failed", human_count(failed));
    }
    let asked = match (context.since.map(written), context.until.map(written)) {
        (None, None) => "all events".to_owned(),
        (since, until) => range(since.as_deref().unwrap_or("the beginning"), until.as_deref().unwrap_or("the end")),
    };
    let facts = [
        (if context.archives.len() == 1 { "Archive" } else { "Archives" }, Some(context.archives.join(", "))),
        ("Asked for", Some(asked)),
        ("Found", Some(totals(findings))),
        ("Events found", first.zip(last).map(|(first, last)| range(&first, &last))),
        ("Read", Some(read)),
        (
            "Generated",
            Some(format!("{} by trailql {}", context.generated.format("%Y-%m-%dT%H:%M:%SZ"), context.version)),
        ),
    ];
    let facts = facts.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    facts.map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", text(value))).collect()
}

fn range(from: &str, to: &str) -> String {
    format!("{from} to {to}")
}

/// How many findings there are of each level.
fn levels(findings: &Findings) -> String {
    let tiles = LEVELS.iter().rev().map(|(level, name)| {
        let count = findings.list.iter().filter(|finding| finding.about.level == *level).count();
        let none = if count == 0 { " none" } else { "" };
        format!("<li class=\"{name}{none}\"><b>{}</b> {name}</li>\n", human_count(count as u64))
    });
    tiles.collect()
}

/// Files that are named; the others are counted.
const MOST_FAILURES: usize = 200;

/// What could not be read or judged.
fn notices(findings: &Findings, context: &Context) -> String {
    let outcome = &context.outcome;
    let failed = outcome.failed.iter().map(ToString::to_string);
    let unlisted = outcome.unlisted.iter().map(|(place, reason)| format!("cannot list {place}: {reason}"));
    let mut bad: Vec<String> = failed.chain(unlisted).take(MOST_FAILURES).collect();
    let more = (outcome.failed.len() + outcome.unlisted.len()).saturating_sub(MOST_FAILURES);
    if more > 0 {
        bad.push(format!("{} more files or folders cannot be read", human_count(more as u64)));
    }
    if outcome.malformed > 0 {
        bad.push(format!("{} elements of `Records` are no objects", human_count(outcome.malformed)));
    }
    if bad.is_empty() && findings.notices.is_empty() {
        return "<p class=\"quiet\">Everything was read, and every rule was judged.</p>".to_owned();
    }
    let item = |class: &str, words: &str| format!("<li class=\"{class}\">{}</li>\n", text(words));
    let bad = bad.iter().map(|words| item("bad", words));
    let notes = findings.notices.iter().map(|words| item("note", words));
    format!("<ul class=\"notices\">\n{}</ul>", bad.chain(notes).collect::<String>())
}

/// A moment as the chart writes it.
fn moment(time: i64, format: &str) -> String {
    DateTime::<Utc>::from_timestamp_millis(time).map_or_else(String::new, |time| time.format(format).to_string())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use sha2::{Digest, Sha256};

    use super::super::sample;
    use super::*;
    use crate::output::escape;

    fn page(of: (Findings, Context)) -> String {
        let mut out = Vec::new();
        write(&of.0, &of.1, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_page_says_what_was_found_and_what_was_read() {
        let page = page(sample::findings());
        for words in [
            "2 findings of 2 rules: 1 high, 1 low; 3 rules tried",
            "2026-03-01T10:00:00Z to 2026-03-01T11:00:00Z",
            "9 records in 2 log files",
            "2026-03-02T00:00:00Z by trailql 1.2.3",
            "no S3 data events were met",
        ] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("@@"));
    }

    #[test]
    fn a_page_names_nothing_that_would_have_to_be_loaded() {
        let page = page(sample::findings());
        for word in ["http://", "https://", "@import", "url(", " src=", "innerHTML", "document.write", "eval("] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn text_of_strangers_is_never_markup() {
        let page = page(sample::hostile());
        // The page's own: its data, its script.
        assert_eq!(page.matches("</script>").count(), 2);
        assert_eq!(page.matches("<script").count(), 2);
        assert!(!page.contains("<img"));
        assert!(!page.contains(|character| character != '\n' && escape::steers(character)));
        assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"));
        assert!(page.contains("\\u003c/script\\u003e"));
    }

    #[test]
    fn the_policy_has_the_hashes_of_what_is_ours() {
        let page = page(sample::findings());
        let between = |start: &str, end: &str| {
            let from = page.find(start).expect(start) + start.len();
            page[from..].split(end).next().expect("an end").to_owned()
        };
        for (kind, text) in [("script", between("<script>", "</script>")), ("style", between("<style>", "</style>"))] {
            let hash = BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
            assert!(page.contains(&format!("{kind}-src 'sha256-{hash}'")), "{kind}");
        }
    }

    #[test]
    fn nothing_found_is_a_page_too() {
        let (_, context) = sample::findings();
        let page = page((Findings::default(), context));
        assert!(page.contains("no findings; 0 rules tried"));
        assert!(page.contains("Everything was read"));
    }
}
