//! What a piece of text is by its nature: a number, an address, an ARN, …

use std::net::Ipv6Addr;

use super::form::{
    is_access_key, is_action, is_blob, is_email, is_host, is_id_byte, is_ipv4, is_number, is_region, is_time, is_uuid,
    is_version, marked,
};

/// A kind of value. Its name is what a placeholder is called by: `<Arn-1>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) enum Class {
    Token,
    Number,
    Version,
    AccountId,
    AccessKey,
    Uuid,
    Hex,
    Id,
    Ipv4,
    Ipv6,
    Time,
    Arn,
    Action,
    Email,
    Url,
    Host,
    Region,
    Path,
    List,
    Boolean,
    Null,
    Json,
}

/// Every class and its name.
const NAMES: &[(Class, &str)] = &[
    (Class::Token, "Token"),
    (Class::Number, "Number"),
    (Class::Version, "Version"),
    (Class::AccountId, "AccountId"),
    (Class::AccessKey, "AccessKey"),
    (Class::Uuid, "Uuid"),
    (Class::Hex, "Hex"),
    (Class::Id, "Id"),
    (Class::Ipv4, "IPv4"),
    (Class::Ipv6, "IPv6"),
    (Class::Time, "Time"),
    (Class::Arn, "Arn"),
    (Class::Action, "Action"),
    (Class::Email, "Email"),
    (Class::Url, "Url"),
    (Class::Host, "Host"),
    (Class::Region, "Region"),
    (Class::Path, "Path"),
    (Class::List, "List"),
    (Class::Boolean, "Boolean"),
    (Class::Null, "Null"),
    (Class::Json, "Json"),
];

/// Longer texts are not looked at closely.
const LONGEST: usize = 2048;

