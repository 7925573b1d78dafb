//! The findings as JSON inside the page, for its script.
//!
//! An event that several rules found stands once. Records are held while there is room: those that findings are
//! shown by come first, of others the page says where they are.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::super::{About, Findings};
use super::super::attack::NUMBERINGS;
use super::super::{line_of, object, time, unwritten};
use crate::output::escape;
use crate::session::Error;

/// The latest events of a finding that are listed; the others are counted.
const MOST_EVENTS: usize = 500;
/// Bytes of records in a page, which a browser opens within seconds.
const MOST_RECORD_BYTES: usize = 48 << 20;

/// Writes the object.
pub(super) fn write(findings: &Findings, out: &mut impl Write) -> Result<(), Error> {
    let shown = Shown::of(findings);
    let headings: Vec<&str> = NUMBERINGS.iter().map(|numbering| numbering.heading).collect();
    let mut write = |text: &str| out.write_all(text.as_bytes()).map_err(unwritten);
    write(&format!("{{\"numberings\":{},\n\"rules\":[", in_script(&json!(headings))))?;
    for (number, about) in shown.rules.iter().enumerate() {
        write(&item(number, &rule(about)))?;
    }
    write("],\n\"paths\":[")?;
    for (number, path) in shown.paths.iter().enumerate() {
        write(&item(number, &visible(path)))?;
    }
    write("],\n\"events\":[")?;
    for (number, place) in shown.events.iter().enumerate() {
        let event = &findings.hits[*place];
        let record = match shown.held.contains(place) {
            // Escapes of JSON itself, so that the record means the same.
            true => Some(Value::from(escape::json(&findings.record(event)?).into_owned())),
            false => None,
        };
        let of = |value: &Option<String>| value.as_deref().map(visible);
        let event = object([
            ("t", event.time.filter(|_| time(event).is_some()).map(Value::from)),
            ("account", of(&event.account)),
            ("region", of(&event.region)),
            ("actor", of(&event.actor)),
            ("address", of(&event.address)),
            ("source", of(&event.event_source)),
            ("name", of(&event.event_name)),
            ("id", of(&event.event_id)),
            ("error", of(&event.error_code)),
            ("path", shown.path_of(&event.path)),
            ("index", Some(event.record_index.into())),
            ("record", record),
        ]);
        write(&item(number, &event))?;
    }
    write("],\n\"findings\":[")?;
    for (number, finding) in findings.list.iter().enumerate() {
        let listed = listed(&finding.events);
        let events: Vec<Option<&usize>> = listed.iter().map(|place| shown.numbers.get(place)).collect();
        let details = finding.details.iter().map(|(name, value)| json!([visible(name), visible(value)]));
        let left_out = finding.events.len() - listed.len();
        let finding = object([
            ("rule", shown.rule_of(&finding.about)),
            ("events", Some(json!(events))),
            ("leftOut", (left_out > 0).then(|| left_out.into())),
            ("details", (!finding.details.is_empty()).then(|| details.collect::<Vec<_>>().into())),
        ]);
        write(&item(number, &finding))?;
    }
    write("]}")
}

/// What the page holds, and the numbers it has there.
struct Shown<'a> {
    rules: Vec<&'a Arc<About>>,
    rule_numbers: HashMap<*const About, usize>,
    paths: Vec<&'a Arc<str>>,
    path_numbers: HashMap<&'a str, usize>,
    /// Places among the hits.
    events: Vec<usize>,
    numbers: HashMap<usize, usize>,
    /// Those whose records are in the page.
    held: HashSet<usize>,
}

