//! Dropping records before they are built loses nothing: whatever a record holds, however it is spelled, and whatever
//! the predicate, the rows are those of a scan that builds every record.

use std::fs;

use datafusion::arrow::array::AsArray;
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use trailql::diag::Source;
use trailql::session::{Language, Options, Session};

/// Few different texts, so that predicates and records often meet; some can be spelled in several ways.
const TEXTS: [&str; 12] = [
    "ConsoleLogin",
    "consolelogin",
    "Failed authentication",
    "a/b",
    "a=b&c",
    "say \"hi\"",
    "back\\slash",
    "Zoë",
    "true",
    "12",
    "",
    "arn:aws:iam::111122223333:role/Admin",
];

/// The number of a text, mostly of the first.
fn text() -> impl Strategy<Value = usize> + Clone {
    prop_oneof![Just(0), 0..TEXTS.len()]
}

/// A JSON string for a text: `how` chooses a spelling for each character.
fn spelled(text: &str, how: u64) -> String {
    let mut out = String::from("\"");
    for (at, character) in text.chars().enumerate() {
        let choice = how.rotate_right(u32::try_from(at % 64).expect("small")) % 8;
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '/' if choice == 1 => out.push_str("\\/"),
            _ if choice == 2 || (choice < 4 && "&=/ë".contains(character)) => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// A value, mostly one of the texts.
fn value() -> impl Strategy<Value = String> {
    let text = (text(), prop_oneof![Just(0_u64), any::<u64>()]);
    prop_oneof![
        8 => text.clone().prop_map(|(text, how)| spelled(TEXTS[text], how)),
        1 => Just("null".to_owned()),
        1 => prop_oneof![Just("true"), Just("12"), Just("-1.5")].prop_map(str::to_owned),
        1 => text.prop_map(|(text, how)| format!("{{\"eventName\":{}}}", spelled(TEXTS[text], how))),
        1 => Just("[\"ConsoleLogin\",{\"x\":12}]".to_owned()),
    ]
}

fn record() -> impl Strategy<Value = String> {
    let member = |name: &'static str| {
        prop_oneof![3 => value().prop_map(Some), 1 => Just(None)]
            .prop_map(move |value| value.map(|value| format!("\"{name}\":{value}")))
    };
    let inside = member("x").prop_map(|x| Some(format!("\"requestParameters\":{{{}}}", x.unwrap_or_default())));
    let user = member("arn").prop_map(|arn| Some(format!("\"userIdentity\":{{{}}}", arn.unwrap_or_default())));
    let flag = prop_oneof![Just("true"), Just("false"), Just("\"True\"")];
    let flag = flag.prop_map(|flag| Some(format!("\"readOnly\":{flag}")));
    (member("eventName"), member("errorMessage"), user, inside, flag).prop_map(|(a, b, c, d, e)| {
        format!("{{{}}}", [a, b, c, d, e].into_iter().flatten().collect::<Vec<_>>().join(","))
    })
}

/// A comparison of one field with one text, in SQL.
fn comparison() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        3 => Just("eventname"),
        1 => Just("errormessage"),
        1 => Just("useridentity.arn"),
        1 => Just("requestparameters.x"),
        1 => Just("requestparameters"),
        1 => Just("eventjson"),
        1 => Just("readonly"),
    ];
    (field, text(), text(), 0..14_usize, any::<prop::sample::Index>()).prop_map(|(field, one, other, form, cut)| {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let [one, other] = [TEXTS[one], TEXTS[other]];
        let starts: Vec<usize> = one.char_indices().map(|(at, _)| at).chain([one.len()]).collect();
        let part = &one[starts[cut.index(starts.len())]..];
        match form {
            0..=2 => format!("{field} = {}", quoted(one)),
            3 => format!("{field} IN ({}, {})", quoted(one), quoted(other)),
            4 => format!("{field} LIKE {}", quoted(&format!("%{part}%"))),
            5 => format!("{field} LIKE {}", quoted(&format!("{part}_%"))),
            6 => format!("{field} NOT LIKE {}", quoted(&format!("%{part}%"))),
            7 => format!("{field} <> {}", quoted(one)),
            8 => format!("{field} IS NOT NULL"),
            9 => format!("{field} IS NULL"),
            10 => format!("{field} ILIKE {}", quoted(&format!("%{part}%"))),
            11 => format!("regexp_like({field}, {})", quoted(&regex(part, other))),
            12 => format!("starts_with({field}, {})", quoted(part)),
            _ => format!("coalesce({field}, {}) = {}", quoted(other), quoted(one)),
        }
    })
}

/// A part, then one of two letters, or another text.
fn regex(part: &str, other: &str) -> String {
    format!("({}(o|n)?|{}.)", regex_syntax::escape(part), regex_syntax::escape(other))
}

fn predicate() -> impl Strategy<Value = String> {
    comparison().prop_recursive(3, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} AND {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR {b})")),
            inner.prop_map(|inner| format!("NOT ({inner})")),
        ]
    })
}

/// The rows of a query, as text, sorted.
fn rows(runtime: &Runtime, folder: &TempDir, sql: &str, exhaustive: bool) -> Vec<String> {
    let mut options = Options::new("2026-05-10T12:00:00Z".parse().expect("a time"));
    options.scan.exhaustive = exhaustive;
    options.batch_rows = Some(3);
    runtime.block_on(async {
        let session = Session::open(&[folder.path().display().to_string()], options).await.expect("an archive");
        let statements = session.parse(&Source::new("query", sql), Language::Sql).expect(sql);
        let mut rows = Vec::new();
        for statement in statements {
            let mut answer = session.run(statement).await.expect(sql);
            while let Some(batch) = answer.next().await.expect(sql) {
                let column = batch.column(0).as_string::<i32>();
                rows.extend(column.iter().map(|row| row.unwrap_or("NULL").to_owned()));
            }
            let outcome = answer.outcome();
            assert!(!outcome.is_incomplete(), "{sql}: {:?}", outcome.failed);
            assert_eq!(outcome.files_listed, outcome.files_read, "{sql}");
        }
        rows.sort();
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_rows_are_those_of_a_scan_that_builds_everything(
        files in vec(vec(record(), 0..6), 1..4),
        predicates in vec(predicate(), 8),
    ) {
        let runtime = Runtime::new().expect("threads");
        let folder = TempDir::new().expect("a folder");
        for (number, records) in files.iter().enumerate() {
            let path = folder.path().join(format!("{number}.json"));
            fs::write(path, format!("{{\"Records\":[{}]}}", records.join(","))).expect("a file");
        }
        for predicate in predicates {
            // Little to build and the whole record, for which the predicates are tried first.
            for wanted in ["coalesce(eventname, '-')", "eventjson"] {
                let sql = format!("SELECT {wanted} FROM cloudtrail WHERE {predicate}");
                let (fast, slow) = (rows(&runtime, &folder, &sql, false), rows(&runtime, &folder, &sql, true));
                prop_assert_eq!(fast, slow, "{} over {:?}", sql, files);
            }
        }
    }
}
