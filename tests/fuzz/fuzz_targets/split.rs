//! Any bytes as a document: the records are those that serde_json finds, in chunks of any size, and a document with
//! an error leaves no rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use trailql::record::{Builder, Error, Limits, Progress, Tally, skim};

fuzz_target!(|text: &[u8]| {
    let whole = read(text, usize::MAX);
    for chunk in [1, 3] {
        assert_eq!(read(text, chunk), whole, "in chunks of {chunk}");
    }
    let Some(expected) = expected(text) else { return };
    // Records found by their brackets are those of the walk.
    if let (Some(skimmed), Ok(tally)) = (skim(text), &whole) {
        assert_eq!((skimmed.records.len() as u64, 0), (tally.records, tally.malformed));
        let mut builder = Builder::new(&[], Limits::default());
        let mut reading = builder.read_some(text, &skimmed.records);
        assert_eq!(builder.fill(&mut reading, usize::MAX), Ok(Progress::Done(*tally)));
    }
    match (&whole, expected) {
        (Ok(tally), Expected::Exactly { records, malformed }) => {
            assert_eq!((tally.records, tally.malformed), (records, malformed));
        }
        (Ok(tally), Expected::AtMost(elements)) => assert!(tally.records + tally.malformed <= elements),
        (Err(_), Expected::Refused) => {}
        (_, expected) => panic!("{whole:?} is not {expected:?}"),
    }
});

/// Reads one document between two sound ones, whose rows must survive whatever it is.
fn read(text: &[u8], chunk: usize) -> Result<Tally, Error> {
    const SOUND: &[u8] = br#"{"Records":[{},{}]}"#;
    let mut builder = Builder::new(&[], Limits::default());
    let mut rows = 0;
    let mut one = |text: &[u8]| {
        let mut reading = builder.read(text)?;
        let tally = loop {
            match builder.fill(&mut reading, chunk)? {
                Progress::Full => {
                    rows += builder.rows() as u64;
                    builder.finish();
                }
                Progress::Done(tally) => break tally,
            }
        };
        Ok(tally)
    };
    let before = one(SOUND);
    let tally = one(text);
    let after = one(SOUND);
    assert!(before.is_ok() && after.is_ok());
    rows += builder.rows() as u64;
    assert_eq!(rows, 4 + tally.as_ref().map_or(0, |tally| tally.records));
    tally
}

/// What a document must give.
#[derive(Debug)]
enum Expected {
    Exactly {
        records: u64,
        malformed: u64,
    },
    /// Summaries and `lookup-events` hold fewer records than elements.
    AtMost(u64),
    Refused,
}

/// What serde_json says; none where it refuses the text, which it does more often: at lone surrogates for instance.
fn expected(text: &[u8]) -> Option<Expected> {
    let mut documents = Vec::new();
    for document in serde_json::Deserializer::from_slice(text).into_iter::<Document>() {
        documents.push(document.ok()?);
    }
    if documents.is_empty() || documents.iter().any(|document| matches!(document, Document::Other)) {
        return None;
    }
    let (mut records, mut malformed) = (0, 0);
    // Summaries are told by their raw bytes, which are gone here.
    let mut is_exact = memchr::memmem::find(text, b"Aggregated").is_none();
    for document in documents {
        match document {
            Document::Array(values) => add(&values, &mut records, &mut malformed),
            Document::Object(members) => {
                let (mut is_wrapper, mut is_digest, mut is_record) = (false, false, false);
                for (key, value) in members {
                    match (key.as_str(), value) {
                        ("Records", Value::Array(values)) => {
                            is_wrapper = true;
                            add(&values, &mut records, &mut malformed);
                        }
                        ("Records", Value::Null) => is_wrapper = true,
                        ("Records", _) => return Some(Expected::Refused),
                        ("Events", Value::Array(values)) => {
                            (is_wrapper, is_exact) = (true, false);
                            add(&values, &mut records, &mut malformed);
                        }
                        ("digestS3Object" | "digestStartTime", _) => is_digest = true,
                        ("eventVersion" | "eventName" | "eventID", _) => is_record = true,
                        _ => {}
                    }
                }
                records += u64::from(!is_wrapper && (is_record || !is_digest));
            }
            Document::Other => unreachable!("looked for above"),
        }
    }
    Some(if is_exact { Expected::Exactly { records, malformed } } else { Expected::AtMost(records + malformed) })
}

fn add(values: &[Value], records: &mut u64, malformed: &mut u64) {
    let objects = values.iter().filter(|value| value.is_object()).count();
    *records += objects as u64;
    *malformed += (values.len() - objects) as u64;
}

/// One document, with every member of its object: a key may stand there twice.
enum Document {
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
    Other,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Outermost)
    }
}

struct Outermost;

impl<'de> Visitor<'de> for Outermost {
    type Value = Document;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Document::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Document::Array(values))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Other)
    }
}
