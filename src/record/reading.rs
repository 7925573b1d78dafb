//! The shapes in which records come: which part of a document are records, and where the reading stands.

use super::cursor::{Cursor, Fault, Token};
use super::skim::Extent;
use super::text::unescaped;
use super::walk::{member, pass};

/// What one document held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that came of it.
    pub records: u64,
    /// Elements among the records that are none: no object, or in the output of `lookup-events` no record inside.
    pub malformed: u64,
    /// What it is.
    pub kind: DocumentKind,
}

/// What a document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentKind {
    /// Records, perhaps none, in any wrapping.
    #[default]
    Records,
    /// A digest file, which holds no records.
    Digest,
    /// Summaries of data events, which are not records.
    Aggregated,
}

/// A place in a document between two records.
#[derive(Debug, Clone)]
pub struct Reading<'d> {
    pub(super) cursor: Cursor<'d>,
    pub(super) place: Place,
    /// At the top: the token taken already.
    pub(super) pending: Option<Token>,
    pub(super) tally: Tally,
    /// Whether the rest is known to be sound.
    pub(super) verified: bool,
    /// The only records wanted, those that are still ahead.
    pub(super) selected: Option<&'d [Extent]>,
}

impl<'d> Reading<'d> {
    /// Before a document.
    pub(super) fn new(cursor: Cursor<'d>) -> Self {
        Self { cursor, place: Place::Top, pending: None, tally: Tally::default(), verified: false, selected: None }
    }
}

/// Where a reading stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// Before a document, or at the end.
    Top,
    /// Before an element of an array, its comma taken.
    Elements(Elements),
    /// After the array of records in an object that holds it, before `,` or `}`.
    Wrapper(Token),
}

/// An array of records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements {
    pub(super) open: Token,
    /// The object around it.
    pub(super) wrapper: Option<Token>,
    pub(super) content: Content,
    /// Whether nothing but the opening bracket was taken.
    pub(super) first: bool,
}

/// What the elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The first object will tell.
    Unknown,
    /// Records.
    Records,
    /// Summaries, as far as they say so.
    Aggregated,
    /// Entries of `aws cloudtrail lookup-events`, the record as text inside.
    Events,
}

/// What an object at the top turned out to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    /// An array of records follows, its bracket taken.
    Array(Token, Content),
    /// The object ended.
    End(Signs),
}

/// What the keys of an object say about it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// It has `Records`.
    wrapper: bool,
    digest: bool,
    record: bool,
    aggregated: bool,
}

impl Signs {
    /// What the object is when it stands alone; None when it merely wraps records.
    pub(super) fn kind(self) -> Option<DocumentKind> {
        if self.wrapper {
            None
        } else if self.aggregated {
            Some(DocumentKind::Aggregated)
        } else if self.digest && !self.record {
            Some(DocumentKind::Digest)
        } else {
            Some(DocumentKind::Records)
        }
    }

    fn note(&mut self, key: &[u8], value: &[u8]) {
        match key {
            b"digestS3Object" | b"digestStartTime" => self.digest = true,
            b"eventVersion" | b"eventName" | b"eventID" => self.record = true,
            b"eventCategory" => self.aggregated |= value == br#""Aggregated""#,
            b"eventType" => self.aggregated |= value == br#""AwsAggregatedEvent""#,
            _ => {}
        }
    }
}

/// Looks at the members of an object whose bracket `open` was taken; with `arrays`, only up to an array of records.
pub(super) fn look(cursor: &mut Cursor<'_>, open: Token, arrays: bool) -> Result<Look, Fault> {
    cursor.enter();
    let token = cursor.next();
    if token.byte == b'}' {
        cursor.leave(open, token)?;
        return Ok(Look::End(Signs::default()));
    }
    look_on(cursor, open, token, Signs::default(), arrays)
}

/// The same after an array of records, before `,` or `}`.
pub(super) fn look_after(cursor: &mut Cursor<'_>, open: Token) -> Result<Look, Fault> {
    let signs = Signs { wrapper: true, ..Signs::default() };
    let after = cursor.next();
    if after.byte != b',' {
        cursor.leave(open, after)?;
        return Ok(Look::End(signs));
    }
    let token = cursor.next();
    look_on(cursor, open, token, signs, true)
}

fn look_on(
    cursor: &mut Cursor<'_>,
    open: Token,
    mut token: Token,
    mut signs: Signs,
    arrays: bool,
) -> Result<Look, Fault> {
    loop {
        let (key, value) = member(cursor, token)?;
        let key = unescaped(key);
        match (&*key, value.byte) {
            (b"Records", b'[') if arrays => return Ok(Look::Array(value, Content::Unknown)),
            (b"Events", b'[') if arrays => return Ok(Look::Array(value, Content::Events)),
            (b"Records", b'n') if arrays => signs.wrapper = true,
            (b"Records", _) if arrays => return Err(cursor.fault(value, "an array")),
            _ => {}
        }
        let after = pass(cursor, value)?;
        let end = cursor.end_of(value, after);
        signs.note(&key, cursor.text().get(value.at..end).unwrap_or_default());
        if after.byte != b',' {
            cursor.leave(open, after)?;
            return Ok(Look::End(signs));
        }
        token = cursor.next();
    }
}

