//! YAML as trees of nodes that know their places.
//!
//! Scalars are those of YAML 1.2's core schema: `yes` and `no` are text. A key stands once in a mapping; anchors may be
//! used again, up to a size.

use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError};

use crate::diag::{Diagnostic, Source, Span};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) text: String,
    pub(super) span: Span,
}

/// How many nodes one text may have, those that anchors repeat included.
const MOST_NODES: usize = 200_000;
/// How deep they may be nested.
const DEEPEST: usize = 64;

impl Node {
    /// The member of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The member of a mapping, with its key.
    pub(super) fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(known, _)| known.text == key)
    }

    /// The members of a mapping; none of anything else.
    pub(super) fn entries(&self) -> &[(Key, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The text of a scalar that is not null.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(value) => Some(if *value { "true" } else { "false" }),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// What it is, in words.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The same as JSON, for what is only carried along.
    pub(super) fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(text) => text.parse::<i64>().map_or_else(|_| text.as_str().into(), Into::into),
            Value::Text(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Self::json).collect(),
            Value::Map(entries) => entries.iter().map(|(key, value)| (key.text.clone(), value.json())).collect(),
        }
    }

    fn size(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Value::Map(entries) => 1 + entries.iter().map(|(_, value)| 1 + value.size()).sum::<usize>(),
            _ => 1,
        }
    }

    fn depth(&self) -> usize {
        match &self.value {
            Value::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Value::Map(entries) => 1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 1,
        }
    }
}

/// The documents of a text that are not empty. What cannot be read ends the text, after the documents before it.
pub(super) fn documents(source: &Source) -> Vec<Result<Node, Diagnostic>> {
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    let mut reader = Reader::new(&source.text, source.text.len() - text.len());
    let mut documents = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let read = match event {
            Ok((event, span)) => reader.take(event, span.start, span.end),
            Err(error) => Err(reader.unreadable(&error)),
        };
        match read {
            Ok(Some(Node { value: Value::Null, .. }) | None) => {}
            Ok(Some(document)) => documents.push(Ok(document)),
            Err(error) => {
                documents.push(Err(error));
                break;
            }
        }
    }
    documents
}

/// A container that has not ended.
enum Open {
    List(Vec<Node>),
    Map { entries: Vec<(Key, Node)>, keys: HashSet<String>, key: Option<Key>, merged: Vec<Node> },
}

struct Reader {
    /// The offset of every character's first byte, and of the end; empty for ASCII.
    offsets: Vec<usize>,
    skipped: usize,
    length: usize,
    open: Vec<(Open, usize, Span)>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl Reader {
    fn new(whole: &str, skipped: usize) -> Self {
        let length = whole.len();
        let text = whole.get(skipped..).unwrap_or_default();
        let offsets = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at + skipped).chain([length]).collect()
        };
        Self { offsets, skipped, length, open: Vec::new(), anchors: HashMap::new(), nodes: 0 }
    }

    fn offset(&self, marker: Marker) -> usize {
        if self.offsets.is_empty() {
            return (marker.index() + self.skipped).min(self.length);
        }
        self.offsets.get(marker.index()).copied().unwrap_or(self.length)
    }

    fn unreadable(&self, error: &ScanError) -> Diagnostic {
        let at = self.offset(*error.marker());
        Diagnostic::error("G001", format!("not YAML: {}", error.info())).at(Span::new(at, at), "cannot be read")
    }

    /// Takes the next event; gives a document that ended with it.
    fn take(&mut self, event: Event<'_>, start: Marker, end: Marker) -> Result<Option<Node>, Diagnostic> {
        let span = Span::new(self.offset(start), self.offset(end).max(self.offset(start)));
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(None)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let value = if style == ScalarStyle::Plain && !is_text { plain(&text) } else { None };
                let value = value.unwrap_or_else(|| Value::Text(text.into_owned()));
                self.ended(Node { span, value }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begins(Open::List(Vec::new()), anchor, span),
            Event::MappingStart(anchor, _) => {
                let map = Open::Map { entries: Vec::new(), keys: HashSet::new(), key: None, merged: Vec::new() };
                self.begins(map, anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((open, anchor, began)) = self.open.pop() else { return Ok(None) };
                let value = match open {
                    Open::List(items) => Value::List(items),
                    Open::Map { mut entries, keys, merged, .. } => {
                        merge(&mut entries, keys, merged);
                        Value::Map(entries)
                    }
                };
                self.ended(Node { span: began, value }, anchor)
            }
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    let error = Diagnostic::error("G001", "not YAML: an anchor is used inside of what it stands for");
                    return Err(error.at(span, "not known yet"));
                };
                self.nodes = self.nodes.saturating_add(node.size());
                if self.open.len() + node.depth() > DEEPEST {
                    return Err(too_deep(span));
                }
                self.ended(node, 0)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(None),
        }
    }

    fn begins(&mut self, open: Open, anchor: usize, span: Span) -> Result<Option<Node>, Diagnostic> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(span));
        }
        if let Some((Open::Map { key: None, .. }, ..)) = self.open.last() {
            return Err(Diagnostic::error("G001", "not YAML for rules: a key that is no text").at(span, "not text"));
        }
        // A container's own place is where it begins.
        self.open.push((open, anchor, Span::new(span.start, span.start)));
        Ok(None)
    }

    fn ended(&mut self, node: Node, anchor: usize) -> Result<Option<Node>, Diagnostic> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            let error = Diagnostic::error("G001", format!("more than {MOST_NODES} values in one file"));
            return Err(error.at(node.span, "one too many").help("split the file; check what its anchors repeat"));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => return Ok(Some(node)),
            Some((Open::List(items), ..)) => items.push(node),
            Some((Open::Map { entries, keys, key, merged }, ..)) => match key.take() {
                Some(of) if of.text == "<<" => merged.push(node),
                Some(of) => entries.push((of, node)),
                None => {
                    let text = match &node.value {
                        Value::Null => "null",
                        _ => node.text().ok_or_else(|| {
                            Diagnostic::error("G001", "not YAML for rules: a key that is no text")
                                .at(node.span, "not text")
                        })?,
                    };
                    if !keys.insert(text.to_owned()) {
                        let error = Diagnostic::error("G002", format!("the key `{text}` stands twice"));
                        return Err(error.at(node.span, "again").help("join both: a list of values is an `or`"));
                    }
                    *key = Some(Key { text: text.to_owned(), span: node.span });
                }
            },
        }
        Ok(None)
    }
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("G001", format!("nested more than {DEEPEST} deep")).at(span, "too deep")
}

