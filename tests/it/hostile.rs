//! Log files that mean harm, or were harmed on the way: cut off and flipped anywhere, bombs, huge records, text that is
//! hardly JSON. Each file gives its records or is named with a reason, and the others are answered all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::AsArray as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use trailql::Source;
use trailql::session::{Answer, Language, Options, Outcome, Session};

/// An archive of one account, one region and one day, written file by file.
struct Archive {
    folder: TempDir,
    /// What is known of each file by its number: the records it must give, or none where it must fail.
    expected: Vec<Option<usize>>,
}

/// What an archive was told by.
struct Told {
    /// Texts of the query's only column.
    rows: Vec<String>,
    outcome: Outcome,
}

impl Archive {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), expected: Vec::new() }
    }

    fn path(&self, number: usize) -> PathBuf {
        let day = self.folder.path().join("AWSLogs/123456789012/CloudTrail/us-east-1/2026/03/01");
        fs::create_dir_all(&day).expect("a folder in a temporary folder");
        day.join(format!("123456789012_CloudTrail_us-east-1_20260301T0005Z_{number:016}.json.gz"))
    }

    /// Writes the next file.
    fn deliver(&mut self, stored: &[u8], expected: Option<usize>) {
        fs::write(self.path(self.expected.len()), stored).expect("a file in a temporary folder");
        self.expected.push(expected);
    }

    #[tokio::main]
    async fn ask(&self, query: &str, options: Options) -> Told {
        let session = Session::open(&[self.folder.path().display().to_string()], options).await.expect("a folder");
        told(plan(&session, query).await).await
    }

    /// Asks every file for its number and its records, and finds exactly what is known of it.
    #[track_caller]
    fn check(&self, options: Options) {
        // The end of a file's name begins with its number.
        let query = r#"SELECT right("$path", 24) || ' ' || eventid FROM cloudtrail"#;
        let Told { rows, outcome } = self.ask(query, options);
        let mut found: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        let number = |text: &str| text[..16].parse::<usize>().expect("a number");
        for row in &rows {
            assert!(found.entry(number(row)).or_default().insert(row.clone()), "{row} is there twice");
        }
        let name = |location: &str| number(&location[location.len() - 24..]);
        let failed: BTreeSet<usize> = outcome.failed.iter().map(|failure| name(&failure.location)).collect();
        for (number, expected) in self.expected.iter().enumerate() {
            let records = found.get(&number).map_or(0, BTreeSet::len);
            let seen = if failed.contains(&number) { None } else { Some(records) };
            assert_eq!(seen, *expected, "file {number}: {records} records, {:?}", outcome.failed);
            assert!(expected.is_some() || records == 0, "file {number} failed and gave {records} records");
        }
        assert_eq!(failed.len(), outcome.failed.len(), "a file failed twice");
        assert_eq!(outcome.files_listed, self.expected.len() as u64);
        assert_eq!(outcome.files_listed, outcome.files_read + outcome.failed.len() as u64, "{outcome:?}");
        assert_eq!(outcome.records, rows.len() as u64);
        assert_eq!(outcome.is_incomplete(), !failed.is_empty());
    }
}

async fn plan(session: &Session, query: &str) -> Answer {
    let source = Source::new("query", query);
    let statement = session.parse(&source, Language::Sql).expect("SQL").remove(0);
    session.run(statement).await.expect("a plan")
}

async fn told(mut answer: Answer) -> Told {
    let mut rows = Vec::new();
    while let Some(batch) = answer.next().await.expect("rows") {
        rows.extend(batch.column(0).as_string::<i32>().iter().map(|text| text.unwrap_or("NULL").to_owned()));
    }
    Told { rows, outcome: answer.outcome() }
}

fn options() -> Options {
    Options::new("2026-04-01T00:00:00Z".parse::<DateTime<Utc>>().expect("a time"))
}

/// At most this many bytes of text in a file.
fn at_most(inflated_bytes: u64) -> Options {
    let mut options = options();
    options.scan.limits.inflated_bytes = inflated_bytes;
    options
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// A record as CloudTrail writes it, shortened.
fn record(id: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::123456789012:user/é","sessionContext":{{"attributes":{{"mfaAuthenticated":"false"}}}}}},"eventTime":"2026-03-01T00:01:0{id}Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.{id}","userAgent":"[\"aws-cli\\2.0\"]","requestParameters":{{"bucketName":"b","list":[1,2.5e3,null,true]}},"responseElements":null,"eventID":"{id}"}}"#
    )
}

