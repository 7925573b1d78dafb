//! The header of a saved query: `key: value` in the comments above it.

use std::fmt;

use super::Level;
use super::condition::{self, Condition};
use super::params::Param;
use crate::diag::closest;

/// What a saved query says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// What is found, in a few words.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// Techniques of MITRE ATT&CK, by the ids of its versions 16 to 18.
    pub attack: Vec<String>,
    /// How bad a finding is.
    pub level: Level,
    /// What else it finds.
    pub noisy: String,
    /// Where the facts come from.
    pub source: String,
    /// Which calls it is about, by how they ended.
    pub outcome: Outcome,
    /// Whether calls that services make are left out.
    pub without_services: bool,
    /// The events it needs, where trails do not deliver them unless asked to.
    pub data: Option<DataEvents>,
    /// Whether it looks at nearly every record, and runs only when it is named.
    pub is_broad: bool,
    /// The values it takes.
    pub params: Vec<Param>,
    /// What makes findings of the events it fits; each event is one when there is none.
    pub condition: Option<(String, String)>,
}

/// Which calls a detection is about, by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Outcome {
    /// Those that succeeded.
    Success,
    /// Those that failed.
    Failure,
    /// All.
    Any,
}

/// Events that trails deliver only when they are asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataEvents {
    /// Of objects in S3.
    S3,
    /// Of invocations of Lambda functions.
    Lambda,
    /// Of items in DynamoDB.
    DynamoDb,
    /// Of messages of SNS.
    Sns,
    /// Network activity events.
    Network,
}

/// Every kind of such events: its word, what they are called, and event names by which they are known.
pub(super) const DATA_EVENTS: &[(DataEvents, &str, &str, &[&str])] = &[
    (
        DataEvents::S3,
        "s3",
        "S3 data events",
        &[
            "GetObject",
            "PutObject",
            "DeleteObject",
            "DeleteObjects",
            "CopyObject",
            "HeadObject",
            "ListObjects",
            "ListObjectVersions",
            "UploadPart",
            "UploadPartCopy",
            "CreateMultipartUpload",
            "CompleteMultipartUpload",
            "RestoreObject",
            "GetObjectTagging",
            "PutObjectAcl",
            "GetObjectAcl",
        ],
    ),
    (DataEvents::Lambda, "lambda", "Lambda data events", &["Invoke", "InvokeFunction", "InvokeExecution"]),
    (
        DataEvents::DynamoDb,
        "dynamodb",
        "DynamoDB data events",
        &[
            "GetItem",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "Query",
            "Scan",
            "BatchGetItem",
            "BatchWriteItem",
            "ExecuteStatement",
        ],
    ),
    (DataEvents::Sns, "sns", "SNS data events", &["Publish", "PublishBatch"]),
    (DataEvents::Network, "network", "network activity events", &[]),
];

impl DataEvents {
    /// What they are called.
    #[must_use]
    pub fn name(self) -> &'static str {
        DATA_EVENTS.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, _, name, _)| name)
    }
}

impl fmt::Display for DataEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The keys that every header has.
const REQUIRED: &[&str] = &["title", "why", "attack", "level", "noisy", "source"];
/// The keys that it may have, beside those of conditions.
const OPTIONAL: &[&str] = &["outcome", "services", "data", "broad", "param"];

fn keys() -> impl Iterator<Item = &'static str> {
    REQUIRED.iter().chain(OPTIONAL).chain(condition::KEYS).copied()
}

