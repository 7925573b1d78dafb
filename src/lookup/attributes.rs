//! Lookup attributes: how they are written, and which records they are true of.
//!
//! A value is compared as it is, case included, as CloudTrail does. CloudTrail takes one attribute; here attributes of
//! different keys all have to hold, and of several with one key any one.
//!
//! Source: CloudTrail API Reference, "LookupAttribute"; AWS CLI User Guide, "Shorthand syntax".

use std::fmt;
use std::str::FromStr;

use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::{Expr, col, lit};
use serde_json::Value;

use super::resources;
use super::user_name::{ROOT, user_name};
use crate::diag::closest;
use crate::functions::whole::{HAS_RESOURCE_TYPE, HAS_USER_NAME, NAMES_RESOURCE, whole};

/// What of an event an attribute is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// `eventID`.
    EventId,
    /// `eventName`.
    EventName,
    /// `readOnly`: `true` or `false`.
    ReadOnly,
    /// See [`user_name`].
    Username,
    /// See `resources`.
    ResourceType,
    /// See `resources`.
    ResourceName,
    /// `eventSource`.
    EventSource,
    /// `userIdentity.accessKeyId`.
    AccessKeyId,
}

/// Every key, with CloudTrail's name for it.
pub const KEYS: &[(&str, Key)] = &[
    ("EventId", Key::EventId),
    ("EventName", Key::EventName),
    ("ReadOnly", Key::ReadOnly),
    ("Username", Key::Username),
    ("ResourceType", Key::ResourceType),
    ("ResourceName", Key::ResourceName),
    ("EventSource", Key::EventSource),
    ("AccessKeyId", Key::AccessKeyId),
];

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// What it is about.
    pub key: Key,
    /// Its value.
    pub value: String,
}

