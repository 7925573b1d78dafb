//! Pruning loses nothing: whatever a predicate says of accounts, regions, days, keys and times, the rows are those of
//! the same predicate over every record, and every log file is accounted for.

use std::cmp::Ordering;
use std::fs;
use std::io::Write;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use datafusion::arrow::array::AsArray;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use trailql::archive::Slack;
use trailql::diag::Source;
use trailql::session::{Language, Options, Outcome, Session};

/// A record and the log file it lies in.
#[derive(Debug, Clone)]
struct Event {
    id: String,
    account: &'static str,
    region: &'static str,
    delivered: DateTime<Utc>,
    key: String,
    /// What the record says of its time.
    text: String,
    /// What that means; none for a sentence.
    at: Option<DateTime<Utc>>,
}

const ACCOUNTS: [&str; 3] = ["111122223333", "123456789012", "210987654321"];
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

/// The events begin here, and go on for three and a half days, over a new year.
fn start() -> DateTime<Utc> {
    "2025-12-30T06:00:00Z".parse().expect("a time")
}

/// A time in one of the forms seen in records.
fn written(at: DateTime<Utc>, form: usize) -> String {
    let shifted = |hours: i64, zone: &str| (at + Duration::hours(hours)).format("%Y-%m-%dT%H:%M:%S").to_string() + zone;
    match form % 6 {
        1 => at.format("%Y-%m-%d %H:%M:%S").to_string(),
        2 => shifted(2, "+02:00"),
        3 => at.format("%Y-%m-%dT%H:%M:%S.000000000").to_string(),
        4 => shifted(-5, "-0500"),
        _ => at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

/// Two events per log file; every third file is late, by up to `latest`.
fn events(latest: Duration) -> Vec<Event> {
    let mut events = Vec::new();
    for (at_account, account) in ACCOUNTS.into_iter().enumerate() {
        for (at_region, region) in REGIONS.into_iter().enumerate() {
            for number in 0..14_usize {
                let seed = at_account * 31 + at_region * 17 + number * 7;
                let steps = i64::try_from(number * 6 + seed % 5).expect("small");
                let at = start() + Duration::hours(steps) + Duration::minutes(i64::try_from(seed % 60).expect("small"));
                let delay = if number % 3 == 2 { latest - Duration::minutes(1) } else { Duration::minutes(6) };
                // Not after the last day of the slack, counted from the day of the event.
                let last = (at + latest).date_naive().and_hms_opt(23, 59, 0).expect("a time").and_utc();
                let delivered = (at + delay).min(last);
                let key = format!(
                    "AWSLogs/{account}/CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{}_{number:016}.json.gz",
                    delivered.format("%Y/%m/%d"),
                    delivered.format("%Y%m%dT%H%MZ")
                );
                for half in 0..2 {
                    let at = at - Duration::minutes(half * 3);
                    let is_sentence = seed % 13 == 5 && half == 1;
                    events.push(Event {
                        id: format!("{account}-{region}-{number}-{half}"),
                        account,
                        region,
                        delivered,
                        key: key.clone(),
                        text: if is_sentence { "Jan 1, 2026, 4:00:05 AM".to_owned() } else { written(at, seed) },
                        at: (!is_sentence).then_some(at),
                    });
                }
            }
        }
    }
    events
}

/// An archive with these events, one log file that cannot be read, and a session on it.
struct World {
    events: Vec<Event>,
    session: Session,
    runtime: Runtime,
    _folder: TempDir,
}

const BROKEN: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T0005Z_broken.json.gz";

impl World {
    fn new(latest: Duration, slack: Slack) -> Self {
        let folder = TempDir::new().expect("a folder");
        let events = events(latest);
        for file in events.chunk_by(|a, b| a.key == b.key) {
            let records: Vec<_> = file
                .iter()
                .map(|event| format!(r#"{{"eventTime":"{}","eventName":"E","eventID":"{}"}}"#, event.text, event.id))
                .collect();
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(format!(r#"{{"Records":[{}]}}"#, records.join(",")).as_bytes()).expect("memory");
            let path = folder.path().join(&file[0].key);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, gzip.finish().expect("memory")).expect("a file");
        }
        fs::write(folder.path().join(BROKEN), [0x1f, 0x8b, 8, 0, 0]).expect("a file");
        let runtime = Runtime::new().expect("threads");
        let mut options = Options::new(start() + Duration::days(30));
        options.scan.slack = slack;
        let session =
            runtime.block_on(Session::open(&[folder.path().display().to_string()], options)).expect("a folder");
        Self { events, session, runtime, _folder: folder }
    }

    fn ids(&self, predicate: &str) -> (Vec<String>, Outcome) {
        self.runtime.block_on(async {
            let source = Source::new("query", format!("SELECT eventid FROM cloudtrail WHERE {predicate}"));
            let mut ids = Vec::new();
            let statement = self.session.parse(&source, Language::Sql).expect("SQL").remove(0);
            let mut answer = self.session.run(statement).await.expect("a plan");
            while let Some(batch) = answer.next().await.expect("rows") {
                ids.extend(batch.column(0).as_string::<i32>().iter().flatten().map(str::to_owned));
            }
            ids.sort();
            (ids, answer.outcome())
        })
    }

    fn check(&self, predicate: &Predicate) -> Result<(), TestCaseError> {
        let sql = predicate.sql();
        let mut expected: Vec<String> = self
            .events
            .iter()
            .filter(|event| predicate.holds(event) == Some(true))
            .map(|event| event.id.clone())
            .collect();
        expected.sort();
        let (ids, outcome) = self.ids(&sql);
        prop_assert_eq!(ids, expected, "{}", sql);
        let Outcome { files_listed, files_pruned, files_read, files_unread, failed, .. } = &outcome;
        let known = files_pruned + files_read + files_unread + failed.len() as u64;
        prop_assert_eq!(*files_listed, known, "{}: {:?}", sql, outcome);
        prop_assert!(failed.iter().all(|failure| failure.to_string().contains("broken")), "{:?}", failed);
        Ok(())
    }
}

/// A comparison operator.
#[derive(Debug, Clone, Copy)]
struct Compare(&'static str, fn(Ordering) -> bool);

const COMPARES: [Compare; 6] = [
    Compare("=", Ordering::is_eq),
    Compare("<>", Ordering::is_ne),
    Compare("<", Ordering::is_lt),
    Compare("<=", Ordering::is_le),
    Compare(">", Ordering::is_gt),
    Compare(">=", Ordering::is_ge),
];

/// How a query writes a moment.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Iso,
    Blank,
    Timestamp,
}

impl Moment {
    fn sql(self, at: DateTime<Utc>) -> String {
        match self {
            Self::Iso => at.format("'%Y-%m-%dT%H:%M:%SZ'").to_string(),
            Self::Blank => at.format("'%Y-%m-%d %H:%M:%S'").to_string(),
            Self::Timestamp => at.format("TIMESTAMP '%Y-%m-%d %H:%M:%S'").to_string(),
        }
    }
}

/// What a record's file says, as a column of text.
#[derive(Debug, Clone, Copy)]
enum Fact {
    Account,
    Region,
    Year,
    Month,
    Day,
    Date,
    Joined,
}

const FACTS: [Fact; 7] = [Fact::Account, Fact::Region, Fact::Year, Fact::Month, Fact::Day, Fact::Date, Fact::Joined];

impl Fact {
    fn sql(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Region => "region",
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Date => "\"date\"",
            Self::Joined => "year || '/' || month || '/' || day",
        }
    }

    fn of(self, event: &Event) -> String {
        let day = |format: &str| event.delivered.format(format).to_string();
        match self {
            Self::Account => event.account.to_owned(),
            Self::Region => event.region.to_owned(),
            Self::Year => day("%Y"),
            Self::Month => day("%m"),
            Self::Day => day("%d"),
            Self::Date => day("%Y-%m-%d"),
            Self::Joined => day("%Y/%m/%d"),
        }
    }
}

#[derive(Debug, Clone)]
enum Predicate {
    /// A fact against the same fact of some event.
    Fact(Fact, Compare, String),
    FactIn(Fact, Vec<String>),
    PathIs(String),
    PathLike(String),
    Time(Compare, DateTime<Utc>, Moment),
    Between(DateTime<Utc>, DateTime<Utc>, Moment),
    /// A day alone: midnight in a range, text in an equality.
    OfDay(Compare, String),
    TimeLike(String),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
    Not(Box<Predicate>),
}

impl Predicate {
    fn sql(&self) -> String {
        match self {
            Self::Fact(fact, compare, value) => format!("{} {} '{value}'", fact.sql(), compare.0),
            Self::FactIn(fact, values) => format!("{} IN ('{}')", fact.sql(), values.join("', '")),
            Self::PathIs(key) => format!("\"$path\" = '{key}'"),
            Self::PathLike(part) => format!("\"$path\" LIKE '%{part}%'"),
            Self::Time(compare, at, moment) => format!("eventtime {} {}", compare.0, moment.sql(*at)),
            Self::Between(low, high, moment) => {
                format!("eventtime BETWEEN {} AND {}", moment.sql(*low), moment.sql(*high))
            }
            Self::OfDay(compare, day) => format!("eventtime {} '{day}'", compare.0),
            Self::TimeLike(prefix) => format!("eventtime LIKE '{prefix}%'"),
            Self::And(a, b) => format!("({} AND {})", a.sql(), b.sql()),
            Self::Or(a, b) => format!("({} OR {})", a.sql(), b.sql()),
            Self::Not(inner) => format!("NOT ({})", inner.sql()),
        }
    }

    /// The same in plain words; none is SQL's null.
    fn holds(&self, event: &Event) -> Option<bool> {
        match self {
            Self::Fact(fact, compare, value) => Some(compare.1(fact.of(event).as_str().cmp(value))),
            Self::FactIn(fact, values) => Some(values.contains(&fact.of(event))),
            Self::PathIs(key) => Some(event.key == *key),
            Self::PathLike(part) => Some(event.key.contains(part)),
            Self::Time(compare, at, _) => Some(compare.1(event.at?.cmp(at))),
            Self::Between(low, high, _) => Some((low..=high).contains(&&event.at?)),
            Self::OfDay(Compare(sign @ ("=" | "<>"), _), day) => Some((event.text == *day) == (*sign == "=")),
            Self::OfDay(Compare(sign, _), day) => {
                let midnight: DateTime<Utc> = format!("{day}T00:00:00Z").parse().expect("a time");
                Some((event.at? >= midnight) == sign.starts_with('>'))
            }
            Self::TimeLike(prefix) => Some(event.text.starts_with(prefix)),
            Self::And(a, b) => match (a.holds(event), b.holds(event)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (a, b) => Some(a? && b?),
            },
            Self::Or(a, b) => match (a.holds(event), b.holds(event)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (a, b) => Some(a? || b?),
            },
            Self::Not(inner) => inner.holds(event).map(|holds| !holds),
        }
    }
}

fn predicates(events: &'static [Event]) -> impl Strategy<Value = Predicate> {
    let event = || (0..events.len()).prop_map(|at| &events[at]);
    let fact = || proptest::sample::select(&FACTS[..]);
    let compare = || proptest::sample::select(&COMPARES[..]);
    let moment = || proptest::sample::select(&[Moment::Iso, Moment::Blank, Moment::Timestamp][..]);
    // Half hours, and now and then the very moment of an event.
    let time = || {
        prop_oneof![
            3 => (-10_i64..190).prop_map(|halves| start() + Duration::minutes(30 * halves)),
            1 => event().prop_map(|event| event.at.unwrap_or_else(start)),
        ]
    };
    let day = || (-1_i64..6).prop_map(|days| (start() + Duration::days(days)).format("%Y-%m-%d").to_string());
    let parts = ["/2026/", "/2025/12/", "/01/02/", "eu-west-1", "210987654321", "T12", "nowhere"];
    let leaf = prop_oneof![
        3 => (fact(), compare(), event()).prop_map(|(fact, compare, event)| Predicate::Fact(fact, compare, fact.of(event))),
        1 => (fact(), event(), event())
            .prop_map(|(fact, a, b)| Predicate::FactIn(fact, vec![fact.of(a), fact.of(b)])),
        1 => event().prop_map(|event| Predicate::PathIs(event.key.clone())),
        1 => proptest::sample::select(parts.to_vec()).prop_map(|part| Predicate::PathLike(part.to_owned())),
        4 => (compare(), time(), moment()).prop_map(|(compare, at, moment)| Predicate::Time(compare, at, moment)),
        2 => (time(), time(), moment()).prop_map(|(low, high, moment)| Predicate::Between(low, high, moment)),
        2 => (compare(), day()).prop_map(|(compare, day)| Predicate::OfDay(compare, day)),
        1 => (day(), 4_usize..11).prop_map(|(day, length)| Predicate::TimeLike(day[..length].to_owned())),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Predicate::And(Box::new(a), Box::new(b))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| Predicate::Or(Box::new(a), Box::new(b))),
            1 => inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
        ]
    })
}

/// Deliveries up to a day late, which the default slack covers.
static DAY_LATE: LazyLock<World> = LazyLock::new(|| World::new(Duration::days(1), Slack::default()));
/// Deliveries up to nine days late, and a slack without end.
static LATE: LazyLock<World> = LazyLock::new(|| World::new(Duration::days(9), Slack::All));

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pruning_keeps_every_row_delivered_within_the_slack(predicate in predicates(&DAY_LATE.events)) {
        DAY_LATE.check(&predicate)?;
    }

    #[test]
    fn without_a_limit_on_slack_no_delivery_is_too_late(predicate in predicates(&LATE.events)) {
        LATE.check(&predicate)?;
    }
}

#[test]
fn a_delivery_later_than_the_slack_is_missed_and_a_wider_slack_finds_it() {
    let narrow = World::new(Duration::days(9), Slack::default());
    let before = "eventtime < '2025-12-30 22:00:00'";
    let (some, _) = narrow.ids(before);
    let (all, _) = LATE.ids(before);
    assert!(some.len() < all.len(), "{} of {}", some.len(), all.len());
    assert!(some.iter().all(|id| all.contains(id)));
}

#[test]
fn a_bound_on_time_and_a_fact_each_leave_files_out() {
    let (_, outcome) = DAY_LATE.ids("eventtime < '2025-12-30 12:00:00'");
    assert!(outcome.files_listed + outcome.folders_pruned > 0 && outcome.files_read < 84, "{outcome:?}");
    let (_, outcome) = DAY_LATE.ids("region = 'eu-west-1' AND day = '31'");
    assert!(outcome.folders_pruned > 0 && outcome.failed.is_empty(), "{outcome:?}");
    let (rows, outcome) = DAY_LATE.ids("true");
    assert_eq!((rows.len(), outcome.files_read, outcome.failed.len()), (168, 84, 1), "{outcome:?}");
}
