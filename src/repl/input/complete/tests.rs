//! What is offered where: texts with the cursor as `‸`, and what the list has.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::repl::words::{Learned, Words};
use crate::schema::columns;

struct Around;

impl Surroundings for Around {
    fn tables(&self) -> Vec<KnownTable> {
        let table = |schema: &str, name: &str, fields: Vec<Field>| KnownTable {
            schema: schema.to_owned(),
            name: name.to_owned(),
            is_default: schema == "trail",
            columns: Arc::new(Schema::new(fields)),
        };
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let records = columns::ALL.iter().map(columns::Column::field).collect();
        let inner = DataType::Struct(vec![text("street"), text("city")].into());
        vec![
            table("trail", "cloudtrail", records),
            table("trail", "trail_files", vec![text("account"), text("key"), text("bytes")]),
            table("other", "cloudtrail", columns::ALL.iter().map(columns::Column::field).collect()),
            table("other", "people", vec![text("nick"), Field::new("address", inner, true)]),
        ]
    }

    fn saved_queries(&self) -> Vec<String> {
        vec!["root-logins".to_owned(), "denied".to_owned()]
    }
}

fn words() -> Words {
    let records = [
        json!({"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "errorCode": "Client.UnauthorizedOperation",
               "requestParameters": {"instanceType": "t3.micro", "instancesSet": {"items": [{"imageId": "ami-1"}]}}}),
        json!({"eventSource": "s3.amazonaws.com", "eventName": "PutObject", "errorCode": "AccessDenied",
               "requestParameters": {"bucketName": "b", "x-amz-acl": "private"}, "resources": [{"ARN": "a"}]}),
        json!({"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
               "additionalEventData": {"MFAUsed": "No"}}),
        json!({"eventSource": "o'brien.example.com", "eventName": "Odd'Name"}),
    ];
    let mut learned = Learned::default();
    records.iter().for_each(|record| learned.learn(record, &mut 1000));
    learned.learn_place(Some("123456789012"), Some("eu-west-1"));
    learned.learn_place(Some("210987654321"), Some("us-east-1"));
    let words = Words::default();
    words.absorb(&learned);
    words
}

fn offered(marked: &str, language: Option<Language>) -> (String, Vec<String>, Vec<String>) {
    let position = marked.find('‸').expect("a cursor");
    let text = marked.replace('‸', "");
    let (start, pairs) = complete(&text, position, &World { around: &Around, words: &words().known(), language });
    let typed = text.get(start..position).expect("a range of characters").to_owned();
    let displays = pairs.iter().map(|pair| pair.display.clone()).collect();
    (typed, pairs.into_iter().map(|pair| pair.replacement).collect(), displays)
}

/// The list is this one.
#[track_caller]
fn check(marked: &str, expected: &[&str]) {
    let (_, found, _) = offered(marked, None);
    assert_eq!(found, expected, "{marked}");
}

/// The list has these, and has not those that begin with `!`.
#[track_caller]
fn has(marked: &str, expected: &[&str]) {
    let (_, found, _) = offered(marked, None);
    for word in expected {
        match word.strip_prefix('!') {
            Some(word) if word != "=" => {
                assert!(found.iter().all(|other| other != word), "{marked}: {word} in {found:?}")
            }
            _ => assert!(found.iter().any(|other| other == word), "{marked}: no {word} in {found:?}"),
        }
    }
}

#[test]
fn statements_begin_with_keywords_and_commands() {
    check("sel‸", &["select"]);
    check("SEL‸", &["SELECT"]);
    check("fillm‸", &["fillmissing"]);
    has("‸", &["SELECT", "stats", ".help", "\\d"]);
    has("SELECT 1; ‸", &["SELECT", "stats"]);
    has("fields a\n\nsta‸", &["stats"]);
    check("-- sel‸", &[]);
    check("/* sel‸", &[]);
}

