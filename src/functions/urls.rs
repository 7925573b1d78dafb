//! Parts of URLs, taken apart as RFC 3986 says. What is no URL has no parts.

use std::borrow::Cow;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Function;
use super::rows::{at, integers, texts};
use super::scalar::{Args, scalar};

/// What SQL may call of this family.
pub(super) const URLS: &[Function] = &[
    scalar! {
        "url_extract_protocol", "url_extract_protocol(url)", "The protocol of a URL.",
        [("url_extract_protocol('https://example.com/a')", "https")],
        (Text) -> DataType::Utf8, |args| part(args, |url| Cow::Borrowed(url.protocol))
    },
    scalar! {
        "url_extract_host", "url_extract_host(url)", "The host of a URL.",
        [("url_extract_host('https://user@example.com:8080/a?b=c')", "example.com"), ("url_extract_host('a b')", "NULL")],
        (Text) -> DataType::Utf8, |args| part(args, |url| Cow::Borrowed(url.host))
    },
    scalar! {
        "url_extract_port", "url_extract_port(url)", "The port of a URL; NULL where it has none.",
        [("url_extract_port('https://example.com:8080/a')", "8080"), ("url_extract_port('https://example.com')", "NULL")],
        (Text) -> DataType::Int64, |args| {
            let subjects = args.texts(0)?;
            integers(args.rows(), |row| Some(Ok(i64::from(Url::parse(at(&subjects, row)?)?.port?))))
        }
    },
    scalar! {
        "url_extract_path", "url_extract_path(url)", "The path of a URL.",
        [("url_extract_path('https://example.com/a%20b/c?d')", "/a b/c")],
        (Text) -> DataType::Utf8, |args| part(args, |url| decoded(url.path))
    },
    scalar! {
        "url_extract_query", "url_extract_query(url)", "The query of a URL.",
        [("url_extract_query('https://example.com/?a=1&b=2#c')", "a=1&b=2")],
        (Text) -> DataType::Utf8, |args| part(args, |url| decoded(url.query.unwrap_or_default()))
    },
    scalar! {
        "url_extract_fragment", "url_extract_fragment(url)", "The fragment of a URL.",
        [("url_extract_fragment('https://example.com/#top')", "top")],
        (Text) -> DataType::Utf8, |args| part(args, |url| decoded(url.fragment))
    },
    scalar! {
        "url_extract_parameter", "url_extract_parameter(url, name)",
        "The value of the first parameter of a name in the query of a URL.",
        [("url_extract_parameter('https://example.com/?a=1&b=x%20y', 'b')", "x y"),
         ("url_extract_parameter('https://example.com/?a=1', 'b')", "NULL")],
        (Text Text) -> DataType::Utf8, parameter
    },
    scalar! {
        "url_encode", "url_encode(text)", "A text as it stands in a query.",
        [("url_encode('a b/é')", "a+b%2F%C3%A9")],
        (Text) -> DataType::Utf8, |args| {
            let subjects = args.texts(0)?;
            texts(args.rows(), |row| Some(Ok(encode(at(&subjects, row)?))))
        }
    },
    scalar! {
        "url_decode", "url_decode(text)", "The text that stands so in a query; NULL where a `%` has no two digits.",
        [("url_decode('a+b%2F%C3%A9')", "a b/é"), ("url_decode('%zz')", "NULL")],
        (Text) -> DataType::Utf8, |args| {
            let subjects = args.texts(0)?;
            texts(args.rows(), |row| form_decoded(at(&subjects, row)?).map(Ok))
        }
    },
];

/// A URL, in parts; those that are missing are empty.
#[derive(Debug, Default)]
struct Url<'a> {
    protocol: &'a str,
    host: &'a str,
    port: Option<u32>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: &'a str,
}

impl<'a> Url<'a> {
    /// Takes a URL apart, or any other URI.
    fn parse(text: &'a str) -> Option<Self> {
        let is_bad =
            |character: char| character.is_control() || character.is_whitespace() || "<>\"{}|\\^`".contains(character);
        if text.contains(is_bad) || !has_whole_escapes(text) {
            return None;
        }
        let mut url = Self::default();
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        url.fragment = fragment;
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        url.query = query;
        let mut rest = rest;
        if let Some((protocol, after)) = rest.split_once(':').filter(|(before, _)| !before.contains('/')) {
            let is_name = protocol.starts_with(|first: char| first.is_ascii_alphabetic())
                && protocol.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character));
            if !is_name {
                return None;
            }
            url.protocol = protocol;
            rest = after;
            // `mailto:someone` has no path.
            if !rest.starts_with('/') {
                return (!rest.is_empty()).then_some(Self { query: None, ..url });
            }
        }
        let Some(authority) = rest.strip_prefix("//") else {
            url.path = rest;
            return Some(url);
        };
        let (authority, path) = authority.split_at(authority.find('/').unwrap_or(authority.len()));
        url.path = path;
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        let end = place.rfind(']').map_or(0, |end| end + 1);
        url.host = place;
        if let Some(colon) = place[end..].rfind(':') {
            let port = &place[end + colon + 1..];
            if !port.bytes().all(|digit| digit.is_ascii_digit()) {
                return Some(Self { host: "", ..url });
            }
            url.host = &place[..end + colon];
            url.port = port.parse().ok();
        }
        Some(url)
    }
}

/// Whether two hexadecimal digits follow each percent sign.
fn has_whole_escapes(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

fn decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

fn part(args: &Args<'_>, of: for<'a> fn(&Url<'a>) -> Cow<'a, str>) -> Result<ArrayRef> {
    let subjects = args.texts(0)?;
    texts(args.rows(), |row| Some(Ok(of(&Url::parse(at(&subjects, row)?)?))))
}

fn parameter(args: &Args<'_>) -> Result<ArrayRef> {
    let (subjects, names) = (args.texts(0)?, args.texts(1)?);
    texts(args.rows(), |row| {
        let (url, name) = (Url::parse(at(&subjects, row)?)?, at(&names, row)?);
        let pairs = url.query?.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.into_iter().find(|(key, _)| *key == name)?;
        form_decoded(value).map(Ok)
    })
}

fn encode(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b' ');
    utf8_percent_encode(text, KEPT).to_string().replace(' ', "+")
}

fn form_decoded(text: &str) -> Option<String> {
    has_whole_escapes(text).then(|| decoded(&text.replace('+', " ")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_urls_are_taken_apart_or_refused() {
        let host = |text| Url::parse(text).map(|url| url.host);
        assert_eq!(host("http://[2001:db8::1]:80/a"), Some("[2001:db8::1]"));
        assert_eq!(host("http://[2001:db8::1]"), Some("[2001:db8::1]"));
        assert_eq!(host("//example.com/a:b"), Some("example.com"));
        assert_eq!(host("arn:aws:iam::123456789012:role/x"), Some(""));
        assert_eq!(host("/a/b"), Some(""));
        assert_eq!(host(""), Some(""));
        for text in ["http://a b/", "http://a/%z", "1a://b", "http:", "a\u{7f}b", ":a"] {
            assert!(Url::parse(text).is_none(), "{text}");
        }
        assert_eq!(Url::parse("http://a:/b").map(|url| (url.host, url.port)), Some(("a", None)));
        assert_eq!(Url::parse("http://a:99999999999/b").map(|url| (url.host, url.port)), Some(("a", None)));
    }
}