#[cfg(test)]
mod tests {
    use super::super::Error;
    use super::super::build::tests::{leaf, read};
    use super::*;
    use crate::schema::Kind;

    /// The names in a document, each record by its `n`; the same for every chunk, and counted without any leaf.
    fn check(document: &str, names: &[&str]) -> Tally {
        let mut tally = None;
        for chunk in [1, 2, 100] {
            let (rows, tallies) = read(&[document.as_bytes()], &[leaf("n", Kind::Text)], chunk);
            let found: Vec<&str> = rows.iter().map(|row| row[0].as_deref().unwrap_or("-")).collect();
            assert_eq!(found, names, "{document}: {tallies:?}");
            tally = tallies[0].clone().ok();
            let (_, counted) = read(&[document.as_bytes()], &[], chunk);
            assert_eq!(tally, counted[0].clone().ok(), "{document}");
        }
        let tally = tally.unwrap_or_else(|| panic!("{document} is sound"));
        assert_eq!(tally.records, names.len() as u64);
        tally
    }

    fn check_error(document: &[u8]) -> Error {
        // Sound documents around it keep their rows.
        let sound = br#"{"Records":[{"n":"s"},{"n":"t"}]}"#.as_slice();
        let mut error = None;
        for chunk in [1, 3, 100] {
            let (rows, tallies) = read(&[sound, document, sound], &[leaf("n", Kind::Text)], chunk);
            assert_eq!(rows.len(), 4, "{}", String::from_utf8_lossy(document));
            error = tallies[1].clone().err();
        }
        error.unwrap_or_else(|| panic!("{} is broken", String::from_utf8_lossy(document)))
    }

