//! Key files: what `aws cloudtrail list-public-keys` wrote, by whichever version of the AWS CLI.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::{ListedKey, Note, PublicKeys, Validity};

/// A key file that says nothing, or nothing clear.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the key file `{file}`: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file is too large to be a list of keys.
    #[error("the key file `{file}` has more than {} MiB", MOST_BYTES / 1024 / 1024)]
    Large {
        /// The file.
        file: String,
    },
    /// The file is no JSON.
    #[error("the key file `{file}` is no JSON: {reason}")]
    Json {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        reason: String,
    },
    /// Something in the file is not what it has to be.
    #[error("the key file `{file}` has {found} at `{place}`, where {expected} is expected")]
    Shape {
        /// The file.
        file: String,
        /// The place in the document: `PublicKeyList[3].Value`.
        place: String,
        /// What stands there.
        found: &'static str,
        /// What should.
        expected: &'static str,
    },
    /// Two keys claim one fingerprint.
    #[error("{first} and {second} have different values for the key `{fingerprint}`")]
    Differs {
        /// The fingerprint.
        fingerprint: String,
        /// Where the first value stands.
        first: String,
        /// Where the other value stands.
        second: String,
    },
}

impl Error {
    /// What may be done about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Read { .. } => "name a file that `trailql public-keys` or `aws cloudtrail list-public-keys` wrote",
            Self::Large { .. } => "a key takes half a kilobyte; name a file with nothing but keys",
            Self::Json { .. } | Self::Shape { .. } => {
                "the file is what `aws cloudtrail list-public-keys --output json` writes, or `trailql public-keys`"
            }
            Self::Differs { .. } => "at least one of them is wrong: fetch the keys again with `trailql public-keys`",
        }
    }
}

/// 64 MiB, more than a hundred thousand keys.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a file of keys.
pub(super) fn file(path: &Path, keys: &mut PublicKeys) -> Result<(), Error> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|source| Error::Read { file: name.clone(), source })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Error::Large { file: name });
    }
    text(&name, &bytes, keys)
}

/// Reads the bytes of a file of this name.
pub(super) fn text(file: &str, bytes: &[u8], keys: &mut PublicKeys) -> Result<(), Error> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let document: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::Json { file: file.to_owned(), reason: error.to_string() })?;
    let shape = |place: &str, found: &Value, expected| Error::Shape {
        file: file.to_owned(),
        place: place.to_owned(),
        found: kind(found),
        expected,
    };
    let (name, list) = match &document {
        Value::Object(members) => LISTS
            .iter()
            .find_map(|name| Some((*name, members.get(*name)?)))
            .ok_or_else(|| shape("$", &document, "an object with `PublicKeyList`"))?,
        _ => ("", &document),
    };
    let entries =
        list.as_array().ok_or_else(|| shape(if name.is_empty() { "$" } else { name }, list, "a list of keys"))?;
    for (at, entry) in entries.iter().enumerate() {
        let place = format!("{name}[{at}]");
        let members = entry.as_object().ok_or_else(|| shape(&place, entry, "a key"))?;
        let member = |upper: &str, lower: &str| members.get(upper).or_else(|| members.get(lower));
        let value = member("Value", "value").unwrap_or(&Value::Null);
        let value = value.as_str().ok_or_else(|| shape(&format!("{place}.Value"), value, "base64 of a key"))?;
        let named = match member("Fingerprint", "fingerprint") {
            None | Some(Value::Null) => None,
            Some(Value::String(named)) => Some(named.clone()),
            Some(other) => return Err(shape(&format!("{place}.Fingerprint"), other, "a fingerprint")),
        };
        let validity = Validity {
            start: validity(file, &place, members, ["ValidityStartTime", "validityStartTime"], keys),
            end: validity(file, &place, members, ["ValidityEndTime", "validityEndTime"], keys),
        };
        keys.add(&ListedKey { value: value.to_owned(), named, validity }, &format!("`{file}`"))?;
    }
    if entries.is_empty() {
        keys.note(Note {
            message: format!("the key file `{file}` has no keys"),
            help: "keys are listed region by region, for a time: see `trailql public-keys --help`".to_owned(),
        });
    }
    Ok(())
}