/// Why a text is no attribute, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Wrong {
    /// What was found.
    pub message: String,
    /// The remedy.
    pub help: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(KEYS.iter().find(|(_, key)| key == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for Key {
    type Err = Wrong;

    fn from_str(name: &str) -> Result<Self, Wrong> {
        let names = || KEYS.iter().map(|(name, _)| *name);
        KEYS.iter().find(|(known, _)| *known == name).map(|(_, key)| *key).ok_or_else(|| Wrong {
            message: format!("there is no attribute `{name}`"),
            help: match closest(name, names()) {
                Some(close) => format!("`{close}` has a similar name; names of attributes have case"),
                None => format!("there are {}", names().collect::<Vec<_>>().join(", ")),
            },
        })
    }
}

impl Attribute {
    /// An attribute, its value looked at.
    ///
    /// # Errors
    /// When no event can have the value.
    pub fn new(key: Key, value: &str) -> Result<Self, Wrong> {
        if value.is_empty() {
            return Err(Wrong {
                message: format!("the attribute `{key}` has no value"),
                help: format!("write AttributeKey={key},AttributeValue=…"),
            });
        }
        if key == Key::ReadOnly && !matches!(value, "true" | "false") {
            return Err(Wrong {
                message: format!("`ReadOnly` is `true` or `false`, found `{value}`"),
                help: "write AttributeKey=ReadOnly,AttributeValue=false".to_owned(),
            });
        }
        Ok(Self { key, value: value.to_owned() })
    }

    /// The records it is true of, over the columns of `cloudtrail`.
    fn predicate(&self) -> Expr {
        let value = || lit(self.value.as_str());
        let record = || col("eventjson");
        match self.key {
            Key::EventId => col("eventid").eq(value()),
            Key::EventName => col("eventname").eq(value()),
            Key::ReadOnly => col("readonly").eq(value()),
            Key::EventSource => col("eventsource").eq(value()),
            Key::AccessKeyId => get_field(col("useridentity"), "accesskeyid").eq(value()),
            // The name of the root user stands in none of its records, but its type does.
            Key::Username if self.value == ROOT => {
                get_field(col("useridentity"), "type").eq(lit("Root")).or(self.test(HAS_USER_NAME, record()))
            }
            Key::Username => self.test(HAS_USER_NAME, record()),
            Key::ResourceName => self.test(NAMES_RESOURCE, record()),
            Key::ResourceType => self.test(HAS_RESOURCE_TYPE, record()),
        }
    }

    fn test(&self, name: &'static str, record: Expr) -> Expr {
        let test: fn(&str, &str) -> bool = match name {
            HAS_USER_NAME => |record, value| user_name(&super::parsed(record)) == Some(value),
            NAMES_RESOURCE => |record, value| resources::names(&super::parsed(record), value),
            _ => |record, value| resources::has_type(&super::parsed(record), value),
        };
        whole(name, test, record, &self.value)
    }
}

/// The records that attributes are true of; none when there are no attributes.
pub(super) fn predicate(attributes: &[Attribute]) -> Option<Expr> {
    let of_key = |key: Key| {
        let values = attributes.iter().filter(|attribute| attribute.key == key);
        values.map(Attribute::predicate).reduce(Expr::or)
    };
    KEYS.iter().filter_map(|(_, key)| of_key(*key)).reduce(Expr::and)
}

/// The attributes of one argument: `AttributeKey=…,AttributeValue=…`, or JSON as the AWS CLI takes it.
///
/// A value may hold commas and `=`, and may stand in quotes.
///
/// # Errors
/// With what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Attribute>, Wrong> {
    let text = text.trim();
    if text.starts_with(['[', '{']) {
        return of_json(text);
    }
    let behind_key = |rest: &str| {
        let (key, value) = rest.split_once(&format!(",{VALUE}")).unzip();
        (Some(key.unwrap_or(rest).to_owned()), value.map(str::to_owned))
    };
    let behind_value = |rest: &str| {
        let (value, key) = rest.rsplit_once(&format!(",{KEY}")).unzip();
        (key.map(str::to_owned), Some(value.unwrap_or(rest).to_owned()))
    };
    let parts = text.strip_prefix(KEY).map(behind_key).or_else(|| text.strip_prefix(VALUE).map(behind_value));
    match parts {
        Some((Some(key), Some(value))) => Ok(vec![Attribute::new(unquoted(&key).parse()?, &unquoted(&value))?]),
        Some((Some(key), None)) => Err(lacks(text, "AttributeValue", unquoted(&key).parse().ok())),
        Some((None, _)) => Err(lacks(text, "AttributeKey", None)),
        None => Err(Wrong {
            message: format!("`{text}` is no lookup attribute"),
            help: "write AttributeKey=EventName,AttributeValue=ConsoleLogin".to_owned(),
        }),
    }
}

const KEY: &str = "AttributeKey=";
const VALUE: &str = "AttributeValue=";

fn lacks(text: &str, part: &str, key: Option<Key>) -> Wrong {
    let key = key.unwrap_or(Key::EventName);
    Wrong { message: format!("`{text}` has no `{part}`"), help: format!("write AttributeKey={key},AttributeValue=…") }
}

/// A value without the quotes around it, in which a backslash stands before a quote or a backslash.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = quote.and_then(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    let Some(inner) = inner else { return text.to_owned() };
    let mut plain = String::with_capacity(inner.len());
    let mut rest = inner.chars().peekable();
    while let Some(character) = rest.next() {
        let escaped = rest.next_if(|next| character == '\\' && matches!(next, '\\' | '"' | '\''));
        plain.push(escaped.unwrap_or(character));
    }
    plain
}