    #[test]
    fn records_are_found_in_every_wrapping() {
        for document in [
            r#"{"Records":[{"n":"a"},{"n":"b"}]}"#,
            r#"{"Records": [ {"n": "a"}, {"n" :"b"} ] }"#,
            "{\r\n\t\"Records\": [\r\n\t\t{\"n\": \"a\"},\r\n\t\t{\"n\": \"b\"}\r\n\t]\r\n}\r\n",
            r#"{"x":{"Records":[{"n":"z"}]},"Records":[{"n":"a"},{"n":"b"}],"y":[1,{}]}"#,
            r#"{"\u0052ecords":[{"n":"a"},{"n":"b"}]}"#,
            r#"[{"n":"a"},{"n":"b"}]"#,
            "{\"n\":\"a\"}\n{\"n\":\"b\"}\n",
            "{\"n\":\"a\"}\r\n{\"n\":\"b\"}",
            r#"{"n":"a"}{"n":"b"}"#,
            r#"{"Records":[{"n":"a"}]}{"Records":[{"n":"b"}]}"#,
            r#"{"Records":[{"n":"a"}],"Records":[{"n":"b"}]}"#,
            r#"  [{"n":"a"}] {"n":"b"}  "#,
        ] {
            let tally = check(document, &["a", "b"]);
            assert_eq!(tally, Tally { records: 2, malformed: 0, kind: DocumentKind::Records });
        }
        check(r#"{"n":"one"}"#, &["one"]);
        check("{}", &["-"]);
    }

    #[test]
    fn a_delivery_may_be_empty() {
        for document in [r#"{"Records":[]}"#, r#"{"Records": [ ] }"#, "[]", " [ ]\n", r#"{"Records":null}"#] {
            assert_eq!(check(document, &[]), Tally::default());
        }
    }

    #[test]
    fn digests_and_summaries_are_no_records() {
        let digest =
            r#"{"awsAccountId":"1","digestS3Object":"k","newestEventTime":null,"logFiles":[{"s3Object":"o"}]}"#;
        assert_eq!(check(digest, &[]).kind, DocumentKind::Digest);
        for summary in [
            r#"{"eventVersion":"1.0","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent"}"#,
            r#"[{"eventType":"AwsAggregatedEvent"},{"eventType":"AwsAggregatedEvent"}]"#,
            r#"{"Records":[{"eventCategory": "Aggregated"}]}"#,
        ] {
            assert_eq!(check(summary, &[]).kind, DocumentKind::Aggregated);
        }
        let inside = r#"[{"n":"a","requestParameters":{"eventCategory":"Aggregated"}}]"#;
        assert_eq!(check(inside, &["a"]).kind, DocumentKind::Records);
        assert_eq!(check(r#"[{"eventCategory":"Aggregated"},{"n":"a"}]"#, &["a"]).kind, DocumentKind::Records);
    }

    #[test]
    fn lookup_events_hides_records_in_text() {
        let document = r#"{"Events":[
            {"EventId":"1","CloudTrailEvent":"{\"n\":\"a\\\"\\u0062\"}"},
            {"EventId":"2"},
            {"CloudTrailEvent":"{\"n\":"},
            {"CloudTrailEvent":"{} {}"},
            {"CloudTrailEvent":"[]"},
            {"CloudTrailEvent":" {\"n\": \"c\"} ","Username":"u"}
        ],"NextToken":"t"}"#;
        assert_eq!(check(document, &["a\"b", "c"]).malformed, 4);
        check(r#"{"n":"a","Events":"not a list"}"#, &["a"]);
    }

    #[test]
    fn what_is_no_object_is_counted_and_left_out() {
        let tally = check(r#"{"Records":[1,{"n":"a"},null,"x",[{"n":"z"}],{"n":"b"},-1.5e3]}"#, &["a", "b"]);
        assert_eq!(tally.malformed, 5);
    }

    #[test]
    fn nothing_is_an_error_of_its_own() {
        for document in ["", " ", "\r\n\t "] {
            assert_eq!(check_error(document.as_bytes()), Error::Empty);
        }
        for document in ["Records", "\"text\"", "12", "null", "<html>", "\u{feff}", "\0"] {
            assert!(matches!(check_error(document.as_bytes()), Error::NotJson { .. }), "{document:?}");
        }
    }

    #[test]
    fn broken_documents_are_errors_that_say_where() {
        for (document, offset) in [
            (r#"{"Records":[{"n":1}]]"#, 20),
            (r#"{"Records":[{"n":1}]}x"#, 21),
            (r#"{"Records":[{"n":1}]},"#, 21),
            (r#"{"Records":[{"n":1},]}"#, 20),
            (r#"{"Records":[{"n":1} {"n":2}]}"#, 20),
            (r#"{"Records":[{"n":1}}]}"#, 19),
            (r#"{"Records":[{"n":1,}]}"#, 19),
            (r#"{"Records":[{"n" 1}]}"#, 17),
            (r#"{"Records":[{n:1}]}"#, 13),
            (r#"{"Records":[{'n':1}]}"#, 13),
            (r#"{"Records":[{"m":"1"},{"n":"1" "o":2}]}"#, 31),
            (r#"{"Records":[{"m":"1"},{"n":"1""o":2}]}"#, 30),
            (r#"{"Records":[{"n":undefined}]}"#, 17),
            (r#"{"Records":[{"n":01}]}"#, 17),
            (r#"{"Records":[{"n":,"m":1}]}"#, 17),
            (r#"{"Records":[{"n"}]}"#, 16),
            (r#"{"Records":{"n":1}}"#, 11),
            (r#"{"Records":[{"n":1]}"#, 18),
            (r#"{"Records":[{"n":"a"},{"n":[1}]}"#, 29),
            (r#"{"Records" [{"n":1}]}"#, 11),
            (r#"{Records:[{"n":1}]}"#, 1),
            (r#"[{"n":1}] 2"#, 10),
            (r#"[{"n":1}}"#, 8),
            (r#"[tru]"#, 1),
        ] {
            match check_error(document.as_bytes()) {
                Error::Syntax { offset: found, .. } => assert_eq!(found, offset, "{document}"),
                other => panic!("{document}: {other}"),
            }
        }
    }

    #[test]
    fn a_document_cut_off_anywhere_is_an_error_without_rows() {
        for document in [
            r#"{"Records":[{"n":"a","u":{"x":[1,2,{"y":"z\"}"}]}},{"n":"b","m":null}],"k":true}"#,
            "[\n  {\"n\": \"a\", \"u\": {\"x\": 1.5}},\n  {\"n\": \"b\"}\n]",
            r#"{"n":"a","u":{"x":[1,2,{"y":"z"}]}}"#,
            r#"{"Events":[{"CloudTrailEvent":"{\"n\":1}"}]}"#,
            r#"{"digestS3Object":"k","logFiles":[{}]}"#,
        ] {
            for length in 1..document.len() {
                let error = check_error(&document.as_bytes()[..length]);
                assert!(matches!(error, Error::CutOff { .. } | Error::Syntax { .. }), "{length}: {error}");
            }
        }
    }

    #[test]
    fn depth_has_a_limit_and_no_stack_to_lose() {
        let nested = |depth: usize| format!("[{{\"n\":{}{}}}]", "[".repeat(depth), "]".repeat(depth));
        check(&nested(254), &[nested(254)[6..6 + 508].as_ref()]);
        assert_eq!(check_error(nested(255).as_bytes()), Error::TooDeep { limit: 256 });
        assert_eq!(check_error("[".repeat(1 << 20).as_bytes()), Error::TooDeep { limit: 256 });
        assert_eq!(check_error("{\"n\":".repeat(1 << 20).as_bytes()), Error::TooDeep { limit: 256 });
    }
}
