//! What a piece of text is by its nature: a number, an address, an ARN, …

use std::net::{Ipv4Addr, Ipv6Addr};

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

fn is_id_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'*' | b'~')
}

/// Long runs of the characters of Base64, in which words would be told apart by `-`, `/` or `_`.
fn is_blob(bytes: &[u8]) -> bool {
    bytes.len() >= 40
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_'))
        && bytes.iter().any(u8::is_ascii_digit)
        && bytes.iter().any(u8::is_ascii_uppercase)
        && bytes.iter().any(u8::is_ascii_lowercase)
        && longest_run(bytes) >= 24
}

/// The longest run of letters and digits.
fn longest_run(bytes: &[u8]) -> usize {
    bytes.split(|byte| !byte.is_ascii_alphanumeric()).map(<[u8]>::len).max().unwrap_or(0)
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let is_fine = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
    };
    is_fine(name) && is_fine(domain) && domain.trim_matches('.').contains('.')
}

/// An action of IAM: `ec2:DescribeInstances`, `s3:*`, `SNS:Publish`.
fn is_action(text: &str) -> bool {
    let Some((service, action)) = text.split_once(':') else { return false };
    let is_lower = service.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_upper = service.bytes().any(|byte| byte.is_ascii_uppercase());
    service.starts_with(|first: char| first.is_ascii_alphabetic())
        && is_lower != is_upper
        && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && action.starts_with(|first: char| first.is_ascii_uppercase() || first == '*')
        && action.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'*')
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An address, alone, with a port or with the length of a prefix.
fn is_ipv4(text: &str) -> bool {
    let (address, rest) = match text.find(['/', ':']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, "0"),
    };
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) && address.parse::<Ipv4Addr>().is_ok()
}

/// `2026-03-01`, `2026/03/01`, either with a time of day, or `10:00:00` alone.
fn is_time(bytes: &[u8]) -> bool {
    let like = |form: &[u8], text: &[u8]| {
        text.len() >= form.len()
            && form.iter().zip(text).all(|(form, byte)| match form {
                b'9' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let is_rest = |rest: &[u8]| {
        rest.iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b':' | b'.' | b',' | b'T' | b'Z' | b'+' | b'-'))
    };
    if like(b"9999-99-99", bytes) || like(b"9999/99/99", bytes) {
        let rest = &bytes[10..];
        return rest.is_empty() || (matches!(rest[0], b' ' | b'T' | b'Z' | b'+') && is_rest(rest));
    }
    if like(b"99999999T999999Z", bytes) {
        return bytes.len() == 16;
    }
    like(b"99:99:99", bytes) && is_rest(&bytes[8..])
}

/// `-5`, `1,024`, `99.5%`, `10ms`, `1e-7`.
fn is_number(text: &str) -> bool {
    let text = text.strip_suffix('%').unwrap_or(text);
    if let Some(number) = text.strip_prefix(['-', '+']).or(Some(text))
        && number.starts_with(|first: char| first.is_ascii_digit() || first == '.')
    {
        let without = number.trim_end_matches(|last: char| last.is_ascii_alphabetic());
        let unit = number.len() - without.len();
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
        if unit <= 3 && is_plain(without) && without.matches('.').count() <= 1 {
            return without.bytes().any(|byte| byte.is_ascii_digit());
        }
        return number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'-' | b'+'))
            && number.parse::<f64>().is_ok();
    }
    false
}

/// The unique ids of IAM, and those of access keys.
///
/// Source: IAM User Guide, "IAM identifiers", understanding unique ID prefixes.
fn is_access_key(bytes: &[u8]) -> bool {
    const PREFIXES: &[&[u8]] =
        &[b"AKIA", b"ASIA", b"AROA", b"AIDA", b"AGPA", b"AIPA", b"ANPA", b"ANVA", b"APKA", b"ABIA", b"ACCA", b"ASCA"];
    bytes.len() >= 16
        && PREFIXES.iter().any(|prefix| bytes.starts_with(prefix))
        && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// `us-east-1`, `us-gov-west-1`, `eu-central-1a`.
fn is_region(text: &str) -> bool {
    let text = text.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or(text);
    let mut parts = text.split('-').rev();
    let is_last_digit = parts.next().is_some_and(|last| last.len() == 1 && last.as_bytes()[0].is_ascii_digit());
    let words: Vec<_> = parts.collect();
    const DIRECTIONS: &[&str] =
        &["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];
    is_last_digit
        && matches!(words.len(), 2 | 3)
        && words.first().is_some_and(|direction| DIRECTIONS.contains(direction))
        && words.iter().skip(1).all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()))
        && words.last().is_some_and(|area| (2..=5).contains(&area.len()))
}

/// `2.9.0`, `10_15_7`, `v1.2`, `4.14.294-220.533.amzn2.x86_64`.
fn is_version(bytes: &[u8]) -> bool {
    let bytes = match bytes {
        [b'v' | b'V', rest @ ..] => rest,
        all => all,
    };
    bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'~'))
        && bytes.iter().any(|byte| matches!(byte, b'.' | b'_'))
}

/// A name of a machine, with at least two dots. `ec2.amazonaws.com` is the name of a service.
fn is_host(text: &str) -> bool {
    let labels: Vec<_> = text.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    labels.len() >= 3
        && !(labels.len() == 3 && text.ends_with(".amazonaws.com"))
        && labels.iter().all(is_label)
        && labels.last().is_some_and(|last| last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// The length of the name in `i-0123456789abcdef0` or `red-team_1c67869a-…`, and the class of what follows it after one
/// character. The name has no digits, and so is the same the next time.
pub(super) fn marked(text: &str) -> Option<(usize, Class)> {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(|byte| is_id_byte(&byte) && !byte.is_ascii_digit())
    };
    let before = text.len().checked_sub(36).and_then(|at| text.split_at_checked(at));
    if let Some((name, uuid)) = before
        && is_uuid(uuid.as_bytes())
    {
        let name = name.strip_suffix(['-', '_'])?;
        return is_name(name).then_some((name.len(), Class::Uuid));
    }
    let (name, id) = text.rsplit_once(['-', '_'])?;
    let is_id = id.len() >= 8
        && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        && id.bytes().any(|byte| byte.is_ascii_digit());
    let class = if id.bytes().all(|byte| byte.is_ascii_digit()) { Class::Number } else { Class::Hex };
    (is_id && is_name(name)).then_some((name.len(), class))
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
    fn an_id_with_a_name_is_told_by_it() {
        assert_eq!(marked("i-0123456789abcdef0"), Some((1, Class::Hex)));
        assert_eq!(marked("red-team_ea782787-a65d-4fc4-9fca-1c97869a9a25"), Some((8, Class::Uuid)));
        assert_eq!(marked("terraform-20230710121504"), Some((9, Class::Number)));
        for text in
            ["identity-based", "x2-0123456789", "é-12345678", "-12345678", "ea782787-a65d-4fc4-9fca-1c97869a9a25"]
        {
            assert_eq!(marked(text), None, "{text}");
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