impl Header {
    /// Reads the comments at the beginning of a text; `mark` begins each.
    ///
    /// # Errors
    /// The number of a line, from 1, and what is wrong there: a required key is missing, stands twice, or is none of
    /// ours.
    pub(super) fn parse(text: &str, mark: &str) -> Result<Self, (usize, String)> {
        let mut values: Vec<(usize, &str, String)> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let Some(comment) = line.trim_start().strip_prefix(mark) else { break };
            for field in fields(comment) {
                let wrong = |message: String| (number, message);
                let Some((key, value)) = field.split_once(':') else {
                    return Err(wrong(format!("`{field}` is no `key: value`")));
                };
                let key = key.trim();
                let known = keys().find(|known| *known == key).ok_or_else(|| {
                    wrong(match closest(key, keys()) {
                        Some(close) => format!("`{key}` is no key of a header; `{close}` has a similar name"),
                        None => format!(
                            "`{key}` is no key of a header; there are {}",
                            keys().collect::<Vec<_>>().join(", ")
                        ),
                    })
                })?;
                if known != "param" && values.iter().any(|(_, key, _)| *key == known) {
                    return Err(wrong(format!("`{known}` stands twice in the header")));
                }
                values.push((number, known, value.trim().to_owned()));
            }
        }
        Self::of_values(&values)
    }

    fn of_values(values: &[(usize, &str, String)]) -> Result<Self, (usize, String)> {
        let find = |key: &str| values.iter().find(|(_, known, value)| *known == key && !value.is_empty());
        let take = |key: &str| {
            find(key).map(|(_, _, value)| value.clone()).ok_or_else(|| (1, format!("the header has no `{key}`")))
        };
        let at = |key: &str| find(key).map_or(1, |(line, ..)| *line);
        let choose = |key: &str, words: &[&str]| match find(key) {
            None => Ok(None),
            Some((line, _, value)) => match words.iter().position(|word| word == value) {
                Some(place) => Ok(Some(place)),
                None => Err((*line, format!("`{key}: {value}` is none of {}", words.join(", ")))),
            },
        };
        let outcome = match choose("outcome", &["success", "failure", "any"])? {
            None | Some(0) => Outcome::Success,
            Some(1) => Outcome::Failure,
            Some(_) => Outcome::Any,
        };
        let kinds: Vec<&str> = DATA_EVENTS.iter().map(|(_, word, ..)| *word).collect();
        let mut params = Vec::new();
        for (line, _, value) in values.iter().filter(|(_, key, _)| *key == "param") {
            params.push(Param::parse(value).map_err(|message| (*line, message))?);
        }
        let conditions: Vec<_> = values.iter().filter(|(_, key, _)| condition::KEYS.contains(key)).collect();
        let condition = match conditions.as_slice() {
            [] => None,
            [(line, key, value)] => {
                let default = |name: &str| params.iter().find(|param: &&Param| param.name == name).map(Param::text);
                condition::parse(key, value, default).map_err(|message| (*line, message))?;
                Some(((*key).to_owned(), value.clone()))
            }
            [_, (line, key, _), ..] => {
                return Err((*line, format!("`{key}` stands beside another condition; a header has one")));
            }
        };
        Ok(Self {
            title: take("title")?,
            why: take("why")?,
            attack: take("attack")?.split(',').map(|technique| technique.trim().to_owned()).collect(),
            level: take("level")?.parse().map_err(|message| (at("level"), message))?,
            noisy: take("noisy")?,
            source: take("source")?,
            outcome,
            without_services: choose("services", &["exclude", "include"])? != Some(1),
            data: choose("data", &kinds)?.map(|place| DATA_EVENTS[place].0),
            is_broad: choose("broad", &["yes", "no"])? == Some(0),
            params,
            condition,
        })
    }

    /// The condition, with these values for its parameters.
    pub(super) fn condition(&self, value_of: impl Fn(&str) -> Option<String>) -> Result<Option<Condition>, String> {
        let condition = self.condition.as_ref();
        condition.map(|(key, text)| condition::parse(key, text, value_of)).transpose()
    }
}

/// The fields of one line. It may hold several, set apart by blanks: `attack: T1110        level: low`.
fn fields(comment: &str) -> impl Iterator<Item = &str> {
    let is_key =
        |rest: &str| keys().any(|key| rest.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    let mut rest = Some(comment.trim());
    std::iter::from_fn(move || {
        let line = rest.take().filter(|line| !line.is_empty())?;
        let end = line.match_indices("  ").map(|(at, _)| at).find(|at| is_key(&line[*at..]));
        rest = end.map(|end| line[end..].trim());
        Some(line[..end.unwrap_or(line.len())].trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
-- title:  Root use
-- why:    It deserves a question.
-- attack: T1078.004, T1078        level: high
-- noisy:  during account setup
-- source: IAM User Guide
SELECT 1";

    fn parse(text: &str) -> Header {
        Header::parse(text, "--").unwrap_or_else(|(line, message)| panic!("{line}: {message}"))
    }

    #[test]
    fn a_header_is_read_from_the_comments() {
        let header = parse(TEXT);
        assert_eq!((header.title.as_str(), header.level), ("Root use", Level::High));
        assert_eq!(header.attack, ["T1078.004", "T1078"]);
        assert_eq!((header.outcome, header.without_services, header.is_broad), (Outcome::Success, true, false));
    }

    #[test]
    fn keys_that_may_be_left_out_are_read() {
        let more = "-- outcome: any        services: include\n-- data: s3\n-- param: most number = 5 · how many\n-- count: > :most within 1h by actor\nSELECT 1";
        let header = parse(&TEXT.replace("SELECT 1", more));
        assert_eq!((header.outcome, header.without_services), (Outcome::Any, false));
        assert_eq!(header.data, Some(DataEvents::S3));
        let condition = header.condition(|_| Some("7".to_owned())).expect("a condition").expect("one");
        assert_eq!(condition.to_string(), "count > 7 within 1h by actor");
    }

    #[test]
    fn values_may_stand_in_a_row_below_each_other() {
        let text = TEXT.replace("-- why: ", "-- why:       ");
        assert_eq!(parse(&text).why, "It deserves a question.");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named_with_its_line() {
        let check = |text: &str, line: usize, message: &str| {
            let (at, error) = Header::parse(text, "--").expect_err(text);
            assert!(error.contains(message), "{error}");
            assert_eq!(at, line, "{error}");
        };
        check(&TEXT.replace("-- why:    It deserves a question.\n", ""), 1, "`why`");
        check(&TEXT.replace("noisy", "noise"), 4, "`noisy` has a similar name");
        check(&TEXT.replace("high", "huge"), 3, "`huge`");
        check(&TEXT.replace("SELECT 1", "-- count: many"), 6, "not of the form");
        check(&TEXT.replace("SELECT 1", "-- outcome: bad"), 6, "none of success, failure, any");
        check(&TEXT.replace("SELECT 1", "-- param: n number = x"), 6, "no number");
    }
}