#[test]
fn tables_follow_from_and_join() {
    check("SELECT * FROM clo‸", &["cloudtrail"]);
    check("select * from other.peo‸", &["people"]);
    check("SELECT * FROM trail.‸", &["cloudtrail", "trail_files"]);
    has("SELECT * FROM cloudtrail c JOIN ‸", &["trail_files", "other", "!eventname", "!WHERE"]);
    has("SELECT * FROM cloudtrail, tr‸", &["trail_files"]);
    has("DESCRIBE tr‸", &["trail_files"]);
    has("WITH mine AS (SELECT 1 AS a) SELECT * FROM mi‸", &["mine"]);
    has("DROP VIEW cl‸", &["cloudtrail"]);
    check("CREATE TABLE clo‸", &[]);
}

#[test]
fn columns_are_those_of_the_tables() {
    check("SELECT eventna‸", &["eventname"]);
    check("SELECT evn‸", &["eventname"]);
    check("SELECT EVENTNA‸", &["eventname"]);
    check("SELECT by‸ FROM trail_files", &["bytes"]);
    has("SELECT eventn‸ FROM trail_files", &["!eventname"]);
    check("SELECT c.eventna‸ FROM cloudtrail c", &["eventname"]);
    check("SELECT p.address.‸ FROM other.people AS p", &["city", "street"]);
    check("SELECT ni‸ FROM other.people", &["nick"]);
    check("SELECT \"$pa‸", &["$path\""]);
    has("SELECT pat‸ FROM cloudtrail", &["\"$path\"", "pattern_of("]);
    has("SELECT eventname n FROM cloudtrail ORDER BY ‸", &["n", "eventtime"]);
    has("WITH mine AS (SELECT eventname AS what FROM cloudtrail) SELECT wh‸ FROM mine", &["what"]);
    has("SELECT t.‸ FROM (SELECT count(*) AS n, eventname FROM cloudtrail GROUP BY 2) t", &["n", "eventname"]);
    has("SELECT * FROM cloudtrail WHERE eventname IN (SELECT ke‸ FROM trail_files)", &["key"]);
    has("SELECT * FROM cloudtrail WHERE eventname = 'x' AND (‸", &["eventname", "SELECT"]);
    has("SELECT r.‸ FROM cloudtrail CROSS JOIN UNNEST(resources) AS t(r)", &["!eventname"]);
}

#[test]
fn members_stand_below_columns() {
    check("SELECT useridentity.ty‸", &["type"]);
    check("SELECT useridentity.sessioncontext.sessionissuer.us‸", &["username"]);
    check("SELECT u.useridentity.invokedby‸ FROM cloudtrail u", &["invokedby", "invokedbydelegate"]);
    check("SELECT resources[1].ar‸", &["arn", "arnprefix"]);
    check("SELECT requestparameters.inst‸", &["instanceType", "instancesSet"]);
    check("SELECT requestparameters.instancesSet.‸", &["items", "items[0]"]);
    check("SELECT requestparameters.instancesSet.items[0].‸", &["imageId"]);
    check("SELECT requestparameters.x‸", &["\"x-amz-acl\""]);
    check("SELECT requestparameters['x‸", &["x-amz-acl']"]);
    check("SELECT requestparameters['x‸']", &["x-amz-acl"]);
    check(
        "SELECT requestparameters.‸ FROM cloudtrail WHERE eventname = 'RunInstances'",
        &["instanceType", "instancesSet"],
    );
    check(
        "SELECT requestparameters.b‸ FROM cloudtrail WHERE eventname IN ('RunInstances', 'PutObject')",
        &["bucketName"],
    );
    check("SELECT json_extract_scalar(requestparameters, '$.inst‸", &["instanceType'", "instancesSet"]);
    check("SELECT json_extract_scalar(requestparameters, '$.instancesSet.i‸", &["items[0]"]);
    check("SELECT json_extract_scalar(requestparameters, '$.instancesSet.items[0].‸')", &["imageId"]);
    check("SELECT bucketN‸", &["requestparameters.bucketName"]);
    check("SELECT eventname.‸", &[]);
    check("SELECT nosuch.‸", &[]);
}