/// Adds what `<<` names, without what is there.
fn merge(entries: &mut Vec<(Key, Node)>, keys: HashSet<String>, merged: Vec<Node>) {
    let mut keys = keys;
    for node in merged {
        let maps = match node.value {
            Value::List(items) => items,
            _ => vec![node],
        };
        for (key, value) in maps.into_iter().flat_map(|map| match map.value {
            Value::Map(entries) => entries,
            _ => Vec::new(),
        }) {
            if keys.insert(key.text.clone()) {
                entries.push((key, value));
            }
        }
    }
}

/// What a scalar without quotes is, by YAML 1.2's core schema; none for text.
fn plain(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ if is_number(text) => Value::Number(text.to_owned()),
        _ => return None,
    })
}

fn is_number(text: &str) -> bool {
    let all = |digits: &str, is: fn(char) -> bool| !digits.is_empty() && digits.chars().all(is);
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, |digit| digit.is_ascii_hexdigit());
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |digit| digit.is_digit(8));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(a, b)| (a, Some(b)));
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole)
        && is_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && is_digits(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Node, Diagnostic>> {
        documents(&Source::new("rule.yml", text))
    }

    fn json(text: &str) -> String {
        let documents = read(text).into_iter().map(|document| document.expect(text).json());
        serde_json::to_string(&documents.collect::<Vec<_>>()).expect("JSON")
    }

    fn fails(text: &str) -> (String, String) {
        let error = read(text).pop().expect("something").expect_err(text);
        let (span, _) = error.label.expect("a place");
        (error.message, text.get(span.range()).expect("within the text").to_owned())
    }

    #[test]
    fn scalars_are_those_of_the_core_schema() {
        assert_eq!(
            json("[yes, No, on, 012, 1e3, -1.5, 0x1F, .5, ., 1.2.3, ~, null, 'null', True, \"5\", 5d, !!str 7, +]"),
            r#"[["yes","No","on",12,"1e3","-1.5","0x1F",".5",".","1.2.3",null,null,"null",true,"5","5d","7","+"]]"#
        );
    }

    #[test]
    fn marks_line_ends_and_several_documents_are_read() {
        assert_eq!(
            json("\u{feff}a: 1\r\nb:\r\n  - ä\r\n---\r\n# nothing\r\n---\r\nc: |\r\n  x\r\n"),
            r#"[{"a":1,"b":["ä"]},{"c":"x\n"}]"#
        );
    }

    #[test]
    fn places_are_bytes_also_behind_other_letters() {
        let text = "\u{feff}ä: 'ö'\nb: c\n";
        let node = read(text).remove(0).expect("YAML");
        let (key, value) = node.entry("b").expect("b");
        assert_eq!((&text[key.span.range()], &text[value.span.range()]), ("b", "c"));
    }

    #[test]
    fn a_key_stands_once() {
        assert_eq!(fails("a: 1\nb: 2\na: 3\n"), ("the key `a` stands twice".to_owned(), "a".to_owned()));
    }

    #[test]
    fn anchors_are_used_again_up_to_a_size() {
        assert_eq!(
            json("a: &x {k: 1}\nb: *x\nc: {<<: *x, k: 2, l: 3}\n"),
            r#"[{"a":{"k":1},"b":{"k":1},"c":{"k":2,"l":3}}]"#
        );
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let last = level - 1;
            let aliases = vec![format!("*a{last}"); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(fails(&bomb).0.starts_with("more than"));
        assert!(fails("a: &a [*a]").0.contains("inside of what it stands for"));
    }

    #[test]
    fn what_is_no_yaml_is_an_error_with_its_place() {
        for text in ["a: [1", "a: 'x", "a:\n\t- b", "? [x]\n: 1", "a: *nope", "{", "a: b: c"] {
            assert!(fails(text).0.starts_with("not YAML"), "{text}");
        }
        assert!(fails(&format!("{}x", "- ".repeat(100))).0.starts_with("nested more than"));
        assert!(fails(&"[".repeat(100_000)).0.starts_with("not YAML"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_much(text in "[-:a\\[\\]{}&*'\"|>#!%@, \n\té]{0,60}") {
            for document in read(&text) {
                if let Err(Diagnostic { label: Some((span, _)), .. }) = document {
                    proptest::prop_assert!(text.get(span.range()).is_some());
                }
            }
        }
    }
}
