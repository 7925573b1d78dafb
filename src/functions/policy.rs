//! ARNs and policies: parts of names, and whom a policy lets in.
//!
//! Sources: IAM User Guide, "Grammar of the IAM JSON policy language", "Amazon Resource Names (ARNs)"; S3 User Guide,
//! "The meaning of public".

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, StringArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::Function;
use super::json::json_input;
use super::json::write::json_of;
use super::nested::{assemble, is_text, list_of, wrong};
use super::scalar::{Args, Scalar, gives};

/// What SQL may call of this family.
pub(super) const POLICY: &[Function] = &[
    Function::ours(
        "arn_part",
        "arn_part(arn, part)",
        "The partition, service, region, account, resource, resource_type or resource_id of an ARN.",
        &[
            ("arn_part('arn:aws:iam::123456789012:role/ops/deploy', 'resource_id')", "ops/deploy"),
            ("arn_part('arn:aws:s3:::logs/2026/a.json', 'account')", "NULL"),
        ],
        arn_part,
    ),
    Function::ours(
        "policy_is_public",
        "policy_is_public(policy)",
        "Whether a policy lets everybody in, with no condition that holds them to known accounts, networks or resources.",
        &[(
            r#"policy_is_public('{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}')"#,
            "true",
        )],
        policy_is_public,
    ),
    Function::ours(
        "policy_external_accounts",
        "policy_external_accounts(policy, account)",
        "The accounts that a policy lets in, but for the one given; `*` for everybody.",
        &[(
            r#"policy_external_accounts('{"Statement":[{"Effect":"Allow","Principal":{"AWS":["210987654321","arn:aws:iam::123456789012:root"]}}]}', '123456789012')"#,
            r#"["210987654321"]"#,
        )],
        policy_external_accounts,
    ),
];

fn arn_part() -> Arc<ScalarUDF> {
    Scalar {
        name: "arn_part",
        inputs: |types| match types {
            [arn, part] if is_text(arn) && is_text(part) => Ok(vec![DataType::Utf8; 2]),
            _ => wrong("arn_part", "arn, part", types),
        },
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let (arns, parts) = (args.texts(0)?, args.texts(1)?);
            let mut found = StringBuilder::new();
            for (arn, part) in arns.iter().zip(&parts) {
                found.append_option(match (arn, part) {
                    (Some(arn), Some(part)) => part_of(arn, part)?,
                    _ => None,
                });
            }
            Ok(Arc::new(found.finish()))
        },
    }
    .function()
}

/// A part of `arn:partition:service:region:account:resource`; none where it is empty or the text is no ARN.
fn part_of<'a>(arn: &'a str, part: &str) -> Result<Option<&'a str>> {
    let fields: Vec<_> = arn.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = fields[..] else { return named(part, None) };
    if prefix != "arn" {
        return named(part, None);
    }
    let (kind, id) = match service {
        // A bucket's name is followed by a key, not led by a type.
        "s3" if account.is_empty() => (if resource.contains('/') { "object" } else { "bucket" }, resource),
        _ => match resource.find(['/', ':']) {
            Some(at) => (&resource[..at], &resource[at + 1..]),
            None => ("", resource),
        },
    };
    let value = match part.to_ascii_lowercase().as_str() {
        "partition" => partition,
        "service" => service,
        "region" => region,
        "account" => account,
        "resource" => resource,
        "resource_type" => kind,
        "resource_id" => id,
        _ => return named(part, None),
    };
    Ok(Some(value).filter(|value| !value.is_empty()))
}

/// Nothing, provided that there is such a part.
fn named<'a>(part: &str, found: Option<&'a str>) -> Result<Option<&'a str>> {
    const PARTS: [&str; 7] = ["partition", "service", "region", "account", "resource", "resource_type", "resource_id"];
    if PARTS.iter().any(|name| name.eq_ignore_ascii_case(part)) {
        return Ok(found);
    }
    exec_err!("`arn_part` knows {}, not `{}`", PARTS.join(", "), super::json::shortened(part))
}

fn policy_is_public() -> Arc<ScalarUDF> {
    Scalar {
        name: "policy_is_public",
        inputs: |types| match types {
            [policy] if json_input(policy).is_some() => Ok(json_input(policy).into_iter().collect()),
            _ => wrong("policy_is_public", "policy", types),
        },
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let policies = policies(args)?;
            let is_public = |policy: Option<&str>| Some(statements(policy?)?.iter().any(lets_everybody_in));
            Ok(Arc::new(policies.iter().map(is_public).collect::<BooleanArray>()))
        },
    }
    .function()
}

