//! SQL that is broken, huge or hostile: an error or Trino's NULL, never a panic.

use proptest::prelude::*;

use crate::asked::Asked;

const BUNDLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

#[test]
fn depth_and_size_are_bounded() {
    let asked = Asked::open(&[]);
    for text in [
        format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("SELECT {}1", "NOT ".repeat(20_000)),
        format!("SELECT CAST('x' AS {}varchar{})", "array(".repeat(5_000), ")".repeat(5_000)),
        format!("SELECT {}NULL{}", "coalesce(".repeat(5_000), ")".repeat(5_000)),
        format!("SELECT * FROM {}(SELECT 1){}", "(SELECT * FROM ".repeat(2_000), ")".repeat(2_000)),
        "SELECT '".to_owned() + &"x".repeat(1_000_000),
        "SELECT \"x".to_owned(),
        "SELECT /* x".to_owned(),
        "SELECT U&'\\zzzz'".to_owned(),
    ] {
        let error = asked.refused(&text);
        assert!(error.len() < 2_000, "{}", &error[..200]);
    }
    // A statement of a megabyte, and a list of a hundred thousand values.
    let text = format!("SELECT length('{}')", "x".repeat(1_000_000));
    assert_eq!(asked.ask(&text).expect("a row"), "1000000");
    let list: Vec<String> = (0..100_000).map(|number| number.to_string()).collect();
    assert_eq!(asked.ask(&format!("SELECT 99999 IN ({})", list.join(","))).expect("a row"), "true");
}

#[test]
fn values_of_the_wrong_kind_are_null_or_named() {
    let asked = Asked::open(&[BUNDLED]);
    let nulls = "SELECT json_extract_scalar('[1]', '$.a'), json_extract_scalar('{\"a\":{}}', '$.a.b.c'), \
                 json_member('7', 'a'), json_extract('\"x\"', '$[0]'), try(CAST('2024-13-45' AS DATE)), try(1 / 0), \
                 element_at(ARRAY[1], 5), split_part('a', ',', 3), regexp_extract('a', 'b'), \
                 try(date_parse('x', '%Y')), element_at(MAP(ARRAY['a'], ARRAY[1]), 'b'), url_extract_host('::')";
    let row = asked.ask(nulls).expect("a row");
    assert!(row.split('\t').all(|value| value == "NULL"), "{row}");
    for (text, part) in [
        ("SELECT CAST('x' AS BIGINT)", "x"),
        ("SELECT 1 / 0", "ivide by zero"),
        ("SELECT json_extract('{}', '$[')", "invalid JSON path"),
        ("SELECT json_parse('{')", "json_parse"),
        ("SELECT regexp_extract('a', '(?=a)')", "look"),
        ("SELECT regexp_replace('a', '(a)\\1', '')", "back"),
        ("SELECT regexp_extract('a', '(')", "("),
        ("SELECT date_parse('2024-99-99', '%Y-%m-%d')", "2024-99-99"),
        ("SELECT from_iso8601_timestamp('yesterday')", "yesterday"),
        ("SELECT IPADDRESS '300.1.1.1'", "300.1.1.1"),
        ("SELECT CAST('x' AS ARRAY(BIGINT))", "x"),
        ("SELECT st_distance(1, 2)", "function of Trino"),
        ("SELECT repeat('x', 2000000000)", "repeat"),
        ("SELECT sequence(1, 1000000000)", "sequence"),
        ("SELECT element_at(ARRAY[1], 0)", "element_at"),
    ] {
        let error = asked.refused(text);
        assert!(error.contains(part), "{text}: {error}");
    }
}

/// Statements with most of the syntax, to be broken.
const SEEDS: &[&str] = &[
    "SELECT useridentity.arn, count(*) FROM \"default\".\"logs\" WHERE eventtime > '2024-01-01 00:00:00' GROUP BY 1 ORDER BY 2 DESC LIMIT 5",
    "WITH a AS (SELECT x FROM cloudtrail CROSS JOIN UNNEST(resources) WITH ORDINALITY AS t(x, n)) SELECT try(CAST(x.arn AS BIGINT)) FROM a",
    "SELECT transform(filter(ARRAY[1, 2], x -> x > 1), (y) -> y || 'a'), CAST(json_extract(requestparameters, '$.a[0]') AS MAP(VARCHAR, ARRAY(JSON)))",
    "CREATE EXTERNAL TABLE `t` (a struct<b:array<map<string,int>>> COMMENT 'x') PARTITIONED BY (region string) LOCATION 'examples/archive' TBLPROPERTIES ('a'='b')",
    "PREPARE p FROM SELECT ? LIKE 'a!%' ESCAPE '!', INTERVAL '1 2:03:04' DAY TO SECOND, extract(dow FROM now()) AT TIME ZONE 'UTC'",
    "UNLOAD (SELECT eventid FROM 5e2676f8-9fce-46ef-8142-3e36a94e6691) TO 'x' WITH (format = 'JSON', partitioned_by = ARRAY['a'])",
    "ALTER TABLE t ADD PARTITION (a='1') LOCATION 's3://x'; SHOW PARTITIONS t; MSCK REPAIR TABLE t; EXPLAIN (TYPE LOGICAL) VALUES 1, 2",
    "SELECT if(a = ANY (SELECT 1), listagg(b, ',' ON OVERFLOW TRUNCATE) WITHIN GROUP (ORDER BY c), max_by(d, e)) FROM 'x.csv' FETCH FIRST 3 ROWS ONLY",
];

/// Pieces that break things.
const PIECES: &[&str] = &[
    "(",
    ")",
    "'",
    "\"",
    "`",
    ",",
    ";",
    ".",
    "->",
    "[",
    "]",
    "{",
    "?",
    ":x",
    "$1",
    "--",
    "/*",
    "é",
    "\u{0}",
    "SELECT",
    "FROM",
    "AS",
    "MAP(",
    "ROW(",
    "UNNEST(",
    "VALUES",
    "5e2676f8-9fce-46ef-8142-3e36a94e6691",
    "WITH",
    "ON",
    "NULL",
    "1e999",
    "ESCAPE",
    "INTERVAL",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text is read without a panic, and what is written of it reads as the same again.
    #[test]
    fn any_text_is_read_or_refused(
        seed in 0..SEEDS.len(),
        breaks in prop::collection::vec((any::<prop::sample::Index>(), 0..4_u8, 0..PIECES.len()), 0..6),
    ) {
        let mut characters: Vec<char> = SEEDS[seed].chars().collect();
        for (at, how, piece) in breaks {
            let at = at.index(characters.len() + 1);
            match how {
                0 => drop(characters.splice(at..at, PIECES[piece].chars())),
                1 => characters.truncate(at),
                2 => drop(characters.drain(at..(at + 3).min(characters.len()))),
                _ => {
                    let copied: Vec<char> = characters[at..(at + 9).min(characters.len())].to_vec();
                    characters.splice(at..at, copied);
                }
            }
        }
        let text: String = characters.into_iter().collect();
        thread_local! {
            static ASKED: Asked = Asked::open(&[]);
        }
        ASKED.with(|asked| {
            for written in asked.translate(&text).into_iter().flatten() {
                let again = asked.translate(&written);
                let read: Vec<String> = again.into_iter().flatten().collect();
                if let [read] = read.as_slice() {
                    let last: Vec<String> = asked.translate(read).into_iter().flatten().collect();
                    assert_eq!(last.join(";").to_lowercase(), read.to_lowercase(), "{text}");
                }
            }
        });
    }
}