fn delivery() -> String {
    format!(r#"{{"Records":[{},{}]}}"#, record(1), record(2))
}

#[test]
fn a_stream_cut_off_anywhere_fails_and_the_others_are_read() {
    let mut archive = Archive::new();
    let whole = gzip(delivery().as_bytes());
    for length in 0..whole.len() {
        archive.deliver(&whole[..length], None);
    }
    archive.deliver(&whole, Some(2));
    archive.check(options());
}

#[test]
fn members_cut_off_between_them_are_a_shorter_delivery() {
    let mut archive = Archive::new();
    let first = gzip(format!("{}\n", record(1)).as_bytes());
    let whole = [first.clone(), gzip(record(2).as_bytes())].concat();
    for length in first.len() - 20..=whole.len() {
        let expected = match length {
            _ if length == first.len() => Some(1),
            _ if length == whole.len() => Some(2),
            _ => None,
        };
        archive.deliver(&whole[..length], expected);
    }
    archive.check(options());
}

#[test]
fn text_cut_off_anywhere_fails_unless_a_record_ends_there() {
    let mut archive = Archive::new();
    let whole = delivery();
    for length in 0..whole.len() {
        archive.deliver(&whole.as_bytes()[..length], None);
    }
    let lines = format!("{}\n{}\n", record(1), record(2));
    let first = record(1).len();
    for length in 1..=lines.len() {
        let expected = match length {
            _ if length == first || length == first + 1 => Some(1),
            _ if length >= lines.len() - 1 => Some(2),
            _ => None,
        };
        archive.deliver(&lines.as_bytes()[..length], expected);
    }
    archive.check(options());
}

#[test]
fn a_stream_with_any_byte_flipped_fails_or_is_the_same() {
    let mut archive = Archive::new();
    let whole = gzip(delivery().as_bytes());
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        // A header holds a time and the names of a compressor and a system, which nobody needs.
        archive.deliver(&flipped, (4..10).contains(&at).then_some(2));
    }
    archive.check(options());
}