fn of_json(text: &str) -> Result<Vec<Attribute>, Wrong> {
    let help = || r#"write [{"AttributeKey":"EventName","AttributeValue":"ConsoleLogin"}]"#.to_owned();
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Wrong { message: format!("the lookup attributes are no JSON: {error}"), help: help() })?;
    let one = |value: &Value| {
        let part = |name: &str| {
            let found = value.get(name).and_then(Value::as_str);
            found.ok_or_else(|| Wrong { message: format!("a lookup attribute without `{name}`"), help: help() })
        };
        Attribute::new(part("AttributeKey")?.parse()?, part("AttributeValue")?)
    };
    match &value {
        Value::Array(list) => list.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(Key, &str)]) {
        let found = parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
        let found: Vec<_> = found.iter().map(|attribute| (attribute.key, attribute.value.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn both_syntaxes_of_the_aws_cli_are_read() {
        check("AttributeKey=EventName,AttributeValue=ConsoleLogin", &[(Key::EventName, "ConsoleLogin")]);
        check("AttributeValue=root,AttributeKey=Username", &[(Key::Username, "root")]);
        check("AttributeKey=Username,AttributeValue='a b'", &[(Key::Username, "a b")]);
        check(r#"AttributeKey="Username",AttributeValue="a\"b\\""#, &[(Key::Username, r#"a"b\"#)]);
        check(
            r#"[{"AttributeKey":"EventId","AttributeValue":"x"},{"AttributeKey":"ReadOnly","AttributeValue":"true"}]"#,
            &[(Key::EventId, "x"), (Key::ReadOnly, "true")],
        );
        check(r#" {"AttributeKey":"EventId","AttributeValue":"x"} "#, &[(Key::EventId, "x")]);
        check("[]", &[]);
    }

    #[test]
    fn values_may_hold_what_parts_attributes() {
        check("AttributeKey=ResourceName,AttributeValue=cn=a,ou=b", &[(Key::ResourceName, "cn=a,ou=b")]);
        check("AttributeKey=ResourceName,AttributeValue=arn:aws:s3:::b/é", &[(Key::ResourceName, "arn:aws:s3:::b/é")]);
        check("AttributeValue=a,b,AttributeKey=ResourceName", &[(Key::ResourceName, "a,b")]);
        check("AttributeKey=ResourceName,AttributeValue='", &[(Key::ResourceName, "'")]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| {
            let wrong = parse(text).expect_err(text);
            format!("{}; {}", wrong.message, wrong.help)
        };
        assert_eq!(
            wrong("AttributeKey=EventNam,AttributeValue=x"),
            "there is no attribute `EventNam`; `EventName` has a similar name; names of attributes have case"
        );
        assert!(wrong("AttributeKey=Colour,AttributeValue=x").contains("there are EventId, EventName, ReadOnly"));
        assert!(wrong("AttributeKey=eventname,AttributeValue=x").contains("`EventName`"));
        assert_eq!(
            wrong("AttributeKey=EventId"),
            "`AttributeKey=EventId` has no `AttributeValue`; write AttributeKey=EventId,AttributeValue=…"
        );
        assert!(wrong("AttributeValue=x").contains("has no `AttributeKey`"));
        assert!(wrong("AttributeKey=EventId,AttributeValue=").contains("has no value"));
        assert!(wrong("AttributeKey=ReadOnly,AttributeValue=yes").contains("`true` or `false`"));
        assert!(wrong("EventName=x").contains("is no lookup attribute"));
        assert!(wrong("[{").contains("no JSON"));
        assert!(wrong(r#"[{"AttributeKey":"EventId"}]"#).contains("without `AttributeValue`"));
        assert!(wrong("[7]").contains("without `AttributeKey`"));
    }

    #[test]
    fn keys_are_anded_and_values_of_a_key_ored() {
        let attributes: Vec<_> = [
            "AttributeKey=EventName,AttributeValue=A",
            "AttributeKey=EventSource,AttributeValue=s",
            "AttributeKey=EventName,AttributeValue=B",
        ]
        .iter()
        .flat_map(|text| parse(text).expect("an attribute"))
        .collect();
        let either = col("eventname").eq(lit("A")).or(col("eventname").eq(lit("B")));
        assert_eq!(predicate(&attributes), Some(either.and(col("eventsource").eq(lit("s")))));
        assert_eq!(predicate(&[]), None);
    }
}