#[test]
fn keywords_follow_what_they_can() {
    check("SELECT eventname fr‸", &["from"]);
    check("SELECT eventname FR‸", &["FROM"]);
    check("SELECT 1 FROM cloudtrail GROUP ‸", &["BY"]);
    has("SELECT * FROM cloudtrail w‸", &["where"]);
    has("SELECT * FROM cloudtrail WHERE eventname = 'x' ‸", &["AND", "ORDER BY", "LIMIT", "!FROM", "!WHERE"]);
    has("SELECT * FROM cloudtrail ORDER BY eventtime ‸", &["ASC", "DESC", "LIMIT", "!WHERE"]);
    has("SELECT * FROM cloudtrail c LEFT ‸", &["JOIN"]);
    has("SHOW ‸", &["TABLES", "FUNCTIONS"]);
    has("SELECT CAST(eventtime AS ti‸", &["timestamp"]);
    has("SELECT * ‸", &["FROM"]);
    has("SELECT CASE WHEN readonly = 'true' ‸", &["THEN"]);
    has("SELECT * FROM cloudtrail WHERE errorcode IS ‸", &["NULL", "NOT NULL"]);
    check("SELECT eventname AS ‸", &[]);
    check("SELECT 1 FROM cloudtrail LIMIT 1‸", &[]);
}

#[test]
fn functions_show_how_they_are_called() {
    let (typed, texts, displays) = offered("SELECT regexp_li‸", None);
    assert_eq!(
        (typed.as_str(), texts, displays),
        ("regexp_li", vec!["regexp_like(".to_owned()], vec!["regexp_like(text, pattern)".to_owned()],)
    );
    has("SELECT cou‸", &["count("]);
    has("fields strl‸", &["strlen("]);
    has("stats coun‸", &["count("]);
}

#[test]
fn values_are_those_that_were_seen_or_are_documented() {
    check("SELECT * FROM cloudtrail WHERE eventname = 'ConsoleL‸", &["ConsoleLogin'"]);
    check("SELECT * FROM cloudtrail WHERE eventname = 'ConsoleL‸' AND 1 = 1", &["ConsoleLogin"]);
    check("SELECT * FROM cloudtrail WHERE eventname LIKE '%Consolel‸", &["ConsoleLogin'"]);
    check("SELECT * FROM cloudtrail WHERE eventname NOT LIKE 'ConsoleL‸", &["ConsoleLogin'"]);
    check("SELECT * FROM cloudtrail WHERE eventname IN ('a', 'ConsoleL‸", &["ConsoleLogin'"]);
    check("SELECT * FROM cloudtrail WHERE c.eventname <> 'ConsoleL‸", &["ConsoleLogin'"]);
    check("SELECT * FROM cloudtrail WHERE starts_with(eventname, 'ConsoleL‸", &["ConsoleLogin'"]);
    check("SELECT * FROM cloudtrail WHERE eventname = 'Odd‸", &["Odd''Name'"]);
    check("SELECT * FROM cloudtrail WHERE eventsource = 'ec2‸", &["ec2.amazonaws.com'"]);
    check("SELECT * FROM cloudtrail WHERE errorcode = '‸", &["AccessDenied'", "Client.UnauthorizedOperation'"]);
    check("SELECT * FROM cloudtrail WHERE awsregion = 'eu‸", &["eu-west-1'"]);
    check("SELECT * FROM cloudtrail WHERE account = '12‸", &["123456789012'"]);
    check("SELECT * FROM cloudtrail WHERE useridentity.type = 'Ro‸", &["Role'", "Root'"]);
    check("SELECT * FROM cloudtrail WHERE useragent = '‸", &[]);
    check("SELECT 'Cons‸", &[]);
    has(
        "SELECT * FROM cloudtrail WHERE eventsource = 's3.amazonaws.com' AND eventname = 'P‸",
        &["PutObject'", "!PasswordRecoveryRequested'"],
    );
    check("filter eventName = 'ConsoleL‸", &["ConsoleLogin'"]);
    check("filter eventName = \"ConsoleL‸\"", &["ConsoleLogin"]);
    check("filter eventName in ['a', \"ConsoleL‸", &["ConsoleLogin\""]);
    check("filter userIdentity.type = \"Ro‸", &["Role\"", "Root\""]);
    check("filter recipientAccountId = '2‸", &["210987654321'"]);
    check("{ $.eventName = \"ConsoleL‸", &["ConsoleLogin\""]);
}

