//! The forms by which values are told.

use std::net::Ipv4Addr;

use super::class::Class;

/// Whether ids are made of such characters.
pub(super) fn is_id_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'*' | b'~')
}

/// Long runs of the characters of Base64, in which words would be told apart by `-`, `/` or `_`.
pub(super) fn is_blob(bytes: &[u8]) -> bool {
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

/// `alice@example.com`.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let is_fine = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+'))
    };
    is_fine(name) && is_fine(domain) && domain.trim_matches('.').contains('.')
}

/// An action of IAM: `ec2:DescribeInstances`, `s3:*`, `SNS:Publish`.
pub(super) fn is_action(text: &str) -> bool {
    let Some((service, action)) = text.split_once(':') else { return false };
    let is_lower = service.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_upper = service.bytes().any(|byte| byte.is_ascii_uppercase());
    service.starts_with(|first: char| first.is_ascii_alphabetic())
        && is_lower != is_upper
        && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && action.starts_with(|first: char| first.is_ascii_uppercase() || first == '*')
        && action.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'*')
}

/// `cd05c51d-fee2-4003-b9c5-385f28ad5b29`.
pub(super) fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An address, alone, with a port or with the length of a prefix.
pub(super) fn is_ipv4(text: &str) -> bool {
    let (address, rest) = match text.find(['/', ':']) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, "0"),
    };
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) && address.parse::<Ipv4Addr>().is_ok()
}

/// `2026-03-01`, `2026/03/01`, either with a time of day, or `10:00:00` alone.
pub(super) fn is_time(bytes: &[u8]) -> bool {
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
pub(super) fn is_number(text: &str) -> bool {
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
pub(super) fn is_access_key(bytes: &[u8]) -> bool {
    const PREFIXES: &[&[u8]] =
        &[b"AKIA", b"ASIA", b"AROA", b"AIDA", b"AGPA", b"AIPA", b"ANPA", b"ANVA", b"APKA", b"ABIA", b"ACCA", b"ASCA"];
    bytes.len() >= 16
        && PREFIXES.iter().any(|prefix| bytes.starts_with(prefix))
        && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// `us-east-1`, `us-gov-west-1`, `eu-central-1a`.
pub(super) fn is_region(text: &str) -> bool {
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
pub(super) fn is_version(bytes: &[u8]) -> bool {
    let bytes = match bytes {
        [b'v' | b'V', rest @ ..] => rest,
        all => all,
    };
    bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'~'))
        && bytes.iter().any(|byte| matches!(byte, b'.' | b'_'))
}

/// A name of a machine, with at least two dots. `ec2.amazonaws.com` is the name of a service.
pub(super) fn is_host(text: &str) -> bool {
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
}