impl Class {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(class, _)| *class == self).map_or("Token", |(_, name)| name)
    }

    /// The class of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(class, _)| *class)
    }

    /// What it is called in a shape: numbers are not told apart there, since one and the same place may hold any.
    pub(super) fn shape_name(self) -> &'static str {
        match self {
            Self::AccountId | Self::Version => "Number",
            other => other.name(),
        }
    }

    /// The narrowest class that values of both belong to. In any order of joining, the outcome is the same.
    pub(super) fn join(self, other: Self) -> Self {
        if self == other || other.is_below(self) {
            self
        } else if self.is_below(other) {
            other
        } else {
            Self::Token
        }
    }

    fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Json) | (Self::AccountId, Self::Number | Self::Version | Self::Hex) => true,
            (Self::Number, Self::Version | Self::Hex) => true,
            (_, Self::Token) => self != Self::Json,
            _ => false,
        }
    }

    /// The class of a JSON value that is neither object nor array, as it is written.
    pub(super) fn of_leaf(raw: &str) -> Self {
        match raw.as_bytes() {
            br#""true""# | br#""false""# => Self::Boolean,
            [b'"', .., b'"'] => Self::of(&raw[1..raw.len() - 1]).unwrap_or(Self::Token),
            b"true" | b"false" => Self::Boolean,
            b"null" => Self::Null,
            _ => Self::Number,
        }
    }

    /// The class of a text; none for a mere word, or several.
    pub(super) fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() < 2 {
            return bytes.first().filter(|byte| byte.is_ascii_digit()).map(|_| Self::Number);
        }
        if is_blob(bytes) {
            return Some(Self::Id);
        }
        if bytes.len() > LONGEST {
            return None;
        }
        if is_time(bytes) {
            return Some(Self::Time);
        }
        if bytes.iter().any(u8::is_ascii_whitespace) {
            return None;
        }
        if text.starts_with("arn:") && bytes.iter().filter(|byte| **byte == b':').count() >= 5 {
            return Some(Self::Arn);
        }
        if text.split_once("://").is_some_and(|(scheme, rest)| {
            !rest.is_empty() && !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }) {
            return Some(Self::Url);
        }
        if is_email(text) {
            return Some(Self::Email);
        }
        if is_action(text) {
            return Some(Self::Action);
        }
        if bytes[0] == b'/' {
            return bytes[1..].contains(&b'/').then_some(Self::Path);
        }
        if bytes.iter().any(u8::is_ascii_digit) || text.contains("::") { Self::with_digits(text) } else { None }
    }

    fn with_digits(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
        if digits == bytes.len() {
            return Some(if digits == 12 { Self::AccountId } else { Self::Number });
        }
        if is_uuid(bytes) {
            return Some(Self::Uuid);
        }
        if is_ipv4(text) {
            return Some(Self::Ipv4);
        }
        if text.split('/').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()) {
            return Some(Self::Ipv6);
        }
        if is_number(text) {
            return Some(Self::Number);
        }
        if is_access_key(bytes) {
            return Some(Self::AccessKey);
        }
        let hex = text.strip_prefix("0x").unwrap_or(text).as_bytes();
        let is_hex = hex.iter().all(u8::is_ascii_hexdigit);
        if is_hex && (hex.len() >= 8 || (hex.len() < bytes.len() && !hex.is_empty())) {
            return Some(Self::Hex);
        }
        if is_region(text) {
            return Some(Self::Region);
        }
        if is_version(bytes) {
            return Some(Self::Version);
        }
        if is_host(text) {
            return Some(Self::Host);
        }
        (marked(text).is_some()
            || (bytes.len() >= 8 && digits >= 3 && text.trim_end_matches('=').bytes().all(|byte| is_id_byte(&byte))))
        .then_some(Self::Id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_their_form() {
        let cases: &[(&str, Class)] = &[
            ("7", Class::Number),
            ("-1.5", Class::Number),
            ("1,024", Class::Number),
            ("99%", Class::Number),
            ("10ms", Class::Number),
            ("123456789012", Class::AccountId),
            ("1234567890123", Class::Number),
            ("AKIAIOSFODNN7EXAMPLE", Class::AccessKey),
            ("cd05c51d-fee2-4003-b9c5-385f28ad5b29", Class::Uuid),
            ("1a2b3c4d5e", Class::Hex),
            ("0x1f", Class::Hex),
            ("i-0123456789abcdef0", Class::Id),
            ("192.0.2.7", Class::Ipv4),
            ("192.0.2.7:443", Class::Ipv4),
            ("10.0.0.0/8", Class::Ipv4),
            ("2001:db8::1", Class::Ipv6),
            ("::1", Class::Ipv6),
            ("2026-03-01", Class::Time),
            ("2026-03-01T10:00:00.123Z", Class::Time),
            ("20260301T100000Z", Class::Time),
            ("10:00:00", Class::Time),
            ("arn:aws:iam::123456789012:user/alice", Class::Arn),
            ("ec2:DescribeInstances", Class::Action),
            ("s3:*", Class::Action),
            ("SNS:Publish", Class::Action),
            ("2026-03-01 10:00:00", Class::Time),
            ("alice@example.com", Class::Email),
            ("https://example.com/a?b=c", Class::Url),
            ("ip-10-0-0-1.ec2.internal", Class::Host),
            ("us-east-1", Class::Region),
            ("us-gov-west-1", Class::Region),
            ("eu-central-1a", Class::Region),
            ("2.9.0", Class::Version),
            ("10_15_7", Class::Version),
            ("4.14.294-220.533.amzn2.x86_64", Class::Version),
            ("/aws/lambda/x", Class::Path),
        ];
        for (text, class) in cases {
            assert_eq!(Class::of(text), Some(*class), "{text}");
        }
    }

    #[test]
    fn words_stay_words() {
        for text in [
            "",
            "a",
            "Denied",
            "Boto3",
            "x86_64",
            "S3",
            "ec2.amazonaws.com",
            "identity-based",
            "user/alice",
            "é",
            "::",
            "User:Alice",
        ] {
            let found = Class::of(text);
            assert!(found.is_none() || text == "::", "{text}: {found:?}");
        }
    }

    #[test]
    fn joining_does_not_depend_on_the_order() {
        for (a, _) in NAMES {
            for (b, _) in NAMES {
                assert_eq!(a.join(*b), b.join(*a));
                for (c, _) in NAMES {
                    assert_eq!(a.join(*b).join(*c), a.join(b.join(*c)), "{a:?} {b:?} {c:?}");
                }
            }
        }
        assert_eq!(Class::AccountId.join(Class::Number), Class::Number);
        assert_eq!(Class::Uuid.join(Class::Arn), Class::Token);
    }
}