fn policies(args: &Args<'_>) -> Result<StringArray> {
    json_of(&args.array(0)?, args.field(0))
}

fn policy_external_accounts() -> Arc<ScalarUDF> {
    Scalar {
        name: "policy_external_accounts",
        inputs: |types| match types {
            [policy, own] if is_text(own) || own.is_integer() => match json_input(policy) {
                Some(policy) => Ok(vec![policy, DataType::Utf8]),
                None => wrong("policy_external_accounts", "policy, account", types),
            },
            _ => wrong("policy_external_accounts", "policy, account", types),
        },
        output: |_| Ok(gives(list_of(DataType::Utf8))),
        values: |args| {
            let (policies, own) = (policies(args)?, args.texts(1)?);
            let mut accounts = StringBuilder::new();
            let (mut lengths, mut valid) = (Vec::new(), Vec::new());
            for row in 0..args.rows() {
                let policy = (policies.is_valid(row) && own.is_valid(row)).then(|| policies.value(row));
                let statements = policy.and_then(statements);
                valid.push(statements.is_some());
                let mut found: BTreeSet<String> =
                    statements.iter().flatten().filter(|statement| is_allow(statement)).flat_map(accounts_of).collect();
                found.remove(own.value(row));
                lengths.push(found.len());
                found.iter().for_each(|account| accounts.append_value(account));
            }
            let accounts: ArrayRef = Arc::new(accounts.finish());
            assemble(accounts, lengths, valid, args.output())
        },
    }
    .function()
}

/// A statement of a policy.
type Statement = Map<String, Value>;

/// The statements of a policy, which may be a JSON string, or percent-encoded as IAM answers it.
fn statements(policy: &str) -> Option<Vec<Statement>> {
    let trimmed = policy.trim();
    let text: Cow<'_, str> = match trimmed.as_bytes().first()? {
        b'%' => percent_decode_str(trimmed).decode_utf8().ok()?,
        _ => Cow::Borrowed(trimmed),
    };
    let mut value: Value = serde_json::from_str(&text).ok()?;
    if let Value::String(inside) = value {
        let inside = inside.trim().to_owned();
        let inside =
            if inside.starts_with('%') { percent_decode_str(&inside).decode_utf8().ok()?.into_owned() } else { inside };
        value = serde_json::from_str(&inside).ok()?;
    }
    let Value::Object(policy) = value else { return None };
    match member(&policy, "Statement")? {
        Value::Object(statement) => Some(vec![statement.clone()]),
        Value::Array(statements) => statements.iter().map(|statement| statement.as_object().cloned()).collect(),
        _ => None,
    }
}