#[test]
fn pipe_queries_offer_what_their_parser_expects() {
    check("fields eventName | lim‸", &["limit"]);
    check("filter eventN‸", &["eventName"]);
    check("filter eventName li‸", &["like"]);
    check("stats count(*) b‸", &["by"]);
    check("stats count(*) by @ti‸", &["@timestamp"]);
    check("filter userIdentity.sess‸", &["sessionContext"]);
    check("filter userIdentity.sessionContext.sessionIssuer.us‸", &["userName"]);
    check("fields requestParameters.inst‸", &["instanceType", "instancesSet"]);
    check("fields requestParameters.instancesSet.items.0.‸", &["imageId"]);
    check("fields requestParameters.x‸", &["`x-amz-acl`"]);
    check("fields requestParameters.`x‸", &["x-amz-acl`"]);
    check("fields resources.0.AR‸", &["ARN", "ARNPrefix"]);
    check("fields additionalEventData.M‸", &["MFAUsed"]);
    check("filter eventName = 'RunInstances' | fields requestParameters.‸", &["instanceType", "instancesSet"]);
    check("fields bucketNa‸", &["requestParameters.bucketName"]);
    check("stats count(*) as total by eventName | sort tot‸", &["total"]);
    check("fields eventName # lim‸", &[]);
    check("fields eventName\n| lim‸", &["limit"]);
    check("fields eventName as ‸", &[]);
}

#[test]
fn patterns_offer_paths() {
    check("{ $.eventN‸", &["eventName"]);
    check("{ $.userIdentity.ty‸ = \"Root\" }", &["type"]);
    check("{ $.requestParameters.instancesSet.items[0].‸", &["imageId"]);
}

#[test]
fn meta_commands_offer_what_may_follow_them() {
    check(".mo‸", &[".mode"]);
    has(".mode ‸", &["table", "csv", "!parquet"]);
    check(".lang in‸", &["insights"]);
    check(".schema trail_f‸", &["trail_files"]);
    check(".schema other.p‸", &["people"]);
    check(".quit ‸", &[]);
    check(".nosuch ‸", &[]);
    check(".functions regexp_li‸", &["regexp_like"]);
    has(".help ‸", &[".mode", "stats", "eventName"]);
    has("\\‸", &["\\d", "\\q"]);
}

#[test]
fn files_follow_from_and_a_quote() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("events.json"), "{}").expect("a file");
    std::fs::create_dir(folder.path().join("events two")).expect("a folder");
    std::fs::write(folder.path().join("events\u{1b}[2J"), "").expect("a file");
    let path = folder.path().display();
    check(&format!("SELECT * FROM '{path}/ev‸'"), &[&format!("{path}/events two/"), &format!("{path}/events.json")]);
}

#[test]
fn a_chosen_language_counts() {
    assert_eq!(offered("eventName | lim‸", Some(Language::Insights)).1, ["limit"]);
    assert_eq!(offered("sta‸", Some(Language::Sql)).1, Vec::<String>::new());
    assert_eq!(offered("$.eventN‸", Some(Language::Filter)).1, ["eventName"]);
}

proptest! {
    #[test]
    fn any_text_at_any_place_is_borne(
        text in "\\PC*|(select|from|where|eventname|requestparameters|useridentity|\\.|'|\"|`|\\(|\\)|,|=| |in|like|é|\\[|\\]|\\$|;|\n|\\|)*|(\\.|\\\\)[a-z]* .*|(fields|filter|stats|eventName|`|\\.|'|\\[| |=|\\||as|count\\(|é)*",
        position in 0_usize..80,
    ) {
        let words = words().known();
        for language in [None, Some(Language::Sql), Some(Language::Insights), Some(Language::Filter)] {
            let (start, pairs) = complete(&text, position, &World { around: &Around, words: &words, language });
            prop_assert!(start <= position.min(text.len()));
            prop_assert!(text.is_char_boundary(start));
            for pair in pairs {
                prop_assert!(!pair.replacement.chars().any(char::is_control));
            }
        }
    }
}