/// What the list of keys is called.
const LISTS: [&str; 2] = ["PublicKeyList", "publicKeyList"];

/// A time of a key, which only informs: one that cannot be read is told, and unknown.
fn validity(
    file: &str,
    place: &str,
    members: &Map<String, Value>,
    names: [&str; 2],
    keys: &mut PublicKeys,
) -> Option<DateTime<Utc>> {
    let (name, value) = names.into_iter().find_map(|name| Some((name, members.get(name)?)))?;
    if value.is_null() {
        return None;
    }
    let read = time(value);
    if read.is_none() {
        keys.note(Note {
            message: format!("the key file `{file}` has no time at `{place}.{name}`"),
            help: "the key is used all the same: its times only inform".to_owned(),
        });
    }
    read
}

/// Seconds since 1970 as a number or as text, or ISO 8601; without an offset UTC.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    let of_seconds = |seconds: f64| {
        let millis = seconds * 1e3;
        // Within these bounds a float is a whole number of milliseconds without loss.
        (millis.abs() < 1e15).then(|| DateTime::from_timestamp_millis(millis.round() as i64)).flatten()
    };
    match value {
        Value::Number(number) => of_seconds(number.as_f64()?),
        Value::String(text) => {
            let text = text.trim();
            text.parse::<f64>()
                .ok()
                .and_then(of_seconds)
                .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()))
                .or_else(|| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok().map(|time| time.to_utc()))
                .or_else(|| Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc()))
        }
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_every_version_of_the_cli_writes_them() {
        for written in [
            json!(1_436_317_441),
            json!(1_436_317_441.0),
            json!("1436317441.0"),
            json!(" 1436317441 "),
            json!("2015-07-08T01:04:01Z"),
            json!("2015-07-08T01:04:01.000000+00:00"),
            json!("2015-07-08T03:04:01+0200"),
            json!("2015-07-08T01:04:01"),
        ] {
            let read = time(&written).map(|time| time.timestamp());
            assert_eq!(read, Some(1_436_317_441), "{written}");
        }
        for other in [json!("soon"), json!(""), json!(true), json!(1e300), json!("NaN"), json!("inf"), json!([1])] {
            assert_eq!(time(&other), None, "{other}");
        }
    }

    fn fails(text: &str) -> String {
        super::text("keys.json", text.as_bytes(), &mut PublicKeys::default()).expect_err(text).to_string()
    }

    #[test]
    fn what_is_no_list_of_keys_is_told_with_its_place() {
        assert!(fails("{").starts_with("the key file `keys.json` is no JSON: EOF while parsing"));
        assert!(fails("").contains("line 1 column 0"));
        assert_eq!(
            fails("{}"),
            "the key file `keys.json` has an object at `$`, where an object with `PublicKeyList` is expected"
        );
        assert!(fails("7").contains("has a number at `$`, where a list of keys is expected"));
        assert!(fails(r#"{"PublicKeyList": {}}"#).contains("an object at `PublicKeyList`"));
        assert!(fails(r#"{"publicKeyList": [1]}"#).contains("a number at `publicKeyList[0]`, where a key is expected"));
        assert!(fails(r#"[{"Fingerprint": "ab"}]"#).contains("nothing at `[0].Value`"));
        assert!(fails(r#"[{"Value": "AAAA", "Fingerprint": 1}]"#).contains("a number at `[0].Fingerprint`"));
        assert!(fails(&"[".repeat(100_000)).contains("recursion limit"));
    }

    #[test]
    fn a_list_without_keys_is_told_and_no_error() {
        let mut keys = PublicKeys::default();
        super::text("keys.json", "\u{feff}{\"PublicKeyList\": []}".as_bytes(), &mut keys).expect("a list");
        assert!(keys.is_empty());
        assert_eq!(keys.notes().len(), 1);
        assert_eq!(keys.notes()[0].message, "the key file `keys.json` has no keys");
    }
}