impl<'a> Shown<'a> {
    fn of(findings: &'a Findings) -> Self {
        let mut shown = Self {
            rules: Vec::new(),
            rule_numbers: HashMap::new(),
            paths: Vec::new(),
            path_numbers: HashMap::new(),
            events: Vec::new(),
            numbers: HashMap::new(),
            held: HashSet::new(),
        };
        for finding in &findings.list {
            shown.rule_numbers.entry(Arc::as_ptr(&finding.about)).or_insert_with(|| {
                shown.rules.push(&finding.about);
                shown.rules.len() - 1
            });
            for place in listed(&finding.events) {
                let path = &findings.hits[*place].path;
                shown.path_numbers.entry(path).or_insert_with(|| {
                    shown.paths.push(path);
                    shown.paths.len() - 1
                });
                shown.numbers.entry(*place).or_insert_with(|| {
                    shown.events.push(*place);
                    shown.events.len() - 1
                });
            }
        }
        let mut room = MOST_RECORD_BYTES;
        let firsts = findings.list.iter().filter_map(|finding| finding.events.last());
        for place in firsts.chain(&shown.events) {
            let length = findings.hits[*place].text.length();
            if length <= room && shown.held.insert(*place) {
                room -= length;
            }
        }
        shown
    }

    fn path_of(&self, path: &str) -> Option<Value> {
        self.path_numbers.get(path).copied().map(Value::from)
    }

    fn rule_of(&self, about: &Arc<About>) -> Option<Value> {
        self.rule_numbers.get(&Arc::as_ptr(about)).copied().map(Value::from)
    }
}

/// The events of a finding that are listed.
fn listed(events: &[usize]) -> &[usize] {
    &events[events.len().saturating_sub(MOST_EVENTS)..]
}

fn rule(about: &About) -> Value {
    let attack: Vec<Vec<Value>> =
        NUMBERINGS.iter().map(|numbering| (numbering.of)(about).iter().map(|id| visible(id)).collect()).collect();
    object([
        ("id", Some(visible(&about.id))),
        ("pack", Some(visible(&about.pack))),
        ("title", Some(visible(&about.title))),
        ("why", Some(visible(&about.why))),
        ("noisy", Some(visible(&about.noisy))),
        ("source", Some(visible(&about.source))),
        ("level", Some(about.level.name().into())),
        ("attack", Some(json!(attack))),
        ("condition", about.condition.as_deref().map(visible)),
    ])
}

/// Text for people's eyes: what steers or hides is written out.
fn visible(text: &str) -> Value {
    escape::terminal(text).into_owned().into()
}

/// An item of a list, on a line of its own.
fn item(number: usize, value: &Value) -> String {
    format!("{}\n{}", if number > 0 { "," } else { "" }, in_script(value))
}

/// JSON that ends no script and begins no comment of HTML.
fn in_script(value: &Value) -> String {
    line_of(value).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn data(findings: &Findings) -> Value {
        let mut out = Vec::new();
        write(findings, &mut out).expect("memory takes everything");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn findings_name_their_rules_and_events_by_number() {
        let (findings, _) = sample::findings();
        let data = data(&findings);
        assert_eq!(data["rules"].as_array().map(Vec::len), Some(2));
        assert_eq!(data["findings"][1]["events"], json!([1, 2]));
        assert_eq!(data["events"][1]["t"], sample::TEN + 250);
        assert_eq!(data["events"][2]["record"], "no json");
        assert_eq!(data["paths"], json!(["AWSLogs/a b:c/é.json.gz"]));
    }

    #[test]
    fn an_event_that_two_rules_found_stands_once() {
        let (mut findings, _) = sample::findings();
        findings.list[1].events = vec![0];
        let data = data(&findings);
        assert_eq!(data["events"].as_array().map(Vec::len), Some(1));
        assert_eq!(data["findings"][0]["events"], data["findings"][1]["events"]);
    }

    #[test]
    fn events_beyond_what_a_page_lists_are_counted() {
        let (mut findings, _) = sample::findings();
        findings.list[0].events = vec![0; MOST_EVENTS + 2];
        let data = data(&findings);
        assert_eq!(data["findings"][0]["leftOut"], 2);
        assert_eq!(data["findings"][0]["events"].as_array().map(Vec::len), Some(MOST_EVENTS));
    }

    #[test]
    fn no_text_leaves_the_script() {
        assert_eq!(in_script(&json!("</script><!-- & \u{2028}")), r#""\u003c/script\u003e\u003c!-- \u0026 \u2028""#);
        let (findings, _) = sample::hostile();
        let record = data(&findings)["events"][0]["record"].as_str().expect("a record").to_owned();
        let record: Value = serde_json::from_str(&record).expect("JSON");
        assert_eq!(record[sample::HOSTILE], sample::HOSTILE);
    }
}