#[test]
fn bombs_stop_at_the_limit() {
    const LIMIT: usize = 100_000;
    let mut archive = Archive::new();
    archive.deliver(&gzip(delivery().as_bytes()), Some(2));
    // White space, one string, records without end; stored and compressed; in one member and in many.
    archive.deliver(&gzip(format!("{}{}", " ".repeat(50 * LIMIT), delivery()).as_bytes()), None);
    archive.deliver(&gzip(format!(r#"{{"Records":[{{"eventID":"{}"}}]}}"#, "x".repeat(LIMIT)).as_bytes()), None);
    archive.deliver(&gzip(format!(r#"{{"Records":[{}{{}}]}}"#, "{},".repeat(LIMIT)).as_bytes()), None);
    archive.deliver(format!("{}{}", " ".repeat(LIMIT), delivery()).as_bytes(), None);
    archive.deliver(&gzip(&[b' '; LIMIT / 10]).repeat(11), None);
    // Nothing but headers: a member without text has 20 bytes.
    archive.deliver(&[gzip(b"").repeat(5000), gzip(delivery().as_bytes())].concat(), Some(2));
    let exact = delivery();
    archive.deliver(&gzip(format!("{exact}{}", " ".repeat(LIMIT - exact.len())).as_bytes()), Some(2));
    archive.deliver(&gzip(format!("{exact}{}", " ".repeat(LIMIT - exact.len() + 1)).as_bytes()), None);
    archive.check(at_most(LIMIT as u64));
}

#[test]
fn nesting_stops_at_the_limit() {
    let mut archive = Archive::new();
    let inside = |open: &str, value: &str, close: &str, depth: usize| {
        format!(
            r#"{{"Records":[{{"eventID":"1","requestParameters":{}{value}{}}}]}}"#,
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    // The limit is 256; three containers are open around the value.
    archive.deliver(inside("[", "", "]", 253).as_bytes(), Some(1));
    archive.deliver(inside("[", "", "]", 254).as_bytes(), None);
    archive.deliver(inside(r#"{"a":"#, "1", "}", 253).as_bytes(), Some(1));
    archive.deliver(inside(r#"{"a":"#, "1", "}", 254).as_bytes(), None);
    archive.deliver(&gzip(inside("[{\"a\":", "", "}]", 1 << 20).as_bytes()), None);
    archive.deliver(&gzip("[".repeat(5 << 20).as_bytes()), None);
    archive.deliver(inside("[", "\"[[[[{{{{\"", "]", 200).as_bytes(), Some(1));
    archive.check(options());
}

#[test]
fn a_record_of_megabytes_is_a_record() {
    const MEGABYTES: usize = 5 << 20;
    let mut archive = Archive::new();
    let long = format!(
        r#"{{"Records":[{},{{"eventID":"long","requestParameters":{{"a":"{}","z":"end"}}}},{}]}}"#,
        record(1),
        r"x\n".repeat(MEGABYTES / 3),
        record(2)
    );
    archive.deliver(&gzip(long.as_bytes()), Some(3));
    archive.check(options());
    let query = "SELECT CAST(length(requestparameters.a) AS VARCHAR) || requestparameters.z FROM cloudtrail \
                 WHERE eventid = 'long'";
    let expected = format!("{}end", MEGABYTES / 3 * 2);
    assert_eq!(archive.ask(query, options()).rows, [expected]);
}

#[test]
fn text_that_is_hardly_json_is_taken_with_care() {
    let value = |json: &[u8], query: &str| {
        let mut archive = Archive::new();
        archive.deliver(&[br#"{"Records":[{"eventID":"1","#, json, b"}]}"].concat(), Some(1));
        let Told { rows, outcome } = archive.ask(&format!("SELECT {query} FROM cloudtrail"), options());
        assert_eq!((outcome.files_read, outcome.failed.len()), (1, 0), "{outcome:?}");
        rows.concat()
    };
    // Bytes that are no UTF-8: in a value, in a key beside it, and cut off at the end of a string.
    assert_eq!(value(b"\"userAgent\":\"a\xff\xfeb\"", "useragent"), "a\u{fffd}\u{fffd}b");
    assert_eq!(value(b"\"\xc3\":\"x\",\"userAgent\":\"b\"", "useragent"), "b");
    assert_eq!(value(b"\"userAgent\":\"\xe2\x82\"", "useragent"), "\u{fffd}");
    assert_eq!(value(b"\"requestParameters\":{\"a\":\"\xff\"}", "requestparameters"), "{\"a\":\"\u{fffd}\"}");
    // Half a pair of surrogates, and the wrong way round.
    assert_eq!(value(br#""userAgent":"a\ud800b""#, "useragent"), "a\u{fffd}b");
    assert_eq!(value(br#""userAgent":"\udc00\ud800""#, "useragent"), "\u{fffd}\u{fffd}");
    assert_eq!(value(br#""userAgent":"\ud83d\ude00""#, "useragent"), "\u{1f600}");
    // The same key twice: the later is meant, also inside, also when the key is written with an escape.
    assert_eq!(value(br#""userAgent":"a","userAgent":"b""#, "useragent"), "b");
    assert_eq!(value(br#""userAgent":"a","user\u0041gent":"b""#, "useragent"), "b");
    assert_eq!(value(br#""userIdentity":{"arn":"a"},"userIdentity":{"type":"b"}"#, "useridentity.arn"), "NULL");
    // Numbers that no machine number holds are kept to the digit.
    for number in ["18446744073709551616", "-9223372036854775809", "1e400", "0.1234567890123456789"] {
        let json = format!(r#""requestParameters":{{"n":{number}}}"#);
        assert_eq!(value(json.as_bytes(), "requestparameters.n"), number);
    }
    // A zero byte ends nothing.
    assert_eq!(value(br#""userAgent":"a\u0000b""#, "useragent"), "a\0b");
}

#[test]
fn a_file_that_vanishes_before_it_is_read_is_named() {
    let mut archive = Archive::new();
    for _ in 0..3 {
        archive.deliver(&gzip(delivery().as_bytes()), Some(2));
    }
    let run = async {
        let session = Session::open(&[archive.folder.path().display().to_string()], options()).await.expect("a folder");
        let answer = plan(&session, "SELECT eventid FROM cloudtrail").await;
        fs::remove_file(archive.path(1)).expect("a file that is there");
        told(answer).await
    };
    let Told { rows, outcome } = tokio::runtime::Runtime::new().expect("threads").block_on(run);
    assert_eq!(rows.len(), 4);
    assert_eq!((outcome.files_listed, outcome.files_read, outcome.failed.len()), (3, 2, 1), "{outcome:?}");
    assert!(outcome.failed[0].to_string().contains("0000000000000001.json.gz"), "{:?}", outcome.failed);
    assert!(outcome.is_incomplete());
}