/// A member by name, in any case.
fn member<'a>(object: &'a Statement, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The texts of a value that is one, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(value) => vec![value.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

fn is_allow(statement: &Statement) -> bool {
    member(statement, "Effect").and_then(Value::as_str).is_some_and(|effect| effect.eq_ignore_ascii_case("Allow"))
}

/// The principals of AWS that a statement names.
fn principals(statement: &Statement) -> Vec<String> {
    match member(statement, "Principal") {
        Some(Value::Object(kinds)) => member(kinds, "AWS").map(texts).unwrap_or_default(),
        Some(principal) => texts(principal).into_iter().filter(|principal| principal == "*").collect(),
        None => Vec::new(),
    }
}

fn lets_everybody_in(statement: &Statement) -> bool {
    if !is_allow(statement) {
        return false;
    }
    // Everybody but some is everybody.
    let is_everybody =
        member(statement, "NotPrincipal").is_some() || principals(statement).iter().any(|principal| principal == "*");
    is_everybody && !member(statement, "Condition").and_then(Value::as_object).is_some_and(holds_to_known)
}

/// Keys whose fixed values hold a statement to known accounts, organizations, networks or resources.
const KNOWN: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

fn holds_to_known(condition: &Statement) -> bool {
    condition.iter().any(|(operator, keys)| {
        let operator = operator.to_ascii_lowercase();
        let operator = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        // What is negated, may be missing or asks only whether there is a value, holds nobody back.
        let compares = ["stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike", "ipaddress"];
        if !compares.contains(&operator) {
            return false;
        }
        keys.as_object().is_some_and(|keys| {
            keys.iter().any(|(key, values)| {
                let key = key.to_ascii_lowercase();
                let values = texts(values);
                KNOWN.contains(&key.as_str()) && !values.is_empty() && values.iter().all(|value| is_fixed(&key, value))
            })
        })
    })
}

/// Whether a value says who or where, without wildcards that leave it open.
fn is_fixed(key: &str, value: &str) -> bool {
    if key == "aws:sourceip" {
        let Some((_, length)) = value.split_once('/') else { return !value.contains('*') };
        return length != "0";
    }
    if value.contains("${") {
        return false;
    }
    match value.split(':').nth(4) {
        // In an ARN it is the account that must be known, or for a bucket, which has none, its name.
        Some(account) if value.starts_with("arn:") && !account.is_empty() => !account.contains(['*', '?']),
        Some(_) if value.starts_with("arn:") => !value.splitn(6, ':').nth(5).unwrap_or("*").starts_with('*'),
        _ => !value.starts_with('*') && !value.contains('?'),
    }
}

/// The accounts that a statement names.
fn accounts_of(statement: &Statement) -> Vec<String> {
    let account = |principal: String| {
        if principal == "*" || (principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit())) {
            return Some(principal);
        }
        let account = principal.strip_prefix("arn:")?.split(':').nth(3)?;
        (!account.is_empty()).then(|| account.to_owned())
    };
    let mut accounts: Vec<_> = principals(statement).into_iter().filter_map(account).collect();
    if member(statement, "NotPrincipal").is_some() {
        accounts.push("*".to_owned());
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_public(statement: &str) -> Option<bool> {
        let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        Some(statements(&policy)?.iter().any(lets_everybody_in))
    }

    #[test]
    fn a_policy_is_public_when_everybody_may() {
        let check = |statement: &str, expected: bool| assert_eq!(is_public(statement), Some(expected), "{statement}");
        check(r#"{"Effect":"Allow","Principal":"*"}"#, true);
        check(r#"{"effect":"Allow","principal":{"AWS":["210987654321","*"]}}"#, true);
        check(r#"{"Effect":"Deny","Principal":"*"}"#, false);
        check(r#"{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"}}"#, false);
        check(r#"{"Effect":"Allow","NotPrincipal":{"AWS":"210987654321"}}"#, true);
        let with = |condition: &str| format!(r#"{{"Effect":"Allow","Principal":"*","Condition":{condition}}}"#);
        check(&with(r#"{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#), false);
        check(&with(r#"{"StringLike":{"aws:PrincipalOrgID":["o-abc"]}}"#), false);
        check(&with(r#"{"StringLike":{"aws:PrincipalOrgID":"*"}}"#), true);
        check(&with(r#"{"StringNotEquals":{"aws:SourceAccount":"123456789012"}}"#), true);
        check(&with(r#"{"StringEqualsIfExists":{"aws:SourceAccount":"123456789012"}}"#), true);
        check(&with(r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}"#), false);
        check(&with(r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/0"]}}"#), true);
        check(&with(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:*"}}"#), false);
        check(&with(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}}"#), true);
        check(&with(r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::logs"}}"#), false);
        check(&with(r#"{"Bool":{"aws:SecureTransport":"true"}}"#), true);
    }

    #[test]
    fn a_policy_may_be_wrapped() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*"}}"#;
        assert_eq!(statements(policy).map(|found| found.len()), Some(1));
        assert_eq!(statements(&Value::from(policy).to_string()).map(|found| found.len()), Some(1));
        assert!(statements("%7B%22Statement%22%3A%5B%5D%7D").is_some_and(|found| found.is_empty()));
        for malformed in ["", "{", "[]", "{}", r#"{"Statement":7}"#, "%7B", "%FF"] {
            assert!(statements(malformed).is_none(), "{malformed}");
        }
    }

    #[test]
    fn an_arn_has_parts() {
        let check = |arn: &str, part: &str, expected: Option<&str>| {
            assert_eq!(part_of(arn, part).expect(part), expected, "{part} of {arn}");
        };
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:deploy:7";
        check(function, "service", Some("lambda"));
        check(function, "region", Some("eu-west-1"));
        check(function, "RESOURCE_TYPE", Some("function"));
        check(function, "resource_id", Some("deploy:7"));
        check("arn:aws:s3:::logs/a/b", "resource_type", Some("object"));
        check("arn:aws:s3:::logs", "resource_id", Some("logs"));
        check("arn:aws:sns:eu-west-1:123456789012:alarms", "resource_type", None);
        check("arn:aws:sns:eu-west-1:123456789012:alarms", "resource_id", Some("alarms"));
        check("logs", "service", None);
        assert!(part_of("logs", "owner").is_err());
    }
}
