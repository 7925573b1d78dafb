//! A policy as IAM reads it, and the parts of ARNs it takes.

use std::str::FromStr;

use serde_json::{Map, Value, json};

/// A statement that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    id: &'static str,
    actions: Vec<&'static str>,
    pub(super) resources: Vec<String>,
    /// Operator, key and values.
    pub(super) condition: Option<(&'static str, &'static str, Vec<String>)>,
}

impl Statement {
    pub(super) fn new(id: &'static str, actions: &[&'static str], resources: Vec<String>) -> Self {
        Self { id, actions: actions.to_vec(), resources, condition: None }
    }
}

/// A policy of these statements. Equal ones stand once; of several with one name each has a number.
pub(super) fn document(statements: Vec<Statement>) -> Value {
    let mut once: Vec<Statement> = Vec::new();
    for statement in statements {
        if !once.contains(&statement) {
            once.push(statement);
        }
    }
    let written = once.iter().enumerate().map(|(at, statement)| {
        let before = once.iter().take(at).filter(|other| other.id == statement.id).count();
        let id = if before == 0 { statement.id.to_owned() } else { format!("{}{}", statement.id, before + 1) };
        let mut members = Map::new();
        members.insert("Sid".to_owned(), id.into());
        members.insert("Effect".to_owned(), "Allow".into());
        members.insert("Action".to_owned(), one_or_many(&statement.actions));
        members.insert("Resource".to_owned(), one_or_many(&statement.resources));
        if let Some((operator, key, values)) = &statement.condition {
            members.insert("Condition".to_owned(), json!({ *operator: { *key: one_or_many(values) } }));
        }
        Value::Object(members)
    });
    json!({ "Version": "2012-10-17", "Statement": written.collect::<Vec<_>>() })
}

fn one_or_many<T: AsRef<str>>(values: &[T]) -> Value {
    match values {
        [one] => one.as_ref().into(),
        many => many.iter().map(AsRef::as_ref).collect(),
    }
}

/// A part of AWS with ARNs of its own: `aws`, `aws-cn`, `aws-us-gov`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Partition(pub(super) String);

impl Default for Partition {
    fn default() -> Self {
        Self("aws".to_owned())
    }
}

/// Regions of other partitions begin so.
const PARTITIONS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

impl Partition {
    /// The partition that a region is in.
    pub(super) fn of_region(region: &str) -> Self {
        let known = PARTITIONS.iter().find(|(start, _)| region.starts_with(start));
        known.map_or_else(Self::default, |(_, partition)| Self((*partition).to_owned()))
    }

    /// What host names of its services end in.
    fn domain(&self) -> &'static str {
        match self.0.as_str() {
            "aws-cn" => "amazonaws.com.cn",
            "aws-iso" => "c2s.ic.gov",
            "aws-iso-b" => "sc2s.sgov.gov",
            "aws-iso-e" => "cloud.adc-e.uk",
            "aws-iso-f" => "csp.hci.ic.gov",
            "aws-eusc" => "amazonaws.eu",
            _ => "amazonaws.com",
        }
    }
}

/// A KMS key by its ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) arn: String,
    pub(super) partition: Partition,
    region: String,
}

impl Key {
    /// The S3 through which the key is used.
    ///
    /// Source: KMS Developer Guide, "kms:ViaService".
    pub(super) fn service(&self) -> String {
        format!("s3.{}.{}", self.region, self.partition.domain())
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        match parts.as_slice() {
            ["arn", _, "kms", _, _, name] if name.starts_with("alias/") => {
                Err("an alias is no resource of a policy; `aws kms describe-key` tells the key's own ARN".to_owned())
            }
            ["arn", partition, "kms", region, account, name]
                if is_word(partition)
                    && is_word(region)
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && name.strip_prefix("key/").is_some_and(is_word) =>
            {
                Ok(Self {
                    arn: text.to_owned(),
                    partition: Partition((*partition).to_owned()),
                    region: (*region).to_owned(),
                })
            }
            _ => Err("expected the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_aliases_and_other_arns() {
        let key: Key = "arn:aws-cn:kms:cn-north-1:111111111111:key/mrk-1a".parse().expect("a key");
        assert_eq!(key.service(), "s3.cn-north-1.amazonaws.com.cn");
        assert!(
            "arn:aws:kms:us-east-1:111111111111:alias/x".parse::<Key>().is_err_and(|error| error.contains("alias"))
        );
        for other in
            ["", "1234", "arn:aws:s3:::b", "arn:aws:kms:us-east-1:1:key/x", "arn:aws:kms:us-east-1:111111111111:key/*"]
        {
            assert!(other.parse::<Key>().is_err(), "{other}");
        }
    }

    #[test]
    fn regions_tell_their_partitions() {
        let of = |region: &str| Partition::of_region(region).0;
        assert_eq!(of("eu-west-1"), "aws");
        assert_eq!(of("cn-northwest-1"), "aws-cn");
        assert_eq!(of("us-gov-west-1"), "aws-us-gov");
    }

    #[test]
    fn equal_statements_stand_once_and_names_are_unique() {
        let statement = |resource: &str| Statement::new("Read", &["s3:GetObject"], vec![resource.to_owned()]);
        let written = document(vec![statement("a"), statement("a"), statement("b")]);
        let expected = json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "a"},
            {"Sid": "Read2", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "b"},
        ]});
        assert_eq!(written, expected);
    }
}
